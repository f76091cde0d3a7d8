"""Queries and scans of secondary indexes: of the table ``cities`` of ``indexes.py``."""

from typing import Any

from tests.conformance.case import Case, Step, Wire, answers
from tests.conformance.cases.indexes import CITIES, INVALID, ITEM, KEY, NOT_VALID, said


def query(name: str, condition: str, **params: Any) -> Step:
    values = {":g": {"S": "g"}, ":a": {"S": "a"}, ":n": {"N": "3"}, ":s": {"S": ""}}
    used = {placeholder: value for placeholder, value in values.items() if placeholder in condition}
    return "Query", {
        "TableName": "cities",
        "IndexName": name,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": used,
        **params,
    }


def scan(name: str, **params: Any) -> Step:
    return "Scan", {"TableName": "cities", "IndexName": name, **params}


NO_INDEX = "The table does not have the specified index: nope"
EVENTUAL = "Consistent reads are not supported on global secondary indexes"
NOT_ALL = (
    INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index keys "
    "because its projection type is not ALL"
)
START = {**KEY, "g": {"S": "g"}, "n": {"N": "3"}}
STARTING = "The provided starting key is invalid"
ENTRY = {name: ITEM[name] for name in ("pk", "sk", "n", "x")}
LKEYS = {name: ITEM[name] for name in ("pk", "sk", "b")}

READS: list[tuple[str, Step, str]] = [
    ("a query names an index that exists", query("nope", "g = :g"), NO_INDEX),
    ("a scan names an index that exists", scan("nope"), NO_INDEX),
    ("a global index is not queried consistently", query("keys", "g = :g", ConsistentRead=True), EVENTUAL),
    ("a global index is not scanned consistently", scan("keys", ConsistentRead=True), EVENTUAL),
    ("a query of a global index can't select everything", query("keys", "g = :g", Select="ALL_ATTRIBUTES"), NOT_ALL),
    ("a scan of a global index can't select everything", scan("keys", Select="ALL_ATTRIBUTES"), NOT_ALL),
    (
        "a global index shows what it projects",
        query("keys", "g = :g", ProjectionExpression="x, pk"),
        INVALID + "Global secondary index keys does not project [x]",
    ),
    (
        "a filter of a global index is about what it projects",
        query("keys", "g = :g", FilterExpression="attribute_exists(x)"),
        INVALID + "Secondary index keys does not project one or more filter attributes: [x]",
    ),
    (
        "a filter of a local index is about what it projects",
        query("lkeys", "pk = :a", FilterExpression="attribute_exists(x)"),
        INVALID + "Secondary index lkeys does not project one or more filter attributes: [x]",
    ),
    (
        "a filter is not about the key of the index",
        query("keys", "g = :g", FilterExpression="attribute_exists(g)"),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: g",
    ),
    (
        "the partition key of the index is needed",
        query("all", "pk = :a"),
        "Query condition missed key schema element: g",
    ),
    (
        "a query of an index is about its key",
        query("all", "g = :g AND sk = :a"),
        "Query condition missed key schema element: n",
    ),
    (
        "there are at most as many conditions as key attributes",
        query("all", "g = :g AND n = :n AND sk = :a"),
        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ),
    (
        "an index key has one type",
        query("keys", "g = :n"),
        INVALID + "Condition parameter type does not match schema type",
    ),
    (
        "an index key is not empty",
        query("keys", "g = :s"),
        NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty string value. Key: g",
    ),
    ("a start key has the key of the table", query("all", "g = :g", ExclusiveStartKey={"g": {"S": "g"}}), STARTING),
    ("a start key has the key of the index", query("all", "g = :g", ExclusiveStartKey=KEY), STARTING),
    (
        "a start key of a scan has the key of the index",
        scan("all", ExclusiveStartKey=KEY),
        f"{STARTING}: The provided key element does not match the schema",
    ),
    ("a start key has nothing else", query("all", "g = :g", ExclusiveStartKey={**START, "x": {"S": "x"}}), STARTING),
    (
        "a start key has the type of the index key",
        query("all", "g = :g", ExclusiveStartKey={**START, "g": {"N": "1"}}),
        "The provided key element does not match the schema",
    ),
    (
        "a start key has the type of the table key",
        query("all", "g = :g", ExclusiveStartKey={**START, "pk": {"N": "1"}}),
        f"{STARTING}: The provided key element does not match the schema",
    ),
    (
        "a start key is of the same partition key",
        query("all", "g = :g", ExclusiveStartKey={**START, "g": {"S": "h"}}),
        "The provided starting key is outside query boundaries based on provided conditions",
    ),
    (
        "a start key satisfies the condition on the sort key",
        query("all", "g = :g AND n > :n", ExclusiveStartKey=START),
        "The provided starting key does not match the range key predicate",
    ),
    (
        "the sort key of a start key is looked at first",
        query("all", "g = :g AND n > :n", ExclusiveStartKey={**START, "g": {"S": "h"}}),
        "The provided starting key does not match the range key predicate",
    ),
    (
        "only an index has projected attributes",
        (
            "Query",
            {
                key: value
                for key, value in query("", "pk = :a", Select="ALL_PROJECTED_ATTRIBUTES")[1].items()
                if key != "IndexName"
            },
        ),
        "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    ),
]


def page(items: list[Wire], **more: Any) -> Wire:
    return {"Count": len(items), "ScannedCount": len(items), "Items": items, **more}


def capacity(kind: str, name: str, units: float, table: float = 0) -> Wire:
    return {
        "TableName": "cities",
        "CapacityUnits": units + table,
        "Table": {"CapacityUnits": table},
        kind: {name: {"CapacityUnits": units}},
    }


INDEXES = {"ReturnConsumedCapacity": "INDEXES"}
GLOBAL, LOCAL = "GlobalSecondaryIndexes", "LocalSecondaryIndexes"
ANSWERS: list[tuple[str, Step, Wire]] = [
    ("an index holds its keys and what it projects", query("some", "n = :n"), page([ENTRY])),
    (
        "a page of an index hands out both keys",
        query("some", "n = :n", Limit=1, **INDEXES),
        page([ENTRY], LastEvaluatedKey={**KEY, "n": {"N": "3"}}, ConsumedCapacity=capacity(GLOBAL, "some", 0.5)),
    ),
    (
        "a local index shows what it holds",
        query("lkeys", "pk = :a", **INDEXES),
        page([LKEYS], ConsumedCapacity=capacity(LOCAL, "lkeys", 0.5)),
    ),
    (
        "a local index looks up what it does not hold",
        query("lkeys", "pk = :a", Select="ALL_ATTRIBUTES", **INDEXES),
        page([ITEM], ConsumedCapacity=capacity(LOCAL, "lkeys", 0.5, 0.5)),
    ),
    (
        "a local index is read consistently",
        scan("lkeys", ConsistentRead=True, **INDEXES),
        page([LKEYS], ConsumedCapacity=capacity(LOCAL, "lkeys", 1)),
    ),
    (
        "a filter may be about the key of the table",
        query("lkeys", "pk = :a", FilterExpression="attribute_exists(sk)"),
        page([LKEYS]),
    ),
    (
        "a scan filters by what the index holds",
        scan("lkeys", FilterExpression="attribute_exists(x)"),
        {"Count": 0, "ScannedCount": 1, "Items": []},
    ),
    (
        "the start key is not an entry",
        query("all", "g = :g", ExclusiveStartKey={**START, "n": {"N": "2"}}),
        page([ITEM]),
    ),
    ("entries are counted", query("keys", "g = :g", Select="COUNT"), {"Count": 1, "ScannedCount": 1}),
]

CASES: list[Case] = [
    *(said(promise, step, text) for promise, step, text in READS),
    *(answers(promise, *step, answer, given=CITIES) for promise, step, answer in ANSWERS),
]
