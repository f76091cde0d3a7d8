"""Expiry and recovery: which items go, and how far back one can reach."""

from typing import Any

from tests.dynamodb.numbers.bench import Bench, Wire, key, largest
from tests.dynamodb.numbers.claim import EXPIRY, RECOVERY, Claim, api, guide

SECOND = 1_000_000
DAY = 24 * 3600
YEAR = 365 * DAY


def expires(moment: int, type: str = "N", unit: int = 1) -> bool:
    """Whether an item goes by itself within 400 days whose time is so many seconds from now."""
    bench = Bench()
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    at = str((bench.lab.clock.now // SECOND + moment) * unit)
    bench.ask("PutItem", Item={**key(), "expires": {type: at}})
    bench.wait(400 * DAY)
    return "Item" not in bench.ask("GetItem", Key=key())


def seen_after_its_time() -> bool:
    """Whether an item can be read a second after it expired."""
    bench = Bench("realistic")
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    bench.wait(3600)
    bench.ask("PutItem", Item={**key(), "expires": {"N": str(bench.lab.clock.now // SECOND)}})
    bench.wait(2)
    return "Item" in bench.ask("GetItem", Key=key(), ConsistentRead=True)


def setting_takes() -> float:
    """After how many seconds time to live that was turned on is in effect."""
    bench = Bench("realistic")
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    for minute in range(1, 200):
        bench.wait(60)
        if bench.ask("DescribeTimeToLive")["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED":
            return minute * 60
    raise AssertionError("it is still being turned on")


def recover(bench: Bench, **more: Any) -> Wire:
    """Turn point-in-time recovery on; what it says of itself."""
    setting = {"PointInTimeRecoveryEnabled": True, **more}
    answer = bench.ask("UpdateContinuousBackups", PointInTimeRecoverySpecification=setting)
    description: Wire = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return description


def period() -> float:
    return float(recover(Bench())["RecoveryPeriodInDays"])


def period_accepted(days: int) -> bool:
    setting = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    return Bench().accepts("UpdateContinuousBackups", PointInTimeRecoverySpecification=setting)


def reach(days: int) -> float:
    """How many days back a table can be restored that has had recovery for 100."""
    bench = Bench()
    recover(bench, RecoveryPeriodInDays=days)
    bench.wait(100 * DAY)
    bench.put(10)
    return float(bench.lab.clock.now / SECOND - described(bench)["EarliestRestorableDateTime"]) / DAY


def described(bench: Bench) -> Wire:
    answer = bench.ask("DescribeContinuousBackups")
    description: Wire = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return description


def latest_is_old() -> float:
    """How many seconds old the latest restorable moment is, rounded."""
    bench = Bench("realistic")
    recover(bench)
    bench.wait(3600)
    return round(bench.lab.clock.now / SECOND - float(described(bench)["LatestRestorableDateTime"]))


def by_the_second() -> str:
    """What a table that was written every second is restored to, as of its third second."""
    bench = Bench()
    recover(bench)
    began = bench.lab.clock.now // SECOND
    for version in range(1, 6):
        bench.wait(1)
        bench.ask("PutItem", Item={**key(), "v": {"S": str(version)}})
    names = {"SourceTableName": "things", "TargetTableName": "again"}
    bench.ask("RestoreTableToPointInTime", **names, RestoreDateTime=began + 3)
    item = bench.lab.request("dynamodb", "GetItem", {"TableName": "again", "Key": key()})["Item"]
    return str(item["v"]["S"])


def settings_after_restore() -> float:
    """How many of a table's tags, stream, time to live and recovery a restored one has."""
    bench = Bench(
        Tags=[{"Key": "team", "Value": "x"}], StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    recover(bench)
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    bench.ask(
        "RestoreTableToPointInTime", SourceTableName="things", TargetTableName="again", UseLatestRestorableTime=True
    )
    again = {"TableName": "again"}
    arn = bench.lab.request("dynamodb", "DescribeTable", again)["Table"]["TableArn"]
    found = (
        bench.lab.request("dynamodb", "ListTagsOfResource", {"ResourceArn": arn})["Tags"] != [],
        "LatestStreamArn" in bench.lab.request("dynamodb", "DescribeTable", again)["Table"],
        "ENABLED" in str(bench.lab.request("dynamodb", "DescribeTimeToLive", again)),
        "PointInTimeRecoveryStatus': 'ENABLED"
        in str(bench.lab.request("dynamodb", "DescribeContinuousBackups", again)),
    )
    return float(sum(found))


def system_backup_days() -> float:
    """For how many days the backup stays that a table with recovery leaves behind when it is deleted."""
    bench = Bench()
    recover(bench)
    bench.put(10)
    bench.ask("DeleteTable")
    (backup,) = bench.ask("ListBackups", BackupType="SYSTEM")["BackupSummaries"]
    return float(backup["BackupExpiryDateTime"] - backup["BackupCreationDateTime"]) / DAY


CLAIMS: list[Claim] = [
    EXPIRY.says("an item goes whose time is a Number of seconds in the past", True, "", expires, -10),
    EXPIRY.says("an item goes whose time is a Number of milliseconds", False, "", expires, -10, unit=1000),
    EXPIRY.says("an item goes whose time is a text", False, "", expires, -10, "S"),
    EXPIRY.says("an item goes whose time passed five years ago, less an hour", True, "", expires, 3600 - 5 * YEAR),
    EXPIRY.says("an item goes whose time passed more than five years ago", False, "", expires, -5 * YEAR - 1),
    EXPIRY.says("an item can be read after it expired, until it is deleted", True, "", seen_after_its_time),
    api("UpdateTimeToLive").says("turning time to live on takes up to", 3600, "seconds", setting_takes),
    RECOVERY.says("the recovery period, unless told otherwise", 35, "days", period),
    RECOVERY.says("the shortest recovery period", 1, "days", lambda: min(d for d in range(9) if period_accepted(d))),
    RECOVERY.says("the longest recovery period", 35, "days", largest, period_accepted, 400),
    RECOVERY.says("how far back a table reaches after 100 days", 35, "days", reach, 35),
    RECOVERY.says("how far back a table reaches with a period of 7 days", 7, "days", reach, 7),
    RECOVERY.says("the latest restorable moment is typically so old", 300, "seconds", latest_is_old),
    RECOVERY.says("the version of an item, written every second, as of the third second", "3", "", by_the_second),
    guide("Restoring a table").says(
        "of tags, stream, time to live and recovery, a restored table has", 0, "settings", settings_after_restore
    ),
    RECOVERY.says("a table with recovery that is deleted leaves a backup for", 35, "days", system_backup_days),
]
