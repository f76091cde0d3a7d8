"""All or nothing: each part of a request is tried, and if one of them is refused, all are, with a reason for each.

What only a table or an item gives away (a key that does not match, a condition, an operand of the wrong type, a
transaction under way) cancels a transaction. Documented for conditions, updates and conflicts; for keys as others have
seen it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dynateach.dynamodb.operations.target import Target
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import TRANSACTION_BYTES
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

T = TypeVar("T")


class Part(Protocol):
    """One read or write of a transaction, by whatever API: ``aim`` says which item."""

    table: str

    def aim(self, table: Table) -> Target:
        """Raises DynamoDB's error if the part does not suit the table."""


def attempt(step: Callable[..., T], *arguments: Any) -> T | ServiceError:
    """What the step answers, or the error with which it refuses. Raises the one that is not worth a cancellation."""
    try:
        return step(*arguments)
    except (errors.EmptyKey, errors.Unavailable):
        raise
    except ServiceError as refusal:
        return refusal


def all_or_none(outcomes: Sequence[T | ServiceError]) -> list[T]:
    """The outcomes, if all are good. Raises the TransactionCanceledException if not."""
    good = [outcome for outcome in outcomes if not isinstance(outcome, ServiceError)]
    if len(good) < len(outcomes):
        raise errors.transaction_canceled(
            [outcome if isinstance(outcome, ServiceError) else None for outcome in outcomes]
        )
    return good


def tables_of(db: "DynamoDB", parts: Sequence[Part]) -> list[Table]:
    """The table of each part. Raises DynamoDB's error if one is missing, unless an item is in the request twice: as
    emulators have it, that error goes before.
    """
    tables = [attempt(db.table, part.table) for part in parts]
    missing = next((table for table in tables if isinstance(table, ServiceError)), None)
    if missing:
        _require_distinct(
            attempt(part.aim, table)
            for part, table in zip(parts, tables, strict=True)
            if not isinstance(table, ServiceError)
        )
        raise missing
    return [table for table in tables if not isinstance(table, ServiceError)]


def aimed(parts: Sequence[Part], tables: Sequence[Table]) -> list[Target]:
    """The item of each part. Raises DynamoDB's error if one does not suit its table, or an item is there twice."""
    targets = [attempt(part.aim, table) for part, table in zip(parts, tables, strict=True)]
    _require_distinct(targets)
    return all_or_none(targets)


def require_size(sizes: Iterable[int]) -> None:
    """Documented; the wording is assumed, and that it is the larger image of a written item that counts."""
    if sum(sizes) > TRANSACTION_BYTES:
        raise errors.validation("The aggregate size of the items in the transaction cannot exceed 4 MB")


def _require_distinct(targets: Iterable[Target | ServiceError]) -> None:
    places = [(target.table.name, target.place) for target in targets if isinstance(target, Target)]
    if len(set(places)) < len(places):
        raise errors.validation("Transaction request cannot include multiple operations on one item")
