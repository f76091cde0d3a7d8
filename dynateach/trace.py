"""The trace: what the engine did, as typed events on the virtual clock.

Pictures are functions of a trace, and a check may judge one. What each event tells is in ``dynateach.events``; they can be
imported from here too.
"""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dynateach.clock import EPOCH, SECOND
from dynateach.events import (
    ConflictMet,
    ConsumerChanged,
    ConsumerDiscarded,
    ConsumerInvoked,
    ConsumerReturned,
    Event,
    FaultBegan,
    FaultEnded,
    IndexChanged,
    IndexPaused,
    IndexQueued,
    IndexWritten,
    ItemCommitted,
    ItemExpired,
    ItemPrepared,
    ItemRead,
    ItemWritten,
    LeaderChanged,
    PageRead,
    PartitionCreated,
    PartitionSplit,
    ReplicaRead,
    Replicated,
    RequestServed,
    ShardClosed,
    ShardOpened,
    SplitBegan,
    SplitCalledOff,
    SplitDeclined,
    StreamRead,
    StreamReadRefused,
    StreamRecordWritten,
    TableChanged,
    Throttled,
    TransactionCancelled,
    TransactionCommitted,
    WriteRefused,
    ZoneCaughtUp,
)

if TYPE_CHECKING:
    import pandas

__all__ = [
    "ConflictMet",
    "ConsumerChanged",
    "ConsumerDiscarded",
    "ConsumerInvoked",
    "ConsumerReturned",
    "Event",
    "FaultBegan",
    "FaultEnded",
    "IndexChanged",
    "IndexPaused",
    "IndexQueued",
    "IndexWritten",
    "ItemCommitted",
    "ItemExpired",
    "ItemPrepared",
    "ItemRead",
    "ItemWritten",
    "LeaderChanged",
    "PageRead",
    "PartitionCreated",
    "PartitionSplit",
    "ReplicaRead",
    "Replicated",
    "RequestServed",
    "ShardClosed",
    "ShardOpened",
    "SplitBegan",
    "SplitCalledOff",
    "SplitDeclined",
    "StreamRead",
    "StreamReadRefused",
    "StreamRecordWritten",
    "TableChanged",
    "Throttled",
    "Trace",
    "TransactionCancelled",
    "TransactionCommitted",
    "WriteRefused",
    "ZoneCaughtUp",
]

E = TypeVar("E", bound=NamedTuple)


class Trace:
    """The newest ``limit`` events of a Lab, oldest first; ``dropped`` counts those that no longer fit."""

    def __init__(self, limit: int = 1_000_000) -> None:
        self.recording = True
        self._events: deque[Event] = deque(maxlen=limit)
        self._recorded = 0

    def record(self, event: Event) -> None:
        """Add an event (unless paused). O(1)."""
        if self.recording:
            self._events.append(event)
            self._recorded += 1

    @property
    def dropped(self) -> int:
        """How many events were recorded and are no longer here."""
        return self._recorded - len(self._events)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing inside the ``with`` block: for loading data whose story does not matter."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def clear(self) -> None:
        """Forget everything so far, the count of dropped events included."""
        self._events.clear()
        self._recorded = 0

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __reversed__(self) -> Iterator[Event]:
        return reversed(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind, such as ``lab.trace.of(ItemWritten)``."""
        return [event for event in self._events if type(event) is kind]

    def during(self, request: int) -> list[Event]:
        """The events of one request."""
        return [event for event in self._events if event.request == request]

    def frame(self, kind: type[NamedTuple] | None = None) -> "pandas.DataFrame":
        """The events as a pandas DataFrame, a row each, in order.

        With a ``kind``: that kind's events and fields. Without: every event, its kind in the column
        ``event``, empty where it has no such field. ``seconds`` is the virtual time since the
        clock's start.
        """
        import pandas

        chosen = self._events if kind is None else self.of(kind)
        rows = [event._asdict() for event in chosen]
        columns = list(kind._fields) if kind else _columns(self._events)
        frame = pandas.DataFrame(rows, columns=columns)
        frame.insert(0, "seconds", (frame["at"].astype("int64") - EPOCH) / SECOND)
        if kind is None:
            frame.insert(1, "event", [type(event).__name__ for event in chosen])
        return frame

    def lines(self) -> Iterator[str]:
        """Each event as one line of JSON: ``{"event": "ItemRead", "at": …}``."""
        for event in self._events:
            yield json.dumps({"event": type(event).__name__, **event._asdict()}, ensure_ascii=False)

    def digest(self) -> str:
        """A fingerprint of the whole trace: equal fingerprints mean equal histories."""
        fingerprint = sha256()
        for line in self.lines():
            fingerprint.update(line.encode() + b"\n")
        return fingerprint.hexdigest()


def _columns(events: Any) -> list[str]:
    fields = dict.fromkeys(("at", "request"))
    for event in events:
        fields.update(dict.fromkeys(event._fields))
    return list(fields)
