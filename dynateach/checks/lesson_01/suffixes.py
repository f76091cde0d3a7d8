"""Task 01.4: how many suffixes a hot key needs, when some of them land on the same partition."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.plain import kind
from dynateach.checks.scenes import hottest, in_words, lab_with_table, put, written_units
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS as CEILING
from dynateach.lab import Lab
from dynateach.randomness import Randomness
from dynateach.trace import ItemWritten

TABLE = "tickets"
SUFFIXES = 64


class Sales(NamedTuple):
    """Writes in one second to one hot key, in a table of some partitions."""

    seed: int
    hot: str
    partitions: int
    writes: int


def _inputs(seed: int) -> Iterator[Sales]:
    """Loads that one partition just takes, or just does not; then larger ones."""
    chance = Randomness(seed).stream("01.4")
    yield Sales(seed, "concert-42", 2, CEILING - 100)
    yield Sales(seed, "concert-42", 2, CEILING)
    yield _solvable(Sales(seed, "concert-42", 4, CEILING + 1))
    for number in range(5):
        partitions = 3 + number + chance.below(3)
        hot = f"concert-{chance.below(1_000)}"
        yield _solvable(Sales(seed, hot, partitions, CEILING + 100 + chance.below(350 * partitions)))


def _solvable(sales: Sales) -> Sales:
    """With fewer writes, as long as no number of suffixes will do, or one write more or less would decide."""
    places = _places(_lab(sales), sales.hot)
    while _least(places, sales.writes) > SUFFIXES or _on_the_edge(places, sales.writes):
        sales = sales._replace(writes=sales.writes - 70)
    return sales


def _on_the_edge(places: Sequence[str], writes: int) -> bool:
    """Whether reckoning with fractions of a write gives another answer: nobody should fail for that."""
    by_fractions = (n for n in range(1, SUFFIXES + 1) if writes * max(Counter(places[:n]).values()) <= CEILING * n)
    return next(by_fractions, 0) != _least(places, writes)


def _lab(sales: Sales) -> Lab:
    return lab_with_table(TABLE, sales.partitions, sales.seed)


def _places(lab: Lab, hot: str) -> list[str]:
    inside = lab.inspect(TABLE)
    return [inside.locate(f"{hot}#{suffix}").partition for suffix in range(SUFFIXES)]


def _least(places: Sequence[str], writes: int) -> int:
    """The smallest number of suffixes with no partition above its ceiling; one too many if there is none."""
    fitting = (n for n in range(1, SUFFIXES + 1) if max(_loads(places, writes, n).values()) <= CEILING)
    return next(fitting, SUFFIXES + 1)


def _loads(places: Sequence[str], writes: int, suffixes: int) -> Counter[str]:
    loads = Counter[str]()
    for suffix in range(suffixes):
        loads[places[suffix]] += len(range(suffix, writes, suffixes))
    return loads


def _prepare(sales: Sales) -> Case:
    lab = _lab(sales)
    return Case(lab, (Call("suffixes", (_places(lab, sales.hot), sales.writes)),), sales)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    sales, value = case.input, replies[0].value
    if type(value) is not int:
        why = "Does the function end in return?" if value is None else "Suffixes come in whole numbers."
        return Fault(f"suffixes returned {kind(value)}, not a whole number", _EXPECTED, why)
    if not 1 <= value <= SUFFIXES:
        return Fault(
            "so many suffixes there are not", f"{_EXPECTED}, from 1 to {SUFFIXES}", "n = 1 is the suffix #0 alone."
        )
    for write in range(sales.writes):
        put(case.lab, TABLE, {"pk": f"{sales.hot}#{write % value}"})
    return _fault_of_load(case, value) or _fault_of_waste(case, value)


_EXPECTED = f"the smallest n for which no partition takes more than {CEILING:,} writes"


def _fault_of_load(case: Case, value: int) -> Fault | None:
    loads = written_units(case.lab.trace)
    name, most = hottest(loads)
    if most <= CEILING:
        return None
    landed = [str(s) for s, place in enumerate(_places(case.lab, case.input.hot)[:value]) if place == name]
    of_all = f"#{landed[0]} alone brings that." if len(landed) == 1 else f"#{', #'.join(landed)} all land on {name}."
    return Fault(
        f"with {value} suffixes, {name} takes {most:,} writes in one second",
        _EXPECTED,
        f"{of_all} Add up what lands on each partition.",
        got=f"{value}, and the loads were: {in_words(loads)}",
        trace=[event for event in case.lab.trace.of(ItemWritten) if event.partition == name],
    )


def _fault_of_waste(case: Case, value: int) -> Fault | None:
    places, writes = _places(case.lab, case.input.hot), case.input.writes
    least = _least(places, writes)
    if value == least:
        return None
    return Fault(
        f"{value} suffixes hold, but fewer do too",
        f"{_EXPECTED}: with n = {least} the loads are {in_words(_loads(places, writes, least))}",
        f"Every suffix costs a read one more Query. Try 1, 2, 3, … and stop at the first that fits; {CEILING:,} fits.",
        trace=(),
    )


TASK = Task(
    id="01.4",
    title="How many suffixes?",
    points=2,
    answers=("suffixes",),
    hints=(
        "Suffixes land where their hashes fall: two of the first four may share a partition. So dividing by 1,000 is not enough.",
        "Try n = 1, 2, 3, …: add up what n suffixes bring to each partition, and look at the largest sum.",
        "Counter(places[w % n] for w in range(writes)) is the load of each partition for n suffixes.",
    ),
    learnt="Suffixes spread by chance: plan for the partition that gets more than one of them.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
)
