"""Play a case in the learner's own process: make its calls, and bring back what came of them.

What the learner's code does wrong stays within its call: an exception becomes a reply that tells the learner's own line, a
print is kept aside, arguments are copies, and a call that asks for too many requests is stopped. The one thing that cannot
be stopped here is a loop that makes no request.
"""

import builtins
import sys
import sysconfig
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from functools import cache
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from dynateach.checks.plain import plain
from dynateach.checks.task import Boto3, Call, Case, Raised, Reply, Value
from dynateach.lab import Lab
from dynateach.randomness import Stream
from dynateach.trace import RequestServed

STOPPED, NO_FUNCTION = "OutOfRequests", "NoFunction"
"""What a reply says was raised when a call was stopped at its limit of requests, or there is nothing to call."""


class InProcess:
    """A player (see ``task.Play``) for answers that live in this process, by their names."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __call__(self, case: Case) -> list[Reply]:
        """The replies to the case's steps, ending with the first that raised; then those to the calls that the case drives."""
        door = _Door(case.lab, case.requests)
        replies: list[Reply] = []

        def ask(step: Call | Value) -> Reply:
            replies.append(self._take(step) if isinstance(step, Value) else self._call(step, case.lab, door))
            return replies[-1]

        for step in case.steps:
            if ask(step).raised:
                return replies
        if case.drive:
            case.drive(ask)
        return replies

    def _take(self, step: Value) -> Reply:
        return Reply(step, plain(self._answers[step.answer]))

    def _call(self, step: Call, lab: Lab, door: "_Door") -> Reply:
        answer = self._answers[step.answer]
        if not callable(answer):
            return Reply(step, plain(answer), Raised(NO_FUNCTION, "nothing: it cannot be called"))
        arguments = [door.boto3(one) if isinstance(one, Boto3) else deepcopy(one) for one in step.arguments]
        door.left = door.limit if step.dies_after is None else step.dies_after
        door.made = []
        before, printed = len(lab.trace), StringIO()
        value, raised, died = None, None, False
        with redirect_stdout(printed), _process(step.process):
            try:
                value = plain(answer(*arguments))
            except OutOfRequests:
                died = step.dies_after is not None
                raised = None if died else Raised(STOPPED, f"stopped after {door.limit} requests in one call")
            except (Exception, SystemExit) as error:
                raised = Raised(type(error).__name__, _text(error), _own_line(error))
        made = len(lab.trace) > before
        events = list(islice(lab.trace, before, None)) if made else []
        return Reply(step, value, raised, printed.getvalue(), events, died, tuple(door.made))


class OutOfRequests(BaseException):
    """Ends a call that asks for too much. No ``Exception``: neither boto3 nor a learner's handler may retry it."""


class _Door:
    """The Lab's door with a limit of requests, and the boto3 objects that go through it; ``made`` are the numbers of those made."""

    def __init__(self, lab: Lab, limit: int) -> None:
        self.limit = self.left = limit
        self.made: list[int] = []
        self._lab = lab
        self._shelf: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        if not self.left:
            raise OutOfRequests
        self.left -= 1
        before = len(self._lab.trace)
        try:
            return self._lab.request(service, operation, params, region=region)
        finally:
            self._note(len(self._lab.trace) - before)

    def _note(self, new: int) -> None:
        """Of the newest events the first answer is to this request: others may have been served in its time."""
        newest = islice(reversed(self._lab.trace), new)
        served = [event.request for event in newest if isinstance(event, RequestServed)]
        self.made.extend(served[-1:])

    def boto3(self, wanted: Boto3) -> Any:
        if wanted.table:
            return self._shared("resource", wanted.service).Table(wanted.table)
        return self._shared("client", wanted.service)

    def _shared(self, kind: str, service: str) -> Any:
        from dynateach.wire.boto3 import session

        if (kind, service) not in self._shelf:
            chance = Stream(self._lab.seed, "boto3 retries")
            own = session(self, self._lab.clock, self._lab.region, chance)
            self._shelf[kind, service] = getattr(own, kind)(service)
        return self._shelf[kind, service]


@contextmanager
def _process(number: int) -> Iterator[None]:
    """Let the learner's own code see the ``hash`` of process ``number``; libraries keep theirs, they have tables built with it."""
    real = builtins.hash

    def salted(value: Any) -> int:
        if _is_salted(value) and _is_learners(sys._getframe(1).f_code.co_filename):
            return real((number, value))
        return real(value)

    builtins.hash = salted if number else real
    try:
        yield
    finally:
        builtins.hash = real


def _is_salted(value: Any) -> bool:
    """Whether Python hashes it otherwise in every process: text and bytes, and what holds them. Numbers it does not."""
    if isinstance(value, (tuple, frozenset)):
        return any(map(_is_salted, value))
    return isinstance(value, (str, bytes))


@cache
def _is_learners(filename: str) -> bool:
    return "site-packages" not in filename and not filename.startswith(_LIBRARIES)


_LIBRARIES = (str(Path(__file__).parents[1]) + "/", sysconfig.get_paths()["stdlib"], "<frozen")


def _own_line(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_learners(frame.filename)]
    return f"line {frames[-1].lineno} of {frames[-1].name}:  {frames[-1].line}" if frames else ""


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error)[:400].split())
    except Exception:
        return "(its text cannot be shown)"
