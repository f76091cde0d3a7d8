"""Attribute values: what is one, and what DynamoDB says of what is none. All in a PutItem, unless the promise says more."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, answers, refuses

EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
SEVERAL = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
INVALID = "One or more parameter values were invalid: "
NO_COLLECTION = "Start of structure or map found where not expected"
VALUE = "com.amazonaws.dynamodb.v20120810.AttributeValue"


def put(value: object) -> Wire:
    return {"TableName": "things", "Item": {**KEY, "v": value}}


FLAWS: list[tuple[str, object, str]] = [
    ("a value needs a type", {}, EMPTY),
    ("a value needs a type that exists", {"X": "a"}, EMPTY),
    ("a value has one type only", {"S": "a", "N": "1"}, SEVERAL),
    ("a value that is null is empty", {"S": None}, EMPTY),
    ("null is true or absent", {"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
    ("null may not be the word no", {"NULL": "no"}, INVALID + "Null attribute value types must have the value of true"),
    ("a string set has members", {"SS": []}, COUNTED + INVALID + "An string set  may not be empty"),
    ("a number set has members", {"NS": []}, COUNTED + INVALID + "An number set  may not be empty"),
    ("a binary set has members", {"BS": []}, COUNTED + INVALID + "Binary sets should not be empty"),
    ("a string set has no null", {"SS": [None]}, INVALID + "An string set may not have a null string as a member"),
    ("an attribute in a map has a name", {"M": {"": {"S": "a"}}}, "Empty attribute name"),
    ("a value in a list needs a type", {"L": [{}]}, EMPTY),
    ("a value in a map needs a type", {"M": {"a": {}}}, EMPTY),
    (
        "a repeated string is shown after what was read, in order",
        {"SS": ["b", "a", "b", "c"]},
        COUNTED + INVALID + 'Input collection ["a", "b", "b", "c"] contains duplicates.',
    ),
    (
        "a repeated binary is shown after what was read, in order",
        {"BS": ["AQ==", "AAE=", "AQ==", "AgM="]},
        COUNTED + INVALID + 'Input collection ["AAE=","AQ==","AQ==","AgM="]of type BS contains duplicates.',
    ),
    (
        "numbers that are written in two ways are the same number",
        {"NS": ["1", "1.0"]},
        COUNTED + INVALID + "Input collection contains duplicates.",
    ),
    (
        "a bad number in a set goes before a repeated one",
        {"NS": ["1", "1", "x"]},
        COUNTED + "The parameter cannot be converted to a numeric value: x",
    ),
]

MISTYPED: list[tuple[str, object, str]] = [
    ("a string is no number", {"S": 1}, "NUMBER_VALUE cannot be converted to String"),
    ("a string is no fraction", {"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
    ("a string is not true", {"S": True}, "TRUE_VALUE cannot be converted to String"),
    ("a string is not false", {"S": False}, "FALSE_VALUE cannot be converted to String"),
    ("a string is no list", {"S": ["a"]}, "Unrecognized collection type class java.lang.String"),
    ("a string is no map", {"S": {"a": 1}}, NO_COLLECTION),
    ("a number is sent as a string", {"N": 1}, "NUMBER_VALUE cannot be converted to String"),
    ("a binary is sent as a string", {"B": 1}, "only base-64-encoded strings are convertible to bytes"),
    ("a binary is no list", {"B": ["AA=="]}, "Unrecognized collection type class java.nio.ByteBuffer"),
    (
        "base64 comes in groups of four",
        {"B": "AAAAA"},
        "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
    ),
    ("base64 has its own letters", {"B": "abc!"}, "Invalid last non-pad Base64 character dectected"),
    ("base64 leaves no bits over", {"B": "AAB="}, "Invalid last non-pad Base64 character dectected"),
    ("a boolean is no number", {"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
    ("a boolean is no list", {"BOOL": []}, "Unrecognized collection type class java.lang.Boolean"),
    ("a boolean is no other word", {"BOOL": "x"}, "Unexpected token received from parser"),
    ("a set is a list", {"SS": "a"}, "Unexpected field type"),
    ("a member of a string set is a string", {"SS": [1]}, "NUMBER_VALUE cannot be converted to String"),
    ("a member of a string set is no list", {"SS": [["a"]]}, "Unrecognized collection type class java.lang.String"),
    ("a list is no string", {"L": "a"}, "Unexpected field type"),
    ("a list is no map", {"L": {}}, NO_COLLECTION),
    ("a member of a list is a value", {"L": ["a"]}, "Unexpected value type in payload"),
    ("a map is no string", {"M": "a"}, "Unexpected field type"),
    ("a map is no list", {"M": []}, f"Unrecognized collection type java.util.Map<java.lang.String, {VALUE}>"),
    ("a member of a map is a value", {"M": {"a": "b"}}, "Unexpected value type in payload"),
    ("a value is no string", "a", "Unexpected value type in payload"),
    ("a value is no number", 5, "Unexpected value type in payload"),
    ("a value is no list", [], f"Unrecognized collection type class {VALUE}"),
]

KEPT: list[tuple[str, object, object]] = [
    ("an empty string is a string", {"S": ""}, {"S": ""}),
    ("an empty binary is a binary", {"B": ""}, {"B": ""}),
    ("a set may have an empty string", {"SS": ["", "a"]}, {"SS": ["", "a"]}),
    ("a list may be empty", {"L": []}, {"L": []}),
    ("a map may be empty", {"M": {}}, {"M": {}}),
    ("a boolean may be the word true", {"BOOL": "true"}, {"BOOL": True}),
    ("a boolean may be the word no", {"BOOL": "no"}, {"BOOL": False}),
    ("a null next to a type does not count", {"S": "a", "N": None}, {"S": "a"}),
    ("an unknown type next to a known one does not count", {"S": "a", "X": 1}, {"S": "a"}),
]


def nested(containers: int) -> Wire:
    value: Wire = {"S": "x"}
    for _ in range(containers):
        value = {"L": [value]}
    return value


TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
UPDATE = {"TableName": "things", "Key": KEY, "UpdateExpression": "SET v = :v"}

CASES: list[Case] = [
    *(refuses(promise, "PutItem", put(value), text) for promise, value, text in FLAWS),
    *(
        refuses(promise, "PutItem", put(value), text, code="SerializationException")
        for promise, value, text in MISTYPED
    ),
    *(
        answers(
            promise,
            "GetItem",
            {"TableName": "things", "Key": KEY},
            {"Item": {**KEY, "v": kept}},
            given=[("PutItem", put(value))],
        )
        for promise, value, kept in KEPT
    ),
    refuses(
        "an attribute has a name",
        "PutItem",
        {"TableName": "things", "Item": {**KEY, "": {"S": "a"}}},
        "Empty attribute name",
    ),
    refuses(
        "an attribute name has less than 64 KB",
        "PutItem",
        {"TableName": "things", "Item": {**KEY, "a" * 65_536: {"S": "a"}}},
        "Attribute name is too large, must be less than 65536 bytes",
    ),
    answers("31 lists may lie in each other", "PutItem", put(nested(31)), {}),
    refuses("32 lists may not lie in each other", "PutItem", put(nested(32)), COUNTED + TOO_DEEP),
    refuses("61 lists in each other are still counted", "PutItem", put(nested(61)), COUNTED + TOO_DEEP),
    refuses("62 lists in each other are no longer counted", "PutItem", put(nested(62)), TOO_DEEP),
    refuses(
        "a batch never counts that lists lie too deep",
        "BatchWriteItem",
        {"RequestItems": {"things": [{"PutRequest": {"Item": {**KEY, "v": nested(32)}}}]}},
        TOO_DEEP,
    ),
    refuses(
        "the values of an update are held to the levels of an item",
        "UpdateItem",
        {**UPDATE, "ExpressionAttributeValues": {":v": nested(32)}},
        COUNTED + TOO_DEEP,
    ),
    refuses(
        "a value far too deep is named by its placeholder",
        "UpdateItem",
        {**UPDATE, "ExpressionAttributeValues": {":v": nested(62)}},
        f"ExpressionAttributeValues contains invalid value: {TOO_DEEP} for key :v",
    ),
    refuses(
        "an update may not bury a value deeper than an item goes",
        "UpdateItem",
        {**UPDATE, "UpdateExpression": "SET m.x = :v", "ExpressionAttributeValues": {":v": nested(31)}},
        "Nesting Levels have exceeded supported limits",
    ),
    refuses(
        "an empty set in an expression is not named by its placeholder",
        "UpdateItem",
        {**UPDATE, "ExpressionAttributeValues": {":v": {"SS": []}}},
        f"{COUNTED}{INVALID}An string set  may not be empty",
    ),
    refuses(
        "a bad number in an expression is not named by its placeholder",
        "UpdateItem",
        {**UPDATE, "ExpressionAttributeValues": {":v": {"N": "x"}}},
        COUNTED + "The parameter cannot be converted to a numeric value: x",
    ),
]
