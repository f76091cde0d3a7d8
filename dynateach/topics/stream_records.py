"""Records in shards: which writes leave one, in which shard it lies, and in which order a reader gets them.

story = simulate("NEW_AND_OLD_IMAGES", split=12, start=8, reads="parents first")
draw(story)                     # a film
explore()                       # the same with controls; its other tabs are the topics iterators and poison
"""

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, seconds
from dynateach.errors import LabError
from dynateach.profile import CLASSROOM, Delay
from dynateach.randomness import Stream
from dynateach.topics.parts import stream_film
from dynateach.topics.parts.stream_notes import notes
from dynateach.topics.parts.stream_table import TABLE, VIEW_TYPES, Change, StreamTable, changes

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View
    from dynateach.lab import Lab

PARENTS_FIRST, SIDE_BY_SIDE = "parents first", "all shards in turn"
READS = (PARENTS_FIRST, SIDE_BY_SIDE)

ITEMS = "ABCDE"
WRITES, WRITE_EVERY, NO_CHANGE = 16, 1.5, 6
"""How many writes there are, how far apart (seconds), and which of them, counted from 0, changes nothing."""
RECORDS = WRITES - 1
POLL, LENGTH = 1.0, 90.0
PHYSICS = replace(CLASSROOM, page_read=Delay())


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and at ``again`` seconds (if ever) a second split."""

    view_type: str
    split: int
    start: int
    reads: str
    seed: int
    again: float | None = None


class Got(NamedTuple):
    """A record as the reader got it at that time (seconds), in wire form."""

    at: float
    number: str
    record: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A finished run, and what the reader ``got``, in its order."""

    plan: Plan
    lab: "Lab"
    got: list[Got]

    @cached_property
    def changes(self) -> list[Change]:
        """The records, in the order of the writes."""
        return changes(self.lab)

    @cached_property
    def read(self) -> list[Change]:
        """The same in the order in which the reader got them."""
        by_number = {one.number: one for one in self.changes}
        return [by_number[got.number] for got in self.got]

    @property
    def end(self) -> float:
        """When all is read and split (seconds), and a second more."""
        return max(self.got[-1].at, self.plan.split, self.plan.again or 0) + 1

    @property
    def overtaken(self) -> list[Change]:
        """The records that the reader got after one that was written later."""
        return [one for i, one in enumerate(self.read) if any(before.written > one.written for before in self.read[:i])]

    @property
    def broken(self) -> list[Change]:
        """Those of them that it got after a later change of the same item."""
        return [
            one
            for i, one in enumerate(self.read)
            if any(before.item == one.item and before.written > one.written for before in self.read[:i])
        ]


def simulate(
    view_type: str = "NEW_AND_OLD_IMAGES", split: int = 12, start: int = 8, reads: str = PARENTS_FIRST, seed: int = 30
) -> Story:
    """Sixteen writes to five items in two partitions, one of which is split at ``split`` seconds; one write changes nothing.

    From ``start`` seconds on, a reader takes one record of one shard a second: the shards in turn, a shard's children when
    it has been read to its end, or ``reads`` them side by side. That each partition has a shard of its own, and how long after its write a record can
    be read, is assumed (the lags are those of the profile classroom). Raises ``LabError`` for a choice that there is none of.
    """
    if view_type not in VIEW_TYPES:
        raise LabError(f"there is no view type {view_type!r}", next=f"Choose one of {', '.join(VIEW_TYPES)}.")
    if reads not in READS:
        raise LabError(f"a reader does not read {reads!r}", next=f"Choose one of {', '.join(READS)}.")
    return _run(Plan(view_type, split, start, reads, seed))


def draw(story: Story, record: int = 7) -> Film:
    """The client's writes, the shards, and the reader; the chosen ``record``, counted from 1, is in brackets."""
    chosen = story.changes[record - 1].label
    return Film(
        title=finding(story),
        caption=stream_film.CAPTION,
        lanes=list(stream_film.lanes(story)),
        marks=list(stream_film.marks(story, chosen)),
        journeys=list(stream_film.journeys(story)),
        spans=list(stream_film.shards(story)),
        notes=notes(story),
        end=story.end,
        plays=20.0,
    )


def fork(story: Story, at: float, record: int = 7) -> Film:
    """The same from the start, but at that moment (seconds) the partition with the most items is split, too."""
    return draw(_run(replace(story.plan, again=at)), record)


def explore(**defaults: Any) -> Any:
    """An explorer with three tabs: records in shards, where a reader begins, a poison record.

    ``defaults`` are the first tab's first values: view_type, split, start, reads, record, seed.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import iterators, poison

    return explorer(view(**defaults), iterators.view(), poison.view())


def view(
    view_type: str = "NEW_AND_OLD_IMAGES",
    split: int = 12,
    start: int = 8,
    reads: str = PARENTS_FIRST,
    record: int = 7,
    seed: int = 30,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "split": controls.slider("split at second", split, 1, 24, width="210px"),
        "start": controls.slider("reader starts at second", start, 0, 30, width="260px"),
        "reads": controls.choice("it reads", READS, reads, width="205px"),
        "view_type": controls.choice("view type", VIEW_TYPES, view_type, width="265px"),
    }
    chosen = controls.slider("record", record, 1, RECORDS, width="180px")
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "Records in shards",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={"record": chosen},
        rows=(tuple(simulated.values()), (chosen, again)),
        says=in_short,
        fork=fork,
        details=in_full,
        details_name="The record as GetRecords gives it",
    )


def in_short(story: Story, record: int = 7) -> str:
    """In one line of HTML, what the chosen record holds."""
    told = chosen(story, record)
    change = told["dynamodb"]
    parts = " + ".join(name for name in ("Keys", "OldImage", "NewImage") if name in change)
    label, size = story.changes[record - 1].label, count(change["SizeBytes"], "byte")
    return f"<b>{label}</b>: {told['eventName']}, {size}, {parts}"


def in_full(story: Story, record: int = 7) -> str:
    """The chosen record itself, in HTML."""
    return f"<pre>{escape(dumps(chosen(story, record), indent=2))}</pre>"


def chosen(story: Story, record: int) -> dict[str, Any]:
    """The record of that number in the order of the writes, counted from 1, in wire form."""
    return next(got.record for got in story.got if got.number == story.changes[record - 1].number)


def finding(story: Story) -> str:
    """The film's title."""
    late, broken = len(story.overtaken), story.broken
    found = f"{count(len(story.changes), 'record')} of {WRITES} writes: {late or 'none'} read after a later one"
    if broken:
        items = sorted({one.item for one in broken})
        return f"{found}, and the order of {' and '.join(items)} is broken"
    return f"{found}, yet every item keeps its order" if late else found


class _Reader:
    """Takes one record of one shard at a time, the shards in turn, by the API of the stream."""

    def __init__(self, table: StreamTable, side_by_side: bool) -> None:
        self.got: list[Got] = []
        self._table = table
        self._side_by_side = side_by_side
        self._iterators: dict[str, str] = {}
        self._done: set[str] = set()
        self._next: list[str] = []

    def poll(self) -> None:
        """Ask the shard whose turn it is."""
        self._find_shards()
        shard = self._next.pop(0)
        answer = self._table.ask("GetRecords", ShardIterator=self._iterators[shard], Limit=1)
        now = seconds(self._table.lab.clock.now)
        self.got += [Got(now, record["dynamodb"]["SequenceNumber"], record) for record in answer["Records"]]
        if "NextShardIterator" not in answer:
            self._done.add(shard)
            return
        self._iterators[shard] = answer["NextShardIterator"]
        self._next.append(shard)

    def _find_shards(self) -> None:
        """Begin with the shards that are new, as soon as their parents are done."""
        arn = self._table.arn
        for shard in self._table.ask("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]:
            id, parent = shard["ShardId"], shard.get("ParentShardId")
            if id not in self._iterators and (self._side_by_side or parent in {None, *self._done}):
                where = {"StreamArn": arn, "ShardId": id, "ShardIteratorType": "TRIM_HORIZON"}
                self._iterators[id] = self._table.ask("GetShardIterator", **where)["ShardIterator"]
                self._next.append(id)


def _run(plan: Plan) -> Story:
    table = StreamTable(plan.seed, PHYSICS, partitions=2, view_type=plan.view_type)
    reader, chance = _Reader(table, plan.reads == SIDE_BY_SIDE), Stream(plan.seed, "items of the stream")
    item = ITEMS[0]
    for i in range(WRITES):
        item = item if i == NO_CHANGE else chance.pick(ITEMS)
        write = table.write_again if i == NO_CHANGE else table.write
        table.at(1 + i * WRITE_EVERY, lambda write=write, item=item: write(item))  # type: ignore[misc]
    for at in (plan.split, plan.again):
        if at is not None:
            table.at(at, lambda: _split(table.lab))
    for i in range(int((LENGTH - plan.start) / POLL)):
        table.at(plan.start + i * POLL, reader.poll)
    table.lab.clock.advance(LENGTH)
    return Story(plan, table.lab, reader.got)


def _split(lab: "Lab") -> None:
    """Split the partition in which there is the most."""
    inside = lab.inspect(TABLE)
    inside.split(max(inside.partitions, key=lambda one: one.items).id)
