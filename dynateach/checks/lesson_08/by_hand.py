"""Task 08.2: reckon by hand what six changes cost a table and its two indexes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from dynateach.checks.lesson_08.orders import ask, create, include
from dynateach.checks.plain import kind
from dynateach.checks.scenes import Item, is_number, wire_form
from dynateach.checks.task import Case, Fault, Reply, Task, Value
from dynateach.dynamodb.rules.capacity import read_units, write_units
from dynateach.dynamodb.rules.limits import KB
from dynateach.dynamodb.rules.values import item_size
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Stream

TABLE = "orders"
BY_STATUS, BY_CUSTOMER = "by-status", "by-customer"
INDEXES = {BY_STATUS: (["status"], include("total")), BY_CUSTOMER: (["customer"], {"ProjectionType": "ALL"})}
ANSWERS = "table_units", "status_units", "customer_units"
NEW, NOTE, STATUS, CUSTOMER, TOTAL, AGAIN, DRAFT, DELETED = (
    "a new order, OPEN",
    "another note",
    "status OPEN → SHIPPED",
    "customer ada → ben",
    "total 20 → 25",
    "put again, exactly as it was",
    "a new order without a status",
    "deleted; it was OPEN",
)
"""The kinds of change, in the learner's words."""


class Change(NamedTuple):
    """What happens to one order: the item before and after, None for none."""

    words: str
    before: Item | None
    after: Item | None

    @property
    def sizes(self) -> tuple[int, int]:
        """The item's bytes before and after."""
        before, after = (item_size(wire_form(item)) if item else 0 for item in (self.before, self.after))
        return before, after


@dataclass(frozen=True)
class Changes:
    """Six changes, and what each consumes. In a notebook they are a table."""

    all: tuple[Change, ...]

    @cached_property
    def units(self) -> tuple[list[float], list[float], list[float]]:
        """The write units of each change: on the table, on the index by-status, on the index by-customer."""
        lab = Lab()
        create(lab, TABLE, INDEXES, [change.before for change in self.all if change.before])
        costs = [_consumed(lab, change) for change in self.all]
        table, by_status, by_customer = (list(units) for units in zip(*costs, strict=True))
        return table, by_status, by_customer

    def __repr__(self) -> str:
        return "\n".join("  ".join(row) for row in self._rows())

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        rows = "".join(
            f'<tr><td>{number}</td><td style="text-align: left">{escape(words)}</td><td>{before}</td><td>{after}</td></tr>'
            for number, words, before, after in self._rows()
        )
        return f"<table><tr>{head}</tr>{rows}</table>"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        for number, change in enumerate(self.all):
            before, after = (f"{size:,} bytes" if size else "–" for size in change.sizes)
            yield str(number), change.words, before, after


_COLUMNS = "", "what happens to an order", "the item before", "the item after"


def six_changes(seed: int) -> Changes:
    """The six changes that the task asks about."""
    chance = Randomness(seed).stream("08.2")
    kinds = [NOTE, STATUS, CUSTOMER, AGAIN, chance.pick((NEW, DELETED)), chance.pick((TOTAL, DRAFT))]
    return Changes(tuple(_change(chance, words, f"o{i}") for i, words in enumerate(chance.shuffled(kinds))))


def _change(chance: Stream, words: str, id: str) -> Change:
    size = KB * (1 + chance.below(4)) + 100 + chance.below(800)
    order = _sized({"id": id, "status": "OPEN", "customer": "ada", "total": 20}, size)
    if words == NOTE:
        return Change(words, order, _sized(order, size + KB * chance.pick((-1, 1, 2))))
    if words == DRAFT:
        return Change(words, None, {name: value for name, value in order.items() if name != "status"})
    after: dict[str, Item | None] = {
        NEW: order,
        STATUS: {**order, "status": "SHIPPED"},
        CUSTOMER: {**order, "customer": "ben"},
        TOTAL: {**order, "total": 25},
        AGAIN: order,
        DELETED: None,
    }
    return Change(words, None if words == NEW else order, after[words])


def _sized(order: Item, size: int) -> Item:
    """The order with a note that makes the item so large."""
    bare = {**order, "note": ""}
    return {**order, "note": "n" * (size - item_size(wire_form(bare)))}


def _consumed(lab: Lab, change: Change) -> tuple[float, float, float]:
    item = change.after or change.before or {}
    what = {"Item": wire_form(item)} if change.after else {"Key": wire_form({"id": item["id"]})}
    operation = "PutItem" if change.after else "DeleteItem"
    consumed = ask(lab, TABLE, operation, **what, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    indexes = consumed.get("GlobalSecondaryIndexes", {})
    by_status, by_customer = (indexes.get(name, {}).get("CapacityUnits", 0.0) for name in INDEXES)
    return consumed["Table"]["CapacityUnits"], by_status, by_customer


def _prepare(seed: int) -> Case:
    return Case(Lab(seed), [Value(name) for name in ANSWERS], seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    changes = six_changes(case.input)
    for step, (reply, wanted) in enumerate(zip(replies, changes.units, strict=True)):
        fault = _fault_of_shape(step, reply.value) or _fault_of_list(step, list(reply.value), wanted, changes)
        if fault:
            return fault
    return None


def _fault_of_shape(step: int, value: Any) -> Fault | None:
    expected = "a list of six numbers, one for each change"
    if not isinstance(value, (list, tuple)):
        return Fault(f"{ANSWERS[step]} is {kind(value)}", expected, step=step)
    if len(value) != 6 or not all(map(is_number, value)):
        return Fault(f"{ANSWERS[step]} is no list of six numbers", expected, step=step)
    return None


def _fault_of_list(step: int, given: list[Any], wanted: list[float], changes: Changes) -> Fault | None:
    wrong = next((number for number in range(6) if given[number] != wanted[number]), None)
    if wrong is None:
        return None
    where = ("the table", f"the index {BY_STATUS}", f"the index {BY_CUSTOMER}")[step]
    change = changes.all[wrong]
    what = f"change {wrong} ({change.words}) does not consume that on {where}"
    expected = f"the write units of change {wrong} on {where}, in place {wrong} of the list"
    return Fault(what, expected, _WHY[step](change, given[wrong], wanted[wrong]), step=step)


def _why_table(change: Change, given: Any, wanted: float) -> str:
    before, after = change.sizes
    if given == 0:
        return "Every write costs the table something, even one that changes nothing."
    if change.words == NOTE and given == write_units(0, after):
        return "The item was larger before. Of the two sizes the larger counts, and a part of 1 KB (1,024 bytes) as a whole unit."
    if before and given == write_units(0, before) + write_units(0, after):
        return "A table does not pay for both sizes: the larger of the two counts."
    if given == wanted - 1:
        return "A part of 1 KB (1,024 bytes) counts as a whole unit."
    if given < wanted - 1 and given == read_units(max(before, after), True):
        return "Units of 4 KB are for reads. A write unit is 1 KB: 1,024 bytes."
    if change.words == NOTE and given == write_units(0, abs(after - before)):
        return "It is not the difference that is written, but the item."
    return "The size of the item, before or after, whichever is larger; in units of 1,024 bytes, rounded up."


def _why_status(change: Change, given: Any, wanted: float) -> str:
    if wanted == 0:
        return _WHY_NOTHING[change.words]
    if change.words == STATUS and given == 1:
        return "The status is the key of this index. Can an entry stay in its place when its key changes?"
    if given == 0:
        return "Look what the entry was before, and what it is after: it comes, goes, changes or moves."
    if given > wanted:
        return "An index counts the size of its entry, not of the item. What does this entry hold?"
    return "An entry that comes, goes or changes is one write of its size; one that moves to another key is two."


_WHY_NOTHING = {
    NOTE: "Which attributes does an entry of this index hold? If none of them changes, nothing is written.",
    CUSTOMER: "Does an entry of this index hold the customer? If nothing in it changes, nothing is written.",
    AGAIN: "The table is written to. The entry stays as it was: is there anything to write?",
    DRAFT: "Is an order in this index that lacks the index's key?",
}


def _why_customer(change: Change, given: Any, wanted: float) -> str:
    if change.words == AGAIN:
        return "The table is written to. The entry stays as it was: is there anything to write?"
    if change.words == CUSTOMER and given == wanted / 2:
        return (
            "The customer is the key of this index: the entry leaves one place and comes to another. Both are paid for."
        )
    if given == 0:
        return (
            "This index projects ALL: whatever changes in the item changes in the entry. And its key is not the status."
        )
    if given < wanted:
        return "This index projects ALL: its entry is as large as the item, and of before and after the larger counts."
    return "An entry that keeps its place is paid for once, by the larger of its sizes. What is the key of this index?"


_WHY: tuple[Callable[[Change, Any, float], str], ...] = (_why_table, _why_status, _why_customer)

TASK = Task(
    id="08.2",
    title="What six changes cost",
    points=1,
    answers=ANSWERS,
    hints=(
        "Three questions for each place: was an entry there before, and is one there after? Does anything in it change? Does its key change?",
        "Table: the larger of both sizes. Index: nothing changes in the entry, 0; it comes, goes or changes, once; its key changes, once "
        "for the old place and once for the new. Each time the size of the entry, in KB, rounded up.",
        "An entry of by-status is small: 0, 1 or 2. An entry of by-customer is as large as the item: 0, its KB, or twice its KB. "
        "2,000 bytes are 2 units, 2,100 bytes are 3.",
    ),
    learnt="An index costs nothing, once or twice, by what happens to its entry; and the entry's size decides how much that is.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
