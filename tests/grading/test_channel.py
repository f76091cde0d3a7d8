"""What two processes that do not trust each other can tell each other."""

import math
import socket
from collections.abc import Iterator
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.checks.plain import Odd
from dynateach.checks.task import Boto3
from dynateach.grading.channel import Broken, Channel, Late, decode, encode

ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.decimals(allow_nan=False) | st.builds(Odd, st.text(), st.text()) | st.integers(10**5_000, 10**5_001)
)  # fmt: skip
KEYS = st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    ATOMS,
    lambda parts: (
        st.lists(parts) | st.tuples(parts, parts) | st.dictionaries(KEYS, parts) | st.sets(KEYS) | st.frozensets(KEYS)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    here, there = _ends()
    here.send(encode(value))

    arrived = decode(there.receive())

    assert (arrived, type(arrived)) == (value, type(value))


@pytest.mark.parametrize("value", [math.nan, Decimal("nan")])
def test_what_is_no_number_arrives_as_that(value: Any) -> None:
    assert decode(encode(value)) != value


def test_what_stands_for_a_boto3_object_arrives() -> None:
    table = Boto3("orders")
    assert decode(encode([table])) == [table]


@pytest.mark.parametrize(
    "text",
    [
        {"int": "0xzz"}, {"set": [[1]]}, {"nothing": 1}, {"dict": [[1]]}, {"tuple": 1}, {}, {"a": 1, "b": 2},
        {"Decimal": "x"}, {"Odd": ["only one"]}, {"bytes": "*"}, {"dict": [[{"dict": []}, 1]]},
    ],
)  # fmt: skip
def test_what_encoding_cannot_have_made_is_refused(text: Any) -> None:
    with pytest.raises(Broken):
        decode(text)


def test_values_nested_without_end_are_refused() -> None:
    text: Any = None
    for _ in range(5_000):
        text = {"tuple": [text]}

    with pytest.raises(Broken):
        decode(text)


@pytest.mark.parametrize("sent", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{]", b"\x00\x00\x00\x05{"])
def test_noise_ends_the_conversation(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(sent)

    with pytest.raises(Broken):
        Channel(ours).receive()


def test_who_does_not_speak_in_time_is_late() -> None:
    here, _there = _ends()

    with pytest.raises(Late):
        here.receive(monotonic() - 1)


def _ends() -> Iterator[Channel]:
    yield from map(Channel, socket.socketpair())
