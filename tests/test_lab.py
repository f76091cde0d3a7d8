"""The Lab: one door, one clock, one trace, and a run that replays."""

import dataclasses
import doctest
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import dynateach
import dynateach.lab
from dynateach import Lab, LabError, ServiceError
from dynateach.profile import REALISTIC, Delay
from dynateach.trace import ItemWritten, PartitionSplit, RequestServed
from tests.tables import create

STORY = """
from dynateach import Lab
lab = Lab(seed=7, profile="realistic")
table = lab.resource().create_table(
    TableName="things", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
table.wait_until_exists()
for n in range(50):
    table.put_item(Item={"id": f"u{n}", "tags": {"a", "b", str(n)}})
lab.inspect("things").split("p1")
table.scan(Limit=20)
table.delete_item(Key={"id": "u1"})
print(lab.trace.digest(), len(lab.trace))
"""


def test_the_same_seed_tells_the_same_story_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", STORY],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "4242")
    }
    assert len(told) == 1


def test_another_seed_tells_another_story() -> None:
    def digest(seed: int) -> str:
        lab = Lab(seed=seed, profile="realistic")
        create(lab)
        return lab.trace.digest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_a_request_takes_its_service_time_on_the_virtual_clock() -> None:
    lab = Lab(profile="realistic")
    table = create(lab)
    before = lab.clock.now
    table.put_item(Item={"pk": "a", "sk": "b"})
    served = lab.trace.of(RequestServed)[-1]
    assert lab.clock.now - before == served.took
    assert REALISTIC.item_write.fastest <= served.took <= REALISTIC.item_write.slowest


def test_requests_of_scheduled_clients_run_beside_each_other() -> None:
    lab = Lab(profile="realistic")
    create(lab)
    lab.trace.clear()
    item = {"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
    for _ in range(10):
        lab.clock.after(1000, lambda: lab.request("dynamodb", "PutItem", item))
    lab.clock.advance(1)
    assert len({event.at for event in lab.trace.of(ItemWritten)}) == 1
    assert len({event.took for event in lab.trace.of(RequestServed)}) > 1


def test_a_clock_that_is_moved_from_two_threads_never_runs_twice_at_once() -> None:
    lab = Lab(profile="realistic")
    table = create(lab)
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(lab.clock.now)
        if len(ticks) < 500:
            lab.clock.after(1000, tick)

    lab.clock.after(1000, tick)
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(lab.clock.advance, 0.01) for _ in range(50)]
        done += [threads.submit(table.put_item, Item={"pk": str(n), "sk": "x"}) for n in range(50)]
        for one in done:
            one.result()
    lab.clock.advance(1)
    assert ticks == sorted(set(ticks))
    assert len(ticks) == 500


def test_a_profile_is_data_that_a_learner_can_edit() -> None:
    slow = dataclasses.replace(REALISTIC, name="slow", item_read=Delay(5, 5, 5, 5, 5), table_creation=0)
    lab = Lab(profile=slow)
    create(lab).get_item(Key={"pk": "a", "sk": "b"})
    assert lab.trace.of(RequestServed)[-1].took == 5
    with pytest.raises(LabError, match="there is no profile 'fast'"):
        Lab(profile="fast")


def test_the_trace_is_a_data_frame_away() -> None:
    lab = Lab()
    table = create(lab)
    table.put_item(Item={"pk": "a", "sk": "b"})
    table.get_item(Key={"pk": "a", "sk": "b"})
    writes = lab.trace.frame(ItemWritten)
    assert list(writes["key"]) == ["a / b"]
    assert writes["units"].sum() == 1
    everything = lab.trace.frame()
    assert len(everything) == len(lab.trace)
    assert list(everything.columns[:4]) == ["seconds", "event", "at", "request"]
    assert {"ItemRead", "ItemWritten", "RequestServed"} <= set(everything["event"])
    assert Lab().trace.frame().empty


def test_a_trace_forgets_the_oldest_and_says_how_many() -> None:
    lab = Lab(trace_limit=10)
    table = create(lab)
    for _ in range(20):
        table.get_item(Key={"pk": "a", "sk": "b"})
    assert len(lab.trace) == 10
    assert lab.trace.dropped > 0
    lab.trace.clear()
    assert (len(lab.trace), lab.trace.dropped) == (0, 0)


def test_a_paused_trace_records_nothing() -> None:
    lab = Lab()
    table = create(lab)
    lab.trace.clear()
    with lab.trace.paused():
        table.put_item(Item={"pk": "a", "sk": "b"})
    assert len(lab.trace) == 0
    table.put_item(Item={"pk": "a", "sk": "b"})
    assert {event.request for event in lab.trace} == {4}
    assert len(lab.trace.during(4)) == 2


def test_a_split_moves_the_keys_above_the_boundary_and_loses_none() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    for n in range(101):
        table.put_item(Item={"pk": f"u{n}"})
    inside = lab.inspect("things")
    event = inside.split("p0")
    assert (event.kept, event.moved) == (50, 51)
    assert lab.trace.of(PartitionSplit) == [event]
    left, right = inside.partitions
    assert (left.items, right.items) == (50, 51)
    assert left.high == right.low == event.boundary
    for n in range(101):
        where = inside.locate(f"u{n}")
        assert where.partition == (left.id if where.position < event.boundary else right.id)
        assert table.get_item(Key={"pk": f"u{n}"})["Item"] == {"pk": f"u{n}"}


def test_a_split_at_a_chosen_point() -> None:
    lab = Lab()
    create(lab)
    inside = lab.inspect("things")
    assert inside.split("p0").boundary == 0.5
    inside.split("p1", at=0.125)
    assert [(one.low, one.high) for one in inside.partitions] == [(0, 0.125), (0.125, 0.5), (0.5, 1)]
    for name, at, says in (
        ("p9", None, "no partition 'p9'"),
        ("p2", 0.1, "not inside p2"),
        ("p2", 0.5, "not inside p2"),
    ):
        with pytest.raises(LabError, match=says):
            inside.split(name, at=at)


@pytest.mark.parametrize(("type", "key", "other"), [("S", "u1", 1), ("N", 17, "17"), ("B", b"\x00\xff", "x")])
def test_a_key_is_located_where_its_item_lies(type: str, key: Any, other: Any) -> None:
    lab = Lab()
    table = create(lab, key=f"id:{type}", sort=None, WarmThroughput={"WriteUnitsPerSecond": 16_000})
    table.put_item(Item={"id": key})
    inside = lab.inspect("things")
    (holder,) = [one for one in inside.partitions if one.items]
    assert inside.locate(key).partition == holder.id
    with pytest.raises(LabError, match="is no value for the partition key"):
        inside.locate(other)


@pytest.mark.parametrize("key", ["", "x" * 2049])
def test_a_key_that_no_item_can_have_is_not_located(key: str) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(LabError, match="cannot be a partition key"):
        lab.inspect("things").locate(key)


def test_a_handle_on_a_table_that_is_gone_splits_nothing() -> None:
    lab = Lab()
    table = create(lab)
    inside = lab.inspect("things")
    table.delete()
    with pytest.raises(LabError, match="table things is gone"):
        inside.split("p0")
    with pytest.raises(LabError, match="no value for a partition key"):
        inside.locate(1.5)  # type: ignore[arg-type]


def test_a_name_that_nobody_checked_does_not_spoil_the_trace() -> None:
    lab = Lab()
    with pytest.raises(ServiceError):
        lab.request("dynamodb", "GetItem", {"TableName": "\ud800" * 5000, "Key": {}})
    assert len(lab.trace.digest()) == 64
    assert len(lab.trace.of(RequestServed)[-1].table) <= 1000


def test_looking_inside_a_table_that_is_not_there_names_those_that_are() -> None:
    lab = Lab()
    create(lab, "orders")
    with pytest.raises(LabError, match=r"there is no table 'order' in us-east-1.* The tables there: orders"):
        lab.inspect("order")


def test_the_door_takes_and_gives_the_wire_form() -> None:
    lab = Lab()
    create(lab)
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "b": {"B": "AAE="}}
    assert lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item}) == {}
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    assert lab.request("dynamodb", "GetItem", {"TableName": "things", "Key": key}) == {"Item": item}
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
    assert lab.request("dynamodb", "GetItem", {"TableName": arn, "Key": key}) == {"Item": item}


def test_the_door_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ServiceError) as caught:
        Lab().request("dynamodb", "MakeCoffee", {})
    assert caught.value.code == "UnknownOperationException"
    with pytest.raises(LabError, match="does not simulate 'teapot'"):
        Lab().request("teapot", "MakeCoffee", {})


def test_the_curated_names_are_all_there() -> None:
    for name in dynateach.__all__:
        assert getattr(dynateach, name) is not None
    assert {"Lab", "Profile", "DynateachError", "ServiceError"} <= set(dynateach.__all__)


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(dynateach.lab).failed == 0
    assert doctest.testmod(dynateach.lab).attempted > 3
