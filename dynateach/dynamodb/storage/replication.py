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
from typing import NamedTuple

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition, Stored
from dynateach.dynamodb.storage.view import Seen, View
from dynateach.dynamodb.storage.zones import Zone, Zones
from dynateach.trace import LeaderChanged, Replicated
from dynateach.world import World

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
    """The replicas of one table or, if it has a name, of that global index of the table; partition by partition."""

    def __init__(self, world: World, zones: Zones, keyspace: KeySpace, table: str, index_name: str = "") -> None:
        self._world = world
        self._zones = zones
        self._keyspace = keyspace
        self._name = (table, index_name)
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

    def note(self, partition: Partition, place: Place, old: Stored | None, request: int | None = None) -> None:
        """A write replaced ``old``; the partition had a quorum for it. ``request`` caused it, if not the one of this moment."""
        world, log = self._world, self._logs[partition.id]
        cause = world.request if request is None else request
        now = world.clock.now
        applied = [self._applies(log, zone, now) for zone in self._zones.all]
        log.append(Write(now, place, old, applied))
        times = tuple(None if at == _NEVER else at for at in applied)
        world.trace.record(Replicated(now, cause, *self._name, partition.id, log.lsn, log.leader.name, times))

    def _applies(self, log: Log, zone: Zone, now: int) -> int:
        """When a replica applies what is written now: never before what was written earlier."""
        if zone is log.leader:
            return now
        if not zone.joined:
            return _NEVER
        lag = self._world.profile.replication_lag.draw(self._lags)
        at = max(now + (zone.slowed(lag) if zone.faults else lag), log.latest[zone.position])
        log.latest[zone.position] = at
        return at

    def find(self, partition: Partition, place: Place, consistent: bool) -> tuple[Stored | None, Seen]:
        """What lies at a place, as a replica fit for the read shows it. Raises InternalServerError if there is none."""
        log = self._logs[partition.id]
        zone = self._reader(log, consistent)
        role = _role(zone, log)
        stored, versions, since = partition.get(place), 0, 0
        now = self._world.clock.now
        for write in () if zone is log.leader or not log.writes else log.unapplied(zone, now):
            if write.place == place:
                stored, versions, since = write.old, versions + 1, write.at
        return stored, Seen(zone.name, role, versions, now - since if versions else 0)

    def view(self, part: Partition, consistent: bool) -> View:
        """What a replica fit for the read shows of a partition, or of the one in which a ``part`` of a local index lies.
        Raises InternalServerError if there is none.
        """
        partition = self._keyspace.partition_of(part.low)
        log = self._logs[partition.id]
        zone = self._reader(log, consistent)
        now = self._world.clock.now
        writes = () if zone is log.leader else log.unapplied(zone, now)
        older = {write.place: write.old for write in writes}
        return View(zone.name, _role(zone, log), now - writes[-1].at if writes else 0, partition, older)

    def _reader(self, log: Log, consistent: bool) -> Zone:
        if consistent:
            if not self._zones.leads(log.leader):
                raise errors.unavailable()
            return log.leader
        if not self._zones.answering:
            raise errors.unavailable()
        return self._choices.pick(self._zones.answering)

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
        """Where the leader has no lease any more, the next of these zones leads; it first applies all that is in its log."""
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

    def _check(self) -> None:
        assert self._logs.keys() == {partition.id for partition in self._keyspace.partitions}
        for log in self._logs.values():
            for before, after in zip(log.writes, list(log.writes)[1:], strict=False):
                assert before.at <= after.at
                assert all(a <= b for a, b in zip(before.applied, after.applied, strict=True))


def _role(zone: Zone, log: Log) -> str:
    return "leader" if zone is log.leader else "follower"


def _next(zone: Zone, electable: Collection[Zone]) -> Zone:
    """The zone after this one, round the circle, so that nothing is left to chance."""
    return min(electable, key=lambda one: (one.position <= zone.position, one.position))
