"""Task 01.3: write a function that measures how uneven a load is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, hottest, in_words, is_number, lab_with_table, put, written_units
from dynateach.checks.task import Call, Case, Fault, Reply, Task, fewer
from dynateach.dynamodb.rules.hashing import digest, position
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

TABLE = "orders"


class Requests(NamedTuple):
    """Writes to a table of some partitions, one of which was split at the very place of a key ("" for none)."""

    seed: int
    keys: tuple[str, ...]
    partitions: int
    split_at: str


def _inputs(seed: int) -> Iterator[Requests]:
    """One request; three on two of four partitions; a key that lies on a boundary; then more and more requests, a quarter of them for one key."""
    chance = Randomness(seed).stream("01.3")
    tenants = _tenants(chance)
    yield Requests(seed, (tenants[0],), 1, "")
    elsewhere = next(key for key in tenants if _quarter(key) != _quarter(tenants[0]))
    yield Requests(seed, (tenants[0], tenants[0], elsewhere), 4, "")
    yield Requests(seed, (tenants[1], tenants[1], tenants[2]), 1, tenants[1])
    for number in range(4):
        hot = chance.pick(tenants)
        keys = [chance.pick(tenants) for _ in range(12 << number)] + [hot] * (4 << number)
        yield Requests(seed + number, tuple(chance.shuffled(keys)), 2 + chance.below(5), hot)


def _tenants(chance: Stream) -> list[str]:
    """Forty tenants whose rounded positions tell each from the other, and from every boundary that a case may have."""
    taken = {_rounded(i / count) for count in range(1, 8) for i in range(count + 1)}
    tenants: list[str] = []
    while len(tenants) < 40:
        tenant = f"tenant-{chance.below(10_000):04}"
        place = _rounded(position(digest({"S": tenant})))
        if place not in taken:
            taken.add(place)
            tenants.append(tenant)
    return tenants


def _rounded(fraction: float) -> float:
    """Three digits are enough to read: rounding keeps the order, and no tenant's place meets a boundary by it."""
    return round(fraction, 3)


def _quarter(key: str) -> int:
    return int(position(digest({"S": key})) * 4)


def _smaller(requests: Requests) -> Iterator[Requests]:
    return (requests._replace(keys=keys) for keys in fewer(requests.keys))


def _prepare(requests: Requests) -> Case:
    lab = lab_with_table(TABLE, requests.partitions, requests.seed)
    inside = lab.inspect(TABLE)
    if requests.split_at:
        place = inside.locate(requests.split_at)
        inside.split(place.partition, at=place.position)
    for key in requests.keys:
        put(lab, TABLE, {"pk": key})
    positions = [_rounded(inside.locate(key).position) for key in requests.keys]
    ranges = [(one.id, _rounded(one.low), _rounded(one.high)) for one in inside.partitions]
    return Case(lab, (Call("skew", (positions, ranges)),), requests)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    value, loads = replies[0].value, _loads(case)
    name, most = hottest(loads)
    total, count = sum(loads.values()), len(loads)
    wanted = most / total * count
    expected = f"{wanted:.4g}: {name} takes {most} of {total}, a fair share is 1 of {count} (loads: {in_words(loads)})"
    trace = case.lab.trace.of(ItemWritten)
    if not is_number(value):
        why = NO_RETURN if value is None else ""
        return Fault(f"skew returned {kind(value)}, not a number", expected, why, trace=trace)
    value = float(value) if isinstance(value, Decimal) else value
    if _close(value, wanted):
        return None
    return Fault(f"skew is {show(value)}, but should be {wanted:.4g}", expected, _misled(value, case), trace=trace)


def _misled(value: float, case: Case) -> str:
    """The mistake that explains the value, if just one of the usual ones does."""
    loads, inside = _loads(case), case.lab.inspect(TABLE)
    share, count = max(loads.values()) / sum(loads.values()), len(loads)
    of_keys = Counter(inside.locate(key).partition for key in set(case.input.keys))
    of_equal_widths = Counter(int(inside.locate(key).position * count) for key in case.input.keys)
    guesses = {
        "That is the hottest share itself. Divide it by the fair share.": share,
        "That is the fair share divided by the hottest share: the other way round.": 1 / (share * count),
        "A partition without a request counts too: the fair share is one of all.": share
        * sum(load > 0 for load in loads.values()),
        "Two requests for the same key are two requests.": max(of_keys.values()) / of_keys.total() * count,
        _OF_RANGES: max(of_equal_widths.values()) / len(case.input.keys) * count,
    }
    fitting = [why for why, guess in guesses.items() if _close(value, guess)]
    return fitting[0] if len(fitting) == 1 else _OF_RANGES


_OF_RANGES = "A range begins at its low and ends just before its high, and ranges need not be equally wide: compare, don't multiply."


def _loads(case: Case) -> Counter[str]:
    return written_units(case.lab.trace, (one.id for one in case.lab.inspect(TABLE).partitions))


def _close(value: float, wanted: float) -> bool:
    """Equal to a millionth; comparing never overflows, as a difference could."""
    return wanted * (1 - 1e-6) <= value <= wanted * (1 + 1e-6)


TASK = Task(
    id="01.3",
    title="Measure skew",
    points=1,
    answers=("skew",),
    hints=(
        "Count the requests on each partition first. A position belongs to the range with low <= position < high.",
        "The hottest share is the largest count divided by all requests. The fair share is 1 divided by the number of partitions.",
        "counts = [sum(low <= p < high for p in positions) for _, low, high in partitions]. The rest is max, len and one division or two.",
    ),
    learnt="Skew 1 is an even load. At skew 4, one partition meets its ceiling at a quarter of what the table could take.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
)
