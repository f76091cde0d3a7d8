"""Lesson 09, reading a whole stream: honest answers pass, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(answer: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check("09.3", answer, seed=seed)
    return str(failure.value)


def _page_of_shards(streams: Any, arn: str, **more: Any) -> Any:
    return streams.describe_stream(StreamArn=arn, **more)["StreamDescription"]


def _shards(streams: Any, arn: str) -> Iterator[str]:
    page = _page_of_shards(streams, arn)
    yield from (shard["ShardId"] for shard in page["Shards"])
    while last := page.get("LastEvaluatedShardId"):
        page = _page_of_shards(streams, arn, ExclusiveStartShardId=last)
        yield from (shard["ShardId"] for shard in page["Shards"])


def _begin(streams: Any, arn: str, shard: str, **place: str) -> Any:
    place = place or {"ShardIteratorType": "TRIM_HORIZON"}
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shard, **place)["ShardIterator"]


def _read(streams: Any, iterator: Any, **options: Any) -> Iterator[Any]:
    while iterator:
        answer = streams.get_records(ShardIterator=iterator, **options)
        yield from answer["Records"]
        iterator = answer.get("NextShardIterator")


def _each(read: Callable[[Any, str, str], Any], shards: Answer = _shards) -> Answer:
    """Read shard by shard in that way."""
    return lambda streams, arn: [one for shard in shards(streams, arn) for one in read(streams, arn, shard)]


def _whole(streams: Any, arn: str, shard: str) -> Iterator[Any]:
    return _read(streams, _begin(streams, arn, shard))


def _until_empty(streams: Any, arn: str, shard: str) -> Iterator[Any]:
    iterator = _begin(streams, arn, shard)
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        if not answer["Records"]:
            return
        yield from answer["Records"]
        iterator = answer.get("NextShardIterator")


def _from_the_start_each_time(streams: Any, arn: str, shard: str) -> Any:
    records: list[Any] = []
    iterator = _begin(streams, arn, shard)
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        records += [*records, *answer["Records"]]
        iterator = answer.get("NextShardIterator")
    return records


def _open_iterator(streams: Any, arn: str, shard: str) -> Iterator[Any]:
    iterator = _begin(streams, arn, shard)
    while True:
        answer = streams.get_records(ShardIterator=iterator)
        yield from answer["Records"]
        iterator = answer["NextShardIterator"]


def _round_robin(streams: Any, arn: str) -> list[Any]:
    """The newest shards get their turn as often as their parents."""
    found: list[Any] = []
    turns = [_whole(streams, arn, shard) for shard in _shards(streams, arn)]
    while turns:
        for turn in list(turns):
            record = next(turn, None)
            found += [record] if record else []
            turns = [one for one in turns if record or one is not turn]
    return found


def _latest(streams: Any, arn: str, shard: str) -> Iterator[Any]:
    return _read(streams, _begin(streams, arn, shard, ShardIteratorType="LATEST"))


def _first_page(streams: Any, arn: str, shard: str) -> Any:
    return streams.get_records(ShardIterator=_begin(streams, arn, shard))["Records"]


def _first_shards(streams: Any, arn: str) -> list[str]:
    return [shard["ShardId"] for shard in _page_of_shards(streams, arn)["Shards"]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_each(_whole, lambda streams, arn: _first_shards(streams, arn)[:1]), "A stream has many shards"),
        (_each(_whole, lambda streams, arn: _first_shards(streams, arn)[-1:]), "A stream has many shards"),
        (_each(_whole, _first_shards), "DescribeStream tells a hundred shards at a time"),
        (_each(_first_page), "Where does the next page begin?"),
        (_each(_until_empty), "An answer without records is not the end"),
        (_each(_latest), "Begin at the oldest"),
        (_each(_open_iterator), "Not every answer has every member"),
        (_each(_from_the_start_each_time), "twice"),
        (_each(_whole, lambda streams, arn: reversed(list(_shards(streams, arn)))), "read parents first"),
        (_round_robin, "read parents first"),
        (lambda streams, arn: [list(_whole(streams, arn, one)) for one in _shards(streams, arn)], "extend, not append"),
        (lambda streams, arn: _each(_whole), "not a list"),
        (lambda streams, arn: print(_each(_whole)(streams, arn)), "Does the function end in return?"),
        (lambda streams, arn: [], "asked DynamoDB Streams for nothing"),
    ],
)
def test_reading_a_part_of_a_stream_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused(wrong, seed)


def _by_family(streams: Any, arn: str) -> list[str]:
    """Each shard's children straight after it."""
    known = list(_shards(streams, arn))
    found: list[str] = []
    for id in known:
        if id not in found:
            found.append(id)
            wanted = {"Type": "CHILD_SHARDS", "ShardId": id}
            found += [one["ShardId"] for one in _page_of_shards(streams, arn, ShardFilter=wanted)["Shards"]]
    return found


def _by_numbers(streams: Any, arn: str) -> list[Any]:
    """In whatever order, and then each item's by their sequence numbers."""
    records = _each(_whole, lambda streams, arn: reversed(list(_shards(streams, arn))))(streams, arn)
    return sorted(records, key=lambda record: int(record["dynamodb"]["SequenceNumber"]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "read_all",
    [
        _each(lambda streams, arn, shard: _read(streams, _begin(streams, arn, shard), Limit=7)),
        _each(_whole, _by_family),
        _by_numbers,
    ],
)
def test_a_whole_stream_may_be_read_in_other_ways(read_all: Answer, seed: int) -> None:
    check("09.3", read_all, seed=seed)
