"""A global index follows its table through a queue: what readers see meanwhile, and when it has caught up."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from dynateach import Lab, LabError, ServiceError
from dynateach.clock import SECOND
from dynateach.profile import CLASSROOM, IDEAL, REALISTIC, Delay, Profile
from dynateach.trace import IndexPaused, IndexQueued, IndexWritten, ItemWritten
from tests.indexed import definition, index_definition

GLOBAL = {"gsi": "g:S / n:N"}


def lagging(*quantiles: float) -> Profile:
    """A profile in which nothing but index propagation takes time: its quantiles in seconds."""
    return replace(IDEAL, index_lag=Delay(*(round(one * SECOND) for one in quantiles)))


ONE_SECOND = lagging(1, 1, 1, 1, 1)


def lab_with(profile: Profile, seed: int = 1, locals: dict[str, str] | None = None, **more: Any) -> Lab:
    lab = Lab(seed, profile)
    lab.request("dynamodb", "CreateTable", definition(GLOBAL, locals, **more))
    lab.clock.advance(60)
    return lab


def put(lab: Lab, pk: str, g: str = "red", n: int = 1, **more: Any) -> dict[str, Any]:
    item = {"pk": {"S": pk}, "sk": {"S": "s"}, "g": {"S": g}, "n": {"N": str(n)}, **more}
    return lab.request(
        "dynamodb", "PutItem", {"TableName": "things", "Item": item, "ReturnConsumedCapacity": "INDEXES"}
    )


def delete(lab: Lab, pk: str) -> None:
    lab.request("dynamodb", "DeleteItem", {"TableName": "things", "Key": {"pk": {"S": pk}, "sk": {"S": "s"}}})


def seen(lab: Lab, index: str = "gsi") -> list[str]:
    """What a scan of the index finds, as ``pk:g``."""
    items = lab.request("dynamodb", "Scan", {"TableName": "things", "IndexName": index})["Items"]
    return sorted(f"{one['pk']['S']}:{one['g']['S']}" for one in items)


def test_a_query_before_the_lag_sees_the_old_entry_and_one_after_it_the_new() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a", n=1)
    assert seen(lab) == []
    lab.clock.advance(0.999999)
    assert seen(lab) == []
    lab.clock.advance(0.000001)
    assert seen(lab) == ["a:red"]
    delete(lab, "a")
    assert seen(lab) == ["a:red"]
    lab.clock.advance(1)
    assert seen(lab) == []


def test_the_table_itself_and_its_local_indexes_never_lag() -> None:
    lab = lab_with(ONE_SECOND, locals={"lsi": "pk:S / n:N"})
    put(lab, "a")
    assert seen(lab, "lsi") == ["a:red"]
    assert [event.index_name for event in lab.trace.of(IndexWritten)] == ["lsi"]


def test_an_entry_that_moves_is_seen_once_twice_or_not_at_all_meanwhile() -> None:
    """Assumed (facts of the simulation): removal and insertion arrive separately, in either order."""
    seen_meanwhile = set()
    for seed in range(20):
        lab = lab_with(lagging(0, 1, 2, 3, 4), seed)
        put(lab, "a", "red")
        lab.clock.advance(10)
        put(lab, "a", "blue")
        for _ in range(40):
            seen_meanwhile.add(tuple(seen(lab)))
            lab.clock.advance(0.1)
        assert seen(lab) == ["a:blue"]
    assert seen_meanwhile == {("a:red",), ("a:blue",), ("a:blue", "a:red"), ()}


def test_changes_from_one_partition_arrive_in_the_order_of_their_writes() -> None:
    lab = lab_with(lagging(0, 1, 5, 10, 20))
    for n in range(200):
        put(lab, f"p{n % 7}", n=n % 3)
        lab.clock.advance(0.05)
    lab.clock.advance(20)
    requests = [event.request for event in lab.trace.of(IndexWritten)]
    assert len(requests) >= 200
    assert requests == sorted(requests)


def test_a_split_of_the_table_keeps_the_order() -> None:
    lab = lab_with(lagging(0, 1, 5, 10, 20))
    for n in range(100):
        put(lab, f"p{n % 5}", str(n))
        if n % 20 == 10:
            inside = lab.inspect("things")
            inside.split(inside.partitions[n % len(inside.partitions)].id)
    lab.clock.advance(20)
    assert seen(lab) == [f"p{n}:{95 + n}" for n in range(5)]
    by_key = defaultdict(list)
    for event in lab.trace.of(IndexWritten):
        by_key[event.key].append(event.change)
    assert all(changes in (["INSERT"], ["INSERT", "REMOVE"]) for changes in by_key.values())


def test_the_trace_tells_of_each_changes_journey_in_the_order_of_time() -> None:
    lab = lab_with(lagging(0.1, 1, 2, 3, 4))
    put(lab, "a", "red")
    put(lab, "a", "blue")
    put(lab, "b", "red")
    lab.clock.advance(10)
    queued, written = lab.trace.of(IndexQueued), lab.trace.of(IndexWritten)
    assert [(one.key, one.change, one.waiting) for one in queued] == [
        ("red / 1", "INSERT", 1),
        ("red / 1", "REMOVE", 2),
        ("blue / 1", "INSERT", 3),
        ("red / 1", "INSERT", 4),
    ]
    journeys = {(one.request, one.key, one.change): one for one in written}
    for one in queued:
        arrived = journeys.pop((one.request, one.key, one.change))
        assert arrived.at - arrived.behind == one.at
        assert 0.1 * SECOND <= arrived.behind <= 4 * SECOND
    assert not journeys
    assert [event.at for event in lab.trace] == sorted(event.at for event in lab.trace)


def test_the_units_are_told_with_the_writes_answer() -> None:
    assert IDEAL.index_lag == Delay()
    for profile in (IDEAL, ONE_SECOND):
        lab = lab_with(profile)
        answers = [put(lab, "a", "red"), put(lab, "a", "blue"), put(lab, "a", "blue")]
        units = [one["ConsumedCapacity"].get("GlobalSecondaryIndexes") for one in answers]
        assert units == [{"gsi": {"CapacityUnits": 1}}, {"gsi": {"CapacityUnits": 2}}, None]
        lab.clock.advance(5)
        assert sum(event.units for event in lab.trace.of(IndexWritten)) == 3


def test_without_lag_an_index_is_written_with_its_table() -> None:
    lab = lab_with(IDEAL)
    put(lab, "a", "red")
    put(lab, "a", "blue")
    assert seen(lab) == ["a:blue"]
    assert [(one.change, one.behind) for one in lab.trace.of(IndexWritten)] == [("INSERT", 0), ("MOVE", 0)]
    assert lab.trace.of(IndexQueued) == []
    assert lab.inspect("things").index("gsi").queued == 0


def test_a_look_inside_tells_how_far_the_index_is_behind() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a")
    lab.clock.advance(0.75)
    put(lab, "b")
    state = lab.inspect("things").index("gsi")
    assert (state.items, state.queued, state.applied, state.waiting, state.oldest) == (0, 2, 0, 2, 0.75)
    lab.clock.advance(0.5)
    state = lab.inspect("things").index("gsi")
    assert (state.items, state.queued, state.applied, state.waiting, state.oldest) == (1, 2, 1, 1, 0.5)
    lab.clock.advance(1)
    assert lab.inspect("things").index("gsi").waiting == 0
    with pytest.raises(LabError, match="no index 'other'"):
        lab.inspect("things").index("other")


def test_a_paused_index_stands_still_and_catches_up_in_order() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a", "red")
    lab.faults.pause_index("things", "gsi", 60)
    put(lab, "b", "red")
    lab.clock.advance(30)
    put(lab, "a", "blue")
    state = lab.inspect("things").index("gsi")
    assert (seen(lab), state.paused, state.waiting, state.oldest) == ([], True, 4, 30)
    lab.clock.advance(30)
    assert seen(lab) == ["a:blue", "b:red"]
    requests = [event.request for event in lab.trace.of(IndexWritten)]
    assert requests == sorted(requests)
    assert not lab.inspect("things").index("gsi").paused
    events = lab.trace.of(IndexPaused)
    assert [one.paused for one in events] == [True, False]
    assert events[1].at - events[0].at == 60 * SECOND


def test_a_paused_index_goes_on_when_it_is_told_to() -> None:
    lab = lab_with(ONE_SECOND)
    lab.faults.pause_index("things", "gsi")
    put(lab, "a")
    lab.clock.advance(3600)
    assert seen(lab) == []
    lab.faults.resume_index("things", "gsi", at=lab.clock.elapsed + 5)
    lab.clock.advance(5)
    assert seen(lab) == ["a:red"]


@pytest.mark.parametrize(("table", "index"), [("things", "lsi"), ("things", "none"), ("others", "gsi")])
def test_only_an_index_with_a_queue_can_be_paused(table: str, index: str) -> None:
    lab = lab_with(ONE_SECOND, locals={"lsi": "pk:S / n:N"})
    with pytest.raises(LabError, match="with a queue"):
        lab.faults.pause_index(table, index)


def test_nothing_arrives_in_an_index_or_table_that_is_gone() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a")
    update = [{"Delete": {"IndexName": "gsi"}}]
    lab.request("dynamodb", "UpdateTable", {"TableName": "things", "GlobalSecondaryIndexUpdates": update})
    lab.clock.advance(5)
    assert lab.trace.of(IndexWritten) == []
    lab = lab_with(ONE_SECOND)
    put(lab, "a")
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    lab.clock.advance(5)
    assert lab.trace.of(IndexWritten) == []


def test_a_new_index_holds_what_was_there_and_hears_of_what_comes() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a", "red")
    update = {"Create": index_definition("later", "g:S")}
    lab.request(
        "dynamodb",
        "UpdateTable",
        {
            "TableName": "things",
            "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}],
            "GlobalSecondaryIndexUpdates": [update],
        },
    )
    put(lab, "b", "red")
    assert seen(lab, "later") == ["a:red"]
    lab.clock.advance(1)
    assert seen(lab, "later") == ["a:red", "b:red"]


def test_a_restored_table_has_its_indexes_at_once() -> None:
    lab = lab_with(ONE_SECOND)
    put(lab, "a")
    backup = lab.request("dynamodb", "CreateBackup", {"TableName": "things", "BackupName": "one"})
    arn = backup["BackupDetails"]["BackupArn"]
    lab.request("dynamodb", "RestoreTableFromBackup", {"TargetTableName": "again", "BackupArn": arn})
    items = lab.request("dynamodb", "Scan", {"TableName": "again", "IndexName": "gsi"})["Items"]
    assert [one["pk"]["S"] for one in items] == ["a"]


@pytest.mark.parametrize("profile", [REALISTIC, CLASSROOM])
def test_same_seed_and_calls_give_the_same_trace(profile: Profile) -> None:
    def digest(seed: int) -> str:
        lab = lab_with(profile, seed)
        for n in range(50):
            put(lab, f"p{n % 9}", f"g{n % 4}", n)
        lab.clock.advance(60)
        assert lab.inspect("things").index("gsi").waiting == 0
        return lab.trace.digest()

    assert digest(1) == digest(1) != digest(2)


def test_realistic_lag_is_normally_a_fraction_of_a_second_as_documented() -> None:
    lab = lab_with(REALISTIC)
    for n in range(500):
        put(lab, f"p{n}")
        lab.clock.advance(0.1)
    lab.clock.advance(5)
    late = sorted(event.behind for event in lab.trace.of(IndexWritten))
    assert len(late) == 500
    assert 0 < late[250] < SECOND / 2
    assert late[-1] < SECOND


def starved(profile: Profile) -> Lab:
    """A table with 1,000 write units a second, whose index has 2, and 2 saved."""
    params = definition(GLOBAL, ProvisionedThroughput={"ReadCapacityUnits": 100, "WriteCapacityUnits": 1000})
    params["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 2}
    lab = Lab(1, profile)
    lab.request("dynamodb", "CreateTable", params)
    return lab


def test_an_index_that_is_short_of_units_lags_until_it_can_afford_its_changes() -> None:
    lab = starved(replace(ONE_SECOND, admission="global"))
    put(lab, "a", x={"S": "x" * 20_000})
    [written] = lab.trace.of(ItemWritten)
    lab.clock.advance(60)
    [arrived] = lab.trace.of(IndexWritten)
    assert arrived.units == written.units == 20
    assert arrived.behind == 9 * SECOND, "2 units are there, the other 18 come at 2 a second"


def test_documented_a_starved_index_falls_behind_and_then_throttles_its_table() -> None:
    lab = starved(replace(ONE_SECOND, admission="global", index_backlog=10 * SECOND))
    written = 2 + 10 * 2
    for n in range(written):
        put(lab, f"p{n}")
    with pytest.raises(ServiceError, match="global secondary indexes") as caught:
        put(lab, "one too many")
    assert caught.value.code == "ProvisionedThroughputExceededException"
    assert lab.inspect("things").index("gsi").waiting == written
    lab.clock.advance(30)
    late = [event.behind for event in lab.trace.of(IndexWritten)]
    assert (late[0], late[-1]) == (SECOND, 10 * SECOND)
    assert late == sorted(late)
    put(lab, "after")
