"""The processes in which a submission's code runs. They hold no engine and no check: they ask for everything over one socket each.

The first process of a sandbox is ours. It imports what all need, and forks: so a process that dies in the middle of a task, as some tasks have it,
is replaced in no time. A fork is ours until the first line of the submission has run in it. From then on nothing that it says is believed, but for
the values that its functions return: what the engine saw is noted on the other side.
"""

import ast
import ctypes
import gc
import linecache
import os
import re
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from types import ModuleType
from typing import Any, NoReturn

from dynateach.checks.task import Call, Raised, Reply, Value
from dynateach.clock import SECOND
from dynateach.errors import LabError, ServiceError
from dynateach.grading.channel import Broken, Channel, decode, encode
from dynateach.grading.play import Door, OutOfRequests, perform, text_of
from dynateach.grading.sandbox import ALONE, FORK, FULL, READY
from dynateach.grading.traces import Ground
from dynateach.lab import Lab

LOOK = 0.25
"""Seconds between two looks at how much memory is used."""
PRINTED = 4_000
"""Letters of what a call prints that are told."""


def main(number: int, limits: dict[str, int]) -> None:
    """Serve the judge at the other end of that file descriptor until it hangs up. ``limits``: see ``sandbox.Limits``.

    ``FORK`` comes with a descriptor for the channel to a new process. ``ALONE`` ends all that run, and is said back if nothing of them is left.
    """
    judge = socket.socket(fileno=number)
    newest = 0
    _warm_up()
    _withdraw()
    # Without walls /tmp is everybody's, and others' processes could not be told from those of the submission.
    walled = os.getpid() == 1
    ground = _ground(limits["user"] if os.getuid() == 0 else os.getuid()) if walled else None
    while True:
        while not select([judge], [], [], LOOK)[0]:
            if walled and _memory() > limits["together"]:
                judge.send(FULL)
                _end_others()
        order, descriptors, *_ = socket.recv_fds(judge, 1, 1)
        if order == FORK:
            newest = _fork(judge, descriptors[0], limits)
        elif order == ALONE and ground and _alone(ground, newest):
            judge.send(ALONE)
        else:
            return


def _warm_up() -> None:
    """What is read here once, no fork need read."""
    Lab().resource("dynamodb")
    gc.freeze()
    gc.enable()


def _withdraw() -> None:
    """Out of reach of the forks, which may be the same user: what they leave behind could not be told from what we do."""
    with suppress(OSError):  # where memory runs out, all of this goes before any judge
        Path("/proc/self/oom_score_adj").write_text("1000")
    _be_dumpable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended


def _be_dumpable(yes: bool) -> None:
    """Whether processes of the same user may look into this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, int(yes), 0, 0, 0)


_PR_SET_DUMPABLE = 4


def _fork(judge: socket.socket, number: int, limits: dict[str, int]) -> int:
    """Start another process, that speaks with the judge through that descriptor. Its number."""
    if not (forked := os.fork()):
        judge.close()
        _serve(number, limits)
    os.close(number)
    return forked


def _serve(number: int, limits: dict[str, int]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _be_dumpable(True)
    _confine(limits)
    _obey(Channel(socket.socket(fileno=number)))


def _ground(user: int) -> Ground | None:
    """What the sandbox is like before anything has run in it; None where the kernel does not tell."""
    try:
        return Ground(user)
    except OSError:
        return None


def _alone(ground: Ground, newest: int) -> bool:
    """End all other processes; whether they left nothing behind that the next one would find."""
    _end_others()
    try:
        return ground.untouched(newest)
    except OSError:
        return False


def _end_others() -> None:
    with suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with suppress(ChildProcessError):  # there is none left
        os.wait()


def _memory() -> int:
    """Bytes that the processes of the sandbox hold, each counted by itself."""
    pages = 0
    for process in Path("/proc").glob("[0-9]*/statm"):
        with suppress(OSError):  # it has ended meanwhile
            _, resident, shared, *_ = map(int, process.read_text().split())
            pages += resident - shared
    return pages * resource.getpagesize()


def _confine(limits: dict[str, int]) -> None:
    if os.getuid() == 0 and limits["user"]:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    most = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_FSIZE: limits["file"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        most[resource.RLIMIT_MSGQUEUE] = 0
    for what, limit in most.items():
        resource.setrlimit(what, (limit, limit))


def _obey(channel: Channel) -> NoReturn:
    worker = _Worker(channel)
    channel.send(READY)
    while True:
        try:
            for answer in worker.obey(channel.receive()):
                channel.send(answer)
        except Broken:
            os._exit(0)


class _Worker:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        main = sys.modules["__main__"] = ModuleType("__main__")  # where libraries look for the names of a notebook
        self._names: dict[str, Any] = main.__dict__
        self._doors: dict[str, Door] = {}

    def obey(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Do what the judge asks for, and give the answers to it: one for each step, up to the first that raised."""
        if order["do"] == "run":
            yield {"error": self._run(order["source"], order["cell"])}
            return
        for told in order["steps"]:
            reply = self._reply(_step(told), self._door(order))
            yield _told(reply)
            if reply.raised:
                return

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

    def _reply(self, step: Call | Value, door: Door) -> Reply:
        if step.answer not in self._names:
            return Reply(step, raised=Raised("NameError", f"name '{step.answer}' is not defined"))
        try:
            return perform(self._names[step.answer], step, door)
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
    except (SyntaxError, ValueError):  # a zero byte, to Pythons before 3.11.4
        return _MAGIC.sub(r"\1pass  # \2", source)
    return source


_MAGIC = re.compile(r"^([ \t]*)([%!?].*)$", re.MULTILINE)


def _step(told: list[Any]) -> Call | Value:
    answer, *arguments = told
    return Call(answer, tuple(decode(arguments[0]))) if arguments else Value(answer)


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
