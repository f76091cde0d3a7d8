"""One account and two clients: what each asks of it, when its turn comes, and what it is told.

bank = Bank(seed=1)
client = Client(bank, "A", overwrite, turns=(0.5, 1.0), pause=0.5)
client.begin()
bank.lab.clock.advance(10)
bank.calls                                      # what was asked, and what came back
changes(bank)                                   # what the items held, and since when

A program is what a client does: it asks, and yields when the other one may have a turn.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.drawing.film import seconds
from dynateach.errors import ServiceError
from dynateach.events import ItemWritten, RequestServed, WriteRefused
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, Delay

TABLE = "bank"
BALANCE, DEPOSITS = "balance", "deposits"
"""The keys of the two items: how much there is, and how many deposits were made."""
AMOUNT = 10
TIMEOUT = 2.0
"""Seconds after which a client gives an answer up for lost (assumed)."""
BACK_OFF = 0.3
"""Seconds that it then waits before it asks again (assumed)."""

PHYSICS = replace(
    CLASSROOM,
    table_creation=0,
    control=Delay(),
    on_demand_partitions=1,
    admission="off",
    replication_lag=Delay(),
    stream_lag=Delay(),
    transaction_commit=Delay(300_000, 600_000, 900_000, 1_200_000, 1_500_000),
)
"""The profile classroom, without what this story is not about; transactions commit in 0.3 to 1.5 s."""


class Call(NamedTuple):
    """One request: ``called`` and ``answered`` in seconds, ``outcome`` "OK" or the error's code.

    ``knew`` is the balance on which a write was based, ``value`` the one that a read was told or a write has set, and ``found`` the
    one that a PutItem has replaced; None where nothing says so. ``heard`` is whether the answer reached the client.
    """

    client: str
    request: int
    operation: str
    called: float
    answered: float
    outcome: str
    read_units: float
    write_units: float
    knew: int | None = None
    value: int | None = None
    found: int | None = None
    heard: bool = True

    @property
    def given_up(self) -> float:
        """When its client stops to wait for the answer (seconds): when it has it, or holds it for lost."""
        return self.answered if self.heard else max(self.called + TIMEOUT, self.answered)

    @property
    def writes(self) -> bool:
        """Whether it was to change something."""
        return self.operation != "GetItem"

    @property
    def overwrote(self) -> bool:
        """Whether it replaced a balance that its client had not seen: the other one's update is lost."""
        return self.found != self.knew and self.found is not None


class Change(NamedTuple):
    """An item got a new ``value`` at that time (seconds), by that request."""

    at: float
    key: str
    value: int
    request: int


class Bank:
    """A table with two items, both 0, and a stream that remembers every value. ``calls`` are the clients', in order."""

    def __init__(self, seed: int = 1) -> None:
        self.lab = Lab(seed, PHYSICS)
        self.calls: list[Call] = []
        self.lab.request("dynamodb", "CreateTable", _DEFINITION)
        for key in (BALANCE, DEPOSITS):
            item = {**_key(key), "n": _n(0), "version": _n(0)}
            self.at(0.0, lambda item=item: self.lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": item}))  # type: ignore[misc]

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do that ``time`` seconds after the Lab began, beside whatever else is under way."""
        self.lab.clock.at(self.lab.clock.start + round(time * SECOND), action)

    def ask(self, client: str, operation: str, params: dict[str, Any]) -> tuple[Call, dict[str, Any]]:
        """Make a request for a client: the call as far as the answer does not tell more of it, and the answer ({} if refused)."""
        answer: dict[str, Any] = {}
        try:
            answer = self.lab.request("dynamodb", operation, {"ReturnConsumedCapacity": "TOTAL", **params})
        except ServiceError as error:
            if error.code not in REFUSALS:
                raise
        served = self.lab.trace.of(RequestServed)[-1]
        times = seconds(served.at), seconds(served.at + served.took)
        units = _units(operation, answer) if answer else self._refused_units(served.request)
        return Call(client, served.request, operation, *times, served.outcome, *units), answer

    def _refused_units(self, request: int) -> tuple[float, float]:
        """An error's answer does not say what it cost; the trace does."""
        return 0.0, sum(event.units for event in self.lab.trace.of(WriteRefused) if event.request == request)


REFUSALS = {
    "ConditionalCheckFailedException": "the item had changed since it was read",
    "TransactionCanceledException": "the items were pending for another transaction",
    "TransactionInProgressException": "the first one with this token was still under way",
}
"""The errors that two clients may run into, and what they say."""

Program = Generator[None, None, None]


class Client:
    """Somebody who deposits 10, one step at each of ``turns`` (seconds), and what is left over ``pause`` seconds after each answer.

    ``deaf`` is whether the answer to the first write gets lost, ``stubborn`` whether it tries again after a refusal or a lost answer.
    """

    def __init__(
        self,
        bank: Bank,
        name: str,
        program: "Callable[[Client], Program]",
        turns: Sequence[float],
        pause: float,
        *,
        deaf: bool = False,
        stubborn: bool = True,
    ) -> None:
        self.stubborn = stubborn
        self._bank = bank
        self._name = name
        self._turns = iter(turns)
        self._pause = pause
        self._deaf = deaf
        self._known: dict[str, int] = {}
        self._free = 0.0
        self._steps = program(self)

    def begin(self) -> None:
        """Wait for the first turn."""
        self._bank.at(max(next(self._turns, self._free + self._pause), self._free), self._turn)

    def _turn(self) -> None:
        for _ in self._steps:
            self.begin()
            return

    def read(self) -> None:
        """Get the balance, by a strongly consistent read."""
        params = {"TableName": TABLE, "Key": _key(BALANCE), "ConsistentRead": True}
        call, answer = self._bank.ask(self._name, "GetItem", params)
        self._known = {name: int(answer["Item"][name]["N"]) for name in ("n", "version")}
        self._note(call._replace(value=self._known["n"]))

    def put(self, only_if_unchanged: bool = False) -> bool:
        """Put the item with the balance that was read, and 10 more: whether that was done."""
        n, version = self._known["n"] + AMOUNT, self._known["version"] + 1
        item = {**_key(BALANCE), "n": _n(n), "version": _n(version), "by": {"S": self._name}}
        params: dict[str, Any] = {"TableName": TABLE, "Item": item, "ReturnValues": "ALL_OLD"}
        if only_if_unchanged:
            condition = {":known": _n(version - 1)}
            params |= {"ConditionExpression": "version = :known", "ExpressionAttributeValues": condition}
        call, answer = self._bank.ask(self._name, "PutItem", params)
        found = int(answer["Attributes"]["n"]["N"]) if answer else None
        return self._note(call._replace(knew=n - AMOUNT, value=n if answer else None, found=found))

    def add(self) -> bool:
        """Let the service add 10 to whatever is there: whether the client knows that it was done."""
        call, answer = self._bank.ask(self._name, "UpdateItem", {**_adding(BALANCE), "ReturnValues": "UPDATED_NEW"})
        return self._note(call._replace(value=int(answer["Attributes"]["n"]["N"])))

    def transact(self, *keys: str, token: str = "") -> bool:
        """Add 10 to the balance, and 1 to the deposits, whichever are asked for, in one transaction: whether the client knows that it was done."""
        params: dict[str, Any] = {"TransactItems": [{"Update": _adding(key)} for key in keys]}
        if token:
            params["ClientRequestToken"] = f"{token} of {self._name}"
        call, _ = self._bank.ask(self._name, "TransactWriteItems", params)
        return self._note(call)

    def _note(self, call: Call) -> bool:
        call = call._replace(heard=not (self._deaf and call.writes and call.outcome == "OK"))
        self._deaf = self._deaf and call.heard
        self._bank.calls.append(call)
        self._free = call.given_up + (0 if call.heard else BACK_OFF)
        return call.heard and call.outcome == "OK"


def changes(bank: Bank) -> list[Change]:
    """Every value that the items were given, in order: when and by which request says the trace, which value says the table's stream."""
    values = _values(bank.lab)
    written = [event for event in bank.lab.trace.of(ItemWritten) if event.change != "NONE"]
    return [Change(seconds(event.at), *next(values), event.request) for event in written]


def _values(lab: Lab) -> Iterator[tuple[str, int]]:
    """Keys and values in the table's stream."""
    described = lab.request("dynamodb", "DescribeTable", {"TableName": TABLE})
    stream = {"StreamArn": described["Table"]["LatestStreamArn"]}
    shards = lab.request("dynamodbstreams", "DescribeStream", stream)["StreamDescription"]["Shards"]
    for shard in shards:
        start = {**stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = lab.request("dynamodbstreams", "GetShardIterator", start)
        for record in lab.request("dynamodbstreams", "GetRecords", iterator)["Records"]:
            image = record["dynamodb"]["NewImage"]
            yield image["id"]["S"], int(image["n"]["N"])


def _units(operation: str, answer: dict[str, Any]) -> tuple[float, float]:
    """The read and write units that an answer says it has consumed."""
    consumed = answer["ConsumedCapacity"]
    if operation == "TransactWriteItems":
        (total,) = consumed
        return total.get("ReadCapacityUnits", 0.0), total.get("WriteCapacityUnits", 0.0)
    units = consumed["CapacityUnits"]
    return (units, 0.0) if operation == "GetItem" else (0.0, units)


def _adding(key: str) -> dict[str, Any]:
    more = {":more": _n(AMOUNT if key == BALANCE else 1)}
    return {
        "TableName": TABLE,
        "Key": _key(key),
        "UpdateExpression": "SET n = n + :more",
        "ExpressionAttributeValues": more,
    }


def _key(key: str) -> dict[str, Any]:
    return {"id": {"S": key}}


def _n(value: int) -> dict[str, str]:
    return {"N": str(value)}


_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
