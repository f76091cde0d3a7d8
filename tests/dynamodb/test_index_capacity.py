"""What writes and reads of indexed tables consume: documented for each case, and compared with AWS's own emulator."""

from typing import Any

import pytest
from boto3.dynamodb.conditions import Key

from dynateach import Lab
from tests.indexed import create_indexed

KEY = {"pk": "p", "sk": "s"}


@pytest.fixture
def lab() -> Lab:
    return Lab(seed=1)


@pytest.fixture
def table(lab: Lab) -> Any:
    return create_indexed(
        lab,
        {"all": "g:S / n:N", "keys": "g -> KEYS_ONLY", "some": "h:S -> x"},
        {"local": "pk / n -> KEYS_ONLY", "whole": "pk / w:S"},
    )


def units(answer: dict[str, Any]) -> dict[str, float]:
    """The units of table and indexes by name, the table's under "table"; their sum is the total."""
    report = answer["ConsumedCapacity"]
    if isinstance(report, list):
        (report,) = report
    by_name = {"table": report["Table"]["CapacityUnits"]}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        by_name |= {name: one["CapacityUnits"] for name, one in report.get(kind, {}).items()}
    assert report["CapacityUnits"] == sum(by_name.values())
    return by_name


def put(table: Any, **attributes: Any) -> dict[str, float]:
    return units(table.put_item(Item={**KEY, **attributes}, ReturnConsumedCapacity="INDEXES"))


def update(table: Any, expression: str, **values: Any) -> dict[str, float]:
    placeholders = (
        {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
    )
    return units(
        table.update_item(Key=KEY, UpdateExpression=expression, ReturnConsumedCapacity="INDEXES", **placeholders)
    )


G = {"g": "g", "n": 1}


def test_an_item_that_is_in_no_index_costs_no_index_anything(table: Any) -> None:
    assert put(table) == put(table, x="x") == update(table, "SET y = :y", y=1) == {"table": 1}


def test_an_entry_that_comes_or_goes_costs_one_write_in_its_index(table: Any) -> None:
    assert put(table, **G) == {"table": 1, "all": 1, "keys": 1, "local": 1}
    assert put(table, h="h") == {"table": 1, "all": 1, "keys": 1, "local": 1, "some": 1}
    assert units(table.delete_item(Key=KEY, ReturnConsumedCapacity="INDEXES")) == {"table": 1, "some": 1}
    assert units(table.delete_item(Key=KEY, ReturnConsumedCapacity="INDEXES")) == {"table": 1}


def test_an_entry_that_does_not_change_costs_nothing(table: Any) -> None:
    put(table, **G, h="h", x="x")
    assert put(table, **G, h="h", x="x") == {"table": 1}
    assert update(table, "SET y = :y", y=1) == {"table": 1, "all": 1}
    assert update(table, "SET x = :x", x="z") == {"table": 1, "all": 1, "some": 1}


def test_an_index_key_that_changes_costs_two_writes(table: Any) -> None:
    put(table, **G, h="h")
    assert update(table, "SET n = n + :n", n=1) == {"table": 1, "all": 2, "local": 2}
    assert update(table, "SET g = :g", g="z") == {"table": 1, "all": 2, "keys": 2}
    assert update(table, "SET h = :h REMOVE g", h="i") == {"table": 1, "all": 1, "keys": 1, "some": 2}


def test_entries_are_charged_by_their_own_size(table: Any) -> None:
    assert put(table, **G, h="h", big="b" * 3000) == {"table": 3, "all": 3, "keys": 1, "some": 1, "local": 1}
    assert update(table, "SET x = :x", x="x" * 1100) == {"table": 5, "all": 5, "some": 2}
    assert update(table, "SET x = :x REMOVE big", x="x") == {"table": 5, "all": 5, "some": 2}
    assert update(table, "SET n = :n, x = :x", n=2, x="x" * 2100) == {"table": 3, "all": 4, "some": 3, "local": 2}
    assert put(table) == {"table": 3, "all": 3, "keys": 1, "some": 3, "local": 1}


def test_a_kilobyte_is_one_unit_and_a_byte_more_is_two(lab: Lab) -> None:
    table = create_indexed(lab, {"gsi": "g:S -> x"})
    entry = len("pk") + len("p") + len("sk") + len("s") + len("g") + 1 + len("x")
    assert put(table, g="g", x="x" * (1024 - entry)) == {"table": 1, "gsi": 1}
    assert put(table, g="g", x="x" * (1025 - entry)) == {"table": 2, "gsi": 2}
    assert put(table, g="h", x="x" * (1024 - entry)) == {"table": 2, "gsi": 3}


def test_total_is_the_sum_and_says_no_more(table: Any) -> None:
    answer = table.put_item(Item={**KEY, **G}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": 4}
    assert "ConsumedCapacity" not in table.put_item(Item=KEY)


def test_a_batch_adds_up_what_each_write_costs_in_each_index(table: Any) -> None:
    entries = [{"PutRequest": {"Item": {"pk": "p", "sk": str(n), **G, "h": "h"}}} for n in range(3)]
    put(table, h="h")
    answer = table.meta.client.batch_write_item(
        RequestItems={"things": [*entries, {"DeleteRequest": {"Key": KEY}}]}, ReturnConsumedCapacity="INDEXES"
    )
    assert units(answer) == {"table": 4, "all": 3, "keys": 3, "some": 4, "local": 3}


def test_a_transaction_pays_twice_for_the_table_and_once_for_the_indexes(table: Any) -> None:
    item = {"TableName": "things", "Item": {**KEY, **G, "big": "b" * 1500}}
    answer = table.meta.client.transact_write_items(TransactItems=[{"Put": item}], ReturnConsumedCapacity="INDEXES")
    assert units(answer) == {"table": 4, "all": 2, "keys": 1, "local": 1}
    report = answer["ConsumedCapacity"][0]
    assert report["WriteCapacityUnits"] == report["CapacityUnits"] == 8
    assert report["GlobalSecondaryIndexes"]["all"] == {"CapacityUnits": 2, "WriteCapacityUnits": 2}


def test_a_refused_write_costs_the_indexes_nothing(lab: Lab, table: Any) -> None:
    put(table, **G)
    lab.trace.clear()
    with pytest.raises(table.meta.client.exceptions.ConditionalCheckFailedException):
        table.delete_item(Key=KEY, ConditionExpression="attribute_not_exists(pk)")
    assert [type(event).__name__ for event in lab.trace] == ["WriteRefused", "RequestServed"]


# Reads


@pytest.fixture
def library(lab: Lab) -> Any:
    """Ten items of about 2 KB, of which an index of keys holds about 20 bytes each."""
    table = create_indexed(lab, {"all": "g:S", "keys": "g -> KEYS_ONLY"}, {"local": "pk / n:N -> KEYS_ONLY"})
    for n in range(10):
        table.put_item(Item={"pk": "p", "sk": str(n), "g": "g", "n": n, "data": "d" * 2000})
    return table


BY_G, BY_PK = Key("g").eq("g"), Key("pk").eq("p")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"IndexName": "all", "KeyConditionExpression": BY_G}, {"table": 0, "all": 2.5}),
        ({"IndexName": "all", "KeyConditionExpression": BY_G, "Limit": 3}, {"table": 0, "all": 1}),
        ({"IndexName": "all", "KeyConditionExpression": BY_G, "Select": "COUNT"}, {"table": 0, "all": 2.5}),
        ({"IndexName": "keys", "KeyConditionExpression": BY_G}, {"table": 0, "keys": 0.5}),
        ({"IndexName": "keys", "KeyConditionExpression": Key("g").eq("nobody")}, {"table": 0, "keys": 0.5}),
        ({"IndexName": "local", "KeyConditionExpression": BY_PK}, {"table": 0, "local": 0.5}),
        ({"IndexName": "local", "KeyConditionExpression": BY_PK, "ConsistentRead": True}, {"table": 0, "local": 1}),
        (
            {"IndexName": "local", "KeyConditionExpression": BY_PK, "Select": "ALL_ATTRIBUTES"},
            {"table": 5, "local": 0.5},
        ),
        (
            {"IndexName": "local", "KeyConditionExpression": BY_PK, "ProjectionExpression": "#d", "Limit": 4},
            {"table": 2, "local": 0.5},
        ),
        (
            {
                "IndexName": "local",
                "KeyConditionExpression": BY_PK,
                "Select": "ALL_ATTRIBUTES",
                "ConsistentRead": True,
                "Limit": 4,
            },
            {"table": 4, "local": 1},
        ),
        (
            {"IndexName": "local", "KeyConditionExpression": BY_PK, "ProjectionExpression": "n"},
            {"table": 0, "local": 0.5},
        ),
    ],
)
def test_a_query_pays_for_entries_and_for_each_item_that_it_looks_up(
    library: Any, params: dict[str, Any], expected: dict[str, float]
) -> None:
    if "#d" in params.get("ProjectionExpression", ""):
        params = {**params, "ExpressionAttributeNames": {"#d": "data"}}
    assert units(library.query(**params, ReturnConsumedCapacity="INDEXES")) == expected


def test_a_scan_of_an_index_pays_for_the_index_alone(library: Any) -> None:
    def scan(index: str, **params: Any) -> dict[str, float]:
        return units(library.scan(IndexName=index, ReturnConsumedCapacity="INDEXES", **params))

    assert scan("all") == {"table": 0, "all": 2.5}
    assert scan("keys") == {"table": 0, "keys": 0.5}
    assert scan("local", ConsistentRead=True) == {"table": 0, "local": 1}
    assert scan("local", Select="ALL_ATTRIBUTES") == {"table": 5, "local": 0.5}
    total = library.scan(IndexName="all", ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert total == {"TableName": "things", "CapacityUnits": 2.5}


def test_reading_the_table_itself_names_no_index(library: Any) -> None:
    answer = library.query(KeyConditionExpression=BY_PK, ReturnConsumedCapacity="INDEXES")
    assert units(answer) == {"table": 2.5}
    assert answer["ConsumedCapacity"].keys() == {"TableName", "CapacityUnits", "Table"}
