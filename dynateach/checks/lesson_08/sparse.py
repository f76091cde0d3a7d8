"""Task 08.4: an index that holds the open orders alone: an order enters it when it is placed, and leaves it when it is closed."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from dynateach.checks.lesson_08 import orders
from dynateach.checks.lesson_08.orders import pages, stored, table_units
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, later, wire_form
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task, fewer
from dynateach.drawing.captions import count
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.profile import Delay
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

TABLE, INDEX = "orders", "open"
PLACE, CLOSE, OPEN = "place", "close", "open_orders"
NORTH, SOUTH = "north", "south"
NOBODYS = "o999"
RIVAL, MEANWHILE = "2026-06-30T12:00", 10_000
"""When another clerk closes an order, as the item has it, and how long after the start that is (µs): nothing is answered so soon."""

Action = tuple[Any, ...]
"""What is asked: a function's name and its arguments but the table."""


class Day(NamedTuple):
    """The orders that are there, what is asked, and which order another clerk closes meanwhile."""

    seed: int
    there: tuple[Item, ...]
    actions: tuple[Action, ...]
    rival: str = ""


def _inputs(seed: int) -> Iterator[Day]:
    """Place and list; list what is there; close and list; twice, and what nobody has placed; another clerk; more than a page."""
    chance = Randomness(seed).stream("08.4")
    new = [_order(chance, number, NORTH) for number in chance.shuffled((1, 2, 3))]
    there = tuple(_kept(chance, number, open=number % 3 > 0) for number in chance.shuffled(range(10, 22)))
    chosen = [str(order["id"]) for order in there if "open_since" in order][:2]
    listing = ((OPEN, NORTH), (OPEN, SOUTH))
    yield Day(seed, (), ((PLACE, new[0]), (OPEN, NORTH)))
    yield Day(seed, (), (*((PLACE, order) for order in new), (OPEN, NORTH)))
    yield Day(seed, there, listing)
    yield Day(seed, there, ((CLOSE, chosen[0], _at(90)), *listing))
    yield Day(seed, there, ((CLOSE, chosen[1], _at(91)), (CLOSE, chosen[1], _at(92)), *listing))
    yield Day(seed, there, ((CLOSE, NOBODYS, _at(93)), *listing))
    yield Day(seed, there, ((CLOSE, chosen[0], _at(94)), *listing), rival=chosen[0])
    yield Day(seed, tuple(_long(chance, 100 + number) for number in range(24)), listing)


def _order(chance: Stream, number: int, shop: str, letters: int = 12) -> Item:
    lines = "lamp, " * (letters // 6)
    return {"id": f"o{number}", "shop": shop, "placed_at": _at(number), "total": 10 + chance.below(90), "lines": lines}


def _kept(chance: Stream, number: int, open: bool) -> Item:
    """An order as it is kept in the table: an open one is in the index."""
    order = _order(chance, number, chance.pick((NORTH, NORTH, SOUTH)))
    return {**order, "open_since": order["placed_at"]} if open else {**order, "closed_at": _at(number + 30)}


def _long(chance: Stream, number: int) -> Item:
    """An open order so long that twenty fill a page of 1 MB."""
    order = _order(chance, number, NORTH, 60_000)
    return {**order, "open_since": order["placed_at"]}


def _at(number: int) -> str:
    return f"{orders.day(number)}T10:{number % 60:02}"


def _smaller(day: Day) -> Iterator[Day]:
    named = {one for action in day.actions for one in action[1:] if isinstance(one, str)}
    fixed = tuple(order for order in day.there if order["id"] in named)
    loose = [order for order in day.there if order["id"] not in named]
    if loose:
        yield from (day._replace(there=(*fixed, *some)) for some in ((), *fewer(loose)))
    if len(day.actions) > 1 and not day.rival:
        yield from (day._replace(actions=day.actions[:i] + day.actions[i + 1 :]) for i in range(len(day.actions)))


def _prepare(day: Day) -> Case:
    lab = orders.lab(day.seed, index_lag=Delay())
    orders.create(lab, TABLE, {INDEX: (["shop", "open_since"], {"ProjectionType": "ALL"})}, day.there)
    if day.rival:
        later(lab, MEANWHILE, lambda: _close_elsewhere(lab, day.rival))
    steps = [Call(answer, (Boto3(TABLE), *arguments)) for answer, *arguments in day.actions]
    return Case(lab, steps, day, requests=60)


def _close_elsewhere(lab: Lab, id: str) -> None:
    change = {
        "UpdateExpression": "SET closed_at = :at REMOVE open_since",
        "ConditionExpression": "attribute_exists(open_since)",
        "ExpressionAttributeValues": wire_form({":at": RIVAL}),
    }
    try:
        orders.ask(lab, TABLE, "UpdateItem", Key=wire_form({"id": id}), **change)
    except ServiceError as error:
        if error.code != "ConditionalCheckFailedException":
            raise


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    """Follow the orders action by action, as they should be, and hold each reply and the table's end against that."""
    now = {str(order["id"]): dict(order) for order in case.input.there}
    judges: dict[str, Callable[..., Fault | None]] = {
        PLACE: _fault_of_place,
        CLOSE: _fault_of_close,
        OPEN: _fault_of_listing,
    }
    for step, (reply, (answer, *arguments)) in enumerate(zip(replies, case.input.actions, strict=True)):
        if not reply.events:
            return Fault(f"{answer} asked DynamoDB for nothing", "requests to its table", USE_WHAT_IS_GIVEN, step=step)
        fault = judges[answer](case, reply, step, now, *arguments)
        if fault:
            return fault
    return None


def _fault_of_place(case: Case, reply: Reply, step: int, now: dict[str, Item], order: Item) -> Fault | None:
    id = str(order["id"])
    now[id] = {**order, "open_since": order["placed_at"]}
    kept = stored(case.lab, TABLE, id)
    lost = [name for name, value in order.items() if kept.get(name) != value]
    if lost:
        why = "Store all that the order has, under the names that it has."
        return Fault(f"place did not store {', '.join(lost)}", show(order), why, step=step, got=f"stored: {show(kept)}")
    if kept.get("open_since") != order["placed_at"]:
        why = "An item is in an index if it has all attributes of the index's key. Which are they, and which does this order lack?"
        expected = f"in the index {INDEX}, at shop = {order['shop']!r} and open_since = {order['placed_at']!r}"
        what = f"the order is in the wrong place of {INDEX}" if "open_since" in kept else f"the order is not in {INDEX}"
        return Fault(what, expected, why, step=step, got=f"stored: {show(kept)}")
    return None


def _fault_of_close(case: Case, reply: Reply, step: int, now: dict[str, Item], id: str, at: str) -> Fault | None:
    elsewhere = _closed_elsewhere(case)
    wanted = "open_since" in now.get(id, {}) and not elsewhere
    if "open_since" in now.get(id, {}):
        rest = {name: value for name, value in now[id].items() if name != "open_since"}
        now[id] = {**rest, "closed_at": RIVAL if elsewhere else at}
    if not isinstance(reply.value, bool):
        why = NO_RETURN if reply.value is None else "Return True if this call has closed the order, False if not."
        return Fault(f"close returned {kind(reply.value)}", "True or False", why, step=step)
    return _fault_of_order(case, reply, step, now.get(id, {}), id) or _fault_of_promise(case, reply, step, wanted, id)


def _closed_elsewhere(case: Case) -> bool:
    """Whether the other clerk's write went through: it is the one that was made at its own time."""
    start = next(iter(case.lab.trace)).at
    return any(write.at == start + MEANWHILE for write in case.lab.trace.of(ItemWritten)) and bool(case.input.rival)


def _fault_of_promise(case: Case, reply: Reply, step: int, wanted: bool, id: str) -> Fault | None:
    if reply.value == wanted:
        return None
    if wanted:
        what, why = "close denies that it has closed the order", "The order was open, and is closed now."
        return Fault(what, "True", why, step=step)
    why = "There is no such order." if id == NOBODYS else "It was closed before this call came."
    return Fault("close says that it closed an order, and it did not", "False", why, step=step)


def _fault_of_order(case: Case, reply: Reply, step: int, wanted: Item, id: str) -> Fault | None:
    """What the table has of the order at the end, unless a later action touches it again."""
    if any(id in action for action in case.input.actions[step + 1 :]):
        return None
    kept = stored(case.lab, TABLE, id)
    fault = partial(Fault, step=step, got=f"{reply.value}; stored: {show(kept)}")
    if not wanted:
        why = "update_item creates what is not there. Which condition says that there must be an open order?"
        return fault("close created an order", "no such order", why) if kept else None
    if not kept:
        why = "The shop keeps its closed orders. One attribute less, and the order is no longer in the index."
        return fault("close deleted the order", "all that the order had, and closed_at", why)
    if lost := [name for name in wanted if name not in kept]:
        why = "put_item replaces the whole item. update_item changes what you name, and leaves the rest."
        return fault(f"the closed order lacks {', '.join(lost)}", "all that the order had, and closed_at", why)
    if "open_since" in kept:
        why = "As long as the order has both attributes of the index's key, it is in the index."
        return fault(f"the order is still in {INDEX}", "an order that is no longer in the index", why)
    if kept["closed_at"] != wanted["closed_at"]:
        return _fault_of_time(case, fault, f"closed_at = {wanted['closed_at']!r}, as it was")
    if any(kept[name] != value for name, value in wanted.items()):
        return fault("close changed more than it should", show(wanted), "Name only what closing changes.")
    return None


def _fault_of_time(case: Case, fault: Callable[..., Fault], expected: str) -> Fault:
    if not case.input.rival:
        why = "An order is closed once. How does the write know that it is closed already?"
        return fault("close changed when the order was closed", expected, why)
    why = "Between your read and your write another clerk closed it. Put the question into the write, as its condition."
    trace = case.lab.trace.of(ItemWritten)
    return fault("two clerks have closed the same order", "one of them, and False for the other", why, trace=trace)


def _fault_of_listing(case: Case, reply: Reply, step: int, now: dict[str, Item], shop: str) -> Fault | None:
    waiting = [order for order in now.values() if "open_since" in order and order["shop"] == shop]
    wanted = [order["id"] for order in sorted(waiting, key=lambda order: str(order["open_since"]))]
    return _fault_of_ids(reply, step, wanted, shop) or _fault_of_reading(reply, step, len(wanted))


def _fault_of_ids(reply: Reply, step: int, wanted: list[Any], shop: str) -> Fault | None:
    value, expected = reply.value, f"{count(len(wanted), 'id')}, the oldest order first: {show(wanted, 100)}"
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        why = NO_RETURN if value is None else "Return a list of ids."
        holds = f"{kind(value)} of something else than ids" if isinstance(value, (list, tuple)) else kind(value)
        return Fault(f"open_orders returned {holds}", expected, why, step=step)
    if list(value) == wanted:
        return None
    if missing := [id for id in wanted if id not in value]:
        paged = any(page.bytes > 900_000 for page in pages(reply.events))
        why = (
            "A page ends at 1 MB. What does an answer say when there is more?"
            if paged
            else "An open order is in the index. Ask it for this shop."
        )
        return Fault(f"open_orders lacks {count(len(missing), 'open order')} of {shop}", expected, why, step=step)
    if len(value) > len(wanted):
        why = "Only the open orders of this shop, each once."
        return Fault("open_orders lists too many", expected, why, step=step)
    why = "The index is in the order of its sort key. Which way does a Query go through it?"
    return Fault("open_orders has another order", expected, why, step=step)


def _fault_of_reading(reply: Reply, step: int, open: int) -> Fault | None:
    read = pages(reply.events, INDEX)
    if any(page.operation == "Scan" for page in pages(reply.events)):
        why = "A Scan reads everything there is and pays for it. The open orders of a shop lie together in the index."
        return Fault("open_orders scans", f"a Query of the index {INDEX}", why, step=step)
    if table_units(reply):
        why = "All that is needed is in the index."
        return Fault("open_orders reads the table", f"a Query of the index {INDEX}", why, step=step)
    if sum(page.examined for page in read) > open:
        return Fault(
            "open_orders reads entries more than once",
            f"{count(open, 'entry', 'entries')}",
            "Once is enough.",
            step=step,
        )
    return None


TASK = Task(
    id="08.4",
    title="An index of what is open",
    points=2,
    answers=(PLACE, CLOSE, OPEN),
    hints=(
        "An item that lacks one attribute of an index's key is not in that index. So the attribute itself can say that an order is open.",
        "place: put the order with open_since. close: one update_item that sets closed_at and removes open_since, on condition that "
        "open_since is there. open_orders: a Query, page after page.",
        'UpdateExpression="SET closed_at = :at REMOVE open_since", ConditionExpression="attribute_exists(open_since)"; except '
        "table.meta.client.exceptions.ConditionalCheckFailedException: return False",
    ),
    learnt="A sparse index holds what is to be done and nothing else, however much is done already.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (
            CLOSE,
            "ConditionalCheckFailedException",
        ): "A condition that fails is no accident: there is no such open order. Return False.",
        (
            CLOSE,
            "ClientError",
        ): "An index's key is a string with something in it: neither empty nor null. To take an order out, take the attribute away.",
        (
            PLACE,
            "ClientError",
        ): "The index's key attributes are strings with something in them.",
        (
            CLOSE,
            "KeyError",
        ): "An order that nobody has placed is not there: the answer has no Item. And a closed one has no open_since.",
    },
)
