"""Attribute values: what they may be, and how large they are."""

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach import ServiceError
from dynateach.dynamodb.rules.values import canonical, canonical_item, depth_of, item_size, size_of

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = text.filter(bool)
number = st.decimals(-(10**20), 10**20, places=5).map(str)
binary = st.binary(max_size=20).map(lambda raw: b64encode(raw).decode())
scalar = st.one_of(
    text.map(lambda s: {"S": s}),
    number.map(lambda n: {"N": n}),
    binary.map(lambda b: {"B": b}),
    st.booleans().map(lambda b: {"BOOL": b}),
    st.just({"NULL": True}),
    st.lists(text, min_size=1, unique=True).map(lambda ss: {"SS": ss}),
    st.lists(st.integers(-(10**30), 10**30).map(str), min_size=1, unique=True).map(lambda ns: {"NS": ns}),
    st.lists(binary, min_size=1, unique=True).map(lambda bs: {"BS": bs}),
)
value = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda members: {"L": members}),
        st.dictionaries(names, inner, max_size=4).map(lambda members: {"M": members}),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("given_value", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "é€"}, 5),
        ({"S": ""}, 0),
        ({"B": b64encode(b"12345").decode()}, 5),
        ({"B": ""}, 0),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"N": "42"}, 2),
        ({"N": "1.5"}, 3),
        ({"N": "-42"}, 3),
        ({"N": "100"}, 2),
        ({"N": "0"}, 1),
        ({"N": "1234567890"}, 6),
        ({"N": "0.05"}, 2),
        ({"N": "120"}, 3),
        ({"N": "12000"}, 3),
        ({"N": "-18780"}, 5),
        ({"N": "0.012"}, 3),
        ({"N": "0.0012"}, 2),
        ({"N": "-0.1"}, 3),
        ({"N": "12.5"}, 3),
        ({"N": "1" * 38}, 20),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "42"]}, 4),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + 1 + 2 + 1 + 1),
        ({"M": {"key": {"S": "ab"}}}, 3 + 1 + 3 + 2),
    ],
)
def test_sizes_follow_the_documented_arithmetic(given_value: dict[str, Any], size: int) -> None:
    assert canonical(given_value)[1] == size


@given(value)
def test_a_canonical_value_stays_as_it_is_and_keeps_its_size(given_value: dict[str, Any]) -> None:
    first, size = canonical(given_value)
    assert canonical(first) == (first, size)
    assert size_of(first) == size


@given(st.dictionaries(names, value, max_size=5))
def test_a_stored_item_shares_nothing_with_what_the_caller_holds(item: dict[str, Any]) -> None:
    stored, size = canonical_item(item)
    assert item_size(stored) == size
    before = repr(stored)
    _scribble_over(item)
    assert repr(stored) == before


def _scribble_over(part: Any) -> None:
    if isinstance(part, dict):
        for inner in part.values():
            _scribble_over(inner)
        part["scribble"] = "!"
    elif isinstance(part, list):
        for inner in part:
            _scribble_over(inner)
        part.append("!")


@pytest.mark.parametrize(
    ("bad", "code", "message"),
    [
        (
            {},
            "ValidationException",
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            {"X": "1"},
            "ValidationException",
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            {"S": "a", "N": "1"},
            "ValidationException",
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        ),
        (
            {"NULL": False},
            "ValidationException",
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        ),
        (
            {"SS": []},
            "ValidationException",
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {"NS": []},
            "ValidationException",
            "One or more parameter values were invalid: An number set  may not be empty",
        ),
        (
            {"BS": []},
            "ValidationException",
            "One or more parameter values were invalid: Binary sets should not be empty",
        ),
        (
            {"SS": ["a", "b", "a"]},
            "ValidationException",
            'One or more parameter values were invalid: Input collection ["a", "b", "a"] contains duplicates.',
        ),
        (
            {"NS": ["1", "1.0"]},
            "ValidationException",
            "One or more parameter values were invalid: Input collection contains duplicates.",
        ),
        ({"S": 5}, "SerializationException", "NUMBER_VALUE cannot be converted to String"),
        ({"N": 1.5}, "SerializationException", "DECIMAL_VALUE cannot be converted to String"),
        ({"S": True}, "SerializationException", "TRUE_VALUE cannot be converted to String"),
        ({"S": ["a"]}, "SerializationException", "Unrecognized collection type class java.lang.String"),
        ({"S": {"a": 1}}, "SerializationException", "Start of structure or map found where not expected"),
        ({"L": "a"}, "SerializationException", "Unexpected field type"),
        (
            {"B": "abc"},
            "SerializationException",
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        ("a", "SerializationException", "Unexpected value type in payload"),
        (
            ["a"],
            "SerializationException",
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
    ],
)
def test_a_bad_value_is_rejected_in_dynamodbs_words(bad: Any, code: str, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        canonical(bad)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_thirty_two_levels_of_nesting_are_allowed_and_a_thirty_third_is_not() -> None:
    deepest: dict[str, Any] = {"S": "x"}
    for _ in range(31):
        deepest = {"L": [deepest]}
    assert depth_of(canonical_item({"a": deepest})[0]["a"]) == 31
    with pytest.raises(ServiceError, match="nested levels beyond supported limit"):
        canonical_item({"a": {"M": {"a": deepest}}})


def test_a_value_of_an_expression_may_be_one_level_deeper_than_an_attribute() -> None:
    deepest: dict[str, Any] = {"S": "x"}
    for _ in range(32):
        deepest = {"L": [deepest]}
    assert depth_of(canonical(deepest)[0]) == 32
    with pytest.raises(ServiceError, match="nested levels beyond supported limit"):
        canonical({"L": [deepest]})


def test_an_attribute_name_has_at_least_one_byte_and_less_than_64_kb() -> None:
    canonical_item({"é" * 32_767: {"S": ""}})
    with pytest.raises(ServiceError, match="Attribute name is too large, must be less than 65536 bytes"):
        canonical_item({"é" * 32_768: {"S": ""}})
    with pytest.raises(ServiceError, match="Empty attribute name"):
        canonical_item({"m": {"M": {"": {"S": "x"}}}})


def test_of_a_set_with_a_repeated_member_dynamodb_shows_what_it_has_read_in_order() -> None:
    with pytest.raises(ServiceError) as caught:
        canonical({"SS": ["c", "é", "b", "c", "a"]})
    assert '["b", "c", "é", "c", "a"]' in caught.value.message
    with pytest.raises(ServiceError) as caught:
        canonical({"BS": ["/w==", "AA==", "/w==", "AQ=="]})
    assert '["AA==","/w==","/w==","AQ=="]of type BS' in caught.value.message


def test_an_item_may_have_400_kb_and_not_a_byte_more() -> None:
    full = {"pk": {"S": "k"}, "data": {"S": "x" * (400 * 1024 - len("pk") - 1 - len("data"))}}
    assert canonical_item(full)[1] == 400 * 1024
    with pytest.raises(ServiceError, match="Item size has exceeded the maximum allowed size"):
        canonical_item({**full, "y": {"S": ""}})
