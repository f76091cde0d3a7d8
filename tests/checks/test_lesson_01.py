"""Lesson 01: solutions pass whatever the seed, and every plausible mistake is refused in words that point at it."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from math import ceil
from typing import Any
from zlib import crc32

import pytest

from dynateach.checks.lesson_01 import second_of_traffic
from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 01.2 ----------------------------------------------------------------------------------------------------------


def _picture(seed: int = 1) -> tuple[str, int, int, str]:
    """The right answer, the number of writes, and another partition."""
    traffic = second_of_traffic(seed)
    band = traffic.hottest[1]
    other = next(one.name for one in traffic.bands["writes"] if one.load < band.load)
    return band.name, int(band.load), traffic.requests, other


def test_different_seeds_ask_about_different_pictures() -> None:
    assert len({_picture(seed)[:2] for seed in range(1, 21)}) == 20


def test_a_copied_answer_fails_with_another_seed() -> None:
    name, units, _, _ = _picture(1)

    for seed in range(2, 21):
        _refused("01.2", name, units, seed=seed)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda name, units, writes, other: (other, units), "is not the hottest partition"),
        (lambda name, units, writes, other: (name.replace("p", "n"), units), "belong to the ring"),
        (lambda name, units, writes, other: (int(name[1:]), units), "as a string"),
        (lambda name, units, writes, other: (name, 1_000), "That is the ceiling"),
        (lambda name, units, writes, other: (name, round(100 * units / writes)), "its share in percent"),
        (lambda name, units, writes, other: (name, units + 3), "exact number stands above it"),
        (lambda name, units, writes, other: (name, writes), "above the highest bar"),
        (lambda name, units, writes, other: (name, str(units)), "units is a str"),
        (lambda name, units, writes, other: (name, ...), "units is still `...`"),
    ],
)
def test_a_misread_picture_is_refused(wrong: Answer, words: str) -> None:
    assert words in _refused("01.2", *wrong(*_picture()))


def test_a_partition_that_took_nothing_is_still_a_partition() -> None:
    idle = next(one.name for one in second_of_traffic(1).bands["writes"] if not one.load)

    said = _refused("01.2", idle, _picture()[1])

    assert f"{idle} took 0 write units" in said


# --- 01.3 ----------------------------------------------------------------------------------------------------------

Ranges = list[tuple[str, float, float]]


def _counts(positions: list[float], ranges: Ranges) -> list[int]:
    return [sum(low <= position < high for position in positions) for _, low, high in ranges]


def _share_alone(positions: list[float], ranges: Ranges) -> float:
    return max(_counts(positions, ranges)) / len(positions)


def _upside_down(positions: list[float], ranges: Ranges) -> float:
    return len(positions) / max(_counts(positions, ranges)) / len(ranges)


def _without_empty_partitions(positions: list[float], ranges: Ranges) -> float:
    counts = [count for count in _counts(positions, ranges) if count]
    return max(counts) / len(positions) * len(counts)


def _each_key_once(positions: list[float], ranges: Ranges) -> float:
    distinct = list(set(positions))
    return max(_counts(distinct, ranges)) / len(distinct) * len(ranges)


def _high_included(positions: list[float], ranges: Ranges) -> float:
    counts = [sum(low < position <= high for position in positions) for _, low, high in ranges]
    return max(counts) / len(positions) * len(ranges)


def _equal_widths(positions: list[float], ranges: Ranges) -> float:
    counts = Counter(int(position * len(ranges)) for position in positions)
    return max(counts.values()) / len(positions) * len(ranges)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_share_alone, "Divide it by the fair share"),
        (_upside_down, "the other way round"),
        (_without_empty_partitions, "A partition without a request counts too"),
        (_each_key_once, "Two requests for the same key are two requests"),
        (_high_included, "just before its high"),
        (_equal_widths, "need not be equally wide"),
        (lambda positions, ranges: 1.5, "skew is 1.5, but should be"),
        (lambda positions, ranges: print(1.5), "Does the function end in return?"),
        (lambda positions, ranges: float("nan"), "skew is nan"),
        (lambda positions, ranges: max(_counts(positions, ranges)) > 1, "skew returned a bool"),
    ],
)
def test_a_wrong_skew_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.3", wrong, seed=seed)


def test_the_counterexample_of_a_skew_is_made_small() -> None:
    def wrong_beyond_ten_requests(positions: list[float], ranges: Ranges) -> float:
        skew = max(_counts(positions, ranges)) / len(positions) * len(ranges)
        return skew + 1 if len(positions) > 10 else skew

    message = _refused("01.3", wrong_beyond_ten_requests)

    assert "of 11, a fair share" in message


@pytest.mark.parametrize("seed", range(1, 31))
def test_a_skew_is_asked_of_numbers_of_three_digits_and_each_key_keeps_its_partition(seed: int) -> None:
    def skew(positions: list[float], ranges: Ranges) -> float:
        assert all(len(str(number)) <= 5 for number in positions + [end for one in ranges for end in one[1:]])
        return max(_counts(positions, ranges)) / len(positions) * len(ranges)

    check("01.3", skew, seed=seed)


# --- 01.4 ----------------------------------------------------------------------------------------------------------

Reading = dict[str, str]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda reading: reading["day"], "takes 4,000 of 4,000 writes"),
        (lambda reading: reading.get("status", "OK"), "one Query finds"),
        (lambda reading: reading["status"], "KeyError: 'status'"),
        (lambda reading: reading["id"], "knows only sensor and day"),
        (lambda reading: str(uuid.uuid4()), "one Query finds 0 of 2 readings"),
        (lambda reading: f"{reading['sensor']}#{random.randrange(10**6)}", "no chance"),
        (lambda reading: str(hash(reading["sensor"])), "no hash() of a string"),
        (lambda reading: f"{reading['day']}#{int(reading['sensor'][2:]) % 100}", "readings of other sensors too"),
        (lambda reading: f"{crc32(reading['sensor'].encode()) % 3}", "It takes many keys"),
        (lambda reading: (reading["sensor"], reading["day"]), "partition_key returned a tuple"),
        (lambda reading: "", "cannot store this partition key"),
        (lambda reading: reading["sensor"] if "id" in reading else "x" * 3_000, "cannot look for this partition key"),
        (lambda reading: reading["sensor"] if "id" in reading else "\ud800", "cannot look for this partition key"),
        (lambda reading: None, "Does the function end in return?"),
    ],
)
def test_a_bad_partition_key_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.4", wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "right",
    [
        lambda reading: reading["sensor"],
        lambda reading: f"{reading['day']}/{reading['sensor']}",
        lambda reading: f"{crc32((reading['sensor'] + reading['day']).encode())}",
    ],
)
def test_every_sound_partition_key_passes(right: Answer, seed: int) -> None:
    check("01.4", right, seed=seed)


# --- 01.5 ----------------------------------------------------------------------------------------------------------


def _largest(places: list[str], writes: int, n: int) -> int:
    return max(Counter(places[write % n] for write in range(writes)).values())


def _least(places: list[str], writes: int, fits: Callable[[int], bool]) -> int:
    return next(n for n in range(1, len(places) + 1) if fits(_largest(places, writes, n)))


def _distinct_places(places: list[str], writes: int) -> int:
    return next(n for n in range(1, 65) if len(set(places[:n])) >= min(ceil(writes / 1_000), len(set(places))))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda places, writes: ceil(writes / 1_000), "all land on"),
        (lambda places, writes: 4, "fewer do too"),
        (lambda places, writes: 64, "fewer do too"),
        (lambda places, writes: _least(places, writes, lambda load: load < 1_000), "1,000 fits"),
        (lambda places, writes: _least(places, writes, lambda load: load <= 3_000), "writes in one second"),
        (lambda places, writes: _least(places, writes, lambda load: load <= 1_000) + 1, "fewer do too"),
        (_distinct_places, "Add up what lands on each partition"),
        (lambda places, writes: writes / 1_000, "not a whole number"),
        (lambda places, writes: writes // 1_000, "so many suffixes there are not"),
        (lambda places, writes: True, "suffixes returned a bool"),
    ],
)
def test_a_wrong_number_of_suffixes_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.5", wrong, seed=seed)


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda places, writes: _by_fractions(places, writes, 65), "A write goes to one suffix as a whole"),
        (lambda places, writes: _by_whole_shares(places, writes, ceil), "A write goes to one suffix as a whole"),
        (lambda places, writes: _searched(places, writes, 63), "the last, will do"),
        (lambda places, writes: _searched(places, writes, 63) or 63, "the last, will do"),
        (lambda places, writes: _searched(places, writes, 63) or 0, "the last, will do"),
        (lambda places, writes: min(_fitting(places, writes, 63)), "was the last one tried?"),
        (lambda places, writes: next(iter(_fitting(places, writes, 63))), "was the last one tried?"),
    ],
)
def test_a_search_that_is_nearly_right_is_refused_too(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.5", wrong, seed=seed)


def test_a_search_with_two_small_mistakes_is_refused() -> None:
    message = _refused("01.5", lambda places, writes: _by_fractions(places, writes, len(places)))

    assert "A write goes to one suffix as a whole" in message


def _by_fractions(places: list[str], writes: int, end: int) -> int | None:
    fitting = (n for n in range(1, end) if max(Counter(places[:n]).values()) * writes / n <= 1_000)
    return next(fitting, None)


def _by_whole_shares(places: list[str], writes: int, whole: Callable[[float], int]) -> int | None:
    """Every suffix gets as much as the fullest does."""
    fitting = (n for n in range(1, 65) if max(Counter(places[:n]).values()) * whole(writes / n) <= 1_000)
    return next(fitting, None)


def _searched(places: list[str], writes: int, last: int) -> int | None:
    return next(iter(_fitting(places, writes, last)), None)


def _fitting(places: list[str], writes: int, last: int) -> list[int]:
    return [n for n in range(1, last + 1) if _largest(places, writes, n) <= 1_000]


def test_a_number_may_be_a_decimal() -> None:
    def skew(positions: list[float], partitions: list[tuple[str, float, float]]) -> Decimal:
        loads = [sum(low <= one < high for one in positions) for _, low, high in partitions]
        return Decimal(max(loads)) * len(partitions) / len(positions)

    check("01.3", skew)
