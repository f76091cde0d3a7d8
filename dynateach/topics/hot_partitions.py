"""Hot partitions: what a table saves while it is quiet, how a burst spends it, and which budget refuses what.

story = simulate("one celebrity", burst=3_000, quiet=30)
draw(story)                     # a film
explore()                       # the same with controls; its other tabs are the topics heat_splits and remedies
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dynateach.drawing.captions import number
from dynateach.drawing.film import Film, Lane, Level, seconds
from dynateach.drawing.palette import CEILING
from dynateach.dynamodb.inside import BudgetInfo
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS
from dynateach.dynamodb.storage.admission import PARTITION, SHARE, WRITE
from dynateach.errors import LabError
from dynateach.events import ItemWritten, Throttled
from dynateach.lab import Lab
from dynateach.profile import REALISTIC, Delay
from dynateach.topics.parts import hot_lanes
from dynateach.topics.parts.hot_notes import notes
from dynateach.topics.parts.hot_traffic import CELEBRITY, POPULARITY, TABLE, Traffic, keys

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

Mode = Literal["provisioned", "on demand"]
MODES: tuple[Mode, ...] = ("provisioned", "on demand")
ADMISSIONS: dict[str, Literal["global", "static"]] = {"one budget (today)": "global", "fixed shares (early)": "static"}
TODAY, EARLY = ADMISSIONS

PROVISIONED_UNITS, AT_FIRST = 1_200, 4_000
"""WCU that the table has, and had when it was made: so it has four partitions, since partitions are never merged."""
KILOBYTES = 100
BURST_LASTS, AFTER = 90, 60
"""Seconds."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and the second (if any) at which the table gets what the burst asks for."""

    popularity: str
    burst: int
    quiet: int
    mode: Mode
    admission: str
    seed: int
    raised: float | None = None

    quiet_rate: int = 300

    @property
    def wanted(self) -> int:
        """The WCU that would be enough for the burst."""
        return max(self.burst, PROVISIONED_UNITS)

    @property
    def calm(self) -> int:
        """The second at which the burst is over."""
        return self.quiet + BURST_LASTS

    @property
    def end(self) -> float:
        """Seconds of the story."""
        return float(self.calm + AFTER)


@dataclass(frozen=True)
class Story:
    """A finished run. ``samples`` are the table's budgets for writes as they were at each second."""

    plan: Plan
    lab: Lab
    samples: list[tuple[float, list[BudgetInfo]]]

    @cached_property
    def refused(self) -> list[Throttled]:
        """The writes that a budget refused."""
        return self.lab.trace.of(Throttled)

    @cached_property
    def written(self) -> list[ItemWritten]:
        """The writes that were served."""
        return self.lab.trace.of(ItemWritten)

    @cached_property
    def full(self) -> list[str]:
        """The partitions whose ceilings refused writes."""
        return sorted({event.partition for event in self.refused if event.budget == PARTITION})

    @cached_property
    def hottest(self) -> str:
        """The partition that was asked most."""
        asked = Counter([event.partition for event in self.written] + [event.partition for event in self.refused])
        return max(sorted(asked), key=lambda partition: asked[partition])


def simulate(
    popularity: str = CELEBRITY,
    burst: int = 3_000,
    quiet: int = 30,
    mode: Mode = "provisioned",
    admission: str = TODAY,
    seed: int = 1,
) -> Story:
    """A table of 1,200 WCU in four partitions: ``quiet`` seconds of 300 WCU/s, 90 of ``burst`` WCU/s, 60 of 300 WCU/s again.

    Items are 100 KB, 100 units each. No partition splits here: that is the topic ``heat_splits``. On demand, the table is a new one, which
    takes 4,000 WCU/s. Raises ``LabError`` for traffic, modes and admissions that there are none of.
    """
    if mode not in MODES:
        raise LabError(f"there is no capacity mode {mode!r}", next=f"Choose one of {', '.join(MODES)}.")
    if admission not in ADMISSIONS:
        raise LabError(f"there is no admission {admission!r}", next=f"Choose one of {', '.join(ADMISSIONS)}.")
    return _run(Plan(popularity, burst, quiet, mode, admission, seed))


def draw(story: Story) -> Film:
    """The table's credit, the hottest partition's bucket, and what each partition served and refused."""
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(Lane(_credit(story), group="saved"), Lane(_bucket(story), group="saved"), *hot_lanes.lanes(story.lab)),
        marks=[*hot_lanes.marks(story.lab, story.plan.end)],
        spans=[*hot_lanes.spans(story.lab)],
        levels=[*_saved(story), *hot_lanes.served(story.lab, story.plan.end)],
        notes=notes(story),
        end=story.plan.end,
        plays=20.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but at that moment (seconds) the table is provisioned with what the burst asks for. Raises ``LabError``
    on demand, where there is nothing to raise.
    """
    if story.plan.mode != "provisioned":
        raise LabError("an on-demand table has no capacity to raise", next="Choose the mode provisioned, then fork.")
    return draw(_run(replace(story.plan, raised=at)))


def explore(**defaults: Any) -> Any:
    """An explorer with three tabs: buckets, a hot partition splits, remedies. ``defaults`` are the first tab's first values: popularity, burst,
    quiet, mode, admission, seed.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import heat_splits, remedies

    return explorer(view(**defaults), heat_splits.view(), remedies.view())


def view(
    popularity: str = CELEBRITY,
    burst: int = 3_000,
    quiet: int = 30,
    mode: Mode = "provisioned",
    admission: str = TODAY,
    seed: int = 1,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "popularity": controls.choice("keys", tuple(POPULARITY), popularity, width="160px"),
        "burst": controls.slider("burst, WCU/s", burst, 600, 5_000, 200, width="225px"),
        "quiet": controls.slider("quiet before, s", quiet, 0, 300, 10, width="215px"),
        "mode": controls.choice("capacity", MODES, mode, width="170px"),
        "admission": controls.choice("admission", tuple(ADMISSIONS), admission, width="215px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "Buckets",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=adapting,
        fork=fork,
    )


def finding(story: Story) -> str:
    """The film's title."""
    sent, found = len(story.written) + len(story.refused), hot_lanes.causes(story.refused)
    if not found:
        return f"All {sent:,} writes served: no budget was empty when a write came"
    why = " and ".join(f"{refused:,} by {_culprit(story, budget)}" for budget, refused in found.most_common())
    return f"{sum(found.values()):,} of {sent:,} writes throttled: {why}"


def adapting(story: Story) -> str:
    """In one line of HTML, what the hottest partition served in the burst, against an even share of what the table has."""
    since, until = float(story.plan.quiet), float(story.plan.calm)
    units = sum(
        event.units
        for event in story.written
        if event.partition == story.hottest and since <= seconds(event.at) < until
    )
    level = next(one for one in story.samples[-1][1] if one.budget != PARTITION)
    even = level.rate if level.budget == SHARE else level.rate / len(hot_lanes.lives(story.lab))
    raising = f" Fork: provision {story.plan.wanted:,} WCU then." if story.plan.mode == "provisioned" else ""
    return (
        f"In the burst <b>{story.hottest}</b> served <b>{number(round(units / BURST_LASTS))} WCU/s</b> on average;"
        f" an even share of the table is {number(even)}, its ceiling {PARTITION_WRITE_UNITS:,}.{raising}"
    )


def _run(plan: Plan) -> Story:
    physics = replace(REALISTIC, admission=ADMISSIONS[plan.admission], **_PHYSICS)
    lab = Lab(plan.seed, physics)
    _make_table(lab, plan.mode)
    traffic, items, samples = Traffic(lab, KILOBYTES), keys(plan.popularity, lab), list[Any]()
    for second in range(int(plan.end) + 1):
        traffic.at(second, lambda: samples.append((lab.clock.elapsed, _budgets(lab))))
    if plan.raised is not None:
        traffic.at(plan.raised, lambda: _provision(lab, "UpdateTable", plan.wanted))
    traffic.flow(0.0, plan.quiet, plan.quiet_rate, items)
    traffic.flow(plan.quiet, BURST_LASTS, plan.burst, items)
    traffic.flow(plan.calm, AFTER, plan.quiet_rate, items)
    lab.clock.advance(plan.end)
    return Story(plan, lab, samples)


_PHYSICS: dict[str, Any] = {
    "table_creation": 0,
    "table_update": 0,
    "control": Delay(),
    "replication_lag": Delay(),
    "heat_window": 0,
}
"""A table that is there at once, and no more of the inside than this story is about."""


def _make_table(lab: Lab, mode: Mode) -> None:
    schema = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    if mode == "on demand":
        lab.request("dynamodb", "CreateTable", {"TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", **schema})
        return
    _provision(lab, "CreateTable", AT_FIRST, **schema)
    _provision(lab, "UpdateTable", PROVISIONED_UNITS)


def _provision(lab: Lab, operation: str, units: int, **more: Any) -> None:
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": units}
    lab.request("dynamodb", operation, {"TableName": TABLE, "ProvisionedThroughput": throughput, **more})


def _budgets(lab: Lab) -> list[BudgetInfo]:
    return [budget for budget in lab.inspect(TABLE).budgets if budget.side == WRITE]


def _credit(story: Story) -> str:
    if story.plan.mode != "provisioned":
        return "table's bucket" if story.plan.admission == TODAY else f"share of {story.hottest}"
    return "burst credit" if story.plan.admission == TODAY else f"credit of {story.hottest}"


def _bucket(story: Story) -> str:
    return f"bucket of {story.hottest}"


def _saved(story: Story) -> Iterator[Level]:
    """The tokens of the table (or of the hottest partition's share of it), and of the hottest partition's ceiling."""
    yield Level(_credit(story), _tokens(story, lambda one: one.budget != PARTITION), "WCU")
    yield Level(_bucket(story), _tokens(story, lambda one: one.budget == PARTITION), "WCU", kind=CEILING)


def _tokens(story: Story, chosen: Any) -> list[tuple[float, float]]:
    steps: list[tuple[float, float]] = []
    for at, budgets in story.samples:
        level = next(one.level for one in budgets if chosen(one) and one.partition in ("", story.hottest))
        steps.append((at, round(max(level, 0.0))))
    return steps


def _culprit(story: Story, budget: str) -> str:
    if budget == PARTITION:
        return f"{story.full[0]}'s ceiling" if len(story.full) == 1 else f"the ceilings of {len(story.full)} partitions"
    return "fixed shares" if budget == SHARE else "the empty table"


CAPTION = (
    "Each partition's curve is what it served; its line, the ceiling of 1,000 WCU/s. A cross stands for some refused writes, which are not sent"
    " again. Items are 100 KB. That a request is let in while a bucket is not empty, and may overdraw it, is assumed."
)
