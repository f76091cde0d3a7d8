"""Why is a history not linearizable? The few of its operations that already are not.

    smallest_offending([put(0, 1, 1), put(2, 3, 2), read(4, 5, 2), read(6, 7, 1)])      # put 1, put 2, read 1

A history of a hundred operations tells a reader nothing. Dropping what can be dropped, one operation after the other, leaves
a handful that contradict each other (Zeller's delta debugging, one at a time).
"""

from collections.abc import Callable, Sequence

from dynateach.linearizability import Operation, Value, is_linearizable

Sense = Callable[[Sequence[Operation]], bool]


def smallest_offending(
    history: Sequence[Operation], start: Value = None, makes_sense: Sense = lambda part: True
) -> list[Operation]:
    """A part of the history that is not linearizable either, and would be, or would make no sense, without any one of its
    operations; in the order of their calls. Nothing, if the history is linearizable.

    What comes early is dropped first: of several contradictions the last stays. ``makes_sense`` keeps out parts whose fault is only
    that something was dropped: a read of a value that nobody has put. Checks O(operations²) histories.
    """
    part = sorted(history, key=lambda one: (one.called, one.answered))
    if is_linearizable(part, start):
        return []
    smaller = _without_one(part, start, makes_sense)
    while smaller:
        part = smaller
        smaller = _without_one(part, start, makes_sense)
    return part


def _without_one(part: list[Operation], start: Value, makes_sense: Sense) -> list[Operation]:
    """The part without the first operation that it can do without, nothing if it needs them all."""
    for number in range(len(part)):
        smaller = part[:number] + part[number + 1 :]
        if makes_sense(smaller) and not is_linearizable(smaller, start):
            return smaller
    return []
