"""A lane of a shard: one batch at a time, in order; a batch that fails holds up what comes after it."""

from collections import deque
from collections.abc import Callable, Sequence

from dynateach.clock import SECOND, Action, Alarm
from dynateach.consumers.batch import RETRIES_EXHAUSTED, TOO_OLD, Batch, is_full, next_batch
from dynateach.consumers.calls import Calls
from dynateach.consumers.invocation import LOST, OK, Invocation
from dynateach.consumers.reader import Record

FIRST_RETRY = SECOND
LONGEST_RETRY = 30 * SECOND
"""How long to wait before a batch is sent again: twice as long each time, up to this. Assumed."""


class Lane:
    """Sends the records in ``waiting`` to the function.

    ``finished`` hears of records that are done or given up, ``turn`` is called when there may be more to do.
    ``running`` is the call under way, if there is one.
    """

    def __init__(
        self,
        calls: Calls,
        shard: str,
        number: int,
        finished: Callable[[Sequence[Record]], object],
        turn: Action,
    ) -> None:
        self.waiting: deque[Record] = deque()
        self.running: Invocation | None = None
        self._calls = calls
        self._shard = shard
        self._number = number
        self._finished = finished
        self._turn = turn
        self._cut: deque[Batch] = deque()
        self._not_before = 0
        self._gathering_since = 0
        self._last: Invocation | None = None
        self._alarm: Alarm | None = None

    @property
    def hungry(self) -> bool:
        """Whether it is worth reading more records for it: no batch of its own waits, and there is less than one more."""
        return not self._cut and len(self.waiting) < self._calls.settings.batch_size

    def add(self, record: Record) -> None:
        """Take a record in."""
        if not self.waiting:
            self._gathering_since = self._calls.clock.now
        self.waiting.append(record)

    def go_on(self) -> None:
        """Send the next batch if it is time, or be woken when it is."""
        while self.running is None and (when := self._when()) is not None:
            if when > self._calls.clock.now:
                self._wake_at(when, self._turn)
                return
            self._send(self._cut.popleft() if self._cut else self._gathered())

    def let_go(self, *, lose_call: bool) -> None:
        """Forget all that waits. A call under way comes to its end, and what it did counts; or it is lost."""
        self.waiting.clear()
        self._cut.clear()
        if self.running and not lose_call:
            return
        self._cancel()
        if self.running:
            self.running.outcome, self.running.done = LOST, 0
            self._calls.ended(self.running)
            self.running = None

    def _when(self) -> int | None:
        """When the next batch is to be sent (µs); None if there is none."""
        settings = self._calls.settings
        if self._cut:
            return self._not_before
        if not self.waiting:
            return None
        window = settings.maximum_batching_window_in_seconds
        if not window or is_full(self.waiting, settings.batch_size):
            return self._calls.clock.now
        return self._gathering_since + window * SECOND

    def _gathered(self) -> Batch:
        self._gathering_since = self._calls.clock.now
        return next_batch(self.waiting, self._calls.settings.batch_size)

    def _send(self, batch: Batch) -> None:
        old, fresh = batch.without_old(self._calls.clock.now, self._calls.settings)
        if old.records:
            self._give_up(old, TOO_OLD, self._last if batch.retries else None)
        if fresh.records:
            self.running = self._last = self._calls.send(self._shard, self._number, fresh)
            self._wake_at(self._calls.clock.now + self.running.took, self._end)

    def _end(self) -> None:
        """The call is over."""
        invocation, self.running = self.running, None
        assert invocation
        invocation.finish()
        self._calls.ended(invocation)
        self._finished(invocation.batch.records[: invocation.done])
        if invocation.outcome != OK:
            self._send_again(invocation)
        self._turn()

    def _send_again(self, invocation: Invocation) -> None:
        batch, done = invocation.batch, invocation.done
        again = batch.after_failure(done, self._calls.settings)
        if not again:
            self._give_up(batch._replace(records=batch.records[done:]), RETRIES_EXHAUSTED, invocation)
            return
        self._cut.extendleft(reversed(again))
        self._not_before = self._calls.clock.now
        if again[0].retries > batch.retries:
            self._not_before += min(FIRST_RETRY << min(batch.retries, 10), LONGEST_RETRY)

    def _give_up(self, batch: Batch, reason: str, last: Invocation | None) -> None:
        self._calls.discard(self._shard, self._number, batch, reason, last)
        self._finished(batch.records)

    def _wake_at(self, time: int, action: Action) -> None:
        self._cancel()
        self._alarm = self._calls.clock.at(time, action)

    def _cancel(self) -> None:
        if self._alarm:
            self._alarm.cancel()
