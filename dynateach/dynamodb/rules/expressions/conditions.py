"""Conditions and filters at work: a sound tree becomes a test, ``test(item, values) -> bool``.

The test is made of closures, one for each operator and operand. They read the item and compare; nothing is
parsed, resolved or copied any more.
"""

import operator
from collections.abc import Callable
from itertools import repeat
from typing import Any

from dynateach.dynamodb.rules.expressions import comparisons
from dynateach.dynamodb.rules.expressions.comparisons import ORDERS, SCALARS, Operand, Order, equal
from dynateach.dynamodb.rules.expressions.context import Context, Values
from dynateach.dynamodb.rules.expressions.paths import find, head
from dynateach.dynamodb.rules.expressions.tree import Function, Node, Operator, Path, Value
from dynateach.dynamodb.rules.values import Item

Test = Callable[[Item, Values], bool]
Reader = Callable[[Item, Values], Operand]


def test_of(node: Node, context: Context) -> Test:
    """The test that a condition stands for."""
    assert isinstance(node, Function | Operator)
    return _TESTS[node.name](node, context)


def reader_of(node: Node, context: Context) -> Reader:
    """Reads an operand: a path from the item, a value from the values, a size from either. What is missing is None."""
    if isinstance(node, Value):
        placeholder = node.placeholder
        return lambda item, values: values[placeholder]
    if isinstance(node, Path):
        steps = context.steps(node)
        name = head(steps)
        return (lambda item, values: item.get(name)) if len(steps) == 1 else (lambda item, values: find(item, steps))
    measured = reader_of(node.operands[0], context)
    return lambda item, values: comparisons.size(measured(item, values))


Applied = Function | Operator


def _and(node: Applied, context: Context) -> Test:
    tests = list(map(test_of, node.operands, repeat(context)))

    def test(item: Item, values: Values) -> bool:
        for each in tests:  # noqa: SIM110  # all() with a generator takes twice as long
            if not each(item, values):
                return False
        return True

    return test


def _or(node: Applied, context: Context) -> Test:
    tests = list(map(test_of, node.operands, repeat(context)))

    def test(item: Item, values: Values) -> bool:
        for each in tests:  # noqa: SIM110
            if each(item, values):
                return True
        return False

    return test


def _not(node: Applied, context: Context) -> Test:
    negated = test_of(node.operands[0], context)
    return lambda item, values: not negated(item, values)


def _equals(node: Applied, context: Context) -> Test:
    left, right = (reader_of(operand, context) for operand in node.operands)
    if any(context.kind(operand) in SCALARS for operand in node.operands):
        return lambda item, values: left(item, values) == right(item, values)
    return lambda item, values: equal(left(item, values), right(item, values))


def _differs(node: Applied, context: Context) -> Test:
    """A missing attribute differs from everything."""
    equals = _equals(node, context)
    return lambda item, values: not equals(item, values)


def _compares(holds: Callable[[Any, Any], Any]) -> Callable[[Applied, Context], Test]:
    def bind(node: Applied, context: Context) -> Test:
        left, right = (reader_of(operand, context) for operand in node.operands)
        orders = _orders(node, context)

        def test(item: Item, values: Values) -> bool:
            a, b = left(item, values), right(item, values)
            if a is None or b is None:
                return False
            for kind, order in orders:
                if kind in a:
                    return kind in b and bool(holds(order(a[kind]), order(b[kind])))
            return False

        return test

    return bind


def _between(node: Applied, context: Context) -> Test:
    between, lower, upper = (reader_of(operand, context) for operand in node.operands)
    orders = _orders(node, context)

    def test(item: Item, values: Values) -> bool:
        value, low, high = between(item, values), lower(item, values), upper(item, values)
        if value is None or low is None or high is None:
            return False
        for kind, order in orders:
            if kind in value and kind in low and kind in high:
                return bool(order(low[kind]) <= order(value[kind]) <= order(high[kind]))
        return False

    return test


def _orders(node: Applied, context: Context) -> list[tuple[str, Order]]:
    """The types that a comparison can be about: a value among its operands leaves only one."""
    kinds = {context.kind(operand) for operand in node.operands} - {None}
    return [(kind, order) for kind, order in ORDERS.items() if not kinds or kind in kinds]


def _in(node: Applied, context: Context) -> Test:
    wanted, *choices = (reader_of(operand, context) for operand in node.operands)

    def test(item: Item, values: Values) -> bool:
        value = wanted(item, values)
        return any(equal(value, choice(item, values)) for choice in choices)

    return test


def _exists(node: Applied, context: Context) -> Test:
    reader = reader_of(node.operands[0], context)
    return lambda item, values: reader(item, values) is not None


def _not_exists(node: Applied, context: Context) -> Test:
    reader = reader_of(node.operands[0], context)
    return lambda item, values: reader(item, values) is None


def _has_type(node: Applied, context: Context) -> Test:
    value, kind = (reader_of(operand, context) for operand in node.operands)

    def test(item: Item, values: Values) -> bool:
        name = kind(item, values)
        return name is not None and name["S"] in (value(item, values) or ())

    return test


def _function(holds: Callable[[Operand, Operand], bool]) -> Callable[[Applied, Context], Test]:
    def bind(node: Applied, context: Context) -> Test:
        first, second = (reader_of(operand, context) for operand in node.operands)
        return lambda item, values: holds(first(item, values), second(item, values))

    return bind


_TESTS: dict[str, Callable[[Applied, Context], Test]] = {
    "AND": _and,
    "OR": _or,
    "NOT": _not,
    "=": _equals,
    "<>": _differs,
    "<": _compares(operator.lt),
    "<=": _compares(operator.le),
    ">": _compares(operator.gt),
    ">=": _compares(operator.ge),
    "BETWEEN": _between,
    "IN": _in,
    "attribute_exists": _exists,
    "attribute_not_exists": _not_exists,
    "attribute_type": _has_type,
    "begins_with": _function(comparisons.begins_with),
    "contains": _function(comparisons.contains),
}
