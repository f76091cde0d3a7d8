"""Partitions that split by themselves: when they have grown too large or too hot, or the table is to take more than they serve.

Documented: a partition is added when one nears about 10 GB, when heat nears its ceiling, and when provisioned or on-demand
throughput reaches a new high; partitions are never merged; a global index has partitions of its own, to which the same
happens; a table with a local index keeps each item collection in one partition. Published (USENIX ATC 2022): splits take
minutes; a partition serves while it splits; the point of a split for heat follows the keys that the partition has observed;
a table of four partitions whose 3,200 units became 6,000 was given eight. Assumed: that "near" is nine tenths of the size; that
a split takes effect all at once, at its end; that for throughput a partition is halved whose part of the key space would be
asked for more than its ceiling, in the middle of its range; that local indexes do not count for a partition's size; that a
fault of a zone holds no split up.

Nothing here looks at partitions that are idle: a put tells of one that is full, a request of one that is hot, and whoever
changes the throughput that it did.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dynateach.clock import Alarm
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.schema import Place, readable, readable_entry
from dynateach.dynamodb.storage.cuts import Observed, cut_bytes, cut_heat, cut_range
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition
from dynateach.trace import PartitionSplit, SplitBegan, SplitCalledOff, SplitDeclined
from dynateach.world import World

if TYPE_CHECKING:
    from dynateach.dynamodb.storage.table import Table

SIZE, HEAT, THROUGHPUT = "size", "heat", "throughput"
"""Why a partition splits."""

_NEAR, _LATER, _ROUNDING = 0.9, 1.1, 1e-9


class Split(NamedTuple):
    """A split that is under way, of a partition of the table or of its global index ``index_name``: it began at ``began``
    and takes effect at ``ends`` (µs). ``boundary``, ``key`` and ``reason`` are as in a ``SplitBegan``.
    """

    index_name: str
    partition: str
    reason: str
    boundary: float
    key: str
    began: int
    ends: int


class Wish(NamedTuple):
    """No partition may own more than this ``part`` of the key space; ``granted`` is called when it is so."""

    part: float
    granted: Callable[[], object]


class Splitting:
    """The splits of one table and its global indexes. The table itself goes by the name ""."""

    def __init__(self, world: World, table: "Table") -> None:
        self._world = world
        self._table = table
        self._under_way: dict[tuple[str, str], tuple[Split, Alarm]] = {}
        self._wishes: dict[str, Wish] = {}
        self._closed = False
        self.watch("", table.keyspace)

    @property
    def under_way(self) -> tuple[Split, ...]:
        """The splits that have begun and not ended, in the order in which they began."""
        return tuple(split for split, _ in self._under_way.values())

    def watch(self, name: str, keyspace: KeySpace) -> None:
        """From now on, split what becomes too large in the table or in a global index."""
        room = round(self._world.profile.partition_bytes * _NEAR)
        keyspace.watch(room, lambda partition: self._filled(name, partition))

    def hot(self, name: str, partition: str, observed: Sequence[Observed]) -> None:
        """A partition has become hot: split it, unless that would not help."""
        chosen = self._keyspace(name).named(partition)
        if chosen and not self._closed and (name, partition) not in self._under_way:
            self._begin_or_decline(name, chosen, HEAT, *cut_heat(observed, self._keeps_collections(name)))

    def narrow(self, name: str, part: float, granted: Callable[[], object]) -> None:
        """From now on, no partition is to own more than that ``part`` of the key space; ``granted`` is called when it is so."""
        if not self._closed:
            self._wishes[name] = Wish(part, granted)
            self._grant(name)

    def cut(self, name: str, partition: Partition, at: Place) -> PartitionSplit:
        """Cut a partition in two now, at a place strictly inside its range; all that belongs to it goes with its halves.

        Raises ``ValueError`` if the place is not inside.
        """
        world, table, keyspace = self._world, self._table, self._keyspace(name)
        key = self._key(name, partition, at)
        owner = table.indexes[name] if name else table
        left, right = owner.split(partition, at)
        self._call_off([(name, partition.id)])
        where = (table.name, name, partition.id, left.id, right.id, position(at[0]), key)
        event = PartitionSplit(world.clock.now, 0, *where, len(left.items), len(right.items))
        world.trace.record(event)
        if table.stream and not name:
            table.stream.follow_split(keyspace, partition, left, right)
        if table.admission:
            table.admission.divide(name, partition.id, (left.id, right.id), world.clock.now)
        for half in (left, right):
            if half.bytes > half.room:
                self._filled(name, half)
        self._grant(name)
        return event

    def close(self, name: str | None = None) -> None:
        """Call off all splits of a global index that is gone, or of the whole table."""
        self._closed = self._closed or name is None
        for gone in list(self._wishes) if name is None else [name]:
            self._wishes.pop(gone, None)
        self._call_off([key for key in self._under_way if name in (None, key[0])])

    def _filled(self, name: str, partition: Partition) -> None:
        """A partition is nearly full. Looked at when the request that filled it is over."""
        partition.room = float("inf")
        self._world.clock.at(self._world.clock.now, lambda: self._split_for_size(name, partition))

    def _split_for_size(self, name: str, partition: Partition) -> None:
        if self._closed or (name, partition.id) in self._under_way or not self._lives(name, partition):
            return
        at, because = cut_bytes(partition, self._keeps_collections(name))
        if at is None:
            partition.room = partition.bytes * _LATER
        self._begin_or_decline(name, partition, SIZE, at, because)

    def _grant(self, name: str) -> None:
        """Grant the wish, if there is one, or split the partitions that stand in its way."""
        wish, keyspace = self._wishes.get(name), self._keyspace(name)
        if wish is None:
            return
        wide = [one for one in keyspace.partitions if self._part(name, one) > wish.part * (1 + _ROUNDING)]
        for partition in wide:
            at = cut_range(keyspace, partition) or cut_bytes(partition, self._keeps_collections(name))[0]
            if at and (name, partition.id) not in self._under_way:
                self._begin(name, partition, THROUGHPUT, at)
        if not wide:
            del self._wishes[name]
            wish.granted()

    def _begin_or_decline(self, name: str, partition: Partition, reason: str, at: Place | None, because: str) -> None:
        if at is not None:
            self._begin(name, partition, reason, at)
            return
        world = self._world
        world.trace.record(SplitDeclined(world.clock.now, 0, self._table.name, name, partition.id, reason, because))

    def _begin(self, name: str, partition: Partition, reason: str, at: Place) -> None:
        world, table = self._world, self._table
        now = world.clock.now
        takes = world.profile.split_duration.draw(world.randomness.stream(f"split duration {table.name}"))
        split = Split(name, partition.id, reason, position(at[0]), self._key(name, partition, at), now, now + takes)
        alarm = world.clock.at(split.ends, lambda: self._finish(split, partition, at))
        self._under_way[name, partition.id] = split, alarm
        world.trace.record(
            SplitBegan(now, 0, table.name, name, partition.id, reason, split.boundary, split.key, split.ends)
        )

    def _finish(self, split: Split, partition: Partition, at: Place) -> None:
        del self._under_way[split.index_name, partition.id]
        self.cut(split.index_name, partition, at)

    def _call_off(self, keys: Iterable[tuple[str, str]]) -> None:
        world = self._world
        for name, partition in keys:
            split, alarm = self._under_way.pop((name, partition), (None, None))
            if split and alarm:
                alarm.cancel()
                world.trace.record(SplitCalledOff(world.clock.now, 0, self._table.name, name, partition, split.reason))

    def _keyspace(self, name: str) -> KeySpace:
        return self._table.indexes[name].keyspace if name else self._table.keyspace

    def _lives(self, name: str, partition: Partition) -> bool:
        return (not name or name in self._table.indexes) and partition in self._keyspace(name).partitions

    def _keeps_collections(self, name: str) -> bool:
        return not name and self._table.has_local_indexes

    def _part(self, name: str, partition: Partition) -> float:
        """Which part of the throughput a partition is to serve: its fixed share, if it has one, else that of its range."""
        share = self._table.admission.share(name, partition.id) if self._table.admission else None
        if share is not None:
            return share
        low, high = self._keyspace(name).bounds(partition)
        return high - low

    def _key(self, name: str, partition: Partition, at: Place) -> str:
        """The key before which an item collection is cut, for people to read; only its partition key, if nothing lies there."""
        if len(at) == 1:
            return ""
        stored = partition.get(at)
        if stored is None:
            return str(at[1])
        if name:
            return readable_entry(self._table.indexes[name].schema, stored.item)
        return readable(at, self._table.schema, stored.item)

    def _check(self) -> None:
        for name, partition in self._under_way:
            assert self._keyspace(name).named(partition)
