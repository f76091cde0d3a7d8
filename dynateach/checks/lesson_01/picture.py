"""Task 01.2: read the hottest partition and its load off a picture."""

from collections import Counter
from collections.abc import Sequence

from dynateach.checks.plain import kind
from dynateach.checks.scenes import hottest, is_number, written_units
from dynateach.checks.task import Case, Fault, Reply, Task, Value
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS as CEILING
from dynateach.randomness import Randomness
from dynateach.topics import hashing


def second_of_traffic(seed: int) -> hashing.Heat:
    """The second that the task asks about: 2,000 to 4,000 writes to a table of 5 to 9 partitions."""
    chance = Randomness(seed).stream("01.2")
    design = chance.pick(("tenants", "user ids", "order status"))
    return hashing.simulate(design, 5 + chance.below(5), 2_000 + 10 * chance.below(200), seed=seed)


def _prepare(seed: int) -> Case:
    return Case(second_of_traffic(seed).lab, (Value("hottest"), Value("units")), seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    partitions = [one.id for one in case.lab.inspect(hashing.TABLE).partitions]
    loads = written_units(case.lab.trace, partitions)
    return _fault_of_name(replies[0].value, loads) or _fault_of_units(replies[1].value, loads)


def _fault_of_name(name: object, loads: Counter[str]) -> Fault | None:
    if not isinstance(name, str) or name not in loads:
        expected = f"one of {', '.join(sorted(loads))}, as a string"
        why = "Partitions are named p0, p1, …. Names above a stem are keys; names with an n belong to the ring."
        return Fault("hottest is not the name of a partition of this table", expected, why, step=0)
    if loads[name] != hottest(loads)[1]:
        why = f"{name} took {loads[name]:,} write units; another partition took more."
        return Fault(f"{name} is not the hottest partition", "the partition with the highest bar", why, step=0)
    return None


def _fault_of_units(units: object, loads: Counter[str]) -> Fault | None:
    if not isinstance(units, (int, float)) or not is_number(units):
        return Fault(f"units is {kind(units)}", "a number, such as 640", step=1)
    if units == hottest(loads)[1]:
        return None
    expected = "its write units in that second"
    return Fault("units is not the load of the hottest partition", expected, _misread(units, loads), step=1)


def _misread(units: float, loads: Counter[str]) -> str:
    most, total = hottest(loads)[1], sum(loads.values())
    if units == CEILING:
        return "That is the ceiling, the dashed line. The load is the height of the bar."
    if 0 < units <= 100 and abs(units - 100 * most / total) < 1:
        return "That is its share in percent. The number above its bar is in write units a second."
    if most - total / 100 <= units <= most + total / 100:
        return "Close, but the bar's height is only good for a guess. The exact number stands above it."
    return "Read the number above the highest bar of the lower panel; hover over the bar to see it."


TASK = Task(
    id="01.2",
    title="Read a picture",
    points=1,
    answers=("hottest", "units"),
    hints=(
        "The lower panel has one bar for each partition. Its height is what the partition was asked for in that second.",
        "The highest bar is the hottest partition, and the strip above gives its name. Names with an n are nodes of the ring.",
        "The exact number stands above the bar, or appears when you hover over it.",
    ),
    learnt="A partition is as hot as the requests for its keys, and no hotter for owning more of the key space.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
