"""A table: its definition, its state, and the key space that holds its items."""

from collections import Counter
from typing import Any

from dynateach.dynamodb.rules.limits import ON_DEMAND_SWITCHES_PER_DAY, TABLE_CLASS_CHANGES_PER_MONTH
from dynateach.dynamodb.rules.schema import KeyAttribute, KeySchema, Place
from dynateach.dynamodb.storage.admission import Admission
from dynateach.dynamodb.storage.changes import Rationed, ThroughputChanges
from dynateach.dynamodb.storage.expiry import Expiry
from dynateach.dynamodb.storage.history import History
from dynateach.dynamodb.storage.index import Index
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition
from dynateach.dynamodb.storage.pending import Pending
from dynateach.dynamodb.storage.replication import Replication
from dynateach.dynamodb.storage.settings import Insights, TimeToLive
from dynateach.dynamodb.storage.splitting import Splitting
from dynateach.dynamodb.storage.statistics import Census, Statistics
from dynateach.dynamodb.storage.stream import Stream
from dynateach.world import World

CREATING, ACTIVE, UPDATING, DELETING = "CREATING", "ACTIVE", "UPDATING", "DELETING"


class Table:
    """One table of one region. ``definition`` is what CreateTable was given, in wire form;
    ``created`` is virtual time (µs). ``collections`` holds the bytes of each item collection, if the table has a local
    index: only then are they limited. ``stream`` is the one that records its changes, ``latest_stream`` the last that did.
    ``restored`` is its RestoreSummary, ``history`` what it looked like before (while point-in-time recovery is enabled).
    ``expiry`` is what deletes expired items, while ``time_to_live`` is in effect. ``splitting`` is what splits partitions.
    ``pending`` are the items of transactions under way, if these take time.
    ``insights`` and ``throughput_changes`` are kept for the table (under the name "") and for each global index.
    """

    def __init__(
        self, world: World, definition: dict[str, Any], id: str, schema: KeySchema, keyspace: KeySpace
    ) -> None:
        self.name: str = definition["TableName"]
        self.definition = definition
        self.id = id
        self.schema = schema
        self.keyspace = keyspace
        self.created = world.clock.now
        self.status = CREATING
        self.indexes: dict[str, Index] = {}
        self.collections: Counter[Place] = Counter()
        self.stream: Stream | None = None
        self.latest_stream: Stream | None = None
        self.restored: dict[str, Any] | None = None
        self.history: History | None = None
        self.replication: Replication | None = None
        self.pending: Pending | None = None
        self.tags: dict[str, str] = {}
        self.time_to_live: TimeToLive | None = None
        self.expiry: Expiry | None = None
        self.insights: dict[str, Insights] = {}
        self.throughput_changes: dict[str, ThroughputChanges] = {}
        self.on_demand_switches = Rationed(ON_DEMAND_SWITCHES_PER_DAY, days=1)
        self.class_changes = Rationed(TABLE_CLASS_CHANGES_PER_MONTH, days=30)
        self.on_demand_since: int | None = None
        self.admission: Admission | None = None
        self.splitting = Splitting(world, self)
        self._census = Census(keyspace, self.created)

    @property
    def on_demand(self) -> bool:
        """Whether the table pays for each request, rather than for provisioned capacity."""
        return bool(self.definition.get("BillingMode") == "PAY_PER_REQUEST")

    def statistics(self, now: int, every: int) -> Statistics:
        """The table's item count and size, counted again when ``every`` microseconds have passed
        since the last time.
        """
        return self._census.latest(now, every)

    def split(self, partition: Partition, at: Place) -> tuple[Partition, Partition]:
        """Cut a partition in two at a place strictly inside its range, and its part of every local index with it: for
        ``Splitting.cut``, which sees to the rest.

        Raises ``ValueError`` if the place is not inside.
        """
        halves = self.keyspace.split(partition, at)
        if self.replication:
            self.replication.split(partition, *halves, at)
        for index in self.indexes.values():
            if not index.is_global:
                index.split(index.keyspace.partition_of(at), at)
            elif index.queue:
                index.queue.follow_split(partition.id, halves)
        return halves

    def retire(self) -> None:
        """The table is gone: nothing that was still to happen in it will."""
        if self.expiry:
            self.expiry.close()
        if self.pending:
            self.pending.close()
        for index in self.indexes.values():
            if index.queue:
                index.queue.close()

    @property
    def has_local_indexes(self) -> bool:
        """Whether any of its indexes is local; a table keeps them for life."""
        return any(not index.is_global for index in self.indexes.values())


def key_schema(elements: list[dict[str, str]], types: dict[str, str]) -> KeySchema:
    """A KeySchema in wire form as a ``KeySchema``; ``types`` are the attribute definitions."""
    attributes = [KeyAttribute(element["AttributeName"], types[element["AttributeName"]]) for element in elements]
    return KeySchema(*attributes)
