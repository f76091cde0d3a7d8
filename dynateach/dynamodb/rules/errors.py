"""DynamoDB's exceptions: one function each, so that every error text is made in one place and found
with one search.
"""

from collections.abc import Sequence
from typing import Any

from dynateach.errors import ServiceError

_DYNAMODB = "com.amazonaws.dynamodb.v20120810"
_VALIDATE = "com.amazon.coral.validate"
_CORAL = "com.amazon.coral.service"
_AVAILABILITY = "com.amazon.coral.availability"

_EMPTY = {"S": "string", "B": "binary"}


class Counted(ServiceError):
    """A ``validation`` error that PutItem, UpdateItem and DeleteItem count: "1 validation error detected: …". No other
    operation puts anything in front of it. Observed by others on the live service in 2026.

    ``counted`` is the text that follows then, ``not_by`` the operation that does not count it after all.
    """

    def __init__(self, message: str, counted: str = "", not_by: str = "") -> None:
        super().__init__("ValidationException", message, namespace=_VALIDATE)
        self.counted = counted or message
        self.not_by = not_by


class Foremost(ServiceError):
    """A ``validation`` error that a request gets even if its table does not exist."""


def validation(message: str) -> ServiceError:
    """The request breaks a rule that can be judged from the request, or from the table's schema."""
    return ServiceError("ValidationException", message, namespace=_VALIDATE)


def invalid_parameter(message: str) -> ServiceError:
    """``validation`` for the many texts that begin with the same words."""
    return validation(_invalid_parameter(message))


def counted(message: str) -> ServiceError:
    """``validation``, counted by the writes of one item."""
    return Counted(message)


def counted_parameter(message: str) -> ServiceError:
    """``invalid_parameter``, counted by the writes of one item."""
    return Counted(_invalid_parameter(message))


def foremost(message: str) -> ServiceError:
    """``validation`` that does not ask whether the table exists."""
    return Foremost("ValidationException", message, namespace=_VALIDATE)


def _invalid_parameter(message: str) -> str:
    return f"One or more parameter values were invalid: {message}"


def index_key_type(attribute: str, expected: str, actual: str, index: str) -> ServiceError:
    """A write gives an index key attribute a value of another type."""
    return invalid_parameter(
        f"Type mismatch for Index Key {attribute} Expected: {expected} Actual: {actual} IndexName: {index}"
    )


class EmptyKey(ServiceError):
    """A key attribute with nothing in it. As others measured on the live service, a transaction is rejected for it
    before anything else, while a key of the wrong type cancels it.
    """

    def __init__(self, type: str, why: str = "", where: str = "") -> None:
        empty = f"The AttributeValue for a key attribute cannot contain an empty {_EMPTY[type]} value."
        sentences = ("One or more parameter values are not valid.", why, empty, where)
        super().__init__("ValidationException", " ".join(filter(None, sentences)), namespace=_VALIDATE)


class Unavailable(ServiceError):
    """No replica that may serve the request can be reached; an SDK repeats it. Assumed: the text. A transaction is
    rejected with it as a whole.
    """

    def __init__(self) -> None:
        super().__init__("InternalServerError", "Internal server error", status=500, namespace=_DYNAMODB)


class TransactionConflict(ServiceError):
    """A transaction under way has prepared the item; another transaction gets the same text as its reason."""

    def __init__(self) -> None:
        super().__init__("TransactionConflictException", "Transaction is ongoing for the item", namespace=_DYNAMODB)


def transaction_conflict() -> ServiceError:
    """The item is pending. The text is documented as a reason; it has no full stop, like the others as seen on the live
    service.
    """
    return TransactionConflict()


def transaction_in_progress() -> ServiceError:
    """The first request with this ClientRequestToken is still running. The text is that of AWS's model."""
    return _dynamodb(
        "TransactionInProgressException", "The transaction with the given request token is already in progress."
    )


def unavailable() -> ServiceError:
    """The partition has no leader at the moment, or its leader no quorum."""
    return Unavailable()


def empty_key(attribute: str, type: str) -> ServiceError:
    """A key attribute of the table with nothing in it."""
    return EmptyKey(type, where=f"Key: {attribute}")


def empty_index_key(index: str, attribute: str, type: str) -> ServiceError:
    """An item has an index key attribute with nothing in it."""
    why = "A value specified for a secondary index key is not supported."
    return EmptyKey(type, why, f"IndexName: {index}, IndexKey: {attribute}")


def empty_updated_index_key(type: str) -> ServiceError:
    """An update leaves an index key attribute with nothing in it."""
    why = "The update expression attempted to update a secondary index key to a value that is not supported."
    return EmptyKey(type, why)


def key_too_long(kind: str, limit: int) -> ServiceError:
    """The value of a key attribute is too long; ``kind`` is "hash" or "range"."""
    return invalid_parameter(f"Aggregated size of all {kind} keys has exceeded the size limit of {limit} bytes")


def item_collection_full() -> ServiceError:
    """The items of one partition key, in a table with a local index, would exceed 10 GB."""
    return _dynamodb("ItemCollectionSizeLimitExceededException", "Collection size exceeded.")


def update_too_large() -> ServiceError:
    """An update that is, or leaves, more than an item may hold."""
    return validation("Item size to update has exceeded the maximum allowed size")


def too_deep(levels: int) -> ServiceError:
    """Lists and maps nested more than 32 levels deep, the attribute being the first level; ``levels`` is how many of
    them there are. Beyond 62 levels, the error is not counted (observed by others).
    """
    message = (
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )
    return counted(message) if levels <= MUCH_TOO_DEEP else validation(message)


MUCH_TOO_DEEP = 62
"""Levels beyond which the service reads a value by another way (observed by others)."""


def updated_too_deep() -> ServiceError:
    """An update that would leave lists and maps nested more than 32 levels deep."""
    return validation("Nesting Levels have exceeded supported limits")


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


def index_not_found(index: str, table: str) -> ServiceError:
    """UpdateTable names a global index that the table does not have."""
    return _dynamodb(
        "ResourceNotFoundException", f"Requested resource not found: Index: {index} not found for table: {table}"
    )


def name_required() -> ServiceError:
    """A control-plane operation names no table."""
    return validation("The parameter 'TableName' is required but was not present in the request")


def arn_not_found(arn: str, known: bool = True) -> ServiceError:
    """A tagging operation names a table that does not exist; most of them show the ARN, spelled ``ResourcArn``."""
    return _dynamodb(
        "ResourceNotFoundException",
        "Requested resource not found" + (f": ResourcArn: {arn} not found" if known else ""),
    )


def access_denied(account: str, action: str, arn: str) -> ServiceError:
    """The resource is another account's, or in another region. The text is IAM's, the user in it assumed."""
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:aws:iam::{account}:user/dynateach is not authorized to perform: dynamodb:{action} on resource: {arn} "
        f"because no resource-based policy allows the dynamodb:{action} action",
        namespace=_CORAL,
    )


def backup_table_not_found(table: str) -> ServiceError:
    """A backup operation names a table that does not exist: these have an exception of their own."""
    return _dynamodb("TableNotFoundException", f"Table not found: {table}")


def restored_table_exists(table: str) -> ServiceError:
    """A restore into a table that exists already."""
    return _dynamodb("TableAlreadyExistsException", f"Table already exists: {table}")


def backups_not_ready(table: str) -> ServiceError:
    """A backup operation on a table that is only just being created."""
    return _dynamodb(
        "ContinuousBackupsUnavailableException",
        f"Backups are being enabled for the table: {table}. Please retry later",
    )


def backup_not_found(arn: str) -> ServiceError:
    """There is no such backup."""
    return _dynamodb("BackupNotFoundException", f"Backup not found: {arn}")


def backup_in_use(arn: str) -> ServiceError:
    """The backup is still being created. The text is assumed."""
    return _dynamodb("BackupInUseException", f"Backup is being created: {arn}")


def recovery_unavailable(table: str) -> ServiceError:
    """The table has no point-in-time recovery."""
    return _dynamodb(
        "PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for table '{table}'"
    )


def invalid_restore_time() -> ServiceError:
    """The table can't be restored as of that moment. The text is the one that documents the exception."""
    return _dynamodb(
        "InvalidRestoreTimeException",
        "An invalid restore time was specified. "
        "RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.",
    )


def index_in_use(index: str, status: str) -> ServiceError:
    """UpdateTable changes an index that is changing already; ``status`` is the index's."""
    being = {"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}[status]
    return _dynamodb(
        "ResourceInUseException", f"Attempt to change a resource which is still in use: Index is being {being}: {index}"
    )


def indexes_in_use() -> ServiceError:
    """The table can't be deleted while one of its indexes comes or goes."""
    return _dynamodb(
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: "
        "Cannot delete table while indexes are being created, updated, or deleted.",
    )


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


def too_many_decreases(today: int, last: str, next: str) -> ServiceError:
    """No decrease of provisioned throughput is left for now; the text is one that others met on the live service."""
    return limit_exceeded(
        "Provisioned throughput decreases are limited within a given UTC day. After the first 4 decreases, each "
        "subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. "
        f"Number of decreases today: {today}. Last decrease at {last}. Next decrease can be made at {next}"
    )


def too_many_changes(what: str, times: int, days: int, last: str, next: str) -> ServiceError:
    """The table's mode or class was changed too often lately. The text is one that others met, for other numbers."""
    return limit_exceeded(
        f"Update to {what} are limited to {times} times in {days} day(s). Last update at {last}. "
        f"Next update can be made at {next}"
    )


def same_throughput(of: str, old: tuple[int, int], new: tuple[int, int]) -> ServiceError:
    """UpdateTable asks for what is provisioned already, ``of`` being "table" or "index NAME"."""
    kind = of.partition(" ")[0]
    return validation(
        f"The provisioned throughput for the {of} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for the {kind}: {old[0]}. Requested ReadCapacityUnits: {new[0]}. "
        f"Current WriteCapacityUnits provisioned for the {kind}: {old[1]}. Requested WriteCapacityUnits: {new[1]}. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def stream_not_found(arn: str) -> ServiceError:
    """A streams operation names a stream that does not exist, or no longer."""
    return _dynamodb("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")


def shard_not_found() -> ServiceError:
    """A streams operation names a shard that the stream does not have, or no longer."""
    return _dynamodb("ResourceNotFoundException", "Requested resource not found: Shard does not exist")


def trimmed() -> ServiceError:
    """A reader asks for a record that is more than 24 hours old."""
    return _dynamodb(
        "TrimmedDataAccessException", "The operation attempted to read past the oldest stream record in a shard."
    )


def too_many_records(most: int) -> ServiceError:
    """GetRecords with a larger Limit: the code is documented, the text that of AWS's downloadable DynamoDB."""
    return _dynamodb("LimitExceededException", f"Limit should be less than or equal to {most}")


def too_many_readers() -> ServiceError:
    """GetRecords of a shard that has more readers than it can serve: the code is documented, the text assumed."""
    return _dynamodb(
        "LimitExceededException", "Rate exceeded for the shard: no more than 2 processes should read from it at a time"
    )


def expired_iterator() -> ServiceError:
    """A shard iterator is 15 minutes old; the text is the one of AWS's reference."""
    return _dynamodb(
        "ExpiredIteratorException",
        "The shard iterator has expired and can no longer be used to retrieve stream records.",
    )


def no_transact_action() -> ServiceError:
    """An entry of a transaction that says nothing of what to do."""
    return validation(
        "1 validation error detected: Value '' at 'transactItems' failed to satisfy constraint: "
        "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck"
    )


def condition_failed(old: dict[str, Any] | None = None) -> ServiceError:
    """The condition of a write did not hold; ``old`` is the item as it is, if the caller asked to see it."""
    fields = {"Item": old} if old else None
    return _dynamodb("ConditionalCheckFailedException", "The conditional request failed", fields=fields)


def duplicate_item() -> ServiceError:
    """PartiQL's INSERT where there is an item already."""
    return _dynamodb("DuplicateItemException", "Duplicate primary key exists in table")


class Throttled(ServiceError):
    """A request is refused for want of units; ``reason`` says which, ``resource`` is the ARN of the table or index."""

    def __init__(self, code: str, message: str, namespace: str, reasons: str, reason: str, resource: str) -> None:
        fields = {reasons: [{"reason": reason, "resource": resource}]}
        super().__init__(code, message, namespace=namespace, fields=fields)
        self.reason = reason
        self.resource = resource


def throttled(reason: str, resource: str, on_demand: bool) -> Throttled:
    """A table or index was asked for more than its limit, which ``reason`` names.

    Documented (service model): the exceptions, their fields, the format of a reason, and the texts, but for the one about a
    configured maximum, which is as others met it. About the account's quota AWS's pages differ: the service model has
    RequestLimitExceeded for it, which is taken here, other pages ThrottlingException.
    """
    of_index = reason.startswith("Index")
    if _OF_ACCOUNT in reason:
        return Throttled("RequestLimitExceeded", _ACCOUNT, _DYNAMODB, "ThrottlingReasons", reason, resource)
    if not on_demand:
        text = _INDEX_PROVISIONED if of_index else _TABLE_PROVISIONED
        name = "ProvisionedThroughputExceededException"
        return Throttled(name, text, _DYNAMODB, "ThrottlingReasons", reason, resource)
    text = _INDEX_ON_DEMAND if of_index and "Write" in reason else _ON_DEMAND
    if "MaxOnDemand" in reason:
        text = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    return Throttled("ThrottlingException", text, _AVAILABILITY, "throttlingReasons", reason, resource)


def throttled_batch(refusal: Throttled) -> Throttled:
    """A batch of writes of which none could be done. Documented: refused by a partition's limit or the account's, it gets
    the exception of an on-demand table in either mode.
    """
    if "KeyRange" in refusal.reason:
        return throttled(refusal.reason, refusal.resource, on_demand=True)
    if _OF_ACCOUNT in refusal.reason:
        return Throttled(
            "ThrottlingException", _ACCOUNT, _AVAILABILITY, "throttlingReasons", refusal.reason, refusal.resource
        )
    return refusal


_OF_ACCOUNT = "AccountLimit"
_ACCOUNT = (
    "Throughput exceeds the current throughput quota for your account. "
    "Please contact AWS Support at https://aws.amazon.com/support to request a quota increase."
)
_TABLE_PROVISIONED = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEX_PROVISIONED = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. "
    "Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API."
)
_ON_DEMAND = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index "
    "so please try again shortly. If exceptions persist, check if you have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html."
)
_INDEX_ON_DEMAND = (
    "Throughput exceeds the current capacity for one or more global secondary indexes. "
    "DynamoDB is automatically scaling your index so please try again shortly."
)


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
    """A ClientRequestToken is used again, for another request."""
    return _dynamodb(
        "IdempotentParameterMismatchException",
        "Request token already in use for another request with a different payload",
    )


def reason_code(refusal: ServiceError) -> str:
    """What a transaction or a batch of statements calls the error of one of its parts."""
    return _REASONS.get(refusal.code) or refusal.code.removesuffix("Exception")


_THROTTLED = "ThrottlingError"
_REASONS = {"ValidationException": "ValidationError", "ThrottlingException": _THROTTLED}


def _cancellation_reason(refusal: ServiceError | None) -> dict[str, Any]:
    """Documented: the codes that there are. For the account's quota there is none of its own."""
    if refusal is None:
        return {"Code": "None"}
    reason = part_error(refusal)
    if refusal.code == "RequestLimitExceeded":
        reason["Code"] = _THROTTLED
    return reason


def part_error(refusal: ServiceError) -> dict[str, Any]:
    """The error of one part of a transaction or batch in wire form; of its fields it has only the ``Item``."""
    shown = {"Item": refusal.fields["Item"]} if "Item" in refusal.fields else {}
    return {"Code": reason_code(refusal), "Message": refusal.message, **shown}


def _dynamodb(code: str, message: str, fields: dict[str, Any] | None = None) -> ServiceError:
    return ServiceError(code, message, namespace=_DYNAMODB, fields=fields)
