"""PutItem, GetItem, UpdateItem, DeleteItem: the operations on one item."""

from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.envelope import in_envelope
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import bound_expressions, canonical_values, consumed, require_scalar_keys
from dynateach.dynamodb.operations.target import (
    Target,
    read,
    refuse,
    require_free,
    require_keys_untouched,
    target_of_item,
    target_of_key,
    updated,
    write,
)
from dynateach.dynamodb.operations.upkeep import item_collection_metrics, require_room
from dynateach.dynamodb.rules import errors, legacy
from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.expressions.messages import no_placeholders
from dynateach.dynamodb.rules.limits import ITEM_BYTES
from dynateach.dynamodb.rules.values import Item, canonical_item, item_size
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("GetItem", takes=lambda profile: profile.item_read)
def get_item(db: "DynamoDB", params: Params) -> Params:
    """The item with this key, if there is one."""
    project = legacy.bind_projection(params) if legacy.uses(params) else None
    key, _ = canonical_item(params["Key"])
    bound = None
    if "ProjectionExpression" in params or "ExpressionAttributeNames" in params:
        bound = bound_expressions(params, projection="ProjectionExpression")
        project = bound.projection
    table = db.table(params["TableName"])
    consistent = params.get("ConsistentRead", False)
    target = target_of_key(table, key, consistent)
    require_scalar_keys(bound, table)
    units = read(db, target, consistent)
    answer: Params = {}
    if target.old:
        answer["Item"] = project(target.old.item) if project else target.old.item
    return consumed(answer, params, units)


@operation("PutItem", takes=lambda profile: profile.item_write)
def put_item(db: "DynamoDB", params: Params) -> Params:
    """Store an item, in place of any with the same key."""
    request = _judged("PutItem", params, "Item")
    target = target_of_item(db.table(params["TableName"]), request.given.item)
    if target.table.pending:
        require_free(target)
    request.require_condition(db, target, request.given.size)
    return request.finish(db, target, request.given)


@operation("DeleteItem", takes=lambda profile: profile.item_write)
def delete_item(db: "DynamoDB", params: Params) -> Params:
    """Take away the item with this key; that there is none is no error."""
    request = _judged("DeleteItem", params, "Key")
    target = target_of_key(db.table(params["TableName"]), request.given.item)
    if target.table.pending:
        require_free(target)
    request.require_condition(db, target, 0)
    return request.finish(db, target, None)


@operation("UpdateItem", takes=lambda profile: profile.item_write)
def update_item(db: "DynamoDB", params: Params) -> Params:
    """Change some attributes of the item with this key; if there is none, begin from just the key."""
    request = _judged("UpdateItem", params, "Key", update="UpdateExpression")
    table = db.table(params["TableName"])
    target = target_of_key(table, request.given.item)
    require_keys_untouched(request.update, table)
    if table.pending:
        require_free(target)
    request.require_chargeable(target)
    request.require_condition(db, target, 0)
    return request.finish(db, target, request.updated(table, target.old_item or request.given.item))


class _WriteRequest:
    """What a single-item write asks for: ``given`` is its item or key; besides, a condition, perhaps an update, and
    what it wants to hear.

    Raises DynamoDB's error for what is wrong with the request whatever the table holds.
    """

    def __init__(self, params: Params, what: str, update: str | None) -> None:
        self._params = params
        if not update:
            _require_return_values(params)
        if legacy.uses(params):
            legacy.require_one_kind(params)
        self.given = Stored(*canonical_item(params[what]))
        self._bound, self._values = self._expressions(update)
        self.update = self._bound.update if self._bound else None

    def _expressions(self, update: str | None) -> tuple[Bound | None, Item]:
        params = self._params
        if not _is_without_placeholders(params):
            _require_placeholders_wanted(params)
        values = canonical_values(params, depth=_AS_IN_AN_ITEM if update else 0)
        if legacy.uses(params):
            return legacy.bind_write(params)
        if _is_without_expressions(params):
            return None, values
        return bound_expressions(params, values, update=update, condition="ConditionExpression"), values

    def require_chargeable(self, target: Target) -> None:
        """Raise DynamoDB's error if the update is too large as a request."""
        if self.update and self.update.charge(target.old_item, self._values) > ITEM_BYTES:
            raise errors.update_too_large()

    def require_condition(self, db: "DynamoDB", target: Target, new_size: int) -> None:
        """Raise DynamoDB's error if the condition does not hold."""
        require_scalar_keys(self._bound, target.table)
        condition = self._bound.condition if self._bound else None
        if condition and not condition(target.old_item, self._values):
            wants_old = self._params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            refuse(db, target, new_size, wants_old)

    def updated(self, table: Table, before: Item) -> Stored:
        """The item after the update, if there is one. Raises DynamoDB's error if it no longer fits."""
        return updated(table, self.update, before, self._values) if self.update else Stored(before, item_size(before))

    def finish(self, db: "DynamoDB", target: Target, new: Stored | None) -> Params:
        """Do the write; the answer in wire form."""
        require_room(target, new)
        units = write(db, target, new)
        answer: Params = {}
        wanted = self._params.get("ReturnValues", "NONE")
        if wanted != "NONE":
            attributes = self._image(wanted, target.old if wanted.endswith("OLD") else new)
            if attributes:
                answer["Attributes"] = attributes
        if self._params.get("ReturnItemCollectionMetrics") == "SIZE":
            metrics = item_collection_metrics(target.table, target.key)
            if metrics:
                answer["ItemCollectionMetrics"] = metrics
        return consumed(answer, self._params, units)

    def _image(self, wanted: str, image: Stored | None) -> Item | None:
        if image is None:
            return None
        if wanted.startswith("ALL"):
            return image.item
        return self.update.updated(image.item) if self.update else None


def _judged(operation: str, params: Params, what: str, update: str | None = None) -> _WriteRequest:
    try:
        return _WriteRequest(params, what, update)
    except ServiceError as error:
        raise in_envelope(error, operation) from None


_AS_IN_AN_ITEM = 1
"""The values of an update may be nested no deeper than where they go: at best into an attribute (observed by others)."""

_PLACEHOLDERS = ("ExpressionAttributeValues", "ExpressionAttributeNames")
_is_without_placeholders = frozenset(_PLACEHOLDERS).isdisjoint
_is_without_expressions = frozenset({"ConditionExpression", "UpdateExpression"}).isdisjoint


def _require_placeholders_wanted(params: Params) -> None:
    """Raise DynamoDB's error for placeholders that are empty, or that come without an expression.

    Observed by others: here it does not add which expressions are missing.
    """
    for parameter in _PLACEHOLDERS:
        if parameter in params and not params[parameter]:
            raise no_placeholders(parameter)
    for parameter in _PLACEHOLDERS if _is_without_expressions(params) else ():
        if parameter in params:
            raise errors.counted(f"{parameter} can only be specified when using expressions")


def _require_return_values(params: Params) -> None:
    if params.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
        raise errors.counted("ReturnValues can only be ALL_OLD or NONE")
