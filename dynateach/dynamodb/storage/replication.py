"""The three replicas of each partition of a table or a global index, and what each of them has seen.

Published (USENIX ATC 2022): a partition's replicas form a group with a leader; a write goes to the leader, into its
log and those of its peers, and is acknowledged when a quorum, two of three, has it; any replica serves eventually
consistent reads, the leader alone serves writes and strongly consistent reads. Documented: an eventually consistent read
may miss a write that completed a moment ago. Assumed: how late a replica applies a write (the profile's
``replication_lag``); that every replica is as likely to be asked; that a request for a partition without a
leader fails with InternalServerError, for the SDK to repeat. It takes the profile's ``leader_wait`` longer than others
do, as if the service had looked for a leader so long, but its answer is fixed at the moment of its call like any other's:
an election in the meantime does not help it. (To be served later, it would have to be suspended while others go on.)

A replica is no copy but a position in the partition's log. The log holds the last few writes and what each replaced, and
only until all replicas have applied them; a partition to which nobody writes costs nothing.

A global index is a table of its own kind, with replicas of its own: whatever its queue delivers is a write to its leader,
and its reads are eventually consistent ones. So they may lag twice, in the queue and behind the leader.

A write takes effect, with a quorum behind it, at the moment of its call; what follows until the answer is the way back.
"""

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition, Stored
from dynateach.dynamodb.storage.view import Seen, View
from dynateach.dynamodb.storage.zones import Zone, Zones
from dynateach.trace import LeaderChanged, Replicated
from dynateach.world import World

if TYPE_CHECKING:
    from dynateach.dynamodb.storage.pending import Pending

LEADER, FOLLOWER = "leader", "follower"
"""What a replica may be."""

_NEVER = 1 << 62


class Replica(NamedTuple):
    """One replica of a partition: ``role`` is "leader" or "follower", ``state`` that of its zone; ``applied`` is the number
    (lsn) of the last write that it has applied, ``lag`` how old the first one is that it has not (µs, 0 if there is none).
    """

    zone: str
    role: str
    state: str
    applied: int
    lag: int


class Write:
    """A write in a log: what lay at ``place`` before, and when (µs) each replica applies it."""

    __slots__ = ("applied", "at", "old", "place")

    def __init__(self, at: int, place: Place, old: Stored | None, applied: list[int]) -> None:
        self.at = at
        self.place = place
        self.old = old
        self.applied = applied


class Log:
    """The log of one partition: ``lsn`` numbers the last write; ``writes`` are those that not every replica has applied."""

    __slots__ = ("latest", "leader", "lsn", "writes")

    def __init__(self, leader: Zone, lsn: int, latest: list[int], writes: deque[Write]) -> None:
        self.leader = leader
        self.lsn = lsn
        self.latest = latest
        self.writes = writes

    def append(self, write: Write) -> None:
        """One more write; those that all replicas have applied go."""
        self.lsn += 1
        while self.writes and max(self.writes[0].applied) <= write.at:
            self.writes.popleft()
        self.writes.append(write)

    def unapplied(self, zone: Zone, now: int) -> list[Write]:
        """The writes that a replica has not applied, newest first. O(their number)."""
        found = []
        for write in reversed(self.writes):
            if write.applied[zone.position] <= now:
                break
            found.append(write)
        return found

    def postpone(self, zone: Zone, now: int) -> None:
        """The replica applies nothing more until further notice."""
        for write in self.unapplied(zone, now):
            write.applied[zone.position] = _NEVER

    def apply_all(self, zone: Zone, now: int) -> None:
        """The replica applies all that there is."""
        for write in self.unapplied(zone, now):
            write.applied[zone.position] = now
        self.latest[zone.position] = now


class Replication:
    """The replicas of one table or, if it has a name, of that global index of the table; partition by partition.
    ``pending`` are the items there that transactions have prepared, if that takes time.
    """

    def __init__(self, world: World, zones: Zones, keyspace: KeySpace, table: str, index_name: str = "") -> None:
        self._world = world
        self._zones = zones
        self._keyspace = keyspace
        self._name = (table, index_name)
        self.pending: Pending | None = None
        self._complete = [Seen(zone.name, LEADER, 0, 0) for zone in zones.all]
        whose = f"{table}/{index_name}" if index_name else table
        self._lags = world.randomness.stream(f"replication lag {whose}")
        self._choices = world.randomness.stream(f"replica choice {whose}")
        self._logs = {
            partition.id: Log(self._first_leader(number), 0, [0] * len(zones.all), deque())
            for number, partition in enumerate(keyspace.partitions)
        }

    def _first_leader(self, number: int) -> Zone:
        """Each zone leads a third of the partitions (assumed)."""
        candidates = [zone for zone in self._zones.all if zone.alone is None] or self._zones.all
        return candidates[number % len(candidates)]

    def has_quorum(self, partition: Partition) -> bool:
        """Whether the partition's leader can reach another replica, and so accept a write."""
        return self._logs[partition.id].leader.alone is None

    def require_quorum(self, partition: Partition) -> None:
        """Raise InternalServerError unless ``has_quorum``."""
        if not self.has_quorum(partition):
            raise errors.unavailable()

    def note(self, partition: Partition, place: Place, old: Stored | None) -> None:
        """A write replaced ``old``; the partition had a quorum for it."""
        world, log = self._world, self._logs[partition.id]
        now = world.clock.now
        applied = self._applications(log, now)
        log.append(Write(now, place, old, applied))
        times = [None if at == _NEVER else at for at in applied] if _NEVER in applied else applied
        world.trace.record(
            Replicated(now, world.request, *self._name, partition.id, log.lsn, log.leader.name, tuple(times))
        )

    def _applications(self, log: Log, now: int) -> list[int]:
        """When each replica applies what is written now: never before what was written earlier."""
        applied, latest, lag_of = [], log.latest, self._world.profile.replication_lag
        for zone in self._zones.all:
            if zone is log.leader:
                applied.append(now)
            elif not zone.joined:
                applied.append(_NEVER)
            else:
                lag = lag_of.draw(self._lags)
                at = latest[zone.position] = max(
                    now + (zone.slowed(lag) if zone.faults else lag), latest[zone.position]
                )
                applied.append(at)
        return applied

    def find(self, partition: Partition, place: Place, consistent: bool) -> tuple[Stored | None, Seen]:
        """What lies at a place, as a replica fit for the read shows it. Raises InternalServerError if there is none."""
        log = self._logs[partition.id]
        zone = self._reader(partition, log, consistent)
        stored, versions, since = partition.get(place), 0, 0
        if zone is log.leader:
            return stored, self._complete[zone.position]
        now = self._world.clock.now
        for write in log.unapplied(zone, now) if log.writes else ():
            if write.place == place:
                stored, versions, since = write.old, versions + 1, write.at
        return stored, Seen(zone.name, FOLLOWER, versions, now - since if versions else 0)

    def view(self, part: Partition, consistent: bool) -> View:
        """What a replica fit for the read shows of a partition, or of the one in which a ``part`` of a local index lies.
        Raises InternalServerError if there is none.
        """
        partition = self._keyspace.partition_of(part.low)
        log = self._logs[partition.id]
        zone = self._reader(partition, log, consistent)
        now = self._world.clock.now
        writes = () if zone is log.leader else log.unapplied(zone, now)
        older = {write.place: write.old for write in writes}
        return View(zone.name, _role(zone, log), now - writes[-1].at if writes else 0, partition, older)

    def _reader(self, partition: Partition, log: Log, consistent: bool) -> Zone:
        if consistent:
            if log.leader.alone is not None and not self._may_read_alone(partition, log):
                raise errors.unavailable()
            return log.leader
        if not self._zones.answering:
            raise errors.unavailable()
        return self._choices.pick(self._zones.answering)

    def _may_read_alone(self, partition: Partition, log: Log) -> bool:
        """Whether a leader without a quorum still knows what it holds: it has a lease, and no transaction has to have
        been committed there since it was cut off.
        """
        pending = self.pending
        return self._zones.leads(log.leader) and not (pending and pending.is_in_doubt(partition))

    def replicas(self, partition: Partition) -> tuple[Replica, ...]:
        """The partition's replicas, in the order of their zones."""
        log, now = self._logs[partition.id], self._world.clock.now
        return tuple(self._replica(log, zone, now) for zone in self._zones.all)

    def _replica(self, log: Log, zone: Zone, now: int) -> Replica:
        missing = log.unapplied(zone, now)
        lag = now - missing[-1].at if missing else 0
        return Replica(zone.name, _role(zone, log), zone.state, log.lsn - len(missing), lag)

    def split(self, partition: Partition, left: Partition, right: Partition, at: Place) -> None:
        """The halves of a partition go on with its leader; each takes over the writes to its own places."""
        log = self._logs.pop(partition.id)
        for half, is_right in ((left, False), (right, True)):
            writes = deque(write for write in log.writes if (write.place >= at) == is_right)
            self._logs[half.id] = Log(log.leader, log.lsn, list(log.latest), writes)

    def leave(self, zone: Zone) -> None:
        """A zone is cut off: what its replicas have not applied, they will not."""
        for log in self._logs.values():
            if zone is not log.leader:
                log.postpone(zone, self._world.clock.now)

    def catch_up(self, zones: Collection[Zone]) -> None:
        """These zones work together again: where a replica was left behind, it has caught up by now."""
        for log in self._logs.values():
            for zone in zones:
                if log.writes and log.writes[-1].applied[zone.position] == _NEVER:
                    log.apply_all(zone, self._world.clock.now)

    def elect(self, electable: Collection[Zone]) -> None:
        """Where the leader has no lease any more, the next of these zones leads; it first applies all that is in its log.
        Then, wherever there is a quorum again, what transactions have left undone is finished.
        """
        now = self._world.clock.now
        for partition in self._keyspace.partitions:
            log = self._logs[partition.id]
            if self._zones.leads(log.leader):
                continue
            old, log.leader = log.leader, _next(log.leader, electable)
            log.apply_all(log.leader, now)
            self._world.trace.record(
                LeaderChanged(now, 0, *self._name, partition.id, old.name, log.leader.name, log.lsn)
            )
        if self.pending:
            self.pending.finish_overdue()

    def _check(self) -> None:
        assert self._logs.keys() == {partition.id for partition in self._keyspace.partitions}
        for log in self._logs.values():
            for before, after in zip(log.writes, list(log.writes)[1:], strict=False):
                assert before.at <= after.at
                assert all(a <= b for a, b in zip(before.applied, after.applied, strict=True))


def _role(zone: Zone, log: Log) -> str:
    return LEADER if zone is log.leader else FOLLOWER


def _next(zone: Zone, electable: Collection[Zone]) -> Zone:
    """The zone after this one, round the circle, so that nothing is left to chance."""
    return min(electable, key=lambda one: (one.position <= zone.position, one.position))
