"""Expected, ConditionalOperator and the comparison operators, in wire form."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from tests.tables import create

ITEM: dict[str, Any] = {
    "pk": {"S": "a"},
    "s": {"S": "abc"},
    "n": {"N": "5"},
    "b": {"B": "YWJj"},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["YQ=="]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"NULL": True}]},
    "m": {"M": {"k": {"S": "v"}}},
    "t": {"BOOL": True},
    "z": {"NULL": True},
}


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    create(lab, sort=None)
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": ITEM})
    return lab


def delete(lab: Lab, expected: dict[str, Any], **more: Any) -> dict[str, Any]:
    params = {"TableName": "things", "Key": {"pk": {"S": "a"}}, "Expected": expected, **more}
    return lab.request("dynamodb", "DeleteItem", params)


def holds(lab: Lab, expected: dict[str, Any], **more: Any) -> bool:
    try:
        delete(lab, expected, **more)
    except ServiceError as error:
        assert (error.code, error.message) == ("ConditionalCheckFailedException", "The conditional request failed")
        return False
    return True


def refusal(lab: Lab, expected: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        delete(lab, expected, **more)
    assert caught.value.code == "ValidationException"
    return caught.value.message.removeprefix("1 validation error detected: ")


def comparison(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


# Which attributes of ITEM (and "missing") satisfy an operator with its arguments; DynamoDB Local agrees on every one.
SATISFYING = [
    ("EQ", [{"S": "abc"}], {"s"}),
    ("EQ", [{"N": "5.0"}], {"n"}),
    ("EQ", [{"SS": ["b", "a"]}], {"ss"}),
    ("EQ", [{"M": {"k": {"S": "v"}}}], {"m"}),
    ("EQ", [{"NULL": True}], {"z"}),
    ("NE", [{"S": "abc"}], {*ITEM, "missing"} - {"s"}),
    ("NE", [{"BOOL": True}], {*ITEM, "missing"} - {"t"}),
    ("LT", [{"S": "b"}], {"pk", "s"}),
    ("LE", [{"N": "5"}], {"n"}),
    ("GT", [{"N": "5"}], set()),
    ("GE", [{"B": "YWJj"}], {"b"}),
    ("BETWEEN", [{"N": "4"}, {"N": "6"}], {"n"}),
    ("IN", [{"N": "4"}, {"N": "5"}], {"n"}),
    ("BEGINS_WITH", [{"S": "ab"}], {"s"}),
    ("BEGINS_WITH", [{"B": "YQ=="}], {"b"}),
    ("NULL", [], {"missing"}),
    ("NOT_NULL", [], set(ITEM)),
    ("CONTAINS", [{"S": "a"}], {"pk", "s", "ss"}),
    ("CONTAINS", [{"S": "x"}], {"l"}),
    ("CONTAINS", [{"N": "1"}], {"ns", "l"}),
    ("CONTAINS", [{"B": "YQ=="}], {"b", "bs"}),
    ("CONTAINS", [{"NULL": True}], {"l"}),
    ("NOT_CONTAINS", [{"S": "a"}], set(ITEM) - {"pk", "s", "ss"}),
    ("NOT_CONTAINS", [{"N": "1"}], set(ITEM) - {"ns", "l"}),
]


@pytest.mark.parametrize(("operator", "values", "satisfying"), SATISFYING)
def test_a_comparison_operator_finds_the_attributes_that_satisfy_it(
    lab: Lab, operator: str, values: list[dict[str, Any]], satisfying: set[str]
) -> None:
    found = set()
    for name in (*ITEM, "missing"):
        if holds(lab, {name: comparison(operator, *values)}):
            found.add(name)
            lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": ITEM})
    assert found == satisfying


def test_a_value_or_an_absence_can_be_expected_without_an_operator(lab: Lab) -> None:
    assert not holds(lab, {"s": {"Value": {"S": "x"}}})
    assert not holds(lab, {"s": {"Exists": False}})
    assert not holds(lab, {"n": {"Exists": True, "Value": {"N": "6"}}})
    assert holds(lab, {"missing": {"Exists": False}, "s": {"Value": {"S": "abc"}}, "n": {"Value": {"N": "5"}}})


def test_the_argument_of_an_operator_may_be_given_as_its_value(lab: Lab) -> None:
    assert not holds(lab, {"n": {"ComparisonOperator": "GT", "Value": {"N": "5"}}})
    assert holds(lab, {"n": {"ComparisonOperator": "GE", "Value": {"N": "5"}}})


def test_conditions_are_joined_by_and_unless_or_is_asked_for(lab: Lab) -> None:
    one_of_two = {"s": {"Value": {"S": "abc"}}, "n": {"Value": {"N": "6"}}}
    assert not holds(lab, one_of_two)
    assert not holds(lab, one_of_two, ConditionalOperator="AND")
    assert holds(lab, one_of_two, ConditionalOperator="OR")


def test_a_dot_in_a_legacy_name_is_part_of_the_name(lab: Lab) -> None:
    assert not holds(lab, {"m.k": {"Value": {"S": "v"}}})


def test_no_expectations_are_always_met(lab: Lab) -> None:
    assert holds(lab, {})


def test_a_put_and_an_update_can_expect_as_well(lab: Lab) -> None:
    expected = {"n": comparison("LT", {"N": "5"})}
    table, key = "things", {"pk": {"S": "a"}}
    for operation, params in (("PutItem", {"Item": key}), ("UpdateItem", {"Key": key})):
        with pytest.raises(ServiceError, match="The conditional request failed"):
            lab.request("dynamodb", operation, {"TableName": table, **params, "Expected": expected})


def test_an_unmet_expectation_can_show_the_item(lab: Lab) -> None:
    with pytest.raises(ServiceError) as caught:
        delete(lab, {"pk": comparison("NULL")}, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert caught.value.fields == {"Item": ITEM}


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        *((operator, []) for operator in ("EQ", "NE", "LE", "LT", "GE", "GT", "IN", "BETWEEN")),
        *((operator, []) for operator in ("CONTAINS", "NOT_CONTAINS", "BEGINS_WITH")),
        *((operator, [{"S": "a"}]) for operator in ("NULL", "NOT_NULL", "BETWEEN")),
        *((operator, [{"S": "a"}] * 2) for operator in ("EQ", "CONTAINS", "BEGINS_WITH")),
        ("BETWEEN", [{"S": "a"}] * 3),
    ],
)
def test_an_operator_wants_its_number_of_arguments(lab: Lab, operator: str, values: list[dict[str, Any]]) -> None:
    assert refusal(lab, {"s": comparison(operator, *values)}) == (
        f"One or more parameter values were invalid: Invalid number of argument(s) for the {operator} ComparisonOperator"
    )


@pytest.mark.parametrize(
    ("operator", "kinds"),
    [
        *((operator, "SS NS BS L M BOOL NULL") for operator in ("LE", "LT", "GE", "GT", "IN", "BETWEEN")),
        *((operator, "SS NS BS L M") for operator in ("CONTAINS", "NOT_CONTAINS")),
        ("BEGINS_WITH", "N SS NS BS L M BOOL NULL"),
    ],
)
def test_an_operator_takes_only_some_types(lab: Lab, operator: str, kinds: str) -> None:
    values = {next(iter(value)): value for value in ITEM.values()}
    for kind in kinds.split():
        given = [values[kind]] * (2 if operator == "BETWEEN" else 1)
        assert refusal(lab, {"s": comparison(operator, *given)}) == (
            f"One or more parameter values were invalid: ComparisonOperator {operator} is not valid for {kind} AttributeValue type"
        )


INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (
            {"Value": {"S": "x"}, "AttributeValueList": [{"S": "x"}], "ComparisonOperator": "EQ"},
            f"{INVALID}Value and AttributeValueList cannot be used together for Attribute: q",
        ),
        (
            {"ComparisonOperator": "EQ", "Exists": False, "Value": {"S": "x"}},
            f"{INVALID}Exists and ComparisonOperator cannot be used together for Attribute: q",
        ),
        (
            {"ComparisonOperator": "EQ"},
            f"{INVALID}Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: q",
        ),
        (
            {"AttributeValueList": [{"S": "x"}]},
            f"{INVALID}AttributeValueList can only be used with a ComparisonOperator for Attribute: q",
        ),
        ({}, f"{INVALID}Value must be provided when Exists is null for Attribute: q"),
        ({"Exists": True}, f"{INVALID}Value must be provided when Exists is true for Attribute: q"),
        (
            {"Exists": False, "Value": {"S": "x"}},
            f"{INVALID}Value cannot be used when Exists is false for Attribute: q",
        ),
        (
            comparison("IN", {"S": "x"}, {"N": "1"}),
            f"{INVALID}AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            comparison("BETWEEN", {"N": "10"}, {"N": "9"}),
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        ),
        ({"Value": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
        (
            {"Value": {}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
    ],
)
def test_an_expectation_that_says_too_much_or_too_little_is_refused(
    lab: Lab, expected: dict[str, Any], text: str
) -> None:
    assert refusal(lab, {"q": expected}) == text


def test_a_conditional_operator_needs_two_conditions_to_join(lab: Lab) -> None:
    assert refusal(lab, {}, ConditionalOperator="OR") == (
        "ConditionalOperator cannot be used without Filter or Expected"
    )
    assert refusal(lab, {"q": {"Exists": False}}, ConditionalOperator="AND") == (
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    )


def test_a_wrong_expectation_wins_over_a_conditional_operator_without_use(lab: Lab) -> None:
    assert "must be used with ComparisonOperator: EQ" in refusal(
        lab, {"q": {"ComparisonOperator": "EQ"}}, ConditionalOperator="OR"
    )


def test_expectations_and_expressions_do_not_mix(lab: Lab) -> None:
    mixed = {"ConditionExpression": "a =", "ConditionalOperator": "OR"}
    assert refusal(lab, {"q": {}}, **mixed) == (
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected, ConditionalOperator} Expression parameters: {ConditionExpression}"
    )
