"""Task 08.3: read an index to its end, and fetch from the table only what the index lacks."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.lesson_08 import orders
from dynateach.checks.lesson_08.orders import pages, table_units
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, is_item, is_number, wire_form
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task, fewer
from dynateach.drawing.captions import count
from dynateach.dynamodb.rules.capacity import read_units
from dynateach.dynamodb.rules.values import item_size
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemRead

TABLE, INDEX = "orders", "by-customer"
SPENT, PAPERS = "spent", "papers"
ADA, BEN = "ada", "ben"
MONTH = "2026-03"
SHORT, LONG, HUGE = 40, 60_000, 300_000
"""Letters: twenty long ones fill a page of 1 MB, 60 huge ones more than a batch."""


class Orders(NamedTuple):
    """The orders (number, customer, when), what is asked, how long their lines and papers are, and which of them was deleted a
    moment ago.
    """

    seed: int
    step: str
    orders: tuple[tuple[int, str, str], ...]
    lines: int = SHORT
    paper: int = SHORT
    deleted: int = -1


def _inputs(seed: int) -> Iterator[Orders]:
    """A few orders; none; one just deleted; more than a page; more than a batch, by number and by size."""
    chance = Randomness(seed).stream("08.3")
    few = _orders(chance, 3, 5)
    for step in (SPENT, PAPERS):
        yield Orders(seed, step, few)
        yield Orders(seed, step, tuple(order for order in few if order[1] == BEN))
    yield Orders(seed, PAPERS, few, deleted=next(number for number, who, at in few if who == ADA and MONTH in at))
    yield Orders(seed, SPENT, _orders(chance, 5, 22), LONG)
    yield Orders(seed, PAPERS, _orders(chance, 22, 5), LONG)
    yield Orders(seed, PAPERS, _orders(chance, 120, 10))
    yield Orders(seed, PAPERS, _orders(chance, 60, 0), paper=HUGE)


def _orders(chance: Stream, within: int, around: int) -> tuple[tuple[int, str, str], ...]:
    """So many orders of Ada within the month, one of them on its last day, and so many in the months around; a few of Ben."""
    days = [59 + chance.below(30) for _ in range(within - 1)] + [89]
    days += [chance.pick((20, 90)) + chance.below(28) for _ in range(around)]
    ids = chance.shuffled(range(1_000, 1_000 + len(days)))
    times = [f"{orders.day(day)}T{8 + i % 12:02}:{chance.below(60):02}:{i % 60:02}" for i, day in enumerate(days)]
    adas = [(id, ADA, at) for id, at in zip(ids, times, strict=True)]
    return (*adas, *((100 + i, BEN, f"{orders.day(60 + i)}T09:00:00") for i in range(3)))


def _smaller(asked: Orders) -> Iterator[Orders]:
    kept = (few for few in fewer(asked.orders) if asked.deleted < 0 or any(one[0] == asked.deleted for one in few))
    return (asked._replace(orders=few) for few in kept)


def _prepare(asked: Orders) -> Case:
    lab = orders.lab(asked.seed)
    items = [_item(asked, *order) for order in asked.orders]
    orders.create(lab, TABLE, {INDEX: (["customer", "placed"], orders.include("total", "lines"))}, items)
    if asked.deleted >= 0:
        with lab.trace.paused():
            orders.ask(lab, TABLE, "DeleteItem", Key=wire_form({"id": _id(asked.deleted)}))
    more = (MONTH,) if asked.step == PAPERS else ()
    return Case(lab, (Call(asked.step, (Boto3(TABLE), ADA, *more)),), asked, requests=400)


def _item(asked: Orders, number: int, customer: str, placed: str) -> Item:
    lines = f"{number} " + "lamp, " * (asked.lines // 6)
    total = 10 + number % 37
    paper = "p" * asked.paper
    return {
        "id": _id(number),
        "customer": customer,
        "placed": placed,
        "total": total,
        "lines": lines,
        "paper": paper,
    }


def _id(number: int) -> str:
    return f"o{number}"


def _wanted(asked: Orders) -> list[Item]:
    """The orders of Ada that are there, all of them or those of the month, the oldest first."""
    items = [_item(asked, *order) for order in asked.orders if order[1] == ADA and order[0] != asked.deleted]
    within = [item for item in items if asked.step == SPENT or item["placed"].startswith(MONTH)]
    return sorted(within, key=lambda item: str(item["placed"]))


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    asked, reply = case.input, replies[0]
    if not reply.events:
        return Fault(f"{asked.step} asked DynamoDB for nothing", "reads of the index", USE_WHAT_IS_GIVEN)
    wanted = _wanted(asked)
    if asked.step == SPENT:
        return _fault_of_total(asked, reply, wanted) or _fault_of_index(asked, reply) or _fault_of_visit(reply)
    return (
        _fault_of_papers(asked, reply.value, wanted)
        or _fault_of_index(asked, reply)
        or _fault_of_fetching(asked, reply, wanted)
    )


def _fault_of_total(asked: Orders, reply: Reply, wanted: list[Item]) -> Fault | None:
    total, value = sum(item["total"] for item in wanted), reply.value
    if not is_number(value):
        why = NO_RETURN if value is None else "Add the totals. Nothing ordered is 0."
        return Fault(f"spent returned {kind(value)}", f"the number {total}", why)
    if value == total:
        return None
    seen = sum(page.examined for page in pages(reply.events, INDEX))
    why = "The sum of the attribute total over all orders of this customer, and of nobody else."
    if asked.lines == LONG and seen < len(wanted):
        why = f"The index was asked for {count(len(pages(reply.events)), 'page')}, and that is not all. What does an answer say when there is more?"
    return Fault("spent is not what the customer has spent", f"{total}: {count(len(wanted), 'order')}", why)


def _fault_of_papers(asked: Orders, value: Any, wanted: list[Item]) -> Fault | None:
    expected = f"{count(len(wanted), 'whole order')}, the oldest first: {show([item['id'] for item in wanted], 80)}"
    if not isinstance(value, (list, tuple)) or not all(is_item(item) for item in value):
        why = (
            NO_RETURN if value is None else "Return a list of items. An order that the table no longer has is left out."
        )
        holds = f"{kind(value)} with something else than items" if isinstance(value, (list, tuple)) else kind(value)
        return Fault(f"papers returned {holds}", expected, why)
    ids, right = [item.get("id") for item in value], [item["id"] for item in wanted]
    got = f"{count(len(value), 'item')}: {show(ids, 80)}"
    if asked.deleted >= 0 and _id(asked.deleted) in ids:
        why = (
            "The table no longer has that order. The index has not heard of it yet, so its entry alone proves nothing."
        )
        return Fault(f"papers shows {_id(asked.deleted)}, which is deleted", expected, why, got=got)
    if missing := [id for id in right if id not in ids]:
        return Fault(
            f"papers lacks {count(len(missing), 'order')}: {show(missing, 60)}",
            expected,
            _why_missing(asked, wanted, missing),
            got=got,
        )
    if len(ids) > len(right):
        why = "Each order once, of this customer and of this month alone."
        return Fault("papers returned more than the orders of that month", expected, why, got=got)
    if ids != right:
        why = "A Query of the index answers in the order of its sort key. A BatchGetItem promises no order."
        return Fault("papers are not in the order in which they were placed", expected, why, got=got)
    if lacking := sorted(name for name in wanted[0] if name not in value[0]) if wanted else []:
        why = "An entry of the index holds what the index projects. Its id leads to the whole order."
        return Fault(f"papers returned orders without {', '.join(lacking)}", expected, why)
    if list(value) != wanted:
        return Fault(
            "papers returned orders that are not as they are stored", expected, "Return the items as they are.", got=got
        )
    return None


def _why_missing(asked: Orders, wanted: list[Item], missing: list[str]) -> str:
    last_day = f"{MONTH}-31"
    if missing == [item["id"] for item in wanted if item["placed"].startswith(last_day)]:
        return f"Placed on the last day of the month, as {wanted[-1]['placed']!r}. Compare that, letter by letter, with your upper bound."
    if asked.lines == LONG:
        return "A page of a Query ends at 1 MB. What does an answer say when there is more?"
    if asked.paper == HUGE:
        return "The answer to a batch ends at 16 MB. What does it say of the keys that are left?"
    return "One request is not enough for so many orders. Is there a LastEvaluatedKey, or are there UnprocessedKeys?"


def _fault_of_index(asked: Orders, reply: Reply) -> Fault | None:
    """Whether it read more of the index than what was asked for."""
    if any(page.operation == "Scan" for page in pages(reply.events)):
        why = "A Scan reads the orders of everybody. The index has those of one customer together."
        return Fault(f"{asked.step} scans", f"a Query of {INDEX}", why)
    entries, read = _entries(asked), sum(page.examined for page in pages(reply.events, INDEX))
    if read <= entries:
        return None
    why = "A filter is applied to what was read, and all of it is paid for. Which part of the index's key can narrow the Query?"
    if asked.step == SPENT:
        why = "Each entry needs to be read once."
    expected = f"{count(entries, 'entry', 'entries')} at most: those that were asked for"
    return Fault(f"{asked.step} read {count(read, 'entry', 'entries')} of {INDEX}", expected, why)


def _entries(asked: Orders) -> int:
    """How many entries the index still has of what was asked for."""
    mine = [at for _, who, at in asked.orders if who == ADA]
    return len(mine) if asked.step == SPENT else sum(at.startswith(MONTH) for at in mine)


def _fault_of_visit(reply: Reply) -> Fault | None:
    units = table_units(reply)
    if not units:
        return None
    why = (
        "Which attributes does an entry of by-customer hold? What the index has, nobody needs to fetch from the table."
    )
    return Fault(f"spent consumed {units:g} read units of the table", "0: the index knows the totals", why)


def _fault_of_fetching(asked: Orders, reply: Reply, wanted: list[Item]) -> Fault | None:
    cheapest = sum(read_units(item_size(wire_form(item)), False) for item in wanted)
    cheapest += read_units(0, False) * (_entries(asked) - len(wanted))
    units = table_units(reply)
    if units <= cheapest:
        return None
    why = "Fetch each order of the month once."
    if any(isinstance(one, ItemRead) and one.consistent for one in reply.events):
        why = "Only the index lags here: a strongly consistent read of the table doubles the price and tells no more."
    return Fault(
        f"papers consumed {units:g} read units of the table",
        f"{cheapest:g}: each order once, as cheaply as it goes",
        why,
    )


TASK = Task(
    id="08.3",
    title="Read an index to its end",
    points=2,
    answers=(SPENT, PAPERS),
    hints=(
        "An answer that has a LastEvaluatedKey is not the last page. And: what does the index hold of an order, and what does it lack?",
        "spent: Query by-customer page after page, and add. papers: the same with begins_with on the sort key; then get each order by its "
        "id from the table, and leave out those that are no longer there.",
        'answer = table.query(IndexName="by-customer", KeyConditionExpression=Key("customer").eq(customer) & '
        'Key("placed").begins_with(month), **more); more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}; '
        'table.get_item(Key={"id": entry["id"]}).get("Item")',
    ),
    learnt="What the index holds it answers alone, page by page. What it lacks costs a read of the table for each entry.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (
            PAPERS,
            "ClientError",
        ): "A condition on a key belongs into the KeyConditionExpression. "
        "A global index answers with what it projects, and never strongly consistently; a batch takes 100 keys.",
        (
            SPENT,
            "ClientError",
        ): "A global index answers with what it projects, and never strongly consistently.",
        (
            PAPERS,
            "KeyError",
        ): "An entry may outlive its item for a moment: an answer of get_item without Item is no accident.",
        (SPENT, "KeyError"): "The last page has no LastEvaluatedKey: get() gives None then.",
    },
)
