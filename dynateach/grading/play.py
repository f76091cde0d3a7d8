"""Play a case in the learner's own process: make its calls, and bring back what came of them.

What the learner's code does wrong stays within its call: an exception becomes a reply that tells the learner's own line, a
print is kept aside, arguments are copies, and a call that asks for too many requests is stopped. What cannot be stopped here
is a loop that makes no request, or one that catches whatever is raised.
"""

import builtins
import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import replace
from functools import cache
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from dynateach.checks.plain import plain
from dynateach.checks.task import Boto3, Call, Case, Raised, Reply, Value
from dynateach.lab import Lab
from dynateach.randomness import Stream
from dynateach.trace import Event, RequestServed, Trace

STOPPED, NO_FUNCTION = "OutOfRequests", "NoFunction"
"""What a reply says was raised when a call was stopped at its limit of requests, or there is nothing to call."""


class InProcess:
    """A player (see ``task.Play``) for answers that live in this process, by their names."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __call__(self, case: Case) -> list[Reply]:
        """The replies to the case's steps, ending with the first that raised; then those to the calls that the case drives."""
        lab = _Noting(case.lab)
        door = Door(lab, case.requests)
        return played(case, lambda step: self._ask(step, lab, door))

    def _ask(self, step: Call | Value, lab: "_Noting", door: "Door") -> Reply:
        before, lab.made = len(lab.trace), []
        with _process(step.process if isinstance(step, Call) else 0):
            reply = perform(self._answers[step.answer], step, door)
        return replace(reply, events=events_since(lab.trace, before), requests=tuple(lab.made))


class _Noting:
    """A Lab as its clients see it, that notes in ``made`` the numbers of the requests which they make."""

    def __init__(self, lab: Lab) -> None:
        self.clock, self.chance, self.region, self.trace = lab.clock, chance_of(lab), lab.region, lab.trace
        self.made: list[int] = []
        self._lab = lab

    def request(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        before = len(self.trace)
        try:
            return self._lab.request(service, operation, params, region=region)
        finally:
            self._note(len(self.trace) - before)

    def _note(self, new: int) -> None:
        """Of the newest events the first answer is to this request: others may have been served in its time."""
        newest = islice(reversed(self.trace), new)
        self.made += [event.request for event in newest if isinstance(event, RequestServed)][-1:]


def played(case: Case, ask: Callable[[Call | Value], Reply]) -> list[Reply]:
    """Ask for the steps of a case, up to the first that raised, then let the case go on; all replies in their order."""
    replies: list[Reply] = []

    def noted(step: Call | Value) -> Reply:
        replies.append(ask(step))
        return replies[-1]

    for step in case.steps:
        if noted(step).raised:
            return replies
    if case.drive:
        case.drive(noted)
    return replies


def chance_of(lab: Lab) -> int:
    """What the retries of an answer's clients are drawn from. It does not tell the Lab's seed."""
    return Stream(lab.seed, "an answer's retries").bits(64)


def events_since(trace: Trace, before: int) -> list[Event]:
    """What a trace has told since it had so many events."""
    return list(islice(trace, before, None)) if len(trace) > before else []


def perform(answer: Any, step: Call | Value, door: "Door") -> Reply:
    """What an answer gives: itself, or what a call of it returns, with boto3 objects that go through ``door``. No events are noted."""
    if isinstance(step, Value):
        return Reply(step, plain(answer))
    if not callable(answer):
        return Reply(step, plain(answer), Raised(NO_FUNCTION, "nothing: it cannot be called"))
    arguments = [door.boto3(one) if isinstance(one, Boto3) else deepcopy(one) for one in step.arguments]
    door.left, door.stopped = door.limit if step.dies_after is None else step.dies_after, False
    printed = StringIO()
    value, raised = None, None
    with redirect_stdout(printed):
        try:
            value = plain(answer(*arguments))
        except OutOfRequests:
            door.stopped = True
        except (Exception, SystemExit) as error:
            raised = Raised(type(error).__name__, text_of(error), _own_line(error))
    if door.stopped and step.dies_after is not None:
        return Reply(step, printed=printed.getvalue(), died=True)
    if door.stopped:
        raised = Raised(STOPPED, f"stopped after {door.limit} requests in one call")
        return Reply(step, raised=raised, printed=printed.getvalue())
    return Reply(step, value, raised, printed.getvalue())


class OutOfRequests(BaseException):
    """Ends a call that asks for too much. No ``Exception``: neither boto3 nor a learner's handler may retry it. Of a call that
    catches it all the same, nothing counts that it does afterwards.
    """


class Door:
    """A Lab's door with a limit of requests, and the boto3 objects that go through it."""

    def __init__(self, lab: Any, limit: int) -> None:
        self.limit = self.left = limit
        self.stopped = False
        self._lab = lab
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        if not self.left:
            self.stopped = True
            raise OutOfRequests
        self.left -= 1
        answer: dict[str, Any] = self._lab.request(service, operation, params, region=region)
        return answer

    def boto3(self, wanted: Boto3) -> Any:
        """The object that a call names among its arguments."""
        made = self._shared("resource" if wanted.service == "dynamodb" else "client", wanted.service)
        return made.Table(wanted.table) if wanted.table else made

    def _shared(self, kind: str, service: str) -> Any:
        from dynateach.wire.boto3 import session

        if (kind, service) not in self._made:
            chance = Stream(self._lab.chance, "boto3 retries")
            own = session(self, self._lab.clock, self._lab.region, chance)
            self._made[kind, service] = getattr(own, kind)(service)
        return self._made[kind, service]


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


_LIBRARIES = (str(Path(__file__).parents[1]) + os.sep, sysconfig.get_paths()["stdlib"], "<frozen")


def _own_line(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_learners(frame.filename)]
    return f"line {frames[-1].lineno} of {frames[-1].name}:  {frames[-1].line}" if frames else ""


def text_of(error: BaseException) -> str:
    """What a stranger's exception says, on one line, as far as that can be had."""
    try:
        return " ".join(str(error)[:400].split())
    except Exception:
        return "(its text cannot be shown)"
