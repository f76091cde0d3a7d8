"""The requests that a trace tells of: who made each, what it asked for, what became of it, and its own events."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import count
from dynateach.drawing.film import seconds
from dynateach.drawing.palette import CONFLICT, READ, REFUSED, STALE_READ, THROTTLE, WAIT, WRITE, Word
from dynateach.events import (
    Event,
    FaultBegan,
    ItemRead,
    ItemWritten,
    LeaderChanged,
    PageRead,
    ReplicaRead,
    Replicated,
    RequestServed,
    StreamRead,
    StreamReadRefused,
    Throttled,
    ZoneCaughtUp,
)
from dynateach.topics.parts.replicas import Arrival, settled

OTHERS = "others"
MOST = 300
"""How many requests one picture holds."""

Owner = Mapping[int, str]
E = TypeVar("E")


@dataclass
class Asked:
    """One request: its client, when it was made and answered (seconds), and the events that it caused."""

    request: int
    client: str
    at: float
    until: float
    operation: str
    outcome: str
    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[E]) -> list[E]:
        """Its events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def has(self, *kinds: type) -> bool:
        """Whether it caused an event of one of those kinds."""
        return any(isinstance(event, kinds) for event in self.events)

    @property
    def lacked(self) -> int:
        """How many writes the replicas that answered it lacked."""
        return max((read.versions for read in self.of(ReplicaRead)), default=0)

    @property
    def kind(self) -> Word | None:
        """The word of the pictures for it; None for what reads and writes no items."""
        if self.has(Throttled, StreamReadRefused):
            return THROTTLE
        if self.outcome != "OK":
            return CONFLICT if "Conflict" in self.outcome else REFUSED
        if self.has(ItemWritten):
            return WRITE
        if self.has(ItemRead, PageRead, StreamRead):
            return STALE_READ if self.lacked else READ
        return WAIT if self.operation in _EMPTY_HANDED else None

    @property
    def seen(self) -> float:
        """When its mark stands: a read's where the answer arrives."""
        return self.until if self.kind in (READ, STALE_READ) else self.at

    @property
    def key(self) -> str:
        """What it asked for, if that was one thing."""
        keys = {event.key for event in self.events if isinstance(event, (ItemRead, ItemWritten, PageRead))}
        return keys.pop() if len(keys) == 1 else ""

    @property
    def sentence(self) -> str:
        """It in one sentence."""
        of = f" of {self.key}" if self.key else ""
        became = "" if self.outcome == "OK" else f": {self.outcome}"
        answered = "".join(
            f", answered by the {read.role} in zone {read.zone[-1]}"
            + (f", which lacks {count(read.versions, 'write')}" if read.versions else "")
            for read in self.of(ReplicaRead)[:1]
        )
        return f"{self.client}: {self.operation}{of}{became}{answered} (request {self.request})."


_EMPTY_HANDED = ("GetRecords",)


class Told:
    """The requests of a trace, at most ``MOST``: the last before and at the ``proof``. ``owner`` names the client of each
    that is not somebody else's.
    """

    def __init__(self, events: Sequence[Event], owner: Owner, proof: Collection[int]) -> None:
        self.timeless = len({event.at for event in events}) < 2 and not any(map(_took, events))
        self.events = list(_one_a_second(events)) if self.timeless else list(events)
        asked = list(_requests(self.events, owner))
        last = max((place for place, one in enumerate(asked) if one.request in proof), default=len(asked) - 1)
        self.requests = asked[max(0, last + 1 - MOST) : last + 1 + MOST // 10]
        self.drawn = {one.request for one in self.requests}
        self.proof = [one for one in self.requests if one.request in proof][-6:]
        self._cut()

    def shows(self, at: float) -> bool:
        """Whether a moment lies in what is drawn."""
        return self.starts <= at <= self.ends

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind, up to the end of what is drawn."""
        return [event for event in self.events if isinstance(event, kind)]

    @cached_property
    def arrivals(self) -> list[tuple[str, str, Arrival]]:
        """When each write to a table was applied in each zone, with its table and partition."""
        written = dict.fromkeys((one.table, one.partition) for one in self.of(Replicated) if not one.index_name)
        return [(*place, one) for place in written for one in settled(self._of_partition(*place))]

    def _of_partition(self, table: str, partition: str) -> Iterator[Event]:
        for event in self.events:
            if isinstance(event, (Replicated, LeaderChanged)):
                if (event.table, event.partition, event.index_name) == (table, partition, ""):
                    yield event
            elif isinstance(event, (FaultBegan, ZoneCaughtUp)):
                yield event

    def _cut(self) -> None:
        """From a little before the first request that is drawn to a little after the last."""
        if not self.requests:
            return
        first, last = self.requests[0].at, max(one.until for one in self.requests)
        margin = max((last - first) * 0.06, 0.5 if self.timeless else 0.005)
        self.starts, self.ends = first - margin, last + margin
        self.events = [event for event in self.events if seconds(event.at) <= self.ends]


def _took(event: Event) -> int:
    return event.took if isinstance(event, RequestServed) else 0


def _requests(events: Sequence[Event], owner: Owner) -> Iterator[Asked]:
    own: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events:
        own[event.request].append(event)
    for event in events:
        if isinstance(event, RequestServed):
            at, until = seconds(event.at), seconds(event.at + event.took)
            client = owner.get(event.request, OTHERS)
            yield Asked(event.request, client, at, until, event.operation, event.outcome, own[event.request])


def _one_a_second(events: Sequence[Event]) -> Iterator[Event]:
    """The same on a clock that moves on by a second after each request: where nothing takes time, all would lie on one spot."""
    served = 0
    for event in events:
        at = EPOCH + (served + 1) * SECOND
        later: dict[str, Any] = {"arrives": at} if hasattr(event, "arrives") else {}
        yield event._replace(at=at, **later)
        served += isinstance(event, RequestServed)
