"""Task 01.4: choose a partition key that spreads the writes and that a reader can name."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, hottest, in_words, lab_with_table, put, written_units
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.limits import PARTITION_WRITE_UNITS as CEILING
from dynateach.errors import ServiceError
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

TABLE, PARTITIONS = "readings", 8
SENSORS, WRITES = 400, 4_000
WRITERS = 3
"""Python processes that write; the reader is another."""
DAY, NEXT_DAY = "2026-03-02", "2026-03-03"


class Readings(NamedTuple):
    """Readings of one second, in the order in which they are written, and the sensor whose day is read back."""

    seed: int
    events: tuple[dict[str, str], ...]
    sensor: str


def _inputs(seed: int) -> Iterator[Readings]:
    """Three readings of one sensor, on two days; then two busy seconds."""
    chance = Randomness(seed).stream("01.4")
    sensor = _sensor(chance)
    few = ((DAY, "OK"), (DAY, "LOW"), (NEXT_DAY, "OK"))
    yield Readings(seed, tuple(_reading(chance, sensor, day) | {"status": status} for day, status in few), sensor)
    for number in range(2):
        events = tuple(_reading(chance, _sensor(chance), DAY) for _ in range(WRITES))
        yield Readings(seed + number, events, events[0]["sensor"])


def _sensor(chance: Stream) -> str:
    return f"s-{chance.below(SENSORS):03}"


def _reading(chance: Stream, sensor: str, day: str) -> dict[str, str]:
    return {
        "sensor": sensor,
        "day": day,
        "at": f"{day}T10:04:31",
        "status": chance.pick(("OK", "OK", "OK", "OK", "OK", "LOW", "FAIL")),
        "site": f"site-{sensor[-1]}",
        "id": f"{chance.bits(32):08x}",
    }


def _prepare(readings: Readings) -> Case:
    lab = lab_with_table(TABLE, PARTITIONS, readings.seed, sort_key="sk")
    events = readings.events
    writes = tuple(Call("partition_key", (one,), process=i * WRITERS // len(events)) for i, one in enumerate(events))
    known = {"sensor": readings.sensor, "day": DAY}
    return Case(lab, (*writes, Call("partition_key", (known,), process=WRITERS)), readings)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, event in enumerate(case.input.events):
        if fault := _fault_of_write(case, event, replies[step].value, step):
            return fault
    return _fault_of_load(case, replies) or _fault_of_read(case, replies)


def _fault_of_write(case: Case, event: dict[str, str], key: Any, step: int) -> Fault | None:
    if not isinstance(key, str):
        why = NO_RETURN if key is None else "The table's partition key is a string."
        return Fault(f"partition_key returned {kind(key)}", "a string", why, step=step)
    try:
        put(case.lab, TABLE, {**event, "pk": key, "sk": f"{event['at']}#{event['id']}"})
    except (ServiceError, UnicodeError) as error:
        return Fault("DynamoDB cannot store this partition key", "a string that it takes", str(error), step=step)
    return None


def _fault_of_load(case: Case, replies: Sequence[Reply]) -> Fault | None:
    loads = written_units(case.lab.trace)
    name, most = hottest(loads)
    if most <= CEILING:
        return None
    keys, writes = {reply.value for reply in replies[:-1]}, len(replies) - 1
    return Fault(
        f"{name} takes {most:,} of {writes:,} writes in one second",
        f"at most {CEILING:,} write units on each of the {PARTITIONS} partitions",
        "What one partition key names falls on one partition as a whole. It takes many keys, none of them busy.",
        step=0,
        got=f"{show(replies[0].value)}; such keys are {len(keys):,} in {writes:,} writes (loads: {in_words(loads)})",
        trace=[event for event in case.lab.trace.of(ItemWritten) if event.partition == name],
    )


def _fault_of_read(case: Case, replies: Sequence[Reply]) -> Fault | None:
    readings, key = case.input, replies[-1].value
    if not isinstance(key, str) or not key:
        return Fault(f"for the read, partition_key returned {kind(key)}", "the key of the writes", _ALL_THAT_IS_KNOWN)
    written = [one for one in readings.events if (one["sensor"], one["day"]) == (readings.sensor, DAY)]
    events_before = len(case.lab.trace)
    try:
        found = [item["sensor"]["S"] for item in _query(case, key)]
    except (ServiceError, UnicodeError) as error:
        return Fault("DynamoDB cannot look for this partition key", "the key of the writes", str(error))
    trace = list(case.lab.trace)[events_before:]
    ours, others = found.count(readings.sensor), len(found) - found.count(readings.sensor)
    if ours < len(written):
        what = f"one Query finds {ours} of {len(written)} readings of {readings.sensor}"
        expected = f"the key of the writes, such as {_other_key(readings, replies)!r}"
        return Fault(what, expected, _ALL_THAT_IS_KNOWN, trace=trace)
    if others:
        what = f"the Query for {readings.sensor} reads {others:,} readings of other sensors too"
        return Fault(what, "one sensor's readings alone", "The partition key must tell the sensors apart.", trace=trace)
    return None


_ALL_THAT_IS_KNOWN = (
    "Who reads knows only sensor and day, and runs in another Python process."
    " The key must follow from these two: no chance, no id, no time, no hash() of a string."
)


def _other_key(readings: Readings, replies: Sequence[Reply]) -> str:
    """A key under which the sensor's readings were written, and which the reader did not name."""
    own = (replies[step].value for step, one in enumerate(readings.events) if one["sensor"] == readings.sensor)
    return str(next(key for key in own if key != replies[-1].value))


def _query(case: Case, key: str) -> list[dict[str, Any]]:
    request = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :key AND begins_with(sk, :day)",
        "ExpressionAttributeValues": {":key": {"S": key}, ":day": {"S": DAY}},
    }
    return list(case.lab.request("dynamodb", "Query", request)["Items"])


TASK = Task(
    id="01.4",
    title="Choose a partition key",
    points=1,
    answers=("partition_key",),
    hints=(
        "Two demands: many different keys, each with few writes; and a reader who can name the key without having seen the reading.",
        "The reader knows the sensor and the day. Which of the two takes many different values within one second?",
        "Join the sensor and the day in one string, with a separator such as # between them.",
    ),
    learnt="A good partition key has many values, none of them busy, and the reader can name it."
    " The sensor alone does too, and lets one Query span days, but its collection grows for ever; with the day it stays small.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={("partition_key", "KeyError"): _ALL_THAT_IS_KNOWN},
)
