"""Requests to look at: designs of a partition key, and a second of traffic that really goes through a Lab."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dynateach.clock import SECOND
from dynateach.drawing.keyspace import Band, Mark
from dynateach.dynamodb.rules import limits
from dynateach.errors import LabError
from dynateach.lab import Lab
from dynateach.profile import IDEAL
from dynateach.randomness import Randomness, Stream, Weighted
from dynateach.trace import ItemRead, ItemWritten

Kind = Literal["writes", "reads", "half and half"]
Touch = ItemRead | ItemWritten

KINDS: tuple[Kind, ...] = ("writes", "reads", "half and half")
CEILINGS = {"writes": limits.PARTITION_WRITE_UNITS, "reads": limits.PARTITION_READ_UNITS}
UNITS = {"writes": "WCU/s", "reads": "RCU/s"}


@dataclass(frozen=True)
class Design:
    """A choice of partition key: what it is called, and the key that request number ``i`` of a Lab's day names."""

    name: str
    key: Callable[[int, Stream, str], str]


def _user(i: int, chance: Stream, today: str) -> str:
    return f"user-{chance.below(500):03}"


def _order(i: int, chance: Stream, today: str) -> str:
    return f"order-{i + 1:06}"


def _status(i: int, chance: Stream, today: str) -> str:
    return ("DELIVERED", "SHIPPED", "PENDING")[_STATUS.draw(chance)]


def _today(i: int, chance: Stream, today: str) -> str:
    return today


def _tenant(i: int, chance: Stream, today: str) -> str:
    return f"tenant-{_TENANT.draw(chance) + 1:02}"


_STATUS = Weighted((70, 20, 10))
_TENANT = Weighted([10_000 // rank for rank in range(1, 51)])

DESIGNS = {
    design.name: design
    for design in (
        Design("user ids", _user),
        Design("order ids", _order),
        Design("tenants", _tenant),
        Design("order status", _status),
        Design("today's date", _today),
    )
}
"""500 users, each as busy as any other; order ids counted upward; 50 tenants by Zipf's law (the second is half as busy as the first, and so on);
three statuses (70, 20 and 10 %); and the date on the Lab's clock."""


def keys(lab: Lab, design: str, requests: int) -> list[str]:
    """The partition key that each request names, in order. Raises ``LabError`` for a design that there is none of."""
    if design not in DESIGNS:
        raise LabError(f"there is no key design {design!r}", next=f"Choose one of: {', '.join(DESIGNS)}.")
    chance, today = Randomness(lab.seed).stream("keys of the traffic"), _date(lab)
    key = DESIGNS[design].key
    return [key(i, chance, today) for i in range(requests)]


def lab_with_tables(*tables: str, partitions: int, seed: int, sort_key: bool = False) -> Lab:
    """A Lab with new on-demand tables of so many partitions each; the partition key is ``pk``, the sort key, if any, the number ``sk``."""
    if not 1 <= partitions <= 64:
        raise LabError(f"{partitions} partitions are too many to draw, or too few", next="Choose from 1 to 64.")
    lab = Lab(seed, replace(IDEAL, on_demand_partitions=partitions))
    for table in tables:
        lab.request("dynamodb", "CreateTable", _definition(table, sort_key))
    return lab


def send(lab: Lab, table: str, names: Sequence[str], kind: Kind = "writes") -> None:
    """One second of traffic on a table: a request for each key, evenly spaced. What is read has been put there before, off the record."""
    if kind != "writes":
        with lab.trace.paused():
            for name in dict.fromkeys(names):
                _put(lab, table, name, 0)
    chance = Randomness(lab.seed).stream("kind of request")
    for i in one_second(lab, len(names)):
        if kind == "writes" or (kind == "half and half" and chance.bits(1)):
            _put(lab, table, names[i], i)
        else:
            _get(lab, table, names[i])


def one_second(lab: Lab, requests: int) -> Iterator[int]:
    """The numbers of so many requests, each when it is due: evenly spaced over the next second of the Lab's clock."""
    start = lab.clock.now
    for i in range(requests):
        lab.clock.advance((start + i * SECOND // requests - lab.clock.now) / SECOND)
        yield i
    lab.clock.advance((start + SECOND - lab.clock.now) / SECOND)


def touches(lab: Lab, table: str, kind: str, since: int = 0) -> list[Touch]:
    """The single items that a table's requests wrote ("writes") or read ("reads") from that moment on (µs), as the trace has them."""
    events: list[Touch] = [*lab.trace.of(ItemWritten)] if kind == "writes" else [*lab.trace.of(ItemRead)]
    return [event for event in events if event.table == table and event.at >= since]


def marks(events: Sequence[Touch]) -> list[Mark]:
    """The distinct partition keys among those events, in the order of the key space."""
    named = Counter((event.hash, event.key.split(" / ")[0]) for event in events)
    return [Mark(key, position, requests) for (position, key), requests in sorted(named.items())]


def bands(lab: Lab, table: str, events: Sequence[Touch], kind: str) -> list[Band]:
    """The table's partitions with the units that those events, all of one second, consumed on each."""
    units: dict[str, float] = dict.fromkeys((one.id for one in lab.inspect(table).partitions), 0.0)
    for event in events:
        units[event.partition] = units.get(event.partition, 0.0) + event.units
    return [Band(one.id, one.low, one.high, units[one.id], CEILINGS[kind]) for one in lab.inspect(table).partitions]


def _put(lab: Lab, table: str, name: str, i: int) -> None:
    lab.request("dynamodb", "PutItem", {"TableName": table, "Item": {"pk": {"S": name}, "n": {"N": str(i)}}})


def _get(lab: Lab, table: str, name: str) -> None:
    lab.request("dynamodb", "GetItem", {"TableName": table, "Key": {"pk": {"S": name}}, "ConsistentRead": True})


def _date(lab: Lab) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(lab.clock.now // SECOND, UTC).date().isoformat()


def _definition(table: str, sort_key: bool) -> dict[str, object]:
    names = {"pk": ("S", "HASH"), **({"sk": ("N", "RANGE")} if sort_key else {})}
    return {
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": type} for name, (type, _) in names.items()],
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, (_, role) in names.items()],
    }
