"""Task 01.6: wrong writes and wrong reads are refused in words that point at the mistake; other sound ways pass."""

import random
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]
Event = dict[str, Any]


def _suffix(event: Event) -> int:
    return crc32(event["id"].encode()) % 10


def _writer(
    suffix: Callable[[Event], Any] = _suffix,
    pk: str = "{day}#{suffix}",
    sk: str = "{at}#{id}",
    keep: Callable[[Event], Event] = dict,
) -> Answer:
    def write_event(table: Any, event: Event) -> None:
        chosen = suffix(event)
        keys = {"pk": pk.format(suffix=chosen, **event), "sk": sk.format(suffix=chosen, **event)}
        table.put_item(Item={**keep(event), **keys})

    return write_event


def _pages(table: Any, key: str, limit: int = 10**6, **options: Any) -> list[Event]:
    found: list[Event] = []
    request = {"KeyConditionExpression": Key("pk").eq(key), **options}
    for _ in range(limit):
        answer = table.query(**request)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return found


def _reader(
    suffixes: range = range(10), order: Callable[[Event], Any] | None = lambda event: event["sk"], **options: Any
) -> Answer:
    def read_events(table: Any, day: str) -> list[Event]:
        found = [event for suffix in suffixes for event in _pages(table, f"{day}#{suffix}", **options)]
        return sorted(found, key=order) if order else found

    return read_events


def _writes_everywhere(table: Any, event: Event) -> None:
    for suffix in range(10):
        table.put_item(Item={**event, "pk": f"{event['day']}#{suffix}", "sk": f"{event['at']}#{event['id']}"})


def _adds_keys_to_the_event(table: Any, event: Event) -> None:
    event["pk"] = f"{event['day']}#{_suffix(event)}"
    event["sk"] = f"{event['at']}#{event['id']}"
    table.put_item(Item=event)


def _scans(table: Any, day: str) -> list[Event]:
    found: list[Event] = []
    request: dict[str, Any] = {}
    while True:
        answer = table.scan(**request)
        found += [event for event in answer["Items"] if event["day"] == day]
        if "LastEvaluatedKey" not in answer:
            return sorted(found, key=lambda event: str(event["sk"]))
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _same_page_for_ever(table: Any, day: str) -> list[Event]:
    found: list[Event] = []
    for suffix in range(10):
        answer = table.query(KeyConditionExpression=Key("pk").eq(f"{day}#{suffix}"))
        found += answer["Items"]
        while "LastEvaluatedKey" in answer:
            answer = table.query(KeyConditionExpression=Key("pk").eq(f"{day}#{suffix}"))
            found += answer["Items"]
    return sorted(found, key=lambda event: str(event["sk"]))


def _one_start_key_for_all(table: Any, day: str) -> list[Event]:
    found: list[Event] = []
    more: dict[str, Any] = {}
    for suffix in range(10):
        answer = table.query(KeyConditionExpression=Key("pk").eq(f"{day}#{suffix}"), **more)
        found += answer["Items"]
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]} if "LastEvaluatedKey" in answer else {}
    return sorted(found, key=lambda event: str(event["sk"]))


def _demands_a_last_key(table: Any, day: str) -> list[Event]:
    return [table.query(KeyConditionExpression=Key("pk").eq(f"{day}#0"))["LastEvaluatedKey"]]


def _reads_thrice(table: Any, day: str) -> list[Event]:
    for _ in range(3):
        events: list[Event] = _reader()(table, day)
    return events


def _yields(table: Any, day: str) -> Iterator[Event]:
    yield from _reader()(table, day)


RIGHT_WRITE, RIGHT_READ = _writer(), _reader()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("write", "words"),
    [
        (_writer(pk="{day}"), "the partition key has no suffix"),
        (
            _writer(pk="{day}", sk="{at}#{id}#{suffix}"),
            "A suffix in the sort key leaves the whole day on one partition",
        ),
        (_writer(pk="{suffix}"), "not the day, # and a suffix"),
        (_writer(suffix=lambda event: _suffix(event) + 1), "'10' is not one of the suffixes"),
        (_writer(suffix=lambda event: f"{_suffix(event):02}"), "is not one of the suffixes"),
        (_writer(suffix=lambda event: crc32(event["id"].encode()) % 9), "not spread over ten suffixes"),
        (_writer(suffix=lambda event: int(event["at"][-1])), "not spread over ten suffixes: 2026"),
        (_writer(suffix=lambda event: random.randrange(10)), "an event is stored twice"),
        (_writer(suffix=lambda event: hash(event["id"]) % 10), "no hash() of a string"),
        (_writer(suffix=lambda event: 0), "takes 300 of 300 writes"),
        (_writer(sk="{at}"), "would replace each other"),
        (_writer(keep=lambda event: {"id": event["id"]}), "write_event stored an event without day"),
        (
            _writer(keep=lambda event: {**event, "serial": int(float(event["serial"]))}),
            "write_event stored a changed serial",
        ),
        (_writer(keep=lambda event: {**event, "price": float(event["price"])}), "never as float"),
        (_writes_everywhere, "wrote 10 items for one event"),
        (lambda table, event: None, "write_event wrote nothing"),
    ],
)
def test_a_wrong_write_is_refused(write: Answer, words: str, seed: int) -> None:
    assert words in _refused(write, RIGHT_READ, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("read", "words"),
    [
        (_scans, "read_events scans the table"),
        (_reader(limit=1), "A Query stops at 1 MB"),
        (_reader(limit=2), "A Query stops at 1 MB"),
        (_reader(suffixes=range(9)), "The suffixes are 0 to 9"),
        (_reader(suffixes=range(1, 10)), "The suffixes are 0 to 9"),
        (_reader(suffixes=range(1, 11)), "The suffixes are 0 to 9"),
        (_reader(order=None), "not in the order of sk"),
        (_reader(order=lambda event: event["id"]), "not in the order of sk"),
        (_reader(Limit=1), "A small Limit makes many pages"),
        (_same_page_for_ever, "Pages: pass the LastEvaluatedKey"),
        (_one_start_key_for_all, "goes with the key that it came from"),
        (_reader(order=lambda event: event["at"]), "not in the order of sk"),
        (_reader(limit=3), "misses"),
        (_reader(limit=4), "misses"),
        (_demands_a_last_key, "only if there is more to read"),
        (_reads_thrice, "Read each page of each suffix once"),
        (lambda table, day: RIGHT_READ(table, day) * 2, "returned one event 2 times"),
        (lambda table, day: RIGHT_READ(table, day) + RIGHT_READ(table, "2025-12-31"), "that the day does not have"),
        (lambda table, day: [event["id"] for event in RIGHT_READ(table, day)], "a list of 1 event as dicts"),
        (lambda table, day: (event for event in RIGHT_READ(table, day)), "returned a generator"),
        (_yields, "returned a generator"),
        (
            lambda table, day: [{**event, "price": float(event["price"])} for event in RIGHT_READ(table, day)],
            "returned a changed price",
        ),
        (lambda table, day: iter(RIGHT_READ(table, day)), "returned a list_iterator"),
        (lambda table, day: RIGHT_READ(table, day) and None, "Does the function end in return?"),
        (lambda table, day: [], "Use what the function is given"),
    ],
)
def test_a_wrong_read_is_refused(read: Answer, words: str, seed: int) -> None:
    assert words in _refused(RIGHT_WRITE, read, seed=seed)


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (_adds_keys_to_the_event, RIGHT_READ),
        (_writer(suffix=lambda event: int(event["id"], 16) % 10), _reader(ConsistentRead=True)),
        (RIGHT_WRITE, _reader(suffixes=range(9, -1, -1), Limit=20)),
    ],
)
def test_other_sound_ways_pass(write: Answer, read: Answer) -> None:
    check("01.6", write, read)


def _refused(write: Answer, read: Answer, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check("01.6", write, read, seed=seed)
    return str(failure.value)


def _writes_if_absent(table: Any, event: Event) -> None:
    try:
        table.put_item(Item=_with_keys(event), ConditionExpression=Attr("pk").not_exists())
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def _looks_before_it_writes(table: Any, event: Event) -> None:
    item = _with_keys(event)
    if "Item" not in table.get_item(Key={"pk": item["pk"], "sk": item["sk"]}):
        table.put_item(Item=item)


def _with_keys(event: Event) -> Event:
    return {**event, "pk": f"{event['day']}#{_suffix(event)}", "sk": f"{event['at']}#{event['id']}"}


@pytest.mark.parametrize(
    "write",
    [
        _writes_if_absent,
        _looks_before_it_writes,
        _writer(lambda event: hash(int(event["id"], 16)) % 10),
        _writer(lambda event: hash(event["serial"]) % 10),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_write_may_see_for_itself_and_hash_numbers(write: Answer, seed: int) -> None:
    check("01.6", write, RIGHT_READ, seed=seed)
