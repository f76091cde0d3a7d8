"""The events of a trace: what the engine, its faults and its consumers do, each as a named tuple.

The first two fields of each are ``at`` (virtual time, µs since 1970) and ``request`` (the number of the request that
caused it, 0 for what happened by itself). A place in the key space is a fraction in [0, 1).
"""

from typing import NamedTuple


class RequestServed(NamedTuple):
    """A request was answered: ``took`` µs of service time, ``outcome`` "OK" or the error's code."""

    at: int
    request: int
    service: str
    region: str
    operation: str
    table: str
    took: int
    outcome: str


class ItemRead(NamedTuple):
    """One item was looked up by its key; ``bytes`` is its size, 0 if there is none."""

    at: int
    request: int
    table: str
    partition: str
    key: str
    hash: float
    bytes: int
    units: float
    consistent: bool


class ItemWritten(NamedTuple):
    """One item was put, changed or deleted; ``change`` is INSERT, MODIFY, REMOVE, or NONE when it
    stayed as it was.

    ``bytes`` is the size after the write (0 after a REMOVE).
    """

    at: int
    request: int
    table: str
    partition: str
    key: str
    hash: float
    change: str
    bytes: int
    units: float


class IndexWritten(NamedTuple):
    """A write reached a secondary index: its entry there came (INSERT), went (REMOVE), changed in place (MODIFY) or
    went to another place (MOVE, charged twice).

    ``partition`` is one of the index, ``bytes`` the size of the entry after the write (0 after a REMOVE), ``behind`` how
    long the change was on its way (µs, 0 where an index is written together with its table). ``request`` is the one that
    wrote to the table; what it moves in an index that lags behind arrives as a REMOVE and an INSERT, in either order.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    key: str
    hash: float
    change: str
    bytes: int
    units: float
    behind: int


class IndexQueued(NamedTuple):
    """A write's change to a global index began its way there; an ``IndexWritten`` of the same request, index, key and
    change is its end. ``waiting`` is how many changes were in the index's queue then, this one included.
    """

    at: int
    request: int
    table: str
    index_name: str
    key: str
    hash: float
    change: str
    waiting: int


class IndexPaused(NamedTuple):
    """Changes to a global index no longer arrive (``paused``), or arrive again."""

    at: int
    request: int
    table: str
    index_name: str
    paused: bool


class ItemExpired(NamedTuple):
    """An item was deleted because its time to live had passed: it expired at ``expired_at``, ``late`` µs ago.

    ``bytes`` is the size that it had.
    """

    at: int
    request: int
    table: str
    partition: str
    key: str
    hash: float
    bytes: int
    expired_at: int
    late: int


class WriteRefused(NamedTuple):
    """The condition of a write did not hold: nothing changed, and the units were spent all the same."""

    at: int
    request: int
    table: str
    partition: str
    key: str
    hash: float
    units: float


class ItemPrepared(NamedTuple):
    """An item is pending from now on, for the transaction of that ``timestamp`` (virtual time, µs); ``due`` is when it is to
    be committed.
    """

    at: int
    request: int
    timestamp: int
    table: str
    partition: str
    key: str
    hash: float
    due: int


class ItemCommitted(NamedTuple):
    """What was prepared is done, and the item is free again; an ``ItemWritten`` of the same request just before says what.

    ``late`` is by how much it was overdue (µs): its partition had no leader.
    """

    at: int
    request: int
    timestamp: int
    table: str
    partition: str
    key: str
    hash: float
    late: int


class TransactionCommitted(NamedTuple):
    """All ``items`` of a transaction are committed."""

    at: int
    request: int
    timestamp: int
    items: int


class TransactionCancelled(NamedTuple):
    """A transaction that reads or writes was cancelled; ``reasons`` has a code for each of its actions, in order."""

    at: int
    request: int
    timestamp: int
    reasons: tuple[str, ...]


class ConflictMet(NamedTuple):
    """A request met an item that is pending for another one, ``holder``, whose transaction has that ``timestamp``."""

    at: int
    request: int
    table: str
    partition: str
    key: str
    hash: float
    holder: int
    timestamp: int


class PageRead(NamedTuple):
    """A Query or Scan read on one partition: ``examined`` items of ``bytes`` in all, of which
    ``matched`` passed the filter. ``index_name`` is the secondary index that it read, empty for the table itself; what a
    local index lacks and the table has to add is such a read of the table.

    ``key`` is the partition key that a Query named, empty for a Scan. ``units`` is this partition's part of what the request consumed.
    """

    at: int
    request: int
    operation: str
    table: str
    index_name: str
    partition: str
    key: str
    examined: int
    matched: int
    bytes: int
    units: float
    consistent: bool


class Throttled(NamedTuple):
    """A request was refused for want of units of one ``side`` (Read or Write) of a table or a global index.

    ``budget`` is what had nothing left: "provisioned", "on-demand", "maximum", "quota" (all of the table or index), "share"
    or "partition" (of the one named). ``rate`` is what flows into it, in units a second, ``level`` how many units were in
    it, 0 or less. ``key`` is the item's, empty for a page; ``hash`` is where in the key space it was asked for.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    side: str
    budget: str
    key: str
    hash: float
    rate: float
    level: float


class ReplicaRead(NamedTuple):
    """The replica in ``zone``, which is the leader or a follower, answered the read that the event before tells of: it
    lacked ``versions`` writes to what was read, the oldest of them done ``behind`` µs ago. Nothing lacking: not stale.

    Of a page, ``versions`` are the items and entries in its range that the replica showed as they were.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    key: str
    zone: str
    role: str
    versions: int
    behind: int


class Replicated(NamedTuple):
    """A write became number ``lsn`` in the log of its partition; ``applied`` says when (µs) the replica in each zone
    applies it as things stand, None where that waits for the zone to come back. ``index_name`` is the global index to
    which it was written, empty for the table itself.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    lsn: int
    leader: str
    applied: tuple[int | None, ...]


class LeaderChanged(NamedTuple):
    """The replica in ``leader`` leads a partition from now on, instead of the one in ``before``; writes up to ``lsn`` are
    in its log. ``index_name`` is the global index whose partition it is, empty for the table itself.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    before: str
    leader: str
    lsn: int


class FaultBegan(NamedTuple):
    """Something went wrong with a zone: it was "lost", "cut" off from the others, or became "slow"."""

    at: int
    request: int
    region: str
    zone: str
    fault: str


class FaultEnded(NamedTuple):
    """A fault of a zone ended; one that was lost or cut off begins to catch up, unless something else is wrong there."""

    at: int
    request: int
    region: str
    zone: str
    fault: str


class ZoneCaughtUp(NamedTuple):
    """A zone has all writes that the others have, and counts for quorums again."""

    at: int
    request: int
    region: str
    zone: str


class TableChanged(NamedTuple):
    """A table took on a new status; DELETED means that it is gone."""

    at: int
    request: int
    table: str
    status: str


class IndexChanged(NamedTuple):
    """A secondary index took on a new status; DELETED means that it is gone."""

    at: int
    request: int
    table: str
    index_name: str
    status: str


class PartitionCreated(NamedTuple):
    """A partition began to serve the key range from ``low`` up to, not including, ``high``."""

    at: int
    request: int
    table: str
    partition: str
    low: float
    high: float


class SplitBegan(NamedTuple):
    """A partition of a table, or of its global index ``index_name``, began to split by itself: ``reason`` is "size", "heat"
    or "throughput". It will be cut at ``boundary``, within an item collection before the item of that ``key`` (empty: between
    collections), and is expected to be so at ``ends`` (µs). Until then it serves as before.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    reason: str
    boundary: float
    key: str
    ends: int


class SplitCalledOff(NamedTuple):
    """A split that was under way ended without effect: its partition was split by hand, or its table or index deleted."""

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    reason: str


class SplitDeclined(NamedTuple):
    """A partition had ``reason`` to split ("size" or "heat") and does not, ``because`` of "one item", which can't be parted, "one item
    collection", which a local index keeps together, or "sequential keys", which would all go to one half.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    reason: str
    because: str


class PartitionSplit(NamedTuple):
    """``partition`` of a table, or of its global index ``index_name``, was cut at ``boundary`` into ``left`` and ``right``:
    ``kept`` items below it, ``moved`` at or above. ``key`` is as in ``SplitBegan``.
    """

    at: int
    request: int
    table: str
    index_name: str
    partition: str
    left: str
    right: str
    boundary: float
    key: str
    kept: int
    moved: int


class StreamRecordWritten(NamedTuple):
    """A change to an item was recorded in the table's stream: ``change`` is INSERT, MODIFY or REMOVE, ``bytes`` the
    size of the record, and it can be read from ``arrives`` on (µs).
    """

    at: int
    request: int
    table: str
    shard: str
    sequence_number: str
    key: str
    hash: float
    change: str
    bytes: int
    arrives: int


class ShardOpened(NamedTuple):
    """A shard of a stream began to record the changes in ``partition``, which serves [``low``, ``high``).

    ``parent`` is the shard that it goes on from; empty if there is none.
    """

    at: int
    request: int
    table: str
    shard: str
    parent: str
    partition: str
    low: float
    high: float


class ShardClosed(NamedTuple):
    """A shard of a stream ended: its partition was split, it had been open long enough (then a child of the same partition
    goes on), or the stream was disabled.
    """

    at: int
    request: int
    table: str
    shard: str
    partition: str


class StreamRead(NamedTuple):
    """A reader took ``records`` records of ``bytes`` in all from a shard, the first of them ``behind`` µs after it was
    written (0 if there was none).
    """

    at: int
    request: int
    table: str
    shard: str
    records: int
    bytes: int
    behind: int


class StreamReadRefused(NamedTuple):
    """A reader of a shard was refused, because all its readers together had taken more than it gives out: ``rate`` bytes a
    second, of which ``level`` were left, 0 or less.
    """

    at: int
    request: int
    table: str
    shard: str
    rate: float
    level: float


class ConsumerChanged(NamedTuple):
    """A consumer of a stream took on a new status: RUNNING, PAUSED, DROPPED or STOPPED."""

    at: int
    request: int
    consumer: str
    table: str
    status: str


class ConsumerInvoked(NamedTuple):
    """A consumer sent a batch to its function: ``records`` records, from sequence number ``first`` to ``last``, for the
    ``attempt``-th time. ``iterator_age`` is the age of the last of them (µs).

    ``lane`` tells batches of one shard apart that are at work at the same time; ``invocation`` is the call's number.
    """

    at: int
    request: int
    consumer: str
    table: str
    shard: str
    lane: int
    invocation: int
    attempt: int
    records: int
    first: str
    last: str
    iterator_age: int


class ConsumerReturned(NamedTuple):
    """A call of a consumer's function came to its end: ``outcome`` is OK, PARTIAL (only the first ``done`` records are
    done), FAILED, or LOST with the consumer. ``took`` µs; ``error`` says what went wrong.
    """

    at: int
    request: int
    consumer: str
    table: str
    shard: str
    lane: int
    invocation: int
    outcome: str
    done: int
    took: int
    error: str


class ConsumerDiscarded(NamedTuple):
    """A consumer gave a batch up, and told its on-failure destination: ``reason`` is RetryAttemptsExhausted or
    RecordAgeExceeded.
    """

    at: int
    request: int
    consumer: str
    table: str
    shard: str
    lane: int
    records: int
    first: str
    last: str
    reason: str


Event = (
    RequestServed
    | ItemRead
    | ItemWritten
    | IndexWritten
    | IndexQueued
    | IndexPaused
    | ItemExpired
    | WriteRefused
    | ItemPrepared
    | ItemCommitted
    | TransactionCommitted
    | TransactionCancelled
    | ConflictMet
    | PageRead
    | ReplicaRead
    | Replicated
    | LeaderChanged
    | FaultBegan
    | FaultEnded
    | ZoneCaughtUp
    | Throttled
    | TableChanged
    | IndexChanged
    | PartitionCreated
    | SplitBegan
    | SplitCalledOff
    | SplitDeclined
    | PartitionSplit
    | StreamRecordWritten
    | ShardOpened
    | ShardClosed
    | StreamRead
    | StreamReadRefused
    | ConsumerChanged
    | ConsumerInvoked
    | ConsumerReturned
    | ConsumerDiscarded
)
