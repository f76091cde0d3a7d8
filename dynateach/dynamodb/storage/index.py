"""A secondary index: a second key space over the same items, ordered by other attributes.

Documented: an index holds an entry for each item that has all of its key attributes; the entry consists of the index
key, the table's key and the attributes that the index projects. A global index has partitions of its own. The entries
of a local index lie in the partition of their items, so its key space is cut where the table's is.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.dynamodb.rules.schema import IndexSchema, Place
from dynateach.dynamodb.rules.values import Item, item_size
from dynateach.dynamodb.storage.keyspace import KeySpace, Partition, Stored
from dynateach.dynamodb.storage.statistics import Census, Statistics

if TYPE_CHECKING:
    from dynateach.dynamodb.storage.propagation import IndexQueue
    from dynateach.dynamodb.storage.replication import Replication

GLOBAL, LOCAL = "GlobalSecondaryIndexes", "LocalSecondaryIndexes"
"""The kinds of index, called as the API calls its lists of them."""


class Entry(NamedTuple):
    """What an index holds of one item: its place in the index, and the attributes that it projects."""

    place: Place
    stored: Stored


class Index:
    """One secondary index. ``definition`` is what it was created with, in wire form; ``created`` is virtual time
    (µs); ``status`` is CREATING, UPDATING, ACTIVE or DELETING; ``queue`` is how a global one follows its table, None
    if that takes no time; ``replication`` are the replicas of one that has a queue, if the profile has replicas.
    """

    def __init__(
        self, kind: str, definition: dict[str, Any], schema: IndexSchema, keyspace: KeySpace, created: int
    ) -> None:
        self.name: str = definition["IndexName"]
        self.kind = kind
        self.definition = definition
        self.schema = schema
        self.keyspace = keyspace
        self.status = "ACTIVE"
        self.backfilling = False
        self.queue: IndexQueue | None = None
        self.replication: Replication | None = None
        self._census = Census(keyspace, created)
        self.projects_all = definition["Projection"].get("ProjectionType") == "ALL"
        self.projected = frozenset((*schema.names, *definition["Projection"].get("NonKeyAttributes", ())))

    def statistics(self, now: int, every: int) -> Statistics:
        """How many entries there are and how large they are, as DescribeTable tells it."""
        return self._census.latest(now, every)

    @property
    def is_global(self) -> bool:
        """Whether it is a global secondary index."""
        return self.kind == GLOBAL

    def entry(self, place: Place, stored: Stored | None) -> Entry | None:
        """The entry for what lies at ``place`` in the table, if there is something and it belongs into the index."""
        if stored is None or not self.schema.holds(stored.item):
            return None
        return Entry(self.schema.place_of(stored.item, place), self._projection(stored))

    def project(self, item: Item) -> Item:
        """The attributes of an item that the index holds."""
        if self.projects_all:
            return item
        return {name: value for name, value in item.items() if name in self.projected}

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Which of these attributes it does not hold, in order."""
        return [] if self.projects_all else sorted(set(names) - self.projected)

    def replace(self, old: Entry | None, new: Entry | None) -> None:
        """Take away the one entry and lay down the other. O(log n)."""
        if old and (new is None or new.place != old.place):
            self.keyspace.partition_of(old.place).remove(old.place)
        if new:
            self.keyspace.partition_of(new.place).put(new.place, new.stored)

    def split(self, partition: Partition, at: Place) -> tuple[Partition, Partition]:
        """Cut one of its partitions in two at a place strictly inside its range. Raises ``ValueError`` if it is not inside."""
        halves = self.keyspace.split(partition, at)
        if self.replication:
            self.replication.split(partition, *halves, at)
        return halves

    def _projection(self, stored: Stored) -> Stored:
        if self.projects_all:
            return stored
        item = self.project(stored.item)
        return Stored(item, item_size(item))
