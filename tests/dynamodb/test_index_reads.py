"""Query and Scan of secondary indexes: in which order, how far, and which attributes."""

import itertools
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from dynateach import Lab
from dynateach.trace import PageRead
from tests.indexed import create_indexed, everything
from tests.tables import rejection

INVALID = "One or more parameter values were invalid: "


@pytest.fixture
def lab() -> Lab:
    return Lab(seed=1)


@pytest.fixture
def table(lab: Lab) -> Any:
    """Twelve items of four tables keys each in three teams, with a score from -4 to 7 that orders them."""
    table = create_indexed(
        lab,
        {"by_score": "team:S / score:N", "names": "team -> title", "teams": "team -> KEYS_ONLY"},
        {"scores": "pk / score -> KEYS_ONLY", "bytes": "pk / code:B -> title"},
    )
    with table.batch_writer() as batch:
        for n in range(12):
            batch.put_item(
                Item={
                    "pk": f"p{n % 4}",
                    "sk": f"s{n:02d}",
                    "team": f"t{n % 3}",
                    "score": n - 4,
                    "code": bytes([n, 255]),
                    "title": f"n{n}",
                    "note": "x" * n,
                }
            )
    return table


def refusal(table: Any, operation: str, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        getattr(table, operation)(**params)
    code, message = rejection(caught)
    assert code == "ValidationException"
    return message


T0 = Key("team").eq("t0")
OF_T0 = [-4, -1, 2, 5]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("condition", "scores"),
    [
        (T0, OF_T0),
        (T0 & Key("score").eq(2), [2]),
        (T0 & Key("score").eq(3), []),
        (T0 & Key("score").lt(2), [-4, -1]),
        (T0 & Key("score").lte(2), [-4, -1, 2]),
        (T0 & Key("score").gt(-1), [2, 5]),
        (T0 & Key("score").gte(-1), [-1, 2, 5]),
        (T0 & Key("score").between(-1, 4), [-1, 2]),
        (T0 & Key("score").between(-4, 5), OF_T0),
        (Key("team").eq("nobody"), []),
    ],
)
def test_an_index_is_queried_in_the_order_of_its_sort_key(
    table: Any, condition: Any, scores: list[int], limit: int, forward: bool
) -> None:
    found = everything(
        table,
        "query",
        IndexName="by_score",
        KeyConditionExpression=condition,
        ScanIndexForward=forward,
        Limit=limit,
    )
    assert [item["score"] for item in found] == (scores if forward else scores[::-1])


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Key("code").begins_with(b"\x04"), [4]),
        (Key("code").begins_with(b"\x05"), []),
        (Key("code").gte(b"\x04\xff"), [4, 8]),
        (Key("code").gt(b"\x04\xff"), [8]),
        (Key("code").between(b"\x00", b"\x08"), [0, 4]),
    ],
)
def test_a_local_index_is_queried_by_the_bytes_of_its_sort_key(
    table: Any, condition: Any, expected: list[int], forward: bool
) -> None:
    found = table.query(
        IndexName="bytes", KeyConditionExpression=Key("pk").eq("p0") & condition, ScanIndexForward=forward
    )["Items"]
    order = expected if forward else expected[::-1]
    assert [item["title"] for item in found] == [f"n{n}" for n in order]


@pytest.mark.parametrize("operation", ["query", "scan"])
@pytest.mark.parametrize("limit", range(1, 10))
def test_entries_with_the_same_index_key_are_all_found_once(lab: Lab, operation: str, limit: int) -> None:
    table = create_indexed(lab, {"gsi": "g:S / h:S", "hash": "g"})
    for pk, sk in itertools.product("abc", "xyz"):
        table.put_item(Item={"pk": pk, "sk": sk, "g": "g", "h": "h"})
    condition = {"KeyConditionExpression": Key("g").eq("g") & Key("h").eq("h")} if operation == "query" else {}
    for index in ("gsi", "hash"):
        if index == "hash" and condition:
            condition = {"KeyConditionExpression": Key("g").eq("g")}
        found = everything(table, operation, IndexName=index, Limit=limit, **condition)
        assert sorted((one["pk"], one["sk"]) for one in found) == list(itertools.product("abc", "xyz"))


def test_backward_is_the_mirror_of_forward_among_equal_index_keys(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "g:S / h:S"})
    for n in range(20):
        table.put_item(Item={"pk": f"p{n}", "sk": "s", "g": "g", "h": "h" if n % 2 else "i"})
    query = {"IndexName": "gsi", "KeyConditionExpression": Key("g").eq("g")}
    forward = everything(table, "query", **query, Limit=3)
    assert everything(table, "query", **query, Limit=7, ScanIndexForward=False) == forward[::-1]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("change", ["delete", "move", "remove"])
def test_reading_goes_on_where_it_was_although_the_entry_is_gone(lab: Lab, change: str, forward: bool) -> None:
    table = create_indexed(lab, {"gsi": "g:S / n:N"})
    for n in range(6):
        table.put_item(Item={"pk": str(n), "sk": "s", "g": "g", "n": n // 2})
    query = {"IndexName": "gsi", "KeyConditionExpression": Key("g").eq("g"), "ScanIndexForward": forward}
    whole = [item["pk"] for item in everything(table, "query", **query)]
    page = table.query(**query, Limit=3)
    last = {"pk": page["Items"][-1]["pk"], "sk": "s"}
    if change == "delete":
        table.delete_item(Key=last)
    elif change == "move":
        table.update_item(Key=last, UpdateExpression="SET g = :h", ExpressionAttributeValues={":h": "h"})
    else:
        table.update_item(Key=last, UpdateExpression="REMOVE n")
    rest = everything(table, "query", **query, Limit=1, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert [item["pk"] for item in page["Items"] + rest] == whole


def test_a_page_hands_out_the_keys_of_index_and_table(table: Any) -> None:
    query = {"KeyConditionExpression": T0, "Limit": 1}
    assert table.query(IndexName="by_score", **query)["LastEvaluatedKey"] == {
        "team": "t0",
        "score": -4,
        "pk": "p0",
        "sk": "s00",
    }
    assert table.scan(IndexName="teams", Limit=1)["LastEvaluatedKey"].keys() == {"team", "pk", "sk"}
    last = table.query(IndexName="scores", KeyConditionExpression=Key("pk").eq("p1"), Limit=1)["LastEvaluatedKey"]
    assert last == {"pk": "p1", "score": -3, "sk": "s01"}


def test_a_page_that_a_filter_empties_hands_out_its_last_key_all_the_same(table: Any) -> None:
    page = table.query(
        IndexName="by_score", KeyConditionExpression=T0, FilterExpression=Attr("title").eq("nobody"), Limit=2
    )
    assert (page["Count"], page["ScannedCount"]) == (0, 2)
    assert page["LastEvaluatedKey"]["score"] == -1


@pytest.mark.parametrize("index", ["by_score", "teams", "scores", "bytes"])
@pytest.mark.parametrize("segments", [1, 2, 3, 8])
def test_the_segments_of_a_parallel_scan_share_out_the_index(table: Any, index: str, segments: int) -> None:
    found = [
        item["sk"]
        for segment in range(segments)
        for item in everything(table, IndexName=index, Segment=segment, TotalSegments=segments, Limit=2)
    ]
    assert sorted(found) == [f"s{n:02d}" for n in range(12)]


@pytest.mark.parametrize("index", ["by_score", "scores"])
def test_reading_goes_on_undisturbed_when_a_partition_splits_between_pages(lab: Lab, table: Any, index: str) -> None:
    page = table.scan(IndexName=index, Limit=5)
    lab.inspect("things").split("p0")
    rest = everything(table, IndexName=index, Limit=2, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert sorted(item["sk"] for item in page["Items"] + rest) == [f"s{n:02d}" for n in range(12)]


def test_the_trace_tells_which_index_was_read(lab: Lab, table: Any) -> None:
    lab.trace.clear()
    table.query(IndexName="by_score", KeyConditionExpression=T0, Limit=3)
    table.scan(IndexName="scores")
    table.scan()
    read = [(event.operation, event.index_name, event.key, event.examined) for event in lab.trace.of(PageRead)]
    assert read == [("Query", "by_score", "t0", 3), ("Scan", "scores", "", 12), ("Scan", "", "", 12)]


def test_a_page_of_an_index_ends_with_a_megabyte_of_entries_not_of_items(lab: Lab) -> None:
    table = create_indexed(lab, {"all": "g:S", "keys": "g -> KEYS_ONLY"})
    for n in range(12):
        table.put_item(Item={"pk": "p", "sk": f"{n:02d}", "g": "g", "data": "x" * 100_000})
    condition = {"KeyConditionExpression": Key("g").eq("g")}
    whole, keys = table.query(IndexName="all", **condition), table.query(IndexName="keys", **condition)
    assert whole["Count"] < 12
    assert "LastEvaluatedKey" in whole
    assert keys["Count"] == 12
    assert "LastEvaluatedKey" not in keys


def test_a_page_that_looks_items_up_ends_with_a_megabyte_of_items(lab: Lab) -> None:
    table = create_indexed(lab, locals={"local": "pk:S / score:N -> KEYS_ONLY"})
    for n in range(12):
        table.put_item(Item={"pk": "p", "sk": f"{n:02d}", "score": n, "data": "x" * 100_000})
    params = {"IndexName": "local", "KeyConditionExpression": Key("pk").eq("p"), "Select": "ALL_ATTRIBUTES"}
    first = table.query(**params)
    rest = table.query(**params, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["score"] for page in (first, rest) for item in page["Items"]] == list(range(12))
    assert (first["Count"], "LastEvaluatedKey" in rest) == (11, False)


# Which attributes

P0 = Key("pk").eq("p0")
KEYS, WHOLE = {"pk", "sk", "team"}, {"pk", "sk", "team", "score", "code", "title", "note"}


@pytest.mark.parametrize(
    ("index", "params", "names"),
    [
        ("by_score", {}, WHOLE),
        ("by_score", {"Select": "ALL_ATTRIBUTES"}, WHOLE),
        ("by_score", {"Select": "ALL_PROJECTED_ATTRIBUTES"}, WHOLE),
        ("by_score", {"ProjectionExpression": "note"}, {"note"}),
        ("names", {}, {*KEYS, "title"}),
        ("names", {"Select": "ALL_PROJECTED_ATTRIBUTES"}, {*KEYS, "title"}),
        ("names", {"Select": "SPECIFIC_ATTRIBUTES", "ProjectionExpression": "sk, title"}, {"sk", "title"}),
        ("names", {"AttributesToGet": ["pk", "team"]}, {"pk", "team"}),
        ("teams", {}, KEYS),
        ("scores", {}, {"pk", "sk", "score"}),
        ("scores", {"Select": "ALL_PROJECTED_ATTRIBUTES"}, {"pk", "sk", "score"}),
        ("scores", {"Select": "ALL_ATTRIBUTES"}, WHOLE),
        ("scores", {"ProjectionExpression": "score, note"}, {"score", "note"}),
        ("scores", {"AttributesToGet": ["sk", "team"]}, {"sk", "team"}),
        ("bytes", {}, {"pk", "sk", "code", "title"}),
        ("bytes", {"ProjectionExpression": "title"}, {"title"}),
    ],
)
def test_a_read_shows_what_is_selected(table: Any, index: str, params: dict[str, Any], names: set[str]) -> None:
    condition = {"KeyConditionExpression": T0 if index in ("by_score", "names", "teams") else P0}
    if "AttributesToGet" in params:
        name, value = ("team", "t0") if index == "names" else ("pk", "p0")
        condition = {"KeyConditions": {name: {"ComparisonOperator": "EQ", "AttributeValueList": [value]}}}
    items = table.query(IndexName=index, **condition, **params)["Items"]
    assert items
    assert all(item.keys() == names for item in items)
    assert all(item.keys() == names for item in table.scan(IndexName=index, **params)["Items"])


def test_count_counts_entries(table: Any) -> None:
    answer = table.query(IndexName="teams", KeyConditionExpression=T0, Select="COUNT")
    assert (answer["Count"], "Items" in answer) == (4, False)
    assert table.scan(IndexName="scores", Select="COUNT")["Count"] == 12


def test_what_a_local_index_lacks_is_looked_up_in_the_right_items(table: Any) -> None:
    items = table.query(IndexName="scores", KeyConditionExpression=P0, Select="ALL_ATTRIBUTES")["Items"]
    assert items == [table.get_item(Key={"pk": "p0", "sk": f"s{n:02d}"})["Item"] for n in (0, 4, 8)]


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_global_index_shows_nothing_that_it_does_not_project(table: Any, operation: str) -> None:
    condition = {"KeyConditionExpression": T0} if operation == "query" else {}
    assert refusal(table, operation, IndexName="names", Select="ALL_ATTRIBUTES", **condition) == (
        f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index names "
        "because its projection type is not ALL"
    )
    assert refusal(table, operation, IndexName="names", ProjectionExpression="note.a, pk, code", **condition) == (
        f"{INVALID}Global secondary index names does not project [code, note]"
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "pk"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES", "ProjectionExpression": "pk"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "pk"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to "
            "get SPECIFIC_ATTRIBUTES",
        ),
    ],
)
def test_a_selection_that_contradicts_itself_is_refused(table: Any, params: dict[str, Any], message: str) -> None:
    assert refusal(table, "query", IndexName="by_score", KeyConditionExpression=T0, **params) == message


def test_only_an_index_has_projected_attributes(table: Any) -> None:
    assert refusal(table, "query", KeyConditionExpression=P0, Select="ALL_PROJECTED_ATTRIBUTES") == (
        "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
    )


# Filters


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_filter_sees_what_the_index_holds(table: Any, operation: str) -> None:
    condition = {"KeyConditionExpression": T0} if operation == "query" else {}
    filtered = getattr(table, operation)(IndexName="names", FilterExpression=Attr("title").eq("n3"), **condition)
    assert [item["sk"] for item in filtered["Items"]] == ["s03"]
    by_key = getattr(table, operation)(IndexName="names", FilterExpression=Attr("pk").eq("p1"), **condition)
    assert {item["pk"] for item in by_key["Items"]} == {"p1"}


@pytest.mark.parametrize("index", ["names", "bytes"])
def test_the_filter_of_a_query_may_not_ask_for_more_than_the_index_holds(table: Any, index: str) -> None:
    condition = T0 if index == "names" else P0
    message = refusal(
        table, "query", IndexName=index, KeyConditionExpression=condition, FilterExpression=Attr("note").exists()
    )
    assert message == f"{INVALID}Secondary index {index} does not project one or more filter attributes: [note]"


def test_the_filter_of_a_query_is_not_about_the_keys_of_the_index(table: Any) -> None:
    for name in ("team", "score"):
        message = refusal(
            table, "query", IndexName="by_score", KeyConditionExpression=T0, FilterExpression=Attr(name).exists()
        )
        assert message == (
            f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
        )


# Consistency, names, start keys


def test_only_a_local_index_can_be_read_consistently(table: Any) -> None:
    assert table.query(IndexName="scores", KeyConditionExpression=P0, ConsistentRead=True)["Count"] == 3
    assert table.scan(IndexName="scores", ConsistentRead=True)["Count"] == 12
    for operation, condition in (("query", {"KeyConditionExpression": T0}), ("scan", {})):
        assert refusal(table, operation, IndexName="teams", ConsistentRead=True, **condition) == (
            "Consistent reads are not supported on global secondary indexes"
        )


def test_an_index_that_does_not_exist_can_not_be_read(table: Any) -> None:
    for operation, condition in (("query", {"KeyConditionExpression": T0}), ("scan", {})):
        message = refusal(table, operation, IndexName="things", **condition)
        assert message == "The table does not have the specified index: things"


def test_an_index_is_read_by_its_table_s_arn_too(table: Any) -> None:
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
    answer = table.meta.client.query(TableName=arn, IndexName="teams", KeyConditionExpression=T0)
    assert answer["Count"] == 4


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Key("pk").eq("p0"), "Query condition missed key schema element: team"),
        (T0 & Key("sk").eq("s00"), "Query condition missed key schema element: score"),
        (Key("team").eq(1), f"{INVALID}Condition parameter type does not match schema type"),
        (T0 & Key("score").eq("2"), f"{INVALID}Condition parameter type does not match schema type"),
        (Key("team").gt("t"), "Query key condition not supported"),
        (
            T0 & Key("score").eq(1) & Key("sk").eq("s"),
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
        (
            Key("team").eq(""),
            "One or more parameter values are not valid. "
            "The AttributeValue for a key attribute cannot contain an empty string value. Key: team",
        ),
    ],
)
def test_a_query_that_does_not_fit_the_index_is_refused(table: Any, condition: Any, message: str) -> None:
    assert refusal(table, "query", IndexName="by_score", KeyConditionExpression=condition) == message


START = {"team": "t0", "score": 2, "pk": "p2", "sk": "s06"}
HIGH = T0 & Key("score").gt(4)


@pytest.mark.parametrize(
    ("condition", "start", "message"),
    [
        (T0, {"team": "t0", "score": 2}, "The provided starting key is invalid"),
        (T0, {"pk": "p2", "sk": "s06"}, "The provided starting key is invalid"),
        (T0, {**START, "name": "n"}, "The provided starting key is invalid"),
        (T0, {**START, "team": 1}, "The provided key element does not match the schema"),
        (
            T0,
            {**START, "pk": 1},
            "The provided starting key is invalid: The provided key element does not match the schema",
        ),
        (
            T0,
            {**START, "team": "t1"},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (HIGH, START, "The provided starting key does not match the range key predicate"),
        (HIGH, {**START, "team": "t1"}, "The provided starting key does not match the range key predicate"),
        (
            HIGH,
            {**START, "team": "t1", "score": 7},
            "The query can return at most one row and cannot be restarted",
        ),
    ],
)
def test_a_start_key_that_no_page_handed_out_is_refused(
    table: Any, condition: Any, start: dict[str, Any], message: str
) -> None:
    params = {"IndexName": "by_score", "KeyConditionExpression": condition, "ExclusiveStartKey": start}
    assert refusal(table, "query", **params) == message


def test_a_start_key_needs_not_be_that_of_an_entry(table: Any) -> None:
    start = {"team": "t0", "score": 0, "pk": "never", "sk": "never"}
    items = table.query(IndexName="by_score", KeyConditionExpression=T0, ExclusiveStartKey=start)["Items"]
    assert [item["score"] for item in items] == [2, 5]
