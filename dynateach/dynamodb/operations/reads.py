"""Query and Scan: reading many items of a table or an index, a page at a time."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.admissions import admit_page
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.pages import (
    Page,
    Source,
    Test,
    after,
    charge,
    collection_range,
    read_page,
    source_of,
)
from dynateach.dynamodb.operations.requests import bound_expressions, canonical_values, consumed, require_scalar_keys
from dynateach.dynamodb.rules import errors, hashing, legacy
from dynateach.dynamodb.rules.expressions import Bound, KeyRange
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.rules.values import Item, canonical_item
from dynateach.dynamodb.storage.index import Index
from dynateach.dynamodb.storage.keyspace import Range
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("Query", takes=lambda profile: profile.page_read)
def query(db: "DynamoDB", params: Params) -> Params:
    """The items of one partition key of a table or index, in the order of their sort keys."""
    old = _legacy(params)
    start = _start_key(params)
    if "KeyConditionExpression" not in params and "KeyConditions" not in params:
        raise errors.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    reading = _Reading(params, old, key_condition="KeyConditionExpression")
    _require_select(params)
    source = reading.source(db)
    if start:
        _require_query_start(start, source)
    assert reading.bound.key_condition is not None
    partition_names = [attribute.name for attribute in source.schema.partition_keys]
    sort_names = [attribute.name for attribute in source.schema.sort_keys]
    wanted = reading.bound.key_condition.select(partition_names, sort_names, reading.values)
    range = collection_range(wanted, source.schema)
    forward = params.get("ScanIndexForward", True)
    if start:
        range = after(range, _start_of_query(start, wanted, source, range), forward)
    require_scalar_keys(reading.bound, source.table)
    _require_no_key_in_filter(reading.bound, source.key_names, "QueryFilter" in params)
    _require_filter_projected(reading.bound, source.index)
    return reading.answer(db, source, range, reverse=not forward, key=_printed(wanted))


@operation("Scan", takes=lambda profile: profile.page_read)
def scan(db: "DynamoDB", params: Params) -> Params:
    """Every item of a table or index, or of one segment of it, in the order of the key space."""
    old = _legacy(params)
    start = _start_key(params)
    range = _segment(params)
    reading = _Reading(params, old)
    _require_select(params)
    source = reading.source(db)
    if start:
        range = after(range, _start_of_scan(start, source, range, params), forward=True)
    require_scalar_keys(reading.bound, source.table)
    return reading.answer(db, source, range)


class _Reading:
    """How a Query or Scan wants its page: filtered, projected, counted, limited."""

    def __init__(self, params: Params, old: "_Legacy", key_condition: str | None = None) -> None:
        self.params = params
        self.values = canonical_values(params)
        self.bound = bound_expressions(
            params,
            self.values,
            filter="FilterExpression",
            key_condition=key_condition,
            projection="ProjectionExpression",
        )
        if old:
            self.bound, self.values = _both(self.bound, old[0]), {**self.values, **old[1]}
        self.consistent: bool = params.get("ConsistentRead", False)

    def source(self, db: "DynamoDB") -> Source:
        """What the request reads from. Raises DynamoDB's error if there is no such table or index."""
        return source_of(db.table(self.params["TableName"]), self.params.get("IndexName"), self.consistent)

    def answer(self, db: "DynamoDB", source: Source, range: Range, reverse: bool = False, key: str = "") -> Params:
        """The page in wire form; ``key`` is the partition key that a Query named."""
        admit_page(db, source, range.low)
        page = read_page(
            source,
            range,
            reverse=reverse,
            limit=self.params.get("Limit", float("inf")),
            matches=self._matches(),
            fetch=self._must_fetch(source.index),
            consistent=self.consistent,
        )
        units = charge(db, source, page, self.consistent, "Query" if key else "Scan", key)
        return consumed(self._shown(page, source), self.params, units)

    def _shown(self, page: Page, source: Source) -> Params:
        answer: Params = {"Count": len(page.items), "ScannedCount": page.examined}
        if self.params.get("Select") != "COUNT":
            project = self.bound.projection
            answer["Items"] = [project(item) for item in page.items] if project else page.items
        if page.last:
            answer["LastEvaluatedKey"] = source.schema.key_of(page.last)
        return answer

    def _matches(self) -> Test | None:
        condition, values = self.bound.filter, self.values
        return (lambda item: condition(item, values)) if condition else None

    def _must_fetch(self, index: Index | None) -> bool:
        """Whether the page needs attributes that the index does not hold. Documented: a local index looks them up in
        the table, a global one can't, and says so.
        """
        if index is None or index.projects_all:
            return False
        if self.params.get("Select") == "ALL_ATTRIBUTES":
            if index.is_global:
                raise errors.invalid_parameter(
                    f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} "
                    "because its projection type is not ALL"
                )
            return True
        missing = index.lacks(self.bound.projection.attributes) if self.bound.projection else []
        if missing and index.is_global:
            raise errors.invalid_parameter(
                f"Global secondary index {index.name} does not project [{', '.join(missing)}]"
            )
        return bool(missing)


_Legacy = tuple[Bound, Item] | None


def _legacy(params: Params) -> _Legacy:
    """The legacy parameters, ready to evaluate, and their values; None if there are none."""
    return legacy.bind_read(params) if legacy.uses(params) else None


def _both(new: Bound, old: Bound) -> Bound:
    """Expressions and the legacy parameters beside them."""
    return replace(
        new,
        filter=new.filter or old.filter,
        filter_attributes=new.filter_attributes | old.filter_attributes,
        projection=new.projection or old.projection,
        key_condition=new.key_condition or old.key_condition,
    )


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
        raise errors.validation("The Segment parameter is zero-based and must be less than parameter TotalSegments")
    low: Place = (hashing.share(segment, total),) if segment else ()
    high: Place = (hashing.share(segment + 1, total),) if segment + 1 < total else ()
    return Range(low, high)


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


def _require_query_start(start: Item, source: Source) -> None:
    """Raise DynamoDB's error unless the start key has just the attributes that a page hands out, those of the
    source's own key in their types.
    """
    if start.keys() != set(source.schema.names):
        raise errors.validation(_INVALID_START)
    for attribute in source.schema.attributes:
        if attribute.type not in start[attribute.name]:
            raise errors.validation("The provided key element does not match the schema")


def _start_of_query(start: Item, wanted: KeyRange, source: Source, range: Range) -> Place:
    place = _checked_start(start, source)
    keys = zip(source.schema.partition_keys, wanted.partition_values, strict=True)
    is_elsewhere = any(start[attribute.name] != value for attribute, value in keys)
    if wanted.sort and (*range.low[:2], *place[2:]) not in range:
        raise errors.validation("The provided starting key does not match the range key predicate")
    if wanted.sort and is_elsewhere:
        raise errors.validation("The query can return at most one row and cannot be restarted")
    if is_elsewhere:
        raise errors.validation("The provided starting key is outside query boundaries based on provided conditions")
    return place


def _start_of_scan(start: Item, source: Source, range: Range, params: Params) -> Place:
    place = _checked_start(start, source)
    if place not in range:
        raise errors.validation(
            f"{_INVALID_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {params['TotalSegments']} Segment: {params['Segment']}"
        )
    return place


def _checked_start(start: Item, source: Source) -> Place:
    try:
        return source.schema.place_of_key(start)
    except ServiceError as error:
        raise errors.validation(f"{_INVALID_START}: {error.message}") from None


def _require_no_key_in_filter(bound: Bound, names: Iterable[str], is_legacy: bool) -> None:
    filter = "QueryFilter" if is_legacy else "Filter Expression"
    for name in names:
        if name in bound.filter_attributes:
            raise errors.validation(
                f"{filter} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _require_filter_projected(bound: Bound, index: Index | None) -> None:
    """A Query's filter sees what the index holds; what DynamoDB says of more is as its own emulator has it."""
    missing = index.lacks(bound.filter_attributes) if index else []
    if index and missing:
        raise errors.invalid_parameter(
            f"Secondary index {index.name} does not project one or more filter attributes: [{', '.join(missing)}]"
        )


def _printed(wanted: KeyRange) -> str:
    """The partition key of a Query, as traces show it."""
    return " / ".join(str(content) for value in wanted.partition_values for content in value.values())


def _require_select(params: Params) -> None:
    """Raise DynamoDB's error if what the request selects and what it projects contradict each other.

    That the text begins with a count was seen on the live service in us-east-1; other Regions have been seen without.
    """
    select = params.get("Select")
    projection = next((name for name in ("ProjectionExpression", "AttributesToGet") if name in params), None)
    if select in ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT") and projection:
        chosen = "only the Count" if select == "COUNT" else select
        raise _contradiction(f"Cannot specify the {projection} when choosing to get {chosen}")
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in params:
        raise _contradiction("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
    if select == "SPECIFIC_ATTRIBUTES" and not projection:
        raise _contradiction(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )


def _contradiction(text: str) -> ServiceError:
    return errors.validation(f"1 validation error detected: {text}")


_INVALID_START = "The provided starting key is invalid"
