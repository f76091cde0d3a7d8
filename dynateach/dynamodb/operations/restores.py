"""RestoreTableFromBackup, RestoreTableToPointInTime: a new table with the items of an old one.

Documented: a restore always makes a new table. It takes over keys, indexes, throughput and encryption, each of which the
request may override (indexes may only be left out); tags, stream, time to live and recovery have to be set up anew.
Assumed are the texts about overrides that do not fit.
"""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.backups import current_definition, restorable
from dynateach.dynamodb.operations.definitions import require_definitions
from dynateach.dynamodb.operations.descriptions import describe
from dynateach.dynamodb.operations.lifecycle import begin, existing, require_new
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.recovery import restorable_times
from dynateach.dynamodb.operations.throughput import (
    provisioned_by,
    require_account_quota,
    require_maxima,
    require_mode,
    require_table_quota,
)
from dynateach.dynamodb.operations.upkeep import fill
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.storage.history import Contents
from dynateach.dynamodb.storage.index import GLOBAL, LOCAL
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_OVERRIDES = {
    "BillingModeOverride": "BillingMode",
    "ProvisionedThroughputOverride": "ProvisionedThroughput",
    "OnDemandThroughputOverride": "OnDemandThroughput",
    "SSESpecificationOverride": "SSESpecification",
}
_INDEX_OVERRIDES = {"GlobalSecondaryIndexOverride": GLOBAL, "LocalSecondaryIndexOverride": LOCAL}


@operation("RestoreTableFromBackup", takes=lambda profile: profile.control, not_simulated="VectorIndexOverride")
def restore_table_from_backup(db: "DynamoDB", params: Params) -> Params:
    """Make a new table from a backup; it is CREATING until the profile's restore time has passed."""
    backup = restorable(db, params["BackupArn"])
    summary = {"SourceBackupArn": backup.arn, "SourceTableArn": backup.source["TableArn"]}
    return _restore(db, params, backup.definition, backup.contents, summary, backup.created)


@operation("RestoreTableToPointInTime", takes=lambda profile: profile.control, not_simulated="VectorIndexOverride")
def restore_table_to_point_in_time(db: "DynamoDB", params: Params) -> Params:
    """Make a new table as another one was at some moment; it is CREATING until the profile's restore time has passed."""
    table = existing(db, _source(params), errors.backup_table_not_found)
    if table.history is None:
        raise errors.recovery_unavailable(table.name)
    earliest, latest = restorable_times(db, table.history)
    asked = _moment(params, latest)
    if not earliest <= asked <= latest:
        raise errors.invalid_restore_time()
    at = round(asked)
    contents = table.history.contents(table.keyspace, at)
    return _restore(db, params, current_definition(table), contents, {"SourceTableArn": db.arn(table.name)}, at)


def _restore(db: "DynamoDB", params: Params, source: Params, contents: Contents, summary: Params, at: int) -> Params:
    definition = _overridden(source, params)
    require_mode(definition)
    require_definitions(definition)
    require_maxima(definition.get("OnDemandThroughput"), definition.get("BillingMode") == "PAY_PER_REQUEST")
    require_new(db, definition["TableName"], errors.restored_table_exists)
    require_table_quota(*provisioned_by(definition))
    require_account_quota(db, provisioned_by(definition))
    table = begin(db, definition, db.world.profile.restore, lambda restored: _fill(db, restored, contents))
    table.restored = {**summary, "RestoreDateTime": at / SECOND, "RestoreInProgress": True}
    return {"TableDescription": describe(db, table)}


def _fill(db: "DynamoDB", table: Table, contents: Contents) -> None:
    """Lay down the items. It is no write: nobody is charged, and the trace tells of none."""
    with db.world.trace.paused():
        for place, stored in contents.items():
            partition = table.keyspace.partition_of(place)
            partition.put(place, stored)
            fill(table, place, stored)
    if table.restored:
        table.restored["RestoreInProgress"] = False


def _source(params: Params) -> str:
    named = [params[name] for name in ("SourceTableArn", "SourceTableName") if name in params]
    if len(named) != 1:
        raise errors.invalid_parameter("Exactly one of SourceTableArn and SourceTableName must be specified")
    return str(named[0])


def _moment(params: Params, latest: int) -> float:
    use_latest, at = params.get("UseLatestRestorableTime", False), params.get("RestoreDateTime")
    if use_latest == (at is not None):
        raise errors.invalid_parameter("Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified")
    return latest if at is None else at * SECOND


def _overridden(source: Params, params: Params) -> Params:
    definition = {**deepcopy(source), "TableName": params["TargetTableName"]}
    if params.get("BillingModeOverride") == "PAY_PER_REQUEST":
        definition.pop("ProvisionedThroughput", None)
        for index in definition.get(GLOBAL, ()):
            index.pop("ProvisionedThroughput", None)
    if params.get("BillingModeOverride") == "PROVISIONED":
        definition.pop("OnDemandThroughput", None)
    for override, name in _OVERRIDES.items():
        if override in params:
            definition[name] = params[override]
    for override, kind in _INDEX_OVERRIDES.items():
        if override in params:
            definition[kind] = _chosen(definition.pop(kind, []), params[override])
    return _tidied(definition)


def _tidied(definition: Params) -> Params:
    """The definition without empty lists of indexes, and without attributes that belong to no key any more."""
    indexes = {kind: kept for kind in (GLOBAL, LOCAL) if (kept := definition.pop(kind, None))}
    schemas = [definition["KeySchema"], *(index["KeySchema"] for kind in indexes.values() for index in kind)]
    used = {element["AttributeName"] for schema in schemas for element in schema}
    attributes = [one for one in definition["AttributeDefinitions"] if one["AttributeName"] in used]
    return {**definition, **indexes, "AttributeDefinitions": attributes}


def _chosen(present: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The indexes that the request keeps, with the throughput that it wants for them."""
    known = {index["IndexName"]: index for index in present}
    for index in wanted:
        original = known.get(index["IndexName"])
        if original is None or any(original[part] != index[part] for part in ("KeySchema", "Projection")):
            raise errors.invalid_parameter(f"Index {index['IndexName']} does not match an index of the source table")
    return [{**known[index["IndexName"]], **index} for index in wanted]
