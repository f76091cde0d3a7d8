"""From the words of PartiQL to those of expressions: a WHERE becomes a condition, SET and REMOVE become an update.

So PartiQL means what conditions and updates mean, and no comparison or edit is written twice. Names and values become
placeholders on the way, as if the statement had been a request with expressions.
"""

from collections.abc import Sequence

from dynateach.dynamodb.rules.expressions import messages as expression_messages
from dynateach.dynamodb.rules.expressions import tree as expression
from dynateach.dynamodb.rules.expressions.comparisons import SETS
from dynateach.dynamodb.rules.expressions.functions import OF_CONDITIONS, OF_UPDATES
from dynateach.dynamodb.rules.partiql import messages
from dynateach.dynamodb.rules.partiql.tree import (
    Array,
    Bag,
    Call,
    Literal,
    Missing,
    Node,
    Operation,
    Parameter,
    Path,
    Struct,
    TypeTest,
    Update,
)
from dynateach.dynamodb.rules.values import AttributeValue, Item, canonical, type_of
from dynateach.errors import ServiceError

Operands = tuple[expression.Node, ...]


class Terms:
    """What a statement says, with its parameters (canonical) filled in. ``names`` and ``values`` are what the
    placeholders stand for that it has handed out.
    """

    def __init__(self, parameters: Sequence[AttributeValue]) -> None:
        self.names: dict[str, str] = {}
        self.values: Item = {}
        self._parameters = parameters

    # Conditions

    def condition(self, node: Node) -> expression.Node:
        """A condition as one of the expression language. Raises StatementError, or DynamoDB's error for a value."""
        if isinstance(node, TypeTest):
            return self._type_test(node)
        if isinstance(node, Call):
            return self._function(node)
        if not isinstance(node, Operation):
            return expression.Operator("=", (self._operand(node), self._placeholder({"BOOL": True})))
        if node.name in expression.CONNECTIVES:
            return expression.Operator(node.name, tuple(map(self.condition, node.operands)))
        if node.name == "IN":
            return expression.Operator("IN", (self._operand(node.operands[0]), *self._choices(node.operands[1])))
        if node.name not in _COMPARISONS:
            raise messages.unsupported_operation(_SYNTAX[node.name])
        return expression.Operator(node.name, tuple(map(self._operand, node.operands)))

    def choices(self, node: Node) -> list[AttributeValue] | None:
        """The values behind an IN, if they are all known."""
        if isinstance(node, Parameter):
            return _members(self.value(node))
        members = node.members if isinstance(node, Array | Bag) else ()
        values = [self.constant(member) for member in members]
        known = [value for value in values if value is not None]
        return known if len(known) == len(values) else None

    def constant(self, node: Node) -> AttributeValue | None:
        """The value of a literal or parameter; None for what depends on the item."""
        return self.value(node) if isinstance(node, Literal | Parameter) else None

    def _choices(self, node: Node) -> Operands:
        if isinstance(node, Parameter):
            return tuple(map(self._placeholder, _members(self.value(node))))
        assert isinstance(node, Array | Bag)
        return tuple(map(self._operand, node.members))

    def _operand(self, node: Node) -> expression.Node:
        if isinstance(node, Path):
            return self.path(node)
        if isinstance(node, Call):
            return self._function(node)
        if isinstance(node, TypeTest | Missing):
            raise messages.unsupported_operation(_SYNTAX[type(node).__name__])
        if isinstance(node, Operation):
            raise messages.unsupported_operation(_SYNTAX[node.name])
        return self._placeholder(self.value(node))

    def _function(self, call: Call) -> expression.Node:
        """Observed by others: the flaws of these two kinds count as flaws of the statement."""
        if call.name not in OF_CONDITIONS:
            raise messages.unrecognised_function(call.name, call.span)
        if len(call.operands) != OF_CONDITIONS[call.name]:
            flaw = expression_messages.wrong_number_of_operands(call.name, len(call.operands))
            raise messages.StatementError(str(flaw))
        if call.name in _NEED_A_PATH and not isinstance(call.operands[0], Path):
            raise messages.StatementError(str(expression_messages.path_required(call.name)))
        return expression.Function(call.name, tuple(map(self._operand, call.operands)))

    def _type_test(self, test: TypeTest) -> expression.Node:
        """Documented: what IS MISSING. What is missing IS NULL too (observed by others)."""
        operand = self._operand(test.operand)
        absent = expression.Function("attribute_not_exists", (operand,))
        if test.type == "MISSING":
            return absent
        kinds = sorted(SETS) if test.type == "BAG" else [test.type]
        tests = [self._has_type(operand, kind) for kind in kinds] + [absent] * (test.type == "NULL")
        return expression.Operator("OR", tuple(tests)) if len(tests) > 1 else tests[0]

    def _has_type(self, operand: expression.Node, kind: str) -> expression.Node:
        return expression.Function("attribute_type", (operand, self._placeholder({"S": kind})))

    # Updates

    def sections(self, update: Update) -> tuple[expression.Section, ...]:
        """SET and REMOVE clauses as sections of an update expression. Raises as ``condition`` does."""
        actions: dict[str, list[expression.Action]] = {}
        for target, node in update.sets:
            section, operand = self._assigned(target, node)
            actions.setdefault(section, []).append(expression.Action(self.path(target), operand))
        for path in update.removes:
            actions.setdefault("REMOVE", []).append(expression.Action(self.path(path), None))
        return tuple(expression.Section(name, tuple(some)) for name, some in actions.items())

    def _assigned(self, target: Path, node: Node) -> tuple[str, expression.Node]:
        if isinstance(node, Call) and node.name in _SET_FUNCTIONS:
            return _SET_FUNCTIONS[node.name], self._placeholder(self._set_members(target, node))
        return "SET", self._source(node)

    def _set_members(self, target: Path, call: Call) -> AttributeValue:
        name = call.name.upper()
        if len(call.operands) != 2:
            raise messages.operands_of_set_function(name, call.span)
        first, second = call.operands
        if not isinstance(first, Path) or first.steps != target.steps:
            raise messages.target_of_set_function(name, call.span)
        if not isinstance(second, Bag | Parameter):
            raise messages.members_of_set_function(name, first.span)
        members = self.value(second)
        if type_of(members) not in SETS:
            raise expression_messages.incorrect_data_type()
        return members

    def _source(self, node: Node) -> expression.Node:
        if isinstance(node, Path):
            return self.path(node)
        if isinstance(node, Operation):
            if node.name not in ("+", "-"):
                raise messages.unsupported_operation(_SYNTAX[node.name])
            return expression.Operator(node.name, tuple(map(self._source, node.operands)))
        if isinstance(node, Call):
            if node.name not in OF_UPDATES:
                raise messages.unrecognised_function(node.name, node.span)
            return expression.Function(node.name, tuple(map(self._source, node.operands)))
        return self._placeholder(self.value(node))

    # Names and values

    def path(self, path: Path) -> expression.Path:
        """A path whose names are placeholders: in PartiQL they may be any text."""
        for step in path.steps:
            if isinstance(step, str):
                if not step:
                    raise messages.empty_name()
                self.names[f"#{step}"] = step
        return expression.Path(tuple(f"#{step}" if isinstance(step, str) else step for step in path.steps))

    def value(self, node: Node, place: str = "root") -> AttributeValue:
        """The value that a literal, parameter, map, list or set stands for; ``place`` is where messages say it is."""
        if isinstance(node, Parameter):
            return self._parameters[node.number]
        if isinstance(node, Literal):
            return _number(node, place) if "N" in node.value else node.value
        if isinstance(node, Struct):
            return {"M": {name: self.value(member, f"{place}.{name}") for name, member in node.members}}
        if isinstance(node, Array):
            return {"L": [self.value(member, f"{place}[{i}]") for i, member in enumerate(node.members)]}
        if isinstance(node, Bag):
            return _bag([self.value(member, place) for member in node.members], node)
        if isinstance(node, Call):
            raise messages.unsupported_value(node.name, node.span)
        raise messages.malformed("Unexpected term")

    def item(self, node: Node) -> Item:
        """What INSERT puts there. Raises StatementError, or DynamoDB's error, for a value that is no item.

        Observed by others: messages place a number in the value of its attribute, as if that were all there is.
        """
        if isinstance(node, Struct):
            return {name: self.value(member) for name, member in node.members}
        value = self.value(node)
        if "M" not in value:
            raise expression_messages.incorrect_data_type()
        return dict(value["M"])

    def _placeholder(self, value: AttributeValue) -> expression.Value:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = value
        return expression.Value(placeholder)


_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">=", "BETWEEN"})
_NEED_A_PATH = frozenset({"attribute_exists", "attribute_not_exists"})
_SET_FUNCTIONS = {"set_add": "ADD", "set_delete": "DELETE"}

_SYNTAX = {
    "AND": "And", "OR": "Or", "NOT": "Not", "=": "Eq", "<>": "Ne", "<": "Lt", "<=": "Lte", ">": "Gt", ">=": "Gte",
    "BETWEEN": "Between", "IN": "InCollection", "LIKE": "Like", "+": "Plus", "-": "Minus", "*": "Times", "/": "Divide",
    "%": "Modulo", "||": "Concat", "TypeTest": "IsType", "Missing": "Missing",
}  # fmt: skip
"""What the open-source parser calls its operations: DynamoDB names them so. Observed by others for Like and IsType."""


def _number(literal: Literal, place: str) -> AttributeValue:
    try:
        return canonical(literal.value)[0]
    except ServiceError as flaw:
        raise messages.under(flaw, place) from None


def _bag(members: list[AttributeValue], bag: Bag) -> AttributeValue:
    """A set of the members, which are canonical, of this bag. Raises DynamoDB's error if they make none."""
    if not members:
        raise messages.empty_bag()
    kinds = {type_of(member) for member in members}
    kind = f"{kinds.pop()}S"
    if kinds or kind not in SETS:
        raise expression_messages.incorrect_data_type()
    contents = [content for member in members for content in member.values()]
    if len(set(contents)) < len(contents):
        raise messages.duplicates_in_bag(map(_as_written, bag.members, contents))
    return canonical({kind: contents})[0]


def _as_written(node: Node, content: str) -> str:
    return node.text if isinstance(node, Literal) and "N" in node.value else content


def _members(value: AttributeValue) -> list[AttributeValue]:
    """The choices that a parameter of IN holds: the elements of a list or set, or nothing."""
    ((kind, content),) = value.items()
    if kind == "L":
        return list(content)
    return [{kind[0]: member} for member in content] if kind in SETS else []
