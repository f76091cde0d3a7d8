"""lab.faults: zones that fail, and what a table's partitions do then. Published (USENIX ATC 2022) are quorum, leader and
lease; how long each takes is the profile's.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from dynateach import Lab, LabError, ServiceError
from dynateach.clock import EPOCH, SECOND
from dynateach.profile import IDEAL, Delay
from dynateach.trace import FaultBegan, FaultEnded, LeaderChanged, ReplicaRead, Replicated, RequestServed, ZoneCaughtUp
from tests.tables import create

PHYSICS = replace(
    IDEAL,
    replication_lag=Delay(SECOND, SECOND, SECOND, SECOND, SECOND),
    leader_lease=10 * SECOND,
    catch_up=5 * SECOND,
    on_demand_partitions=3,
)
"""Followers are a second behind, a lease is ten seconds, to catch up takes five. Each zone leads one of three partitions."""


class Scene:
    """A table of three partitions; ``a`` is a key in the one that zone a leads, and so on."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.lab = Lab(profile=PHYSICS, region=region)
        self.do(
            "CreateTable",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        self.faults = self.lab.faults
        self.keys = {}
        for number in range(100):
            self.keys["abc"[int(self.lab.inspect("things").locate(f"k{number}").partition[1:])]] = f"k{number}"

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.ask(operation, TableName="things", **params)

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodb", operation, params)

    def put(self, leader: str, value: str = "new") -> None:
        self.do("PutItem", Item={**self.key(leader), "v": {"S": value}})

    def get(self, leader: str, consistent: bool = True) -> str | None:
        answer = self.do("GetItem", Key=self.key(leader), ConsistentRead=consistent)
        return answer["Item"]["v"]["S"] if "Item" in answer else None

    def key(self, leader: str) -> dict[str, Any]:
        return {"id": {"S": self.keys[leader]}}

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def states(self, partition: str = "p0") -> list[tuple[str, str]]:
        return [(one.role, one.state) for one in self.lab.inspect("things").replicas(partition)]


def refused(call: Callable[[], object]) -> bool:
    """Whether nobody could serve the request, so that an SDK would repeat it."""
    try:
        call()
    except ServiceError as error:
        assert (error.code, error.status) == ("InternalServerError", 500)
        return True
    return False


def test_a_partition_whose_leader_is_lost_serves_no_write_and_no_strong_read_until_the_lease_has_expired() -> None:
    scene = Scene()
    scene.put("a", "old")
    scene.faults.lose_zone("a")
    for _ in range(2):
        assert refused(lambda: scene.put("a"))
        assert refused(lambda: scene.get("a"))
        scene.wait(4.9)
    scene.wait(0.2)
    assert scene.get("a") == "old"
    scene.put("a")
    assert scene.get("a") == "new"


def test_a_request_that_meets_no_leader_fails_after_the_service_has_looked_for_one() -> None:
    lab = Lab(profile=replace(PHYSICS, leader_wait=3 * SECOND, item_read=Delay(SECOND, SECOND, SECOND, SECOND, SECOND)))
    create(lab, sort=None)
    lab.faults.lose_zone("a", seconds=30)
    took = set()
    for number in range(20):
        before = lab.clock.now
        get = {"TableName": "things", "Key": {"pk": {"S": f"k{number}"}}, "ConsistentRead": True}
        failed = refused(partial(lab.request, "dynamodb", "GetItem", get))
        took.add((failed, (lab.clock.now - before) // SECOND))
        assert lab.trace.of(RequestServed)[-1].took == lab.clock.now - before
    assert took == {(True, 4), (False, 1)}


def test_partitions_that_are_led_from_elsewhere_do_not_notice_a_lost_zone() -> None:
    scene = Scene()
    scene.faults.lose_zone("a")
    for leader in "bc":
        scene.put(leader)
        assert scene.get(leader) == "new"


def test_eventual_reads_go_on_from_the_remaining_replicas_while_there_is_no_leader() -> None:
    scene = Scene()
    scene.put("a", "old")
    scene.wait(1)
    scene.faults.lose_zone("a")
    assert {scene.get("a", consistent=False) for _ in range(20)} == {"old"}
    served = {event.zone for event in scene.lab.trace.of(ReplicaRead)}
    assert served == {"us-east-1b", "us-east-1c"}


def test_the_new_leader_first_applies_the_acknowledged_writes_that_are_in_its_log() -> None:
    scene = Scene()
    scene.faults.slow("b", extra=100)
    scene.put("a")
    scene.faults.lose_zone("a")
    scene.wait(9.9)
    assert scene.lab.inspect("things").replicas("p0")[1].applied == 0
    scene.wait(0.2)
    assert scene.lab.inspect("things").replicas("p0")[1].applied == 1
    assert scene.get("a") == "new"
    assert [event.leader for event in scene.lab.trace.of(LeaderChanged)] == ["us-east-1b"]


def test_a_leader_that_is_back_before_its_lease_expires_goes_on_leading() -> None:
    scene = Scene()
    scene.faults.lose_zone("a", seconds=4)
    scene.wait(20)
    scene.put("a")
    assert not scene.lab.trace.of(LeaderChanged)
    assert scene.states()[0] == ("leader", "up")


def test_a_leader_that_is_cut_off_takes_no_write_and_serves_strong_reads_while_it_has_a_lease() -> None:
    scene = Scene()
    scene.put("a", "old")
    scene.faults.partition("a")
    assert refused(lambda: scene.put("a"))
    scene.wait(9.9)
    assert scene.get("a") == "old"
    assert scene.lab.trace.of(ReplicaRead)[-1].zone == "us-east-1a"
    scene.wait(0.2)
    assert scene.get("a") == "old"
    assert scene.lab.trace.of(ReplicaRead)[-1].zone == "us-east-1b"


def test_a_zone_that_is_cut_off_answers_eventual_reads_with_ever_older_items() -> None:
    scene = Scene()
    scene.put("b", "old")
    scene.wait(1)
    scene.faults.partition("a")
    scene.put("b")
    scene.wait(3600)
    assert {scene.get("b", consistent=False) for _ in range(20)} == {"old", "new"}
    stale = [event for event in scene.lab.trace.of(ReplicaRead) if event.versions]
    assert {(event.zone, event.behind) for event in stale} == {("us-east-1a", 3600 * SECOND)}
    assert scene.lab.trace.of(Replicated)[-1].applied[0] is None


def test_a_zone_that_returns_is_behind_until_it_has_caught_up() -> None:
    scene = Scene()
    scene.faults.lose_zone("c", seconds=60)
    scene.put("a")
    scene.wait(60)
    replica = scene.lab.inspect("things").replicas("p0")[2]
    assert (replica.state, replica.applied, replica.lag) == ("catching up", 0, 60 * SECOND)
    scene.wait(5)
    replica = scene.lab.inspect("things").replicas("p0")[2]
    assert (replica.state, replica.applied, replica.lag) == ("up", 1, 0)


def test_a_zone_that_fails_while_it_catches_up_begins_again_and_one_that_is_merely_slow_does_not() -> None:
    scene = Scene()
    scene.faults.partition("c", seconds=10)
    scene.faults.lose_zone("c", at=12, seconds=20)
    scene.faults.slow("c", at=33, seconds=1, factor=2)
    scene.wait(36)
    assert scene.states()[2][1] == "catching up"
    scene.wait(2)
    assert scene.states()[2][1] == "up"


def test_with_one_zone_left_no_write_is_taken_and_eventual_reads_are_answered() -> None:
    scene = Scene()
    scene.put("a", "old")
    scene.wait(1)
    scene.faults.lose_zone("b")
    scene.faults.lose_zone("c")
    assert refused(lambda: scene.put("a"))
    assert scene.get("a") == "old"
    scene.wait(3600)
    assert refused(lambda: scene.get("a"))
    assert scene.get("a", consistent=False) == "old"


def test_with_no_zone_left_nothing_is_answered_and_nothing_is_lost() -> None:
    scene = Scene()
    scene.put("a")
    for zone in "abc":
        scene.faults.lose_zone(zone, seconds=60)
    assert refused(lambda: scene.get("a", consistent=False))
    scene.wait(70)
    assert scene.get("a") == "new"
    assert scene.get("a", consistent=False) == "new"


def test_a_zone_that_missed_writes_counts_for_no_quorum_and_does_not_lead_before_it_has_caught_up() -> None:
    scene = Scene()
    scene.faults.lose_zone("b", seconds=37)
    scene.put("a")
    scene.wait(31)
    scene.faults.lose_zone("a")
    scene.wait(10.5)
    assert scene.states()[1] == ("follower", "catching up")
    assert refused(lambda: scene.get("a"))
    scene.wait(1)
    assert scene.states()[1] == ("leader", "up")
    assert scene.get("a") == "new"


def test_a_batch_of_writes_hands_back_those_that_meet_no_leader() -> None:
    scene = Scene()
    scene.put("b", "old")
    scene.faults.lose_zone("b")
    puts = [{"PutRequest": {"Item": scene.key(leader)}} for leader in "abc"]
    answer = scene.ask("BatchWriteItem", RequestItems={"things": puts}, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {"things": [puts[1]]}
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 2.0}]
    scene.wait(10)
    assert scene.get("b") == "old"
    assert scene.do("Scan", ConsistentRead=True)["Count"] == 3
    assert scene.ask("BatchWriteItem", RequestItems=answer["UnprocessedItems"]) == {"UnprocessedItems": {}}
    assert scene.do("GetItem", Key=scene.key("b"))["Item"] == scene.key("b")


def test_a_batch_of_consistent_reads_hands_back_the_keys_that_meet_no_leader() -> None:
    scene = Scene()
    for leader in "abc":
        scene.put(leader)
    scene.wait(1)
    scene.faults.lose_zone("b")
    keys = {"Keys": [scene.key(leader) for leader in "abc"], "ConsistentRead": True}
    answer = scene.ask("BatchGetItem", RequestItems={"things": keys})
    assert [one["id"]["S"] for one in answer["Responses"]["things"]] == [scene.keys["a"], scene.keys["c"]]
    assert answer["UnprocessedKeys"] == {"things": {**keys, "Keys": [scene.key("b")]}}
    eventual = {"things": {**keys, "ConsistentRead": False}}
    assert len(scene.ask("BatchGetItem", RequestItems=eventual)["Responses"]["things"]) == 3


def test_a_batch_fails_if_nothing_of_it_can_be_done() -> None:
    scene = Scene()
    scene.faults.lose_zone("b")
    put = {"things": [{"PutRequest": {"Item": scene.key("b")}}]}
    keys = {"things": {"Keys": [scene.key("b")], "ConsistentRead": True}}
    assert refused(lambda: scene.ask("BatchWriteItem", RequestItems=put))
    assert refused(lambda: scene.ask("BatchGetItem", RequestItems=keys))


def test_a_bad_batch_is_rejected_as_ever_while_there_is_no_leader() -> None:
    scene = Scene()
    scene.faults.lose_zone("b")
    put = {"PutRequest": {"Item": scene.key("b")}}
    with pytest.raises(ServiceError, match="duplicates"):
        scene.ask("BatchWriteItem", RequestItems={"things": [put, put]})
    with pytest.raises(ServiceError, match="does not match the schema"):
        scene.ask("BatchWriteItem", RequestItems={"things": [put, {"DeleteRequest": {"Key": {"x": {"S": "y"}}}}]})


def test_each_statement_of_a_batch_has_its_own_error() -> None:
    scene = Scene()
    scene.faults.lose_zone("b")
    texts = [f"INSERT INTO things VALUE {{'id': '{scene.keys[leader]}'}}" for leader in "abc"]
    answer = scene.ask("BatchExecuteStatement", Statements=[{"Statement": text} for text in texts])
    codes = [one.get("Error", {}).get("Code") for one in answer["Responses"]]
    assert codes == [None, "InternalServerError", None]


def test_a_transaction_that_meets_no_leader_changes_nothing() -> None:
    scene = Scene()
    scene.faults.lose_zone("b")
    actions = [{"Put": {"TableName": "things", "Item": scene.key(leader)}} for leader in "abc"]
    assert refused(lambda: scene.ask("TransactWriteItems", TransactItems=actions))
    scene.wait(10)
    assert scene.do("Scan", ConsistentRead=True)["Count"] == 0


def test_a_slow_zone_applies_writes_later() -> None:
    scene = Scene()
    scene.faults.slow("b", factor=3, extra=0.5, seconds=10)
    scene.put("a")
    scene.wait(10)
    scene.put("a")
    first, second = scene.lab.trace.of(Replicated)
    lags = [[(at or 0) - event.at for at in event.applied] for event in (first, second)]
    assert lags == [[0, 3_500_000, SECOND], [0, SECOND, SECOND]]


def test_faults_begin_and_end_when_they_were_told_to_and_say_so_in_the_trace() -> None:
    scene = Scene()
    scene.faults.lose_zone("us-east-1b", at=60, seconds=30)
    scene.wait(200)
    kinds = (FaultBegan, LeaderChanged, FaultEnded, ZoneCaughtUp)
    events = [(type(event), (event.at - EPOCH) / SECOND) for event in scene.lab.trace if type(event) in kinds]
    assert events == [(FaultBegan, 60), (LeaderChanged, 70), (FaultEnded, 90), (ZoneCaughtUp, 95)]


def test_a_zone_with_two_faults_is_well_only_when_both_are_over() -> None:
    scene = Scene()
    scene.faults.partition("c", seconds=100)
    scene.faults.lose_zone("c", seconds=50)
    assert [scene.states()[2][1]] == ["lost"]
    scene.wait(50)
    assert scene.states()[2][1] == "cut"
    scene.wait(50)
    assert scene.states()[2][1] == "catching up"
    scene.wait(5)
    assert scene.states()[2][1] == "up"


def test_restore_ends_what_was_to_last_longer() -> None:
    scene = Scene()
    scene.faults.partition("a", seconds=1000)
    scene.faults.slow("b", factor=2)
    scene.faults.restore()
    scene.wait(5)
    assert [state for _, state in scene.states()] == ["up"] * 3
    scene.wait(2000)
    assert [event.fault for event in scene.lab.trace.of(FaultEnded)] == ["cut", "slow"]


def test_a_fault_in_one_region_does_not_touch_another() -> None:
    scene = Scene()
    scene.faults.lose_zone("a", region="eu-west-1")
    scene.put("a")
    assert scene.lab.trace.of(FaultBegan)[-1].zone == "eu-west-1a"


def test_a_table_that_is_made_while_a_zone_is_away_has_its_leaders_elsewhere() -> None:
    scene = Scene()
    scene.faults.lose_zone("a")
    scene.do("DeleteTable")
    table = {"TableName": "others", "BillingMode": "PAY_PER_REQUEST"}
    scene.lab.resource("dynamodb").create_table(
        **table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    inside = scene.lab.inspect("others")
    leaders = {one.zone for part in inside.partitions for one in inside.replicas(part.id) if one.role == "leader"}
    assert leaders == {"us-east-1b", "us-east-1c"}


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda faults: faults.lose_zone("d"), "there is no zone 'd'"),
        (lambda faults: faults.restore("us-west-2a"), "there is no zone 'us-west-2a'"),
        (lambda faults: faults.lose_zone("a", seconds=0), "cannot last 0 seconds"),
        (lambda faults: faults.partition("a", seconds=float("nan")), "cannot last nan seconds"),
        (lambda faults: faults.partition("a", at=5), "at=5 is no time to come"),
        (lambda faults: faults.restore(at=float("inf")), "at=inf is no time to come"),
        (lambda faults: faults.slow("a"), "do not make a zone slower"),
        (lambda faults: faults.slow("a", factor=0.5), "do not make a zone slower"),
        (lambda faults: faults.slow("a", extra=-1), "do not make a zone slower"),
    ],
)
def test_nonsense_is_declined_in_words(call: Callable[[Any], None], what: str) -> None:
    lab = Lab(profile=PHYSICS)
    lab.clock.advance(10)
    with pytest.raises(LabError, match=what):
        call(lab.faults)
    assert not len(lab.trace)


def test_an_ideal_lab_says_that_it_has_nothing_to_break() -> None:
    with pytest.raises(LabError, match="realistic"):
        Lab().faults.lose_zone("a")
