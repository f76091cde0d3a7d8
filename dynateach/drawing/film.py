"""The film: what happened in a trace, laid out over time, as plain data.

    film = Film(
        title="1 of 2 reads is stale",
        caption="Time runs to the right. …",
        lanes=(Lane("client", kind=CLIENT), Lane("replica", group="zone b", kind=REPLICA)),
        marks=(Mark(0.0, "client", WRITE, "v2"), Mark(0.5, "client", STALE_READ, "v1", "The replica had not applied v2.")),
        journeys=(Journey(0.0, 2.1, "client", "replica", WRITE, "v2 reaches zone b after 2.1 s"),),
    )

A topic makes a film out of a trace; a notebook that ends a cell with it shows it in the player. Times are seconds since the
Lab's clock began (``seconds`` tells them of an event). Kinds are words of ``dynateach.drawing.palette``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain
from math import inf, isfinite

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import LegendCard
from dynateach.drawing.palette import CEILING, VOCABULARY, WRITE, Word
from dynateach.errors import LabError

UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "days": 86400.0}
"""The units in which a film may count its time, in seconds."""


def seconds(at: int) -> float:
    """The time of a trace's event (µs since 1970) as a film has it: seconds since the Lab's clock began."""
    return (at - EPOCH) / SECOND


@dataclass(frozen=True)
class Lane:
    """One row: a client, a replica, an index, a bucket. Its ``name`` is how everything else refers to it.

    Neighbours of one ``group`` (a zone, a client) stand together under its name; ``kind`` gives the row a mark before its name.
    """

    name: str
    group: str = ""
    kind: Word | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened at one moment: its kind, a ``label`` of a few letters beside it, and a sentence about it."""

    at: float
    lane: str
    kind: Word
    label: str = ""
    says: str = ""


@dataclass(frozen=True)
class Journey:
    """Something on its way from one lane to another: a write to a replica, a change to an index, a record to a consumer.

    It leaves at ``at`` and arrives at ``until``; ``math.inf`` means that it never does.
    """

    at: float
    until: float
    lane: str
    to: str
    kind: Word
    says: str = ""


@dataclass(frozen=True)
class Span:
    """Something that lasts: an outage, a lease, a shard's life, a request in flight. ``math.inf`` as its end means: to the film's end."""

    at: float
    until: float
    lane: str
    kind: Word
    label: str = ""
    says: str = ""


@dataclass(frozen=True)
class Level:
    """A number over time, drawn in a lane of its own: tokens in a bucket, a backlog, an iterator's age, a rate.

    ``steps`` are (time, value) in order of time; a value holds until the next. ``ceiling`` is drawn as a line.
    """

    lane: str
    steps: Sequence[tuple[float, float]]
    unit: str
    ceiling: float | None = None
    kind: Word = WRITE


@dataclass(frozen=True)
class Note:
    """The caption from that moment on, until the next note."""

    at: float
    says: str


@dataclass(frozen=True)
class Film:
    """What the player shows.

    ``title`` states the finding, ``caption`` says how to read the picture. ``unit`` is how time is written (one of ``UNITS``); all
    times are given in seconds. The film shows ``start`` to ``end`` (the last thing that happens, unless given) and first stands at
    ``poster`` (its end, unless given). At speed 1 it plays for ``plays`` seconds. Raises ``LabError`` for what cannot be drawn.
    """

    title: str
    caption: str
    lanes: Sequence[Lane]
    marks: Sequence[Mark] = ()
    journeys: Sequence[Journey] = ()
    spans: Sequence[Span] = ()
    levels: Sequence[Level] = ()
    notes: Sequence[Note] = ()
    unit: str = "s"
    start: float = 0.0
    end: float | None = None
    poster: float | None = None
    plays: float = 12.0

    def __post_init__(self) -> None:
        for part in ("lanes", "marks", "journeys", "spans", "levels", "notes"):
            object.__setattr__(self, part, tuple(getattr(self, part)))
        _check_lanes(self)
        _check_times(self)
        _check_kinds(self)
        _check_window(self)

    @cached_property
    def ends(self) -> float:
        """The time at which it ends, in seconds."""
        return (
            max((time for time in _times(self) if isfinite(time)), default=self.start) if self.end is None else self.end
        )

    @cached_property
    def first_frame(self) -> float:
        """The time that it shows before anybody plays it."""
        return self.ends if self.poster is None else self.poster

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the vocabulary that it uses, in the vocabulary's order."""
        used = set(_kinds(self))
        return tuple(word for word in VOCABULARY if word in used)

    @property
    def legend(self) -> LegendCard:
        """The card that explains its marks."""
        return LegendCard(self.words)

    def __repr__(self) -> str:
        return f"<Film {self.title!r}, {len(self.lanes)} lanes, {len(self.marks)} marks>"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        from dynateach.drawing.player import player

        display(player(self))  # type: ignore[no-untyped-call]


Moment = Mark | Note
Stretch = Journey | Span
Placed = Mark | Journey | Span | Level


def _check_lanes(film: Film) -> None:
    names = [lane.name for lane in film.lanes]
    if not names:
        raise LabError("a film needs at least one lane", where=film.title, next="Give it lanes=(Lane(…), …).")
    for name in names:
        if names.count(name) > 1:
            raise LabError(f"two lanes are called {name!r}", where=film.title, next="Give each a name of its own.")
    for part, name in _lanes_named(film):
        if name not in names:
            raise LabError(
                f"there is no lane {name!r} for {_what(part)}", where=film.title, next=f"The lanes: {', '.join(names)}."
            )
    levels = [level.lane for level in film.levels]
    if len(set(levels)) < len(levels):
        raise LabError("two levels share a lane", where=film.title, next="Give each level a lane of its own.")


def _check_times(film: Film) -> None:
    for moment in _moments(film):
        if not isfinite(moment.at):
            raise LabError(f"{_what(moment)} is at no time", where=film.title, next="Its time is a number of seconds.")
    for stretch in _stretches(film):
        if not isfinite(stretch.at) or not stretch.until >= stretch.at:
            advice = "It begins at a number of seconds, and ends then or later (math.inf: never)."
            raise LabError(f"{_what(stretch)} ends before it begins", where=film.title, next=advice)
    for level in film.levels:
        times = [time for time, _ in level.steps]
        if not times or times != sorted(times) or not all(isfinite(number) for step in level.steps for number in step):
            advice = "Give one (time, value) or more, finite and in order of time."
            raise LabError(f"the level of lane {level.lane!r} has no steps to draw", where=film.title, next=advice)


def _check_kinds(film: Film) -> None:
    for kind in _kinds(film):
        if kind not in VOCABULARY:
            raise LabError(
                f"{kind!r} is no word of the pictures", where=film.title, next="Take one of dynateach.drawing.palette."
            )


def _check_window(film: Film) -> None:
    if film.unit not in UNITS:
        raise LabError(f"there is no unit {film.unit!r}", where=film.title, next=f"Choose one of {', '.join(UNITS)}.")
    if not film.start < film.ends < inf:
        advice = "Give it something that happens after its start, or an end."
        raise LabError(f"the film runs from {film.start:g} to {film.ends:g} s", where=film.title, next=advice)
    if not film.start <= film.first_frame <= film.ends:
        raise LabError(
            f"the poster at {film.poster} s is outside the film", where=film.title, next="Choose a moment in it."
        )
    if not 0 < film.plays < inf:
        raise LabError(f"plays={film.plays!r} is no duration", where=film.title, next="Give a number of seconds.")


def _times(film: Film) -> Iterator[float]:
    yield from (moment.at for moment in _moments(film))
    for stretch in _stretches(film):
        yield from (stretch.at, stretch.until)
    for level in film.levels:
        yield from (time for time, _ in level.steps)


def _moments(film: Film) -> Iterator[Moment]:
    return chain[Moment](film.marks, film.notes)


def _stretches(film: Film) -> Iterator[Stretch]:
    return chain[Stretch](film.journeys, film.spans)


def _placed(film: Film) -> Iterator[Placed]:
    return chain[Placed](film.marks, film.journeys, film.spans, film.levels)


def _kinds(film: Film) -> Iterator[Word]:
    yield from (lane.kind for lane in film.lanes if lane.kind)
    yield from (part.kind for part in _placed(film))
    yield from (CEILING for level in film.levels if level.ceiling is not None)


def _lanes_named(film: Film) -> Iterator[tuple[Placed, str]]:
    for part in _placed(film):
        yield part, part.lane
        if isinstance(part, Journey):
            yield part, part.to


def _what(part: Placed | Note) -> str:
    """``a Mark(at=0.5, lane='client')``: a part, by what places it."""
    placed = [f"{field.name}={getattr(part, field.name)!r}" for field in fields(part) if field.name in PLACES]
    return f"a {type(part).__name__}({', '.join(placed)})"


PLACES = ("at", "until", "lane", "to")
