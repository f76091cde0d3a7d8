"""Task 09.5: repair a function that dies of one bad record, and takes its batch with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.checks.lesson_09.shop import (
    ORDERS,
    Record,
    all_records,
    call_with,
    create_table,
    delete,
    id_of,
    number_of,
    shop,
    text_of,
)
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import USE_WHAT_IS_GIVEN, put
from dynateach.checks.task import Ask, Call, Case, Fault, Reply, Task, fewer
from dynateach.drawing.captions import count
from dynateach.lab import Lab
from dynateach.profile import IDEAL
from dynateach.randomness import Randomness
from dynateach.trace import ConsumerDiscarded, Event, ItemWritten

COPY = "copies"
SETTINGS: dict[str, Any] = {
    "batch_size": 10,
    "maximum_retry_attempts": 2,
    "bisect_batch_on_function_error": True,
    "report_batch_item_failures": True,
}
FREE = "free"
"""An amount that is no number: the record that tells of it cannot be copied."""
GONE = ""


class Change(NamedTuple):
    """An order is put with that amount; deleted, if there is none."""

    id: str
    amount: str


class Traffic(NamedTuple):
    """What happens to the orders while the consumer is away: it finds full batches when it comes."""

    seed: int
    changes: tuple[Change, ...]
    partitions: int = 1


def _inputs(seed: int) -> Iterator[Traffic]:
    chance = Randomness(seed).stream("09.5")
    good = [Change(f"o{number}", str(10 + chance.below(90))) for number in range(1, 9)]
    bad = Change("o9", FREE)
    yield Traffic(seed, tuple(good[:3]))
    yield Traffic(seed, (*good[:2], bad, *good[2:4]))
    yield Traffic(seed, (bad, *good[:5]))
    yield Traffic(seed, (good[0], bad, good[1], Change("o10", FREE), good[2]))
    yield Traffic(seed, (good[0], bad, good[1], Change("o9", "25"), good[2], Change("o1", GONE)))
    kinds = [FREE, GONE, *(str(1 + chance.below(90)) for _ in range(6))]
    many = (Change(f"o{1 + chance.below(12)}", chance.pick(kinds)) for _ in range(40))
    yield Traffic(seed, tuple(many), partitions=2)


def _smaller(traffic: Traffic) -> Iterable[Traffic]:
    return (traffic._replace(changes=changes) for changes in fewer(traffic.changes))


def _prepare(traffic: Traffic) -> Case:
    lab = shop(traffic.seed, replace(IDEAL, on_demand_partitions=traffic.partitions))
    with lab.trace.paused():
        create_table(lab, COPY)
        for change in traffic.changes:
            _make(lab, change)
        lab.clock.advance(1)

    def drive(ask: Ask) -> None:
        def copy(event: dict[str, Any], context: Any) -> Any:
            reply = ask(call_with(event["Records"], COPY))
            if reply.raised:
                raise RuntimeError(reply.raised.type)
            return reply.value

        lab.consume(ORDERS, copy, **SETTINGS)
        lab.clock.advance(600)

    return Case(lab, (), traffic, requests=60, drive=drive)


def _make(lab: Lab, change: Change) -> None:
    if change.amount == GONE:
        delete(lab, ORDERS, change.id)
    else:
        put(lab, ORDERS, {"id": change.id, "amount": change.amount if change.amount == FREE else int(change.amount)})


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, reply in enumerate(replies):
        if fault := _fault_of_answer(reply, step):
            return fault
    if not any(reply.events for reply in replies):
        return Fault("handler asked DynamoDB for nothing", "copies in the table that it was given", USE_WHAT_IS_GIVEN)
    records = all_records(case.lab)
    return (
        _fault_of_bad(case, records, replies)
        or _fault_of_given_up(case, records, replies)
        or _fault_of_copies(case, records, replies)
        or _fault_of_repeats(records, replies)
    )


def _fault_of_answer(reply: Reply, step: int) -> Fault | None:
    """Lambda takes every answer. What it does not understand means something else than its author thought."""
    expected = 'None, or {"batchItemFailures": [{"itemIdentifier": a sequence number}]}'
    answer = reply.value
    if answer is None or answer == {}:
        return None
    failures = answer.get("batchItemFailures", ...) if isinstance(answer, dict) else ...
    if failures is None:
        return None
    if not isinstance(failures, (list, tuple)):
        what = f"handler returned {kind(answer)} that Lambda does not understand"
        return Fault(what, expected, "One dict, with a list under that very name.", step=step)
    numbers = {number_of(record) for record in _event(reply)}
    for failure in failures:
        told = failure.get("itemIdentifier") if isinstance(failure, dict) else failure
        if not isinstance(failure, dict) or not isinstance(told, str) or told not in numbers:
            what = f"{show(told)} names no record of the batch"
            why = "Each failure is a dict, and what identifies a record of a stream is its SequenceNumber."
            return Fault(what, expected, why, step=step)
    return None


def _fault_of_bad(case: Case, records: Sequence[Record], replies: Sequence[Reply]) -> Fault | None:
    discarded = {event.first for event in case.lab.trace.of(ConsumerDiscarded)}
    for record in records:
        if _is_bad(record) and number_of(record) not in discarded:
            what = f"the bad record of {id_of(record)} is lost: nobody hears of it"
            why = "What you do not report, or what stands before it, counts as done. Which failed first?"
            expected = "its sequence number at the on-failure destination"
            return Fault(what, expected, why, step=_last_with(record, replies))
    return None


def _fault_of_given_up(case: Case, records: Sequence[Record], replies: Sequence[Reply]) -> Fault | None:
    good = {number_of(record): record for record in records if not _is_bad(record)}
    for event in case.lab.trace.of(ConsumerDiscarded):
        if event.records > 1 or event.first in good:
            record = next(one for one in records if number_of(one) == event.first)
            what = f"the consumer gave up a good record: {text_of(record)}"
            why = "You reported it, or one before it that had been done. The first that failed is where to go on."
            return Fault(what, "only bad records are given up", why, step=_last_with(record, replies), trace=[event])
    return None


def _fault_of_copies(case: Case, records: Sequence[Record], replies: Sequence[Reply]) -> Fault | None:
    """After each order's last good change, its copy is what it is."""
    last = {id_of(record): record for record in records if not _is_bad(record)}
    for id, record in last.items():
        wanted = record["dynamodb"].get("NewImage", {}).get("amount")
        found = _stored(case.lab, id).get("amount")
        if found != wanted:
            what = f"the copy of {id} is wrong"
            expected = f"amount {_amount(wanted)}, after {text_of(record)}"
            why = "Each good record is copied in its turn; a REMOVE deletes the copy. One before a failure is not sent again."
            got = f"amount {_amount(found)}"
            return Fault(what, expected, why, step=_last_with(record, replies), got=got, trace=_writes(replies, id))
    return None


def _fault_of_repeats(records: Sequence[Record], replies: Sequence[Reply]) -> Fault | None:
    allowed = Counter(id_of(record) for record in records if not _is_bad(record))
    for id, times in Counter(event.key for event in _writes(replies)).items():
        if times > allowed[id]:
            record = next((one for one in records if id_of(one) == id), records[0])
            what = f"the copy of {id} was written {count(times, 'time')}"
            expected = f"{count(allowed[id], 'time')}: so many good records tell of it"
            why = "From the record that you report on, everything comes again. What you do after it, you do twice."
            return Fault(what, expected, why, step=_last_with(record, replies), trace=_writes(replies, id))
    return None


def _is_bad(record: Record) -> bool:
    return bool(record["dynamodb"].get("NewImage", {}).get("amount") == {"S": FREE})


def _event(reply: Reply) -> list[Record]:
    assert isinstance(reply.step, Call)
    records: list[Record] = reply.step.arguments[0]["Records"]
    return records


def _last_with(record: Record, replies: Sequence[Reply]) -> int:
    """The last call that had the record."""
    steps = [n for n, reply in enumerate(replies) if number_of(record) in map(number_of, _event(reply))]
    return steps[-1] if steps else -1


def _writes(replies: Sequence[Reply], id: str | None = None) -> list[ItemWritten]:
    events: Iterator[Event] = (event for reply in replies for event in reply.events)
    return [event for event in events if isinstance(event, ItemWritten) and id in (None, event.key)]


def _stored(lab: Lab, id: str) -> dict[str, Any]:
    request = {"TableName": COPY, "Key": {"id": {"S": id}}, "ConsistentRead": True}
    with lab.trace.paused():
        item: dict[str, Any] = lab.request("dynamodb", "GetItem", request).get("Item", {})
    return item


def _amount(value: dict[str, str] | None) -> str:
    return next(iter(value.values())) if value else "none"


TASK = Task(
    id="09.5",
    title="Repair: one bad record",
    points=2,
    answers=("handler",),
    hints=(
        "An exception fails the whole batch, and what was done comes again. Say instead which record failed.",
        'Catch the exception of a record. Return at once, with {"batchItemFailures": [{"itemIdentifier": …}]}. '
        "All records before that one count as done, all from it on come again.",
        'except KeyError: return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}',
    ),
    learnt="Stop at the first failure and name it: what is done stays done, and the order is kept.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        ("handler", type): "An exception fails the whole batch: the good records before it were copied, and come again."
        for type in ("KeyError", "InvalidOperation", "ValueError", "TypeError")
    },
)
