"""Lesson 09, what leaves a record: honest answers pass, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable
from contextlib import suppress
from math import ceil
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach.checks.lesson_09 import listed, one_shard
from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 09.1 ----------------------------------------------------------------------------------------------------------

ORDER = {"id": "o1"}


def _order(table: Any) -> Any:
    return table.get_item(Key=ORDER)["Item"]


def _units(answer: Any) -> Any:
    return answer["ConsumedCapacity"]["CapacityUnits"]


def _put(table: Any, **changes: Any) -> Any:
    return _units(table.put_item(Item={**_order(table), **changes}, ReturnConsumedCapacity="TOTAL"))


def _set_state(table: Any, state: str, **options: Any) -> Any:
    change = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "state"}, **options}
    values = {":s": state}
    answer = table.update_item(Key=ORDER, ExpressionAttributeValues=values, ReturnConsumedCapacity="TOTAL", **change)
    return _units(answer)


def _refused_write(table: Any) -> Any:
    with suppress(ClientError):
        _set_state(table, "sent", ConditionExpression="attribute_not_exists(id)")
    return 2


def _there_and_back(table: Any) -> Any:
    return _set_state(table, "sent") + _set_state(table, "paid")


def _delete_and_put_back(table: Any) -> Any:
    order = _order(table)
    table.delete_item(Key=ORDER)
    return _units(table.put_item(Item=order, ReturnConsumedCapacity="TOTAL"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table: _put(table, state="sent"), "the write left a record in the stream: MODIFY"),
        (lambda table: _put(table, read="now"), "there is one more or less"),
        (lambda table: _put(table, id="o2"), "An item that was not there is now"),
        (_there_and_back, "the write left a record in the stream: MODIFY"),
        (_delete_and_put_back, "An item that was there is gone"),
        (_refused_write, "Find one that succeeds"),
        (
            lambda table: _set_state(table, "sent", ConditionExpression="attribute_not_exists(id)"),
            "Find one that succeeds",
        ),
        (lambda table: len(_order(table)), "prove wrote nothing"),
        (lambda table: [_put(table), 1][1], "A write costs by the size of the item"),
        (lambda table: print(_put(table)), "Does the function end in return?"),
        (lambda table: 3, "prove asked DynamoDB for nothing"),
    ],
)
def test_a_write_that_proves_nothing_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("09.1", wrong, seed=seed)


def _counted_by_hand(table: Any) -> int:
    order = _order(table)
    table.put_item(Item=order)
    return ceil(sum(len(name) + len(value) for name, value in order.items()) / 1024)


def _nothing_deleted(table: Any) -> Any:
    return _units(table.delete_item(Key={"id": "nobody"}, ReturnConsumedCapacity="TOTAL"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("prove", [_put, lambda table: _set_state(table, "paid"), _nothing_deleted, _counted_by_hand])
def test_any_write_that_changes_nothing_is_a_proof(prove: Answer, seed: int) -> None:
    check("09.1", prove, seed=seed)


# --- 09.2 ----------------------------------------------------------------------------------------------------------


def _right(seed: int) -> list[Any]:
    shard = one_shard(seed)
    return [list(shard.records), *shard.first.values()]


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_list_has_a_trivial_answer(seed: int) -> None:
    shard = one_shard(seed)
    first = shard.first

    assert 5 <= len(shard.records) < len(shard.writes)
    assert len(set(first.values())) == 4
    assert first["latest"] != shard.asked + 1
    assert first["after"] != shard.chosen + 1


def test_different_seeds_ask_about_different_lists() -> None:
    assert len({listed(one_shard(seed)) for seed in range(1, 21)}) == 20


def _all(seed: int, place: int, value: Any) -> list[Any]:
    answers = _right(seed)
    answers[place] = value
    return answers


@pytest.mark.parametrize("seed", SEEDS)
def test_records_that_a_write_did_not_leave_are_refused(seed: int) -> None:
    shard = one_shard(seed)
    writes = range(1, len(shard.writes) + 1)
    refused = next(number for number in writes if shard.writes[number - 1].only_if)
    same = next(n for n in writes if n not in shard.records and shard.writes[n - 1].operation == "put_item")

    assert "write 1 left no record: delete_item o1" in _refused("09.2", *_all(seed, 0, list(writes)), seed=seed)
    for extra, words in ((refused, "Its condition did not hold"), (same, "The item was the same before")):
        assert words in _refused("09.2", *_all(seed, 0, [*shard.records, extra]), seed=seed)
    assert "left a record, too" in _refused("09.2", *_all(seed, 0, shard.records[1:]), seed=seed)
    assert "names a write twice" in _refused("09.2", *_all(seed, 0, [*shard.records, 2]), seed=seed)
    assert "there is no write 0" in _refused("09.2", *_all(seed, 0, [0, *shard.records]), seed=seed)
    assert "records is no list" in _refused("09.2", *_all(seed, 0, len(shard.records)), seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_iterator_at_the_wrong_place_is_refused(seed: int) -> None:
    shard = one_shard(seed)
    chosen, last = shard.chosen, shard.records[-1]
    mistakes = [
        (1, 1, "Write 1 left no record"),
        (1, last, "TRIM_HORIZON stands before the oldest record"),
        (2, shard.records[0], "The first record after that?"),
        (2, shard.asked + 1, "left no record, so no iterator can give it"),
        (3, shard.first["after"], "AT gives the record with that sequence number itself"),
        (4, chosen, "AFTER leaves out the record"),
        (4, chosen + 1, "left no record, so no iterator can give it"),
        (4, "o1", "after is a str"),
    ]
    for place, value, words in mistakes:
        assert words in _refused("09.2", *_all(seed, place, value), seed=seed)
