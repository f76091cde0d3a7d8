"""Keys: missing, mistyped, empty, too long; how each operation says so."""

from tests.conformance.case import PAIR, Case, Wire, refuses

INVALID = "One or more parameter values were invalid: "
NO_MATCH = "The provided key element does not match the schema"


def empty(kind: str, name: str) -> str:
    return (
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        f"cannot contain an empty {kind} value. Key: {name}"
    )


HASH_TOO_LONG = INVALID + "Aggregated size of all hash keys has exceeded the size limit of 2048 bytes"
RANGE_TOO_LONG = INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"

ITEMS: list[tuple[str, Wire, str]] = [
    ("has a partition key", {"sk": {"S": "b"}}, INVALID + "Missing the key pk in the item"),
    ("has a sort key", {"pk": {"S": "a"}}, INVALID + "Missing the key sk in the item"),
    (
        "has a partition key of its type",
        {**PAIR, "pk": {"N": "1"}},
        INVALID + "Type mismatch for key pk expected: S actual: N",
    ),
    (
        "has a sort key of its type",
        {**PAIR, "sk": {"SS": ["a"]}},
        INVALID + "Type mismatch for key sk expected: S actual: SS",
    ),
    ("has no empty partition key", {**PAIR, "pk": {"S": ""}}, empty("string", "pk")),
    ("has no empty sort key", {**PAIR, "sk": {"S": ""}}, empty("string", "sk")),
    ("has a partition key of at most 2048 bytes", {**PAIR, "pk": {"S": "a" * 2049}}, HASH_TOO_LONG),
    ("has a sort key of at most 1024 bytes", {**PAIR, "sk": {"S": "é" * 513}}, RANGE_TOO_LONG),
    ("has its partition key looked at first", {"pk": {"S": ""}, "sk": {"N": "1"}}, empty("string", "pk")),
    ("has its partition key measured first", {"pk": {"S": "a" * 2049}, "sk": {"S": "a" * 1025}}, HASH_TOO_LONG),
]

KEYS: list[tuple[str, Wire, str]] = [
    ("is not nothing", {}, NO_MATCH),
    ("has all its attributes", {"pk": {"S": "a"}}, NO_MATCH),
    ("has no other attribute", {**PAIR, "x": {"S": "a"}}, NO_MATCH),
    ("has the names of the schema", {"pk": {"S": "a"}, "x": {"S": "b"}}, NO_MATCH),
    ("has the types of the schema", {**PAIR, "pk": {"N": "1"}}, NO_MATCH),
    ("has no set in it", {**PAIR, "sk": {"SS": ["a"]}}, NO_MATCH),
    ("has no list in it", {**PAIR, "sk": {"L": []}}, NO_MATCH),
    ("has no empty partition key", {**PAIR, "pk": {"S": ""}}, empty("string", "pk")),
    ("has no empty sort key", {**PAIR, "sk": {"S": ""}}, empty("string", "sk")),
    ("has a partition key of at most 2048 bytes", {**PAIR, "pk": {"S": "a" * 2049}}, HASH_TOO_LONG),
    ("has a sort key of at most 1024 bytes", {**PAIR, "sk": {"S": "a" * 1025}}, RANGE_TOO_LONG),
    ("has its partition key looked at first", {"pk": {"S": ""}, "sk": {"N": "1"}}, empty("string", "pk")),
]


def by_key(operation: str, key: Wire) -> Wire:
    """A request of this operation that is about one key of ``pairs``."""
    batches: dict[str, Wire] = {
        "BatchGetItem": {"RequestItems": {"pairs": {"Keys": [key]}}},
        "BatchWriteItem": {"RequestItems": {"pairs": [{"DeleteRequest": {"Key": key}}]}},
    }
    return batches.get(operation, {"TableName": "pairs", "Key": key})


CASES: list[Case] = [
    *(
        refuses(f"an item {promise}", "PutItem", {"TableName": "pairs", "Item": item}, text)
        for promise, item, text in ITEMS
    ),
    *(
        refuses(f"a key {promise}, in {operation}", operation, by_key(operation, key), text)
        for promise, key, text in KEYS
        for operation in ("GetItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem")
    ),
    *(
        refuses(
            f"in a batch an item {promise} or does not match",
            "BatchWriteItem",
            {"RequestItems": {"pairs": [{"PutRequest": {"Item": item}}]}},
            NO_MATCH if text.startswith((INVALID + "Missing", INVALID + "Type")) else text,
        )
        for promise, item, text in ITEMS
    ),
    refuses(
        "a binary key is not empty", "PutItem", {"TableName": "blobs", "Item": {"pk": {"B": ""}}}, empty("binary", "pk")
    ),
    refuses(
        "a binary key to read is not empty",
        "GetItem",
        {"TableName": "blobs", "Key": {"pk": {"B": ""}}},
        empty("binary", "pk"),
    ),
    refuses(
        "a key attribute has a type",
        "GetItem",
        {"TableName": "things", "Key": {"pk": {}}},
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    ),
]
