"""The table that expires: sessions of one visitor, each with a time to live, a query of them, and a stream that tells of their deletion.

sessions = Sessions(Lab(1, PHYSICS))
sessions.put("s1", 1_767_229_200)               # seconds since 1970
sessions.lab.clock.advance(100 * 3600)
sessions.query(filtered=True)
"""

from dataclasses import replace
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.lab import Lab
from dynateach.profile import REALISTIC, Delay

TABLE = "sessions"
VISITOR = {"visitor": {"S": "v1"}}
PADDING = "x" * 950
"""A session is a little less than 1 KB."""

PHYSICS = replace(
    REALISTIC,
    table_creation=0,
    expiry_change=0,
    control=Delay(),
    on_demand_partitions=1,
    admission="off",
    replication_lag=Delay(),
    shard_life=Delay(),
)
"""The profile realistic, without what this story is not about; time to live is on at once."""


class Answer(NamedTuple):
    """What a query returned: the names of its ``sessions``, how many items it ``read`` for that, and the read ``units`` consumed."""

    sessions: tuple[str, ...]
    read: int
    units: float


class Record(NamedTuple):
    """A deletion as the stream tells of it: of which session, and who is named as its author ("": nobody)."""

    session: str
    author: str


class Sessions:
    """A table with time to live and a stream; ``records`` are the deletions that ``read_stream`` has found so far."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.records: dict[str, Record] = {}
        lab.request("dynamodb", "CreateTable", _DEFINITION)
        lab.request("dynamodb", "UpdateTimeToLive", {"TableName": TABLE, "TimeToLiveSpecification": _EXPIRY})

    def put(self, session: str, expires: int) -> None:
        """Write a session that is to go at that time, whatever it is a number of."""
        item = {**VISITOR, "session": {"S": session}, "expires": {"N": str(expires)}, "data": {"S": PADDING}}
        self.lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": item})

    def query(self, filtered: bool) -> Answer:
        """Ask for all sessions; ``filtered``: only for those whose time is later than now, in seconds since 1970."""
        now = {":now": {"N": str(self.lab.clock.now // SECOND)}} if filtered else {}
        answer = self.lab.request(
            "dynamodb",
            "Query",
            {
                "TableName": TABLE,
                "KeyConditionExpression": "visitor = :visitor",
                "ExpressionAttributeValues": {":visitor": VISITOR["visitor"], **now},
                "ReturnConsumedCapacity": "TOTAL",
                **({"FilterExpression": "expires > :now"} if filtered else {}),
            },
        )
        names = tuple(item["session"]["S"] for item in answer["Items"])
        return Answer(names, answer["ScannedCount"], answer["ConsumedCapacity"]["CapacityUnits"])

    def read_stream(self) -> None:
        """Note the deletions of the last 24 hours: a stream keeps its records no longer (documented)."""
        described = self.lab.request("dynamodb", "DescribeTable", {"TableName": TABLE})
        stream = {"StreamArn": described["Table"]["LatestStreamArn"]}
        for shard in self._streams("DescribeStream", stream)["StreamDescription"]["Shards"]:
            start = {**stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            for record in self._streams("GetRecords", self._streams("GetShardIterator", start))["Records"]:
                if record["eventName"] == "REMOVE":
                    self._note(record)

    def _note(self, record: dict[str, Any]) -> None:
        told, author = record["dynamodb"], record.get("userIdentity", {}).get("PrincipalId", "")
        self.records[told["SequenceNumber"]] = Record(told["Keys"]["session"]["S"], author)

    def _streams(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.lab.request("dynamodbstreams", operation, params)


_EXPIRY = {"AttributeName": "expires", "Enabled": True}
_DEFINITION = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("visitor", "session")],
    "KeySchema": [
        {"AttributeName": "visitor", "KeyType": "HASH"},
        {"AttributeName": "session", "KeyType": "RANGE"},
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
}
