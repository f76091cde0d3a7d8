"""BatchWriteItem and BatchGetItem: many single writes or reads in one round trip.

Documented: a batch saves round trips, not units; it is no transaction, each of its entries stands alone. What can't be
done for want of units, or because of an internal failure, such as a partition without a leader, comes back as
unprocessed; the batch fails if nothing could be done (of internal failures this is assumed). Assumed: an entry that meets
an item of a transaction under way comes back as unprocessed, too, and is no failure.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import add_units, bound_expressions, capacities
from dynateach.dynamodb.operations.target import Target, place_of_item, read, require_free, target_at, write
from dynateach.dynamodb.operations.upkeep import require_room, with_collections
from dynateach.dynamodb.rules import errors, legacy
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.limits import BATCH_GET_BYTES, BATCH_GET_KEYS, BATCH_WRITE_ITEMS
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.rules.values import Item, canonical_item
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("BatchWriteItem", takes=lambda profile: profile.item_write)
def batch_write_item(db: "DynamoDB", params: Params) -> Params:
    """Put and delete up to 25 items; everything is checked before anything is written."""
    requests = [(name, entry) for name, entries in params["RequestItems"].items() for entry in entries]
    _require_count(len(requests), BATCH_WRITE_ITEMS, "BatchWriteItem")
    writes = [_BatchWrite(name, entry) for name, entry in requests]
    _require_distinct_places(db, writes)
    for one in writes:
        one.aim()
    units: dict[str, Consumed] = {}
    for one in writes:
        one.do(db, units)
    _require_any_done(writes)
    unprocessed: Params = {}
    for one in writes:
        if one.refusal:
            unprocessed.setdefault(one.table, []).append(one.entry)
    done = [one.target for one in writes if one.target and not one.refusal]
    return capacities(with_collections({"UnprocessedItems": unprocessed}, params, done), params, units)


@operation("BatchGetItem", takes=lambda profile: profile.page_read)
def batch_get_item(db: "DynamoDB", params: Params) -> Params:
    """Get up to 100 items; keys beyond 16 MB of answer come back as unprocessed."""
    requests: dict[str, Params] = params["RequestItems"]
    _require_count(sum(len(request["Keys"]) for request in requests.values()), BATCH_GET_KEYS, "BatchGetItem")
    wanted = {name: _BatchGet(db, name, request) for name, request in requests.items()}
    answer: Params = {"Responses": {}, "UnprocessedKeys": {}}
    units: dict[str, Consumed] = {}
    room = BATCH_GET_BYTES
    for get in wanted.values():
        room = get.fetch(db, room)
    _require_any(list(wanted.values()))
    for name, get in wanted.items():
        answer["Responses"][name] = get.found
        units[name] = get.units
        if get.left_over:
            answer["UnprocessedKeys"][name] = {**requests[name], "Keys": get.left_over}
    return capacities(answer, params, units)


NOT_NOW = errors.Throttled, errors.Unavailable, errors.TransactionConflict
"""Refusals after which the same entry may be sent again: documented as lack of throughput, or an internal failure; assumed
for a conflict.
"""


class _BatchWrite:
    """One entry of a BatchWriteItem, for the ``table`` of that name or ARN; ``refusal`` is why it can't be done now.

    Raises DynamoDB's error for an entry that is neither put nor delete, or an item that is none.
    """

    def __init__(self, table: str, entry: Params) -> None:
        if len(entry) != 1 or entry.keys().isdisjoint(("PutRequest", "DeleteRequest")):
            raise errors.validation(
                "Supplied AttributeValue has more than one datatypes set, "
                "must contain exactly one of the supported datatypes"
            )
        self.table = table
        self.entry = entry
        self.target: Target | None = None
        self.refusal: ServiceError | None = None
        is_put = "PutRequest" in entry
        self._given, size = canonical_item(entry["PutRequest"]["Item"] if is_put else entry["DeleteRequest"]["Key"])
        self._new = Stored(self._given, size) if is_put else None

    def find(self, table: Table) -> Place:
        """Its place. Raises DynamoDB's error for a wrong key; in a batch that says of a put, too, that it does not match."""
        self._found = table
        if self._new:
            table.schema.require_key_in(self._given)
            self._place = place_of_item(table, self._given)
        else:
            self._place = table.schema.place_of_key(self._given)
        return self._place

    def aim(self) -> None:
        """Look what is at its place. Raises DynamoDB's error if an item collection has no room for it."""
        try:
            self.target = target_at(self._found, self._place, self._given)
        except NOT_NOW as refusal:
            self.refusal = refusal
            return
        require_room(self.target, self._new)

    def do(self, db: "DynamoDB", units: dict[str, Consumed]) -> None:
        """Write, if that is possible now, and add up what it costs."""
        if self.target is None:
            return
        try:
            require_free(self.target)
            add_units(units, self.table, write(db, self.target, self._new))
        except NOT_NOW as refusal:
            self.refusal = refusal


class _BatchGet:
    """One table's part of a BatchGetItem."""

    def __init__(self, db: "DynamoDB", table: str, request: Params) -> None:
        self._project = legacy.bind_projection(request) if legacy.uses(request) else None
        self._consistent: bool = request.get("ConsistentRead", False)
        keys = [canonical_item(key)[0] for key in request["Keys"]]
        if "ProjectionExpression" in request or "ExpressionAttributeNames" in request:
            self._project = bound_expressions(request, projection="ProjectionExpression").projection
        found = db.table(table)
        _require_distinct_keys(keys)
        self._table = found
        self._wanted = [(found.schema.place_of_key(key), key) for key in keys]
        self._found: dict[Place, Item] = {}
        self.left_over: list[Item] = []
        self.refusals: list[ServiceError] = []
        self.units = Consumed()

    @property
    def found(self) -> list[Item]:
        """The items, in the order of the key space. Documented: in no particular order; that it is this one is assumed."""
        return [self._found[place] for place in sorted(self._found)]

    @property
    def is_refused(self) -> bool:
        """Whether no read could be done now."""
        return len(self.refusals) == len(self._wanted)

    def fetch(self, db: "DynamoDB", room: int) -> int:
        """Read while there is ``room`` (bytes) in the answer; how much is left."""
        for place, key in self._wanted:
            try:
                target = target_at(self._table, place, key, self._consistent)
                size = target.old.size if target.old else 0
                if size > room:
                    self.left_over.append(key)
                    continue
                self.units = self.units.plus(read(db, target, self._consistent))
            except NOT_NOW as refusal:
                self.refusals.append(refusal)
                self.left_over.append(key)
                continue
            room -= size
            if target.old:
                self._found[place] = self._project(target.old.item) if self._project else target.old.item
        return room


def _require_any_done(writes: list[_BatchWrite]) -> None:
    """Raise DynamoDB's error if nothing could be done, and not for conflicts alone."""
    refusals = [one.refusal for one in writes if one.refusal]
    failures = [refusal for refusal in refusals if not isinstance(refusal, errors.TransactionConflict)]
    if failures and len(refusals) == len(writes):
        first = failures[0]
        raise errors.throttled_batch(first) if isinstance(first, errors.Throttled) else first


def _require_any(gets: list[_BatchGet]) -> None:
    """Raise DynamoDB's error if no read could be done now. Documented for want of units; the same is assumed of partitions
    that nobody serves.
    """
    if all(get.is_refused for get in gets):
        raise gets[0].refusals[0]


def _require_count(count: int, limit: int, operation: str) -> None:
    if count > limit:
        raise errors.validation(f"Too many items requested for the {operation} call")


def _require_distinct_places(db: "DynamoDB", writes: Iterable[_BatchWrite]) -> None:
    """Raise DynamoDB's error for the first entry that has no table, no key, or a key that was there before."""
    places = set()
    for one in writes:
        table = db.table(one.table)
        place = (table.name, one.find(table))
        if place in places:
            raise errors.validation(_DUPLICATES)
        places.add(place)


def _require_distinct_keys(keys: Iterable[Item]) -> None:
    """Before it is known whether they are keys of the table."""
    written = [repr(sorted(key.items())) for key in keys]
    if len(set(written)) < len(written):
        raise errors.validation(_DUPLICATES)


_DUPLICATES = "Provided list of item keys contains duplicates"
