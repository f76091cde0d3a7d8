"""Task 09.6: an archive of what time to live removed, kept by a program that runs every half hour, and dies now and then."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.checks.lesson_09.shop import Record, all_records, create_table, delete, shop, stream_of
from dynateach.checks.plain import show
from dynateach.checks.scenes import USE_WHAT_IS_GIVEN, put, python_form
from dynateach.checks.task import Ask, Boto3, Call, Case, Fault, Reply, Task
from dynateach.clock import SECOND
from dynateach.drawing.captions import count
from dynateach.lab import Lab
from dynateach.profile import IDEAL, Delay
from dynateach.randomness import Randomness, Stream
from dynateach.trace import Event, ItemWritten, StreamRead

CARTS, ARCHIVE, CHECKPOINTS = "carts", "archive", "checkpoints"
CUSTOMERS = ("ada", "ben", "eve", "kim", "leo", "mia")
MINUTE = 60
EVERY = 30 * MINUTE
SWEPT_AFTER = 10 * MINUTE
SHARD_LIFE = 4 * 60 * MINUTE
TO_THE_END = 0
"""Instead of the requests after which a run dies."""
EACH = -1
"""Instead of one run: many at once, each of which dies a request later than the one before, until one comes to its end."""
REQUESTS = 400
"""What a run may make."""


class Day(NamedTuple):
    """Runs of the program, half an hour apart: after how many requests each of them dies. Two more, which do not, end the day."""

    seed: int
    runs: tuple[int, ...]
    partitions: int = 1


def _inputs(seed: int) -> Iterator[Day]:
    """A few runs; some hours in which a shard closes; deaths at every step, and at one after the other; a whole day with all of it."""
    yield Day(seed, ())
    yield Day(seed, (TO_THE_END,) * 3)
    yield Day(seed, (TO_THE_END,) * 10)
    for requests in range(2, 14):
        yield Day(seed, (requests,))
    yield Day(seed, (EACH,))
    yield Day(seed, tuple(dies for requests in range(1, 21) for dies in (requests, TO_THE_END)), partitions=2)


def _smaller(day: Day) -> Iterable[Day]:
    """Half of the runs, or one less at an end: trying each would take long."""
    runs, half = day.runs, (len(day.runs) + 1) // 2
    for fewer in (runs[:-half], runs[half:], runs[:-1], runs[1:]):
        if len(fewer) < len(runs):
            yield day._replace(runs=fewer)


def _prepare(day: Day) -> Case:
    swept, life = SWEPT_AFTER * SECOND, SHARD_LIFE * SECOND
    profile = replace(
        IDEAL, on_demand_partitions=day.partitions, expiry_delay=Delay(*[swept] * 5), shard_life=Delay(*[life] * 5)
    )
    lab = shop(day.seed, profile, CARTS)
    with lab.trace.paused():
        create_table(lab, ARCHIVE)
        create_table(lab, CHECKPOINTS)
        expiry = {"Enabled": True, "AttributeName": "expires"}
        lab.request("dynamodb", "UpdateTimeToLive", {"TableName": CARTS, "TimeToLiveSpecification": expiry})
        lab.clock.advance(MINUTE)
    tables = (Boto3(ARCHIVE, shown="archive"), Boto3(CHECKPOINTS, shown="checkpoints"))
    call = Call("save_expired", (Boto3(service="dynamodbstreams", shown="streams"), stream_of(lab, CARTS), *tables))

    def drive(ask: Ask) -> None:
        chance = Randomness(day.seed).stream("09.6")
        for number, dies_after in enumerate((*day.runs, TO_THE_END, TO_THE_END)):
            _half_an_hour(lab, chance, number)
            if _run(ask, call, dies_after).raised:
                return

    return Case(lab, (), day, REQUESTS, drive)


def _run(ask: Ask, call: Call, dies_after: int) -> Reply:
    if dies_after != EACH:
        return ask(call._replace(dies_after=dies_after or None))
    for requests in range(1, REQUESTS):
        reply = ask(call._replace(dies_after=requests))
        if not reply.died:
            return reply
    return ask(call)


def _half_an_hour(lab: Lab, chance: Stream, number: int) -> None:
    """Some fill a cart, one touches hers again, one empties hers: perhaps when its time is over, and it is still there."""
    customers = chance.shuffled(CUSTOMERS)
    with lab.trace.paused():
        delete(lab, CARTS, customers[0])
        for place, customer in enumerate(customers[:4]):
            minutes = 25 if place == 0 else 5 + chance.below(18)
            expires = lab.clock.now // SECOND + minutes * MINUTE
            put(lab, CARTS, {"id": customer, "number": 10 * number + place, "expires": expires})
        delete(lab, CARTS, customers[1])
        lab.clock.advance(26 * MINUTE)
        delete(lab, CARTS, customers[0])
        lab.clock.advance(EVERY - 26 * MINUTE)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    if not any(reply.events for reply in replies):
        return Fault("save_expired asked DynamoDB for nothing", "a filled archive", USE_WHAT_IS_GIVEN)
    items = _archive(case.lab)
    odd = [item for item in items if not {"customer", "number"} <= item.keys()]
    if odd:
        expected = "items with id, customer and number, and nothing else"
        return Fault("there is an item in the archive that is no cart", expected, got=show(odd[0]))
    records = all_records(case.lab, CARTS)
    found = [(str(item["customer"]), str(item["number"])) for item in items]
    return (
        _fault_of_extra(found, records)
        or _fault_of_doubles(found, replies)
        or _fault_of_lost(found, records, case, replies)
        or _fault_of_reading(records, replies)
    )


Cart = tuple[str, str]
"""A customer and a number, as a learner sees them."""


def _fault_of_extra(found: Sequence[Cart], records: Sequence[Record]) -> Fault | None:
    wanted = _expired(records)
    for cart in found:
        if cart in wanted:
            continue
        deleted = cart in [_cart(record) for record in records if record["eventName"] == "REMOVE"]
        why = (
            "Its customer deleted it. If time to live removes a cart, the record says who made it: userIdentity."
            if deleted
            else "Only a REMOVE tells that a cart is gone, and its OldImage tells what it was."
        )
        what = f"the archive holds a cart that time to live did not remove: {_text(cart)}"
        return Fault(what, "only what time to live removed", why, got=_carts(len(found)))
    return None


def _fault_of_doubles(found: Sequence[Cart], replies: Sequence[Reply]) -> Fault | None:
    cart, times = Counter(found).most_common(1)[0] if found else (None, 0)
    if cart is None or times < 2:
        return None
    why = "After a death a record is read again. The same record must always get the same key in the archive."
    what = f"the archive holds a cart {count(times, 'time')}: {_text(cart)}"
    return Fault(what, "each removal once", why, got=f"{_carts(len(found))}{_deaths(replies)}", trace=_told(replies))


def _fault_of_lost(
    found: Sequence[Cart], records: Sequence[Record], case: Case, replies: Sequence[Reply]
) -> Fault | None:
    wanted = _expired(records)
    lost = [cart for cart in wanted if cart not in found]
    if not lost:
        return None
    overwritten = [event.key for event in _archived(replies) if event.change == "MODIFY"]
    why = "Read every shard on from where the last run ended; a shard that is new, from its oldest record on."
    if overwritten:
        why = "A customer may have many carts in a day. Each removal has a record of its own: what tells records apart?"
    elif any(reply.died for reply in replies):
        why = "What is noted as done and not archived, nobody reads again: first the archive, then the checkpoint."
    what = f"{_carts(len(lost))} that time to live removed {'is' if len(lost) == 1 else 'are'} not in the archive"
    expected, got = _carts(len(wanted)), f"{_carts(len(found))}{_deaths(replies)}"
    return Fault(what, expected, why, got=got, trace=_told(replies))


def _fault_of_reading(records: Sequence[Record], replies: Sequence[Reply]) -> Fault | None:
    read = sum(event.records for event in _told(replies) if isinstance(event, StreamRead))
    if read <= 2 * len(records) or any(reply.died for reply in replies):
        return None
    why = "Keep in checkpoints, for each shard, the SequenceNumber of the last record that is done."
    what = f"save_expired read {count(read, 'record')} from a stream of {len(records):,}"
    return Fault(what, "each record about once, as no run died", why, got=count(len(replies), "run"))


def _expired(records: Sequence[Record]) -> list[Cart]:
    """What time to live removed."""
    return [_cart(record) for record in records if "userIdentity" in record]


def _cart(record: Record) -> Cart:
    image = python_form(record["dynamodb"]["OldImage"])
    return str(image["id"]), str(image["number"])


def _archive(lab: Lab) -> list[dict[str, Any]]:
    with lab.trace.paused():
        answer = lab.request("dynamodb", "Scan", {"TableName": ARCHIVE, "ConsistentRead": True})
    return [python_form(item) for item in answer["Items"]]


def _archived(replies: Sequence[Reply]) -> list[ItemWritten]:
    return [event for event in _told(replies) if isinstance(event, ItemWritten) and event.table == ARCHIVE]


def _told(replies: Sequence[Reply]) -> list[Event]:
    """What the runs read and wrote."""
    events: Iterator[Event] = (event for reply in replies for event in reply.events)
    return [event for event in events if isinstance(event, (StreamRead, ItemWritten))]


def _carts(number: int) -> str:
    return count(number, "cart")


def _text(cart: Cart) -> str:
    return f"customer {cart[0]}, number {cart[1]}"


def _deaths(replies: Sequence[Reply]) -> str:
    died = sum(reply.died for reply in replies)
    return f", after {count(len(replies), 'run')}, {died} of which died" if died else ""


TASK = Task(
    id="09.6",
    title="An archive that misses nothing",
    points=2,
    answers=("save_expired",),
    hints=(
        "A record of a deletion by time to live has a userIdentity. An iterator is of no use after 15 minutes; a sequence "
        "number is, in its shard.",
        "For each shard: look up its checkpoint; begin AFTER_SEQUENCE_NUMBER, or at TRIM_HORIZON if there is none; archive "
        "the records of a page under their eventID; then save the last SequenceNumber. Stop at an empty answer.",
        'done = checkpoints.get_item(Key={"id": shard}).get("Item"); place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", '
        '"SequenceNumber": done["number"]} if done else {"ShardIteratorType": "TRIM_HORIZON"}; … archive.put_item(Item={"id": '
        'record["eventID"], …}) … checkpoints.put_item(Item={"id": shard, "number": …})',
    ),
    learnt="Do the work under a key that repeats, then note how far you are: dying in between costs a little, and loses nothing.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (
            "save_expired",
            "ExpiredIteratorException",
        ): "An iterator lives for 15 minutes. What does not expire is the SequenceNumber of a record.",
        (
            "save_expired",
            "OutOfRequests",
        ): "An open shard always has a NextShardIterator. Stop at an answer without records; the next run goes on.",
        (
            "save_expired",
            "ValidationException",
        ): "A sequence number means something only in its own shard: each shard has its own checkpoint.",
        (
            "save_expired",
            "ClientError",
        ): "A sequence number means something only in its own shard: each shard has its own checkpoint.",
        (
            "save_expired",
            "KeyError",
        ): "Not every record has every member: an INSERT has no OldImage, and only what the service "
        "did itself has a userIdentity. Nor has every shard a checkpoint.",
        ("save_expired", "TypeError"): "boto3 takes no float: a number of DynamoDB is an int or a Decimal.",
    },
)
