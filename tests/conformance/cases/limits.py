"""Sizes: of items and of expressions."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, answers, refuses

LONG = "a" * 4097
TOO_LONG = "Expression size has exceeded the maximum allowed size;"
SHOWN = f"{TOO_LONG} expression size: 4097"
ITEM = "Item size has exceeded the maximum allowed size"
UPDATED = "Item size to update has exceeded the maximum allowed size"

FULL: Wire = {**KEY, "v": {"S": "x" * (400 * 1024 - len("pk") - len("a") - len("v"))}}
OVERFULL: Wire = {**FULL, "v": {"S": FULL["v"]["S"] + "x"}}
GET: Wire = {"TableName": "things", "Key": KEY}
QUERY: Wire = {
    "TableName": "pairs",
    "KeyConditionExpression": "pk = :p",
    "ExpressionAttributeValues": {":p": {"S": "a"}},
}

EXPRESSIONS: list[tuple[str, Wire, str, str]] = [
    (
        "PutItem",
        {"TableName": "things", "Item": KEY},
        "ConditionExpression",
        f"{COUNTED}Invalid ConditionExpression: {TOO_LONG}",
    ),
    ("UpdateItem", GET, "ConditionExpression", f"{COUNTED}Invalid ConditionExpression: {TOO_LONG}"),
    ("UpdateItem", GET, "UpdateExpression", f"{COUNTED}Invalid UpdateExpression: {TOO_LONG}"),
    ("DeleteItem", GET, "ConditionExpression", f"Invalid ConditionExpression: {SHOWN}"),
    ("GetItem", GET, "ProjectionExpression", f"Invalid ProjectionExpression: {TOO_LONG}"),
    ("Query", {"TableName": "pairs"}, "KeyConditionExpression", f"Invalid KeyConditionExpression: {SHOWN}"),
    ("Query", QUERY, "FilterExpression", f"Invalid FilterExpression: {TOO_LONG}"),
    ("Query", QUERY, "ProjectionExpression", f"Invalid ProjectionExpression: {TOO_LONG}"),
    ("Scan", {"TableName": "things"}, "FilterExpression", f"Invalid FilterExpression: {TOO_LONG}"),
    ("Scan", {"TableName": "things"}, "ProjectionExpression", f"Invalid ProjectionExpression: {TOO_LONG}"),
]

CASES: list[Case] = [
    *(
        refuses(f"a {parameter} of {operation} has 4096 bytes", operation, {**params, parameter: LONG}, text)
        for operation, params, parameter, text in EXPRESSIONS
    ),
    refuses(
        "an expression is measured in bytes",
        "GetItem",
        {**GET, "ProjectionExpression": "é" * 2049},
        f"Invalid ProjectionExpression: {TOO_LONG}",
    ),
    answers("a projection of 4096 bytes is read", "GetItem", {**GET, "ProjectionExpression": "a" * 4096}, {"Item": {}}),
    answers("an item has 400 KB", "PutItem", {"TableName": "things", "Item": FULL}, {}),
    refuses("an item has not a byte more", "PutItem", {"TableName": "things", "Item": OVERFULL}, ITEM),
    refuses(
        "an item in a batch has not a byte more",
        "BatchWriteItem",
        {"RequestItems": {"things": [{"PutRequest": {"Item": OVERFULL}}]}},
        ITEM,
    ),
    refuses(
        "an item in a transaction has not a byte more",
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "things", "Item": OVERFULL}}]},
        ITEM,
    ),
    refuses(
        "an updated item has not a byte more",
        "UpdateItem",
        {**GET, "UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "x" * 409_600}}},
        UPDATED,
    ),
]
