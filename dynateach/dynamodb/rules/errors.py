"""DynamoDB's exceptions: one function each, so that every error text is made in one place and found
with one search.
"""

from collections.abc import Sequence
from typing import Any

from dynateach.errors import ServiceError

_DYNAMODB = "com.amazonaws.dynamodb.v20120810"
_VALIDATE = "com.amazon.coral.validate"
_CORAL = "com.amazon.coral.service"


def validation(message: str) -> ServiceError:
    """The request breaks a rule that can be judged from the request, or from the table's schema."""
    return ServiceError("ValidationException", message, namespace=_VALIDATE)


def invalid_parameter(message: str) -> ServiceError:
    """``validation`` for the many texts that begin with the same words."""
    return validation(f"One or more parameter values were invalid: {message}")


def too_deep() -> ServiceError:
    """Lists and maps nested more than 32 levels deep."""
    return validation(
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def serialization(message: str) -> ServiceError:
    """The request's JSON has the wrong shape: a number where a string belongs, say."""
    return ServiceError("SerializationException", message, namespace=_CORAL)


def unknown_operation() -> ServiceError:
    """No such operation."""
    return ServiceError("UnknownOperationException", "", namespace=_CORAL)


def table_not_found(table: str) -> ServiceError:
    """A control-plane operation names a table that does not exist."""
    return _dynamodb("ResourceNotFoundException", f"Requested resource not found: Table: {table} not found")


def resource_not_found() -> ServiceError:
    """A data-plane operation names a table that does not exist, or that is not there yet."""
    return _dynamodb("ResourceNotFoundException", "Requested resource not found")


def table_in_use(table: str, being: str) -> ServiceError:
    """The table can't be touched while it is being "created", "updated" or "deleted"."""
    return _dynamodb(
        "ResourceInUseException", f"Attempt to change a resource which is still in use: Table is being {being}: {table}"
    )


def table_exists(table: str) -> ServiceError:
    """CreateTable with a name that is taken."""
    return _dynamodb("ResourceInUseException", f"Table already exists: {table}")


def limit_exceeded(which: str) -> ServiceError:
    """More tables or more throughput than the account may have."""
    return _dynamodb("LimitExceededException", f"Subscriber limit exceeded: {which}")


def condition_failed(old: dict[str, Any] | None = None) -> ServiceError:
    """The condition of a write did not hold; ``old`` is the item as it is, if the caller asked to see it."""
    fields = {"Item": old} if old else None
    return _dynamodb("ConditionalCheckFailedException", "The conditional request failed", fields=fields)


def transaction_canceled(refusals: Sequence[ServiceError | None]) -> ServiceError:
    """A transaction in which at least one action was refused; ``refusals`` are what the same action would have
    been told on its own, None for one that could have gone ahead, in the order of the request.
    """
    reasons = [_cancellation_reason(refusal) for refusal in refusals]
    codes = ", ".join(reason["Code"] for reason in reasons)
    return _dynamodb(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        fields={"CancellationReasons": reasons},
    )


def idempotent_parameter_mismatch() -> ServiceError:
    """A ClientRequestToken is used again, for another request. The text is the one that documents the exception."""
    return _dynamodb(
        "IdempotentParameterMismatchException",
        "DynamoDB rejected the request because you retried a request with a different payload "
        "but with an idempotent token that was already used.",
    )


_REASONS = {"ConditionalCheckFailedException": "ConditionalCheckFailed", "ValidationException": "ValidationError"}


def _cancellation_reason(refusal: ServiceError | None) -> dict[str, Any]:
    if refusal is None:
        return {"Code": "None"}
    return {"Code": _REASONS[refusal.code], "Message": refusal.message, **refusal.fields}


def _dynamodb(code: str, message: str, fields: dict[str, Any] | None = None) -> ServiceError:
    return ServiceError(code, message, namespace=_DYNAMODB, fields=fields)
