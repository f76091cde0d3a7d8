"""How PutItem, UpdateItem and DeleteItem say what is wrong with a request, and which of several faults they name."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from tests.tables import create

KEY = {"pk": {"S": "a"}}
ENVELOPE = "1 validation error detected: "


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    create(lab, sort=None)
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {**KEY, "n": {"N": "1"}}})
    return lab


def refusal(lab: Lab, operation: str, **params: Any) -> str:
    if operation != "PutItem":
        params.setdefault("Key", KEY)
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, {"TableName": "things", **params})
    assert caught.value.code == "ValidationException"
    return caught.value.message


EMPTY_SET = "One or more parameter values were invalid: An number set  may not be empty"
SURPLUS = {"ExpressionAttributeValues": {":v": {"N": "1"}}}


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        ("PutItem", {"Item": {"pk": {"N": "x"}}}, "The parameter cannot be converted to a numeric value: x"),
        ("PutItem", {"Item": KEY, "ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
        ("DeleteItem", {"ReturnValues": "UPDATED_OLD"}, "ReturnValues can only be ALL_OLD or NONE"),
        ("DeleteItem", {"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
        (
            "DeleteItem",
            {"ConditionExpression": "a = :v"},
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        ("DeleteItem", {"ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be empty"),
        ("DeleteItem", {"ExpressionAttributeNames": {}}, "ExpressionAttributeNames must not be empty"),
        ("DeleteItem", SURPLUS, "ExpressionAttributeValues can only be specified when using expressions"),
        (
            "DeleteItem",
            {"Expected": {"q": {"Exists": True}}},
            "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: q",
        ),
        ("PutItem", {"Item": {**KEY, "s": {"NS": []}}}, EMPTY_SET),
        ("UpdateItem", {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"NS": []}}}, EMPTY_SET),
        ("UpdateItem", {"UpdateExpression": ""}, "Invalid UpdateExpression: The expression can not be empty;"),
        (
            "UpdateItem",
            {"UpdateExpression": "REMOVE a", **SURPLUS},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "REMOVE a REMOVE b"},
            'Invalid UpdateExpression: The "REMOVE" section can only be used once in an update expression;',
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "REMOVE a, a.b"},
            "Invalid UpdateExpression: Two document paths overlap with each other; "
            "must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
        ),
    ],
)
def test_some_of_what_the_request_gives_away_counts_as_a_validation_error(
    lab: Lab, operation: str, params: dict[str, Any], text: str
) -> None:
    assert refusal(lab, operation, **params) == ENVELOPE + text


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        (
            "UpdateItem",
            {"UpdateExpression": "foo"},
            'Invalid UpdateExpression: Syntax error; token: "foo", near: "foo"',
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "SET a = :v"},
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        (
            "DeleteItem",
            {"ConditionExpression": "", "Expected": {}},
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
        ("PutItem", {"Item": {}}, "One or more parameter values were invalid: Missing the key pk in the item"),
        ("DeleteItem", {"Key": {"pk": {"N": "1"}}}, "The provided key element does not match the schema"),
        ("PutItem", {"Item": {**KEY, "s": {"S": "x" * 409_600}}}, "Item size has exceeded the maximum allowed size"),
        (
            "UpdateItem",
            {"UpdateExpression": "SET a = b"},
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "REMOVE pk"},
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
    ],
)
def test_the_rest_and_what_does_not_fit_the_table_do_not(
    lab: Lab, operation: str, params: dict[str, Any], text: str
) -> None:
    assert refusal(lab, operation, **params) == text


def test_other_operations_have_no_such_words(lab: Lab) -> None:
    bad = {"pk": {"N": "x"}}
    text = "The parameter cannot be converted to a numeric value: x"
    assert refusal(lab, "GetItem", Key=bad) == text
    assert refusal(lab, "BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": bad}}]}) == text
    assert refusal(lab, "TransactWriteItems", TransactItems=[{"Put": {"TableName": "things", "Item": bad}}]) == text


@pytest.mark.parametrize(
    ("operation", "params", "named"),
    [
        ("PutItem", {"Item": {"pk": {"N": "x"}}, "ReturnValues": "ALL_NEW"}, "ReturnValues"),
        ("PutItem", {"Item": {"pk": {"N": "x"}}, "Expected": {}, "ConditionExpression": ""}, "Can not use both"),
        ("PutItem", {"Item": {"pk": {"N": "x"}}, "ConditionExpression": ""}, "numeric value"),
        ("PutItem", {"Item": {}, "ConditionExpression": "a ="}, "Syntax error"),
        ("DeleteItem", {"ConditionExpression": "a =", "ExpressionAttributeValues": {}}, "must not be empty"),
        ("UpdateItem", {"Key": {}, "UpdateExpression": "REMOVE pk"}, "does not match the schema"),
        ("UpdateItem", {"UpdateExpression": "REMOVE pk", "ConditionExpression": "n = n.x"}, "part of the key"),
        ("UpdateItem", {"UpdateExpression": "SET a = b", "ConditionExpression": "a = n"}, "conditional request"),
    ],
)
def test_of_several_faults_the_first_in_dynamodbs_order_is_named(
    lab: Lab, operation: str, params: dict[str, Any], named: str
) -> None:
    if operation != "PutItem":
        params = {"Key": KEY, **params}
    with pytest.raises(ServiceError, match=named):
        lab.request("dynamodb", operation, {"TableName": "things", **params})


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels - 1):
        value = {"L": [value]}
    return value


def test_too_much_nesting_is_named_in_three_ways(lab: Lab) -> None:
    text = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
    update = {"UpdateExpression": "SET a = :v"}
    assert refusal(lab, "PutItem", Item={**KEY, "v": nested(62)}) == ENVELOPE + text
    assert refusal(lab, "PutItem", Item={**KEY, "v": nested(63)}) == text
    assert refusal(lab, "UpdateItem", **update, ExpressionAttributeValues={":v": nested(62)}) == ENVELOPE + text
    assert refusal(lab, "UpdateItem", **update, ExpressionAttributeValues={":v": nested(63)}) == (
        f"ExpressionAttributeValues contains invalid value: {text} for key :v"
    )


# The longest string with which an expression passes: measured by others on the live service.
LONGEST = [
    ("SET x = :v", 409_577),
    ("SET m.zz = :v", 409_571),
    ("SET x = if_not_exists(n, :v)", 409_522),
    ("SET x = :v, n = n + :one", 409_505),
    ("SET x = :v REMOVE n", 409_575),
    ("ADD x :set", 409_577),
]


@pytest.mark.parametrize(("expression", "longest"), LONGEST)
def test_an_update_may_be_no_larger_as_a_request_than_an_item(lab: Lab, expression: str, longest: int) -> None:
    def update(length: int) -> dict[str, Any]:
        item = {**KEY, "n": {"N": "1"}, "m": {"M": {}}}
        lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})
        values = {":v": {"S": "x" * length}, ":set": {"SS": ["x" * length]}, ":one": {"N": "1"}}
        used = {name: value for name, value in values.items() if name in expression}
        return {"Key": KEY, "UpdateExpression": expression, "ExpressionAttributeValues": used}

    lab.request("dynamodb", "UpdateItem", {"TableName": "things", **update(longest)})
    text = "Item size to update has exceeded the maximum allowed size"
    assert refusal(lab, "UpdateItem", **update(longest + 1)) == text


def test_members_that_a_set_already_has_do_not_count(lab: Lab) -> None:
    long = {":set": {"SS": ["x" * 300_000]}}
    again = {":set": {"SS": ["x" * 300_000, "y" * 109_570]}}
    add = {"TableName": "things", "Key": KEY, "UpdateExpression": "ADD x :set"}
    for values in (long, again):
        lab.request("dynamodb", "UpdateItem", {**add, "ExpressionAttributeValues": values})
    stored = lab.request("dynamodb", "GetItem", {"TableName": "things", "Key": KEY})["Item"]
    assert [len(member) for member in stored["x"]["SS"]] == [300_000, 109_570]
