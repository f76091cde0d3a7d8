"""Task 01.5: how many suffixes a hot key needs, when some of them land on the same partition."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from dynateach.checks.plain import kind
from dynateach.checks.scenes import NO_RETURN, hottest, in_words, lab_with_table, put, written_units
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS as CEILING
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream
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
    """Loads that one partition just takes, or just does not; then larger ones; last those on which close reckoning decides."""
    chance = Randomness(seed).stream("01.5")
    yield Sales(seed, "concert-42", 2, CEILING - 100)
    yield Sales(seed, "concert-42", 2, CEILING)
    yield _solvable(Sales(seed, "concert-42", 4, CEILING + 1))
    for number in range(5):
        partitions = 3 + number + chance.below(3)
        hot = f"concert-{chance.below(1_000)}"
        yield _solvable(Sales(seed, hot, partitions, CEILING + 100 + chance.below(350 * partitions)))
    for writes_for in (_fractions_say_fewer, _fractions_say_more, _all_are_needed):
        yield _search(Sales(seed, "", 4, 0), chance, writes_for)


def _solvable(sales: Sales) -> Sales:
    """With fewer writes, as long as no number of suffixes will do, or one write more or less would decide."""
    places = _places(_lab(sales), sales.hot)
    while not _by_fractions(places, sales.writes) == _least(places, sales.writes) <= SUFFIXES:
        sales = sales._replace(writes=sales.writes - 70)
    return sales


def _search(sales: Sales, chance: Stream, writes_for: Callable[[Sequence[str]], int]) -> Sales:
    """With the first hot key whose places allow what is wanted: ``writes_for`` gives the writes, or 0 for other places."""
    lab = _lab(sales)
    while not sales.writes:
        hot = f"concert-{chance.below(1_000)}"
        sales = sales._replace(hot=hot, writes=writes_for(_places(lab, hot)))
    return sales


def _fractions_say_fewer(places: Sequence[str]) -> int:
    loads = (CEILING * n // _sharing(places, n) for n in range(2, 17))
    fitting = (load for load in loads if _by_fractions(places, load) < _least(places, load) <= SUFFIXES)
    return next(fitting, 0)


def _fractions_say_more(places: Sequence[str]) -> int:
    loads = (CEILING * n // _sharing(places, n) + 1 for n in range(2, 17))
    fitting = (load for load in loads if _least(places, load) < _by_fractions(places, load) <= SUFFIXES)
    return next(fitting, 0)


def _all_are_needed(places: Sequence[str]) -> int:
    writes = CEILING // _sharing(places, SUFFIXES) * SUFFIXES
    return writes if _least(places, writes) == _by_fractions(places, writes) == SUFFIXES else 0


def _sharing(places: Sequence[str], suffixes: int) -> int:
    """How many of the first suffixes share one partition, at most."""
    return max(Counter(places[:suffixes]).values())


def _by_fractions(places: Sequence[str], writes: int) -> int:
    """What ``_least`` would be if each suffix took the same part of the writes, fractions of a write included."""
    fitting = (n for n in range(1, SUFFIXES + 1) if writes * _sharing(places, n) <= CEILING * n)
    return next(fitting, SUFFIXES + 1)


def _by_whole_shares(places: Sequence[str], writes: int) -> int:
    """What ``_least`` would be if each suffix took as many writes as the fullest does."""
    fitting = (n for n in range(1, SUFFIXES + 1) if ceil(writes / n) * _sharing(places, n) <= CEILING)
    return next(fitting, SUFFIXES + 1)


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
        usual = NO_RETURN if value is None else "Suffixes come in whole numbers."
        why = _close_reckoning(sales, _places(case.lab, sales.hot), 0) or usual
        return Fault(f"suffixes returned {kind(value)}, not a whole number", _EXPECTED, why)
    if not 1 <= value <= SUFFIXES:
        why = _close_reckoning(sales, _places(case.lab, sales.hot), value) or "n = 1 is the suffix #0 alone."
        return Fault("so many suffixes there are not", f"{_EXPECTED}, from 1 to {SUFFIXES}", why)
    for write in range(sales.writes):
        put(case.lab, TABLE, {"pk": f"{sales.hot}#{write % value}"})
    return _fault_of_load(case, value) or _fault_of_waste(case, value)


def _close_reckoning(sales: Sales, places: Sequence[str], value: int) -> str:
    """What an answer overlooked that is right but for the last of the suffixes, or for parts of a write."""
    least = _least(places, sales.writes)
    if least == SUFFIXES:
        return _THE_LAST
    if value not in (_by_fractions(places, sales.writes), _by_whole_shares(places, sales.writes)):
        return ""
    suffixes = min(value, least)  # parts of a write decide at the smaller of the two
    each = sales.writes // suffixes
    return f"A write goes to one suffix as a whole: of {suffixes}, some take {each}, some {each + 1}. Count w % n."


_THE_LAST = f"Is every n tried? Here only n = {SUFFIXES}, the last, will do. range(1, {SUFFIXES}) ends before it."
_NOTHING_FOUND = f"If the search found no n: was the last one tried? range(1, {SUFFIXES}) ends before {SUFFIXES}."
_EXPECTED = f"the smallest n for which no partition takes more than {CEILING:,} writes"


def _fault_of_load(case: Case, value: int) -> Fault | None:
    loads = written_units(case.lab.trace)
    name, most = hottest(loads)
    if most <= CEILING:
        return None
    places = _places(case.lab, case.input.hot)
    landed = [str(s) for s, place in enumerate(places[:value]) if place == name]
    of_all = f"#{landed[0]} alone brings that." if len(landed) == 1 else f"#{', #'.join(landed)} all land on {name}."
    return Fault(
        f"with {value} suffixes, {name} takes {most:,} writes in one second",
        _EXPECTED,
        _close_reckoning(case.input, places, value) or f"{of_all} Add up what lands on each partition.",
        got=f"{value}, and the loads were: {in_words(loads)}",
        trace=[event for event in case.lab.trace.of(ItemWritten) if event.partition == name],
    )


def _fault_of_waste(case: Case, value: int) -> Fault | None:
    places, writes = _places(case.lab, case.input.hot), case.input.writes
    least = _least(places, writes)
    if value == least:
        return None
    usual = (
        f"Every suffix costs a read one more Query. Try 1, 2, 3, … and stop at the first that fits; {CEILING:,} fits."
    )
    return Fault(
        f"{value} suffixes hold, but fewer do too",
        f"{_EXPECTED}: with n = {least} the loads are {in_words(_loads(places, writes, least))}",
        _close_reckoning(case.input, places, value) or usual,
        trace=(),
    )


TASK = Task(
    id="01.5",
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
    raised={("suffixes", error): _NOTHING_FOUND for error in ("StopIteration", "ValueError")},
)
