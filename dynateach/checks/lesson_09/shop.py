"""What the tasks of this lesson share: a table of orders with a stream, and what the stream holds."""

from collections.abc import Iterator
from typing import Any

from dynateach.checks.task import Boto3, Call
from dynateach.lab import Lab
from dynateach.profile import IDEAL, Profile

ORDERS = "orders"
Record = dict[str, Any]
"""A record of the stream in wire form."""


def shop(seed: int, profile: Profile = IDEAL, table: str = ORDERS) -> Lab:
    """A Lab with one table and its stream, which keeps both images."""
    lab = Lab(seed, profile)
    with lab.trace.paused():
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        create_table(lab, table, StreamSpecification=stream)
        lab.clock.advance(30)
    return lab


def create_table(lab: Lab, name: str, **more: Any) -> None:
    """An on-demand table with the partition key ``id``, a string."""
    definition = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        **more,
    }
    lab.request("dynamodb", "CreateTable", definition)


def delete(lab: Lab, table: str, id: str) -> None:
    """Delete one item, as a user does."""
    lab.request("dynamodb", "DeleteItem", {"TableName": table, "Key": {"id": {"S": id}}})


def stream_of(lab: Lab, table: str = ORDERS) -> str:
    """The ARN of a table's stream."""
    with lab.trace.paused():
        answer = lab.request("dynamodb", "DescribeTable", {"TableName": table})
    return str(answer["Table"]["LatestStreamArn"])


def records_by_shard(lab: Lab, table: str = ORDERS) -> dict[str, list[Record]]:
    """What can be read from a table's stream now, in the order in which shards were opened."""
    arn = stream_of(lab, table)
    with lab.trace.paused():
        return {shard: list(_records(lab, arn, shard)) for shard in _shards(lab, arn)}


def all_records(lab: Lab, table: str = ORDERS) -> list[Record]:
    """The same without the shards."""
    return [record for found in records_by_shard(lab, table).values() for record in found]


def number_of(record: Record) -> str:
    """A record's SequenceNumber."""
    return str(record["dynamodb"]["SequenceNumber"])


def call_with(records: list[Record], table: str) -> Call:
    """A call of ``handler``, as Lambda makes it, with these records and that table."""
    told = ", ".join(map(text_of, records))
    return Call("handler", ({"Records": records}, Boto3(table)), shown=f"handler(event, table)   with {told}")


def text_of(record: Record) -> str:
    """``INSERT o1``."""
    return f"{record['eventName']} {id_of(record)}"


def id_of(record: Record) -> str:
    """The key of the item that a record is about."""
    return str(record["dynamodb"]["Keys"]["id"]["S"])


def _shards(lab: Lab, arn: str) -> Iterator[str]:
    after: dict[str, str] = {}
    while True:
        page = lab.request("dynamodbstreams", "DescribeStream", {"StreamArn": arn, **after})["StreamDescription"]
        yield from (shard["ShardId"] for shard in page["Shards"])
        if "LastEvaluatedShardId" not in page:
            return
        after = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}


def _records(lab: Lab, arn: str, shard: str) -> Iterator[Record]:
    start = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = lab.request("dynamodbstreams", "GetShardIterator", start)["ShardIterator"]
    while iterator:
        answer = lab.request("dynamodbstreams", "GetRecords", {"ShardIterator": iterator})
        yield from answer["Records"]
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
