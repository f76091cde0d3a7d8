"""Records that go to the function together, and what becomes of those that it did not finish."""

from collections import deque
from typing import NamedTuple

from dynateach.clock import SECOND
from dynateach.consumers.reader import Record
from dynateach.consumers.settings import Settings
from dynateach.dynamodb.rules.limits import STREAM_RETENTION_SECONDS

PAYLOAD_BYTES = 6 * 1024 * 1024
"""Documented: what a synchronous call of a function can carry."""

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
"""Documented: why a batch was discarded, as the destination is told."""

TOO_OLD = "RecordAgeExceeded"
"""The same for records that are too old; that it is called so is assumed."""


class Batch(NamedTuple):
    """Records of one lane in order; ``retries`` is how often they have been sent again."""

    records: tuple[Record, ...]
    retries: int = 0

    @property
    def numbers(self) -> tuple[str, ...]:
        """The records' sequence numbers."""
        return tuple(record.number for record in self.records)

    def after_failure(self, done: int, settings: Settings) -> "tuple[Batch, ...]":
        """What is to be sent again when all records from ``done`` on failed; nothing if it is time to give them up.

        Documented: a batch is sent again as a whole, or from its first failure; with bisecting it is cut in two, at the
        first failure if the function told one, and that does not count as a retry. Assumed: that it is otherwise cut in
        the middle.
        """
        rest = self.records[done:]
        bisect = settings.bisect_batch_on_function_error
        if bisect and done:
            return (Batch(rest, self.retries),)
        if bisect and len(rest) > 1:
            middle = len(rest) // 2
            return Batch(rest[:middle], self.retries), Batch(rest[middle:], self.retries)
        if self.retries == settings.maximum_retry_attempts:
            return ()
        return (Batch(rest, self.retries + 1),)

    def without_old(self, now: int, settings: Settings) -> "tuple[Batch, Batch]":
        """The records that are too old to be sent, and the others."""
        oldest = now - _longest_age(settings)
        old = sum(record.arrived < oldest for record in self.records)
        return self._replace(records=self.records[:old]), self._replace(records=self.records[old:])


def next_batch(waiting: deque[Record], batch_size: int) -> Batch:
    """Take the next batch from what is waiting: as many as fit, one at least."""
    room = PAYLOAD_BYTES
    taken: list[Record] = []
    while waiting and len(taken) < batch_size:
        room -= len(waiting[0].text.encode())
        if taken and room < 0:
            break
        taken.append(waiting.popleft())
    return Batch(tuple(taken))


def is_full(waiting: deque[Record], batch_size: int) -> bool:
    """Whether a batch need not wait for more records."""
    return len(waiting) >= batch_size or sum(len(record.text) for record in waiting) >= PAYLOAD_BYTES


def _longest_age(settings: Settings) -> int:
    """Documented: the maximum record age, and never beyond the stream's own 24 hours (µs)."""
    age = settings.maximum_record_age_in_seconds
    return (STREAM_RETENTION_SECONDS if age == -1 else min(age, STREAM_RETENTION_SECONDS)) * SECOND
