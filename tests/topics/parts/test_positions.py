"""Positions of many keys: the engine's own hash, only for many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.dynamodb.rules.hashing import digest
from dynateach.topics.parts import positions as module
from dynateach.topics.parts.positions import name, positions


@pytest.mark.parametrize("keys", [1, 2, 9, 10, 11, 1000, 1001])
def test_every_key_lands_where_the_engine_puts_it(keys: int) -> None:
    assert [int(one) for one in positions(keys)] == [_engine(number, keys) for number in range(keys)]


@given(number=st.integers(min_value=0, max_value=99_999))
def test_where_keys_land_does_not_depend_on_how_many_are_hashed_side_by_side(number: int) -> None:
    assert int(MANY[number]) == _engine(number, len(MANY))


def test_a_hundred_thousand_keys_are_more_than_are_hashed_at_once() -> None:
    assert len(MANY) > 3 * module.SIDE_BY_SIDE


def test_names_are_all_of_one_length() -> None:
    assert [name(0, 11), name(10, 11), name(0, 10)] == ["key-00", "key-10", "key-0"]


MANY = positions(100_000)


def _engine(number: int, keys: int) -> int:
    return int.from_bytes(digest({"S": name(number, keys)})[:8])
