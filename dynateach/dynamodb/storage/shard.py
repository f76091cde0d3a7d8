"""A shard of a stream: the changes to the items of one partition, in order.

Documented: the records of a shard have increasing sequence numbers of 21 to 40 digits, and are trimmed after 24 hours.
Assumed: what a sequence number looks like inside. Here it is the record's number in its line of shards, then 20 digits
that tell shards apart. Assumed, too: that records become readable in the order in which they were written.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.limits import STREAM_RETENTION_SECONDS
from dynateach.dynamodb.rules.values import Item
from dynateach.dynamodb.storage.buckets import Bucket
from dynateach.dynamodb.storage.keyspace import Stored

RETENTION = STREAM_RETENTION_SECONDS * SECOND
"""How long a record is kept (µs)."""


class Identity(NamedTuple):
    """Who made a change, where that was no user."""

    principal: str
    type: str


EXPIRY = Identity("dynamodb.amazonaws.com", "Service")
"""Who deletes an item whose time to live has passed (documented)."""


class StreamRecord(NamedTuple):
    """One change: when it was made and when it ``arrives``, so that it can be read (µs), which one of its shard it is, and
    the images that the stream's view keeps.

    The images are the items as they were stored, not copies. ``size`` is what SizeBytes says; ``identity`` is None
    for a change made by a user.
    """

    at: int
    arrives: int
    ordinal: int
    change: str
    keys: Item
    old: Stored | None
    new: Stored | None
    size: int
    identity: Identity | None


class Shard:
    """The changes to the items of one ``partition``, from ``opened`` until ``closed``; at ``until`` it is old enough to be
    replaced (virtual times, µs).

    Its records are numbered on from its parent's last. ``first`` is the number of the first one, ``next`` of the one to
    come, ``oldest`` of the oldest that has not been trimmed. ``outflow`` is what its readers may still take (bytes), None
    if nobody counts that.
    """

    def __init__(self, id: str, partition: str, parent: "Shard | None", opened: int, until: int) -> None:
        self.id = id
        self.partition = partition
        self.parent = parent.id if parent else None
        self.opened = opened
        self.until = until
        self.closed: int | None = None
        self.outflow: Bucket | None = None
        self.first = self.next = parent.last + 1 if parent else 1
        self._suffix = int(id[-8:], 16) % 10**9
        self._records: list[StreamRecord] = []

    @property
    def last(self) -> int:
        """The number where it ends; that of its start, if nothing was written."""
        return max(self.first, self.next - 1)

    @property
    def oldest(self) -> int:
        """The number of the oldest record that is still there, or of the next one."""
        return self.next - len(self._records)

    @property
    def latest_arrival(self) -> int:
        """When the newest record arrives (µs), 0 if there is none."""
        return self._records[-1].arrives if self._records else 0

    def arrived(self, now: int) -> int:
        """The number of the first record that can't be read yet, or of the next one. O(log n)."""
        return self.oldest + bisect_right(self._records, now, key=lambda record: record.arrives)

    def arrival(self, ordinal: int) -> int:
        """When the record with that number arrives (µs); it must be there."""
        return self._records[ordinal - self.oldest].arrives

    def sequence_number(self, ordinal: int) -> str:
        """The SequenceNumber of a record: 21 to 40 digits, increasing as numbers; for the first nine million records of a
        line of shards also as text, since none of them is longer than another.
        """
        return str((_FIRST + ordinal) * _STEP + self._suffix)

    def ordinal(self, sequence_number: str) -> int | None:
        """The number of the record that has (or had, or will have at the start) this SequenceNumber, or None."""
        if not (sequence_number.isascii() and sequence_number.isdecimal()):
            return None
        number, suffix = divmod(int(sequence_number), _STEP)
        ordinal = number - _FIRST
        return ordinal if suffix == self._suffix and self.first <= ordinal <= self.last else None

    def append(self, record: StreamRecord) -> None:
        """Add the next record. O(1) on average."""
        self._records.append(record)
        self.next += 1
        if self.next % _TRIM_EVERY == 0:
            self.trim(record.at - RETENTION)

    def trim(self, before: int) -> None:
        """Drop the records from before that time (µs). O(records dropped + log n) when something is, else O(log n)."""
        expired = bisect_left(self._records, before, key=lambda record: record.at)
        if expired:
            del self._records[:expired]

    def read(self, ordinal: int, limit: int, now: int) -> list[StreamRecord]:
        """Up to ``limit`` records that have arrived, from that number on, which must not be older than ``oldest``."""
        end = min(ordinal + limit, self.arrived(now))
        return self._records[ordinal - self.oldest : max(end - self.oldest, 0)]

    def at_second(self, timestamp: float) -> int:
        """The number of the first record whose whole second is at or after ``timestamp`` (seconds since 1970)."""
        return self.oldest + bisect_left(self._records, timestamp, key=lambda record: record.at // SECOND)

    def _check(self) -> None:
        assert [record.ordinal for record in self._records] == list(range(self.oldest, self.next))
        for before, after in zip(self._records, self._records[1:], strict=False):
            assert before.at <= after.at
            assert before.arrives <= after.arrives


_FIRST, _STEP = 10**6, 10**20
_TRIM_EVERY = 1000
