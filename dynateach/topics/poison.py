"""A poison record: one record of a stream that a function cannot take, and what becomes of the others.

story = simulate(batch=5, retries="for ever", halve="no", report="no", lanes=1)
draw(story)                     # a film
explore()                       # the same with controls
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

from dynateach.clock import EPOCH, SECOND
from dynateach.consumers import Consumer, Context, Invocation
from dynateach.consumers.settings import Event
from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, seconds
from dynateach.errors import LabError
from dynateach.events import ConsumerDiscarded
from dynateach.profile import CLASSROOM, Delay
from dynateach.randomness import Stream
from dynateach.topics.parts import poison_film
from dynateach.topics.parts.poison_notes import notes
from dynateach.topics.parts.stream_table import TABLE, Change, StreamTable, changes, label_of

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View
    from dynateach.lab import Lab

RETRIES = {"none": 0, "1": 1, "2": 2, "3": 3, "5": 5, "for ever": -1}
"""How often a batch that failed may be sent again, and Lambda's parameter for it."""
YES_NO = ("no", "yes")

ITEMS = "ABCDE"
WRITES, WRITE_EVERY, LENGTH = 24, 1.25, 70.0
EARLIEST, LATEST = 4, 8
"""The bad record is one of these, counted from 0."""
WINDOW = 6
"""Seconds for which the consumer gathers records for a batch that is not full."""
PHYSICS = replace(CLASSROOM, stream_lag=Delay(100_000, 300_000, 500_000, 700_000, 900_000), page_read=Delay())


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``; from ``fixed`` on (seconds) the function can take every record."""

    batch: int
    retries: str
    halve: str
    report: str
    lanes: int
    seed: int
    fixed: float = inf
    length: float = LENGTH


@dataclass(frozen=True)
class Fate:
    """What became of one record: how often it was ``sent``, how often the function did its work (``worked``), and when it was
    done or given up (seconds; infinity: not while the story lasts).
    """

    change: Change
    sent: int
    worked: int
    done: float
    given_up: float


@dataclass(frozen=True)
class Story:
    """A finished run; ``bad`` is the label of the bad record, ``healthy`` when each record is done if none is bad (seconds)."""

    plan: Plan
    lab: "Lab"
    consumer: Consumer
    worked: Counter[str]
    bad: str
    healthy: dict[str, float]

    @cached_property
    def fates(self) -> list[Fate]:
        """What became of each record, in the order of the writes."""
        sent = Counter(number for call in self.calls for number in call.batch.numbers)
        done, gone = _done(self), _given_up(self)
        return [
            Fate(one, sent[one.number], self.worked[one.number], done.get(one.number, inf), gone.get(one.number, inf))
            for one in changes(self.lab)
        ]

    @property
    def calls(self) -> list[Invocation]:
        """The calls of the function."""
        return self.consumer.invocations

    @property
    def poison(self) -> Fate:
        """What became of the bad record."""
        return next(one for one in self.fates if one.change.label == self.bad)

    @property
    def others(self) -> list[Fate]:
        """What became of the good ones."""
        return [one for one in self.fates if one.change.label != self.bad]

    @property
    def held_up(self) -> list[Fate]:
        """The good records that are done later than without the bad one, or not done while the story lasts."""
        return [one for one in self.others if one.given_up == inf and one.done > self.healthy[one.change.label]]

    @property
    def repeated(self) -> int:
        """How many records the function did more than once."""
        return sum(one.worked > 1 for one in self.fates)


def simulate(
    batch: int = 5, retries: str = "for ever", halve: str = "no", report: str = "no", lanes: int = 1, seed: int = 3
) -> Story:
    """A few items are written 24 times in 30 s; a function gets their records and fails whenever it meets one of them.

    At most ``batch`` records go to it together. A failed batch is sent again as often as ``retries`` says; ``halve`` it
    before that, or let the function ``report`` the record that failed. ``lanes`` batches of the shard are at work at once.
    How long a call takes and how long the consumer waits before it tries again (1, 2, 4, … 30 s) are assumed.
    Raises ``LabError`` for a choice that there is none of.
    """
    for name, chosen, options in (
        ("retries", retries, tuple(RETRIES)),
        ("halve", halve, YES_NO),
        ("report", report, YES_NO),
    ):
        if chosen not in options:
            raise LabError(f"{name} cannot be {chosen!r}", next=f"Choose one of {', '.join(options)}.")
    return _story(Plan(batch, retries, halve, report, lanes, seed))


def draw(story: Story, destination: str = "yes") -> Film:
    """The shard's records, the function's calls, and what became of each record. Without a ``destination`` nobody is told."""
    gone = "on-failure destination" if destination == "yes" else "given up"
    return Film(
        title=finding(story),
        caption=poison_film.CAPTION,
        lanes=list(poison_film.lanes(story, gone)),
        marks=list(poison_film.marks(story, gone)),
        journeys=list(poison_film.journeys(story, gone)),
        spans=list(poison_film.spans(story)),
        levels=poison_film.levels(story),
        notes=notes(story, told=destination == "yes"),
        end=story.plan.length,
        plays=20.0,
    )


def fork(story: Story, at: float, destination: str = "yes") -> Film:
    """The same from the start, but from that moment (seconds) the function can take every record."""
    length = max(story.plan.length, at + 45)
    return draw(_story(replace(story.plan, fixed=at, length=length)), destination)


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are batch, retries, halve, report, lanes, destination, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    batch: int = 5,
    retries: str = "for ever",
    halve: str = "no",
    report: str = "no",
    lanes: int = 1,
    destination: str = "yes",
    seed: int = 3,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "batch": controls.slider("batch size", batch, 1, 10, width="190px"),
        "retries": controls.choice("retries", tuple(RETRIES), retries, width="135px"),
        "halve": controls.choice("halve a failed batch", YES_NO, halve, width="195px"),
        "report": controls.choice("function reports the failure", YES_NO, report, width="235px"),
        "lanes": controls.slider("batches at once", lanes, 1, 4, width="205px"),
    }
    told = controls.choice("on-failure destination", YES_NO, destination, width="210px")
    again = controls.stepper("Another run", seeds, 1, "The same with another bad record")
    return View(
        "A poison record",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={"destination": told},
        rows=(tuple(simulated.values()), (told, again)),
        says=tally,
        fork=fork,
    )


def tally(story: Story, destination: str = "yes") -> str:
    """In one line of HTML, how often records were sent and done."""
    sent = sum(one.sent for one in story.fates)
    return (
        f"<b>{count(len(story.fates), 'record')}</b> sent {sent} times in {count(len(story.calls), 'call')};"
        f" <b>{story.repeated}</b> done more than once; <b>{sum(one.given_up < inf for one in story.fates)}</b> given up"
    )


def finding(story: Story) -> str:
    """The film's title."""
    late, wasted = story.held_up, sum(one.given_up < inf for one in story.others)
    stuck = sum(one.done == inf for one in late)
    found = f"One bad record holds up {len(late) or 'no'} {'other' if len(late) == 1 else 'others'}"
    if stuck:
        found = f"One bad record blocks {count(stuck, 'other')}: at {story.plan.length:.0f} s none of them is done"
    elif late:
        longest = max(one.done - story.healthy[one.change.label] for one in late)
        found += f", by up to {longest:.0f} s" if longest >= 1 else ", by less than 1 s"
    if wasted:
        found += f"; {count(wasted, 'good one')} {'is' if wasted == 1 else 'are'} given up with it"
    return found


class _Function:
    """Takes one record after another, and fails at the ``bad`` one until the time ``fixed`` (µs); ``worked`` counts what it did."""

    def __init__(self, lab: "Lab", bad: str, plan: Plan) -> None:
        self.worked: Counter[str] = Counter()
        self._lab = lab
        self._bad = bad
        self._fixed = plan.fixed * SECOND
        self._reports = plan.report == "yes"

    def __call__(self, event: Event, context: Context) -> Any:
        for record in event["Records"]:
            number = record["dynamodb"]["SequenceNumber"]
            if label_of(record) == self._bad and self._lab.clock.now - EPOCH < self._fixed:
                if not self._reports:
                    raise ValueError(f"cannot take {self._bad}")
                return {"batchItemFailures": [{"itemIdentifier": number}]}
            self.worked[number] += 1
        return None


def _story(plan: Plan) -> Story:
    well = _run(replace(plan, fixed=0))
    healthy = {one.change.label: one.done for one in well.fates}
    return replace(_run(plan), healthy=healthy)


def _run(plan: Plan) -> Story:
    table, chance = StreamTable(plan.seed, PHYSICS), Stream(plan.seed, "items of the poison")
    items = [chance.pick(ITEMS) for _ in range(WRITES)]
    place = EARLIEST + chance.below(LATEST - EARLIEST + 1)
    bad = f"{items[place]}{items[: place + 1].count(items[place])}"
    function = _Function(table.lab, bad, plan)
    consumer = table.lab.consume(TABLE, function, name="function", **_settings(plan))
    for i, item in enumerate(items):
        table.at((i + 1) * WRITE_EVERY, lambda item=item: table.write(item))  # type: ignore[misc]
    table.lab.clock.advance(plan.length)
    return Story(plan, table.lab, consumer, function.worked, bad, {})


def _settings(plan: Plan) -> dict[str, Any]:
    return {
        "batch_size": plan.batch,
        "maximum_batching_window_in_seconds": WINDOW,
        "maximum_retry_attempts": RETRIES[plan.retries],
        "bisect_batch_on_function_error": plan.halve == "yes",
        "report_batch_item_failures": plan.report == "yes",
        "parallelization_factor": plan.lanes,
        "duration": lambda event: 0.5 + 0.2 * len(event["Records"]),
    }


def _done(story: Story) -> dict[str, float]:
    """When each record was done, by its number. What is done twice was done the first time."""
    found: dict[str, float] = {}
    for call in story.calls:
        for number in call.batch.numbers[: call.done] if call.outcome != "RUNNING" else ():
            found.setdefault(number, seconds(call.at + call.took))
    return found


def _given_up(story: Story) -> dict[str, float]:
    """When each record was given up, by its number."""
    lanes = {number: call.lane for call in story.calls for number in call.batch.numbers}
    return {
        number: seconds(event.at)
        for event in story.lab.trace.of(ConsumerDiscarded)
        for number, lane in lanes.items()
        if lane == event.lane and int(event.first) <= int(number) <= int(event.last)
    }
