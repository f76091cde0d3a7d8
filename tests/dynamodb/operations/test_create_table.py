"""CreateTable in full: streams, encryption, classes, maxima, warm throughput, tags, and its refusals."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError

KEYS: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
ON_DEMAND = {**KEYS, "TableName": "orders", "BillingMode": "PAY_PER_REQUEST"}
PROVISIONED = {
    **KEYS,
    "TableName": "orders",
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 3},
}
INVALID = "One or more parameter values were invalid: "


def created(definition: dict[str, Any], lab: Lab | None = None) -> dict[str, Any]:
    """What CreateTable answers, and then DescribeTable."""
    lab = lab or Lab()
    lab.request("dynamodb", "CreateTable", definition)
    table: dict[str, Any] = lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"]
    return table


def refusal(definition: dict[str, Any]) -> str:
    """With which text CreateTable says no; nothing may have been created."""
    lab = Lab()
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", "CreateTable", definition)
    assert lab.request("dynamodb", "ListTables", {}) == {"TableNames": []}
    return caught.value.message


def test_the_answer_tells_of_a_table_in_creation() -> None:
    answer = Lab().request("dynamodb", "CreateTable", ON_DEMAND)["TableDescription"]
    table_id = answer.pop("TableId")
    assert [len(part) for part in table_id.split("-")] == [8, 4, 4, 4, 12]
    assert answer == {
        **KEYS,
        "TableName": "orders",
        "TableStatus": "CREATING",
        "CreationDateTime": 1767225600.0,
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "DeletionProtectionEnabled": False,
        "WarmThroughput": {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000, "Status": "CREATING"},
    }


def test_a_table_on_demand_tells_since_when() -> None:
    assert created(ON_DEMAND)["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == 1767225600.0


def test_a_table_that_was_never_on_demand_has_no_billing_mode_summary() -> None:
    for mode in ({}, {"BillingMode": "PROVISIONED"}):
        table = created({**PROVISIONED, **mode})
        assert "BillingModeSummary" not in table
        assert table["ProvisionedThroughput"] == {
            "NumberOfDecreasesToday": 0,
            "ReadCapacityUnits": 5,
            "WriteCapacityUnits": 3,
        }


def test_a_table_may_begin_with_a_stream() -> None:
    table = created({**ON_DEMAND, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}})
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert table["LatestStreamLabel"] == "2026-01-01T00:00:00.000"
    assert table["LatestStreamArn"] == f"{table['TableArn']}/stream/2026-01-01T00:00:00.000"


def test_a_disabled_stream_is_no_stream() -> None:
    table = created({**ON_DEMAND, "StreamSpecification": {"StreamEnabled": False}})
    assert not table.keys() & {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel"}


@pytest.mark.parametrize(
    ("key", "arn"),
    [
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("arn:aws:kms:us-east-1:111122223333:key/k", "arn:aws:kms:us-east-1:111122223333:key/k"),
    ],
)  # fmt: skip
def test_a_key_of_ones_own_encrypts_a_table(key: str, arn: str) -> None:
    table = created({**ON_DEMAND, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}})
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}


def test_the_account_has_one_key_managed_by_aws() -> None:
    lab = Lab()
    first = created({**ON_DEMAND, "SSESpecification": {"Enabled": True}}, lab)["SSEDescription"]
    lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})
    named = {"Enabled": True, "KMSMasterKeyId": "alias/aws/dynamodb"}
    assert created({**ON_DEMAND, "SSESpecification": named}, lab)["SSEDescription"] == first
    assert first["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:111122223333:key/")


def test_a_table_without_a_key_of_its_own_says_nothing_of_encryption() -> None:
    assert "SSEDescription" not in created({**ON_DEMAND, "SSESpecification": {"Enabled": False}})


def test_a_table_tells_its_class_if_it_was_given_one() -> None:
    table = created({**ON_DEMAND, "TableClass": "STANDARD_INFREQUENT_ACCESS"})
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert "TableClassSummary" not in created(ON_DEMAND)


def test_a_maximum_that_is_not_given_is_shown_as_minus_one() -> None:
    table = created({**ON_DEMAND, "OnDemandThroughput": {"MaxReadRequestUnits": 100}})
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": -1}


def test_a_provisioned_table_is_as_warm_as_it_is_provisioned() -> None:
    assert created(PROVISIONED)["WarmThroughput"] == {
        "ReadUnitsPerSecond": 5,
        "WriteUnitsPerSecond": 3,
        "Status": "ACTIVE",
    }
    warm = created({**PROVISIONED, "WarmThroughput": {"ReadUnitsPerSecond": 100}})["WarmThroughput"]
    assert (warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"]) == (100, 3)


def test_each_global_index_tells_its_throughput() -> None:
    index: dict[str, Any] = {
        "IndexName": "by-owner",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 1},
    }
    attributes = [*KEYS["AttributeDefinitions"], {"AttributeName": "owner", "AttributeType": "S"}]
    table = created({**PROVISIONED, "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": [index]})
    described = table["GlobalSecondaryIndexes"][0]
    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **index["ProvisionedThroughput"]}
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 7,
        "WriteUnitsPerSecond": 1,
        "Status": "ACTIVE",
    }


def test_a_table_may_begin_with_tags() -> None:
    lab = Lab()
    arn = created({**ON_DEMAND, "Tags": [{"Key": "team", "Value": "blue"}]}, lab)["TableArn"]
    assert lab.request("dynamodb", "ListTagsOfResource", {"ResourceArn": arn}) == {
        "Tags": [{"Key": "team", "Value": "blue"}]
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}},
            INVALID + "Table is being created with a stream disabled, UpdateViewType should not be specified",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            INVALID + "Table is being created with a stream enabled, UpdateViewType should be specified",
        ),
        (
            {"StreamSpecification": {}},
            "1 validation error detected: Value null at 'streamSpecification.streamEnabled' failed to satisfy "
            "constraint: Member must not be null",
        ),
        (
            {"TableClass": "GLACIER"},
            "1 validation error detected: Value 'GLACIER' at 'tableClass' failed to satisfy constraint: "
            "Member must satisfy enum value set: [STANDARD, STANDARD_INFREQUENT_ACCESS]",
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}},
            INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand",
        ),
        ({"SSESpecification": {"Enabled": True, "SSEType": "AES256"}}, INVALID + "SSEType AES256 is not supported"),
        (
            {"SSESpecification": {"Enabled": False, "KMSMasterKeyId": "k"}},
            INVALID + "SSEType and KMSMasterKeyId can only be specified when SSE is enabled",
        ),
        (
            {"OnDemandThroughput": {}},
            INVALID + "At least one of MaxReadRequestUnits or MaxWriteRequestUnits must be specified in OnDemandThroughput",
        ),
        (
            {"OnDemandThroughput": {"MaxWriteRequestUnits": 0}},
            INVALID + "MaxWriteRequestUnits must be greater than or equal to 1, or -1 to remove the maximum",
        ),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, INVALID + "Duplicate tag key: a"),
        (
            {"TableName": "arn:aws:dynamodb:us-east-1:111122223333:table/orders"},
            "1 validation error detected: Value 'arn:aws:dynamodb:us-east-1:111122223333:table/orders' at 'tableName' "
            "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"KeySchema": None},
            "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            {"KeySchema": None, "AttributeDefinitions": None},
            "2 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: "
            "Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
        ),
        ({"TableName": "a" * 256}, "TableName must be at least 3 characters long and at most 255 characters long"),
        ({"TableName": None}, "The parameter 'TableName' is required but was not present in the request"),
    ],
)  # fmt: skip
def test_a_bad_table_on_demand_is_refused(change: dict[str, Any], message: str) -> None:
    assert refusal({**ON_DEMAND, **change}) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}},
            "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1_000_000_000_001, "WriteCapacityUnits": 1}},
            "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
        ),
        (
            {"WarmThroughput": {"WriteUnitsPerSecond": 2}},
            INVALID + "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than "
            "WriteCapacityUnits of ProvisionedThroughput",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 1}},
            INVALID + "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
        ),
    ],
)
def test_a_bad_provisioned_table_is_refused(change: dict[str, Any], message: str) -> None:
    assert refusal({**PROVISIONED, **change}) == message


def test_the_account_has_a_quota_of_its_own() -> None:
    lab = Lab()
    large = {"ProvisionedThroughput": {"ReadCapacityUnits": 40_000, "WriteCapacityUnits": 1}}
    for name in ("one", "two"):
        lab.request("dynamodb", "CreateTable", {**PROVISIONED, **large, "TableName": f"table-{name}"})
    with pytest.raises(ServiceError, match="80005 ReadCapacityUnits is more than the quota of 80000") as caught:
        lab.request("dynamodb", "CreateTable", PROVISIONED)
    assert caught.value.code == "LimitExceededException"


def test_a_deleted_table_is_described_briefly() -> None:
    lab = Lab()
    lab.request("dynamodb", "CreateTable", ON_DEMAND)
    answer = lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})["TableDescription"]
    assert answer["TableStatus"] == "DELETING"
    assert not answer.keys() & {"KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"}


def test_the_control_plane_takes_an_arn_for_a_name() -> None:
    lab = Lab()
    arn = created(ON_DEMAND, lab)["TableArn"]
    for operation in ("DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups", "DeleteTable"):
        lab.request("dynamodb", operation, {"TableName": arn})
    with pytest.raises(ServiceError, match="Requested resource not found: Table: orders not found"):
        lab.request("dynamodb", "DescribeTable", {"TableName": arn})
    foreign = arn.replace("us-east-1", "eu-west-1")
    with pytest.raises(ServiceError, match=f"Requested resource not found: Table: {foreign} not found"):
        lab.request("dynamodb", "DescribeTable", {"TableName": foreign})
