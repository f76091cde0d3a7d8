"""A starved index: one with too few write units falls behind, and then the writes to its table are throttled.

story = simulate(index=5, rate=10, load=20)
draw(story)                     # a film
explore()                       # the same with controls
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dynateach.clock import SECOND
from dynateach.drawing.captions import count, percent
from dynateach.drawing.film import Film, Journey, Lane, Level, Note, seconds
from dynateach.drawing.palette import INDEX, THROTTLE, WAIT, WRITE
from dynateach.errors import LabError, ServiceError
from dynateach.events import ItemWritten, Throttled
from dynateach.lab import Lab
from dynateach.profile import REALISTIC
from dynateach.topics.parts import indexed_orders
from dynateach.topics.parts.indexed_orders import (
    TOTALS,
    Orders,
    Way,
    Writer,
    first_orders,
    lab_without_waiting,
    throughput,
    ways,
)

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

CHANGES = {"totals (projected)": "total", "statuses (its key)": "status", "notes (not projected)": "note"}
"""What the writes may change, and which attribute that is."""
NEEDS = {"total": 1, "status": 2, "note": 0}
"""The write units of the index that one such write needs."""

TABLE_UNITS = 100
FIRST_ORDERS = 40
START, SAMPLED = 1.0, 0.2
"""Seconds: when the load begins, and how often the index's bucket is looked at."""
BACKLOG = REALISTIC.index_backlog / SECOND
"""Seconds of the index's throughput that may wait before the table's writes are refused: assumed."""
ACCEPTED, REFUSED, ARRIVING = "accepted", "throttled", "index gets"
BUCKET, OWED = "index can take", "index owes"
DRAWN_WAYS = 24
"""At most so many ways are drawn, evenly chosen."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and when the index gets the units it needs, if ever (seconds)."""

    index: int
    rate: int
    load: int
    changes: str
    seed: int
    raised: float | None = None

    @property
    def needed(self) -> int:
        """The write units a second that the index needs."""
        return self.rate * NEEDS[CHANGES[self.changes]]


@dataclass(frozen=True)
class Sample:
    """The index's bucket ``at`` a moment (seconds): how many write units are in it, and flow into it each second. Below 0 it owes."""

    at: float
    level: float
    rate: float

    @property
    def owed(self) -> float:
        """How long the index has to work for what it owes, in seconds."""
        return max(0.0, -self.level / self.rate)


@dataclass(frozen=True)
class Story:
    """A finished run: the Lab in which it happened, the index's bucket over time, and DynamoDB's answers to the writes that were refused."""

    plan: Plan
    lab: Lab
    samples: list[Sample] = field(default_factory=list)
    errors: list[ServiceError] = field(default_factory=list)

    @cached_property
    def ways(self) -> list[Way]:
        """The way of each change to the index."""
        return ways(self.lab)

    @cached_property
    def accepted(self) -> list[ItemWritten]:
        """The writes that were done."""
        return [event for event in self.lab.trace.of(ItemWritten) if seconds(event.at) >= START]

    @cached_property
    def refused(self) -> list[Throttled]:
        """The writes that were throttled."""
        return self.lab.trace.of(Throttled)

    @property
    def used(self) -> float:
        """What the accepted writes used of the table's own units while the load lasted, as a share of 1."""
        return sum(event.units for event in self.accepted) / (TABLE_UNITS * self.plan.load)

    @property
    def drained(self) -> float:
        """When the last change arrived in the index (seconds)."""
        return max((way.arrived for way in self.ways), default=START)


def simulate(
    index: int = 5, rate: int = 10, load: int = 20, changes: str = "totals (projected)", seed: int = 1
) -> Story:
    """Write to a table of 100 WCU whose index has ``index`` WCU: ``rate`` writes a second for ``load`` seconds, none repeated when refused.

    Documented: an index short of write units throttles its table's writes. Assumed (the profile realistic): first so much may
    wait as the index can write in five seconds. Raises ``LabError`` for changes that there are none of.
    """
    if changes not in CHANGES:
        raise LabError(f"there are no changes {changes!r}", next=f"Choose one of {', '.join(CHANGES)}.")
    return _run(Plan(index, rate, load, changes, seed))


def draw(story: Story) -> Film:
    """The writes, what the index gets and can take, and how much it owes."""
    levels = list(_levels(story))
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=[Lane(level.lane, "writes" if level.lane in (ACCEPTED, REFUSED) else "") for level in levels],
        journeys=list(_journeys(story)),
        levels=levels,
        notes=sorted(_notes(story), key=lambda note: note.at),
        end=story.samples[-1].at,
        plays=16.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but at that moment (seconds) the index gets the write units that it needs.

    Raises ``LabError`` where it has enough.
    """
    if story.plan.needed <= story.plan.index:
        raise LabError(f"{story.plan.index} WCU are enough for the index", next="Make it smaller, or the writes more.")
    return draw(_run(replace(story.plan, raised=at)))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are index, rate, load, changes, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(index: int = 5, rate: int = 10, load: int = 20, changes: str = "totals (projected)", seed: int = 1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {
        "index": controls.slider("index, WCU", index, 1, 50, width="230px"),
        "rate": controls.slider("writes a second", rate, 1, 50, width="240px"),
        "load": controls.slider("for so many s", load, 5, 40, width="220px"),
        "changes": controls.choice("they change", tuple(CHANGES), changes, width="250px"),
    }
    return View(
        "A starved index",
        simulate,
        draw,
        simulated={**simulated, "seed": controls.counter(seed, 1, 999)},
        drawn={},
        rows=(tuple(simulated.values()), ()),
        says=reason,
        fork=fork,
    )


def finding(story: Story) -> str:
    """The film's title."""
    plan, refused = story.plan, len(story.refused)
    if plan.raised is not None:
        later = sum(seconds(event.at) > plan.raised for event in story.refused)
        before = count(refused - later, "write") if refused > later else "No write"
        return (
            f"{before} throttled until the index got {plan.needed} WCU at {plan.raised:.1f} s, {later or 'none'} after"
        )
    if refused:
        writes = count(refused + len(story.accepted), "write")
        return f"{refused} of {writes} throttled by an index of {plan.index} WCU, with {percent(story.used)} of the table's used"
    owed = max(sample.owed for sample in story.samples)
    late = f"at most {owed:.1f} s of work waited" if owed else "nothing waited"
    return f"No write is throttled: the index has {plan.index} WCU and needs {plan.needed}; {late}"


def reason(story: Story) -> str:
    """In one line of HTML, why DynamoDB refused the first write that it refused."""
    needs = f"A write needs <b>{NEEDS[CHANGES[story.plan.changes]]} WCU</b> of the index."
    if not story.errors:
        return f"{needs} DynamoDB refused none."
    (said, *_) = story.errors[0].fields["ThrottlingReasons"]
    return f"{needs} DynamoDB refused others: <b>{said['reason']}</b>, {said['resource'].partition(':table/')[2]}"


def _run(plan: Plan) -> Story:
    lab = lab_without_waiting(REALISTIC, plan.seed)
    story, table = Story(plan, lab), Orders(lab)
    table.open(TOTALS, first_orders(FIRST_ORDERS), units=(TABLE_UNITS, plan.index))
    writer = Writer(table, [CHANGES[plan.changes]], FIRST_ORDERS)
    for i in range(plan.rate * plan.load):
        table.at(START + i / plan.rate, lambda: _write(story, writer))
    if plan.raised is not None:
        table.at(plan.raised, lambda: _raise_units(table, plan.needed))
    _sample(story)
    while lab.clock.next_time is not None:
        lab.clock.advance(1)
    return story


def _write(story: Story, writer: Writer) -> None:
    try:
        writer.write()
    except ServiceError as error:
        story.errors.append(error)


def _raise_units(table: Orders, units: int) -> None:
    update = {"IndexName": indexed_orders.INDEX, "ProvisionedThroughput": throughput(units)}
    table.ask("UpdateTable", GlobalSecondaryIndexUpdates=[{"Update": update}])


def _sample(story: Story) -> None:
    """Look at the bucket now, and again and again until load and queue are at an end."""
    lab, inside = story.lab, story.lab.inspect(indexed_orders.TABLE)
    wanted = indexed_orders.INDEX, "Write", "provisioned"
    bucket = next(one for one in inside.budgets if (one.index_name, one.side, one.budget) == wanted)
    story.samples.append(Sample(lab.clock.elapsed, bucket.level, bucket.rate))
    last = START + story.plan.load + 1
    if lab.clock.elapsed < last or inside.index(indexed_orders.INDEX).waiting or bucket.level < 0:
        lab.clock.after(round(SAMPLED * SECOND), lambda: _sample(story))


def _journeys(story: Story) -> Iterator[Journey]:
    for way in story.ways[:: -(-len(story.ways) // DRAWN_WAYS) or 1]:
        says = f"{way.order} is changed in the index {way.took:.1f} s after the write."
        yield Journey(way.queued, way.arrived, ACCEPTED, ARRIVING, INDEX, says)


def _levels(story: Story) -> Iterator[Level]:
    samples, end = story.samples, story.samples[-1].at
    yield Level(REFUSED, _each_second((seconds(one.at) for one in story.refused), end), "a second", kind=THROTTLE)
    yield Level(ACCEPTED, _each_second((seconds(one.at) for one in story.accepted), end), "a second", kind=WRITE)
    yield Level(ARRIVING, _each_second((way.arrived for way in story.ways), end), "a second", kind=INDEX)
    yield Level(BUCKET, [(one.at, one.level) for one in samples], "WCU", kind=INDEX)
    yield Level(OWED, [(one.at, one.owed) for one in samples], "s of work", ceiling=BACKLOG, kind=WAIT)


def _each_second(times: Iterable[float], end: float) -> list[tuple[float, int]]:
    """How many of these times lie in each second."""
    found = Counter(int(time) for time in times)
    return [(second, found[second]) for second in range(int(end) + 1)]


def _notes(story: Story) -> Iterator[Note]:
    plan = story.plan
    yield Note(
        START, f"{plan.rate} writes a second begin. They need {plan.needed} WCU of the index, which has {plan.index}."
    )
    for sample in [one for one in story.samples if one.owed][:1]:
        yield Note(
            sample.at, "The index has used up its units. Writes are done all the same: their changes wait in its queue."
        )
    for refused in story.refused[:1]:
        says = f"{BACKLOG:g} s of work wait for the index. From now on the table refuses writes, though it could take them."
        yield Note(seconds(refused.at), says)
    if plan.raised is not None:
        yield Note(
            plan.raised,
            f"UpdateTable gives the index {plan.needed} WCU. What waits already arrives as planned: a simplification.",
        )
    over = START + plan.load
    if story.drained > over:
        yield Note(over, f"The writes end. What waits for the index arrives in the next {story.drained - over:.1f} s.")
    yield Note(story.samples[-1].at, moral(story))


def moral(story: Story) -> str:
    """What there is to remember."""
    longest = max((way.took for way in story.ways), default=0.0)
    if not story.plan.needed:
        return "What an index does not project, and is no key of it, costs it nothing: the smallest index will do."
    if not story.refused:
        return f"The index kept up: no change was on its way for longer than {longest:.1f} s."
    return f"A change was on its way for up to {longest:.1f} s. An index needs the write units of the writes that touch it, or it stops them."


CAPTION = (
    f"A dashed line is a change on its way to the index; at most {DRAWN_WAYS} are drawn. What the index can take falls below 0: then it owes."
    f" Documented: a starved index throttles its table. Assumed: once it owes {BACKLOG:g} s of work. Requests take no time, and none is repeated."
)
