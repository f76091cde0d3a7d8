"""When the items of a table with time to live are deleted.

Documented: an item expires when the moment in its time to live attribute has passed, a Number of seconds since 1970; it is
deleted typically within a few days, without a promise, and stays there like any other until then. An item
with another type in that attribute, or a moment more than five years ago, never expires. Assumed: how late the deletion
is (the profile's ``expiry_delay``, drawn for each item and moment).

The deletions to come lie in a heap, with one alarm for the earliest. An entry is not looked for when its item changes:
whether it still holds is seen when it falls due.
"""

from collections.abc import Callable
from decimal import Decimal
from heapq import heappop, heappush
from typing import NamedTuple

from dynateach.clock import SECOND, Alarm
from dynateach.dynamodb.rules.limits import EXPIRY_YEARS
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.rules.values import Item
from dynateach.dynamodb.storage.keyspace import KeySpace, Stored
from dynateach.world import World

_OLDEST = EXPIRY_YEARS * 365 * 24 * 3600 * SECOND
_NEVER = 1 << 62


class _Deletion(NamedTuple):
    """An item is to be deleted at ``due``, since it expires at ``moment`` (both µs). Ordered by time, then as they came."""

    due: int
    number: int
    place: Place
    moment: int


class Expiry:
    """The items of one table that expire by ``attribute``; ``delete`` is called with a place, and the moment (µs) at which
    its item has expired, when that item is to go.
    """

    def __init__(self, world: World, table: str, attribute: str, delete: Callable[[Place, int], object]) -> None:
        self._world = world
        self._attribute = attribute
        self._delete = delete
        self._delays = world.randomness.stream(f"expiry delay {table}")
        self._heap: list[_Deletion] = []
        self._planned: dict[Place, _Deletion] = {}
        self._number = 0
        self._alarm: Alarm | None = None

    def note_all(self, keyspace: KeySpace) -> None:
        """Note what lies in the table already. O(n log n)."""
        for partition in keyspace.partitions:
            for place, stored in partition.items.items():
                self.note(place, stored)

    def note(self, place: Place, new: Stored | None, wait: int = 0) -> None:
        """An item was written there, or deleted; it goes no sooner than in ``wait`` µs. O(log n); O(1) if that does not change
        when it expires.
        """
        moment = _moment(new.item, self._attribute) if new else None
        planned = self._planned.get(place)
        if planned and planned.moment == moment:
            return
        if moment is None or moment < self._world.clock.now - _OLDEST:
            self._planned.pop(place, None)
            return
        self._plan(place, moment, wait)
        self._watch()

    def close(self) -> None:
        """Delete nothing any more."""
        self._heap.clear()
        self._planned.clear()
        self._watch()

    def _plan(self, place: Place, moment: int, wait: int) -> None:
        delay = max(self._world.profile.expiry_delay.draw(self._delays), wait)
        self._number += 1
        deletion = _Deletion(max(moment, self._world.clock.now) + delay, self._number, place, moment)
        self._planned[place] = deletion
        heappush(self._heap, deletion)

    def _watch(self) -> None:
        """Set the alarm to the earliest deletion."""
        due = self._heap[0].due if self._heap else None
        if self._alarm and self._alarm.time == due:
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._world.clock.at(due, self._sweep) if due is not None else None

    def _sweep(self) -> None:
        self._alarm = None
        while self._heap and self._heap[0].due <= self._world.clock.now:
            deletion = heappop(self._heap)
            if self._planned.get(deletion.place) is deletion:
                del self._planned[deletion.place]
                self._delete(deletion.place, deletion.moment)
        self._watch()

    def _check(self) -> None:
        assert all(self._heap[(i - 1) // 2] < self._heap[i] for i in range(1, len(self._heap)))
        assert set(self._planned.values()) <= set(self._heap)


def _moment(item: Item, attribute: str) -> int | None:
    """When an item expires (µs), None for never."""
    value = item.get(attribute)
    if value is None or "N" not in value:
        return None
    return min(int(Decimal(value["N"]) * SECOND), _NEVER)
