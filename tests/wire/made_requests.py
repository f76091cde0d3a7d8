"""Requests made from AWS's own service models: of every operation, right in structure for the most part, and broken here
and there.
"""

import base64
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from hypothesis import strategies as st

from dynateach import Lab

SERVICES = {"dynamodb": "DynamoDB_20120810", "dynamodbstreams": "DynamoDBStreams_20120810"}
MODELS = {name: ServiceModel(Loader().load_service_model(name, "service-2")) for name in SERVICES}
OPERATIONS = [(service, name) for service, model in MODELS.items() for name in model.operation_names]
OFTEN = [("dynamodb", name) for name in ("PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "UpdateTable")] + [
    ("dynamodb", name)
    for name in ("BatchWriteItem", "BatchGetItem", "TransactWriteItems", "ExecuteStatement", "CreateTable")
]

ARN = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
OLD_WAY = {
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
}
"""Parameters that go with no expression."""


def a_lab() -> Lab:
    """A Lab with two tables, indexes of both kinds, a stream, a backup, a tag, and three items; the same each time."""
    lab = Lab()
    keys = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "S"), ("n", "N"))
        ],
    }

    def index(name: str, *names: str) -> dict[str, Any]:
        schema = [
            {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
        ]
        return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}

    lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            **keys,
            "GlobalSecondaryIndexes": [index("by-n", "n")],
            "LocalSecondaryIndexes": [index("local", "pk", "n")],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Tags": [{"Key": "team", "Value": "web"}],
        },
    )
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    hashed = {"KeySchema": keys["KeySchema"][:1], "AttributeDefinitions": keys["AttributeDefinitions"][:1]}
    lab.request("dynamodb", "CreateTable", {"TableName": "others", "ProvisionedThroughput": throughput, **hashed})
    for sort, number in (("b", "5"), ("c", "7")):
        item = {"pk": {"S": "a"}, "sk": {"S": sort}, "n": {"N": number}, "tags": {"SS": ["a", "b"]}, "m": {"L": []}}
        lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})
    lab.request("dynamodb", "PutItem", {"TableName": ARN, "Item": {"pk": {"S": "b"}, "sk": {"S": "b"}}})
    lab.request("dynamodb", "CreateBackup", {"TableName": "things", "BackupName": "night"})
    return lab


def _pools() -> dict[str, list[str]]:
    """Texts for members of these names, most of which mean something in ``a_lab``."""
    lab, streams = a_lab(), "dynamodbstreams"
    stream = lab.request(streams, "ListStreams", {})["Streams"][0]["StreamArn"]
    shard = lab.request(streams, "DescribeStream", {"StreamArn": stream})["StreamDescription"]["Shards"][0]["ShardId"]
    begin = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    backup = lab.request("dynamodb", "ListBackups", {})["BackupSummaries"][0]["BackupArn"]
    tables = ["things"] * 6 + ["others", "nowhere", "ab", ARN, "bad name"]
    return {
        **dict.fromkeys(("TableName", "SourceTableName"), tables),
        "TargetTableName": ["restored", "things"],
        "TableArn": [ARN, f"{ARN}/index/by-n"],
        "SourceTableArn": [ARN, f"{ARN}/index/by-n"],
        "ResourceArn": [ARN, ARN, f"{ARN}/index/by-n", ARN.replace("things", "nowhere"), "text"],
        "StreamArn": [stream, stream, stream[:-1], ARN],
        "ShardId": [shard, shard, shard[:-1] + "x"],
        "ShardIterator": [lab.request(streams, "GetShardIterator", begin)["ShardIterator"], "text"],
        "BackupArn": [backup, backup, backup[:-1] + "x", ARN],
        "IndexName": ["by-n", "by-n", "local", "nothing"],
        "AttributeName": ["pk", "sk", "n", "expires", "a"],
        **_EXPRESSIONS,
    }


_EXPRESSIONS = {
    "ConditionExpression": [
        "attribute_exists(pk)", "attribute_not_exists(pk)", "n > :n", "#n = :n AND size(tags) < :n", "NOT contains(tags, :s)",
        "n IN (:n, :s)", "n BETWEEN :n AND :n", "begins_with(sk, :s) OR attribute_type(n, :s)", "n = ", "pk = :missing", "",
    ],
    "FilterExpression": ["n > :n", "contains(tags, :s)", "#n <> :any", "size(a.b[0]) >= :n", "pk = :s", "n >"],
    "KeyConditionExpression": [
        "pk = :s", "pk = :s", "pk = :s AND sk > :s", "pk = :s AND begins_with(sk, :s)", "n = :n", "#n = :n", "(pk = :s) AND n > :n",
        "pk = :s AND sk BETWEEN :s AND :s", "sk = :s",
    ],
    "ProjectionExpression": ["n", "pk, sk", "#n", "a.b[0], tags", "n, n", "a, a.b", ""],
    "UpdateExpression": [
        "SET n = :n", "SET n = n + :n", "SET a = if_not_exists(a, :any), m = list_append(m, :l)", "REMOVE tags, m", "REMOVE n",
        "ADD n :n", "ADD tags :set", "DELETE tags :set", "SET pk = :s", "SET #n.b[1] = :any REMOVE a", "SET a = :any, a = :s", "SET",
        "SET m[7] = :any, a = :any", "SET n = :any",
    ],
    "Statement": [
        "SELECT * FROM things WHERE pk = ?", 'SELECT n FROM "things"."by-n" WHERE n = 5', "SELECT * FROM things",
        "INSERT INTO things VALUE {'pk': ?, 'sk': 'x'}", "INSERT INTO things VALUE {'pk': 'a', 'sk': 'b'}",
        "UPDATE things SET n = ? WHERE pk = 'a' AND sk = 'b'", "UPDATE things SET n = 'text' WHERE pk = 'a' AND sk = 'b'",
        "DELETE FROM things WHERE pk = 'a' AND sk = 'b'", "EXISTS(SELECT * FROM things WHERE pk = 'a')", "SELECT", "DROP TABLE things",
    ],
}  # fmt: skip
POOLS = _pools()
NAMES = st.sampled_from(["pk", "sk", "n", "tags", "#n", "#missing", "a.b", "m", ":s", ":n", "a", "expires"])
NUMBERS = [*(str(n) for n in range(-9, 9)), "-0.10", "1e125", "9" * 38, "9" * 39, "1e126", "NaN", "", " 1"]


class Made(NamedTuple):
    """A request: its service as boto3 calls it, its operation and its parameters, which need not be a structure."""

    service: str
    operation: str
    params: Any


@st.composite
def requests(draw: st.DrawFn) -> Made:
    """A request of any operation that AWS's models know, half of them of those that write or have much to say."""
    service, operation = draw(st.sampled_from(OPERATIONS) | st.sampled_from(OFTEN))
    shape = MODELS[service].operation_model(operation).input_shape
    broken = draw(st.sampled_from([0, 0, 20, 5]))  # one part in so many is something else; 0 is none
    return Made(service, operation, _Maker(draw, broken).of(shape, operation) if shape else {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.sampled_from(["S", "N", "M", "L"]), inner, max_size=3)
    ),
    max_leaves=5,
)


class _Maker:
    """Draws a value for a shape; ``broken`` says how many parts come upon one that is replaced by anything."""

    def __init__(self, draw: st.DrawFn, broken: int) -> None:
        self._draw = draw
        self._broken = broken

    def of(self, shape: Shape, name: str, depth: int = 0) -> Any:
        """A value for a member of that name."""
        if self._broken and depth and self._draw(st.integers(0, self._broken)) == 0:
            return self._draw(JSON)
        if shape.name == "AttributeValue":
            return self._attribute_value(depth)
        makers: dict[str, Callable[[Shape, str, int], Any]] = {
            "structure": self._structure,
            "list": self._list,
            "map": self._map,
            "string": self._string,
        }
        return makers.get(shape.type_name, self._scalar)(shape, name, depth)

    def _structure(self, shape: Any, name: str, depth: int) -> Any:
        wanted = [member for member in shape.members if member in shape.required_members]
        others = [member for member in shape.members if member not in shape.required_members]
        if others and depth < 5:
            wanted += self._draw(st.lists(st.sampled_from(others), max_size=3 if depth else 5, unique=True))
        if shape.name in ("WriteRequest", "TransactWriteItem") and not self._broken:
            wanted = [self._draw(st.sampled_from(others))]
        if self._broken and wanted and self._draw(st.integers(0, self._broken)) == 0:
            wanted.pop()
        made = {member: self.of(shape.members[member], member, depth + 1) for member in wanted}
        return made if self._broken else self._fitting(made)

    def _fitting(self, made: dict[str, Any]) -> dict[str, Any]:
        """The structure with the names and values that its expressions use, and no other, and nothing from before expressions."""
        texts = " ".join(made[member] for member in made if member.endswith("Expression"))
        if not texts:
            return {member: value for member, value in made.items() if not member.startswith("ExpressionAttribute")}
        made = {member: value for member, value in made.items() if member not in OLD_WAY}
        names, values = set(re.findall(r"#\w+", texts)), sorted(set(re.findall(r":\w+", texts)) - {":missing"})
        for member, content in (
            ("ExpressionAttributeNames", dict.fromkeys(sorted(names), "n")),
            ("ExpressionAttributeValues", {value: self._operand(value) for value in values}),
        ):
            made.pop(member, None)
            made |= {member: content} if content else {}
        return made

    def _operand(self, name: str) -> Any:
        plain: dict[str, list[Any]] = {
            ":n": [{"N": "5"}, {"N": "-1"}, {"N": "1e125"}],
            ":s": [{"S": "a"}, {"S": "b"}, {"S": ""}],
            ":set": [{"SS": ["a"]}, {"NS": ["1"]}],
            ":l": [{"L": []}, {"L": [{"S": "x"}]}],
        }
        return self._draw(st.sampled_from(plain[name])) if name in plain else self._attribute_value(0)

    def _list(self, shape: Any, name: str, depth: int) -> Any:
        least = min(shape.metadata.get("min", 0), 3)
        return [self.of(shape.member, name, depth + 1) for _ in range(self._draw(st.integers(least, max(least, 2))))]

    def _map(self, shape: Any, name: str, depth: int) -> Any:
        keys = st.sampled_from(POOLS["TableName"]) if name == "RequestItems" else NAMES
        made = {
            key: self.of(shape.value, name, depth + 1)
            for key in self._draw(st.lists(keys, min_size=int(name == "RequestItems"), max_size=3, unique=True))
        }
        if shape.value.name == "AttributeValue" and name in (
            "Key",
            "Item",
            "Keys",
            "ExclusiveStartKey",
            "RequestItems",
        ):
            made |= {"pk": {"S": self._draw(st.sampled_from("ab"))}, "sk": {"S": self._draw(st.sampled_from("bc"))}}
        return made

    def _string(self, shape: Any, name: str, depth: int) -> Any:
        if shape.enum:
            return self._draw(st.sampled_from(shape.enum))
        if name == "ExpressionAttributeNames":
            return self._draw(NAMES)
        return self._draw(st.sampled_from(POOLS[name]) if name in POOLS else st.text(max_size=8) | NAMES)

    def _scalar(self, shape: Any, name: str, depth: int) -> Any:
        return self._draw(
            {
                "boolean": st.booleans(),
                "blob": st.binary(max_size=4).map(lambda raw: base64.b64encode(raw).decode()),
                "timestamp": st.integers(0, 2**32),
                "integer": st.integers(-1, 30),
                "long": st.integers(-1, 30),
            }.get(shape.type_name, st.floats(-1, 100))
        )

    def _attribute_value(self, depth: int) -> Any:
        kind = self._draw(st.sampled_from(["S", "S", "N", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]))
        raw = st.binary(max_size=3).map(lambda raw: base64.b64encode(raw).decode())
        texts = st.sampled_from(["a", "b", "a", "b", "", "x" * 2049])
        inner = 1 if depth < 12 else 0
        if kind == "L":
            return {"L": [self._attribute_value(depth + 3) for _ in range(self._draw(st.integers(0, 2 * inner)))]}
        if kind == "M":
            return {
                "M": {
                    key: self._attribute_value(depth + 3) for key in ("a", "b")[: self._draw(st.integers(0, 2 * inner))]
                }
            }
        contents: dict[str, st.SearchStrategy[Any]] = {
            "S": texts,
            "N": st.sampled_from(NUMBERS),
            "B": raw,
            "SS": st.lists(texts, min_size=1, max_size=3),
            "NS": st.lists(st.sampled_from(NUMBERS), max_size=3),
            "BS": st.lists(raw, min_size=1, max_size=3, unique=True),
        }
        return {kind: self._draw(contents.get(kind, st.booleans()))}
