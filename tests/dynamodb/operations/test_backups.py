"""Backups: taking, listing, deleting and restoring them."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from dynateach.trace import IndexWritten, ItemWritten
from tests.tables import create

OWNERS = {
    "IndexName": "by-owner",
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
DATES = {
    "IndexName": "by-date",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "date", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}
ORDER = {"pk": "p", "sk": "1", "owner": "ada", "date": "2026"}


def indexed(lab: Lab, **more: Any) -> Any:
    """A table named things, with an index of each kind."""
    names = ("pk", "sk", "owner", "date")
    lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
            "GlobalSecondaryIndexes": [OWNERS],
            "LocalSecondaryIndexes": [DATES],
            **more,
        },
    )
    lab.clock.advance(lab.profile.table_creation / 1_000_000)
    return lab.resource("dynamodb").Table("things")


def back_up(lab: Lab, name: str = "nightly") -> str:
    """The ARN of a new backup that can be restored."""
    details = lab.request("dynamodb", "CreateBackup", {"TableName": "things", "BackupName": name})["BackupDetails"]
    lab.clock.advance(lab.profile.backup_creation / 1_000_000)
    return str(details["BackupArn"])


def restore(lab: Lab, arn: str, target: str = "again", **overrides: Any) -> Any:
    """The table made from a backup."""
    params = {"BackupArn": arn, "TargetTableName": target, **overrides}
    lab.request("dynamodb", "RestoreTableFromBackup", params)
    lab.clock.advance(lab.profile.restore / 1_000_000)
    return lab.resource("dynamodb").Table(target)


def described(lab: Lab, name: str = "again") -> dict[str, Any]:
    """What DescribeTable tells."""
    return dict(lab.request("dynamodb", "DescribeTable", {"TableName": name})["Table"])


def refusal(lab: Lab, operation: str, **params: Any) -> tuple[str, str]:
    """With which code and text an operation says no."""
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, params)
    return caught.value.code, caught.value.message


def test_a_backup_is_being_created_and_then_available() -> None:
    lab = Lab(profile="classroom")
    indexed(lab)
    answer = lab.request("dynamodb", "CreateBackup", {"TableName": "things", "BackupName": "nightly"})
    details = answer["BackupDetails"]
    arn = details["BackupArn"]
    assert arn.startswith("arn:aws:dynamodb:us-east-1:111122223333:table/things/backup/01767225620")
    assert (details["BackupName"], details["BackupStatus"], details["BackupType"]) == ("nightly", "CREATING", "USER")
    assert refusal(lab, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="again")[0] == "BackupInUseException"
    assert refusal(lab, "DeleteBackup", BackupArn=arn)[0] == "BackupInUseException"
    lab.clock.advance(15)
    description = lab.request("dynamodb", "DescribeBackup", {"BackupArn": arn})["BackupDescription"]
    assert description["BackupDetails"]["BackupStatus"] == "AVAILABLE"


def test_a_backup_is_being_created_even_where_nothing_takes_time() -> None:
    lab = Lab()
    indexed(lab)
    answer = lab.request("dynamodb", "CreateBackup", {"TableName": "things", "BackupName": "nightly"})
    assert answer["BackupDetails"]["BackupStatus"] == "CREATING"
    backup = {"BackupArn": answer["BackupDetails"]["BackupArn"]}
    details = lab.request("dynamodb", "DescribeBackup", backup)["BackupDescription"]["BackupDetails"]
    assert details["BackupStatus"] == "AVAILABLE"


def test_a_backup_describes_its_table() -> None:
    lab = Lab()
    table = indexed(lab, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    table.put_item(Item=ORDER)
    described = lab.client().describe_backup(BackupArn=back_up(lab))["BackupDescription"]
    source, features = described["SourceTableDetails"], described["SourceTableFeatureDetails"]
    assert (source["TableName"], source["ItemCount"], source["BillingMode"]) == ("things", 1, "PAY_PER_REQUEST")
    assert source["TableSizeBytes"] == described["BackupDetails"]["BackupSizeBytes"] > 0
    assert features["GlobalSecondaryIndexes"] == [OWNERS]
    assert features["LocalSecondaryIndexes"] == [DATES]
    assert features["StreamDescription"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_a_restored_table_has_the_items_of_the_backup_and_its_indexes() -> None:
    lab = Lab()
    table = indexed(lab)
    table.put_item(Item=ORDER)
    arn = back_up(lab)
    table.put_item(Item={**ORDER, "owner": "bob"})
    table.put_item(Item={"pk": "p", "sk": "2"})
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    restored = restore(lab, arn)
    assert restored.scan()["Items"] == [ORDER]
    assert restored.scan(IndexName="by-owner")["Items"] == [{"pk": "p", "sk": "1", "owner": "ada"}]
    assert restored.scan(IndexName="by-date")["Items"] == [ORDER]


def test_a_restored_table_goes_its_own_way() -> None:
    lab = Lab()
    table = indexed(lab)
    table.put_item(Item=ORDER)
    arn = back_up(lab)
    first = restore(lab, arn, "first")
    first.delete_item(Key={"pk": "p", "sk": "1"})
    assert table.scan()["Count"] == 1
    assert restore(lab, arn, "second").scan()["Count"] == 1


def test_a_restore_takes_its_time_and_tells_where_it_comes_from() -> None:
    lab = Lab(profile="classroom")
    indexed(lab)
    arn = back_up(lab)
    answer = lab.request("dynamodb", "RestoreTableFromBackup", {"BackupArn": arn, "TargetTableName": "again"})
    description = answer["TableDescription"]
    assert description["TableStatus"] == "CREATING"
    assert description["RestoreSummary"] == {
        "SourceBackupArn": arn,
        "SourceTableArn": "arn:aws:dynamodb:us-east-1:111122223333:table/things",
        "RestoreDateTime": pytest.approx(1767225620, abs=5),
        "RestoreInProgress": True,
    }
    lab.clock.advance(60)
    assert described(lab)["TableStatus"] == "ACTIVE"
    assert described(lab)["RestoreSummary"]["RestoreInProgress"] is False


def test_a_restore_is_no_write() -> None:
    lab = Lab()
    indexed(lab).put_item(Item=ORDER)
    arn = back_up(lab)
    lab.trace.clear()
    restore(lab, arn)
    assert lab.trace.of(ItemWritten) == []
    assert lab.trace.of(IndexWritten) == []


def test_tags_stream_expiry_and_protection_are_not_restored() -> None:
    lab = Lab()
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    indexed(lab, StreamSpecification=stream, Tags=[{"Key": "a", "Value": "b"}], DeletionProtectionEnabled=True)
    setting = {"Enabled": True, "AttributeName": "expires"}
    lab.request("dynamodb", "UpdateTimeToLive", {"TableName": "things", "TimeToLiveSpecification": setting})
    restore(lab, back_up(lab))
    now = described(lab)
    assert ("StreamSpecification" in now, now["DeletionProtectionEnabled"]) == (False, False)
    assert lab.request("dynamodb", "ListTagsOfResource", {"ResourceArn": now["TableArn"]}) == {"Tags": []}
    expiry = lab.request("dynamodb", "DescribeTimeToLive", {"TableName": "again"})
    assert expiry["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_a_restore_may_leave_indexes_out() -> None:
    lab = Lab()
    indexed(lab).put_item(Item=ORDER)
    arn = back_up(lab)
    restore(lab, arn, GlobalSecondaryIndexOverride=[], LocalSecondaryIndexOverride=[DATES])
    now = described(lab)
    assert ("GlobalSecondaryIndexes" in now, len(now["LocalSecondaryIndexes"])) == (False, 1)
    assert [one["AttributeName"] for one in now["AttributeDefinitions"]] == ["pk", "sk", "date"]
    other = {**OWNERS, "Projection": {"ProjectionType": "ALL"}}
    assert refusal(
        lab, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="third", GlobalSecondaryIndexOverride=[other]
    ) == (
        "ValidationException",
        "One or more parameter values were invalid: Index by-owner does not match an index of the source table",
    )


def test_a_restore_may_change_the_mode() -> None:
    lab = Lab()
    indexed(lab, OnDemandThroughput={"MaxReadRequestUnits": 5})
    arn = back_up(lab)
    units = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}
    provisioned: dict[str, Any] = {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": units}
    assert refusal(lab, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="again", **provisioned)[1] == (
        "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: by-owner"
    )
    owners = {**OWNERS, "ProvisionedThroughput": units}
    restore(lab, arn, GlobalSecondaryIndexOverride=[owners], **provisioned)
    now = described(lab)
    assert now["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert now["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert not now.keys() & {"BillingModeSummary", "OnDemandThroughput"}
    back = lab.request("dynamodb", "CreateBackup", {"TableName": "again", "BackupName": "back"})["BackupDetails"]
    restore(lab, back["BackupArn"], "third", BillingModeOverride="PAY_PER_REQUEST")
    assert described(lab, "third")["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_backups_are_listed_in_order_page_by_page() -> None:
    lab = Lab()
    indexed(lab)
    create(lab, "others")
    arns = []
    for n in range(5):
        arns.append(back_up(lab, f"backup-{n}"))
        lab.clock.advance(60)
    lab.request("dynamodb", "CreateBackup", {"TableName": "others", "BackupName": "other"})
    pages = lab.client().get_paginator("list_backups").paginate(TableName="things", PaginationConfig={"PageSize": 2})
    listed = [[one["BackupArn"] for one in page["BackupSummaries"]] for page in pages]
    assert listed == [arns[:2], arns[2:4], arns[4:]]
    summaries = lab.request("dynamodb", "ListBackups", {"TableName": described(lab, "others")["TableArn"]})
    assert [one["BackupName"] for one in summaries["BackupSummaries"]] == ["other"]


def test_backups_are_listed_by_the_time_of_their_creation() -> None:
    lab = Lab()
    indexed(lab)
    for n in range(3):
        back_up(lab, f"backup-{n}")
        lab.clock.advance(60)
    start = 1767225600
    bounds = {"TimeRangeLowerBound": start + 60, "TimeRangeUpperBound": start + 120}
    found = lab.request("dynamodb", "ListBackups", bounds)["BackupSummaries"]
    assert [one["BackupName"] for one in found] == ["backup-1"]


def test_a_deleted_backup_is_gone() -> None:
    lab = Lab()
    indexed(lab)
    arn = back_up(lab)
    description = lab.request("dynamodb", "DeleteBackup", {"BackupArn": arn})["BackupDescription"]
    assert description["BackupDetails"]["BackupStatus"] == "DELETED"
    assert lab.request("dynamodb", "ListBackups", {}) == {"BackupSummaries": []}
    for operation, more in (
        ("DescribeBackup", {}),
        ("DeleteBackup", {}),
        ("RestoreTableFromBackup", {"TargetTableName": "again"}),
    ):
        assert refusal(lab, operation, BackupArn=arn, **more) == (
            "BackupNotFoundException",
            f"Backup not found: {arn}",
        )


def test_a_table_with_recovery_leaves_a_system_backup_for_35_days() -> None:
    lab = Lab()
    indexed(lab).put_item(Item=ORDER)
    setting = {"PointInTimeRecoveryEnabled": True}
    lab.request(
        "dynamodb", "UpdateContinuousBackups", {"TableName": "things", "PointInTimeRecoverySpecification": setting}
    )
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    assert lab.request("dynamodb", "ListBackups", {}) == {"BackupSummaries": []}
    (backup,) = lab.request("dynamodb", "ListBackups", {"BackupType": "ALL"})["BackupSummaries"]
    assert (backup["BackupType"], backup["BackupName"]) == ("SYSTEM", "things$DeletedTableBackup")
    assert backup["BackupExpiryDateTime"] - backup["BackupCreationDateTime"] == 35 * 24 * 3600
    assert restore(lab, backup["BackupArn"], "things").scan()["Count"] == 1
    lab.clock.advance(35 * 24 * 3600)
    assert lab.request("dynamodb", "ListBackups", {"BackupType": "SYSTEM"}) == {"BackupSummaries": []}


def test_what_is_not_there_is_neither_backed_up_nor_overwritten() -> None:
    lab = Lab(profile="realistic")
    missing = ("TableNotFoundException", "Table not found: things")
    assert refusal(lab, "CreateBackup", TableName="things", BackupName="nightly") == missing
    lab.client().create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    assert refusal(lab, "CreateBackup", TableName="things", BackupName="nightly") == (
        "ContinuousBackupsUnavailableException",
        "Backups are being enabled for the table: things. Please retry later",
    )
    lab.clock.advance(6)
    arn = back_up(lab)
    assert refusal(lab, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="things") == (
        "TableAlreadyExistsException",
        "Table already exists: things",
    )
