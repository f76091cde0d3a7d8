"""Which conditions make sense: DynamoDB's texts, and which of several errors it reports."""

from typing import Any

import pytest

from dynateach.dynamodb.rules.expressions import bind
from dynateach.errors import ServiceError

VALUES: dict[str, dict[str, Any]] = {
    ":s": {"S": "b"},
    ":t": {"S": "a"},
    ":n": {"N": "2"},
    ":m": {"N": "10"},
    ":b": {"B": "YQ=="},
    ":bool": {"BOOL": True},
    ":null": {"NULL": True},
    ":l": {"L": []},
    ":ss": {"SS": ["a"]},
}
DISTINCT = "The first operand must be distinct from the remaining operands for this operator or function; "
TYPE = "Incorrect operand type for operator or function; operator or function: "
MISUSED = "The function is not allowed to be used this way in an expression; function: "


def refusal(condition: str, names: dict[str, str] | None = None) -> str:
    values = {placeholder: value for placeholder, value in VALUES.items() if placeholder in condition}
    with pytest.raises(ServiceError) as caught:
        bind(condition=condition, names=names, values=values or None)
    assert caught.value.code == "ValidationException"
    return caught.value.message.removeprefix("Invalid ConditionExpression: ")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("status = :s", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("a.Name[0] = :s", "Attribute name is a reserved keyword; reserved keyword: Name"),
        ("foo(a)", "Invalid function name; function: foo"),
        ("ATTRIBUTE_EXISTS(a)", "Invalid function name; function: ATTRIBUTE_EXISTS"),
        ("a = Size(b)", "Invalid function name; function: Size"),
        ("a = if_not_exists(b, :s)", "The function is not allowed in a condition expression; function: if_not_exists"),
        ("size(a)", f"{MISUSED}size"),
        ("NOT size(a)", f"{MISUSED}size"),
        ("a = :s AND size(a)", f"{MISUSED}size"),
        ("contains(a, :s) = :t", f"{MISUSED}contains"),
        ("size(attribute_exists(a)) = :n", f"{MISUSED}attribute_exists"),
        ("a IN (contains(a, :s))", f"{MISUSED}contains"),
        (
            "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; "
            "operator or function: attribute_exists, number of operands: 2",
        ),
        (
            "contains(a)",
            "Incorrect number of operands for operator or function; "
            "operator or function: contains, number of operands: 1",
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "attribute_not_exists(size(a))",
            "Operator or function requires a document path; operator or function: attribute_not_exists",
        ),
        ("a = a", f"{DISTINCT}operator: =, first operand: [a]"),
        ("a.b[1] >= a.b[1]", f"{DISTINCT}operator: >=, first operand: [a, b, [1]]"),
        ("contains(a, a)", f"{DISTINCT}operator: contains, first operand: [a]"),
        ("a BETWEEN :s AND a", f"{DISTINCT}operator: BETWEEN, first operand: [a]"),
        ("a IN (b, a)", f"{DISTINCT}operator: IN, first operand: [a]"),
        ("begins_with(a, :n)", f"{TYPE}begins_with, operand type: N"),
        ("begins_with(size(a), :s)", f"{TYPE}begins_with, operand type: N"),
        ("begins_with(:ss, :n)", f"{TYPE}begins_with, operand type: SS"),
        ("size(:n) = :n", f"{TYPE}size, operand type: N"),
        ("size(size(a)) = :n", f"{TYPE}size, operand type: N"),
        ("size(:null) = :n", f"{TYPE}size, operand type: NULL"),
        ("a < :bool", f"{TYPE}<, operand type: BOOL"),
        (":l >= a", f"{TYPE}>=, operand type: L"),
        ("a BETWEEN :null AND :null", f"{TYPE}BETWEEN, operand type: NULL"),
        ("attribute_type(a, :n)", f"{TYPE}attribute_type, operand type: N"),
        ("attribute_type(a, b)", f"{TYPE}attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}"),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: b, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "a BETWEEN :s AND :n",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {N:2}",
        ),
        (
            "a BETWEEN :s AND :t",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            "a BETWEEN :m AND :n",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:2}",
        ),
        ("a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"),
        (
            "#a.b = :s",
            "An expression attribute name used in the document path is not defined; attribute name: #a",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_in_dynamodbs_words(condition: str, message: str) -> None:
    assert refusal(condition) == message


def test_an_attribute_is_compared_with_itself_even_behind_a_placeholder() -> None:
    assert refusal("#x = a", {"#x": "a"}) == f"{DISTINCT}operator: =, first operand: [a]"


@pytest.mark.parametrize(
    ("condition", "winner"),
    [
        ("status = = :s", "Syntax error"),
        ("((status)) = foo(:x)", "The expression has redundant parentheses"),
        ("status = :s AND foo(a)", "Invalid function name"),
        ("status = :s AND size(a)", "The function is not allowed to be used this way"),
        ("a = :x AND status = :s", "Attribute name is a reserved keyword"),
        ("a = a AND b = :x", "The first operand must be distinct"),
        ("b = :x AND a = a", "An expression attribute value used in expression is not defined"),
        ("contains(a) OR begins_with(a, :n)", "Incorrect number of operands"),
        ("begins_with(a, :n) OR contains(a)", "Incorrect operand type"),
        ("#x = :x", "An expression attribute name"),
        (":x = #x", "An expression attribute value"),
        ("begins_with(:n, size(a, :x))", "An expression attribute value used in expression is not defined"),
        ("begins_with(:n, size(a, b))", "Incorrect number of operands"),
    ],
)
def test_of_several_errors_the_one_of_the_earliest_rule_is_reported(condition: str, winner: str) -> None:
    assert refusal(condition).startswith(winner)


def test_100_choices_are_in_order_and_101_are_not() -> None:
    choices = [f"b{number}" for number in range(101)]
    assert bind(filter=f"a IN ({', '.join(choices[:100])})").filter
    with pytest.raises(ServiceError) as caught:
        bind(filter=f"a IN ({', '.join(choices)})")
    assert caught.value.message == (
        "Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 102"
    )


def test_words_that_only_begin_like_keywords_are_names() -> None:
    text = "ADDress = andy AND notes = ORacle OR attribute_exists(inside.between_us) AND settings <> remover"
    test = bind(condition=text).condition
    one = {"N": "1"}
    assert test
    assert test({"ADDress": one, "andy": one, "notes": one, "ORacle": one}, {})
    assert not test({"ADDress": one, "andy": one}, {})


def test_functions_of_the_same_name_as_an_attribute_do_not_disturb_it() -> None:
    test = bind(condition="contains = :s AND contains(contains, :s)", values={":s": {"S": "b"}}).condition
    assert test
    assert test({"contains": {"S": "b"}}, {":s": {"S": "b"}})
