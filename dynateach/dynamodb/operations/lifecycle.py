"""The life of a table: it is found by name, begins, changes, and goes.

Documented: a table is CREATING, then ACTIVE, UPDATING while it changes, DELETING, and gone; it can be changed or deleted
only when it is ACTIVE. How long each takes is the profile's (assumed).
"""

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.admissions import open_budgets, suit_partitions
from dynateach.dynamodb.operations.indexes import add_indexes, indexes_active
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import first_partitions, warm_units
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import TABLES_PER_REGION
from dynateach.dynamodb.storage.changes import ThroughputChanges
from dynateach.dynamodb.storage.keyspace import KeySpace
from dynateach.dynamodb.storage.pending import Pending
from dynateach.dynamodb.storage.replication import Replication
from dynateach.dynamodb.storage.stream import disable_stream
from dynateach.dynamodb.storage.table import ACTIVE, CREATING, DELETING, UPDATING, Table, key_schema
from dynateach.errors import ServiceError
from dynateach.trace import PartitionCreated, TableChanged

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_BEING = {CREATING: "created", UPDATING: "updated", DELETING: "deleted"}


def existing(
    db: "DynamoDB", name_or_arn: str, missing: Callable[[str], ServiceError] = errors.table_not_found
) -> Table:
    """The table of that name or ARN, whatever its status. Raises what ``missing`` makes of the name, if there is none."""
    name = db.name_in(name_or_arn)
    if name not in db.tables:
        raise missing(name or name_or_arn)
    return db.tables[name]


def require_active(table: Table) -> None:
    """Raise DynamoDB's error for a table that is being created, updated or deleted."""
    if table.status != ACTIVE:
        raise errors.table_in_use(table.name, _BEING[table.status])


def require_new(db: "DynamoDB", name: str, taken: Callable[[str], ServiceError] = errors.table_exists) -> None:
    """Raise DynamoDB's error for a table name that can't be given to a new table."""
    if name in db.tables:
        raise taken(name)
    if len(db.tables) >= TABLES_PER_REGION:
        raise errors.limit_exceeded(f"There is a limit of {TABLES_PER_REGION} tables per subscriber")


def begin(db: "DynamoDB", definition: Params, takes: int, prepare: Callable[[Table], object] | None = None) -> Table:
    """Begin a table as defined, which is CREATING until ``takes`` µs have passed; ``prepare`` is called just before."""
    now = db.world.clock.now
    definition = deepcopy(definition)
    types = {one["AttributeName"]: one["AttributeType"] for one in definition["AttributeDefinitions"]}
    keyspace = KeySpace(first_partitions(definition, db.world.profile.on_demand_partitions))
    table = Table(db.world, definition, _table_id(db), key_schema(definition["KeySchema"], types), keyspace)
    if db.world.profile.replication_lag.slowest:
        table.replication = Replication(db.world, db.zones, keyspace, table.name)
    if db.world.profile.transaction_commit.slowest:
        table.pending = Pending(db.world, table)
        if table.replication:
            table.replication.pending = table.pending
    db.tables[table.name] = table
    add_indexes(db, table, definition)
    for name, owner in {"": definition, **{one.name: one.definition for one in table.indexes.values()}}.items():
        table.throughput_changes[name] = ThroughputChanges(warm_units(owner), now)
    _announce(db, table)
    db.world.clock.after(takes, lambda: _finish(db, table, prepare))
    return table


def begin_update(db: "DynamoDB", table: Table, finish: Callable[[], object]) -> None:
    """The table is UPDATING until the profile's update time has passed; then ``finish`` is called."""

    def finish_update() -> None:
        finish()
        _become(db, table, ACTIVE)

    _become(db, table, UPDATING)
    db.world.clock.after(db.world.profile.table_update, finish_update)


def begin_deletion(db: "DynamoDB", table: Table) -> None:
    """The table is DELETING until the profile's deletion time has passed, then gone; its stream closes at once."""
    takes = db.world.profile.table_deletion
    _become(db, table, DELETING)
    table.splitting.close()
    disable_stream(db, table, takes)
    db.world.clock.after(takes, lambda: _remove(db, table))


def _finish(db: "DynamoDB", table: Table, prepare: Callable[[Table], object] | None) -> None:
    if prepare:
        prepare(table)
    if table.on_demand:
        table.on_demand_since = db.world.clock.now
    open_budgets(db, table)
    suit_partitions(db, table)
    _become(db, table, ACTIVE)
    indexes_active(db, table)


def _remove(db: "DynamoDB", table: Table) -> None:
    del db.tables[table.name]
    table.retire()
    _become(db, table, "DELETED")


def _become(db: "DynamoDB", table: Table, status: str) -> None:
    table.status = status
    db.world.trace.record(TableChanged(db.world.clock.now, db.world.request, table.name, status))


def _announce(db: "DynamoDB", table: Table) -> None:
    world = db.world
    world.trace.record(TableChanged(world.clock.now, world.request, table.name, table.status))
    for partition in table.keyspace.partitions:
        low, high = table.keyspace.bounds(partition)
        world.trace.record(PartitionCreated(world.clock.now, world.request, table.name, partition.id, low, high))


def _table_id(db: "DynamoDB") -> str:
    digits = f"{db.world.randomness.stream('table ids').bits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
