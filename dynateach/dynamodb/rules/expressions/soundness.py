"""Which conditions make sense: DynamoDB's rules, in the order in which it applies them.

An expression can break several rules, and only one error is reported. Rules about the whole expression come
first; then each single condition, from left to right, is held against all the rest. Where a rule depends on a
value and not only on its type, it is kept as a check for every later request with the same expressions.
"""

from collections.abc import Iterable

from dynateach.dynamodb.rules.expressions import functions, messages
from dynateach.dynamodb.rules.expressions.comparisons import ORDERS
from dynateach.dynamodb.rules.expressions.context import Context, Values, require_unreserved
from dynateach.dynamodb.rules.expressions.functions import (
    require_few_operators,
    require_functions_of_conditions,
    require_operand_count,
)
from dynateach.dynamodb.rules.expressions.grammar import Parsed
from dynateach.dynamodb.rules.expressions.tree import (
    CONNECTIVES,
    Function,
    Node,
    Operator,
    Path,
    Value,
    single_conditions,
    walk,
)
from dynateach.dynamodb.rules.limits import IN_OPERANDS

_NEED_A_PATH = frozenset({"attribute_exists", "attribute_not_exists"})

# Observed for BETWEEN and the functions, assumed for the inequalities.
_ACCEPTED_TYPES = {
    **dict.fromkeys(("<", "<=", ">", ">=", "BETWEEN"), frozenset(ORDERS)),
    "begins_with": frozenset({"S", "B"}),
    "size": frozenset({"S", "B", "SS", "NS", "BS", "L", "M"}),
}
_TYPE_NAMES = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"})
_TYPE_OF_A_PATH = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"


def sound_condition(parsed: Parsed, context: Context) -> Node:
    """The tree of a condition that breaks no rule. Raises ExpressionError for the first that it breaks."""
    root = parsed.condition
    assert root is not None
    nodes = list(walk(root))
    require_few_operators(nodes)
    if parsed.redundant_parentheses:
        raise messages.redundant_parentheses()
    require_functions_of_conditions(nodes)
    _require_functions_in_place(root, nodes)
    require_unreserved(node for node in nodes if isinstance(node, Path))
    for condition in single_conditions(root):
        _require_sound(condition, context)
    return root


# The whole expression


def _require_functions_in_place(root: Node, nodes: Iterable[Node]) -> None:
    for node in nodes:
        if isinstance(node, Function | Operator):
            as_condition = node.name in CONNECTIVES
            for operand in node.operands:
                _require_in_place(operand, as_condition)
    _require_in_place(root, as_condition=True)


def _require_in_place(node: Node, as_condition: bool) -> None:
    """``size`` is the only function that may be an operand, and the only one that is no condition."""
    if isinstance(node, Function) and (node.name == "size") is as_condition:
        raise messages.function_misplaced(node.name)


# Each single condition


def _require_sound(condition: Function | Operator, context: Context) -> None:
    nodes = list(walk(condition))
    for node in nodes:
        _require_defined(node, context)
    applied = [node for node in nodes if isinstance(node, Function | Operator)]
    for rule in (_require_operand_count, _require_distinct_operands, _require_operand_types):
        for node in applied:
            rule(node, context)


def _require_defined(node: Node, context: Context) -> None:
    if isinstance(node, Path):
        context.steps(node)
    elif isinstance(node, Value):
        context.use(node)


def _require_operand_count(node: Function | Operator, context: Context) -> None:
    require_operand_count(node, functions.OF_CONDITIONS)
    if node.name == "IN" and len(node.operands) - 1 > IN_OPERANDS:
        raise messages.too_many_choices(len(node.operands))


def _require_distinct_operands(node: Function | Operator, context: Context) -> None:
    """Observed for comparators and functions of two operands, assumed for BETWEEN and IN."""
    first, *others = node.operands
    if not isinstance(first, Path):
        return
    steps = context.steps(first)
    if any(isinstance(other, Path) and context.steps(other) == steps for other in others):
        raise messages.operands_not_distinct(node.name, steps)


def _require_operand_types(node: Function | Operator, context: Context) -> None:
    if node.name in _NEED_A_PATH and not isinstance(node.operands[0], Path):
        raise messages.path_required(node.name)
    if node.name in _ACCEPTED_TYPES:
        for operand in node.operands:
            kind = _kind(operand, context)
            if kind and kind not in _ACCEPTED_TYPES[node.name]:
                raise messages.wrong_operand_type(node.name, kind)
    if node.name == "attribute_type":
        _require_type_name(node.operands[1], context)
    if node.name == "BETWEEN":
        _require_bounds_in_order(node.operands[1], node.operands[2], context)


def _require_type_name(operand: Node, context: Context) -> None:
    kind = _kind(operand, context)
    if kind != "S" or not isinstance(operand, Value):
        raise messages.wrong_operand_type("attribute_type", kind or _TYPE_OF_A_PATH)
    placeholder = operand.placeholder

    def check(values: Values) -> None:
        name = values[placeholder]["S"]
        if name not in _TYPE_NAMES:
            raise messages.unknown_type_name(name)

    context.require(check)


def _require_bounds_in_order(lower: Node, upper: Node, context: Context) -> None:
    if not (isinstance(lower, Value) and isinstance(upper, Value)):
        return
    kind = context.kind(lower)
    assert kind is not None
    order, low, high = ORDERS[kind], lower.placeholder, upper.placeholder

    def check(values: Values) -> None:
        if kind not in values[high]:
            raise messages.bounds_of_different_types(values[low], values[high])
        if order(values[low][kind]) > order(values[high][kind]):
            raise messages.bounds_out_of_order(values[low], values[high])

    context.require(check)


def _kind(node: Node, context: Context) -> str | None:
    """The type of an operand, if it is known before there is an item. The only function among operands is ``size``."""
    return "N" if isinstance(node, Function) else context.kind(node)
