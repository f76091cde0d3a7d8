"""Global indexes whose keys have several attributes: up to four for the partition, up to four for the order."""

import itertools
from typing import Any

import pytest
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from dynateach import Lab
from tests.indexed import create_indexed, definition, everything, index_definition
from tests.tables import rejection

TOURNAMENT = "cup:S year:N / round:S court:N code:B"


@pytest.fixture
def lab() -> Lab:
    return Lab(seed=1)


@pytest.fixture
def table(lab: Lab) -> Any:
    """Matches of two cups in two years, of three rounds on courts -1, 2 and 10, each with a code of one byte."""
    table = create_indexed(lab, {"gsi": f"{TOURNAMENT} -> winner"}, key="pk:S")
    with table.batch_writer() as batch:
        matches = itertools.product(["a", "b"], [2024, 2025], ["f", "q", "s"], [-1, 2, 10], [b"\x01", b"\xf0"])
        for n, (cup, year, round, court, code) in enumerate(matches):
            item = {"cup": cup, "year": year, "round": round, "court": court, "code": code}
            batch.put_item(Item={"pk": f"m{n}", **item, "winner": f"w{n}", "note": "x"})
    return table


def query(table: Any, condition: Any, **params: Any) -> list[dict[str, Any]]:
    return everything(table, "query", IndexName="gsi", KeyConditionExpression=condition, **params)


def refusal(table: Any, condition: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        table.query(IndexName="gsi", KeyConditionExpression=condition, **params)
    code, message = rejection(caught)
    assert code == "ValidationException"
    return message


def order(item: dict[str, Any]) -> tuple[Any, ...]:
    return item["round"], item["court"], item["code"].value


CUP = Key("cup").eq("a") & Key("year").eq(2025)
FINAL = CUP & Key("round").eq("f")
COURT = FINAL & Key("court").eq(2)
ALL = list(itertools.product("fqs", [-1, 2, 10], [b"\x01", b"\xf0"]))


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 4, 18, 19])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (CUP, ALL),
        (FINAL, [one for one in ALL if one[0] == "f"]),
        (CUP & Key("round").gt("f"), [one for one in ALL if one[0] > "f"]),
        (CUP & Key("round").lte("q"), [one for one in ALL if one[0] <= "q"]),
        (CUP & Key("round").begins_with("q"), [one for one in ALL if one[0] == "q"]),
        (CUP & Key("round").between("g", "r"), [one for one in ALL if one[0] == "q"]),
        (FINAL & Key("court").lt(10), [one for one in ALL if one[0] == "f" and one[1] < 10]),
        (FINAL & Key("court").between(-1, 2), [one for one in ALL if one[0] == "f" and one[1] <= 2]),
        (FINAL & Key("court").gte(2), [one for one in ALL if one[0] == "f" and one[1] >= 2]),
        (COURT, [("f", 2, b"\x01"), ("f", 2, b"\xf0")]),
        (COURT & Key("code").eq(b"\x01"), [("f", 2, b"\x01")]),
        (COURT & Key("code").gt(b"\x01"), [("f", 2, b"\xf0")]),
        (COURT & Key("code").begins_with(b"\xf0"), [("f", 2, b"\xf0")]),
        (COURT & Key("code").lt(b"\x01"), []),
        (Key("cup").eq("c") & Key("year").eq(2025), []),
    ],
)
def test_sort_attributes_order_a_query_from_left_to_right(
    table: Any, condition: Any, expected: list[tuple[Any, ...]], limit: int, forward: bool
) -> None:
    found = query(table, condition, Limit=limit, ScanIndexForward=forward)
    assert [order(item) for item in found] == (expected if forward else expected[::-1])
    assert {(item["cup"], item["year"]) for item in found} <= {("a", 2025)}


def test_conditions_may_stand_in_any_order(table: Any) -> None:
    condition = Key("court").gt(2) & Key("year").eq(2025) & Key("round").eq("s") & Key("cup").eq("b")
    assert [order(item) for item in query(table, condition)] == [("s", 10, b"\x01"), ("s", 10, b"\xf0")]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Key("cup").eq("a"), "Query condition missed key schema element: year"),
        (Key("year").eq(2025), "Query condition missed key schema element: cup"),
        (Key("round").eq("f"), "Query condition missed key schema element: cup"),
        (Key("cup").eq("a") & Key("year").gt(2024), "Query key condition not supported"),
        (
            CUP & Key("court").eq(2),
            "RANGE key attributes round must have equality conditions specified in the query "
            "because a condition is present on key attribute court",
        ),
        (
            CUP & Key("round").gt("a") & Key("court").eq(2),
            "RANGE key attributes round must have equality conditions specified in the query "
            "because a condition is present on key attribute court",
        ),
        (
            CUP & Key("code").lt(b"\x05"),
            "RANGE key attributes round, court must have equality conditions specified in the query "
            "because a condition is present on key attribute code",
        ),
        (
            FINAL & Key("court").lt(3) & Key("code").lt(b"\x05"),
            "RANGE key attributes court must have equality conditions specified in the query "
            "because a condition is present on key attribute code",
        ),
        (
            COURT & Key("code").eq(b"\x01") & Key("pk").eq("m"),
            "The number of query conditions (6) exceeds the number of key attributes defined in the schema (5)",
        ),
        (
            Key("cup").eq("a") & Key("year").eq("2025"),
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            FINAL & Key("court").gt("2"),
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            Key("cup").eq("") & Key("year").eq(2025),
            "One or more parameter values are not valid. "
            "The AttributeValue for a key attribute cannot contain an empty string value. Key: cup",
        ),
    ],
)
def test_a_query_that_leaves_gaps_is_refused(table: Any, condition: Any, message: str) -> None:
    assert refusal(table, condition) == message


def test_a_filter_is_not_about_any_of_the_key_attributes(table: Any) -> None:
    for name in ("cup", "year", "round", "court", "code"):
        message = refusal(table, CUP, FilterExpression="attribute_exists(#n)", ExpressionAttributeNames={"#n": name})
        assert message.endswith(f"Primary key attribute: {name}")


def test_a_page_hands_out_every_key_attribute(table: Any) -> None:
    page = table.query(IndexName="gsi", KeyConditionExpression=CUP, Limit=1)
    assert page["LastEvaluatedKey"].keys() == {"cup", "year", "round", "court", "code", "pk"}
    for name in page["LastEvaluatedKey"]:
        start = {key: value for key, value in page["LastEvaluatedKey"].items() if key != name}
        assert refusal(table, CUP, ExclusiveStartKey=start) == "The provided starting key is invalid"
    elsewhere = {**page["LastEvaluatedKey"], "year": 2024}
    assert refusal(table, CUP, ExclusiveStartKey=elsewhere) == (
        "The provided starting key is outside query boundaries based on provided conditions"
    )
    assert refusal(table, CUP & Key("round").gt("f"), ExclusiveStartKey=page["LastEvaluatedKey"]) == (
        "The provided starting key does not match the range key predicate"
    )


@pytest.mark.parametrize("segments", [1, 3])
def test_a_scan_finds_every_entry_once(table: Any, segments: int) -> None:
    found = [
        item["pk"]
        for segment in range(segments)
        for item in everything(table, IndexName="gsi", Segment=segment, TotalSegments=segments, Limit=5)
    ]
    assert sorted(found) == sorted(f"m{n}" for n in range(72))


def test_the_index_holds_its_keys_and_what_it_projects(table: Any) -> None:
    item = query(table, COURT)[0]
    assert item.keys() == {"cup", "year", "round", "court", "code", "pk", "winner"}


def test_an_item_that_lacks_any_key_attribute_is_not_in_the_index(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": TOURNAMENT}, key="pk:S")
    whole = {"cup": "a", "year": 1, "round": "f", "court": 1, "code": b"x"}
    for name in whole:
        table.put_item(Item={"pk": name, **{key: value for key, value in whole.items() if key != name}})
    assert table.scan(IndexName="gsi")["Count"] == 0
    table.update_item(Key={"pk": "cup"}, UpdateExpression="SET cup = :a", ExpressionAttributeValues={":a": "a"})
    assert [item["pk"] for item in query(table, Key("cup").eq("a") & Key("year").eq(1))] == ["cup"]
    table.update_item(Key={"pk": "cup"}, UpdateExpression="REMOVE court")
    assert table.scan(IndexName="gsi")["Count"] == 0


def test_parts_of_a_key_are_not_glued_together(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "a:S b:S / c:S d:S"}, key="pk:S")
    for n, key in enumerate([("x", "yz", "1", "23"), ("xy", "z", "12", "3")]):
        table.put_item(Item={"pk": str(n), **dict(zip("abcd", key, strict=True))})
    assert [one["pk"] for one in query(table, Key("a").eq("x") & Key("b").eq("yz"))] == ["0"]
    assert [one["pk"] for one in query(table, Key("a").eq("xy") & Key("b").eq("z") & Key("c").gt("1"))] == ["1"]


def test_any_part_of_the_key_that_changes_moves_the_entry(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "a:S b:S / c:S d:S -> KEYS_ONLY"}, key="pk:S")

    def units(**attributes: str) -> float:
        answer = table.put_item(Item={"pk": "p", **attributes}, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
        return float(answer.get("GlobalSecondaryIndexes", {}).get("gsi", {}).get("CapacityUnits", 0))

    whole = {"a": "1", "b": "1", "c": "1", "d": "1"}
    assert units(**whole) == 1
    assert units(**whole, x="1") == 0
    for name in whole:
        assert units(**{**whole, name: "2"}) == 2
        assert units(**whole) == 2


@pytest.mark.parametrize("name", ["cup", "year", "round", "court", "code"])
def test_a_mistyped_part_of_the_key_is_refused(table: Any, name: str) -> None:
    with pytest.raises(ClientError) as caught:
        table.put_item(Item={"pk": "p", name: {"a"}})
    assert f"Type mismatch for Index Key {name} Expected: " in rejection(caught)[1]
    assert rejection(caught)[1].endswith("Actual: SS IndexName: gsi")


@pytest.mark.parametrize(("kind", "names", "limit"), [("hash", "ab", 2048), ("range", "cd", 1024)])
def test_the_parts_of_a_key_are_short_together(lab: Lab, kind: str, names: str, limit: int) -> None:
    table = create_indexed(lab, {"gsi": "a:S b:S / c:S d:S"}, key="pk:S")
    whole = dict.fromkeys("abcd", "x")
    table.put_item(Item={"pk": "p", **whole, **dict.fromkeys(names, "y" * (limit // 2))})
    too_long = {**whole, names[0]: "y" * (limit // 2), names[1]: "y" * (limit // 2 + 1)}
    with pytest.raises(ClientError) as caught:
        table.put_item(Item={"pk": "q", **too_long})
    assert rejection(caught)[1] == (
        f"One or more parameter values were invalid: Aggregated size of all {kind} keys has exceeded the size limit of {limit} bytes"
    )
    assert table.scan(IndexName="gsi")["Count"] == 1


# Definitions


def test_four_and_four_attributes_are_described_as_they_were_defined(lab: Lab) -> None:
    create_indexed(lab, {"gsi": "a:S b:N c:B d:S / e:S f:N g:B h:S"}, key="pk:S")
    (index,) = lab.client().describe_table(TableName="things")["Table"]["GlobalSecondaryIndexes"]
    assert [(one["AttributeName"], one["KeyType"]) for one in index["KeySchema"]] == [
        *((name, "HASH") for name in "abcd"),
        *((name, "RANGE") for name in "efgh"),
    ]


def test_a_key_of_partition_attributes_alone_has_no_order(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "a:S b:S c:S d:S"}, key="pk:S")
    table.put_item(Item={"pk": "p", "a": "1", "b": "2", "c": "3", "d": "4"})
    condition = Key("a").eq("1") & Key("b").eq("2") & Key("c").eq("3") & Key("d").eq("4")
    assert len(query(table, condition)) == 1


def with_key(*elements: tuple[str, str]) -> dict[str, Any]:
    params = definition({"gsi": "a:S b:S c:S d:S e:S"}, key="pk:S")
    schema = [{"AttributeName": name, "KeyType": type} for name, type in elements]
    return {**params, "GlobalSecondaryIndexes": [{**index_definition("gsi", "a:S"), "KeySchema": schema}]}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (with_key(*((name, "HASH") for name in "abcde")), "Invalid KeySchema: more than 4 HASH key elements"),
        (
            with_key(("pk", "HASH"), *((name, "RANGE") for name in "abcde")),
            "Invalid KeySchema: more than 4 RANGE key elements",
        ),
        (
            with_key(("a", "HASH"), ("b", "RANGE"), ("c", "HASH"), ("d", "RANGE"), ("e", "RANGE")),
            "Invalid KeySchema: HASH key elements must come before RANGE key elements",
        ),
        (
            with_key(("a", "RANGE"), ("b", "HASH"), ("c", "HASH"), ("d", "RANGE"), ("e", "RANGE")),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            with_key(("a", "HASH"), ("b", "HASH"), ("a", "RANGE"), ("d", "RANGE"), ("e", "RANGE")),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
    ],
)
def test_a_key_of_too_many_or_disordered_attributes_is_refused(lab: Lab, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError) as caught:
        lab.client().create_table(**params)
    assert rejection(caught) == ("ValidationException", message)


def test_a_table_and_a_local_index_have_one_partition_and_one_sort_attribute(lab: Lab) -> None:
    for params in (definition(key="a:S b:S / c:S"), definition(locals={"lsi": "pk / a:S b:S"})):
        with pytest.raises(ClientError) as caught:
            lab.client().create_table(**params)
        assert rejection(caught)[0] == "ValidationException"
