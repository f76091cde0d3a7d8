"""Task 05.2: read off a picture who lacks which write, and reckon what reads cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from dynateach.checks.plain import kind
from dynateach.checks.scenes import is_number
from dynateach.checks.task import Case, Fault, Reply, Task, Value
from dynateach.dynamodb.rules.limits import KB
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream
from dynateach.topics.parts import replicas
from dynateach.topics.parts.one_item import Item, lab_with_zones

if TYPE_CHECKING:
    from dynateach.drawing.film import Film

WRITES = (2.0, 9.0)
END = 16.0
READS = 1_000
CLEAR = 0.4
"""Seconds: nothing changes so close to the moment in question."""
NEAR = 0.3
"""Seconds by which a time that was read off a picture may be wrong."""


@dataclass(frozen=True)
class TwoWrites:
    """Two writes to one item, and what is asked of them: the moment ``second``, and reads of an item of ``size`` bytes."""

    lab: Lab
    second: float
    size: int

    @property
    def stale(self) -> list[tuple[float, float]]:
        """From when to when each follower lacks a write (seconds)."""
        return [(one.written, one.applied) for one in replicas.arrivals(self.lab) if one.applied > one.written]

    @property
    def lacking(self) -> int:
        """How many replicas lack a write at the moment in question."""
        return sum(since <= self.second < until for since, until in self.stale)

    @property
    def fresh(self) -> float:
        """Since when every replica has both writes (seconds)."""
        return max(until for _, until in self.stale)

    @property
    def units(self) -> int:
        """What the strong reads consume."""
        return READS * ceil(self.size / (4 * KB))


def two_writes(seed: int) -> TwoWrites:
    """The two writes that the task asks about."""
    chance = Randomness(seed).stream("05.2")
    item = Item(lab_with_zones(2_000, seed))
    for at in WRITES:
        item.at(at, partial(item.write, "writer"))
    item.lab.clock.advance(END)
    size = 1_000 * (9 + chance.below(20)) + chance.below(1_000)
    asked = TwoWrites(item.lab, 0.0, size)
    return TwoWrites(item.lab, _moment(asked, chance), size)


def draw(asked: TwoWrites) -> "Film":
    """The three replicas over time. The title gives nothing away."""
    from dynateach.drawing.film import Film

    return Film(
        title=f"Two writes reach three replicas: how sure is a read at second {asked.second:g}?",
        caption="A slanted line is a write on its way from the leader to a follower. Where a zone's row is ochre, that replica lacks a write.",
        lanes=replicas.LANES,
        marks=list(replicas.marks(asked.lab)),
        journeys=list(replicas.journeys(asked.lab)),
        spans=[*replicas.lacking(asked.lab), *replicas.leadership(asked.lab)],
        end=END,
        plays=8.0,
    )


def _moment(asked: TwoWrites, chance: Stream) -> float:
    """A moment within the first write's way, at which nothing is about to change; one follower is behind then, if that can be had."""
    turns = sorted({time for stretch in asked.stale for time in stretch})
    moments = [tenth / 10 for tenth in range(10, int(10 * WRITES[1]))]
    clear = [moment for moment in moments if all(abs(moment - turn) > CLEAR for turn in turns)]
    behind = {moment: TwoWrites(asked.lab, moment, asked.size).lacking for moment in clear}
    one = [moment for moment in clear if behind[moment] == 1]
    return chance.pick(one or [moment for moment in clear if behind[moment] == 2] or clear)


def _prepare(seed: int) -> Case:
    asked = two_writes(seed)
    return Case(asked.lab, (Value("chance"), Value("fresh"), Value("units")), seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    asked = two_writes(case.input)
    for step, name in enumerate(("chance", "fresh", "units")):
        if not is_number(replies[step].value):
            return Fault(f"{name} is {kind(replies[step].value)}", "a number", step=step)
    values = [float(reply.value) if abs(reply.value) < 1e15 else 1e15 for reply in replies]
    return _fault_of_chance(values[0], asked) or _fault_of_fresh(values[1], asked) or _fault_of_units(values[2], asked)


def _fault_of_chance(chance: float, asked: TwoWrites) -> Fault | None:
    if abs(chance - asked.lacking / 3) < 0.01:
        return None
    why = "Look straight up at that second: how many of the three rows are ochre there? Each replica is as likely to be asked."
    if abs(chance - (1 - asked.lacking / 3)) < 0.01:
        why = "That is the chance that the read is *not* stale."
    elif abs(chance - asked.lacking / 3) < 0.05:
        why = "Nearly. Give two decimals at least, or a fraction such as 1/2."
    elif chance > 1:
        why = "A chance is a number from 0 to 1: so many of three replicas."
    elif asked.lacking and abs(chance - asked.lacking / 2) < 0.01:
        why = "There are three replicas to ask, not two: the leader answers eventually consistent reads as well."
    return Fault(
        f"chance is not that of a stale read at second {asked.second:g}",
        "the ochre rows at that second, divided by 3",
        why,
        step=0,
        trace=(),
    )


def _fault_of_fresh(fresh: float, asked: TwoWrites) -> Fault | None:
    if abs(fresh - asked.fresh) <= NEAR:
        return None
    others = [until for _, until in asked.stale]
    why = "Look for the end of the last ochre stretch in any row."
    if any(abs(fresh - at) <= NEAR for at in WRITES):
        why = "That is when it was written. From then on the leader has it; the followers need longer."
    elif any(abs(fresh - until) <= NEAR for until in others):
        why = "One replica has everything then, and another still lacks a write. All three count, and both writes."
    return Fault(
        "fresh is not the moment from which no read can be stale",
        f"seconds from the start, good to {NEAR:g}",
        why,
        step=1,
        trace=(),
    )


def _fault_of_units(units: float, asked: TwoWrites) -> Fault | None:
    if units == asked.units:
        return None
    guesses = {
        asked.units / 2: "That is the price of eventually consistent reads. Strong ones cost twice as much.",
        READS * asked.size / (4 * KB): "Each read is rounded up by itself to whole units of 4 KB.",
        READS * ceil(asked.size / KB): "A read unit is 4 KB. Units of 1 KB are for writes.",
        READS: "One unit reads up to 4 KB. The item is larger.",
        READS * (asked.size // (4 * KB)): "Rounded down. A part of 4 KB costs a whole unit.",
        ceil(READS * asked.size / (4 * KB)): "Each read is rounded up by itself to whole units of 4 KB, not their sum.",
    }
    why = next(
        (why for guess, why in guesses.items() if abs(units - guess) < 0.5),
        "Divide the size by 4,096 bytes, round up, and multiply.",
    )
    return Fault(
        "units is not what the strong reads consume",
        f"the read units of {READS:,} strong reads of {asked.size:,} bytes each",
        why,
        step=2,
        trace=(),
    )


TASK = Task(
    id="05.2",
    title="Read a picture",
    points=1,
    answers=("chance", "fresh", "units"),
    hints=(
        "Play the film to its end. Ochre means: this replica lacks a write. A read asks one of three replicas, each as likely.",
        "chance: count the ochre rows at that second and divide by 3. fresh: the end of the last ochre stretch. Hover over a mark to read its time.",
        "units: the size divided by 4,096, rounded up, is the price of one strong read. Multiply by the number of reads.",
    ),
    learnt="How stale reads are is a matter of how many replicas lag, and for how long. The price is a matter of size.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
