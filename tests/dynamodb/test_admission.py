"""Throttling: which requests are refused, by which budget, in which words, and what a refusal leaves behind."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import LabError, ServiceError
from dynateach.profile import IDEAL, Profile
from dynateach.trace import Throttled
from tests.indexed import definition
from tests.tables import everything_in

ARN = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
GLOBAL = replace(IDEAL, admission="global")
STATIC = replace(IDEAL, admission="static")


def throughput(reads: int, writes: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def lab_with(profile: Profile = GLOBAL, **table: Any) -> Lab:
    """A Lab with one table of the key ``pk``, ACTIVE and otherwise as told."""
    lab = Lab(seed=1, profile=profile)
    ask(lab, "CreateTable", **definition(**{"key": "pk:S", **table}))
    return lab


def ask(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", operation, params)


def item(key: str, kilobytes: int = 1, **more: str) -> dict[str, Any]:
    """An item that costs so many write units."""
    pad = {"pad": {"S": "x" * (kilobytes * 1024 - 200)}}
    return {"pk": {"S": key}, **pad, **{name: {"S": text} for name, text in more.items()}}


def put(lab: Lab, key: str, kilobytes: int = 1, **more: str) -> dict[str, Any]:
    return ask(lab, "PutItem", TableName="things", Item=item(key, kilobytes, **more))


def get(lab: Lab, key: str, **options: Any) -> dict[str, Any]:
    return ask(lab, "GetItem", TableName="things", Key={"pk": {"S": key}}, **options)


def refusal(call: Any, *arguments: Any, **options: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        call(*arguments, **options)
    return caught.value


def puts_until_refused(lab: Lab, keys: list[str]) -> tuple[int, ServiceError]:
    """How many writes of a unit, one after the other in one moment, are done before one is refused."""
    return until_refused(lambda n: put(lab, keys[n % len(keys)]))


def reason(error: ServiceError) -> dict[str, str]:
    (found,) = error.fields.get("ThrottlingReasons") or error.fields["throttlingReasons"]
    return dict(found)


# Provisioned


def test_a_provisioned_table_serves_what_flows_in_and_no_more() -> None:
    lab = lab_with(**throughput(5, 5))
    assert puts_until_refused(lab, ["a"])[0] == 5
    lab.clock.advance(1)
    assert puts_until_refused(lab, ["a"])[0] == 5
    lab.clock.advance(2)
    assert puts_until_refused(lab, ["a"])[0] == 10


def test_300_seconds_of_unused_capacity_can_be_used_at_once_as_documented() -> None:
    lab = lab_with(**throughput(2, 3))
    lab.clock.advance(3600)
    assert puts_until_refused(lab, ["a"])[0] == 900
    reads = 0
    while True:
        try:
            get(lab, "none", ConsistentRead=True)
        except ServiceError:
            break
        reads += 1
    assert reads == 600


def test_a_request_that_finds_a_unit_may_take_more_and_the_table_pays_it_back() -> None:
    lab = lab_with(**throughput(5, 5))
    put(lab, "a", 20)
    lab.clock.advance(3)
    assert reason(refusal(put, lab, "a"))["reason"] == "TableWriteProvisionedThroughputExceeded"
    lab.clock.advance(0.2)
    put(lab, "a")


def test_provisioned_refusals_are_in_dynamodbs_words() -> None:
    lab = lab_with(**throughput(1, 1))
    put(lab, "a")
    error = refusal(put, lab, "a")
    assert (error.status, error.body()) == (
        400,
        {
            "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "message": "The level of configured provisioned throughput for the table was exceeded. "
            "Consider increasing your provisioning level with the UpdateTable API.",
            "ThrottlingReasons": [{"reason": "TableWriteProvisionedThroughputExceeded", "resource": ARN}],
        },
    )


def test_a_burst_does_not_exceed_a_partitions_ceiling() -> None:
    lab = lab_with(**throughput(10, 100))
    lab.clock.advance(300)
    done, error = puts_until_refused(lab, ["a"])
    assert (done, error.code) == (1000, "ProvisionedThroughputExceededException")
    assert reason(error) == {"reason": "TableWriteKeyRangeThroughputExceeded", "resource": ARN}


def test_a_refused_request_consumes_nothing_and_changes_nothing() -> None:
    lab = lab_with(**throughput(100, 1))
    put(lab, "a")
    before, levels = everything_in(lab), lab.inspect("things").budgets
    refusal(put, lab, "a", 300)
    refusal(ask, lab, "DeleteItem", TableName="things", Key={"pk": {"S": "a"}})
    assert [one for one in lab.inspect("things").budgets if one.side == "Write"] == [
        one for one in levels if one.side == "Write"
    ]
    lab.clock.advance(1)
    assert everything_in(lab) == before
    put(lab, "a")


def test_a_failed_condition_uses_up_units_and_a_throttled_one_is_not_judged() -> None:
    lab = lab_with(**throughput(5, 1))
    condition = {"Item": item("a"), "ConditionExpression": "attribute_exists(pk)"}
    assert refusal(ask, lab, "PutItem", TableName="things", **condition).code == "ConditionalCheckFailedException"
    assert (
        refusal(ask, lab, "PutItem", TableName="things", **condition).code == "ProvisionedThroughputExceededException"
    )


# On demand


def test_a_new_on_demand_table_takes_the_documented_12000_reads_and_4000_writes() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4))
    rates = {one.side: one.rate for one in lab.inspect("things").budgets if one.budget == "on-demand"}
    assert rates == {"Read": 12_000, "Write": 4_000}
    done, error = puts_until_refused(lab, [keys[0] for keys in keys_by_partition(lab, 40).values()])
    assert done == 4_000
    assert error.body()["__type"] == "com.amazon.coral.availability#ThrottlingException"
    assert error.message == (
        "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or "
        "index so please try again shortly. If exceptions persist, check if you have a hot key: "
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html."
    )


def _one_unit(lab: Lab, side: str) -> dict[str, Any]:
    return get(lab, "hot", ConsistentRead=True) if side == "Read" else put(lab, "hot")


@pytest.mark.parametrize(("side", "ceiling"), [("Read", 3000), ("Write", 1000)])
def test_one_partition_serves_3000_reads_and_1000_writes_as_documented(side: str, ceiling: int) -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4))
    for _ in range(ceiling):
        _one_unit(lab, side)
    assert reason(refusal(_one_unit, lab, side)) == {
        "reason": f"Table{side}KeyRangeThroughputExceeded",
        "resource": ARN,
    }


def test_warm_throughput_is_what_an_on_demand_table_starts_with() -> None:
    lab = lab_with(WarmThroughput={"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 9_000})
    rates = {one.side: one.rate for one in lab.inspect("things").budgets if one.budget == "on-demand"}
    assert rates == {"Read": 13_000, "Write": 9_000}


def test_a_peak_can_be_doubled_after_30_minutes() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4))
    for n in range(10):
        put(lab, f"{n}", 300)
    lab.clock.advance(1799)
    assert on_demand_rate(lab) == 4000
    lab.clock.advance(1)
    assert on_demand_rate(lab) == 6000


def test_what_a_table_had_saved_before_its_busiest_second_is_no_part_of_the_peak() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=40))
    keys = spread(lab)
    assert until_refused(lambda n: put(lab, keys[n % 40], 400))[0] == 10
    lab.clock.advance(0.9)
    assert until_refused(lambda n: put(lab, keys[20 + n % 20], 400))[0] == 9
    lab.clock.advance(1800)
    assert on_demand_rate(lab) == 8000


def on_demand_rate(lab: Lab) -> float:
    budgets = lab.inspect("things").budgets
    return next(one.rate for one in budgets if (one.side, one.budget) == ("Write", "on-demand"))


def test_a_configured_maximum_refuses_and_can_be_lifted() -> None:
    lab = lab_with(OnDemandThroughput={"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 3})
    done, error = puts_until_refused(lab, ["a"])
    assert (done, error.code) == (3, "ThrottlingException")
    assert error.message == "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    assert reason(error) == {"reason": "TableWriteMaxOnDemandThroughputExceeded", "resource": ARN}
    ask(lab, "UpdateTable", TableName="things", OnDemandThroughput={"MaxWriteRequestUnits": -1})
    put(lab, "a")


# The account's quota


WARM: dict[str, Any] = {"WarmThroughput": {"ReadUnitsPerSecond": 40_000, "WriteUnitsPerSecond": 40_000}}
"""Forty partitions, which together can take as much as the account may ask of one table."""


def test_an_on_demand_table_serves_no_more_than_the_quota_of_the_account() -> None:
    lab = lab_with(**WARM)
    done, error = puts_of_400_units(lab)
    assert (done, error.code, error.status) == (100, "RequestLimitExceeded", 400)
    assert error.message.startswith("Throughput exceeds the current throughput quota for your account.")
    assert reason(error) == {"reason": "TableWriteAccountLimitExceeded", "resource": ARN}
    (refused,) = lab.trace.of(Throttled)
    assert (refused.budget, refused.rate, refused.level) == ("quota", 40_000, 0)
    lab.clock.advance(2)
    assert puts_of_400_units(lab)[0] == 100


def test_reads_have_a_quota_of_their_own() -> None:
    lab = lab_with(**WARM)
    puts_of_400_units(lab)
    keys = spread(lab)
    reads, error = until_refused(lambda n: get(lab, keys[n % 100], ConsistentRead=True))
    assert reads == 400
    assert reason(error)["reason"] == "TableReadAccountLimitExceeded"


def test_a_table_that_is_not_warm_is_refused_before_it_comes_near_the_quota() -> None:
    lab = Lab(seed=1, profile=replace(GLOBAL, on_demand_partitions=60))
    ask(lab, "CreateTable", **definition(key="pk:S"))
    done, error = puts_of_400_units(lab)
    assert done == 10
    assert reason(error)["reason"] == "TableWriteKeyRangeThroughputExceeded"


def test_an_on_demand_index_has_a_quota_of_its_own() -> None:
    lab = Lab(seed=1, profile=replace(GLOBAL, on_demand_partitions=40))
    params = definition({"by_g": "g:S"}, key="pk:S", **WARM)
    params["GlobalSecondaryIndexes"][0] |= WARM
    ask(lab, "CreateTable", **params)
    keys = spread(lab)
    for key in keys[:40]:
        put(lab, key, 400, g=key)
    lab.clock.advance(1)
    moved, error = until_refused(lambda n: put(lab, keys[n % 40], 400, g=keys[40 + n]))
    assert moved == 50
    assert reason(error) == {"reason": "IndexWriteAccountLimitExceeded", "resource": f"{ARN}/index/by_g"}


def test_a_maximum_that_is_lifted_gives_way_to_the_quota() -> None:
    lab = lab_with(OnDemandThroughput={"MaxWriteRequestUnits": 3}, **WARM)
    puts_until_refused(lab, ["a"])
    ask(lab, "UpdateTable", TableName="things", OnDemandThroughput={"MaxWriteRequestUnits": -1})
    caps = [one for one in lab.inspect("things").budgets if one.side == "Write" and one.budget in ("maximum", "quota")]
    assert [(one.budget, one.rate, one.level) for one in caps] == [("quota", 40_000, 40_000)]


def test_a_table_whose_own_budget_is_smaller_has_no_quota_to_refuse_it() -> None:
    assert "quota" not in {one.budget for one in lab_with().inspect("things").budgets}


def test_a_provisioned_table_has_no_quota_to_refuse_it() -> None:
    """It can't be provisioned with more than that in the first place."""
    lab = lab_with(**throughput(5, 5))
    assert "quota" not in {one.budget for one in lab.inspect("things").budgets}


def test_a_batch_that_the_quota_refuses_whole_is_a_throttling_exception_as_documented() -> None:
    lab = lab_with(**WARM)
    puts_of_400_units(lab)
    error = refusal(ask, lab, "BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": item("a")}}]})
    assert error.code == "ThrottlingException"
    assert reason(error)["reason"] == "TableWriteAccountLimitExceeded"


def test_a_transaction_that_the_quota_refuses_is_cancelled_with_a_documented_code() -> None:
    lab = lab_with(**WARM)
    puts_of_400_units(lab)
    error = refusal(ask, lab, "TransactWriteItems", TransactItems=[{"Put": {"TableName": "things", "Item": item("a")}}])
    assert [one["Code"] for one in error.fields["CancellationReasons"]] == ["ThrottlingError"]


def puts_of_400_units(lab: Lab) -> tuple[int, ServiceError]:
    """How many large writes, spread over the table, are done in one moment before one is refused."""
    keys = spread(lab)
    return until_refused(lambda n: put(lab, keys[n], 400))


def until_refused(call: Callable[[int], object]) -> tuple[int, ServiceError]:
    """How many calls, which are numbered, are served before one is refused."""
    done = 0
    while True:
        try:
            call(done)
        except ServiceError as error:
            return done, error
        done += 1


def spread(lab: Lab) -> list[str]:
    """Three keys for each partition, the first of each before the second of any: few enough for its ceiling."""
    inside, found = lab.inspect("things"), Counter[str]()
    ranked = []
    for n in range(2000):
        partition = inside.locate(f"k{n}").partition
        ranked.append((found[partition], int(partition[1:]), f"k{n}"))
        found[partition] += 1
    return [key for rank, _, key in sorted(ranked) if rank < 3]


# Changes


def test_new_units_hold_when_the_update_is_through() -> None:
    lab = lab_with(replace(GLOBAL, table_update=60_000_000), **throughput(5, 2))
    ask(lab, "UpdateTable", TableName="things", **throughput(5, 50))
    assert puts_until_refused(lab, ["a"])[0] == 2
    lab.clock.advance(60)
    assert puts_until_refused(lab, ["a"])[0] == 120
    lab.clock.advance(1)
    assert puts_until_refused(lab, ["a"])[0] == 50


def test_fewer_units_keep_fewer_savings() -> None:
    lab = lab_with(**throughput(5, 2))
    lab.clock.advance(400)
    ask(lab, "UpdateTable", TableName="things", **throughput(5, 1))
    assert puts_until_refused(lab, ["a"])[0] == 300


def test_another_capacity_mode_brings_other_budgets() -> None:
    lab = lab_with(**throughput(1, 1))
    ask(lab, "UpdateTable", TableName="things", BillingMode="PAY_PER_REQUEST")
    assert {one.budget for one in lab.inspect("things").budgets} == {"on-demand", "partition"}
    assert puts_until_refused(lab, ["a"])[0] == 1000
    ask(lab, "UpdateTable", TableName="things", BillingMode="PROVISIONED", **throughput(2, 2))
    assert {one.budget for one in lab.inspect("things").budgets} == {"provisioned", "partition"}


def test_the_halves_of_a_split_partition_have_a_ceiling_each() -> None:
    lab = lab_with(**throughput(10, 900))
    lab.clock.advance(300)
    assert puts_until_refused(lab, [f"{n}" for n in range(64)])[0] == 1000
    lab.inspect("things").split("p0")
    done, _ = puts_until_refused(lab, [f"{n}" for n in range(64)])
    assert done > 1700


# Indexes


def indexed(index: dict[str, Any], **table: Any) -> Lab:
    lab = Lab(seed=1, profile=GLOBAL)
    params = definition({"by_g": "g:S"}, key="pk:S", **table)
    params["GlobalSecondaryIndexes"][0] |= index
    ask(lab, "CreateTable", **params)
    return lab


def test_a_starved_global_index_throttles_the_writes_of_a_healthy_table() -> None:
    lab = indexed(throughput(5, 1), **throughput(5, 100))
    put(lab, "a", g="x")
    error = refusal(put, lab, "b", g="x")
    assert error.code == "ProvisionedThroughputExceededException"
    assert error.message == (
        "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with "
        "the UpdateTable API."
    )
    assert reason(error) == {
        "reason": "IndexWriteProvisionedThroughputExceeded",
        "resource": f"{ARN}/index/by_g",
    }
    assert get(lab, "b") == {}


def test_a_write_that_does_not_touch_the_starved_index_goes_through() -> None:
    lab = indexed(throughput(5, 1), **throughput(5, 100))
    put(lab, "a", g="x")
    put(lab, "b")
    assert get(lab, "b")["Item"]["pk"] == {"S": "b"}


def test_reads_of_a_global_index_use_its_own_units() -> None:
    lab = indexed(throughput(1, 5), **throughput(1, 5))
    scan = {"TableName": "things", "IndexName": "by_g"}
    ask(lab, "Scan", **scan)
    ask(lab, "Scan", **scan)
    assert reason(refusal(ask, lab, "Scan", **scan)) == {
        "reason": "IndexReadProvisionedThroughputExceeded",
        "resource": f"{ARN}/index/by_g",
    }
    get(lab, "a", ConsistentRead=True)


def test_an_on_demand_index_has_a_maximum_of_its_own() -> None:
    lab = indexed({"OnDemandThroughput": {"MaxWriteRequestUnits": 2}})
    put(lab, "a", g="x")
    put(lab, "b", g="x")
    assert reason(refusal(put, lab, "c", g="x"))["reason"] == "IndexWriteMaxOnDemandThroughputExceeded"


def test_a_hot_key_of_an_index_throttles_writes_that_are_spread_over_the_table() -> None:
    lab = Lab(seed=1, profile=replace(GLOBAL, on_demand_partitions=8))
    ask(lab, "CreateTable", **definition({"by_g": "g:S"}, key="pk:S"))
    for n in range(3):
        put(lab, f"key {n}", 399, g="hot")
    error = refusal(put, lab, "another", g="hot")
    assert reason(error) == {
        "reason": "IndexWriteKeyRangeThroughputExceeded",
        "resource": f"{ARN}/index/by_g",
    }
    assert error.message == (
        "Throughput exceeds the current capacity for one or more global secondary indexes. "
        "DynamoDB is automatically scaling your index so please try again shortly."
    )
    put(lab, "another", g="cool")


def test_a_local_index_uses_the_units_of_the_table() -> None:
    lab = Lab(seed=1, profile=GLOBAL)
    ask(lab, "CreateTable", **definition(None, {"local": "pk / g:S"}, "pk:S / sk:S", **throughput(5, 4)))
    for n in range(2):
        ask(lab, "PutItem", TableName="things", Item={"pk": {"S": "a"}, "sk": {"S": str(n)}, "g": {"S": "x"}})
    error = refusal(ask, lab, "PutItem", TableName="things", Item={"pk": {"S": "a"}, "sk": {"S": "z"}})
    assert reason(error)["reason"] == "TableWriteProvisionedThroughputExceeded"


def test_an_index_that_comes_later_has_budgets_until_it_goes() -> None:
    lab = lab_with(**throughput(5, 5))
    create = {**definition({"late": "g:S"})["GlobalSecondaryIndexes"][0], **throughput(3, 3)}
    ask(
        lab,
        "UpdateTable",
        TableName="things",
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": create}],
    )
    assert {one.rate for one in lab.inspect("things").budgets if one.index_name == "late"} == {3, 3000, 1000}
    ask(lab, "UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}])
    assert {one.index_name for one in lab.inspect("things").budgets} == {""}


# Many items


def test_a_batch_hands_back_the_writes_that_were_refused() -> None:
    lab = lab_with(**throughput(5, 3))
    entries = [{"PutRequest": {"Item": item(f"{n}")}} for n in range(5)]
    answer = ask(lab, "BatchWriteItem", RequestItems={"things": entries}, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {"things": entries[3:]}
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 3.0}]
    error = refusal(ask, lab, "BatchWriteItem", RequestItems=answer["UnprocessedItems"])
    assert error.code == "ProvisionedThroughputExceededException"
    lab.clock.advance(1)
    assert ask(lab, "BatchWriteItem", RequestItems=answer["UnprocessedItems"]) == {"UnprocessedItems": {}}
    assert ask(lab, "Scan", TableName="things")["Count"] == 5


def test_a_batch_hands_back_writes_that_a_starved_index_refused() -> None:
    lab = indexed(throughput(5, 1), **throughput(5, 100))
    entries = [{"PutRequest": {"Item": item(f"{n}", g="x")}} for n in range(2)]
    plain = {"PutRequest": {"Item": item("plain")}}
    answer = ask(lab, "BatchWriteItem", RequestItems={"things": [*entries, plain]})
    assert answer["UnprocessedItems"] == {"things": entries[1:]}


def test_a_batch_of_writes_that_a_partition_refuses_whole_is_a_throttling_exception_in_both_modes() -> None:
    lab = lab_with(**throughput(10, 100))
    lab.clock.advance(300)
    puts_until_refused(lab, ["a"])
    error = refusal(ask, lab, "BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": item("a")}}]})
    assert error.code == "ThrottlingException"
    assert reason(error)["reason"] == "TableWriteKeyRangeThroughputExceeded"


def test_a_batch_hands_back_the_keys_that_were_refused() -> None:
    lab = lab_with(**throughput(2, 50))
    for n in range(4):
        put(lab, f"{n}")
    request: dict[str, Any] = {"Keys": [{"pk": {"S": f"{n}"}} for n in range(4)], "ConsistentRead": True}
    answer = ask(lab, "BatchGetItem", RequestItems={"things": request})
    assert {one["pk"]["S"] for one in answer["Responses"]["things"]} == {"0", "1"}
    assert answer["UnprocessedKeys"] == {"things": {**request, "Keys": request["Keys"][2:]}}
    error = refusal(ask, lab, "BatchGetItem", RequestItems=answer["UnprocessedKeys"])
    assert reason(error)["reason"] == "TableReadProvisionedThroughputExceeded"


@pytest.mark.parametrize(
    ("mode", "code"),
    [(throughput(5, 1), "ProvisionedThroughputExceeded"), ({}, "ThrottlingError")],
)
def test_a_transaction_that_lacks_units_is_cancelled_whole_with_reasons(mode: dict[str, Any], code: str) -> None:
    lab = lab_with(**mode)
    if mode:
        put(lab, "a")
    else:
        puts_until_refused(lab, ["a"])
    ask(lab, "CreateTable", **{**definition(key="pk:S"), "TableName": "others"})
    before = ask(lab, "Scan", TableName="others")
    error = refusal(
        ask,
        lab,
        "TransactWriteItems",
        TransactItems=[{"Put": {"TableName": name, "Item": item("b")}} for name in ("others", "things")],
    )
    assert error.code == "TransactionCanceledException"
    reasons = error.fields["CancellationReasons"]
    assert [one["Code"] for one in reasons] == ["None", code]
    assert set(reasons[1]) == {"Code", "Message"}
    assert ask(lab, "Scan", TableName="others") == before


def test_a_transaction_is_let_in_as_a_whole_and_charged_twice() -> None:
    lab = lab_with(**throughput(5, 1))
    puts = [{"Put": {"TableName": "things", "Item": item(f"{n}")}} for n in range(10)]
    ask(lab, "TransactWriteItems", TransactItems=puts)
    level = next(
        one.level for one in lab.inspect("things").budgets if (one.side, one.budget) == ("Write", "provisioned")
    )
    assert level == 1 - 2 * 10


def test_every_failed_condition_of_a_transaction_is_named_though_the_first_overdraws() -> None:
    lab = lab_with(**throughput(5, 1))
    checks = [
        {"Put": {"TableName": "things", "Item": item(f"{n}"), "ConditionExpression": "attribute_exists(pk)"}}
        for n in range(3)
    ]
    error = refusal(ask, lab, "TransactWriteItems", TransactItems=checks)
    assert [one["Code"] for one in error.fields["CancellationReasons"]] == ["ConditionalCheckFailed"] * 3


def test_a_starved_index_cancels_a_transaction() -> None:
    lab = indexed(throughput(5, 1), **throughput(5, 100))
    put(lab, "a", g="x")
    puts = [{"Put": {"TableName": "things", "Item": one}} for one in (item("b"), item("c", g="x"))]
    error = refusal(ask, lab, "TransactWriteItems", TransactItems=puts)
    assert [one["Code"] for one in error.fields["CancellationReasons"]] == ["None", "ProvisionedThroughputExceeded"]
    assert get(lab, "b") == {}


def test_a_page_is_let_in_before_it_is_read_and_charged_after() -> None:
    lab = lab_with(**throughput(10, 100))
    for n in range(20):
        put(lab, f"{n}", 5)
    assert ask(lab, "Scan", TableName="things", ConsistentRead=True)["Count"] == 20
    level = next(
        one.level for one in lab.inspect("things").budgets if (one.side, one.budget) == ("Read", "provisioned")
    )
    assert level < -10
    assert reason(refusal(ask, lab, "Scan", TableName="things"))["reason"] == "TableReadProvisionedThroughputExceeded"
    lab.clock.advance(-level / 10 + 0.1)
    ask(lab, "Scan", TableName="things")


def test_statements_are_throttled_like_other_requests() -> None:
    lab = lab_with(**throughput(1, 1))
    insert = {"Statement": "INSERT INTO things VALUE {'pk': ?}"}
    ask(lab, "ExecuteStatement", **insert, Parameters=[{"S": "a"}])
    assert refusal(ask, lab, "ExecuteStatement", **insert, Parameters=[{"S": "b"}]).code == (
        "ProvisionedThroughputExceededException"
    )
    answer = ask(lab, "BatchExecuteStatement", Statements=[{**insert, "Parameters": [{"S": "b"}]}])
    (response,) = answer["Responses"]
    assert response["Error"]["Code"] == "ProvisionedThroughputExceeded"
    assert set(response["Error"]) == {"Code", "Message"}
    ask(lab, "ExecuteStatement", Statement="SELECT * FROM things", ConsistentRead=True)
    assert refusal(ask, lab, "ExecuteStatement", Statement="SELECT * FROM things").code == (
        "ProvisionedThroughputExceededException"
    )


# The early design, and none


def keys_by_partition(lab: Lab, count: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for n in range(count):
        found.setdefault(lab.inspect("things").locate(f"key {n}").partition, []).append(f"key {n}")
    return found


@pytest.mark.parametrize(("profile", "served"), [(GLOBAL, 1000), (STATIC, 400)])
def test_skewed_traffic_gets_the_whole_table_or_only_its_partitions_share(profile: Profile, served: int) -> None:
    """Published (USENIX ATC 2022): fixed shares throttled skewed traffic while the table had capacity to spare."""
    lab = lab_with(profile, **throughput(100, 3200))
    hot = keys_by_partition(lab, 40)["p0"]
    if profile is STATIC:
        for half in lab.inspect("things").partitions:
            lab.inspect("things").split(half.id)
        hot = keys_by_partition(lab, 40)["p4"]
    done, error = puts_until_refused(lab, hot)
    assert done == served
    limit = "KeyRange" if profile is GLOBAL else "Provisioned"
    assert reason(error)["reason"] == f"TableWrite{limit}ThroughputExceeded"


def test_static_shares_are_diluted_by_splits_and_evenly_spread_traffic_gets_all() -> None:
    """Published example: 3,200 units over 4 partitions are 800 each."""
    lab = lab_with(STATIC, **throughput(100, 3200))

    def shares() -> Counter[float]:
        return Counter(
            one.rate for one in lab.inspect("things").budgets if (one.side, one.budget) == ("Write", "share")
        )

    assert shares() == {800: 4}
    lab.inspect("things").split("p0")
    assert shares() == {800: 3, 400: 2}


def test_static_shares_save_300_seconds_each() -> None:
    lab = lab_with(STATIC, **throughput(1, 4))
    assert [one.capacity for one in lab.inspect("things").budgets if one.budget == "share"] == [300, 1200]


def test_without_admission_control_nothing_is_refused() -> None:
    lab = lab_with(IDEAL, **throughput(1, 1))
    for n in range(2000):
        put(lab, f"{n}")
    assert lab.inspect("things").budgets == ()


def test_a_refusal_is_in_the_trace() -> None:
    lab = lab_with(**throughput(1, 2))
    put(lab, "a", 3)
    refusal(put, lab, "b")
    (event,) = lab.trace.of(Throttled)
    assert event._replace(at=0, hash=0) == Throttled(0, 3, "things", "", "p0", "Write", "provisioned", "b", 0, 2, -1)
    assert event.hash == lab.inspect("things").locate("b").position


def test_the_same_traffic_is_refused_in_the_same_places() -> None:
    def digest() -> str:
        lab = lab_with(replace(GLOBAL, on_demand_partitions=3), **throughput(3, 7))
        for n in range(60):
            lab.clock.advance(0.07)
            try:
                put(lab, f"{n}", 1 + n % 3)
            except ServiceError:
                lab.clock.advance(0.5)
        return lab.trace.digest()

    assert digest() == digest()


def test_the_profiles_with_physics_have_admission_control() -> None:
    assert [Lab(profile=name).profile.admission for name in ("ideal", "realistic", "classroom")] == [
        "off",
        "global",
        "global",
    ]


def test_an_admission_that_there_is_not_is_named() -> None:
    with pytest.raises(LabError, match="admission"):
        replace(IDEAL, admission="Static")  # type: ignore[arg-type]
