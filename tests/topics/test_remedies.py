"""Remedies: each does what it promises and no more, and the picture's numbers are those of the simulation."""

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest

from dynateach import LabError
from dynateach.drawing.captions import percent
from dynateach.dynamodb.rules.hashing import digest
from dynateach.dynamodb.storage.keyspace import KeySpace
from dynateach.topics import fleet, remedies
from dynateach.topics.parts.positions import positions
from dynateach.topics.parts.read_price import price
from dynateach.topics.remedies import (
    ASKS,
    BOTH,
    CACHE,
    CALCULATED,
    KEYS,
    ON_DEMAND,
    POPULARITY,
    RANDOM,
    WARMED,
    Comparison,
    advice,
    draw,
    simulate,
)
from tests.drawing.widgets import control, figure, words


def test_as_it_is_a_celebrity_loses_what_lies_above_its_partitions_ceiling() -> None:
    comparison = simulate("one celebrity", writes=10_000, provisioned=120)
    weights = np.full(KEYS, 0.25 / (KEYS - 1))
    weights[0] = 0.75
    owners = np.searchsorted(fleet.equal_shares(12), positions(KEYS), side="right") - 1
    loads = np.bincount(owners, weights, 12) * 10_000
    served = np.minimum(loads * 30, 1_000 * 30 + 1_000).sum()

    assert comparison.before.writes == pytest.approx(1 - served / 300_000, abs=0.003)


@pytest.mark.parametrize("popularity", ["one celebrity", "today's date"])
def test_no_capacity_helps_one_key(popularity: str) -> None:
    comparison = simulate(popularity)

    for remedy in (ON_DEMAND, WARMED):
        assert comparison[remedy].writes == pytest.approx(comparison.before.writes, abs=0.03)
        assert comparison[remedy].reads == pytest.approx(comparison.before.reads, abs=0.03)
    assert "on demand and pre-warming buy capacity that its partition cannot serve" in _words(comparison)


def test_where_the_whole_table_is_short_capacity_helps_and_another_key_does_not() -> None:
    comparison = simulate("uniform", provisioned=60)

    assert comparison.before.writes > 0.3
    assert comparison[WARMED].writes == comparison[WARMED].reads == 0
    assert comparison[CALCULATED].writes == pytest.approx(comparison.before.writes)
    assert "capacity mends it" in _words(comparison)


def test_a_small_table_takes_more_on_demand_than_it_was_provisioned_with() -> None:
    comparison = simulate("uniform", writes=3_000, provisioned=40)

    assert comparison.before.writes > 0.5
    assert comparison[ON_DEMAND].writes == 0


def test_both_kinds_of_suffix_spread_the_writes_alike() -> None:
    comparison = simulate()

    assert comparison[RANDOM].writes == comparison[CALCULATED].writes < comparison.before.writes / 3


def test_the_subtitle_tells_how_unevenly_the_suffixes_of_the_hot_key_land() -> None:
    keyspace = KeySpace(partitions=12)
    owners = Counter(keyspace.partition_of((digest({"S": f"key-{i:05}"}),)).id for i in range(20))

    assert f"Of its 20 suffixes {max(owners.values())} land on one of 12 partitions" in _words(simulate(suffixes=20))


def test_more_suffixes_refuse_fewer_writes() -> None:
    refused = [simulate(writes=20_000, suffixes=some)[CALCULATED].writes for some in (2, 10, 50)]

    assert refused == sorted(refused, reverse=True)
    assert refused[0] > 2 * refused[-1]


def test_a_random_suffix_multiplies_what_readers_ask_for_and_a_calculated_one_does_not() -> None:
    comparison = simulate(suffixes=20)

    assert comparison[RANDOM].units == pytest.approx(20 * comparison.before.units)
    assert comparison[CALCULATED].units == pytest.approx(comparison.before.units)
    assert comparison[RANDOM].reads > comparison.before.reads > comparison[CALCULATED].reads


def test_the_newest_of_a_key_must_be_asked_of_every_suffix() -> None:
    comparison = simulate(asks="newest ten", suffixes=20)

    assert comparison[RANDOM].one == comparison[CALCULATED].one
    assert comparison[CALCULATED].units == pytest.approx(20 * comparison.before.units)
    assert advice(comparison).count("20 requests") == 2


@pytest.mark.parametrize(
    ("one_item", "suffixes", "known", "requests", "found"),
    [(True, 1, True, 1, 1), (True, 7, False, 7, 1), (True, 7, True, 1, 1), (False, 7, True, 7, 10)],
)
def test_what_a_read_takes_is_what_the_answers_report(
    one_item: bool, suffixes: int, known: bool, requests: int, found: int
) -> None:
    measured = price(one_item, suffixes, known)

    assert (measured.requests, measured.found) == (requests, found)
    assert measured.units == requests * 0.5


@pytest.mark.parametrize(("asks", "answers"), [("newest ten", 1), ("one item", 100)])
def test_a_cache_lets_through_what_a_cache_played_through_lets_through(asks: Any, answers: int) -> None:
    units = simulate("today's date", writes=1_000, asks=asks, cached=3)[CACHE].units

    assert units == pytest.approx(0.5 * _misses(rate=5_000, answers=answers, keeps=3, seconds=60) / 60, rel=0.05)


def test_a_cache_helps_readers_at_the_price_of_old_answers_and_no_writer() -> None:
    comparison = simulate(cached=5)

    assert comparison[CACHE].reads == 0 < comparison.before.reads
    assert comparison[CACHE].writes == comparison.before.writes
    assert {name: one.old for name, one in comparison.outcomes.items() if one.old} == {CACHE: 5, BOTH: 5}


def test_the_longer_it_is_cached_the_less_is_asked_for() -> None:
    units = [simulate(cached=seconds)[CACHE].units for seconds in (1, 5, 60)]

    assert units == sorted(units, reverse=True)


@pytest.mark.parametrize("asks", ASKS)
@pytest.mark.parametrize("popularity", POPULARITY)
def test_the_bars_and_the_title_are_the_outcomes(popularity: str, asks: Any) -> None:
    comparison = simulate(popularity, asks=asks)
    outcomes = list(comparison.outcomes.values())
    drawn = draw(comparison)

    writes, reads, units = (list(bars.x) for bars in drawn.data)

    assert writes == [one.writes for one in outcomes]
    assert reads == [one.reads for one in outcomes]
    assert units == [one.units for one in outcomes]
    assert f"{percent(writes[0])} of writes and {percent(reads[0])} of reads refused" in drawn.layout.title.text


def test_the_picture_says_where_a_remedy_does_nothing_and_where_it_harms() -> None:
    said = [label.text for label in draw(simulate("one celebrity")).layout.annotations]

    assert (
        sum("no help" in words for words in said) == 5
    )  # of writes: cache, on demand, pre-warmed; of reads: the last two
    assert sum("worse" in words for words in said) == 1  # reading what has a random suffix


@pytest.mark.parametrize(("writes", "suffixes", "cached", "provisioned"), [(1_000, 2, 60, 40), (40_000, 50, 1, 200)])
@pytest.mark.parametrize("popularity", POPULARITY)
def test_extremes_make_a_picture(popularity: str, writes: int, suffixes: int, cached: int, provisioned: int) -> None:
    comparison = simulate(popularity, writes, "newest ten", suffixes, cached, provisioned)

    assert all(0 <= one.writes <= 1 and 0 <= one.reads <= 1 for one in comparison.outcomes.values())
    assert draw(comparison).layout.meta["alternative"]


def test_the_same_arguments_give_the_same_outcomes() -> None:
    assert simulate("Zipf", seed=2) == simulate("Zipf", seed=2)


@pytest.mark.parametrize("wrong", [{"popularity": "none"}, {"asks": "all"}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = remedies.explore()
    moved = {"keys": "Zipf", "writes a second": 20_000, "a read wants": "newest ten", "suffixes": 5, "cached for, s": 9}
    for label, value in {**moved, "provisioned, % of need": 80}.items():
        control(widget, label).value = value

    asked = simulate("Zipf", 20_000, "newest ten", 5, 9, 80)
    assert figure(widget).layout.title.text == draw(asked).layout.title.text
    assert advice(asked) in words(widget)


def _words(comparison: Comparison) -> str:
    return str(draw(comparison).layout.title.text)


def _misses(rate: int, answers: int, keeps: float, seconds: int) -> int:
    """Play reads through a cache that keeps each answer for so long: how many were not in it. It has warmed up before they count."""
    chance, until, now, missed = Random(1), [0.0] * answers, 0.0, 0
    while now < seconds + 10 * keeps:
        now += chance.expovariate(rate)
        asked = chance.randrange(answers)
        if until[asked] <= now:
            until[asked] = now + keeps
            missed += now > 10 * keeps
    return missed
