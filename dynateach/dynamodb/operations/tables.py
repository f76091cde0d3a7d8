"""CreateTable, DescribeTable, ListTables, DeleteTable."""

from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.backups import leave_system_backup
from dynateach.dynamodb.operations.definitions import require_definitions
from dynateach.dynamodb.operations.descriptions import describe, describe_briefly
from dynateach.dynamodb.operations.lifecycle import begin, begin_deletion, existing, require_active, require_new
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.tags import refuse_arn, require_tags
from dynateach.dynamodb.operations.throughput import (
    provisioned_by,
    require_account_quota,
    require_maxima,
    require_mode,
    require_table_quota,
    require_warm,
    warm_units,
)
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import LIST_TABLES_PAGE
from dynateach.dynamodb.storage.stream import enable_stream
from dynateach.dynamodb.storage.table import ACTIVE

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_NAMED_BY_USER = frozenset(
    {"CreateTable", "DescribeTable", "UpdateTable", "DeleteTable", "DescribeTimeToLive", "UpdateTimeToLive"}
)


@operation(
    "CreateTable",
    takes=lambda profile: profile.control,
    not_simulated="VectorIndexes ResourcePolicy GlobalTableSourceArn GlobalTableSettingsReplicationMode",
)
def create_table(db: "DynamoDB", params: Params) -> Params:
    """Begin a table; it is CREATING until the profile's creation time has passed, then ACTIVE."""
    _require_plain_name(params["TableName"])
    _require_keys(params)
    require_mode(params)
    require_definitions(params)
    require_maxima(params.get("OnDemandThroughput"), params.get("BillingMode") == "PAY_PER_REQUEST")
    require_warm(params)
    stream = params.get("StreamSpecification") or {"StreamEnabled": False}
    require_view_type(stream, "created")
    require_encryption(params.get("SSESpecification") or {})
    require_tags({}, params.get("Tags", []))
    require_new(db, params["TableName"])
    require_table_quota(warm_units(params), *provisioned_by(params))
    require_account_quota(db, provisioned_by(params))
    takes = db.world.profile.table_creation
    table = begin(db, params, takes)
    table.tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
    if stream["StreamEnabled"]:
        enable_stream(db, table, stream["StreamViewType"], takes)
    return {"TableDescription": describe(db, table)}


@operation("DescribeTable", takes=lambda profile: profile.control)
def describe_table(db: "DynamoDB", params: Params) -> Params:
    """What there is to know about a table."""
    return {"Table": describe(db, existing(db, params["TableName"]))}


@operation("ListTables", takes=lambda profile: profile.control)
def list_tables(db: "DynamoDB", params: Params) -> Params:
    """The names of the region's tables, in order, a page at a time."""
    start = params.get("ExclusiveStartTableName", "")
    limit = params.get("Limit", LIST_TABLES_PAGE)
    names = sorted(name for name in db.tables if name > start)
    page: Params = {"TableNames": names[:limit]}
    if len(names) > limit:
        page["LastEvaluatedTableName"] = names[limit - 1]
    return page


@operation("DeleteTable", takes=lambda profile: profile.control)
def delete_table(db: "DynamoDB", params: Params) -> Params:
    """Begin to delete a table; it is DELETING until the profile's deletion time has passed, then gone."""
    table = existing(db, params["TableName"])
    require_active(table)
    if any(index.status != ACTIVE for index in table.indexes.values()):
        raise errors.indexes_in_use()
    if table.definition.get("DeletionProtectionEnabled"):
        raise errors.validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
        )
    leave_system_backup(db, table)
    begin_deletion(db, table)
    return {"TableDescription": describe_briefly(db, table)}


def refuse_name(operation: str, params: Any) -> None:
    """The control plane words its complaints about table names in its own way. Raises DynamoDB's
    error, or returns.
    """
    refuse_arn(operation, params)
    if operation not in _NAMED_BY_USER or not isinstance(params, dict):
        return
    name = params.get("TableName")
    if name is None:
        raise errors.name_required()
    is_arn = isinstance(name, str) and name.startswith("arn:") and operation != "CreateTable"
    if isinstance(name, str) and not is_arn and not 3 <= len(name) <= 255:
        raise errors.validation("TableName must be at least 3 characters long and at most 255 characters long")


def require_view_type(stream: Params, being: str) -> None:
    """Raise DynamoDB's error unless a StreamSpecification has a view type exactly if it enables a stream.

    The text for a disabled stream with a view type is as one emulator has it that was tested against the live service;
    the other one is made after it.
    """
    if stream["StreamEnabled"] and "StreamViewType" not in stream:
        raise errors.invalid_parameter(
            f"Table is being {being} with a stream enabled, UpdateViewType should be specified"
        )
    if not stream["StreamEnabled"] and "StreamViewType" in stream:
        raise errors.invalid_parameter(
            f"Table is being {being} with a stream disabled, UpdateViewType should not be specified"
        )


def require_encryption(specification: Params) -> None:
    """Raise DynamoDB's error for an SSESpecification that names a kind of encryption or a key, and does not enable it, or
    one of another kind than KMS. The texts are assumed.
    """
    if specification.get("SSEType", "KMS") != "KMS":
        raise errors.invalid_parameter(f"SSEType {specification['SSEType']} is not supported")
    if not specification.get("Enabled") and specification.keys() & {"SSEType", "KMSMasterKeyId"}:
        raise errors.invalid_parameter("SSEType and KMSMasterKeyId can only be specified when SSE is enabled")


def _require_plain_name(name: str) -> None:
    """An ARN does not name a new table."""
    if name.startswith("arn:"):
        raise errors.validation(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        )


def _require_keys(params: Params) -> None:
    """Keys are optional in AWS's model, for the sake of global tables, and required in a table of one region."""
    missing = [name for name in ("attributeDefinitions", "keySchema") if name[0].upper() + name[1:] not in params]
    problems = [f"Value null at '{name}' failed to satisfy constraint: Member must not be null" for name in missing]
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise errors.validation(f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")
