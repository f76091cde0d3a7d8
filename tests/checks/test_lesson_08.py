"""Tasks 08.1 to 08.3: solutions pass whatever the seed, and every plausible mistake is refused in words that point at it."""

from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from dynateach.checks.lesson_08 import six_changes
from dynateach.errors import CheckFailed
from dynateach.grading.check import check

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 08.1 ----------------------------------------------------------------------------------------------------------


def _put(table: Any, status: str = "OPEN", **more: Any) -> None:
    table.put_item(Item={"id": "o99", "status": status, **more})


def _has(table: Any, status: str = "OPEN", **options: Any) -> bool:
    condition = Key("status").eq(status)
    found = table.query(IndexName="by-status", KeyConditionExpression=condition, **options)["Items"]
    return any(order["id"] == "o99" for order in found)


def _count(table: Any, status: str = "OPEN") -> int:
    """How many queries miss the order before one finds it."""
    missed = 0
    while not _has(table, status):
        missed += 1
    return missed


def _prove(table: Any) -> Any:
    _put(table)
    return "o99", _count(table)


def _off_by_one(table: Any) -> Any:
    _put(table)
    return "o99", _count(table) + 1


def _only_once(table: Any) -> Any:
    _put(table)
    return "o99", int(not _has(table))


def _strongly(table: Any) -> Any:
    _put(table)
    return "o99", int(not _has(table, ConsistentRead=True))


def _without_status(table: Any) -> Any:
    table.put_item(Item={"id": "o99", "state": "OPEN"})
    return "o99", _count(table)


def _without_status_once(table: Any) -> Any:
    table.put_item(Item={"id": "o99", "state": "OPEN"})
    return "o99", int(not _has(table))


def _another_status(table: Any) -> Any:
    _put(table, "NEW")
    return "o99", sum(not _has(table) for _ in range(50))


def _too_late(table: Any) -> Any:
    _put(table)
    while sum("Item" in table.get_item(Key={"id": "o99"}) for _ in range(250)) < 250:
        pass
    return "o99", _count(table)


def _read_the_table(table: Any) -> Any:
    _put(table)
    return "o99", sum("Item" not in table.get_item(Key={"id": "o99"}) for _ in range(50))


def _another_order(table: Any) -> Any:
    _put(table)
    return "o1", _count(table)


def _invented(table: Any) -> Any:
    _put(table)
    _count(table)
    return "o99", 999


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_off_by_one, "not the one that found it"),
        (_invented, "999 is not how many queries missed the order"),
        (_only_once, "the order may just as well be lost"),
        (_strongly, "no strongly consistent reads"),
        (_without_status, "Does your order have a status"),
        (_without_status_once, "What sends an order to this index"),
        (_another_status, "for the status that you wrote, 'NEW'"),
        (_too_late, "Ask at once"),
        (_read_the_table, "nobody asked the index"),
        (_another_order, "prove did not write the order 'o1'"),
        (lambda table: ("o99", 7), "prove asked DynamoDB for nothing"),
        (lambda table: print(_prove(table)), "Does the function end in return?"),
        (lambda table: _prove(table)[1], "Return two values"),
        (lambda table: _prove(table)[::-1], "The order's id comes first"),
    ],
)
def test_what_proves_nothing_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.1", wrong, seed=seed)


def test_a_failed_proof_shows_the_write_and_what_was_asked_of_the_index() -> None:
    message = _refused("08.1", _only_once)

    assert "ItemWritten" in message
    assert "PageRead" in message


def _prove_with_an_update(table: Any) -> Any:
    update = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "status"}}
    table.update_item(Key={"id": "o1"}, **update, ExpressionAttributeValues={":s": "SHIPPED"})
    missed = 0
    while not table.query(IndexName="by-status", KeyConditionExpression=Key("status").eq("SHIPPED"))["Count"]:
        missed += 1
    return ["o1", missed]


def _prove_with_a_scan_of_the_index(table: Any) -> Any:
    _put(table, "NEW")
    answers: list[bool] = []
    while not answers or answers[-1]:
        answers.append("o99" not in [order["id"] for order in table.scan(IndexName="by-status")["Items"]])
    return "o99", sum(answers)


def _prove_with_a_lookup_between(table: Any) -> Any:
    _put(table)
    missed = 0
    while not _has(table):
        missed += "Item" in table.get_item(Key={"id": "o99"}, ConsistentRead=True)
    return "o99", missed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "prove", [_prove, _prove_with_an_update, _prove_with_a_scan_of_the_index, _prove_with_a_lookup_between]
)
def test_any_write_and_any_read_of_the_index_prove_it(prove: Answer, seed: int) -> None:
    check("08.1", prove, seed=seed)


# --- 08.2 ----------------------------------------------------------------------------------------------------------

Units = list[list[float]]


def _units(seed: int) -> Units:
    return [list(units) for units in six_changes(seed).units]


def test_different_seeds_ask_about_different_changes() -> None:
    assert len({repr(six_changes(seed)) for seed in range(1, 21)}) == 20


@pytest.mark.parametrize("seed", range(1, 21))
def test_in_every_table_some_changes_cost_an_index_nothing_and_one_costs_it_twice(seed: int) -> None:
    _, by_status, by_customer = _units(seed)

    assert by_status.count(0) >= 3
    assert by_status.count(2) == 1
    assert 0 in by_customer


def test_the_changes_can_be_read_in_a_terminal_and_in_a_notebook() -> None:
    changes = six_changes(1)

    assert repr(changes).count("\n") == 5
    assert changes._repr_html_().count("<tr>") == 7


def _by_hand(seed: int, table: Answer = max, status_moves: int = 2, customer_moves: int = 2) -> Units:
    """The units as somebody reckons them who follows the documentation, or errs in one point."""
    found: Units = [[], [], []]
    for words, before, after, size_before, size_after in _read(seed):
        sizes = ceil(size_before / 1024), ceil(size_after / 1024)
        same = before == after
        status_before, status_after = ((one or {}).get("status") for one in (before, after))
        total_changes = (before or {}).get("total") != (after or {}).get("total")
        touched = status_before != status_after or (total_changes and bool(status_after))
        moved = "ben" in words
        found[0].append(table(sizes))
        found[1].append(
            0 if not touched else status_moves if status_before and status_after and not total_changes else 1
        )
        found[2].append(0 if same else sum(sizes) if moved and customer_moves == 2 else max(sizes))
    return found


def _read(seed: int) -> Iterator[tuple[str, Any, Any, int, int]]:
    for change in six_changes(seed).all:
        yield (change.words, change.before, change.after, *change.sizes)


@pytest.mark.parametrize("seed", range(1, 21))
def test_the_rules_by_hand_give_what_was_measured(seed: int) -> None:
    assert _by_hand(seed) == _units(seed)
    check("08.2", *(tuple(map(int, units)) for units in _by_hand(seed)), seed=seed)


def _only(place: int, change: Answer) -> Answer:
    """A mistake in one of the three lists: ``change`` is told the right number and the change."""

    def wrong(seed: int) -> list[Any]:
        units = _units(seed)
        read = list(_read(seed))
        units[place] = [change(right, *read[number]) for number, right in enumerate(units[place])]
        return units

    return wrong


def _kilobytes(size: int) -> int:
    return ceil(size / 1024)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_only(0, lambda right, words, before, after, old, new: max(old, new) // 1024), "as a whole unit"),
        (
            _only(0, lambda right, words, before, after, old, new: right if before != after else 0),
            "even one that changes nothing",
        ),
        (_only(0, lambda right, words, before, after, old, new: _kilobytes(old) + _kilobytes(new)), "for both sizes"),
        (_only(0, lambda right, words, before, after, old, new: ceil(max(old, new) / 4096)), "1,024 bytes"),
        (_only(1, lambda right, *change: min(right, 1)), "Can an entry stay in its place when its key changes?"),
        (
            _only(1, lambda right, words, *change: right or float("note" in words)),
            "Which attributes does an entry of this index hold?",
        ),
        (_only(1, lambda right, words, *change: right or float("again" in words)), "is there anything to write?"),
        (_only(1, lambda right, words, *change: right or float("ben" in words)), "hold the customer?"),
        (
            _only(1, lambda right, words, before, after, old, new: right * _kilobytes(max(old, new))),
            "not of the item. What does this entry hold?",
        ),
        (_only(1, lambda right, *change: 0), "it comes, goes, changes or moves"),
        (_only(2, lambda right, words, *change: right / 2 if "ben" in words else right), "Both are paid for"),
        (_only(2, lambda right, *change: min(right, 1)), "as large as the item"),
        (_only(2, lambda right, words, *change: right * (1 + ("SHIPPED" in words))), "What is the key of this index?"),
        (
            _only(2, lambda right, words, before, after, old, new: right or _kilobytes(new)),
            "The entry stays as it was",
        ),
        (_only(2, lambda right, words, *change: 0 if "note" in words else right), "whatever changes in the item"),
        (lambda seed: [_units(seed)[0], _units(seed)[1], ...], "customer_units is still `...`"),
        (lambda seed: [sum(units) for units in _units(seed)], "table_units is a float"),
        (lambda seed: [units[:5] for units in _units(seed)], "no list of six numbers"),
    ],
)
def test_a_wrong_reckoning_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.2", *wrong(seed), seed=seed)


def test_the_larger_size_before_a_change_is_the_one_that_counts() -> None:
    seed = next(
        seed
        for seed in range(1, 21)
        if any("note" in one.words and one.sizes[0] > one.sizes[1] for one in six_changes(seed).all)
    )
    units = _only(0, lambda right, words, before, after, old, new: _kilobytes(new) or right)(seed)

    assert "The item was larger before" in _refused("08.2", *units, seed=seed)


# --- 08.3 ----------------------------------------------------------------------------------------------------------


def _entries(table: Any, condition: Any, **options: Any) -> Iterator[Any]:
    more: dict[str, Any] = {}
    while True:
        page = table.query(IndexName="by-customer", KeyConditionExpression=condition, **options, **more)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _first_page(table: Any, condition: Any) -> Any:
    return table.query(IndexName="by-customer", KeyConditionExpression=condition)["Items"]


def _month(customer: str, month: str) -> Any:
    return Key("customer").eq(customer) & Key("placed").begins_with(month)


def _spent(table: Any, customer: str) -> Any:
    return sum(order["total"] for order in _entries(table, Key("customer").eq(customer)))


def _fetched(table: Any, entries: Any, **options: Any) -> list[Any]:
    answers = [table.get_item(Key={"id": entry["id"]}, **options) for entry in entries]
    return [answer["Item"] for answer in answers if "Item" in answer]


def _papers(table: Any, customer: str, month: str) -> Any:
    return _fetched(table, _entries(table, _month(customer, month)))


def _spent_by_scan(table: Any, customer: str) -> Any:
    total, more = 0, dict[str, Any]()
    while True:
        page = table.scan(FilterExpression=Attr("customer").eq(customer), **more)
        total += sum(order["total"] for order in page["Items"])
        if "LastEvaluatedKey" not in page:
            return total
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            lambda table, customer: sum(one["total"] for one in _first_page(table, Key("customer").eq(customer))),
            "and that is not all",
        ),
        (_spent_by_scan, "spent scans"),
        (
            lambda table, customer: sum(
                one["total"] for one in _fetched(table, _entries(table, Key("customer").eq(customer)))
            ),
            "What the index has, nobody needs to fetch",
        ),
        (
            lambda table, customer: [_spent(table, customer), _spent(table, customer)][0],
            "Each entry needs to be read once",
        ),
        (lambda table, customer: _spent(table, "ben"), "and of nobody else"),
        (
            lambda table, customer: sum(1 for _ in _entries(table, Key("customer").eq(customer))),
            "The sum of the attribute total",
        ),
        (lambda table, customer: str(_spent(table, customer)), "spent returned a str"),
        (lambda table, customer: print(_spent(table, customer)), "Does the function end in return?"),
        (
            lambda table, customer: sum(
                one["total"] for one in _entries(table, Key("customer").eq(customer), ConsistentRead=True)
            ),
            "never strongly consistently",
        ),
        (lambda table, customer: 0, "spent asked DynamoDB for nothing"),
    ],
)
def test_a_wrong_sum_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.3", wrong, _papers, seed=seed)


def _first_page_of_papers(table: Any, customer: str, month: str) -> Any:
    return _fetched(table, _first_page(table, _month(customer, month)))


def _filtered(table: Any, customer: str, month: str) -> Any:
    entries = _entries(table, Key("customer").eq(customer), FilterExpression=Attr("total").gt(0))
    return _fetched(table, [one for one in entries if one["placed"].startswith(month)])


def _filtered_by_key(table: Any, customer: str, month: str) -> Any:
    within = Attr("placed").begins_with(month)
    return _fetched(table, _entries(table, Key("customer").eq(customer), FilterExpression=within))


def _until_the_last_day(table: Any, customer: str, month: str) -> Any:
    within = Key("customer").eq(customer) & Key("placed").between(f"{month}-01", f"{month}-31")
    return _fetched(table, _entries(table, within))


def _with_holes(table: Any, customer: str, month: str) -> Any:
    return [table.get_item(Key={"id": one["id"]}).get("Item") for one in _entries(table, _month(customer, month))]


def _without_looking(table: Any, customer: str, month: str) -> Any:
    return [table.get_item(Key={"id": one["id"]})["Item"] for one in _entries(table, _month(customer, month))]


def _batched(table: Any, keys: list[Any], again: bool = True) -> list[Any]:
    request, found = {table.name: {"Keys": keys}}, []
    while request and keys:
        answer = table.meta.client.batch_get_item(RequestItems=request)
        found += answer["Responses"][table.name]
        request = answer["UnprocessedKeys"] if again else {}
    return found


def _keys(table: Any, customer: str, month: str) -> list[Any]:
    return [{"id": one["id"]} for one in _entries(table, _month(customer, month))]


def _in_one_batch(table: Any, customer: str, month: str) -> Any:
    return _in_order(_batched(table, _keys(table, customer, month)))


def _batches(table: Any, customer: str, month: str, again: bool = True) -> list[Any]:
    keys = _keys(table, customer, month)
    return [one for at in range(0, len(keys), 100) for one in _batched(table, keys[at : at + 100], again)]


def _in_order(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: str(item["placed"]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_first_page_of_papers, "A page of a Query ends at 1 MB"),
        (_filtered, "Which part of the index's key can narrow the Query?"),
        (_filtered_by_key, "A condition on a key belongs into the KeyConditionExpression"),
        (_until_the_last_day, "Compare that, letter by letter, with your upper bound"),
        (_with_holes, "An order that the table no longer has is left out"),
        (_without_looking, "An entry may outlive its item"),
        (_in_one_batch, "a batch takes 100 keys"),
        (
            lambda table, customer, month: _in_order(_batches(table, customer, month, again=False)),
            "The answer to a batch ends at 16 MB",
        ),
        (lambda table, customer, month: list(_entries(table, _month(customer, month))), "without paper"),
        (
            lambda table, customer, month: list(_entries(table, _month(customer, month), Select="ALL_ATTRIBUTES")),
            "answers with what it projects",
        ),
        (
            lambda table, customer, month: _fetched(
                table, _entries(table, _month(customer, month)), ConsistentRead=True
            ),
            "doubles the price",
        ),
        (
            lambda table, customer, month: _papers(table, customer, month)[::-1],
            "not in the order in which they were placed",
        ),
        (lambda table, customer, month: _batches(table, customer, month), "A BatchGetItem promises no order"),
        (lambda table, customer, month: _papers(table, customer, month) * 2, "Each order once"),
        (lambda table, customer, month: _papers(table, customer, "2026-0"), "of this month alone"),
        (
            lambda table, customer, month: _fetched(table, _entries(table, Key("customer").eq(customer))),
            "more than the orders",
        ),
        (lambda table, customer, month: print(_papers(table, customer, month)), "Does the function end in return?"),
        (lambda table, customer, month: [], "papers asked DynamoDB for nothing"),
    ],
)
def test_wrong_papers_are_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("08.3", _spent, wrong, seed=seed)


def test_an_entry_without_its_item_is_no_order() -> None:
    def papers(table: Any, customer: str, month: str) -> Any:
        entries = _entries(table, _month(customer, month))
        return [table.get_item(Key={"id": one["id"]}).get("Item", one) for one in entries]

    assert "The table no longer has that order" in _refused("08.3", _spent, papers)


def test_a_counterexample_is_a_few_orders() -> None:
    (expected,) = (line for line in _refused("08.3", _spent, _until_the_last_day).splitlines() if "expected" in line)

    assert "1 whole order" in expected


def _papers_one_query_each(table: Any, customer: str, month: str) -> Any:
    found = [table.query(KeyConditionExpression=Key("id").eq(one["id"])) for one in _keys(table, customer, month)]
    return [item for answer in found for item in answer["Items"]]


def _papers_by_day(table: Any, customer: str, month: str) -> Any:
    within = Key("customer").eq(customer) & Key("placed").between(f"{month}-01", f"{month}-31~")
    return tuple(_in_order(_fetched(table, list(_entries(table, within, ScanIndexForward=False)))))


def _spent_in_small_pages(table: Any, customer: str) -> Any:
    only = {"ProjectionExpression": "#total", "ExpressionAttributeNames": {"#total": "total"}, "Limit": 10}
    return float(sum(one["total"] for one in _entries(table, Key("customer").eq(customer), **only)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("spent", "papers"),
    [
        (_spent, lambda table, customer, month: _in_order(_batches(table, customer, month))),
        (_spent_in_small_pages, _papers_one_query_each),
        (_spent, _papers_by_day),
    ],
)
def test_an_index_may_be_read_in_other_ways(spent: Answer, papers: Answer, seed: int) -> None:
    check("08.3", spent, papers, seed=seed)
