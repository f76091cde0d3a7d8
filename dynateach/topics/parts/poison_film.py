"""The parts of the film about a poison record: the shard, the calls of the function, what became of each record, two levels.

``gone`` is the name of the lane of the records that are given up.
"""

from collections import Counter
from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.consumers import Invocation
from dynateach.drawing.captions import count
from dynateach.drawing.film import Journey, Lane, Level, Mark, Span, seconds
from dynateach.drawing.palette import CONSUMER, FAULT, RECORD, SHARD, WAIT

if TYPE_CHECKING:
    from dynateach.topics.poison import Fate, Story

SOURCE, DONE, WAITING, AGE = "shard", "done", "not done", "iterator age"
FAILURES = ("FAILED", "PARTIAL")
"""How a call comes out that does not do all of its batch."""

CAPTION = (
    "A line leads from when a record can be read to when it is done, or given up. Bands are calls of the function, hatched where they failed."
    " Iterator age: how old a batch's last record is when it is sent. Assumed: how long calls and pauses take. A fork fixes the function."
)


def lanes(story: "Story", gone: str) -> Iterator[Lane]:
    """The shard, a row for each lane, in which one batch is at work at a time, where records end, and two levels."""
    yield Lane(SOURCE, kind=SHARD)
    for number in range(story.plan.lanes):
        yield Lane(_function(story, number), group="function" if story.plan.lanes > 1 else "", kind=CONSUMER)
    yield Lane(DONE)
    yield Lane(gone, kind=FAULT)
    yield Lane(WAITING)
    yield Lane(AGE)


def marks(story: "Story", gone: str) -> Iterator[Mark]:
    """The records when they can be read, and when they are done or given up."""
    for fate in story.fates:
        one = fate.change
        if one.label == story.bad:
            yield Mark(one.arrives, SOURCE, FAULT, one.label, f"The function cannot take {one.label}. {_says(fate)}")
        else:
            yield Mark(one.arrives, SOURCE, RECORD, "", _says(fate))
    for at, number in sorted(Counter(fate.done for fate in story.fates if fate.done < inf).items()):
        yield Mark(at, DONE, CONSUMER, str(number), f"{count(number, 'record')} done.")
    for at, number in sorted(Counter(fate.given_up for fate in story.fates if fate.given_up < inf).items()):
        yield Mark(at, gone, FAULT, str(number), f"{count(number, 'record')} given up.")


def journeys(story: "Story", gone: str) -> Iterator[Journey]:
    """Each record that comes to an end, from when it can be read."""
    for fate in story.fates:
        end = min(fate.done, fate.given_up)
        if end == inf:
            continue
        to = gone if fate.given_up < inf else DONE
        kind = FAULT if fate.change.label == story.bad else RECORD
        yield Journey(fate.change.arrives, end, SOURCE, to, kind, _says(fate))


def spans(story: "Story") -> Iterator[Span]:
    """The calls, and the pauses between one that failed and the next of the same batch."""
    for call in story.calls:
        records, tries = len(call.batch.numbers), call.batch.retries + 1
        says = f"{count(records, 'record')}, try {tries}: {_OUTCOMES[call.outcome]}."
        kind = FAULT if call.outcome in FAILURES else CONSUMER
        yield Span(seconds(call.at), ended(call), _function(story, call.lane), kind, str(records), says)
    for call, pause in pauses(story):
        at, says = seconds(call.at), f"{pause:.0f} s until try {call.batch.retries + 1}."
        yield Span(at - pause, at, _function(story, call.lane), WAIT, f"{pause:.0f} s", says)
    yield from _last_pauses(story)


def pauses(story: "Story") -> Iterator[tuple[Invocation, float]]:
    """The calls that send a batch again, and how long the batch waited for that (seconds)."""
    latest: dict[int, Invocation] = {}
    for call in story.calls:
        before = latest.get(call.lane)
        if before and call.batch.retries > before.batch.retries:
            yield call, seconds(call.at) - ended(before)
        latest[call.lane] = call


def ended(call: Invocation) -> float:
    """When a call came to its end (seconds)."""
    return seconds(call.at + call.took)


def waiting(story: "Story") -> list[tuple[float, float]]:
    """How many records can be read, and are neither done nor given up, over time."""
    moves = [(0.0, 0)]
    for fate in story.fates:
        moves += [(fate.change.arrives, 1), (min(fate.done, fate.given_up), -1)]
    level, steps = 0, []
    for at, by in sorted(move for move in moves if move[0] <= story.plan.length):
        level += by
        steps.append((at, float(level)))
    return steps


def age(story: "Story") -> list[tuple[float, float]]:
    """How old the last record of each batch is when it is sent (seconds), until that batch is done or given up; of several, of the oldest."""
    over = _times_given_up(story)
    moments = [(seconds(call.at), call, True) for call in story.calls]
    moments += [(ended(call), call, False) for call in story.calls if call.outcome == "OK" or ended(call) in over]
    steps, unfinished = [(0.0, 0.0)], dict[int, int]()
    for at, call, sent in sorted(moments, key=lambda moment: (moment[0], moment[2])):
        if sent:
            unfinished[call.lane] = call.iterator_age
        else:
            unfinished.pop(call.lane, None)
        steps.append((at, max(unfinished.values(), default=0) / SECOND))
    return steps


def levels(story: "Story") -> tuple[Level, Level]:
    """The two levels."""
    return (
        Level(WAITING, waiting(story), "records", kind=RECORD),
        Level(AGE, age(story), "s", kind=FAULT),
    )


def _last_pauses(story: "Story") -> Iterator[Span]:
    """The pauses that the story's end cuts short."""
    for call in {call.lane: call for call in story.calls}.values():
        if call.outcome in FAILURES and ended(call) not in _times_given_up(story):
            yield Span(ended(call), inf, _function(story, call.lane), WAIT, "", "Until the batch is sent again.")


def _times_given_up(story: "Story") -> set[float]:
    """When the last try of a batch came to its end."""
    return {fate.given_up for fate in story.fates}


def _function(story: "Story", number: int) -> str:
    return "function" if story.plan.lanes == 1 else f"lane {number + 1}"


def _says(fate: "Fate") -> str:
    one = fate.change
    return f"{one.label}: {_end(fate)}; sent {fate.sent}×, done {fate.worked}× by the function."


def _end(fate: "Fate") -> str:
    if fate.given_up < inf:
        return f"given up {fate.given_up - fate.change.written:.1f} s after its write"
    if fate.done < inf:
        return f"done {fate.done - fate.change.written:.1f} s after its write"
    return "not done while the story lasts"


_OUTCOMES = {
    "OK": "all done",
    "PARTIAL": "those before the bad record are done",
    "FAILED": "the call failed, so none counts as done",
    "RUNNING": "at work",
}
