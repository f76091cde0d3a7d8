"""CreateTable, DescribeTable, ListTables, DeleteTable."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import (
    LIST_TABLES_PAGE,
    ON_DEMAND_READ_UNITS,
    ON_DEMAND_WRITE_UNITS,
    TABLE_READ_UNITS,
    TABLE_WRITE_UNITS,
    TABLES_PER_REGION,
)
from dynateach.dynamodb.storage.keyspace import KeySpace, initial_count
from dynateach.dynamodb.storage.table import ACTIVE, CREATING, DELETING, Table, key_schema
from dynateach.profile import Profile
from dynateach.trace import PartitionCreated, TableChanged

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

MAX_PROVISIONED = 1_000_000_000_000
_NAMED_BY_USER = frozenset({"CreateTable", "DescribeTable", "DeleteTable"})


@operation(
    "CreateTable",
    takes=lambda profile: profile.control,
    not_simulated="LocalSecondaryIndexes GlobalSecondaryIndexes VectorIndexes StreamSpecification SSESpecification "
    "ResourcePolicy Tags GlobalTableSourceArn GlobalTableSettingsReplicationMode OnDemandThroughput",
)
def create_table(db: "DynamoDB", params: Params) -> Params:
    """Begin a table; it is CREATING until the profile's creation time has passed, then ACTIVE."""
    _require_billing(params)
    _require_key_schema(params)
    _require_quota(params)
    name = params["TableName"]
    if name.startswith("arn:"):
        raise errors.validation(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        )
    if name in db.tables:
        raise errors.table_exists(name)
    if len(db.tables) >= TABLES_PER_REGION:
        raise errors.limit_exceeded(f"There is a limit of {TABLES_PER_REGION} tables per subscriber")
    types = {one["AttributeName"]: one["AttributeType"] for one in params["AttributeDefinitions"]}
    keyspace = KeySpace(_partitions(params, db.world.profile))
    table = Table(
        {**deepcopy(params), "TableName": name},
        _table_id(db),
        key_schema(params["KeySchema"], types),
        keyspace,
        db.world.clock.now,
    )
    db.tables[name] = table
    _announce(db, table)
    answer = {"TableDescription": describe(db, table)}
    _later(db, db.world.profile.table_creation, lambda: _activate(db, table))
    return answer


@operation("DescribeTable", takes=lambda profile: profile.control)
def describe_table(db: "DynamoDB", params: Params) -> Params:
    """What there is to know about a table."""
    return {"Table": describe(db, _existing(db, params))}


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
    table = _existing(db, params)
    if table.status != ACTIVE:
        raise errors.table_in_use(table.name, "created" if table.status == CREATING else "deleted")
    if table.definition.get("DeletionProtectionEnabled"):
        raise errors.validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
        )
    _become(db, table, DELETING)
    answer = {"TableDescription": _brief(db, table)}
    _later(db, db.world.profile.table_deletion, lambda: _remove(db, table))
    return answer


def refuse_name(operation: str, params: Any) -> None:
    """The control plane words its complaints about table names in its own way. Raises DynamoDB's
    error, or returns.
    """
    if operation not in _NAMED_BY_USER or not isinstance(params, dict):
        return
    name = params.get("TableName")
    if name is None:
        raise errors.validation("The parameter 'TableName' is required but was not present in the request")
    is_arn = isinstance(name, str) and name.startswith("arn:") and operation != "CreateTable"
    if isinstance(name, str) and not is_arn and not 3 <= len(name) <= 255:
        raise errors.validation("TableName must be at least 3 characters long and at most 255 characters long")


def describe(db: "DynamoDB", table: Table) -> Params:
    """A TableDescription in wire form."""
    definition = table.definition
    counted = table.statistics(db.world.clock.now, db.world.profile.statistics_every)
    return {
        "AttributeDefinitions": deepcopy(definition["AttributeDefinitions"]),
        "KeySchema": deepcopy(definition["KeySchema"]),
        **_brief(db, table),
        "CreationDateTime": table.created / SECOND,
        "TableSizeBytes": counted.bytes,
        "ItemCount": counted.items,
        "WarmThroughput": {**_warm_throughput(definition), "Status": table.status},
        **_table_class(table),
    }


def _brief(db: "DynamoDB", table: Table) -> Params:
    throughput = table.definition.get("ProvisionedThroughput") or {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    brief = {
        "TableName": table.name,
        "TableStatus": table.status,
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **throughput},
        "TableArn": db.arn(table.name),
        "TableId": table.id,
        "DeletionProtectionEnabled": bool(table.definition.get("DeletionProtectionEnabled")),
    }
    if table.on_demand:
        brief["BillingModeSummary"] = {
            "BillingMode": "PAY_PER_REQUEST",
            "LastUpdateToPayPerRequestDateTime": table.created / SECOND,
        }
    return brief


def _table_class(table: Table) -> Params:
    chosen = table.definition.get("TableClass")
    return {"TableClassSummary": {"TableClass": chosen}} if chosen else {}


def _existing(db: "DynamoDB", params: Params) -> Table:
    name = db.name_in(params["TableName"])
    if name not in db.tables:
        raise errors.table_not_found(name)
    return db.tables[name]


def _announce(db: "DynamoDB", table: Table) -> None:
    world = db.world
    world.trace.record(TableChanged(world.clock.now, world.request, table.name, table.status))
    for partition in table.keyspace.partitions:
        low, high = table.keyspace.bounds(partition)
        world.trace.record(PartitionCreated(world.clock.now, world.request, table.name, partition.id, low, high))


def _later(db: "DynamoDB", microseconds: int, action: Any) -> None:
    if microseconds:
        db.world.clock.after(microseconds, action)
    else:
        action()


def _become(db: "DynamoDB", table: Table, status: str) -> None:
    table.status = status
    db.world.trace.record(TableChanged(db.world.clock.now, db.world.request, table.name, status))


def _activate(db: "DynamoDB", table: Table) -> None:
    _become(db, table, ACTIVE)


def _remove(db: "DynamoDB", table: Table) -> None:
    del db.tables[table.name]
    _become(db, table, "DELETED")


def _table_id(db: "DynamoDB") -> str:
    digits = f"{db.world.randomness.stream('table ids').bits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _partitions(definition: Params, profile: Profile) -> int:
    if definition.get("BillingMode") == "PAY_PER_REQUEST" and "WarmThroughput" not in definition:
        return profile.on_demand_partitions
    warm = _warm_throughput(definition)
    return initial_count(warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"])


def _warm_throughput(definition: Params) -> dict[str, int]:
    """What the table can take at once: as asked for, or as provisioned, or as documented for a new
    on-demand table.
    """
    provisioned = definition.get("ProvisionedThroughput") or {}
    usual: dict[str, int] = {
        "ReadUnitsPerSecond": provisioned.get("ReadCapacityUnits", ON_DEMAND_READ_UNITS),
        "WriteUnitsPerSecond": provisioned.get("WriteCapacityUnits", ON_DEMAND_WRITE_UNITS),
    }
    return {**usual, **definition.get("WarmThroughput", {})}


def _require_billing(params: Params) -> None:
    throughput = params.get("ProvisionedThroughput")
    if params.get("BillingMode") == "PAY_PER_REQUEST":
        if throughput:
            raise errors.invalid_parameter(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        return
    if not throughput:
        raise errors.invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if throughput[name] > MAX_PROVISIONED:
            raise errors.validation(f"Given value {throughput[name]} for {name} is out of bounds")


def _require_quota(params: Params) -> None:
    """Documented: what a table may be provisioned with before AWS raises its quota. The wording is assumed."""
    warm = _warm_throughput(params)
    for name, quota in (("ReadUnitsPerSecond", TABLE_READ_UNITS), ("WriteUnitsPerSecond", TABLE_WRITE_UNITS)):
        if warm[name] < 1:
            raise errors.invalid_parameter(f"{name} of WarmThroughput must be at least 1")
        if warm[name] > quota:
            raise errors.limit_exceeded(f"{warm[name]} {name} is more than the quota of {quota} for one table")


def _require_key_schema(params: Params) -> None:
    schema = params.get("KeySchema")
    definitions = [one["AttributeName"] for one in params.get("AttributeDefinitions") or ()]
    if schema is None or "AttributeDefinitions" not in params:
        raise errors.invalid_parameter("KeySchema and AttributeDefinitions must both be specified")
    keys = [element["AttributeName"] for element in schema]
    if len(keys) > 2:
        raise errors.validation(
            f"1 validation error detected: Value '{_shown(schema)}' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2"
        )
    if len(keys) > len(definitions):
        raise errors.validation("Invalid KeySchema: Some index key attribute have no definition")
    if not set(keys) <= set(definitions):
        raise errors.invalid_parameter(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(keys)}], AttributeDefinitions: [{', '.join(definitions)}]"
        )
    if len(set(keys)) < len(keys):
        raise errors.validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    if schema[0]["KeyType"] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) == 2 and schema[1]["KeyType"] != "RANGE":
        raise errors.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len(set(definitions)) != len(keys):
        raise errors.invalid_parameter(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        )


def _shown(schema: list[dict[str, str]]) -> str:
    elements = (f"KeySchemaElement(attributeName={one['AttributeName']}, keyType={one['KeyType']})" for one in schema)
    return f"[{', '.join(elements)}]"
