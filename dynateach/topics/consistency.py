"""Stale reads: one item on three replicas, who answers a read, what that read may miss, and what it costs never to miss anything.

story = simulate("eventual", lag=2_000, rate=2, fault="leader's zone lost", at=12)
draw(story)                     # a film
explore()                       # the same with controls; its other tabs are the topics staleness, promises and histories
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dynateach.drawing.captions import count, number
from dynateach.drawing.film import Film, Journey, Lane, Mark
from dynateach.drawing.palette import CLIENT, READ, REFUSED, STALE_READ, WRITE
from dynateach.dynamodb.storage.zones import LOST
from dynateach.errors import LabError
from dynateach.topics.parts import replicas
from dynateach.topics.parts.consistency_notes import notes
from dynateach.topics.parts.one_item import TABLE, Happened, Item, Read, Refusal, lab_with_zones, told

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

Reads = Literal["eventual", "strong", "half and half"]
READS: tuple[Reads, ...] = ("eventual", "strong", "half and half")

FAULTS = {
    "none": "",
    "leader's zone lost": "lose_zone",
    "leader's zone cut off": "partition",
    "follower's zone lost": "lose_zone",
    "follower's zone cut off": "partition",
    "follower's zone slow": "slow",
}
"""What may go wrong, and which of ``lab.faults`` it is."""

WRITER, EVENTUAL, STRONG = "writer", "eventual reads", "strong reads"
LENGTH = 40.0
"""Seconds of the story."""
FIRST_WRITE, WRITE_EVERY, FIRST_READ, LAST_ANSWER = 1.0, 4.0, 0.21, 0.25
FAULT_LASTS = 16.0
"""Seconds: longer than a leader's lease."""
SLOWER = 4
"""How many times as long a slow zone takes to apply a write."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and at ``lost`` seconds (if ever) the zone that leads then goes."""

    reads: Reads
    lag: int
    rate: int
    fault: str
    at: int
    seed: int
    lost: float | None = None
    length: float = LENGTH


class Tally(NamedTuple):
    """What a client gets for its reads: of ``asked``, how many were ``answered``, how many of those were ``stale``, the read ``units``
    consumed, and the longest time without an answer (seconds).
    """

    asked: int
    answered: int
    stale: int
    units: float
    silence: float


@dataclass(frozen=True)
class Story(Happened):
    """A finished run, and the same run once with eventually consistent reads only and once with strongly consistent ones."""

    plan: Plan
    item: Item
    eventual: Tally
    strong: Tally

    @property
    def stale(self) -> list[Read]:
        """The reads that missed a write."""
        return [read for read in self.told.reads if read.stale]


def simulate(
    reads: Reads = "eventual", lag: int = 2_000, rate: int = 2, fault: str = "none", at: int = 12, seed: int = 1
) -> Story:
    """A client writes a new version of one item every few seconds, another reads it ``rate`` times a second.

    ``lag`` is how late a follower applies a write, in ms by the median; ``fault`` begins ``at`` so many seconds and lasts
    for 16. Service times, the leader's lease (10 s) and catching up (5 s) are those of the profile classroom: assumed.
    Raises ``LabError`` for reads and faults that there are none of.
    """
    if reads not in READS:
        raise LabError(f"there are no {reads!r} reads", next=f"Choose one of {', '.join(READS)}.")
    if fault not in FAULTS:
        raise LabError(f"there is no fault {fault!r}", next=f"Choose one of {', '.join(FAULTS)}.")
    return _story(Plan(reads, lag, rate, fault, at, seed))


def draw(story: Story) -> Film:
    """The client's requests and the three replicas over time."""
    end = story.plan.length
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(*_client_lanes(story), *replicas.LANES),
        marks=[*_marks(story), *replicas.marks(story.lab)],
        journeys=[*replicas.journeys(story.lab), *_answers(story)],
        spans=[*replicas.lacking(story.lab), *replicas.leadership(story.lab), *replicas.faults(story.lab)],
        notes=notes(story, end),
        end=end,
        plays=20.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but at that moment (seconds) the zone that leads then is lost. Raises ``LabError`` if none leads."""
    leader = replicas.lane_of(replicas.leader_at(story.lab, at))
    lost = [span for span in replicas.faults(story.lab) if span.lane == leader and span.label == LOST]
    if any(span.at <= at < span.until for span in lost):
        raise LabError(
            f"no zone leads at {at:.1f} s", next="Fork before the leader is lost, or after the next one is chosen."
        )
    length = max(story.plan.length, at + FAULT_LASTS + 2 * WRITE_EVERY)
    return draw(_story(replace(story.plan, lost=at, length=length)))


def explore(**defaults: Any) -> Any:
    """An explorer with four tabs: stale reads, how long a read may be stale, what a client may expect, linearizable or not.

    ``defaults`` are the first tab's first values: reads, lag, rate, fault, at, seed.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import histories, promises, staleness

    return explorer(view(**defaults), staleness.view(), promises.view(), histories.view())


def view(
    reads: Reads = "eventual",
    lag: int = 2_000,
    rate: int = 2,
    fault: str = "leader's zone lost",
    at: int = 12,
    seed: int = 1,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "reads": controls.choice("reads are", READS, reads, width="180px"),
        "lag": controls.slider("median lag, ms", lag, 100, 6_000, 100, width="245px"),
        "rate": controls.slider("reads a second", rate, 1, 5, width="200px"),
        "fault": controls.choice("fault", tuple(FAULTS), fault, width="215px"),
        "at": controls.slider("at second", at, 2, 24, width="175px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "Stale reads",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=comparison,
        fork=fork,
    )


def comparison(story: Story) -> str:
    """In one line of HTML, what eventually and strongly consistent reads would have cost and made the client wait in the same run."""
    return "; ".join(
        f"<b>{name}</b>: {tally.answered} of {tally.asked} reads answered for {number(tally.units)} RCU, at worst {tally.silence:.1f} s apart"
        for name, tally in (("eventual", story.eventual), ("strong", story.strong))
    )


def finding(story: Story) -> str:
    """The film's title."""
    reads, stale = story.told.reads, story.stale
    oldest = max((read.behind for read in stale), default=0.0)
    old = f", the oldest by {oldest:.1f} s" if stale else ""
    found = f"{len(stale) or 'None'} of {count(len(reads), 'read')} {'were' if len(stale) > 1 else 'was'} stale{old}"
    refused = [count(len(of_kind), kind) for kind in ("write", "read") if (of_kind := _refused(story, kind))]
    return f"{found}; {' and '.join(refused)} refused" if refused else found


def _refused(story: Story, kind: str) -> list[Refusal]:
    return [refusal for refusal in story.told.refused if refusal.kind == kind]


def _story(plan: Plan) -> Story:
    eventual, strong = (_tally(_run(replace(plan, reads=reads)), plan.length) for reads in READS[:2])
    return Story(plan, _run(plan), eventual, strong)


def _run(plan: Plan) -> Item:
    item = Item(lab_with_zones(plan.lag, plan.seed))
    _break(item, plan)
    for i in range(int((plan.length - FIRST_WRITE) / WRITE_EVERY) + 1):
        item.at(FIRST_WRITE + i * WRITE_EVERY, lambda: item.write(WRITER))
    for i in range(int((plan.length - FIRST_READ - LAST_ANSWER) * plan.rate) + 1):
        strong = plan.reads == "strong" or (plan.reads == "half and half" and i % 2 == 1)
        item.at(FIRST_READ + i / plan.rate, partial(item.read, STRONG if strong else EVENTUAL, strong))
    item.lab.clock.advance(plan.length)
    return item


def _break(item: Item, plan: Plan) -> None:
    """Schedule what goes wrong. The leader's zone is that of whoever leads at the start; the follower's, the last of the others."""
    faults = item.lab.faults
    if FAULTS[plan.fault]:
        role = plan.fault.split("'")[0]
        zones = [one.zone for one in item.lab.inspect(TABLE).replicas(replicas.PARTITION) if one.role == role]
        slower = {"factor": SLOWER} if FAULTS[plan.fault] == "slow" else {}
        getattr(faults, FAULTS[plan.fault])(zones[-1], FAULT_LASTS, at=plan.at, **slower)
    if plan.lost is not None:
        item.at(plan.lost, lambda: faults.lose_zone(replicas.leader(item.lab), FAULT_LASTS))


def _tally(item: Item, end: float) -> Tally:
    found = told(item)
    refused = sum(one.kind == "read" for one in found.refused)
    answers = sorted([0.0, *(read.answered for read in found.reads), end])
    silence = max(later - earlier for earlier, later in pairwise(answers))
    stale = sum(read.stale for read in found.reads)
    units = sum(read.units for read in found.reads)
    return Tally(len(found.reads) + refused, len(found.reads), stale, units, silence)


def _client_lanes(story: Story) -> Iterator[Lane]:
    yield Lane(WRITER, group="clients", kind=CLIENT)
    if story.plan.reads != "strong":
        yield Lane(EVENTUAL, group="clients", kind=CLIENT)
    if story.plan.reads != "eventual":
        yield Lane(STRONG, group="clients", kind=CLIENT)


def _marks(story: Story) -> Iterator[Mark]:
    for write in story.told.writes:
        says = f"v{write.version} is written: done at once in two of three logs, answered after {_ms(write.answered - write.called)}."
        yield Mark(write.called, WRITER, WRITE, f"v{write.version}", says)
    for read in story.told.reads:
        kind, label = (STALE_READ, _version(read)) if read.stale else (READ, "")
        yield Mark(read.answered, read.client, kind, label, _says(read))
    for refusal in story.told.refused:
        says = f"The {refusal.kind} is refused: InternalServerError, since no replica may serve it now."
        yield Mark(refusal.answered, refusal.client, REFUSED, "", says)


def _answers(story: Story) -> Iterator[Journey]:
    for read in story.told.reads:
        kind = STALE_READ if read.stale else READ
        yield Journey(read.called, read.answered, replicas.lane_of(read.zone), read.client, kind, _says(read))


def _says(read: Read) -> str:
    where = f"Zone {read.zone[-1]} answers with {_version(read)}"
    if not read.stale:
        return f"{where}, the newest."
    return f"{where}. v{read.version + 1} was written {read.behind:.1f} s before: the read is stale."


def _version(read: Read) -> str:
    return f"v{read.version}" if read.version else "none"


def _ms(time: float) -> str:
    return f"{time * 1000:.0f} ms"


CAPTION = (
    "A slanted line is a write on its way from the leader to a follower. Where a zone's row is ochre, it lacks a write that is done: a read"
    " that asks it then is stale. DynamoDB publishes no lags and no lease: these are assumed, and slowed until one can see them."
)
