"""The index follows: what a write to a table sends to its global index, when it arrives, and what queries of the index miss till then.

story = simulate("all in turn", rate=5, lag=1_500, queries=4)
draw(story)                     # a film
explore()                       # the same with controls; its other tabs are the topics index_behind, index_starved and index_costs
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dynateach.clock import SECOND
from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Journey, Lane, Level, Mark, Span, seconds
from dynateach.drawing.palette import CLIENT, FAULT, INDEX, READ, STALE_READ, WRITE
from dynateach.errors import LabError
from dynateach.events import IndexPaused, ItemWritten
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM
from dynateach.topics.parts import indexed_orders
from dynateach.topics.parts.index_lag_notes import notes
from dynateach.topics.parts.indexed_orders import (
    STATUSES,
    TOTALS,
    Look,
    Orders,
    Way,
    Writer,
    first_orders,
    lab_without_waiting,
    waiting,
    ways,
)
from dynateach.topics.parts.one_item import in_proportion

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

WRITES = {
    "all in turn": ("new", "total", "status", "note"),
    "new orders": ("new",),
    "totals (projected)": ("total",),
    "statuses (its key)": ("status",),
    "notes (not projected)": ("note",),
}
"""What the writes may do, in the learner's words; each is made in turn."""

QUERY, PAUSE = "a query", "a pause of 5 s"
FORKS = QUERY, PAUSE
"""What else may happen at the moment of a fork."""

TABLE_LANE, QUEUE_LANE, INDEX_LANE, QUERIES, ASKED = "table", "queue", "index", "queries", "your query"
FIRST_ORDERS = 6
FIRST_WRITE, LAST_WRITE, FIRST_QUERY = 1.0, 21.0, 2.3
PAUSED_FOR = 5.0
"""Seconds."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and when, if ever, the fork happens (seconds)."""

    writes: str
    rate: int
    lag: int
    queries: int
    forks: str
    seed: int
    forked: float | None = None


@dataclass(frozen=True)
class Story:
    """A finished run: the Lab in which it happened, what the queries found, and the one that a fork made, if it did."""

    plan: Plan
    lab: Lab
    looks: list[Look]
    asked: list[Look]

    @cached_property
    def ways(self) -> list[Way]:
        """The way of each change to the index."""
        return ways(self.lab)

    @property
    def writes(self) -> list[ItemWritten]:
        """The writes of the story; the orders that were there before it are no part of it."""
        return [event for event in self.lab.trace.of(ItemWritten) if seconds(event.at) >= FIRST_WRITE]

    @property
    def stale(self) -> list[Look]:
        """The queries whose answer was not what stood in the table."""
        return [look for look in self.looks if look.differences]


def simulate(
    writes: str = "all in turn", rate: int = 5, lag: int = 1_500, queries: int = 4, forks: str = QUERY, seed: int = 4
) -> Story:
    """Write to a table of orders for twenty seconds, and query its index by the status of the orders, until that has followed.

    ``rate`` and ``queries`` are how many there are in 10 s. ``lag`` is how long a change is on its way, in ms by the median: the
    profile classroom in proportion, whose lags are assumed. ``forks`` is what a fork of the story does.
    Raises ``LabError`` for writes, lags and forks that there are none of.
    """
    if writes not in WRITES:
        raise LabError(f"there are no writes {writes!r}", next=f"Choose one of {', '.join(WRITES)}.")
    if forks not in FORKS:
        raise LabError(f"a fork cannot be {forks!r}", next=f"Choose one of {', '.join(FORKS)}.")
    if not lag > 0:
        raise LabError(f"an index cannot be {lag!r} ms behind", next="Give a lag above 0 ms.")
    return _run(Plan(writes, rate, lag, queries, forks, seed))


def draw(story: Story) -> Film:
    """The table, the queue of changes, the index and the queries over time."""
    end = story.looks[-1].at + 0.5
    asked = (Lane(ASKED, kind=CLIENT),) if story.asked else ()
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(
            Lane(TABLE_LANE, kind=WRITE),
            Lane(QUEUE_LANE),
            Lane(INDEX_LANE, kind=INDEX),
            Lane(QUERIES, kind=CLIENT),
            *asked,
        ),
        marks=[*_writes(story), *_arrivals(story), *_queries(story)],
        journeys=[_journey(way) for way in story.ways],
        spans=[*_behind(story), *_pauses(story)],
        levels=[Level(QUEUE_LANE, waiting(story.ways), "changes", kind=INDEX)],
        notes=notes(story, end),
        end=end,
        plays=20.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but at that moment (seconds) the index is queried, or its queue is paused for 5 s."""
    return draw(_run(replace(story.plan, forked=at)))


def explore(**defaults: Any) -> Any:
    """An explorer with four tabs: how an index follows, one that is starved, what a write costs there, how far it is behind.

    ``defaults`` are the first tab's first values: writes, rate, lag, queries, forks, seed.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import index_behind, index_costs, index_starved

    return explorer(view(**defaults), index_starved.view(), index_costs.view(), index_behind.view())


def view(
    writes: str = "all in turn", rate: int = 5, lag: int = 1_500, queries: int = 4, forks: str = QUERY, seed: int = 4
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "writes": controls.choice("writes", tuple(WRITES), writes, width="200px"),
        "rate": controls.slider("in 10 s", rate, 1, 30, width="175px"),
        "lag": controls.slider("median lag, ms", lag, 100, 6_000, 100, width="250px"),
        "queries": controls.slider("queries in 10 s", queries, 1, 20, width="220px"),
        "forks": controls.choice("a fork is", FORKS, forks, width="190px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "The index follows",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=comparison,
        fork=fork,
    )


def finding(story: Story) -> str:
    """The film's title."""
    if story.asked:
        return f"At {story.asked[0].at:.1f} s {story.asked[0].says}"
    queries = (
        f"{len(story.stale) or 'None'} of {count(len(story.looks), 'query', 'queries')} of the index missed a change"
    )
    if not story.ways:
        return f"{queries}: of these writes it gets nothing"
    return f"{queries}; the longest way took {max(way.took for way in story.ways):.1f} s"


def comparison(story: Story) -> str:
    """In one line of HTML, what the writes were to the table and to the index."""
    moved = (
        f"{count(len(story.ways), 'change')}, each on its way for a while" if story.ways else "nothing changes in it"
    )
    return f"<b>Table</b>: {count(len(story.writes), 'write')}, each there at once. <b>Index</b>: {moved}."


def _run(plan: Plan) -> Story:
    lags = in_proportion(CLASSROOM.index_lag, plan.lag)
    table = Orders(lab_without_waiting(CLASSROOM, plan.seed, index_lag=lags, admission="off"))
    table.open(TOTALS, first_orders(FIRST_ORDERS))
    story, writer = Story(plan, table.lab, [], []), Writer(table, WRITES[plan.writes], FIRST_ORDERS)
    for i in range(int((LAST_WRITE - FIRST_WRITE) * plan.rate / 10) + 1):
        table.at(FIRST_WRITE + i * 10 / plan.rate, writer.write)
    table.at(FIRST_QUERY, lambda: _query(story, table))
    if plan.forked is not None:
        _fork(story, table, plan.forked)
    while _unfinished(story):
        table.lab.clock.advance(1)
    table.lab.clock.advance(10 / plan.queries)
    return story


def _query(story: Story, table: Orders) -> None:
    """Query the index now, and again and again until it has followed."""
    story.looks.append(table.look(STATUSES))
    if _unfinished(story):
        table.lab.clock.after(round(10 * SECOND / story.plan.queries), lambda: _query(story, table))


def _fork(story: Story, table: Orders, at: float) -> None:
    if story.plan.forks == PAUSE:
        table.lab.faults.pause_index(indexed_orders.TABLE, indexed_orders.INDEX, PAUSED_FOR, at=at)
    else:
        table.at(at, lambda: story.asked.append(table.look(STATUSES)))


def _unfinished(story: Story) -> bool:
    forked = story.plan.forked or 0.0
    last = max(LAST_WRITE, forked + PAUSED_FOR)
    return (
        story.lab.clock.elapsed <= last
        or story.lab.inspect(indexed_orders.TABLE).index(indexed_orders.INDEX).waiting > 0
    )


def _writes(story: Story) -> Iterator[Mark]:
    for write in story.writes:
        sent = sum(way.request == write.request for way in story.ways)
        what = "is new" if write.change == "INSERT" else "is changed"
        yield Mark(seconds(write.at), TABLE_LANE, WRITE, write.key, f"{write.key} {what}: {SENT[sent]}")


def _journey(way: Way) -> Journey:
    return Journey(way.queued, way.arrived, TABLE_LANE, INDEX_LANE, INDEX, _says(way))


def _arrivals(story: Story) -> Iterator[Mark]:
    for way in story.ways:
        yield Mark(way.arrived, INDEX_LANE, INDEX, SIGNS[way.change] + way.order, _says(way))


def _queries(story: Story) -> Iterator[Mark]:
    for lane, looks in ((QUERIES, story.looks), (ASKED, story.asked)):
        for look in looks:
            kind = STALE_READ if look.differences else READ
            first, *more = [*look.differences, ""]
            label = f"{first} +{len(more) - 1}" if len(more) > 1 else first
            yield Mark(look.at, lane, kind, label, f"At this moment {look.says}.")


def _behind(story: Story) -> Iterator[Span]:
    """While a change is on its way, the index lacks it."""
    since = None
    for time, level in waiting(story.ways):
        if level and since is None:
            since = time
        elif not level and since is not None:
            yield Span(since, time, INDEX_LANE, STALE_READ, says=f"For {time - since:.1f} s the index lacks something.")
            since = None


def _pauses(story: Story) -> Iterator[Span]:
    begun = 0.0
    for event in story.lab.trace.of(IndexPaused):
        if event.paused:
            begun = seconds(event.at)
        else:
            yield Span(begun, seconds(event.at), QUEUE_LANE, FAULT, "paused", "Nothing arrives in the index.")


def _says(way: Way) -> str:
    return f"{way.order} {DONE[way.change]} the index {way.took:.1f} s after the write."


DONE = {"INSERT": "comes into", "MODIFY": "is changed in", "REMOVE": "goes from its old place in"}
SIGNS = {"INSERT": "+", "MODIFY": "", "REMOVE": "\u2212"}
SENT = (
    "none of what changed is in the index, so it is sent nothing.",
    "one change is sent to the index.",
    "it moves in the index, so a removal and an insertion are sent there, each on its own.",
)
CAPTION = (
    "A dashed line is a change on its way from the table to the index. Where the index's row is ochre, it lacks a change that the table has:"
    " a query then may miss it. + is an entry that comes, \u2212 one that goes. DynamoDB publishes no lags: these are assumed, and slowed."
)
