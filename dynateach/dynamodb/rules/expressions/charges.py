"""How large an update is as a request: DynamoDB holds this, too, against the limit of an item.

Measured by others on the live service in 2026: besides its values, each part of an update expression counts for some
bytes. So an update can be refused though the item that it would leave is not too large, and before its condition is
looked at.
"""

from collections.abc import Callable, Iterable

from dynateach.dynamodb.rules.expressions.comparisons import SETS
from dynateach.dynamodb.rules.expressions.context import Context, Values
from dynateach.dynamodb.rules.expressions.paths import Steps, find
from dynateach.dynamodb.rules.expressions.tree import Action, Node, Path, Value, walk
from dynateach.dynamodb.rules.values import AttributeValue, Item, size_of

_UPDATE = 3
_ACTION = {"SET": 19, "ADD": 19, "REMOVE": 1, "DELETE": 1}
_OPERATOR = {"+": 34, "-": 37, "if_not_exists": 39, "list_append": 37}
_FURTHER_STEP = 4
_PATH_READ = 1
_STEP_READ = 14

Charge = Callable[[Item, Values], int]
"""The bytes of an update to an item, with these values."""


def charge_of(actions: Iterable[tuple[str, Action]], context: Context) -> Charge:
    """The charge of an update with these actions."""
    text, used, added = _UPDATE, list[str](), list[tuple[Steps, str]]()
    for section, action in actions:
        path = context.steps(action.path)
        text += _ACTION[section] + _target(path)
        if section == "ADD" and isinstance(action.operand, Value):
            added.append((path, action.operand.placeholder))
        elif section == "SET" and action.operand:
            text += sum(_written(node, context) for node in walk(action.operand))
            used += [node.placeholder for node in walk(action.operand) if isinstance(node, Value)]

    def charge(item: Item, values: Values) -> int:
        total = text
        for placeholder in used:
            total += size_of(values[placeholder])
        for path, placeholder in added:
            total += _growth(find(item, path), values[placeholder])
        return total

    return charge


def _target(path: Steps) -> int:
    first, *further = path
    return _length(first) + sum(_FURTHER_STEP + _length(step) for step in further)


def _written(node: Node, context: Context) -> int:
    """What a part of a right-hand side counts for as such, without its operands."""
    if isinstance(node, Value):
        return 0
    if isinstance(node, Path):
        return _PATH_READ + sum(_STEP_READ + _length(step) for step in context.steps(node))
    return _OPERATOR[node.name]


def _length(step: str | int) -> int:
    return len(str(step).encode())


def _growth(present: AttributeValue | None, added: AttributeValue) -> int:
    """Members that a set already has do not count."""
    ((kind, content),) = added.items()
    if present is None or kind not in SETS or kind not in present:
        return size_of(added)
    known = set(present[kind])
    return size_of({kind: [member for member in content if member not in known]})
