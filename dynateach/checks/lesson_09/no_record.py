"""Task 09.1: a write that succeeds, is paid for, and leaves nothing in the stream."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.lesson_09.shop import ORDERS, shop
from dynateach.checks.plain import kind
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_number, put
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.randomness import Randomness
from dynateach.trace import ItemWritten, StreamRecordWritten, WriteRefused

ORDER = "o1"
REFUSED = "A write whose condition does not hold changes nothing, but it fails. Find one that succeeds."


class Order(NamedTuple):
    """How many letters the note of the order has: they decide what a write consumes."""

    seed: int
    letters: int


def _inputs(seed: int) -> Iterator[Order]:
    chance = Randomness(seed).stream("09.1")
    for kilobytes in (2, 5):
        yield Order(seed, 1_024 * (kilobytes + chance.below(3)) - chance.below(500))


def _prepare(order: Order) -> Case:
    lab = shop(order.seed)
    with lab.trace.paused():
        put(lab, ORDERS, {"id": ORDER, "state": "paid", "note": "x" * order.letters})
    return Case(lab, (Call("prove", (Boto3(ORDERS),)),), order, requests=20)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    reply = replies[0]
    written = [event for event in reply.events if isinstance(event, ItemWritten)]
    return _fault_of_writes(reply, written) or _fault_of_records(reply) or _fault_of_units(reply, written)


def _fault_of_writes(reply: Reply, written: Sequence[ItemWritten]) -> Fault | None:
    expected = "one write that succeeds"
    if any(isinstance(event, WriteRefused) for event in reply.events):
        return Fault("a write of prove was refused", expected, REFUSED)
    if not reply.events:
        return Fault("prove asked DynamoDB for nothing", expected, USE_WHAT_IS_GIVEN)
    if not written:
        return Fault("prove wrote nothing", expected, "A read leaves no record either, but that is not the claim.")
    return None


def _fault_of_records(reply: Reply) -> Fault | None:
    records = [event for event in reply.events if isinstance(event, StreamRecordWritten)]
    if not records:
        return None
    why = {
        "INSERT": "An item that was not there is now. That is a change.",
        "MODIFY": "One attribute is not what it was before, or there is one more or less. That is a change.",
        "REMOVE": "An item that was there is gone. That is a change.",
    }[records[0].change]
    what = f"the write left a record in the stream: {records[0].change}"
    return Fault(what, "a write after which the table is what it was before", why, trace=records)


def _fault_of_units(reply: Reply, written: Sequence[ItemWritten]) -> Fault | None:
    units = {sum(event.units for event in written), *(event.units for event in written)}
    if is_number(reply.value) and reply.value in units:
        return None
    expected = "the write units that the write consumed"
    if not is_number(reply.value):
        why = NO_RETURN if reply.value is None else ""
        return Fault(f"prove returned {kind(reply.value)}, not a number", expected, why)
    why = "A write costs by the size of the item, whether it changes anything or not. DynamoDB tells you, if you ask."
    return Fault("prove returned another number of write units", expected, why)


TASK = Task(
    id="09.1",
    title="Prove it: a write that nobody hears of",
    points=1,
    answers=("prove",),
    hints=(
        "The stream tells of changes, not of requests. Which write changes nothing, and succeeds all the same?",
        "Write what is there already: read the item and put it back as it is. Or delete an item that is not there.",
        'answer = table.put_item(Item=table.get_item(Key={"id": "o1"})["Item"], ReturnConsumedCapacity="TOTAL"); '
        'return answer["ConsumedCapacity"]["CapacityUnits"]',
    ),
    learnt="A stream tells what has changed, not who wrote: such a write is paid for, and leaves no trace there.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={("prove", "ConditionalCheckFailedException"): REFUSED},
)
