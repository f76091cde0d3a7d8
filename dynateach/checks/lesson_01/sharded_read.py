"""Task 01.6, its second half: does the read bring each event of the day once, in order, at a fair price?"""

from collections import Counter
from typing import Any

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, Item, python_form
from dynateach.checks.task import Case, Fault, Reply
from dynateach.dynamodb.rules.limits import KB
from dynateach.lab import Lab
from dynateach.trace import PageRead, RequestServed

TABLE = "events"
SUFFIXES = 10


def fault(case: Case, reply: Reply, day: str) -> Fault | None:
    """What is wrong with the read of that day, if anything."""
    stored, events = _items(case.lab, day), reply.value
    if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
        why = NO_RETURN if events is None else "Return the items as they came, in one list."
        return Fault(f"read_events returned {kind(events)}", f"a list of {_count(stored)} as dicts", why)
    if not any(isinstance(one, RequestServed) for one in reply.events):
        return Fault("read_events read nothing", "Queries on the table that it was given", USE_WHAT_IS_GIVEN)
    if scans := [one for one in reply.events if isinstance(one, PageRead) and one.operation == "Scan"]:
        why = "A Scan reads every item of the table, whatever its day, and you pay for all. Ask for the ten keys of the day."
        return Fault("read_events scans the table", "Query, for each of the ten partition keys", why, trace=scans)
    return (
        _fault_of_events(events, stored, day) or _fault_of_attributes(events, stored) or _fault_of_cost(reply, stored)
    )


def _fault_of_events(events: list[Item], stored: list[Item], day: str) -> Fault | None:
    given, wanted = Counter(map(_id, events)), {item["id"] for item in stored}
    missing = [item for item in stored if not given[item["id"]]]
    foreign = [id for id in given if id not in wanted]
    twice = [id for id, times in given.items() if times > 1]
    what = why = ""
    expected = f"{_count(stored)} of {day}, in the order of sk"
    if missing:
        what = f"read_events misses {len(missing)} of {_count(stored)}"
        expected += f"; those of {', '.join(sorted({item['pk'] for item in missing}))} are missing"
        why = _why_missing(given, missing, stored)
    elif foreign:
        what = f"read_events returned {_count(foreign)} that the day does not have"
        why = "The day is part of the partition key. Return its items as they came, and no others."
    elif twice:
        what = f"read_events returned one event {given[twice[0]]} times"
        why = "A page that is read again, or a suffix that is asked for twice, gives its items twice."
    elif list(map(_id, events)) != [item["id"] for item in stored]:
        what = "the events are not in the order of sk"
        why = "Each Query is in order; ten of them, one after the other, are not. Sort what you have gathered."
    return Fault(what, expected, why, got=f"{_count(events)}: {show(list(map(_id, events)))}") if what else None


def _why_missing(given: Counter[Any], missing: list[Item], stored: list[Item]) -> str:
    keys = {item["pk"] for item in missing}
    if any(given[item["id"]] for item in stored if item["pk"] in keys):
        return (
            "That key's first events came. A Query stops at 1 MB: go on from LastEvaluatedKey until an answer has none."
        )
    return f"Nothing came from there. The suffixes are 0 to {SUFFIXES - 1}, both included."


def _fault_of_attributes(events: list[Item], stored: list[Item]) -> Fault | None:
    pairs = zip(events, stored, strict=True)
    return next(
        (fault for pair in pairs if (fault := fault_of_attributes(*pair, "read_events returned", step=-1))), None
    )


def fault_of_attributes(found: Item, wanted: Item, verb: str, step: int) -> Fault | None:
    """Whether something that ``wanted`` has is missing or different in what was ``found``."""
    for name, value in wanted.items():
        if name not in found or found[name] != value:
            what = f"{verb} a changed {name}" if name in found else f"{verb} an event without {name}"
            got = f"{name} = {show(found[name])}" if name in found else f"no {name}"
            why = "Keep the attributes as they are. A float has about 16 digits, DynamoDB's numbers have 38."
            return Fault(what, f"{name} = {show(value)}", why, step=step, got=got)
    return None


def _fault_of_cost(reply: Reply, stored: list[Item]) -> Fault | None:
    """Strong reads are allowed, and pages somewhat smaller than need be; reading all again and again is not."""
    pages = [one for one in reply.events if isinstance(one, PageRead)]
    units = sum(page.units for page in pages)
    held = sum(len(str(part)) for item in stored for entry in item.items() for part in entry)
    fair = 1.25 * held / (4 * KB) + 3 * SUFFIXES
    if units <= fair:
        return None
    read = sum(page.bytes for page in pages)
    expected = f"at most {fair:,.0f} read units: the day holds {held / KB:,.0f} KB, and {read / KB:,.0f} KB were read"
    why = "Read each page of each suffix once, and let it be as large as it comes."
    return Fault(
        f"the read took {units:,.0f} read units in {len(pages)} pages", expected, why, got=_count(stored), trace=pages
    )


def _items(lab: Lab, day: str) -> list[Item]:
    """The day's items as they lie in the table, in the order of their sort keys."""
    found: list[Item] = []
    request: dict[str, Any] | None = {"TableName": TABLE}
    with lab.trace.paused():
        while request:
            page = lab.request("dynamodb", "Scan", request)
            found += map(python_form, page["Items"])
            last = page.get("LastEvaluatedKey")
            request = {"TableName": TABLE, "ExclusiveStartKey": last} if last else None
    return sorted((item for item in found if item["pk"].startswith(f"{day}#")), key=lambda item: str(item["sk"]))


def _id(event: Item) -> str:
    id = event.get("id")
    return id if isinstance(id, str) else show(id)


def _count(events: list[Any]) -> str:
    return "1 event" if len(events) == 1 else f"{len(events)} events"
