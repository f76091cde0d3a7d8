"""Lesson 09, a bad record: honest answers pass, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable
from decimal import Decimal
from itertools import takewhile
from typing import Any

import pytest

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]
Record = dict[str, Any]


def _refused(answer: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check("09.5", answer, seed=seed)
    return str(failure.value)


def _number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _copy(table: Any, record: Record) -> bool:
    """Whether it could be copied."""
    change = record["dynamodb"]
    if record["eventName"] == "REMOVE":
        table.delete_item(Key={"id": change["Keys"]["id"]["S"]})
    elif "N" not in change["NewImage"]["amount"]:
        return False
    else:
        order = change["NewImage"]
        table.put_item(Item={"id": order["id"]["S"], "amount": Decimal(order["amount"]["N"])})
    return True


def _failures(*numbers: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


def _at_the_first_failure(tell: Callable[[Record, list[Record]], Any]) -> Answer:
    """Stop there, and answer with what ``tell`` makes of the record and its batch."""

    def handler(event: dict[str, Any], table: Any) -> Any:
        for record in event["Records"]:
            if not _copy(table, record):
                return tell(record, event["Records"])
        return None

    return handler


def _raising(event: dict[str, Any], table: Any) -> None:
    for record in event["Records"]:
        if not _copy(table, record):
            raise KeyError("N")


def _reporting_all(event: dict[str, Any], table: Any) -> Any:
    return _failures(*[_number(record) for record in event["Records"] if not _copy(table, record)])


def _reporting_the_last(event: dict[str, Any], table: Any) -> Any:
    failed = [_number(record) for record in event["Records"] if not _copy(table, record)]
    return _failures(*failed[-1:])


def _checking_first(event: dict[str, Any], table: Any) -> Any:
    """One bad record, and the good ones before it are not copied, and said to be done."""
    for record in event["Records"]:
        if "S" in record["dynamodb"].get("NewImage", {}).get("amount", {}):
            return _failures(_number(record))
    for record in event["Records"]:
        _copy(table, record)
    return None


def _without_removals(event: dict[str, Any], table: Any) -> Any:
    for record in event["Records"]:
        if record["eventName"] != "REMOVE" and not _copy(table, record):
            return _failures(_number(record))
    return None


def _after(record: Record, batch: list[Record]) -> Any:
    place = batch.index(record) + 1
    return _failures(_number(batch[place])) if place < len(batch) else None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_raising, "An exception fails the whole batch"),
        (_at_the_first_failure(lambda record, batch: None), "is lost: nobody hears of it"),
        (lambda event, table: [_copy(table, record) for record in event["Records"]][:0], "handler returned a list"),
        (lambda event, table: print([_copy(table, one) for one in event["Records"]]), "is lost: nobody hears of it"),
        (_reporting_all, "What you do after it, you do twice"),
        (_reporting_the_last, "What you do after it, you do twice"),
        (_checking_first, "One before a failure is not sent again"),
        (_without_removals, "a REMOVE deletes the copy"),
        (_at_the_first_failure(_after), "is lost: nobody hears of it"),
        (_at_the_first_failure(lambda record, batch: _failures(_number(batch[0]))), "was written 2 times"),
        (_at_the_first_failure(lambda record, batch: _failures(record["eventID"])), "names no record of the batch"),
        (_at_the_first_failure(lambda record, batch: _failures("o9")), "what identifies a record"),
        (
            _at_the_first_failure(lambda record, batch: {"batchItemFailures": [_number(record)]}),
            "Each failure is a dict",
        ),
        (_at_the_first_failure(lambda record, batch: {"failures": [_number(record)]}), "Lambda does not understand"),
        (_at_the_first_failure(lambda record, batch: False), "handler returned a bool that Lambda"),
        (lambda event, table: None, "handler asked DynamoDB for nothing"),
    ],
)
def test_a_wrong_way_to_fail_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused(wrong, seed)


def _counting(event: dict[str, Any], table: Any) -> Any:
    records = event["Records"]
    done = sum(1 for _ in takewhile(lambda record: _copy(table, record), records))
    return _failures(*map(_number, records[done : done + 1]))


def _reporting_the_rest(event: dict[str, Any], table: Any) -> Any:
    """The lowest number counts, so the others may be named, too."""
    records = event["Records"]
    done = sum(1 for _ in takewhile(lambda record: _copy(table, record), records))
    return _failures(*map(_number, reversed(records[done:])))


def _none_for_no_failure(event: dict[str, Any], table: Any) -> Any:
    return {"batchItemFailures": _counting(event, table)["batchItemFailures"] or None}


def _in_a_tuple(event: dict[str, Any], table: Any) -> Any:
    return {"batchItemFailures": tuple(_counting(event, table)["batchItemFailures"])}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "handler",
    [
        _at_the_first_failure(lambda record, batch: _failures(_number(record))),
        _counting,
        _reporting_the_rest,
        _none_for_no_failure,
        _in_a_tuple,
    ],
)
def test_the_first_failure_may_be_told_in_other_ways(handler: Answer, seed: int) -> None:
    check("09.5", handler, seed=seed)
