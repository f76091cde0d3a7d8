"""The key space of one table, cut into partitions.

Published (USENIX ATC 2022): a table is partitioned by the hash of the partition key; each partition
owns one contiguous, disjoint range of the key space, and a partition that grows too large or too
hot is split in place. Documented: the sort key orders the items of one partition key, and partitions
are only ever split, never merged (AWS Database Blog, *Scaling DynamoDB*). Assumed: how many partitions a new table gets (see
``initial_count``), and that they start with equal shares.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sortedcontainers import SortedDict

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.limits import PARTITION_READ_UNITS, PARTITION_WRITE_UNITS
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.rules.values import Item


class Stored(NamedTuple):
    """An item as it lies in a partition, with its size in bytes; replaced by a write, never changed."""

    item: Item
    size: int


Full = Callable[["Partition"], object]


class Partition:
    """One range of the key space, from ``low`` up to the next partition's, and the items in it, in order.

    ``full`` is called when a put leaves more than ``room`` bytes in it.
    """

    __slots__ = ("bytes", "full", "id", "items", "low", "room")

    def __init__(self, id: str, low: Place, room: float, full: Full) -> None:
        self.id = id
        self.low = low
        self.items: SortedDict[Place, Stored] = SortedDict()
        self.bytes = 0
        self.room = room
        self.full = full

    def get(self, place: Place) -> Stored | None:
        """What lies there, or None. O(1)."""
        found: Stored | None = self.items.get(place)
        return found

    def put(self, place: Place, stored: Stored) -> None:
        """Lay an item there, in place of any other. O(log n)."""
        old = self.items.get(place)
        self.bytes += stored.size - (old.size if old else 0)
        self.items[place] = stored
        if self.bytes > self.room:
            self.full(self)

    def remove(self, place: Place) -> None:
        """Take away what lies there, if anything does. O(log n)."""
        old = self.items.pop(place, None)
        if old:
            self.bytes -= old.size


class Range(NamedTuple):
    """A stretch of the key space: from ``low`` up to, not including, ``high``. ``()`` as ``high`` means: to the end."""

    low: Place = ()
    high: Place = ()

    def __contains__(self, place: object) -> bool:
        return isinstance(place, tuple) and self.low <= place and (not self.high or place < self.high)


class KeySpace:
    """The partitions of one table, in the order of their ranges; together they cover the key space
    without gaps.
    """

    def __init__(self, partitions: int = 1) -> None:
        self._named = 0
        self._room = float("inf")
        self._full: Full = _nobody_minds
        self.partitions = [self._new((hashing.share(i, partitions),) if i else ()) for i in range(partitions)]
        self._lows = [partition.low for partition in self.partitions]

    def watch(self, room: int, full: Full) -> None:
        """From now on, ``full`` is called with a partition in which a put leaves more than ``room`` bytes."""
        self._room, self._full = float(room), full
        for partition in self.partitions:
            partition.room, partition.full = self._room, full

    def partition_of(self, place: Place) -> Partition:
        """The partition that owns a place. O(log partitions)."""
        if len(self._lows) == 1:
            return self.partitions[0]
        return self.partitions[bisect_right(self._lows, place) - 1]

    def named(self, id: str) -> Partition | None:
        """The partition with that id, or None."""
        return next((partition for partition in self.partitions if partition.id == id), None)

    def bounds(self, partition: Partition) -> tuple[float, float]:
        """A partition's range as fractions of the key space, [low, high)."""
        index = self.partitions.index(partition)
        last = index + 1 == len(self._lows)
        return _fraction(self._lows[index]), 1.0 if last else _fraction(self._lows[index + 1])

    def walk(self, range: Range, reverse: bool = False) -> Iterator[tuple[Partition, Iterator[Place]]]:
        """Each partition that the range touches, in order, with the places in it that hold an item,
        in order.
        """
        first = max(bisect_right(self._lows, range.low) - 1, 0)
        last = bisect_left(self._lows, range.high) if range.high else len(self._lows)
        touched = self.partitions[first : max(last, first + 1)]
        for partition in reversed(touched) if reverse else touched:
            yield (
                partition,
                partition.items.irange(range.low or None, range.high or None, (True, False), reverse),
            )

    def split(self, partition: Partition, at: Place) -> tuple[Partition, Partition]:
        """Cut a partition in two at a place strictly inside its range; items move, none is copied
        or lost. O(n) in its items.

        Raises ``ValueError`` if the place is not inside.
        """
        index = self.partitions.index(partition)
        if self.partition_of(at) is not partition or at == partition.low:
            raise ValueError(f"{at} is not strictly inside {partition.id}")
        left, right = self._new(partition.low), self._new(at)
        for half, places in (
            (left, partition.items.irange(None, at, (True, False))),
            (right, partition.items.irange(at)),
        ):
            half.items.update((place, partition.items[place]) for place in places)
            half.bytes = sum(stored.size for stored in half.items.values())
        self.partitions[index : index + 1] = [left, right]
        self._lows = [one.low for one in self.partitions]
        return left, right

    def _new(self, low: Place) -> Partition:
        name = f"p{self._named}"
        self._named += 1
        return Partition(name, low, self._room, self._full)

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(len(partition.items) for partition in self.partitions)

    @property
    def bytes(self) -> int:
        """The size of all items together."""
        return sum(partition.bytes for partition in self.partitions)

    def _check(self) -> None:
        assert self._lows == [one.low for one in self.partitions]
        assert self._lows[0] == ()
        assert all(a < b for a, b in zip(self._lows, self._lows[1:], strict=False))
        assert len({one.id for one in self.partitions}) == len(self.partitions)
        for partition in self.partitions:
            assert partition.bytes == sum(stored.size for stored in partition.items.values())
            assert all(self.partition_of(place) is partition for place in partition.items)


def initial_count(read_units: float, write_units: float) -> int:
    """How many partitions a table needs so that none is asked for more than it serves.

    The ceilings are documented; that a new table gets just enough partitions is assumed.
    """
    reads = -(-read_units // PARTITION_READ_UNITS)
    writes = -(-write_units // PARTITION_WRITE_UNITS)
    return int(max(reads, writes, 1))


def _nobody_minds(partition: Partition) -> None:
    """What is called when a partition of a key space that nobody watches is full."""


def _fraction(low: Place) -> float:
    return hashing.position(low[0]) if low else 0.0
