"""The availability zones of a region: which of them work together, and what follows when one does not.

Published (USENIX ATC 2022): a partition has replicas in several zones; one is its leader, by a lease that it renews; only
the leader serves writes and strongly consistent reads; if it fails, the others elect a new one, which serves nothing
before the old lease has expired. Assumed: that a region has three zones, how long a lease is, that a leader that is cut
off had just renewed it, that the election itself takes no time, and how long a zone takes to catch up.

A zone that comes back first catches up, and counts for no quorum until then. So among any two zones that work together,
one holds every write that was ever acknowledged, since that took two of three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dynateach.trace import FaultBegan, FaultEnded, ZoneCaughtUp
from dynateach.world import World

if TYPE_CHECKING:
    from dynateach.dynamodb.storage.index import Index
    from dynateach.dynamodb.storage.replication import Replication
    from dynateach.dynamodb.storage.table import Table

LETTERS = ("a", "b", "c")
QUORUM = 2
"""How many replicas must have a write before it is acknowledged (published)."""

LOST, CUT, SLOW = "lost", "cut", "slow"
"""What can be wrong with a zone: nothing in it answers; it answers, and has no connection to the other two; it applies
writes late.
"""


@dataclass(frozen=True, eq=False, slots=True)
class Fault:
    """Something wrong with a zone. A ``slow`` one takes ``factor`` times as long to apply a write, and ``extra`` µs more."""

    kind: str
    factor: float = 1.0
    extra: int = 0


class Zone:
    """One zone. ``joined``: it works together with whichever others do. ``alone`` is since when (µs) it has not been in
    a majority, None while it is.
    """

    __slots__ = ("alone", "catching_up", "faults", "joined", "name", "position")

    def __init__(self, region: str, position: int) -> None:
        self.name = region + LETTERS[position]
        self.position = position
        self.faults: list[Fault] = []
        self.joined = True
        self.catching_up = 0
        self.alone: int | None = None

    @property
    def state(self) -> str:
        """ "lost", "cut", "catching up", or "up"."""
        kinds = {fault.kind for fault in self.faults}
        if LOST in kinds:
            return LOST
        if CUT in kinds:
            return CUT
        return "up" if self.joined else "catching up"

    def slowed(self, lag: int) -> int:
        """A lag (µs), as this zone has it."""
        for fault in self.faults:
            lag = int(lag * fault.factor) + fault.extra
        return lag


class Zones:
    """The three zones of one region, and what happens to ``tables`` and their global indexes when one of them fails."""

    def __init__(self, world: World, region: str, tables: "dict[str, Table]") -> None:
        self.all = tuple(Zone(region, position) for position in range(len(LETTERS)))
        self.answering = self.all
        self._world = world
        self._region = region
        self._tables = tables

    def named(self, name: str) -> Zone | None:
        """The zone with that name or letter, or None."""
        return next((zone for zone in self.all if name in (zone.name, zone.name[-1])), None)

    def leads(self, zone: Zone) -> bool:
        """Whether a leader there may serve strongly consistent reads: it is there, and holds a lease."""
        if zone.alone is None:
            return True
        return zone in self.answering and self._world.clock.now < zone.alone + self._world.profile.leader_lease

    def begin(self, zone: Zone, fault: Fault) -> None:
        """A fault begins now."""
        zone.faults.append(fault)
        self._world.trace.record(FaultBegan(self._world.clock.now, 0, self._region, zone.name, fault.kind))
        if fault.kind == SLOW:
            return
        self.answering = tuple(one for one in self.all if one.state != LOST)
        if zone.joined:
            zone.joined = False
            self._follow_change()
            for replication in self._replications():
                replication.leave(zone)
        zone.catching_up += 1

    def end(self, zone: Zone, fault: Fault) -> None:
        """A fault ends now, unless it has ended before; its zone begins to catch up, if nothing else is wrong there."""
        if fault not in zone.faults:
            return
        zone.faults.remove(fault)
        self._world.trace.record(FaultEnded(self._world.clock.now, 0, self._region, zone.name, fault.kind))
        self.answering = tuple(one for one in self.all if one.state != LOST)
        if fault.kind != SLOW and zone.state == "catching up":
            zone.catching_up += 1
            attempt = zone.catching_up
            self._world.clock.after(self._world.profile.catch_up, lambda: self._join(zone, attempt))

    def _join(self, zone: Zone, attempt: int) -> None:
        """A zone has caught up, unless something has gone wrong there since."""
        if zone.catching_up != attempt or zone.joined:
            return
        zone.joined = True
        self._world.trace.record(ZoneCaughtUp(self._world.clock.now, 0, self._region, zone.name))
        self._follow_change()
        joined = [one for one in self.all if one.joined]
        if len(joined) >= QUORUM:
            for replication in self._replications():
                replication.catch_up(joined)
        self._elect()

    def _follow_change(self) -> None:
        """Note which zones are in a majority now. A leader that no longer is keeps its lease while it lasts."""
        now, majority = self._world.clock.now, sum(zone.joined for zone in self.all) >= QUORUM
        for zone in self.all:
            if zone.joined and majority:
                zone.alone = None
            elif zone.alone is None:
                zone.alone = now
                self._world.clock.after(self._world.profile.leader_lease, self._elect)

    def _elect(self) -> None:
        """Give a new leader to every partition whose leader has lost its lease, if there is a majority to elect it. What has
        waited for leaders of global indexes goes on.
        """
        electable = [zone for zone in self.all if zone.alone is None]
        for replication in self._replications() if electable else ():
            replication.elect(electable)
        for index in self._indexes():
            if index.queue:
                index.queue.try_again()

    def _replications(self) -> "Iterator[Replication]":
        """Those of all tables, then those of their global indexes."""
        yield from (table.replication for table in self._tables.values() if table.replication)
        yield from (index.replication for index in self._indexes() if index.replication)

    def _indexes(self) -> "Iterator[Index]":
        return (index for table in self._tables.values() for index in table.indexes.values())
