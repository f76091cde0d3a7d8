"""The checks of lesson 20. A task is data and three functions; ``inputs``, ``prepare`` and ``judge`` below are those of 20.1."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_number, lab_with_table, put
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.randomness import Randomness
from dynateach.trace import PageRead


class Shelf(NamedTuple):
    """One input: what is in stock, and which articles are asked for."""

    seed: int
    stock: dict[str, int]
    asked: tuple[str, ...]


def inputs(seed: int) -> Iterator[Shelf]:
    """Plain data, the smallest first, drawn from the seed: whoever writes down an answer that he saw is wrong with the next seed."""
    chance = Randomness(seed).stream("20.1")
    lamps = 2 + chance.below(90)
    yield Shelf(seed, {"lamp": lamps}, ("lamp",))
    yield Shelf(seed, {"lamp": lamps}, ("chair",))
    yield Shelf(seed, {"lamp": lamps, "chair": 100 + chance.below(900), "desk": 0}, ("lamp", "chair", "desk", "sofa"))


def prepare(shelf: Shelf) -> Case:
    """A fresh Lab with its data, and the calls to make: ``in_stock(table, "lamp")``."""
    lab = lab_with_table("stock", partitions=2, seed=shelf.seed)
    with lab.trace.paused():
        for article, count in shelf.stock.items():
            put(lab, "stock", {"pk": article, "count": count})
    calls = [Call("in_stock", (Boto3("stock"), article)) for article in shelf.asked]
    return Case(lab, calls, shelf, requests=10)


def judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    """The first fault, or None. Each reply has the value that came back, and the events that the engine saw meanwhile."""
    for step, (article, reply) in enumerate(zip(case.input.asked, replies, strict=True)):
        wanted = case.input.stock.get(article, 0)
        fault = _fault_of_value(reply.value, wanted, step) or _fault_of_reading(reply, step)
        if fault:
            return fault
    return None


def _fault_of_value(value: Any, wanted: int, step: int) -> Fault | None:
    """A value may be anything: test its type before you compare."""
    if not is_number(value):
        why = NO_RETURN if value is None else ""
        return Fault(f"in_stock returned {kind(value)}", "a number", why, step=step)
    if value == wanted:
        return None
    return Fault(f"in_stock returned {show(value)}", f"{wanted}, the count that is stored, or 0", step=step)


def _fault_of_reading(reply: Reply, step: int) -> Fault | None:
    if not reply.events:
        return Fault("in_stock asked the table for nothing", "a read", USE_WHAT_IS_GIVEN, step=step)
    if any(isinstance(event, PageRead) for event in reply.events):
        why = "You know the key. Which request reads one item by its key?"
        return Fault("in_stock looked through many items", "a request that reads one item", why, step=step)
    return None


SHELF = Task(
    id="20.1",
    title="What is in stock",
    points=2,
    answers=("in_stock",),
    hints=(
        "get_item reads one item. What does its answer look like when there is no such item?",
        "An answer without an item has no member Item. Ask for it with .get, and take 0 where there is none.",
        'table.get_item(Key={"pk": article}).get("Item", {}).get("count", 0)',
    ),
    learnt="DynamoDB does not say that an item is missing. It says nothing, and the answer has no Item.",
    inputs=inputs,
    prepare=prepare,
    judge=judge,
    raised={("in_stock", "KeyError"): "An answer has no Item if there is no such item."},
)
