"""Partitions that split by themselves because they are hot: which do, where they are cut, and when it would not help."""

from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest

from dynateach.errors import LabError, ServiceError
from dynateach.trace import SplitBegan, SplitDeclined
from tests.splitting import HEATED, KEYS, ask, drive, lab_with, partitions, put, splits, spread


def test_a_partition_that_stays_hot_splits_and_then_serves_what_it_refused() -> None:
    lab = lab_with(HEATED)
    assert drive(lab, spread(30 * 15), 1500) > 50
    (began,) = lab.trace.of(SplitBegan)
    assert (began.partition, began.reason) == ("p0", "heat")
    assert drive(lab, spread(30 * 60), 1500) > 300
    assert [one.partition for one in splits(lab)] == ["p0"]
    assert drive(lab, spread(30 * 60), 1500) == 0
    assert len(partitions(lab)) == 2


def test_a_table_that_is_still_too_hot_splits_again() -> None:
    lab = lab_with(HEATED)
    drive(lab, spread(60 * 200), 3000)
    assert len(partitions(lab)) > 3
    assert drive(lab, spread(60 * 60), 3000) == 0


def test_a_burst_alone_splits_nothing_nor_does_what_the_partition_serves_easily() -> None:
    lab = lab_with(HEATED)
    for _ in range(20):
        drive(lab, spread(60), 3000)
        lab.clock.advance(60)
    drive(lab, spread(17 * 120), 850)
    assert not lab.trace.of(SplitBegan)


def test_a_partition_just_below_its_ceiling_is_hot_later() -> None:
    lab = lab_with(HEATED)
    drive(lab, spread(19 * 15), 950)
    assert not lab.trace.of(SplitBegan)
    drive(lab, spread(19 * 30), 950)
    assert len(lab.trace.of(SplitBegan)) == 1


def test_one_hot_item_is_not_split_as_published_and_stays_throttled() -> None:
    lab = lab_with(HEATED)
    drive(lab, [("hot", "-")] * 30 * 120, 1500)
    assert partitions(lab) == ["p0"]
    assert {(one.reason, one.because) for one in lab.trace.of(SplitDeclined)} == {("heat", "one item")}
    assert drive(lab, [("hot", "-")] * 30 * 10, 1500) > 50


def test_rising_sort_keys_are_not_split_as_published() -> None:
    lab = lab_with(HEATED)
    drive(lab, [("log", f"{n:06}") for n in range(30 * 60)], 1500)
    assert partitions(lab) == ["p0"]
    assert {(one.reason, one.because) for one in lab.trace.of(SplitDeclined)} == {("heat", "sequential keys")}


def test_falling_sort_keys_are_sequential_too() -> None:
    lab = lab_with(HEATED)
    drive(lab, [("log", f"{n:06}") for n in range(30 * 20, 0, -1)], 1500)
    assert {one.because for one in lab.trace.of(SplitDeclined)} == {"sequential keys"}


def test_rising_partition_keys_are_spread_by_their_hashes_and_so_are_split() -> None:
    lab = lab_with(HEATED)
    drive(lab, [(f"order-{n:06}", "-") for n in range(30 * 90)], 1500)
    assert len(partitions(lab)) == 2


def test_two_hot_items_of_one_collection_end_in_two_partitions() -> None:
    lab = lab_with(HEATED)
    pair = [("both", "a"), ("both", "b")]
    drive(lab, [pair[n % 2] for n in range(30 * 90)], 1500)
    (split,) = splits(lab)
    assert (split.key, split.kept, split.moved) == ("both / b", 1, 1)
    assert drive(lab, [pair[n % 2] for n in range(30 * 30)], 1500) == 0


def test_the_neighbours_of_a_hot_item_are_parted_from_it() -> None:
    lab = lab_with(HEATED)
    every_other = [one if n % 2 else ("hot", "-") for n, one in enumerate(spread(30 * 60))]
    assert drive(lab, every_other, 1500) > 300
    drive(lab, every_other * 3, 1500)
    inside = lab.inspect("things")
    with_it = [key for key in KEYS if inside.locate(key).partition == inside.locate("hot").partition]
    assert len(with_it) < 40
    assert drive(lab, every_other, 1500) == 0


def test_a_hot_collection_of_a_table_with_a_local_index_is_not_split_as_documented() -> None:
    lab = lab_with(HEATED, locals={"by_g": "pk / g:S"})
    pair = [("both", "a"), ("both", "b")]
    drive(lab, [pair[n % 2] for n in range(30 * 30)], 1500)
    assert {one.because for one in lab.trace.of(SplitDeclined)} == {"one item collection"}
    drive(lab, [("both" if n % 2 else "other", "a") for n in range(30 * 90)], 1500)
    assert len(partitions(lab)) == 2


def test_a_split_for_heat_is_where_the_units_divide_not_where_the_items_do() -> None:
    lab = lab_with(HEATED)
    for n in range(100):
        put(lab, "one", f"{n:02}")
    drive(lab, [("one", f"{90 + n % 6}") for n in range(30 * 90)], 1500)
    assert [(one.kept, one.moved) for one in splits(lab)] == [(93, 7)]


def test_reads_make_a_partition_hot_too() -> None:
    lab = lab_with(HEATED)
    for key in KEYS:
        put(lab, key, kilobytes=200)
        lab.clock.advance(1)
    for pk, sk in spread(90 * 80):
        with suppress(ServiceError):
            ask(lab, "GetItem", Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True)
        lab.clock.advance(1 / 90)
    assert [(one.partition, one.reason) for one in lab.trace.of(SplitBegan)] == [("p0", "heat")]
    assert len(partitions(lab)) == 2


def test_queries_make_a_partition_hot_too() -> None:
    lab = lab_with(HEATED)
    for key in KEYS[:20]:
        put(lab, key, kilobytes=390)
        lab.clock.advance(1)
    query = {"KeyConditionExpression": "pk = :pk", "ConsistentRead": True}
    for n in range(50 * 80):
        with suppress(ServiceError):
            ask(lab, "Query", **query, ExpressionAttributeValues={":pk": {"S": f"k{n * 7 % 20}"}})
        lab.clock.advance(1 / 50)
    assert len(partitions(lab)) == 2


def test_a_hot_global_index_splits_by_itself() -> None:
    lab = lab_with(replace(HEATED, on_demand_partitions=4), {"by_g": "g:S"})
    chance = Random(7)
    for n in range(30 * 100):
        with suppress(ServiceError):
            put(lab, f"k{chance.randrange(500)}", kilobytes=50, g="same", n=f"{n}")
        lab.clock.advance(1 / 30)
    assert {(one.index_name, one.reason) for one in lab.trace.of(SplitBegan)} == {("by_g", "heat")}
    assert len(lab.inspect("things").index_partitions("by_g")) == 5


@pytest.mark.parametrize("threshold", [0, 1, 90])
def test_a_heat_threshold_is_a_part_of_the_ceiling(threshold: float) -> None:
    with pytest.raises(LabError, match="heat_threshold"):
        replace(HEATED, heat_threshold=threshold)


def test_heat_is_not_measured_where_each_partition_has_a_fixed_share_as_in_the_early_design() -> None:
    lab = lab_with(replace(HEATED, admission="static"))
    assert drive(lab, spread(90 * 30), 4500) > 0
    assert not lab.trace.of(SplitBegan)
