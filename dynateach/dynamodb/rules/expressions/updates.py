"""Update expressions: which make sense, and how one turns an item into the next.

All right-hand sides of SET are read from the old item before anything is written. Documented, *Update
expressions*; the order of the rules as emulators have it that were tested against the live service.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dynateach.dynamodb.rules import numbers
from dynateach.dynamodb.rules.expressions import edits, functions, messages
from dynateach.dynamodb.rules.expressions.charges import charge_of
from dynateach.dynamodb.rules.expressions.comparisons import SETS
from dynateach.dynamodb.rules.expressions.context import Context, Values, require_unreserved
from dynateach.dynamodb.rules.expressions.edits import Edit
from dynateach.dynamodb.rules.expressions.functions import (
    require_few_operators,
    require_functions_of_updates,
    require_operand_count,
)
from dynateach.dynamodb.rules.expressions.grammar import Parsed
from dynateach.dynamodb.rules.expressions.paths import find, require_apart
from dynateach.dynamodb.rules.expressions.projections import Projection
from dynateach.dynamodb.rules.expressions.tree import Action, Function, Node, Operator, Path, Value, walk
from dynateach.dynamodb.rules.values import AttributeValue, Item

Source = Callable[[Item, Values], AttributeValue]
"""The right-hand side of a SET. Raises DynamoDB's error if the item lacks what it reads, or has it in another type."""


class Update:
    """A bound update expression.

    Calling it with an item and the values gives the new item, which shares with the old one what stays as it
    is. It raises DynamoDB's error if the update does not fit the item. ``paths`` are the document paths it
    writes, ``attributes`` their top-level names, ``assigned`` the type that an attribute gets as a whole, as far as
    the expression shows it ("" where it does not); ``updated(item)`` is what ReturnValues UPDATED_OLD or
    UPDATED_NEW shows of an image, ``charge(item, values)`` how large the update is as a request.
    """

    __slots__ = ("_edits", "_sources", "assigned", "attributes", "charge", "paths", "updated")

    def __init__(self, actions: Sequence[tuple[str, Action]], context: Context) -> None:
        self._sources: list[Source] = []
        self.assigned: dict[str, str] = {}
        paths, leaves = [], []
        for section, action in actions:
            path = context.steps(action.path)
            paths.append(path)
            if len(path) == 1 and action.operand:
                self.assigned[str(path[0])] = _kind_shown(action.operand, context)
            leaves.append(self._leaf(section, action.operand, context))
        self._edits = edits.edits_at(paths, leaves)
        self.charge = charge_of(actions, context)
        self.updated = Projection(paths)
        self.paths = self.updated.paths
        self.attributes = self.updated.attributes

    def __call__(self, item: Item, values: Values) -> Item:
        assigned = [source(item, values) for source in self._sources]
        return edits.edited(item, self._edits, values, assigned)

    def _leaf(self, section: str, operand: Node | None, context: Context) -> Edit:
        if operand is None:
            return edits.remove
        if section == "SET":
            self._sources.append(_source(operand, context))
            return edits.assign(len(self._sources) - 1)
        assert isinstance(operand, Value)
        edit = edits.add if section == "ADD" else edits.delete
        return edit(operand.placeholder, context.kind(operand) or "")


def bind_update(parsed: Parsed, context: Context) -> Update:
    """The update that an expression stands for. Raises ExpressionError for the first rule that it breaks."""
    actions = [(section.name, action) for section in parsed.sections for action in section.actions]
    nodes = [node for _, action in actions for node in _nodes(action)]
    require_few_operators(nodes)
    if parsed.redundant_parentheses:
        raise messages.redundant_parentheses()
    paths = [node for node in nodes if isinstance(node, Path)]
    require_unreserved(paths)
    require_functions_of_updates(nodes)
    _require_single_sections([section.name for section in parsed.sections])
    for path in paths:
        context.steps(path)
    for node in nodes:
        if isinstance(node, Value):
            context.use(node)
    require_apart(context.steps(action.path) for _, action in actions)
    _require_action_types(actions, context)
    for node in nodes:
        _require_operands(node, context)
    return Update(actions, context)


def _nodes(action: Action) -> Iterator[Node]:
    yield action.path
    if action.operand:
        yield from walk(action.operand)


# Rules


def _require_single_sections(sections: list[str]) -> None:
    for position, section in enumerate(sections):
        if section in sections[:position]:
            raise messages.repeated_section(section)


_ACTION_TYPES = {"ADD": SETS | {"N"}, "DELETE": SETS}
_OPERAND_TYPES = {"list_append": "L", "+": "N", "-": "N"}


def _require_action_types(actions: Iterable[tuple[str, Action]], context: Context) -> None:
    for section, action in actions:
        if section in _ACTION_TYPES and action.operand:
            kind = context.kind(action.operand)
            if kind and kind not in _ACTION_TYPES[section]:
                raise messages.wrong_action_type(section, kind)


def _require_operands(node: Node, context: Context) -> None:
    if not isinstance(node, Function | Operator):
        return
    require_operand_count(node, functions.OF_UPDATES)
    if node.name == "if_not_exists" and not isinstance(node.operands[0], Path):
        raise messages.path_required(node.name)
    wanted = _OPERAND_TYPES.get(node.name)
    for operand in node.operands if wanted else ():
        if isinstance(operand, Function) and wanted == "N" and operand.name == "list_append":
            raise messages.function_misplaced(operand.name)
        kind = context.kind(operand)
        if kind not in (None, wanted):
            raise messages.wrong_operand_type(node.name, str(kind))


# Right-hand sides


def _kind_shown(node: Node, context: Context) -> str:
    """The type of a right-hand side as far as the expression shows it; "" where it depends on the item."""
    if isinstance(node, Function) and node.name == "if_not_exists":
        return _kind_shown(node.operands[1], context)
    if isinstance(node, Function | Operator):
        return _OPERAND_TYPES[node.name]
    return context.kind(node) or ""


def _source(node: Node, context: Context) -> Source:
    if isinstance(node, Value):
        placeholder = node.placeholder
        return lambda item, values: values[placeholder]
    if isinstance(node, Path):
        return _read(node, context)
    return _SOURCES[node.name](node, context)


def _read(path: Path, context: Context) -> Source:
    steps = context.steps(path)

    def source(item: Item, values: Values) -> AttributeValue:
        value = find(item, steps)
        if value is None:
            raise messages.missing_attribute()
        return value

    return source


def _if_not_exists(node: Function | Operator, context: Context) -> Source:
    path, otherwise = node.operands
    assert isinstance(path, Path)
    steps, default = context.steps(path), _source(otherwise, context)

    def source(item: Item, values: Values) -> AttributeValue:
        value = find(item, steps)
        return default(item, values) if value is None else value

    return source


def _arithmetic(result: Callable[[str, str], str]) -> Callable[[Function | Operator, Context], Source]:
    def bind(node: Function | Operator, context: Context) -> Source:
        left, right = (_content(operand, "N", context) for operand in node.operands)
        return lambda item, values: {"N": result(left(item, values), right(item, values))}

    return bind


def _list_append(node: Function | Operator, context: Context) -> Source:
    first, second = (_content(operand, "L", context) for operand in node.operands)
    return lambda item, values: {"L": first(item, values) + second(item, values)}


def _content(node: Node, kind: str, context: Context) -> Callable[[Item, Values], Any]:
    source = _source(node, context)

    def content(item: Item, values: Values) -> Any:
        value = source(item, values)
        if kind not in value:
            raise messages.incorrect_data_type()
        return value[kind]

    return content


_SOURCES: dict[str, Callable[[Function | Operator, Context], Source]] = {
    "+": _arithmetic(numbers.add),
    "-": _arithmetic(numbers.subtract),
    "if_not_exists": _if_not_exists,
    "list_append": _list_append,
}
