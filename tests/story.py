"""Stories: requests and faults that befall a table, each called by an alarm at its own moment of the virtual clock.

DYNATEACH_HISTORIES sets how many stories each test makes up; unset, it is few enough for every day.
"""

import os
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from dynateach import Lab, ServiceError
from dynateach.clock import SECOND
from dynateach.linearizability import Value
from dynateach.profile import IDEAL, Delay
from dynateach.trace import RequestServed

MS = 1000
PHYSICS = replace(
    IDEAL,
    item_read=Delay(1 * MS, 3 * MS, 8 * MS, 15 * MS, 30 * MS),
    item_write=Delay(2 * MS, 5 * MS, 12 * MS, 20 * MS, 40 * MS),
    page_read=Delay(2 * MS, 5 * MS, 12 * MS, 20 * MS, 40 * MS),
    replication_lag=Delay(1 * MS, 20 * MS, 60 * MS, 90 * MS, 120 * MS),
    transaction_commit=Delay(0, 15 * MS, 40 * MS, 70 * MS, 90 * MS),
    leader_lease=100 * MS,
    catch_up=50 * MS,
)
"""Everything as ideal, but for service times, lags and leases of one order of magnitude, so that all of them interfere."""

S = TypeVar("S", bound="Story")
Step = tuple[Any, ...]

zones, durations = st.sampled_from("abc"), st.integers(1, 400)
faults: list[st.SearchStrategy[Step]] = [
    st.tuples(st.just("lose"), zones, durations),
    st.tuples(st.just("cut"), zones, durations),
    st.tuples(st.just("slow"), zones, durations),
    st.tuples(st.just("restore"), zones),
]


def stories(
    *steps: st.SearchStrategy[Step], shortest: int = 5, longest_gap: int = 60
) -> st.SearchStrategy[list[tuple[int, Step]]]:
    """Made-up stories of at least so many steps, faults among them: each with the milliseconds since the one before it."""
    step = st.tuples(st.integers(0, longest_gap), st.one_of(*steps, *faults))
    return st.lists(step, min_size=shortest, max_size=40)


def histories(usually: int) -> settings:
    """How many stories a test is to look at."""
    return settings(max_examples=int(os.environ.get("DYNATEACH_HISTORIES", usually)), deadline=None)


class Story:
    """A table "things" with the key "id", and a value "v" in each item. A step is the name of a method, and its arguments.

    ``refused`` counts the requests that no replica could serve, ``conflicts`` those that met a transaction.
    """

    def __init__(self, seed: int, partitions: int = 1) -> None:
        self.lab = Lab(seed=seed, profile=replace(PHYSICS, on_demand_partitions=partitions))
        self.refused = self.conflicts = 0
        self._request(
            "CreateTable",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def play(self: S, story: list[tuple[int, Step]]) -> S:
        """Let it happen, up to the call of the last step."""
        time = self.lab.clock.now
        for gap, (name, *arguments) in story:
            time += gap * MS
            self.lab.clock.at(time, lambda name=name, arguments=arguments: getattr(self, name)(*arguments))  # type: ignore[misc]
        self.lab.clock.advance((time - self.lab.clock.now) / SECOND)
        return self

    def lose(self, zone: str, ms: int) -> None:
        self.lab.faults.lose_zone(zone, seconds=ms / 1000)

    def cut(self, zone: str, ms: int) -> None:
        self.lab.faults.partition(zone, seconds=ms / 1000)

    def slow(self, zone: str, ms: int) -> None:
        self.lab.faults.slow(zone, seconds=ms / 1000, extra=0.1)

    def restore(self, zone: str) -> None:
        self.lab.faults.restore(zone)

    def end(self) -> None:
        """All faults are over, and whatever they held up has happened."""
        self.lab.faults.restore()
        self.lab.clock.advance(10)

    def _answer(self, operation: str, **params: Any) -> dict[str, Any] | None:
        """The answer, with "failed" in it if a condition did not hold, or "reasons" if a transaction was cancelled. None if
        no replica could serve the request, or it met a transaction: then it has done nothing.
        """
        try:
            return self._request(operation, **params)
        except ServiceError as error:
            if error.code == "ConditionalCheckFailedException":
                return {"failed": True}
            if error.code == "TransactionCanceledException":
                return {"reasons": [reason["Code"] for reason in error.fields["CancellationReasons"]]}
            if error.code == "TransactionConflictException":
                self.conflicts += 1
                return None
            assert (error.code, error.status) == ("InternalServerError", 500)
            self.refused += 1
            return None

    def _served(self) -> RequestServed:
        """The latest request."""
        return self.lab.trace.of(RequestServed)[-1]

    def _times(self) -> tuple[int, int]:
        """When that was called and answered."""
        served = self._served()
        return served.at, served.at + served.took

    def _request(self, operation: str, **params: Any) -> dict[str, Any]:
        named = {} if operation.startswith("Transact") else {"TableName": "things"}
        return self.lab.request("dynamodb", operation, {**named, **params})


def item(key: str, value: int) -> dict[str, Any]:
    """An item in wire form."""
    return {"id": {"S": key}, "v": {"N": str(value)}}


def condition(expected: Value) -> dict[str, Any]:
    """The parameters of a condition that ``expected`` is there."""
    if expected is None:
        return {"ConditionExpression": "attribute_not_exists(v)"}
    return {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": str(expected)}}}


def value_in(answer: dict[str, Any]) -> Value:
    """The value that an answer shows, None if there was nothing."""
    return int(answer["Item"]["v"]["N"]) if "Item" in answer else None
