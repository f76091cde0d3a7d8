"""PartiQL: ExecuteStatement, BatchExecuteStatement and ExecuteTransaction.

A statement does what an operation on items does: INSERT puts an item where there is none, UPDATE and DELETE change the
item whose key the WHERE names, SELECT queries or scans.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.all_or_nothing import attempt
from dynateach.dynamodb.operations.coordinator import read_all, write_all
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import add_units, capacities, consumed
from dynateach.dynamodb.operations.selects import select
from dynateach.dynamodb.operations.single_statements import (
    CheckOne,
    DeleteOne,
    InsertOne,
    SelectOne,
    Understood,
    UpdateOne,
    understood,
)
from dynateach.dynamodb.operations.target import Target, read, require_free, write
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed, write_units
from dynateach.dynamodb.rules.limits import STATEMENT_CHARACTERS
from dynateach.dynamodb.rules.partiql import (
    Delete,
    Exists,
    Insert,
    Meaning,
    Select,
    StatementError,
    Update,
    messages,
    parse,
)
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

Write = InsertOne | UpdateOne | DeleteOne


@operation("ExecuteStatement", takes=lambda profile: profile.page_read)
def execute_statement(db: "DynamoDB", params: Params) -> Params:
    """Run one statement: the items that it found or, of a write with RETURNING, what it wrote."""
    statement, parameters = understood(params)
    if isinstance(statement, Select):
        meaning = Meaning(statement.where, parameters)
        return select(db, db.table(statement.table), statement, meaning, params)
    action = _write_of(Understood(statement, parameters), params)
    table = db.table(statement.table)
    target = action.aim(table)
    require_free(target)
    new = action.outcome(db, target)
    units = write(db, target, new)
    answer: Params = {"Items": action.returned(target, new)}
    return consumed(answer, {**params, "TableName": table.name}, units)


@operation("BatchExecuteStatement", takes=lambda profile: profile.page_read)
def batch_execute_statement(db: "DynamoDB", params: Params) -> Params:
    """Run up to 25 statements, each for itself; a response says what its statement was refused for.

    Documented: all read or all write, and a SELECT reads one item.
    """
    outcomes = [_understood(request) for request in params["Statements"]]
    if len({isinstance(one.statement, Select) for one in outcomes if isinstance(one, Understood)}) > 1:
        raise messages.reads_and_writes("BatchExecuteStatement")
    units: dict[str, Consumed] = {}
    responses = [
        {"Error": errors.part_error(one)} if isinstance(one, ServiceError) else _respond(db, one, request, units)
        for one, request in zip(outcomes, params["Statements"], strict=True)
    ]
    return capacities({"Responses": responses}, params, units)


@operation("ExecuteTransaction", takes=lambda profile: profile.item_write)
def execute_transaction(db: "DynamoDB", params: Params) -> Params:
    """Run up to 100 statements, all or none. Documented: all read, or all write and check with EXISTS."""
    actions = [_action(db, number, request) for number, request in enumerate(params["TransactStatements"])]
    reads = [action for action in actions if isinstance(action, SelectOne)]
    writes = [action for action in actions if not isinstance(action, SelectOne)]
    if reads and writes:
        raise messages.reads_and_writes("ExecuteTransaction")
    if reads:
        return read_all(db, params, reads)
    return {"Responses": [], **write_all(db, params, writes)}


PARAMETERS = ("Statement", "Statements", "TransactStatements")
"""Where the three operations have their statements."""


def tables_named(params: Params) -> Iterator[str]:
    """The tables in the statements of a request, of which nothing is known yet."""
    one, *lists = (params.get(name) for name in PARAMETERS)
    entries = [entry for some in lists if isinstance(some, list) for entry in some if isinstance(entry, dict)]
    for text in (one, *(entry.get("Statement") for entry in entries)):
        if isinstance(text, str) and len(text) <= STATEMENT_CHARACTERS:
            with suppress(StatementError):
                yield parse(text).statement.table


def _write_of(one: Understood, request: Params) -> Write:
    """What a statement that is no SELECT does to its item. Raises DynamoDB's error for an EXISTS by itself."""
    statement, parameters = one
    shows_old = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    if isinstance(statement, Insert):
        return InsertOne(statement, parameters)
    if isinstance(statement, Update):
        return UpdateOne(statement, parameters, shows_old)
    if isinstance(statement, Delete):
        return DeleteOne(statement, parameters, shows_old)
    raise messages.exists_alone()


# Batches


def _understood(request: Params) -> Understood | ServiceError:
    """The statement, or what is wrong with it. Raises that if it is no value at all: then there is no batch either."""
    outcome = attempt(understood, request)
    if isinstance(outcome, ServiceError) and outcome.code == "SerializationException":
        raise outcome
    return outcome


def _respond(db: "DynamoDB", one: Understood, request: Params, units: dict[str, Consumed]) -> Params:
    """One statement's response. Observed by others: it names the table only if the statement came as far as its item."""
    try:
        table = db.table(one.statement.table)
        if isinstance(one.statement, Select):
            consistent = request.get("ConsistentRead", False)
            select_one = SelectOne(one.statement, one.parameters, "BatchExecuteStatement", consistent)
            select_one.require_one_item(table)
            target = select_one.aim(table)
            add_units(units, table.name, read(db, target, consistent))
            return {"TableName": table.name, **select_one.response(target)}
        action = _write_of(one, request)
        target = action.aim(table)
        require_free(target)
        return _write_one(db, action, target, units)
    except ServiceError as refusal:
        return {"Error": errors.part_error(refusal)}


def _write_one(db: "DynamoDB", action: Write, target: Target, units: dict[str, Consumed]) -> Params:
    table = target.table.name
    try:
        new = action.outcome(db, target)
    except ServiceError as refusal:
        if refusal.code not in _REFUSED_FOR_THE_ITEM:
            raise
        attempted = write_units(target.old.size if target.old else 0, action.size)
        add_units(units, table, Consumed(attempted))
        return {"Error": errors.part_error(refusal), "TableName": table}
    add_units(units, table, write(db, target, new))
    returned = action.returned(target, new)
    return {"TableName": table, **({"Item": returned[0]} if returned else {})}


_REFUSED_FOR_THE_ITEM = frozenset({"ConditionalCheckFailedException", "DuplicateItemException"})


# Transactions


def _action(db: "DynamoDB", number: int, request: Params) -> Write | CheckOne | SelectOne:
    """What statement ``number`` does. Raises DynamoDB's error, with that number, if a transaction can't have it."""
    try:
        one = understood(request)
        action = _action_of(one, request)
        action.require_one_item(db.table(one.statement.table))
    except StatementError as flaw:
        raise messages.numbered(flaw, number) from None
    return action


def _action_of(one: Understood, request: Params) -> Write | CheckOne | SelectOne:
    statement, parameters = one
    if isinstance(statement, Exists):
        return CheckOne(statement, parameters, request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD")
    if isinstance(statement, Select):
        if statement.index_name:
            raise messages.index_in_transaction()
        return SelectOne(statement, parameters, "ExecuteTransaction")
    if isinstance(statement, Update | Delete) and statement.returning is not None:
        raise messages.returning_in_transaction()
    return _write_of(one, request)
