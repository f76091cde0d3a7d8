"""Where requests meet their budgets: each asks for admission before it reads or changes anything, and is charged after.

Documented: a write needs units of the table and of every global index that it touches, so a starved index throttles the
writes of a healthy table; a refused request consumes nothing. Assumed: an index is charged when the table is; a page
asks only the partition in which it begins, and counts, for the heat of each partition, as a request for the last place that
it read there.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import ON_DEMAND, units_of, wire_maxima
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed, write_units
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.limits import TABLE_READ_UNITS, TABLE_WRITE_UNITS
from dynateach.dynamodb.rules.schema import Place, readable
from dynateach.dynamodb.storage import admission as budgets
from dynateach.dynamodb.storage.admission import READ, WRITE, Admission, Agreement, Level, Terms
from dynateach.dynamodb.storage.changes import Units
from dynateach.dynamodb.storage.heat import Heat
from dynateach.dynamodb.storage.keyspace import KeySpace, Stored, initial_count
from dynateach.dynamodb.storage.table import Table
from dynateach.trace import Throttled

if TYPE_CHECKING:
    from dynateach.dynamodb.operations.pages import Source, Visit
    from dynateach.dynamodb.operations.target import Target
    from dynateach.dynamodb.service import DynamoDB


class Need(NamedTuple):
    """Units of one ``side`` of a table, or of the global index that is the ``owner`` of the budgets (the table itself is
    ""), that a request wants from a partition, to read or write at ``place``.
    """

    table: Table
    owner: str
    side: str
    partition: str
    place: Place
    key: str = ""
    units: float = 0.0


# Asking


def admit_read(db: "DynamoDB", target: "Target") -> None:
    """Raise DynamoDB's error if the item can't be read now for want of units."""
    _admit(db, target, READ)


def admit_write(db: "DynamoDB", target: "Target") -> None:
    """Raise DynamoDB's error if the item can't be written now for want of units of the table."""
    _admit(db, target, WRITE)


def admit_upkeep(db: "DynamoDB", target: "Target", new: Stored | None) -> None:
    """Raise DynamoDB's error if ``new`` can't be put there now for want of units of a global index, and the index's queue
    has taken in as much beyond them as the profile lets it (its ``index_backlog``).
    """
    admission, now = target.table.admission, db.world.clock.now
    if admission is None or not target.table.indexes:
        return
    for need in _upkeep(target, new):
        empty = admission.empty(need.owner, WRITE, need.partition, now)
        if empty and admission.wait(need.owner, WRITE, need.partition, 0, now) >= db.world.profile.index_backlog:
            _require(db, need, empty)


def admit_page(db: "DynamoDB", source: "Source", start: Place) -> None:
    """Raise DynamoDB's error if a page that begins at ``start`` can't be read now for want of units."""
    admission = source.table.admission
    if admission:
        need = Need(source.table, _owner(source), READ, source.keyspace.partition_of(start).id, start)
        _require(db, need, admission.empty(need.owner, READ, need.partition, db.world.clock.now))


def _admit(db: "DynamoDB", target: "Target", side: str) -> None:
    admission = target.table.admission
    empty = admission.own[side].empty(target.partition.id, db.world.clock.now) if admission else None
    if empty:
        need = Need(target.table, "", side, target.partition.id, target.place, _key_of(target))
        _require(db, need, empty)


def _require(db: "DynamoDB", need: Need, empty: Level | None) -> None:
    """Raise DynamoDB's error if a budget is ``empty``."""
    if empty is None:
        return
    world = db.world
    world.trace.record(
        Throttled(
            world.clock.now,
            world.request,
            need.table.name,
            need.owner,
            need.partition,
            need.side,
            empty.budget,
            need.key,
            position(need.place[0]) if need.place else 0.0,
            empty.rate,
            empty.level,
        )
    )
    raise _refusal(db, need, empty)


_LIMITS = {
    budgets.PROVISIONED: "ProvisionedThroughput",
    budgets.SHARE: "ProvisionedThroughput",
    budgets.MAXIMUM: "MaxOnDemandThroughput",
    budgets.QUOTA: "AccountLimit",
    budgets.ON_DEMAND: "KeyRangeThroughput",
    budgets.PARTITION: "KeyRangeThroughput",
}
"""What DynamoDB calls the limit of each budget. Assumed: what an on-demand table can take at once is the sum of its key
ranges, for none of the four documented limits is it.
"""


def _refusal(db: "DynamoDB", need: Need, empty: Level) -> errors.Throttled:
    arn = db.arn(need.table.name) + (f"/index/{need.owner}" if need.owner else "")
    budget = budgets.PARTITION if empty.budget == budgets.SHARE and need.table.on_demand else empty.budget
    reason = f"{'Index' if need.owner else 'Table'}{need.side}{_LIMITS[budget]}Exceeded"
    return errors.throttled(reason, arn, need.table.on_demand)


# Charging


def charge_read(db: "DynamoDB", target: "Target", units: float) -> None:
    """Use up what reading the item consumed."""
    admission = target.table.admission
    if admission:
        admission.own[READ].take(target.partition.id, units, db.world.clock.now, target.place)


def charge_write(db: "DynamoDB", target: "Target", new: Stored | None, consumed: Consumed) -> None:
    """Use up what a write consumed, of the table and of its global indexes."""
    admission, now = target.table.admission, db.world.clock.now
    if not admission:
        return
    units = consumed.table
    if consumed.indexes:
        units += sum(one.units for one in consumed.indexes if one.index_name not in admission)
        for need in _upkeep(target, new):
            admission.take(need.owner, WRITE, need.partition, need.units, now, need.place)
    admission.own[WRITE].take(target.partition.id, units, now, target.place)


def charge_visit(db: "DynamoDB", source: "Source", visit: "Visit", units: float) -> None:
    """Use up what a page consumed in one partition."""
    admission, owner = source.table.admission, _owner(source)
    if admission:
        is_local = source.index and not owner
        place = visit.end[-1] if is_local and visit.end else visit.end
        admission.take(owner, READ, visit.partition.id, units, db.world.clock.now, place)


def _key_of(target: "Target") -> str:
    return readable(target.place, target.table.schema, target.key)


def _upkeep(target: "Target", new: Stored | None) -> Iterator[Need]:
    """What a write needs of global indexes. An entry that moves needs units in both places."""
    for index in target.table.indexes.values():
        if not index.is_global:
            continue
        old_entry, new_entry = index.entry(target.place, target.old), index.entry(target.place, new)
        if old_entry == new_entry:
            continue
        sizes: dict[Place, list[int]] = {}
        for entry in (old_entry, new_entry):
            if entry:
                sizes.setdefault(entry.place, []).append(entry.stored.size)
        for place, images in sizes.items():
            partition = index.keyspace.partition_of(place).id
            yield Need(target.table, index.name, WRITE, partition, place, _key_of(target), write_units(max(images), 0))


def _owner(source: "Source") -> str:
    """Whose budgets a page uses up; a local index has none, and lies in the table's partitions."""
    return source.index.name if source.index and source.index.is_global else ""


# Opening and tuning


def open_budgets(db: "DynamoDB", table: Table) -> None:
    """Begin the budgets of a table that becomes ACTIVE, if the profile has admission control."""
    profile = db.world.profile
    if profile.admission != budgets.OFF:
        thermometer = partial(_heat, db, table) if profile.heat_window else None
        table.admission = Admission(profile.admission, thermometer, lambda: suit_partitions(db, table))
        tune_budgets(db, table)


def tune_budgets(db: "DynamoDB", table: Table) -> None:
    """Bring the budgets in line with what the table and its global indexes are to have now."""
    admission, now = table.admission, db.world.clock.now
    if admission is None:
        return
    for name, definition, keyspace in _owners(table):
        agreed = _agreed(table, name, definition)
        if name in admission:
            admission.tune(name, agreed, now)
        else:
            admission.open(name, agreed, [one.id for one in keyspace.partitions], now)


def suit_partitions(db: "DynamoDB", table: Table) -> None:
    """See to it that the table and its global indexes get partitions enough for what they are to take now; once they have
    them, they are warm for it.
    """
    for name, definition, _ in _owners(table):
        units = _rates(db, table, name, definition)
        part = 1 / initial_count(*units)
        if table.on_demand and units == ON_DEMAND:
            part = 1 / db.world.profile.on_demand_partitions
        table.splitting.narrow(name, part, partial(table.throughput_changes[name].warmed, units))


def _rates(db: "DynamoDB", table: Table, name: str, definition: Params) -> Units:
    """What the table or index is to take, in units a second: as agreed, grown with its peaks, or what it was warmed for."""
    agreed, admission, now = _agreed(table, name, definition), table.admission, db.world.clock.now
    warm = table.throughput_changes[name].warm
    reads, writes = (
        int(max(floor, admission.rate(name, side, now) if admission else agreed[side].units))
        for side, floor in zip((READ, WRITE), (0, 0) if table.on_demand else warm, strict=True)
    )
    return reads, writes


def _heat(db: "DynamoDB", table: Table, name: str, side: str) -> Heat:
    profile = db.world.profile
    return Heat(budgets.CEILINGS[side], profile.heat_threshold, profile.heat_window, partial(table.splitting.hot, name))


def _owners(table: Table) -> Iterator[tuple[str, Params, KeySpace]]:
    """Who has units and partitions: the table, under the name "", and its global indexes."""
    yield "", table.definition, table.keyspace
    for index in table.indexes.values():
        if index.is_global:
            yield index.name, index.definition, index.keyspace


def _agreed(table: Table, name: str, definition: Params) -> Agreement:
    if not table.on_demand:
        units = units_of(definition)
        return {side: Terms(False, some) for side, some in zip((READ, WRITE), units, strict=True)}
    warm = table.throughput_changes[name].warm
    maxima = wire_maxima(definition.get("OnDemandThroughput", {})).values()
    return {
        side: Terms(True, max(some, floor), max(maximum, 0), quota)
        for side, some, floor, maximum, quota in zip((READ, WRITE), warm, ON_DEMAND, maxima, _QUOTAS, strict=True)
    }


_QUOTAS = TABLE_READ_UNITS, TABLE_WRITE_UNITS
