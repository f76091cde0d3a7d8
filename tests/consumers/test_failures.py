"""When a batch fails, the function dies, or the consumer is away."""

from itertools import pairwise
from math import log2
from typing import Any

import pytest

from dynateach import LabError
from dynateach.trace import ConsumerChanged, ConsumerDiscarded, ConsumerInvoked, ConsumerReturned
from tests.consumers.scene import Scene, Seen

HOUR = 3600
SECOND = 1_000_000
FOREVER = -1


def attempts(scene: Scene) -> list[int]:
    return [event.attempt for event in scene.lab.trace.of(ConsumerInvoked)]


# Retries


def test_a_failed_batch_is_sent_again_as_a_whole_until_it_succeeds() -> None:
    scene, seen = Scene(), Seen({"b1": 3})
    scene.consume(seen, batch_size=3)
    scene.put("a", "b", "c", "d")
    scene.wait(30)
    assert seen.batches == [["a1", "b1", "c1"]] * 4 + [["d1"]]
    assert seen.changes == ["a1"] * 4 + ["b1", "c1", "d1"]


def test_by_default_a_poison_record_is_tried_until_it_is_a_day_old_as_documented() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen)
    scene.put("a")
    scene.wait(24 * HOUR - 60)
    scene.put("b")
    scene.wait(30)
    assert seen.changes == []
    assert consumer.destination == []
    scene.wait(120)
    assert seen.changes == ["b1"]
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in consumer.destination] == [1]


def test_a_poison_record_blocks_its_shard_and_no_other() -> None:
    scene = Scene()
    scene.split()
    keys = [f"k{number}-" for number in range(20)]
    inside = scene.lab.inspect("things")
    home = {key: inside.locate(key).partition for key in keys}
    poisoned = keys[0]
    seen = Seen({f"{poisoned}1": FOREVER})
    scene.consume(seen)
    scene.put(*keys)
    scene.wait(HOUR)
    assert sorted(set(seen.changes)) == sorted(f"{key}1" for key in keys if home[key] != home[poisoned])
    assert 0 < len(set(seen.changes)) < len(keys)


def test_in_a_parallel_shard_a_poison_record_blocks_only_its_lane() -> None:
    scene, seen = Scene(), Seen({"k0-1": FOREVER})
    scene.consume(seen, parallelization_factor=10, batch_size=1)
    keys = [f"k{number}-" for number in range(40)]
    scene.put(*keys)
    scene.wait(HOUR)
    assert 20 < len(seen.changes) < 40


def test_a_blocked_lane_fills_up_and_then_holds_up_the_others() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    scene.consume(seen, parallelization_factor=10)
    scene.put("b", *["a"] * 5000, "b", *["a"] * 7000, "b")
    scene.wait(100)
    assert seen.changes == ["b1", "b2"]


def test_the_pauses_between_attempts_double_up_to_half_a_minute() -> None:
    scene = Scene()
    scene.consume(Seen({"a1": FOREVER}), duration=0)
    scene.put("a")
    scene.wait(200)
    sent = [event.at for event in scene.lab.trace.of(ConsumerInvoked)]
    pauses = [(later - earlier) // SECOND for earlier, later in pairwise(sent)]
    assert pauses[:8] == [1, 2, 4, 8, 16, 30, 30, 30]


@pytest.mark.parametrize("most", [0, 1, 5])
def test_a_batch_is_given_up_after_its_retries_as_documented(most: int) -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen, batch_size=2, maximum_retry_attempts=most)
    scene.put("a", "b", "c")
    scene.wait(200)
    assert attempts(scene) == [*range(1, most + 2), 1]
    assert seen.changes == ["c1"]
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in consumer.destination] == [2]


def test_a_record_older_than_the_maximum_age_is_given_up_as_documented() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen, maximum_record_age_in_seconds=60)
    scene.put("a")
    scene.wait(50)
    assert consumer.destination == []
    scene.wait(60)
    (told,) = consumer.destination
    assert told["requestContext"]["condition"] == "RecordAgeExceeded"
    assert seen.changes == []


def test_records_that_are_too_old_before_they_are_sent_never_reach_the_function() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a", "b")
    scene.wait(100)
    scene.put("c")
    consumer = scene.consume(seen, maximum_record_age_in_seconds=60)
    scene.wait(1)
    assert seen.batches == [["c1"]]
    (told,) = consumer.destination
    assert told["DDBStreamBatchInfo"]["batchSize"] == 2
    assert told["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in told


# Bisecting


@pytest.mark.parametrize("place", [0, 5, 31, 63])
def test_bisecting_isolates_a_poison_record_in_log2_n_halvings(place: int) -> None:
    scene, seen = Scene(), Seen({f"k{place:02}-1": FOREVER})
    consumer = scene.consume(seen, batch_size=64, bisect_batch_on_function_error=True, maximum_retry_attempts=0)
    scene.put(*(f"k{number:02}-" for number in range(64)))
    scene.wait(60)
    failed = [event for event in scene.lab.trace.of(ConsumerReturned) if event.outcome == "FAILED"]
    assert len(failed) == log2(64) + 1
    (told,) = consumer.destination
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1
    assert set(seen.changes) == {f"k{number:02}-1" for number in range(64) if number != place}


def test_halving_a_batch_uses_up_no_retry_as_documented() -> None:
    scene = Scene()
    scene.consume(Seen({"a1": FOREVER}), bisect_batch_on_function_error=True, maximum_retry_attempts=2)
    scene.put("a", "b", "c", "d")
    scene.wait(60)
    sizes = [(event.records, event.attempt) for event in scene.lab.trace.of(ConsumerInvoked)]
    assert sizes == [(4, 1), (2, 1), (1, 1), (1, 2), (1, 3), (1, 1), (2, 1)]


# Partial batch responses


def test_a_partial_response_is_retried_from_the_first_failure_as_documented() -> None:
    scene, seen = Scene(), Seen({"c1": 1})
    scene.consume(seen.reporting, report_batch_item_failures=True)
    scene.put("a", "b", "c", "d")
    scene.wait(10)
    assert seen.batches == [["a1", "b1", "c1", "d1"], ["c1", "d1"]]
    assert [event.outcome for event in scene.lab.trace.of(ConsumerReturned)] == ["PARTIAL", "OK"]
    assert seen.changes == ["a1", "b1", "d1", "c1", "d1"]


def test_the_lowest_of_several_failures_is_where_it_goes_on_as_documented() -> None:
    scene, seen = Scene(), Seen({"b1": 1, "d1": 1})
    scene.consume(seen.reporting, report_batch_item_failures=True)
    scene.put("a", "b", "c", "d")
    scene.wait(10)
    assert seen.batches == [["a1", "b1", "c1", "d1"], ["b1", "c1", "d1"]]


def test_an_exhausted_partial_batch_takes_its_healthy_neighbours_with_it() -> None:
    scene, seen = Scene(), Seen({"b1": FOREVER})
    consumer = scene.consume(seen.reporting, report_batch_item_failures=True, maximum_retry_attempts=1)
    scene.put("a", "b", "c")
    scene.wait(10)
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in consumer.destination] == [2]
    assert seen.batches == [["a1", "b1", "c1"], ["b1", "c1"]]


def test_with_bisecting_a_batch_is_cut_at_the_reported_failure_as_documented() -> None:
    scene, seen = Scene(), Seen({"c1": FOREVER})
    consumer = scene.consume(
        seen.reporting,
        report_batch_item_failures=True,
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=0,
    )
    scene.put("a", "b", "c", "d")
    scene.wait(10)
    assert seen.batches == [["a1", "b1", "c1", "d1"], ["c1", "d1"], ["c1"], ["d1"]]
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in consumer.destination] == [1]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_answer_without_failures_means_success_as_documented(answer: Any) -> None:
    scene = Scene()
    consumer = scene.consume(lambda event, context: answer, report_batch_item_failures=True)
    scene.put("a", "b")
    scene.wait(10)
    assert [one.outcome for one in consumer.invocations] == ["OK"]


@pytest.mark.parametrize(
    "failures",
    [
        [{"itemIdentifier": ""}],
        [{"itemIdentifier": None}],
        [{"itemIdentifer": "1"}],
        [{"itemIdentifier": "no such record"}],
        ["1"],
        "all",
        7,
    ],
)
def test_an_answer_that_names_no_record_fails_the_whole_batch(failures: Any) -> None:
    scene = Scene()
    consumer = scene.consume(
        lambda event, context: {"batchItemFailures": failures},
        report_batch_item_failures=True,
        maximum_retry_attempts=0,
    )
    scene.put("a", "b")
    scene.wait(10)
    assert [one.outcome for one in consumer.invocations] == ["FAILED"]
    assert len(consumer.destination) == 1


def test_an_answer_is_not_heeded_unless_reporting_was_asked_for() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen.reporting)
    scene.put("a")
    scene.wait(10)
    assert [one.outcome for one in consumer.invocations] == ["OK"]


# The destination


def test_the_destination_gets_the_documented_record() -> None:
    scene = Scene()
    consumer = scene.consume(Seen({"a1": FOREVER}), name="totals", maximum_retry_attempts=1, duration=0.5)
    scene.put("a")
    scene.wait(0.75)
    scene.put("b")
    scene.wait(10)
    last = consumer.invocations[1]
    (number,) = last.batch.numbers
    assert consumer.destination == [
        {
            "requestContext": {
                "requestId": last.request_id,
                "functionArn": consumer.invocations[0].batch
                and f"arn:aws:lambda:us-east-1:{account(scene)}:function:totals",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": "2026-01-01T00:00:32.250Z",
            "DDBStreamBatchInfo": {
                "shardId": last.shard,
                "startSequenceNumber": number,
                "endSequenceNumber": number,
                "approximateArrivalOfFirstRecord": "2026-01-01T00:00:30Z",
                "approximateArrivalOfLastRecord": "2026-01-01T00:00:30Z",
                "batchSize": 1,
                "streamArn": scene.arn,
            },
        }
    ]


def account(scene: Scene) -> str:
    return scene.arn.split(":")[4]


def test_what_was_discarded_can_still_be_fetched_by_its_sequence_numbers() -> None:
    scene = Scene()
    consumer = scene.consume(Seen({"b1": FOREVER}), batch_size=2, maximum_retry_attempts=0)
    scene.put("x", "a", "y", "b", "c")
    scene.wait(10)
    (told,) = consumer.destination
    where = told["DDBStreamBatchInfo"]
    streams = scene.lab.client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=where["streamArn"],
        ShardId=where["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=where["startSequenceNumber"],
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator, Limit=where["batchSize"])["Records"]
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["y", "b"]
    assert records[-1]["dynamodb"]["SequenceNumber"] == where["endSequenceNumber"]
    discarded = scene.lab.trace.of(ConsumerDiscarded)
    assert [(one.first, one.last, one.records) for one in discarded] == [
        (where["startSequenceNumber"], where["endSequenceNumber"], 2)
    ]


# Iterator age


def test_the_iterator_age_is_that_of_the_last_record_when_it_is_sent_as_documented() -> None:
    scene = Scene()
    scene.put("a")
    scene.wait(9)
    scene.put("b")
    scene.wait(1)
    consumer = scene.consume(Seen())
    scene.wait(0.25)
    assert consumer.iterator_age() == 1.25


def test_the_iterator_age_climbs_while_a_batch_fails_and_falls_when_it_has_succeeded() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen)
    scene.put("a")
    ages = []
    for _ in range(4):
        scene.wait(300)
        ages.append(consumer.iterator_age() or 0)
    assert ages == sorted(ages)
    assert ages[-1] > 1100
    seen.failures.clear()
    scene.wait(60)
    scene.put("b")
    scene.wait(61)
    scene.put("c")
    scene.wait(1)
    assert (consumer.iterator_age() or 0) < 2


def test_a_paused_consumer_has_no_iterator_age() -> None:
    scene = Scene()
    consumer = scene.consume(Seen())
    assert consumer.iterator_age() is None
    scene.put("a")
    scene.wait(1)
    assert consumer.iterator_age() is not None
    consumer.pause()
    scene.put("a")
    scene.wait(61)
    assert consumer.iterator_age() is None


# Crashes and time-outs


def test_a_function_that_dies_after_its_work_gets_the_same_records_again() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    consumer.crash(2)
    scene.put("a", "b")
    scene.wait(10)
    assert seen.changes == ["a1", "b1"] * 3
    assert [one.outcome for one in consumer.invocations] == ["FAILED", "FAILED", "OK"]


def test_a_call_that_takes_too_long_is_cut_off_and_sent_again() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen, timeout=3, duration=lambda event: float(len(event["Records"])), batch_size=4)
    scene.put("a", "b", "c", "d")
    scene.wait(20)
    assert {(one.took, one.error) for one in consumer.invocations} == {
        (3 * SECOND, "Task timed out after 3.00 seconds")
    }
    assert len(seen.batches) > 2


def test_a_duration_may_depend_on_the_event() -> None:
    scene = Scene()
    consumer = scene.consume(Seen(), duration=lambda event: 0.25 * len(event["Records"]), batch_size=3)
    scene.put("a", "b", "c", "d")
    scene.wait(20)
    assert [one.took for one in consumer.invocations] == [750_000, 250_000]


def test_a_function_that_exits_or_moves_the_clock_has_failed_and_nothing_else_has() -> None:
    scene = Scene()

    def leave(event: Any, context: Any) -> None:
        raise SystemExit(1)

    left = scene.consume(leave, maximum_retry_attempts=0)
    waited = scene.consume(lambda event, context: scene.wait(1), maximum_retry_attempts=0)
    scene.put("a")
    scene.wait(1)
    assert left.invocations[0].error == "SystemExit: 1"
    assert "clock is already moving" in waited.invocations[0].error


# Away for a time


def test_a_paused_consumer_goes_on_where_it_stopped() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    scene.put("a")
    scene.wait(1)
    consumer.pause()
    scene.put("a", "b")
    scene.wait(20 * 60)
    assert seen.changes == ["a1"]
    consumer.resume()
    scene.wait(1)
    assert seen.changes == ["a1", "a2", "b1"]
    assert [event.status for event in scene.lab.trace.of(ConsumerChanged)] == ["RUNNING", "PAUSED", "RUNNING"]


def test_a_call_under_way_when_the_consumer_is_paused_still_counts() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen, duration=2, batch_size=1)
    scene.put("a", "b")
    scene.wait(1)
    consumer.pause()
    consumer.resume()
    scene.wait(10)
    assert seen.changes == ["a1", "b1"]


def test_what_a_dropped_consumer_was_doing_is_done_again() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen, duration=2, batch_size=1)
    scene.put("a", "b")
    scene.wait(1)
    consumer.drop()
    scene.wait(60)
    consumer.resume()
    scene.wait(10)
    assert seen.changes == ["a1", "a1", "b1"]
    assert [one.outcome for one in consumer.invocations] == ["LOST", "OK", "OK"]


def test_pausing_starts_the_retries_of_a_failing_batch_anew() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen)
    scene.put("a")
    scene.wait(40)
    consumer.pause()
    consumer.resume()
    before = len(attempts(scene))
    scene.wait(2)
    assert attempts(scene)[before:] == [1, 2]


def test_a_consumer_away_for_more_than_a_day_has_lost_what_was_trimmed() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    scene.put("a")
    scene.wait(1)
    consumer.drop()
    scene.put("b", "c")
    scene.wait(2 * HOUR)
    scene.put("d")
    scene.wait(23 * HOUR)
    consumer.resume()
    scene.put("e")
    scene.wait(1)
    assert seen.changes == ["a1", "d1", "e1"]
    assert consumer.destination == []


def test_records_that_were_trimmed_in_the_middle_of_their_work_hold_up_nothing() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen, duration=2, batch_size=1)
    scene.put("a", "b")
    scene.wait(1)
    consumer.drop()
    scene.wait(2 * HOUR)
    scene.split()
    scene.put("a", "b")
    scene.wait(23 * HOUR)
    consumer.resume()
    scene.wait(10)
    assert sorted(seen.changes) == ["a1", "a2", "b2"]


def test_a_consumer_finds_its_way_when_shards_went_while_it_was_away() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    scene.put("a", "b", "c")
    scene.wait(1)
    consumer.pause()
    scene.split()
    scene.split(1)
    scene.wait(25 * HOUR)
    scene.put("a", "b", "c")
    consumer.resume()
    scene.wait(5)
    assert sorted(seen.changes) == ["a1", "a2", "b1", "b2", "c1", "c2"]


def test_a_latest_consumer_that_was_paused_before_its_first_record_gets_it_later() -> None:
    scene, seen = Scene(), Seen()
    scene.put("a")
    consumer = scene.consume(seen, starting_position="LATEST")
    consumer.pause()
    scene.put("b")
    scene.wait(HOUR)
    consumer.resume()
    scene.wait(1)
    assert seen.changes == ["b1"]


def test_a_stopped_consumer_hears_of_nothing_any_more() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    scene.put("a")
    scene.wait(1)
    consumer.stop()
    consumer.stop()
    before = len(scene.lab.trace)
    scene.wait(10)
    scene.put("a")
    scene.wait(10)
    assert seen.changes == ["a1"]
    assert [event for event in list(scene.lab.trace)[before:] if type(event).__name__.startswith("Consumer")] == []
    with pytest.raises(LabError, match="was stopped"):
        consumer.resume()


def test_a_consumer_that_is_paused_by_its_own_failing_function_sends_the_batch_once_more_and_not_twice() -> None:
    scene, seen = Scene(), Seen({"a1": 1})

    def panic(event: Any, context: Any) -> None:
        if seen.failures["a1"]:
            consumer.pause()
        seen(event, context)

    consumer = scene.consume(panic, batch_size=1)
    scene.put("a", "b")
    scene.wait(10)
    consumer.resume()
    scene.wait(10)
    assert seen.batches == [["a1"], ["a1"], ["b1"]]


def test_a_call_that_ends_during_a_pause_can_still_use_up_its_retries() -> None:
    scene, seen = Scene(), Seen({"a1": FOREVER})
    consumer = scene.consume(seen, maximum_retry_attempts=0, duration=2)
    scene.put("a")
    scene.wait(1)
    consumer.pause()
    scene.wait(10)
    consumer.resume()
    scene.wait(10)
    assert len(consumer.destination) == len(seen.batches) == 1


def test_a_consumer_may_be_stopped_by_its_own_function() -> None:
    scene, calls = Scene(), list[int]()

    def once(event: Any, context: Any) -> None:
        calls.append(1)
        consumer.stop()

    consumer = scene.consume(once, batch_size=1)
    scene.put("a", "b")
    scene.wait(10)
    assert calls == [1]
    assert consumer.invocations[0].outcome == "OK"


def test_two_consumers_of_one_stream_do_not_disturb_each_other() -> None:
    scene, healthy, ill = Scene(), Seen(), Seen({"a1": FOREVER})
    scene.consume(healthy)
    scene.consume(ill)
    scene.put("a", "b")
    scene.wait(100)
    assert healthy.changes == ["a1", "b1"]
    assert ill.changes == []


def test_a_stream_that_is_gone_ends_its_consumer_quietly() -> None:
    scene, seen = Scene(), Seen()
    consumer = scene.consume(seen)
    scene.put("a")
    consumer.pause()
    scene.disable_stream()
    scene.wait(25 * HOUR)
    consumer.resume()
    scene.wait(5)
    assert seen.changes == []
    assert "RUNNING calls=0" in repr(consumer)
