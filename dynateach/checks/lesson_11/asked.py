"""The ten requests of task 11.1: in words, as the engine takes them, and what one may believe of their units."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple

from dynateach.dynamodb.rules.limits import KB
from dynateach.dynamodb.rules.values import item_size
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.metering import metered
from dynateach.randomness import Randomness, Stream
from dynateach.trace import Event

TABLE, INDEXED = "orders", "parcels"

Item = dict[str, Any]


class Asked(NamedTuple):
    """One request: in ``words``, as the engine takes it, and the items that lie in its ``table`` before it.

    ``rule`` is the idea behind its units; ``mistakes`` say what leads to which other number; where two lead to the same, the last is
    the likelier.
    """

    words: str
    operation: str
    params: dict[str, Any]
    rule: str
    mistakes: dict[float, str]
    stored: tuple[Item, ...] = ()
    table: str = TABLE


@dataclass(frozen=True)
class TenRequests:
    """The requests that the task asks about; shown, they are a numbered list."""

    requests: tuple[Asked, ...]
    seed: int

    def __repr__(self) -> str:
        return "\n".join(f"{number:2}  {one.words}" for number, one in enumerate(self.requests, 1))

    @cached_property
    def lab(self) -> Lab:
        """A Lab that has served them all."""
        lab = _lab(self.seed)
        for one in self.requests:
            with lab.trace.paused():
                for item in one.stored:
                    lab.request("dynamodb", "PutItem", {"TableName": one.table, "Item": item})
            _send(lab, one)
        return lab

    @cached_property
    def units(self) -> list[float]:
        """What each of them consumed, of its table and its indexes together."""
        events: dict[int, list[Event]] = {}
        for event in self.lab.trace:
            events.setdefault(event.request, []).append(event)
        return [float(sum(meter.units for meter in metered(of_one))) for _, of_one in sorted(events.items())]


def ten_requests(seed: int) -> TenRequests:
    """The ten requests of this seed."""
    return TenRequests(tuple(_requests(Randomness(seed).stream("11.1"))), seed)


def _requests(chance: Stream) -> Iterator[Asked]:
    yield _eventual_get(2 * (1 + chance.below(4)) * 4 * KB + 100 + chance.below(3_900))
    yield _missing_get()
    yield _query(20 + chance.below(30), 300 + chance.below(500))
    yield _filtered_query(40 + chance.below(20), 2 + chance.below(4), 600 + chance.below(300))
    yield _batch_get(5 + chance.below(12), 700 + chance.below(2_000))
    yield _smaller_put((6 + chance.below(9)) * KB + chance.below(900) + 50, (1 + chance.below(3)) * KB + 50)
    yield _update((3 + chance.below(9)) * KB + 60 + chance.below(900))
    yield _refused_put((5 + chance.below(9)) * KB + 50 + chance.below(900), (1 + chance.below(3)) * KB + 50)
    yield _transaction(3 + chance.below(5), (1 + chance.below(3)) * KB + 50 + chance.below(500))
    yield _indexed_put((2 + chance.below(6)) * KB + 50 + chance.below(700))


# --- The requests, easy ones first -----------------------------------------------------------------------------------


def _eventual_get(size: int) -> Asked:
    units = ceil(size / (4 * KB))
    return Asked(
        f"GetItem, eventually consistent, of an item of {size:,} bytes",
        "GetItem",
        {"TableName": TABLE, "Key": _key("a")},
        "Round the size up to whole units of 4 KB, 4,096 bytes; an eventually consistent read costs half of that.",
        {
            units: _STRONG,
            ceil(units / 2): "Rounded up twice. Half units are real: round the size first, then halve.",
            size // (4 * KB) / 2: "Rounded down. A part of 4 KB costs a whole unit.",
            ceil(size / KB) / 2: "Units of 1 KB are for writes. A read unit is 4 KB.",
            ceil(size / KB): "Units of 1 KB are for writes. A read unit is 4 KB.",
        },
        (_item("a", "0", size),),
    )


def _missing_get() -> Asked:
    return Asked(
        "GetItem, eventually consistent, of a key under which there is no item",
        "GetItem",
        {"TableName": TABLE, "Key": _key("nothing")},
        "A read that finds nothing costs the smallest read of its kind.",
        {0: "To look costs, even where nothing is: the smallest read of its kind.", 1: _STRONG},
    )


def _query(count: int, size: int) -> Asked:
    units = ceil(count * size / (4 * KB))
    return Asked(
        f"Query, eventually consistent, that returns {count} items of {size:,} bytes each, in one page",
        "Query",
        _find("b"),
        "A Query adds up the sizes of all items of a page, and rounds the sum up once.",
        {
            units: _STRONG,
            count / 2: "A Query does not round each item. It adds their sizes up, and rounds the sum.",
            count: "A Query does not round each item. It adds their sizes up, and rounds the sum.",
            0.5: "One request, but not one unit: what it reads counts.",
        },
        tuple(_item("b", f"{number:03}", size) for number in range(count)),
    )


def _filtered_query(count: int, kept: int, size: int) -> Asked:
    units, after = (ceil(some * size / (4 * KB)) for some in (count, kept))
    mistakes = {
        after: "The filter is applied after the read. What it drops has been read, and is paid for.",
        after / 2: "The filter is applied after the read. What it drops has been read, and is paid for.",
        units / 2: "This one is strongly consistent: no half units.",
        count: "A Query does not round each item. It adds their sizes up, and rounds the sum.",
    }
    return Asked(
        f"Query, strongly consistent, of {count} items of {size:,} bytes each, whose filter keeps {kept}",
        "Query",
        {**_find("c", {":yes": {"S": "y"}}), "FilterExpression": "kept = :yes", "ConsistentRead": True},
        "A filter works on what has been read. So ask what is read, not what comes back.",
        mistakes,
        tuple(_item("c", f"{number:03}", size, kept="y" if number < kept else "n") for number in range(count)),
    )


def _batch_get(count: int, size: int) -> Asked:
    together = ceil(count * size / (4 * KB))
    return Asked(
        f"BatchGetItem, strongly consistent, of {count} items of {size:,} bytes each",
        "BatchGetItem",
        {"RequestItems": {TABLE: {"Keys": [_key("d", f"{i:03}") for i in range(count)], "ConsistentRead": True}}},
        "A batch is so many single requests in one envelope: each item is rounded up alone.",
        {
            together: "That is how a Query rounds. A batch rounds each item alone.",
            together / 2: "That is how a Query rounds. A batch rounds each item alone.",
            count / 2: "This one is strongly consistent: no half units.",
            1: "One envelope, but every item in it is paid for.",
        },
        tuple(_item("d", f"{number:03}", size) for number in range(count)),
    )


def _smaller_put(old: int, new: int) -> Asked:
    return Asked(
        f"PutItem of {new:,} bytes, which replaces an item of {old:,} bytes",
        "PutItem",
        {"TableName": TABLE, "Item": _item("e", "0", new)},
        _LARGER,
        {
            ceil(new / KB): "The new item is smaller, and that does not help: the larger of the two counts.",
            ceil(new / KB) + ceil(old / KB): "Not both: the larger of the two counts, once.",
            ceil(old / KB) - ceil(new / KB): "Not the difference: the larger of the two counts.",
            ceil(old / (4 * KB)): _WRITES_ARE_1_KB,
            ceil(new / (4 * KB)): _WRITES_ARE_1_KB,
        },
        (_item("e", "0", old),),
    )


def _update(size: int) -> Asked:
    change = {"UpdateExpression": "SET visits = :n", "ExpressionAttributeValues": {":n": {"N": "2"}}}
    return Asked(
        f"UpdateItem that sets one small number in an item of {size:,} bytes; its size stays the same",
        "UpdateItem",
        {"TableName": TABLE, "Key": _key("f"), **change},
        "An update is charged for the whole item, however little it changes.",
        {
            1: "An update is charged for the whole item, however little it changes.",
            2 * ceil(size / KB): "Before and after, but not both: the larger of the two counts, once.",
            ceil(size / (4 * KB)): _WRITES_ARE_1_KB,
        },
        (_item("f", "0", size, visits=1),),
    )


def _refused_put(old: int, new: int) -> Asked:
    return Asked(
        f"PutItem of {new:,} bytes on condition that there is none; but there is one, of {old:,} bytes, so it is refused",
        "PutItem",
        {"TableName": TABLE, "Item": _item("g", "0", new), "ConditionExpression": "attribute_not_exists(pk)"},
        "A condition that fails is charged like the write. The larger of both items counts.",
        {
            0: "Nothing was written, and it is charged all the same.",
            1: "A failed condition is charged like the write itself, not as the smallest one.",
            ceil(
                new / KB
            ): "A failed condition is charged for the larger one: the item that is there, or the attempted one.",
            ceil(old / (4 * KB)): _WRITES_ARE_1_KB,
        },
        (_item("g", "0", old),),
    )


def _transaction(count: int, size: int) -> Asked:
    puts = [{"Put": {"TableName": TABLE, "Item": _item("h", f"{number:03}", size)}} for number in range(count)]
    alone = ceil(size / KB)
    return Asked(
        f"TransactWriteItems with {count} puts of new items of {size:,} bytes each",
        "TransactWriteItems",
        {"TransactItems": puts},
        "A transaction writes every item twice, to prepare it and to commit it. Each item is rounded up alone.",
        {
            2 * ceil(count * size / KB): "Each item is rounded up alone, not their sum.",
            ceil(
                count * size / KB
            ): "Each item is rounded up alone, and a transaction pays for preparing and committing.",
            count: "The items are larger than 1 KB, and a transaction pays for preparing and committing.",
            2 * count: "The items are larger than 1 KB: each takes more than one unit, twice.",
            count * alone: "A transaction prepares each write, then commits it. Both are paid for.",
        },
    )


def _indexed_put(size: int) -> Asked:
    units = ceil(size / KB)
    item = _item("i", "0", size, depot="d7", customer="c5")
    return Asked(
        f"PutItem of a new item of {size:,} bytes, and its entries in two global indexes: one projects ALL, one KEYS_ONLY",
        "PutItem",
        {"TableName": INDEXED, "Item": item},
        "An index is a table of its own: each entry is a write more, of the size of what is projected.",
        {
            units: "That is the table's part. Each index gets an entry, and each entry is written too.",
            3 * units: "KEYS_ONLY holds the keys alone: its entry is small.",
            2 * units: "Two indexes, two entries more: a large one and a small one.",
            units + 2: "An index with projection ALL holds the whole item, and is charged for it.",
            units + 1: "Two indexes, two entries more: a large one and a small one.",
        },
        table=INDEXED,
    )


_STRONG = "That is the price of a strongly consistent read. An eventually consistent one costs half."
_LARGER = (
    "A write is charged for the larger one: the item before it, or the item after it. In units of 1 KB, 1,024 bytes."
)
_WRITES_ARE_1_KB = "Units of 4 KB are for reads. A write unit is 1 KB."


def _item(pk: str, sk: str, size: int, **more: str | int) -> Item:
    """An item of exactly that size."""
    attributes = {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in more.items()}
    item = {**_key(pk, sk), **attributes, "text": {"S": ""}}
    return {**item, "text": {"S": "x" * (size - item_size(item))}}


def _key(pk: str, sk: str = "0") -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _find(pk: str, values: Item | None = None) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}, **(values or {})},
    }


def _lab(seed: int) -> Lab:
    lab = Lab(seed)
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    indexes = [
        {
            "IndexName": f"by_{name}",
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": projection},
        }
        for name, projection in (("depot", "ALL"), ("customer", "KEYS_ONLY"))
    ]
    with lab.trace.paused():
        for table, more in ((TABLE, {}), (INDEXED, {"GlobalSecondaryIndexes": indexes})):
            names = ["pk", "sk", *(["depot", "customer"] if more else [])]
            definitions = [{"AttributeName": name, "AttributeType": "S"} for name in names]
            wanted = {"TableName": table, "KeySchema": keys, "AttributeDefinitions": definitions, **more}
            lab.request("dynamodb", "CreateTable", {**wanted, "BillingMode": "PAY_PER_REQUEST"})
    return lab


def _send(lab: Lab, one: Asked) -> None:
    try:
        lab.request("dynamodb", one.operation, one.params)
    except ServiceError as refusal:
        if refusal.code != "ConditionalCheckFailedException":
            raise
