"""UpdateTable: everything about a table that can be changed while it serves.

Documented: the table is UPDATING while it changes, and takes no other change meanwhile; what an index is given or loses
takes longer. All of a request is checked before any of it is done. Assumed: that settings other than units are told at once.
"""

from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.admissions import suit_partitions, tune_budgets
from dynateach.dynamodb.operations.descriptions import describe
from dynateach.dynamodb.operations.index_updates import (
    begin_index_updates,
    require_index_actions,
    require_index_updates,
)
from dynateach.dynamodb.operations.lifecycle import begin_update, existing, require_active
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.tables import require_encryption, require_view_type
from dynateach.dynamodb.operations.throughput import (
    require_in_bounds,
    require_maxima,
    require_table_quota,
    require_warmer,
    warmed_units,
)
from dynateach.dynamodb.operations.throughput_updates import (
    ThroughputUpdate,
    begin_throughput_update,
    checked_throughput_update,
    finish_throughput_update,
)
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.times import stamped
from dynateach.dynamodb.storage.stream import disable_stream, enable_stream
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_SETTINGS = ("DeletionProtectionEnabled", "SSESpecification", "TableClass")
_CHANGES = (
    *_SETTINGS,
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "StreamSpecification",
    "WarmThroughput",
)


@operation(
    "UpdateTable",
    takes=lambda profile: profile.control,
    not_simulated="DisassociationProtectionEnabled GlobalTableSettingsReplicationMode GlobalTableWitnessUpdates "
    "MultiRegionConsistency ReplicaUpdates VectorIndexUpdates",
)
def update_table(db: "DynamoDB", params: Params) -> Params:
    """Begin to change a table; it is UPDATING until the profile's update time has passed, then ACTIVE."""
    _require_sense(params)
    table = existing(db, params["TableName"])
    require_active(table)
    require_index_updates(db, table, params)
    throughput = checked_throughput_update(db, table, params)
    _require_stream(table, params)
    _require_settings(db, table, params)
    begin_update(db, table, lambda: _finish(db, table, throughput))
    begin_throughput_update(db, table, throughput)
    begin_index_updates(db, table, params)
    _set_stream(db, table, params)
    _set_settings(db, table, params)
    tune_budgets(db, table)
    suit_partitions(db, table)
    return {"TableDescription": describe(db, table)}


def _finish(db: "DynamoDB", table: Table, throughput: ThroughputUpdate) -> None:
    finish_throughput_update(db, table, throughput)
    tune_budgets(db, table)
    suit_partitions(db, table)


def _require_sense(params: Params) -> None:
    """What can be judged without looking at the table. The list in the first text is longer in truth than it says."""
    if not any(params.get(name) not in (None, []) for name in _CHANGES):
        raise errors.validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    if params.get("BillingMode") == "PROVISIONED" and "ProvisionedThroughput" not in params:
        raise errors.invalid_parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    require_in_bounds(params)
    require_index_actions(params)


def _require_stream(table: Table, params: Params) -> None:
    """Documented: a ValidationException for a stream that is enabled already, or disabled already."""
    stream = params.get("StreamSpecification")
    if stream is None:
        return
    if "ProvisionedThroughput" in params:
        raise errors.validation("Cannot change IOPS and Streams at the same time.")
    require_view_type(stream, "updated")
    if stream["StreamEnabled"] and table.stream:
        raise errors.validation(f"Table already has an enabled stream: TableName: {table.name}")
    if not stream["StreamEnabled"] and not table.stream:
        raise errors.validation(f"Table has no stream to disable: TableName: {table.name}")


def _require_settings(db: "DynamoDB", table: Table, params: Params) -> None:
    mode = params.get("BillingMode", table.definition.get("BillingMode"))
    require_maxima(params.get("OnDemandThroughput"), mode == "PAY_PER_REQUEST")
    require_encryption(params.get("SSESpecification", {}))
    warm, asked = table.throughput_changes[""].warm, params.get("WarmThroughput", {})
    require_warmer(asked, warm)
    require_table_quota(warmed_units(warm, asked))
    changes = table.class_changes
    refused = changes.too_often(db.world.clock.now)
    if refused and _changes_class(table, params):
        raise errors.too_many_changes("TableClass", changes.times, changes.days, *map(stamped, refused))


def _changes_class(table: Table, params: Params) -> bool:
    present = table.definition.get("TableClass", "STANDARD")
    return bool(params.get("TableClass", present) != present)


def _set_stream(db: "DynamoDB", table: Table, params: Params) -> None:
    stream, takes = params.get("StreamSpecification"), db.world.profile.table_update
    if stream and stream["StreamEnabled"]:
        enable_stream(db, table, stream["StreamViewType"], takes)
    elif stream:
        disable_stream(db, table, takes)


def _set_settings(db: "DynamoDB", table: Table, params: Params) -> None:
    if _changes_class(table, params):
        table.class_changes.done(db.world.clock.now)
    for name in _SETTINGS:
        if name in params:
            table.definition[name] = params[name]
    if "OnDemandThroughput" in params:
        present = table.definition.get("OnDemandThroughput", {})
        table.definition["OnDemandThroughput"] = {**present, **params["OnDemandThroughput"]}
    record = table.throughput_changes[""]
    record.warmed(warmed_units(record.warm, params.get("WarmThroughput", {})))
