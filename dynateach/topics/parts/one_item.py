"""One item and its requests: what a few clients ask of it, each at its own moment, and what the trace says they were told.

item = Item(lab_with_zones(lag=2_000))
item.at(1.0, lambda: item.write("ada"))
item.lab.clock.advance(5)
told(item)                                      # its writes, its reads, its refused requests

A write puts a version number into the item: 1, 2, 3, … A read gives the number that it found, 0 if there was no item yet.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.drawing.film import seconds
from dynateach.errors import LabError, ServiceError
from dynateach.events import ItemRead, ItemWritten, ReplicaRead, Replicated, RequestServed
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, Delay, Profile

TABLE = "profiles"
KEY = {"id": {"S": "user-1"}}


class Write(NamedTuple):
    """A write that was answered. It took effect when it was ``called``; times in seconds, as films have them."""

    client: str
    request: int
    called: float
    answered: float
    version: int
    units: float


class Read(NamedTuple):
    """A read that was answered with ``version``, by the replica in ``zone``, when ``newest`` had been written.

    ``behind`` is how long ago the first of the writes that it misses was done (seconds, 0 if it misses none).
    """

    client: str
    request: int
    called: float
    answered: float
    consistent: bool
    zone: str
    version: int
    newest: int
    behind: float
    units: float

    @property
    def stale(self) -> bool:
        """Whether a newer version had been written."""
        return self.version < self.newest


class Refusal(NamedTuple):
    """A request that no replica could serve: ``kind`` is "write" or "read"."""

    client: str
    request: int
    called: float
    answered: float
    kind: str


@dataclass(frozen=True)
class Told:
    """What the clients were told, each list in the order of the calls."""

    writes: list[Write]
    reads: list[Read]
    refused: list[Refusal]

    @property
    def answered(self) -> list[Write | Read]:
        """The requests that were served, in the order of their calls."""
        both: list[Write | Read] = [*self.writes, *self.reads]
        return sorted(both, key=lambda one: one.request)


class Item:
    """One item in a table of one partition. ``clients`` names who made each request of the Lab, in order."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.clients = [""]
        self._versions = 0
        lab.request("dynamodb", "CreateTable", _DEFINITION)

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do that ``time`` seconds after the Lab began: beside whatever else is under way."""
        self.lab.clock.at(self.lab.clock.start + round(time * SECOND), action)

    def write(self, client: str) -> int | None:
        """Set it to the next version, whatever is there: the version that the answer returns, None if the request was refused."""
        next_version = {":v": {"N": str(self._versions + 1)}}
        answer = self._ask(client, "UpdateItem", Key=KEY, ExpressionAttributeValues=next_version, **_SET)
        if answer is None:
            return None
        self._versions = int(answer["Attributes"]["v"]["N"])
        return self._versions

    def read(self, client: str, consistent: bool = False) -> int | None:
        """Get it: the version that is told, None if the request was refused."""
        answer = self._ask(client, "GetItem", Key=KEY, ConsistentRead=consistent)
        return None if answer is None else int(answer.get("Item", _NOTHING)["v"]["N"])

    def _ask(self, client: str, operation: str, **params: Any) -> dict[str, Any] | None:
        self.clients.append(client)
        try:
            return self.lab.request("dynamodb", operation, {"TableName": TABLE, **params})
        except ServiceError as error:
            if error.code != "InternalServerError":
                raise
            return None

    @property
    def requests(self) -> int:
        """The number of the latest request."""
        return len(self.clients)

    @property
    def free(self) -> float:
        """When whoever made the latest request has its answer (seconds)."""
        served = self.lab.trace.of(RequestServed)[-1]
        return seconds(served.at + served.took)


def lab_with_zones(lag: float, seed: int = 1, physics: Profile = CLASSROOM) -> Lab:
    """A Lab whose followers apply a write ``lag`` ms after it, by the median: all of the profile's lags in proportion.

    Else it is the profile, but for its tables: they have one partition, are there at once, and throttle nobody.
    Raises ``LabError`` for a lag that is none.
    """
    if not lag > 0:
        raise LabError(f"a replica cannot be {lag!r} ms behind", next="Give a lag above 0 ms.")
    lags = in_proportion(physics.replication_lag, lag)
    one_table = {"table_creation": 0, "control": Delay(), "on_demand_partitions": 1, "admission": "off"}
    return Lab(seed, replace(physics, replication_lag=lags, **one_table))  # type: ignore[arg-type]


def in_proportion(delay: Delay, median: float) -> Delay:
    """The same delay, longer or shorter, so that its median is that (ms)."""
    return Delay(*(round(quantile * median * 1000 / delay.median) for quantile in astuple(delay)))


class Happened:
    """What finished runs with one ``item`` have in common."""

    item: Item

    @property
    def lab(self) -> Lab:
        """The Lab in which it happened."""
        return self.item.lab

    @cached_property
    def told(self) -> Told:
        """What the clients were told."""
        return told(self.item)


def told(item: Item) -> Told:
    """What the trace says of the item's requests."""
    found = Told([], [], [])
    newest, parts = 0, dict[type, Any]()
    for event in item.lab.trace:
        parts[type(event)] = event
        newest += isinstance(event, Replicated)
        if isinstance(event, RequestServed):
            _sort(found, item.clients[event.request - 1], event, parts, newest)
            parts = {}
    return found


def _sort(found: Told, client: str, served: RequestServed, parts: dict[type, Any], newest: int) -> None:
    """Enter one request, of whose events ``parts`` has the latest of each kind."""
    when = (client, served.request, seconds(served.at), seconds(served.at + served.took))
    if served.operation not in _KINDS:
        return
    if served.outcome != "OK":
        found.refused.append(Refusal(*when, _KINDS[served.operation]))
    elif ItemWritten in parts:
        found.writes.append(Write(*when, parts[Replicated].lsn, parts[ItemWritten].units))
    else:
        read, seen = parts[ItemRead], parts[ReplicaRead]
        version = newest - seen.versions
        behind = seen.behind / SECOND
        found.reads.append(Read(*when, read.consistent, seen.zone, version, newest, behind, read.units))


_KINDS = {"UpdateItem": "write", "GetItem": "read"}
_SET = {"UpdateExpression": "SET v = :v", "ReturnValues": "ALL_NEW"}
_NOTHING = {"v": {"N": "0"}}
_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
