"""Who is told of what is new in a stream: the consumers on the Lab's clock, which are spared the polls that would find nothing.

No part of DynamoDB, whose consumers have to poll. A watcher hears of a record at the moment when it can be read, and that a
shard is closed when its last record can be. One alarm a shard, while something is on its way and somebody watches.
"""

from collections.abc import Callable

from dynateach.clock import Clock
from dynateach.dynamodb.storage.shard import Shard

Watcher = Callable[[str, str | None], object]
"""Told the id of a shard when there is something new in it: a record's sequence number, or None when it was closed. It may
set an alarm, no more.
"""


class Watch:
    """The watchers of one stream."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watchers: list[Watcher] = []
        self._waiting: set[str] = set()

    def join(self, watcher: Watcher, shards: list[Shard]) -> None:
        """Tell this one, too, from now on: also of what is in the stream's ``shards`` and has not arrived."""
        self._watchers.append(watcher)
        for shard in shards:
            arrived = shard.arrived(self._clock.now)
            if arrived < shard.next and shard.id not in self._waiting:
                self._tell(shard, arrived)

    def leave(self, watcher: Watcher) -> None:
        """Tell this one no more."""
        self._watchers.remove(watcher)

    def written(self, shard: Shard) -> None:
        """A record was written to the shard."""
        if self._watchers and shard.id not in self._waiting:
            self._tell(shard, shard.next - 1)

    def closed(self, shard: Shard) -> None:
        """The shard was closed."""
        if self._watchers and shard.id not in self._waiting:
            self._tell(shard, shard.next)

    def _tell(self, shard: Shard, first: int) -> None:
        """Tell of what has arrived from record number ``first`` on; of the rest when it arrives."""
        arrived = shard.arrived(self._clock.now)
        if first < arrived:
            self._ring(shard, shard.sequence_number(first))
        if arrived < shard.next:
            self._waiting.add(shard.id)
            self._clock.at(shard.arrival(arrived), lambda: self._go_on(shard, arrived))
        elif shard.closed is not None:
            self._ring(shard, None)

    def _go_on(self, shard: Shard, first: int) -> None:
        self._waiting.remove(shard.id)
        self._tell(shard, first)

    def _ring(self, shard: Shard, number: str | None) -> None:
        for watcher in self._watchers:
            watcher(shard.id, number)
