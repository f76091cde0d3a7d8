"""Is a history linearizable? The search of Wing and Gong, with Lowe's memory of what has been tried.

Linearizable: every operation seems to take effect at one moment between its call and its answer, and each read gives what
the last write before it left (Herlihy and Wing, 1990). A history is that of one item, or of several. For one item the
moments may be chosen freely, if only one choice explains every answer. Where an operation touches several items at once,
the same is called strictly serializable: one order of moments has to explain what all of them show of all items.

On the virtual clock a request is called at some microsecond and answered its service time later; two requests overlap
when one is called by an alarm before the other's answer. The engine decides at the moment of the call what a request comes
to. The checker does not know that: it allows the whole interval, as whoever looks from outside must.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Value = int | None
State = tuple[Value, ...]
"""The values of several items, each at its number."""


class Operation(NamedTuple):
    """One operation that was answered: ``step`` says from the state before it (a value, or the ``State`` of several items)
    whether the answer fits (None: it does not), and if so what the state is then. Times in µs.
    """

    called: int
    answered: int
    step: Callable[[Any], "Outcome | None"]
    text: str


class Outcome(NamedTuple):
    """The state after an operation."""

    state: Any


# Of one item


def put(called: int, answered: int, value: Value) -> Operation:
    """A write without a condition; of nothing, it is a deletion."""
    return Operation(called, answered, lambda _: Outcome(value), f"put {value}")


def swap(called: int, answered: int, expected: Value, value: Value, done: bool) -> Operation:
    """A write of ``value`` on condition that ``expected`` is there, and whether it was done."""

    def step(before: Value) -> Outcome | None:
        return Outcome(value if done else before) if (before == expected) == done else None

    return Operation(called, answered, step, f"swap {expected} for {value}: {done}")


def read(called: int, answered: int, value: Value) -> Operation:
    """A read, and what it gave."""
    return Operation(called, answered, lambda before: Outcome(before) if before == value else None, f"read {value}")


# Of several items


def on(item: int, operation: Operation) -> Operation:
    """The operation of one item as one on that item among several."""

    def step(before: State) -> Outcome | None:
        outcome = operation.step(before[item])
        return outcome and Outcome((*before[:item], outcome.state, *before[item + 1 :]))

    return operation._replace(step=step, text=f"{item}: {operation.text}")


def together(parts: Mapping[int, Operation]) -> Operation:
    """Operations that were called and answered together, one on each of these items, as one that takes effect at once."""
    lifted = [on(item, part) for item, part in parts.items()]

    def step(before: State) -> Outcome | None:
        outcome: Outcome | None = Outcome(before)
        for part in lifted:
            outcome = outcome and part.step(outcome.state)
        return outcome

    return lifted[0]._replace(step=step, text="; ".join(part.text for part in lifted))


# The search


def is_linearizable(history: Sequence[Operation], start: Any = None) -> bool:
    """Whether some order explains all answers, in which no operation comes before one that was answered before its call.

    Exponential in the number of operations that overlap, linear in the others. What was called first is tried first: where
    that is the order in which the operations took effect, nothing has to be tried twice.
    """
    operations = sorted(history, key=lambda one: one.called)
    everything = (1 << len(operations)) - 1
    tried: set[tuple[int, Any]] = set()
    open_ends = [(0, start)]
    while open_ends:
        done, state = open_ends.pop()
        if done == everything:
            return True
        if (done, state) in tried:
            continue
        tried.add((done, state))
        for number in reversed(_next(operations, done)):
            outcome = operations[number].step(state)
            if outcome:
                open_ends.append((done | 1 << number, outcome.state))
    return False


def _next(operations: Sequence[Operation], done: int) -> list[int]:
    """Those that may come next: nothing that is still to come was answered before they were called."""
    left = [number for number in range(len(operations)) if not done >> number & 1]
    first_answer = min(operations[number].answered for number in left)
    return [number for number in left if operations[number].called <= first_answer]
