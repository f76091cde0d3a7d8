"""Task 11.6: design a table whose month stays below a bound."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from dynateach.bills import Bill, dollars, plain
from dynateach.checks.lesson_11 import parcels
from dynateach.checks.lesson_11.parcels import BAD, BOUND, CREATE, DAMAGED, SAVE, TABLE, TRACK, Sample, Saved
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.drawing.captions import count, percent
from dynateach.errors import ServiceError
from dynateach.trace import Event, IndexWritten, ItemRead, ItemWritten, PageRead, Throttled

PARTS = 4
HOTTEST = 0.5
"""The most that one of so many equal parts of the key space may take of the writes."""


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    return (
        _fault_of_table(case)
        or _fault_of_throttling(case, replies)
        or _fault_of_answers(case, replies)
        or _fault_of_heat(case, replies)
        or _fault_of_savings(case, replies)
        or _fault_of_bill(case, replies)
    )


def _fault_of_table(case: Case) -> Fault | None:
    try:
        parcels.describe(case)
    except ServiceError:
        why = "table.meta.client.create_table(TableName=table.name, …) makes it."
        return Fault("create made no table", f"a table called {TABLE}", why, 0)
    return None


def _fault_of_throttling(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, reply in enumerate(replies):
        refused = [event for event in reply.events if isinstance(event, Throttled)]
        if not refused:
            continue
        first = refused[0]
        place = f"index {first.index_name}" if first.index_name else "table"
        what = f"a {first.side.lower()} of the {place} was throttled"
        got = f"refused for want of units: {first.rate:g} a second flow in ({first.budget})"
        return Fault(what, "every request served at once", _SHORT[first.side], step, got, trace=refused)
    return None


def _fault_of_savings(case: Case, replies: Sequence[Reply]) -> Fault | None:
    """The sample is short: saved units may carry it where they would not carry a day."""
    if case.input.parcels < parcels.PARCELS:
        return None
    units = {(side, index): units for side, index, units in parcels.provisioned(parcels.describe(case))}
    for flow in parcels.flows(case, _all(replies)):
        given, taken = units.get((flow.side, flow.index_name), 0), flow.units_a_second
        if 0 < given < taken:
            place = f"index {flow.index_name}" if flow.index_name else "table"
            what = f"the {flow.side.lower()}s of the {place} live on what was saved before"
            got = f"{plain(taken)} units a second are taken, and {given} provisioned: it is throttled as soon as the savings are gone"
            return Fault(what, f"at least {ceil(taken)} units", _SHORT[flow.side], 0, got, trace=())
    return None


_SHORT = {
    "Write": f"{parcels.RATE} events a second come in. How many units does one take, by its size? And how many go to the index?",
    "Read": f"{parcels.RATE} parcels a second are tracked. How many units does one take: all its events together, in 4 KB, halved?",
}

# --- Answers ---------------------------------------------------------------------------------------------------------


def _fault_of_answers(case: Case, replies: Sequence[Reply]) -> Fault | None:
    every = parcels.events(case.input)
    for step, (call, reply) in enumerate(zip(case.steps, replies, strict=True)):
        fault = None
        if not isinstance(call, Call):
            continue
        if call.answer == SAVE and not reply.events:
            fault = Fault("save asked DynamoDB for nothing", "one event more in the table", USE_WHAT_IS_GIVEN)
        elif call.answer == TRACK:
            fault = _fault_of_track([one for one in every if one["parcel"] == call.arguments[1]], reply)
        elif call.answer == DAMAGED:
            fault = _fault_of_damaged([one["parcel"] for one in every if one["status"] == BAD], reply)
        if fault:
            return Fault(fault.what, fault.expected, fault.why, step, fault.got)
    return None


def _fault_of_track(wanted: list[Saved], reply: Reply) -> Fault | None:
    newest_first = sorted(wanted, key=lambda event: event["at"], reverse=True)
    expected = (
        f"{count(len(wanted), 'event')}, the newest first: {', '.join(event['at'][11:] for event in newest_first)}"
    )
    if not isinstance(reply.value, list):
        why = NO_RETURN if reply.value is None else ""
        return Fault(f"track returned {kind(reply.value)}", "a list of events", why)
    if not reply.events:
        return Fault("track asked DynamoDB for nothing", expected, USE_WHAT_IS_GIVEN)
    told = [_told(one, wanted[0]) for one in reply.value]
    if told == newest_first:
        return _fault_of_examined(TRACK, len(told), reply)
    got = f"{count(len(told), 'event')}: {', '.join(str(one.get('at', '?'))[11:] for one in told)}"
    return Fault("track returned other events", expected, _mistracked(told, newest_first), got=got)


def _mistracked(told: list[Saved], wanted: list[Saved]) -> str:
    if told == wanted[::-1]:
        return "Those are in the order of their time. A Query can also begin at the end: ScanIndexForward."
    if len(told) > len(wanted):
        return "An event that is saved again, after an answer got lost, must land in the same place: its key must follow from the event."
    if len(told) < len(wanted):
        return "An event replaced another: each needs a key of its own. A partition key alone holds one item."
    if any(set(one) != set(wanted[0]) for one in told):
        return "An attribute is missing. An index holds only what it projects."
    return "All events of the parcel, the newest first, as they were saved."


def _told(one: Any, like: Saved) -> Saved:
    """The attributes that an event has; what a design adds to them is its own affair."""
    return {name: one[name] for name in like if name in one} if isinstance(one, dict) else {}


def _fault_of_damaged(wanted: list[str], reply: Reply) -> Fault | None:
    expected = f"a list with {count(len(wanted), 'parcel')}: {show(sorted(wanted))}"
    value = reply.value
    if not isinstance(value, (list, tuple, set)):
        why = NO_RETURN if value is None else ""
        return Fault(f"damaged returned {kind(value)}", expected, why)
    if not reply.events:
        return Fault("damaged asked DynamoDB for nothing", expected, USE_WHAT_IS_GIVEN)
    if not all(isinstance(one, str) for one in value):
        return Fault("damaged returned something else than parcels", expected, 'Return their names, event["parcel"].')
    if sorted(value) != sorted(wanted):
        why = "Each parcel once, and only those of that day."
        return Fault("damaged returned other parcels", expected, why)
    return _fault_of_examined(DAMAGED, len(wanted), reply)


def _fault_of_examined(name: str, found: int, reply: Reply) -> Fault | None:
    reads = [event for event in reply.events if isinstance(event, (PageRead, ItemRead))]
    examined = sum(event.examined if isinstance(event, PageRead) else 1 for event in reads)
    if examined <= 2 * found:
        return None
    why = f"Here it is a sample; {parcels.KEPT:,} events will lie there. A read must be led to what it wants by a key, of the table or of an index."
    got = f"{count(examined, 'item')} read to find {found}"
    return Fault(f"{name} reads what it does not want", f"about {found} read", why, got=got)


# --- Heat and money --------------------------------------------------------------------------------------------------


def _fault_of_heat(case: Case, replies: Sequence[Reply]) -> Fault | None:
    if case.input.parcels < parcels.PARCELS:
        return None
    writes = [event for event in _all(replies) if isinstance(event, ItemWritten)]
    units = Counter[int]()
    for event in writes:
        units[int(event.hash * PARTS)] += round(event.units)
    share = max(units.values()) / units.total()
    if share <= HOTTEST:
        return None
    keys = len({event.hash for event in writes})
    got = f"{count(keys, 'partition key')}; one of {PARTS} equal parts of the key space takes {percent(share)} of the writes"
    why = "Only the partition key is hashed. With few of them, the traffic of the day meets on few partitions."
    return Fault("the writes meet in one place", f"at most {percent(HOTTEST)}", why, 1, got=got, trace=writes[:2])


def _fault_of_bill(case: Case, replies: Sequence[Reply]) -> Fault | None:
    if case.input.parcels < parcels.PARCELS:
        return None
    bill = parcels.month(case, _all(replies))
    if bill.total <= BOUND:
        return None
    why = _dear(case.input, bill, _all(replies))
    return Fault(f"a month costs {dollars(bill.total)}", f"at most {dollars(BOUND)}", why, 0, got=str(bill), trace=())


def _dear(sample: Sample, bill: Bill, trace: Sequence[Event]) -> str:
    entries = Counter(event.index_name for event in trace if isinstance(event, IndexWritten))
    if "on demand" in bill.name:
        return "Every request is paid for one by one, and they come evenly, day and night. Which mode is made for that?"
    if bill.part("storage") > sum(bill.part(part) for part in ("reads", "writes", "index writes")):
        return "Storage is the largest part. There is a table class for tables of which most is kept, and little is asked for."
    if entries and max(entries.values()) > sample.parcels * sample.events / 2:
        return f"The index holds an entry of every event, and few are {BAD}. An item without the index's key has no entry in it."
    return "Look for the largest line. Are there units that nobody uses, or copies that nobody reads?"


def _all(replies: Sequence[Reply]) -> list[Event]:
    return list(_each(replies))


def _each(replies: Sequence[Reply]) -> Iterator[Event]:
    for reply in replies:
        yield from reply.events


_THROTTLED = "boto3 has tried again and again: too few units are provisioned. How many does one event take, and how many come in a second?"
_NO_TABLE = "Does create make a table of that name?"
_INVALID = "Every key attribute is named in AttributeDefinitions, and no other; an item must have the table's keys."

TASK = Task(
    id="11.6",
    title="A design that runs, and its bill",
    points=2,
    answers=(CREATE, SAVE, TRACK, DAMAGED),
    hints=(
        "Which key gathers the events of one parcel, in order of time? Which attribute could only damaged events have, so "
        "that an index on it stays small? And which line of the bill is the largest: requests or storage?",
        "Table: partition key parcel, sort key at. Index: partition key damaged_on, which save sets for DAMAGED events only, "
        "KEYS_ONLY. Provisioned, since traffic is even: about 2 write units for each event. TableClass for what is mostly kept.",
        '"TableClass": "STANDARD_INFREQUENT_ACCESS", "ProvisionedThroughput": {"ReadCapacityUnits": 40, '
        '"WriteCapacityUnits": 45}, and 2 and 5 for the index. save: {**event, "damaged_on": event["at"][:10]} if '
        "DAMAGED. track: ScanIndexForward=False.",
    ),
    learnt="Key, projection, mode and class: four decisions, and the bill adds them up before the first customer comes.",
    inputs=parcels.samples,
    prepare=parcels.prepare,
    judge=_judge,
    raised={
        (CREATE, "ClientError"): _INVALID,
        (CREATE, "ParamValidationError"): "Compare the names of the parameters with create_table of the lesson.",
        (SAVE, "ProvisionedThroughputExceededException"): _THROTTLED,
        (TRACK, "ProvisionedThroughputExceededException"): _THROTTLED,
        (SAVE, "ClientError"): _INVALID,
        (SAVE, "ResourceNotFoundException"): _NO_TABLE,
        (TRACK, "ResourceNotFoundException"): _NO_TABLE,
        (DAMAGED, "KeyError"): "An entry of an index holds its keys, the keys of the table, and what it projects.",
    },
)
