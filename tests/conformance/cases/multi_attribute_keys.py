"""Global indexes whose key has several attributes. The table ``matches``: pk; its index ``cups`` has the partition key
attributes cup, year (N) and the sort key attributes round, court (N), code (B). It holds one item.
"""

from typing import Any

from tests.conformance.case import Case, Step, Wire, answers, refuses
from tests.indexed import definition

INVALID = "One or more parameter values were invalid: "
KEY: Wire = {"pk": {"S": "m1"}}
PARTITION: Wire = {"cup": {"S": "a"}, "year": {"N": "2026"}}
SORT: Wire = {"round": {"S": "final"}, "court": {"N": "2"}, "code": {"B": "AAE="}}
ITEM: Wire = {**KEY, **PARTITION, **SORT, "x": {"S": "x"}}
ENTRY: Wire = {**KEY, **PARTITION, **SORT}
CUPS = "cup:S year:N / round:S court:N code:B -> KEYS_ONLY"
MATCHES: tuple[Step, ...] = (
    ("CreateTable", definition({"cups": CUPS}, key="pk:S", TableName="matches")),
    ("PutItem", {"TableName": "matches", "Item": ITEM}),
)
VALUES = {
    ":cup": PARTITION["cup"],
    ":year": PARTITION["year"],
    ":round": SORT["round"],
    ":prefix": {"S": "fin"},
    ":court": SORT["court"],
    ":low": {"N": "1"},
    ":high": {"N": "3"},
    ":code": SORT["code"],
    ":empty": {"S": ""},
}


def query(condition: str, **params: Any) -> Step:
    words = condition.replace("(", " ").replace(")", " ").replace(",", " ").split()
    return "Query", {
        "TableName": "matches",
        "IndexName": "cups",
        "KeyConditionExpression": condition.replace("year =", "#y =").replace("year >", "#y >"),
        "ExpressionAttributeValues": {word: VALUES[word] for word in words if word[0] == ":"},
        **({"ExpressionAttributeNames": {"#y": "year"}} if "year" in words else {}),
        **params,
    }


BOTH = "cup = :cup AND year = :year"
FINAL = f"{BOTH} AND round = :round"
COURT = f"{FINAL} AND court = :court"


def lacking(names: str, last: str) -> str:
    return (
        f"RANGE key attributes {names} must have equality conditions specified in the query "
        f"because a condition is present on key attribute {last}"
    )


def missed(name: str) -> str:
    return f"Query condition missed key schema element: {name}"


MISMATCH = INVALID + "Condition parameter type does not match schema type"

REFUSED: list[tuple[str, str, str]] = [
    ("the second partition attribute is needed", "cup = :cup", missed("year")),
    ("the first partition attribute is needed", "year = :year", missed("cup")),
    ("both partition attributes are needed", "round = :round", missed("cup")),
    ("a sort attribute makes up for no partition attribute", "cup = :cup AND round = :round", missed("year")),
    ("a partition attribute is given by equality", "cup = :cup AND year > :year", "Query key condition not supported"),
    ("the first sort attribute comes before the second", f"{BOTH} AND court = :court", lacking("round", "court")),
    ("the first sort attributes come before the third", f"{BOTH} AND code = :code", lacking("round, court", "code")),
    ("the second sort attribute comes before the third", f"{FINAL} AND code > :code", lacking("court", "code")),
    (
        "a range ends the conditions",
        f"{BOTH} AND round > :round AND court = :court",
        lacking("round", "court"),
    ),
    (
        "a prefix ends the conditions",
        f"{BOTH} AND begins_with(round, :prefix) AND court = :court",
        lacking("round", "court"),
    ),
    (
        "a stretch ends the conditions",
        f"{FINAL} AND court BETWEEN :low AND :high AND code = :code",
        lacking("court", "code"),
    ),
    (
        "there are at most as many conditions as key attributes",
        f"{COURT} AND code = :code AND pk = :cup",
        "The number of query conditions (6) exceeds the number of key attributes defined in the schema (5)",
    ),
    ("a partition attribute has one type", "cup = :year AND year = :year", MISMATCH),
    ("a sort attribute has one type", f"{BOTH} AND round = :court", MISMATCH),
    ("the last sort attribute has one type", f"{COURT} AND code = :round", MISMATCH),
    (
        "a partition attribute is not empty",
        "cup = :empty AND year = :year",
        "One or more parameter values are not valid. "
        "The AttributeValue for a key attribute cannot contain an empty string value. Key: cup",
    ),
]

FOUND: list[tuple[str, str]] = [
    ("the partition attributes find everything", BOTH),
    ("conditions stand in any order", "round = :round AND year = :year AND cup = :cup"),
    ("one sort attribute narrows the search", FINAL),
    ("a prefix of the first sort attribute narrows the search", f"{BOTH} AND begins_with(round, :prefix)"),
    ("a range of the first sort attribute narrows the search", f"{BOTH} AND round >= :prefix"),
    ("a range of the second sort attribute narrows the search", f"{FINAL} AND court > :low"),
    ("a stretch of the second sort attribute narrows the search", f"{FINAL} AND court BETWEEN :low AND :high"),
    ("all attributes find one entry", f"{COURT} AND code = :code"),
    ("the last sort attribute may be a range", f"{COURT} AND code <= :code"),
]

EMPTY_PAGES: list[tuple[str, str]] = [
    ("a range may end before the entry", f"{FINAL} AND court < :low"),
    ("a range may begin behind the entry", f"{FINAL} AND court > :high"),
    ("an equality may miss the entry", f"{FINAL} AND court = :low"),
]


def put(**attributes: Any) -> Wire:
    return {"TableName": "matches", "Item": {**ITEM, **attributes}}


def mistyped(name: str, expected: str, actual: str) -> str:
    return f"{INVALID}Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: cups"


OTHER: list[Case] = [
    refuses(
        "a mistyped partition attribute is refused",
        "PutItem",
        put(year={"S": "1"}),
        mistyped("year", "N", "S"),
        given=MATCHES,
    ),
    refuses(
        "a mistyped sort attribute is refused",
        "PutItem",
        put(code={"S": "1"}),
        mistyped("code", "B", "S"),
        given=MATCHES,
    ),
    refuses(
        "an empty sort attribute is refused",
        "PutItem",
        put(round={"S": ""}),
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: cups, IndexKey: round",
        given=MATCHES,
    ),
    answers(
        "a page hands out every key attribute",
        *query(BOTH, Limit=1),
        {"Items": [ENTRY], "Count": 1, "ScannedCount": 1, "LastEvaluatedKey": ENTRY},
        given=MATCHES,
    ),
    answers(
        "a query goes on behind the start key",
        *query(BOTH, ExclusiveStartKey=ENTRY),
        {"Items": [], "Count": 0, "ScannedCount": 0},
        given=MATCHES,
    ),
    refuses(
        "a start key lacks no attribute",
        *query(BOTH, ExclusiveStartKey={name: value for name, value in ENTRY.items() if name != "code"}),
        "The provided starting key is invalid",
        given=MATCHES,
    ),
    answers(
        "an item that lacks a sort attribute is not in the index",
        "Scan",
        {"TableName": "matches", "IndexName": "cups"},
        {"Items": [], "Count": 0, "ScannedCount": 0},
        given=[
            *MATCHES,
            ("UpdateItem", {"TableName": "matches", "Key": KEY, "UpdateExpression": "REMOVE court"}),
        ],
    ),
    refuses(
        "a statement does not read such an index",
        "ExecuteStatement",
        {"Statement": """SELECT * FROM "matches"."cups" WHERE cup = 'a'"""},
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.",
        given=MATCHES,
    ),
]

CASES: list[Case] = [
    *(refuses(promise, *query(condition), text, given=MATCHES) for promise, condition, text in REFUSED),
    *(
        answers(promise, *query(condition), {"Items": [ENTRY], "Count": 1, "ScannedCount": 1}, given=MATCHES)
        for promise, condition in FOUND
    ),
    *(
        answers(promise, *query(condition), {"Items": [], "Count": 0, "ScannedCount": 0}, given=MATCHES)
        for promise, condition in EMPTY_PAGES
    ),
    *OTHER,
]
