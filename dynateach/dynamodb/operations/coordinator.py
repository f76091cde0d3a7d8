"""How a transaction runs: every item is prepared or none is, then each of them is committed.

Published (USENIX ATC 2023): a coordinator gives the transaction a timestamp and asks every item's partition to prepare it.
A partition agrees if the condition holds, no other transaction has the item pending, and the timestamp is newer than
the item's last write. If all agree, the transaction will be committed, come what may: a ledger knows of it, and whoever
finds it unfinished completes it. Otherwise it is cancelled. A transaction that reads does so in two passes, and is
cancelled if an item is pending, or has changed from one pass to the other.

Documented: a PutItem, UpdateItem or DeleteItem of a pending item gets TransactionConflictException, another transaction is
cancelled for it; plain reads see what has been committed so far; each item is charged twice.

Assumed: that preparing takes effect at the moment of the call, like every request; so do both passes of a read, which can
therefore see no change. How long after that each item is committed is the profile's ``transaction_commit``, drawn for each
item; the answer comes after the last of them. Where that takes no time, a transaction is one instant, and nobody ever meets
one that is under way. The units are used up at the commit. In a cancelled transaction only the actions whose condition failed
are charged.

Left out: that the clocks of coordinators differ. All of a Lab's share one, so a timestamp is always newer than any
earlier write, and no item has to remember when it was written.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dynateach.dynamodb.operations.admissions import admit_read, admit_upkeep, admit_write
from dynateach.dynamodb.operations.all_or_nothing import Part, aimed, all_or_none, attempt, require_size, tables_of
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.receipts import Receipt
from dynateach.dynamodb.operations.requests import add_units, capacities
from dynateach.dynamodb.operations.target import Target, cost, read_bytes, require_free, write
from dynateach.dynamodb.operations.upkeep import with_collections
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.pending import Transaction
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError
from dynateach.trace import TransactionCancelled

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_PREPARE_AND_COMMIT = 2


class Get(Part, Protocol):
    """One read of a transaction; ``response`` is what the answer shows of the item."""

    def response(self, target: Target) -> Params:
        """The ItemResponse, empty if there is nothing."""


class Action(Part, Protocol):
    """One write or check of a transaction; ``outcome`` is what is to lie there."""

    def outcome(self, db: "DynamoDB", target: Target, times: int) -> Stored | None:
        """Raises DynamoDB's error if the item does not allow it, which is charged ``times`` over."""


def write_all(db: "DynamoDB", params: Params, actions: Sequence[Action]) -> Params:
    """Do all actions or none: the answer to the request of these ``params``."""
    tables = tables_of(db, actions)
    earlier = db.receipts.find(params, db.world.clock.now)
    if earlier:
        return _replayed(db, params, actions, earlier)
    try:
        writes = _agreed(db, tables, actions)
    except ServiceError as error:
        _tell_why(db, error)
        raise
    if db.world.profile.transaction_commit.slowest:
        units = _prepare(db, params, writes)
    else:
        units = [write(db, one.target, one.new, _PREPARE_AND_COMMIT) for one in writes]
        db.receipts.keep(params, [one.size for one in writes], db.world.clock.now)
    answer = with_collections({}, params, [one.target for one in writes])
    return capacities(answer, params, _by_table(actions, units), "WriteCapacityUnits")


def read_all(db: "DynamoDB", params: Params, gets: Sequence[Get]) -> Params:
    """All items as they are in one moment: the answer to the request of these ``params``."""
    tables = tables_of(db, gets)
    try:
        targets = aimed(gets, tables)
        if any(table.pending for table in tables):
            all_or_none([attempt(require_free, target) for target in targets])
        sizes = [target.old.size if target.old else 0 for target in targets]
        require_size(sizes)
        units = _read(db, targets, sizes)
    except ServiceError as error:
        _tell_why(db, error)
        raise
    responses = [get.response(target) for get, target in zip(gets, targets, strict=True)]
    return capacities({"Responses": responses}, params, _by_table(gets, units), "ReadCapacityUnits")


# Prepare


class _Write(NamedTuple):
    """What an action comes to: ``new`` is to lie at the target, or nothing. ``size`` are the bytes of the item before or
    after that, whichever is larger.
    """

    target: Target
    new: Stored | None
    size: int


def _agreed(db: "DynamoDB", tables: Sequence[Table], actions: Sequence[Action]) -> list[_Write]:
    """What all actions come to, if every item allows it. Raises DynamoDB's error if not.

    If a key does not suit its table, no condition is looked at (as others have seen it).
    """
    targets = aimed(actions, tables)
    if any(table.admission for table in tables):
        all_or_none([attempt(admit_write, db, target) for target in targets])
    writes = all_or_none([attempt(_write_of, db, *each) for each in zip(actions, targets, strict=True)])
    require_size(one.size for one in writes)
    if any(table.admission for table in tables):
        all_or_none([attempt(admit_upkeep, db, one.target, one.new) for one in writes])
    return writes


def _write_of(db: "DynamoDB", action: Action, target: Target) -> _Write:
    if target.table.pending:
        require_free(target)
    old, new = target.old, action.outcome(db, target, _PREPARE_AND_COMMIT)
    return _Write(target, new, max(old.size if old else 0, new.size if new else 0))


def _prepare(db: "DynamoDB", params: Params, writes: Sequence[_Write]) -> list[Consumed]:
    """Make every item pending until its commit: what that will have cost. The request takes as long as the last commit,
    on top of its service time.
    """
    world, sizes, token = db.world, [one.size for one in writes], db.receipts.begin(params)
    transaction = Transaction(world, len(writes), lambda: _finish(db, transaction, token, sizes))
    delays = world.randomness.stream("transaction commit")
    for target, new, _ in writes:
        delay = world.profile.transaction_commit.draw(delays)
        assert target.table.pending is not None
        target.table.pending.prepare(transaction, target.place, target.key, delay, partial(_commit, db, target, new))
        db.still_to_take = max(db.still_to_take, delay)
    db.transactions[transaction.request] = transaction
    return [cost(one.target, one.new, _PREPARE_AND_COMMIT) for one in writes]


# Commit


def _commit(db: "DynamoDB", target: Target, new: Stored | None) -> None:
    """Write what was prepared, wherever it belongs by now: its partition may have been split."""
    partition = target.table.keyspace.partition_of(target.place)
    write(db, target._replace(partition=partition), new, _PREPARE_AND_COMMIT)


def _finish(db: "DynamoDB", transaction: Transaction, token: str, sizes: list[int]) -> None:
    del db.transactions[transaction.request]
    db.receipts.end(token, sizes, db.world.clock.now)


# Telling


def _tell_why(db: "DynamoDB", error: ServiceError) -> None:
    """Note in the trace that a transaction is cancelled, if transactions take time here."""
    world, reasons = db.world, error.fields.get("CancellationReasons")
    if reasons and world.profile.transaction_commit.slowest:
        codes = tuple(reason["Code"] for reason in reasons)
        world.trace.record(TransactionCancelled(world.clock.now, world.request, world.clock.now, codes))


def _replayed(db: "DynamoDB", params: Params, actions: Sequence[Action], receipt: Receipt) -> Params:
    targets = [action.aim(db.table(action.table)) for action in actions]
    units = _read(db, targets, receipt.sizes)
    return capacities({}, params, _by_table(actions, units), "ReadCapacityUnits")


def _read(db: "DynamoDB", targets: Sequence[Target], sizes: Iterable[int]) -> list[Consumed]:
    if any(target.table.admission for target in targets):
        all_or_none([attempt(admit_read, db, target) for target in targets])
    return [
        read_bytes(db, target, size, True, _PREPARE_AND_COMMIT) for target, size in zip(targets, sizes, strict=True)
    ]


def _by_table(parts: Iterable[Part], units: Iterable[Consumed]) -> dict[str, Consumed]:
    totals: dict[str, Consumed] = {}
    for part, some in zip(parts, units, strict=True):
        add_units(totals, part.table, some)
    return totals
