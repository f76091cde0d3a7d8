"""The calls of one consumer's function: made here, and written down."""

import math
from hashlib import md5
from typing import Any
from uuid import UUID

from dynateach.clock import SECOND, Clock
from dynateach.consumers.batch import Batch
from dynateach.consumers.destination import failure_record
from dynateach.consumers.invocation import Context, Function, Invocation, records_before_failure
from dynateach.consumers.settings import Event, Settings
from dynateach.dynamodb.storage.stream import Stream
from dynateach.trace import ConsumerDiscarded, ConsumerInvoked, ConsumerReturned, Trace
from dynateach.world import ACCOUNT


class Calls:
    """Calls the function ``name`` with batches of ``stream``.

    ``invocations`` are the calls so far, ``destination`` what the on-failure destination was told, ``crashes`` how many
    of the next calls will die.
    """

    def __init__(
        self, function: Function, name: str, stream: Stream, settings: Settings, clock: Clock, trace: Trace
    ) -> None:
        self.invocations: list[Invocation] = []
        self.destination: list[dict[str, Any]] = []
        self.crashes = 0
        self.settings = settings
        self.clock = clock
        self._function = function
        self._name = name
        self._stream = stream
        self._trace = trace
        self._arn = f"arn:aws:lambda:{stream.region}:{ACCOUNT}:function:{name}"

    def send(self, shard: str, lane: int, batch: Batch) -> Invocation:
        """Run the function on a batch now. What it does, it does at this moment; how it came out is known when it has
        ``took`` its time.
        """
        number, now = len(self.invocations) + 1, self.clock.now
        request_id = str(UUID(bytes=md5(f"{self._arn}/{number}".encode(), usedforsecurity=False).digest(), version=4))
        age = now - batch.records[-1].arrived
        invocation = Invocation(number, request_id, now, shard, lane, batch, age)
        self.invocations.append(invocation)
        self._record_sending(invocation)
        self._run(invocation)
        return invocation

    def ended(self, invocation: Invocation) -> None:
        """Write down how a call came out."""
        now, table = self.clock.now, self._stream.table_name
        self._trace.record(
            ConsumerReturned(
                now,
                0,
                self._name,
                table,
                invocation.shard,
                invocation.lane,
                invocation.number,
                invocation.outcome,
                invocation.done,
                now - invocation.at,
                invocation.error,
            )
        )

    def discard(self, shard: str, lane: int, batch: Batch, reason: str, last: Invocation | None) -> None:
        """Tell the destination of a batch that was given up; ``last`` is the last call that had it, if there was one."""
        now, stream, numbers = self.clock.now, self._stream, batch.numbers
        self.destination.append(
            failure_record(batch, shard=shard, stream=stream.arn, function=self._arn, reason=reason, last=last, now=now)
        )
        first, final = numbers[0], numbers[-1]
        self._trace.record(
            ConsumerDiscarded(now, 0, self._name, stream.table_name, shard, lane, len(numbers), first, final, reason)
        )

    def _run(self, invocation: Invocation) -> None:
        event: Event = {"Records": invocation.records}
        limit = self.settings.timeout
        context = Context(self._name, self._arn, invocation.request_id, limit)
        seconds = 0.0
        try:
            seconds = self._duration(event)
            invocation.done = self._records_done(self._function(event, context), invocation.batch)
        except (Exception, SystemExit) as error:
            invocation.error = f"{type(error).__name__}: {error}"
        if seconds > limit:
            invocation.done, invocation.error = 0, f"Task timed out after {limit}.00 seconds"
        if self.crashes:
            self.crashes -= 1
            invocation.done, invocation.error = 0, "Runtime.ExitError: it did its work and died"
        invocation.took = math.ceil(min(seconds, limit) * SECOND)

    def _duration(self, event: Event) -> float:
        duration = self.settings.duration
        return duration(event) if callable(duration) else duration

    def _records_done(self, answer: Any, batch: Batch) -> int:
        if self.settings.report_batch_item_failures:
            return records_before_failure(answer, batch)
        return len(batch.records)

    def _record_sending(self, invocation: Invocation) -> None:
        batch, numbers = invocation.batch, invocation.batch.numbers
        self._trace.record(
            ConsumerInvoked(
                invocation.at,
                0,
                self._name,
                self._stream.table_name,
                invocation.shard,
                invocation.lane,
                invocation.number,
                batch.retries + 1,
                len(numbers),
                numbers[0],
                numbers[-1],
                invocation.iterator_age,
            )
        )
