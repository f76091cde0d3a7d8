"""A consumer at work: what the function gets, and when."""

from itertools import pairwise
from typing import Any

import pytest

from dynateach import LabError
from dynateach.dynamodb.storage.shard import EXPIRY
from dynateach.trace import ConsumerChanged, ConsumerInvoked, ConsumerReturned, RequestServed, StreamRead
from tests.consumers.scene import Scene, Seen, name_of

HOUR = 3600
SECOND = 1_000_000


# What the function gets


def test_the_event_has_the_documented_shape() -> None:
    scene, events = Scene(), list[dict[str, Any]]()
    scene.consume(lambda event, context: events.append(event))
    scene.put("a")
    scene.wait(1)
    ((record,),) = [event["Records"] for event in events]
    change = record["dynamodb"]
    assert record == {
        "eventID": record["eventID"],
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": change["ApproximateCreationDateTime"],
            "Keys": {"pk": {"S": "a"}},
            "NewImage": {"pk": {"S": "a"}, "n": {"N": "1"}},
            "SequenceNumber": change["SequenceNumber"],
            "SizeBytes": change["SizeBytes"],
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": scene.arn,
    }


def test_a_deletion_by_time_to_live_names_the_service_in_small_letters() -> None:
    scene, events = Scene(), list[dict[str, Any]]()
    scene.put("a")
    table = scene.lab._dynamodb("us-east-1").tables["things"]
    partition = table.keyspace.partitions[0]
    assert table.stream
    expired = partition.get(table.schema.place_of_key({"pk": {"S": "a"}}))
    table.stream.record(partition, table.schema.place_of_key({"pk": {"S": "a"}}), "REMOVE", expired, None, EXPIRY)
    scene.consume(lambda event, context: events.append(event))
    scene.wait(1)
    by_user, by_expiry = events[0]["Records"]
    assert "userIdentity" not in by_user
    assert by_expiry["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}


def test_the_context_names_the_function_and_each_call_has_its_own_id() -> None:
    scene, contexts = Scene(), list[Any]()
    scene.consume(lambda event, context: contexts.append(context), name="archive", batch_size=1, timeout=7)
    scene.put("a", "b")
    scene.wait(1)
    first, second = contexts
    assert first.function_name == "archive"
    assert first.invoked_function_arn.endswith(":function:archive")
    assert first.get_remaining_time_in_millis() == 7000
    assert first.aws_request_id != second.aws_request_id


def test_a_function_that_changes_its_event_changes_nothing_else() -> None:
    scene, names = Scene(), list[str]()

    def vandal(event: Any, context: Any) -> None:
        names.append(name_of(event["Records"][0]))
        event["Records"][0]["dynamodb"]["NewImage"]["n"]["N"] = "spoilt"
        raise ValueError

    consumer = scene.consume(vandal, maximum_retry_attempts=1)
    scene.put("a")
    scene.wait(5)
    assert names == ["a1", "a1"]
    assert name_of(consumer.invocations[0].records[0]) == "a1"
    got = scene.lab.request("dynamodb", "GetItem", {"TableName": "things", "Key": {"pk": {"S": "a"}}})
    assert got["Item"]["n"] == {"N": "1"}


def test_a_function_may_use_the_lab_and_its_requests_take_no_time() -> None:
    scene = Scene(profile="realistic")
    scene.lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "totals",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        },
    )
    scene.wait(30)
    totals = scene.lab.resource().Table("totals")

    def add_up(event: Any, context: Any) -> None:
        for record in event["Records"]:
            key = {"pk": record["dynamodb"]["Keys"]["pk"]["S"]}
            totals.update_item(Key=key, UpdateExpression="ADD changes :one", ExpressionAttributeValues={":one": 1})

    consumer = scene.consume(add_up, duration=0.2)
    scene.put("a", "b", "a", "a")
    scene.wait(5)
    assert totals.get_item(Key={"pk": "a"}, ConsistentRead=True)["Item"]["changes"] == 3
    assert {one.took for one in consumer.invocations} == {200_000}


# Polling and batches


def test_a_shard_is_polled_at_quarters_of_a_second_as_documented() -> None:
    scene = Scene()
    began = scene.lab.clock.now
    scene.consume(Seen(), duration=0)
    for _ in range(40):
        scene.wait(0.037)
        scene.put("a")
    scene.wait(1)
    polls = [event.at - began for event in scene.lab.trace.of(StreamRead)]
    assert len(polls) >= 5
    assert all(poll % 250_000 == 0 for poll in polls)
    assert len(set(polls)) == len(polls)


def test_an_idle_consumer_leaves_no_trace() -> None:
    scene = Scene()
    scene.consume(Seen())
    scene.put("a")
    scene.wait(1)
    before = len(scene.lab.trace)
    scene.wait(48 * HOUR)
    assert len(scene.lab.trace) == before


def test_a_consumer_that_was_idle_for_days_takes_up_the_next_change() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen)
    scene.put("a")
    for pause in (0.3, 16 * 60, 25 * HOUR, 49 * HOUR):
        scene.wait(pause)
        scene.put("a")
    scene.wait(1)
    assert seen.changes == ["a1", "a2", "a3", "a4", "a5"]


def test_batches_are_cut_at_the_batch_size_and_sent_one_at_a_time() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, batch_size=3, duration=1)
    scene.put(*"abcdefgh")
    scene.wait(10)
    assert [len(batch) for batch in seen.batches] == [3, 3, 2]
    sent = [event.at for event in scene.lab.trace.of(ConsumerInvoked)]
    assert [later - earlier for earlier, later in pairwise(sent)] == [SECOND, SECOND]


def test_a_hundred_records_are_a_batch_by_default_as_documented() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen)
    scene.put(*(f"k{number:03}" for number in range(120)))
    scene.wait(1)
    assert [len(batch) for batch in seen.batches] == [100, 20]


def test_a_batch_fits_into_six_megabytes_as_documented() -> None:
    scene, seen = Scene(), Seen()
    scene.put(*(f"k{number:02}" for number in range(20)), text={"S": "x" * 390_000})
    scene.consume(seen, maximum_batching_window_in_seconds=10)
    scene.wait(20)
    assert [len(batch) for batch in seen.batches] == [16, 4]


def test_a_batching_window_gathers_records_that_come_one_by_one() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, maximum_batching_window_in_seconds=5)
    for key in "abc":
        scene.put(key)
        scene.wait(1)
    assert seen.batches == []
    scene.wait(3)
    assert seen.batches == [["a1", "b1", "c1"]]


def test_a_full_batch_does_not_wait_for_its_window() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, batch_size=2, maximum_batching_window_in_seconds=300)
    scene.put("a", "b", "c")
    scene.wait(1)
    assert seen.batches == [["a1", "b1"]]
    scene.wait(300)
    assert seen.batches == [["a1", "b1"], ["c1"]]


# Where it begins


def test_trim_horizon_begins_with_the_oldest_record() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a", "b")
    scene.consume(seen)
    scene.put("c")
    scene.wait(1)
    assert seen.changes == ["a1", "b1", "c1"]


@pytest.mark.parametrize("meanwhile", [0, 1, 20 * 60, 30 * HOUR])
def test_latest_begins_with_what_comes_next_however_long_that_takes(meanwhile: float) -> None:
    scene, seen = Scene(), Seen()
    scene.put("a", "b")
    scene.consume(seen, starting_position="LATEST")
    scene.wait(meanwhile)
    scene.put("c")
    scene.wait(1)
    assert seen.changes == ["c1"]


def test_latest_passes_over_shards_that_are_closed_and_takes_all_of_those_that_open_later() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a", "b", "c")
    scene.split()
    scene.put("a")
    scene.consume(seen, starting_position="LATEST")
    scene.split(0)
    scene.split(2)
    scene.put("a", "b", "c")
    scene.wait(5)
    assert sorted(seen.changes) == ["a3", "b2", "c2"]


def test_latest_misses_nothing_that_happens_while_it_asks_for_the_shards() -> None:
    scene, seen = Scene(profile="classroom"), Seen()
    scene.put("a")
    scene.wait(5)

    def meanwhile() -> None:
        scene.put("a")
        scene.split()
        scene.put("a")

    scene.lab.clock.after(50_000, meanwhile)
    before = scene.lab.clock.now
    scene.consume(seen, starting_position="LATEST")
    assert scene.lab.clock.now > before + 50_000
    scene.wait(10)
    assert seen.changes == ["a2", "a3"]


def test_a_stream_can_be_named_by_its_arn_even_when_it_is_disabled() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a")
    scene.disable_stream()
    scene.lab.consume(scene.arn, seen)
    scene.wait(1)
    assert seen.changes == ["a1"]


def test_a_table_without_a_stream_cannot_be_consumed() -> None:
    scene = Scene()
    scene.disable_stream()
    with pytest.raises(LabError, match="there is no stream of 'things' in us-east-1"):
        scene.consume(Seen())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("batch_size", 0),
        ("batch_size", 10_001),
        ("batch_size", "10"),
        ("batch_size", True),
        ("maximum_batching_window_in_seconds", 301),
        ("parallelization_factor", 11),
        ("maximum_retry_attempts", -2),
        ("maximum_record_age_in_seconds", 59),
        ("maximum_record_age_in_seconds", 604_801),
        ("starting_position", "AT_TIMESTAMP"),
        ("duration", -1),
        ("duration", "1"),
        ("timeout", 901),
        ("filters", [{"eventName": "INSERT"}]),
    ],
)
def test_a_setting_that_lambda_would_not_take_is_refused(setting: str, value: Any) -> None:
    scene = Scene()
    with pytest.raises(LabError):
        scene.consume(Seen(), **{setting: value})
    assert scene.lab.trace.of(ConsumerChanged) == []


def test_what_cannot_be_called_is_no_function() -> None:
    with pytest.raises(LabError, match="'print' is no function"):
        Scene().consume("print")


def test_a_misspelt_setting_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(LabError, match=r"no setting 'batchsize' .*batch_size, maximum_batching_window_in_seconds"):
        Scene().consume(Seen(), batchsize=3)


# Shards


def test_parents_are_done_before_their_children_begin() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a", "b", "c", "d")
    scene.split()
    scene.put("a", "b", "c", "d")
    scene.split(1)
    scene.put("a", "b", "c", "d")
    scene.consume(seen, batch_size=1, duration=2)
    scene.wait(100)
    assert sorted(seen.changes) == [f"{key}{version}" for key in "abcd" for version in "123"]
    for key in "abcd":
        assert [name for name in seen.changes if name[0] == key] == [f"{key}1", f"{key}2", f"{key}3"]


def test_a_split_in_the_middle_of_the_work_loses_nothing() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, batch_size=2, duration=1)
    for _ in range(4):
        scene.put(*"abcdef")
        scene.wait(0.5)
        scene.split()
    scene.wait(60)
    for key in "abcdef":
        assert [name for name in seen.changes if name[0] == key] == [f"{key}{version}" for version in range(1, 5)]


def test_shards_are_worked_at_side_by_side() -> None:
    scene, seen = Scene(), Seen()
    scene.split()
    scene.consume(seen, batch_size=1, duration=2)
    scene.put(*"abcdefgh")
    scene.wait(1)
    assert len({event.shard for event in scene.lab.trace.of(ConsumerInvoked)}) == 2


def test_a_disabled_stream_is_read_to_its_end() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, batch_size=1, duration=1)
    scene.put("a", "b", "c")
    scene.disable_stream()
    scene.wait(10)
    assert seen.changes == ["a1", "b1", "c1"]


# Lanes


def test_parallel_lanes_share_a_shard_and_keep_each_items_order() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, parallelization_factor=4, batch_size=2, duration=1)
    for _ in range(6):
        scene.put(*"abcdefghijklmnop")
    scene.wait(60)
    for key in "abcdefghijklmnop":
        assert [name for name in seen.changes if name[0] == key] == [f"{key}{version}" for version in range(1, 7)]
    invoked = scene.lab.trace.of(ConsumerInvoked)
    first_second = {event.lane for event in invoked if event.at == invoked[0].at}
    assert first_second == {0, 1, 2, 3}


# The trace


def test_every_call_is_in_the_trace_with_its_beginning_and_its_end() -> None:
    scene = Scene()
    consumer = scene.consume(Seen({"b1": 1}), name="totals", batch_size=2, duration=0.5)
    scene.put("a", "b", "c")
    scene.wait(10)
    invoked, returned = scene.lab.trace.of(ConsumerInvoked), scene.lab.trace.of(ConsumerReturned)
    assert [(one.consumer, one.table, one.attempt, one.records) for one in invoked] == [
        ("totals", "things", 1, 2),
        ("totals", "things", 2, 2),
        ("totals", "things", 1, 1),
    ]
    assert [(one.invocation, one.outcome, one.done, one.took) for one in returned] == [
        (1, "FAILED", 0, 500_000),
        (2, "OK", 2, 500_000),
        (3, "OK", 1, 500_000),
    ]
    assert returned[0].error == "ValueError: cannot take b1"
    assert [one.number for one in consumer.invocations] == [1, 2, 3]


@pytest.mark.parametrize("profile", ["ideal", "realistic", "classroom"])
def test_the_same_seed_and_calls_give_the_same_trace(profile: str) -> None:
    def digest() -> str:
        scene = Scene(profile=profile, seed=7)
        consumer = scene.consume(Seen({"b1": 2, "e1": 1}), parallelization_factor=2, batch_size=2)
        scene.put(*"abcdef")
        scene.wait(2)
        scene.split()
        scene.put(*"abcdef")
        consumer.drop()
        scene.wait(5)
        consumer.resume()
        scene.wait(60)
        return scene.lab.trace.digest()

    assert digest() == digest()


def test_a_consumer_reads_with_the_api_of_streams_alone() -> None:
    scene = Scene()
    scene.consume(Seen())
    scene.put("a")
    scene.wait(1)
    asked = [event.operation for event in scene.lab.trace.of(RequestServed) if event.service == "dynamodbstreams"]
    assert asked == ["DescribeStream", "GetShardIterator", "GetRecords", "GetRecords"]
