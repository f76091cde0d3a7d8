"""What to say at each turn of a story about hot partitions: quiet, the burst, the first refusal of each kind, the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.drawing.film import Note, seconds
from dynateach.dynamodb.rules.limits import BURST_SECONDS, ON_DEMAND_WRITE_UNITS
from dynateach.dynamodb.storage.admission import ON_DEMAND, PARTITION, PROVISIONED, SHARE
from dynateach.events import Throttled
from dynateach.topics.parts import hot_lanes

if TYPE_CHECKING:
    from dynateach.topics.hot_partitions import Story


def notes(story: "Story") -> list[Note]:
    """The notes of a film, in order of time; the last is the moral."""
    turns = [*_phases(story), *_first_refusals(story), Note(story.plan.end, moral(story))]
    return sorted(turns, key=lambda note: note.at)


def _phases(story: "Story") -> Iterator[Note]:
    plan = story.plan
    if plan.quiet:
        saved = f"up to {BURST_SECONDS} s of it"
        kept = saved if plan.mode == "provisioned" else "for one second: on demand saves no more"
        yield Note(0.0, f"{plan.quiet_rate} WCU/s are asked for. What the table does not use it keeps, {kept}.")
    yield Note(plan.quiet, f"The burst: {plan.burst:,} WCU/s.")
    yield Note(plan.calm, f"{plan.quiet_rate} WCU/s again: less than flows in, so the buckets fill up.")
    if plan.raised is not None:
        yield Note(plan.raised, f"The table is provisioned with {plan.wanted:,} WCU from now on.")


def _first_refusals(story: "Story") -> Iterator[Note]:
    for budget in (PROVISIONED, SHARE, PARTITION, ON_DEMAND):
        first = next((event for event in story.refused if event.budget == budget), None)
        if first:
            says = _WHY[budget].format(partition=first.partition, rate=first.rate, saved=_saved(story, first))
            yield Note(seconds(first.at), says)


def _saved(story: "Story", event: Throttled) -> float:
    """The tokens of the table at the last whole second before that; where its budget is divided, those of the other partitions."""
    own = event.partition if event.budget == SHARE else None
    before = [budgets for at, budgets in story.samples if at <= seconds(event.at)][-1]
    return sum(max(one.level, 0.0) for one in before if one.budget != PARTITION and one.partition != own)


_WHY = {
    PARTITION: "{partition} refuses: no partition serves more than 1,000 WCU/s, whatever is saved: here {saved:,.0f} WCU.",
    PROVISIONED: "The credit is spent. From now on the whole table serves the {rate:,.0f} WCU/s that flow in; whoever comes too late is refused.",
    SHARE: "{partition} has used up its fixed share, {rate:,.0f} WCU/s, and refuses. The others' {saved:,.0f} WCU are no help to it.",
    ON_DEMAND: "The table refuses: a new on-demand table takes {rate:,.0f} WCU/s, and doubles that only after its first peaks.",
}


def moral(story: "Story") -> str:
    """What the last note says."""
    found = hot_lanes.causes(story.refused)
    if not found:
        return _ALL_SERVED[story.plan.mode]
    if set(found) == {PARTITION} and len(story.full) == len(hot_lanes.lives(story.lab)):
        return "All partitions are at their ceilings: the keys are spread, the table is too small. Warm it before: that gives it more partitions."
    return " ".join(words for budget, words in _MORALS.items() if budget in found)


_ALL_SERVED = {
    "provisioned": "Nothing was refused: a short burst is paid from what was saved, as long as no partition meets its ceiling.",
    "on demand": f"Nothing was refused: a new table on demand takes {ON_DEMAND_WRITE_UNITS:,} WCU/s, unless a partition meets its ceiling.",
}

_MORALS = {
    PARTITION: "A ceiling is one partition's: no capacity mode and no credit lifts it. Spread the keys.",
    PROVISIONED: "An empty table is a matter of capacity: provision more, or save more before.",
    SHARE: "Fixed shares starve a hot partition while others idle: so DynamoDB gave the table one budget.",
    ON_DEMAND: "On demand, warm the table before a peak that it has never seen.",
}
