"""How long a task may take, whoever takes the time: its own process, or our engine and checks that are busy with what it said."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

from dynateach.grading.verdicts import Verdict

_GRACE = 1.0
"""Seconds after the deadline until the alarm: whoever waits for the process notices first, and knows more."""


class Stopped(BaseException):
    """A task came to no end of its own: the verdict, and why. No ``Exception``: a case that calls an answer as Lambda does takes those for the
    answer's own.
    """

    def __init__(self, verdict: Verdict, why: str) -> None:
        super().__init__(why)
        self.verdict = verdict
        self.why = why


class Patience:
    """The time that a task has left. ``deadline`` is on the monotonic clock: who waits for a process looks there.

    In a process's main thread an alarm also raises ``Stopped`` in whatever is running then. In other threads there is no such means.
    """

    def __init__(self) -> None:
        self.deadline = 0.0
        self._alarmed = threading.current_thread() is threading.main_thread()

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """What is done within may take so long."""
        self.deadline = monotonic() + seconds
        before = signal.signal(signal.SIGALRM, _stop) if self._alarmed else None
        self._set()
        try:
            yield
        finally:
            self.end()
            if self._alarmed:
                signal.signal(signal.SIGALRM, before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is done within takes nothing of it."""
        began = monotonic()
        self.end()
        try:
            yield
        finally:
            self.deadline += monotonic() - began
            self._set()

    def end(self) -> None:
        """No alarm from now on."""
        if self._alarmed:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _set(self) -> None:
        """It repeats: where Python cannot let an exception out, as in a finaliser, the first is lost."""
        if self._alarmed:
            signal.setitimer(signal.ITIMER_REAL, max(self.deadline - monotonic(), 0) + _GRACE, 1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped("timed out", "Judging what it returned, and what it asked of DynamoDB, took too long.")
