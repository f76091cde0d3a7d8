"""Lesson 05: solutions pass whatever the seed, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest

from dynateach.checks.lesson_05 import two_writes
from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 05.1 ----------------------------------------------------------------------------------------------------------


def _version(table: Any, **options: Any) -> Any:
    return table.get_item(Key={"id": "price"}, **options)["Item"]["version"]


def _forever_strong(table: Any) -> Any:
    newest = 0
    while (version := _version(table, ConsistentRead=True)) >= newest:
        newest = version
    return newest, version


def _first_change(table: Any) -> Any:
    first = _version(table)
    while (version := _version(table)) == first:
        pass
    return first, version


def _largest_and_smallest(table: Any) -> Any:
    first, last = _first_change(table)
    return max(first, last), min(first, last)


def _invented(table: Any) -> Any:
    return 7, _version(table)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_forever_strong, "Then all ask the leader"),
        (_first_change, "time running forward"),
        (_largest_and_smallest, "The order matters"),
        (_invented, "no read returned those two versions"),
        (lambda table: (2, 1), "prove read nothing"),
        (lambda table: (_version(table),) * 2, "Two equal versions prove nothing"),
        (lambda table: [_version(table, ConsistentRead=True), 0], "all reads were strongly consistent"),
        (lambda table: print(_version(table)), "Does the function end in return?"),
        (lambda table: True, "prove returned a bool, not two versions"),
    ],
)
def test_what_proves_nothing_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.1", wrong, seed=seed)


def test_a_failed_proof_shows_what_the_reads_returned_and_who_answered() -> None:
    message = _refused("05.1", _first_change)

    assert "the reads returned, in order: 1" in message
    assert "ReplicaRead" in message


def test_a_proof_may_take_any_two_reads() -> None:
    def prove(table: Any) -> list[Any]:
        versions = [_version(table) for _ in range(60)]
        return next([a, b] for i, a in enumerate(versions) for b in versions[i:] if b < a)

    check("05.1", prove)


# --- 05.2 ----------------------------------------------------------------------------------------------------------


def _picture(seed: int) -> tuple[float, float, int, int]:
    """The right answers, and the size of the item."""
    two = two_writes(seed)
    return two.lacking / 3, two.fresh, two.units, two.size


def test_different_seeds_ask_about_different_pictures() -> None:
    assert len({_picture(seed) for seed in range(1, 21)}) == 20


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_picture_has_a_trivial_or_a_close_answer(seed: int) -> None:
    two = two_writes(seed)

    assert two.lacking in (1, 2)
    assert all(abs(two.second - turn) > 0.3 for stretch in two.stale for turn in stretch)
    assert two.fresh < 16


def test_a_time_may_be_read_off_roughly() -> None:
    chance, fresh, units, _ = _picture(1)

    check("05.2", round(chance, 2), fresh + 0.25, units)
    assert "the moment from which no read can be stale" in _refused("05.2", chance, fresh + 0.4, units)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda chance, fresh, units, size: (1 - chance, fresh, units), "*not* stale"),
        (lambda chance, fresh, units, size: (3 * chance + 0.5, fresh, units), "chance"),
        (lambda chance, fresh, units, size: (chance * 3 / 2, fresh, units), "three replicas to ask, not two"),
        (lambda chance, fresh, units, size: (chance, 9, units), "That is when it was written"),
        (lambda chance, fresh, units, size: (chance, 2.0, units), "That is when it was written"),
        (lambda chance, fresh, units, size: (chance, fresh, units / 2), "eventually consistent reads"),
        (lambda chance, fresh, units, size: (chance, fresh, 1000 * ceil(size / 1024)), "Units of 1 KB are for writes"),
        (lambda chance, fresh, units, size: (chance, fresh, ceil(1000 * size / 4096)), "rounded up by itself"),
        (lambda chance, fresh, units, size: (chance, fresh, 1000 * (size // 4096)), "Rounded down"),
        (lambda chance, fresh, units, size: (chance, fresh, 1000), "The item is larger"),
        (lambda chance, fresh, units, size: ("1/3", fresh, units), "chance is a str"),
        (lambda chance, fresh, units, size: (100 * chance, fresh, units), "A chance is a number from 0 to 1"),
        (lambda chance, fresh, units, size: (round(chance, 1), fresh, units), "Give two decimals at least"),
        (lambda chance, fresh, units, size: (chance, fresh, ...), "units is still `...`"),
    ],
)
def test_a_misread_picture_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.2", *wrong(*_picture(seed)), seed=seed)


# --- 05.3 ----------------------------------------------------------------------------------------------------------


def _get(table: Any, id: str, **options: Any) -> Any:
    return table.get_item(Key={"id": id}, **options)["Item"]


def _update(table: Any, id: str, street: str, **options: Any) -> Any:
    values = {":street": street}
    change = {"UpdateExpression": "SET street = :street", "ExpressionAttributeValues": values}
    return table.update_item(Key={"id": id}, **change, **options)


def _strong(table: Any, id: str) -> Any:
    return _get(table, id, ConsistentRead=True)


def _save_street(table: Any, id: str, street: str) -> Any:
    return _update(table, id, street, ReturnValues="ALL_NEW")["Attributes"]


def _may_ship(table: Any, id: str) -> bool:
    return bool(_strong(table, id)["paid"] == "yes")


def _save_then(look: Answer) -> Answer:
    def save_street(table: Any, id: str, street: str) -> Any:
        _update(table, id, street)
        return look(table, id)

    return save_street


def _put_street(table: Any, id: str, street: str) -> Any:
    item = {"id": id, "street": street}
    table.put_item(Item=item)
    return item


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_strong, "product_page spent 1 read units"),
        (lambda table, id: [_get(table, id), _get(table, id)][-1], "product_page spent 1 read units"),
        (lambda table, id: table.get_item(Key={"id": id}), "product_page returned another item"),
        (lambda table, id: print(_get(table, id)), "Does the function end in return?"),
        (lambda table, id: {"id": id}, "product_page asked DynamoDB for nothing"),
    ],
)
def test_a_wrong_product_page_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.3", wrong, _save_street, _may_ship, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_save_then(_get), "Who knows the new item without a read?"),
        (_save_then(_strong), "save_street spent 1 read units"),
        (_put_street, "put_item replaces the whole item"),
        (lambda table, id, street: _update(table, id, street, ReturnValues="UPDATED_NEW")["Attributes"], "ALL_NEW"),
        (lambda table, id, street: _update(table, id, street, ReturnValues="ALL_OLD")["Attributes"], "old street"),
        (lambda table, id, street: _update(table, id, street), "save_street returned another item"),
        (lambda table, id, street: {**_get(table, id), "street": street}, "did not store the street"),
        (lambda table, id, street: print(_update(table, id, street)), "Does the function end in return?"),
    ],
)
def test_a_wrong_way_to_save_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.3", _get, wrong, _may_ship, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table, id: _get(table, id)["paid"] == "yes", "eventually consistent"),
        (lambda table, id: [_get(table, id)["paid"] == "yes" for _ in range(2)][-1], "eventually consistent"),
        (lambda table, id: bool(_strong(table, id)), "nobody has paid"),
        (lambda table, id: _strong(table, id)["paid"], "may_ship returned a str"),
        (lambda table, id: [_may_ship(table, id) for _ in range(2)][-1], "may_ship spent 2 read units"),
        (lambda table, id: _strong(table, id)["paid"] == "no", "paid is "),
    ],
)
def test_a_wrong_decision_to_ship_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.3", _get, _save_street, wrong, seed=seed)


def test_the_right_read_may_be_a_query() -> None:
    from boto3.dynamodb.conditions import Key

    def may_ship(table: Any, id: str) -> bool:
        found = table.query(KeyConditionExpression=Key("id").eq(id), ConsistentRead=True)
        return bool(found["Items"][0]["paid"] == "yes")

    check("05.3", _get, _save_street, may_ship)
