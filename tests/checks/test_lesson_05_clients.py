"""Tasks 05.4 to 05.6: clients that forget, oversell or give up are refused in words that point at the mistake; other sound ways pass."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


def _get(table: Any, id: str, **options: Any) -> Any:
    return table.get_item(Key={"id": id}, **options).get("Item")


def _strong(table: Any, id: str) -> Any:
    return _get(table, id, ConsistentRead=True)


def _store(table: Any, id: str, street: str, **options: Any) -> Any:
    change = {"UpdateExpression": "SET street = :street", "ExpressionAttributeValues": {":street": street}}
    return table.update_item(Key={"id": id}, **change, **options)


# --- 05.4 ----------------------------------------------------------------------------------------------------------


def _save(table: Any, id: str, street: str) -> Any:
    values = {":street": street, ":one": 1}
    change = {"UpdateExpression": "SET street = :street ADD version :one", "ExpressionAttributeValues": values}
    return table.update_item(Key={"id": id}, **change, ReturnValues="ALL_NEW")["Attributes"]


def _visitor(
    read: Answer, save: Answer = _save, remember: tuple[str, ...] = ("read", "save"), keep: tuple[str, ...] = ("read",)
) -> Answer:
    """A visit that reads in that way, remembers what came of these kinds of action, and returns the items of those."""

    def visit(table: Any, id: str, actions: list[tuple[str, ...]]) -> list[Any]:
        items, known = [], 0
        for kind, *street in actions:
            item = save(table, id, *street) if kind == "save" else read(table, id, known)
            known = max(known, item["version"]) if kind in remember else known
            items += [item] if kind in keep else []
        return items

    return visit


def _at_least(table: Any, id: str, known: int) -> Any:
    item = _get(table, id)
    return item if item["version"] >= known else _strong(table, id)


def _newer_than(table: Any, id: str, known: int) -> Any:
    item = _get(table, id)
    return item if item["version"] > known else _strong(table, id)


def _until_new_enough(table: Any, id: str, known: int) -> Any:
    while (item := _get(table, id))["version"] < known:
        pass
    return item


def _strong_once_known(table: Any, id: str, known: int) -> Any:
    return _strong(table, id) if known else _get(table, id)


def _read_and_put(table: Any, id: str, street: str) -> Any:
    item = {"id": id, "street": street, "version": _get(table, id)["version"] + 1}
    table.put_item(Item=item)
    return item


def _forget_to_raise(table: Any, id: str, street: str) -> Any:
    return _store(table, id, street, ReturnValues="ALL_NEW")["Attributes"]


def _from_memory(table: Any, id: str, actions: list[tuple[str, ...]]) -> list[Any]:
    items, item = [], None
    for kind, *street in actions:
        if kind == "save":
            item = _save(table, id, *street)
        else:
            item = item or _get(table, id)
            items.append(item)
    return items


def _count(table: Any, id: str, actions: list[tuple[str, ...]]) -> list[Any]:
    """Adds one to the version it knows for each save, as if nobody else could have saved."""
    items, known = [], 1
    for kind, *street in actions:
        if kind == "save":
            _save(table, id, *street)
            known += 1
        else:
            items.append(_at_least(table, id, known))
            known = max(known, items[-1]["version"])
    return items


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_visitor(lambda table, id, known: _get(table, id)), "has been saved in this visit"),
        (_count, "Don't count: the write can return it"),
        (_visitor(lambda table, id, known: _strong(table, id)), "without trying the cheap read first"),
        (_visitor(_at_least, remember=("save",)), "was returned by an earlier read"),
        (_visitor(_at_least, remember=("read",)), "has been saved in this visit"),
        (_visitor(_newer_than), "where the cheap answer was new enough"),
        (_visitor(_until_new_enough), "visit reads again and again"),
        (_visitor(_strong_once_known), "without trying the cheap read first"),
        (_visitor(_at_least, keep=("read", "save")), "A save adds nothing to the list"),
        (_visitor(_at_least, keep=()), "Each read adds its item to the list"),
        (_visitor(_at_least, save=_forget_to_raise), "Raise the version in the write itself"),
        (_from_memory, "no read of the table gave"),
        (lambda table, id, actions: print(actions), "Does the function end in return?"),
        (
            lambda table, id, actions: [{"version": 9} for kind, *_ in actions if kind == "read"],
            "asked DynamoDB for nothing",
        ),
    ],
)
def test_a_forgetful_or_wasteful_visit_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.4", wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_version_that_the_client_counts_is_refused(seed: int) -> None:
    _refused("05.4", _visitor(_at_least, save=_read_and_put), seed=seed)


def test_a_forgotten_save_is_shown_with_who_answered() -> None:
    message = _refused("05.4", _visitor(lambda table, id, known: _get(table, id)))

    assert "visit(table, 'ada', [('save', 'New Street" in message
    assert "ItemWritten" in message
    assert "role=follower versions=1" in message


def test_a_visit_may_keep_its_memory_as_it_likes() -> None:
    def visit(table: Any, id: str, actions: list[tuple[str, ...]]) -> list[Any]:
        items, newest = [], {"version": 0}
        for action in actions:
            item = _save(table, id, action[1]) if action[0] == "save" else _at_least(table, id, newest["version"])
            newest = max(newest, item, key=lambda one: one["version"])
            if action[0] == "read":
                items.append(item)
        return items

    check("05.4", visit)


# --- 05.5 ----------------------------------------------------------------------------------------------------------

FAILED = "ConditionalCheckFailedException"


def _subtract(table: Any, id: str, count: int, condition: str = "", extra: dict[str, Any] | None = None) -> Any:
    guard = {"ConditionExpression": condition} if condition else {}
    return table.update_item(
        Key={"id": id},
        UpdateExpression="SET #left = #left - :count",
        ExpressionAttributeNames={"#left": "left"},
        ExpressionAttributeValues={":count": count, **(extra or {})},
        **guard,
    )


def _seller(condition: str, refused: Any = False) -> Answer:
    def sell(table: Any, id: str, count: int) -> Any:
        try:
            _subtract(table, id, count, condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != FAILED:
                raise
            return refused
        return True

    return sell


def _reader(look: Answer, write: Answer) -> Answer:
    """Look first, then write without a condition."""

    def sell(table: Any, id: str, count: int) -> bool:
        item = look(table, id) or {"left": 0}
        if item["left"] < count:
            return False
        write(table, id, item, count)
        return True

    return sell


def _put_left(table: Any, id: str, item: dict[str, Any], count: int) -> None:
    table.put_item(Item={**item, "left": item["left"] - count})


def _put_nameless(table: Any, id: str, item: dict[str, Any], count: int) -> None:
    table.put_item(Item={"id": id, "left": item["left"] - count})


def _subtract_anyway(table: Any, id: str, item: dict[str, Any], count: int) -> None:
    _subtract(table, id, count)


def _swap_once(table: Any, id: str, item: dict[str, Any], count: int) -> None:
    """Optimistic locking that never tries again."""
    _subtract(table, id, count, "#left = :seen", {":seen": item["left"]})


def _add_anyway(table: Any, id: str, count: int) -> bool:
    names, values = {"#left": "left"}, {":count": -count}
    change = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    table.update_item(Key={"id": id}, UpdateExpression="ADD #left :count", **change)
    return True


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_reader(_get, _put_left), "the other clerk's sale is lost"),
        (_reader(_strong, _put_left), "the other clerk's sale is lost"),
        (_reader(_get, _put_nameless), "put_item replaces the whole item"),
        (_reader(_strong, _subtract_anyway), "Looking first does not help"),
        (_seller("#left > :count"), "Just enough is enough"),
        (_seller("#left >= :count", refused=True), "sell sold"),
        (_seller("#left >= :count", refused=None), "Does the function end in return?"),
        (
            lambda table, id, count: bool(_subtract(table, id, count, "#left >= :count")),
            "A condition that fails is an answer: catch it",
        ),
        (_reader(_strong, _swap_once), "somebody else has sold since: decide again"),
        (_add_anyway, "Say in the write itself what must be true"),
        (lambda table, id, count: True, "sell asked DynamoDB for nothing"),
        (lambda table, id, count: bool(_get(table, id)), "the stock is not what was sold"),
    ],
)
def test_a_sale_that_loses_or_oversells_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.5", wrong, seed=seed)


def test_a_lost_sale_is_shown_read_by_write() -> None:
    message = _refused("05.5", _reader(_strong, _put_left))

    assert "by the other clerk" in message
    assert message.count("ItemWritten") == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_optimistic_locking_is_a_sound_way_too(seed: int) -> None:
    def sell(table: Any, id: str, count: int) -> bool:
        while (item := _strong(table, id)) and item["left"] >= count:
            try:
                _subtract(table, id, count, "#left = :seen", {":seen": item["left"]})
            except ClientError:
                continue
            return True
        return False

    check("05.5", sell, seed=seed)


# --- 05.6 ----------------------------------------------------------------------------------------------------------


def _show(table: Any, id: str) -> Any:
    try:
        return _strong(table, id), True
    except ClientError:
        return _get(table, id), False


def _saver(tries: int, failed: Any = False) -> Answer:
    def save(table: Any, id: str, street: str) -> Any:
        for _ in range(tries):
            try:
                _store(table, id, street)
            except ClientError:
                continue
            return True
        return failed

    return save


def _fallback_called_fresh(table: Any, id: str) -> Any:
    return _show(table, id)[0], True


def _brackets(table: Any, id: str) -> Any:
    try:
        return table.get_item(Key={"id": id}, ConsistentRead=True)["Item"], True
    except ClientError:
        return table.get_item(Key={"id": id})["Item"], False


def _strong_until_it_works(table: Any, id: str) -> Any:
    while True:
        try:
            return _strong(table, id), True
        except ClientError:
            continue


def _nothing_on_failure(table: Any, id: str) -> Any:
    try:
        return _strong(table, id), True
    except ClientError:
        return None, False


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table, id: (_strong(table, id), True), "go on with what still works"),
        (lambda table, id: (_get(table, id), False), "gives up the strong read on a good day"),
        (lambda table, id: (_get(table, id), True), "calls an eventually consistent read fresh"),
        (_fallback_called_fresh, "calls an eventually consistent read fresh"),
        (lambda table, id: (_strong(table, id), False), "doubts a strongly consistent read"),
        (_brackets, 'An answer without "Item" is no failure'),
        (_strong_until_it_works, "trying on and on helps nobody"),
        (_nothing_on_failure, "Any replica that works can answer"),
        (lambda table, id: _show(table, id)[0], "not an item and whether it is fresh"),
        (lambda table, id: print(_show(table, id)), "Does the function end in return?"),
    ],
)
def test_a_page_that_fails_or_lies_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.6", wrong, _saver(3), seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda table, id, street: bool(_store(table, id, street)), "Call it again, a few times"),
        (_saver(1), "a lease may last a little longer"),
        (_saver(3, failed=True), "save says that it is saved, and it is not"),
        (_saver(3, failed=None), "Does the function end in return?"),
        (_saver(10**6), "Two zones may be lost for long"),
        (lambda table, id, street: not _store(table, id, street), "save denies what it has saved"),
        (
            lambda table, id, street: bool(table.put_item(Item={"id": id, "street": street})),
            "put_item replaces the whole item",
        ),
        (lambda table, id, street: bool(_show(table, id)), "save says that it is saved, and it is not"),
    ],
)
def test_a_client_that_gives_up_or_lies_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("05.6", _show, wrong, seed=seed)


@pytest.mark.parametrize("tries", [2, 4, 8])
def test_any_few_attempts_will_do(tries: int) -> None:
    check("05.6", _show, _saver(tries))
