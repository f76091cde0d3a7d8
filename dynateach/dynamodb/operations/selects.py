"""SELECT: a page of what one or several queries find, or a scan.

Documented (Developer Guide, *PartiQL select statements*): where the WHERE names the partition key by ``=`` or IN, DynamoDB
reads only there; else it reads the whole table or index. Assumed: the keys of an IN are read in the order of the
statement, each is charged as a query of its own, and ORDER BY puts the keys of an IN in order first.
"""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.dynamodb.operations.admissions import admit_page
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.pages import Source, after, charge, collection_range, read_page, source_of
from dynateach.dynamodb.operations.requests import consumed, require_scalar_keys
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.expressions import KeyRange
from dynateach.dynamodb.rules.expressions.paths import find
from dynateach.dynamodb.rules.limits import PAGE_BYTES, STATEMENT_KEYS
from dynateach.dynamodb.rules.partiql import Meaning, Order, Path, Select, messages
from dynateach.dynamodb.rules.schema import KeyAttribute, sort_order
from dynateach.dynamodb.rules.values import AttributeValue, Item, canonical_item
from dynateach.dynamodb.storage.keyspace import Range
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


def select(db: "DynamoDB", table: Table, statement: Select, meaning: Meaning, params: Params) -> Params:
    """The answer of an ExecuteStatement that reads. Raises DynamoDB's error if the statement does not suit the table."""
    plan = _plan(table, statement, meaning, params.get("ConsistentRead", False))
    start = _start(plan, params)
    found, units, stop = _read(db, plan, meaning, start, params.get("Limit", float("inf")))
    answer: Params = {"Items": [columns_of(item, statement.columns) for item in found]}
    if stop:
        answer["NextToken"] = _token(stop, params)
        if stop.key:
            answer["LastEvaluatedKey"] = stop.key
    return consumed(answer, {**params, "TableName": table.name}, units)


def columns_of(item: Item, columns: tuple[Path, ...]) -> Item:
    """The columns of a row, without those that the item does not have. A column is called as the last name in its path
    (observed by others; assumed for an element of a list).
    """
    if not columns:
        return item
    found = ((_column(path), find(item, path.steps)) for path in columns)
    return {name: value for name, value in found if value is not None}


def _column(path: Path) -> str:
    return next(step for step in reversed(path.steps) if isinstance(step, str))


# What to read


class _Stretch(NamedTuple):
    """A stretch of the key space, and the partition ``key`` that it belongs to; empty for a scan."""

    range: Range
    key: str


class _Plan(NamedTuple):
    """What to read from ``source``: one stretch after the other, each backwards if ``reverse``.

    With ``fetch``, items are looked up in the table, because the local index does not hold all that is asked for.
    """

    source: Source
    stretches: list[_Stretch]
    reverse: bool
    fetch: bool
    consistent: bool


def _plan(table: Table, statement: Select, meaning: Meaning, consistent: bool) -> _Plan:
    source = _source(table, statement.index_name, consistent)
    require_scalar_keys(meaning.bound, table)
    partition, sort = source.schema.partition_keys[0], next(iter(source.schema.sort_keys), None)
    if sort and statement.index_name is None and meaning.overlaps(partition.name, sort.name):
        raise messages.overlapping_conditions()
    values = meaning.partition_values(partition.name)
    if values and len(values) > STATEMENT_KEYS:
        raise messages.too_many_keys(len(values))
    fetch = _lacks(source, statement, meaning, keyed=values is not None)
    order = statement.order
    if order:
        _require_order(order, source, meaning, values)
    if values is None:
        return _Plan(source, [_Stretch(Range(), "")], False, fetch, consistent)
    stretches = _stretches(source, partition, values, meaning, order)
    reverse = order is not None and order.descending and order.path.steps != (partition.name,)
    return _Plan(source, stretches, reverse, fetch, consistent)


def _source(table: Table, index: str | None, consistent: bool) -> Source:
    """The table or its index, as PartiQL refuses them: in other words than Query and Scan."""
    if index is None:
        return source_of(table, None, consistent)
    known = table.indexes.get(index)
    if known is None:
        raise errors.validation("The table does not have the specified index")
    if len(known.schema.partition_keys) > 1 or len(known.schema.sort_keys) > 1:
        raise messages.several_key_attributes()
    if consistent and known.is_global:
        raise messages.consistent_read_of_index()
    return source_of(table, index, consistent)


def _stretches(
    source: Source, partition: KeyAttribute, values: list[AttributeValue], meaning: Meaning, order: Order | None
) -> list[_Stretch]:
    sort = next(iter(source.schema.sort_keys), None)
    condition = meaning.sort_condition(sort.name) if sort else None
    stretches = []
    for value in values:
        range = collection_range(KeyRange((value,), (condition,) if condition else ()), source.schema)
        stretches.append(_Stretch(range, value[partition.type]))
    if order:
        backwards = order.descending and order.path.steps == (partition.name,)
        stretches.sort(key=lambda one: sort_order(partition.type, one.key), reverse=backwards)
    return stretches


def _require_order(order: Order, source: Source, meaning: Meaning, values: list[AttributeValue] | None) -> None:
    """Documented: ORDER BY takes a key attribute, and needs the partition key in the WHERE."""
    if not meaning.attributes:
        raise messages.order_without_where()
    if values is None:
        raise messages.order_without_partition()
    if len(order.path.steps) > 1 or order.path.steps[0] not in source.key_names:
        raise messages.order_by_other_attribute(_column(order.path))


def _lacks(source: Source, statement: Select, meaning: Meaning, keyed: bool) -> bool:
    """Whether items must be looked up in the table. Raises DynamoDB's error for what the index can't serve.

    Observed by others: a query refuses to filter by what an index does not hold, a scan takes it for missing; columns
    that a global index does not hold are refused, for a local one they are looked up.
    """
    index = source.index
    if index is None or index.projects_all:
        return False
    unknown = [name for name in meaning.attributes if name not in index.projected]
    if keyed and unknown:
        raise messages.filter_not_projected(index.name, unknown)
    lacking = [str(path.steps[0]) for path in statement.columns if path.steps[0] not in index.projected]
    if lacking and index.is_global:
        raise messages.columns_not_projected(index.name, dict.fromkeys(lacking))
    return bool(lacking)


# Reading, and going on


class _Stop(NamedTuple):
    """Where reading goes on: in which stretch of the plan, after which key; from its beginning if there is no key."""

    stretch: int
    key: Item | None


def _read(
    db: "DynamoDB", plan: _Plan, meaning: Meaning, start: _Stop, limit: float
) -> tuple[list[Item], Consumed, _Stop | None]:
    """What is found, what that consumed, and where to go on, if there may be more. Raises DynamoDB's error for want of
    units: assumed, for any of the stretches, before the first is read.
    """
    for stretch in plan.stretches[start.stretch :]:
        admit_page(db, plan.source, stretch.range.low)
    found: list[Item] = []
    units, size = Consumed(), 0
    for number, stretch in enumerate(plan.stretches[start.stretch :], start.stretch):
        range = stretch.range
        if start.key and number == start.stretch:
            range = after(range, plan.source.schema.place_of_key(start.key), not plan.reverse)
        page = read_page(
            plan.source,
            range,
            reverse=plan.reverse,
            limit=limit,
            matches=meaning.holds,
            fetch=plan.fetch,
            consistent=plan.consistent,
        )
        operation = "Query" if stretch.key else "Scan"
        units = units.plus(charge(db, plan.source, page, plan.consistent, operation, stretch.key))
        found += page.items
        limit -= page.examined
        size += sum(visit.bytes for visit in page.visits)
        if page.last:
            return found, units, _Stop(number, plan.source.schema.key_of(page.last))
        if size >= PAGE_BYTES and number + 1 < len(plan.stretches):
            return found, units, _Stop(number + 1, None)
    return found, units, None


def _token(stop: _Stop, params: Params) -> str:
    """Opaque to the caller, and the same for the same stop: the stop, and which statement it belongs to."""
    return b64encode(json.dumps([_digest(params), *stop]).encode()).decode()


def _start(plan: _Plan, params: Params) -> _Stop:
    """Where the request's NextToken says to go on. Raises DynamoDB's error for one that belongs to no such statement."""
    if "NextToken" not in params:
        return _Stop(0, None)
    try:
        digest, *stop = json.loads(b64decode(params["NextToken"], validate=True))
        start = _Stop(*stop)
        if digest == _digest(params) and (start.key is None or _fits(plan, start)):
            return start
    except (ValueError, TypeError, LookupError, ServiceError):
        pass
    raise messages.invalid_token()


def _fits(plan: _Plan, start: _Stop) -> bool:
    key, _ = canonical_item(start.key or {})
    return plan.source.schema.place_of_key(key) in plan.stretches[start.stretch].range


def _digest(params: Params) -> str:
    said: list[Any] = [params["Statement"], params.get("Parameters", [])]
    return sha256(json.dumps(said, sort_keys=True, default=repr).encode()).hexdigest()
