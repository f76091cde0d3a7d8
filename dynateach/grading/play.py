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

STOPPED, NO_FUNCTION = "OutOfRequests", "NoFunction"
"""What a reply says was raised when a call was stopped at its limit of requests, or there is nothing to call."""


class InProcess:
    """A player (see ``task.Play``) for answers that live in this process, by their names."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __call__(self, case: Case) -> list[Reply]:
        """The replies to the case's steps, ending with the first that raised."""
        door = _Door(case.lab, case.requests)
        replies: list[Reply] = []
        for step in case.steps:
            replies.append(self._take(step) if isinstance(step, Value) else self._call(step, case.lab, door))
            if replies[-1].raised:
                break
        return replies

    def _take(self, step: Value) -> Reply:
        return Reply(plain(self._answers[step.answer]))

    def _call(self, step: Call, lab: Lab, door: "_Door") -> Reply:
        answer = self._answers[step.answer]
        if not callable(answer):
            return Reply(plain(answer), Raised(NO_FUNCTION, "nothing: it cannot be called"))
        arguments = [door.boto3(one.table) if isinstance(one, Boto3) else deepcopy(one) for one in step.arguments]
        door.left = door.limit
        before, printed = len(lab.trace), StringIO()
        value, raised = None, None
        with redirect_stdout(printed), _process(step.process):
            try:
                value = plain(answer(*arguments))
            except OutOfRequests:
                raised = Raised(STOPPED, f"stopped after {door.limit} requests in one call")
            except (Exception, SystemExit) as error:
                raised = Raised(type(error).__name__, _text(error), _own_line(error))
        made = len(lab.trace) > before
        events = list(islice(lab.trace, before, None)) if made else []
        return Reply(value, raised, printed.getvalue(), events)


class OutOfRequests(BaseException):
    """Ends a call that asks for too much. No ``Exception``: neither boto3 nor a learner's handler may retry it."""


class _Door:
    """The Lab's door with a limit of requests, and the boto3 objects that go through it."""

    def __init__(self, lab: Lab, limit: int) -> None:
        self.limit = self.left = limit
        self._lab = lab
        self._resource: Any = None

    def __call__(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        if not self.left:
            raise OutOfRequests
        self.left -= 1
        return self._lab.request(service, operation, params, region=region)

    def boto3(self, table: str) -> Any:
        """The resource's Table of that name, or the resource itself for no name."""
        from dynateach.wire.boto3 import session

        if self._resource is None:
            chance = Stream(self._lab.seed, "boto3 retries")
            self._resource = session(self, self._lab.clock, self._lab.region, chance).resource("dynamodb")
        return self._resource.Table(table) if table else self._resource


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
