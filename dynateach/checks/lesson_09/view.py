"""Task 09.4: a view that counts right, although batches come again and processes die."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from dynateach.checks.lesson_09.shop import ORDERS, call_with, create_table, delete, records_by_shard, shop, text_of
from dynateach.checks.plain import show
from dynateach.checks.scenes import USE_WHAT_IS_GIVEN, put, python_form
from dynateach.checks.task import Ask, Call, Case, Fault, Reply, Task, fewer
from dynateach.drawing.captions import count
from dynateach.lab import Lab
from dynateach.profile import IDEAL
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

VIEW = "sold"
CUSTOMERS = ("ada", "ben", "eve")
BATCH = 3
WHOLE = 0
"""Instead of the requests after which a call dies: it does all its work, and the batch comes again all the same."""
EACH = -1
"""A batch comes until a call has done it, and each dies a request later than the one before: so one dies amid the work, whatever is asked first."""
REQUESTS = 100
"""What a call may make."""
LINES = 8
"""How many deliveries are told of."""

NEW, MEMORY, CHANGED, MOVED, GONE, CENTS, AGAIN, DIES, SHARDS = range(9)


class Change(NamedTuple):
    """An order is put, or deleted if it has no amount."""

    id: str
    customer: str = ""
    amount: str = ""


class Deliveries(NamedTuple):
    """What happened to the orders, and after how many requests a call dies before its batch comes again, batch by batch;
    ``about`` says what the case is there for.
    """

    seed: int
    about: int
    changes: tuple[Change, ...]
    deaths: tuple[int, ...] = ()
    partitions: int = 1


def _inputs(seed: int) -> Iterator[Deliveries]:
    chance = Randomness(seed).stream("09.4")
    amounts = [str(10 + chance.below(90)) for _ in range(8)]
    ada = Change("o1", "ada", amounts[0])
    yield Deliveries(seed, NEW, (ada,))
    yield Deliveries(seed, MEMORY, (Change("o1", "ada", amounts[1]),))
    yield Deliveries(seed, NEW, (ada, Change("o2", "ada", amounts[1]), Change("o3", "ben", amounts[2])))
    yield Deliveries(seed, CHANGED, (ada, Change("o1", "ada", amounts[3])))
    yield Deliveries(seed, MOVED, (ada, Change("o1", "ben", amounts[4])))
    yield Deliveries(seed, GONE, (ada, Change("o2", "ada", amounts[1]), Change("o1")))
    yield Deliveries(seed, CENTS, (Change("o1", "ada", "12.10"), Change("o2", "ada", "0.20")))
    yield Deliveries(seed, AGAIN, (ada, Change("o2", "ben", amounts[5])), (WHOLE,))
    moved = (ada, Change("o1", "ben", amounts[6]), Change("o2", "ada", amounts[7]))
    for requests in range(1, 7):
        yield Deliveries(seed, DIES, moved, (requests,))
    yield Deliveries(seed, DIES, moved, (EACH,))
    yield _shards(seed, chance)
    yield Deliveries(seed, SHARDS, tuple(_traffic(chance)), (WHOLE, 1, 2, 3, 5), partitions=3)


def _shards(seed: int, chance: Stream) -> Deliveries:
    """One customer with many orders: her changes lie in several shards."""
    orders = [Change(f"o{number}", "ada", str(1 + chance.below(9))) for number in range(8)]
    return Deliveries(seed, SHARDS, tuple(orders), partitions=3)


def _traffic(chance: Stream) -> Iterator[Change]:
    for _ in range(24):
        id = f"o{chance.below(6)}"
        yield Change(id) if chance.below(4) == 0 else Change(id, chance.pick(CUSTOMERS), str(1 + chance.below(50)))


def _smaller(deliveries: Deliveries) -> Iterable[Deliveries]:
    return (deliveries._replace(changes=changes) for changes in fewer(deliveries.changes))


def _prepare(deliveries: Deliveries) -> Case:
    lab = shop(deliveries.seed, replace(IDEAL, on_demand_partitions=deliveries.partitions))
    with lab.trace.paused():
        create_table(lab, VIEW)
        for change in deliveries.changes:
            _make(lab, change)
        lab.clock.advance(1)
    shards = records_by_shard(lab).values()
    batches = [records[start : start + BATCH] for records in shards for start in range(0, len(records), BATCH)]
    if EACH in deliveries.deaths:
        return Case(lab, (), deliveries, REQUESTS, lambda ask: _deliver(ask, batches))
    return Case(lab, tuple(_calls(batches, deliveries.deaths)), deliveries, REQUESTS)


def _deliver(ask: Ask, batches: Sequence[Any]) -> None:
    for batch in batches:
        if _until_done(ask, call_with(batch, VIEW)).raised:
            return


def _until_done(ask: Ask, call: Call) -> Reply:
    """Make the call again and again: it dies after one request, then after two, until it comes to its end."""
    for requests in range(1, REQUESTS):
        reply = ask(call._replace(dies_after=requests))
        if not reply.died:
            return reply
    return ask(call)


def _calls(batches: Sequence[Any], deaths: Sequence[int]) -> Iterator[Call]:
    for number, batch in enumerate(batches):
        call = call_with(batch, VIEW)
        if number < len(deaths):
            yield call._replace(dies_after=deaths[number] or None)
        yield call


def _make(lab: Lab, change: Change) -> None:
    if not change.amount:
        delete(lab, ORDERS, change.id)
        return
    put(lab, ORDERS, {"id": change.id, "customer": change.customer, "amount": Decimal(change.amount)})


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    if not any(reply.events for reply in replies):
        why = _WHY[MEMORY] if case.input.about == MEMORY else USE_WHAT_IS_GIVEN
        return Fault("handler asked DynamoDB for nothing", "a view in the table that it was given", why)
    for customer in CUSTOMERS:
        item = _stored(case.lab, customer)
        wanted = _wanted(case.input.changes, customer)
        if (item.get("orders", 0), item.get("revenue", 0)) != wanted:
            return _fault(case, replies, customer, item, wanted)
    return None


def _fault(
    case: Case, replies: Sequence[Reply], customer: str, item: dict[str, Any], wanted: tuple[int, Decimal]
) -> Fault:
    found = f"orders = {_told(item, 'orders')}, revenue = {_told(item, 'revenue')}" if item else "no item"
    expected = f"orders = {wanted[0]}, revenue = {wanted[1]}"
    got = "\n".join([f"{customer}: {found}", *_some([_delivered(reply) for reply in replies])])
    writes = [event for reply in replies for event in reply.events if isinstance(event, ItemWritten)]
    return Fault(f"the view is wrong for {customer}", expected, _WHY[case.input.about], got=got, trace=writes)


def _told(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, Decimal) else show(value)


def _some(lines: list[str]) -> list[str]:
    return lines if len(lines) <= LINES else [*lines[:2], f"… {len(lines) - LINES + 1} more …", *lines[3 - LINES :]]


def _delivered(reply: Reply) -> str:
    assert isinstance(reply.step, Call)
    records = ", ".join(map(text_of, reply.step.arguments[0]["Records"]))
    died = f": died after {count(reply.step.dies_after or 0, 'request')}" if reply.died else ""
    return f"delivered: {records}{died}"


def _wanted(changes: Sequence[Change], customer: str) -> tuple[int, Decimal]:
    """What is there in the end decides, whatever happened on the way."""
    last = {change.id: change for change in changes}.values()
    amounts = [Decimal(order.amount) for order in last if order.amount and order.customer == customer]
    return len(amounts), sum(amounts, Decimal(0))


def _stored(lab: Lab, customer: str) -> dict[str, Any]:
    request = {"TableName": VIEW, "Key": {"id": {"S": customer}}, "ConsistentRead": True}
    with lab.trace.paused():
        return python_form(lab.request("dynamodb", "GetItem", request).get("Item", {}))


_WHY = {
    NEW: "An INSERT is one order more for its customer, and its amount more. A customer may be new to the view, too.",
    MEMORY: "The next process knows nothing of the variables of the last one. What has been done must stand in the table.",
    CHANGED: "A MODIFY is the same order with another amount: take the old one off, add the new one. Mark changes, not orders.",
    MOVED: "A MODIFY may give the order to somebody else: then two customers change.",
    GONE: "A REMOVE has no NewImage. What goes stands in the OldImage.",
    CENTS: "Amounts have cents, and no float has a tenth. Decimal does.",
    AGAIN: "The batch came twice: Lambda never heard that it was done. Keep in the table which records were counted.",
    DIES: "A process can die between any two requests. A change and its mark belong together: neither without the other.",
    SHARDS: "A customer's orders lie in several shards. Sequence numbers tell an order only within one shard.",
}

TASK = Task(
    id="09.4",
    title="A view that counts right",
    points=2,
    answers=("handler",),
    hints=(
        "The OldImage goes, the NewImage comes. Make of each record what changes for each customer: so many orders, so much money.",
        "Put a marker with the record's eventID and change the customers in one transaction. The marker's condition says "
        "that it is not there yet: if it fails, the record was counted before.",
        'table.meta.client.transact_write_items(TransactItems=[{"Put": {"TableName": table.name, "Item": {"id": eventID}, '
        '"ConditionExpression": "attribute_not_exists(id)"}}, {"Update": … "ADD orders :orders, revenue :revenue" …}]); '
        "catch TransactionCanceledException",
    ),
    learnt="At least once becomes exactly once where the change and its mark are one write.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        ("handler", "KeyError"): "An INSERT has no OldImage, a REMOVE has no NewImage.",
        (
            "handler",
            "TypeError",
        ): 'boto3 takes no float: a number of DynamoDB is a Decimal. In a record it stands as text, {"N": "12.10"}.',
        (
            "handler",
            "TransactionCanceledException",
        ): "The marker is there already: the record was counted before. That is "
        "no failure. (Or one item stands twice in the transaction: sum up first.)",
        (
            "handler",
            "ConditionalCheckFailedException",
        ): "The condition does not hold: the record was counted before. That is no failure.",
        ("handler", "ValueError"): 'A number stands in a record as text: {"N": "12.10"}. Decimal reads it.',
    },
)
