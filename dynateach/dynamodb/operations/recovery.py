"""UpdateContinuousBackups, DescribeContinuousBackups: point-in-time recovery.

Documented: every table has continuous backups; with point-in-time recovery it can be restored as of any second of the last
1 to 35 days, up to about five minutes ago (the profile's recovery lag).
"""

from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.lifecycle import existing
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.storage.history import History
from dynateach.dynamodb.storage.table import CREATING, Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("UpdateContinuousBackups", takes=lambda profile: profile.control)
def update_continuous_backups(db: "DynamoDB", params: Params) -> Params:
    """Enable or disable point-in-time recovery, or change how many days it reaches back."""
    wanted = params["PointInTimeRecoverySpecification"]
    table = existing(db, params["TableName"], errors.backup_table_not_found)
    if table.status == CREATING:
        raise errors.backups_not_ready(table.name)
    if not wanted["PointInTimeRecoveryEnabled"]:
        if "RecoveryPeriodInDays" in wanted:
            raise errors.invalid_parameter(
                "RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true"
            )
        table.history = None
        return _described(db, table)
    table.history = table.history or History(db.world.clock.now)
    table.history.days = wanted.get("RecoveryPeriodInDays", table.history.days)
    return _described(db, table)


@operation("DescribeContinuousBackups", takes=lambda profile: profile.control)
def describe_continuous_backups(db: "DynamoDB", params: Params) -> Params:
    """Whether a table has point-in-time recovery, and as of when it can be restored."""
    return _described(db, existing(db, params["TableName"], errors.backup_table_not_found))


def restorable_times(db: "DynamoDB", history: History) -> tuple[int, int]:
    """The earliest and the latest moment as of which a table can be restored (virtual time, µs)."""
    now = db.world.clock.now
    return history.earliest(now), max(history.since, now - db.world.profile.recovery_lag)


def _described(db: "DynamoDB", table: Table) -> Params:
    recovery: Params = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.history:
        earliest, latest = restorable_times(db, table.history)
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table.history.days,
            "EarliestRestorableDateTime": earliest / SECOND,
            "LatestRestorableDateTime": latest / SECOND,
        }
    description = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"ContinuousBackupsDescription": description}
