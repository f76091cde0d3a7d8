"""A table with a stream, and functions that a consumer can call."""

from collections import Counter
from typing import Any

from dynateach import Lab
from dynateach.consumers import Consumer
from dynateach.consumers.settings import Event


class Scene:
    """A Lab with the table "things", whose items have the key ``pk`` and a version ``n``."""

    def __init__(self, **lab: Any) -> None:
        self.lab = Lab(**lab)
        created = self.lab.request(
            "dynamodb",
            "CreateTable",
            {
                "TableName": "things",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        )
        self.arn: str = created["TableDescription"]["LatestStreamArn"]
        self.wait(30)
        self.versions: Counter[str] = Counter()

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def put(self, *keys: str, **attributes: Any) -> None:
        """Write the next version of each of these items."""
        for key in keys:
            self.versions[key] += 1
            item = {"pk": {"S": key}, "n": {"N": str(self.versions[key])}, **attributes}
            self.lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})

    def split(self, number: int = 0) -> None:
        inside = self.lab.inspect("things")
        inside.split(inside.partitions[number % len(inside.partitions)].id)

    def disable_stream(self) -> None:
        self.lab.request(
            "dynamodb", "UpdateTable", {"TableName": "things", "StreamSpecification": {"StreamEnabled": False}}
        )

    def consume(self, function: Any, **settings: Any) -> Consumer:
        return self.lab.consume("things", function, **settings)


class Seen:
    """A function that notes each change that it finishes, and each batch that it gets.

    ``failures`` says how often it fails for a change before it succeeds, such as ``{"a1": 2}``; -1 is for ever.
    """

    def __init__(self, failures: dict[str, int] | None = None) -> None:
        self.changes: list[str] = []
        self.batches: list[list[str]] = []
        self.failures = dict(failures or {})

    def __call__(self, event: Event, context: Any) -> None:
        names = [name_of(record) for record in event["Records"]]
        self.batches.append(names)
        for name in names:
            if self._fails(name):
                raise ValueError(f"cannot take {name}")
            self.changes.append(name)

    def reporting(self, event: Event, context: Any) -> dict[str, Any]:
        """The same as a function that tells which records failed, and does the others."""
        self.batches.append([name_of(record) for record in event["Records"]])
        failed = []
        for record in event["Records"]:
            name = name_of(record)
            if self._fails(name):
                failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
            else:
                self.changes.append(name)
        return {"batchItemFailures": failed}

    def _fails(self, name: str) -> bool:
        left = self.failures.get(name, 0)
        self.failures[name] = left - 1 if left > 0 else left
        return left != 0


def name_of(record: dict[str, Any]) -> str:
    """A change by its item and version: "a2" is the second of item "a"."""
    image = record["dynamodb"]["NewImage"]
    return str(image["pk"]["S"] + image["n"]["N"])
