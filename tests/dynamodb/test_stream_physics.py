"""What a stream does in time: records come late, shards are replaced, readers get in each other's way. That shards are
replaced was observed by others, that two readers may share one is documented; how late and how long is the profile's.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, Profile, ServiceError
from dynateach.clock import SECOND
from dynateach.profile import IDEAL, REALISTIC, Delay
from dynateach.trace import ShardClosed, ShardOpened, StreamRead, StreamReadRefused, StreamRecordWritten

HOUR = 3600
KB = 1024


def always(seconds: float) -> Delay:
    return Delay(*[round(seconds * SECOND)] * 5)


LATE = replace(IDEAL, stream_lag=always(2))
"""Every record can be read two seconds after its write."""
SHORT = replace(IDEAL, shard_life=always(4 * HOUR))
"""Every shard closes after four hours."""
NARROW = replace(IDEAL, shard_throughput=10 * KB)
"""A shard gives out ten kilobytes a second."""


class Scene:
    """A table with a stream; each write to a key is its next version."""

    def __init__(self, profile: Profile) -> None:
        self.lab = Lab(profile=profile)
        created = self.lab.request(
            "dynamodb",
            "CreateTable",
            {
                "TableName": "things",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            },
        )
        self.arn = created["TableDescription"]["LatestStreamArn"]
        self.written: list[str] = []

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def put(self, *keys: str, bytes: int = 0) -> None:
        for key in keys:
            self.written.append(f"{key}{sum(name[0] == key for name in self.written) + 1}")
            item = {"pk": {"S": key}, "name": {"S": self.written[-1]}, "pad": {"S": "x" * bytes}}
            self.lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})

    def split(self, number: int = 0) -> None:
        inside = self.lab.inspect("things")
        inside.split(inside.partitions[number % len(inside.partitions)].id)

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodbstreams", operation, params)

    def shards(self) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = self.ask("DescribeStream", StreamArn=self.arn)["StreamDescription"]["Shards"]
        return shards

    def iterator(self, type: str = "TRIM_HORIZON", number: int = 0, **more: Any) -> str:
        shard = self.shards()[number]["ShardId"]
        answer = self.ask("GetShardIterator", StreamArn=self.arn, ShardId=shard, ShardIteratorType=type, **more)
        return str(answer["ShardIterator"])

    def read(self, iterator: str, **params: Any) -> tuple[list[str], str | None]:
        """The versions on a page, and where it goes on."""
        answer = self.ask("GetRecords", ShardIterator=iterator, **params)
        return [name_of(record) for record in answer["Records"]], answer.get("NextShardIterator")

    def consume(self, **settings: Any) -> list[str]:
        """The versions that a consumer is going to see, from now on."""
        seen: list[str] = []
        self.lab.consume("things", lambda event, context: seen.extend(map(name_of, event["Records"])), **settings)
        return seen


def name_of(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["NewImage"]["name"]["S"])


# Lag


def test_a_record_can_be_read_a_little_after_its_write() -> None:
    scene = Scene(LATE)
    scene.put("a")
    scene.wait(1.9)
    names, iterator = scene.read(scene.iterator())
    assert names == []
    scene.wait(0.1)
    assert iterator
    assert scene.read(iterator)[0] == ["a1"]
    (written,) = scene.lab.trace.of(StreamRecordWritten)
    assert written.arrives - written.at == 2 * SECOND
    assert scene.lab.trace.of(StreamRead)[-1].behind == 2 * SECOND


def test_a_page_ends_where_records_have_not_arrived() -> None:
    scene = Scene(LATE)
    scene.put("a")
    scene.wait(1)
    scene.put("b")
    scene.wait(1)
    names, iterator = scene.read(scene.iterator())
    assert names == ["a1"]
    scene.wait(1)
    assert iterator
    assert scene.read(iterator)[0] == ["b1"]


def test_records_of_a_shard_arrive_in_the_order_of_their_writes_however_late_each_is() -> None:
    scene = Scene(replace(IDEAL, stream_lag=Delay(0, SECOND, 5 * SECOND, 8 * SECOND, 10 * SECOND)))
    for _ in range(50):
        scene.put("a")
        scene.wait(0.1)
    arrivals = [event.arrives for event in scene.lab.trace.of(StreamRecordWritten)]
    assert arrivals == sorted(arrivals)
    assert len(set(arrivals)) > 1


def test_the_latest_record_is_the_latest_that_can_be_read() -> None:
    scene = Scene(LATE)
    scene.put("a")
    scene.wait(3)
    scene.put("b")
    iterator = scene.iterator("LATEST")
    scene.wait(3)
    assert scene.read(iterator)[0] == ["b1"]


def test_a_closed_shard_goes_on_until_its_last_record_has_arrived() -> None:
    scene = Scene(LATE)
    iterator = scene.iterator()
    scene.put("a")
    scene.split()
    names, following = scene.read(iterator)
    assert names == []
    assert following
    scene.wait(2)
    assert scene.read(following) == (["a1"], None)


def test_a_consumer_polls_as_soon_as_a_record_can_be_read_and_not_before() -> None:
    scene = Scene(LATE)
    seen = scene.consume()
    scene.wait(60)
    before = len(scene.lab.trace.of(StreamRead))
    scene.put("a")
    scene.wait(1.9)
    assert len(scene.lab.trace.of(StreamRead)) == before
    scene.wait(0.4)
    assert seen == ["a1"]


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "LATEST"])
def test_a_consumer_gets_what_was_on_its_way_when_it_began(position: str) -> None:
    scene = Scene(LATE)
    scene.put("a")
    scene.wait(1)
    seen = scene.consume(starting_position=position)
    scene.wait(5)
    assert seen == ["a1"]


def test_a_consumer_gets_what_was_on_its_way_when_its_shard_closed() -> None:
    scene = Scene(LATE)
    seen = scene.consume(starting_position="LATEST")
    scene.put("a")
    scene.split()
    scene.wait(5)
    assert seen == ["a1"]


# Roll-over


def test_a_shard_is_replaced_when_it_has_been_open_for_hours() -> None:
    scene = Scene(SHORT)
    scene.put("a")
    scene.wait(4 * HOUR)
    scene.put("b")
    parent, child = scene.shards()
    assert child["ParentShardId"] == parent["ShardId"]
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]
    assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
    assert scene.read(scene.iterator(number=0)) == (["a1"], None)
    assert scene.read(scene.iterator(number=1))[0] == ["b1"]


@pytest.mark.parametrize("look", ["DescribeStream", "GetRecords", "PutItem"])
def test_whoever_looks_first_finds_the_shard_replaced(look: str) -> None:
    scene = Scene(SHORT)
    scene.wait(4 * HOUR - 60)
    iterator = scene.iterator()
    scene.wait(60)
    if look == "DescribeStream":
        assert len(scene.shards()) == 2
    elif look == "GetRecords":
        assert scene.read(iterator) == ([], None)
    else:
        scene.put("a")
    (closed,) = scene.lab.trace.of(ShardClosed)
    first, second = scene.lab.trace.of(ShardOpened)
    assert (second.parent, second.partition) == (first.shard, first.partition) == (closed.shard, closed.partition)
    assert closed.request == second.request == 0


def test_a_stream_that_nobody_uses_costs_nothing_however_long_it_is_open() -> None:
    scene = Scene(SHORT)
    events = len(scene.lab.trace)
    scene.wait(100 * HOUR)
    assert len(scene.lab.trace) == events
    assert scene.lab.clock.next_time is None


def test_a_shard_that_was_replaced_is_gone_after_a_day_and_its_child_stays() -> None:
    scene = Scene(replace(IDEAL, shard_life=always(40 * HOUR)))
    scene.put("a")
    scene.wait(40 * HOUR)
    scene.put("b")
    child = scene.shards()[1]["ShardId"]
    scene.wait(24 * HOUR + 1)
    (left,) = scene.shards()
    assert left["ShardId"] == child
    assert scene.read(scene.iterator())[0] == []


def test_an_idle_consumer_of_what_comes_finds_it_in_the_shard_that_replaced_its_own() -> None:
    scene = Scene(SHORT)
    seen = scene.consume(starting_position="LATEST")
    scene.wait(30 * HOUR)
    scene.put("a")
    scene.wait(5)
    assert seen == ["a1"]


def test_sequence_numbers_go_on_across_a_roll_over() -> None:
    scene = Scene(SHORT)
    scene.put("a", "b")
    iterator = scene.iterator()
    numbers = [one["dynamodb"]["SequenceNumber"] for one in scene.ask("GetRecords", ShardIterator=iterator)["Records"]]
    scene.wait(4 * HOUR)
    scene.put("a")
    after = scene.iterator("AFTER_SEQUENCE_NUMBER", number=0, SequenceNumber=numbers[0])
    assert scene.read(after) == (["b1"], None)
    (record,) = scene.ask("GetRecords", ShardIterator=scene.iterator(number=1))["Records"]
    assert record["dynamodb"]["SequenceNumber"] > numbers[1]
    at = scene.iterator("AT_SEQUENCE_NUMBER", number=1, SequenceNumber=record["dynamodb"]["SequenceNumber"])
    assert scene.read(at)[0] == ["a2"]


def test_realistic_shards_live_for_about_four_hours() -> None:
    scene = Scene(REALISTIC)
    scene.wait(10)
    for _ in range(20):
        scene.put("a")
        scene.wait(HOUR)
    (partition,) = {event.partition for event in scene.lab.trace.of(ShardClosed)}
    opened = [event.at for event in scene.lab.trace.of(ShardOpened) if event.partition == partition]
    assert 4 <= len(opened) <= 6
    assert all(3.5 * HOUR <= (b - a) / SECOND <= 5.5 * HOUR for a, b in pairwise(opened))


# Readers


def test_a_shard_gives_out_so_many_bytes_a_second_whoever_reads() -> None:
    scene = Scene(NARROW)
    scene.put("a", bytes=20 * KB)
    iterator = scene.iterator()
    assert scene.read(iterator)[0] == ["a1"]
    with pytest.raises(ServiceError) as caught:
        scene.read(iterator)
    assert caught.value.code == "LimitExceededException"
    (refused,) = scene.lab.trace.of(StreamReadRefused)
    assert refused.rate == 10 * KB
    assert refused.level < -10 * KB
    scene.wait(1.1)
    assert scene.read(iterator)[0] == ["a1"]


def test_each_shard_has_readers_of_its_own() -> None:
    scene = Scene(NARROW)
    scene.split()
    scene.put(*"abcdefgh", bytes=20 * KB)
    first, second = scene.iterator(number=1), scene.iterator(number=2)
    assert scene.read(first)[0]
    assert scene.read(second)[0]


def test_nobody_is_refused_for_reading_nothing() -> None:
    scene = Scene(NARROW)
    iterator = scene.iterator()
    for _ in range(100):
        scene.read(iterator)
    assert not scene.lab.trace.of(StreamReadRefused)


@pytest.mark.parametrize(("readers", "keep_up"), [(1, True), (2, True), (3, False)])
def test_two_readers_keep_up_with_the_busiest_partition_and_three_do_not(readers: int, keep_up: bool) -> None:
    """Documented: two. A third makes all of them fall behind."""
    scene = Scene(replace(IDEAL, shard_throughput=20 * KB))
    consumers = [scene.lab.consume("things", lambda event, context: None) for _ in range(readers)]
    for _ in range(600):
        scene.put("a", bytes=KB - 20)
        scene.wait(0.1)
    done = [sum(len(one.records) for one in consumer.invocations) for consumer in consumers]
    assert (min(done) > 590) is keep_up
    assert bool(scene.lab.trace.of(StreamReadRefused)) is not keep_up
    scene.wait(120)
    assert {sum(len(one.records) for one in consumer.invocations) for consumer in consumers} == {600}


# A reader against a list


class Reader:
    """Reads a stream as a program has to: parents first, new iterators for old ones, again after a refusal."""

    def __init__(self, scene: Scene) -> None:
        self.names: list[str] = []
        self.done: set[str] = set()
        self._scene = scene
        self._iterators: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def step(self, number: int, limit: int) -> None:
        """Read a page of one of the shards that are ready for it."""
        shards = self._scene.shards()
        unfinished = {one["ShardId"] for one in shards} - self.done
        ready = [
            id for one in shards if (id := one["ShardId"]) in unfinished and one.get("ParentShardId") not in unfinished
        ]
        self._read(ready[number % len(ready)], limit)

    def _read(self, shard: str, limit: int) -> None:
        iterator = self._iterators.get(shard) or self._fresh(shard)
        try:
            answer = self._scene.ask("GetRecords", ShardIterator=iterator, Limit=limit)
        except ServiceError as error:
            assert error.code in ("ExpiredIteratorException", "LimitExceededException")
            self._iterators.pop(shard, None)
            return
        for record in answer["Records"]:
            self.names.append(name_of(record))
            self._last[shard] = record["dynamodb"]["SequenceNumber"]
        if "NextShardIterator" in answer:
            self._iterators[shard] = answer["NextShardIterator"]
        else:
            self.done.add(shard)

    def _fresh(self, shard: str) -> str:
        where = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self._last:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._last[shard]}
        answer = self._scene.ask("GetShardIterator", StreamArn=self._scene.arn, ShardId=shard, **where)
        return str(answer["ShardIterator"])


MOVING = replace(
    IDEAL,
    stream_lag=Delay(0, SECOND, 3 * SECOND, 20 * SECOND, 60 * SECOND),
    shard_life=Delay(0, 600 * SECOND, 1200 * SECOND, 2400 * SECOND, 3600 * SECOND),
    shard_throughput=300,
)
STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("put"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("read"), st.integers(0, 9), st.integers(1, 4)),
    st.tuples(st.just("read"), st.integers(0, 9), st.integers(1, 4)),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 60, 700, 1500]), st.just(0)),
    st.tuples(st.just("split"), st.integers(0, 9), st.just(0)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=50))
def test_whatever_a_readers_pace_nothing_is_lost_or_doubled_and_each_item_keeps_its_order(
    steps: list[tuple[str, int, int]],
) -> None:
    scene = Scene(MOVING)
    reader = Reader(scene)
    for step, number, limit in steps:
        if step == "put":
            scene.put("abcdef"[number])
        elif step == "read":
            reader.step(number, limit)
        elif step == "wait":
            scene.wait(number)
        else:
            scene.split(number)
    scene.wait(60)
    for number in range(20 * (len(steps) + 1)):
        reader.step(number, 1000)
        scene.wait(0.5)
    assert sorted(reader.names) == sorted(scene.written)
    for key in "abcdef":
        assert [one for one in reader.names if one[0] == key] == [one for one in scene.written if one[0] == key]
    stream = scene.lab._dynamodb("us-east-1").streams[scene.arn]
    stream._check()


def test_the_physics_of_a_stream_replay_byte_for_byte() -> None:
    def run() -> str:
        scene = Scene(MOVING)
        scene.lab.consume("things", lambda event, context: None, batch_size=2)
        for number in range(60):
            scene.put("abcdef"[number % 6])
            scene.wait(60)
        return scene.lab.trace.digest()

    assert run() == run()
