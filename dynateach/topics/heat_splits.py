"""A hot partition splits: heat above the ceiling, the cut, and the traffic that no cut can help.

story = simulate("Zipf", rate=2_400, partitions=2)
draw(story)                     # a film
explore()
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Journey, Mark, Note, Span, seconds
from dynateach.drawing.palette import SPLIT
from dynateach.errors import LabError
from dynateach.events import PartitionSplit, SplitBegan, SplitDeclined, Throttled
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, Delay
from dynateach.randomness import Randomness
from dynateach.topics.parts import hot_lanes
from dynateach.topics.parts.hot_traffic import CELEBRITY, TABLE, TODAY, UNIFORM, ZIPF, Traffic, keys

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

RISING, RANDOM = "date, rising times", "date, random ids"
TRAFFIC = (UNIFORM, ZIPF, CELEBRITY, RISING, RANDOM)
"""What is written. The first two have one item for each of 200 keys, the third is one item; the others have one date as the partition key of all
items, and under it sort keys that only rise, or that come in any order.
"""

INDEXES = ("none", "a local index")
KILOBYTES = 40
LENGTH, LAST = 50.0, 15.0
"""Seconds: of the story, and of its last part, which is held against what was before the first split."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``, and the second (if any) at which ``suffixes`` are put behind the keys."""

    traffic: str
    rate: int
    partitions: int
    index: str
    suffixes: int
    seed: int
    suffixed: float = LENGTH


@dataclass(frozen=True)
class Story:
    """A finished run."""

    plan: Plan
    lab: Lab

    @cached_property
    def splits(self) -> list[PartitionSplit]:
        """The splits that took effect."""
        return self.lab.trace.of(PartitionSplit)

    @cached_property
    def declined(self) -> list[SplitDeclined]:
        """The hot partitions that were not split."""
        return self.lab.trace.of(SplitDeclined)

    @property
    def before(self) -> tuple[int, int]:
        """How many writes were refused until the first split took effect, and how many were sent."""
        return hot_lanes.refused(self.lab, 0.0, seconds(self.splits[0].at) if self.splits else LENGTH)

    @property
    def after(self) -> tuple[int, int]:
        """The same of the last 15 seconds."""
        return hot_lanes.refused(self.lab, LENGTH - LAST, LENGTH)


def simulate(
    traffic: str = ZIPF, rate: int = 2_400, partitions: int = 2, index: str = "none", suffixes: int = 10, seed: int = 1
) -> Story:
    """50 seconds of ``rate`` WCU/s on an on-demand table of so many partitions; items are 40 KB, 40 units each.

    With a local ``index`` the items of one partition key stay together. ``suffixes`` is for ``fork``. That a partition is hot when it has been
    used to its ceiling for 5 s, and that a split takes 4 to 12 s, is the profile classroom's: assumed, and shorter than in fact.
    Raises ``LabError`` for traffic and indexes that there are none of.
    """
    if traffic not in TRAFFIC:
        raise LabError(f"there is no traffic {traffic!r}", next=f"Choose one of {', '.join(TRAFFIC)}.")
    if index not in INDEXES:
        raise LabError(f"there is no index {index!r}", next=f"Choose one of {', '.join(INDEXES)}.")
    return _run(Plan(traffic, rate, partitions, index, suffixes, seed))


def draw(story: Story) -> Film:
    """What each partition served and refused, and where it was cut."""
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=hot_lanes.lanes(story.lab),
        marks=[*hot_lanes.marks(story.lab, LENGTH), *_cuts(story)],
        journeys=[*_halves(story)],
        spans=[*_splitting(story), *hot_lanes.spans(story.lab)],
        levels=[*hot_lanes.served(story.lab, LENGTH)],
        notes=_notes(story),
        end=LENGTH,
        plays=20.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same from the start, but from that moment (seconds) on each write draws one of the suffixes and puts it behind its partition key."""
    return draw(_run(replace(story.plan, suffixed=min(at, LENGTH))))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are traffic, rate, partitions, index, suffixes, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    traffic: str = ZIPF, rate: int = 2_400, partitions: int = 2, index: str = "none", suffixes: int = 10, seed: int = 1
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "traffic": controls.choice("writes", TRAFFIC, traffic, width="190px"),
        "rate": controls.slider("WCU/s", rate, 600, 3_600, 200, width="195px"),
        "partitions": controls.slider("partitions", partitions, 1, 3, width="185px"),
        "index": controls.choice("beside the table", INDEXES, index, width="205px"),
        "suffixes": controls.slider("suffixes at a fork", suffixes, 2, 20, width="215px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "A hot partition splits",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=outcome,
        fork=fork,
    )


def finding(story: Story) -> str:
    """The film's title."""
    plan, after = story.plan, hot_lanes.share(story.after)
    if plan.suffixed < LENGTH:
        until = hot_lanes.share(hot_lanes.refused(story.lab, 0.0, plan.suffixed))
        return f"{plan.suffixes} suffixes from {plan.suffixed:.1f} s on: {until} of writes throttled until then, {after} in the last {LAST:.0f} s"
    if story.splits:
        change = f"{hot_lanes.share(story.before)} of writes throttled before, {after} in the last {LAST:.0f} s"
        return f"{count(len(story.splits), 'split')} for heat: {change}"
    if story.declined:
        return f"No split helps ({_reasons(story)}): {after} of writes throttled in the last {LAST:.0f} s"
    return f"No partition is hot for long enough to split; {hot_lanes.share(story.before)} of writes throttled"


def outcome(story: Story) -> str:
    """In one line of HTML, how many partitions there are now, and what was not split."""
    now = count(sum(died is None for _, died in hot_lanes.lives(story.lab).values()), "partition")
    kept = f"; <b>{len(story.declined)}</b> times a hot one was not split: {_reasons(story)}" if story.declined else ""
    return f"<b>{now}</b> in the end{kept}. Fork: from then on each key gets one of {story.plan.suffixes} suffixes."


def _reasons(story: Story) -> str:
    return " and ".join(dict.fromkeys(event.because for event in story.declined))


def _run(plan: Plan) -> Story:
    one_table = {"table_creation": 0, "control": Delay(), "replication_lag": Delay(), "index_lag": Delay()}
    lab = Lab(plan.seed, replace(CLASSROOM, on_demand_partitions=plan.partitions, **one_table))  # type: ignore[arg-type]
    lab.request("dynamodb", "CreateTable", _definition(plan.index))
    traffic, items = Traffic(lab, KILOBYTES), _items(plan, lab)
    traffic.flow(0.0, plan.suffixed, plan.rate, items)
    chance = Randomness(plan.seed).stream("suffix")
    suffixed = ((f"{key}#{chance.below(plan.suffixes)}", sort) for key, sort in items)
    traffic.flow(plan.suffixed, LENGTH - plan.suffixed, plan.rate, suffixed)
    lab.clock.advance(LENGTH)
    return Story(plan, lab)


def _items(plan: Plan, lab: Lab) -> Iterator[tuple[str, int]]:
    if plan.traffic == CELEBRITY:
        return repeat(("user-001", 0))
    if plan.traffic in (UNIFORM, ZIPF):
        return ((key, 0) for key in keys(plan.traffic, lab))
    ids = Randomness(plan.seed).stream("ids")
    return ((key, i if plan.traffic == RISING else ids.below(1_000_000)) for i, key in enumerate(keys(TODAY, lab)))


def _definition(index: str) -> dict[str, Any]:
    names = {"pk": ("S", "HASH"), "sk": ("N", "RANGE")}
    schema = [{"AttributeName": name, "KeyType": role} for name, (_, role) in names.items()]
    definition: dict[str, Any] = {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": type} for name, (type, _) in names.items()],
        "KeySchema": schema,
    }
    if index == "none":
        return definition
    other = [schema[0], {"AttributeName": "place", "KeyType": "RANGE"}]
    definition["AttributeDefinitions"].append({"AttributeName": "place", "AttributeType": "N"})
    local = {"IndexName": "by-place", "KeySchema": other, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    return {**definition, "LocalSecondaryIndexes": [local]}


def _cuts(story: Story) -> Iterator[Mark]:
    for cut in story.splits:
        where = f"before sort key {cut.key.split(' / ')[-1]}" if cut.key else "between two partition keys"
        says = f"{cut.partition} is cut {where} into {cut.left} and {cut.right}."
        yield Mark(seconds(cut.at), cut.partition, SPLIT, "", says)
    for event in story.declined:
        yield Mark(
            seconds(event.at),
            event.partition,
            SPLIT,
            "no",
            f"{event.partition} is hot, and is not split: {event.because}.",
        )


def _halves(story: Story) -> Iterator[Journey]:
    for cut in story.splits:
        at = seconds(cut.at)
        for half in (cut.left, cut.right):
            yield Journey(at, at, cut.partition, half, SPLIT, f"{half} serves one half of {cut.partition} from now on.")


def _splitting(story: Story) -> Iterator[Span]:
    ends = {cut.partition: seconds(cut.at) for cut in story.splits}
    for event in story.lab.trace.of(SplitBegan):
        until = ends.get(event.partition, LENGTH)
        says = f"{event.partition} is being split for {event.reason}, and serves meanwhile."
        yield Span(seconds(event.at), until, event.partition, SPLIT, "", says)


def _notes(story: Story) -> list[Note]:
    turns = [
        Note(
            0.0,
            f"{story.plan.rate:,} WCU/s on {count(story.plan.partitions, 'partition')}: {_MEANS[story.plan.traffic]}",
        ),
        *_turns(story),
    ]
    if story.plan.suffixed < LENGTH:
        says = f"From now on each write draws one of {story.plan.suffixes} suffixes: one key has become {story.plan.suffixes}."
        turns.append(Note(story.plan.suffixed, says))
    return [*sorted(turns, key=lambda note: note.at), Note(LENGTH, moral(story))]


def _turns(story: Story) -> Iterator[Note]:
    for throttled in story.lab.trace.of(Throttled)[:1]:
        says = f"{throttled.partition} is asked for more than {throttled.rate:,.0f} WCU/s, and refuses the rest."
        yield Note(seconds(throttled.at), says)
    for began in story.lab.trace.of(SplitBegan)[:1]:
        says = f"{began.partition} has been hot for some seconds: a split begins. Until it is done nothing changes."
        yield Note(seconds(began.at), says)
    for cut in story.splits[:1]:
        yield Note(
            seconds(cut.at), f"{cut.left} and {cut.right} replace {cut.partition}. Each has a ceiling of its own."
        )
    for event in story.declined[:1]:
        yield Note(seconds(event.at), f"{event.partition} is hot, and stays whole: {_BECAUSE[event.because]}")


_MEANS = {
    UNIFORM: "200 items, each as busy as any other.",
    ZIPF: "200 items; the second is half as busy as the first, and so on.",
    CELEBRITY: "all writes are for one item, a celebrity's.",
    RISING: "all items under one date, with sort keys that only rise.",
    RANDOM: "all items under one date, with sort keys in any order.",
}

_BECAUSE = {
    "one item": "its heat is one item's, and an item cannot be parted.",
    "one item collection": "a local index keeps the items of one partition key together.",
    "sequential keys": "keys only rise, so one half would be idle and the other as hot as before.",
}


def moral(story: Story) -> str:
    """What the last note says."""
    if story.plan.suffixed < LENGTH:
        return f"With suffixes {hot_lanes.share(story.after)} are refused in the last {LAST:.0f} s. The price: who reads a key asks for every suffix."
    if story.declined:
        return "Splits part keys. What they cannot part needs another key: fork to put a suffix behind it."
    if story.splits:
        return "A split helps where heat comes from several keys. It takes minutes in fact, and partitions are never merged again."
    return "Below the ceiling a partition may be as hot as it likes: nothing has to be done."


CAPTION = (
    "Each partition's curve is what it served; its line, the ceiling of 1,000 WCU/s. A cross stands for some refused writes; a purple stretch is a"
    " split under way. Splits take minutes (published); here 4 to 12 s, begun after about 5 s at the ceiling: assumed, to be seen."
)
