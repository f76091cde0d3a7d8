"""What task 11.2 asks about: three tables and a rush on each, of which something is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.capacity import READ_UNIT_BYTES
from dynateach.dynamodb.rules.limits import BURST_SECONDS, PARTITION_READ_UNITS
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream
from dynateach.topics.scaled_day import PROFILE
from dynateach.trace import ItemRead, Throttled

UNITS = 100
"""Read units of one request, as for ``topics.scaled_day``: few requests make a rush."""
KEY = {"pk": {"S": "one"}}
NAMES = ("A", "B", "C")


class Plan(NamedTuple):
    """A table and what is asked of its one item: ``quiet`` units a second until ``begins``, then ``loud`` until ``ends`` (seconds).

    ``provisioned`` or else on demand, with a ``maximum`` (0: none).
    """

    provisioned: int
    maximum: int
    quiet: int
    loud: int
    begins: int
    ends: int

    @property
    def terms(self) -> str:
        """What the table was promised, in a word or two."""
        if self.provisioned:
            return f"provisioned: {self.provisioned:,} RCU"
        return f"on demand, maximum {self.maximum:,}" if self.maximum else "on demand, no maximum"


@dataclass(frozen=True)
class Rush:
    """The three tables, in the order in which they are drawn; ``saver`` is the one that lives on what it has saved."""

    lab: Lab
    plans: tuple[Plan, ...]
    starts: tuple[int, ...]
    saver: int
    saved: float

    @cached_property
    def empty(self) -> float:
        """When the saver was refused its first read (seconds from its start)."""
        return next((one.at - self.starts[self.saver]) / SECOND for one in self.refusals(NAMES[self.saver]))

    @cached_property
    def budgets(self) -> list[str]:
        """Which budget refused, table by table."""
        return [self.refusals(name)[0].budget for name in NAMES]

    def refusals(self, name: str) -> list[Throttled]:
        """What that table refused."""
        return [one for one in self.lab.trace.of(Throttled) if one.table == _table(name)]

    def answers(self, name: str) -> list[ItemRead]:
        """What that table served."""
        return [one for one in self.lab.trace.of(ItemRead) if one.table == _table(name)]


@lru_cache(maxsize=4)
def three_rushes(seed: int) -> Rush:
    """The three tables of this seed."""
    chance = Randomness(seed).stream("11.2")
    plans = chance.shuffled([_saver(chance), *_ceilings(chance)])
    saver = next(number for number, plan in enumerate(plans) if plan.begins > 60)
    lab, starts, saved = Lab(seed, PROFILE), [], 0.0
    for number, plan in enumerate(plans):
        starts.append(lab.clock.now)
        level = _run(lab, _table(NAMES[number]), plan)
        saved = level if number == saver else saved
    return Rush(lab, tuple(plans), tuple(starts), saver, saved)


def _saver(chance: Stream) -> Plan:
    """A table that has been idle enough to save up, in half of the cases as much as it may."""
    rate = UNITS * (4 + chance.below(3))
    quiet = UNITS * (1 + chance.below(2))
    seconds = (BURST_SECONDS - 120 if chance.bits(1) else BURST_SECONDS + 120) * rate // (rate - quiet)
    begins = seconds + 10 * chance.below(5)
    loud = 2 * rate + UNITS * chance.below(4)
    saved = min(rate + (rate - quiet) * begins, BURST_SECONDS * rate)
    return Plan(rate, 0, quiet, loud, begins, begins + saved // (loud - rate) + 90)


def _ceilings(chance: Stream) -> list[Plan]:
    """Two tables that something else than savings limits."""
    more = UNITS * (2 + chance.below(8))
    loud = PARTITION_READ_UNITS + more
    limit = UNITS * (8 + chance.below(8))
    kinds = [
        Plan(loud + 10 * UNITS, 0, 3 * UNITS, loud, 20, 50),
        Plan(0, 0, 3 * UNITS, loud, 20, 50),
        Plan(0, limit, 3 * UNITS, limit + more, 20, 50),
    ]
    return chance.shuffled(kinds)[:2]


def _run(lab: Lab, table: str, plan: Plan) -> float:
    """Let the table live through its rush; the units that it had saved when that began."""
    _create(lab, table, plan)
    start, saved = lab.clock.now, 0.0
    for due, first in _dues(plan):
        lab.clock.advance((start + due - lab.clock.now) / SECOND)
        if first and plan.provisioned:
            saved = next(one.level for one in lab.inspect(table).budgets if _is_saving(one))
        _read(lab, table)
    return saved


def _dues(plan: Plan) -> Iterator[tuple[int, bool]]:
    """When a read is due (µs), and whether it is the first of the rush."""
    loud, quiet = plan.loud // UNITS, plan.quiet // UNITS
    yield from ((i * SECOND // quiet, False) for i in range(quiet * plan.begins))
    for i in range(loud * (plan.ends - plan.begins)):
        yield plan.begins * SECOND + i * SECOND // loud, i == 0


def _is_saving(level: Any) -> bool:
    return bool(level.side == "Read" and level.budget == "provisioned")


def _read(lab: Lab, table: str) -> None:
    try:
        lab.request("dynamodb", "GetItem", {"TableName": table, "Key": KEY, "ConsistentRead": True})
    except ServiceError as refusal:
        if refusal.code not in ("ProvisionedThroughputExceededException", "ThrottlingException"):
            raise


def _create(lab: Lab, table: str, plan: Plan) -> None:
    mode: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
    if plan.maximum:
        mode["OnDemandThroughput"] = {"MaxReadRequestUnits": plan.maximum}
    if plan.provisioned:
        mode = {"ProvisionedThroughput": {"ReadCapacityUnits": plan.provisioned, "WriteCapacityUnits": 400}}
    keys = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    with lab.trace.paused():
        lab.request("dynamodb", "CreateTable", {"TableName": table, **keys, **mode})
        large = {"S": "x" * (UNITS * READ_UNIT_BYTES - 20)}
        lab.request("dynamodb", "PutItem", {"TableName": table, "Item": {**KEY, "large": large}})


def _table(name: str) -> str:
    return f"table-{name}"
