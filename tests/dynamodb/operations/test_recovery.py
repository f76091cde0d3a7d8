"""Point-in-time recovery: switching it, and going back in time."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from tests.tables import create

START = 1767225600
DAY = 24 * 3600


def switch(lab: Lab, enabled: bool = True, **more: Any) -> dict[str, Any]:
    """UpdateContinuousBackups."""
    setting = {"PointInTimeRecoveryEnabled": enabled, **more}
    params = {"TableName": "things", "PointInTimeRecoverySpecification": setting}
    return recovery(lab.request("dynamodb", "UpdateContinuousBackups", params))


def described(lab: Lab) -> dict[str, Any]:
    """DescribeContinuousBackups."""
    return recovery(lab.request("dynamodb", "DescribeContinuousBackups", {"TableName": "things"}))


def recovery(answer: dict[str, Any]) -> dict[str, Any]:
    """The part about recovery."""
    description = answer["ContinuousBackupsDescription"]
    assert description["ContinuousBackupsStatus"] == "ENABLED"
    return dict(description["PointInTimeRecoveryDescription"])


def restored(lab: Lab, target: str, **moment: Any) -> list[Any]:
    """The items of a table restored as of a moment."""
    params = {"SourceTableName": "things", "TargetTableName": target, **moment}
    lab.request("dynamodb", "RestoreTableToPointInTime", params)
    lab.clock.advance(lab.profile.restore / 1_000_000)
    return list(lab.resource("dynamodb").Table(target).scan()["Items"])


def refusal(lab: Lab, **params: Any) -> tuple[str, str]:
    """With which code and text RestoreTableToPointInTime says no."""
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", "RestoreTableToPointInTime", params)
    return caught.value.code, caught.value.message


def test_recovery_is_switched_on_and_off() -> None:
    lab = Lab()
    create(lab)
    lab.clock.advance(10)
    assert described(lab) == {"PointInTimeRecoveryStatus": "DISABLED"}
    on = {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 35,
        "EarliestRestorableDateTime": START + 10.0,
        "LatestRestorableDateTime": START + 10.0,
    }
    assert switch(lab) == on
    lab.clock.advance(5)
    assert described(lab) == {**on, "LatestRestorableDateTime": START + 15.0}
    assert switch(lab, RecoveryPeriodInDays=7)["RecoveryPeriodInDays"] == 7
    assert switch(lab)["RecoveryPeriodInDays"] == 7
    assert switch(lab, enabled=False) == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_the_latest_restorable_moment_is_five_minutes_old() -> None:
    lab = Lab(profile="realistic")
    create(lab)
    since = switch(lab)["EarliestRestorableDateTime"]
    assert described(lab)["LatestRestorableDateTime"] == since
    lab.clock.advance(1000)
    assert described(lab)["LatestRestorableDateTime"] == pytest.approx(lab.clock.now / 1_000_000 - 300, abs=1)


def test_a_table_is_restored_as_it_was_at_each_moment() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    table.put_item(Item={"pk": "a", "n": 1})
    switch(lab)
    lab.clock.advance(10)
    table.put_item(Item={"pk": "a", "n": 2})
    lab.clock.advance(10)
    table.put_item(Item={"pk": "b"})
    lab.clock.advance(10)
    table.delete_item(Key={"pk": "a"})
    lab.clock.advance(10)
    assert restored(lab, "at-00", RestoreDateTime=START) == [{"pk": "a", "n": 1}]
    assert restored(lab, "at-09", RestoreDateTime=START + 9) == [{"pk": "a", "n": 1}]
    assert restored(lab, "at-10", RestoreDateTime=START + 10) == [{"pk": "a", "n": 2}]
    two = restored(lab, "at-25", RestoreDateTime=START + 25)
    assert sorted(item["pk"] for item in two) == ["a", "b"]
    assert restored(lab, "at-30", RestoreDateTime=START + 30) == [{"pk": "b"}]
    assert restored(lab, "latest", UseLatestRestorableTime=True) == [{"pk": "b"}]
    assert [item["pk"] for item in table.scan()["Items"]] == ["b"]


def test_every_kind_of_write_can_be_undone() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    switch(lab)
    lab.clock.advance(10)
    with table.batch_writer() as batch:
        batch.put_item(Item={"pk": "batch"})
    lab.client().transact_write_items(
        TransactItems=[{"Put": {"TableName": "things", "Item": {"pk": {"S": "transaction"}}}}]
    )
    table.update_item(Key={"pk": "update"}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": 1})
    assert restored(lab, "empty", RestoreDateTime=START + 9) == []
    assert len(restored(lab, "full", RestoreDateTime=START + 10)) == 3


def test_a_restored_table_comes_with_the_settings_of_now() -> None:
    lab = Lab()
    create(lab, sort=None)
    switch(lab)
    lab.clock.advance(10)
    lab.request(
        "dynamodb",
        "UpdateTable",
        {
            "TableName": "things",
            "AttributeDefinitions": [{"AttributeName": "n", "AttributeType": "N"}],
            "GlobalSecondaryIndexUpdates": [
                {
                    "Create": {
                        "IndexName": "by-n",
                        "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                }
            ],
        },
    )
    restored(lab, "again", RestoreDateTime=START + 5)
    described = lab.request("dynamodb", "DescribeTable", {"TableName": "again"})["Table"]
    assert described["GlobalSecondaryIndexes"][0]["IndexName"] == "by-n"
    assert described["RestoreSummary"] == {
        "SourceTableArn": "arn:aws:dynamodb:us-east-1:111122223333:table/things",
        "RestoreDateTime": START + 5.0,
        "RestoreInProgress": False,
    }


def test_only_the_period_can_be_restored() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    switch(lab, RecoveryPeriodInDays=1)
    table.put_item(Item={"pk": "old"})
    lab.clock.advance(2 * DAY)
    table.put_item(Item={"pk": "new"})
    assert described(lab)["EarliestRestorableDateTime"] == START + DAY
    names = {"SourceTableName": "things", "TargetTableName": "again"}
    for moment in (START + DAY - 1, START + 2 * DAY + 1):
        assert refusal(lab, **names, RestoreDateTime=moment) == (
            "InvalidRestoreTimeException",
            "An invalid restore time was specified. "
            "RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.",
        )
    assert restored(lab, "again", RestoreDateTime=START + DAY) == [{"pk": "old"}]


def test_recovery_that_was_off_meanwhile_begins_anew() -> None:
    lab = Lab()
    create(lab)
    switch(lab)
    switch(lab, enabled=False)
    lab.clock.advance(10)
    assert switch(lab)["EarliestRestorableDateTime"] == START + 10


def test_a_restore_that_makes_no_sense_is_refused() -> None:
    lab = Lab()
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
    latest = {"TargetTableName": "again", "UseLatestRestorableTime": True}
    assert refusal(lab, SourceTableName="things", **latest) == ("TableNotFoundException", "Table not found: things")
    create(lab)
    assert refusal(lab, SourceTableArn=arn, **latest) == (
        "PointInTimeRecoveryUnavailableException",
        "Point in time recovery is not enabled for table 'things'",
    )
    switch(lab)
    assert refusal(lab, SourceTableName="things", TargetTableName="things", UseLatestRestorableTime=True) == (
        "TableAlreadyExistsException",
        "Table already exists: things",
    )
    for more in ({}, {"UseLatestRestorableTime": True, "RestoreDateTime": START}):
        assert refusal(lab, SourceTableName="things", TargetTableName="again", **more)[1] == (
            "One or more parameter values were invalid: "
            "Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified"
        )
    assert refusal(lab, **latest)[1] == (
        "One or more parameter values were invalid: Exactly one of SourceTableArn and SourceTableName must be specified"
    )


def test_backups_of_a_table_that_is_not_there_are_not_described() -> None:
    with pytest.raises(ServiceError) as caught:
        described(Lab())
    assert (caught.value.code, caught.value.message) == ("TableNotFoundException", "Table not found: things")


def test_a_period_without_recovery_is_refused() -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError, match="RecoveryPeriodInDays can only be specified when"):
        switch(lab, enabled=False, RecoveryPeriodInDays=3)
