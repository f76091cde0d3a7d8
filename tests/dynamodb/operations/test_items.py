"""Putting, getting, updating and deleting one item, through boto3."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from dynateach import Lab, ServiceError
from dynateach.trace import ItemRead, ItemWritten, WriteRefused
from tests.tables import create, rejection

EVERY_TYPE: dict[str, Any] = {
    "S": {"S": "Zürich"},
    "N": {"N": "-0.00000000000000000000000000000000000001"},
    "B": {"B": b"\x00\xff"},
    "BOOL": {"BOOL": False},
    "NULL": {"NULL": True},
    "SS": {"SS": ["b", "a"]},
    "NS": {"NS": ["10", "9.5"]},
    "BS": {"BS": [b"1", b"2"]},
    "L": {"L": [{"N": "1"}, {"L": []}, {"M": {}}]},
    "M": {"M": {"a": {"M": {"b": {"S": ""}}}}},
}


def test_every_data_type_comes_back_as_it_went_in() -> None:
    client = client_with_table()
    client.put_item(TableName="things", Item={"pk": {"S": "a"}, "sk": {"S": "b"}, **EVERY_TYPE})
    found = client.get_item(TableName="things", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})["Item"]
    assert {name: found[name] for name in EVERY_TYPE} == {
        **EVERY_TYPE,
        "SS": {"SS": ["a", "b"]},
        "NS": {"NS": ["9.5", "10"]},
    }


def client_with_table() -> Any:
    lab = Lab()
    create(lab)
    return lab.client()


def test_a_put_replaces_the_whole_item() -> None:
    table = create(Lab())
    table.put_item(Item={"pk": "a", "sk": "b", "old": 1})
    answer = table.put_item(Item={"pk": "a", "sk": "b", "new": 2}, ReturnValues="ALL_OLD")
    assert answer["Attributes"] == {"pk": "a", "sk": "b", "old": 1}
    assert table.get_item(Key={"pk": "a", "sk": "b"})["Item"] == {"pk": "a", "sk": "b", "new": 2}


def test_what_is_not_there_is_no_error() -> None:
    table = create(Lab())
    assert "Item" not in table.get_item(Key={"pk": "a", "sk": "b"})
    assert "Attributes" not in table.delete_item(Key={"pk": "a", "sk": "b"}, ReturnValues="ALL_OLD")


def test_a_key_is_found_whichever_way_its_number_is_written() -> None:
    table = create(Lab(), key="id:N", sort=None)
    table.put_item(Item={"id": Decimal("10.0"), "x": 1})
    assert table.get_item(Key={"id": Decimal("1E+1")})["Item"]["id"] == Decimal("10")


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("NONE", None),
        ("ALL_OLD", {"pk": "a", "sk": "b", "n": 1, "m": {"x": 1, "y": 2}}),
        ("ALL_NEW", {"pk": "a", "sk": "b", "n": 2, "m": {"x": 5, "y": 2}, "z": 9}),
        ("UPDATED_OLD", {"n": 1, "m": {"x": 1}}),
        ("UPDATED_NEW", {"n": 2, "m": {"x": 5}, "z": 9}),
    ],
)
def test_an_update_returns_the_image_that_was_asked_for(returned: str, expected: Any) -> None:
    table = create(Lab())
    table.put_item(Item={"pk": "a", "sk": "b", "n": 1, "m": {"x": 1, "y": 2}})
    answer = table.update_item(
        Key={"pk": "a", "sk": "b"},
        UpdateExpression="SET n = n + :one, m.x = :five, z = :nine",
        ExpressionAttributeValues={":one": 1, ":five": 5, ":nine": 9},
        ReturnValues=returned,
    )
    assert answer.get("Attributes") == expected


@pytest.mark.parametrize(
    ("expression", "old", "new"),
    [
        ("SET n = n", {"n": 1}, {"n": 1}),
        ("SET m.y.z = m.x", {"m": {"y": {"z": 2}}}, {"m": {"y": {"z": 1}}}),
        ("SET l[2] = l[0], l[1] = l[0]", {"l": [11, 12]}, {"l": [10, 10]}),
        ("SET l[9] = n", None, None),
        ("REMOVE l[0]", {"l": [10]}, {"l": [11]}),
        ("REMOVE n, m.x", {"n": 1, "m": {"x": 1}}, None),
        ("SET fresh = n", None, {"fresh": 1}),
        ("REMOVE fresh", None, None),
    ],
)
def test_an_update_returns_the_parts_that_it_names_and_no_more(expression: str, old: Any, new: Any) -> None:
    table = create(Lab())
    item = {"pk": "a", "sk": "b", "n": 1, "m": {"x": 1, "y": {"z": 2, "rest": 3}}, "l": [10, 11, 12]}
    for returned, expected in (("UPDATED_OLD", old), ("UPDATED_NEW", new)):
        table.put_item(Item=item)
        answer = table.update_item(Key={"pk": "a", "sk": "b"}, UpdateExpression=expression, ReturnValues=returned)
        assert answer.get("Attributes") == expected


def test_an_update_without_an_expression_stores_the_key_and_answers_with_it() -> None:
    table, key = create(Lab()), {"pk": "a", "sk": "b"}
    assert "Attributes" not in table.update_item(Key=key, ReturnValues="ALL_OLD")
    assert table.update_item(Key=key, ReturnValues="ALL_NEW")["Attributes"] == key
    assert "Attributes" not in table.update_item(Key=key, ReturnValues="UPDATED_NEW")


@pytest.mark.parametrize("indexed", [True, False])
def test_a_write_tells_the_size_of_its_item_collection_if_a_local_index_makes_it_one(indexed: bool) -> None:
    index = {
        "IndexName": "local",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    more: dict[str, Any] = {"LocalSecondaryIndexes": [index]} if indexed else {}
    table, key = create(Lab(), **more), {"pk": "a", "sk": "b"}
    metrics = {"ItemCollectionKey": {"pk": "a"}, "SizeEstimateRangeGB": [0.0, 1.0]} if indexed else None
    for write, given in ((table.put_item, "Item"), (table.update_item, "Key"), (table.delete_item, "Key")):
        answer = write(**{given: key}, ReturnItemCollectionMetrics="SIZE")
        assert answer.get("ItemCollectionMetrics") == metrics
        assert "ItemCollectionMetrics" not in write(**{given: key})


def test_an_update_creates_an_item_that_was_not_there() -> None:
    table = create(Lab())
    table.update_item(Key={"pk": "a", "sk": "b"})
    assert table.get_item(Key={"pk": "a", "sk": "b"})["Item"] == {"pk": "a", "sk": "b"}
    table.update_item(Key={"pk": "c", "sk": "d"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": 3})
    assert table.get_item(Key={"pk": "c", "sk": "d"})["Item"]["n"] == 3


def test_a_write_whose_condition_fails_changes_nothing_and_costs_its_units() -> None:
    lab = Lab()
    table = create(lab)
    table.put_item(Item={"pk": "a", "sk": "b", "data": "x" * 3000})
    lab.trace.clear()
    with pytest.raises(ClientError) as caught:
        table.put_item(Item={"pk": "a", "sk": "b"}, ConditionExpression=Attr("pk").not_exists())
    assert rejection(caught) == ("ConditionalCheckFailedException", "The conditional request failed")
    assert len(table.get_item(Key={"pk": "a", "sk": "b"})["Item"]["data"]) == 3000
    assert [event.units for event in lab.trace.of(WriteRefused)] == [3]
    assert lab.trace.of(ItemWritten) == []


def test_a_failed_condition_can_bring_the_item_that_failed_it() -> None:
    table = create(Lab())
    table.put_item(Item={"pk": "a", "sk": "b", "n": 7})
    with pytest.raises(ClientError) as caught:
        table.delete_item(
            Key={"pk": "a", "sk": "b"},
            ConditionExpression=Attr("n").eq(8),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"N": "7"}}


@pytest.mark.parametrize(
    ("size", "old_size", "units"), [(100, 0, 1), (1024, 0, 1), (1025, 0, 2), (500, 4000, 4), (4000, 500, 4)]
)
def test_a_put_costs_by_the_larger_image(size: int, old_size: int, units: float) -> None:
    table = create(Lab(), key="pk:S", sort=None)
    if old_size:
        table.put_item(Item=_of_size(old_size))
    answer = table.put_item(Item=_of_size(size), ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": units,
        "Table": {"CapacityUnits": units},
    }


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (0, False, 0.5), (4096, True, 1), (4097, True, 2), (4097, False, 1), (9000, False, 1.5)],
)
def test_a_get_costs_by_size_and_half_when_eventual(size: int, consistent: bool, units: float) -> None:
    lab = Lab()
    table = create(lab, key="pk:S", sort=None)
    if size:
        table.put_item(Item=_of_size(size))
    answer = table.get_item(Key={"pk": "k"}, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": units}
    (read,) = lab.trace.of(ItemRead)
    assert (read.bytes, read.units, read.consistent) == (size, units, consistent)


def test_deleting_costs_what_the_item_weighed_and_one_for_nothing() -> None:
    table = create(Lab(), key="pk:S", sort=None)
    table.put_item(Item=_of_size(2500))
    units = [
        table.delete_item(Key={"pk": "k"}, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["CapacityUnits"]
        for _ in range(2)
    ]
    assert units == [3, 1]


def _of_size(size: int) -> dict[str, str]:
    return {"pk": "k", "d": "x" * (size - len("pk") - len("k") - len("d"))}


def test_the_trace_tells_what_each_write_did() -> None:
    lab = Lab()
    table = create(lab, key="pk:S", sort=None)
    table.put_item(Item={"pk": "a"})
    table.put_item(Item={"pk": "a"})
    table.put_item(Item={"pk": "a", "n": 1})
    table.delete_item(Key={"pk": "a"})
    table.delete_item(Key={"pk": "a"})
    assert [event.change for event in lab.trace.of(ItemWritten)] == ["INSERT", "NONE", "MODIFY", "REMOVE", "NONE"]
    located = lab.inspect("things").locate("a")
    assert {event.hash for event in lab.trace.of(ItemWritten)} == {located.position}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"pk": {"S": "a"}}, "One or more parameter values were invalid: Missing the key sk in the item"),
        (
            {"pk": {"N": "1"}, "sk": {"S": "b"}},
            "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N",
        ),
        (
            {"pk": {"S": ""}, "sk": {"S": "b"}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            {"pk": {"S": "x" * 2049}, "sk": {"S": "b"}},
            "One or more parameter values were invalid: Aggregated size of all hash keys has exceeded the size limit of 2048 bytes",
        ),
        (
            {"pk": {"S": "a"}, "sk": {"S": "é" * 513}},
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
            "limit of 1024 bytes",
        ),
        (
            {"pk": {"S": "a"}, "sk": {"S": "b"}, "x": {"S": "x" * 409_600}},
            "Item size has exceeded the maximum allowed size",
        ),
    ],
)
def test_a_bad_item_is_rejected_and_changes_nothing(item: dict[str, Any], message: str) -> None:
    lab = Lab()
    table = create(lab)
    with pytest.raises(ClientError) as caught:
        lab.client().put_item(TableName="things", Item=item)
    assert rejection(caught) == ("ValidationException", message)
    assert table.scan()["Count"] == 0


@pytest.mark.parametrize(
    "key", [{"pk": {"S": "a"}}, {"pk": {"S": "a"}, "sk": {"N": "1"}}, {"pk": {"S": "a"}, "other": {"S": "b"}}]
)
def test_a_key_must_be_exactly_the_tables_key(key: dict[str, Any]) -> None:
    client = client_with_table()
    for operation in (client.get_item, client.delete_item, client.update_item):
        with pytest.raises(ClientError) as caught:
            operation(TableName="things", Key=key)
        assert rejection(caught) == ("ValidationException", "The provided key element does not match the schema")


def test_a_key_cannot_be_updated() -> None:
    table = create(Lab())
    with pytest.raises(ClientError) as caught:
        table.update_item(
            Key={"pk": "a", "sk": "b"}, UpdateExpression="SET sk = :x", ExpressionAttributeValues={":x": "c"}
        )
    assert rejection(caught)[1] == (
        "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key"
    )
    assert table.scan()["Count"] == 0


def test_an_update_may_not_grow_an_item_beyond_400_kb() -> None:
    table = create(Lab())
    key = {"pk": "a", "sk": "b"}
    table.put_item(Item={**key, "x": "x" * 300_000})
    with pytest.raises(ClientError) as caught:
        table.update_item(Key=key, UpdateExpression="SET y = :y", ExpressionAttributeValues={":y": "y" * 200_000})
    assert rejection(caught)[1] == "Item size to update has exceeded the maximum allowed size"
    assert "y" not in table.get_item(Key=key)["Item"]


def test_an_update_may_not_nest_deeper_than_32_levels() -> None:
    table = create(Lab())
    key = {"pk": "a", "sk": "b"}
    nested: Any = "x"
    for _ in range(31):
        nested = [nested]
    table.put_item(Item={**key, "m": {"n": {}}})
    with pytest.raises(ClientError) as caught:
        table.update_item(Key=key, UpdateExpression="SET m.n.o = :deep", ExpressionAttributeValues={":deep": nested})
    assert rejection(caught)[1] == "Nesting Levels have exceeded supported limits"
    assert table.get_item(Key=key)["Item"]["m"] == {"n": {}}


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"TableName": 5, "Key": {}},
            "SerializationException",
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            {"TableName": "things", "Key": {"pk": {"S": 1}}, "ReturnConsumedCapacity": "ALL"},
            "SerializationException",
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            {"TableName": "absent", "Key": {"pk": {"S": True}}},
            "SerializationException",
            "TRUE_VALUE cannot be converted to String",
        ),
        (
            {"Key": {"pk": {"S": "a"}}},
            "ValidationException",
            "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        ),
        (
            {"TableName": "things", "Key": {"pk": {"S": "a"}}, "ReturnConsumedCapacity": "ALL"},
            "ValidationException",
            "1 validation error detected: Value 'ALL' at 'returnConsumedCapacity' failed to satisfy constraint: "
            "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
        ),
        (
            {"TableName": "absent", "Key": {"pk": {"S": "a"}}},
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
    ],
)
def test_the_first_of_several_errors_is_the_one_dynamodb_would_give(
    params: dict[str, Any], code: str, message: str
) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", "GetItem", params)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_a_set_has_no_order_so_writing_it_in_another_changes_nothing() -> None:
    lab = Lab()
    table = create(lab)
    for members in (["x", "y"], ["y", "x"]):
        lab.client().put_item(TableName="things", Item={"pk": {"S": "a"}, "sk": {"S": "b"}, "s": {"SS": members}})
    table.update_item(
        Key={"pk": "a", "sk": "b"}, UpdateExpression="ADD s :more", ExpressionAttributeValues={":more": {"y", "x"}}
    )
    assert [event.change for event in lab.trace.of(ItemWritten)] == ["INSERT", "NONE", "NONE"]


def test_one_binary_key_is_written_in_one_way_only() -> None:
    lab = Lab()
    create(lab, key="pk:B", sort=None)
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"B": "YQ=="}}})
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"B": "YR=="}}})
    assert caught.value.code == "SerializationException"


def test_a_table_is_found_by_the_arn_of_its_own_account_and_region_only() -> None:
    lab = Lab()
    create(lab, "things", sort=None)
    client = lab.client()
    arn = client.describe_table(TableName="things")["Table"]["TableArn"]
    client.put_item(TableName=arn, Item={"pk": {"S": "a"}})
    assert client.describe_table(TableName=arn)["Table"]["ItemCount"] == 1
    for other in (arn.replace("us-east-1", "eu-west-1"), arn.replace("1111", "9999")):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_item(TableName=other, Key={"pk": {"S": "a"}})
    with pytest.raises(ClientError, match="regular expression pattern"):
        client.create_table(
            TableName=arn + "2",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
