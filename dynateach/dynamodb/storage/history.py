"""What a table looked like before: the memory behind point-in-time recovery.

Documented (API, *UpdateContinuousBackups*): with recovery enabled, a table can be restored as of any second of the last 1
to 35 days. Here that is a list of what each write replaced; it is kept only while recovery is enabled. Items are never
changed in place, so it holds references, not copies.
"""

from collections import deque

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.limits import RECOVERY_DAYS
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.keyspace import KeySpace, Stored

_DAY = 24 * 3600 * SECOND

Contents = dict[Place, Stored]
"""All that lies in a table, by place."""


class History:
    """What the writes to one table replaced, since ``since`` (virtual time, µs), for ``days`` back."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.days = RECOVERY_DAYS
        self._replaced: deque[tuple[int, Place, Stored | None]] = deque()

    def note(self, now: int, place: Place, old: Stored | None) -> None:
        """A write replaced ``old`` there. O(1) but for what has become too old to keep."""
        self._replaced.append((now, place, old))
        while self._replaced[0][0] < self.earliest(now):
            self._replaced.popleft()

    def earliest(self, now: int) -> int:
        """The earliest moment that can be restored (µs)."""
        return max(self.since, now - self.days * _DAY)

    def contents(self, keyspace: KeySpace, at: int) -> Contents:
        """What lay in the table at a moment, writes of that moment included. O(n) in items and in writes since then."""
        found = contents(keyspace)
        for when, place, old in reversed(self._replaced):
            if when <= at:
                break
            if old is None:
                found.pop(place, None)
            else:
                found[place] = old
        return found


def contents(keyspace: KeySpace) -> Contents:
    """What lies in a key space now. O(n)."""
    return {place: stored for partition in keyspace.partitions for place, stored in partition.items.items()}
