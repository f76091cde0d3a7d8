"""A learner's values as plain data and short text: nothing of theirs runs, nothing is endless."""

from collections import Counter, OrderedDict, namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy
import pytest

from dynateach.checks.plain import Odd, kind, plain, show


class Liar(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        return True

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __hash__ = None


class Hashable(list):  # type: ignore[type-arg]
    def __hash__(self) -> int:  # type: ignore[override]
        return 1


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Size(IntEnum):
    LARGE = 3


Pair = namedtuple("Pair", "left right")


@pytest.mark.parametrize(
    "value", [None, True, 1, 1.5, "a", b"a", Decimal("1.50"), [1, [2]], (1,), {"a": {1, 2}}, frozenset({1})]
)
def test_plain_data_stays_as_it_is(value: Any) -> None:
    assert plain(value) == value
    assert type(plain(value)) is type(value)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Liar([1, 2]), [1, 2]),
        (Pair(1, Liar([2])), (1, [2])),
        (OrderedDict(a=Counter("aab")), {"a": {"a": 2, "b": 1}}),
        (Size.LARGE, 3),
        (Fraction(3, 2), 1.5),
        (numpy.int64(7), 7),
        (numpy.float64(0.5), 0.5),
        (numpy.bool_(True), True),
    ],
)
def test_subclasses_and_other_numbers_become_plain(value: Any, wanted: Any) -> None:
    copied = plain(value)

    assert copied == wanted
    assert type(copied) is type(wanted)


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (Unshowable(), "Unshowable"),
        ((one for one in "ab"), "generator"),
        (numpy.arange(3), "ndarray"),
        (Decimal("sNaN"), "Decimal"),
        (Fraction(10**400), "Fraction"),
        (..., "ellipsis"),
    ],
)
def test_everything_else_is_odd(value: Any, type: str) -> None:
    odd = plain(value)

    assert isinstance(odd, Odd)
    assert odd.type == type


def test_keys_that_hide_a_list_are_odd() -> None:
    assert isinstance(next(iter(plain({Hashable([1]): 1}))), Odd)
    assert isinstance(next(iter(plain({Hashable([1])}))), Odd)


def test_a_list_that_contains_itself_ends() -> None:
    endless: list[Any] = []
    endless += [endless, endless]

    assert show(plain(endless)).startswith("[[[")


def test_changing_the_original_later_changes_nothing() -> None:
    original = {"a": [1]}
    copied = plain(original)
    original["a"].append(2)

    assert copied == {"a": [1]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 1_000, "'xxxxxxxxxxxxxxxxxxxx'… (1,000 long)"),
        (list(range(100)), "[0, 1, 2, 3, … 96 more]"),
        ((1,), "(1,)"),
        ({}, "{}"),
        ({"a": [[[1]]]}, "{'a': [[list of 1]]}"),
        (10**3_000, "a whole number of about 3,001 digits"),
        (float("nan"), "nan"),
        (Unshowable(), "its repr fails"),
    ],
)
def test_values_are_shown_short(value: Any, text: str) -> None:
    assert show(plain(value)) == text


def test_no_value_is_shown_on_more_than_a_line() -> None:
    assert len(show(plain([["x" * 60] * 8] * 8))) == 300


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (1, "an int"), ("", "a str"), (..., "an ellipsis"), (iter([]), "a list_iterator")],
)
def test_kinds_are_named_in_words(value: Any, text: str) -> None:
    assert kind(plain(value)) == text
