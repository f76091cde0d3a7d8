"""DynamoDB Streams: what is recorded, how it is read, and when it is gone."""

import re
from dataclasses import replace
from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import REALISTIC, Lab, ServiceError
from dynateach.dynamodb.storage.shard import EXPIRY
from dynateach.dynamodb.storage.table import Table
from dynateach.trace import RequestServed, ShardClosed, ShardOpened, StreamRead, StreamRecordWritten

DAY = 24 * 3600
ELSEWHERE = "arn:aws:dynamodb:us-east-1:111122223333:table/nothing/stream/2026-01-01T00:00:00.000"
NO_SHARD = "shardId-00000000000000000000-ffffffff"
VIEWS = {
    "KEYS_ONLY": set(),
    "NEW_IMAGE": {"NewImage"},
    "OLD_IMAGE": {"OldImage"},
    "NEW_AND_OLD_IMAGES": {"NewImage", "OldImage"},
}


class Scene:
    """A Lab with one table and its stream, and the requests that these tests repeat."""

    def __init__(self, view: str = "NEW_AND_OLD_IMAGES", **lab: Any) -> None:
        self.lab = Lab(**lab)
        self.arn = self.create(view)

    def create(self, view: str = "NEW_AND_OLD_IMAGES", name: str = "things") -> str:
        created = self.lab.request(
            "dynamodb",
            "CreateTable",
            {
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": view},
            },
        )
        return str(created["TableDescription"]["LatestStreamArn"])

    def write(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodb", operation, {"TableName": "things", **params})

    def put(self, key: str, **attributes: Any) -> None:
        self.write("PutItem", Item={"pk": {"S": key}, **attributes})

    def delete(self, key: str) -> None:
        self.write("DeleteItem", Key={"pk": {"S": key}})

    def disable(self) -> None:
        self.write("UpdateTable", StreamSpecification={"StreamEnabled": False})

    def enable(self, view: str = "KEYS_ONLY") -> str:
        answer = self.write("UpdateTable", StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
        return str(answer["TableDescription"]["LatestStreamArn"])

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.lab.request("dynamodbstreams", operation, params)

    def describe(self, **params: Any) -> dict[str, Any]:
        description: dict[str, Any] = self.ask("DescribeStream", StreamArn=self.arn, **params)["StreamDescription"]
        return description

    def shards(self, **params: Any) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = self.describe(**params)["Shards"]
        return shards

    def iterator(self, type: str = "TRIM_HORIZON", shard: str | None = None, **more: Any) -> str:
        chosen = shard or self.shards()[0]["ShardId"]
        answer = self.ask("GetShardIterator", StreamArn=self.arn, ShardId=chosen, ShardIteratorType=type, **more)
        return str(answer["ShardIterator"])

    def read(self, iterator: str, **params: Any) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = self.ask("GetRecords", ShardIterator=iterator, **params)["Records"]
        return records

    def keys_read(self, iterator: str) -> list[str]:
        return [record["dynamodb"]["Keys"]["pk"]["S"] for record in self.read(iterator)]

    def rejected(self, operation: str, **params: Any) -> tuple[str, str]:
        with pytest.raises(ServiceError) as caught:
            self.ask(operation, **params)
        return caught.value.code, caught.value.message

    def iterator_rejected(self, type: str, shard: str | None = None, **more: Any) -> tuple[str, str]:
        chosen = shard or self.shards()[0]["ShardId"]
        return self.rejected("GetShardIterator", StreamArn=self.arn, ShardId=chosen, ShardIteratorType=type, **more)


def numbers_of(records: list[dict[str, Any]]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in records]


def n(number: int) -> dict[str, str]:
    return {"N": str(number)}


# What is recorded


def test_a_record_looks_as_dynamodbs_does() -> None:
    scene = Scene()
    scene.lab.clock.advance(1.75)
    scene.put("a", n=n(1))
    (record,) = scene.read(scene.iterator())
    event, number = record.pop("eventID"), record["dynamodb"].pop("SequenceNumber")
    assert re.fullmatch("[0-9a-f]{32}", event)
    assert re.fullmatch("[0-9]{21,40}", number)
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225601,
            "Keys": {"pk": {"S": "a"}},
            "NewImage": {"pk": {"S": "a"}, "n": {"N": "1"}},
            "SizeBytes": 3 + 6,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def test_records_have_the_sizes_of_the_examples_in_awss_guide() -> None:
    scene = Scene()
    scene.lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "guide",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        },
    )
    for message in ("New item!", "This item has changed"):
        scene.write("PutItem", TableName="guide", Item={"Id": n(101), "Message": {"S": message}})
    scene.write("DeleteItem", TableName="guide", Key={"Id": n(101)})
    scene.arn = scene.ask("ListStreams", TableName="guide")["Streams"][0]["StreamArn"]
    assert [record["dynamodb"]["SizeBytes"] for record in scene.read(scene.iterator())] == [26, 59, 38]


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_type_keeps_its_images(view: str) -> None:
    scene = Scene(view)
    scene.put("a", n=n(1))
    scene.put("a", n=n(2))
    scene.delete("a")
    records = scene.read(scene.iterator())
    exist = {"INSERT": {"NewImage"}, "MODIFY": {"NewImage", "OldImage"}, "REMOVE": {"OldImage"}}
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    for record in records:
        told = record["dynamodb"]
        assert told["Keys"] == {"pk": {"S": "a"}}
        assert told["StreamViewType"] == view
        assert told.keys() & {"NewImage", "OldImage"} == VIEWS[view] & exist[record["eventName"]]


def test_a_write_that_changes_nothing_leaves_no_record() -> None:
    scene = Scene()
    scene.put("a", n={"N": "1.50"}, s={"SS": ["x", "y"]})
    scene.put("a", n={"N": "1.5"}, s={"SS": ["y", "x"]})
    scene.write(
        "UpdateItem",
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "15e-1"}},
    )
    scene.delete("never there")
    assert scene.keys_read(scene.iterator()) == ["a"]


def test_a_refused_write_leaves_no_record() -> None:
    scene = Scene()
    with pytest.raises(ServiceError, match="ConditionalCheckFailed"):
        scene.write("PutItem", Item={"pk": {"S": "a"}}, ConditionExpression="attribute_exists(pk)")
    assert scene.read(scene.iterator()) == []


def test_batches_and_transactions_are_recorded_item_by_item() -> None:
    scene = Scene()
    puts = [{"PutRequest": {"Item": {"pk": {"S": key}}}} for key in "ab"]
    scene.lab.request("dynamodb", "BatchWriteItem", {"RequestItems": {"things": puts}})
    key = {"TableName": "things", "Key": {"pk": {"S": "a"}}}
    insert = {"TableName": "things", "Item": {"pk": {"S": "c"}}}
    scene.lab.request("dynamodb", "TransactWriteItems", {"TransactItems": [{"Delete": key}, {"Put": insert}]})
    records = scene.read(scene.iterator())
    assert [(one["eventName"], one["dynamodb"]["Keys"]["pk"]["S"]) for one in records] == [
        ("INSERT", "a"),
        ("INSERT", "b"),
        ("REMOVE", "a"),
        ("INSERT", "c"),
    ]


def test_images_are_the_stored_items_and_no_copies() -> None:
    scene = Scene()
    scene.put("a", n=n(1))
    image = scene.read(scene.iterator())[0]["dynamodb"]["NewImage"]
    assert image["n"] is scene.write("GetItem", Key={"pk": {"S": "a"}})["Item"]["n"]


def test_a_deletion_by_expiry_says_who_did_it() -> None:
    scene = Scene()
    scene.put("a")
    target = things(scene)
    partition = target.keyspace.partitions[0]
    place = target.schema.place_of_key({"pk": {"S": "a"}})
    assert target.stream
    target.stream.record(partition, place, "REMOVE", partition.get(place), None, EXPIRY)
    by_user, by_expiry = scene.read(scene.iterator())
    assert "userIdentity" not in by_user
    assert by_expiry["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


def things(scene: Scene) -> Table:
    return scene.lab._dynamodb("us-east-1").tables["things"]


# Reading


def test_the_kinds_of_iterator_start_where_they_say() -> None:
    scene = Scene()
    latest = scene.iterator("LATEST")
    for key in "abc":
        scene.put(key)
    second = numbers_of(scene.read(scene.iterator()))[1]
    assert scene.keys_read(latest) == ["a", "b", "c"]
    assert scene.keys_read(scene.iterator("LATEST")) == []
    assert scene.keys_read(scene.iterator("AT_SEQUENCE_NUMBER", SequenceNumber=second)) == ["b", "c"]
    assert scene.keys_read(scene.iterator("AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == ["c"]


def test_a_timestamp_finds_the_first_record_of_that_second_or_later() -> None:
    scene = Scene()
    for key in "abc":
        scene.put(key)
        scene.lab.clock.advance(2.5)
    start = 1767225600
    assert scene.keys_read(scene.iterator("AT_TIMESTAMP", Timestamp=start)) == ["a", "b", "c"]
    assert scene.keys_read(scene.iterator("AT_TIMESTAMP", Timestamp=start + 2)) == ["b", "c"]
    assert scene.keys_read(scene.iterator("AT_TIMESTAMP", Timestamp=start + 2.001)) == ["c"]
    assert scene.keys_read(scene.iterator("AT_TIMESTAMP", Timestamp=start + 7)) == []
    assert scene.iterator_rejected("AT_TIMESTAMP", Timestamp=start + 8)[0] == "ValidationException"


def test_a_shard_can_be_read_from_the_number_where_it_starts_before_anything_was_written() -> None:
    scene = Scene()
    start = scene.shards()[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    iterator = scene.iterator("AT_SEQUENCE_NUMBER", SequenceNumber=start)
    scene.put("a")
    assert numbers_of(scene.read(iterator)) == [start]


def test_sequence_numbers_increase_as_numbers_and_as_text() -> None:
    scene = Scene()
    for i in range(25):
        scene.put("a", n=n(i))
    numbers = numbers_of(scene.read(scene.iterator()))
    assert len(set(numbers)) == 25
    assert sorted(numbers, key=int) == sorted(numbers) == numbers
    assert all(21 <= len(number) <= 40 for number in numbers)


def test_pages_follow_each_other_without_gaps() -> None:
    scene = Scene()
    iterator = scene.iterator()
    for i in range(7):
        scene.put(f"k{i}")
    seen: list[str] = []
    for _ in range(4):
        page = scene.ask("GetRecords", ShardIterator=iterator, Limit=2)
        seen += [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]]
        iterator = page["NextShardIterator"]
    assert seen == [f"k{i}" for i in range(7)]
    assert scene.read(iterator) == []


def test_a_page_holds_a_megabyte_at_most_but_one_record_at_least() -> None:
    scene = Scene()
    for i in range(3):
        scene.put("a", n=n(i), text={"S": "x" * 390_000})
    page = scene.ask("GetRecords", ShardIterator=scene.iterator())
    assert len(page["Records"]) == 1
    assert len(scene.read(page["NextShardIterator"])) == 1


def test_an_open_shard_always_has_a_next_iterator_and_a_closed_one_until_its_end() -> None:
    scene = Scene()
    assert "NextShardIterator" in scene.ask("GetRecords", ShardIterator=scene.iterator())
    scene.put("a")
    scene.put("b")
    scene.disable()
    first = scene.ask("GetRecords", ShardIterator=scene.iterator(), Limit=1)
    last = scene.ask("GetRecords", ShardIterator=first["NextShardIterator"], Limit=1)
    assert [len(page["Records"]) for page in (first, last)] == [1, 1]
    assert "NextShardIterator" not in last
    assert scene.ask("GetRecords", ShardIterator=scene.iterator("LATEST")) == {"Records": []}


def test_an_iterator_lives_fifteen_minutes() -> None:
    scene = Scene()
    iterator = scene.iterator()
    scene.lab.clock.advance(15 * 60 - 1)
    following = scene.ask("GetRecords", ShardIterator=iterator)["NextShardIterator"]
    scene.lab.clock.advance(1)
    assert scene.rejected("GetRecords", ShardIterator=iterator) == (
        "ExpiredIteratorException",
        "The shard iterator has expired and can no longer be used to retrieve stream records.",
    )
    assert scene.read(following) == []


def test_records_are_gone_after_a_day() -> None:
    scene = Scene()
    scene.put("old")
    old = numbers_of(scene.read(scene.iterator()))[0]
    scene.lab.clock.advance(DAY - 60)
    scene.put("new")
    waiting = scene.iterator()
    assert scene.keys_read(waiting) == ["old", "new"]
    scene.lab.clock.advance(61)
    assert scene.keys_read(scene.iterator()) == ["new"]
    trimmed = (
        "TrimmedDataAccessException",
        "The operation attempted to read past the oldest stream record in a shard.",
    )
    assert scene.rejected("GetRecords", ShardIterator=waiting) == trimmed
    assert scene.iterator_rejected("AT_SEQUENCE_NUMBER", SequenceNumber=old) == trimmed


def test_a_stream_that_nobody_reads_does_not_keep_its_records_for_ever() -> None:
    scene = Scene()
    for i in range(2000):
        scene.put("a", n=n(i))
        scene.lab.clock.advance(DAY / 500)
    (shard,) = things(scene).stream.shards.values()  # type: ignore[union-attr]
    assert shard.next - shard.oldest < 2000


# Shards


def test_a_stream_has_a_shard_for_each_partition() -> None:
    scene = Scene(profile="realistic")
    assert len(scene.shards()) == len(scene.lab.inspect("things").partitions) == 4
    assert all(re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", shard["ShardId"]) for shard in scene.shards())


def test_a_split_closes_a_shard_and_opens_two_children() -> None:
    scene = Scene()
    for key in "abcdefgh":
        scene.put(key)
    waiting = scene.iterator("LATEST")
    scene.lab.inspect("things").split("p0")
    parent, *children = scene.shards()
    assert parent["SequenceNumberRange"]["EndingSequenceNumber"] == numbers_of(scene.read(scene.iterator()))[-1]
    assert [child["ParentShardId"] for child in children] == [parent["ShardId"]] * 2
    assert scene.ask("GetRecords", ShardIterator=waiting) == {"Records": []}
    scene.put("a", n=n(1))
    found = [scene.read(scene.iterator(shard=child["ShardId"])) for child in children]
    (modified,) = found[0] + found[1]
    ends = int(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    assert int(modified["dynamodb"]["SequenceNumber"]) > ends
    assert all("EndingSequenceNumber" not in child["SequenceNumberRange"] for child in children)


def test_shards_are_described_a_page_at_a_time() -> None:
    scene = Scene()
    inside = scene.lab.inspect("things")
    for _ in range(3):
        inside.split(inside.partitions[0].id)
    everything = [shard["ShardId"] for shard in scene.shards()]
    assert len(everything) == 7
    seen: list[str] = []
    page = scene.describe(Limit=3)
    while "LastEvaluatedShardId" in page:
        seen += [shard["ShardId"] for shard in page["Shards"]]
        page = scene.describe(Limit=3, ExclusiveStartShardId=page["LastEvaluatedShardId"])
    assert seen + [shard["ShardId"] for shard in page["Shards"]] == everything
    assert scene.shards(ExclusiveStartShardId=everything[-1]) == []


def test_a_shard_filter_finds_the_children_of_a_shard() -> None:
    scene = Scene()
    scene.lab.inspect("things").split("p0")
    parent, *children = scene.shards()
    assert scene.shards(ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]}) == children
    assert scene.shards(ShardFilter={"Type": "CHILD_SHARDS", "ShardId": children[0]["ShardId"]}) == []


def test_a_closed_shard_is_gone_after_a_day_and_its_children_stay() -> None:
    scene = Scene()
    scene.lab.inspect("things").split("p0")
    gone, *children = scene.shards()
    scene.lab.clock.advance(DAY + 1)
    assert scene.shards() == children
    assert scene.iterator_rejected("LATEST", shard=gone["ShardId"])[0] == "ResourceNotFoundException"


# Streams


def test_a_description_says_what_the_stream_is() -> None:
    scene = Scene("OLD_IMAGE")
    label = "2026-01-01T00:00:00.000"
    description = scene.describe()
    (shard,) = description.pop("Shards")
    assert shard.keys() == {"ShardId", "SequenceNumberRange"}
    assert description == {
        "StreamArn": f"arn:aws:dynamodb:us-east-1:111122223333:table/things/stream/{label}",
        "StreamLabel": label,
        "StreamStatus": "ENABLED",
        "StreamViewType": "OLD_IMAGE",
        "CreationRequestDateTime": 1767225600.0,
        "TableName": "things",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }


def test_a_stream_is_being_enabled_while_its_table_is_created() -> None:
    scene = Scene(profile=replace(REALISTIC, table_creation=5_000_000))
    assert scene.describe()["StreamStatus"] == "ENABLING"
    scene.lab.clock.advance(5)
    assert scene.describe()["StreamStatus"] == "ENABLED"


def test_a_disabled_stream_stays_readable_for_a_day() -> None:
    scene = Scene()
    scene.put("a")
    scene.disable()
    scene.put("b")
    assert scene.describe()["StreamStatus"] == "DISABLED"
    scene.lab.clock.advance(DAY)
    assert scene.keys_read(scene.iterator()) == ["a"]
    scene.lab.clock.advance(1)
    assert scene.rejected("DescribeStream", StreamArn=scene.arn) == not_found(scene.arn)
    assert scene.ask("ListStreams") == {"Streams": []}


def test_a_stream_outlives_its_table() -> None:
    scene = Scene()
    scene.put("a")
    scene.write("DeleteTable")
    assert scene.describe()["StreamStatus"] == "DISABLED"
    assert scene.keys_read(scene.iterator()) == ["a"]
    assert [one["StreamArn"] for one in scene.ask("ListStreams", TableName="things")["Streams"]] == [scene.arn]


def test_enabling_again_makes_another_stream() -> None:
    scene = Scene()
    scene.put("a")
    scene.disable()
    old, scene.arn = scene.arn, scene.enable("KEYS_ONLY")
    scene.put("b")
    assert scene.arn != old
    assert scene.keys_read(scene.iterator()) == ["b"]
    assert scene.describe()["StreamViewType"] == "KEYS_ONLY"
    listed = scene.ask("ListStreams")["Streams"]
    assert [one["StreamArn"] for one in listed] == [old, scene.arn]
    assert all(one["StreamArn"].endswith(f"table/things/stream/{one['StreamLabel']}") for one in listed)


def test_streams_are_listed_a_page_at_a_time_and_by_table() -> None:
    scene = Scene()
    others = [scene.create(name=f"other{i}") for i in range(3)]
    first = scene.ask("ListStreams", Limit=2)
    assert [one["TableName"] for one in first["Streams"]] == ["other0", "other1"]
    rest = scene.ask("ListStreams", Limit=2, ExclusiveStartStreamArn=first["LastEvaluatedStreamArn"])
    assert [one["TableName"] for one in rest["Streams"]] == ["other2", "things"]
    assert "LastEvaluatedStreamArn" not in rest
    assert [one["StreamArn"] for one in scene.ask("ListStreams", TableName="other1")["Streams"]] == [others[1]]
    assert scene.ask("ListStreams", TableName="nothing") == {"Streams": []}


# What is rejected, and how

INVALID = "One or more parameter values were invalid: "


def not_found(arn: str) -> tuple[str, str]:
    return "ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found"


def constraint(value: str, name: str, must: str) -> tuple[str, str]:
    return (
        "ValidationException",
        f"1 validation error detected: Value {value} at '{name}' failed to satisfy constraint: Member must {must}",
    )


@pytest.mark.parametrize(
    ("operation", "params", "answer"),
    [
        ("DescribeStream", {"StreamArn": ELSEWHERE}, not_found(ELSEWHERE)),
        ("DescribeStream", {}, constraint("null", "streamArn", "not be null")),
        (
            "DescribeStream",
            {"StreamArn": ELSEWHERE, "Limit": 0},
            constraint("'0'", "limit", "have value greater than or equal to 1"),
        ),
        (
            "DescribeStream",
            {"StreamArn": ELSEWHERE, "Limit": 101},
            ("ValidationException", f"{INVALID}Limit cannot be greater than the maximum: 100"),
        ),
        (
            "ListStreams",
            {"Limit": 101},
            ("ValidationException", f"{INVALID}Limit cannot be greater than the maximum allowed size: 100"),
        ),
        (
            "GetShardIterator",
            {"StreamArn": ELSEWHERE, "ShardId": NO_SHARD, "ShardIteratorType": "LATEST"},
            not_found(ELSEWHERE),
        ),
        ("GetRecords", {"ShardIterator": "garbage"}, ("ValidationException", "Invalid ShardIterator")),
        ("GetRecords", {"ShardIterator": f"{ELSEWHERE}|1|AAAA"}, ("ValidationException", "Invalid ShardIterator")),
        (
            "GetRecords",
            {"ShardIterator": "garbage", "Limit": 0},
            constraint("'0'", "limit", "have value greater than or equal to 1"),
        ),
    ],
)
def test_bad_requests_are_answered_in_dynamodbs_words(
    operation: str, params: dict[str, Any], answer: tuple[str, str]
) -> None:
    assert Scene().rejected(operation, **params) == answer


def test_an_iterator_needs_exactly_the_parameters_of_its_type() -> None:
    scene = Scene()
    scene.put("a")
    number = numbers_of(scene.read(scene.iterator()))[0]
    unwanted = ("ValidationException", f"{INVALID}SequenceNumber should not be passed for this iterator type")
    assert scene.iterator_rejected("LATEST", SequenceNumber=number) == unwanted
    assert scene.iterator_rejected("TRIM_HORIZON", SequenceNumber=number) == unwanted
    missing = ("ValidationException", f"{INVALID}Invalid SequenceNumber")
    assert scene.iterator_rejected("AT_SEQUENCE_NUMBER") == missing
    assert scene.iterator_rejected("AFTER_SEQUENCE_NUMBER") == missing
    assert scene.iterator_rejected("AT_TIMESTAMP")[0] == "ValidationException"


@pytest.mark.parametrize("number", ["0" * 21, "9" * 40, "abc" * 8, "２" * 21])
def test_a_sequence_number_must_be_one_of_the_shard(number: str) -> None:
    scene = Scene()
    scene.put("a")
    rejected = scene.iterator_rejected("AT_SEQUENCE_NUMBER", SequenceNumber=number)
    assert rejected == ("ValidationException", "Invalid SequenceNumber for the shard")


def test_an_unknown_shard_is_not_found() -> None:
    assert Scene().iterator_rejected("LATEST", shard=NO_SHARD) == (
        "ResourceNotFoundException",
        "Requested resource not found: Shard does not exist",
    )


def test_more_than_a_thousand_records_are_too_many_to_ask_for() -> None:
    scene = Scene()
    assert scene.read(scene.iterator(), Limit=1000) == []
    assert scene.rejected("GetRecords", ShardIterator=scene.iterator(), Limit=1001) == (
        "LimitExceededException",
        "Limit should be less than or equal to 1000",
    )


@given(st.integers(0, 250), st.characters(codec="ascii"))
def test_no_iterator_that_was_tampered_with_is_accepted(at: int, character: str) -> None:
    scene = Scene()
    genuine = scene.iterator()
    tampered = genuine[:at] + character + genuine[at + 1 :]
    if tampered == genuine:
        return
    assert scene.rejected("GetRecords", ShardIterator=tampered)[0] in (
        "ValidationException",
        "ResourceNotFoundException",
    )


def test_the_two_services_have_their_own_operations() -> None:
    lab = Lab()
    for service, operation in (("dynamodb", "ListStreams"), ("dynamodbstreams", "ListTables")):
        with pytest.raises(ServiceError, match="UnknownOperationException"):
            lab.request(service, operation, {})


# The trace


def test_the_trace_shows_shards_records_and_readers() -> None:
    scene = Scene()
    for key in "ab":
        scene.put(key)
    scene.lab.clock.advance(3)
    scene.read(scene.iterator())
    parent = scene.shards()[0]["ShardId"]
    scene.lab.inspect("things").split("p0", at=0.5)
    opened = scene.lab.trace.of(ShardOpened)
    assert [(one.parent, one.partition, one.low, one.high) for one in opened] == [
        ("", "p0", 0.0, 1.0),
        (parent, "p1", 0.0, 0.5),
        (parent, "p2", 0.5, 1.0),
    ]
    assert [(one.shard, one.partition) for one in scene.lab.trace.of(ShardClosed)] == [(parent, "p0")]
    written = scene.lab.trace.of(StreamRecordWritten)
    assert [(one.shard, one.key, one.change, one.bytes) for one in written] == [
        (parent, "a", "INSERT", 6),
        (parent, "b", "INSERT", 6),
    ]
    (reading,) = scene.lab.trace.of(StreamRead)
    assert (reading.table, reading.shard, reading.records, reading.bytes) == ("things", parent, 2, 12)
    assert reading.behind == 3_000_000
    served = [one for one in scene.lab.trace.of(RequestServed) if one.service == "dynamodbstreams"]
    assert {one.table for one in served} == {"things"}


def test_a_stream_replays_byte_for_byte() -> None:
    def run() -> tuple[list[dict[str, Any]], str]:
        scene = Scene()
        scene.put("a")
        return scene.read(scene.iterator()), scene.lab.trace.digest()

    assert run() == run()


# A consumer

keys = st.sampled_from("abcdefghij")
steps = st.one_of(
    st.tuples(st.just("put"), keys, st.integers(0, 3)),
    st.tuples(st.just("add"), keys, st.integers(0, 1)),
    st.tuples(st.just("delete"), keys, st.just(0)),
    st.tuples(st.just("split"), st.just(""), st.integers(0, 100)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=40), st.integers(1, 5))
def test_replaying_a_stream_parents_first_rebuilds_the_table(steps: list[tuple[str, str, int]], limit: int) -> None:
    scene = Scene()
    for step, key, number in steps:
        take(scene, step, key, number)
    copy: dict[str, Any] = {}
    for record in consumed(scene, limit):
        told = record["dynamodb"]
        key = told["Keys"]["pk"]["S"]
        assert copy.get(key) == told.get("OldImage"), "the records of one item are in order"
        assert told.get("OldImage") != told.get("NewImage")
        copy[key] = told.get("NewImage")
    items = scene.write("Scan")["Items"]
    assert {key: item for key, item in copy.items() if item} == {item["pk"]["S"]: item for item in items}
    stream = things(scene).stream
    assert stream
    stream._check()


def take(scene: Scene, step: str, key: str, number: int) -> None:
    if step == "put":
        scene.put(key, n=n(number))
    elif step == "add":
        scene.write(
            "UpdateItem",
            Key={"pk": {"S": key}},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": n(number)},
        )
    elif step == "delete":
        scene.delete(key)
    else:
        inside = scene.lab.inspect("things")
        inside.split(inside.partitions[number % len(inside.partitions)].id)


def consumed(scene: Scene, limit: int) -> list[dict[str, Any]]:
    """All records as a consumer reads them: every shard to its end, each after its parent."""
    records: list[dict[str, Any]] = []
    for shard in scene.shards():
        iterator: str | None = scene.iterator(shard=shard["ShardId"])
        while iterator:
            page = scene.ask("GetRecords", ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records


# Real clients


def test_boto3_reads_a_stream_in_process_and_over_http() -> None:
    scene = Scene()
    scene.put("a", b={"B": "AAE="})
    with scene.lab.serve(virtual_time=True) as endpoint:
        for client in (scene.lab.client("dynamodbstreams"), a_client_of(endpoint.url)):
            (stream,) = client.list_streams(TableName="things")["Streams"]
            assert stream["StreamArn"] == scene.arn
            (shard,) = client.describe_stream(StreamArn=scene.arn)["StreamDescription"]["Shards"]
            place = client.get_shard_iterator(
                StreamArn=scene.arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            (record,) = client.get_records(ShardIterator=place)["Records"]
            assert record["dynamodb"]["NewImage"]["b"] == {"B": b"\x00\x01"}
            assert record["dynamodb"]["ApproximateCreationDateTime"].year == 2026
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.describe_stream(StreamArn=ELSEWHERE)


def a_client_of(url: str) -> Any:
    return boto3.client(
        "dynamodbstreams",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
