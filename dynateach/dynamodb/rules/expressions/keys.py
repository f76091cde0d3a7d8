"""Key conditions: the conditions that a Query can answer by going straight to the right place.

They are written as any condition, but only a few forms select by key: every partition key attribute by ``=``;
then sort key attributes from left to right, all but the last by ``=``, the last by ``=``, an inequality,
BETWEEN or begins_with. Documented, *Key condition expressions* and *Multi-attribute keys*.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.context import Context, Values
from dynateach.dynamodb.rules.expressions.tree import Function, Node, Operator, Path, Value, single_conditions
from dynateach.dynamodb.rules.values import AttributeValue


class SortCondition(NamedTuple):
    """What a sort key attribute must be: ``operator`` is =, <, <=, >, >=, BETWEEN (two operands) or begins_with."""

    attribute: str
    operator: str
    operands: tuple[AttributeValue, ...]


class KeyRange(NamedTuple):
    """Where a Query looks: the values of the partition key attributes, and conditions on the first sort key attributes."""

    partition_values: tuple[AttributeValue, ...]
    sort: tuple[SortCondition, ...]


class Term(NamedTuple):
    """One condition on one key attribute; the operands are placeholders."""

    attribute: str
    operator: str
    operands: tuple[str, ...]


class KeyCondition:
    """A bound key condition. ``attributes`` are the names it is about; only a schema says which of them are keys."""

    __slots__ = ("_terms", "attributes")

    def __init__(self, terms: dict[str, Term]) -> None:
        self._terms = terms
        self.attributes = tuple(terms)

    def select(self, partition_keys: Sequence[str], sort_keys: Sequence[str], values: Values) -> KeyRange:
        """Where to look in a table or index with these key attributes. Raises DynamoDB's error if the
        conditions do not fit them.

        That the operands have the types and sizes that the keys may have is left to the caller, who knows the
        schema.
        """
        self._require_right_number(partition_keys, sort_keys)
        for key in partition_keys:
            self._require_equality(key)
        used = [self._terms[key] for key in sort_keys if key in self._terms]
        self._require_all_are_keys(len(partition_keys) + len(used), sort_keys)
        _require_leading(used, sort_keys)
        partition = tuple(values[self._terms[key].operands[0]] for key in partition_keys)
        sort = tuple(SortCondition(key, name, tuple(values[each] for each in operands)) for key, name, operands in used)
        return KeyRange(partition, sort)

    def _require_right_number(self, partition_keys: Sequence[str], sort_keys: Sequence[str]) -> None:
        if len(self._terms) > len(partition_keys) + len(sort_keys):
            raise messages.too_many_key_conditions(len(self._terms), len(partition_keys) + len(sort_keys))

    def _require_equality(self, key: str) -> None:
        if key not in self._terms:
            raise messages.missing_key_condition(key)
        if self._terms[key].operator != "=":
            raise messages.unsupported_key_condition()

    def _require_all_are_keys(self, count: int, sort_keys: Sequence[str]) -> None:
        """Of a condition on another attribute DynamoDB says that it should have been on a sort key."""
        if count < len(self._terms):
            raise messages.missing_key_condition(next(key for key in sort_keys if key not in self._terms))


def _require_leading(used: Sequence[Term], sort_keys: Sequence[str]) -> None:
    """The conditions are on the first sort keys, without a gap, and only the last may be other than an equality."""
    if not used:
        return
    last = used[-1].attribute
    equal = {term.attribute for term in used if term.operator == "="}
    lacking = [key for key in sort_keys[: sort_keys.index(last)] if key not in equal]
    if lacking:
        raise messages.no_equality_before(last, lacking)


# From a condition to terms

_NOT_FOR_KEYS = frozenset(
    {"OR", "NOT", "IN", "<>", "attribute_exists", "attribute_not_exists", "attribute_type", "contains"}
)
_KEY_COMES_FIRST = frozenset({"BETWEEN", "begins_with"})
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def bind_key_condition(condition: Node, context: Context) -> KeyCondition:
    """The key condition that a sound condition stands for. Raises DynamoDB's error if it can't select by key."""
    terms: dict[str, Term] = {}
    for single in single_conditions(condition, ("AND",)):
        term = _term(single, context)
        if term.attribute in terms:
            raise messages.several_conditions_on_one_key()
        terms[term.attribute] = term
    return KeyCondition(terms)


def _term(node: Function | Operator, context: Context) -> Term:
    if node.name in _NOT_FOR_KEYS:
        raise messages.operator_not_for_keys(node.name)
    if node.name in _KEY_COMES_FIRST and not isinstance(node.operands[0], Path):
        raise messages.key_attribute_must_be_first(node.name)
    attribute = _only_attribute(node.operands, context)
    operands = tuple(operand.placeholder for operand in node.operands if isinstance(operand, Value))
    operator = node.name if isinstance(node.operands[0], Path) else _MIRRORED[node.name]
    return Term(attribute, operator, operands)


def _only_attribute(operands: Sequence[Node], context: Context) -> str:
    attribute = ""
    for operand in operands:
        if isinstance(operand, Function):
            raise messages.nested_operation_in_key_condition()
        if isinstance(operand, Path):
            if attribute:
                raise messages.several_attributes_in_one_condition()
            if len(operand.steps) > 1:
                raise messages.nested_attribute_in_key_condition()
            attribute = str(context.steps(operand)[0])
    if not attribute:
        raise messages.no_key_attribute()
    return attribute
