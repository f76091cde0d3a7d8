"""What one can set about a consumer: the parameters of Lambda's CreateEventSourceMapping, in Python's spelling.

Ranges and defaults are documented there, unless a line says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dynateach.consumers.filters import require_pattern
from dynateach.errors import LabError

Event = dict[str, Any]
"""What the function gets: ``{"Records": [...]}``."""


@dataclass(frozen=True)
class Settings:
    """How a consumer reads, retries and gives up.

    ``batch_size``: at most so many records go to the function together.
    ``maximum_batching_window_in_seconds``: how long to gather records for a batch that is not full.
    ``starting_position``: "TRIM_HORIZON", the oldest record, or "LATEST", what comes after now. Lambda has no default;
    that ours is the oldest is a choice.
    ``parallelization_factor``: so many batches of one shard are at work at once; an item's changes still keep their order.
    ``maximum_retry_attempts``, ``maximum_record_age_in_seconds``: when to give a batch up; -1 is never, which means
    until DynamoDB trims the record after 24 hours.
    ``bisect_batch_on_function_error``: halve a batch that failed before it is sent again.
    ``report_batch_item_failures``: heed ``{"batchItemFailures": [{"itemIdentifier": sequence number}]}`` in the answer.
    ``filters``: patterns of Lambda's event filtering; a record must match one of them.
    ``duration``: how long a call of the function takes (seconds of virtual time), or a function of the event that says
    so; the default of 0.1 is assumed. ``timeout``: after how many seconds a call is cut off.

    Raises ``LabError`` for a value that Lambda would not take.
    """

    batch_size: int = 100
    maximum_batching_window_in_seconds: int = 0
    starting_position: str = "TRIM_HORIZON"
    parallelization_factor: int = 1
    maximum_retry_attempts: int = -1
    maximum_record_age_in_seconds: int = -1
    bisect_batch_on_function_error: bool = False
    report_batch_item_failures: bool = False
    filters: Sequence[Mapping[str, Any]] = ()
    duration: float | Callable[[Event], float] = 0.1
    timeout: int = 3

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            chosen = getattr(self, name)
            fits = type(chosen) is int and low <= chosen <= high
            self._require(name, fits, f"It is a whole number from {low:,} to {high:,}.")
        self._require("starting_position", self.starting_position in _POSITIONS, f"Choose {' or '.join(_POSITIONS)}.")
        age = self.maximum_record_age_in_seconds
        self._require("maximum_record_age_in_seconds", age == -1 or age >= 60, "It is -1 or at least 60.")
        takes = callable(self.duration) or (isinstance(self.duration, int | float) and self.duration >= 0)
        self._require("duration", takes, "It is seconds, 0 or more, or a function of the event that says how many.")
        for pattern in self.filters:
            require_pattern(pattern)

    def _require(self, name: str, holds: bool, advice: str) -> None:
        if not holds:
            raise LabError(f"{name} cannot be {getattr(self, name)!r}", where="lab.consume", next=advice)

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> "Settings":
        """Settings from keyword arguments. Raises ``LabError`` for a name that is none."""
        known = [field.name for field in fields(cls)]
        for name in chosen:
            if name not in known:
                raise LabError(
                    f"a consumer has no setting {name!r}", where="lab.consume", next=f"It has {', '.join(known)}."
                )
        return cls(**chosen)


_RANGES = {
    "batch_size": (1, 10_000),
    "maximum_batching_window_in_seconds": (0, 300),
    "parallelization_factor": (1, 10),
    "maximum_retry_attempts": (-1, 10_000),
    "maximum_record_age_in_seconds": (-1, 604_800),
    "timeout": (1, 900),
}
_POSITIONS = ("TRIM_HORIZON", "LATEST")
