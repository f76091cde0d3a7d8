"""The request as a whole: its placeholders, and what is kept from one request to the next."""

from typing import Any

import pytest

import dynateach.dynamodb.rules.expressions as expressions
from dynateach.dynamodb.rules.expressions import Bound, bind
from dynateach.errors import ServiceError

NAMES = "Value provided in ExpressionAttributeNames unused in expressions: keys: "
VALUES = "Value provided in ExpressionAttributeValues unused in expressions: keys: "
S = {"S": "x"}


def refusal(**request: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        bind(**request)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_the_package_offers_these_names_and_no_others() -> None:
    offered = {"Bound", "KeyCondition", "KeyRange", "Projection", "SortCondition", "Test", "Update", "Values", "bind"}
    assert set(expressions.__all__) == offered


def test_without_expressions_nothing_is_bound() -> None:
    assert bind() == Bound()


def test_each_expression_is_bound_in_its_place() -> None:
    bound = bind(
        condition="attribute_exists(a)",
        filter="a = b",
        projection="a",
        key_condition="a = :v",
        update="REMOVE a",
        values={":v": S},
    )
    assert bound.condition
    assert bound.filter
    assert bound.projection
    assert bound.key_condition
    assert bound.update


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"names": {"#a": "a"}}, "ExpressionAttributeNames can only be specified when using expressions"),
        ({"names": {}, "projection": "a"}, "ExpressionAttributeNames must not be empty"),
        ({"values": {}, "condition": "a = b"}, "ExpressionAttributeValues must not be empty"),
        (
            {"names": {"a": "a"}, "projection": "a"},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
        ),
        (
            {"names": {"#a-b": "a"}, "projection": "a"},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"',
        ),
        (
            {"values": {"v": S}, "condition": "a = b"},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"',
        ),
        (
            {"values": {":": S}, "condition": "a = b"},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: ":"',
        ),
        ({"names": {"#a": "a", "#b": "b", "#c": "c"}, "projection": "#b"}, NAMES + "{#a, #c}"),
        ({"values": {":v": S, ":w": S}, "condition": "a = :w"}, VALUES + "{:v}"),
        ({"names": {"#a": "a"}, "values": {":v": S}, "condition": "a = b"}, NAMES + "{#a}"),
    ],
)
def test_placeholders_must_be_well_formed_and_all_of_them_used(request_: dict[str, Any], message: str) -> None:
    assert refusal(**request_) == message


@pytest.mark.parametrize(
    ("parameters", "tail"),
    [
        (["ConditionExpression"], "ConditionExpression is null"),
        (["UpdateExpression", "ConditionExpression"], "UpdateExpression and ConditionExpression are null"),
    ],
)
def test_values_need_an_expression_that_can_use_them(parameters: list[str], tail: str) -> None:
    message = refusal(projection="a", values={":v": S}, parameters=parameters)
    assert message == f"ExpressionAttributeValues can only be specified when using expressions: {tail}"


def test_a_placeholder_may_have_255_bytes_and_no_more() -> None:
    bind(projection="#" + "a" * 254, names={"#" + "a" * 254: "a"})
    assert refusal(projection="#" + "a" * 255, names={"#" + "a" * 255: "a"}) == (
        "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; "
        "size of key: 256"
    )


def test_a_placeholder_may_not_stand_for_nothing() -> None:
    assert refusal(projection="#a", names={"#a": ""}) == (
        "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"
    )


def test_one_expression_may_use_what_another_does_not() -> None:
    assert bind(
        update="SET #a = :v", condition="#b = :w", names={"#a": "a", "#b": "b"}, values={":v": S, ":w": S}
    ).update


def test_a_placeholder_hides_what_an_expression_could_not_say() -> None:
    bound = bind(projection="#0, #s.#d", names={"#0": "a b", "#s": "status", "#d": "x.y"})
    assert bound.projection
    item: dict[str, dict[str, Any]] = {"a b": S, "status": {"M": {"x.y": S, "z": S}}, "x": S}
    assert bound.projection(item) == {"a b": S, "status": {"M": {"x.y": S}}}


@pytest.mark.parametrize(
    ("surface", "parameter"),
    [
        ("condition", "ConditionExpression"),
        ("filter", "FilterExpression"),
        ("projection", "ProjectionExpression"),
        ("key_condition", "KeyConditionExpression"),
        ("update", "UpdateExpression"),
    ],
)
def test_an_error_names_the_parameter_that_is_wrong(surface: str, parameter: str) -> None:
    assert refusal(**{surface: "|"}) == f'Invalid {parameter}: Syntax error; token: "|", near: "|"'


def test_of_two_wrong_expressions_the_update_is_reported_before_the_condition() -> None:
    assert refusal(update="SET a = :x", condition="|").startswith("Invalid UpdateExpression: ")


def test_an_expression_and_its_types_are_bound_once() -> None:
    first = bind(condition="a = :v", values={":v": {"S": "x"}})
    assert bind(condition="a = :v", values={":v": {"S": "y"}}) is first
    assert bind(condition="a = :v", values={":v": {"N": "1"}}) is not first
    assert bind(filter="a = :v", values={":v": {"S": "x"}}) is not first
    assert bind(condition="a = #a", names={"#a": "b"}) is not bind(condition="a = #a", names={"#a": "c"})


def test_a_bound_expression_takes_the_values_of_each_request() -> None:
    test = bind(condition="a = :v", values={":v": {"S": "x"}}).condition
    assert test
    assert test({"a": {"S": "x"}}, {":v": {"S": "x"}})
    assert not test({"a": {"S": "x"}}, {":v": {"S": "y"}})


def test_what_depends_on_a_value_is_checked_for_every_request() -> None:
    bind(filter="a BETWEEN :low AND :high", values={":low": {"N": "1"}, ":high": {"N": "2"}})
    assert refusal(filter="a BETWEEN :low AND :high", values={":low": {"N": "3"}, ":high": {"N": "2"}}) == (
        "Invalid FilterExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {N:3}, upper bound operand: AttributeValue: {N:2}"
    )
    bind(condition="attribute_type(a, :t)", values={":t": {"S": "SS"}})
    assert refusal(condition="attribute_type(a, :t)", values={":t": {"S": "STRING"}}) == (
        "Invalid ConditionExpression: Invalid attribute type name found; type: STRING, "
        "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )


def test_a_wrong_expression_is_refused_again() -> None:
    assert refusal(condition="a = :v") == refusal(condition="a = :v")


def test_many_different_requests_leave_the_first_one_working() -> None:
    for number in range(3000):
        test = bind(condition=f"a{number} = :v", values={":v": S}).condition
        assert test
        assert test({f"a{number}": S}, {":v": S})
    assert bind(condition="a0 = :v", values={":v": S}).condition


def test_the_attributes_in_a_filter_are_known() -> None:
    bound = bind(
        filter="#p = :v AND (size(a.b) > :n OR contains(c[1], d))",
        names={"#p": "pk"},
        values={":v": S, ":n": {"N": "1"}},
    )
    assert bound.filter_attributes == {"pk", "a", "c", "d"}


def test_the_attributes_that_expressions_look_into_are_known() -> None:
    bound = bind(
        filter="a.b = :v AND c = :v",
        projection="#d[0], e",
        key_condition="pk = :v",
        names={"#d": "d"},
        values={":v": S},
    )
    assert bound.nested_attributes == {"a", "d"}
