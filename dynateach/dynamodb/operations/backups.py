"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup, and the system backup that a deleted table leaves.

Documented: a backup is taken at the moment of the request and can be restored within minutes; a system backup belongs to
a table that was deleted while it had point-in-time recovery, and expires after 35 days. Assumed: that a backup holds exactly
what the table held at the moment of the request (documented is: to within a minute).
"""

from copy import deepcopy
from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.descriptions import describe_encryption, used_attributes
from dynateach.dynamodb.operations.expiry import describe_expiry
from dynateach.dynamodb.operations.lifecycle import existing
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.throughput import units_of, wire_maxima, wire_units
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import BACKUPS_PAGE, RECOVERY_DAYS
from dynateach.dynamodb.storage.backup import SYSTEM, USER, Backup
from dynateach.dynamodb.storage.changes import DAY
from dynateach.dynamodb.storage.history import contents
from dynateach.dynamodb.storage.index import GLOBAL, LOCAL
from dynateach.dynamodb.storage.table import CREATING, DELETING, Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_TABLE_MEMBERS = ("TableName", "TableId", "TableArn")
_INDEX_MEMBERS = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput")


@operation("CreateBackup", takes=lambda profile: profile.control)
def create_backup(db: "DynamoDB", params: Params) -> Params:
    """Back a table up; the backup is CREATING until the profile's backup time has passed, then AVAILABLE."""
    table = existing(db, params["TableName"], errors.backup_table_not_found)
    if table.status == CREATING:
        raise errors.backups_not_ready(table.name)
    ready = db.world.clock.now + db.world.profile.backup_creation
    backup = _back_up(db, table, params["BackupName"], USER, ready)
    return {"BackupDetails": {**_details(db, backup), "BackupStatus": CREATING}}


@operation("DescribeBackup", takes=lambda profile: profile.control)
def describe_backup(db: "DynamoDB", params: Params) -> Params:
    """What there is to know about a backup."""
    return {"BackupDescription": _description(db, backup_named(db, params["BackupArn"]))}


@operation("ListBackups", takes=lambda profile: profile.control)
def list_backups(db: "DynamoDB", params: Params) -> Params:
    """The region's backups, or those of one table, in the order of their creation, a page at a time."""
    limit = params.get("Limit", BACKUPS_PAGE)
    found = [backup for backup in _present(db).values() if _is_wanted(db, backup, params)]
    start = params.get("ExclusiveStartBackupArn")
    if start is not None:
        arns = [backup.arn for backup in found]
        found = found[arns.index(start) + 1 :] if start in arns else []
    page: Params = {"BackupSummaries": [_summary(db, backup) for backup in found[:limit]]}
    if len(found) > limit:
        page["LastEvaluatedBackupArn"] = found[limit - 1].arn
    return page


@operation("DeleteBackup", takes=lambda profile: profile.control)
def delete_backup(db: "DynamoDB", params: Params) -> Params:
    """Delete a backup."""
    backup = restorable(db, params["BackupArn"])
    description = _description(db, backup)
    description["BackupDetails"]["BackupStatus"] = "DELETED"
    del db.backups[backup.arn]
    return {"BackupDescription": description}


def leave_system_backup(db: "DynamoDB", table: Table) -> None:
    """Back up a table that is about to be deleted, if it has point-in-time recovery."""
    if table.history:
        now = db.world.clock.now
        _back_up(db, table, f"{table.name}$DeletedTableBackup", SYSTEM, now, now + RECOVERY_DAYS * DAY)


def backup_named(db: "DynamoDB", arn: str) -> Backup:
    """The backup with that ARN. Raises DynamoDB's error if there is none."""
    backup = _present(db).get(arn)
    if backup is None:
        raise errors.backup_not_found(arn)
    return backup


def restorable(db: "DynamoDB", arn: str) -> Backup:
    """The backup with that ARN, ready to be restored or deleted. Raises DynamoDB's error if there is none, or not yet."""
    backup = backup_named(db, arn)
    if backup.status(db.world.clock.now) == CREATING:
        raise errors.backup_in_use(arn)
    return backup


def current_definition(table: Table) -> Params:
    """A definition from which a table with this one's keys, indexes, throughput and encryption could be created; the
    other settings of a table are not restored (documented).
    """
    kept = ("KeySchema", "BillingMode", "ProvisionedThroughput", "OnDemandThroughput", "SSESpecification")
    definition = {name: deepcopy(table.definition[name]) for name in kept if name in table.definition}
    definition["AttributeDefinitions"] = used_attributes(table)
    for index in table.indexes.values():
        if index.status not in (CREATING, DELETING):
            definition.setdefault(index.kind, []).append(_index_info(index.definition))
    return definition


def _back_up(db: "DynamoDB", table: Table, name: str, type: str, ready: int, expires: int | None = None) -> Backup:
    now = db.world.clock.now
    suffix = db.world.randomness.stream("backup ids").bits(32)
    arn = f"{db.arn(table.name)}/backup/{now // 1000:014d}-{suffix:08x}"
    size, definition = table.keyspace.bytes, current_definition(table)
    source, features = _source(db, table), _features(db, table, definition)
    items = contents(table.keyspace)
    backup = Backup(arn, name, type, now, ready, expires, size, definition, source, features, items)
    db.backups[arn] = backup
    return backup


def _present(db: "DynamoDB") -> dict[str, Backup]:
    """The backups by ARN, without those that have expired: these are forgotten."""
    now = db.world.clock.now
    for backup in [one for one in db.backups.values() if one.expires is not None and one.expires <= now]:
        del db.backups[backup.arn]
    return db.backups


def _is_wanted(db: "DynamoDB", backup: Backup, params: Params) -> bool:
    table = params.get("TableName")
    low, high = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    return (
        params.get("BackupType", USER) in (backup.type, "ALL")
        and (table is None or backup.source["TableName"] == db.name_in(table))
        and (low is None or backup.created >= low * SECOND)
        and (high is None or backup.created < high * SECOND)
    )


def _details(db: "DynamoDB", backup: Backup) -> Params:
    details = {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": backup.status(db.world.clock.now),
        "BackupType": backup.type,
        "BackupCreationDateTime": backup.created / SECOND,
    }
    if backup.expires is not None:
        details["BackupExpiryDateTime"] = backup.expires / SECOND
    return details


def _summary(db: "DynamoDB", backup: Backup) -> Params:
    return {**{name: backup.source[name] for name in _TABLE_MEMBERS}, **_details(db, backup)}


def _description(db: "DynamoDB", backup: Backup) -> Params:
    return {
        "BackupDetails": _details(db, backup),
        "SourceTableDetails": deepcopy(backup.source),
        "SourceTableFeatureDetails": deepcopy(backup.features),
    }


def _source(db: "DynamoDB", table: Table) -> Params:
    source = {
        "TableName": table.name,
        "TableId": table.id,
        "TableArn": db.arn(table.name),
        "TableSizeBytes": table.keyspace.bytes,
        "KeySchema": deepcopy(table.definition["KeySchema"]),
        "TableCreationDateTime": table.created / SECOND,
        "ProvisionedThroughput": wire_units(units_of(table.definition)),
        "ItemCount": table.keyspace.items,
        "BillingMode": "PAY_PER_REQUEST" if table.on_demand else "PROVISIONED",
    }
    if "OnDemandThroughput" in table.definition:
        source["OnDemandThroughput"] = wire_maxima(table.definition["OnDemandThroughput"])
    return source


def _features(db: "DynamoDB", table: Table, definition: Params) -> Params:
    features = {kind: deepcopy(definition[kind]) for kind in (LOCAL, GLOBAL) if kind in definition}
    if table.stream:
        features["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": table.stream.view_type}
    features["TimeToLiveDescription"] = describe_expiry(db, table)
    encryption = describe_encryption(db, definition.get("SSESpecification") or {})
    return {**features, "SSEDescription": encryption} if encryption else features


def _index_info(definition: Params) -> Params:
    return {name: deepcopy(definition[name]) for name in _INDEX_MEMBERS if name in definition}
