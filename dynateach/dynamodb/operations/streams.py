"""ListStreams, DescribeStream, GetShardIterator, GetRecords: the service ``dynamodbstreams``.

Documented: no more than two processes should read from one shard at the same time, more of them may be throttled, with
LimitExceededException. Assumed: that the service counts bytes, not processes; a shard gives out as much as two readers need
who keep up with the busiest partition, 1,000 write units of a kilobyte a second (the profile's ``shard_throughput``). As
elsewhere, a reader is let in while there is anything left, and may overdraw it. Not simulated: how often each operation
may be called in a second. Where a text is not documented it is the one that AWS's downloadable DynamoDB gives, unless a
line says otherwise.
"""

import re
from hashlib import md5
from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.operations.shard_iterators import ShardIterator, shard_iterator
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import (
    DESCRIBE_STREAM_PAGE,
    GET_RECORDS_BYTES,
    GET_RECORDS_RECORDS,
    LIST_STREAMS_PAGE,
)
from dynateach.dynamodb.storage.buckets import Bucket
from dynateach.dynamodb.storage.shard import Shard, StreamRecord
from dynateach.dynamodb.storage.stream import Stream, all_streams, find_stream
from dynateach.trace import StreamRead, StreamReadRefused

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

SERVICE = "dynamodbstreams"


@operation("ListStreams", takes=lambda profile: profile.control, service=SERVICE)
def list_streams(db: "DynamoDB", params: Params) -> Params:
    """The region's streams, or one table's, disabled ones included, a page at a time. Assumed: in the order of ARNs."""
    limit = params.get("Limit", LIST_STREAMS_PAGE)
    if limit > LIST_STREAMS_PAGE:
        raise errors.invalid_parameter(f"Limit cannot be greater than the maximum allowed size: {LIST_STREAMS_PAGE}")
    start, table = params.get("ExclusiveStartStreamArn", ""), params.get("TableName")
    streams = [one for one in all_streams(db) if one.arn > start and table in (None, one.table_name)]
    answer: Params = {
        "Streams": [
            {"StreamArn": one.arn, "TableName": one.table_name, "StreamLabel": one.label} for one in streams[:limit]
        ]
    }
    if len(streams) > limit:
        answer["LastEvaluatedStreamArn"] = streams[limit - 1].arn
    return answer


@operation("DescribeStream", takes=lambda profile: profile.control, service=SERVICE)
def describe_stream(db: "DynamoDB", params: Params) -> Params:
    """A stream and its shards, a page at a time; with a ShardFilter only the children of one shard."""
    limit = params.get("Limit", DESCRIBE_STREAM_PAGE)
    if limit > DESCRIBE_STREAM_PAGE:
        raise errors.invalid_parameter(f"Limit cannot be greater than the maximum: {DESCRIBE_STREAM_PAGE}")
    stream = _stream(db, params["StreamArn"])
    shards = _chosen_shards(stream, params)
    description = {
        "StreamArn": stream.arn,
        "StreamLabel": stream.label,
        "StreamStatus": stream.status,
        "StreamViewType": stream.view_type,
        "CreationRequestDateTime": stream.created // 1000 / 1000,
        "TableName": stream.table_name,
        "KeySchema": stream.key_schema,
        "Shards": [_described(shard) for shard in shards[:limit]],
    }
    if len(shards) > limit:
        description["LastEvaluatedShardId"] = shards[limit - 1].id
    return {"StreamDescription": description}


@operation("GetShardIterator", takes=lambda profile: profile.control, service=SERVICE)
def get_shard_iterator(db: "DynamoDB", params: Params) -> Params:
    """A place in a shard from which to read."""
    _require_what_the_type_needs(params)
    shard = _shard(_stream(db, params["StreamArn"]), params["ShardId"])
    now = db.world.clock.now
    return {"ShardIterator": ShardIterator(params["StreamArn"], shard.id, _ordinal(shard, params, now), now).text}


@operation("GetRecords", takes=lambda profile: profile.page_read, service=SERVICE)
def get_records(db: "DynamoDB", params: Params) -> Params:
    """The records from a place in a shard on, and the place after them, until a closed shard has been read to its end.

    Documented: up to 1,000 records or 1 MB; a larger Limit is a LimitExceededException.
    """
    place, limit = shard_iterator(params["ShardIterator"]), params.get("Limit", GET_RECORDS_RECORDS)
    if limit > GET_RECORDS_RECORDS:
        raise errors.too_many_records(GET_RECORDS_RECORDS)
    place.require_fresh(db.world.clock.now)
    stream = _stream(db, place.stream)
    shard = _shard(stream, place.shard)
    if place.ordinal < shard.oldest:
        raise errors.trimmed()
    _admit(db, stream, shard)
    page = _page(shard, place.ordinal, limit, db.world.clock.now)
    _record_reading(db, stream, shard, page)
    answer: Params = {"Records": [_told(stream, shard, record) for record in page]}
    after = place.ordinal + len(page)
    if shard.closed is None or after < shard.next:
        answer["NextShardIterator"] = place._replace(ordinal=after, issued=db.world.clock.now).text
    return answer


def table_named(params: Params) -> str:
    """The table whose stream a request is about; nothing if it does not say. The parameters may be of any kind."""
    named = params.get("StreamArn") or params.get("ShardIterator")
    found = _TABLE.match(named) if isinstance(named, str) else None
    return found[1] if found else ""


_TABLE = re.compile(r"arn:[^/]*:table/([^/]+)/stream/")


def _stream(db: "DynamoDB", arn: str) -> Stream:
    stream = find_stream(db, arn)
    if stream is None:
        raise errors.stream_not_found(arn)
    return stream


def _shard(stream: Stream, id: str) -> Shard:
    shard = stream.find_shard(id)
    if shard is None:
        raise errors.shard_not_found()
    return shard


def _chosen_shards(stream: Stream, params: Params) -> list[Shard]:
    start, wanted = params.get("ExclusiveStartShardId", ""), params.get("ShardFilter", {})
    shards = [shard for shard in stream.all_shards() if shard.id > start]
    if "Type" not in wanted:
        return shards
    return [shard for shard in shards if shard.parent and shard.parent == wanted.get("ShardId")]


def _described(shard: Shard) -> Params:
    numbers = {"StartingSequenceNumber": shard.sequence_number(shard.first)}
    if shard.closed is not None:
        numbers["EndingSequenceNumber"] = shard.sequence_number(shard.last)
    parent = {"ParentShardId": shard.parent} if shard.parent else {}
    return {"ShardId": shard.id, "SequenceNumberRange": numbers, **parent}


_NEEDS = {
    "AT_SEQUENCE_NUMBER": "SequenceNumber",
    "AFTER_SEQUENCE_NUMBER": "SequenceNumber",
    "AT_TIMESTAMP": "Timestamp",
}


def _require_what_the_type_needs(params: Params) -> None:
    """Raise DynamoDB's error for a missing or superfluous parameter; that Timestamp is worded alike is assumed."""
    needed = _NEEDS.get(params["ShardIteratorType"])
    for name in ("SequenceNumber", "Timestamp"):
        if name == needed and name not in params:
            raise errors.invalid_parameter(f"Invalid {name}")
        if name != needed and name in params:
            raise errors.invalid_parameter(f"{name} should not be passed for this iterator type")


def _ordinal(shard: Shard, params: Params, now: int) -> int:
    """The number of the record in front of which the iterator is to stand."""
    match params["ShardIteratorType"]:
        case "TRIM_HORIZON":
            return shard.oldest
        case "LATEST":
            return shard.arrived(now)
        case "AT_TIMESTAMP":
            return _at_timestamp(shard, params["Timestamp"], now)
        case "AT_SEQUENCE_NUMBER":
            return _at_sequence_number(shard, params["SequenceNumber"])
        case _:
            return _at_sequence_number(shard, params["SequenceNumber"]) + 1


def _at_timestamp(shard: Shard, timestamp: float, now: int) -> int:
    """Documented, but for the text: a time in the future is rejected."""
    if timestamp * SECOND > now:
        raise errors.invalid_parameter("Timestamp must not be in the future")
    return shard.at_second(timestamp)


def _at_sequence_number(shard: Shard, sequence_number: str) -> int:
    ordinal = shard.ordinal(sequence_number)
    if ordinal is None:
        raise errors.validation("Invalid SequenceNumber for the shard")
    if ordinal < shard.oldest:
        raise errors.trimmed()
    return ordinal


def _admit(db: "DynamoDB", stream: Stream, shard: Shard) -> None:
    """Raise DynamoDB's error if the shard's readers have taken more than it gives out."""
    world, rate = db.world, db.world.profile.shard_throughput
    if not rate:
        return
    if shard.outflow is None:
        shard.outflow = Bucket(rate, rate, world.clock.now)
    level = shard.outflow.level(world.clock.now)
    if level <= 0:
        world.trace.record(
            StreamReadRefused(world.clock.now, world.request, stream.table_name, shard.id, float(rate), level)
        )
        raise errors.too_many_readers()


def _page(shard: Shard, ordinal: int, limit: int, now: int) -> list[StreamRecord]:
    """The next records that can be read, at least one if there are any."""
    page: list[StreamRecord] = []
    room = GET_RECORDS_BYTES
    for record in shard.read(ordinal, limit, now):
        room -= record.size
        if page and room < 0:
            break
        page.append(record)
    return page


def _told(stream: Stream, shard: Shard, record: StreamRecord) -> Params:
    """A record in wire form. Documented: the time of a change is told in whole seconds."""
    number = shard.sequence_number(record.ordinal)
    images = {"NewImage": record.new, "OldImage": record.old}
    told: Params = {
        "eventID": md5(f"{stream.arn}/{number}".encode(), usedforsecurity=False).hexdigest(),
        "eventName": record.change,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stream.region,
        "dynamodb": {
            "ApproximateCreationDateTime": record.at // SECOND,
            "Keys": record.keys,
            **{name: image.item for name, image in images.items() if image},
            "SequenceNumber": number,
            "SizeBytes": record.size,
            "StreamViewType": stream.view_type,
        },
    }
    if record.identity:
        told["userIdentity"] = {"PrincipalId": record.identity.principal, "Type": record.identity.type}
    return told


def _record_reading(db: "DynamoDB", stream: Stream, shard: Shard, page: list[StreamRecord]) -> None:
    world = db.world
    size = sum(record.size for record in page)
    if shard.outflow:
        shard.outflow.take(size, world.clock.now)
    behind = world.clock.now - page[0].at if page else 0
    world.trace.record(StreamRead(world.clock.now, world.request, stream.table_name, shard.id, len(page), size, behind))
