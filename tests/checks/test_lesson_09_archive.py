"""Lesson 09, an archive: honest answers pass, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]
Record = dict[str, Any]


def _refused(answer: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check("09.6", answer, seed=seed)
    return str(failure.value)


def _number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _shards(streams: Any, arn: str) -> list[str]:
    return [shard["ShardId"] for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]]


def _iterator(streams: Any, arn: str, shard: str, type: str, **number: str) -> Any:
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=type, **number)
    return answer["ShardIterator"]


def _pages(streams: Any, iterator: Any) -> Iterator[list[Record]]:
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        if not answer["Records"]:
            return
        yield answer["Records"]
        iterator = answer.get("NextShardIterator")


def _start(streams: Any, arn: str, shard: str, checkpoints: Any, *, new: str = "TRIM_HORIZON") -> Any:
    done = checkpoints.get_item(Key={"id": shard}).get("Item")
    if not done:
        return _iterator(streams, arn, shard, new)
    return _iterator(streams, arn, shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=done["number"])


def _start_anew(streams: Any, arn: str, shard: str, checkpoints: Any) -> Any:
    return _iterator(streams, arn, shard, "TRIM_HORIZON")


def _start_at_latest(streams: Any, arn: str, shard: str, checkpoints: Any) -> Any:
    return _start(streams, arn, shard, checkpoints, new="LATEST")


def _start_at(streams: Any, arn: str, shard: str, checkpoints: Any) -> Any:
    """The last record comes once more: that harms nobody."""
    done = checkpoints.get_item(Key={"id": shard}).get("Item")
    number = {"SequenceNumber": done["number"]} if done else {}
    return _iterator(streams, arn, shard, "AT_SEQUENCE_NUMBER" if done else "TRIM_HORIZON", **number)


def _by_time_to_live(record: Record) -> bool:
    return "userIdentity" in record


def _after_its_time(record: Record) -> bool:
    """That its time was over does not say who deleted it."""
    change = record["dynamodb"]
    told = change["ApproximateCreationDateTime"].timestamp()
    return bool(record["eventName"] == "REMOVE" and int(change["OldImage"]["expires"]["N"]) <= told)


def _event_id(record: Record) -> str:
    return str(record["eventID"])


def _keep(archive: Any, record: Record, key: Answer = _event_id) -> None:
    cart = record["dynamodb"]["OldImage"]
    archive.put_item(Item={"id": key(record), "customer": cart["id"]["S"], "number": int(cart["number"]["N"])})


def _save(
    start: Answer = _start,
    wanted: Answer = _by_time_to_live,
    key: Answer = _event_id,
    shards: Answer = _shards,
    *,
    note_first: bool = False,
    note_each: bool = False,
) -> Answer:
    """The program, with one thing or another done otherwise."""

    def save_expired(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
        for shard in shards(streams, arn):
            for page in _pages(streams, start(streams, arn, shard, checkpoints)):
                if note_first:
                    checkpoints.put_item(Item={"id": shard, "number": _number(page[-1])})
                for record in page:
                    if wanted(record):
                        _keep(archive, record, key)
                    if note_each:
                        checkpoints.put_item(Item={"id": shard, "number": _number(record)})
                checkpoints.put_item(Item={"id": shard, "number": _number(page[-1])})

    return save_expired


def _looking_up_thirty(save_expired: Answer) -> Answer:
    """Who dies early has not begun."""

    def looking_first(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
        for number in range(30):
            archive.get_item(Key={"id": f"cart {number}"})
        save_expired(streams, arn, archive, checkpoints)

    return looking_first


def _one_checkpoint(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
    """For the whole stream, as if its numbers were those of every shard."""
    for shard in _shards(streams, arn):
        done = checkpoints.get_item(Key={"id": "done"}).get("Item")
        number = {"SequenceNumber": done["number"]} if done else {}
        iterator = _iterator(streams, arn, shard, "AFTER_SEQUENCE_NUMBER" if done else "TRIM_HORIZON", **number)
        for record in (record for page in _pages(streams, iterator) for record in page):
            if _by_time_to_live(record):
                _keep(archive, record)
            checkpoints.put_item(Item={"id": "done", "number": _number(record)})


def _kept_iterator(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
    for shard in _shards(streams, arn):
        kept = checkpoints.get_item(Key={"id": shard}).get("Item")
        iterator = kept["iterator"] if kept else _iterator(streams, arn, shard, "TRIM_HORIZON")
        answer = streams.get_records(ShardIterator=iterator)
        for record in filter(_by_time_to_live, answer["Records"]):
            _keep(archive, record)
        checkpoints.put_item(Item={"id": shard, "iterator": answer.get("NextShardIterator")})


def _endless(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
    for shard in _shards(streams, arn):
        iterator = _start(streams, arn, shard, checkpoints)
        while iterator:
            iterator = streams.get_records(ShardIterator=iterator).get("NextShardIterator")


def _always_new() -> Answer:
    numbers = count()
    return lambda record: f"removal {next(numbers)}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_save(_start_anew), "Keep in checkpoints, for each shard"),
        (_save(_start_at_latest), "a shard that is new, from its oldest record on"),
        (_save(shards=lambda streams, arn: _shards(streams, arn)[:1]), "Read every shard on from where the last run"),
        (_save(wanted=lambda record: record["eventName"] == "REMOVE"), "who made it: userIdentity"),
        (_save(wanted=_after_its_time), "who made it: userIdentity"),
        (_save(wanted=lambda record: "OldImage" in record["dynamodb"]), "that time to live did not remove"),
        (_save(wanted=lambda record: True), "an INSERT has no OldImage"),
        (_save(key=lambda record: record["dynamodb"]["Keys"]["id"]["S"]), "what tells records apart?"),
        (_save(key=_always_new()), "The same record must always get the same key"),
        (_save(note_first=True), "first the archive, then the checkpoint"),
        (_looking_up_thirty(_save(note_first=True)), "first the archive, then the checkpoint"),
        (_one_checkpoint, "A sequence number means something only in its own shard"),
        (_kept_iterator, "An iterator lives for 15 minutes"),
        (_endless, "An open shard always has a NextShardIterator"),
        (lambda *arguments: None, "save_expired asked DynamoDB for nothing"),
        (lambda streams, arn, *tables: _shards(streams, arn), "not in the archive"),
    ],
)
def test_an_archive_with_gaps_or_doubles_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused(wrong, seed)


def _numbered(record: Record) -> str:
    """What the cart says of itself tells it from all others, too."""
    cart = record["dynamodb"]["OldImage"]
    return f"{cart['id']['S']}#{cart['number']['N']}"


def _with_condition(streams: Any, arn: str, archive: Any, checkpoints: Any) -> None:
    """One item with all checkpoints, and no removal archived over another."""
    done = checkpoints.get_item(Key={"id": "all"}, ConsistentRead=True).get("Item", {"id": "all"})
    for shard in _shards(streams, arn):
        type, number = "TRIM_HORIZON", {}
        if shard in done:
            type, number = "AFTER_SEQUENCE_NUMBER", {"SequenceNumber": done[shard]}
        for page in _pages(streams, _iterator(streams, arn, shard, type, **number)):
            for record in filter(_by_time_to_live, page):
                cart = record["dynamodb"]["OldImage"]
                item = {"id": _number(record), "customer": cart["id"]["S"], "number": Decimal(cart["number"]["N"])}
                with suppress(ClientError):
                    archive.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
            done[shard] = _number(page[-1])
            checkpoints.put_item(Item=done)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "save_expired", [_save(), _save(_start_at), _save(key=_numbered), _save(note_each=True), _with_condition]
)
def test_an_archive_may_be_kept_in_other_ways(save_expired: Answer, seed: int) -> None:
    check("09.6", save_expired, seed=seed)
