"""A table with a stream: a few small items that are written again and again, and what the trace says of their records.

table = StreamTable(seed=1)
table.at(1.0, lambda: table.write("A"))         # A1: the first change of item A
table.lab.clock.advance(5)
changes(table.lab)                              # [Change("A1", …)]

A write puts a number into the item: 1, 2, 3, … A record is called by its item and that number.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import seconds
from dynateach.events import ShardOpened, StreamRecordWritten
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, Delay, Profile

TABLE = "carts"
VIEW_TYPES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


class Change(NamedTuple):
    """One record of a stream: its ``label`` (``B2`` is the second change of item B), its sequence ``number``, its shard, and in
    seconds when it was ``written`` and from when on it can be read.
    """

    label: str
    item: str
    number: str
    shard: str
    change: str
    written: float
    arrives: float


class StreamTable:
    """A table whose stream records all changes from the Lab's first moment on; ``arn`` is the stream's."""

    def __init__(
        self, seed: int, physics: Profile = CLASSROOM, partitions: int = 1, view_type: str = VIEW_TYPES[-1]
    ) -> None:
        at_once = {"table_creation": 0, "control": Delay(), "admission": "off", "on_demand_partitions": partitions}
        self.lab = Lab(seed, replace(physics, **at_once))  # type: ignore[arg-type]
        stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view_type}}
        created = self.lab.request("dynamodb", "CreateTable", {**_DEFINITION, **stream})
        self.arn: str = created["TableDescription"]["LatestStreamArn"]
        self._versions: Counter[str] = Counter()

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do that ``time`` seconds after the Lab began: beside whatever else is under way."""
        self.lab.clock.at(EPOCH + round(time * SECOND), action)

    def write(self, item: str) -> None:
        """Put the item's next version."""
        self._versions[item] += 1
        self.write_again(item)

    def write_again(self, item: str) -> None:
        """Put the version that the item has: a write that changes nothing."""
        version = {"id": {"S": item}, "n": {"N": str(self._versions[item])}}
        self.lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": version})

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        """Ask the stream's API. Raises ``ServiceError`` for what it rejects."""
        return self.lab.request("dynamodbstreams", operation, params)


def changes(lab: Lab) -> list[Change]:
    """The records that were written, in the order of the writes."""
    versions: Counter[str] = Counter()
    found = []
    for event in lab.trace.of(StreamRecordWritten):
        versions[event.key] += 1
        label = f"{event.key}{versions[event.key]}"
        when = (seconds(event.at), seconds(event.arrives))
        found.append(Change(label, event.key, event.sequence_number, event.shard, event.change, *when))
    return found


def label_of(record: dict[str, Any]) -> str:
    """What a record is called, by what GetRecords tells of it; it must have the new image."""
    image = record["dynamodb"]["NewImage"]
    return f"{image['id']['S']}{image['n']['N']}"


def shard_names(lab: Lab) -> dict[str, str]:
    """What the shards are called in a picture, by their ids: ``shard 1``, ``shard 2``, … in the order of their opening."""
    return {event.shard: f"shard {i}" for i, event in enumerate(lab.trace.of(ShardOpened), 1)}


_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
