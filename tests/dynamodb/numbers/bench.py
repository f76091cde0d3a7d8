"""The instruments with which claims are measured: a Lab with one table, and what one reads off it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dynateach import Lab, ServiceError
from dynateach.profile import IDEAL, Profile
from tests.indexed import Specs, definition

Wire = dict[str, Any]

COUNTING = replace(IDEAL, admission="global")
"""No lag and no waiting, but budgets that can be empty."""

KB, MB = 1024, 1024 * 1024


class Bench:
    """A Lab with the table "things", ready for use; how it is made is told as to ``tests.indexed.definition``."""

    def __init__(
        self,
        profile: str | Profile = IDEAL,
        globals: Specs | None = None,
        locals: Specs | None = None,
        key: str = "pk:S",
        **table: Any,
    ) -> None:
        self.lab = Lab(seed=1, profile=profile)
        self.lab.request("dynamodb", "CreateTable", definition(globals, locals, key, **table))
        self.wait(60)

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def ask(self, operation: str, **params: Any) -> Wire:
        """The answer to a request; it is about the table unless it names its own."""
        named = {} if operation.startswith(_NAMELESS) else {"TableName": "things"}
        return self.lab.request("dynamodb", operation, {**named, **params})

    def put(self, size: int, pk: str = "a", **attributes: Any) -> Wire:
        """Put an item of so many bytes."""
        return self.ask("PutItem", Item=sized(size, pk, **attributes))

    def units(self, operation: str, **params: Any) -> float:
        """The capacity units that a request reports, all of them."""
        return total(self.ask(operation, ReturnConsumedCapacity="TOTAL", **params))

    def outcome(self, operation: str, **params: Any) -> str:
        """OK, or the error's code."""
        try:
            self.ask(operation, **params)
        except ServiceError as error:
            return error.code
        return "OK"

    def accepts(self, operation: str, **params: Any) -> bool:
        """Whether DynamoDB does it."""
        return self.outcome(operation, **params) == "OK"

    def until_refused(self, attempt: Callable[[], str]) -> int:
        """How many attempts in one moment are OK before one is not."""
        done = 0
        while attempt() == "OK":
            done += 1
        return done


_NAMELESS = ("Batch", "Transact", "Execute", "List", "Restore")


def total(answer: Wire) -> float:
    """The units in an answer's ConsumedCapacity, of one table or of several."""
    report = answer["ConsumedCapacity"]
    reports = report if isinstance(report, list) else [report]
    return float(sum(one["CapacityUnits"] for one in reports))


def sized(size: int, pk: str = "a", **attributes: Any) -> Wire:
    """An item of exactly so many bytes: a text ``v`` fills up what the rest leaves. All attributes are texts."""
    item = {"pk": {"S": pk}, **{name: {"S": text} for name, text in attributes.items()}}
    room = size - sum(len(name) + len(value["S"]) for name, value in item.items()) - len("v")
    return {**item, "v": {"S": "x" * room}} if room >= 0 else item


def key(pk: str = "a") -> Wire:
    return {"pk": {"S": pk}}


def throughput(reads: int, writes: int) -> Wire:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def largest(accepted: Callable[[int], bool], below: int) -> int:
    """The largest number that is accepted, by halving: 1 must be, ``below`` must not."""
    assert accepted(1)
    assert not accepted(below)
    low, high = 1, below
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if accepted(middle) else (low, middle)
    return low
