"""One call of the learner's function: the context that it gets, how it came out, and what its answer means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynateach.consumers.batch import Batch
from dynateach.consumers.settings import Event

RUNNING, OK, PARTIAL, FAILED, LOST = "RUNNING", "OK", "PARTIAL", "FAILED", "LOST"


@dataclass
class Context:
    """What Lambda tells a function about its call: the documented names, as far as they mean something here."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    timeout: int
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "128"

    def get_remaining_time_in_millis(self) -> int:
        """The whole timeout: virtual time stands still while the function runs."""
        return self.timeout * 1000


Function = Callable[[Event, Context], Any]


@dataclass
class Invocation:
    """One call: ``at`` it was made (virtual time, µs), and it ``took`` so many µs.

    ``outcome`` is RUNNING, OK, PARTIAL (only the first ``done`` records succeeded), FAILED, or LOST (the consumer was
    dropped meanwhile); ``error`` says what went wrong. ``iterator_age`` is documented as the age of the *last* record of
    the batch when it was sent (µs).
    """

    number: int
    request_id: str
    at: int
    shard: str
    lane: int
    batch: Batch = field(repr=False)
    iterator_age: int
    took: int = 0
    outcome: str = RUNNING
    error: str = ""
    done: int = 0

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the event, each call a fresh copy."""
        return [json.loads(record.text) for record in self.batch.records]

    def finish(self) -> None:
        """Its time is over: say how it came out."""
        if self.done == len(self.batch.records):
            self.outcome = OK
            return
        self.outcome = PARTIAL if self.done else FAILED
        self.error = self.error or "batchItemFailures"


def records_before_failure(answer: Any, batch: Batch) -> int:
    """How many records, from the first on, an answer with ``batchItemFailures`` says to be done.

    Documented: nothing, or an empty list, means all of them; the lowest sequence number named is where to go on; an
    identifier that is empty, missing or null means none of them. Assumed: so does one that is not in the batch, and an
    answer of another shape.
    """
    if answer is None:
        return len(batch.records)
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else [{}]
    if not failures:
        return len(batch.records)
    place = {number: i for i, number in enumerate(batch.numbers)}
    return min(place.get(_identifier(failure), 0) for failure in failures)


def _identifier(failure: Any) -> str:
    identifier = failure.get("itemIdentifier") if isinstance(failure, Mapping) else None
    return identifier if isinstance(identifier, str) else ""
