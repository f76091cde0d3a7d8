"""A herd: many clients that fail together, and come back together.

herd = run(Plan("exponential", clients=120, capacity=20, outage=4))
herd.sent                       # every request that reached the table, as traced
herd.recovery                   # seconds from the end of the trouble until the last client was served

Each client has one write to do, and all begin within a tenth of a second, as timers of many machines do at the full hour. The
waits, attempts and quotas of the SDK's modes are botocore's (``dynateach.retries``).
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from dynateach.clock import SECOND
from dynateach.drawing.film import seconds
from dynateach.errors import LabError
from dynateach.events import LeaderChanged, RequestServed
from dynateach.lab import Lab
from dynateach.profile import REALISTIC, Delay
from dynateach.randomness import Stream
from dynateach.retries import ADAPTIVE, STANDARD, Call, Client, Retries

Trouble = Literal["leader lost", "limit too low"]
LOST: Trouble = "leader lost"
TROUBLES: tuple[Trouble, ...] = (LOST, "limit too low")

_UNTIL_SERVED = 1_000_000
_OF_OUR_OWN = Retries("legacy", _UNTIL_SERVED, base=0.1, throttled_base=0.1, cap=6.4, jitter="none")

AT_ONCE, FIXED, EXPONENTIAL, JITTER = "at once", "fixed wait", "exponential", "exponential, jitter"
SDK_STANDARD, SDK_ADAPTIVE = "SDK standard", "SDK adaptive"
STRATEGIES = {
    AT_ONCE: replace(_OF_OUR_OWN, base=0.2, throttled_base=0.2, cap=0.2),
    FIXED: replace(_OF_OUR_OWN, base=1.0, throttled_base=1.0, cap=1.0),
    EXPONENTIAL: _OF_OUR_OWN,
    JITTER: replace(_OF_OUR_OWN, jitter="full"),
    SDK_STANDARD: STANDARD,
    SDK_ADAPTIVE: ADAPTIVE,
}
"""How a client may retry. The first four never give up: at once (0.2 s, about as long as an answer may take), after 1 s, after
0.1 s doubled up to 6.4 s, and after a time drawn from 0 up to that. The last two are boto3's modes.
"""

TABLE, PARTITION = "seats", "p0"
TROUBLE_AT, FIRST_AT, SPREAD = 0.5, 1.0, 0.1
"""Seconds: when the leader is lost, when the first client sends, and within what time all of them do."""
TOO_LOW = 1
"""Writes a second that the table allows while its limit is too low."""
AGAIN = 1.0
"""Seconds after which a program calls again when the SDK has given up. Assumed."""
WINDOW, APART = 0.1, 0.25
"""Seconds: over how long the highest load is measured, and what silence parts two waves."""


@dataclass(frozen=True)
class Plan:
    """What is to happen; ``jitter_from`` is when all clients switch jitter on (seconds), if ever.

    ``capacity`` is how many writes a second the table takes once the trouble is over, ``outage`` how long that lasts (s).
    Raises ``LabError`` for what there is none of, and for numbers that are not for this table.
    """

    strategy: str = EXPONENTIAL
    clients: int = 120
    capacity: int = 20
    outage: int = 4
    trouble: Trouble = LOST
    seed: int = 1
    jitter_from: float | None = None

    def __post_init__(self) -> None:
        for what, chosen, choices in (
            ("way to retry", self.strategy, tuple(STRATEGIES)),
            ("trouble", self.trouble, TROUBLES),
        ):
            if chosen not in choices:
                raise LabError(f"there is no {what} {chosen!r}", next=f"Choose one of {'; '.join(choices)}.")
        for what, given, low, high in (
            ("clients", self.clients, 2, 200),
            ("writes a second", self.capacity, 10, 1_000),
            ("seconds of trouble", self.outage, 1, 20),
        ):
            if not low <= given <= high:
                raise LabError(f"{given} {what} are not for this herd", next=f"Choose from {low} to {high:,}.")


class Sent(NamedTuple):
    """A request that reached the table: who sent it, when (seconds), and its outcome ("OK" or the error's code)."""

    client: int
    at: float
    outcome: str

    @property
    def served(self) -> bool:
        """Whether it was."""
        return self.outcome == "OK"


@dataclass(frozen=True)
class Herd:
    """A finished run: the Lab, the client behind each write that it traced, and every call that the SDK made."""

    plan: Plan
    lab: Lab
    senders: list[int]
    calls: list[Call]

    @cached_property
    def sent(self) -> list[Sent]:
        """Every request that reached the table, in order, as traced."""
        puts = [event for event in self.lab.trace.of(RequestServed) if event.operation == "PutItem"]
        return [Sent(client, seconds(put.at), put.outcome) for client, put in zip(self.senders, puts, strict=True)]

    @cached_property
    def served(self) -> list[Sent]:
        """Those that were served: one for each client."""
        return [one for one in self.sent if one.served]

    @cached_property
    def back(self) -> float:
        """When the trouble was over (seconds): a leader was chosen, or the limit raised."""
        if self.plan.trouble == LOST:
            return seconds(self.lab.trace.of(LeaderChanged)[0].at)
        raised = (event.at for event in self.lab.trace.of(RequestServed) if event.operation == "UpdateTable")
        return seconds(next(raised))

    @property
    def recovery(self) -> float:
        """Seconds from then until the last client was served."""
        return self.served[-1].at - self.back

    @property
    def waiting(self) -> int:
        """How many clients waited then."""
        return self.plan.clients - sum(one.at < self.back for one in self.served)

    @property
    def least(self) -> float:
        """The seconds in which the table could have served those: it had saved up one second's writes, unless its limit was too low."""
        saved = self.plan.capacity if self.plan.trouble == LOST else 0
        return max(0, self.waiting - saved) / self.plan.capacity

    @property
    def gave_up(self) -> int:
        """Calls that the SDK gave up."""
        return sum(bool(call.gave_up) for call in self.calls)

    @cached_property
    def waves(self) -> list[list[Sent]]:
        """The requests since the trouble was over, cut wherever nothing arrived for a while."""
        late = [one for one in self.sent if one.at >= self.back]
        waves = [late[:1]]
        for before, one in pairwise(late):
            if one.at - before.at >= APART:
                waves.append([])
            waves[-1].append(one)
        return waves

    @cached_property
    def busiest(self) -> int:
        """The most requests that arrived in any tenth of a second since the trouble was over."""
        times = [one.at for one in self.sent if one.at >= self.back]
        return max(bisect_left(times, at + WINDOW) - i for i, at in enumerate(times))


def run(plan: Plan) -> Herd:
    """Let it happen: until every client is served."""
    lab = _lab(plan)
    herd = Herd(plan, lab, [], [])
    chance = Stream(plan.seed, "starts")
    clients = [
        Client(lab.clock, STRATEGIES[plan.strategy], Stream(plan.seed, f"client {i}")) for i in range(plan.clients)
    ]
    for i, client in enumerate(clients):
        _call(herd, client, i, lab.clock.start + round((FIRST_AT + SPREAD * chance.fraction()) * SECOND))
    if plan.jitter_from is not None:
        lab.clock.at(lab.clock.start + round(plan.jitter_from * SECOND), partial(_switch_jitter_on, clients))
    while sum(call.answer is not None for call in herd.calls) < plan.clients:
        lab.clock.advance(1)
    return herd


def _call(herd: Herd, client: Client, i: int, at: int) -> None:
    def send() -> Any:
        herd.senders.append(i)
        return herd.lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": {"id": {"S": f"client-{i}"}}})

    def ended(call: Call) -> None:
        if call.error:
            _call(herd, client, i, herd.lab.clock.now + round(AGAIN * SECOND))

    herd.calls.append(client.call(send, at=at, then=ended))


def _switch_jitter_on(clients: list[Client]) -> None:
    for client in clients:
        client.retries = replace(client.retries, jitter="full")


def _lab(plan: Plan) -> Lab:
    """A Lab in which the trouble is scheduled. Answers come at once: here only the waits matter."""
    none = Delay()
    at_once = {"item_write": none, "control": none, "table_creation": 0, "table_update": 0, "leader_wait": 0}
    lease = {"leader_lease": plan.outage * SECOND, "on_demand_partitions": 1, "heat_window": 0}
    lab = Lab(plan.seed, replace(REALISTIC, **at_once, **lease))  # type: ignore[arg-type]
    lost = plan.trouble == LOST
    lab.request("dynamodb", "CreateTable", {**_DEFINITION, **_limit(plan.capacity if lost else TOO_LOW)})
    if lost:
        leader = next(one.zone for one in lab.inspect(TABLE).replicas(PARTITION) if one.role == "leader")
        lab.faults.lose_zone(leader, at=TROUBLE_AT)
    else:
        raised = {"TableName": TABLE, **_limit(plan.capacity)}
        at = lab.clock.start + round((TROUBLE_AT + plan.outage) * SECOND)
        lab.clock.at(at, lambda: lab.request("dynamodb", "UpdateTable", raised))
    return lab


def _limit(units: int) -> dict[str, Any]:
    """The table's own maximum on demand. Unlike provisioned capacity it saves up for one second only, so that nothing is left from before."""
    return {"OnDemandThroughput": {"MaxWriteRequestUnits": units}}


_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
