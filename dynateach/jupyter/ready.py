"""What every lesson imports, brought into a new kernel while the learner still reads: the first cell then has nothing to wait for.

It happens on the kernel's own thread, in steps between its messages: no two threads ever import at once, and whoever runs a cell meanwhile waits for
one step, which their cell would have had to do.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from tornado.ioloop import IOLoop

REST, PAUSE = 1.0, 0.05
"""Seconds before the first step, in which the page asks who the kernel is; and between two."""


def load_ipython_extension(shell: Any) -> None:
    """Begin soon. IPython calls this when the kernel starts."""
    IOLoop.current().call_later(REST, _do, STEPS)


def _do(steps: Sequence[Callable[[], object]]) -> None:
    with suppress(Exception):  # what cannot be imported is told by the cell that imports it
        steps[0]()
    if rest := steps[1:]:
        IOLoop.current().call_later(PAUSE, _do, rest)


def _widgets() -> None:
    import_module("dynateach.drawing.explorer")


def _boto3() -> None:
    from dynateach.lab import Lab

    Lab().resource("dynamodb")


def _pandas() -> None:
    import_module("pandas")


STEPS = (_boto3, _pandas, _widgets)
