"""PutItem, GetItem, UpdateItem, DeleteItem: the operations on one item."""

from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import bound_expressions, canonical_values, consumed, require_scalar_keys
from dynateach.dynamodb.operations.target import (
    Target,
    read,
    refuse,
    require_keys_untouched,
    target_of_item,
    target_of_key,
    updated,
    write,
)
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.values import Item, canonical_item, item_size
from dynateach.dynamodb.storage.keyspace import Stored

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_LEGACY = "Expected ConditionalOperator"


@operation("GetItem", takes=lambda profile: profile.item_read, not_simulated="AttributesToGet")
def get_item(db: "DynamoDB", params: Params) -> Params:
    """The item with this key, if there is one."""
    key, _ = canonical_item(params["Key"])
    bound = None
    if "ProjectionExpression" in params or "ExpressionAttributeNames" in params:
        bound = bound_expressions(params, projection="ProjectionExpression")
    table = db.table(params["TableName"])
    target = target_of_key(table, key)
    require_scalar_keys(bound, table.schema.names)
    units = read(db, target, params.get("ConsistentRead", False))
    answer: Params = {}
    if target.old:
        project = bound.projection if bound else None
        answer["Item"] = project(target.old.item) if project else target.old.item
    return consumed(answer, params, units)


@operation("PutItem", takes=lambda profile: profile.item_write, not_simulated=_LEGACY)
def put_item(db: "DynamoDB", params: Params) -> Params:
    """Store an item, in place of any with the same key."""
    item, size = canonical_item(params["Item"])
    _require_return_values(params)
    request = _WriteRequest(params)
    target = target_of_item(db.table(params["TableName"]), item)
    request.require_condition(db, target, size)
    return request.finish(db, target, Stored(item, size))


@operation("DeleteItem", takes=lambda profile: profile.item_write, not_simulated=_LEGACY)
def delete_item(db: "DynamoDB", params: Params) -> Params:
    """Take away the item with this key; that there is none is no error."""
    key, _ = canonical_item(params["Key"])
    _require_return_values(params)
    request = _WriteRequest(params)
    target = target_of_key(db.table(params["TableName"]), key)
    request.require_condition(db, target, 0)
    return request.finish(db, target, None)


@operation("UpdateItem", takes=lambda profile: profile.item_write, not_simulated=f"{_LEGACY} AttributeUpdates")
def update_item(db: "DynamoDB", params: Params) -> Params:
    """Change some attributes of the item with this key; if there is none, begin from just the key."""
    key, _ = canonical_item(params["Key"])
    request = _WriteRequest(params, update="UpdateExpression")
    table = db.table(params["TableName"])
    target = target_of_key(table, key)
    require_keys_untouched(request.update, table.schema.names)
    request.require_condition(db, target, 0)
    return request.finish(db, target, request.updated(target.old_item or key))


class _WriteRequest:
    """What a single-item write asks for besides the item: its expressions, and what it wants to hear."""

    def __init__(self, params: Params, update: str | None = None) -> None:
        self._params = params
        self._values = canonical_values(params)
        self._bound: Bound | None = None
        if not params.keys().isdisjoint(_EXPRESSION_PARAMETERS):
            self._bound = bound_expressions(params, self._values, update=update, condition="ConditionExpression")
        self.update = self._bound.update if self._bound else None

    def require_condition(self, db: "DynamoDB", target: Target, new_size: int) -> None:
        """Raise DynamoDB's error if the condition does not hold."""
        require_scalar_keys(self._bound, target.table.schema.names)
        condition = self._bound.condition if self._bound else None
        if condition and not condition(target.old_item, self._values):
            wants_old = self._params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            refuse(db, target, new_size, wants_old)

    def updated(self, before: Item) -> Stored:
        """The item after the update, if there is one. Raises DynamoDB's error if it no longer fits."""
        return updated(self.update, before, self._values) if self.update else Stored(before, item_size(before))

    def finish(self, db: "DynamoDB", target: Target, new: Stored | None) -> Params:
        """Do the write; the answer in wire form."""
        units = write(db, target, new)
        answer: Params = {}
        wanted = self._params.get("ReturnValues", "NONE")
        if wanted != "NONE":
            attributes = self._image(wanted, target.old if wanted.endswith("OLD") else new)
            if attributes:
                answer["Attributes"] = attributes
        return consumed(answer, self._params, units)

    def _image(self, wanted: str, image: Stored | None) -> Item | None:
        if image is None:
            return None
        if wanted.startswith("ALL"):
            return image.item
        return self.update.updated(image.item) if self.update else None


_EXPRESSION_PARAMETERS = frozenset(
    {"ConditionExpression", "UpdateExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"}
)


def _require_return_values(params: Params) -> None:
    if params.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
        raise errors.validation("ReturnValues can only be ALL_OLD or NONE")
