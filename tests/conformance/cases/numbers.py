"""Numbers: how they may be written, how they come back, and where they end."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, answers, refuses

NO_NUMBER = "The parameter cannot be converted to a numeric value"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"


def put(number: str) -> Wire:
    return {"TableName": "things", "Item": {**KEY, "v": {"N": number}}}


def add(a: str, b: str) -> Wire:
    return {
        "TableName": "things",
        "Key": KEY,
        "UpdateExpression": "SET v = :a + :b",
        "ExpressionAttributeValues": {":a": {"N": a}, ":b": {"N": b}},
        "ReturnValues": "UPDATED_NEW",
    }


REFUSED: list[tuple[str, str, str]] = [
    ("nothing is no number", "", NO_NUMBER),
    ("a word is no number", "abc", f"{NO_NUMBER}: abc"),
    ("a space before a number does not belong to it", " 1", f"{NO_NUMBER}:  1"),
    ("an exponent has digits", "1e", f"{NO_NUMBER}: 1e"),
    ("a sign is no number", "-", f"{NO_NUMBER}: -"),
    ("a point is no number", ".", f"{NO_NUMBER}: ."),
    ("not a number is no number", "NaN", f"{NO_NUMBER}: NaN"),
    ("infinity is no number", "Infinity", f"{NO_NUMBER}: Infinity"),
    ("numbers are decimal", "0x10", f"{NO_NUMBER}: 0x10"),
    ("numbers have no underscores", "1_0", f"{NO_NUMBER}: 1_0"),
    (
        "an exponent that needs more than 64 bits is none",
        "1e99999999999999999999",
        f"{NO_NUMBER}: 1e99999999999999999999",
    ),
    ("an exponent of 126 is too large", "1e126", OVERFLOW),
    ("an exponent of ten digits is too large", "1e9999999999", OVERFLOW),
    ("an exponent of -131 is too small", "1e-131", UNDERFLOW),
    ("39 digits are too many", "1" * 39, TOO_PRECISE),
    ("a number too large goes before one too precise", "1" * 39 + "e200", OVERFLOW),
    ("a number too small goes before one too precise", "1" * 39 + "e-200", UNDERFLOW),
    ("zero is held to the exponent that it is written with", "0e200", OVERFLOW),
    ("zero is held to a small exponent as well", "0e-200", UNDERFLOW),
]

RETURNED: list[tuple[str, str, str]] = [
    ("a large number comes back with all its digits", "1e125", "1" + "0" * 125),
    ("a large negative number comes back with all its digits", "-1e125", "-1" + "0" * 125),
    ("a small number comes back with all its digits", "1e-130", "0." + "0" * 129 + "1"),
    ("the largest number has 38 nines", "9." + "9" * 37 + "E+125", "9" * 38 + "0" * 88),
    ("38 digits are kept", "1234567890" * 3 + "12345678", "1234567890" * 3 + "12345678"),
    ("zeros after the point are dropped", "1.2300", "1.23"),
    ("zeros before the number are dropped", "00012", "12"),
    ("zeros after 38 digits do not count", "1" * 38 + "0" * 10, "1" * 38 + "0" * 10),
    ("a power of ten is written out", "1E3", "1000"),
    ("a fraction gets its zero", ".5", "0.5"),
    ("a point at the end is dropped", "5.", "5"),
    ("a plus sign is dropped", "+7", "7"),
    ("zero has no sign", "-0.0", "0"),
]

CASES: list[Case] = [
    *(refuses(promise, "PutItem", put(number), COUNTED + text) for promise, number, text in REFUSED),
    *(
        answers(
            promise,
            "GetItem",
            {"TableName": "things", "Key": KEY},
            {"Item": {**KEY, "v": {"N": kept}}},
            given=[("PutItem", put(number))],
        )
        for promise, number, kept in RETURNED
    ),
    refuses(
        "a bad number in a key to read is not counted",
        "GetItem",
        {"TableName": "counters", "Key": {"pk": {"N": "x"}}},
        f"{NO_NUMBER}: x",
    ),
    answers(
        "a number is found however it is written",
        "GetItem",
        {"TableName": "counters", "Key": {"pk": {"N": "1.00e0"}}},
        {"Item": {"pk": {"N": "1"}}},
    ),
    answers(
        "a sum keeps 38 digits",
        "UpdateItem",
        add("1", "1e-37"),
        {"Attributes": {"v": {"N": "1." + "0" * 36 + "1"}}},
    ),
    answers("a sum may be zero", "UpdateItem", add("1e-130", "-1e-130"), {"Attributes": {"v": {"N": "0"}}}),
    refuses("a sum of 39 digits is too precise", "UpdateItem", add("1", "1e-38"), TOO_PRECISE),
    refuses("a sum may be too large", "UpdateItem", add("9e125", "1e125"), OVERFLOW),
]
