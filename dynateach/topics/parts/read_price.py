"""What one read takes of a key that was spread over suffixes: measured on a Lab, by what its answers report."""

from functools import cache
from typing import Any, NamedTuple

from dynateach.lab import Lab
from dynateach.randomness import Randomness

TABLE, KEY = "orders", "user-001"
ITEMS = 100
"""Items under the key."""
NEWEST = 10
ITEM_BYTES = 300


class Price(NamedTuple):
    """What one read takes: so many requests, and so many read units in all. ``found`` items came back."""

    requests: int
    units: float
    found: int


@cache
def price(one_item: bool, suffixes: int = 1, known: bool = True) -> Price:
    """An eventually consistent read of one item, or of the newest ten under a key that is spread over so many suffixes.

    Where the suffix of an item is ``known`` (calculated from its number) only that is asked; where suffixes were drawn at
    random, all are asked, beside one another. The newest of a key are always asked of every suffix.
    """
    lab, wanted = Lab(), ITEMS // 2
    chance = Randomness(lab.seed).stream("suffix")
    homes = [i % suffixes if known else chance.below(suffixes) for i in range(ITEMS)]
    _fill(lab, homes)
    if not one_item:
        return _asked([_newest(lab, suffix) for suffix in range(suffixes)])
    return _asked([_get(lab, suffix, wanted) for suffix in ([homes[wanted]] if known else range(suffixes))])


def _asked(answers: list[dict[str, Any]]) -> Price:
    found = sum(len(answer["Items"]) if "Items" in answer else "Item" in answer for answer in answers)
    units = sum(answer["ConsumedCapacity"]["CapacityUnits"] for answer in answers)
    return Price(len(answers), units, min(found, NEWEST))


def _fill(lab: Lab, homes: list[int]) -> None:
    lab.request("dynamodb", "CreateTable", _DEFINITION)
    for i, suffix in enumerate(homes):
        item = {**_key(suffix), "sk": {"N": str(i)}, "filler": {"S": "x" * ITEM_BYTES}}
        lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": item})


def _get(lab: Lab, suffix: int, number: int) -> dict[str, Any]:
    key = {**_key(suffix), "sk": {"N": str(number)}}
    return lab.request("dynamodb", "GetItem", {"TableName": TABLE, "Key": key, "ReturnConsumedCapacity": "TOTAL"})


def _newest(lab: Lab, suffix: int) -> dict[str, Any]:
    asked = {"KeyConditionExpression": "pk = :key", "ExpressionAttributeValues": {":key": _key(suffix)["pk"]}}
    order = {"ScanIndexForward": False, "Limit": NEWEST, "ReturnConsumedCapacity": "TOTAL"}
    return lab.request("dynamodb", "Query", {"TableName": TABLE, **asked, **order})


def _key(suffix: int) -> dict[str, Any]:
    return {"pk": {"S": f"{KEY}#{suffix}"}}


_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
}
