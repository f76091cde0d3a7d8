"""Who is served when a table's budget does not last for a tick: the requests that come first.

The requests of each partition come evenly over the tick: number j of n at (j − ½)/n of it; at the same moment, the lower
partition first. To find the moment at which the budget is spent, no request is looked at but the last few hundred.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.integer]

MOMENTS = 1 << 24
"""How finely a tick is cut: so finely, and no finer, that a count times a moment is an exact float (for counts up to 2²⁸)."""


def share_out(wanted: "Counts", most: "Counts", room: int) -> "Counts":
    """How many requests of each partition are served: ``wanted`` come, no more than ``most`` of them may be served, and
    ``room`` in all, which is less than those together. Exact. O(partitions · log requests).
    """
    early, late = _around(wanted.astype(np.float64), most.astype(np.float64), room)
    between = late - early
    owners = np.repeat(np.arange(len(wanted)), between)
    numbers = np.arange(len(owners)) + np.repeat(early - np.cumsum(between) + between, between)
    order = np.argsort((numbers + 0.5) / wanted[owners], kind="stable")
    return early + np.bincount(owners[order[: room - early.sum()]], minlength=len(wanted))


def _around(wanted: "Floats", most: "Floats", room: int) -> "tuple[Counts, Counts]":
    """What has been served at two moments close together: before the room is used up, and after."""
    early, late, start, end = np.zeros_like(most), most, 0, MOMENTS
    guesses = _guesses(wanted, most, room)
    while end - start > 1 and late.sum() - early.sum() > len(most):
        moment = guesses.pop() if guesses else (start + end) // 2
        if not start < moment < end:
            continue
        served = wanted * (moment / MOMENTS)
        served += 0.5
        np.minimum(np.floor(served, out=served), most, out=served)
        if served.sum() <= room:
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
