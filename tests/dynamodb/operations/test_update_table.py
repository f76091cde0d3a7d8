"""UpdateTable: throughput, mode, indexes, stream and settings, and what it refuses."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from dynateach.trace import TableChanged

INVALID = "One or more parameter values were invalid: "
CREATE_INDEX: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "owner", "AttributeType": "S"}],
    "GlobalSecondaryIndexUpdates": [
        {
            "Create": {
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        }
    ],
}
DELETE_INDEX: dict[str, Any] = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-owner"}}]}
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
HOUR = 3600


def units(read: int, write: int) -> dict[str, Any]:
    """A ProvisionedThroughput."""
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}


def table(lab: Lab, **more: Any) -> None:
    """A table named orders, on demand unless ``more`` says otherwise, ready for use."""
    mode = {} if "ProvisionedThroughput" in more else {"BillingMode": "PAY_PER_REQUEST"}
    lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "orders",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            **mode,
            **more,
        },
    )
    lab.clock.advance(lab.profile.table_creation / 1_000_000)


def update(lab: Lab, **changes: Any) -> dict[str, Any]:
    """What UpdateTable answers."""
    answer: dict[str, Any] = lab.request("dynamodb", "UpdateTable", {"TableName": "orders", **changes})
    return dict(answer["TableDescription"])


def described(lab: Lab) -> dict[str, Any]:
    """What DescribeTable tells."""
    return dict(lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"])


def refusal(lab: Lab, **changes: Any) -> tuple[str, str]:
    """With which code and text UpdateTable says no; nothing may have changed."""
    before = described(lab)
    with pytest.raises(ServiceError) as caught:
        update(lab, **changes)
    assert described(lab) == before
    return caught.value.code, caught.value.message


def test_a_table_is_updating_and_then_active() -> None:
    lab = Lab(profile="classroom")
    table(lab, **units(5, 5))
    answer = update(lab, **units(10, 5))
    assert (answer["TableStatus"], answer["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("UPDATING", 5)
    assert refusal(lab, **units(11, 5)) == (
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being updated: orders",
    )
    lab.request("dynamodb", "PutItem", {"TableName": "orders", "Item": {"id": {"S": "1"}}})
    lab.clock.advance(10)
    now = described(lab)
    assert (now["TableStatus"], now["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("ACTIVE", 10)
    assert [event.status for event in lab.trace.of(TableChanged)] == ["CREATING", "ACTIVE", "UPDATING", "ACTIVE"]


def test_a_table_that_is_being_deleted_is_not_updated() -> None:
    lab = Lab(profile="classroom")
    table(lab)
    lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})
    assert refusal(lab, DeletionProtectionEnabled=True)[1].endswith("Table is being deleted: orders")


def test_increases_and_decreases_are_dated() -> None:
    lab = Lab()
    table(lab, **units(5, 5))
    lab.clock.advance(10)
    update(lab, **units(6, 5))
    lab.clock.advance(10)
    update(lab, **units(6, 4))
    assert described(lab)["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 1,
        "ReadCapacityUnits": 6,
        "WriteCapacityUnits": 4,
        "LastIncreaseDateTime": 1767225610.0,
        "LastDecreaseDateTime": 1767225620.0,
    }


def test_the_fifth_decrease_waits_for_the_next_hour() -> None:
    lab = Lab()
    table(lab, **units(10, 10))
    for n in range(4):
        update(lab, **units(9 - n, 10))
    assert refusal(lab, **units(5, 10)) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first "
        "4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. "
        "Number of decreases today: 4. Last decrease at Thursday, January 1, 2026 at 12:00:00 AM Coordinated Universal "
        "Time. Next decrease can be made at Thursday, January 1, 2026 at 1:00:00 AM Coordinated Universal Time",
    )
    update(lab, **units(11, 10))
    lab.clock.advance(HOUR)
    update(lab, **units(5, 10))


def test_there_are_27_decreases_in_a_day_and_four_more_at_midnight() -> None:
    lab = Lab()
    table(lab, **units(100, 1))
    left = 100
    for hour in range(24):
        for _ in range(4 if hour == 0 else 1):
            left -= 1
            update(lab, **units(left, 1))
        if hour < 23:
            lab.clock.advance(HOUR)
    assert described(lab)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 27
    assert refusal(lab, **units(1, 1))[0] == "LimitExceededException"
    lab.clock.advance(HOUR)
    assert described(lab)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    for _ in range(4):
        left -= 1
        update(lab, **units(left, 1))
    assert refusal(lab, **units(1, 1))[0] == "LimitExceededException"


def test_what_a_table_can_take_at_once_never_becomes_less() -> None:
    lab = Lab()
    table(lab, **units(500, 100))
    update(lab, **units(5, 200))
    assert described(lab)["WarmThroughput"] == {
        "ReadUnitsPerSecond": 500,
        "WriteUnitsPerSecond": 200,
        "Status": "ACTIVE",
    }
    update(lab, WarmThroughput={"WriteUnitsPerSecond": 300})
    warm = described(lab)["WarmThroughput"]
    assert (warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"]) == (500, 300)
    assert refusal(lab, WarmThroughput={"ReadUnitsPerSecond": 499})[1] == (
        INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported"
    )


def test_a_table_goes_on_demand_and_back() -> None:
    lab = Lab()
    table(lab, **units(5, 5))
    lab.clock.advance(10)
    answer = update(lab, BillingMode="PAY_PER_REQUEST")
    assert answer["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    now = described(lab)
    assert now["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == 1767225610.0
    assert now["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert now["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000
    update(lab, OnDemandThroughput={"MaxReadRequestUnits": 7})
    update(lab, BillingMode="PROVISIONED", **units(2, 3))
    now = described(lab)
    assert now["BillingModeSummary"] == {
        "BillingMode": "PROVISIONED",
        "LastUpdateToPayPerRequestDateTime": 1767225610.0,
    }
    assert (now["ProvisionedThroughput"]["WriteCapacityUnits"], "OnDemandThroughput" in now) == (3, False)


def test_a_table_goes_on_demand_four_times_in_24_hours() -> None:
    lab = Lab()
    table(lab, **units(5, 5))
    for _ in range(4):
        update(lab, BillingMode="PAY_PER_REQUEST")
        update(lab, BillingMode="PROVISIONED", **units(5, 5))
    assert refusal(lab, BillingMode="PAY_PER_REQUEST") == (
        "LimitExceededException",
        "Subscriber limit exceeded: Update to PayPerRequest mode are limited to 4 times in 1 day(s). "
        "Last update at Thu Jan 01 00:00:00 UTC 2026. Next update can be made at Fri Jan 02 00:00:00 UTC 2026",
    )
    lab.clock.advance(24 * HOUR)
    update(lab, BillingMode="PAY_PER_REQUEST")


def test_every_index_needs_units_when_a_table_leaves_on_demand() -> None:
    lab = Lab()
    table(lab)
    update(lab, **CREATE_INDEX)
    assert refusal(lab, BillingMode="PROVISIONED", **units(1, 1)) == (
        "ValidationException",
        INVALID + "ProvisionedThroughput must be specified for index: by-owner",
    )
    named = [{"Update": {"IndexName": "by-owner", **units(2, 2)}}]
    update(lab, BillingMode="PROVISIONED", GlobalSecondaryIndexUpdates=named, **units(1, 1))
    index = described(lab)["GlobalSecondaryIndexes"][0]
    assert (index["ProvisionedThroughput"]["ReadCapacityUnits"], index["IndexStatus"]) == (2, "ACTIVE")
    update(lab, BillingMode="PAY_PER_REQUEST")
    assert described(lab)["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_an_index_has_units_and_decreases_of_its_own() -> None:
    lab = Lab()
    create = {"Create": {**CREATE_INDEX["GlobalSecondaryIndexUpdates"][0]["Create"], **units(9, 9)}}
    table(lab, **units(5, 5))
    update(lab, **{**CREATE_INDEX, "GlobalSecondaryIndexUpdates": [create]})
    for n in range(4):
        update(lab, GlobalSecondaryIndexUpdates=[{"Update": {"IndexName": "by-owner", **units(8 - n, 9)}}])
    now = described(lab)
    assert now["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    assert now["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    again = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-owner", **units(4, 9)}}]}
    assert refusal(lab, **again)[0] == "LimitExceededException"
    update(lab, **units(4, 5))
    same = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-owner", **units(5, 9)}}]}
    assert refusal(lab, **same)[1].startswith("The provisioned throughput for the index by-owner will not change.")


def test_an_index_is_added_and_dropped_with_its_attributes() -> None:
    lab = Lab(profile="classroom")
    table(lab)
    answer = update(lab, **CREATE_INDEX)
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert [one["AttributeName"] for one in answer["AttributeDefinitions"]] == ["id", "owner"]
    lab.clock.advance(10)
    (create,) = CREATE_INDEX["GlobalSecondaryIndexUpdates"]
    another = {"Create": {**create["Create"], "IndexName": "another"}}
    assert refusal(lab, **{**CREATE_INDEX, "GlobalSecondaryIndexUpdates": [another]}) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    )
    with pytest.raises(ServiceError, match="Cannot delete table while indexes are being created, updated, or deleted"):
        lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})
    lab.clock.advance(60)
    assert update(lab, **DELETE_INDEX)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    lab.clock.advance(60)
    now = described(lab)
    assert ("GlobalSecondaryIndexes" in now, [one["AttributeName"] for one in now["AttributeDefinitions"]]) == (
        False,
        ["id"],
    )


def test_an_attribute_in_use_keeps_its_type() -> None:
    lab = Lab()
    table(lab)
    more = [{"AttributeName": "id", "AttributeType": "N"}, *CREATE_INDEX["AttributeDefinitions"]]
    update(lab, **{**CREATE_INDEX, "AttributeDefinitions": more})
    assert described(lab)["AttributeDefinitions"] == [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "owner", "AttributeType": "S"},
    ]
    update(lab, **DELETE_INDEX)
    update(lab, **{**CREATE_INDEX, "AttributeDefinitions": [{"AttributeName": "owner", "AttributeType": "N"}]})
    assert described(lab)["AttributeDefinitions"][1] == {"AttributeName": "owner", "AttributeType": "N"}


def test_an_index_may_be_given_a_maximum_and_be_warmed() -> None:
    lab = Lab()
    table(lab)
    update(lab, **CREATE_INDEX)
    change = {
        "IndexName": "by-owner",
        "OnDemandThroughput": {"MaxReadRequestUnits": 5},
        "WarmThroughput": {"ReadUnitsPerSecond": 13_000},
    }
    update(lab, GlobalSecondaryIndexUpdates=[{"Update": change}])
    index = described(lab)["GlobalSecondaryIndexes"][0]
    assert index["OnDemandThroughput"]["MaxReadRequestUnits"] == 5
    assert index["WarmThroughput"]["ReadUnitsPerSecond"] == 13_000


def test_a_stream_is_enabled_disabled_and_enabled_anew() -> None:
    lab = Lab()
    table(lab)
    first = update(lab, **STREAM)
    assert first["StreamSpecification"] == STREAM["StreamSpecification"]
    assert refusal(lab, **STREAM) == (
        "ValidationException",
        "Table already has an enabled stream: TableName: orders",
    )
    lab.clock.advance(10)
    update(lab, StreamSpecification={"StreamEnabled": False})
    now = described(lab)
    assert ("StreamSpecification" in now, now["LatestStreamArn"]) == (False, first["LatestStreamArn"])
    assert refusal(lab, StreamSpecification={"StreamEnabled": False}) == (
        "ValidationException",
        "Table has no stream to disable: TableName: orders",
    )
    assert update(lab, **STREAM)["LatestStreamArn"] != first["LatestStreamArn"]


def test_the_class_of_a_table_changes_twice_in_30_days() -> None:
    lab = Lab()
    table(lab)
    update(lab, TableClass="STANDARD")
    assert described(lab)["TableClassSummary"] == {"TableClass": "STANDARD"}
    update(lab, TableClass="STANDARD_INFREQUENT_ACCESS")
    lab.clock.advance(24 * HOUR)
    update(lab, TableClass="STANDARD")
    assert described(lab)["TableClassSummary"] == {"TableClass": "STANDARD", "LastUpdateDateTime": 1767312000.0}
    assert refusal(lab, TableClass="STANDARD_INFREQUENT_ACCESS")[1].endswith(
        "Next update can be made at Sat Jan 31 00:00:00 UTC 2026"
    )
    update(lab, TableClass="STANDARD")
    lab.clock.advance(29 * 24 * HOUR)
    update(lab, TableClass="STANDARD_INFREQUENT_ACCESS")


def test_settings_are_changed() -> None:
    lab = Lab()
    table(lab)
    update(lab, DeletionProtectionEnabled=True)
    with pytest.raises(ServiceError, match="protected against deletion"):
        lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})
    update(lab, OnDemandThroughput={"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5})
    update(lab, OnDemandThroughput={"MaxReadRequestUnits": -1})
    update(lab, SSESpecification={"Enabled": True})
    now = described(lab)
    assert now["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 5}
    assert now["SSEDescription"]["SSEType"] == "KMS"
    update(lab, DeletionProtectionEnabled=False, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in described(lab)
    lab.request("dynamodb", "DeleteTable", {"TableName": "orders"})


NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
    "SSESpecification or ReplicaUpdates is required"
)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({}, "ValidationException", NOTHING),
        ({"AttributeDefinitions": CREATE_INDEX["AttributeDefinitions"]}, "ValidationException", NOTHING),
        ({"GlobalSecondaryIndexUpdates": []}, "ValidationException", NOTHING),
        (
            {"BillingMode": "PROVISIONED"},
            "ValidationException",
            INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", **units(1, 1)},
            "ValidationException",
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            units(5, 5),
            "ValidationException",
            "The provisioned throughput for the table will not change. The requested value equals the current value. "
            "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
            "Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. "
            "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
        ),
        (
            units(0, 5),
            "ValidationException",
            "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1",
        ),
        (
            units(5, 1_000_000_000_001),
            "ValidationException",
            "Given value 1000000000001 for WriteCapacityUnits is out of bounds",
        ),
        (
            units(40_001, 5),
            "LimitExceededException",
            "Subscriber limit exceeded: 40001 ReadUnitsPerSecond is more than the quota of 40000 for one table",
        ),
        (
            {**units(6, 5), **STREAM},
            "ValidationException",
            "Cannot change IOPS and Streams at the same time.",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            "ValidationException",
            INVALID + "Table is being updated with a stream enabled, UpdateViewType should be specified",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{}]},
            "ValidationException",
            INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null",
        ),
        (
            {"GlobalSecondaryIndexUpdates": DELETE_INDEX["GlobalSecondaryIndexUpdates"] * 2},
            "ValidationException",
            INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: by-owner",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}} for name in ("one", "two")]},
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        ),
        (
            DELETE_INDEX,
            "ResourceNotFoundException",
            "Requested resource not found: Index: by-owner not found for table: orders",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-owner", **units(1, 1)}}]},
            "ResourceNotFoundException",
            "Requested resource not found: Index: by-owner not found for table: orders",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 1}},
            "ValidationException",
            INVALID + "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
        ),
    ],
)
def test_a_bad_update_is_refused(changes: dict[str, Any], code: str, message: str) -> None:
    lab = Lab()
    table(lab, **units(5, 5))
    assert refusal(lab, **changes) == (code, message)


def test_an_index_name_is_taken_once() -> None:
    lab = Lab()
    table(lab)
    update(lab, **CREATE_INDEX)
    assert refusal(lab, **CREATE_INDEX)[1] == "Attempting to create an index which already exists"


def test_a_table_that_is_not_there_is_not_updated() -> None:
    with pytest.raises(ServiceError) as caught:
        update(Lab(), BillingMode="PAY_PER_REQUEST")
    assert (caught.value.code, caught.value.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: orders not found",
    )


def test_a_request_is_done_as_a_whole_or_not_at_all() -> None:
    lab = Lab()
    table(lab)
    update(lab, **STREAM)
    assert refusal(lab, DeletionProtectionEnabled=True, **CREATE_INDEX, **STREAM)[0] == "ValidationException"
