"""Bytes: how large DynamoDB takes an attribute to be, as the trace tells of a write."""

from typing import Any

from dynateach.trace import ItemWritten
from tests.dynamodb.numbers.bench import Bench, key
from tests.dynamodb.numbers.claim import OTHERS, SIZES, Claim

Value = dict[str, Any]


def size_of(value: Value) -> float:
    """The bytes of a value: what it adds to an item, without the byte of its name."""
    return attribute("n", value) - 1


def attribute(name: str, value: Value) -> float:
    bench = Bench()
    bench.ask("PutItem", Item=key())
    bench.ask("PutItem", Item={**key(), name: value})
    alone, with_it = bench.lab.trace.of(ItemWritten)
    return with_it.bytes - alone.bytes


def n(number: str) -> Value:
    return {"N": number}


NUMBERS = {
    "0": 1,
    "1": 2,
    "42": 2,
    "123": 3,
    "100": 2,
    "1000000": 2,
    "007": 2,
    "1.50": 3,
    "1.5": 3,
    "0.01": 2,
    "-42": 3,
    "-1.5": 4,
    "12345678901234567890123456789012345678": 20,
}

CLAIMS: list[Claim] = [
    SIZES.says("S of three ASCII letters", 3, "bytes", size_of, {"S": "abc"}),
    SIZES.says("S of one letter é: UTF-8", 2, "bytes", size_of, {"S": "é"}),
    SIZES.says("S of one emoji: UTF-8", 4, "bytes", size_of, {"S": "🦊"}),
    SIZES.says("S of nothing", 0, "bytes", size_of, {"S": ""}),
    SIZES.says("B of two bytes, which are four letters in base64", 2, "bytes", size_of, {"B": "AAE="}),
    SIZES.says("BOOL", 1, "bytes", size_of, {"BOOL": False}),
    SIZES.says("NULL", 1, "bytes", size_of, {"NULL": True}),
    SIZES.says("an empty L", 3, "bytes", size_of, {"L": []}),
    SIZES.says("an empty M", 3, "bytes", size_of, {"M": {}}),
    SIZES.says("L of a BOOL: 3, 1 for the element, 1 for what it holds", 5, "bytes", size_of, {"L": [{"BOOL": True}]}),
    SIZES.says("M of a BOOL under a name of 4 bytes", 9, "bytes", size_of, {"M": {"name": {"BOOL": True}}}),
    SIZES.says("an attribute with a name of 4 bytes and a value of 3", 7, "bytes", attribute, "name", {"S": "abc"}),
    SIZES.says("an attribute named é with a value of 3 bytes", 5, "bytes", attribute, "é", {"S": "abc"}),
    OTHERS.says("SS of members of 1 and 3 bytes", 4, "bytes", size_of, {"SS": ["a", "bcd"]}),
    OTHERS.says("NS of 42 and −42", 5, "bytes", size_of, {"NS": ["42", "-42"]}),
    OTHERS.says("BS of members of 1 and 2 bytes", 3, "bytes", size_of, {"BS": ["AA==", "AAE="]}),
    *(
        OTHERS.says(f"N {number.replace('-', '−')}", size, "bytes", size_of, n(number))
        for number, size in NUMBERS.items()
    ),
]
