"""AttributeUpdates: an action for each attribute, PUT, ADD or DELETE.

Documented; as an expression would, an update with DELETE actions alone creates the item if there is none. ADD of a
list appends it (assumed to hold in the service as it does in DynamoDB Local: only numbers and sets are documented).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dynateach.dynamodb.rules.expressions import Update, Values
from dynateach.dynamodb.rules.expressions.comparisons import SETS
from dynateach.dynamodb.rules.expressions.context import Context
from dynateach.dynamodb.rules.expressions.tree import Action, Function, Path, Value
from dynateach.dynamodb.rules.legacy import messages
from dynateach.dynamodb.rules.legacy.placeholders import Placeholders
from dynateach.dynamodb.rules.values import Item

_ADDED = SETS | {"N", "L"}


class AttributeAction(NamedTuple):
    """An action as a part of an update expression; ``kind`` is the type that the attribute has to have, if it has to."""

    name: str
    section: str
    action: Action
    kind: str = ""


class AttributeUpdate(Update):
    """The update that AttributeUpdates stand for: an expression's update, but for the error of a mistyped attribute."""

    __slots__ = ("_kinds",)

    def __init__(self, actions: Sequence[AttributeAction], context: Context) -> None:
        super().__init__([(each.section, each.action) for each in actions], context)
        self._kinds = [(each.name, each.kind) for each in actions if each.kind]

    def __call__(self, item: Item, values: Values) -> Item:
        for name, kind in self._kinds:
            if kind not in item.get(name, (kind,)):
                raise messages.type_mismatch()
        return super().__call__(item, values)


def actions_of(updates: Mapping[str, Any], placeholders: Placeholders) -> list[AttributeAction]:
    """The actions of AttributeUpdates. Raises DynamoDB's error for the first that can't be done to any item."""
    return [_action(name, update, placeholders) for name, update in updates.items()]


def _action(name: str, update: Mapping[str, Any], placeholders: Placeholders) -> AttributeAction:
    kind_of_action, path = update.get("Action", "PUT"), placeholders.path(name)
    if "Value" not in update:
        if kind_of_action != "DELETE":
            raise messages.action_without_value()
        return AttributeAction(name, "REMOVE", Action(path, None))
    value = placeholders.value(update["Value"])
    if kind_of_action == "PUT":
        return AttributeAction(name, "SET", Action(path, value))
    kind = placeholders.kind(value)
    _require_type(kind_of_action, kind)
    if kind == "L":
        return AttributeAction(name, "SET", Action(path, _appended(path, value, placeholders)), kind)
    return AttributeAction(name, kind_of_action, Action(path, value), kind)


def _require_type(action: str, kind: str) -> None:
    if action == "ADD" and kind not in _ADDED:
        raise messages.wrong_added_type(kind)
    if action == "DELETE" and kind not in SETS:
        raise messages.wrong_deleted_type(kind)


def _appended(path: Path, value: Value, placeholders: Placeholders) -> Function:
    present = Function("if_not_exists", (path, placeholders.value({"L": []})))
    return Function("list_append", (present, value))
