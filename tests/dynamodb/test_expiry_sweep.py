"""Time to live: which items are deleted, when, and what that leaves behind."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab
from dynateach.clock import EPOCH, SECOND
from dynateach.profile import CLASSROOM, IDEAL, REALISTIC, Delay, Profile
from dynateach.trace import IndexWritten, ItemExpired, ItemWritten, StreamRecordWritten
from tests.indexed import definition

START = EPOCH // SECOND
HOUR, DAY = 3600, 24 * 3600


def request(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", operation, {"TableName": "things", **params})


def turn(lab: Lab, enabled: bool, attribute: str = "expires") -> None:
    request(lab, "UpdateTimeToLive", TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute})


def lab_with(profile: str | Profile = "ideal", seed: int = 1, enabled: bool = True, **more: Any) -> Lab:
    """A lab with a table whose items expire, if ``enabled``, by the attribute ``expires``."""
    lab = Lab(seed, profile)
    lab.request("dynamodb", "CreateTable", definition(key="pk:S", **more))
    lab.clock.advance(60)
    if enabled:
        turn(lab, True)
        lab.clock.advance(lab.profile.expiry_change / SECOND)
    return lab


def now(lab: Lab) -> int:
    return lab.clock.now // SECOND


def put(lab: Lab, pk: str, expires: Any = None, **more: Any) -> None:
    """Put an item; ``expires`` is a number of seconds since 1970, or a value in wire form."""
    value = expires if isinstance(expires, dict) else {"N": str(expires)}
    rest = {} if expires is None else {"expires": value}
    request(lab, "PutItem", Item={"pk": {"S": pk}, **rest, **more})


def there(lab: Lab) -> list[str]:
    return sorted(one["pk"]["S"] for one in request(lab, "Scan", ConsistentRead=True)["Items"])


def test_an_expired_item_goes_and_the_others_stay() -> None:
    lab = lab_with()
    put(lab, "soon", now(lab) + 100)
    put(lab, "later", now(lab) + 1000)
    put(lab, "never")
    lab.clock.advance(109.5)
    assert there(lab) == ["later", "never", "soon"]
    lab.clock.advance(1)
    assert there(lab) == ["later", "never"]
    lab.clock.advance(1000)
    assert there(lab) == ["never"]


def test_in_the_ideal_profile_it_goes_ten_seconds_after_its_time() -> None:
    lab = lab_with()
    moment = now(lab) + 50
    put(lab, "a", moment)
    lab.clock.advance(100)
    [event] = lab.trace.of(ItemExpired)
    assert (event.at, event.key, event.expired_at, event.late) == (
        (moment + 10) * SECOND,
        "a",
        moment * SECOND,
        10 * SECOND,
    )


def test_until_it_is_deleted_an_expired_item_is_like_any_other() -> None:
    lab = lab_with()
    put(lab, "a", now(lab) - 1)
    key = {"pk": {"S": "a"}}
    assert request(lab, "GetItem", Key=key, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["CapacityUnits"] == 0.5
    lab.clock.advance(5)
    answer = request(
        lab,
        "UpdateItem",
        Key=key,
        UpdateExpression="SET x = :x",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":x": {"S": "x"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["x"] == {"S": "x"}
    lab.clock.advance(5)
    assert there(lab) == [], "a change that leaves its time alone does not put it off"


@pytest.mark.parametrize(
    "value",
    [
        {"S": str(START)},
        {"NS": [str(START)]},
        {"L": [{"N": str(START)}]},
        {"BOOL": True},
        {"N": str(START * 1000)},
        {"N": str(START - 5 * 365 * DAY - 1)},
        {"N": "0"},
        {"N": "-1"},
        {"N": "9.9E+125"},
    ],
    ids=["text", "set", "list", "boolean", "milliseconds", "over-five-years-ago", "zero", "negative", "enormous"],
)
def test_documented_what_is_no_recent_number_of_seconds_never_expires(value: dict[str, Any]) -> None:
    lab = lab_with()
    put(lab, "a", value)
    lab.clock.advance(400 * DAY)
    assert there(lab) == ["a"]


def test_an_item_that_expired_almost_five_years_ago_goes() -> None:
    lab = lab_with()
    put(lab, "a", START - 5 * 365 * DAY + 3600)
    lab.clock.advance(10)
    assert there(lab) == []


def test_a_fraction_of_a_second_counts() -> None:
    lab = lab_with()
    put(lab, "a", now(lab) + 0.5)
    lab.clock.advance(60)
    [event] = lab.trace.of(ItemExpired)
    assert event.expired_at % SECOND == SECOND // 2


def test_an_item_whose_time_is_put_off_or_taken_away_stays() -> None:
    lab = lab_with()
    for name in ("put off", "taken away", "left"):
        put(lab, name, now(lab) + 100)
    put(lab, "put off", now(lab) + 5000)
    request(lab, "UpdateItem", Key={"pk": {"S": "taken away"}}, UpdateExpression="REMOVE expires")
    lab.clock.advance(1000)
    assert there(lab) == ["put off", "taken away"]
    lab.clock.advance(5000)
    assert there(lab) == ["taken away"]


def test_an_item_that_was_deleted_and_put_again_has_its_own_time() -> None:
    lab = lab_with()
    put(lab, "a", now(lab) + 100)
    request(lab, "DeleteItem", Key={"pk": {"S": "a"}})
    lab.clock.advance(105)
    put(lab, "a", now(lab) - 5)
    lab.clock.advance(9)
    assert there(lab) == ["a"]
    lab.clock.advance(1)
    assert there(lab) == []


def test_the_deletion_costs_no_write_units_and_is_nobodys_request() -> None:
    lab = lab_with()
    put(lab, "a", now(lab))
    lab.clock.advance(60)
    [event] = lab.trace.of(ItemExpired)
    assert event.request == 0
    assert [one.change for one in lab.trace.of(ItemWritten)] == ["INSERT"]


def test_the_deletion_takes_no_units_of_the_tables_budget() -> None:
    throughput = {"ReadCapacityUnits": 1000, "WriteCapacityUnits": 100}
    lab = lab_with(replace(IDEAL, admission="global"), ProvisionedThroughput=throughput)
    put(lab, "a", now(lab))
    lab.clock.advance(9.999999)
    before = [one for one in lab.inspect("things").budgets if one.budget == "provisioned" and one.side == "Write"]
    lab.clock.advance(0.000001)
    after = [one for one in lab.inspect("things").budgets if one.budget == "provisioned" and one.side == "Write"]
    assert there(lab) == []
    assert after[0].level >= before[0].level


def test_its_stream_record_names_dynamodb_as_documented() -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    lab = lab_with(StreamSpecification=stream)
    put(lab, "a", now(lab))
    lab.clock.advance(60)
    [_, expired] = lab.trace.of(StreamRecordWritten)
    assert (expired.change, expired.request) == ("REMOVE", 0)
    arn = request(lab, "DescribeTable")["Table"]["LatestStreamArn"]
    iterator = lab.request(
        "dynamodbstreams",
        "GetShardIterator",
        {"StreamArn": arn, "ShardId": expired.shard, "ShardIteratorType": "TRIM_HORIZON"},
    )
    records = lab.request("dynamodbstreams", "GetRecords", iterator)["Records"]
    assert records[-1]["eventName"] == "REMOVE"
    assert records[-1]["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in records[0]
    assert records[-1]["dynamodb"]["OldImage"]["pk"] == {"S": "a"}


def test_its_index_entries_go_too() -> None:
    lab = lab_with(replace(IDEAL, index_lag=Delay(*[SECOND] * 5)), globals={"gsi": "g:S"})
    put(lab, "a", now(lab), g={"S": "g"})
    lab.clock.advance(10.5)
    assert there(lab) == []
    assert request(lab, "Scan", IndexName="gsi")["Count"] == 1
    lab.clock.advance(1)
    assert request(lab, "Scan", IndexName="gsi")["Count"] == 0
    removal = lab.trace.of(IndexWritten)[-1]
    assert (removal.change, removal.request, removal.units) == ("REMOVE", 0, 1)


def test_a_starved_index_does_not_hold_up_expiry() -> None:
    throughput = {"ReadCapacityUnits": 1000, "WriteCapacityUnits": 1000}
    params = definition({"gsi": "g:S"}, key="pk:S", ProvisionedThroughput=throughput)
    params["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 1}
    lab = Lab(1, replace(IDEAL, admission="global"))
    lab.request("dynamodb", "CreateTable", params)
    turn(lab, True)
    lab.clock.advance(300)
    for n in range(50):
        put(lab, f"p{n}", now(lab), g={"S": "g"})
    lab.clock.advance(15)
    assert there(lab) == []


def test_point_in_time_recovery_brings_back_what_expired() -> None:
    lab = lab_with()
    request(lab, "UpdateContinuousBackups", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    lab.clock.advance(1)
    put(lab, "a", now(lab))
    lab.clock.advance(5)
    before = now(lab)
    lab.clock.advance(60)
    assert there(lab) == []
    restore = {"SourceTableName": "things", "TargetTableName": "again", "RestoreDateTime": before}
    lab.request("dynamodb", "RestoreTableToPointInTime", restore)
    lab.clock.advance(60)
    items = lab.request("dynamodb", "Scan", {"TableName": "again"})["Items"]
    assert [one["pk"]["S"] for one in items] == ["a"]


def test_turning_it_on_deletes_what_has_expired_already() -> None:
    lab = lab_with(enabled=False)
    put(lab, "a", now(lab) - 1000)
    put(lab, "b", now(lab) + 1000)
    lab.clock.advance(DAY)
    assert there(lab) == ["a", "b"]
    put(lab, "c", now(lab) + 1000)
    turn(lab, True)
    lab.clock.advance(10)
    assert there(lab) == ["c"]


def test_nothing_is_deleted_while_it_is_enabling_nor_after_it_is_disabled() -> None:
    lab = lab_with(replace(IDEAL, expiry_change=3600 * SECOND), enabled=False)
    put(lab, "a", now(lab))
    turn(lab, True)
    lab.clock.advance(3599)
    assert there(lab) == ["a"]
    lab.clock.advance(11)
    assert there(lab) == []
    put(lab, "b", now(lab) + 3000)
    put(lab, "c", now(lab) + 3660)
    turn(lab, False)
    lab.clock.advance(DAY)
    assert there(lab) == ["c"]


def test_another_attribute_counts_after_a_change() -> None:
    lab = lab_with()
    turn(lab, False)
    turn(lab, True, "other")
    put(lab, "a", now(lab))
    put(lab, "b", other={"N": str(now(lab))})
    lab.clock.advance(60)
    assert there(lab) == ["a"]


def test_a_table_that_is_gone_leaves_no_deletions_to_its_successor() -> None:
    lab = lab_with()
    put(lab, "a", now(lab) + 100)
    request(lab, "DeleteTable")
    lab.request("dynamodb", "CreateTable", definition(key="pk:S"))
    put(lab, "a", now(lab))
    lab.clock.advance(DAY)
    assert there(lab) == ["a"]
    assert lab.trace.of(ItemExpired) == []


def test_batches_transactions_and_statements_are_noticed_too() -> None:
    lab = lab_with()
    items = [{"pk": {"S": name}, "expires": {"N": str(now(lab))}} for name in ("batch", "transaction", "statement")]
    lab.request("dynamodb", "BatchWriteItem", {"RequestItems": {"things": [{"PutRequest": {"Item": items[0]}}]}})
    actions = [{"Put": {"TableName": "things", "Item": items[1]}}]
    lab.request("dynamodb", "TransactWriteItems", {"TransactItems": actions})
    statement = "INSERT INTO things VALUE {'pk': 'statement', 'expires': ?}"
    lab.request("dynamodb", "ExecuteStatement", {"Statement": statement, "Parameters": [items[2]["expires"]]})
    assert len(there(lab)) == 3
    lab.clock.advance(10)
    assert there(lab) == []


def test_realistic_deletion_takes_hours_to_days_as_documented_without_a_promise() -> None:
    lab = lab_with(REALISTIC)
    moment = now(lab)
    for n in range(200):
        put(lab, f"p{n}", moment)
    lab.clock.advance(7 * DAY)
    late = sorted(event.late for event in lab.trace.of(ItemExpired))
    assert len(late) == 200
    assert HOUR * SECOND < late[100] < 24 * HOUR * SECOND
    assert late[-1] > 48 * HOUR * SECOND


def test_in_partitions_without_a_quorum_nothing_is_deleted_until_there_is_one_again() -> None:
    lab = lab_with(CLASSROOM)
    for n in range(20):
        put(lab, f"p{n}", now(lab))
    for zone in "abc":
        lab.faults.lose_zone(zone)
    lab.clock.advance(600)
    assert lab.trace.of(ItemExpired) == []
    lab.faults.restore()
    lab.clock.advance(600)
    assert len(lab.trace.of(ItemExpired)) == 20
    assert there(lab) == []


def test_in_the_classroom_it_takes_seconds_to_minutes() -> None:
    lab = lab_with(CLASSROOM)
    for n in range(20):
        put(lab, f"p{n}", now(lab))
    lab.clock.advance(300)
    assert {event.late < 130 * SECOND for event in lab.trace.of(ItemExpired)} == {True}
    assert there(lab) == []


def test_same_seed_and_calls_give_the_same_trace() -> None:
    def digest(seed: int) -> str:
        lab = lab_with(CLASSROOM, seed)
        for n in range(30):
            put(lab, f"p{n % 20}", now(lab) + n)
        lab.clock.advance(300)
        return lab.trace.digest()

    assert digest(1) == digest(1) != digest(2)


moments = st.none() | st.integers(-200, 200)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), moments, st.integers(0, 60)), max_size=30))
def test_at_any_time_exactly_what_is_not_due_is_there(writes: list[tuple[str, int | None, int]]) -> None:
    """An item is due ten seconds after it expires, or after it was written with a moment that had passed already."""
    lab = lab_with()
    model: dict[str, tuple[int | None, float]] = {}
    for name, offset, pause in writes:
        moment = None if offset is None else now(lab) + offset
        put(lab, name, moment)
        if name not in model or model[name][0] != moment:
            model[name] = moment, float("inf") if moment is None else max(moment, now(lab)) + 10
        lab.clock.advance(pause)
        model = {one: (when, due) for one, (when, due) in model.items() if due > now(lab)}
        assert there(lab) == sorted(model)
    table = lab.inspect("things")._table
    assert table.expiry is not None
    table.expiry._check()


def test_without_any_delay_a_sweep_waits_for_a_quorum_and_then_goes_on() -> None:
    lab = lab_with(replace(REALISTIC, expiry_delay=Delay(), expiry_change=0))
    put(lab, "a", now(lab) + 100)
    lab.faults.lose_zone("a", seconds=300)
    lab.faults.lose_zone("b", seconds=300)
    lab.clock.advance(200)
    assert not lab.trace.of(ItemExpired)
    lab.clock.advance(200)
    assert [event.key for event in lab.trace.of(ItemExpired)] == ["a"]
