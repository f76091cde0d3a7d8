"""Where a reader begins: the four kinds of shard iterators, asked at any moment of a day and a half, and one reader that goes on.

story = simulate("LATEST", begins=26, record=5, every=10)
draw(story)                     # a film
explore()                       # the same with controls
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Journey, Lane, Level, Mark, seconds
from dynateach.drawing.palette import CONSUMER, READ, RECORD, REFUSED, SHARD
from dynateach.errors import LabError, ServiceError
from dynateach.profile import IDEAL
from dynateach.topics.parts.iterator_notes import notes
from dynateach.topics.parts.stream_table import Change, StreamTable, changes, label_of

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View
    from dynateach.lab import Lab

TRIM_HORIZON, LATEST, AT, AFTER = "TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"
TYPES = (TRIM_HORIZON, AT, AFTER, LATEST)

HOUR, MINUTE = 3600.0, 60.0
ITEM = "A"
RECORDS, FIRST_WRITE, WRITE_EVERY, LENGTH = 19, 1 * HOUR, 1.9 * HOUR, 40 * HOUR
RETENTION = 24 * HOUR
SHORTLY = 1e-6
"""Seconds: the shortest time that the clock knows."""
PAUSE = 20 * MINUTE

SOURCE, TRIMMED, READER = "shard", "trimmed", "reader"


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and when (if ever) the reader pauses for 20 minutes (seconds)."""

    kind: str
    begins: int
    record: int
    every: int
    pause: float = inf


class Answer(NamedTuple):
    """What an iterator of a ``kind``, asked for at that time (seconds), gave at once: labels of records, or an error's code."""

    at: float
    kind: str
    labels: list[str]
    error: str


@dataclass(frozen=True)
class Story:
    """A finished run: the ``answers`` to whoever begins at each moment, and those to one ``reader`` that goes on."""

    plan: Plan
    lab: "Lab"
    answers: list[Answer]
    reader: list[Answer]

    @cached_property
    def changes(self) -> list[Change]:
        """The records, in the order of the writes."""
        return changes(self.lab)

    @property
    def chosen(self) -> str:
        """The label of the record at or after which an iterator may stand."""
        return self.changes[self.plan.record - 1].label

    def asked(self, kind: str) -> Answer:
        """What an iterator of that kind gives when the reader begins."""
        return next(one for one in self.answers if one.kind == kind and one.at == self.plan.begins * HOUR)


def simulate(kind: str = LATEST, begins: int = 26, record: int = 5, every: int = 10) -> Story:
    """A record every 1.9 hours for a day and a half, in one shard. At each turn an iterator of each kind is asked for, and read once.

    One reader begins at hour ``begins`` with an iterator of that ``kind`` and reads on ``every`` so many minutes; AT_ and
    AFTER_SEQUENCE_NUMBER stand at the ``record`` of that number. Documented: records are trimmed after 24 hours, an iterator
    lives for 15 minutes. Raises ``LabError`` for a kind that there is none of, and a record that is not there to begin at.
    """
    if kind not in TYPES:
        raise LabError(f"there is no iterator {kind!r}", next=f"Choose one of {', '.join(TYPES)}.")
    written = FIRST_WRITE + (record - 1) * WRITE_EVERY
    if kind in (AT, AFTER) and written > begins * HOUR:
        raise LabError(
            f"record {record} is written after hour {begins}", next="Choose an earlier record, or begin later."
        )
    return _run(Plan(kind, begins, record, every))


def draw(story: Story) -> Film:
    """The shard, what each kind of iterator gives when it is asked for, and the one reader."""
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(
            Lane(SOURCE, kind=SHARD),
            Lane(TRIMMED),
            *(Lane(_row(story, kind), group="asked now") for kind in TYPES),
            Lane(READER, kind=CONSUMER),
        ),
        marks=[*_records(story), *_reading(story)],
        journeys=list(_lives(story)),
        levels=[Level(_row(story, kind), _steps(story, kind), "records", kind=READ) for kind in TYPES],
        notes=notes(story),
        unit="h",
        end=LENGTH,
        plays=20.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but at that moment (seconds) the reader pauses for 20 minutes."""
    return draw(_run(replace(story.plan, pause=at)))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are kind, begins, record, every."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(kind: str = LATEST, begins: int = 26, record: int = 5, every: int = 10) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {
        "begins": controls.slider("reader begins at hour", begins, 1, 36, width="260px"),
        "kind": controls.choice("with", TYPES, kind, width="270px"),
        "every": controls.slider("reads every, min", every, 5, 30, 5, width="225px"),
        "record": controls.slider("sequence number of record", record, 1, RECORDS, width="280px"),
    }
    return View(
        "Where a reader begins",
        simulate,
        draw,
        simulated=simulated,
        drawn={},
        rows=(tuple(simulated.values()), ()),
        says=begun,
        fork=fork,
    )


def begun(story: Story) -> str:
    """In one line of HTML, what each kind of iterator gives when the reader begins."""
    parts = (f"<b>{_row(story, kind)}</b> {_given(story.asked(kind))}" for kind in TYPES)
    return f"At hour {story.plan.begins}: {'; '.join(parts)}"


def finding(story: Story) -> str:
    """The film's title."""
    hour, held, at = story.plan.begins, count(len(story.asked(TRIM_HORIZON).labels), "record"), story.asked(AT)
    chosen = f"{len(at.labels)} from {story.chosen} on" if at.labels else f"{story.chosen} yet to come"
    if at.error:
        chosen = f"{story.chosen} trimmed"
    got, refused = sum(len(answer.labels) for answer in story.reader), story.reader[-1].error
    end = ", then its iterator expires" if refused else " in all"
    reader = "the reader is refused" if story.reader[0].error else f"the reader gets {got or 'none'}{end}"
    return f"At hour {hour}: {held} in the shard, {chosen}; {reader}"


def _given(answer: Answer) -> str:
    return answer.error or (_range(answer.labels) if answer.labels else "nothing yet")


def _range(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]}–{labels[-1]}"


class _Reader:
    """Begins once and reads on, until its iterator is refused."""

    def __init__(self, table: StreamTable, plan: Plan) -> None:
        self.answers: list[Answer] = []
        self._table = table
        self._plan = plan
        self._iterator: str | None = None

    def begin(self) -> None:
        """Ask for an iterator, and read."""
        try:
            self._iterator = _iterator(self._table, self._plan.kind, self._plan.record)
        except ServiceError as error:
            self._note([], error.code)
            return
        self.read()

    def read(self) -> None:
        """Read on from where it stands."""
        now = _now(self._table.lab)
        if self._iterator is None or self._plan.pause <= now < self._plan.pause + PAUSE:
            return
        try:
            answer = self._table.ask("GetRecords", ShardIterator=self._iterator)
        except ServiceError as error:
            self._iterator = None
            self._note([], error.code)
            return
        self._iterator = answer["NextShardIterator"]
        self._note([label_of(record) for record in answer["Records"]], "")

    def _note(self, labels: list[str], error: str) -> None:
        self.answers.append(Answer(_now(self._table.lab), self._plan.kind, labels, error))


def _run(plan: Plan) -> Story:
    table, answers = StreamTable(1, IDEAL), list[Answer]()
    reader = _Reader(table, plan)
    writes = [FIRST_WRITE + i * WRITE_EVERY for i in range(RECORDS)]
    for at in writes:
        table.at(at, lambda: table.write(ITEM))
    turns = {0.0, plan.begins * HOUR, *writes, *(at + RETENTION + SHORTLY for at in writes)}
    for at in sorted(turns):
        table.at(at, lambda: answers.extend(_ask(table, kind, plan.record) for kind in TYPES))
    begins = plan.begins * HOUR
    table.at(begins, reader.begin)
    for i in range(1, int((LENGTH - begins) / (plan.every * MINUTE)) + 1):
        table.at(begins + i * plan.every * MINUTE, reader.read)
    table.lab.clock.advance(LENGTH)
    return Story(plan, table.lab, [one for one in answers if one.at <= LENGTH], reader.answers)


def _ask(table: StreamTable, kind: str, record: int) -> Answer:
    """Begin now, and read once. Nobody can name the number of a record that is yet to be written."""
    now = _now(table.lab)
    if kind in (AT, AFTER) and len(changes(table.lab)) < record:
        return Answer(now, kind, [], "")
    try:
        found = table.ask("GetRecords", ShardIterator=_iterator(table, kind, record))["Records"]
    except ServiceError as error:
        return Answer(now, kind, [], error.code)
    return Answer(now, kind, [label_of(one) for one in found], "")


def _iterator(table: StreamTable, kind: str, record: int) -> str:
    """A new iterator. Raises ``ServiceError`` for a record that was trimmed."""
    (shard,) = table.ask("DescribeStream", StreamArn=table.arn)["StreamDescription"]["Shards"]
    place = {"SequenceNumber": changes(table.lab)[record - 1].number} if kind in (AT, AFTER) else {}
    where = {"StreamArn": table.arn, "ShardId": shard["ShardId"], "ShardIteratorType": kind}
    return str(table.ask("GetShardIterator", **where, **place)["ShardIterator"])


def _now(lab: "Lab") -> float:
    return seconds(lab.clock.now)


def _records(story: Story) -> Iterator[Mark]:
    for one in story.changes:
        yield Mark(one.written, SOURCE, RECORD, one.label, f"{one.label} is written, and can be read from now on.")
    refused = {one.error for one in story.answers if one.error}
    for at, label in _trimmed(story):
        says = f"{label} is gone: 24 h have passed since it was written."
        if label == story.chosen:
            yield Mark(at, TRIMMED, REFUSED, label, f"{says} Who asks for it gets {', '.join(refused)}.")
        else:
            yield Mark(at, TRIMMED, RECORD, label, says)


def _trimmed(story: Story) -> Iterator[tuple[float, str]]:
    """When each record was first missing from what TRIM_HORIZON gives, and its label."""
    seen: list[str] = []
    for answer in story.answers:
        if answer.kind == TRIM_HORIZON:
            yield from ((answer.at, label) for label in seen if label not in answer.labels)
            seen = answer.labels


def _lives(story: Story) -> Iterator[Journey]:
    """Each record that is trimmed, from its write until then."""
    gone = {label: at for at, label in _trimmed(story)}
    for one in story.changes:
        if one.label in gone:
            yield Journey(one.written, gone[one.label], SOURCE, TRIMMED, RECORD, f"{one.label} is kept for 24 h.")


def _reading(story: Story) -> Iterator[Mark]:
    for answer in story.reader:
        if answer.error:
            yield Mark(answer.at, READER, REFUSED, "", f"Refused: {answer.error}.")
        elif answer.labels:
            yield Mark(answer.at, READER, READ, _range(answer.labels), f"The reader gets {_range(answer.labels)}.")


def _row(story: Story, kind: str) -> str:
    """The lane of what such an iterator gives: ``AT A5``."""
    return f"{kind.split('_')[0]} {story.chosen}" if kind in (AT, AFTER) else kind


def _steps(story: Story, kind: str) -> list[tuple[float, float]]:
    return [(one.at, float(len(one.labels))) for one in story.answers if one.kind == kind]


CAPTION = (
    "A1, A2, … are one item's changes. “Asked now” counts what an iterator gives that is asked for at that moment and read once."
    " Documented: 24 hours, 15 minutes. Not shown: a shard closes after some hours, and a child goes on. A fork pauses the reader for 20 minutes."
)
