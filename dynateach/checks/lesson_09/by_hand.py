"""Task 09.2: which writes leave a record, and where the four kinds of iterators begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dynateach.checks.lesson_09.shop import ORDERS, all_records, number_of, shop, stream_of
from dynateach.checks.plain import kind, show
from dynateach.checks.task import Case, Fault, Reply, Task, Value
from dynateach.clock import SECOND
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream

KINDS = {
    "horizon": "TRIM_HORIZON",
    "latest": "LATEST",
    "at": "AT_SEQUENCE_NUMBER",
    "after": "AFTER_SEQUENCE_NUMBER",
}
NEVER = 999
"""A price that no order has."""


class Write(NamedTuple):
    """A write of the list: the operation, the item, the new price, and the price on condition of which it is made."""

    operation: str
    id: str
    price: int = 0
    only_if: int = 0


@dataclass(frozen=True)
class OneShard:
    """Writes, numbered from 1, to a table whose stream has one shard; the numbers of those that left ``records``; and for
    each kind of iterator the number of the write whose record it gives ``first``. The iterators were asked for after the
    write ``asked``, those with a sequence number stand at the record of ``chosen``.
    """

    lab: Lab
    writes: Sequence[Write]
    asked: int
    chosen: int
    records: list[int]
    first: dict[str, int]


def one_shard(seed: int) -> OneShard:
    """The writes that the task asks about."""
    chance = Randomness(seed).stream("09.2")
    while True:
        writes = _writes(chance)
        records = _run(seed, writes).records
        silent = [number for number in range(3, len(writes)) if number + 1 not in records]
        chosen = next((number for number in silent if number in records), len(writes))
        asked = [number for number in silent if any(chosen < one <= number < records[-1] for one in records)]
        if asked:
            return _run(seed, writes, chance.pick(asked), chosen)


def listed(shard: OneShard) -> str:
    """The writes as a learner reads them."""
    lines = (f"{number:2}  {_text(write)}" for number, write in enumerate(shard.writes, 1))
    asked = f"Iterators were asked for after write {shard.asked}; the sequence number is that of write {shard.chosen}."
    return "\n".join([*lines, "", asked])


def _writes(chance: Stream) -> list[Write]:
    """A delete of nothing, an order, then changes, writes that change nothing, and conditions that do not hold, in any order."""
    price = 10 + chance.below(40)
    writes = [Write("delete_item", "o1"), Write("put_item", "o1", price)]
    desk = iter([Write("put_item", "o2", 80), Write("delete_item", "o2"), Write("delete_item", "o2")])
    for what in chance.shuffled(["change", "change", "change", "same", "same", "refused", "desk", "desk", "desk"]):
        if what == "change":
            price += 1 + chance.below(9)
        made = {
            "change": Write("update_item", "o1", price),
            "same": Write("put_item", "o1", price),
            "refused": Write("update_item", "o1", price + 1, only_if=NEVER),
        }
        writes.append(next(desk) if what == "desk" else made[what])
    return writes


def _text(write: Write) -> str:
    price = f"price {write.price}" if write.price else ""
    only_if = f"only if the price is {write.only_if}" if write.only_if else ""
    return f"{write.operation:<11}  {write.id}  {price:<8}  {only_if}".rstrip()


def _run(seed: int, writes: Sequence[Write], asked: int = 0, chosen: int = 0) -> OneShard:
    lab = shop(seed)
    start = lab.clock.now
    iterators: dict[str, str] = {}
    with lab.trace.paused():
        for number, write in enumerate(writes, 1):
            lab.clock.advance(1)
            _make(lab, write)
            if number == asked:
                iterators = _iterators(lab, start, chosen)
        first = {kind: _numbers(_read(lab, iterator), start)[0] for kind, iterator in iterators.items()}
    return OneShard(lab, writes, asked, chosen, _numbers(all_records(lab), start), first)


def _make(lab: Lab, write: Write) -> None:
    item = {"id": {"S": write.id}, "price": {"N": str(write.price)}}
    request: dict[str, Any] = {"TableName": ORDERS, "Key": {"id": item["id"]}}
    if write.operation == "put_item":
        lab.request("dynamodb", "PutItem", {"TableName": ORDERS, "Item": item})
    elif write.operation == "delete_item":
        lab.request("dynamodb", "DeleteItem", request)
    else:
        values = {":price": item["price"]}
        if write.only_if:
            request["ConditionExpression"] = "price = :now"
            values[":now"] = {"N": str(write.only_if)}
        request |= {"UpdateExpression": "SET price = :price", "ExpressionAttributeValues": values}
        _update(lab, request)


def _update(lab: Lab, request: dict[str, Any]) -> None:
    try:
        lab.request("dynamodb", "UpdateItem", request)
    except ServiceError as error:
        if error.code != "ConditionalCheckFailedException":
            raise


def _iterators(lab: Lab, start: int, chosen: int) -> dict[str, str]:
    """An iterator of each kind, asked for now."""
    arn = stream_of(lab)
    described = lab.request("dynamodbstreams", "DescribeStream", {"StreamArn": arn})["StreamDescription"]
    where = {"StreamArn": arn, "ShardId": described["Shards"][0]["ShardId"]}
    number = next(number_of(one) for one in all_records(lab) if _numbers([one], start) == [chosen])
    asked = {}
    for name, type in KINDS.items():
        at = {"SequenceNumber": number} if "SEQUENCE" in type else {}
        answer = lab.request("dynamodbstreams", "GetShardIterator", {**where, "ShardIteratorType": type, **at})
        asked[name] = answer["ShardIterator"]
    return asked


def _read(lab: Lab, iterator: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.request("dynamodbstreams", "GetRecords", {"ShardIterator": iterator})["Records"]
    return found


def _numbers(records: Sequence[dict[str, Any]], start: int) -> list[int]:
    """Of which writes the records tell: one was made each second."""
    return [round(one["dynamodb"]["ApproximateCreationDateTime"] - start / SECOND) for one in records]


def _prepare(seed: int) -> Case:
    return Case(one_shard(seed).lab, (Value("records"), *map(Value, KINDS)), seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    shard = one_shard(case.input)
    fault = _fault_of_records(replies[0].value, shard)
    for step, name in enumerate(KINDS, 1):
        fault = fault or _fault_of_first(replies[step].value, name, step, shard)
    return fault


def _fault_of_records(given: Any, shard: OneShard) -> Fault | None:
    expected = "the numbers of the writes that left a record, such as [1, 2]"
    if not isinstance(given, (list, tuple, set, frozenset)) or not all(type(number) is int for number in given):
        return Fault("records is no list of whole numbers", expected, step=0)
    missing = sorted(set(shard.records) - set(given))
    extra = sorted(set(given) - set(shard.records))
    if extra and not 1 <= extra[0] <= len(shard.writes):
        return Fault(f"there is no write {show(extra[0])}", expected, step=0)
    if extra:
        what = f"write {extra[0]} left no record: {_text(shard.writes[extra[0] - 1])}"
        return Fault(" ".join(what.split()), expected, _why_none(shard.writes[extra[0] - 1]), step=0)
    if missing:
        what = f"write {missing[0]} left a record, too: {_text(shard.writes[missing[0] - 1])}"
        return Fault(" ".join(what.split()), expected, "Was the table after it what it was before?", step=0)
    if sorted(given) != shard.records:
        return Fault("records names a write twice", expected, "Each change leaves one record.", step=0)
    return None


def _why_none(write: Write) -> str:
    if write.only_if:
        return "Its condition did not hold, so it failed, and nothing changed."
    if write.operation == "delete_item":
        return "The item was not there, so nothing changed. The request succeeded all the same."
    return "The item was the same before. What changes nothing leaves no record."


def _fault_of_first(given: Any, name: str, step: int, shard: OneShard) -> Fault | None:
    iterator = KINDS[name]
    expected = f"the number of the write whose record {iterator} gives first"
    if type(given) is not int:
        return Fault(f"{name} is {kind(given)}, not a whole number", expected, step=step)
    if given == shard.first[name]:
        return None
    why = _WHY[name]
    if given not in shard.records:
        why = f"Write {show(given)} left no record, so no iterator can give it."
    return Fault(f"{name} is not what {iterator} gives first", expected, why, step=step)


_WHY = {
    "horizon": "TRIM_HORIZON stands before the oldest record that is still there. Nothing is 24 hours old yet.",
    "latest": "LATEST stands after all that was written when the iterator was asked for. The first record after that?",
    "at": "AT gives the record with that sequence number itself.",
    "after": "AFTER leaves out the record with that sequence number. Which record comes next?",
}


TASK = Task(
    id="09.2",
    title="Records and iterators by hand",
    points=1,
    answers=("records", *KINDS),
    hints=(
        "Go through the list and keep the table in mind: what is there, with which price? A record tells of a change.",
        "records: leave out the writes that failed, and those after which the table was what it was before. "
        "The iterators then see only the writes that are left.",
        "horizon: the first of records. latest: the first of records after the write named below the list. "
        "at: the write of the sequence number. after: the next of records.",
    ),
    learnt="An iterator is a place between two records. Where LATEST is depends on the moment at which you ask.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
