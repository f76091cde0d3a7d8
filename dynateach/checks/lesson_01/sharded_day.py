"""Task 01.6: write the events of a busy day under ten partition keys, and read them back as one list.

The contract: an event is stored once, under partition key ``day#0`` … ``day#9`` and sort key ``at#id``; written again, by
any process, it lands in the same place. A read gives all events of a day in the order of their sort keys, with Queries.
This file has the stories and the writes; ``sharded_read`` judges the read.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from dynateach.checks.lesson_01 import sharded_read
from dynateach.checks.lesson_01.sharded_read import SUFFIXES, TABLE
from dynateach.checks.scenes import (
    USE_WHAT_IS_GIVEN,
    Item,
    hottest,
    in_words,
    lab_with_table,
    put,
    python_form,
    written_units,
)
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.dynamodb.rules.hashing import digest, position
from dynateach.randomness import Randomness, Stream
from dynateach.trace import ItemWritten

PARTITIONS = 4
BURST = 300
"""Events of the busy second. With sound suffixes, the hottest partition takes about a third of them."""
FAT = "x" * 390_000
"""Three items with this text fill a page."""

WRITE, READ = "write_event", "read_events"


class Story(NamedTuple):
    """What happens before a day is read: ``written`` are events for the writer (each so many ``times``), ``stored`` are
    events that lie there already, with their suffixes.
    """

    seed: int
    day: str
    written: tuple[Item, ...] = ()
    times: int = 1
    stored: tuple[tuple[int, Item], ...] = ()


def _inputs(seed: int) -> Iterator[Story]:
    """One event; a day without any; retries; an event under each suffix; several pages; a busy second."""
    chance = Randomness(seed).stream("01.6")
    day, another = _even_day(chance), "2025-12-31"
    yield Story(seed, day, (_event(chance, day),))
    yield Story(seed, day)
    yield Story(seed, day, tuple(_event(chance, day) for _ in range(8)), times=2)
    each = [(suffix, _event(chance, on)) for on in (day, another) for suffix in range(SUFFIXES)]
    yield Story(seed, day, stored=tuple(chance.shuffled(each)))
    yield Story(seed, day, stored=_of_one_moment(each[0][1]))
    full = chance.below(SUFFIXES - 1)
    pages = [(full, _event(chance, day) | {"text": FAT}) for _ in range(13)]
    yield Story(seed, day, stored=(*pages, (full + 1, _event(chance, day))))
    yield Story(seed, day, tuple(_event(chance, day) for _ in range(BURST)))


def _event(chance: Stream, day: str) -> Item:
    return {
        "day": day,
        "at": f"{8 + chance.below(12):02}:{chance.below(60):02}:{chance.below(60):02}.{chance.below(100):02}0",
        "id": f"{chance.bits(32):08x}",
        "price": Decimal(chance.below(9_000)) / 100,
        "serial": Decimal(chance.bits(100) | 1 << 99),
    }


def _of_one_moment(event: Item) -> tuple[tuple[int, Item], ...]:
    """Four events of one moment, whose ids follow the order of no gathering: only the whole sort key puts them right."""
    return tuple(
        (suffix, event | {"id": id}) for suffix, id in enumerate(("9f3a0000", "10c50000", "00ab0000", "e1d20000"))
    )


def _even_day(chance: Stream) -> str:
    """A day whose ten keys spread over the partitions as evenly as ten can: nobody should fail by bad luck."""
    while True:
        day = f"2026-{1 + chance.below(12):02}-{1 + chance.below(28):02}"
        places = (position(digest({"S": f"{day}#{suffix}"})) for suffix in range(SUFFIXES))
        if max(Counter(int(place * PARTITIONS) for place in places).values()) <= 3:
            return day


def _prepare(story: Story) -> Case:
    lab = lab_with_table(TABLE, PARTITIONS, story.seed, sort_key="sk")
    with lab.trace.paused():
        for suffix, event in story.stored:
            put(lab, TABLE, {"pk": f"{event['day']}#{suffix}", "sk": _sort_key(event), **event})
    table = Boto3(TABLE)
    writes = [Call(WRITE, (table, event), process=time) for time in range(story.times) for event in story.written]
    return Case(lab, (*writes, Call(READ, (table, story.day), process=story.times)), story)


def _sort_key(event: Item) -> str:
    return f"{event['at']}#{event['id']}"


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    for step, reply in enumerate(replies[:-1]):
        if fault := _fault_of_write(case, reply, step):
            return fault
    return _fault_of_load(case) or sharded_read.fault(case, replies[-1], case.input.day)


def _fault_of_write(case: Case, reply: Reply, step: int) -> Fault | None:
    written, writes = case.input.written, [one for one in reply.events if isinstance(one, ItemWritten)]
    if not writes and step >= len(written):
        return None  # it saw that the event is there; the read will tell
    if len(writes) != 1:
        what = f"write_event wrote {len(writes)} items for one event" if writes else "write_event wrote nothing"
        why = "An event lies under one suffix, not under all." if writes else USE_WHAT_IS_GIVEN
        return Fault(what, "one item in the table that it was given", why, step=step, got=f"{len(writes)} writes")
    event, key = written[step % len(written)], writes[0].key
    if fault := _fault_of_key(event, key, step) or _fault_of_item(case, event, key, step):
        return fault
    if step < len(written) or writes[0].change != "INSERT":
        return None
    what = "written again by another process, an event is stored twice"
    why = "The suffix must follow from the event: no chance, no time, no hash() of a string."
    return Fault(what, "the same place as before", why, step=step, got=f"a second item, at {writes[0].key}")


def _fault_of_key(event: Item, key: str, step: int) -> Fault | None:
    pk, _, sk = key.partition(" / ")
    day, _, suffix = pk.rpartition("#")
    what = why = ""
    if pk == event["day"]:
        what = "the partition key has no suffix"
        why = "Only the partition key is hashed. A suffix in the sort key leaves the whole day on one partition."
    elif day != event["day"]:
        what = "the partition key is not the day, # and a suffix"
    elif suffix not in map(str, range(SUFFIXES)):
        what = f"{suffix!r} is not one of the suffixes"
        why = f"They are the numbers 0 to {SUFFIXES - 1}, and a reader looks nowhere else. % {SUFFIXES} gives them."
    elif sk != _sort_key(event):
        what = "the sort key is not the time, # and the id"
        why = "With the time alone, two events of the same moment would replace each other."
    expected = f"pk '{event['day']}#0' … '{event['day']}#{SUFFIXES - 1}' and sk {_sort_key(event)!r}"
    return Fault(what, expected, why, step=step, got=f"an item with pk {pk!r} and sk {sk!r}") if what else None


def _fault_of_item(case: Case, event: Item, key: str, step: int) -> Fault | None:
    pk, _, sk = key.partition(" / ")
    request = {"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}
    with case.lab.trace.paused():
        stored = python_form(case.lab.request("dynamodb", "GetItem", request)["Item"])
    return sharded_read.fault_of_attributes(stored, event, "write_event stored", step)


def _fault_of_load(case: Case) -> Fault | None:
    if len(case.input.written) < BURST:
        return None
    writes = case.lab.trace.of(ItemWritten)
    loads, keys = written_units(writes), Counter(write.key.partition(" / ")[0] for write in writes)
    name, most = hottest(loads)
    key, busiest = keys.most_common(1)[0]
    if len(keys) == SUFFIXES and busiest * 5 <= BURST and most * 2 <= BURST:
        return None
    return Fault(
        f"the load is not spread over ten suffixes: {key} takes {busiest} of {BURST} writes",
        "all ten in use, none with more than a fifth, no partition with more than half of the writes",
        "What do you calculate the suffix from, and does that take all values evenly?",
        step=0,
        got=f"{len(keys)} of {SUFFIXES} suffixes in use; loads: {in_words(loads)}",
        trace=[write for write in writes if write.partition == name],
    )


TASK = Task(
    id="01.6",
    title="Write to many keys, read them as one",
    points=2,
    answers=(WRITE, READ),
    hints=(
        "The suffix must follow from the event alone, in every Python process: the id is there for that. zlib.crc32 makes a number of bytes.",
        "Query all ten keys, page by page: an answer's LastEvaluatedKey is the next request's ExclusiveStartKey. Sort at the end.",
        'table.query(KeyConditionExpression=Key("pk").eq(f"{day}#{suffix}"), **more), where more is at first {}; sort by "sk".',
    ),
    learnt="Ten keys spread one day over the partitions, and every read of that day pays with ten Queries.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (
            WRITE,
            "TypeError",
        ): "boto3 takes numbers as int or Decimal, never as float. The event holds only what it takes.",
        (
            WRITE,
            "ClientError",
        ): "pk and sk are strings. To write an event that is there already is no error: a retry does that.",
        (READ, "KeyError"): "An answer has LastEvaluatedKey only if there is more to read.",
        (
            READ,
            "ClientError",
        ): "A Query names one value of pk. An ExclusiveStartKey goes with the key that it came from.",
    },
)
