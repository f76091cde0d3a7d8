"""The comparison operators: each with its arguments becomes a condition on one attribute.

Documented, *Legacy conditional parameters*; the types that an operator takes, and the meaning of NOT_CONTAINS for a
missing attribute, as DynamoDB Local has them (emulators by others let NOT_CONTAINS hold for it).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Any

from dynateach.dynamodb.rules.expressions.comparisons import ORDERS
from dynateach.dynamodb.rules.expressions.tree import Function, Node, Operator, Path, Value
from dynateach.dynamodb.rules.legacy import messages
from dynateach.dynamodb.rules.legacy.placeholders import Placeholders

_ONE_ARGUMENT = (1, 1)
_ARGUMENTS: dict[str, tuple[int, float]] = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, inf)}
"""The fewest and the most arguments of the operators that do not take just one."""

_ORDERED = frozenset(ORDERS)
_TYPES = {
    **dict.fromkeys(("LE", "LT", "GE", "GT", "BETWEEN", "IN"), _ORDERED),
    **dict.fromkeys(("CONTAINS", "NOT_CONTAINS"), _ORDERED | {"BOOL", "NULL"}),
    "BEGINS_WITH": frozenset({"S", "B"}),
}

INDEXABLE = {
    "EQ": "=",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
"""The operators that can select by key, each with its name in key conditions."""


def arguments_of(condition: Mapping[str, Any], placeholders: Placeholders) -> list[Value]:
    """The arguments of a Condition in wire form. Raises DynamoDB's error if they do not suit its operator."""
    arguments = [placeholders.value(value) for value in condition.get("AttributeValueList", ())]
    require_arguments(condition["ComparisonOperator"], arguments, placeholders)
    return arguments


def require_arguments(operator: str, arguments: Sequence[Value], placeholders: Placeholders) -> None:
    """Raises DynamoDB's error if these arguments do not suit the operator."""
    fewest, most = _ARGUMENTS.get(operator, _ONE_ARGUMENT)
    if not fewest <= len(arguments) <= most:
        raise messages.wrong_number_of_arguments(operator)
    kinds = [placeholders.kind(argument) for argument in arguments]
    if len(set(kinds)) > 1:
        raise messages.arguments_of_several_types()
    for kind in kinds:
        if kind not in _TYPES.get(operator, (kind,)):
            raise messages.wrong_argument_type(operator, kind)
    if operator == "BETWEEN":
        order = ORDERS[kinds[0]]
        low, high = (order(placeholders.content(argument)) for argument in arguments)
        if low > high:
            raise messages.bounds_out_of_order()


def comparison(operator: str, path: Path, arguments: Sequence[Value]) -> Node:
    """The condition that an operator stands for."""
    return _CONDITIONS[operator](path, *arguments)


def joined(conditions: Sequence[Node], conditional_operator: str) -> Node | None:
    """The conditions joined by AND or OR; None if there are none."""
    if len(conditions) > 1:
        return Operator(conditional_operator, tuple(conditions))
    return conditions[0] if conditions else None


def require_joinable(conditions: Iterable[str], params: Mapping[str, Any]) -> None:
    """Raises DynamoDB's error for a ConditionalOperator without two conditions to join."""
    if "ConditionalOperator" not in params:
        return
    count = len(list(conditions))
    if not count:
        raise messages.operator_without_conditions()
    if count == 1:
        raise messages.operator_for_one_condition()


def _operator(name: str) -> Callable[..., Node]:
    return lambda *operands: Operator(name, operands)


def _function(name: str) -> Callable[..., Node]:
    return lambda *operands: Function(name, operands)


def _not_contains(path: Path, part: Value) -> Node:
    """An attribute that is not there does not contain anything, yet it does not satisfy NOT_CONTAINS."""
    return Operator(
        "AND", (Function("attribute_exists", (path,)), Operator("NOT", (Function("contains", (path, part)),)))
    )


_CONDITIONS: dict[str, Callable[..., Node]] = {
    "EQ": _operator("="),
    "NE": _operator("<>"),
    "LE": _operator("<="),
    "LT": _operator("<"),
    "GE": _operator(">="),
    "GT": _operator(">"),
    "BETWEEN": _operator("BETWEEN"),
    "IN": _operator("IN"),
    "NULL": _function("attribute_not_exists"),
    "NOT_NULL": _function("attribute_exists"),
    "CONTAINS": _function("contains"),
    "NOT_CONTAINS": _not_contains,
    "BEGINS_WITH": _function("begins_with"),
}
