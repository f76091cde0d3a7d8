"""Who is served when a table's budget does not last for a tick: the requests that come first.

The requests of each partition come evenly over the tick: number j of n at (j − ½)/n of it; at the same moment, the lower
partition first. To find the moment at which the budget is spent, no request is looked at but the last few hundred.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Counts = NDArray[np.integer]

MOMENTS = 1 << 24
"""How finely a tick is cut: so finely, and no finer, that a count times a moment is an exact float (for counts up to 2²⁸)."""


def share_out(wanted: "Counts", most: "Floats", room: int) -> "tuple[Floats, Counts]":
    """How many requests of each partition are served, and how many have come when the last of these is: ``wanted`` come, no
    more than ``most`` of them may be served, and ``room`` in all, which is no more than those together. What comes later
    finds nothing left. Exact. O(partitions · log requests).
    """
    if not room:
        return np.zeros_like(most), np.zeros_like(wanted)
    partition, number = _last(wanted, most, room)
    come = _come(wanted, partition, number)
    return np.minimum(most, come), come


def _last(wanted: "Counts", most: "Floats", room: int) -> tuple[int, int]:
    """The request that uses up the room: its partition, and its number there, from 1."""
    early, late = _around(wanted.astype(np.float64), most, room)
    between = late - early
    owners = np.repeat(np.arange(len(wanted)), between)
    numbers = np.arange(len(owners)) + np.repeat(early - np.cumsum(between) + between, between)
    order = np.argsort((numbers + 0.5) / wanted[owners], kind="stable")
    last = order[room - early.sum() - 1]
    return int(owners[last]), int(numbers[last]) + 1


def _come(wanted: "Counts", partition: int, number: int) -> "Counts":
    """How many requests of each partition come no later than that one."""
    of = int(wanted[partition])
    twice = wanted * (2 * number - 1) + of
    twice[partition + 1 :] -= 1  # at the same moment the lower partition comes first
    twice //= 2 * of
    return twice


def _around(wanted: "Floats", most: "Floats", room: int) -> "tuple[Counts, Counts]":
    """What has been served at two moments close together: before the room is used up, and when it is or after."""
    early, late, start, end = np.zeros_like(most), most, 0, MOMENTS
    guesses = _guesses(wanted, most, room)
    while end - start > 1 and late.sum() - early.sum() > len(most):
        moment = guesses.pop() if guesses else (start + end) // 2
        if not start < moment < end:
            continue
        served = wanted * (moment / MOMENTS)
        served += 0.5
        np.minimum(np.floor(served, out=served), most, out=served)
        if served.sum() < room:
            early, start = served, moment
        else:
            late, end = served, moment
    return early.astype(np.int64), late.astype(np.int64)


def _guesses(wanted: "Floats", most: "Floats", room: int) -> list[int]:
    """Two moments, likely to be just after and just before the one: when it would be, if requests came like water."""
    total = wanted.sum()
    going = wanted * (room / total) <= most
    moment = (room - most.sum() + most.dot(going)) / max(wanted.dot(going), 1.0)
    near = len(most) / 4 / total
    return [int((moment + near) * MOMENTS), int((moment - near) * MOMENTS)]
