"""BatchWriteItem and BatchGetItem: many single writes or reads in one round trip.

Documented: a batch saves round trips, not units; it is no transaction, each of its entries stands alone.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.operation import Params, operation, require_simulated
from dynateach.dynamodb.operations.requests import bound_expressions, capacity
from dynateach.dynamodb.operations.target import Target, read, target_of_item, target_of_key, write
from dynateach.dynamodb.rules import errors
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
    writes = [(name, aim(db.table(name)), new) for name, aim, new in prepared]
    _require_distinct(target for _, target, _ in writes)
    units: dict[str, float] = {}
    for name, target, new in writes:
        units[name] = units.get(name, 0.0) + write(db, target, new)
    return _with_capacity({"UnprocessedItems": {}}, params, units)


@operation("BatchGetItem", takes=lambda profile: profile.page_read)
def batch_get_item(db: "DynamoDB", params: Params) -> Params:
    """Get up to 100 items; keys beyond 16 MB of answer come back as unprocessed."""
    requests: dict[str, Params] = params["RequestItems"]
    _require_count(sum(len(request["Keys"]) for request in requests.values()), BATCH_GET_KEYS, "BatchGetItem")
    wanted = {name: _BatchGet(db, name, request) for name, request in requests.items()}
    answer: Params = {"Responses": {}, "UnprocessedKeys": {}}
    units: dict[str, float] = {}
    room = BATCH_GET_BYTES
    for name, get in wanted.items():
        room = get.fetch(db, room)
        answer["Responses"][name] = get.found
        units[name] = get.units
        if get.left_over:
            answer["UnprocessedKeys"][name] = {**requests[name], "Keys": get.left_over}
    return _with_capacity(answer, params, units)


class _BatchGet:
    """One table's part of a BatchGetItem."""

    def __init__(self, db: "DynamoDB", table: str, request: Params) -> None:
        require_simulated("BatchGetItem", request, frozenset({"AttributesToGet"}))
        self._consistent: bool = request.get("ConsistentRead", False)
        keys = [canonical_item(key)[0] for key in request["Keys"]]
        self._project: Callable[[Item], Item] | None = None
        if "ProjectionExpression" in request or "ExpressionAttributeNames" in request:
            self._project = bound_expressions(request, projection="ProjectionExpression").projection
        found = db.table(table)
        self._targets = [target_of_key(found, key) for key in keys]
        _require_distinct(self._targets)
        self.found: list[Item] = []
        self.left_over: list[Item] = []
        self.units = 0.0

    def fetch(self, db: "DynamoDB", room: int) -> int:
        """Read while there is ``room`` (bytes) in the answer; how much is left."""
        for target in self._targets:
            size = target.old.size if target.old else 0
            if size > room:
                self.left_over.append(target.key)
                continue
            room -= size
            self.units += read(db, target, self._consistent)
            if target.old:
                self.found.append(self._project(target.old.item) if self._project else target.old.item)
        return room


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
        return lambda table: target_of_item(table, item), Stored(item, size)
    key, _ = canonical_item(entry["DeleteRequest"]["Key"])
    return lambda table: target_of_key(table, key), None


def _require_count(count: int, limit: int, operation: str) -> None:
    if count > limit:
        raise errors.validation(f"Too many items requested for the {operation} call")


def _require_distinct(targets: Iterable[Target]) -> None:
    places = [(target.table.name, target.place) for target in targets]
    if len(set(places)) < len(places):
        raise errors.validation("Provided list of item keys contains duplicates")


def _with_capacity(answer: Params, params: Params, units: dict[str, float]) -> Params:
    wanted = params.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        answer["ConsumedCapacity"] = [capacity(name, total, wanted) for name, total in units.items()]
    return answer
