"""Time to live: when its time has passed an item is still there, until it is deleted, hours or days later.

story = simulate(sessions=6, at=25)
draw(story)                     # a film; some of what the query returns has expired
explore()                       # the same with controls: a filter, later deletions, two times that never delete
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import count, number
from dynateach.drawing.film import Film, Journey, Lane, Level, Mark, Span, seconds
from dynateach.drawing.palette import CLIENT, EXPIRY, READ, RECORD, SHARD, WRITE
from dynateach.errors import LabError
from dynateach.events import ItemExpired, StreamRecordWritten
from dynateach.lab import Lab
from dynateach.topics.parts.expiry_notes import HOUR, MILLISECONDS, TOO_OLD, expired_says, finding, hours, notes
from dynateach.topics.parts.one_item import in_proportion
from dynateach.topics.parts.sessions import PHYSICS, Answer, Sessions

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

SECONDS = "seconds"
TIMES = (SECONDS, MILLISECONDS, TOO_OLD)
"""What the time to live is written as: as it should be, as many a program has it by mistake, and as one that is too old to be noticed."""
FILTERS = ("off", "on")
FIRST, EVERY = 6, 4
"""Hours after which the first session expires, and the next ones after it."""
LONGEST, AFTERWARDS, READ_EVERY = 240, 6, 12
"""Hours: the longest film, its last stretch, and how often the stream is read."""
SIX_YEARS = 6 * 365 * 24 * HOUR
CALLER, STREAM, OVERDUE = "query", "stream", "expired, still there"


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, but that the query comes ``at`` so many seconds."""

    sessions: int
    delay: int
    at: float
    filtered: bool
    written: str
    seed: int


class Session(NamedTuple):
    """One session, by the name that its lane has. It expires and is deleted at these times (seconds; ``inf``: never)."""

    name: str
    expires: float
    deleted: float


@dataclass(frozen=True)
class Story:
    """A finished run: what the query returned, and what the same query returned with and without the filter."""

    plan: Plan
    table: Sessions
    plain: Answer
    filtered: Answer

    @property
    def lab(self) -> Lab:
        """The Lab in which it happened."""
        return self.table.lab

    @property
    def answer(self) -> Answer:
        """What the query of the film returned."""
        return self.filtered if self.plan.filtered else self.plain

    @cached_property
    def sessions(self) -> list[Session]:
        """All sessions, in the order in which they expire."""
        deleted = {event.key.split()[-1]: seconds(event.at) for event in self.lab.trace.of(ItemExpired)}
        return [
            Session(name, _expires(self.plan, i), deleted.get(name, inf)) for i, name in enumerate(_names(self.plan))
        ]

    @property
    def overdue(self) -> list[Session]:
        """The sessions whose time had passed when the query came, and which were still there."""
        return [one for one in self.sessions if one.expires <= self.plan.at and one.name in self.plain.sessions]

    @property
    def returned(self) -> list[Session]:
        """Those of them that the query returned."""
        return [one for one in self.overdue if one.name in self.answer.sessions]

    @property
    def ends(self) -> float:
        """When the film ends (seconds)."""
        last = [time for one in self.sessions for time in (one.expires, one.deleted) if time < LONGEST * HOUR]
        return max([self.plan.at, 48 * HOUR, *last]) + AFTERWARDS * HOUR


def simulate(
    sessions: int = 6, delay: int = 8, at: float = 25, filtered: str = "off", written: str = SECONDS, seed: int = 1
) -> Story:
    """A visitor's sessions are written, each with a time to live; ``at`` so many hours all of them are asked for.

    They expire after 6, 10, 14, … hours. ``delay`` is how many hours after that one is deleted, by the median: assumed (8 is what the
    profile realistic has, and half an hour to four days with it), documented is only "typically within a few days". The query has a filter
    on the time or not (``filtered``: "on" or "off"). ``written`` is one of ``TIMES``. Raises ``LabError`` for what there is not.
    """
    for value, known, what in ((filtered, FILTERS, "filter"), (written, TIMES, "way to write a time")):
        if value not in known:
            raise LabError(f"there is no {what} {value!r}", next=f"Choose one of {', '.join(known)}.")
    if not delay > 0:
        raise LabError(f"an item cannot be deleted {delay!r} hours late", next="Give a delay above 0 hours.")
    return _run(Plan(sessions, delay, at * HOUR, filtered == "on", written, seed))


def draw(story: Story) -> Film:
    """The sessions over hours, above how many are overdue and what the stream tells of them."""
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(
            Lane(CALLER, kind=CLIENT),
            *(Lane(one.name, group="sessions") for one in story.sessions),
            Lane(OVERDUE),
            Lane(STREAM, kind=SHARD),
        ),
        marks=[*_query(story), *_records(story)],
        journeys=[*_deletions(story)],
        spans=[*_lives(story)],
        levels=[_overdue(story)],
        notes=notes(story),
        unit="h",
        end=story.ends,
        plays=16.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same, but the query comes at that moment (seconds)."""
    return draw(_run(replace(story.plan, at=at)))


def explore(**defaults: Any) -> Any:
    """This topic as an explorer; ``defaults`` are the first values of sessions, delay, at, filtered, written, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    sessions: int = 6, delay: int = 8, at: int = 25, filtered: str = "off", written: str = SECONDS, seed: int = 1
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "sessions": controls.slider("sessions", sessions, 3, 9, width="180px"),
        "at": controls.slider("query at hour", at, 1, 121, 2, width="215px"),
        "filtered": controls.choice("filter on the time", FILTERS, filtered, width="180px"),
        "delay": controls.slider("median delay, h", delay, 1, 48, width="225px"),
        "written": controls.choice("time to live in", TIMES, written, width="235px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "Time to live",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=price,
        fork=fork,
    )


def price(story: Story) -> str:
    """In one line of HTML, what the query returned and consumed with and without the filter, and what the deletions did."""
    asked = "; ".join(
        f"<b>{name}</b>: {len(answer.sessions)} of {count(answer.read, 'item')} returned, {number(answer.units)} RCU"
        for name, answer in (("without filter", story.plain), ("with filter", story.filtered))
    )
    deleted = len(story.lab.trace.of(ItemExpired))
    return f"{asked}; {count(deleted, 'deletion')}: 0 WCU"


def _run(plan: Plan) -> Story:
    lab = Lab(plan.seed, replace(PHYSICS, expiry_delay=in_proportion(PHYSICS.expiry_delay, plan.delay * HOUR * 1000)))
    table, answers = Sessions(lab), list[Answer]()
    for i, name in enumerate(_names(plan)):
        lab.clock.at(EPOCH, partial(table.put, name, _time(plan, i)))
    for ask in (partial(table.query, filtered) for filtered in (False, True)):
        lab.clock.at(EPOCH + round(plan.at * SECOND), lambda ask=ask: answers.append(ask()))  # type: ignore[misc]
    until = max(LONGEST * HOUR, plan.at + READ_EVERY * HOUR)
    for hour in range(READ_EVERY, LONGEST + 1, READ_EVERY):
        lab.clock.at(EPOCH + hour * HOUR * SECOND, table.read_stream)
    lab.clock.advance(until)
    return Story(plan, table, *answers)


def _names(plan: Plan) -> list[str]:
    return [f"s{i + 1}" for i in range(plan.sessions)]


def _time(plan: Plan, i: int) -> int:
    """What is written as the time to live of the session of that number."""
    time = EPOCH // SECOND + (FIRST + i * EVERY) * HOUR
    return {SECONDS: time, MILLISECONDS: 1000 * time, TOO_OLD: time - SIX_YEARS}[plan.written]


def _expires(plan: Plan, i: int) -> float:
    """When that session expires, in a film's seconds; 0 for what expired before the film."""
    return max(0.0, _time(plan, i) - EPOCH / SECOND)


def _query(story: Story) -> Iterator[Mark]:
    answer, at = story.answer, story.plan.at
    says = f"The query reads {count(answer.read, 'item')} and returns {len(answer.sessions)} of them, for {number(answer.units)} RCU."
    yield Mark(
        at, CALLER, READ, f"{len(answer.sessions)} of {answer.read}" if story.plan.filtered else str(answer.read), says
    )
    overdue = {one.name: one for one in story.returned}
    for name in answer.sessions:
        if name in overdue:
            late = expired_says(story, overdue[name])
            yield Mark(at, name, EXPIRY, "", f"{late} It is returned all the same.")
        else:
            yield Mark(at, name, READ, "", f"{name} has not expired: it is returned.")


def _lives(story: Story) -> Iterator[Span]:
    """From a session's writing until its time has passed, and from then until it is deleted."""
    for one in story.sessions:
        if one.expires > 0:
            until = one.expires if one.expires < story.ends else inf
            yield Span(0.0, until, one.name, WRITE, "", f"{one.name} is there, and its time has not passed.")
        if one.expires < story.ends:
            late = (
                "it is never deleted"
                if one.deleted == inf
                else f"it is deleted {hours(one.deleted - one.expires)} late"
            )
            yield Span(one.expires, one.deleted, one.name, EXPIRY, "", f"The time of {one.name} has passed: {late}.")


def _deletions(story: Story) -> Iterator[Journey]:
    for one, record in _recorded(story):
        says = f"{one.name} is deleted for 0 WCU, and the stream tells of it."
        yield Journey(one.deleted, seconds(record.arrives), one.name, STREAM, RECORD, says)


def _records(story: Story) -> Iterator[Mark]:
    authors = {record.session: record.author for record in story.table.records.values()}
    for one, record in _recorded(story):
        says = f"REMOVE of {one.name}; userIdentity: {authors[one.name]}. A delete of yours names nobody."
        yield Mark(seconds(record.arrives), STREAM, RECORD, "", says)


def _recorded(story: Story) -> Iterator[tuple[Session, StreamRecordWritten]]:
    """Each session that was deleted, and the record of that."""
    records = {
        event.key.split()[-1]: event for event in story.lab.trace.of(StreamRecordWritten) if event.change == "REMOVE"
    }
    return ((one, records[one.name]) for one in story.sessions if one.name in records)


def _overdue(story: Story) -> Level:
    """How many sessions are there though their time has passed."""
    turns = [
        (time, step)
        for one in story.sessions
        for time, step in ((one.expires, 1), (one.deleted, -1))
        if time < story.ends
    ]
    steps, there = [(0.0, 0.0)], 0
    for time, step in sorted(turns):
        there += step
        steps.append((time, float(there)))
    return Level(OVERDUE, steps, "sessions", kind=EXPIRY)


CAPTION = (
    "A session's row is blue until its time has passed; the slim bar is how long it is still there after that. A filter hides it, and costs as much"
    " as to show it. How late deletions come is assumed: DynamoDB documents only “typically within a few days”."
)
