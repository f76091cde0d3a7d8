"""Task 11.4: repair two reads that pay for the whole table."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from dynateach.checks.plain import kind
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, is_number, put
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.drawing.captions import count
from dynateach.dynamodb.rules.limits import PAGE_BYTES
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream
from dynateach.trace import Event, ItemRead, PageRead

TABLE, WHOLE, THIN = "orders", "by-day", "day-totals"
WORTH, HISTORY = "worth", "history"
PAID = "PAID"


class Order(NamedTuple):
    """An order: its amount in cents, and how long its list of goods and its note are (bytes)."""

    customer: str
    id: str
    day: str
    status: str
    cents: int
    goods: int
    note: int = 20


class Orders(NamedTuple):
    """What lies in the table, and what is asked for."""

    seed: int
    orders: tuple[Order, ...]
    day: str
    customer: str


# --- The inputs ------------------------------------------------------------------------------------------------------

DAYS = ("2026-11-26", "2026-11-27", "2026-11-28")


def _inputs(seed: int) -> Iterator[Orders]:
    """A few orders; a day and a customer without any; a busy week; a day and a customer of several pages."""
    chance = Randomness(seed).stream("11.4")
    day, customer = chance.pick(DAYS), f"c{chance.below(4)}"
    few = [_order(chance, number, 200) for number in range(4)]
    own = [_order(chance, number, 200)._replace(day=day, customer=customer) for number in range(4, 10)]
    yield Orders(seed, (*few, *own, _order(chance, 10, 200)._replace(day=day, status=PAID)), day, customer)
    yield Orders(seed, tuple(few), "2026-12-24", "nobody")
    many = (_order(chance, number, 3_000)._replace(note=300) for number in range(240 + chance.below(40)))
    yield Orders(seed, tuple(many), day, customer)
    pages = (_order(chance, number, 1_500)._replace(day=day, customer=customer, status=PAID) for number in range(290))
    yield Orders(seed, tuple(order._replace(note=3_800 + chance.below(100)) for order in pages), day, customer)


def _order(chance: Stream, number: int, goods: int) -> Order:
    status = PAID if not chance.below(8) else chance.pick(("DELIVERED", "DELIVERED", "CANCELLED"))
    cents = 100 + chance.below(90_000)
    return Order(f"c{chance.below(4)}", f"o{number:04}", chance.pick(DAYS), status, cents, goods + chance.below(90))


def _prepare(asked: Orders) -> Case:
    lab = Lab(asked.seed)
    with lab.trace.paused():
        lab.request("dynamodb", "CreateTable", _definition())
        for order in asked.orders:
            put(lab, TABLE, _item(order))
    calls = (Call(WORTH, (Boto3(TABLE), asked.day)), Call(HISTORY, (Boto3(TABLE), asked.customer)))
    return Case(lab, calls, asked, requests=600)


def _item(order: Order) -> Item:
    keys = {"customer": order.customer, "id": order.id, "day": order.day, "status": order.status}
    texts = {"goods": "g" * order.goods, "note": "n" * order.note}
    return {**keys, **texts, "total": Decimal(order.cents) / 100}


def _definition() -> dict[str, Any]:
    by_day = [{"AttributeName": "day", "KeyType": "HASH"}, {"AttributeName": "status", "KeyType": "RANGE"}]
    thin = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total", "note"]}
    return {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("customer", "id", "day", "status")
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": WHOLE, "KeySchema": by_day, "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": THIN, "KeySchema": by_day, "Projection": thin},
        ],
    }


# --- The check -------------------------------------------------------------------------------------------------------


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    asked = case.input
    worth, history = replies
    return (
        _fault_of_worth(asked, worth)
        or _fault_of_cost(case, worth, 0, _cheapest(case.lab, _BY_DAY, {":day": asked.day, ":paid": PAID}))
        or _fault_of_history(asked, history)
        or _fault_of_cost(case, history, 1, _cheapest(case.lab, _BY_CUSTOMER, {":customer": asked.customer}))
    )


_BY_DAY = {
    "IndexName": THIN,
    "KeyConditionExpression": "#day = :day AND #status = :paid",
    "ExpressionAttributeNames": {"#day": "day", "#status": "status"},
}
_BY_CUSTOMER = {"KeyConditionExpression": "customer = :customer"}


def _cheapest(lab: Lab, query: dict[str, Any], values: dict[str, str]) -> float:
    """The units of reading exactly what is asked for, in whole pages."""
    wanted = {name: {"S": value} for name, value in values.items()}
    request = {"TableName": TABLE, **query, "ExpressionAttributeValues": wanted, "ReturnConsumedCapacity": "TOTAL"}
    start: dict[str, Any] = {}
    units = 0.0
    with lab.trace.paused():
        while True:
            page = lab.request("dynamodb", "Query", {**request, **start})
            units += float(page["ConsumedCapacity"]["CapacityUnits"])
            if "LastEvaluatedKey" not in page:
                return units
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _fault_of_worth(asked: Orders, reply: Reply) -> Fault | None:
    if not is_number(reply.value):
        why = NO_RETURN if reply.value is None else "Return the sum of the totals; 0 if there are none."
        return Fault(f"worth returned {kind(reply.value)}", "a number", why, 0)
    of_day = [order for order in asked.orders if order.day == asked.day]
    right = _sum(order for order in of_day if order.status == PAID)
    expected = f"{right}: the PAID orders of {asked.day}"
    if not reply.events:
        return Fault("worth asked DynamoDB for nothing", expected, USE_WHAT_IS_GIVEN, 0)
    if isinstance(reply.value, float):
        why = "boto3 gives numbers as Decimal. Add them up as they are: a float cannot hold every cent."
        return Fault("worth returned a float", expected, why, 0)
    if reply.value == right:
        return None
    why = "The totals of the orders that are PAID, of that day, and no others."
    if _is_one_page(reply.events):
        why = _ONE_PAGE
    elif reply.value == _sum(of_day):
        why = "Those are all orders of the day, whatever their status."
    return Fault("worth is not what the PAID orders of the day are worth", expected, why, 0)


def _fault_of_history(asked: Orders, reply: Reply) -> Fault | None:
    if not isinstance(reply.value, list):
        why = NO_RETURN if reply.value is None else "Return a list of items; [] if there are none."
        return Fault(f"history returned {kind(reply.value)}", "a list", why, 1)
    right = [_item(order) for order in asked.orders if order.customer == asked.customer]
    expected = f"{count(len(right), 'order')} of {asked.customer}, in the order of their ids"
    if not reply.events:
        return Fault("history asked DynamoDB for nothing", expected, USE_WHAT_IS_GIVEN, 1)
    if reply.value == right:
        return None
    got = f"{len(reply.value):,} things"
    if len(reply.value) < len(right):
        why = _ONE_PAGE if _is_one_page(reply.events) else "Some are missing."
        return Fault(f"history lacks {count(len(right) - len(reply.value), 'order')}", expected, why, 1, got)
    if len(reply.value) > len(right):
        why = "No order of another customer, and none twice."
        return Fault("history has too many orders", expected, why, 1, got)
    why = "Whole items, as boto3 gives them, in the order of their ids: a Query gives them so by itself."
    return Fault("history has other orders, or in another order", expected, why, 1, got)


def _fault_of_cost(case: Case, reply: Reply, step: int, cheapest: float) -> Fault | None:
    spent = sum(event.units for event in _reads(reply.events))
    budget = 1.5 * cheapest + 0.5
    if spent <= budget:
        return None
    name = case.steps[step].answer
    got = f"the right answer, for {spent:,g} read units"
    return Fault(f"{name} pays too much", f"at most {budget:,g} read units", _dear(reply.events), step, got)


def _dear(events: Sequence[Event]) -> str:
    reads = _reads(events)
    pages = [event for event in reads if isinstance(event, PageRead)]
    if any(page.operation == "Scan" for page in pages):
        return "A Scan reads everything, and a filter drops most of it after it was paid for. Which key leads straight to what is wanted?"
    if len(pages) < len(reads):
        return "Each GetItem is rounded up alone. A Query reads many items for the sum of their sizes."
    if any(page.index_name == WHOLE for page in pages):
        return "For one number of each order its whole list of goods is read. Is there an index with less in it?"
    if any(page.consistent for page in pages):
        return "Nobody needs the last second here. An eventually consistent read costs half."
    if len(pages) > 3:
        return "Every page is rounded up. A small Limit makes many pages; without one a page holds 1 MB."
    return (
        "What is dropped after the read, by a filter or by Python, is paid for. The sort key is there to say it before."
    )


def _reads(events: Sequence[Event]) -> list[ItemRead | PageRead]:
    return [event for event in events if isinstance(event, (ItemRead, PageRead))]


def _is_one_page(events: Sequence[Event]) -> bool:
    """Whether there was one page, and a full one."""
    reads = _reads(events)
    return len(reads) == 1 and reads[0].bytes > 0.9 * PAGE_BYTES


def _sum(orders: Iterable[Order]) -> Decimal:
    return Decimal(sum(order.cents for order in orders)) / 100


_ONE_PAGE = "A page holds at most 1 MB. An answer with a LastEvaluatedKey is not the last one."

TASK = Task(
    id="11.4",
    title="Repair an expensive report",
    points=2,
    answers=(WORTH, HISTORY),
    hints=(
        "Both read the whole table and drop most of it. For each: which keys, of the table or of an index, are known? And "
        "how much of an order is needed?",
        f"worth: Query the index {THIN} with both of its keys, day and status. history: Query the table by customer. Both "
        "eventually consistent, page after page.",
        f'answer = table.query(IndexName="{THIN}", KeyConditionExpression=Key("day").eq(day) & Key("status").eq("PAID"), '
        '**more); then more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]} while there is one.',
    ),
    learnt="You pay for what is read. A key that leads there, an index with little in it, and half a unit for what may be a second old.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (WORTH, "ClientError"): "A global index gives no strongly consistent reads: leave ConsistentRead out.",
        (WORTH, "ValidationException"): "A global index gives no strongly consistent reads: leave ConsistentRead out.",
        (WORTH, "KeyError"): "Only the last answer has no LastEvaluatedKey, and an index holds only what it projects.",
        (HISTORY, "KeyError"): "The last answer has no LastEvaluatedKey.",
    },
)
