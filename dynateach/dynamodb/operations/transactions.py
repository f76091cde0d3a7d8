"""TransactWriteItems and TransactGetItems: many items, in many tables, all or nothing.

Documented: each item is written (or read) twice, to prepare and to commit, and charged twice. Assumed, to keep this
simple: both happen in one instant of the virtual clock. So a transaction never meets another one under way, and
TransactionConflict and TransactionInProgressException do not occur.

An action is judged in two steps. What the request alone gives away (expressions, values, unused placeholders) rejects
it with a ValidationException. What only the table or the item gives away (a key that does not match, a condition,
an operand of the wrong type) cancels the transaction, with a reason for each action. If a key does not suit its table,
no condition is looked at. Documented for conditions and updates; for keys as others have seen it. Assumed: in a
cancelled transaction only the actions whose condition failed are charged.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.admissions import admit_read, admit_upkeep, admit_write
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import (
    add_units,
    bound_expressions,
    canonical_values,
    capacities,
    require_scalar_keys,
)
from dynateach.dynamodb.operations.target import (
    Target,
    read_bytes,
    refuse,
    require_keys_untouched,
    target_of_item,
    target_of_key,
    updated,
    write,
)
from dynateach.dynamodb.operations.upkeep import require_room, with_collections
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.limits import TRANSACTION_BYTES, TRANSACTION_TOKEN_SECONDS
from dynateach.dynamodb.rules.values import canonical_item
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

T = TypeVar("T")

_PREPARE_AND_COMMIT = 2


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


class Get(Protocol):
    """One read of a transaction, by whatever API: ``aim`` says which item, ``response`` what the answer shows of it."""

    table: str

    def aim(self, table: Table) -> Target:
        """Raises DynamoDB's error if the read does not suit the table."""

    def response(self, target: Target) -> Params:
        """The ItemResponse, empty if there is nothing."""


class Action(Protocol):
    """One write or check of a transaction, by whatever API: ``aim`` says which item, ``outcome`` what is to lie there."""

    table: str

    def aim(self, table: Table) -> Target:
        """Raises DynamoDB's error if the action does not suit the table."""

    def outcome(self, db: "DynamoDB", target: Target, times: int) -> Stored | None:
        """Raises DynamoDB's error if the item does not allow it, which is charged ``times`` over."""


def write_all(db: "DynamoDB", params: Params, actions: Sequence[Action]) -> Params:
    """Do all actions or none: the answer to the request of these ``params``."""
    tables = _tables(db, actions)
    earlier = db.receipts.find(params, db.world.clock.now)
    if earlier:
        return _replayed(db, params, actions, earlier)
    aimed = [attempt(action.aim, table) for action, table in zip(actions, tables, strict=True)]
    _require_distinct(aimed)
    targets = _all_or_none(aimed)
    if any(table.admission for table in tables):
        _all_or_none([attempt(admit_write, db, target) for target in targets])
    writes = _all_or_none([attempt(_write_of, db, *each) for each in zip(actions, targets, strict=True)])
    sizes = [one.size for one in writes]
    _require_size(sizes)
    if any(table.admission for table in tables):
        _all_or_none([attempt(admit_upkeep, db, *one) for one in writes])
    units = [write(db, target, new, _PREPARE_AND_COMMIT) for target, new in writes]
    db.receipts.keep(params, sizes, db.world.clock.now)
    answer = with_collections({}, params, [target for target, _ in writes])
    return capacities(answer, params, _by_table(actions, units), "WriteCapacityUnits")


def read_all(db: "DynamoDB", params: Params, gets: Sequence[Get]) -> Params:
    """All items as they are in one moment: the answer to the request of these ``params``."""
    tables = _tables(db, gets)
    aimed = [attempt(get.aim, table) for get, table in zip(gets, tables, strict=True)]
    _require_distinct(aimed)
    targets = _all_or_none(aimed)
    sizes = [target.old.size if target.old else 0 for target in targets]
    _require_size(sizes)
    units = _read_all(db, targets, sizes)
    responses = [get.response(target) for get, target in zip(gets, targets, strict=True)]
    return capacities({"Responses": responses}, params, _by_table(gets, units), "ReadCapacityUnits")


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


class _Write(NamedTuple):
    """What an action comes to: ``new`` is to lie at the target, or nothing."""

    target: Target
    new: Stored | None

    @property
    def size(self) -> int:
        """The bytes of the item before or after the write, whichever is larger."""
        return max(image.size if image else 0 for image in (self.target.old, self.new))


def _write_of(db: "DynamoDB", action: Action, target: Target) -> _Write:
    return _Write(target, action.outcome(db, target, _PREPARE_AND_COMMIT))


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


# All or nothing


def attempt(step: Callable[..., T], *arguments: Any) -> T | ServiceError:
    """What the step answers, or the error with which it refuses. Raises the one that is not worth a cancellation."""
    try:
        return step(*arguments)
    except (errors.EmptyKey, errors.Unavailable):
        raise
    except ServiceError as refusal:
        return refusal


def _all_or_none(outcomes: Sequence[T | ServiceError]) -> list[T]:
    """The outcomes, if all are good. Raises the TransactionCanceledException if not."""
    good = [outcome for outcome in outcomes if not isinstance(outcome, ServiceError)]
    if len(good) < len(outcomes):
        raise errors.transaction_canceled(
            [outcome if isinstance(outcome, ServiceError) else None for outcome in outcomes]
        )
    return good


def _tables(db: "DynamoDB", entries: Sequence[Action | Get]) -> list[Table]:
    """The table of each entry. Raises DynamoDB's error if one is missing, unless an item is in the request twice: as
    emulators have it, that error goes before.
    """
    tables = [attempt(db.table, entry.table) for entry in entries]
    missing = next((table for table in tables if isinstance(table, ServiceError)), None)
    if missing:
        _require_distinct(
            attempt(entry.aim, table)
            for entry, table in zip(entries, tables, strict=True)
            if not isinstance(table, ServiceError)
        )
        raise missing
    return [table for table in tables if not isinstance(table, ServiceError)]


def _require_distinct(aimed: Iterable[Target | ServiceError]) -> None:
    places = [(target.table.name, target.place) for target in aimed if isinstance(target, Target)]
    if len(set(places)) < len(places):
        raise errors.validation("Transaction request cannot include multiple operations on one item")


def _require_size(sizes: Iterable[int]) -> None:
    """Documented; the wording is assumed, and that it is the larger image of a written item that counts."""
    if sum(sizes) > TRANSACTION_BYTES:
        raise errors.validation("The aggregate size of the items in the transaction cannot exceed 4 MB")


# Tokens


class _Receipt(NamedTuple):
    """What is kept of a transaction: when it was done (µs), a digest of its parameters, the sizes it is charged by
    when it comes again.
    """

    at: int
    digest: bytes
    sizes: list[int]


class Receipts:
    """The transactions of the last ten minutes by ClientRequestToken.

    Documented: ten minutes from the completion of the first request. Assumed: a cancelled transaction leaves no
    receipt, and every parameter but the token has to be the same.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Receipt] = {}

    def find(self, params: Params, now: int) -> _Receipt | None:
        """The receipt for the request's token. Raises DynamoDB's error if the token belongs to another request."""
        self._forget(now)
        receipt = self._kept.get(params.get("ClientRequestToken", ""))
        if receipt and receipt.digest != _digest(params):
            raise errors.idempotent_parameter_mismatch()
        return receipt

    def keep(self, params: Params, sizes: list[int], now: int) -> None:
        """Remember that this was done."""
        if "ClientRequestToken" in params:
            self._kept[params["ClientRequestToken"]] = _Receipt(now, _digest(params), sizes)

    def _forget(self, now: int) -> None:
        """Receipts lie in the order of time, so only the first ones can be too old."""
        while self._kept:
            token = next(iter(self._kept))
            if now - self._kept[token].at < TRANSACTION_TOKEN_SECONDS * SECOND:
                return
            del self._kept[token]


def _digest(params: Params) -> bytes:
    rest = {name: value for name, value in params.items() if name != "ClientRequestToken"}
    return sha256(json.dumps(rest, sort_keys=True, default=repr).encode()).digest()


def _replayed(db: "DynamoDB", params: Params, actions: Sequence[Action], receipt: _Receipt) -> Params:
    targets = [action.aim(db.table(action.table)) for action in actions]
    units = _read_all(db, targets, receipt.sizes)
    return capacities({}, params, _by_table(actions, units), "ReadCapacityUnits")


# Capacity


def _read_all(db: "DynamoDB", targets: Sequence[Target], sizes: Iterable[int]) -> list[Consumed]:
    if any(target.table.admission for target in targets):
        _all_or_none([attempt(admit_read, db, target) for target in targets])
    return [
        read_bytes(db, target, size, True, _PREPARE_AND_COMMIT) for target, size in zip(targets, sizes, strict=True)
    ]


def _by_table(entries: Iterable[Action | Get], units: Iterable[Consumed]) -> dict[str, Consumed]:
    totals: dict[str, Consumed] = {}
    for entry, some in zip(entries, units, strict=True):
        add_units(totals, entry.table, some)
    return totals
