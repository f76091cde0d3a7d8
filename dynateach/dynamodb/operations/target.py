"""One item, and what can be done to it: every operation on items comes down to these few functions."""

from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.operations.admissions import (
    admit_read,
    admit_upkeep,
    admit_write,
    charge_read,
    charge_write,
)
from dynateach.dynamodb.operations.upkeep import (
    keep_up,
    require_index_keys,
    require_index_keys_assignable,
    require_index_keys_updated,
    upkeep_units,
)
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed, read_units, write_units
from dynateach.dynamodb.rules.expressions import Update
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.limits import ITEM_BYTES, NESTING_LEVELS
from dynateach.dynamodb.rules.schema import Place, readable
from dynateach.dynamodb.rules.values import Item, depth_of, item_size
from dynateach.dynamodb.storage.keyspace import Partition, Stored
from dynateach.dynamodb.storage.table import Table
from dynateach.dynamodb.storage.view import Seen
from dynateach.errors import ServiceError
from dynateach.trace import ItemRead, ItemWritten, ReplicaRead, WriteRefused

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


class Target(NamedTuple):
    """A place in a table, and what lies there, as whoever answers sees it; ``key`` is any item that has the place's key
    attributes. ``seen`` says which replica answers, if it is for a read.
    """

    table: Table
    place: Place
    key: Item
    partition: Partition
    old: Stored | None
    seen: Seen | None = None

    @property
    def old_item(self) -> Item:
        """What lies there, as a condition sees it: no attributes if nothing does."""
        return self.old.item if self.old else {}


def target_of_item(table: Table, item: Item) -> Target:
    """Where this item belongs. Raises DynamoDB's error if its key, or that of an index, is missing or mistyped."""
    return target_at(table, place_of_item(table, item), item)


def target_of_key(table: Table, key: Item, consistent: bool | None = None) -> Target:
    """Where the item with this key is; ``consistent`` says how it will be read, None that it may be written.

    Raises DynamoDB's error unless it is exactly a key of the table, and a replica can serve that.
    """
    return target_at(table, table.schema.place_of_key(key), key, consistent)


def place_of_item(table: Table, item: Item) -> Place:
    """The place of this item. Raises DynamoDB's error if its key, or that of an index, is missing or mistyped."""
    place = table.schema.place_of_item(item)
    if table.indexes:
        require_index_keys(table, item)
    return place


def target_at(table: Table, place: Place, key: Item, consistent: bool | None = None) -> Target:
    """What is at a place. Raises ``Unavailable`` if no replica can serve that, read or written as in ``target_of_key``."""
    partition = table.keyspace.partition_of(place)
    if table.replication:
        if consistent is not None:
            return Target(table, place, key, partition, *table.replication.find(partition, place, consistent))
        table.replication.require_quorum(partition)
    return Target(table, place, key, partition, partition.get(place))


def require_free(target: Target) -> None:
    """Raise DynamoDB's error if a transaction that is under way has prepared the item (documented)."""
    pending = target.table.pending
    if pending:
        pending.require_free(target.place)


def read(db: "DynamoDB", target: Target, consistent: bool) -> Consumed:
    """Look the item up: what it costs; a missing item costs the minimum. Raises DynamoDB's error for want of units."""
    if target.table.admission:
        admit_read(db, target)
    return read_bytes(db, target, target.old.size if target.old else 0, consistent)


def read_bytes(db: "DynamoDB", target: Target, size: int, consistent: bool, times: int = 1) -> Consumed:
    """Charge for reading ``size`` bytes there, ``times`` over: what it costs."""
    world, table = db.world, target.table
    units = times * read_units(size, consistent)
    shown = readable(target.place, table.schema, target.key)
    world.trace.record(
        ItemRead(
            world.clock.now,
            world.request,
            table.name,
            target.partition.id,
            shown,
            position(target.place[0]),
            size,
            units,
            consistent,
        )
    )
    if target.seen:
        world.trace.record(
            ReplicaRead(world.clock.now, world.request, table.name, "", target.partition.id, shown, *target.seen)
        )
    if table.admission:
        charge_read(db, target, units)
    return Consumed(units)


def write(db: "DynamoDB", target: Target, new: Stored | None, times: int = 1) -> Consumed:
    """Put ``new`` there, or nothing, and bring the indexes in line: what it costs, the table's part ``times`` over.

    Raises DynamoDB's error for want of units; a transaction (``times`` is more than 1) has asked for all of them before.
    """
    world, table, old = db.world, target.table, target.old
    if table.admission and times == 1:
        admit_write(db, target)
        admit_upkeep(db, target, new)
    if new:
        target.partition.put(target.place, new)
    elif old:
        target.partition.remove(target.place)
    if table.history:
        table.history.note(world.clock.now, target.place, old)
    if table.replication:
        table.replication.note(target.partition, target.place, old)
    size = new.size if new else 0
    units = times * write_units(old.size if old else 0, size)
    world.trace.record(
        ItemWritten(
            world.clock.now,
            world.request,
            table.name,
            target.partition.id,
            readable(target.place, table.schema, target.key),
            position(target.place[0]),
            _change(old, new),
            size,
            units,
        )
    )
    if table.expiry:
        table.expiry.note(target.place, new)
    if table.stream:
        table.stream.record(target.partition, target.place, _change(old, new), old, new)
    consumed = Consumed(units, keep_up(db, target, new) if table.indexes else ())
    if table.admission:
        charge_write(db, target, new, consumed)
    return consumed


def cost(target: Target, new: Stored | None, times: int) -> Consumed:
    """What ``write`` will consume."""
    units = times * write_units(target.old.size if target.old else 0, new.size if new else 0)
    return Consumed(units, upkeep_units(target, new))


def refuse(
    db: "DynamoDB",
    target: Target,
    new_size: int,
    show_old: bool,
    times: int = 1,
    because: ServiceError | None = None,
) -> None:
    """Raise DynamoDB's error for a condition that did not hold, or the error that says ``because`` of what.

    Nothing changes, and the write is charged all the same, by the larger of the item that is there and
    the one that was to be (``new_size``, 0 where that is unknown): documented. ``times`` as in ``write``.
    """
    world, old = db.world, target.old
    if target.table.admission and times == 1:
        admit_write(db, target)
    units = times * write_units(old.size if old else 0, new_size)
    world.trace.record(
        WriteRefused(
            world.clock.now,
            world.request,
            target.table.name,
            target.partition.id,
            readable(target.place, target.table.schema, target.key),
            position(target.place[0]),
            units,
        )
    )
    if target.table.admission:
        charge_write(db, target, old, Consumed(units))
    raise because or errors.condition_failed(old.item if old and show_old else None)


def require_keys_untouched(update: Update | None, table: Table) -> None:
    """Raise DynamoDB's error if an update would change a key attribute, or an index key attribute's type."""
    if update is None:
        return
    for name in table.schema.names:
        if name in update.attributes:
            raise errors.invalid_parameter(f"Cannot update attribute {name}. This attribute is part of the key")
    if table.indexes:
        require_index_keys_assignable(table, update)


def updated(table: Table, update: Update, before: Item, values: Item) -> Stored:
    """The item after an update. Raises DynamoDB's error if the update does not fit the item, or the item no longer fits."""
    after = update(before, values)
    if table.indexes:
        require_index_keys_updated(table, update, after)
    size = item_size(after)
    if size > ITEM_BYTES:
        raise errors.update_too_large()
    if _may_deepen(update, values) and max(map(depth_of, after.values())) >= NESTING_LEVELS:
        raise errors.updated_too_deep()
    return Stored(after, size)


def _may_deepen(update: Update, values: Item) -> bool:
    return any(len(path) > 1 for path in update.paths) or any("L" in one or "M" in one for one in values.values())


def _change(old: Stored | None, new: Stored | None) -> str:
    if old is None:
        return "INSERT" if new else "NONE"
    if new is None:
        return "REMOVE"
    return "NONE" if old.item == new.item else "MODIFY"
