"""What several tasks need: tables with so many partitions, items put there, what others do meanwhile, the load that the trace
tells of, and what is said of the same slip everywhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from dynateach.lab import Lab
from dynateach.profile import IDEAL
from dynateach.trace import Event, ItemWritten

Item = dict[str, Any]

NO_RETURN = "Does the function end in return?"
USE_WHAT_IS_GIVEN = "Use what the function is given, not another variable of the notebook."


def lab_with_table(
    name: str, partitions: int, seed: int, sort_key: str = "", admission: Literal["off", "global"] = "off"
) -> Lab:
    """A Lab with one new on-demand table of so many equal partitions; its partition key is the string ``pk``. It refuses what is too
    much if ``admission`` is "global".
    """
    lab = Lab(seed, replace(IDEAL, on_demand_partitions=partitions, admission=admission))
    names = {"pk": "HASH", **({sort_key: "RANGE"} if sort_key else {})}
    with lab.trace.paused():
        lab.request(
            "dynamodb",
            "CreateTable",
            {
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": key, "KeyType": role} for key, role in names.items()],
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in names],
            },
        )
    return lab


def put(lab: Lab, table: str, item: Item) -> None:
    """Put one item, given as Python values."""
    lab.request("dynamodb", "PutItem", {"TableName": table, "Item": wire_form(item)})


def later(lab: Lab, microseconds: int, action: Callable[[], object]) -> None:
    """Let somebody else do that so much later, whatever is under way then."""
    lab.clock.at(lab.clock.now + microseconds, action)


def wire_form(item: Item) -> Item:
    """An item of strings and numbers as DynamoDB's wire form has it."""
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}


def python_form(item: Item) -> Item:
    """An item of wire form as boto3 gives it: numbers as Decimal."""
    from boto3.dynamodb.types import TypeDeserializer

    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def written_units(events: Iterable[Event], partitions: Iterable[str] = ()) -> Counter[str]:
    """The write units that the events consumed on each partition; ``partitions`` are listed even when nothing went there."""
    units = Counter(dict.fromkeys(partitions, 0))
    for event in events:
        if isinstance(event, ItemWritten):
            units[event.partition] += round(event.units)
    return units


def hottest(units: Counter[str]) -> tuple[str, int]:
    """The partition with the most units, and those units; the first by name among equals."""
    return max(sorted(units.items()), key=lambda entry: entry[1])


def in_words(units: Counter[str]) -> str:
    """``p0 512, p1 488``: loads in the order of the partitions' names."""
    return ", ".join(f"{name} {load:,}" for name, load in sorted(units.items(), key=lambda entry: int(entry[0][1:])))


def is_number(value: Any) -> bool:
    """Whether a plain value is an int, a float or a Decimal (True and False are not what anybody means by a number)."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_item(value: Any) -> bool:
    """Whether a plain value could be an item as boto3 gives it."""
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)
