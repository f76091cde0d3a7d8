"""The process in which a submission's code runs. It holds no engine and no check: it asks for everything over one socket.

It is ours until the first line of the submission has run in it. From then on nothing that it says is believed, but for the values that its functions
return: what the engine saw is noted on the other side.
"""

import ast
import linecache
import os
import re
import resource
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from dynateach.checks.task import Call, Raised, Reply, Value
from dynateach.clock import SECOND
from dynateach.errors import LabError, ServiceError
from dynateach.grading.channel import Broken, Channel, decode, encode
from dynateach.grading.play import Door, OutOfRequests, perform, text_of
from dynateach.grading.sandbox import READY
from dynateach.wire.boto3 import session  # noqa: F401  # imported before the submission's limits are set: it reads many files

PRINTED = 4_000
"""Letters of what a call prints that are told."""


def main(number: int, limits: dict[str, int]) -> None:
    """Serve the judge at the other end of that file descriptor until it hangs up. ``limits``: see ``sandbox.Limits``."""
    channel = Channel(socket.socket(fileno=number))
    _confine(limits)
    worker = _Worker(channel)
    channel.send(READY)
    while True:
        try:
            order = channel.receive()
            channel.send(worker.obey(order))
        except Broken:
            os._exit(0)


def _confine(limits: dict[str, int]) -> None:
    with suppress(OSError):  # where memory runs out, this goes before any judge
        Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getuid() == 0 and limits["user"]:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    for what, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


class _Worker:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        main = sys.modules["__main__"] = ModuleType("__main__")  # where libraries look for the names of a notebook
        self._names: dict[str, Any] = main.__dict__
        self._doors: dict[str, Door] = {}

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what the judge asks for, and give the answer to it."""
        if order["do"] == "run":
            return {"error": self._run(order["source"], order["cell"])}
        return _told(self._reply(order))

    def _run(self, source: str, cell: str) -> str:
        """Run a cell as a kernel would, and say what it raised, or ""."""
        file, plain = f"<cell {cell}>", without_magic(source)
        # An error tells the learner's own line, which is looked up here.
        linecache.cache[file] = (len(plain), None, plain.splitlines(keepends=True), file)
        try:
            exec(compile(plain, file, "exec"), self._names)
        except BaseException as error:  # whatever a cell does, the next one runs
            return f"{type(error).__name__}: {text_of(error)}"
        return ""

    def _reply(self, order: dict[str, Any]) -> Reply:
        step = Value(order["answer"]) if order["do"] == "take" else _call(order)
        if step.answer not in self._names:
            return Reply(step, raised=Raised("NameError", f"name '{step.answer}' is not defined"))
        try:
            return perform(self._names[step.answer], step, self._door(order))
        except BaseException as error:  # such as a KeyboardInterrupt, which perform lets through
            return Reply(step, raised=Raised(type(error).__name__, text_of(error)))

    def _door(self, order: dict[str, Any]) -> Door:
        """The door to the case's Lab. Clients are kept as long as the case is the same: making one takes long."""
        key = str(order["case"])
        if key not in self._doors:
            clock = _Clock(self._channel)
            self._doors = {key: Door(_Lab(self._channel, clock, order["chance"], order["region"]), sys.maxsize)}
        return self._doors[key]


def without_magic(source: str) -> str:
    """The cell as plain Python: IPython's commands (%, ! and ? at the start of a line) become comments, unless it is Python as it is."""
    try:
        ast.parse(source)
    except SyntaxError:
        return _MAGIC.sub(r"\1pass  # \2", source)
    return source


_MAGIC = re.compile(r"^([ \t]*)([%!?].*)$", re.MULTILINE)


def _call(order: dict[str, Any]) -> Call:
    return Call(order["answer"], tuple(decode(order["arguments"])))


def _told(reply: Reply) -> dict[str, Any]:
    raised = reply.raised and [reply.raised.type, reply.raised.text, reply.raised.line]
    return {"value": encode(reply.value), "raised": raised, "printed": reply.printed[:PRINTED]}


@dataclass
class _Clock:
    """The Lab's clock, as boto3's retries and waiters need it."""

    channel: Channel

    def pass_time(self, microseconds: int) -> None:
        _ask(self.channel, {"pass": microseconds})

    def advance(self, seconds: float) -> None:
        self.pass_time(round(seconds * SECOND))


@dataclass
class _Lab:
    """The Lab's door, at the other end of the socket."""

    channel: Channel
    clock: _Clock
    chance: int
    region: str

    def request(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        answer: dict[str, Any] = _ask(self.channel, {"request": [service, operation, params, region]})
        return answer


def _ask(channel: Channel, question: dict[str, Any]) -> Any:
    channel.send(question)
    answer = channel.receive()
    if "stop" in answer:
        raise OutOfRequests
    if "refused" in answer:
        what, where, next = answer["refused"]
        raise LabError(what, where=where, next=next)
    if "error" in answer:
        told = answer["error"]
        raise ServiceError(told["code"], told["message"], **told["more"])
    return answer["answer"]
