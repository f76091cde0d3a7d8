"""Lesson 11: every plausible mistake is refused in words that point at it, and honest ways of one's own pass."""

from collections.abc import Callable
from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from dynateach.checks.lesson_11 import number_bytes, ten_requests, three_rushes
from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 11.1 ----------------------------------------------------------------------------------------------------------


def test_different_seeds_ask_about_different_requests() -> None:
    assert len({repr(ten_requests(seed)) for seed in range(1, 21)}) == 20


def test_the_requests_are_shown_without_their_units() -> None:
    shown = repr(ten_requests(1))

    assert [line.split()[0] for line in shown.splitlines()] == [str(number) for number in range(1, 11)]
    assert "unit" not in shown


@pytest.mark.parametrize("seed", range(1, 41))
def test_no_likely_mistake_leads_to_the_right_units(seed: int) -> None:
    asked = ten_requests(seed)

    assert [one.words for one, units in zip(asked.requests, asked.units, strict=True) if units in one.mistakes] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("number", "mistake", "words"),
    [
        (1, lambda units: 2 * units, "price of a strongly consistent read"),
        (1, lambda units: ceil(units), "Half units are real"),
        (2, lambda units: 0, "To look costs"),
        (2, lambda units: 1, "price of a strongly consistent read"),
        (3, lambda units: 2 * units, "price of a strongly consistent read"),
        (3, lambda units: 0.5, "what it reads counts"),
        (4, lambda units: 1, "What it drops has been read"),
        (4, lambda units: units / 2, "no half units"),
        (5, lambda units: units / 2, "no half units"),
        (5, lambda units: 1, "every item in it is paid for"),
        (6, lambda units: ceil(units / 4), "A write unit is 1 KB"),
        (7, lambda units: 1, "charged for the whole item"),
        (7, lambda units: 2 * units, "the larger of the two counts, once"),
        (8, lambda units: 0, "Nothing was written, and it is charged all the same"),
        (8, lambda units: 1, "charged like the write itself"),
        (9, lambda units: units / 2, "prepares each write, then commits it"),
        (10, lambda units: (units - 1) / 2, "Each index gets an entry"),
        (10, lambda units: units - 1, "Two indexes, two entries more"),
        (10, lambda units: 3 * (units - 1) / 2, "KEYS_ONLY holds the keys alone"),
        (10, lambda units: (units - 1) / 2 + 2, "An index with projection ALL"),
    ],
)
def test_wrong_units_are_refused_by_what_led_to_them(
    number: int, mistake: Callable[[float], float], words: str, seed: int
) -> None:
    units = list(ten_requests(seed).units)
    if seed == 3 and number == 10:
        units[0] = float(units[0])
    units[number - 1] = mistake(units[number - 1])
    message = _refused("11.1", units, seed=seed)

    assert f"number {number} is not what the request consumes" in message
    assert words in message


def test_units_that_are_no_list_of_ten_numbers_are_refused() -> None:
    right = ten_requests(1).units

    assert "units is a float" in _refused("11.1", 12.5)
    assert "units has 9 numbers" in _refused("11.1", right[:9])
    assert "number 2 is still `...`" in _refused("11.1", [right[0], ..., *right[2:]])
    assert "number 10 is a str" in _refused("11.1", [*right[:9], "many"])
    assert "trace" not in _refused("11.1", [0, *right[1:]])


def test_units_may_be_any_kind_of_number() -> None:
    check("11.1", tuple(Decimal(str(units)) for units in ten_requests(1).units))


# --- 11.2 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, 21))
def test_the_savings_end_long_after_they_begin_to_and_long_before_the_rush_ends(seed: int) -> None:
    rush = three_rushes(seed)
    plan = rush.plans[rush.saver]

    assert plan.begins + 0.1 * plan.ends < rush.empty < 0.95 * plan.ends
    assert sorted(set(rush.budgets) | {"maximum"}) == ["maximum", "partition", "provisioned"]


def test_different_seeds_draw_different_rushes() -> None:
    assert len({three_rushes(seed).plans for seed in range(1, 21)}) > 15


def test_some_tables_save_as_much_as_they_may_and_some_do_not() -> None:
    full = {rush.saved == 300 * rush.plans[rush.saver].provisioned for rush in map(three_rushes, range(1, 11))}

    assert full == {True, False}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_may_be_read_roughly(seed: int) -> None:
    rush = three_rushes(seed)
    plan = rush.plans[rush.saver]

    check("11.2", tuple(rush.budgets), round(rush.empty, -1), Decimal(round(rush.saved * 1.05)), seed=seed)
    check("11.2", rush.budgets, rush.empty, (plan.loud - plan.provisioned) * (rush.empty - plan.begins), seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda rush, plan: (["provisioned"] * 3, rush.empty, rush.saved), "it is not the budget 'provisioned'"),
        (lambda rush, plan: (["partition"] * 3, rush.empty, rush.saved), "it is not the budget 'partition'"),
        (lambda rush, plan: (["maximum"] * 3, rush.empty, rush.saved), "it is not the budget 'maximum'"),
        (lambda rush, plan: (["burst"] * 3, rush.empty, rush.saved), "'burst' is none of the budgets"),
        (lambda rush, plan: (rush.budgets[0], rush.empty, rush.saved), "not a list of three"),
        (lambda rush, plan: ([..., ..., ...], 0, 0), "budgets still holds `...`"),
        (lambda rush, plan: (rush.budgets, plan.begins, rush.saved), "That is when the rush begins"),
        (lambda rush, plan: (rush.budgets, plan.ends, rush.saved), "That is when the rush ends"),
        (lambda rush, plan: (rush.budgets, rush.empty - plan.begins, rush.saved), "how long the savings lasted"),
        (lambda rush, plan: (rush.budgets, "soon", rush.saved), "empty is a str"),
        (lambda rush, plan: (rush.budgets, rush.empty, ...), "saved is still `...`"),
        (
            lambda rush, plan: (rush.budgets, rush.empty, plan.loud * (rush.empty - plan.begins)),
            "all that the rush was served",
        ),
        (
            lambda rush, plan: (rush.budgets, rush.empty, plan.provisioned * plan.begins),
            "no more than 300 seconds' worth is kept",
        ),
        (lambda rush, plan: (rush.budgets, rush.empty, float("nan")), "saved is not what table"),
    ],
)
def test_a_misread_picture_is_refused(wrong: Answer, words: str, seed: int) -> None:
    rush = three_rushes(seed)

    assert words in _refused("11.2", *wrong(rush, rush.plans[rush.saver]), seed=seed)


def test_300_seconds_are_an_amount_and_no_time() -> None:
    seeds = [seed for seed in range(1, 11) if three_rushes(seed).empty < _after_300_seconds(seed) - 50]

    assert len(seeds) > 2
    for seed in seeds:
        rush = three_rushes(seed)
        message = _refused("11.2", rush.budgets, _after_300_seconds(seed), rush.saved, seed=seed)
        assert "how much can be saved, not how long it lasts" in message or "when the rush ends" in message


def _after_300_seconds(seed: int) -> int:
    rush = three_rushes(seed)
    return rush.plans[rush.saver].begins + 300


# --- 11.3 ----------------------------------------------------------------------------------------------------------


def _size(value: Any, text: Answer = lambda text: len(text.encode()), number: Answer = number_bytes) -> int:
    """A value's size; of an item, with 3 and 1 for each attribute too many."""
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, (str, bytes)):
        return int(text(value)) if isinstance(value, str) else len(value)
    if isinstance(value, list):
        return 3 + sum(1 + _size(part, text, number) for part in value)
    if isinstance(value, dict):
        return 3 + sum(1 + int(text(name)) + _size(part, text, number) for name, part in value.items())
    return sum(_size(part, text, number) for part in value) if isinstance(value, set) else int(number(value))


def _item_bytes(item: Any, **how: Any) -> int:
    return _size(item, **how) - 3 - len(item)


def _put_units(old: Any, new: Any) -> int:
    return -(-max(_item_bytes(old or {}), _item_bytes(new)) // 1024)


def _without_names(item: Any) -> int:
    return sum(map(_size, item.values()))


def _flat(item: Any) -> int:
    return sum(len(str(name).encode()) + len(str(value).encode()) for name, value in item.items())


def _bool_is_number(item: Any) -> int:
    return _item_bytes(item) + sum(value is True or value is False for value in item.values())


def _bare_lists(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_bare_lists, value))
    if isinstance(value, dict):
        return sum(len(name.encode()) + _bare_lists(part) for name, part in value.items())
    return _size(value)


def _sets_like_lists(item: Any) -> int:
    return _item_bytes(item) + 3 * sum(isinstance(value, set) for value in item.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_size, "item_bytes is not the size that DynamoDB counts"),
        (_without_names, "The names of the attributes count"),
        (lambda item: _item_bytes(item, text=len), "Letters are not bytes"),
        (lambda item: _item_bytes(item, number=lambda number: len(str(number))), "A number is not stored as its text"),
        (_bool_is_number, "True is no number"),
        (_bare_lists, "A list or a map takes 3 bytes"),
        (_sets_like_lists, "A set is only the sum of its members"),
        (_flat, "item_bytes is not the size that DynamoDB counts"),
        (lambda item: len(item), "item_bytes is not the size that DynamoDB counts"),
        (lambda item: print(_item_bytes(item)), "Does the function end in return?"),
        (lambda item: sum(len(name) + len(value.encode()) for name, value in item.items()), "Ask for the type first"),
    ],
)
def test_a_wrong_size_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("11.3", wrong, _put_units, seed=seed)


def test_a_wrong_size_is_shown_on_the_smallest_item() -> None:
    def no_inner_names(value: Any) -> int:
        inner = sum(len(name) for part in value.values() if isinstance(part, dict) for name in part)
        return _item_bytes(value) - inner

    message = _refused("11.3", no_inner_names, _put_units)

    assert "A map's own names count as well" in message
    assert message.count("'") < 12


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda old, new: -(-_item_bytes(new) // 1024), "The item that is replaced counts as well"),
        (lambda old, new: _put_units(None, new) + (_put_units(None, old) if old else 0), "Not both"),
        (
            lambda old, new: max(_item_bytes(old or {}), _item_bytes(new)) // 1024 + 1,
            "Exactly 1,024 bytes are one unit",
        ),
        (lambda old, new: max(1, max(_item_bytes(old or {}), _item_bytes(new)) // 1024), "Rounded down"),
        (lambda old, new: -(-max(_item_bytes(old or {}), _item_bytes(new)) // 1000), "A KB of DynamoDB is 1,024 bytes"),
        (lambda old, new: max(_item_bytes(old or {}), _item_bytes(new)) / 1024, "Units are whole"),
        (lambda old, new: -(-max(_item_bytes(old or {}), _item_bytes(new)) // 4096), "Units of 4 KB are for reads"),
        (lambda old, new: -(-max(_item_bytes(old), _item_bytes(new)) // 1024), "old is None where nothing lies"),
    ],
)
def test_wrong_units_of_a_put_are_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("11.3", _item_bytes, wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_sizes_may_be_reckoned_in_ones_own_way(seed: int) -> None:
    def units(old: Any, new: Any) -> float:
        return max(ceil(_item_bytes(item) / 1024) for item in (old, new) if item is not None)

    check("11.3", _item_bytes, units, seed=seed)
    check("11.3", lambda item: Decimal(_item_bytes(item)), lambda old, new: float(_put_units(old, new)), seed=seed)
