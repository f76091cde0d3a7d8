"""What a film of hot partitions shows of a trace: what each partition served, what it refused, and why.

Nothing here knows how the traffic came about: it is all read from the trace.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import ceil, floor

from dynateach.drawing.captions import count, percent
from dynateach.drawing.film import Lane, Level, Mark, Span, seconds
from dynateach.drawing.palette import THROTTLE
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS
from dynateach.dynamodb.storage.admission import ON_DEMAND, PARTITION, PROVISIONED, SHARE
from dynateach.events import ItemWritten, PartitionCreated, PartitionSplit, Throttled
from dynateach.lab import Lab

BIN = 2.0
"""Seconds over which what a partition serves is averaged."""
GAP = 3.0
"""Seconds without a refusal after which a stretch of refusals is over."""

MARKS = 45
"""How many marks there is room for beside one another."""

CAUSES = {
    PARTITION: "the partition's ceiling",
    PROVISIONED: "the table, which has no units left",
    ON_DEMAND: "the table, which takes no more on demand",
    SHARE: "the partition's fixed share",
}
"""The budgets that can refuse here, in words."""


def lanes(lab: Lab, group: str = "partitions") -> list[Lane]:
    """A lane for each partition that ever was, in the order in which they came."""
    return [Lane(partition, group=group) for partition in lives(lab)]


def lives(lab: Lab) -> dict[str, tuple[float, float | None]]:
    """When each partition began and when it was split (seconds; None if it never was), in the order in which they came."""
    found: dict[str, tuple[float, float | None]] = {}
    for event in lab.trace:
        if isinstance(event, PartitionCreated):
            found[event.partition] = seconds(event.at), None
        elif isinstance(event, PartitionSplit):
            found[event.partition] = found[event.partition][0], seconds(event.at)
            found.update({half: (seconds(event.at), None) for half in (event.left, event.right)})
    return found


def served(lab: Lab, end: float, ceiling: float = PARTITION_WRITE_UNITS) -> Iterator[Level]:
    """What each partition served, in WCU/s over two seconds each."""
    units: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for event in lab.trace.of(ItemWritten):
        units[event.partition][floor(seconds(event.at) / BIN)] += int(event.units)
    for partition, (born, died) in lives(lab).items():
        yield Level(partition, list(_rates(units[partition], born, died, end)), "WCU/s", ceiling)


def _rates(units: Counter[int], born: float, died: float | None, end: float) -> Iterator[tuple[float, float]]:
    last = end if died is None else died
    for i in range(floor(born / BIN), floor(last / BIN) + 1):
        since, until = max(born, i * BIN), min(last, (i + 1) * BIN)
        if until - since > BIN / 4:
            yield since, units[i] / (until - since)
    if died is not None:
        yield died, 0.0


def marks(lab: Lab, end: float) -> Iterator[Mark]:
    """Where writes were refused, in the lanes of their partitions: one mark for all refusals of a partition in a 45th of the film."""
    width = ceil(end / MARKS)
    by_place = defaultdict[tuple[str, int], list[Throttled]](list)
    for event in lab.trace.of(Throttled):
        by_place[event.partition, floor(seconds(event.at) / width)].append(event)
    for (partition, i), events in by_place.items():
        says = f"{count(len(events), 'write')} of {partition} refused from {i * width} s to {(i + 1) * width} s, {_by(events)}."
        yield Mark(seconds(events[-1].at), partition, THROTTLE, "", says)


def spans(lab: Lab) -> Iterator[Span]:
    """The stretches in which a partition's writes were refused."""
    by_partition = sorted(lab.trace.of(Throttled), key=lambda event: event.partition)
    for partition, events in groupby(by_partition, key=lambda event: event.partition):
        for stretch in _stretches(list(events)):
            says = f"{count(len(stretch), 'write')} of {partition} refused, {_by(stretch)}."
            yield Span(seconds(stretch[0].at), seconds(stretch[-1].at), partition, THROTTLE, "", says)


def _stretches(events: list[Throttled]) -> Iterator[list[Throttled]]:
    """Runs of refusals without a gap."""
    run = events[:1]
    for event in events[1:]:
        if seconds(event.at) - seconds(run[-1].at) > GAP:
            yield run
            run = []
        run.append(event)
    yield run


def _by(events: list[Throttled]) -> str:
    return " and ".join(f"{refused:,} by {CAUSES[budget]}" for budget, refused in causes(events).most_common())


def causes(events: Iterable[Throttled]) -> Counter[str]:
    """How many of these writes each kind of budget refused."""
    return Counter(event.budget for event in events)


def refused(lab: Lab, since: float, until: float) -> tuple[int, int]:
    """How many writes were refused between these moments (seconds), and how many were sent."""
    throttled = sum(since <= seconds(event.at) < until for event in lab.trace.of(Throttled))
    written = sum(since <= seconds(event.at) < until for event in lab.trace.of(ItemWritten))
    return throttled, throttled + written


def share(refusals: tuple[int, int]) -> str:
    """Such a pair in percent."""
    return percent(refusals[0] / refusals[1] if refusals[1] else 0.0)
