"""The stream of a table: every change to its items, in order, for 24 hours.

Documented (Developer Guide, *Change data capture for DynamoDB Streams*): a record appears once for each change, and
none for a write that changes nothing; the records of one item keep their order; a stream consists of shards, which
open, close and split by themselves, and a shard's parent is to be read before it; a record is trimmed after 24 hours;
a stream that was disabled, or whose table is gone, stays readable until then; enabling again makes a new stream.

Assumed, since AWS publishes none of it: that there is one open shard for each partition of the table, which closes when
the partition splits; how long after a write its record can be read (the profile's ``stream_lag``); how sequence numbers
and shard ids are made (theirs look like these). Observed by authors of connectors, and undocumented: a shard that has
been open for about four hours (``shard_life``) closes, and a child goes on. Here that happens at the next write or read
after its time, so that a stream that nobody uses costs nothing.

No fault of a zone reaches a stream. Assumed: it is a service of its own, with replicas of its own, and goes on.
"""

from datetime import UTC, datetime
from hashlib import md5
from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.schema import Place, readable
from dynateach.dynamodb.rules.values import Item, item_size
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition, Stored
from dynateach.dynamodb.storage.shard import RETENTION, Identity, Shard, StreamRecord
from dynateach.dynamodb.storage.watching import Watch
from dynateach.trace import ShardClosed, ShardOpened, StreamRecordWritten

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB
    from dynateach.dynamodb.storage.table import Table


def enable_stream(db: "DynamoDB", table: "Table", view_type: str, after: int = 0) -> "Stream":
    """Give a table a new stream, which records from now on, and says ENABLING until ``after`` µs have passed.

    The table must have none at the time: ``table.stream`` tells.
    """
    stream = Stream(db, table, view_type, ready=db.world.clock.now + after)
    db.streams[stream.arn] = stream
    table.stream = table.latest_stream = stream
    return stream


def disable_stream(db: "DynamoDB", table: "Table", after: int = 0) -> None:
    """Take a table's stream from it, if it has one: when it is disabled, and when the table is deleted.

    The stream says DISABLING until ``after`` µs have passed, and can be read for 24 hours.
    """
    if table.stream:
        table.stream.close(after)
        table.stream = None


def stream_description(table: "Table") -> dict[str, Any]:
    """What a TableDescription says of the table's stream, or of the last one that it had; nothing if there was none."""
    latest = table.latest_stream
    if latest is None:
        return {}
    enabled = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": latest.view_type}}
    return {
        **(enabled if table.stream else {}),
        "LatestStreamLabel": latest.label,
        "LatestStreamArn": latest.arn,
    }


def find_stream(db: "DynamoDB", arn: str) -> "Stream | None":
    """The region's stream with that ARN, or None; one that closed more than 24 hours ago is forgotten."""
    stream = db.streams.get(arn)
    if stream and stream.closed is not None and stream.closed < db.world.clock.now - RETENTION:
        del db.streams[arn]
        return None
    return stream


def all_streams(db: "DynamoDB") -> list["Stream"]:
    """All of the region's streams that ``find_stream`` finds, in the order of their ARNs."""
    return [stream for arn in sorted(db.streams) if (stream := find_stream(db, arn))]


class Stream:
    """One stream of one table: its shards, by id.

    ``created`` is when it was asked for, ``closed`` when it stopped to record, or None (virtual time, µs).
    ``watch`` tells a consumer on the Lab's clock of what can be read anew.
    """

    def __init__(self, db: "DynamoDB", table: "Table", view_type: str, ready: int) -> None:
        self.created = db.world.clock.now
        self.label = _free_label(db, table.name)
        self.arn = _arn(db, table.name, self.label)
        self.region = db.region
        self.view_type = view_type
        self.closed: int | None = None
        self.table_name = table.name
        self.key_schema: list[dict[str, str]] = table.definition["KeySchema"]
        self.shards: dict[str, Shard] = {}
        self.watch = Watch(db.world.clock)
        self._schema = table.schema
        self._keyspace = table.keyspace
        self._world = db.world
        self._lags = db.world.randomness.stream(f"stream lag {table.name}")
        self._lives = db.world.randomness.stream(f"shard life {table.name}")
        self._settled = ready
        self._open: dict[str, Shard] = {}
        for partition in table.keyspace.partitions:
            self._open_shard(table.keyspace, partition, None, db.world.request)

    @property
    def status(self) -> str:
        """StreamStatus at this moment."""
        settled = self._world.clock.now >= self._settled
        if self.closed is None:
            return "ENABLED" if settled else "ENABLING"
        return "DISABLED" if settled else "DISABLING"

    def record(
        self,
        partition: Partition,
        place: Place,
        change: str,
        old: Stored | None,
        new: Stored | None,
        identity: Identity | None = None,
    ) -> None:
        """Record that an item changed from ``old`` to ``new``; NONE, a write that changes nothing, leaves no record."""
        image = new or old
        if change == "NONE" or image is None:
            return
        world, shard = self._world, self._open[partition.id]
        if world.clock.now >= shard.until:
            shard = self._roll_over(shard)
        old, new = old if self.view_type in _WITH_OLD else None, new if self.view_type in _WITH_NEW else None
        keys = self._schema.key_of(image.item)
        size, arrives = _size(keys, old, new), self._arrival(shard)
        record = StreamRecord(world.clock.now, arrives, shard.next, change, keys, old, new, size, identity)
        shard.append(record)
        world.trace.record(
            StreamRecordWritten(
                record.at,
                world.request,
                self.table_name,
                shard.id,
                shard.sequence_number(record.ordinal),
                readable(place, self._schema, keys),
                hashing.position(place[0]),
                change,
                size,
                arrives,
            )
        )
        self.watch.written(shard)

    def follow_split(self, keyspace: KeySpace, partition: Partition, left: Partition, right: Partition) -> None:
        """Close the shard of a partition that was split, and open one for each half."""
        parent = self._close_shard(self._open[partition.id], request=0)
        for half in (left, right):
            self._open_shard(keyspace, half, parent, request=0)

    def close(self, after: int) -> None:
        """Record no more; all shards close."""
        for shard in list(self._open.values()):
            self._close_shard(shard, self._world.request)
        self.closed = self._world.clock.now
        self._settled = self.closed + after

    def find_shard(self, id: str) -> Shard | None:
        """The shard with that id and what can still be read of it, or None. Assumed: it goes 24 hours after it closed."""
        shard, now = self.shards.get(id), self._world.clock.now
        if shard is None:
            return None
        if shard.closed is None and now >= shard.until:
            self._roll_over(shard)
        oldest = now - RETENTION
        if shard.closed is not None and shard.closed < oldest:
            del self.shards[id]
            return None
        shard.trim(oldest)
        return shard

    def all_shards(self) -> list[Shard]:
        """All shards that ``find_shard`` finds, in the order of their ids, which is that of their opening."""
        for one in list(self._open.values()):
            self.find_shard(one.id)
        return [shard for id in sorted(self.shards) if (shard := self.find_shard(id))]

    def _arrival(self, shard: Shard) -> int:
        """When what is written to the shard now can be read."""
        now, lag = self._world.clock.now, self._world.profile.stream_lag
        return max(now + lag.draw(self._lags), shard.latest_arrival) if lag.slowest else now

    def _roll_over(self, shard: Shard) -> Shard:
        """Close a shard that has been open long enough: the child that goes on."""
        partition = self._keyspace.named(shard.partition)
        assert partition
        return self._open_shard(self._keyspace, partition, self._close_shard(shard, request=0), request=0)

    def _open_shard(self, keyspace: KeySpace, partition: Partition, parent: Shard | None, request: int) -> Shard:
        world, life = self._world, self._world.profile.shard_life
        until = world.clock.now + life.draw(self._lives) if life.slowest else _NEVER
        shard = Shard(self._shard_id(partition, parent), partition.id, parent, world.clock.now, until)
        self.shards[shard.id] = self._open[partition.id] = shard
        low, high = keyspace.bounds(partition)
        world.trace.record(
            ShardOpened(shard.opened, request, self.table_name, shard.id, shard.parent or "", partition.id, low, high)
        )
        return shard

    def _close_shard(self, shard: Shard, request: int) -> Shard:
        world = self._world
        del self._open[shard.partition]
        shard.closed = world.clock.now
        world.trace.record(ShardClosed(shard.closed, request, self.table_name, shard.id, shard.partition))
        self.watch.closed(shard)
        return shard

    def _shard_id(self, partition: Partition, parent: Shard | None) -> str:
        """The millisecond of its opening, so that ids sort by time, then eight hex digits; later than the parent's."""
        opened = self._world.clock.now // 1000
        if parent:
            opened = max(opened, int(parent.id.split("-")[1]) + 1)
        return (
            f"shardId-{opened:020d}-{md5(f'{self.arn}/{partition.id}'.encode(), usedforsecurity=False).hexdigest()[:8]}"
        )

    def _check(self) -> None:
        assert {one.id for one in self.shards.values() if one.closed is None} == {one.id for one in self._open.values()}
        for shard in self.shards.values():
            shard._check()


_NEVER = 1 << 62

_WITH_OLD = frozenset({"OLD_IMAGE", "NEW_AND_OLD_IMAGES"})
_WITH_NEW = frozenset({"NEW_IMAGE", "NEW_AND_OLD_IMAGES"})


def _size(keys: Item, *images: Stored | None) -> int:
    """Keys and images, each measured as an item is; gives the sizes of the examples in AWS's documentation."""
    return item_size(keys) + sum(image.size for image in images if image)


def _free_label(db: "DynamoDB", table: str) -> str:
    """The time in milliseconds, or the first one after it that no other stream of the table has."""
    milliseconds = db.world.clock.now // 1000
    while _arn(db, table, _label(milliseconds)) in db.streams:
        milliseconds += 1
    return _label(milliseconds)


def _label(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")


def _arn(db: "DynamoDB", table: str, label: str) -> str:
    return f"{db.arn(table)}/stream/{label}"
