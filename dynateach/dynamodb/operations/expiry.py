"""UpdateTimeToLive, DescribeTimeToLive: the attribute that says when an item expires.

Documented: a change takes up to an hour, in which the setting can't be changed again. Assumed: while it is ENABLING nothing
is deleted yet, and while it is DISABLING items still are.
"""

from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.lifecycle import existing
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.sweeps import settle_expiry
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.storage.settings import Switch, TimeToLive
from dynateach.dynamodb.storage.table import CREATING, DELETING, Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("UpdateTimeToLive", takes=lambda profile: profile.control)
def update_time_to_live(db: "DynamoDB", params: Params) -> Params:
    """Turn a table's time to live on or off; it is ENABLING or DISABLING until the profile's time for that has passed."""
    wanted = params["TimeToLiveSpecification"]
    table = existing(db, params["TableName"])
    if table.status in _BEING:
        raise errors.table_in_use(table.name, _BEING[table.status])
    _require_change(db, table.time_to_live, wanted)
    now = db.world.clock.now
    switch = Switch(wanted["Enabled"], now, now + db.world.profile.expiry_change)
    setting = table.time_to_live = TimeToLive(wanted["AttributeName"], switch)
    db.world.clock.at(switch.settled, lambda: settle_expiry(db, table, setting))
    return {"TimeToLiveSpecification": {"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"]}}


@operation("DescribeTimeToLive", takes=lambda profile: profile.control)
def describe_time_to_live(db: "DynamoDB", params: Params) -> Params:
    """Whether a table's items expire, and by which attribute."""
    return {"TimeToLiveDescription": describe_expiry(db, existing(db, params["TableName"]))}


def describe_expiry(db: "DynamoDB", table: Table) -> Params:
    """A TimeToLiveDescription in wire form; once it is disabled, DynamoDB no longer names the attribute."""
    setting = table.time_to_live
    status = setting.switch.status(db.world.clock.now) if setting else "DISABLED"
    if setting is None or status == "DISABLED":
        return {"TimeToLiveStatus": "DISABLED"}
    return {"TimeToLiveStatus": status, "AttributeName": setting.attribute}


_BEING = {CREATING: "created", DELETING: "deleted"}


def _require_change(db: "DynamoDB", present: TimeToLive | None, wanted: Params) -> None:
    """Raise DynamoDB's error for what is so already, or was changed only just now. The order is that of AWS's own emulator."""
    enabled = present is not None and present.switch.enabled
    if not enabled and not wanted["Enabled"]:
        raise errors.validation("TimeToLive is already disabled")
    if present and enabled and present.attribute != wanted["AttributeName"]:
        raise errors.validation(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {present.attribute}"
        )
    if enabled and wanted["Enabled"]:
        raise errors.validation("TimeToLive is already enabled")
    if present and present.switch.settled > db.world.clock.now:
        raise errors.validation("Time to live has been modified multiple times within a fixed interval")
