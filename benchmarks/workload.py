"""What the benchmarks ask for: orders of customers, 50 each, in a table with a sort key."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ORDERS_EACH = 50
ORDER = {
    "status": {"S": "open"},
    "lines": {"L": [{"M": {"sku": {"S": "a-1"}, "count": {"N": "2"}}}, {"M": {"sku": {"S": "b-2"}, "count": {"N": "1"}}}]},
    "note": {"S": "x" * 120},
}  # fmt: skip
"""What an item of about 250 bytes holds besides its key."""

Params = dict[str, Any]


class Work(NamedTuple):
    """A request to measure: its name, its operation, and its parameters the n-th time, in wire form."""

    name: str
    operation: str
    params: Callable[[int], Params]


@dataclass(frozen=True)
class Workload:
    """Requests to a table of so many items, whose keys come in an order that jumps about and repeats after all of them.

    Reads go to the table ``read``, writes to ``written``. ``content`` is what an item holds besides its key and a number.
    """

    items: int
    content: Params = field(default_factory=lambda: ORDER)

    @property
    def work(self) -> tuple[Work, ...]:
        """All requests, in the order of the report."""
        return (
            Work("put", "PutItem", lambda n: {"TableName": "written", "Item": self.item(n)}),
            Work("get", "GetItem", lambda n: {"TableName": "read", "Key": self.key(n)}),
            Work("update", "UpdateItem", self._update),
            Work("query, 50 items", "Query", self._query),
            Work("scan, a page of 100", "Scan", lambda n: {"TableName": "read", "Limit": 100}),
            Work("batch write, 25 puts", "BatchWriteItem", lambda n: self.batch("written", range(25 * n, 25 * n + 25))),
            Work("transaction, 4 updates", "TransactWriteItems", self._transaction),
        )

    def key(self, n: int) -> Params:
        """The key of the n-th item."""
        customer, order = divmod(n * 7919 % self.items, ORDERS_EACH)
        return {"pk": {"S": f"customer#{customer:06}"}, "sk": {"S": f"order#{order:04}"}}

    def item(self, n: int) -> Params:
        """The n-th item."""
        return {**self.key(n), "n": {"N": str(n)}, **self.content}

    def batch(self, table: str, which: Iterable[int]) -> Params:
        """A BatchWriteItem that puts these items."""
        return {"RequestItems": {table: [{"PutRequest": {"Item": self.item(n)}} for n in which]}}

    def setup(self) -> list[tuple[str, Params]]:
        """The requests that create both tables."""
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        definition = {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        }
        return [("CreateTable", {"TableName": table, **definition}) for table in ("read", "written")]

    def filling(self) -> Iterable[tuple[str, Params]]:
        """The requests that put all items into both tables."""
        for table in ("read", "written"):
            for n in range(0, self.items, 25):
                yield "BatchWriteItem", self.batch(table, range(n, n + 25))

    def _update(self, n: int) -> Params:
        return {
            "TableName": "written",
            "Key": self.key(n),
            "UpdateExpression": "SET n = n + :one, #s = :s",
            "ExpressionAttributeNames": {"#s": "status"},
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":s": {"S": "sent"}},
        }

    def _query(self, n: int) -> Params:
        return {
            "TableName": "read",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": self.key(n)["pk"]},
        }

    def _transaction(self, n: int) -> Params:
        change = {
            "TableName": "written",
            "UpdateExpression": "SET n = n + :one",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        return {"TransactItems": [{"Update": {**change, "Key": self.key(4 * n + i)}} for i in range(4)]}
