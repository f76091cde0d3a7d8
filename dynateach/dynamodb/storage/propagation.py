"""How a global index follows its table: through a queue of changes, each of which arrives a little later.

Documented: a global index is updated asynchronously, normally within a fraction of a second, and can be read only
eventually consistently. Known (from talks of AWS): a log propagator tails the log of each partition and hands on what the
index needs. Assumed: how long that takes (the profile's ``index_lag``); that changes from one partition of the table
arrive in the order in which they were written, and those from different partitions in any; that an entry that moves is
taken away in one place and laid down in the other by two deliveries, of which either may come first, so that a reader in
between finds the item twice or not at all; that a change which the index can't afford yet waits until it can. So an index
that is short of write units first falls behind; documented: then it throttles the writes of its table. Assumed: when what
waits is worth more than the profile's ``index_backlog`` of the index's throughput. And a change to a partition of the
index that has no leader waits until it has one, while changes to other partitions go on.

One alarm a queue, set to the next arrival: each change is applied at its own moment, so the trace stays in the order of
time, and a queue in which nothing waits costs nothing.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from dynateach.clock import SECOND, Alarm
from dynateach.dynamodb.rules.hashing import position
from dynateach.dynamodb.rules.schema import readable_entry
from dynateach.dynamodb.storage.index import Entry, Index
from dynateach.dynamodb.storage.keyspace import Partition
from dynateach.trace import IndexPaused, IndexQueued, IndexWritten
from dynateach.world import World


class Change(NamedTuple):
    """One delivery to an index: the entry that goes, the entry that comes, and the units that this costs there.

    ``queued`` and ``arrives`` are virtual times (µs); ``request`` is the one that caused it. Changes are ordered by
    arrival, then as they were queued.
    """

    arrives: int
    number: int
    queued: int
    request: int
    old: Entry | None
    new: Entry | None
    units: float


Delivery = tuple[Entry | None, Entry | None, float]
"""The entry that goes from its place, the one that comes to its place, and the units that this costs."""


class QueueState(NamedTuple):
    """An index's queue at one moment: how many changes were ``queued`` and ``applied`` in all, how many are ``waiting``
    in it, for how many seconds the ``oldest`` of them has waited (0 if none does), and whether it is ``paused``.
    """

    queued: int
    applied: int
    waiting: int
    oldest: float
    paused: bool


class IndexQueue:
    """The changes that are on their way to one global index of the table of that name."""

    def __init__(self, world: World, table: str, index: Index) -> None:
        self.paused = False
        self._world = world
        self._table = table
        self._index = index
        self._lags = world.randomness.stream(f"index lag {table}")
        self._waiting: list[Change] = []
        self._held: list[Change] = []
        self._latest: dict[str, int] = {}
        self._queued = self._applied = 0
        self._alarm: Alarm | None = None

    def put(self, partition: str, deliveries: list[Delivery], wait: int = 0) -> None:
        """Queue what one write to that partition of the table changes; nothing of it arrives before ``wait`` µs have
        passed. O(log waiting).
        """
        now, latest = self._world.clock.now, self._latest.get(partition, 0)
        for old, new, units in deliveries:
            lag = self._world.profile.index_lag.draw(self._lags)
            arrives = max(now + max(lag, wait), latest)
            self._latest[partition] = max(self._latest.get(partition, 0), arrives)
            self._queued += 1
            change = Change(arrives, self._queued, now, self._world.request, old, new, units)
            heappush(self._waiting, change)
            _record_queued(self._world, self._table, self._index, change, len(self._waiting) + len(self._held))
        self._watch()

    def follow_split(self, partition: str, halves: Iterable[Partition]) -> None:
        """A partition of the table was split: what its halves write comes after what it has written."""
        latest = self._latest.pop(partition, 0)
        for half in halves:
            self._latest[half.id] = latest

    def pause(self) -> None:
        """Apply nothing until ``resume``; what is written meanwhile waits."""
        self._pause(True)

    def resume(self) -> None:
        """Go on; what should have arrived in the meantime arrives now, in its order."""
        self._pause(False)

    def try_again(self) -> None:
        """Deliver what was held up by a partition without a leader, if it has one now; in its order."""
        for change in self._held:
            heappush(self._waiting, change)
        self._held.clear()
        self._watch()

    def close(self) -> None:
        """Drop what is on its way: the index is gone."""
        self._waiting.clear()
        self._held.clear()
        self._watch()

    def state(self) -> QueueState:
        """How the queue is at this moment. O(waiting)."""
        now, waiting = self._world.clock.now, self._waiting + self._held
        oldest = (now - min(change.queued for change in waiting)) / SECOND if waiting else 0.0
        return QueueState(self._queued, self._applied, len(waiting), oldest, self.paused)

    def _pause(self, paused: bool) -> None:
        if paused != self.paused:
            self.paused = paused
            world = self._world
            world.trace.record(IndexPaused(world.clock.now, 0, self._table, self._index.name, paused))
            self._watch()

    def _watch(self) -> None:
        """Set the alarm to the next arrival."""
        due = None if self.paused or not self._waiting else self._waiting[0].arrives
        if self._alarm:
            if due is not None and self._alarm.time == max(due, self._world.clock.now):
                return
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            self._alarm = self._world.clock.at(due, self._deliver)

    def _deliver(self) -> None:
        self._alarm = None
        while self._waiting and self._waiting[0].arrives <= self._world.clock.now:
            change = heappop(self._waiting)
            if self._replicated(change):
                self._index.replace(change.old, change.new)
                self._applied += 1
                _record_applied(self._world, self._table, self._index, change)
            else:
                self._held.append(change)
        self._watch()

    def _replicated(self, change: Change) -> bool:
        """Whether the change is in the log of the index's partition, or there are no logs; not while it has no leader."""
        replication, place = self._index.replication, _entry(change).place
        if replication is None:
            return True
        partition = self._index.keyspace.partition_of(place)
        if not replication.has_quorum(partition):
            return False
        with self._world.acting_for(change.request):
            replication.note(partition, place, partition.get(place))
        return True

    def _check(self) -> None:
        assert self._queued == self._applied + len(self._waiting) + len(self._held)
        assert all(self._waiting[(i - 1) // 2] < self._waiting[i] for i in range(1, len(self._waiting)))


def write_at_once(world: World, table: str, index: Index, old: Entry | None, new: Entry | None, units: float) -> None:
    """Write to an index together with its table, without a queue."""
    index.replace(old, new)
    now = world.clock.now
    _record_applied(world, table, index, Change(now, 0, now, world.request, old, new, units))


def _record_queued(world: World, table: str, index: Index, change: Change, waiting: int) -> None:
    """Tell the trace that a change has begun its way to the index."""
    entry = _entry(change)
    world.trace.record(
        IndexQueued(
            change.queued,
            change.request,
            table,
            index.name,
            readable_entry(index.schema, entry.stored.item),
            position(entry.place[0]),
            _kind(change),
            waiting,
        )
    )


def _record_applied(world: World, table: str, index: Index, change: Change) -> None:
    """Tell the trace that a change has reached the index now."""
    entry, now = _entry(change), world.clock.now
    world.trace.record(
        IndexWritten(
            now,
            change.request,
            table,
            index.name,
            index.keyspace.partition_of(entry.place).id,
            readable_entry(index.schema, entry.stored.item),
            position(entry.place[0]),
            _kind(change),
            change.new.stored.size if change.new else 0,
            change.units,
            now - change.queued,
        )
    )


def _entry(change: Change) -> Entry:
    entry = change.new or change.old
    assert entry is not None
    return entry


def _kind(change: Change) -> str:
    if not (change.old and change.new):
        return "INSERT" if change.new else "REMOVE"
    return "MODIFY" if change.old.place == change.new.place else "MOVE"
