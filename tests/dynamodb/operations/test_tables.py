"""Tables: creating, describing, listing and deleting them, through boto3."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from dynateach import Lab, LabError
from dynateach.trace import PartitionCreated, TableChanged
from tests.tables import create, rejection

DEFINITION: dict[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def test_a_new_table_is_creating_and_then_active() -> None:
    lab = Lab(profile="realistic")
    client = lab.client()
    assert client.create_table(**DEFINITION)["TableDescription"]["TableStatus"] == "CREATING"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_item(TableName="orders", Item={"id": {"S": "1"}})
    client.get_waiter("table_exists").wait(TableName="orders")
    assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"
    assert [event.status for event in lab.trace.of(TableChanged)] == ["CREATING", "ACTIVE"]


def test_a_deleted_table_is_deleting_and_then_gone_with_its_items() -> None:
    lab = Lab(profile="realistic")
    table = create(lab, "orders", "id:S", None)
    table.put_item(Item={"id": "1"})
    client = lab.client()
    assert client.delete_table(TableName="orders")["TableDescription"]["TableStatus"] == "DELETING"
    with pytest.raises(client.exceptions.ResourceInUseException, match="Table is being deleted: orders"):
        client.delete_table(TableName="orders")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        table.scan()
    client.get_waiter("table_not_exists").wait(TableName="orders")
    with pytest.raises(ClientError) as caught:
        client.describe_table(TableName="orders")
    assert rejection(caught) == ("ResourceNotFoundException", "Requested resource not found: Table: orders not found")
    assert create(lab, "orders", "id:S", None).scan()["Items"] == []


def test_waiting_takes_virtual_time_only() -> None:
    lab = Lab(profile="classroom")
    client = lab.client()
    client.create_table(**DEFINITION)
    client.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 7, "MaxAttempts": 5})
    assert 20 < lab.clock.elapsed < 25
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        client.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig={"Delay": 1000, "MaxAttempts": 3})
    assert lab.clock.elapsed > 2000


def test_a_description_says_what_was_asked_for() -> None:
    lab = Lab()
    table = create(lab, "orders", "id:S", "at:N")
    table.put_item(Item={"id": "a", "at": 1, "note": "hello"})
    described = lab.client().describe_table(TableName="orders")["Table"]
    assert described["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert described["TableArn"] == "arn:aws:dynamodb:us-east-1:111122223333:table/orders"
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12_000,
        "WriteUnitsPerSecond": 4_000,
        "Status": "ACTIVE",
    }
    assert (described["ItemCount"], described["TableSizeBytes"]) == (1, 2 + 1 + 2 + 2 + 4 + 5)
    assert described["CreationDateTime"].isoformat() == "2026-01-01T00:00:00+00:00"


def test_the_item_count_is_hours_old_where_it_is_hours_old_on_aws() -> None:
    lab = Lab(profile="realistic")
    table = create(lab)
    table.put_item(Item={"pk": "a", "sk": "b"})
    assert lab.client().describe_table(TableName="things")["Table"]["ItemCount"] == 0
    lab.clock.advance(6 * 3600)
    assert lab.client().describe_table(TableName="things")["Table"]["ItemCount"] == 1


@pytest.mark.parametrize(
    ("throughput", "partitions"),
    [((5, 5), 1), ((3000, 1000), 1), ((3001, 1), 2), ((1, 4000), 4)],
)
def test_provisioned_throughput_decides_how_many_partitions_there_are(
    throughput: tuple[int, int], partitions: int
) -> None:
    lab = Lab()
    read, write = throughput
    create(lab, ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write})
    assert len(lab.inspect("things").partitions) == partitions
    assert len(lab.trace.of(PartitionCreated)) == partitions


def test_a_warm_on_demand_table_starts_with_more_partitions() -> None:
    lab = Lab()
    create(lab, WarmThroughput={"ReadUnitsPerSecond": 24_000, "WriteUnitsPerSecond": 4_000})
    assert len(lab.inspect("things").partitions) == 8


def test_tables_are_listed_in_order_page_by_page() -> None:
    lab = Lab()
    for n in range(25):
        create(lab, f"table-{n:02d}")
    pages = list(lab.client().get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 10}))
    assert [len(page["TableNames"]) for page in pages] == [10, 10, 5]
    assert [name for page in pages for name in page["TableNames"]] == [f"table-{n:02d}" for n in range(25)]


def test_regions_have_tables_of_their_own() -> None:
    lab = Lab()
    create(lab, "orders")
    ireland = lab.client(region_name="eu-west-1")
    assert ireland.list_tables()["TableNames"] == []
    ireland.create_table(**DEFINITION)
    assert ireland.describe_table(TableName="orders")["Table"]["TableArn"].split(":")[3] == "eu-west-1"


def test_a_protected_table_is_not_deleted() -> None:
    lab = Lab()
    create(lab, "orders", DeletionProtectionEnabled=True)
    with pytest.raises(ClientError) as caught:
        lab.client().delete_table(TableName="orders")
    assert rejection(caught) == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"BillingMode": "PROVISIONED"},
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"AttributeDefinitions": [{"AttributeName": "other", "AttributeType": "S"}]},
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [id], AttributeDefinitions: [other]",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {
                "AttributeDefinitions": [
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "spare", "AttributeType": "S"},
                ]
            },
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
            "number of attributes defined in AttributeDefinitions",
        ),
        (
            {"TableName": "or"},
            "TableName must be at least 3 characters long and at most 255 characters long",
        ),
        (
            {"TableName": "orders!"},
            "1 validation error detected: Value 'orders!' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"BillingMode": "FREE"},
            "1 validation error detected: Value 'FREE' at 'billingMode' failed to satisfy constraint: "
            "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "HASHED"}]},
            "1 validation error detected: Value 'HASHED' at 'keySchema.1.member.keyType' failed to satisfy "
            "constraint: Member must satisfy enum value set: [HASH, RANGE]",
        ),
    ],
)
def test_a_bad_definition_is_rejected_in_dynamodbs_words(change: dict[str, Any], message: str) -> None:
    lab = Lab()
    with pytest.raises(ClientError) as caught:
        lab.client().create_table(**{**DEFINITION, **change})
    assert rejection(caught) == ("ValidationException", message)
    assert lab.client().list_tables()["TableNames"] == []


def test_a_table_name_is_taken_once() -> None:
    lab = Lab()
    create(lab, "orders")
    with pytest.raises(lab.client().exceptions.ResourceInUseException, match="Table already exists: orders"):
        lab.client().create_table(**DEFINITION)


def test_what_is_not_simulated_is_said_and_not_pretended() -> None:
    lab = Lab()
    with pytest.raises(LabError, match="does not simulate ResourcePolicy of CreateTable"):
        lab.client().create_table(**DEFINITION, ResourcePolicy="{}")
    assert lab.client().list_tables()["TableNames"] == []


@pytest.mark.parametrize("operation", ["ExportTableToPointInTime", "CreateGlobalTable", "PutResourcePolicy"])
def test_an_operation_that_is_not_simulated_is_declined_as_ours(operation: str) -> None:
    with pytest.raises(LabError, match=f"does not simulate {operation}"):
        Lab().request("dynamodb", operation, {})


def test_a_table_may_not_be_provisioned_beyond_its_quota() -> None:
    client = Lab().client()
    provisioned = {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 10**9, "WriteCapacityUnits": 1},
    }
    with pytest.raises(client.exceptions.LimitExceededException):
        client.create_table(**{**DEFINITION, **provisioned})
    assert client.list_tables()["TableNames"] == []


def test_a_tables_definition_is_its_own() -> None:
    lab = Lab()
    definition = {**DEFINITION, "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    lab.request("dynamodb", "CreateTable", definition)
    definition["KeySchema"][0]["AttributeName"] = "changed"
    described = lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"]
    described["KeySchema"].clear()
    again = lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"]
    assert again["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
