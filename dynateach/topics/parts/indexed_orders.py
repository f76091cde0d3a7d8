"""A table of orders with one global index on their status, and the way of each change from the one to the other.

orders = Orders(lab_without_waiting(CLASSROOM))
orders.open({"ProjectionType": "ALL"})
orders.put("o1", status="OPEN")
orders.look(["OPEN"]).differences               # ['o1 is missing']
orders.lab.clock.advance(15)
ways(orders.lab)                                # what was queued for the index, and when it arrived there
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from dynateach.clock import SECOND, Action
from dynateach.drawing.film import seconds
from dynateach.events import IndexQueued, IndexWritten, ItemWritten
from dynateach.lab import Lab
from dynateach.profile import Delay, Profile

TABLE, INDEX = "orders", "by-status"
KEY, INDEX_KEY = "id", "status"

Attributes = dict[str, str | int]

STATUSES = "OPEN", "SHIPPED"
NEW: Attributes = {"status": "OPEN", "total": 1}
TOTALS = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
"""The projection of an index that holds the totals beside its keys, and not the notes."""


MENTIONED = 3
"""How many differences a sentence has room for."""


class Way(NamedTuple):
    """One change on its way to the index, caused by request number ``request``, a write of ``order``: ``queued`` at one moment and
    ``arrived`` at another (seconds). ``change`` is INSERT, MODIFY or REMOVE.
    """

    request: int
    order: str
    change: str
    queued: float
    arrived: float

    @property
    def took(self) -> float:
        """How long it was on its way, in seconds."""
        return self.arrived - self.queued


@dataclass(frozen=True)
class Look:
    """What the ``index`` answered ``at`` a moment (seconds), and what stood in the ``table`` then."""

    at: float
    index: tuple[Attributes, ...]
    table: tuple[Attributes, ...]

    @cached_property
    def differences(self) -> dict[str, str]:
        """By order, in a few words, what is not in the index as it is in the table."""
        entries: dict[Any, list[Attributes]] = defaultdict(list)
        for entry in self.index:
            entries[entry[KEY]].append(entry)
        found = {str(item[KEY]): _difference(item, entries[item[KEY]]) for item in self.table}
        return {order: words for order, words in found.items() if words}

    @property
    def says(self) -> str:
        """The same as a clause."""
        if not self.differences:
            return "the index answers just as the table"
        first = [f"{order} {words}" for order, words in list(self.differences.items())[:MENTIONED]]
        more = len(self.differences) - MENTIONED
        return f"in the index {', '.join(first)}{f', and {more} more differ' if more > 0 else ''}"


@dataclass(frozen=True)
class Orders:
    """The table in a Lab, and its requests in the terms of orders."""

    lab: Lab

    def open(
        self, projection: dict[str, Any], first: Iterable[Attributes] = (), units: tuple[int, int] | None = None
    ) -> None:
        """Create the table, put the ``first`` orders, then add the index, which has them at once in a Lab without waiting.

        With write ``units`` a second for the table and for the index both are provisioned, else on demand.
        """
        key = [{"AttributeName": INDEX_KEY, "KeyType": "HASH"}]
        index: dict[str, Any] = {"IndexName": INDEX, "KeySchema": key, "Projection": projection}
        mode: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
        if units:
            mode = {"ProvisionedThroughput": throughput(units[0])}
            index["ProvisionedThroughput"] = throughput(units[1])
        keys = {"KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}]}
        self.ask("CreateTable", **keys, AttributeDefinitions=_ATTRIBUTES[:1], **mode)
        for attributes in first:
            self.ask("PutItem", Item=wire(attributes))
        self.ask("UpdateTable", AttributeDefinitions=_ATTRIBUTES, GlobalSecondaryIndexUpdates=[{"Create": index}])

    def put(self, order: str, **attributes: str | int) -> dict[str, Any]:
        """Put an order in, in place of the one of that name if there is one."""
        return self.ask("PutItem", Item=wire({KEY: order, **attributes}))

    def change(self, order: str, **attributes: str | int) -> dict[str, Any]:
        """Give an order other attributes."""
        names = {f"#{name}": name for name in attributes}
        values = {f":{name}": value for name, value in wire(attributes).items()}
        update = {"UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes)}
        bound = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        return self.ask("UpdateItem", Key=wire({KEY: order}), **update, **bound)

    def under(self, status: str) -> list[Attributes]:
        """What the index answers to a Query of one status."""
        names, values = {"#status": INDEX_KEY}, wire({":status": status})
        bound = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        answer = self.ask("Query", IndexName=INDEX, KeyConditionExpression="#status = :status", **bound)
        return [_plain(item) for item in answer["Items"]]

    def look(self, statuses: Iterable[str]) -> Look:
        """Query the index for each of these statuses, and compare with a strongly consistent Scan of the table."""
        found = tuple(entry for status in statuses for entry in self.under(status))
        items = tuple(_plain(item) for item in self.ask("Scan", ConsistentRead=True)["Items"])
        return Look(self.lab.clock.elapsed, found, items)

    def at(self, time: float, action: Action) -> None:
        """Do something when the Lab is so many seconds old."""
        self.lab.clock.at(self.lab.clock.start + round(time * SECOND), action)

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        """Any request to the table, in wire form."""
        return self.lab.request("dynamodb", operation, {"TableName": TABLE, **params})


class Writer:
    """Whoever changes the ``orders`` "o1", "o2", … of a table: one after the other, and in the way of each of ``kinds`` in turn.

    A kind is the attribute that changes, or "new" for another order.
    """

    def __init__(self, table: Orders, kinds: Sequence[str], orders: int) -> None:
        self._table = table
        self._kinds = kinds
        self._first = self._orders = orders
        self._writes = self._changes = 0
        self._shipped: set[str] = set()

    def write(self) -> None:
        """Make the next write. Raises ``ServiceError`` if DynamoDB refuses it."""
        kind = self._kinds[self._writes % len(self._kinds)]
        self._writes += 1
        if kind == "new":
            self._orders += 1
            self._table.put(f"o{self._orders}", **NEW)
        else:
            self._change(kind)

    def _change(self, attribute: str) -> None:
        order = f"o{self._changes % self._first + 1}"
        self._changes += 1
        moved = "OPEN" if order in self._shipped else "SHIPPED"
        self._table.change(order, **{attribute: moved if attribute == INDEX_KEY else self._writes + 1})
        if attribute == INDEX_KEY:
            self._shipped ^= {order}


def first_orders(orders: int) -> list[Attributes]:
    """So many orders as they are when they are new."""
    return [{KEY: f"o{i + 1}", **NEW} for i in range(orders)]


def lab_without_waiting(profile: Profile, seed: int = 1, **other: Any) -> Lab:
    """A Lab of that profile in which a request takes no time, a table is there at once and no replica lags: what is left to see is how
    its index does. ``other`` fields of the profile may be given.
    """
    nothing: dict[str, Any] = {name: Delay() for name in _DELAYS}
    at_once: dict[str, Any] = dict.fromkeys(_DURATIONS, 0)
    return Lab(seed, replace(profile, **{**nothing, **at_once, **other}))


def ways(lab: Lab) -> list[Way]:
    """The way of each change that has arrived in the index, in the order in which they began."""
    written, begun = dict[int, str](), list[IndexQueued]()
    ended: dict[tuple[int, str, str], IndexWritten] = {}
    for event in lab.trace:
        if isinstance(event, ItemWritten):
            written[event.request] = event.key
        elif isinstance(event, IndexQueued):
            begun.append(event)
        elif isinstance(event, IndexWritten):
            ended[event.request, event.key, event.change] = event
    return list(_paired(begun, ended, written))


def waiting(found: Iterable[Way]) -> list[tuple[float, int]]:
    """How many of these changes are on their way, as steps over time (seconds)."""
    changes: dict[float, int] = defaultdict(int)
    for way in found:
        changes[way.queued] += 1
        changes[way.arrived] -= 1
    level, steps = 0, [(0.0, 0)]
    for time in sorted(changes):
        level += changes[time]
        steps.append((time, level))
    return steps


def throughput(units: int) -> dict[str, int]:
    """So many write units a second, and more read units than anybody uses here."""
    return {"ReadCapacityUnits": 1_000, "WriteCapacityUnits": units}


def wire(attributes: Attributes) -> dict[str, Any]:
    """Strings and whole numbers as DynamoDB's wire form has them."""
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in attributes.items()}


def _plain(item: dict[str, Any]) -> Attributes:
    return {name: value["S"] if "S" in value else int(value["N"]) for name, value in item.items()}


def _difference(item: Attributes, entries: list[Attributes]) -> str:
    if not entries:
        return "is missing"
    if len(entries) > 1:
        return "is there twice"
    (entry,) = entries
    if entry[INDEX_KEY] != item[INDEX_KEY]:
        return f"is still {entry[INDEX_KEY]}"
    old = [name for name in entry if entry[name] != item[name]]
    return f"has its old {old[0]}" if old else ""


def _paired(
    begun: list[IndexQueued], ended: dict[tuple[int, str, str], IndexWritten], written: dict[int, str]
) -> Iterator[Way]:
    for start in begun:
        end = ended.get((start.request, start.key, start.change))
        if end:
            yield Way(start.request, written[start.request], start.change, seconds(start.at), seconds(end.at))


_DELAYS = "item_read", "item_write", "page_read", "control", "replication_lag"
_DURATIONS = "table_creation", "table_update", "index_creation"
_ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in (KEY, INDEX_KEY)]
