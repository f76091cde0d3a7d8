"""Task 09.3: read a whole stream with the four requests that there are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.checks.lesson_09.shop import ORDERS, Record, id_of, records_by_shard, shop, stream_of
from dynateach.checks.plain import kind
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, put
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.clock import SECOND
from dynateach.drawing.captions import count
from dynateach.dynamodb.rules.limits import DESCRIBE_STREAM_PAGE
from dynateach.lab import Lab
from dynateach.profile import IDEAL, Delay
from dynateach.randomness import Randomness
from dynateach.trace import StreamRead

LARGE = 300_000
"""Letters of a large note: with its two images, not two such records fit into a page of 1 MB."""


Shards = Mapping[str, Sequence[Record]]
"""The records of each shard, in the order in which the shards were opened."""


class Day(NamedTuple):
    """What happened to the table: rounds of writes to so many ``orders``; all partitions split after each of the ``splits``
    first rounds. ``letters`` is the length of a note, ``late`` how long the last records are on their way (seconds).
    """

    seed: int
    orders: int
    rounds: int = 1
    partitions: int = 1
    splits: int = 0
    letters: int = 10
    late: float = 0


def _inputs(seed: int) -> Iterator[Day]:
    """One page of one shard; several shards, families of shards, pages, records on their way; more shards than a page tells."""
    few = 3 + Randomness(seed).stream("09.3").below(3)
    yield Day(seed, few)
    yield Day(seed, 2 * few, rounds=2, partitions=3)
    yield Day(seed, few, rounds=4, splits=2)
    yield Day(seed, few, rounds=2, letters=LARGE)
    yield Day(seed, few, rounds=2, partitions=2, late=2)
    yield Day(seed, 40, rounds=2, partitions=45, splits=1)


def _smaller(day: Day) -> Iterable[Day]:
    if day.orders > 1:
        yield day._replace(orders=day.orders // 2)
        yield day._replace(orders=day.orders - 1)
    if day.rounds > 1:
        yield day._replace(rounds=day.rounds - 1, splits=min(day.splits, day.rounds - 2))
    if day.partitions > 1 and not day.splits:
        yield day._replace(partitions=day.partitions - 1)


def _prepare(day: Day) -> Case:
    lag, page = round(day.late * SECOND), 300_000 if day.late else 0
    profile = replace(
        IDEAL, on_demand_partitions=day.partitions, stream_lag=Delay(*[lag] * 5), page_read=Delay(*[page] * 5)
    )
    lab = shop(day.seed, profile)
    with lab.trace.paused():
        for round_ in range(day.rounds):
            _write(lab, day, round_)
            if round_ < day.splits:
                _split_all(lab)
        off = {"TableName": ORDERS, "StreamSpecification": {"StreamEnabled": False}}
        arn = stream_of(lab)
        lab.request("dynamodb", "UpdateTable", off)
    streams = Boto3(service="dynamodbstreams", shown="streams")
    return Case(lab, (Call("read_all", (streams, arn)),), day, requests=3_000)


def _write(lab: Lab, day: Day, round_: int) -> None:
    for number in range(day.orders):
        lab.clock.advance(0.1)
        put(lab, ORDERS, {"id": f"o{number}", "version": round_, "note": "x" * day.letters})


def _split_all(lab: Lab) -> None:
    inside = lab.inspect(ORDERS)
    for partition in inside.partitions:
        inside.split(partition.id)
    lab.clock.advance(1)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    reply = replies[0]
    if not isinstance(reply.value, list):
        why = NO_RETURN if reply.value is None else ""
        return Fault(f"read_all returned {kind(reply.value)}, not a list", "a list of all records", why)
    numbers = [_event_id(one) for one in reply.value]
    if None in numbers:
        what = f"the list holds {kind(reply.value[numbers.index(None)])} that is no record"
        return Fault(
            what, "the records as GetRecords gives them, one after the other", "One flat list: extend, not append."
        )
    if not reply.events:
        return Fault("read_all asked DynamoDB Streams for nothing", "all records of the stream", USE_WHAT_IS_GIVEN)
    case.lab.clock.advance(10)
    shards = records_by_shard(case.lab)
    return _fault_of_number(numbers, shards, reply) or _fault_of_order(numbers, shards)


def _event_id(given: Any) -> str | None:
    """What tells a record from all others."""
    id = given.get("eventID") if isinstance(given, dict) else None
    return id if isinstance(id, str) else None


def _fault_of_number(given: Sequence[str | None], shards: Shards, reply: Reply) -> Fault | None:
    wanted = {record["eventID"]: shard for shard, records in shards.items() for record in records}
    twice = [id for id, times in Counter(given).items() if times > 1]
    missing = [shard for id, shard in wanted.items() if id not in set(given)]
    expected, got = f"{count(len(wanted), 'record')}, each once", count(len(given), "record")
    if twice:
        why = "Read each shard once, with one iterator, and go on with the NextShardIterator of the last answer."
        return Fault(f"read_all returned {count(len(twice), 'record')} twice", expected, why, got=got)
    if missing:
        reads = [event for event in reply.events if isinstance(event, StreamRead)]
        why = _why_missing(missing[0], reads)
        return Fault(f"read_all lost {count(len(missing), 'record')}", expected, why, got=got, trace=reads)
    if len(given) > len(wanted):
        return Fault("read_all returned a record that the stream has not", expected, got=got)
    return None


def _why_missing(shard: str, reads: Sequence[StreamRead]) -> str:
    """Why records of that shard were lost."""
    here = [read.records for read in reads if read.shard == shard]
    if not reads:
        return "GetShardIterator gives a place. GetRecords reads from there."
    if not here and len({read.shard for read in reads}) >= DESCRIBE_STREAM_PAGE:
        return "DescribeStream tells a hundred shards at a time. Its answer says where to go on."
    if not here:
        return "A stream has many shards, closed ones among them. Read every one of them."
    if not here[-1]:
        return (
            "An answer without records is not the end. Begin at the oldest, and go on until no NextShardIterator comes."
        )
    return (
        "GetRecords gives a page: 1,000 records or 1 MB, and less if you set a Limit. Where does the next page begin?"
    )


def _fault_of_order(given: Sequence[str | None], shards: Shards) -> Fault | None:
    """The records of one item are in the order of its changes: the shards stand in the order of their opening."""
    place = {id: number for number, id in enumerate(given)}
    last: dict[str, int] = {}
    for record in (record for records in shards.values() for record in records):
        item, now = id_of(record), place[record["eventID"]]
        if now < last.get(item, -1):
            why = "The changes of one item keep their order within a shard, and from a parent to its child: read parents first."
            expected = "the changes of each item in the order in which they were made"
            return Fault(f"the changes of {item} are out of order", expected, why, got=_versions(given, item, shards))
        last[item] = now
    return None


def _versions(given: Sequence[str | None], item: str, shards: Shards) -> str:
    told = {record["eventID"]: record for records in shards.values() for record in records}
    records = [told[id] for id in given if id and id_of(told[id]) == item]
    return f"{item} in versions {', '.join(one['dynamodb']['NewImage']['version']['N'] for one in records)}"


TASK = Task(
    id="09.3",
    title="Read a whole stream",
    points=2,
    answers=("read_all",),
    hints=(
        "Two loops, each for pages: one over the shards that DescribeStream tells, and for each shard one over its records.",
        "DescribeStream goes on with ExclusiveStartShardId as long as an answer has LastEvaluatedShardId. A shard begins with "
        "TRIM_HORIZON and ends with the first answer that has no NextShardIterator. Empty answers in between mean nothing.",
        'iterator = streams.get_shard_iterator(…)["ShardIterator"]; while iterator: answer = '
        'streams.get_records(ShardIterator=iterator); records += answer["Records"]; iterator = answer.get("NextShardIterator")',
    ),
    learnt="Pages of shards, pages of records, and one sure sign of the end: no NextShardIterator.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    smaller=_smaller,
    raised={
        (
            "read_all",
            "KeyError",
        ): "Not every answer has every member: LastEvaluatedShardId and NextShardIterator come only "
        "when there is more.",
        (
            "read_all",
            "ParamValidationError",
        ): "The last answer of a closed shard has no NextShardIterator: that is the end of it.",
        (
            "read_all",
            "OutOfRequests",
        ): "Which answer ends which loop? For shards: no LastEvaluatedShardId. For records: no NextShardIterator.",
    },
)
