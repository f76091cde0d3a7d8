"""TransactWriteItems and TransactGetItems: many items, in many tables, all or nothing.

An action is judged in two steps. What the request alone gives away (expressions, values, unused placeholders) rejects
it with a ValidationException. What only the table or the item gives away cancels the transaction, with a reason for each
action. How a transaction runs is in ``coordinator.py``.
"""

from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.coordinator import read_all, write_all
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import bound_expressions, canonical_values, require_scalar_keys
from dynateach.dynamodb.operations.target import (
    Target,
    refuse,
    require_keys_untouched,
    target_of_item,
    target_of_key,
    updated,
)
from dynateach.dynamodb.operations.upkeep import require_room
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.values import canonical_item
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("TransactWriteItems", takes=lambda profile: profile.item_write)
def transact_write_items(db: "DynamoDB", params: Params) -> Params:
    """Put, update, delete and check up to 100 items; if one action can't be done, none is.

    A request whose token was seen within ten minutes writes nothing again; it is charged as if it read the items.
    """
    actions = [_Action(*_action_in(entry)) for entry in params["TransactItems"]]
    return write_all(db, params, actions)


@operation("TransactGetItems", takes=lambda profile: profile.page_read)
def transact_get_items(db: "DynamoDB", params: Params) -> Params:
    """Get up to 100 items as they are in one moment; a response without an item for each that is not there."""
    gets = [_Get(entry["Get"]) for entry in params["TransactItems"]]
    return read_all(db, params, gets)


class _Get:
    """One entry of a TransactGetItems."""

    def __init__(self, params: Params) -> None:
        self.table: str = params["TableName"]
        self._key, _ = canonical_item(params["Key"])
        self._bound = bound_expressions(params, projection="ProjectionExpression")

    def aim(self, table: Table) -> Target:
        """Where the item is. Raises DynamoDB's error if the key or the projection does not suit the table."""
        target = target_of_key(table, self._key, consistent=True)
        require_scalar_keys(self._bound, table)
        return target

    def response(self, target: Target) -> Params:
        """The entry's ItemResponse, empty if nothing is there."""
        if target.old is None:
            return {}
        project = self._bound.projection
        return {"Item": project(target.old.item) if project else target.old.item}


class _Action:
    """One action of a TransactWriteItems; ``kind`` is Put, Update, Delete or ConditionCheck.

    Raises the ValidationException for what is wrong with the action whatever the table holds.
    """

    def __init__(self, kind: str, params: Params) -> None:
        self.table: str = params["TableName"]
        self._kind = kind
        self._shows_old = params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        item, size = canonical_item(params["Item" if kind == "Put" else "Key"])
        self._given = Stored(item, size)
        self._values = canonical_values(params)
        update = "UpdateExpression" if kind == "Update" else None
        self._bound: Bound = bound_expressions(params, self._values, update=update, condition="ConditionExpression")

    def aim(self, table: Table) -> Target:
        """Which item it is about. Raises DynamoDB's error if the key or an expression does not suit the table."""
        find = target_of_item if self._kind == "Put" else target_of_key
        target = find(table, self._given.item)
        require_keys_untouched(self._bound.update, table)
        require_scalar_keys(self._bound, table)
        return target

    def outcome(self, db: "DynamoDB", target: Target, times: int) -> Stored | None:
        """What to write. Raises DynamoDB's error if the condition does not hold, or the update does not fit."""
        condition = self._bound.condition
        if condition and not condition(target.old_item, self._values):
            attempted = self._given.size if self._kind == "Put" else 0
            refuse(db, target, attempted, self._shows_old, times)
        new = self._new(target)
        require_room(target, new)
        return new

    def _new(self, target: Target) -> Stored | None:
        if self._kind == "Put":
            return self._given
        if self._bound.update:
            return updated(target.table, self._bound.update, target.old_item or self._given.item, self._values)
        return target.old if self._kind == "ConditionCheck" else None


_KINDS = ("ConditionCheck", "Put", "Delete", "Update")


def _action_in(entry: dict[str, Any]) -> tuple[str, Params]:
    given = [kind for kind in _KINDS if kind in entry]
    if not given:
        raise errors.no_transact_action()
    if len(given) > 1:
        raise errors.validation("TransactItems can only contain one of Check, Put, Update or Delete")
    return given[0], entry[given[0]]
