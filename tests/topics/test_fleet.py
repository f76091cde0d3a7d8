"""A fleet's traffic: where it lands and what the budgets let through, against a model that takes requests one by one."""

from dataclasses import astuple
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import LabError
from dynateach.clock import SECOND
from dynateach.dynamodb.rules.hashing import digest
from dynateach.dynamodb.storage.admission import CEILINGS
from dynateach.dynamodb.storage.buckets import Bucket
from dynateach.dynamodb.storage.keyspace import KeySpace
from dynateach.topics.fleet import (
    Arrive,
    Traffic,
    admit,
    celebrity,
    day,
    equal_shares,
    popularity_of_partitions,
    simulate,
    split,
    steady,
    uniform,
    zipf,
)
from dynateach.topics.parts.budgets import SIDES, Budget, Kind, OnDemand, Provisioned
from dynateach.topics.parts.positions import name

PLENTY = Provisioned(1_000_000)

# Where it lands


@given(partitions=st.integers(min_value=1, max_value=70), cuts=st.lists(st.integers(0, 200), max_size=5))
@settings(deadline=None)
def test_keys_belong_to_the_partitions_of_the_engine(partitions: int, cuts: list[int]) -> None:
    keyspace, lows = KeySpace(partitions), equal_shares(partitions)
    for cut in cuts:
        which = cut % len(lows)
        lows = split(lows, which)
        keyspace.split(keyspace.partitions[which], (int(lows[which + 1]).to_bytes(8).ljust(16, b"\0"),))
    keys = 300
    expected = np.zeros(len(lows))
    for number in range(keys):
        owner = keyspace.partition_of((digest({"S": name(number, keys)}),))
        expected[keyspace.partitions.index(owner)] += number
    weights = np.arange(keys, dtype=np.float64)

    assert popularity_of_partitions(weights, lows) == pytest.approx(expected / weights.sum())


def test_a_partition_is_split_in_the_middle_or_where_it_is_told_to() -> None:
    assert split(equal_shares(2), 1).tolist() == [0, 1 << 63, 3 << 62]
    assert split(equal_shares(2), 0, at=5).tolist() == [0, 5, 1 << 63]


@pytest.mark.parametrize("at", [0, 1 << 62, 3 << 62])
def test_a_split_outside_the_partition_is_refused(at: int) -> None:
    with pytest.raises(LabError, match="not inside partition 1"):
        split(equal_shares(4), 1, at)


def test_splitting_the_hot_partition_serves_more() -> None:
    weights, rates = uniform(1_000), steady(1_800, seconds=10)
    before = simulate(weights, rates, partitions=1, budget=PLENTY, arrive="at once")
    after = simulate(weights, rates, partitions=split(equal_shares(1), 0), budget=PLENTY, arrive="at once")

    assert before.served.sum() == 10_000
    assert after.served.sum() > 17_900


def test_splitting_does_not_help_one_hot_key() -> None:
    weights, rates = celebrity(1_000, share=1.0), steady(1_800, seconds=10)

    for partitions in (1, 2, 16):
        traffic = simulate(weights, rates, partitions=partitions, budget=PLENTY, arrive="at once")
        assert traffic.served.sum() == 10_000


# Popularity and rates


def test_all_keys_are_alike_when_uniform() -> None:
    assert set(uniform(5)) == {1.0}


def test_zipf_halves_the_second_and_thirds_the_third() -> None:
    assert zipf(4) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert zipf(3, exponent=2) == pytest.approx([1, 1 / 4, 1 / 9])


def test_a_celebrity_has_its_share_and_the_others_the_rest() -> None:
    weights = celebrity(101, share=0.5)

    assert weights[0] == 0.5
    assert set(weights[1:]) == {0.005}


def test_a_day_has_its_average_its_night_and_its_afternoon() -> None:
    rates = day(1_000, seconds=24_000, swing=0.6)

    assert rates.mean() == pytest.approx(1_000, abs=1)
    assert sorted({int(rates.min()), int(rates.max())}) == [400, 1_600]
    assert (rates[4_000], rates[10_000], rates[16_000], rates[22_000]) == (400, 1_000, 1_600, 1_000)


def test_every_request_of_the_rates_is_asked_of_some_partition() -> None:
    rates = day(500, seconds=50)

    assert simulate(zipf(1_000), rates, partitions=7).asked.sum(axis=1).tolist() == rates.tolist()


def test_partitions_are_asked_for_what_their_keys_weigh() -> None:
    weights, rates = zipf(500), steady(100_000, seconds=20)
    parts = popularity_of_partitions(weights, equal_shares(5))

    asked = simulate(weights, rates, partitions=5).asked.sum(axis=0)
    assert asked / asked.sum() == pytest.approx(parts, abs=0.002)


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(LabError, match="no key has any weight"):
        simulate(np.zeros(3), steady(1, seconds=1))


def test_one_partition_gets_all_of_any_weights() -> None:
    for exponent in (0.5, 1.0, 1.7):
        assert simulate(zipf(2_001, exponent), steady(10, 2), partitions=1).asked.tolist() == [[10], [10]]


def test_a_table_of_no_partitions_is_refused() -> None:
    with pytest.raises(LabError, match="1 partition or more"):
        simulate(uniform(3), steady(1, seconds=1), partitions=0)


# The same seed


def test_the_same_seed_gives_the_same_arrays() -> None:
    first, second = (simulate(zipf(100), steady(9_000, seconds=20), seed=3) for _ in range(2))

    for one, other in zip(astuple(first), astuple(second), strict=True):
        assert np.array_equal(one, other)


def test_another_seed_gives_other_arrays() -> None:
    asked = [simulate(zipf(100), steady(9_000, seconds=20), seed=seed).asked.tolist() for seed in (3, 4)]
    assert asked[0] != asked[1]


# The budgets


@pytest.mark.parametrize(("kind", "ceiling"), [("writes", 1_000), ("reads", 3_000)])
def test_a_partition_serves_its_documented_ceiling_and_no_more(kind: Kind, ceiling: int) -> None:
    traffic = _one(5_000, kind, "at once")
    assert traffic.served.tolist() == [[ceiling]] * 3
    assert traffic.refused_by_partition.tolist() == [[5_000 - ceiling]] * 3
    assert traffic.refused_by_table.sum() == 0


@pytest.mark.parametrize(("kind", "ceiling"), [("writes", 1_000), ("reads", 3_000)])
def test_while_requests_come_evenly_new_tokens_come_besides_those_that_were_saved(kind: Kind, ceiling: int) -> None:
    assert _one(7_000, kind, "evenly").served.tolist() == [[2 * ceiling], [ceiling], [ceiling]]


@pytest.mark.parametrize(
    ("kind", "size", "consistent", "served"),
    [
        ("writes", 1_024, True, 1_000),
        ("writes", 1_025, True, 500),
        ("writes", 3_000, True, 334),
        ("reads", 4_096, True, 3_000),
        ("reads", 4_097, True, 1_500),
        ("reads", 4_096, False, 6_000),
    ],
)
def test_a_ceiling_is_in_units_not_in_requests(kind: Kind, size: int, consistent: bool, served: int) -> None:
    """The last request may take more units than there are."""
    asked, one = steady(9_000, 1), uniform(1)
    traffic = simulate(
        one, asked, partitions=1, kind=kind, size=size, consistent=consistent, budget=PLENTY, arrive="at once"
    )
    assert traffic.served.tolist() == [[served]]


def test_a_partition_saves_one_second_and_not_more() -> None:
    asked = np.array([[0], [0], [0], [1_500]])
    traffic = admit(asked, 1.0, "writes", PLENTY, tick=0.1, arrive="at once")

    assert traffic.served[3] == 1_000
    assert traffic.tokens[:, 0].tolist() == [1_000, 1_000, 1_000, 100]


def test_in_ticks_shorter_than_a_second_tokens_come_in_part() -> None:
    asked = np.full((5, 1), 500)
    traffic = admit(asked, 1.0, "writes", PLENTY, tick=0.25)

    assert traffic.served[:, 0].tolist() == [500, 500, 500, 500, 250]


def test_a_provisioned_table_spends_up_to_300_saved_seconds_as_documented() -> None:
    rates = np.array([0] * 400 + [1_000] * 100)
    traffic = simulate(uniform(1_000), rates, partitions=4, budget=Provisioned(50), arrive="at once")

    served = traffic.served.sum(axis=1)
    assert traffic.table_tokens[399] == 300 * 50
    assert served[400:].sum() == 300 * 50 + 99 * 50
    assert served[-1] == 50
    assert traffic.refused_by_partition.sum() == 0


def test_a_provisioned_table_that_was_idle_has_saved_as_many_seconds() -> None:
    for idle, saved in ((0, 1), (99, 100), (299, 300), (5_000, 300)):
        traffic = admit(np.array([[999]]), 1.0, "writes", Provisioned(2, idle), arrive="at once")
        assert traffic.served.tolist() == [[saved * 2]]


@pytest.mark.parametrize(("kind", "units"), [("writes", 4_000), ("reads", 12_000)])
def test_a_new_on_demand_table_takes_its_documented_units(kind: Kind, units: int) -> None:
    rates = steady(20_000, seconds=3)
    traffic = simulate(uniform(10_000), rates, partitions=100, kind=kind, arrive="at once")
    assert traffic.served.sum(axis=1).tolist() == [units] * 3


def test_a_configured_maximum_refuses_before_what_an_on_demand_table_could_take() -> None:
    traffic = admit(np.array([[900, 900]] * 2), 1.0, "writes", OnDemand(maximum=700), arrive="at once")
    assert traffic.served.sum(axis=1).tolist() == [700, 700]
    assert traffic.refused_by_table.sum(axis=1).tolist() == [1_100, 1_100]


def test_an_on_demand_table_takes_double_its_peak_after_30_minutes_as_documented() -> None:
    traffic = simulate(uniform(10_000), steady(14_000, seconds=3_700), partitions=100, arrive="at once")

    served = traffic.served.sum(axis=1)
    assert served[:1_801].tolist() == [4_000] * 1_801
    assert served[1_801:3_602].tolist() == [8_000] * 1_801
    assert served[3_602:].tolist() == [14_000] * 98


def test_a_burst_within_a_second_is_no_peak_of_a_second() -> None:
    rates = np.array([4_000, *[0] * 9] * 1_800 + [9_000] * 2)
    traffic = simulate(uniform(10_000), rates, partitions=100, tick=0.1, arrive="at once")

    assert traffic.served.sum(axis=1)[-1] == 800  # a tenth of 8,000


@pytest.mark.parametrize("tick", [0, -1, 1.5, 2, 0.3, 1 / 3, 1e-7])
def test_a_tick_that_is_no_part_of_a_second_is_refused(tick: float) -> None:
    with pytest.raises(LabError, match="1 second or a whole part"):
        simulate(uniform(1), steady(1, seconds=1), tick=tick)


@pytest.mark.parametrize("words", [{"admission": "off"}, {"arrive": "at_once"}])
def test_a_word_that_it_does_not_know_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(LabError, match=r"Choose one of: (global, static|evenly, at once)"):
        simulate(uniform(1), steady(1, seconds=1), **words)


def test_an_on_demand_table_takes_what_it_was_warmed_for() -> None:
    rates, budget = steady(50_000, seconds=2), OnDemand(warm=40_000)
    traffic = simulate(uniform(10_000), rates, partitions=100, budget=budget, arrive="at once")

    assert traffic.served.sum(axis=1).tolist() == [40_000] * 2


def test_what_the_table_refuses_is_spread_evenly() -> None:
    traffic = admit(np.array([[400, 200, 0, 200]]), 1.0, "writes", Provisioned(400), arrive="at once")

    assert traffic.served.tolist() == [[200, 100, 0, 100]]
    assert traffic.refused_by_table.tolist() == [[200, 100, 0, 100]]


def test_when_the_table_has_nothing_left_it_refuses_before_the_partition_is_asked() -> None:
    traffic = admit(np.array([[4_000, 400]]), 1.0, "writes", Provisioned(1_200), arrive="at once")

    assert traffic.served.tolist() == [[1_000, 200]]
    assert traffic.refused_by_partition.tolist() == [[995, 0]]
    assert traffic.refused_by_table.tolist() == [[2_005, 200]]


def test_a_fixed_share_throttles_skewed_traffic_while_the_table_has_units_to_spare_as_published() -> None:
    asked = np.array([[950, 50, 50, 50]] * 20)
    shared, divided = (admit(asked, 1.0, "writes", Provisioned(3_200), admission=one) for one in ("global", "static"))

    assert shared.served.tolist() == asked.tolist()
    assert divided.served.sum(axis=0).tolist() == [800 * (1 + 20), 1_000, 1_000, 1_000]
    assert divided.served[-1, 0] == 800
    assert divided.refused_by_partition.sum() == 0


# Request by request (and through a Lab: see test_fleet_in_a_lab)


class Asked(NamedTuple):
    """A small case."""

    counts: list[list[int]]
    units: float
    kind: Kind
    budget: Budget
    tick: float
    arrive: Arrive


@st.composite
def cases(draw: st.DrawFn) -> Asked:
    partitions = draw(st.integers(1, 6))
    counts = st.lists(st.integers(0, 400), min_size=partitions, max_size=partitions)
    rate = draw(st.integers(1, 4_000))
    budgets: list[Budget] = [Provisioned(rate), Provisioned(rate, idle=2), OnDemand(), OnDemand(maximum=rate)]
    return Asked(
        draw(st.lists(counts, min_size=1, max_size=6)),
        draw(st.sampled_from([0.5, 1.0, 3.0, 7.0])),
        draw(st.sampled_from(["reads", "writes"])),
        draw(st.sampled_from(budgets)),
        draw(st.sampled_from([0.1, 0.125, 0.25, 1.0])),
        draw(st.sampled_from(["evenly", "at once"])),
    )


@given(case=cases())
@settings(deadline=None, max_examples=150)
def test_arrays_agree_with_requests_taken_one_by_one(case: Asked) -> None:
    asked = np.array(case.counts)
    traffic = admit(asked, case.units, case.kind, case.budget, case.tick, arrive=case.arrive)
    served, by_partition, by_table = _one_by_one(case)

    assert traffic.served.tolist() == served
    assert traffic.refused_by_partition.tolist() == by_partition
    assert traffic.refused_by_table.tolist() == by_table


def _one_by_one(case: Asked) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """The engine's buckets, and requests in the order of their moments. If they come evenly, all tokens of a tick (in
    millionths) are lent to it when it begins.
    """
    ceiling, time = CEILINGS[SIDES[case.kind]], round(case.tick * SECOND)
    ahead, units = time if case.arrive == "evenly" else 0, round(case.units * SECOND)
    table, parts = case.budget.begin(case.kind), [Bucket(ceiling, ceiling, 0) for _ in case.counts[0]]
    result: tuple[list[list[int]], ...] = ([], [], [])
    for tick, counts in enumerate(case.counts):
        now = tick * time
        free = min(round(one.level * SECOND + one.rate * ahead) for one in table.levels([], now))
        left = [round(part.level(now) * SECOND) + ceiling * ahead for part in parts]
        outcomes = [[0] * len(counts) for _ in range(3)]
        for _, partition in sorted(((2 * j + 1) / (2 * n), p) for p, n in enumerate(counts) for j in range(n)):
            outcome = 2 if free <= 0 else 1 if left[partition] <= 0 else 0
            outcomes[outcome][partition] += 1
            if outcome == 0:
                left[partition] -= units
                free -= units
        for part, served in zip(parts, outcomes[0], strict=True):
            part.take(served * case.units, now)
        table.take("", sum(outcomes[0]) * case.units, now)
        for rows, row in zip(result, outcomes, strict=True):
            rows.append(row)
    return result[0], result[1], result[2]


def _one(rate: int, kind: Kind, arrive: Arrive) -> Traffic:
    size = 1_024 if kind == "writes" else 4_096
    rates = steady(rate, seconds=3)
    return simulate(uniform(1), rates, partitions=1, kind=kind, size=size, budget=PLENTY, arrive=arrive)
