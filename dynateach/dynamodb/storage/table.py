"""A table: its definition, its state, and the key space that holds its items."""

from typing import Any, NamedTuple

from dynateach.dynamodb.rules.schema import KeyAttribute, KeySchema
from dynateach.dynamodb.storage.keyspace import KeySpace

CREATING, ACTIVE, DELETING = "CREATING", "ACTIVE", "DELETING"


class Statistics(NamedTuple):
    """What DescribeTable says of a table's contents, as of ``at`` (virtual time, µs)."""

    at: int
    items: int
    bytes: int


class Table:
    """One table of one region. ``definition`` is what CreateTable was given, in wire form;
    ``created`` is virtual time (µs).
    """

    def __init__(
        self, definition: dict[str, Any], id: str, schema: KeySchema, keyspace: KeySpace, created: int
    ) -> None:
        self.name: str = definition["TableName"]
        self.definition = definition
        self.id = id
        self.schema = schema
        self.keyspace = keyspace
        self.created = created
        self.status = CREATING
        self._statistics = Statistics(created, 0, 0)

    @property
    def on_demand(self) -> bool:
        """Whether the table pays for each request, rather than for provisioned capacity."""
        return bool(self.definition.get("BillingMode") == "PAY_PER_REQUEST")

    def statistics(self, now: int, every: int) -> Statistics:
        """The table's item count and size, counted again when ``every`` microseconds have passed
        since the last time.
        """
        if now - self._statistics.at >= every:
            self._statistics = Statistics(now, self.keyspace.items, self.keyspace.bytes)
        return self._statistics


def key_schema(elements: list[dict[str, str]], types: dict[str, str]) -> KeySchema:
    """A KeySchema in wire form as a ``KeySchema``; ``types`` are the attribute definitions."""
    attributes = [KeyAttribute(element["AttributeName"], types[element["AttributeName"]]) for element in elements]
    return KeySchema(*attributes)
