"""Task 01.7: a counter that many click at once. How many parts it has is the learner's design; the load and the price of a read judge it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import (
    NO_RETURN,
    USE_WHAT_IS_GIVEN,
    hottest,
    in_words,
    is_number,
    lab_with_table,
    written_units,
)
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.drawing.captions import count
from dynateach.events import ItemRead, ItemWritten, PageRead
from dynateach.randomness import Randomness

TABLE, PARTITIONS = "clicks", 8
SAMPLE = 300
"""Clicks of the busy second that are sent: enough to see how they spread."""
UNITS = 20
"""Read units that a total may take."""
PROCESSES = 3
"""The clicks come from so many Python processes, and the total is read in yet another."""

CLICK, TOTAL = "click", "clicks"


class Launch(NamedTuple):
    """Who clicks what, in order, and the link whose clicks are wanted."""

    seed: int
    clicked: tuple[str, ...]
    wanted: str


def _inputs(seed: int) -> Iterator[Launch]:
    """A link that nobody clicked; one click; a few for two links; the launch."""
    chance = Randomness(seed).stream("01.7")
    launch, other = f"launch-{chance.below(1_000)}", f"about-{chance.below(1_000)}"
    yield Launch(seed, (launch,), other)
    yield Launch(seed, (launch,), launch)
    yield Launch(seed, tuple(chance.shuffled([launch] * 7 + [other] * 4)), launch)
    yield Launch(seed, (launch,) * SAMPLE, launch)


def _prepare(launch: Launch) -> Case:
    lab = lab_with_table(TABLE, PARTITIONS, launch.seed)
    table, all = Boto3(TABLE), len(launch.clicked)
    each = (Call(CLICK, (table, link), process=i * PROCESSES // all) for i, link in enumerate(launch.clicked))
    return Case(lab, (*each, Call(TOTAL, (table, launch.wanted), process=PROCESSES)), launch, requests=200)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, reply in enumerate(replies[:-1]):
        if fault := _fault_of_click(reply, step):
            return fault
    return _fault_of_load(case, replies) or _fault_of_total(case, replies)


def _fault_of_click(reply: Reply, step: int) -> Fault | None:
    writes = [event for event in reply.events if isinstance(event, ItemWritten)]
    if any(isinstance(event, (ItemRead, PageRead)) for event in reply.events):
        why = "Whoever reads, adds and writes loses the click of another who does so at the same time. An update can add by itself."
        return Fault("click reads before it writes", "one update, and no read", why, step=step)
    if len(writes) != 1:
        what = f"click wrote {count(len(writes), 'item')}" if writes else "click wrote nothing"
        why = "One click is one write, to one of the parts." if writes else USE_WHAT_IS_GIVEN
        return Fault(what, "one item", why, step=step)
    return None


def _fault_of_load(case: Case, replies: Sequence[Reply]) -> Fault | None:
    if len(case.input.clicked) < SAMPLE:
        return None
    writes = [event for reply in replies[:-1] for event in reply.events if isinstance(event, ItemWritten)]
    keys, loads = Counter(event.key for event in writes), written_units(writes)
    (key, busiest), (partition, most) = keys.most_common(1)[0], hottest(loads)
    expected = f"no item with more than a fifth of the {SAMPLE} clicks, no partition with more than half"
    got = f"{count(len(keys), 'item')}; loads: {in_words(loads)}"
    if busiest * 5 > SAMPLE:
        why = "One item lies on one partition, whatever happens. Into how many items is the counter divided, and does each click choose anew?"
        return Fault(
            f"{key} takes {busiest} of {SAMPLE} clicks", expected, why, step=0, got=got, trace=_of(writes, key)
        )
    if most * 2 > SAMPLE:
        why = "Several of your parts share that partition, by chance. More parts, or other names, spread better."
        return Fault(f"{partition} takes {most} of {SAMPLE} clicks", expected, why, step=0, got=got, trace=())
    return None


def _of(writes: Sequence[ItemWritten], key: str) -> list[ItemWritten]:
    return [event for event in writes if event.key == key]


def _fault_of_total(case: Case, replies: Sequence[Reply]) -> Fault | None:
    launch, reply, value = case.input, replies[-1], replies[-1].value
    wanted = launch.clicked.count(launch.wanted)
    expected = f"{wanted}: so often was {launch.wanted} clicked"
    if not is_number(value):
        why = NO_RETURN if value is None else "Return one number."
        return Fault(f"clicks returned {kind(value)}, not a number", expected, why)
    if fault := _fault_of_reading(reply):
        return fault
    if value != wanted:
        return Fault(f"clicks returned {show(value)}", expected, _why_miscounted(case, replies))
    return None


def _fault_of_reading(reply: Reply) -> Fault | None:
    read = [event for event in reply.events if isinstance(event, (ItemRead, PageRead))]
    units = sum(event.units for event in read)
    if not read:
        why = "The clicks were made in other Python processes. Only the table knows of all of them."
        return Fault("clicks read nothing", "reads of the table that it was given", why)
    if any(isinstance(event, PageRead) and event.operation == "Scan" for event in read):
        why = "A Scan reads the parts of every link, and you pay for all. Whoever knows the link can name its parts."
        return Fault("clicks scans the table", "reads of this link's parts alone", why)
    if units > UNITS:
        why = "Each part costs every reader a read. Fewer parts, or reads that may be a moment old, cost less."
        return Fault(f"the total took {units:g} read units", f"at most {UNITS} read units", why)
    return None


def _why_miscounted(case: Case, replies: Sequence[Reply]) -> str:
    launch, reply = case.input, replies[-1]
    own = [one for link, one in zip(launch.clicked, replies, strict=False) if link == launch.wanted]
    written = {event.key for one in own for event in one.events if isinstance(event, ItemWritten)}
    unread = written - {event.key for event in reply.events if isinstance(event, ItemRead)}
    if unread and not any(isinstance(event, PageRead) for event in reply.events):
        parts = f"{count(len(unread), 'part')} with clicks, such as {min(unread)!r}"
        return f"{parts}, never read: are the parts the same in both functions?"
    if reply.value > launch.clicked.count(launch.wanted):
        return "Are those the clicks of all links? The link belongs into the key."
    return "Every click adds one to what its part holds; the total is the sum over all parts."


TASK = Task(
    id="01.7",
    title="A counter for a launch",
    points=2,
    answers=(CLICK, TOTAL),
    hints=(
        "One item can't take this. Make of it several, with keys that a reader can name. How many? Look at both demands.",
        "click: draw a number, put it behind the link, and let one update add 1. clicks: read all those keys and add up;"
        " a part that was never hit is not there.",
        'table.update_item(Key={"pk": f"{link}#{random.randrange(20)}"}, UpdateExpression="ADD clicks :one", '
        'ExpressionAttributeValues={":one": 1}); and sum(… .get("Item", {"clicks": 0})["clicks"] for part in range(20))',
    ),
    learnt="A sharded counter: each part costs every reader a little, and gives every writer room.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (TOTAL, "KeyError"): "A part that was never clicked is no item: its answer has no Item.",
        (TOTAL, "OutOfRequests"): "Each part costs every reader a read. You need enough parts, not as many as you can.",
        (
            CLICK,
            "ClientError",
        ): "The key is one string attribute, pk. ADD makes the item, and the number, if they are not there.",
        (CLICK, "TypeError"): "click gets the table and the link, no more.",
    },
)
