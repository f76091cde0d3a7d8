"""Task 05.5: repair a sale that reads, calculates and writes, so that two clerks never sell the same lamp."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.lesson_05.shop import TABLE, shop, stored, update, writes
from dynateach.checks.plain import kind
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, later
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.drawing.captions import count
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Randomness
from dynateach.trace import Event, ItemRead, ItemWritten, WriteRefused

LAMP = "lamp"
NAME = "Reading lamp"
MEANWHILE = 10_000
"""How long after the start another clerk sells one (µs): no request is answered so soon."""


class Sale(NamedTuple):
    """What lies in stock, how many are to be sold, and whether another clerk sells one in between."""

    seed: int
    left: int
    wanted: int
    rival: bool = False
    known: bool = True


def _inputs(seed: int) -> Iterator[Sale]:
    """Enough, just enough, not enough; the same with a rival; and something that the shop has never had."""
    chance = Randomness(seed).stream("05.5")
    few = 2 + chance.below(8)
    yield Sale(seed, few + 5, few)
    yield Sale(seed, few, few)
    yield Sale(seed, few - 1, few)
    for number in range(2):
        yield Sale(seed + number, 10 + chance.below(10), 1 + chance.below(3), rival=True)
    yield Sale(seed, few, few, rival=True)
    yield Sale(seed, 0, 1, known=False)


def _prepare(sale: Sale) -> Case:
    items = [{"id": LAMP, "name": NAME, "left": sale.left}] if sale.known else []
    lab = shop(sale.seed, items)
    if sale.rival:
        later(lab, MEANWHILE, lambda: _sell_elsewhere(lab))
    return Case(lab, (Call("sell", (Boto3(TABLE), LAMP, sale.wanted)),), sale, requests=40)


def _sell_elsewhere(lab: Lab) -> None:
    try:
        update(lab, LAMP, "SET #left = #left - :one", {":one": 1}, "#left >= :one", {"#left": "left"})
    except ServiceError as error:
        if error.code != "ConditionalCheckFailedException":
            raise


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    sale, reply = case.input, replies[0]
    if not isinstance(reply.value, bool):
        why = NO_RETURN if reply.value is None else "Return True if the lamps are sold, False if too few were left."
        return Fault(f"sell returned {kind(reply.value)}", "True or False", why)
    if not reply.events:
        return Fault("sell asked DynamoDB for nothing", "a write to the table that it was given", USE_WHAT_IS_GIVEN)
    case.lab.clock.advance(1)
    return _fault_of_promise(sale, reply) or _fault_of_stock(case, reply)


def _fault_of_promise(sale: Sale, reply: Reply) -> Fault | None:
    """Whoever asks first is served first: the rival comes after the start of the sale, and may win only against a slower way."""
    if not sale.known and not reply.value:
        return None
    if reply.value and not sale.known:
        return Fault("sell sold what the shop has never had", "False", "An item that is not there has nothing left.")
    if reply.value and sale.left < sale.wanted:
        why = "Say in the write itself what must be true: ConditionExpression."
        return Fault(f"sell sold {sale.wanted} of {sale.left}", "False: too few are left", why)
    if not reply.value and sale.left - sale.rival >= sale.wanted:
        why = (
            "Just enough is enough: at least as many as are wanted."
            if sale.left == sale.wanted
            else "The condition failed although enough were left. What does it compare?"
        )
        return Fault(f"sell refused {sale.wanted} of {sale.left}", "True: enough are left", why)
    return None


def _fault_of_stock(case: Case, reply: Reply) -> Fault | None:
    sale, now = case.input, stored(case.lab, LAMP)
    if not sale.known:
        return (
            Fault(
                "sell put an item into the shop",
                "nothing stored",
                "An update without a condition creates what is not there.",
            )
            if now
            else None
        )
    sold_here = sale.wanted if reply.value else 0
    wanted = sale.left - sold_here - _sold_elsewhere(case)
    got = f"{reply.value}, and {now.get('left', 'nothing')} are left"
    if now.get("left") != wanted:
        return _fault_of_count(case, wanted, int(now.get("left", -1)), sold_here, got)
    if wanted < 0:
        why = "Looking first does not help: somebody sells between the look and the write. Put the question into the write."
        return Fault(
            f"{count(-wanted, 'lamp')} sold that nobody has", "never below 0", why, got=got, trace=_story(case)
        )
    if now.get("name") != NAME:
        why = "put_item replaces the whole item. update_item changes what you name."
        return Fault("the lamp has lost its name", f"name = {NAME!r}, as before", why, got=got)
    return None


def _fault_of_count(case: Case, wanted: int, left: int, sold_here: int, got: str) -> Fault:
    elsewhere = _sold_elsewhere(case)
    expected = f"{wanted} left: {case.input.left} − {sold_here} here − {elsewhere} by the other clerk"
    if elsewhere and left == wanted + elsewhere:
        why = "Another clerk sold one between your read and your write, and your write put it back. Let DynamoDB subtract, in the write."
        return Fault("the other clerk's sale is lost", expected, why, got=got, trace=_story(case))
    why = "One sale, one subtraction; no sale, none."
    return Fault("the stock is not what was sold", expected, why, got=got, trace=_story(case))


def _sold_elsewhere(case: Case) -> int:
    """Whether the rival's write went through: it is the one that was made at its own time."""
    start = next(iter(case.lab.trace)).at
    return sum(write.at == start + MEANWHILE for write in writes(case.lab.trace))


def _story(case: Case) -> list[Event]:
    return [event for event in case.lab.trace if isinstance(event, (ItemRead, ItemWritten, WriteRefused))]


TASK = Task(
    id="05.5",
    title="Repair a sale",
    points=2,
    answers=("sell",),
    hints=(
        "Between the read and the put somebody else may sell. No read, however strong, helps against that. So: no read.",
        "One update_item that subtracts, on condition that enough is left. If the condition fails, DynamoDB raises "
        "ConditionalCheckFailedException: that is the answer False.",
        'UpdateExpression="SET #left = #left - :n", ConditionExpression="#left >= :n", '
        'ExpressionAttributeNames={"#left": "left"}; except '
        "table.meta.client.exceptions.ConditionalCheckFailedException",
    ),
    learnt="The condition is judged by the leader, on what is there at that moment. No read can do that.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (
            "sell",
            "ConditionalCheckFailedException",
        ): "A condition that fails is an answer: catch it. If it asks for enough, the answer is False. "
        "If it asks for the number that you have read, somebody else has sold since: decide again.",
        (
            "sell",
            "ClientError",
        ): "If it names a reserved word: write #left, and name it in ExpressionAttributeNames.",
        ("sell", "KeyError"): "What the shop has never had is not there: the answer has no Item.",
        ("sell", "OutOfRequests"): "Too few are left, and trying again changes nothing.",
    },
)
