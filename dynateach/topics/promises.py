"""What a client may expect of its reads: never to go back in time (monotonic reads), and to find what it has written (read your writes).

story = simulate("nothing")
draw(story)                     # a film; eventually consistent reads keep neither promise
explore()                       # the same with controls, and three repairs
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.drawing.captions import count, number
from dynateach.drawing.film import Film, Journey, Lane, Mark, Note, Span
from dynateach.drawing.palette import CLIENT, READ, STALE_READ, WAIT, WRITE
from dynateach.errors import LabError
from dynateach.topics.parts import replicas
from dynateach.topics.parts.one_item import Happened, Item, Read, lab_with_zones

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

NOTHING, STRONG, ANSWER, MEMORY = "nothing", "strong reads", "the write's answer", "a remembered version"
REPAIRS = {
    NOTHING: "A read goes to any of three replicas, and neither promise is kept.",
    STRONG: "Strong reads keep both promises, at twice the units, and only while there is a leader.",
    ANSWER: "ReturnValues spares the first read after a write; later reads may still miss it.",
    MEMORY: "Whoever remembers the newest version seen, and reads again until it is back, keeps both promises for the price of more reads.",
}
"""What may be done about it, and what is to be learned from that."""

WRITER, READER = "ada", "bob"
LENGTH = 30.0
FIRST, READS_PER_WRITE = 0.5, 4
AGAIN = 0.5
"""Seconds until a client looks at what it has written, or asks again because the answer was too old."""


class Broken(NamedTuple):
    """A read that broke a promise: ``promise`` is MONOTONIC or OWN; the client knew of version ``known``, since ``since`` (seconds)."""

    promise: str
    read: Read
    known: int
    since: float


MONOTONIC, OWN = "monotonic reads", "read your writes"


@dataclass(frozen=True)
class Story(Happened):
    """A finished run. ``used`` are the numbers of the requests whose answers a client took; those of other reads it threw away."""

    item: Item
    repair: str
    used: set[int] = field(default_factory=set)

    @cached_property
    def broken(self) -> list[Broken]:
        """The promises that were broken: client by client, each in order of time."""
        return [broken for client in (WRITER, READER) for broken in _broken(self, client)]

    def breaches(self, promise: str) -> int:
        """How often that promise was broken."""
        return sum(broken.promise == promise for broken in self.broken)

    @property
    def units(self) -> float:
        """The read units that all reads consumed."""
        return sum(read.units for read in self.told.reads)


def simulate(repair: str = NOTHING, lag: int = 2_000, pause: int = 700, seed: int = 1) -> Story:
    """Ada writes new versions of an item and reads it in between; Bob reads it. Each waits for an answer, and ``pause`` ms more.

    ``repair`` is one of ``REPAIRS``; ``lag`` is how late a follower applies a write, in ms by the median (profile classroom: assumed).
    Raises ``LabError`` for a repair that is none.
    """
    if repair not in REPAIRS:
        raise LabError(f"there is no repair {repair!r}", next=f"Choose one of {', '.join(REPAIRS)}.")
    story = Story(Item(lab_with_zones(lag, seed)), repair)
    for name, writes in ((WRITER, True), (READER, False)):
        _Client(story, name, writes, pause / 1000).begin()
    story.lab.clock.advance(LENGTH)
    return story


class _Client:
    """Somebody who makes one request after the other."""

    def __init__(self, story: Story, name: str, writes: bool, pause: float) -> None:
        self._story = story
        self._item = story.item
        self._name = name
        self._writes = writes
        self._pause = pause
        self._steps = 0
        self._known = 0

    def begin(self) -> None:
        self._item.at(FIRST if self._writes else 2 * FIRST, self._step)

    def _step(self) -> None:
        self._steps += 1
        if self._writes and self._steps % (READS_PER_WRITE + 1) == 1:
            self._write()
        else:
            self._read()

    def _write(self) -> None:
        self._known = self._item.write(self._name) or self._known
        self._story.used.add(self._item.requests)
        spared = self._story.repair == ANSWER
        self._steps += spared
        self._item.at(self._item.free + (AGAIN + self._pause if spared else AGAIN), self._step)

    def _read(self) -> None:
        version = self._item.read(self._name, self._story.repair == STRONG) or 0
        if self._story.repair == MEMORY and version < self._known:
            self._item.at(self._item.free + AGAIN, self._read)
            return
        self._known = max(version, self._known)
        self._story.used.add(self._item.requests)
        self._item.at(self._item.free + self._pause, self._step)


def draw(story: Story) -> Film:
    """What both clients did and were told, above the three replicas."""
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(*(Lane(name, group="clients", kind=CLIENT) for name in (WRITER, READER)), *replicas.LANES),
        marks=[*_marks(story), *replicas.marks(story.lab)],
        journeys=[*replicas.journeys(story.lab), *_answers(story)],
        spans=[*replicas.lacking(story.lab), *replicas.leadership(story.lab), *_breaches(story)],
        notes=_notes(story),
        end=LENGTH,
        plays=20.0,
    )


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are repair, lag, pause, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(repair: str = NOTHING, lag: int = 2_000, pause: int = 700, seed: int = 1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "repair": controls.choice("repaired by", tuple(REPAIRS), repair, width="245px"),
        "lag": controls.slider("median lag, ms", lag, 100, 6_000, 100, width="260px"),
        "pause": controls.slider("pause between reads, ms", pause, 300, 2_000, 100, width="300px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "What a client may expect",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=((*simulated.values(), again), ()),
        says=price,
    )


def price(story: Story) -> str:
    """In one line of HTML, what the reads cost, and what was thrown away."""
    reads = story.told.reads
    discarded = sum(read.request not in story.used for read in reads)
    thrown = f", <b>{discarded}</b> of them for nothing: the answer was too old" if discarded else ""
    return f"{len(reads)} reads for <b>{number(story.units)} RCU</b>{thrown}; {count(len(story.told.writes), 'write')}"


def finding(story: Story) -> str:
    """The film's title."""
    back, missed = story.breaches(MONOTONIC), story.breaches(OWN)
    went = f"{back or 'no'} {'reads go' if back > 1 else 'read goes'} back in time"
    own = f"{missed or 'none'} {'miss' if missed > 1 else 'misses'} the reader's own write"
    return f"{_TITLES[story.repair]}: {went}, {own}"


_TITLES = {
    NOTHING: "Eventual reads",
    STRONG: "Strong reads",
    ANSWER: "Using the write's answer",
    MEMORY: "Remembering the version",
}


def _broken(story: Story, client: str) -> Iterator[Broken]:
    """Hold each answer that a client took against what it had written and been told before."""
    own, seen = (0, 0.0), (0, 0.0)
    taken = [one for one in story.told.answered if one.client == client and one.request in story.used]
    for one in taken:
        if not isinstance(one, Read):
            own = max(own, (one.version, one.answered))
            continue
        if one.version < seen[0]:
            yield Broken(MONOTONIC, one, *seen)
        if one.version < own[0]:
            yield Broken(OWN, one, *own)
        seen = max(seen, (one.version, one.answered))


def _marks(story: Story) -> Iterator[Mark]:
    broken = {broken.read.request: broken for broken in story.broken}
    for write in story.told.writes:
        yield Mark(write.called, WRITER, WRITE, f"v{write.version}", f"Ada writes v{write.version}.")
    for read in story.told.reads:
        says = f"Zone {read.zone[-1]} answers {read.client.title()} with {_version(read.version)}; the newest is {_version(read.newest)}."
        if read.request not in story.used:
            yield Mark(
                read.answered,
                read.client,
                WAIT,
                "",
                f"{says} Thrown away: {read.client.title()} knows a newer one, and reads again.",
            )
            continue
        kind = STALE_READ if read.stale else READ
        yield Mark(
            read.answered, read.client, kind, _version(read.version), f"{says}{_blame(broken.get(read.request))}"
        )


def _answers(story: Story) -> Iterator[Journey]:
    """The answers that broke a promise, on their way from the replica that gave them."""
    for read in {broken.read.request: broken.read for broken in story.broken}.values():
        says = f"Zone {read.zone[-1]} lacks v{read.version + 1}, and answers with {_version(read.version)}."
        yield Journey(read.called, read.answered, replicas.lane_of(read.zone), read.client, STALE_READ, says)


def _blame(broken: Broken | None) -> str:
    if broken is None:
        return ""
    did = "wrote" if broken.promise == OWN else "was told of"
    return f" {broken.read.client.title()} {did} v{broken.known} {broken.read.answered - broken.since:.1f} s before."


def _breaches(story: Story) -> Iterator[Span]:
    """From the moment at which a client knew a version to the read that did not: one stretch for all reads that miss it."""
    last = {(broken.read.client, broken.known): broken for broken in story.broken}
    for (client, known), broken in last.items():
        since = min(one.since for one in story.broken if (one.read.client, one.known) == (client, known))
        yield Span(
            since,
            broken.read.answered,
            client,
            STALE_READ,
            "",
            f"{client.title()} knows v{known}, and is told of an older one.",
        )


def _notes(story: Story) -> list[Note]:
    turns = [Note(FIRST, "Ada writes and reads, Bob reads. Each read asks one of the three replicas.")]
    for client, (promise, words) in _WORDS.items():
        first = next((one for one in story.broken if (one.read.client, one.promise) == (client, promise)), None)
        if first:
            name, version = first.read.client.title(), _version(first.read.version)
            turns.append(Note(first.read.answered, words.format(name=name, known=first.known, version=version)))
    turns.append(Note(LENGTH, REPAIRS[story.repair]))
    return sorted(turns, key=lambda note: note.at)


_WORDS = {
    READER: (
        MONOTONIC,
        "{name} was told of v{known}, and is now told of {version} by another replica: time runs backwards.",
    ),
    WRITER: (OWN, "{name} has written v{known}, and is told of {version}: the replica does not have it yet."),
}


def _version(version: int) -> str:
    return f"v{version}" if version else "none"


CAPTION = (
    "The number beside a read is the version that it returned. Where a client's row is ochre, it was told of an older version than it knew; where a"
    " zone's row is, that replica lacks a write. Lags are assumed, and slowed until one can see them."
)
