"""BatchWriteItem and BatchGetItem: many single writes or reads in one round trip.

Documented: a batch saves round trips, not units; it is no transaction, each of its entries stands alone. Assumed: an entry
that meets an item of a transaction under way comes back as unprocessed.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.requests import add_units, bound_expressions, capacities
from dynateach.dynamodb.operations.target import Target, read, require_free, target_of_item, target_of_key, write
from dynateach.dynamodb.operations.upkeep import require_room, with_collections
from dynateach.dynamodb.rules import errors, legacy
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.limits import BATCH_GET_BYTES, BATCH_GET_KEYS, BATCH_WRITE_ITEMS
from dynateach.dynamodb.rules.values import Item, canonical_item
from dynateach.dynamodb.storage.keyspace import Stored
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("BatchWriteItem", takes=lambda profile: profile.item_write)
def batch_write_item(db: "DynamoDB", params: Params) -> Params:
    """Put and delete up to 25 items; everything is checked before anything is written."""
    requests = [(name, entry) for name, entries in params["RequestItems"].items() for entry in entries]
    _require_count(len(requests), BATCH_WRITE_ITEMS, "BatchWriteItem")
    prepared = [(name, *_prepared(entry)) for name, entry in requests]
    writes = _aimed(db, prepared)
    for _, target, new in writes:
        require_room(target, new)
    units: dict[str, Consumed] = {}
    done: list[Target] = []
    refused: list[tuple[str, Params, errors.Throttled | errors.TransactionConflict]] = []
    for (name, entry), (_, target, new) in zip(requests, writes, strict=True):
        try:
            require_free(target)
            add_units(units, name, write(db, target, new))
            done.append(target)
        except (errors.Throttled, errors.TransactionConflict) as refusal:
            refused.append((name, entry, refusal))
    throttled = [refusal for *_, refusal in refused if isinstance(refusal, errors.Throttled)]
    if throttled and len(throttled) == len(requests):
        raise errors.throttled_batch(throttled[0])
    unprocessed: Params = {}
    for name, entry, _ in refused:
        unprocessed.setdefault(name, []).append(entry)
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
        self._targets = [target_of_key(found, key, self._consistent) for key in keys]
        self.found: list[Item] = []
        self.left_over: list[Item] = []
        self.refusals: list[errors.Throttled] = []
        self.units = Consumed()

    @property
    def is_refused(self) -> bool:
        """Whether every read was refused for want of units."""
        return len(self.refusals) == len(self._targets)

    def fetch(self, db: "DynamoDB", room: int) -> int:
        """Read while there is ``room`` (bytes) in the answer; how much is left."""
        for target in self._targets:
            size = target.old.size if target.old else 0
            if size > room:
                self.left_over.append(target.key)
                continue
            try:
                self.units = self.units.plus(read(db, target, self._consistent))
            except errors.Throttled as refusal:
                self.refusals.append(refusal)
                self.left_over.append(target.key)
                continue
            room -= size
            if target.old:
                self.found.append(self._project(target.old.item) if self._project else target.old.item)
        return room


def _require_any(gets: list[_BatchGet]) -> None:
    """Raise DynamoDB's error if every read was refused for want of units (documented)."""
    if all(get.is_refused for get in gets):
        raise gets[0].refusals[0]


Aim = Callable[[Table], Target]


def _prepared(entry: dict[str, Any]) -> tuple[Aim, Stored | None]:
    """One entry of a BatchWriteItem: how to find its target, and what to put there."""
    if len(entry) != 1 or entry.keys().isdisjoint(("PutRequest", "DeleteRequest")):
        raise errors.validation(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    if "PutRequest" in entry:
        item, size = canonical_item(entry["PutRequest"]["Item"])
        return lambda table: _target_of_put(table, item), Stored(item, size)
    key, _ = canonical_item(entry["DeleteRequest"]["Key"])
    return lambda table: target_of_key(table, key), None


def _target_of_put(table: Table, item: Item) -> Target:
    """As ``target_of_item``, but in a batch DynamoDB says of a put what it says of a delete: the key does not match."""
    table.schema.require_key_in(item)
    return target_of_item(table, item)


def _require_count(count: int, limit: int, operation: str) -> None:
    if count > limit:
        raise errors.validation(f"Too many items requested for the {operation} call")


def _aimed(
    db: "DynamoDB", prepared: Iterable[tuple[str, Aim, Stored | None]]
) -> list[tuple[str, Target, Stored | None]]:
    """The entries with their targets. Raises DynamoDB's error for the first that has no table, no key, or a key that was
    there before.
    """
    writes = []
    places = set()
    for name, aim, new in prepared:
        target = aim(db.table(name))
        place = (target.table.name, target.place)
        if place in places:
            raise errors.validation(_DUPLICATES)
        places.add(place)
        writes.append((name, target, new))
    return writes


def _require_distinct_keys(keys: Iterable[Item]) -> None:
    """Before it is known whether they are keys of the table."""
    written = [repr(sorted(key.items())) for key in keys]
    if len(set(written)) < len(written):
        raise errors.validation(_DUPLICATES)


_DUPLICATES = "Provided list of item keys contains duplicates"
