"""A global index has replicas and leaders of its own: what a zone's fault does to what is on its way, and to its readers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, LabError, ServiceError
from dynateach.clock import SECOND
from dynateach.profile import IDEAL, Delay
from dynateach.trace import IndexWritten, LeaderChanged, ReplicaRead, Replicated
from tests.indexed import definition


def always(seconds: float) -> Delay:
    return Delay(*[round(seconds * SECOND)] * 5)


PHYSICS = replace(
    IDEAL,
    replication_lag=always(1),
    index_lag=always(2),
    leader_lease=10 * SECOND,
    catch_up=5 * SECOND,
    on_demand_partitions=3,
)
"""A change reaches the index after two seconds, its followers a second later. Each zone leads one of three partitions."""


class Scene:
    """A table with the index ``by_g``; zone a leads the index's partition in which ``a`` is a value of ``g``, and so on."""

    def __init__(self) -> None:
        self.lab = Lab(profile=PHYSICS)
        self.faults = self.lab.faults
        self.do("CreateTable", **{**definition({"by_g": "g:S"}, key="pk:S"), "TableName": "things"})
        inside = self.lab.inspect("things")
        self.values = {}
        for number in range(100):
            self.values["abc"[int(inside.locate(f"v{number}").partition[1:])]] = f"v{number}"

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodb", operation, {"TableName": "things", **params})

    def put(self, key: str, leader: str) -> None:
        self.do("PutItem", Item={"pk": {"S": self.values[key]}, "g": {"S": self.values[leader]}})

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def query(self, leader: str) -> int:
        """How many items a query finds of those that are in that zone's partition."""
        answer = self.do(
            "Query",
            IndexName="by_g",
            KeyConditionExpression="g = :g",
            ExpressionAttributeValues={":g": {"S": self.values[leader]}},
        )
        count: int = answer["Count"]
        return count

    def arrived(self) -> list[tuple[str, int]]:
        """The partitions in which changes arrived, and when."""
        start = self.lab.clock.start
        return [(event.partition, (event.at - start) // SECOND) for event in self.lab.trace.of(IndexWritten)]


def test_changes_to_a_partition_of_an_index_wait_until_it_has_a_leader_again() -> None:
    scene = Scene()
    scene.faults.lose_zone("a")
    scene.put("b", "a")
    scene.put("c", "b")
    scene.wait(9)
    assert scene.arrived() == [("p1", 2)]
    assert scene.lab.inspect("things").index("by_g").waiting == 1
    scene.wait(2)
    assert scene.arrived() == [("p1", 2), ("p0", 10)]
    changed = [event for event in scene.lab.trace.of(LeaderChanged) if event.index_name]
    assert [(event.index_name, event.partition, event.before[-1], event.leader[-1]) for event in changed] == [
        ("by_g", "p0", "a", "b")
    ]
    written = scene.lab.trace.of(IndexWritten)[-1]
    assert (written.behind, written.request) == (10 * SECOND, 2)


def test_the_table_takes_writes_while_its_index_has_no_leader() -> None:
    scene = Scene()
    scene.faults.lose_zone("a")
    scene.put("b", "a")
    assert scene.do("GetItem", Key={"pk": {"S": scene.values["b"]}}, ConsistentRead=True)["Item"]


def test_what_has_waited_arrives_in_the_order_of_its_writes() -> None:
    scene = Scene()
    scene.faults.lose_zone("a")
    for leader in "abaca":
        scene.put("b", leader)
        scene.wait(1)
    scene.wait(20)
    assert [scene.query(leader) for leader in "abc"] == [1, 0, 0]
    changes = [event.change for event in scene.lab.trace.of(IndexWritten) if event.partition == "p0"]
    assert changes == ["INSERT", "REMOVE", "INSERT", "REMOVE", "INSERT"]


def test_a_leader_that_comes_back_before_its_lease_has_expired_takes_what_has_waited() -> None:
    scene = Scene()
    scene.faults.lose_zone("a", seconds=3)
    scene.put("b", "a")
    scene.wait(20)
    assert scene.arrived() == [("p0", 8)]
    assert not scene.lab.trace.of(LeaderChanged)


def test_a_leader_that_is_cut_off_takes_no_changes_either() -> None:
    scene = Scene()
    scene.faults.partition("a")
    scene.put("b", "a")
    scene.wait(20)
    assert scene.arrived() == [("p0", 10)]


def test_an_index_is_read_from_the_replicas_that_are_left() -> None:
    scene = Scene()
    scene.put("b", "a")
    scene.wait(5)
    scene.faults.lose_zone("a")
    assert {scene.query("a") for _ in range(20)} == {1}
    reads = [event for event in scene.lab.trace.of(ReplicaRead) if event.index_name == "by_g"]
    assert {event.zone[-1] for event in reads} == {"b", "c"}
    for zone in "bc":
        scene.faults.lose_zone(zone)
    with pytest.raises(ServiceError) as caught:
        scene.query("a")
    assert caught.value.code == "InternalServerError"


def test_an_index_lags_behind_its_table_and_its_followers_behind_their_leader() -> None:
    scene = Scene()
    scene.put("b", "a")
    scene.wait(1.9)
    assert {scene.query("a") for _ in range(20)} == {0}
    scene.wait(0.2)
    assert {scene.query("a") for _ in range(20)} == {0, 1}
    scene.wait(1)
    assert {scene.query("a") for _ in range(20)} == {1}


def test_the_trace_tells_of_the_replicas_of_an_index_by_its_name() -> None:
    scene = Scene()
    scene.put("b", "a")
    scene.wait(2)
    to_table, to_index = scene.lab.trace.of(Replicated)
    assert (to_table.index_name, to_table.partition) == ("", "p1")
    assert (to_index.index_name, to_index.partition, to_index.lsn, to_index.request) == ("by_g", "p0", 1, 2)
    roles = [(one.role, one.applied) for one in scene.lab.inspect("things").replicas("p0", "by_g")]
    assert roles == [("leader", 1), ("follower", 0), ("follower", 0)]


def test_only_an_index_that_there_is_has_replicas() -> None:
    inside = Scene().lab.inspect("things")
    with pytest.raises(LabError, match="no index 'none'"):
        inside.replicas("p0", "none")
    with pytest.raises(LabError, match="index by_g has no partition 'p9'"):
        inside.replicas("p9", "by_g")


def test_nothing_arrives_in_an_index_that_is_gone_when_its_leader_comes_back() -> None:
    scene = Scene()
    scene.faults.lose_zone("a", seconds=3)
    scene.put("b", "a")
    scene.wait(2.5)
    scene.do("UpdateTable", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_g"}}])
    scene.wait(30)
    assert scene.arrived() == []


LEADERS = st.sampled_from("abc")
STEPS = st.one_of(
    st.tuples(st.just("put"), LEADERS, LEADERS),
    st.tuples(st.just("put"), LEADERS, LEADERS),
    st.tuples(st.just("delete"), LEADERS, LEADERS),
    st.tuples(st.sampled_from(["lose_zone", "partition"]), LEADERS, LEADERS),
    st.tuples(st.just("restore"), LEADERS, LEADERS),
    st.tuples(st.just("wait"), LEADERS, LEADERS),
)
SECONDS = {"a": 0.5, "b": 3.0, "c": 11.0}


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_fails_an_index_becomes_what_its_table_is(steps: list[tuple[str, str, str]]) -> None:
    scene = Scene()
    for step, key, other in steps:
        try:
            take(scene, step, key, other)
        except ServiceError as error:
            assert error.code == "InternalServerError"
    scene.faults.restore()
    scene.wait(60)
    table = scene.do("Scan", ConsistentRead=True)["Items"]
    index = scene.do("Scan", IndexName="by_g")["Items"]
    assert sorted(one["pk"]["S"] for one in index) == sorted(one["pk"]["S"] for one in table)
    assert all(one in table for one in index)
    found = scene.lab._dynamodb("us-east-1").tables["things"].indexes["by_g"]
    assert found.queue
    assert found.queue.state().waiting == 0
    found.queue._check()
    assert found.replication
    found.replication._check()


def take(scene: Scene, step: str, key: str, other: str) -> None:
    match step:
        case "put":
            scene.put(key, other)
        case "delete":
            scene.do("DeleteItem", Key={"pk": {"S": scene.values[key]}})
        case "wait":
            scene.wait(SECONDS[key])
        case "restore":
            scene.faults.restore(key)
        case _:
            getattr(scene.faults, step)(key, seconds=SECONDS[other])


def test_the_same_calls_give_the_same_trace() -> None:
    def digest() -> str:
        scene = Scene()
        for leader in "abcabc":
            scene.put(leader, "a")
            scene.faults.lose_zone(leader, seconds=2)
            scene.wait(13)
            scene.query("a")
        return scene.lab.trace.digest()

    assert digest() == digest()
