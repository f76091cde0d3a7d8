"""Task 05.3: three pages of a shop, each with the read that it needs, and no dearer one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.lesson_05.shop import (
    TABLE,
    read_strongly,
    read_units,
    reads_and_writes,
    shop,
    stored,
    update,
    writes,
)
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, is_item
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.capacity import read_units as units_of
from dynateach.randomness import Randomness
from dynateach.trace import Event

PAGE, SAVE, SHIP = "product_page", "save_street", "may_ship"


class Day(NamedTuple):
    """What the shop is asked: the steps, each an answer's name and an id, and the streets and payments of that day."""

    seed: int
    steps: tuple[tuple[str, str], ...]
    street: str


def _inputs(seed: int) -> Iterator[Day]:
    """Each page once; then each often enough that no luck with replicas helps."""
    chance = Randomness(seed).stream("05.3")
    street = f"{chance.pick(('Canal', 'Mill', 'Station', 'Garden'))} Street {1 + chance.below(90)}"
    for page in (PAGE, SAVE, SHIP):
        yield Day(seed, ((page, f"{_KIND[page]}-{chance.below(1_000):03}"),), street)
    for page in (PAGE, SAVE, SHIP):
        ids = sorted({chance.below(1_000) for _ in range(8)})
        yield Day(seed, tuple((page, f"{_KIND[page]}-{id:03}") for id in chance.shuffled(ids)), street)


_KIND = {PAGE: "product", SAVE: "customer", SHIP: "order"}


def _smaller(day: Day) -> Iterator[Day]:
    if len(day.steps) > 1:
        yield from (day._replace(steps=(step,)) for step in day.steps)


def _prepare(day: Day) -> Case:
    lab = shop(day.seed, [_item(number, id) for number, (_, id) in enumerate(day.steps)])
    if day.steps[0][0] == SHIP:
        for number, (_, id) in enumerate(day.steps):
            update(lab, id, "SET paid = :paid", {":paid": _paid(number, after=True)})
    table = Boto3(TABLE)
    more = (day.street,) if day.steps[0][0] == SAVE else ()
    return Case(lab, tuple(Call(page, (table, id, *more)) for page, id in day.steps), day, requests=20)


def _item(number: int, id: str) -> Item:
    if id.startswith("product"):
        return {"id": id, "name": f"Lamp {number}", "price": 20 + number}
    if id.startswith("customer"):
        return {"id": id, "email": f"{id}@example.com", "street": "Old Street 1"}
    return {"id": id, "total": 40 + number, "paid": _paid(number, after=False)}


def _paid(number: int, after: bool) -> str:
    """Every other order was paid a moment ago; the payment of the others was called back."""
    return "yes" if (number % 2 == 0) == after else "no"


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    judges = {PAGE: _fault_of_page, SAVE: _fault_of_save, SHIP: _fault_of_ship}
    for step, (reply, (page, id)) in enumerate(zip(replies, case.input.steps, strict=True)):
        fault = _fault_of_table(page, reply, step) or judges[page](case, reply, step, id)
        if fault:
            return fault
    return None


def _fault_of_table(page: str, reply: Reply, step: int) -> Fault | None:
    if reply.events:
        return None
    return Fault(
        f"{page} asked DynamoDB for nothing", "a request to the table that it was given", USE_WHAT_IS_GIVEN, step=step
    )


def _fault_of_page(case: Case, reply: Reply, step: int, id: str) -> Fault | None:
    wanted = stored(case.lab, id)
    if fault := _fault_of_item(PAGE, reply, wanted, "Return the item of the answer.", step):
        return fault
    cheapest, spent = units_of(200, False), read_units(reply)
    if spent <= cheapest:
        return None
    why = "A product page may be some seconds old. Leave ConsistentRead out, and read once."
    return Fault(
        f"{PAGE} spent {spent:g} read units",
        f"{cheapest:g}: nobody is harmed by an older price on a page",
        why,
        step=step,
    )


def _fault_of_save(case: Case, reply: Reply, step: int, id: str) -> Fault | None:
    wanted = {**_item(0, id), "street": case.input.street}
    now = stored(case.lab, id)
    if now != wanted:
        missing = [name for name in wanted if name not in now]
        why = "put_item replaces the whole item. update_item changes what you name, and leaves the rest."
        what = f"{SAVE} lost {', '.join(missing)}" if missing else f"{SAVE} did not store the street"
        return Fault(
            what,
            f"the item as it was, with street = {show(case.input.street)}",
            why if missing else USE_WHAT_IS_GIVEN,
            step=step,
            got=f"stored: {show(now)}",
        )
    value = reply.value
    if is_item(value) and value == {**wanted, "street": "Old Street 1"}:
        why = "An eventually consistent read right after the write. Two of three replicas don't have it yet. Who knows the new item without a read?"
        return Fault(
            f"{SAVE} shows the customer her old street",
            f"street = {show(case.input.street)}",
            why,
            step=step,
            trace=reads_and_writes(reply.events),
        )
    if fault := _fault_of_item(
        SAVE, reply, wanted, 'ReturnValues="ALL_NEW" puts the item into the answer, as Attributes.', step
    ):
        return fault
    if not read_units(reply):
        return None
    why = "The write itself can return the item as it is now. Look for ReturnValues in update_item."
    if not read_strongly(reply):
        why = "This time luck chose a replica that has the write; two of three don't. Who knows the new item without a read?"
    return Fault(f"{SAVE} spent {read_units(reply):g} read units", "none: a write, and no read", why, step=step)


def _fault_of_ship(case: Case, reply: Reply, step: int, id: str) -> Fault | None:
    paid, value = stored(case.lab, id)["paid"] == "yes", reply.value
    if not isinstance(value, bool):
        why = NO_RETURN if value is None else "Compare paid with 'yes', and return the result."
        return Fault(f"{SHIP} returned {kind(value)}", "True or False", why, step=step)
    if value != paid:
        what = "a parcel leaves that nobody has paid" if value else "a paid parcel stays"
        why = (
            "This read was eventually consistent: it missed what was written a moment ago."
            if not read_strongly(reply)
            else "An order may ship if paid is 'yes'."
        )
        return Fault(
            what,
            f"{paid}: paid is {'yes' if paid else 'no'}, by the last write",
            why,
            step=step,
            trace=_last_write(case, id, reply),
        )
    if writes(reply.events):
        return Fault(f"{SHIP} writes", "a read", "It only has to look.", step=step)
    if not read_strongly(reply):
        why = "This time luck chose a replica that knew. A parcel cannot be called back: ask the one that always knows."
        return Fault(f"{SHIP} decides by an eventually consistent read", "a strongly consistent one", why, step=step)
    most = units_of(200, True)
    if read_units(reply) <= most:
        return None
    return Fault(f"{SHIP} spent {read_units(reply):g} read units", f"{most:g}", "One strong read is enough.", step=step)


def _last_write(case: Case, id: str, reply: Reply) -> list[Event]:
    """The payment, or its recall, and who answered the read."""
    payments = [write for write in writes(case.lab.trace) if write.key == id]
    return [*payments[-1:], *reads_and_writes(reply.events)]


def _fault_of_item(page: str, reply: Reply, wanted: Item, hint: str, step: int) -> Fault | None:
    if is_item(reply.value) and reply.value == wanted:
        return None
    why = NO_RETURN if reply.value is None else hint
    what = f"{page} returned another item" if is_item(reply.value) else f"{page} returned {kind(reply.value)}"
    return Fault(what, show(wanted), why, step=step)


TASK = Task(
    id="05.3",
    title="The right read for each page",
    points=2,
    answers=(PAGE, SAVE, SHIP),
    hints=(
        "Ask of each page: whom does an old value harm, and can he look again? And: does the program know the answer without a read?",
        "product_page: the default. save_street: no read at all, the write can return the item. may_ship: the one read that must not be old.",
        'update_item(Key=…, UpdateExpression="SET street = :s", ExpressionAttributeValues={":s": street}, '
        'ReturnValues="ALL_NEW")["Attributes"]; get_item(Key=…, ConsistentRead=True)',
    ),
    learnt="Half a unit, none, and one: what a page needs decides, not a habit.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
)
