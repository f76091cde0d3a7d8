"""The functions that expressions can call, with the number of their operands. Names are case-sensitive. Documented."""

from collections.abc import Iterable, Mapping

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.tree import Function, Node, Operator
from dynateach.dynamodb.rules.limits import EXPRESSION_OPERATORS

OF_CONDITIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}

OF_UPDATES = {
    "if_not_exists": 2,
    "list_append": 2,
}


def require_few_operators(nodes: Iterable[Node]) -> None:
    """Refuses more operators and functions than an expression may have. Raises ExpressionError.

    Documented for updates; DynamoDB Local holds conditions to it as well. AND and OR count once for each time they are written.
    """
    if sum(map(_operators_in, nodes)) > EXPRESSION_OPERATORS:
        raise messages.too_many_operators()


def _operators_in(node: Node) -> int:
    if isinstance(node, Operator) and node.name in ("AND", "OR"):
        return len(node.operands) - 1
    return isinstance(node, Function | Operator)


def require_functions_of_conditions(nodes: Iterable[Node]) -> None:
    """Refuses any other function. Raises ExpressionError."""
    for function in _functions(nodes):
        if function.name in OF_UPDATES:
            raise messages.function_of_updates(function.name)
        if function.name not in OF_CONDITIONS:
            raise messages.unknown_function(function.name)


def require_functions_of_updates(nodes: Iterable[Node]) -> None:
    """Refuses any other function. Raises ExpressionError."""
    for function in _functions(nodes):
        if function.name in OF_CONDITIONS:
            raise messages.function_of_conditions(function.name)
        if function.name not in OF_UPDATES:
            raise messages.unknown_function(function.name)


def require_operand_count(node: Node, counts: Mapping[str, int]) -> None:
    """Refuses a function with too few or too many operands. Raises ExpressionError."""
    if isinstance(node, Function) and len(node.operands) != counts[node.name]:
        raise messages.wrong_number_of_operands(node.name, len(node.operands))


def _functions(nodes: Iterable[Node]) -> list[Function]:
    return [node for node in nodes if isinstance(node, Function)]
