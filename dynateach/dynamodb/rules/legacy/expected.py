"""Expected: the condition of a write, attribute by attribute.

Each attribute says in one of two ways what is expected of it: with a ComparisonOperator and its arguments, or, older
still, with a Value that it has to have, or that it does not exist.
"""

from collections.abc import Mapping
from typing import Any

from dynateach.dynamodb.rules.expressions.tree import Node
from dynateach.dynamodb.rules.legacy import messages
from dynateach.dynamodb.rules.legacy.comparisons import comparison, joined, require_arguments, require_joinable
from dynateach.dynamodb.rules.legacy.placeholders import Placeholders


def expected_condition(params: Mapping[str, Any], placeholders: Placeholders) -> Node | None:
    """The condition of a write. Raises DynamoDB's error for the first rule that Expected or ConditionalOperator breaks."""
    expected: Mapping[str, Any] = params.get("Expected", {})
    conditions = [_condition(name, wanted, placeholders) for name, wanted in expected.items()]
    require_joinable(expected, params)
    return joined(conditions, params.get("ConditionalOperator", "AND"))


def _condition(name: str, wanted: Mapping[str, Any], placeholders: Placeholders) -> Node:
    _require_one_way(name, wanted)
    operator = wanted.get("ComparisonOperator") or _operator(wanted.get("Exists"), "Value" in wanted, name)
    given = [wanted["Value"]] if "Value" in wanted else wanted.get("AttributeValueList", ())
    arguments = [placeholders.value(value) for value in given]
    require_arguments(operator, arguments, placeholders)
    return comparison(operator, placeholders.path(name), arguments)


def _require_one_way(name: str, wanted: Mapping[str, Any]) -> None:
    if "Value" in wanted and "AttributeValueList" in wanted:
        raise messages.value_and_list(name)
    if "ComparisonOperator" not in wanted:
        if "AttributeValueList" in wanted:
            raise messages.list_without_operator(name)
        return
    if "Exists" in wanted:
        raise messages.exists_and_operator(name)
    operator = wanted["ComparisonOperator"]
    if operator not in ("NULL", "NOT_NULL") and "Value" not in wanted and "AttributeValueList" not in wanted:
        raise messages.operator_without_arguments(operator, name)


def _operator(exists: bool | None, has_value: bool, name: str) -> str:
    if exists is False:
        if has_value:
            raise messages.value_of_nothing(name)
        return "NULL"
    if not has_value:
        raise messages.value_missing(exists, name)
    return "EQ"
