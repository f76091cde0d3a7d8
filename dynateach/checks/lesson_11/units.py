"""Task 11.1: the units of ten requests, worked out by hand."""

from collections.abc import Sequence
from typing import Any

from dynateach.checks.lesson_11.asked import Asked, ten_requests
from dynateach.checks.plain import Odd, kind
from dynateach.checks.scenes import is_number
from dynateach.checks.task import Case, Fault, Reply, Task, Value


def _prepare(seed: int) -> Case:
    return Case(ten_requests(seed).lab, (Value("units"),), seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    asked, given = ten_requests(case.input), replies[0].value
    wanted = len(asked.requests)
    if not isinstance(given, (list, tuple)):
        return Fault(f"units is {kind(given)}", f"a list of {wanted} numbers, one for each request", trace=())
    if len(given) != wanted:
        return Fault(f"units has {len(given)} numbers", f"{wanted} numbers, one for each request", trace=())
    for number, (value, one, right) in enumerate(zip(given, asked.requests, asked.units, strict=True), 1):
        if fault := _fault_of(number, value, one, right):
            return fault
    return None


def _fault_of(number: int, value: Any, one: Asked, right: float) -> Fault | None:
    if isinstance(value, Odd) and value.type == "ellipsis":
        return Fault(f"number {number} is still `...`", f"the units of: {one.words}", trace=())
    if not is_number(value):
        return Fault(f"number {number} is {kind(value)}", "a number, such as 12 or 2.5", trace=())
    if value == right:
        return None
    why = next((why for guess, why in one.mistakes.items() if value == guess), one.rule)
    return Fault(f"number {number} is not what the request consumes", f"the units of: {one.words}", why, trace=())


TASK = Task(
    id="11.1",
    title="Prove it: the units of ten requests",
    points=1,
    answers=("units",),
    hints=(
        "Reads: units of 4,096 bytes, half for an eventually consistent read. Writes: units of 1,024 bytes. Always rounded up.",
        "What is rounded: a Query adds all that it reads and rounds once; a batch rounds each item. A write counts the "
        "larger of the item before and after. A transaction doubles. An index entry is a write more.",
        "Numbers 1 to 5: ceil(size / 4096) / 2 · the smallest read, halved · ceil(count * size / 4096) / 2 · the same of "
        "all items, not halved · count * ceil(size / 4096). Number 9: 2 * count * ceil(size / 1024).",
    ),
    learnt="What is read or written counts, not what comes back: rounded up, by item or by page, doubled in transactions, again for each index.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
