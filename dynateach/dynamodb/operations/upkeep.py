"""What a write does to the table's secondary indexes, and what the indexes ask of an item.

Documented (Developer Guide, *Global secondary indexes* and *Local secondary indexes*): a write touches an index only if
what the index holds of the item changes. An entry that comes, goes, or changes in place costs one write of its size; an
index key that changes costs two, for the old place and the new one.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import IndexUnits, write_units
from dynateach.dynamodb.rules.expressions import Update
from dynateach.dynamodb.rules.limits import ITEM_COLLECTION_BYTES
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.rules.values import Item, type_of
from dynateach.dynamodb.storage.admission import WRITE
from dynateach.dynamodb.storage.index import Entry, Index
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.propagation import Delivery, write_at_once
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.operations.target import Target
    from dynateach.dynamodb.service import DynamoDB


def keep_up(db: "DynamoDB", target: "Target", new: Stored | None) -> tuple[IndexUnits, ...]:
    """Bring every index of the table in line with a write: the units that each of them consumes.

    Documented: a local index is written together with its table, a global one later; what that costs is told with the
    write's answer all the same.
    """
    consumed = []
    growth = _bytes(new) - _bytes(target.old)
    for index in target.table.indexes.values():
        old_entry, new_entry = index.entry(target.place, target.old), index.entry(target.place, new)
        if old_entry == new_entry:
            continue
        units = _units(old_entry, new_entry)
        consumed.append(IndexUnits(index.kind, index.name, units))
        if index.queue:
            _queue(db, target, index, old_entry, new_entry, units)
        else:
            write_at_once(db.world, target.table.name, index, old_entry, new_entry, units)
        if not index.is_global:
            growth += _entry_bytes(new_entry) - _entry_bytes(old_entry)
    if growth and target.table.has_local_indexes:
        target.table.collections[target.place[:2]] += growth
    return tuple(consumed)


def upkeep_units(target: "Target", new: Stored | None) -> tuple[IndexUnits, ...]:
    """The units that ``keep_up`` will consume."""
    images = [
        (index, index.entry(target.place, target.old), index.entry(target.place, new))
        for index in target.table.indexes.values()
    ]
    return tuple(IndexUnits(index.kind, index.name, _units(old, now)) for index, old, now in images if old != now)


def fill(table: Table, place: Place, stored: Stored) -> None:
    """Lay an item down in every index at once: for what is no write."""
    for index in table.indexes.values():
        entry = index.entry(place, stored)
        index.replace(None, entry)
        if not index.is_global:
            table.collections[place[:2]] += _entry_bytes(entry)
    if table.has_local_indexes:
        table.collections[place[:2]] += stored.size


def require_room(target: "Target", new: Stored | None) -> None:
    """Raise DynamoDB's error if a write would make an item collection larger than a table with a local index may
    have it. Documented: 10 GB, entries in local indexes included; a write that makes it smaller is let through.
    """
    locals = [index for index in target.table.indexes.values() if not index.is_global]
    if not locals or new is None:
        return
    room = ITEM_COLLECTION_BYTES - target.table.collections[target.place[:2]]
    if new.size * (1 + len(locals)) > room and 0 < _growth(target, new, locals) > room:
        raise errors.item_collection_full()


def require_index_keys(table: Table, item: Item) -> None:
    """Raise DynamoDB's error if an item has an index key attribute that the index can't take (documented: the write
    is rejected; an item without the attribute is merely not in the index).
    """
    for index in table.indexes.values():
        _require_types(index, item)
    for index in table.indexes.values():
        _require_contents(index, item)


def require_index_keys_assignable(table: Table, update: Update) -> None:
    """Raise DynamoDB's error if an update would assign to an index key attribute a value of another type."""
    for index in table.indexes.values():
        for attribute in index.schema.attributes:
            kind = update.assigned.get(attribute.name)
            if kind and kind != attribute.type:
                raise errors.index_key_type(attribute.name, attribute.type, kind, index.name)


def require_index_keys_updated(table: Table, update: Update, after: Item) -> None:
    """Raise DynamoDB's error if an update gives an index key attribute a value that the index can't take."""
    for index in table.indexes.values():
        touched = [one for one in index.schema.attributes if one.name in update.attributes and one.name in after]
        for attribute in touched:
            if attribute.type not in after[attribute.name]:
                raise errors.validation(
                    "The update expression attempted to update the secondary index key to unsupported type"
                )
            if not after[attribute.name][attribute.type]:
                raise errors.empty_updated_index_key(attribute.type)
        if touched:
            index.schema.require_fits(after)


def item_collection_metrics(table: Table, key: Item) -> Params | None:
    """The ItemCollectionMetrics of the item's partition key, for a table with a local index; None for any other.

    The estimate is a range of whole gigabytes (documented: a lower and an upper bound).
    """
    if not table.has_local_indexes:
        return None
    gigabytes = table.collections[table.schema.collection(key)] // 1024**3
    name = table.schema.partition.name
    return {
        "ItemCollectionKey": {name: key[name]},
        "SizeEstimateRangeGB": [float(gigabytes), float(gigabytes + 1)],
    }


def with_collections(answer: Params, params: Params, targets: Iterable["Target"]) -> Params:
    """The answer to several writes, with the ItemCollectionMetrics that the request asked for, each collection once."""
    if params.get("ReturnItemCollectionMetrics", "NONE") == "NONE":
        return answer
    by_table: dict[str, dict[Place, Params]] = {}
    for target in targets:
        metrics = item_collection_metrics(target.table, target.key)
        if metrics:
            by_table.setdefault(target.table.name, {})[target.place[:2]] = metrics
    if by_table:
        answer["ItemCollectionMetrics"] = {name: list(each.values()) for name, each in by_table.items()}
    return answer


def _units(old: Entry | None, new: Entry | None) -> float:
    old_size, new_size = _entry_bytes(old), _entry_bytes(new)
    if old and new and old.place != new.place:
        return write_units(old_size, 0) + write_units(0, new_size)
    return write_units(old_size, new_size)


def _queue(db: "DynamoDB", target: "Target", index: Index, old: Entry | None, new: Entry | None, units: float) -> None:
    """Send a change on its way; an entry that moves is two deliveries, to two places."""
    assert index.queue is not None
    moves = old and new and old.place != new.place
    deliveries = (
        [(old, None, write_units(_entry_bytes(old), 0)), (None, new, write_units(0, _entry_bytes(new)))]
        if moves
        else [(old, new, units)]
    )
    index.queue.put(target.partition.id, deliveries, _wait(db, target.table, index, deliveries))


def _wait(db: "DynamoDB", table: Table, index: Index, deliveries: list[Delivery]) -> int:
    """How long it takes until the index can afford a change (µs)."""
    if table.admission is None:
        return 0
    now, longest = db.world.clock.now, 0
    for old, new, units in deliveries:
        entry = new or old
        assert entry is not None
        partition = index.keyspace.partition_of(entry.place).id
        longest = max(longest, table.admission.wait(index.name, WRITE, partition, units, now))
    return longest


def _require_types(index: Index, item: Item) -> None:
    for attribute in index.schema.attributes:
        value = item.get(attribute.name)
        if value is not None and attribute.type not in value:
            raise errors.index_key_type(attribute.name, attribute.type, type_of(value), index.name)


def _require_contents(index: Index, item: Item) -> None:
    for attribute in index.schema.attributes:
        value = item.get(attribute.name)
        if value is not None and not value[attribute.type]:
            raise errors.empty_index_key(index.name, attribute.name, attribute.type)
    index.schema.require_fits(item)


def _growth(target: "Target", new: Stored, locals: Iterable[Index]) -> int:
    """By how many bytes a write makes an item collection larger."""
    growth = _bytes(new) - _bytes(target.old)
    for index in locals:
        growth += _entry_bytes(index.entry(target.place, new)) - _entry_bytes(index.entry(target.place, target.old))
    return growth


def _bytes(image: Stored | None) -> int:
    return image.size if image else 0


def _entry_bytes(entry: Entry | None) -> int:
    return entry.stored.size if entry else 0
