"""Reading a page: one stretch of a table's or an index's key space, until it ends or a limit is reached.

Query, Scan and PartiQL's SELECT are this with different ways to say which stretch. Documented: the limit and the
megabyte count what is read, before any filter; a page that stopped hands out the key to go on from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.operations.admissions import charge_visit
from dynateach.dynamodb.operations.indexes import readable_index
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed, IndexUnits, read_units
from dynateach.dynamodb.rules.expressions import KeyRange
from dynateach.dynamodb.rules.limits import PAGE_BYTES
from dynateach.dynamodb.rules.schema import (
    IndexSchema,
    KeyAttribute,
    KeySchema,
    Place,
    require_partition_key_fits,
    require_sort_key_fits,
    sort_order,
    successor,
)
from dynateach.dynamodb.rules.values import AttributeValue, Item
from dynateach.dynamodb.storage.index import Index
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition, Range, Stored
from dynateach.dynamodb.storage.replication import Replication
from dynateach.dynamodb.storage.table import Table
from dynateach.dynamodb.storage.view import Seen, View
from dynateach.trace import PageRead, ReplicaRead

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

Test = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """What a page is read from: a table, or one of its indexes."""

    table: Table
    index: Index | None

    @property
    def schema(self) -> KeySchema | IndexSchema:
        """The key by which the source is ordered."""
        return self.index.schema if self.index else self.table.schema

    @property
    def keyspace(self) -> KeySpace:
        """Where it lies."""
        return self.index.keyspace if self.index else self.table.keyspace

    @property
    def replication(self) -> Replication | None:
        """The replicas that serve it, if there are any; a global index has its own."""
        return self.index.replication if self.index and self.index.is_global else self.table.replication

    @property
    def local_index(self) -> Index | None:
        """The index, if it lies in the table's partitions."""
        return None if self.index and self.index.is_global else self.index

    @property
    def key_names(self) -> tuple[str, ...]:
        """The key attributes that order it; in an index, without the table's."""
        return self.index.schema.index_names if self.index else self.table.schema.names


def source_of(table: Table, index: str | None, consistent: bool) -> Source:
    """The table, or its index of that name. Raises DynamoDB's error if there is none, or a strongly consistent read
    is asked of a global one (documented: they are eventually consistent only).
    """
    if index is None:
        return Source(table, None)
    found = readable_index(table, index)
    if consistent and found.is_global:
        raise errors.validation("Consistent reads are not supported on global secondary indexes")
    return Source(table, found)


class Visit(NamedTuple):
    """What a page read of one partition, up to ``end``, which is the last place (empty if there was nothing); ``seen`` says
    which replica answered.
    """

    partition: Partition
    examined: int
    matched: int
    bytes: int
    end: Place
    seen: Seen | None


class Page(NamedTuple):
    """What was found, and where; ``last`` is the item at which reading stopped before the end of the range.

    ``fetched`` are the sizes (bytes) of the items that were looked up in the table because the index does not hold all of them.
    """

    items: list[Item]
    visits: list[Visit]
    last: Item | None
    fetched: list[int]

    @property
    def examined(self) -> int:
        """How many items were read, whether or not they matched."""
        return sum(visit.examined for visit in self.visits)


def read_page(
    source: Source,
    range: Range,
    *,
    reverse: bool = False,
    limit: float = float("inf"),
    matches: Test | None = None,
    fetch: bool = False,
    consistent: bool = False,
) -> Page:
    """Read from the range until it ends, or ``limit`` items or a megabyte are read; of each partition from one replica.

    With ``fetch``, what a local index lacks of an item is looked up in the table, at the same replica; the megabyte then
    counts those items instead of the index's entries (observed by others). Raises DynamoDB's error if no replica of a
    partition can serve the read.
    """
    replication = source.replication
    found: list[Item] = []
    visits: list[Visit] = []
    fetched: list[int] = []
    examined, size, room = 0, 0, PAGE_BYTES
    for partition, places in source.keyspace.walk(range, reverse):
        examined_before, size_before, matched_before = examined, size, len(found)
        last = None
        place: Place = ()
        stored_at: Mapping[Place, Stored] = partition.items
        view, seen = None, None
        if replication:
            view = replication.view(partition, consistent)
            places, stored_at, seen = view.page(source.local_index, partition, places, range, reverse)
        for place in places:
            stored = stored_at[place]
            read = _fetched(source.table, place[-1], fetched, view) if fetch else stored
            item = read.item
            examined += 1
            size += stored.size
            room -= read.size
            if matches is None or matches(item):
                found.append(item)
            if examined >= limit or room <= 0:
                last = stored.item
                break
        visits.append(
            Visit(partition, examined - examined_before, len(found) - matched_before, size - size_before, place, seen)
        )
        if last:
            return Page(found, visits, last, fetched)
    return Page(found, visits, None, fetched)


def _fetched(table: Table, place: Place, sizes: list[int], view: View | None) -> Stored:
    stored = view.find(place) if view else table.keyspace.partition_of(place).get(place)
    assert stored is not None
    sizes.append(stored.size)
    return stored


def charge(db: "DynamoDB", source: Source, page: Page, consistent: bool, operation: str, key: str = "") -> Consumed:
    """What a page consumes. Its visits go into the trace, with the partition ``key`` that a Query named.

    Documented: an index read is charged by the size of its entries; an item looked up in the table for a local index is
    charged alone.
    """
    world, total = db.world, 0.0
    for visit, units in zip(page.visits, _units(page.visits, consistent), strict=True):
        total += units
        world.trace.record(
            PageRead(
                world.clock.now,
                world.request,
                operation,
                source.table.name,
                source.index.name if source.index else "",
                visit.partition.id,
                key,
                visit.examined,
                visit.matched,
                visit.bytes,
                units,
                consistent,
            )
        )
        if visit.seen:
            where = (source.table.name, source.index.name if source.index else "", visit.partition.id, key)
            world.trace.record(ReplicaRead(world.clock.now, world.request, *where, *visit.seen))
        if source.table.admission:
            charge_visit(db, source, visit, units)
    units = round(total * 2) / 2
    if source.index is None:
        return Consumed(units)
    looked_up = _charge_lookups(db, source, page, consistent, operation, key) if page.fetched else 0.0
    return Consumed(looked_up, (IndexUnits(source.index.kind, source.index.name, units),))


def _charge_lookups(db: "DynamoDB", source: Source, page: Page, consistent: bool, operation: str, key: str) -> float:
    """The table's part of what a page of a local index consumes: in the trace, a page of the table itself.

    Assumed: all of it falls to the partition in which the page begins.
    """
    world, units = db.world, sum(read_units(size, consistent) for size in page.fetched)
    read = (len(page.fetched), len(page.items), sum(page.fetched), units, consistent)
    where = (operation, source.table.name, "", page.visits[0].partition.id, key)
    world.trace.record(PageRead(world.clock.now, world.request, *where, *read))
    if source.table.admission:
        charge_visit(db, source, page.visits[0], units)
    return units


def _units(visits: list[Visit], consistent: bool) -> list[float]:
    """Each partition's part of what a page consumes.

    Documented: sizes are summed, then rounded up once; partitions in which a scan finds nothing
    cost the minimum too. Which part of a sum falls to which partition is assumed: in proportion to
    the bytes read there.
    """
    read = sum(visit.bytes for visit in visits)
    together = read_units(read, consistent)
    least = read_units(0, consistent)
    return [together * visit.bytes / read if visit.bytes else least for visit in visits]


# Ranges


def collection_range(wanted: KeyRange, schema: KeySchema | IndexSchema) -> Range:
    """The stretch of the key space that a key condition describes. Raises DynamoDB's error for an operand that the
    key can't have.
    """
    _require_operands(wanted, schema)
    values = zip(schema.partition_keys, wanted.partition_values, strict=True)
    prefix = schema.collection({attribute.name: value for attribute, value in values})
    conditions = list(zip(schema.sort_keys, wanted.sort, strict=False))
    for attribute, condition in conditions[:-1]:
        prefix = (*prefix, _order(attribute, condition.operands[0]))
    everything = Range(prefix, _beyond(prefix))
    if not conditions:
        return everything
    attribute, condition = conditions[-1]
    bounds = [(*prefix, _order(attribute, operand)) for operand in condition.operands]
    low, high = bounds[0], bounds[-1]
    return {
        "=": Range(low, _beyond(high)),
        "<": Range(prefix, high),
        "<=": Range(prefix, _beyond(high)),
        ">": Range(_beyond(low), everything.high),
        ">=": Range(low, everything.high),
        "BETWEEN": Range(low, _beyond(high)),
        "begins_with": Range(low, _beyond_prefix(low) or everything.high),
    }[condition.operator]


def after(range: Range, start: Place, forward: bool) -> Range:
    """What remains of a range behind the place at which a page stopped."""
    return Range(_beyond(start), range.high) if forward else Range(range.low, start)


def _order(attribute: KeyAttribute, value: AttributeValue) -> str | bytes:
    return sort_order(attribute.type, value[attribute.type])


def _beyond(place: Place) -> Place:
    """The first place after this one and everything that begins with it."""
    return (*place[:-1], successor(place[-1]))


def _beyond_prefix(low: Place) -> Place | None:
    """The first place whose last part no longer begins like that of ``low``; None if there is no such thing."""
    prefix = low[-1]
    top = 0xFF if isinstance(prefix, bytes) else 0x10FFFF
    codes = list(prefix) if isinstance(prefix, bytes) else list(map(ord, prefix))
    while codes and codes[-1] == top:
        codes.pop()
    if not codes:
        return None
    codes[-1] += 1
    return (*low[:-1], bytes(codes) if isinstance(prefix, bytes) else "".join(map(chr, codes)))


def _require_operands(wanted: KeyRange, schema: KeySchema | IndexSchema) -> None:
    """Raise DynamoDB's error unless every operand is a value that this key attribute can have."""
    for attribute, value in zip(schema.partition_keys, wanted.partition_values, strict=True):
        require_partition_key_fits(attribute, _content(value, attribute.type))
    for attribute, condition in zip(schema.sort_keys, wanted.sort, strict=False):
        for operand in condition.operands:
            require_sort_key_fits(attribute, _content(operand, attribute.type))


def _content(operand: AttributeValue, type: str) -> str:
    if type not in operand:
        raise errors.invalid_parameter("Condition parameter type does not match schema type")
    return str(operand[type])
