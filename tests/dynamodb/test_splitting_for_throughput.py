"""Partitions that are added because a table, or a global index, is to take more than those that it has can serve."""

from dataclasses import replace
from typing import Any

import pytest

from dynateach import Lab
from dynateach.clock import SECOND
from dynateach.profile import IDEAL, PROFILES, REALISTIC, Delay
from dynateach.trace import PartitionSplit, SplitBegan
from tests.indexed import definition
from tests.splitting import MINUTE, ask, drive, lab_with, partitions, put, spread

GLOBAL = replace(IDEAL, admission="global", split_duration=MINUTE)
STATIC = replace(GLOBAL, admission="static")


def throughput(reads: int, writes: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def raise_to(lab: Lab, reads: int, writes: int) -> None:
    ask(lab, "UpdateTable", **throughput(reads, writes))


def warm(lab: Lab) -> tuple[int, int]:
    described = ask(lab, "DescribeTable")["Table"]["WarmThroughput"]
    return described["ReadUnitsPerSecond"], described["WriteUnitsPerSecond"]


def shares(lab: Lab) -> list[float]:
    return [one.rate for one in lab.inspect("things").budgets if (one.side, one.budget) == ("Write", "share")]


def test_units_beyond_what_the_partitions_serve_add_partitions_a_while_later() -> None:
    lab = lab_with(GLOBAL, **throughput(100, 1000))
    raise_to(lab, 100, 2000)
    assert [(one.partition, one.reason) for one in lab.trace.of(SplitBegan)] == [("p0", "throughput")]
    assert partitions(lab) == ["p0"]
    lab.clock.advance(60)
    assert len(partitions(lab)) == 2
    lab.clock.advance(3600)
    assert len(partitions(lab)) == 2


def test_units_that_the_partitions_can_serve_add_none() -> None:
    lab = lab_with(GLOBAL, **throughput(100, 100))
    raise_to(lab, 3000, 1000)
    lab.clock.advance(3600)
    assert partitions(lab) == ["p0"]


def test_what_was_throttled_before_the_partitions_came_is_served_after() -> None:
    lab = lab_with(GLOBAL, **throughput(100, 1000))
    raise_to(lab, 100, 4000)
    assert drive(lab, spread(50 * 20), 2500) > 0
    lab.clock.advance(120)
    assert len(partitions(lab)) == 4
    assert drive(lab, spread(50 * 20, over=1000), 2500) == 0


def test_the_published_example_four_partitions_become_eight_and_no_decrease_merges_them() -> None:
    lab = lab_with(STATIC, **throughput(100, 3200))
    assert shares(lab) == [800] * 4
    raise_to(lab, 100, 6000)
    lab.clock.advance(60)
    assert shares(lab) == [750] * 8
    raise_to(lab, 100, 5000)
    lab.clock.advance(3600)
    assert shares(lab) == [625] * 8


def test_reads_that_rise_add_partitions_too() -> None:
    lab = lab_with(GLOBAL, **throughput(3000, 10))
    raise_to(lab, 12_000, 10)
    lab.clock.advance(120)
    assert [one.high - one.low for one in lab.inspect("things").partitions] == pytest.approx([0.25] * 4)


def test_in_profile_ideal_partitions_are_added_at_once() -> None:
    lab = lab_with(IDEAL, **throughput(10, 10))
    raise_to(lab, 10, 4000)
    assert len(partitions(lab)) == 4


def test_a_global_index_gets_partitions_for_its_own_units() -> None:
    lab = Lab(seed=1, profile=GLOBAL)
    params = definition({"by_g": "g:S"}, **throughput(10, 10))
    params["GlobalSecondaryIndexes"][0] |= throughput(10, 10)
    ask(lab, "CreateTable", **params)
    update = {"IndexName": "by_g", **throughput(10, 2000)}
    ask(lab, "UpdateTable", GlobalSecondaryIndexUpdates=[{"Update": update}])
    lab.clock.advance(60)
    assert {(one.index_name, one.partition) for one in lab.trace.of(PartitionSplit)} == {("by_g", "p0")}
    assert partitions(lab) == ["p0"]


def test_a_table_that_is_switched_to_on_demand_gets_the_partitions_of_a_new_one() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4), **throughput(10, 10))
    ask(lab, "UpdateTable", BillingMode="PAY_PER_REQUEST")
    lab.clock.advance(120)
    assert len(partitions(lab)) == 4
    assert warm(lab) == (12_000, 4_000)


def test_a_table_that_is_warmed_gets_partitions_for_it() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4))
    ask(lab, "UpdateTable", WarmThroughput={"WriteUnitsPerSecond": 8000})
    lab.clock.advance(60)
    assert len(partitions(lab)) == 8
    assert warm(lab) == (12_000, 8_000)


def test_an_on_demand_table_that_may_double_its_peak_gets_partitions_for_that_and_is_warm_once_it_has_them() -> None:
    lab = lab_with(replace(GLOBAL, on_demand_partitions=4))
    assert warm(lab) == (12_000, 4_000)
    for n in range(10):
        put(lab, f"{n}", kilobytes=300)
    lab.clock.advance(1800)
    put(lab, "next")
    assert warm(lab) == (12_000, 4_000)
    assert {one.reason for one in lab.trace.of(SplitBegan)} == {"throughput"}
    lab.clock.advance(60)
    assert len(partitions(lab)) == 8
    assert warm(lab) == (12_000, 6_000)


def test_warm_throughput_is_never_lowered() -> None:
    lab = lab_with(GLOBAL, **throughput(100, 100))
    raise_to(lab, 300, 2000)
    lab.clock.advance(60)
    assert warm(lab) == (300, 2000)
    raise_to(lab, 50, 50)
    assert warm(lab) == (300, 2000)
    ask(lab, "UpdateTable", BillingMode="PAY_PER_REQUEST")
    assert warm(lab) == (12_000, 4_000)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("mode", [{}, throughput(100, 2500)])
def test_a_new_table_has_the_partitions_that_it_needs_and_splits_none(profile: str, mode: dict[str, Any]) -> None:
    lab = lab_with(PROFILES[profile], {"by_g": "g:S"} if not mode else None, **mode)
    put(lab, "k")
    lab.clock.advance(7200)
    put(lab, "k")
    assert not lab.trace.of(SplitBegan)


def test_each_half_of_a_fixed_share_is_half_as_much_when_a_partition_splits_for_size() -> None:
    small = replace(STATIC, partition_bytes=100_000)
    lab = lab_with(small, **throughput(100, 800))
    for n in range(98):
        put(lab, f"k{n}")
    assert shares(lab) == [800]
    lab.clock.advance(60)
    assert shares(lab) == [400] * 2


def test_a_fixed_share_that_is_too_large_for_its_partition_is_halved_even_within_a_collection() -> None:
    lab = lab_with(replace(STATIC, partition_bytes=100_000), **throughput(100, 1000))
    for n in range(270):
        put(lab, "one", f"{n:03}")
        lab.clock.advance(0.1)
    lab.clock.advance(300)
    assert min(shares(lab)) == 125
    raise_to(lab, 100, 16_000)
    lab.clock.advance(300)
    assert max(shares(lab)) == 1000
    assert sum(shares(lab)) == 16_000


def test_splits_take_minutes_in_profile_realistic_as_published_and_seconds_in_classroom() -> None:
    times = {name: one.split_duration for name, one in PROFILES.items()}
    assert times["ideal"] == Delay()
    assert 60 * SECOND <= times["realistic"].fastest < times["realistic"].slowest < 3600 * SECOND
    assert times["classroom"].slowest < 60 * SECOND
    assert REALISTIC.heat_window > 0 == IDEAL.heat_window


def test_a_new_index_that_is_warmed_has_partitions_enough() -> None:
    asked: dict[str, Any] = {"WarmThroughput": {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 16_000}}
    params = definition({"by_g": "g:S"}, key="pk:S", **asked)
    params["GlobalSecondaryIndexes"][0] |= asked
    lab = Lab(profile="realistic")
    lab.request("dynamodb", "CreateTable", params)
    lab.clock.advance(30)
    inside = lab.inspect("things")
    assert (len(inside.partitions), len(inside.index_partitions("by_g")), inside.splits) == (16, 16, ())


def test_a_provisioned_table_that_is_warmed_splits_for_it() -> None:
    lab = Lab(profile="realistic")
    units: dict[str, Any] = {"ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}}
    lab.request("dynamodb", "CreateTable", definition(key="pk:S", **units))
    lab.clock.advance(30)
    asked = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}
    lab.request("dynamodb", "UpdateTable", {"TableName": "things", "WarmThroughput": asked})
    lab.clock.advance(3_600)
    assert len(lab.inspect("things").partitions) == 4


def test_a_table_that_is_being_deleted_begins_no_split() -> None:
    lab = Lab(profile=replace(REALISTIC, transaction_commit=Delay(*[2_000_000] * 5)))
    lab.request("dynamodb", "CreateTable", definition(key="pk:S"))
    lab.clock.advance(30)
    puts = [{"TableName": "things", "Item": {"pk": {"S": f"{n}"}, "v": {"S": "x" * 390 * 1024}}} for n in range(6)]
    lab.clock.after(1, lambda: [lab.request("dynamodb", "PutItem", put) for put in puts])
    lab.clock.advance(1_900)

    def write_and_delete() -> None:
        put = {"Put": {"TableName": "things", "Item": {"pk": {"S": "z"}}}}
        lab.request("dynamodb", "TransactWriteItems", {"TransactItems": [put]})
        lab.clock.after(1000, lambda: lab.request("dynamodb", "DeleteTable", {"TableName": "things"}))

    lab.clock.after(100, write_and_delete)
    lab.clock.advance(1_000)
    assert not lab.trace.of(SplitBegan)
