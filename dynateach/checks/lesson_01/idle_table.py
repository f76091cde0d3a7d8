"""Task 01.1: prove that a table refuses writes although it is asked for a fraction of what it takes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, lab_with_table
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.limits import ON_DEMAND_WRITE_UNITS
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS as CEILING
from dynateach.dynamodb.storage.admission import PARTITION
from dynateach.events import Event, ItemWritten, Throttled
from dynateach.randomness import Randomness

TABLE = "orders"
REQUESTS = 1_500


class Idle(NamedTuple):
    """A new table of so many partitions, which nobody else writes to."""

    seed: int
    partitions: int


def _inputs(seed: int) -> Iterator[Idle]:
    """The four partitions that a new table has, and another number."""
    yield Idle(seed, 4)
    yield Idle(seed, 5 + Randomness(seed).stream("01.1").below(4))


def _prepare(idle: Idle) -> Case:
    lab = lab_with_table(TABLE, idle.partitions, idle.seed, sort_key="sk", admission="global")
    return Case(lab, (Call("prove", (Boto3(TABLE),)),), idle, requests=REQUESTS)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    value, events = replies[0].value, replies[0].events
    refused = [event for event in events if isinstance(event, Throttled)]
    if not isinstance(value, str):
        why = NO_RETURN if value is None else "Return the partition key itself, a string."
        return Fault(f"prove returned {kind(value)}, not a partition key", _EXPECTED, why, trace=refused)
    if not events:
        return Fault("prove asked DynamoDB for nothing", _EXPECTED, "Write to the table that the function is given.")
    if not refused:
        return Fault("nothing was refused", _EXPECTED, _why_nothing(events), got=_served(value, events))
    if refused[0].budget != PARTITION:
        why = f"A table that is asked for more than {ON_DEMAND_WRITE_UNITS:,} units refuses whatever the keys are. Less is enough, if it is one key."
        return Fault("the table itself was at its limit", _EXPECTED, why, got=_served(value, events), trace=refused)
    if value not in {_partition_key(event) for event in refused}:
        why = "Return the partition key of the write that had to be tried again."
        return Fault(
            f"no request for {show(value)} was refused", _EXPECTED, why, got=_served(value, events), trace=refused
        )
    return None


def _why_nothing(events: Sequence[Event]) -> str:
    units = Counter[str]()
    for event in events:
        if isinstance(event, ItemWritten):
            units[_partition_key(event)] += round(event.units)
    if not units:
        return "Reads have a ceiling of their own, three times as high. Write."
    key, most = units.most_common(1)[0]
    if most <= CEILING and len(units) > 1:
        return f"{len(units):,} partition keys were written, {key!r} most: {most:,} units. One key must take more than a partition serves."
    return f"{key!r} took {most:,} write units. A partition serves {CEILING:,} a second: go on until an answer shows a retry."


def _served(value: str, events: Sequence[Event]) -> str:
    units = sum(event.units for event in events if isinstance(event, ItemWritten))
    return f"{show(value)}, after {units:,.0f} write units in all"


def _partition_key(event: ItemWritten | Throttled) -> str:
    return event.key.partition(" / ")[0]


_EXPECTED = "the partition key of a write that a partition refused, while the table could take far more"

TASK = Task(
    id="01.1",
    title="Prove it: an idle table refuses",
    points=1,
    answers=("prove",),
    hints=(
        "What is refused first, the table or one of its partitions? What must the keys be for that?",
        "Put items under one partition key, each with another sort key. Look at what each answer says about retries.",
        'In a loop over n: answer = table.put_item(Item={"pk": "hot", "sk": str(n)}); '
        'if answer["ResponseMetadata"]["RetryAttempts"]: return "hot"',
    ),
    learnt="A table's capacity is a sum. A key can use one partition's part of it, and the rest stands idle.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        ("prove", "OutOfRequests"): (
            "boto3 tries a refused put again by itself, so no error comes: look at RetryAttempts in the answer."
            " And is it one partition key that you write to?"
        ),
        ("prove", "ClientError"): 'Each item needs "pk" and "sk", both strings that are not empty.',
    },
)
