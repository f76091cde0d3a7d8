"""Replicas: what an eventually consistent read of a table or a local index may show, and what it costs nobody."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, LabError, ServiceError
from dynateach.clock import SECOND
from dynateach.profile import CLASSROOM, IDEAL, PROFILES, REALISTIC, Delay
from dynateach.trace import ItemRead, PageRead, ReplicaRead, Replicated

MS = 1000
LATE = Delay(10 * MS, 500 * MS, 900 * MS, 990 * MS, SECOND)
PHYSICS = replace(IDEAL, replication_lag=LATE, leader_lease=SECOND, catch_up=SECOND)
"""No service times: a read comes at the very moment of the write before it."""

Item = dict[str, Any]


class Scene:
    """A table of one partition with a local index over ``n`` that holds the keys and ``x``; and what every replica should
    show, from the trace's word on when it applies each write.
    """

    def __init__(self, seed: int = 1) -> None:
        self.lab = Lab(seed=seed, profile=PHYSICS)
        self.writes: list[tuple[Replicated, str, str, Item | None]] = []
        names = {"pk": "S", "sk": "S", "n": "N"}
        self.do(
            "CreateTable",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": type} for name, type in names.items()],
            KeySchema=schema("pk", "sk"),
            LocalSecondaryIndexes=[
                {
                    "IndexName": "by-n",
                    "KeySchema": schema("pk", "n"),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]},
                }
            ],
        )

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodb", operation, {"TableName": "things", **params})

    def put(self, pk: str, sk: str, **rest: Any) -> None:
        self.do("PutItem", Item=item(pk, sk, **rest))
        self.writes.append((self.lab.trace.of(Replicated)[-1], pk, sk, item(pk, sk, **rest)))

    def delete(self, pk: str, sk: str) -> None:
        self.do("DeleteItem", Key=item(pk, sk))
        self.writes.append((self.lab.trace.of(Replicated)[-1], pk, sk, None))

    def get(self, pk: str = "a", sk: str = "1", **params: Any) -> Item | None:
        found: Item | None = self.do("GetItem", Key=item(pk, sk), **params).get("Item")
        return found

    def shown(self) -> dict[tuple[str, str], Item]:
        """What the replica that answered last holds at this moment, by the log."""
        zone = "abc".index(self.lab.trace.of(ReplicaRead)[-1].zone[-1])
        state: dict[tuple[str, str], Item] = {}
        for event, pk, sk, new in self.writes:
            at = event.applied[zone]
            if at is None or at > self.lab.clock.now:
                continue
            state.pop((pk, sk), None)
            if new is not None:
                state[pk, sk] = new
        return state


def schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def item(pk: str, sk: str, **rest: Any) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **{k: {"N": str(v)} if k == "n" else {"S": v} for k, v in rest.items()}}


sort_keys = st.sampled_from("123456")
rests = st.fixed_dictionaries({}, optional={"n": st.integers(1, 4), "x": st.just("x"), "y": st.sampled_from("yz")})
writes = st.lists(st.tuples(st.integers(0, 400), sort_keys, st.one_of(st.none(), rests)), min_size=1, max_size=20)


def written(story: Any, seed: int) -> Scene:
    scene = Scene(seed)
    for ms, sk, rest in story:
        scene.lab.clock.advance(ms / 1000)
        scene.delete("a", sk) if rest is None else scene.put("a", sk, **rest)
    return scene


@settings(max_examples=80, deadline=None)
@given(writes, st.integers(0, 99), sort_keys)
def test_an_eventual_get_shows_the_item_as_its_replica_has_it(story: Any, seed: int, sk: str) -> None:
    scene = written(story, seed)
    for _ in range(4):
        assert scene.get("a", sk) == scene.shown().get(("a", sk))


@settings(max_examples=80, deadline=None)
@given(writes, st.integers(0, 99), st.booleans(), st.integers(1, 7), st.sampled_from("0135"))
def test_an_eventual_query_shows_a_replicas_items_in_order_with_its_limit_its_last_key_and_its_counts(
    story: Any, seed: int, forward: bool, limit: int, low: str
) -> None:
    scene = written(story, seed)
    for _ in range(3):
        answer = scene.do(
            "Query",
            KeyConditionExpression="pk = :a AND sk > :low",
            ExpressionAttributeValues={":a": {"S": "a"}, ":low": {"S": low}},
            ScanIndexForward=forward,
            Limit=limit,
        )
        state = scene.shown()
        expected = [state[key] for key in sorted(state, reverse=not forward) if key[1] > low]
        assert answer["Items"] == expected[:limit]
        assert answer["ScannedCount"] == answer["Count"] == len(expected[:limit])
        assert ("LastEvaluatedKey" in answer) == (len(expected) >= limit)
        if "LastEvaluatedKey" in answer:
            assert answer["LastEvaluatedKey"] == {name: expected[limit - 1][name] for name in ("pk", "sk")}


@settings(max_examples=80, deadline=None)
@given(writes, st.integers(0, 99), st.booleans(), st.booleans())
def test_a_local_index_shows_what_the_replica_of_its_partition_has_of_it(
    story: Any, seed: int, forward: bool, whole: bool
) -> None:
    scene = written(story, seed)
    for _ in range(3):
        answer = scene.do(
            "Query",
            IndexName="by-n",
            KeyConditionExpression="pk = :a",
            ExpressionAttributeValues={":a": {"S": "a"}},
            ScanIndexForward=forward,
            Select="ALL_ATTRIBUTES" if whole else "ALL_PROJECTED_ATTRIBUTES",
        )
        entries = [one for one in scene.shown().values() if "n" in one]
        entries.sort(key=lambda one: (int(one["n"]["N"]), one["sk"]["S"]), reverse=not forward)
        projected = [{name: value for name, value in one.items() if name != "y"} for one in entries]
        assert answer["Items"] == (entries if whole else projected)


@settings(max_examples=50, deadline=None)
@given(writes, st.integers(0, 99))
def test_a_scan_a_batch_and_a_partiql_select_see_replicas_too(story: Any, seed: int) -> None:
    scene = written(story, seed)
    assert scene.do("Scan")["Items"] == [one for _, one in sorted(scene.shown().items())]
    key = item("a", story[-1][1])
    batch = scene.lab.request("dynamodb", "BatchGetItem", {"RequestItems": {"things": {"Keys": [key]}}})
    found = scene.shown().get(("a", story[-1][1]))
    assert batch["Responses"]["things"] == ([found] if found else [])
    select = "SELECT * FROM things WHERE pk = 'a'"
    answer = scene.lab.request("dynamodb", "ExecuteStatement", {"Statement": select})
    assert answer["Items"] == [one for _, one in sorted(scene.shown().items())]
    one = {"Statement": f"SELECT * FROM things WHERE pk = 'a' AND sk = '{story[-1][1]}'"}
    response = scene.lab.request("dynamodb", "BatchExecuteStatement", {"Statements": [one]})["Responses"][0]
    assert response.get("Item") == scene.shown().get(("a", story[-1][1]))


@settings(max_examples=50, deadline=None)
@given(writes, st.integers(0, 99))
def test_strong_reads_and_transactions_see_every_write(story: Any, seed: int) -> None:
    scene = written(story, seed)
    state: dict[str, Item | None] = {sk: new for _, _, sk, new in scene.writes}
    everything = [new for _, new in sorted(state.items()) if new]
    assert scene.do("Scan", ConsistentRead=True)["Items"] == everything
    for sk, new in state.items():
        assert scene.get("a", sk, ConsistentRead=True) == new
        get = {"Get": {"TableName": "things", "Key": item("a", sk)}}
        answer = scene.lab.request("dynamodb", "TransactGetItems", {"TransactItems": [get]})
        assert answer["Responses"][0].get("Item") == new


def test_a_condition_sees_the_write_that_followers_have_not_applied() -> None:
    scene = Scene()
    scene.put("a", "1", y="y")
    with pytest.raises(ServiceError, match="conditional"):
        scene.do("PutItem", Item=item("a", "1"), ConditionExpression="attribute_not_exists(pk)")


def test_an_item_deleted_a_moment_ago_is_still_charged_by_its_size_where_it_is_still_seen() -> None:
    scene = Scene()
    scene.put("a", "1", y="y" * 9000)
    scene.lab.clock.advance(2)
    scene.delete("a", "1")
    units = {}
    for _ in range(20):
        answer = scene.do("GetItem", Key=item("a", "1"), ReturnConsumedCapacity="TOTAL")
        units["Item" in answer] = answer["ConsumedCapacity"]["CapacityUnits"]
    assert units == {True: 1.5, False: 0.5}


def test_any_of_three_replicas_answers_an_eventual_read_and_only_the_leader_a_strong_one() -> None:
    scene = Scene()
    for consistent in (False, True):
        for _ in range(30):
            scene.get(ConsistentRead=consistent)
    served = [event.zone for event in scene.lab.trace.of(ReplicaRead)]
    assert {zone: served[:30].count(zone) > 3 for zone in served[:30]} == dict.fromkeys(
        ("us-east-1a", "us-east-1b", "us-east-1c"), True
    )
    assert set(served[30:]) == {"us-east-1a"}


def test_the_trace_says_how_far_behind_the_replica_was_that_answered() -> None:
    scene = Scene()
    for y in "stu":
        scene.put("a", "1", y=y)
        scene.lab.clock.advance(0.002)
    events = []
    for _ in range(20):
        scene.get()
        events.append(scene.lab.trace.of(ReplicaRead)[-1])
    assert {(one.role, one.versions, one.behind) for one in events} == {("leader", 0, 0), ("follower", 3, 6 * MS)}


def test_followers_apply_in_order_and_after_the_lag_that_the_trace_foretells() -> None:
    scene = Scene()
    for number in range(30):
        scene.put("a", str(number))
    events = scene.lab.trace.of(Replicated)
    assert [event.lsn for event in events] == list(range(1, 31))
    for zone in range(3):
        times = [event.applied[zone] for event in events]
        assert times == sorted(times)  # type: ignore[type-var]
    before = scene.lab.inspect("things").replicas("p0")
    assert [(one.role, one.applied) for one in before] == [("leader", 30), ("follower", 0), ("follower", 0)]
    scene.lab.clock.advance(1)
    assert [(one.applied, one.lag) for one in scene.lab.inspect("things").replicas("p0")] == [(30, 0)] * 3


def test_what_all_replicas_have_applied_is_forgotten() -> None:
    scene = Scene()
    for number in range(200):
        scene.put("a", str(number))
        scene.lab.clock.advance(1)
    replication = scene.lab._dynamodb("us-east-1").tables["things"].replication
    assert replication
    assert sum(len(log.writes) for log in replication._logs.values()) == 1


def test_a_split_changes_nothing_in_what_each_replica_has_applied() -> None:
    scene = Scene()
    for number in range(12):
        scene.put(str(number), "1")
    event = scene.lab.inspect("things").split("p0")
    seen = {scene.get(str(number)) is not None for number in range(12) for _ in range(9)}
    assert seen == {True, False}
    assert [one.role for one in scene.lab.inspect("things").replicas(event.right)] == ["leader", "follower", "follower"]
    scene.lab.clock.advance(1)
    assert all(scene.get(str(number)) for number in range(12) for _ in range(3))


def test_a_local_index_shows_after_a_split_what_the_replicas_of_each_half_have() -> None:
    scene = Scene()
    for number in range(12):
        scene.put(str(number), "1", n=number)
    event = scene.lab.inspect("things").split("p0")
    counts = {scene.do("Scan", IndexName="by-n")["Count"] for _ in range(40)}
    assert counts == {0, event.kept, event.moved, 12}
    scene.lab.clock.advance(1)
    assert {scene.do("Scan", IndexName="by-n")["Count"] for _ in range(9)} == {12}


def test_the_same_seed_gives_the_same_stale_reads() -> None:
    def digest(seed: int) -> str:
        scene = written([(300, str(i % 6), {"y": "y"}) for i in range(20)], seed)
        for _ in range(20):
            scene.get()
        return scene.lab.trace.digest()

    assert digest(1) == digest(1) != digest(2)


def test_an_ideal_lab_has_no_replicas_and_its_trace_knows_nothing_of_them() -> None:
    lab = Lab()
    table = {"KeySchema": schema("pk"), "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
    lab.request("dynamodb", "CreateTable", {"TableName": "things", "BillingMode": "PAY_PER_REQUEST", **table})
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"S": "a"}}})
    lab.request("dynamodb", "Scan", {"TableName": "things"})
    assert lab.trace.of(PageRead)
    assert not lab.trace.of(Replicated) + lab.trace.of(ReplicaRead) + lab.trace.of(ItemRead)
    with pytest.raises(LabError, match="no replicas"):
        lab.inspect("things").replicas("p0")


def test_lags_are_milliseconds_in_realistic_and_seconds_in_classroom() -> None:
    assert REALISTIC.replication_lag.median < 10 * MS < REALISTIC.replication_lag.p99 < 100 * MS
    assert CLASSROOM.replication_lag.median >= SECOND
    assert [bool(one.replication_lag.slowest) for one in PROFILES.values()] == [False, True, True]


def test_a_replica_of_a_partition_that_is_not_there_is_no_replica() -> None:
    with pytest.raises(LabError, match="no partition 'p7'"):
        Scene().lab.inspect("things").replicas("p7")


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each scene its logs are in order."""
    scenes: list[Scene] = []
    begin = Scene.__init__

    def begin_and_note(scene: Scene, seed: int = 1) -> None:
        begin(scene, seed)
        scenes.append(scene)

    monkeypatch.setattr(Scene, "__init__", begin_and_note)
    yield
    for scene in scenes:
        replication = scene.lab._dynamodb("us-east-1").tables["things"].replication
        assert replication
        replication._check()
