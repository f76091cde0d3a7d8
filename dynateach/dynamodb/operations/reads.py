"""Query and Scan: reading many items, a page at a time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import bound_expressions, canonical_values, consumed, require_scalar_keys
from dynateach.dynamodb.rules import errors, hashing
from dynateach.dynamodb.rules.capacity import read_units
from dynateach.dynamodb.rules.expressions import Bound, KeyRange
from dynateach.dynamodb.rules.limits import PAGE_BYTES
from dynateach.dynamodb.rules.schema import (
    KeySchema,
    Place,
    require_partition_key_fits,
    require_sort_key_fits,
    sort_order,
)
from dynateach.dynamodb.rules.values import AttributeValue, Item, canonical_item
from dynateach.dynamodb.storage.keyspace import Partition, Range
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError
from dynateach.trace import PageRead

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_NOT_SIMULATED = "IndexName AttributesToGet ConditionalOperator"


@operation(
    "Query",
    takes=lambda profile: profile.page_read,
    not_simulated=f"{_NOT_SIMULATED} KeyConditions QueryFilter",
)
def query(db: "DynamoDB", params: Params) -> Params:
    """The items of one partition key, in the order of their sort keys."""
    start = _start_key(params)
    if "KeyConditionExpression" not in params:
        raise errors.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    reading = _Reading(params, key_condition="KeyConditionExpression")
    table = db.table(params["TableName"])
    schema = table.schema
    assert reading.bound.key_condition is not None
    require_scalar_keys(reading.bound, schema.names)
    sort_names = (schema.sort.name,) if schema.sort else ()
    wanted = reading.bound.key_condition.select((schema.partition.name,), sort_names, reading.values)
    _require_keys(wanted, schema)
    _require_no_key_in_filter(reading.bound, schema)
    forward = params.get("ScanIndexForward", True)
    range = _collection_range(wanted, schema)
    if start:
        range = _after(range, _start_of_query(start, wanted, schema, range), forward)
    page = _read_page(table, range, not forward, reading)
    return reading.answer(db, table, page, key=str(range.low[1]))


@operation("Scan", takes=lambda profile: profile.page_read, not_simulated=f"{_NOT_SIMULATED} ScanFilter")
def scan(db: "DynamoDB", params: Params) -> Params:
    """Every item of a table, or of one segment of it, in the order of the key space."""
    start = _start_key(params)
    range = _segment(params)
    reading = _Reading(params)
    table = db.table(params["TableName"])
    if start:
        range = _after(range, _start_of_scan(start, table.schema, range, params), forward=True)
    require_scalar_keys(reading.bound, table.schema.names)
    page = _read_page(table, range, False, reading)
    return reading.answer(db, table, page)


class _Visit(NamedTuple):
    """What a page read of one partition."""

    partition: Partition
    examined: int
    matched: int
    bytes: int


class _Page(NamedTuple):
    items: list[Item]
    visits: list[_Visit]
    last: Item | None


class _Reading:
    """How a Query or Scan wants its page: filtered, projected, counted, limited."""

    def __init__(self, params: Params, key_condition: str | None = None) -> None:
        self.params = params
        self.values = canonical_values(params)
        self.bound = bound_expressions(
            params,
            self.values,
            filter="FilterExpression",
            key_condition=key_condition,
            projection="ProjectionExpression",
        )
        self.limit: float = params.get("Limit", float("inf"))
        self.consistent: bool = params.get("ConsistentRead", False)
        _require_select(params, indexed=False)

    def matches(self) -> Callable[[Item], bool] | None:
        """The filter as a test of one item, or None."""
        condition, values = self.bound.filter, self.values
        return (lambda item: condition(item, values)) if condition else None

    def answer(self, db: "DynamoDB", table: Table, page: _Page, key: str = "") -> Params:
        """The page in wire form; its visits go into the trace, with the partition ``key`` that a Query named."""
        units = self._record(db, table, page, key)
        answer: Params = {"Count": len(page.items), "ScannedCount": sum(visit.examined for visit in page.visits)}
        if self.params.get("Select") != "COUNT":
            project = self.bound.projection
            answer["Items"] = [project(item) for item in page.items] if project else page.items
        if page.last:
            answer["LastEvaluatedKey"] = table.schema.key_of(page.last)
        return consumed(answer, self.params, units)

    def _record(self, db: "DynamoDB", table: Table, page: _Page, key: str) -> float:
        world, total = db.world, 0.0
        units_by_visit = _units(page.visits, self.consistent)
        for visit, units in zip(page.visits, units_by_visit, strict=True):
            total += units
            world.trace.record(
                PageRead(
                    world.clock.now,
                    world.request,
                    "Query" if key else "Scan",
                    table.name,
                    visit.partition.id,
                    key,
                    visit.examined,
                    visit.matched,
                    visit.bytes,
                    units,
                    self.consistent,
                )
            )
        return round(total * 2) / 2


def _units(visits: list[_Visit], consistent: bool) -> list[float]:
    """Each partition's part of what a page consumes.

    Documented: sizes are summed, then rounded up once; partitions in which a scan finds nothing
    cost the minimum too. Which part of a sum falls to which partition is assumed: in proportion to
    the bytes read there.
    """
    read = sum(visit.bytes for visit in visits)
    together = read_units(read, consistent)
    least = read_units(0, consistent)
    return [together * visit.bytes / read if visit.bytes else least for visit in visits]


def _read_page(table: Table, range: Range, reverse: bool, reading: _Reading) -> _Page:
    """Read from the range until it ends, or the limit or a megabyte is reached."""
    matches, limit = reading.matches(), reading.limit
    found: list[Item] = []
    visits: list[_Visit] = []
    examined, size = 0, 0
    for partition, places in table.keyspace.walk(range, reverse):
        examined_before, size_before, matched_before = examined, size, len(found)
        last = None
        stored_at = partition.items
        for place in places:
            stored = stored_at[place]
            examined += 1
            size += stored.size
            if matches is None or matches(stored.item):
                found.append(stored.item)
            if examined >= limit or size >= PAGE_BYTES:
                last = stored.item
                break
        visits.append(_Visit(partition, examined - examined_before, len(found) - matched_before, size - size_before))
        if last:
            return _Page(found, visits, last)
    return _Page(found, visits, None)


def _collection_range(wanted: KeyRange, schema: KeySchema) -> Range:
    """The stretch of the key space that a key condition describes."""
    (value,) = wanted.partition_values
    content = value[schema.partition.type]
    collection: Place = (hashing.digest(value), content)
    beyond: Place = (collection[0], content + "\0")
    if not wanted.sort:
        return Range(collection, beyond, True, schema.sort is None)
    (condition,) = wanted.sort
    assert schema.sort is not None
    tag = schema.sort.type
    bounds = [(*collection, sort_order(tag, operand[tag])) for operand in condition.operands]
    if condition.operator == "begins_with":
        return _prefix_range(bounds[0], beyond)
    low, high = bounds[0], bounds[-1]
    return {
        "=": Range(low, high, True, True),
        "<": Range(collection, high, True, False),
        "<=": Range(collection, high, True, True),
        ">": Range(low, beyond, False, False),
        ">=": Range(low, beyond, True, False),
        "BETWEEN": Range(low, high, True, True),
    }[condition.operator]


def _prefix_range(low: Place, beyond: Place) -> Range:
    """Everything that begins like ``low``: up to the next prefix of the same length, if there is one."""
    prefix = low[2]
    top = 0xFF if isinstance(prefix, bytes) else 0x10FFFF
    codes = list(prefix) if isinstance(prefix, bytes) else list(map(ord, prefix))
    while codes and codes[-1] == top:
        codes.pop()
    if not codes:
        return Range(low, beyond, True, False)
    codes[-1] += 1
    after = bytes(codes) if isinstance(prefix, bytes) else "".join(map(chr, codes))
    return Range(low, (low[0], low[1], after), True, False)


def _after(range: Range, start: Place, forward: bool) -> Range:
    if forward:
        return range._replace(low=start, includes_low=False)
    return range._replace(high=start, includes_high=False)


def _segment(params: Params) -> Range:
    """A parallel scan's part of the key space: equal shares of the hash range (assumed; DynamoDB
    only promises disjoint segments).
    """
    total, segment = params.get("TotalSegments"), params.get("Segment")
    if total is None and segment is None:
        return Range()
    if total is None:
        raise errors.validation(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
        )
    if segment is None:
        raise errors.validation(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
        )
    if segment >= total:
        raise errors.validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    low: Place = (hashing.share(segment, total),) if segment else ()
    high: Place = (hashing.share(segment + 1, total),) if segment + 1 < total else ()
    return Range(low, high, True, False)


def _start_key(params: Params) -> Item | None:
    given = params.get("ExclusiveStartKey")
    if given is None:
        return None
    try:
        return canonical_item(given)[0]
    except ServiceError as error:
        if error.code != "ValidationException":
            raise
        raise errors.validation(f"The provided starting key is invalid: {error.message}") from None


def _start_of_query(start: Item, wanted: KeyRange, schema: KeySchema, range: Range) -> Place:
    if len(start) != len(schema.names):
        raise errors.validation("The provided starting key is invalid")
    place = _checked_start(start, schema)
    if start[schema.partition.name] != wanted.partition_values[0]:
        if wanted.sort:
            raise errors.validation("The query can return at most one row and cannot be restarted")
        raise errors.validation("The provided starting key is outside query boundaries based on provided conditions")
    if wanted.sort and not _inside(range, place):
        raise errors.validation("The provided starting key does not match the range key predicate")
    return place


def _start_of_scan(start: Item, schema: KeySchema, range: Range, params: Params) -> Place:
    place = _checked_start(start, schema)
    if not _inside(range, place):
        raise errors.validation(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {params['TotalSegments']} Segment: {params['Segment']}"
        )
    return place


def _checked_start(start: Item, schema: KeySchema) -> Place:
    try:
        return schema.place_of_key(start)
    except ServiceError as error:
        raise errors.validation(f"The provided starting key is invalid: {error.message}") from None


def _inside(range: Range, place: Place) -> bool:
    above = place > range.low or (range.includes_low and place == range.low)
    below = not range.high or place < range.high or (range.includes_high and place == range.high)
    return above and below


def _require_keys(wanted: KeyRange, schema: KeySchema) -> None:
    """Raise DynamoDB's error unless every operand is a value that this key attribute can have."""
    for value in wanted.partition_values:
        require_partition_key_fits(schema.partition, _content(value, schema.partition.type))
    for condition in wanted.sort:
        assert schema.sort is not None
        for operand in condition.operands:
            require_sort_key_fits(schema.sort, _content(operand, schema.sort.type))


def _content(operand: AttributeValue, type: str) -> str:
    if type not in operand:
        raise errors.invalid_parameter("Condition parameter type does not match schema type")
    return str(operand[type])


def _require_no_key_in_filter(bound: Bound, schema: KeySchema) -> None:
    for name in schema.names:
        if name in bound.filter_attributes:
            raise errors.validation(
                f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _require_select(params: Params, indexed: bool) -> None:
    select = params.get("Select")
    projected = "ProjectionExpression" in params
    if select == "SPECIFIC_ATTRIBUTES" and not projected:
        raise errors.validation(
            "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and not indexed:
        raise errors.validation(
            "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )
    if select in ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT") and projected:
        chosen = "only the Count" if select == "COUNT" else select
        raise errors.validation(
            f"1 validation error detected: Cannot specify the ProjectionExpression when choosing to get {chosen}"
        )
