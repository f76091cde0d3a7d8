"""Is a history of one item linearizable? The search of Wing and Gong, with Lowe's memory of what has been tried.

Linearizable: every operation seems to take effect at one moment between its call and its answer, and each read gives what
the last write before it left (Herlihy and Wing, 1990). For one item that moment may be chosen freely, if only one choice
explains every answer.

On the virtual clock a request is called at some microsecond and answered its service time later; two requests overlap
when one is called by an alarm before the other's answer. The engine lets a request take effect at the moment of the call.
The checker does not know that: it allows the whole interval, as whoever looks from outside must.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

Value = int | None


class Operation(NamedTuple):
    """One operation that was answered: ``step`` says from the value before it whether the answer fits (None: it does
    not), and if so what the value is then. Times in µs.
    """

    called: int
    answered: int
    step: Callable[[Value], "Outcome | None"]
    text: str


class Outcome(NamedTuple):
    """The item's value after an operation."""

    value: Value


def put(called: int, answered: int, value: int) -> Operation:
    """A write without a condition."""
    return Operation(called, answered, lambda _: Outcome(value), f"put {value}")


def swap(called: int, answered: int, expected: Value, value: int, done: bool) -> Operation:
    """A write of ``value`` on condition that ``expected`` is there, and whether it was done."""

    def step(before: Value) -> Outcome | None:
        return Outcome(value if done else before) if (before == expected) == done else None

    return Operation(called, answered, step, f"swap {expected} for {value}: {done}")


def read(called: int, answered: int, value: Value) -> Operation:
    """A read, and what it gave."""
    return Operation(called, answered, lambda before: Outcome(before) if before == value else None, f"read {value}")


def is_linearizable(history: Sequence[Operation], start: Value = None) -> bool:
    """Whether some order explains all answers, in which no operation comes before one that was answered before its call.

    Exponential in the number of operations that overlap, linear in the others.
    """
    operations = sorted(history, key=lambda one: (one.called, one.answered))
    everything = (1 << len(operations)) - 1
    tried: set[tuple[int, Value]] = set()
    open_ends = [(0, start)]
    while open_ends:
        done, value = open_ends.pop()
        if done == everything:
            return True
        if (done, value) in tried:
            continue
        tried.add((done, value))
        for number in _next(operations, done):
            outcome = operations[number].step(value)
            if outcome:
                open_ends.append((done | 1 << number, outcome.value))
    return False


def _next(operations: Sequence[Operation], done: int) -> list[int]:
    """Those that may come next: nothing that is still to come was answered before they were called."""
    left = [number for number in range(len(operations)) if not done >> number & 1]
    first_answer = min(operations[number].answered for number in left)
    return [number for number in left if operations[number].called <= first_answer]
