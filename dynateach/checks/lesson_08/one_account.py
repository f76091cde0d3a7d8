"""Task 08.5: repair a sign-up that asks an index whether an address is taken, so that an address belongs to one account."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.lesson_08 import orders
from dynateach.checks.lesson_08.orders import everything
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, later, wire_form
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Randomness
from dynateach.trace import Event, ItemRead, ItemWritten, PageRead, WriteRefused

TABLE, INDEX = "people", "by-email"
NOBODY, LONG_AGO, JUST_NOW, MEANWHILE = "nobody", "long ago", "just now", "meanwhile"
"""When somebody else signs up."""
SOON = 10_000
"""How long after the start "meanwhile" is (µs): no request is answered so soon."""


class SignUp(NamedTuple):
    """Who signs up with which address, and who else, with which, and when."""

    seed: int
    id: str
    email: str
    other: tuple[str, str] = ("", "")
    when: str = NOBODY

    @property
    def clashes(self) -> bool:
        """Whether the two want the same id or the same address."""
        return self.other[0] == self.id or self.other[1] == self.email


def _inputs(seed: int) -> Iterator[SignUp]:
    """Somebody with that address, just now, meanwhile, long ago; nobody else; somebody with that id; somebody else altogether."""
    chance = Randomness(seed).stream("08.5")
    id, other = chance.shuffled(("ada", "ben", "cleo", "dora", "emil"))[:2]
    email = f"{chance.pick(('info', 'mail', 'shop'))}{chance.below(100)}@example.com"
    for when in (JUST_NOW, MEANWHILE, LONG_AGO):
        yield SignUp(seed, id, email, (other, email), when)
    yield SignUp(seed, id, email)
    for when in (LONG_AGO, MEANWHILE):
        yield SignUp(seed, id, email, (id, "another@example.com"), when)
    yield SignUp(seed, id, email, (other, "another@example.com"), MEANWHILE)


def reservation(email: str) -> str:
    """The id of the item that an address is taken by."""
    return f"email#{email}"


def _account(id: str, email: str) -> tuple[Item, Item]:
    return {"id": id, "email": email}, {"id": reservation(email), "owner": id}


def _prepare(sign_up: SignUp) -> Case:
    lab = orders.lab(sign_up.seed)
    before = [*_account("zoe", "zoe@example.com")]
    if sign_up.when == LONG_AGO:
        before += _account(*sign_up.other)
    orders.create(lab, TABLE, {INDEX: (["email"], {"ProjectionType": "KEYS_ONLY"})}, before)
    if sign_up.when == JUST_NOW:
        with lab.trace.paused():
            _sign_up_elsewhere(lab, sign_up)
    if sign_up.when == MEANWHILE:
        later(lab, SOON, lambda: _sign_up_elsewhere(lab, sign_up))
    return Case(lab, (Call("sign_up", (Boto3(TABLE), sign_up.id, sign_up.email)),), sign_up, requests=40)


def _sign_up_elsewhere(lab: Lab, sign_up: SignUp) -> None:
    free = "attribute_not_exists(id)"
    puts = [
        {"Put": {"TableName": TABLE, "Item": wire_form(item), "ConditionExpression": free}}
        for item in _account(*sign_up.other)
    ]
    try:
        lab.request("dynamodb", "TransactWriteItems", {"TransactItems": puts})
    except ServiceError as error:
        if error.code != "TransactionCanceledException":
            raise


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    sign_up, reply = case.input, replies[0]
    if not isinstance(reply.value, bool):
        why = NO_RETURN if reply.value is None else "Return True if the account is there now, False if not."
        return Fault(f"sign_up returned {kind(reply.value)}", "True or False", why)
    if not reply.events:
        return Fault("sign_up asked DynamoDB for nothing", "writes to its table", USE_WHAT_IS_GIVEN)
    people = {str(item["id"]): item for item in everything(case.lab, TABLE)}
    fault = (
        _fault_of_twins(case, people)
        or _fault_of_yes(sign_up, reply)
        or _fault_of_account(sign_up, reply, people)
        or _fault_of_no(sign_up, reply)
        or _fault_of_others(sign_up, people)
        or _fault_of_halves(case)
    )
    if fault is None:
        return None
    got = f"{reply.value}; stored: {show(sorted(people))}"
    return Fault(fault.what, fault.expected, fault.why, got=fault.got or got, trace=_story(case))


def _fault_of_twins(case: Case, people: dict[str, Item]) -> Fault | None:
    owners = sorted(id for id, item in people.items() if item.get("email") == case.input.email)
    if len(owners) < 2:
        return None
    why = (
        "Only a condition of the write itself can say that an address is free. It looks at the item with the same key: "
        "which item is that here, and which attribute has it for certain?"
    )
    if any(isinstance(event, PageRead) for event in case.lab.trace):
        why = (
            "When it was asked, the index had not heard of the other account. Only the table can say that an address is "
            "free, and only in the write."
        )
    return Fault(f"{' and '.join(owners)} have the same address", "one account for each address", why)


def _fault_of_yes(sign_up: SignUp, reply: Reply) -> Fault | None:
    if not reply.value or sign_up.when not in (LONG_AGO, JUST_NOW):
        return None
    if sign_up.other[1] == sign_up.email:
        return Fault("sign_up says yes to what is taken", "False", "Somebody has that address already.")
    why = "Somebody has that id already. A put replaces whoever is there, unless a condition forbids it."
    return Fault("sign_up says yes to what is taken", "False", why)


def _fault_of_no(sign_up: SignUp, reply: Reply) -> Fault | None:
    """Who signs up meanwhile may win against a way that is slower than a write."""
    if reply.value or sign_up.clashes:
        return None
    why = "Nobody has that address or that id. If a transaction was cancelled, print the error: it names the reasons."
    return Fault("sign_up refused a free address", "True", why)


def _fault_of_account(sign_up: SignUp, reply: Reply, people: dict[str, Item]) -> Fault | None:
    person, taken = _account(sign_up.id, sign_up.email)
    if reply.value:
        for item in (person, taken):
            kept = people.get(item["id"])
            if kept is None or any(kept.get(name) != value for name, value in item.items()):
                why = "Both items make an account: the person, and the address that is taken from now on."
                return Fault("the account is not complete", f"stored: {show(item)}", why)
        return None
    if (
        people.get(taken["id"], {}).get("owner") == sign_up.id
        and people.get(sign_up.id, {}).get("email") != sign_up.email
    ):
        why = "The sign-up failed, and the address is taken for ever. Both items, or neither."
        return Fault("an address is taken, and nobody has it", "neither of the two items", why)
    if people.get(sign_up.id, {}).get("email") == sign_up.email:
        return Fault("sign_up says no, and stored the person", "neither of the two items", "Both items, or neither.")
    return None


def _fault_of_others(sign_up: SignUp, people: dict[str, Item]) -> Fault | None:
    """Nobody else's account may suffer. Who comes meanwhile has one if the address was free then."""
    accounts = [("zoe", "zoe@example.com")]
    if people.get(reservation(sign_up.other[1]), {}).get("owner") == sign_up.other[0] or sign_up.when == LONG_AGO:
        accounts.append(sign_up.other)
    for item in (item for account in accounts for item in _account(*account)):
        if people.get(item["id"]) != item:
            why = "A put replaces what is there. Which condition forbids it, for each of the two items?"
            return Fault(
                f"the item {item['id']} of somebody else was replaced",
                show(item),
                why,
                got=f"stored: {show(people.get(item['id']))}",
            )
    return None


def _fault_of_halves(case: Case) -> Fault | None:
    """Judged where nobody else is in the way: on other inputs an account that is written in two parts shows what comes of it."""
    if case.input.when != MEANWHILE or case.input.clashes:
        return None
    own = {item["id"] for item in _account(case.input.id, case.input.email)}
    parts = {event.request for event in case.lab.trace.of(ItemWritten) if event.key in own}
    if len(parts) <= 1:
        return None
    why = (
        "If your program ends between the two, one half is there without the other. Which request writes both, or none?"
    )
    return Fault("sign_up writes in two requests", "one request that writes all of the account", why)


def _story(case: Case) -> list[Event]:
    return [event for event in case.lab.trace if isinstance(event, (ItemRead, PageRead, ItemWritten, WriteRefused))]


TASK = Task(
    id="08.5",
    title="Repair: one address, one account",
    points=2,
    answers=("sign_up",),
    hints=(
        "The index answers with what it has heard of. Whether something is there, only the write itself can decide, and it decides by a key.",
        "One transact_write_items with two Puts, person and address, each on condition that no such item exists. If it is cancelled: False.",
        'put = lambda item: {"Put": {"TableName": table.name, "Item": item, "ConditionExpression": "attribute_not_exists(id)"}}; '
        "table.meta.client.transact_write_items(TransactItems=[put(…), put(…)]); except "
        "table.meta.client.exceptions.TransactionCanceledException",
    ),
    learnt="An index cannot promise that something is unique. A key can: what must be unique becomes the key of an item.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (
            "sign_up",
            "TransactionCanceledException",
        ): "A transaction whose condition fails is no accident: the address or the id is taken. Return False.",
        (
            "sign_up",
            "ConditionalCheckFailedException",
        ): "A condition that fails is no accident: it is taken. Return False.",
        (
            "sign_up",
            "ClientError",
        ): "A global index has no strongly consistent reads. And table.meta.client takes Python values, as the table does.",
        ("sign_up", "OutOfRequests"): "What is taken stays taken, however often one asks.",
    },
)
