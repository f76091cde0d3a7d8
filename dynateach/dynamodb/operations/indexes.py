"""The life of secondary indexes: they come with a table or are added to it, fill, serve, and go.

Documented: a global index can be added and deleted at any time, one in each UpdateTable; a local index comes with the
table and stays for life. A new index is filled from the table's items while writes flow into it already; what does not
fit its key is left out. How long that takes is the profile's (assumed).
"""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import first_partitions, wire_maxima
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.schema import IndexSchema, KeyAttribute, KeySchema
from dynateach.dynamodb.storage.index import GLOBAL, LOCAL, Index
from dynateach.dynamodb.storage.keyspace import KeySpace
from dynateach.dynamodb.storage.propagation import IndexQueue
from dynateach.dynamodb.storage.replication import Replication
from dynateach.dynamodb.storage.table import ACTIVE, CREATING, DELETING, Table
from dynateach.trace import IndexChanged

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


def add_indexes(db: "DynamoDB", table: Table, definition: Params) -> None:
    """Give a table that is being created the indexes of its definition; they become ACTIVE with it."""
    for kind in (GLOBAL, LOCAL):
        for index in definition.get(kind, ()):
            _add(db, table, kind, index).status = CREATING


def indexes_active(db: "DynamoDB", table: Table) -> None:
    """The table is ACTIVE, and with it the indexes that it began with."""
    for index in table.indexes.values():
        _become(db, table, index, ACTIVE)


def create_index(db: "DynamoDB", table: Table, definition: dict[str, Any]) -> None:
    """Begin a global index on an existing table: it is CREATING until the profile's index creation time has passed.

    The table's definition must have the index's attributes already.
    """
    index = _add(db, table, GLOBAL, deepcopy(definition))
    index.backfilling = True
    _become(db, table, index, CREATING)
    _backfill(table, index)
    db.world.clock.after(db.world.profile.index_creation, lambda: _finish(db, table, index))


def delete_index(db: "DynamoDB", table: Table, name: str) -> None:
    """Begin to delete a global index; it is DELETING until the profile's index deletion time has passed, then gone.
    Raises DynamoDB's error if there is none of that name.
    """
    index = _global_index(table, name)
    index.backfilling = False
    _become(db, table, index, DELETING)
    db.world.clock.after(db.world.profile.index_deletion, lambda: _remove(db, table, index))


def describe_indexes(db: "DynamoDB", table: Table) -> Params:
    """The lists of indexes in a TableDescription, those that have members."""
    lists: dict[str, list[Params]] = {}
    for index in table.indexes.values():
        lists.setdefault(index.kind, []).append(_described(db, table, index))
    return dict(lists)


def readable_index(table: Table, name: str) -> Index:
    """The index of that name, ready to be read. Raises DynamoDB's error if there is none, or not yet."""
    index = table.indexes.get(name)
    if index is None:
        raise errors.validation(f"The table does not have the specified index: {name}")
    if index.status == CREATING:
        raise errors.validation(f"Cannot read from backfilling global secondary index: {name}")
    return index


def _global_index(table: Table, name: str) -> Index:
    index = table.indexes.get(name)
    if index is None or not index.is_global:
        raise errors.index_not_found(name, table.name)
    return index


def _add(db: "DynamoDB", table: Table, kind: str, definition: dict[str, Any]) -> Index:
    schema = index_schema(definition["KeySchema"], table.definition["AttributeDefinitions"], table.schema)
    keyspace = KeySpace(_partitions(db, table, kind, definition))
    index = Index(kind, definition, schema, keyspace, db.world.clock.now)
    if index.is_global and db.world.profile.index_lag.slowest:
        index.queue = IndexQueue(db.world, table.name, index)
        if db.world.profile.replication_lag.slowest:
            index.replication = Replication(db.world, db.zones, keyspace, table.name, index.name)
    table.indexes[index.name] = index
    if index.is_global:
        table.splitting.watch(index.name, keyspace)
    return index


def index_schema(elements: list[dict[str, str]], definitions: list[dict[str, str]], table: KeySchema) -> IndexSchema:
    """An index's KeySchema in wire form as an ``IndexSchema``."""
    types = {one["AttributeName"]: one["AttributeType"] for one in definitions}

    def attributes(key_type: str) -> tuple[KeyAttribute, ...]:
        names = (one["AttributeName"] for one in elements if one["KeyType"] == key_type)
        return tuple(KeyAttribute(name, types[name]) for name in names)

    return IndexSchema(attributes("HASH"), attributes("RANGE"), table)


def _partitions(db: "DynamoDB", table: Table, kind: str, definition: dict[str, Any]) -> int:
    """A local index lies in the table's partitions; a global one gets its own, by the table's arithmetic."""
    if kind == LOCAL:
        return len(table.keyspace.partitions)
    return first_partitions(definition, db.world.profile.on_demand_partitions)


def _backfill(table: Table, index: Index) -> None:
    for partition in table.keyspace.partitions:
        for place, stored in partition.items.items():
            index.replace(None, index.entry(place, stored))


def _finish(db: "DynamoDB", table: Table, index: Index) -> None:
    if index.backfilling:
        index.backfilling = False
        _become(db, table, index, ACTIVE)


def _remove(db: "DynamoDB", table: Table, index: Index) -> None:
    table.splitting.close(index.name)
    del table.indexes[index.name]
    if index.queue:
        index.queue.close()
    if table.admission:
        table.admission.close(index.name)
    _become(db, table, index, "DELETED")


def _become(db: "DynamoDB", table: Table, index: Index, status: str) -> None:
    index.status = status
    world = db.world
    world.trace.record(IndexChanged(world.clock.now, world.request, table.name, index.name, status))


def _described(db: "DynamoDB", table: Table, index: Index) -> Params:
    definition = index.definition
    counted = index.statistics(db.world.clock.now, db.world.profile.statistics_every)
    description: Params = {
        "IndexName": index.name,
        "KeySchema": deepcopy(definition["KeySchema"]),
        "Projection": deepcopy(definition["Projection"]),
        "IndexSizeBytes": counted.bytes,
        "ItemCount": counted.items,
        "IndexArn": f"{db.arn(table.name)}/index/{index.name}",
    }
    if not index.is_global:
        return description
    description["IndexStatus"] = index.status
    if index.backfilling:
        description["Backfilling"] = True
    if "OnDemandThroughput" in definition:
        description["OnDemandThroughput"] = wire_maxima(definition["OnDemandThroughput"])
    return description
