"""One story in which everything happens that a Lab can tell of, chapter by chapter.

python -m tests.replay.story 30        prints its whole trace as JSON, thirty times as busy
"""

import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple

from dynateach import Lab, ServiceError
from dynateach.clock import SECOND
from dynateach.events import Event, StreamRecordWritten
from dynateach.randomness import Stream
from dynateach.retries import ADAPTIVE, STANDARD, Client
from tests.indexed import definition


class Chapter(NamedTuple):
    """What happened under one title."""

    title: str
    events: list[Event]


def told(scale: int = 1) -> Iterator[Chapter]:
    """The story, a chapter at a time; ``scale`` says how busy it is."""
    story = Story(scale)
    for chapter in CHAPTERS:
        before = len(story.lab.trace)
        chapter(story)
        yield Chapter((chapter.__doc__ or "").rstrip("."), list(story.lab.trace)[before:])


class Story:
    """A Lab, and the requests that the chapters repeat. ``orders`` is an on-demand table with a global index, a local one
    and a stream; ``jobs`` a provisioned one.
    """

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.lab = Lab(seed=11, profile="realistic")
        self.numbers = count(1)

    def ask(self, operation: str, table: str = "orders", /, **params: Any) -> dict[str, Any]:
        """The answer; an empty one if the request is refused, which is part of the story."""
        named = {} if operation.startswith(("Batch", "Transact")) else {"TableName": table}
        try:
            return self.lab.request("dynamodb", operation, {**named, **params})
        except ServiceError:
            return {}

    def put(self, customer: str, order: str, **attributes: Any) -> None:
        self.ask("PutItem", Item={**key(customer, order), **attributes})

    def wait(self, seconds: float) -> None:
        self.lab.clock.advance(seconds)

    def clients(self, times: int = 1) -> Iterator[Client]:
        """So many SDK clients for each unit of scale, each with its own chance; every third is adaptive."""
        for number in range(times * self.scale):
            retries = ADAPTIVE if number % 3 == 2 else STANDARD
            yield Client(self.lab.clock, retries, Stream(self.lab.seed, f"client {next(self.numbers)}"))


def key(customer: str, order: str) -> dict[str, Any]:
    return {"customer": {"S": customer}, "order": {"S": order}}


def text(value: str) -> dict[str, str]:
    return {"S": value}


def throughput(reads: int, writes: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def tables(story: Story) -> None:
    """Two tables are created: orders on demand, jobs provisioned."""
    indexes = {"by_state": "state:S -> total"}, {"by_total": "customer / total:N -> KEYS_ONLY"}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    orders = definition(*indexes, "customer:S / order:S", TableName="orders", StreamSpecification=stream)
    story.lab.request("dynamodb", "CreateTable", orders)
    jobs = definition(key="job:S", TableName="jobs", **throughput(2, 2))
    story.lab.request("dynamodb", "CreateTable", jobs)
    story.wait(10)


def items(story: Story) -> None:
    """An order is put, changed, refused a change, and deleted."""
    for number in range(2 * story.scale):
        story.put("ada", f"{number}", state=text("open"), total={"N": "17"})
    change: dict[str, Any] = {
        "Key": key("ada", "0"),
        "UpdateExpression": "SET #s = :s",
        "ExpressionAttributeNames": {"#s": "state"},
    }
    for new, old in (("paid", "open"), ("sent", "open")):
        values = {":s": text(new), ":old": text(old)}
        story.ask("UpdateItem", **change, ConditionExpression="#s = :old", ExpressionAttributeValues=values)
    story.ask("DeleteItem", Key=key("ada", "1"))


def reads(story: Story) -> None:
    """Reads of one order, of a customer, of an index, of everything."""
    for consistent in (True, False, False):
        story.ask("GetItem", Key=key("ada", "0"), ConsistentRead=consistent)
    ada, paid = {":c": text("ada")}, {":s": text("paid")}
    story.ask("Query", KeyConditionExpression="customer = :c", ExpressionAttributeValues=ada)
    index: dict[str, Any] = {"IndexName": "by_state", "ExpressionAttributeNames": {"#s": "state"}}
    story.ask("Query", **index, KeyConditionExpression="#s = :s", ExpressionAttributeValues=paid)
    story.wait(1)
    story.ask("Query", **index, KeyConditionExpression="#s = :s", ExpressionAttributeValues=paid)
    story.ask("Scan", Limit=3 * story.scale)


def many(story: Story) -> None:
    """A batch, a transaction, and one that is cancelled; sets come in any order."""
    table = story.lab.resource("dynamodb").Table("orders")
    with table.batch_writer() as batch:
        for number in range(2 * story.scale):
            batch.put_item(Item={"customer": "bob", "order": str(number), "tags": {"x", "y", str(number)}})
    put = {"Put": {"TableName": "orders", "Item": {**key("cy", "0"), "state": text("open")}}}
    again = {"TableName": "orders", "Key": key("bob", "0"), "ConditionExpression": "attribute_not_exists(customer)"}
    story.ask("TransactWriteItems", TransactItems=[put, {"Delete": {"TableName": "orders", "Key": key("bob", "1")}}])
    story.ask("TransactWriteItems", TransactItems=[put, {"ConditionCheck": again}])
    story.ask("TransactGetItems", TransactItems=[{"Get": {"TableName": "orders", "Key": key("cy", "0")}}])


def met(story: Story) -> None:
    """A write meets an item that a transaction of another client has prepared."""
    now = story.lab.clock.now
    put = {"Put": {"TableName": "orders", "Item": {**key("cy", "1"), "state": text("open")}}}
    for number in range(story.scale):
        at = now + number * SECOND
        story.lab.clock.at(at, lambda: story.ask("TransactWriteItems", TransactItems=[put]))
        story.lab.clock.at(at + 1, lambda: story.put("cy", "1", state=text("paid")))
    story.wait(story.scale)


def consumer(story: Story) -> None:
    """A function follows the stream; it fails for bob, and gives him up."""

    def follow(event: dict[str, Any], context: object) -> None:
        if any(record["dynamodb"]["Keys"]["customer"]["S"] == "bob" for record in event["Records"]):
            raise ValueError("nobody knows bob")

    following = story.lab.consume("orders", follow, batch_size=2, maximum_retry_attempts=1)
    story.wait(20)
    following.pause()
    story.put("ada", "2", state=text("open"))
    following.resume()
    story.wait(5)
    following.stop()


def readers(story: Story) -> None:
    """Too many read a large record of one shard."""
    story.put("fay", "0", note=text("x" * 380_000))
    story.wait(2)
    stream = story.lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"]["LatestStreamArn"]
    shard = story.lab.trace.of(StreamRecordWritten)[-1].shard
    which = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    for _ in range(9):
        iterator = story.lab.request("dynamodbstreams", "GetShardIterator", which)["ShardIterator"]
        try:
            story.lab.request("dynamodbstreams", "GetRecords", {"ShardIterator": iterator})
        except ServiceError:
            return


def split(story: Story) -> None:
    """Ada's partition is split, and both halves are written to."""
    inside = story.lab.inspect("orders")
    inside.split(inside.locate("ada").partition)
    for name in ("ada", "bob", "cy"):
        story.put(name, "3", state=text("open"))
    story.wait(1)


def late_index(story: Story) -> None:
    """An index is stopped for a while: it misses an order, then has it."""
    story.lab.faults.pause_index("orders", "by_state", seconds=5)
    story.put("dan", "0", state=text("lost"))
    lost: dict[str, Any] = {
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":s": text("lost")},
    }
    for _ in range(2):
        story.ask("Query", IndexName="by_state", KeyConditionExpression="#s = :s", **lost)
        story.wait(6)


def lost_zone(story: Story) -> None:
    """A zone is slow, then lost: a client gives up before there is a new leader."""
    story.lab.faults.slow("b", seconds=2, factor=20)
    story.put("ada", "4", state=text("open"))
    story.wait(3)
    story.lab.faults.lose_zone("a", seconds=6)
    for number, client in enumerate(story.clients(3)):
        item = {**key(f"client {number}", "0"), "state": text("open")}
        client.call(lambda item=item: story.lab.request("dynamodb", "PutItem", {"TableName": "orders", "Item": item}))  # type: ignore[misc]
    story.wait(10)
    story.ask("GetItem", Key=key("client 0", "0"), ConsistentRead=True)


def throttled(story: Story) -> None:
    """A table of two units a second has used up its savings; its clients come back until they are served."""
    story.ask("PutItem", "jobs", Item={"job": text("large"), "v": text("x" * 1024 * 118)})
    for number, client in enumerate(story.clients(4)):
        put = {"TableName": "jobs", "Item": {"job": text(f"{number}"), "v": text("x" * 2000)}}
        client.call(lambda put=put: story.lab.request("dynamodb", "PutItem", put))  # type: ignore[misc]
    story.wait(20)


def scaled(story: Story) -> None:
    """Auto scaling gives it more after two busy minutes."""
    scaling = story.lab.autoscale("jobs", write=(1, 40, 50))
    for _ in range(2 * 2):
        story.ask("PutItem", "jobs", Item={"job": text("hot"), "v": text("x" * 1024 * 60)})
        story.wait(30.5)
    story.wait(10)
    scaling.stop()


def grown(story: Story) -> None:
    """A table that is to take more than one partition serves begins to split; it is called off with the table."""
    story.ask("CreateTable", "more", **definition(key="job:S", TableName="more", **throughput(1, 1)))
    story.wait(10)
    story.ask("UpdateTable", "more", **throughput(1, 2000))
    story.wait(10)
    story.ask("DeleteTable", "more")
    story.wait(10)


def expired(story: Story) -> None:
    """Orders expire, and go when their turn comes."""
    story.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    story.wait(3600)
    moment = story.lab.clock.now // SECOND + 60
    for number in range(2 * story.scale):
        story.put("eve", f"{number}", until={"N": str(moment + number)}, state=text("open"))
    story.wait(5 * 24 * 3600)


def end(story: Story) -> None:
    """The stream is read to its end, and the tables go."""
    stream = story.lab.request("dynamodb", "DescribeTable", {"TableName": "orders"})["Table"]["LatestStreamArn"]
    story.put("zoe", "0", state=text("open"))
    for table in ("orders", "jobs"):
        story.ask("DeleteTable", table)
    story.wait(60)
    for shard in described(story, stream)["Shards"]:
        which = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = story.lab.request("dynamodbstreams", "GetShardIterator", which)["ShardIterator"]
        story.lab.request("dynamodbstreams", "GetRecords", {"ShardIterator": iterator})


def described(story: Story, stream: str) -> dict[str, Any]:
    answer = story.lab.request("dynamodbstreams", "DescribeStream", {"StreamArn": stream})
    return dict(answer["StreamDescription"])


CHAPTERS: tuple[Callable[[Story], None], ...] = (
    tables,
    items,
    reads,
    many,
    met,
    consumer,
    readers,
    split,
    late_index,
    lost_zone,
    throttled,
    scaled,
    grown,
    expired,
    end,
)


def main() -> None:
    """Tell the whole story, as JSON lines."""
    story = Story(int(sys.argv[1]))
    for chapter in CHAPTERS:
        chapter(story)
    for line in story.lab.trace.lines():
        print(line)


if __name__ == "__main__":
    main()
