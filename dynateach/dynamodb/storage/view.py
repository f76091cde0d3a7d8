"""What one replica shows of one partition: all that lies there, but for the writes that it has not applied."""

from collections.abc import Iterator, Mapping
from heapq import merge
from typing import NamedTuple

from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.index import Index
from dynateach.dynamodb.storage.keyspace import Partition, Range, Stored


class Seen(NamedTuple):
    """Which replica answered a read, and how far behind it was there: it lacked ``versions`` writes, the oldest of them
    done ``behind`` µs ago.
    """

    zone: str
    role: str
    versions: int
    behind: int


class View:
    """One replica's view of a partition; ``older`` is what it shows in those places where it has not applied a write."""

    def __init__(
        self, zone: str, role: str, behind: int, partition: Partition, older: dict[Place, Stored | None]
    ) -> None:
        self._zone = zone
        self._role = role
        self._behind = behind
        self._partition = partition
        self._older = older

    def find(self, place: Place) -> Stored | None:
        """What it shows there."""
        return self._older[place] if place in self._older else self._partition.get(place)

    def page(
        self, index: Index | None, part: Partition, places: Iterator[Place], range: Range, reverse: bool
    ) -> tuple[Iterator[Place], Mapping[Place, Stored], Seen]:
        """Of ``places``, which lie in a range of the partition or of this ``part`` of a local index: which it shows,
        in order, and what lies there.
        """
        older = self._older if index is None else self._older_entries(index)
        touched = {place: old for place, old in older.items() if place in range}
        if not touched:
            return places, part.items, Seen(self._zone, self._role, 0, 0)
        seen = Seen(self._zone, self._role, len(touched), self._behind)
        shown = _Shown(part)
        shown.update((place, old) for place, old in touched.items() if old is not None)
        return _merged(places, touched, reverse), shown, seen

    def _older_entries(self, index: Index) -> dict[Place, Stored | None]:
        """The same for a local index: an entry that the replica has not seen come is hidden, one that it has not seen go
        is still there.
        """
        entries: dict[Place, Stored | None] = {}
        for place, old in self._older.items():
            now, then = index.entry(place, self._partition.get(place)), index.entry(place, old)
            if now == then:
                continue
            if now:
                entries[now.place] = None
            if then:
                entries[then.place] = then.stored
        return entries


class _Shown(dict[Place, Stored]):
    """What lies in places: as noted here, else as it lies in the partition."""

    def __init__(self, partition: Partition) -> None:
        self._items = partition.items

    def __missing__(self, place: Place) -> Stored:
        return self._items[place]


def _merged(places: Iterator[Place], older: dict[Place, Stored | None], reverse: bool) -> Iterator[Place]:
    untouched = (place for place in places if place not in older)
    still_there = sorted((place for place, old in older.items() if old is not None), reverse=reverse)
    return merge(untouched, still_there, reverse=reverse)
