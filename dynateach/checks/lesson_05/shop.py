"""What the tasks of this lesson share: a table whose replicas lag behind, others who write to it meanwhile, and what reads were told."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dynateach.checks.scenes import Item, put, python_form, wire_form
from dynateach.checks.task import Reply
from dynateach.lab import Lab
from dynateach.topics.parts.one_item import lab_with_zones
from dynateach.trace import Event, ItemRead, ItemWritten, PageRead, ReplicaRead, Replicated

TABLE = "shop"
LAG = 2_000
"""How late a follower is, in ms by the median (profile classroom): nobody waits that long between two requests."""


class Told(NamedTuple):
    """What one read was told: the item's ``version`` when ``newest`` was the newest, from the replica of that ``role``."""

    version: int
    newest: int
    consistent: bool
    role: str


def shop(seed: int, items: Iterable[Item]) -> Lab:
    """A Lab with a table of one partition in three zones, whose replicas all have these items. Its trace is empty."""
    lab = lab_with_zones(LAG, seed)
    definition = {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    with lab.trace.paused():
        lab.request("dynamodb", "CreateTable", definition)
        for item in items:
            put(lab, TABLE, item)
        lab.clock.advance(30)
    return lab


def update(
    lab: Lab, id: str, expression: str, values: Item, condition: str = "", names: dict[str, str] | None = None
) -> None:
    """One UpdateItem by somebody else. Raises ``ServiceError`` if the condition does not hold."""
    guard: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    if names:
        guard["ExpressionAttributeNames"] = names
    request = {
        "TableName": TABLE,
        "Key": {"id": {"S": id}},
        "UpdateExpression": expression,
        "ExpressionAttributeValues": wire_form(values),
        **guard,
    }
    lab.request("dynamodb", "UpdateItem", request)


def stored(lab: Lab, id: str) -> Item:
    """The newest state of an item as boto3 would give it, {} if there is none. Leaves nothing in the trace."""
    request = {"TableName": TABLE, "Key": {"id": {"S": id}}, "ConsistentRead": True}
    with lab.trace.paused():
        return python_form(lab.request("dynamodb", "GetItem", request).get("Item", {}))


def told(events: Iterable[Event], newest: int = 1) -> list[Told]:
    """What the reads of one item were told, in order, if it had version ``newest`` at first and each write raised it by one."""
    found: list[Told] = []
    consistent = False
    for event in events:
        if isinstance(event, Replicated):
            newest += 1
        elif isinstance(event, ItemRead):
            consistent = event.consistent
        elif isinstance(event, ReplicaRead):
            found.append(Told(newest - event.versions, newest, consistent, event.role))
    return found


def read_units(reply: Reply) -> float:
    """The read units that the call consumed."""
    return sum(one.units for one in reply.events if isinstance(one, (ItemRead, PageRead)))


def read_strongly(reply: Reply) -> bool:
    """Whether the call read, and never by an eventually consistent read."""
    reads = [one.consistent for one in reply.events if isinstance(one, (ItemRead, PageRead))]
    return bool(reads) and all(reads)


def writes(events: Iterable[Event]) -> list[ItemWritten]:
    """The writes among the events."""
    return [event for event in events if isinstance(event, ItemWritten)]


def reads_and_writes(events: Sequence[Event]) -> list[Event]:
    """What proves a point about staleness: who wrote, and which replica answered what."""
    return [event for event in events if isinstance(event, (ItemWritten, ReplicaRead))]
