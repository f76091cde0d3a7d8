"""One PartiQL statement about one item: what a statement by itself, a batch and a transaction have in common.

Documented (Developer Guide, *PartiQL insert, update and delete statements*): INSERT never replaces an item, UPDATE never
makes one, DELETE of what is not there changes nothing. UPDATE and DELETE name one item by its whole key; whatever else
the WHERE says is a condition.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.requests import require_scalar_keys
from dynateach.dynamodb.operations.selects import columns_of
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
from dynateach.dynamodb.rules.partiql import (
    Delete,
    Exists,
    Insert,
    Meaning,
    Select,
    Statement,
    Update,
    calls_in,
    messages,
    parse,
)
from dynateach.dynamodb.rules.partiql.terms import Terms
from dynateach.dynamodb.rules.values import AttributeValue, Item, canonical, canonical_item
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

Parameters = Sequence[AttributeValue]


class Understood(NamedTuple):
    """A statement and its parameters, which are canonical."""

    statement: Statement
    parameters: Parameters


def understood(request: Params) -> Understood:
    """The Statement of a request, with its Parameters. Raises StatementError, or DynamoDB's error for a bad parameter,
    one too few or one too many.
    """
    parameters = [canonical(value)[0] for value in request.get("Parameters", ())]
    parsed = parse(request["Statement"])
    if parsed.parameters != len(parameters):
        raise messages.wrong_number_of_parameters()
    return Understood(parsed.statement, parameters)


# Writes


class InsertOne:
    """An INSERT; ``size`` are the bytes of its item. Raises StatementError, or DynamoDB's error, for a value that is no item."""

    def __init__(self, statement: Insert, parameters: Parameters) -> None:
        self.table = statement.table
        self._new = Stored(*canonical_item(Terms(parameters).item(statement.value)))
        self.size = self._new.size

    def require_one_item(self, table: Table) -> None:
        """Its value is one."""

    def aim(self, table: Table) -> Target:
        """Where the item belongs. Raises DynamoDB's error if its key is missing or mistyped."""
        return target_of_item(table, self._new.item)

    def outcome(self, db: "DynamoDB", target: Target, times: int = 1) -> Stored:
        """The item. Raises DynamoDB's error if there is one with that key: that is charged like a failed condition
        (assumed).
        """
        if target.old:
            refuse(db, target, self._new.size, False, times, errors.duplicate_item())
        require_room(target, self._new)
        return self._new

    def returned(self, target: Target, new: Stored | None) -> list[Item]:
        """Nothing: INSERT has no RETURNING."""
        return []


class UpdateOne:
    """An UPDATE; ``shows_old`` as in ``refuse``. Raises StatementError, or DynamoDB's error, for clauses that make no
    sense.
    """

    size = 0

    def __init__(self, statement: Update, parameters: Parameters, shows_old: bool = False) -> None:
        self.table = statement.table
        self._returning = _returning(statement.returning)
        if self._returning not in _IMAGES:
            raise messages.invalid_returning(str(statement.returning))
        self._meaning = Meaning(statement.where, parameters, statement)
        self._shows_old = shows_old

    def require_one_item(self, table: Table) -> None:
        """Raise StatementError unless the WHERE names one item."""
        _require_key(table, self._meaning)

    def aim(self, table: Table) -> Target:
        """Which item it is about. Raises DynamoDB's error if the WHERE names none, or a clause touches its key."""
        target = _target(table, self._meaning)
        require_keys_untouched(self._meaning.bound.update, table)
        return target

    def outcome(self, db: "DynamoDB", target: Target, times: int = 1) -> Stored:
        """The item after the update. Raises DynamoDB's error if there is none, the WHERE does not hold for it, or the
        update does not fit.
        """
        if target.old is None or not self._meaning.holds(target.old.item):
            refuse(db, target, 0, self._shows_old, times)
        update = self._meaning.bound.update
        assert update is not None
        new = updated(target.table, update, target.old_item, self._meaning.values)
        require_room(target, new)
        return new

    def returned(self, target: Target, new: Stored | None) -> list[Item]:
        """The item before or after, or only what the clauses wrote of it."""
        extent, side = _IMAGES[self._returning]
        if not extent:
            return []
        image = new.item if new and side == "NEW" else target.old_item
        update = self._meaning.bound.update
        shown = update.updated(image) if update and extent == "MODIFIED" else image
        return [shown] if shown else []


class DeleteOne:
    """A DELETE; ``shows_old`` as in ``refuse``."""

    size = 0

    def __init__(self, statement: Delete, parameters: Parameters, shows_old: bool = False) -> None:
        self.table = statement.table
        self._returning = _returning(statement.returning)
        if self._returning not in ("", "ALL OLD *"):
            raise messages.invalid_returning_of_delete(str(statement.returning))
        self._meaning = Meaning(statement.where, parameters)
        self._shows_old = shows_old

    def require_one_item(self, table: Table) -> None:
        """Raise StatementError unless the WHERE names one item."""
        _require_key(table, self._meaning)

    def aim(self, table: Table) -> Target:
        """Which item it is about. Raises DynamoDB's error if the WHERE names none."""
        return _target(table, self._meaning)

    def outcome(self, db: "DynamoDB", target: Target, times: int = 1) -> None:
        """Nothing. Raises DynamoDB's error if the WHERE does not hold for the item; where there is none, it is not asked
        (documented).
        """
        if target.old and not self._meaning.holds(target.old.item):
            refuse(db, target, 0, self._shows_old, times)

    def returned(self, target: Target, new: Stored | None) -> list[Item]:
        """The item as it was."""
        return [target.old.item] if target.old and self._returning else []


class CheckOne:
    """An EXISTS, the condition check of a transaction. Raises StatementError for a WHERE that makes no sense."""

    def __init__(self, statement: Exists, parameters: Parameters, shows_old: bool = False) -> None:
        self.table = statement.table
        self._meaning = Meaning(statement.select.where, parameters)
        self._shows_old = shows_old
        if statement.select.index_name:
            raise messages.index_in_transaction()

    def require_one_item(self, table: Table) -> None:
        """Raise StatementError unless the WHERE names one item and says something more about it."""
        names = table.schema.names
        if self._meaning.key(names) is None or not self._meaning.says_more_than(names):
            raise messages.exists_without_condition()

    def aim(self, table: Table) -> Target:
        """Which item it is about."""
        return _target(table, self._meaning)

    def outcome(self, db: "DynamoDB", target: Target, times: int = 1) -> Stored | None:
        """The item as it is. Raises DynamoDB's error if there is none, or the WHERE does not hold for it."""
        if target.old is None or not self._meaning.holds(target.old.item):
            refuse(db, target, 0, self._shows_old, times)
        return target.old


def _require_key(table: Table, meaning: Meaning) -> None:
    if meaning.key(table.schema.names) is None:
        raise messages.mandatory_equality()


def _target(table: Table, meaning: Meaning, consistent: bool | None = None) -> Target:
    """The item whose key the WHERE names; ``consistent`` as in ``target_of_key``. Raises DynamoDB's error if it names
    none, or a key of another type.
    """
    require_scalar_keys(meaning.bound, table)
    _require_key(table, meaning)
    return target_of_key(table, meaning.key(table.schema.names) or {}, consistent)


_IMAGES = {
    "": ("", ""),
    **{f"{extent} {side} *": (extent, side) for extent in ("ALL", "MODIFIED") for side in ("OLD", "NEW")},
}
"""RETURNING clauses, and what they ask for: how much of the item, and which of its images."""


def _returning(clause: str | None) -> str:
    return " ".join((clause or "").replace("*", " *").upper().split())


# Reads


class SelectOne:
    """A SELECT of one item, as batches and transactions have it. ``operation`` is which of the two."""

    def __init__(self, statement: Select, parameters: Parameters, operation: str, consistent: bool = True) -> None:
        self.table = statement.table
        self._consistent = consistent
        self._statement = statement
        self._meaning = Meaning(statement.where, parameters)
        self._operation = operation

    def require_one_item(self, table: Table) -> None:
        """Raise StatementError unless the WHERE names one item: by its whole key, without any function (observed by
        others).
        """
        statement = self._statement
        if statement.index_name or calls_in(statement.where) or self._meaning.key(table.schema.names) is None:
            raise messages.select_without_key(self._operation)

    def aim(self, table: Table) -> Target:
        """Which item it reads."""
        return _target(table, self._meaning, self._consistent)

    def response(self, target: Target) -> Params:
        """The item's columns as ``Item``; nothing if there is none, or the WHERE does not hold for it."""
        if target.old is None or not self._meaning.holds(target.old.item):
            return {}
        return {"Item": columns_of(target.old.item, self._statement.columns)}
