"""What a consumer promises whatever happens: nothing is passed over, nothing comes in the wrong order."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.clock import SECOND
from dynateach.profile import IDEAL, Delay, Profile
from dynateach.trace import ConsumerDiscarded, ConsumerInvoked
from tests.consumers.scene import Scene, Seen, name_of

KEYS = "abcdefgh"
WRITES = st.lists(st.sampled_from(KEYS), min_size=1, max_size=12).map(lambda keys: ("put", keys))
WAITS = st.floats(0, 20).map(lambda seconds: ("wait", seconds))
SPLITS = st.integers(0, 7).map(lambda number: ("split", number))
FAULTS = st.sampled_from(["pause", "resume", "drop", "crash"]).map(lambda fault: (fault, None))
STORIES = st.lists(st.one_of(WRITES, WRITES, WAITS, SPLITS, FAULTS), max_size=25)
SETTINGS = st.fixed_dictionaries(
    {
        "batch_size": st.integers(1, 6),
        "parallelization_factor": st.integers(1, 3),
        "maximum_batching_window_in_seconds": st.integers(0, 3),
        "bisect_batch_on_function_error": st.booleans(),
        "duration": st.sampled_from([0, 0.1, 0.25, 2]),
    }
)
FAILURES = st.dictionaries(
    st.builds("{}{}".format, st.sampled_from(KEYS), st.integers(1, 4)), st.integers(1, 3), max_size=8
)

RESTLESS = replace(
    IDEAL,
    stream_lag=Delay(0, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND),
    shard_life=Delay(0, 5 * SECOND, 10 * SECOND, 20 * SECOND, 60 * SECOND),
    shard_throughput=100,
)
"""Records come late, shards are replaced every few seconds and give out little."""
PROFILES = st.sampled_from([IDEAL, RESTLESS])


def play(scene: Scene, consumer: Any, story: list[tuple[str, Any]]) -> None:
    for act, what in story:
        match act:
            case "put":
                scene.put(*what)
            case "wait":
                scene.wait(what)
            case "split":
                scene.split(what)
            case _:
                getattr(consumer, act)()
    consumer.resume()
    scene.wait(2000)


def written(scene: Scene) -> list[str]:
    return sorted(f"{key}{version}" for key, last in scene.versions.items() for version in range(1, last + 1))


def first_times(changes: list[str], key: str) -> list[str]:
    return [name for name in dict.fromkeys(changes) if name[0] == key]


@settings(max_examples=150, deadline=None)
@given(story=STORIES, chosen=SETTINGS, failures=FAILURES, reporting=st.booleans(), profile=PROFILES)
def test_every_change_is_seen_at_least_once_and_in_its_items_order_whatever_fails(
    story: list[tuple[str, Any]], chosen: dict[str, Any], failures: dict[str, int], reporting: bool, profile: Profile
) -> None:
    scene, seen = Scene(profile=profile), Seen(failures)

    def in_order(event: Any, context: Any) -> Any:
        """Report the first failure and leave the rest alone, so that no change overtakes an earlier one."""
        for place, record in enumerate(event["Records"]):
            try:
                seen({"Records": [record]}, context)
            except ValueError:
                return {
                    "batchItemFailures": [{"itemIdentifier": event["Records"][place]["dynamodb"]["SequenceNumber"]}]
                }
        return None

    consumer = scene.consume(in_order if reporting else seen, report_batch_item_failures=reporting, **chosen)
    play(scene, consumer, story)
    assert sorted(set(seen.changes)) == written(scene)
    for key in KEYS:
        assert first_times(seen.changes, key) == [f"{key}{n}" for n in range(1, scene.versions[key] + 1)]
    assert consumer.destination == []


@settings(max_examples=100, deadline=None)
@given(story=STORIES, chosen=SETTINGS, profile=PROFILES)
def test_without_failures_and_crashes_every_change_is_seen_exactly_once(
    story: list[tuple[str, Any]], chosen: dict[str, Any], profile: Profile
) -> None:
    scene, seen = Scene(profile=profile), Seen()
    consumer = scene.consume(seen, **{**chosen, "parallelization_factor": 1})
    play(scene, consumer, [(act, what) for act, what in story if act not in ("drop", "crash")])
    assert sorted(seen.changes) == written(scene)


@settings(max_examples=100, deadline=None)
@given(
    story=st.lists(st.one_of(WRITES, WAITS, SPLITS), max_size=20),
    chosen=SETTINGS,
    poison=st.sets(st.builds("{}{}".format, st.sampled_from(KEYS), st.integers(1, 4)), max_size=5),
    retries=st.integers(0, 2),
    bisect=st.booleans(),
)
def test_what_is_discarded_is_what_the_destination_was_told_and_with_bisecting_only_the_poison(
    story: list[tuple[str, Any]], chosen: dict[str, Any], poison: set[str], retries: int, bisect: bool
) -> None:
    scene, seen = Scene(), Seen(dict.fromkeys(poison, -1))
    more = {**chosen, "maximum_retry_attempts": retries, "bisect_batch_on_function_error": bisect}
    consumer = scene.consume(seen, **more)
    play(scene, consumer, story)
    calls = {one.request_id: one for one in consumer.invocations}
    told = [calls[one["requestContext"]["requestId"]] for one in consumer.destination]
    discarded = [name_of(record) for one in told for record in one.records]
    finished = [name_of(record) for one in consumer.invocations if one.outcome == "OK" for record in one.records]
    assert sorted(discarded + finished) == written(scene)
    assert [one.records for one in scene.lab.trace.of(ConsumerDiscarded)] == [
        one["DDBStreamBatchInfo"]["batchSize"] for one in consumer.destination
    ]
    if bisect:
        assert set(discarded) == poison & set(written(scene))


@settings(max_examples=60, deadline=None)
@given(story=STORIES, chosen=SETTINGS)
def test_a_lane_never_has_two_calls_at_once(story: list[tuple[str, Any]], chosen: dict[str, Any]) -> None:
    scene = Scene()
    consumer = scene.consume(Seen({"a1": 1, "b2": 2}), **chosen)
    play(scene, consumer, story)
    busy_until: dict[tuple[str, int], int] = {}
    for event in scene.lab.trace.of(ConsumerInvoked):
        call = consumer.invocations[event.invocation - 1]
        lane = (event.shard, event.lane)
        assert busy_until.get(lane, 0) <= event.at
        busy_until[lane] = event.at if call.outcome == "LOST" else event.at + call.took
