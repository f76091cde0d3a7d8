"""Binding a statement: joined with its parameters, WHERE becomes a test and the keys that it names; SET and REMOVE become
an update. Which attributes are keys, only a table knows: so keys are asked for by name.
"""

from collections.abc import Iterator, Sequence

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.expressions import Bound, SortCondition
from dynateach.dynamodb.rules.expressions import tree as expression
from dynateach.dynamodb.rules.expressions.conditions import test_of
from dynateach.dynamodb.rules.expressions.context import Context
from dynateach.dynamodb.rules.expressions.grammar import Parsed as ParsedExpression
from dynateach.dynamodb.rules.expressions.messages import ExpressionError
from dynateach.dynamodb.rules.expressions.soundness import sound_condition
from dynateach.dynamodb.rules.expressions.updates import bind_update
from dynateach.dynamodb.rules.partiql.terms import Terms
from dynateach.dynamodb.rules.partiql.tree import Call, Node, Operation, Path, Update, conjuncts, names_in
from dynateach.dynamodb.rules.values import AttributeValue, Item


class Meaning:
    """What a WHERE and the clauses of an update come to.

    ``bound`` holds the test and the update, ``values`` what both are called with, ``attributes`` the top-level names in
    the WHERE. Raises StatementError, or DynamoDB's error for values that don't fit.
    """

    def __init__(self, where: Node | None, parameters: Sequence[AttributeValue], update: Update | None = None) -> None:
        self._where = where
        self._terms = Terms(parameters)
        sections = self._terms.sections(update) if update else ()
        condition = self._terms.condition(where) if where else None
        self.values = self._terms.values
        context = Context(self._terms.names, self.values)
        try:
            self.bound = _bound(sections, condition, context)
        except ExpressionError as flaw:
            raise errors.validation(str(flaw)) from None
        self.attributes = names_in(where)

    def holds(self, item: Item) -> bool:
        """Whether the WHERE holds for an item; without one, it holds for all."""
        condition = self.bound.condition
        return condition is None or condition(item, self.values)

    def key(self, names: Sequence[str]) -> Item | None:
        """The key that the WHERE demands, if it demands each of these attributes to equal something."""
        equalities = dict(self._equalities())
        return {name: equalities[name] for name in names} if all(name in equalities for name in names) else None

    def says_more_than(self, names: Sequence[str]) -> bool:
        """Whether the WHERE has a condition besides the equalities of these attributes."""
        equalities = [name for name, _ in self._equalities() if name in names]
        return len(equalities) < len(conjuncts(self._where))

    def partition_values(self, name: str) -> list[AttributeValue] | None:
        """The values that the partition key can have where the WHERE holds, in the order of the statement; None if it
        could be any. Documented: ``=`` and IN name them, and so does an OR of such.
        """
        found = self._values_of(name, self._where)
        return None if found is None else [value for i, value in enumerate(found) if value not in found[:i]]

    def sort_condition(self, name: str) -> SortCondition | None:
        """What the WHERE demands of the sort key, if that is one stretch of its order."""
        found = (self._sort_condition(name, node) for node in conjuncts(self._where))
        return next((condition for condition in found if condition), None)

    def overlaps(self, partition: str, sort: str) -> bool:
        """Whether one side of an OR bounds the sort key, while another does not and filters by no key attribute.
        Observed by others: DynamoDB refuses that. How it tells such cases apart is assumed.
        """
        if not isinstance(self._where, Operation) or self._where.name != "OR":
            return False
        bounding = [any(_bounds(node, sort) for node in conjuncts(side)) for side in self._where.operands]
        filtering = [bool(set(names_in(side)) - {partition, sort}) for side in self._where.operands]
        free = [filters and not bounds for filters, bounds in zip(filtering, bounding, strict=True)]
        return any(bounding) and any(free)

    def _equalities(self) -> Iterator[tuple[str, AttributeValue]]:
        """The attributes that must equal a constant, the first mention of each last."""
        for node in reversed(conjuncts(self._where)):
            compared = self._compared(node)
            if compared and compared[1] == "=":
                yield compared[0], compared[2][0]

    def _values_of(self, name: str, node: Node | None) -> list[AttributeValue] | None:
        if not isinstance(node, Operation):
            return None
        if node.name == "AND":
            found = (self._values_of(name, operand) for operand in node.operands)
            return next((values for values in found if values is not None), None)
        if node.name == "OR":
            return self._values_of_any(name, node.operands)
        if node.name == "IN":
            return self._terms.choices(node.operands[1]) if _is_attribute(node.operands[0], name) else None
        compared = self._compared(node)
        return list(compared[2]) if compared and compared[:2] == (name, "=") else None

    def _values_of_any(self, name: str, nodes: Sequence[Node]) -> list[AttributeValue] | None:
        together: list[AttributeValue] = []
        for node in nodes:
            values = self._values_of(name, node)
            if values is None:
                return None
            together += values
        return together

    def _sort_condition(self, name: str, node: Node) -> SortCondition | None:
        if isinstance(node, Call) and node.name == "begins_with" and _is_attribute(node.operands[0], name):
            prefix = self._terms.constant(node.operands[1])
            return SortCondition(name, "begins_with", (prefix,)) if prefix else None
        compared = self._compared(node)
        if compared is None or compared[0] != name or compared[1] == "<>":
            return None
        return SortCondition(*compared)

    def _compared(self, node: Node) -> tuple[str, str, tuple[AttributeValue, ...]] | None:
        """Attribute, operator and constants of a comparison, turned round if the constant stands first."""
        if not isinstance(node, Operation) or node.name not in _MIRRORED:
            return None
        name, operands = node.name, node.operands
        if not isinstance(operands[0], Path) and len(operands) == 2:
            name, operands = _MIRRORED[name], operands[::-1]
        path = operands[0]
        constants = tuple(self._terms.constant(operand) for operand in operands[1:])
        if not isinstance(path, Path) or len(path.steps) > 1:
            return None
        known = tuple(constant for constant in constants if constant is not None)
        return (str(path.steps[0]), name, known) if len(known) == len(constants) else None


_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<=", "BETWEEN": "BETWEEN"}
"""Comparisons, and what is left of them when their operands change sides."""


def _bound(sections: tuple[expression.Section, ...], condition: expression.Node | None, context: Context) -> Bound:
    update = bind_update(ParsedExpression(sections=sections), context) if sections else None
    if condition:
        condition = sound_condition(ParsedExpression(condition=condition), context)
    return Bound(
        condition=test_of(condition, context) if condition else None,
        update=update,
        nested_attributes=frozenset(context.nested),
    )


def _is_attribute(node: Node, name: str) -> bool:
    return isinstance(node, Path) and node.steps == (name,)


def _bounds(node: Node, sort: str) -> bool:
    """Whether a condition leaves only a part of a sort key's values."""
    if isinstance(node, Call):
        return node.name == "begins_with" and sort in names_in(node)
    return isinstance(node, Operation) and node.name not in ("NOT", "OR", "<>") and sort in names_in(node)
