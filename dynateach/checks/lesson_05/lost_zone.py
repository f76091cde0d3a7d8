"""Task 05.6: a small client that goes on when a zone is lost, and says so when what it shows may be old."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.lesson_05.shop import TABLE, shop, stored, writes
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_item
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.randomness import Randomness
from dynateach.trace import ItemRead, RequestServed

ADA = "ada"
SHOW, SAVE = "show", "save"
OLD = {"id": ADA, "email": "ada@example.com", "street": "Old Street 1"}
HEALTHY, LEADER_LOST, QUORUM_LOST = "every zone works", "the leader's zone is lost", "two of three zones are lost"


class Trouble(NamedTuple):
    """What is wrong, and what is asked of the client then."""

    seed: int
    fault: str
    step: str
    street: str
    known: bool = True


def _inputs(seed: int) -> Iterator[Trouble]:
    """Good days first, then one zone less, then two."""
    chance = Randomness(seed).stream("05.6")
    street = f"New Street {1 + chance.below(90)}"
    yield Trouble(seed, HEALTHY, SHOW, street)
    yield Trouble(seed, HEALTHY, SHOW, street, known=False)
    yield Trouble(seed, HEALTHY, SAVE, street)
    for number in range(2):
        yield Trouble(seed + number, LEADER_LOST, SHOW, street)
        yield Trouble(seed + number, LEADER_LOST, SAVE, street)
    yield Trouble(seed, QUORUM_LOST, SHOW, street)
    yield Trouble(seed, QUORUM_LOST, SAVE, street)


_LOST = {HEALTHY: "", LEADER_LOST: "a", QUORUM_LOST: "bc"}
"""The zones that are lost; the leader of a table with one partition is in the first."""
LEASE_OVER = 11
"""Seconds after which a leader that lost its followers has lost its lease as well."""


def _prepare(trouble: Trouble) -> Case:
    lab = shop(trouble.seed, [OLD] if trouble.known else [])
    with lab.trace.paused():
        for zone in _LOST[trouble.fault]:
            lab.faults.lose_zone(zone)
        if trouble.fault == QUORUM_LOST:
            lab.clock.advance(LEASE_OVER)
    more = (trouble.street,) if trouble.step == SAVE else ()
    return Case(lab, (Call(trouble.step, (Boto3(TABLE), ADA, *more)),), trouble, requests=40)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    trouble, reply = case.input, replies[0]
    if not reply.events:
        return Fault(
            f"{trouble.step} asked DynamoDB for nothing", "requests to the table that it was given", USE_WHAT_IS_GIVEN
        )
    fault = _fault_of_save(case, reply) if trouble.step == SAVE else _fault_of_show(trouble, reply)
    if fault is None or fault.trace is not None:
        return fault
    return Fault(fault.what, f"{fault.expected} ({trouble.fault})", fault.why, fault.step, fault.got, reply.events)


def _fault_of_show(trouble: Trouble, reply: Reply) -> Fault | None:
    value = reply.value
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not isinstance(value[1], bool):
        why = NO_RETURN if value is None else "Return two values: the item, and True or False."
        return Fault(f"show returned {kind(value)}, not an item and whether it is fresh", "(item, fresh)", why)
    item, fresh = value
    wanted = OLD if trouble.known else None
    if item != wanted or (item is not None and not is_item(item)):
        why = (
            'An answer without "Item" is no failure: there is none. get("Item") gives None then.'
            if wanted is None
            else "Any replica that works can answer an eventually consistent read."
        )
        return Fault("show returned another item", f"({show(wanted)}, …)", why)
    return _fault_of_fresh(trouble, reply, fresh)


def _fault_of_fresh(trouble: Trouble, reply: Reply, fresh: bool) -> Fault | None:
    strongly = _answered(reply, consistent=True)
    if fresh and not strongly:
        why = "Only a strongly consistent read proves that it is the newest. An eventual one may be old: say so."
        return Fault(
            "show calls an eventually consistent read fresh", "fresh = False, unless a strong read was answered", why
        )
    if strongly and not fresh:
        return Fault(
            "show doubts a strongly consistent read", "fresh = True", "A strong read that was answered is the newest."
        )
    if not strongly and trouble.fault == HEALTHY:
        why = "Try the strong read first, and fall back only when it fails."
        return Fault("show gives up the strong read on a good day", "fresh = True", why)
    return None


def _answered(reply: Reply, consistent: bool) -> bool:
    return any(isinstance(event, ItemRead) and event.consistent == consistent for event in reply.events)


def _fault_of_save(case: Case, reply: Reply) -> Fault | None:
    trouble = case.input
    saved = any(write.change == "MODIFY" for write in writes(reply.events))
    if not isinstance(reply.value, bool):
        why = NO_RETURN if reply.value is None else "Return True if it is saved, False if not."
        return Fault(f"save returned {kind(reply.value)}", "True or False", why)
    if reply.value and not saved:
        why = "An error means that nobody has confirmed the write. Don't tell the customer that it is saved."
        return Fault("save says that it is saved, and it is not", "False after the last attempt has failed", why)
    if saved and not reply.value:
        return Fault("save denies what it has saved", "True", "The update was answered: it is saved.")
    if saved:
        return _fault_of_item(case)
    if trouble.fault == QUORUM_LOST:
        return None
    tries = sum(isinstance(event, RequestServed) for event in reply.events)
    why = f"boto3 has tried {tries} times in some seconds, and a lease may last a little longer. Call it again, a few times."
    return Fault("save gave up although a new leader was about to be elected", "True: two of three zones work", why)


def _fault_of_item(case: Case) -> Fault | None:
    wanted, now = {**OLD, "street": case.input.street}, stored(case.lab, ADA)
    if now == wanted:
        return None
    why = "Store the street that was given, and nothing else. put_item replaces the whole item; update_item leaves the rest."
    return Fault("save stored another item", show(wanted), why, got=f"stored: {show(now)}")


_NO_LEADER = "No replica may serve that now, and boto3 has retried in vain. It is status 500: catch the error and go on with what still works."

TASK = Task(
    id="05.6",
    title="A client that survives",
    points=2,
    answers=(SHOW, SAVE),
    hints=(
        "Which requests need a leader, and which does any replica serve? And how long does it take until there is a leader again?",
        "show: the strong read in a try; on an error an eventual one, with fresh = False. save: up to three calls "
        "in a loop; return True after the first that succeeds, False after the last.",
        "for _ in range(3): try: table.update_item(…); return True; except ClientError: continue. After the loop: return False.",
    ),
    learnt="One zone less costs a lease. Two less, and you can still show the past, if you say that it is the past.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (SHOW, "InternalServerError"): _NO_LEADER,
        (
            SAVE,
            "InternalServerError",
        ): "boto3 gave up after some seconds. Call it again, a few times; if it still fails, the answer is False.",
        (SHOW, "KeyError"): 'An answer without "Item" is no failure: there is none. get("Item") gives None then.',
        (
            SHOW,
            "OutOfRequests",
        ): "While there is no leader, trying on and on helps nobody: fall back to an eventual read.",
        (SAVE, "OutOfRequests"): "Two zones may be lost for long. Stop after a few calls, and return False.",
    },
)
