"""What can go wrong in a Lab, on request: ``lab.faults``.

A fault concerns one of the region's three zones, "a", "b" or "c", or the queue of a global index. It begins now or ``at``
so many seconds after the Lab began, and lasts for ``seconds`` or until ``restore`` (``resume_index`` for a queue). What
follows from it is the engine's (``dynamodb/storage/zones.py`` and ``propagation.py``); the trace tells of it: FaultBegan,
LeaderChanged, FaultEnded, ZoneCaughtUp, IndexPaused.
"""

from collections.abc import Callable
from functools import partial
from math import isfinite

from dynateach.clock import SECOND
from dynateach.dynamodb import DynamoDB
from dynateach.dynamodb.inside import NO_REPLICAS
from dynateach.dynamodb.storage.propagation import IndexQueue
from dynateach.dynamodb.storage.zones import CUT, LETTERS, LOST, SLOW, Fault, Zone, Zones
from dynateach.errors import LabError
from dynateach.world import World


class Faults:
    """Breaks the zones of a Lab's regions, and mends them; stops the queue of a global index.

    Every method raises ``LabError`` for a zone or queue that there is not, a time that has passed or is none, and in a Lab
    whose profile has no replicas, or no index lag.
    """

    def __init__(self, world: World, region: Callable[[str], DynamoDB], default: str) -> None:
        self._world = world
        self._region = region
        self._default = default

    def lose_zone(
        self, zone: str, seconds: float | None = None, *, at: float | None = None, region: str | None = None
    ) -> None:
        """Nothing in the zone answers. Partitions led from there, those of global indexes too, are without a leader until its
        lease has expired.
        """
        self._schedule(Fault(LOST), zone, seconds, at, region)

    def partition(
        self, zone: str, seconds: float | None = None, *, at: float | None = None, region: str | None = None
    ) -> None:
        """The network between the zone and the other two is cut. Its replicas still answer eventually consistent reads,
        and hear of no writes; a leader there serves strongly consistent reads until its lease has expired, and no writes.
        """
        self._schedule(Fault(CUT), zone, seconds, at, region)

    def slow(
        self,
        zone: str,
        seconds: float | None = None,
        *,
        factor: float = 1.0,
        extra: float = 0.0,
        at: float | None = None,
        region: str | None = None,
    ) -> None:
        """Followers in the zone apply writes later: their lag is ``factor`` times as long, and ``extra`` seconds longer.

        Writes that are under way when it begins or ends keep their times.
        """
        if not (isfinite(factor) and isfinite(extra) and factor >= 1 and extra >= 0) or (factor == 1 and extra == 0):
            raise LabError(
                f"factor={factor!r} and extra={extra!r} do not make a zone slower",
                next="Give a factor above 1, or some extra seconds.",
            )
        self._schedule(Fault(SLOW, factor, round(extra * SECOND)), zone, seconds, at, region)

    def restore(self, zone: str | None = None, *, at: float | None = None, region: str | None = None) -> None:
        """End all faults of the zone, or of every zone."""
        with self._world.clock.lock:
            zones = self._zones(region)
            chosen = zones.all if zone is None else (self._zone(zones, zone),)
            self._do_at(self._time(at), lambda: _mend(zones, chosen))

    def pause_index(
        self,
        table: str,
        index: str,
        seconds: float | None = None,
        *,
        at: float | None = None,
        region: str | None = None,
    ) -> None:
        """Changes to a global index wait in its queue, and arrive when ``seconds`` have passed, or with ``resume_index``."""
        with self._world.clock.lock:
            queue = self._queue(table, index, region)
            begin = self._time(at)
            _require_duration(seconds)
            self._do_at(begin, queue.pause)
            if seconds is not None:
                self._world.clock.at(begin + round(seconds * SECOND), queue.resume)

    def resume_index(self, table: str, index: str, *, at: float | None = None, region: str | None = None) -> None:
        """What has waited for a paused index arrives."""
        with self._world.clock.lock:
            self._do_at(self._time(at), self._queue(table, index, region).resume)

    def _queue(self, table: str, index: str, region: str | None) -> IndexQueue:
        found = self._region(region or self._default).tables.get(table)
        queue = found.indexes[index].queue if found and index in found.indexes else None
        if queue is None:
            raise LabError(
                f"table {table!r} has no index {index!r} with a queue",
                next='A global index has one in a Lab with profile="realistic" or "classroom".',
            )
        return queue

    def _schedule(self, fault: Fault, zone: str, seconds: float | None, at: float | None, region: str | None) -> None:
        with self._world.clock.lock:
            zones = self._zones(region)
            chosen = self._zone(zones, zone)
            begin = self._time(at)
            _require_duration(seconds)
            self._do_at(begin, partial(zones.begin, chosen, fault))
            if seconds is not None:
                self._world.clock.at(begin + round(seconds * SECOND), partial(zones.end, chosen, fault))

    def _zones(self, region: str | None) -> Zones:
        if not self._world.profile.replication_lag.slowest:
            raise LabError("this Lab has no replicas in zones that could fail", next=NO_REPLICAS)
        return self._region(region or self._default).zones

    def _zone(self, zones: Zones, name: str) -> Zone:
        found = zones.named(name)
        if found is None:
            raise LabError(f"there is no zone {name!r}", next=f"The zones are {', '.join(LETTERS)}.")
        return found

    def _time(self, at: float | None) -> int:
        clock = self._world.clock
        if at is None:
            return clock.now
        time = clock.start + round(at * SECOND) if isfinite(at) else 0
        if time < clock.now:
            raise LabError(
                f"at={at!r} is no time to come", next=f"The Lab is {clock.elapsed:g} seconds old; leave it out for now."
            )
        return time

    def _do_at(self, time: int, action: Callable[[], None]) -> None:
        """At once, if the time has come: then the next request already finds it so."""
        if time == self._world.clock.now:
            action()
        else:
            self._world.clock.at(time, action)


def _require_duration(seconds: float | None) -> None:
    if seconds is not None and not (isfinite(seconds) and seconds > 0):
        raise LabError(f"a fault cannot last {seconds!r} seconds", next="Give a number above 0, or leave it out.")


def _mend(zones: Zones, chosen: tuple[Zone, ...]) -> None:
    for zone in chosen:
        for fault in list(zone.faults):
            zones.end(zone, fault)
