"""Chance that replays."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.profile import CLASSROOM, IDEAL, REALISTIC, Delay
from dynateach.randomness import Randomness, Weighted


def test_the_same_seed_and_purpose_draw_the_same() -> None:
    draws = [[Randomness(7).stream("lag").below(1000) for _ in range(1)] for _ in range(2)]
    assert draws[0] == draws[1]
    assert Randomness(7).stream("lag").bits(64) != Randomness(8).stream("lag").bits(64)


def test_drawing_for_one_purpose_moves_nothing_for_another() -> None:
    alone = Randomness(1)
    expected = [alone.stream("lag").below(1000) for _ in range(5)]
    mixed = Randomness(1)
    found = []
    for _ in range(5):
        mixed.stream("noise").bits(64)
        found.append(mixed.stream("lag").below(1000))
    assert found == expected


def test_the_draws_are_these_on_every_platform_and_python() -> None:
    stream = Randomness(1).stream("golden")
    assert [stream.below(1000) for _ in range(6)] == GOLDEN
    assert 0 <= stream.fraction() < 1


GOLDEN = [77, 588, 825, 984, 146, 240]


@given(st.integers(0, 2**32), st.lists(st.integers(), max_size=20))
def test_a_shuffle_loses_and_adds_nothing(seed: int, items: list[int]) -> None:
    stream = Randomness(seed).stream("shuffle")
    assert sorted(stream.shuffled(items)) == sorted(items)


def test_weighted_draws_follow_the_weights() -> None:
    stream, weighted = Randomness(1).stream("weights"), Weighted([6, 0, 3, 1])
    counts = Counter(weighted.draw(stream) for _ in range(10_000))
    assert counts[1] == 0
    assert abs(counts[0] - 6000) < 250
    assert abs(counts[2] - 3000) < 250
    with pytest.raises(ValueError, match="at least one weight"):
        Weighted([0, 0])


def test_a_delay_keeps_to_its_quantiles() -> None:
    delay, stream = Delay(10, 50, 100, 200, 400), Randomness(1).stream("delay")
    draws = sorted(delay.draw(stream) for _ in range(20_000))
    assert draws[0] >= 10
    assert draws[-1] <= 400
    assert abs(draws[10_000] - 50) <= 1
    assert abs(draws[18_000] - 100) <= 3


def test_the_ideal_profile_takes_no_time_and_the_classroom_takes_longer_than_reality() -> None:
    assert IDEAL.item_read.slowest == IDEAL.item_write.slowest == IDEAL.table_creation == 0
    assert CLASSROOM.item_write.median > REALISTIC.item_write.median > 0
