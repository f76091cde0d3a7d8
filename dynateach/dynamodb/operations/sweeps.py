"""Deleting what has expired: a deletion that nobody asked for.

Documented: it consumes no write units of the table, leaves a stream record that names DynamoDB as its author, and is a
change like any other for indexes and point-in-time recovery. A global index pays for it from its own units. Assumed: even
with those it does not have; in a partition without a quorum the item is met again, after another delay; and so is one
that a transaction has prepared, once that has written it.
"""

from functools import partial
from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.admissions import charge_write
from dynateach.dynamodb.operations.target import Target
from dynateach.dynamodb.operations.upkeep import keep_up
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.schema import Place, readable
from dynateach.dynamodb.storage.expiry import Expiry
from dynateach.dynamodb.storage.index import GLOBAL
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.settings import TimeToLive
from dynateach.dynamodb.storage.shard import EXPIRY
from dynateach.dynamodb.storage.table import Table
from dynateach.trace import ItemExpired

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


def settle_expiry(db: "DynamoDB", table: Table, setting: TimeToLive) -> None:
    """The table's time to live has been turned on or off: begin or stop to delete what expires."""
    if table.time_to_live is not setting:
        return
    if table.expiry:
        table.expiry.close()
        table.expiry = None
    if setting.switch.enabled and db.tables.get(table.name) is table:
        table.expiry = Expiry(db.world, table.name, setting.attribute, partial(_expire, db, table))
        table.expiry.note_all(table.keyspace)


def _expire(db: "DynamoDB", table: Table, place: Place, moment: int) -> None:
    """Delete the item there, which expired at ``moment`` (µs)."""
    partition = table.keyspace.partition_of(place)
    old = partition.get(place)
    if old is None or (table.pending and place in table.pending):
        return
    target = Target(table, place, old.item, partition, old)
    if table.replication and not table.replication.has_quorum(partition):
        if table.expiry:
            table.expiry.note(place, old, wait=max(db.world.profile.leader_lease, SECOND))
        return
    with db.world.acting_for(0):
        _remove(db, target, old, moment)


def _remove(db: "DynamoDB", target: Target, old: Stored, moment: int) -> None:
    table, partition, place, now = target.table, target.partition, target.place, db.world.clock.now
    partition.remove(place)
    if table.history:
        table.history.note(now, place, old)
    if table.replication:
        table.replication.note(partition, place, old)
    key = readable(place, table.schema, old.item)
    db.world.trace.record(
        ItemExpired(now, 0, table.name, partition.id, key, position(place[0]), old.size, moment, now - moment)
    )
    if table.stream:
        table.stream.record(partition, place, "REMOVE", old, None, EXPIRY)
    units = keep_up(db, target, None) if table.indexes else ()
    if table.admission:
        charge_write(db, target, None, Consumed(0.0, tuple(one for one in units if one.kind == GLOBAL)))
