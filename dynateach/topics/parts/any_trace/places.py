"""The lanes of such a film, and which of them an event belongs to."""

from collections import Counter
from typing import Any

from dynateach.drawing.film import Lane
from dynateach.drawing.palette import CLIENT, CONSUMER, INDEX, REPLICA, SHARD
from dynateach.dynamodb.storage.zones import LETTERS
from dynateach.events import (
    ConsumerDiscarded,
    ConsumerInvoked,
    IndexQueued,
    IndexWritten,
    ItemExpired,
    ItemRead,
    ItemWritten,
    PageRead,
    ReplicaRead,
    Replicated,
    StreamRead,
    StreamRecordWritten,
    Throttled,
    WriteRefused,
)
from dynateach.topics.parts.any_trace.told import OTHERS, Told

PARTITIONS = 8
"""How many partitions get a lane: those that had most to do."""
IN_ZONES = 2
"""Up to how many partitions are drawn replica by replica."""
SHARDS = 4

_AT_A_PARTITION = (ItemRead, ItemWritten, PageRead, WriteRefused, Throttled, ItemExpired)


class Places:
    """Where everything stands."""

    def __init__(self, told: Told) -> None:
        busy = Counter(
            (event.table, event.partition)
            for event in told.events
            if isinstance(event, _AT_A_PARTITION) and event.partition and not _of_index(event)
        )
        self._partitions = sorted((place for place, _ in busy.most_common(PARTITIONS)), key=_in_order)
        self._tables = {table for table, _ in self._partitions}
        replicated = any(isinstance(one, (ReplicaRead, Replicated)) and not one.index_name for one in told.events)
        self.in_zones = replicated and len(self._partitions) <= IN_ZONES
        self._indexes = sorted(
            {
                one.index_name
                for one in told.events
                if isinstance(one, (IndexWritten, IndexQueued, PageRead, Throttled)) and one.index_name
            }
        )
        shards = dict.fromkeys(one.shard for one in told.events if isinstance(one, (StreamRecordWritten, StreamRead)))
        self._shards = {shard: f"shard {number}" for number, shard in enumerate(list(shards)[:SHARDS], 1)}
        invoked, discarded = told.of(ConsumerInvoked), told.of(ConsumerDiscarded)
        self._consumers = sorted({one.consumer for one in invoked} | {one.consumer for one in discarded})
        self._clients = list(dict.fromkeys(one.client for one in told.requests))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """From those who ask, through what answers, to what follows."""
        clients = sorted(self._clients, key=lambda name: name == OTHERS)
        return (
            *(Lane(name, "" if name == OTHERS else "you", CLIENT) for name in clients),
            *self._storage(),
            *(Lane(self.index(name), "indexes", INDEX) for name in self._indexes),
            *(Lane(name, "stream", SHARD) for name in self._shards.values()),
            *(Lane(self.consumer(name), "consumers", CONSUMER) for name in self._consumers),
        )

    def partition(self, table: str, partition: str, zone: str = "") -> str | None:
        """The lane of a partition, or of its replica in that zone; None if it has none."""
        if (table, partition) not in self._partitions:
            return None
        name = partition if len(self._tables) == 1 else f"{table} {partition}"
        if not self.in_zones:
            return name
        if not zone:
            return None
        return f"zone {zone[-1]}" if len(self._partitions) == 1 else f"{name}, zone {zone[-1]}"

    def index(self, name: str) -> str:
        """The lane of an index."""
        return f"index {name}"

    def shard(self, shard: str) -> str | None:
        """The lane of a shard; None if it has none."""
        return self._shards.get(shard)

    def consumer(self, name: str) -> str:
        """The lane of a consumer."""
        return f"consumer {name}"

    def _storage(self) -> list[Lane]:
        zones = LETTERS if self.in_zones else ("",)
        named = [
            (self.partition(table, partition, zone), f"{table} {partition}" if zone else table)
            for table, partition in self._partitions
            for zone in zones
        ]
        return [Lane(name, group, REPLICA if self.in_zones else None) for name, group in named if name]


def _in_order(place: tuple[str, str]) -> tuple[str, int, str]:
    """p2 before p10."""
    table, partition = place
    return table, len(partition), partition


def _of_index(event: Any) -> bool:
    return bool(getattr(event, "index_name", ""))
