"""DynamoDB in one region: its tables, and the way of a request through them."""

from collections.abc import Iterator
from typing import Any

from dynateach.dynamodb.operations import (
    account,
    backups,
    batches,
    expiry,
    insights,
    items,
    reads,
    recovery,
    restores,
    statements,
    streams,
    table_updates,
    tables,
    tags,
    transactions,
)
from dynateach.dynamodb.operations.operation import OPERATIONS, Operation, Params, not_offered, require_simulated
from dynateach.dynamodb.operations.receipts import Receipts
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.shapes import shape_of
from dynateach.dynamodb.storage.backup import Backup
from dynateach.dynamodb.storage.pending import Transaction
from dynateach.dynamodb.storage.stream import Stream
from dynateach.dynamodb.storage.table import CREATING, DELETING, Table
from dynateach.dynamodb.storage.zones import Zones
from dynateach.errors import ServiceError
from dynateach.trace import RequestServed
from dynateach.world import ACCOUNT, World

FAMILIES = (
    tables,
    items,
    batches,
    transactions,
    reads,
    statements,
    streams,
    table_updates,
    tags,
    expiry,
    backups,
    recovery,
    restores,
    insights,
    account,
)
"""The families of operations; importing them is what fills ``OPERATIONS``."""

SERVICES = ("dynamodb", streams.SERVICE)
"""What a region offers, as boto3 calls it: the tables, and their streams."""


class DynamoDB:
    """One region's DynamoDB. ``transactions`` are those under way, by their request's number; ``still_to_take`` is how long
    (µs) the request being served has to do after its call, on top of its service time.
    """

    def __init__(self, world: World, region: str) -> None:
        self.world = world
        self.region = region
        self.tables: dict[str, Table] = {}
        self.zones = Zones(world, region, self.tables)
        self.streams: dict[str, Stream] = {}
        self.backups: dict[str, Backup] = {}
        self.receipts = Receipts()
        self.transactions: dict[int, Transaction] = {}
        self.still_to_take = 0
        self._service_times = world.randomness.stream("service time")

    def request(self, operation: str, params: Params, service: str = "dynamodb") -> Params:
        """Serve one request in wire form.

        The answer is fixed at the moment of the call; then the request's service time passes on the
        clock. Raises ``ServiceError`` for what DynamoDB rejects, in which case nothing has changed.
        """
        declared = OPERATIONS.get(operation)
        if declared is None or declared.service != service:
            raise not_offered(operation, service)
        if self.transactions and self.world.clock.running:
            self._answer_caller()
        self.world.request += 1
        outcome = "NotSimulated"
        try:
            answer = self._serve(declared, params)
            outcome = "OK"
            return answer
        except ServiceError as error:
            outcome = error.code
            raise
        finally:
            self._finish(declared, params, outcome)

    def _answer_caller(self) -> None:
        """An alarm that makes another request has had the answer to the one before: what transaction it began is committed
        by now. (In its turn of the clock no time passes, so this would not happen by itself.)
        """
        for transaction in list(self.transactions.values()):
            if transaction.turn == self.world.clock.turn:
                transaction.hasten()

    def _serve(self, declared: Operation, params: Params) -> Params:
        shape = shape_of(declared.name, declared.service)
        if not shape.accepts(params):
            tables.refuse_name(declared.name, params)
            params = shape.judged(params)
        require_simulated(declared.name, params, declared.not_simulated)
        try:
            return declared.action(self, params)
        except errors.Throttled:  # it comes last of all faults, and often
            raise
        except ServiceError as error:
            shape.require_types(params)
            raise self._foremost(declared.name, params, error) from None
        except UnicodeEncodeError:
            raise errors.serialization("Invalid UTF-8 in a string value") from None

    def _foremost(self, operation: str, params: Params, error: ServiceError) -> ServiceError:
        """Of two faults the one that DynamoDB names: some operations look for their table before they look at values and
        expressions (as an emulator has it that was tested against the live service in 2026).
        """
        if operation in _TABLE_FIRST and not isinstance(error, errors.Foremost):
            try:
                self.table(params["TableName"])
            except ServiceError as missing:
                return missing
        return error

    def _finish(self, declared: Operation, params: Any, outcome: str) -> None:
        world = self.world
        delay = declared.takes(world.profile)
        took = delay.draw(self._service_times) if delay.slowest else 0
        if outcome == _NOBODY_SERVES:
            took += world.profile.leader_wait
        if self.still_to_take:
            took, self.still_to_take = took + self.still_to_take, 0
        world.trace.record(
            RequestServed(
                world.clock.now,
                world.request,
                declared.service,
                self.region,
                declared.name,
                _printable(_tables_named(params)),
                took,
                outcome,
            )
        )
        if took or world.clock.due:
            world.clock.pass_time(took)

    def table(self, name: str) -> Table:
        """The table of that name or ARN, ready for data. Raises DynamoDB's error if there is none, not yet, or no longer."""
        table = self.tables.get(name) or self.tables.get(self.name_in(name))
        if table is None or table.status in _NOT_READY:
            raise errors.resource_not_found()
        return table

    def name_in(self, name_or_arn: str) -> str:
        """The table name in an ARN of this account and region, nothing in any other; a name as it is."""
        if not name_or_arn.startswith("arn:"):
            return name_or_arn
        return name_or_arn.removeprefix(self.arn("")) if name_or_arn.startswith(self.arn("")) else ""

    def arn(self, table: str) -> str:
        """The table's Amazon Resource Name."""
        return f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{table}"


_NOBODY_SERVES = errors.unavailable().code

_TABLE_FIRST = frozenset({"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query"})

_NOT_READY = frozenset({CREATING, DELETING})


def _printable(name: str) -> str:
    """A name as it was sent, or what is fit to be kept of it: nobody has checked it."""
    return name if name.isascii() and len(name) < 1000 else name[:1000].encode(errors="replace").decode()


def _tables_named(params: Any) -> str:
    """The table that a request is about, or the tables of a batch or transaction; nothing if it does not say."""
    if not isinstance(params, dict):
        return ""
    named = params.get("TableName")
    if isinstance(named, str):
        return named
    if "StreamArn" in params or "ShardIterator" in params:
        return streams.table_named(params)
    if isinstance(params.get("RequestItems"), dict):
        return ", ".join(params["RequestItems"])
    if not params.keys().isdisjoint(statements.PARAMETERS):
        return ", ".join(dict.fromkeys(statements.tables_named(params)))
    return ", ".join(dict.fromkeys(_tables_of_transaction(params.get("TransactItems"))))


def _tables_of_transaction(entries: Any) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else ():
        for action in entry.values() if isinstance(entry, dict) else ():
            if isinstance(action, dict) and isinstance(action.get("TableName"), str):
                yield action["TableName"]
