"""Task 08.1: prove that a query of an index misses a write that was answered, and that the write is late, not lost."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.lesson_08 import orders
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_number
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.randomness import Randomness
from dynateach.trace import Event, IndexQueued, IndexWritten, ItemWritten, PageRead

TABLE, INDEX = "orders", "by-status"


class Start(NamedTuple):
    """How many orders are open at the start."""

    seed: int
    open: int


class Way(NamedTuple):
    """One write of the order, and its way to the index: what was asked of the index before it arrived there, and after."""

    events: list[Event]
    queued: IndexQueued | None
    missed: list[PageRead]
    found: list[PageRead]


def _inputs(seed: int) -> Iterator[Start]:
    chance = Randomness(seed).stream("08.1")
    for number in range(3):
        yield Start(seed + number, 2 + chance.below(4))


def _prepare(start: Start) -> Case:
    lab = orders.lab(start.seed)
    there = [{"id": f"o{number + 1}", "status": "OPEN", "total": 20 + number} for number in range(start.open)]
    orders.create(lab, TABLE, {INDEX: (["status"], {"ProjectionType": "ALL"})}, there)
    return Case(lab, (Call("prove", (Boto3(TABLE),)),), start, requests=300)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    value, events = replies[0].value, replies[0].events
    if isinstance(value, (tuple, list)) and _is_pair(value[::-1]):
        return Fault("prove returned the number first", _EXPECTED, "The order's id comes first, then the number.")
    if not _is_pair(value):
        why = NO_RETURN if value is None else "Return two values: the order's id, and a number."
        return Fault(f"prove returned {kind(value)}, not an id and a number", _EXPECTED, why)
    if not events:
        return Fault("prove asked DynamoDB for nothing", _EXPECTED, USE_WHAT_IS_GIVEN)
    id, missed = value
    ways = _ways(events, id)
    if any(way.found and len(way.missed) == missed > 0 for way in ways):
        return None
    if not ways:
        why = "Write an order, and return its id: an answer to put_item means that the order is stored."
        return Fault(f"prove did not write the order {show(id)}", _EXPECTED, why)
    return _fault_of_way(ways[-1], missed)


def _fault_of_way(way: Way, missed: Any) -> Fault:
    if way.queued is None:
        why = "What sends an order to this index, or to another place in it? Look at the index's key."
        return Fault("that write changed no key in the index", _EXPECTED, why, trace=way.events)
    if not way.missed and not way.found:
        why = f"Query by-status for the status that you wrote, {show(way.queued.key)}, after the write."
        return Fault("after the write nobody asked the index for that order", _EXPECTED, why, trace=way.events)
    if not way.missed:
        why = "By then the index had it. Ask at once: the answer to the write does not wait for the index."
        return Fault("no query of the index missed the order", _EXPECTED, why, trace=way.events)
    if not way.found:
        why = "So far the order may just as well be lost. Go on asking until the index has it."
        return Fault("no query of the index found the order", _EXPECTED, why, trace=way.events)
    why = "Count the queries of the index that came after the write and lacked the order: not the one that found it."
    return Fault(f"{show(missed)} is not how many queries missed the order", _EXPECTED, why, trace=way.events)


def _ways(events: Sequence[Event], id: str) -> list[Way]:
    return [
        _way(events[number:])
        for number, event in enumerate(events)
        if isinstance(event, ItemWritten) and event.key == id and event.change in ("INSERT", "MODIFY")
    ]


def _way(events: Sequence[Event]) -> Way:
    """The way of the write that these events begin with."""
    request = events[0].request
    changes = [one for one in events if isinstance(one, IndexQueued) and one.request == request]
    queued = next((one for one in changes if one.change == "INSERT"), None)
    way = Way([events[0]], queued, [], [])
    if queued is None:
        return way
    arrived = False
    for event in events:
        if isinstance(event, IndexWritten) and (event.request, event.change) == (request, "INSERT"):
            arrived = True
            way.events.append(event)
        elif isinstance(event, PageRead) and event.index_name == INDEX and event.key in ("", queued.key):
            (way.found if arrived else way.missed).append(event)
            way.events.append(event)
    return way


def _is_pair(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[0], str) and is_number(value[1])


_EXPECTED = "the id of an order that prove wrote, and how many queries of by-status missed it before one found it"

TASK = Task(
    id="08.1",
    title="Prove it: late, not lost",
    points=1,
    answers=("prove",),
    hints=(
        "A global index follows its table some time after the write was answered. So: write, then ask the index, again and again.",
        "Put an order that has a status. Query by-status for that status in a loop. Count the answers in which your order is not; "
        "when it is there, return its id and the count.",
        'found = table.query(IndexName="by-status", KeyConditionExpression=Key("status").eq("OPEN"))["Items"]; '
        'if any(order["id"] == "o99" for order in found): return "o99", missed; missed += 1',
    ),
    learnt="The answer to a write speaks for the table alone. A global index follows when it can, and no read of it can be made to wait.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (
            "prove",
            "ClientError",
        ): "A global index has no strongly consistent reads: ask again instead. And STATUS is a reserved word in expressions.",
        (
            "prove",
            "OutOfRequests",
        ): "Within this time every change reaches the index. Does your order have a status, and is it the one that you ask for?",
    },
)
