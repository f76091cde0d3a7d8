"""Tasks 01.1 and 01.7: a proof that proves nothing is refused, and so are counters that burn, forget or cost too much."""

import random
import uuid
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any
from zlib import crc32

import pytest
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)
ONE = {":one": 1}

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 01.1 ----------------------------------------------------------------------------------------------------------


def _retries(answer: dict[str, Any]) -> int:
    return int(answer["ResponseMetadata"]["RetryAttempts"])


def _prover(keys: Callable[[int], str], text: str = "", gives: Callable[[str], Any] = str) -> Answer:
    """Writes under one key after the other until a put was tried again."""

    def prove(table: Any) -> Any:
        n = 0
        while not _retries(table.put_item(Item={"pk": keys(n), "sk": str(n), "text": text})):
            n += 1
        return gives(keys(n))

    return prove


def _waits_for_an_error(table: Any) -> str:
    for n in count():
        try:
            table.put_item(Item={"pk": "hot", "sk": str(n)})
        except ClientError:
            break
    return "hot"


def _only_reads(table: Any) -> str:
    for _ in range(50):
        table.get_item(Key={"pk": "hot", "sk": "1"})
    return "hot"


def _stops_at_the_ceiling(table: Any) -> str:
    for n in range(999):
        table.put_item(Item={"pk": "hot", "sk": str(n)})
    return "hot"


FAT = "x" * 390_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table: "hot", "asked DynamoDB for nothing"),
        (_only_reads, "Reads have a ceiling of their own"),
        (_stops_at_the_ceiling, "A partition serves 1,000 a second"),
        (_prover(lambda n: "hot", gives=lambda key: True), "prove returned a bool, not a partition key"),
        (_prover(lambda n: "hot", gives=lambda key: None), "Does the function end in return?"),
        (_prover(lambda n: "hot", gives=lambda key: "p0"), "no request for 'p0' was refused"),
        (_prover(lambda n: f"key-{n}", FAT), "the table itself was at its limit"),
        (lambda table: table.put_item(Item={"pk": "hot"}), "Each item needs"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.1", wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_waits_for_an_error_is_told_where_to_look(seed: int) -> None:
    assert "look at RetryAttempts" in _refused("01.1", _waits_for_an_error, seed=seed)


def _batches(table: Any) -> str:
    for n in count():
        with table.batch_writer() as batch:
            for i in range(25):
                batch.put_item(Item={"pk": "hot", "sk": f"{n}-{i}", "text": "x" * 40_000})
        answer = table.put_item(Item={"pk": "hot", "sk": "last"})
        if _retries(answer):
            return "hot"
    raise AssertionError


def _updates_one_item(table: Any) -> str:
    while True:
        answer = table.update_item(
            Key={"pk": "one", "sk": "item"}, UpdateExpression="ADD n :one", ExpressionAttributeValues=ONE
        )
        if _retries(answer):
            return "one"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("right", [_prover(lambda n: "hot", FAT), _updates_one_item, _batches])
def test_every_sound_proof_passes(right: Answer, seed: int) -> None:
    check("01.1", right, seed=seed)


# --- 01.7 ----------------------------------------------------------------------------------------------------------


def _clicker(part: Callable[[str], Any], key: str = "{link}#{part}") -> Answer:
    def click(table: Any, link: str) -> None:
        pk = key.format(link=link, part=part(link))
        table.update_item(Key={"pk": pk}, UpdateExpression="ADD clicks :one", ExpressionAttributeValues=ONE)

    return click


def _reader(parts: int, key: str = "{link}#{part}", **options: Any) -> Answer:
    def clicks(table: Any, link: str) -> int:
        answers = [table.get_item(Key={"pk": key.format(link=link, part=part)}, **options) for part in range(parts)]
        return sum(int(answer["Item"]["clicks"]) for answer in answers if "Item" in answer)

    return clicks


def _of(parts: int) -> Answer:
    return _clicker(lambda link: random.randrange(parts))


def _replaces(table: Any, link: str) -> None:
    table.put_item(Item={"pk": f"{link}#{random.randrange(20)}", "clicks": 1})


def _reads_first(table: Any, link: str) -> None:
    key = {"pk": f"{link}#{random.randrange(20)}"}
    clicks = table.get_item(Key=key).get("Item", {"clicks": 0})["clicks"]
    table.put_item(Item={**key, "clicks": clicks + 1})


def _counts_everywhere(table: Any, link: str) -> None:
    for part in range(20):
        table.update_item(
            Key={"pk": f"{link}#{part}"}, UpdateExpression="ADD clicks :one", ExpressionAttributeValues=ONE
        )


def _scans(table: Any, link: str) -> int:
    return sum(int(item["clicks"]) for item in table.scan()["Items"] if item["pk"].startswith(f"{link}#"))


def _demands_every_part(table: Any, link: str) -> int:
    return sum(int(table.get_item(Key={"pk": f"{link}#{part}"})["Item"]["clicks"]) for part in range(20))


_ALL_LINKS = "all#{part}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("click", "clicks", "words"),
    [
        (_of(1), _reader(1), "One item lies on one partition"),
        (_of(3), _reader(3), "Into how many items is the counter divided"),
        (_clicker(lambda link: crc32(link.encode()) % 20), _reader(20), "does each click choose anew?"),
        (_replaces, _reader(20), "Every click adds one"),
        (_reads_first, _reader(20), "loses the click of another"),
        (_counts_everywhere, _reader(20), "click wrote 20 items"),
        (lambda table, link: None, _reader(20), "click wrote nothing"),
        (_of(20), _reader(10), "are the parts the same in both functions?"),
        (_of(20), _scans, "Whoever knows the link can name its parts"),
        (_of(60), _reader(60), "the total took 30 read units"),
        (_of(30), _reader(30, ConsistentRead=True), "reads that may be a moment old, cost less"),
        (_of(500), _reader(500), "not as many as you can"),
        (_of(20), _demands_every_part, "was never clicked is no item"),
        (_clicker(lambda link: random.randrange(20), _ALL_LINKS), _reader(20, _ALL_LINKS), "clicks returned 1"),
        (_of(20), lambda table, link: None, "Does the function end in return?"),
        (_of(20), lambda table, link: 0, "clicks read nothing"),
    ],
)
def test_a_counter_that_does_not_hold_is_refused(click: Answer, clicks: Answer, words: str, seed: int) -> None:
    assert words in _refused("01.7", click, clicks, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_counter_in_the_memory_of_one_process_is_refused(seed: int) -> None:
    clicked: dict[str, int] = {}

    def click(table: Any, link: str) -> None:
        clicked[link] = clicked.get(link, 0) + 1
        _of(20)(table, link)

    assert "Only the table knows of all" in _refused("01.7", click, lambda table, link: clicked.get(link, 0), seed=seed)


def _in_batches(table: Any, link: str) -> Decimal:
    keys = [{"pk": f"{link}/{part}"} for part in range(16)]
    answer = table.meta.client.batch_get_item(RequestItems={table.name: {"Keys": keys, "ConsistentRead": True}})
    return sum((item["n"] for item in answer["Responses"][table.name]), Decimal(0))


def _adds_n(table: Any, link: str) -> None:
    key = {"pk": f"{link}/{uuid.uuid4().int % 16}"}
    table.update_item(Key=key, UpdateExpression="ADD n :one", ExpressionAttributeValues=ONE)


def _queries(table: Any, link: str) -> int:
    found = [table.query(KeyConditionExpression=Key("pk").eq(f"{part}#{link}"))["Items"] for part in range(32)]
    return sum(int(item["clicks"]) for items in found for item in items)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("click", "clicks"),
    [
        (_of(20), _reader(20)),
        (_of(20), _reader(20, ConsistentRead=True)),
        (_adds_n, _in_batches),
        (_clicker(lambda link: random.randrange(32), "{part}#{link}"), _queries),
    ],
)
def test_every_sound_counter_passes(click: Answer, clicks: Answer, seed: int) -> None:
    check("01.7", click, clicks, seed=seed)
