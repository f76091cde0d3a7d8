"""A transaction under way, and other clients: alarms, each of which calls at its own moment of the clock."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dynateach import Lab, ServiceError
from dynateach.profile import IDEAL, Delay, Profile

MS = 1000
LATER = replace(
    IDEAL, item_write=Delay(*[10 * MS] * 5), transaction_commit=Delay(20 * MS, 40 * MS, 60 * MS, 70 * MS, 80 * MS)
)
"""Every item of a transaction is committed 20 to 80 ms after the call."""

HALF_WAY = 10
"""Milliseconds after the call at which every item is pending."""

Wire = dict[str, Any]
Outcome = Wire | ServiceError
CONFLICT = ("TransactionConflictException", "Transaction is ongoing for the item")
REASON = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
NO_REASON = {"Code": "None"}
GLOBAL_INDEX = {
    "IndexName": "by-n",
    "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


def make(profile: Profile = LATER, names: tuple[str, ...] = ("things",), **more: Any) -> Lab:
    """A Lab with tables whose key is "id"; each holds the items a and b with n = 1."""
    lab = Lab(seed=7, profile=profile)
    attributes = {"id": "S", "n": "N"} if "GlobalSecondaryIndexes" in more else {"id": "S"}
    for name in names:
        ask(
            lab,
            "CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": type} for one, type in attributes.items()],
            **more,
        )
        for key in "ab":
            ask(lab, "PutItem", TableName=name, Item=item(key, 1))
    lab.clock.advance(2)
    lab.trace.clear()
    return lab


def ask(lab: Lab, operation: str, **params: Any) -> Wire:
    return lab.request("dynamodb", operation, params)


def item(key: str, n: int) -> Wire:
    return {"id": {"S": key}, "n": {"N": str(n)}}


def there(key: str, table: str = "things") -> Wire:
    return {"TableName": table, "Key": {"id": {"S": key}}}


def put(key: str, n: int = 2, table: str = "things", **more: Any) -> Wire:
    return {"Put": {"TableName": table, "Item": item(key, n), **more}}


def get(key: str) -> Wire:
    return {"Get": there(key)}


def check(key: str, condition: str = "attribute_exists(id)") -> Wire:
    return {"ConditionCheck": {**there(key), "ConditionExpression": condition}}


def value(lab: Lab, key: str, **params: Any) -> int | None:
    found = ask(lab, "GetItem", **there(key), ConsistentRead=True, **params)
    return int(found["Item"]["n"]["N"]) if "Item" in found else None


class Meanwhile:
    """A request that another client makes so many milliseconds from now; ``outcome`` is its answer, or the error."""

    def __init__(self, lab: Lab, ms: float, operation: str, **params: Any) -> None:
        self.outcome: Outcome = {"never": "called"}
        self._ask: Callable[[], Wire] = lambda: ask(lab, operation, **params)
        lab.clock.after(round(ms * MS), self._call)

    def _call(self) -> None:
        try:
            self.outcome = self._ask()
        except ServiceError as error:
            self.outcome = error

    @property
    def error(self) -> tuple[str, str]:
        assert isinstance(self.outcome, ServiceError), self.outcome
        return self.outcome.code, self.outcome.message

    @property
    def reasons(self) -> list[Wire]:
        assert isinstance(self.outcome, ServiceError), self.outcome
        reasons: list[Wire] = self.outcome.fields["CancellationReasons"]
        return reasons

    @property
    def answer(self) -> Wire:
        assert isinstance(self.outcome, dict), self.outcome
        return self.outcome


def transact(lab: Lab, *actions: Wire, **params: Any) -> Wire:
    return ask(lab, "TransactWriteItems", TransactItems=list(actions), **params)
