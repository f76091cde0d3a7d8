"""Where a partition is cut: inside it, fairly, and through no item collection that must stay whole."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.cuts import ONE_COLLECTION, ONE_ITEM, SEQUENTIAL, cut_bytes, cut_heat
from dynateach.dynamodb.storage.keyspace import KeySpace, Stored


def place(key: str, sort: str) -> Place:
    return (hashing.digest({"S": key}), key, sort)


places = st.builds(place, st.sampled_from("abcd"), st.sampled_from("123456"))
contents = st.dictionaries(places, st.integers(1, 400), min_size=1, max_size=20)


def filled(sizes: dict[Place, int]) -> KeySpace:
    space = KeySpace()
    for at, size in sizes.items():
        space.partitions[0].put(at, Stored({}, size))
    return space


@given(contents, st.booleans())
def test_both_halves_hold_something_and_together_all(sizes: dict[Place, int], whole: bool) -> None:
    space = filled(sizes)
    (partition,) = space.partitions
    at, because = cut_bytes(partition, whole)
    if at is None:
        assert len({one[1] for one in sizes}) == 1
        assert because == (ONE_ITEM if len(sizes) == 1 else ONE_COLLECTION)
        assert whole or len(sizes) == 1
        return
    left, right = space.split(partition, at)
    assert left.items
    assert right.items
    assert {**left.items, **right.items}.keys() == sizes.keys()


@given(contents)
def test_a_collection_that_must_stay_whole_does(sizes: dict[Place, int]) -> None:
    space = filled(sizes)
    at, _ = cut_bytes(space.partitions[0], whole=True)
    if at:
        left, right = space.split(space.partitions[0], at)
        assert {one[1] for one in left.items}.isdisjoint(one[1] for one in right.items)


@given(contents)
def test_no_cut_between_items_is_much_fairer(sizes: dict[Place, int]) -> None:
    at, _ = cut_bytes(filled(sizes).partitions[0], whole=False)
    if at:
        total = sum(sizes.values())
        fairest = max(smaller_side(sizes, other) for other in sizes)
        assert smaller_side(sizes, at) >= min(total / 3, fairest)


def smaller_side(sizes: dict[Place, int], at: Place) -> int:
    below = sum(size for one, size in sizes.items() if one < at)
    return min(below, sum(sizes.values()) - below)


@given(st.lists(places, min_size=20, max_size=80))
def test_a_cut_for_heat_gives_each_side_a_tenth_or_there_is_none(asked: list[Place]) -> None:
    observed = [(one, 1.0) for one in asked]
    at, because = cut_heat(observed, whole=False)
    if at is None:
        assert because == SEQUENTIAL or max(Counter(asked).values()) > 0.8 * len(asked)
    else:
        for part in (asked, asked[: len(asked) // 2], asked[len(asked) // 2 :]):
            assert 0.1 <= sum(one < at for one in part) / len(part) <= 0.9


@given(st.integers(20, 300), st.booleans())
def test_keys_that_only_rise_or_only_fall_are_sequential(requests: int, rising: bool) -> None:
    asked = [place("log", f"{n:06}") for n in range(requests)]
    observed = [(one, 1.0) for one in (asked if rising else reversed(asked))]
    assert cut_heat(observed, whole=False) == (None, SEQUENTIAL)
