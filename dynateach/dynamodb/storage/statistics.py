"""How many items there are, as DescribeTable tells it: counted now and then, not at every write."""

from typing import NamedTuple

from dynateach.dynamodb.storage.keyspace import KeySpace


class Statistics(NamedTuple):
    """What DescribeTable says of the contents of a table or index, as of ``at`` (virtual time, µs)."""

    at: int
    items: int
    bytes: int


class Census:
    """Counts a key space from time to time; the first count, at ``created`` (virtual time, µs), finds nothing."""

    def __init__(self, keyspace: KeySpace, created: int) -> None:
        self._keyspace = keyspace
        self._latest = Statistics(created, 0, 0)

    def latest(self, now: int, every: int) -> Statistics:
        """The newest count; a new one, if ``every`` microseconds have passed since the last."""
        if now - self._latest.at >= every:
            self._latest = Statistics(now, self._keyspace.items, self._keyspace.bytes)
        return self._latest
