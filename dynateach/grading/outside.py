"""A player (see ``task.Play``) for answers that live in processes of their own: it orders the calls, and serves what they ask for meanwhile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from secrets import randbits
from typing import Any

from dynateach.checks.plain import plain
from dynateach.checks.task import Boto3, Call, Case, Raised, Reply, Value
from dynateach.grading import play
from dynateach.grading.channel import Broken, Late, decode, encode
from dynateach.grading.lay import Cell, Laid
from dynateach.grading.patience import Patience, Stopped
from dynateach.grading.rules import Rules
from dynateach.grading.sandbox import Process, boundary
from dynateach.grading.service import Service
from dynateach.grading.worker import PRINTED
from dynateach.randomness import Stream

START = 120.0
"""Seconds that a process may take to start: it is ours until then, and a busy machine is nobody's fault."""
TOGETHER = 64
"""Steps of a case that are ordered at once."""
SAID = 128 * 1024 * 1024
"""Bytes that a submission may say in one case: its requests are kept in our memory."""


@dataclass
class _Started:
    """A process, and how many of the cells have been run in it."""

    process: Process
    ran: int = 0


class Outside:
    """The answers of one submission. There is a process for each process number that the calls name.

    Those above the check of ``task`` count. ``raised`` says of cells, by id, what they raised when they were run.
    """

    def __init__(self, laid: Laid, rules: Rules, patience: Patience) -> None:
        self._laid = laid
        self._rules = rules
        self._patience = patience
        self._started: dict[int, _Started] = {}
        self._left_out: set[str] = set()
        self._ordered: Sequence[Call | Value] = ()
        self._case = self._said = self._asked = 0
        self.task = ""
        self.raised: dict[str, str] = {}

    def close(self) -> None:
        """End all processes."""
        while self._started:
            self._started.popitem()[1].process.kill()

    def __call__(self, case: Case) -> list[Reply]:
        """The replies, as ``play.InProcess`` gives them. Raises ``Stopped`` if a process is late, gone, or out of memory."""
        self._case = randbits(53)  # counted, cases would tell a process that is new which of them it is in
        self._said = self._asked = 0
        self._ordered = ()
        return play.played(case, lambda step: self._ask(step, case))

    def _ask(self, step: Call | Value, case: Case) -> Reply:
        number = _process_of(step)
        process = self._process(number)
        try:
            reply, lost = self._converse(process, step, case)
        except Late:
            raise self._late(step.answer) from None
        except Broken as error:
            raise self._gone(process, f"The process ended in {step.answer}: {error}.") from error
        if lost:
            self._begin_again(number)
        if reply.raised and reply.raised.type == "MemoryError":
            raise Stopped("out of memory", f"{step.answer} asked for more memory than there is.")
        return reply

    def _process(self, number: int) -> Process:
        """The process of that number, with the cells run that stand above the task's check: names may get other values below."""
        if number not in self._started:
            with self._patience.held():
                self._started[number] = _Started(self._fresh(number))
        started = self._started[number]
        for cell in self._laid.above(self.task)[started.ran :]:
            started.ran += 1
            if cell.id not in self._left_out:
                self._run(cell, started.process)
        return started.process

    def _fresh(self, number: int) -> Process:
        """A process in which nothing of the submission's has run. Text has another ``hash`` in each, that does not tell the seed."""
        hash_seed = 1 + Stream(self._rules.seed, f"the hash of process {number}").bits(31)
        process = Process(self._rules.boundary or boundary(), self._rules.limits, hash_seed)
        if not process.ready(START):
            process.kill()
            raise Stopped("cannot be judged", "No process could be started. Tell your teacher: it is not your fault.")
        return process

    def _begin_again(self, number: int) -> None:
        """Another process takes the place of the one that died: in the same sandbox, unless something was left in it."""
        process = self._started.pop(number).process
        with self._patience.held():
            if process.anew(START):
                self._started[number] = _Started(process)
            else:
                process.kill()

    def _run(self, cell: Cell, process: Process) -> None:
        """Run a cell. One that ends the process, or does not end, is left out from then on."""
        try:
            self._tell(process, {"do": "run", "source": self._seeded(cell), "cell": cell.id})
            said = process.channel.receive(self._patience.deadline)
        except (Late, Broken) as error:
            if cell.task:
                self._left_out.add(cell.id)
            if isinstance(error, Late):
                raise self._late(f"Cell {cell.id}") from None
            raise self._gone(process, f"Cell {cell.id} ended the process.") from error
        if isinstance(said, dict) and said.get("error"):
            self.raised[cell.id] = _text(said["error"], 500)

    def _gone(self, process: Process, why: str) -> Stopped:
        if process.was_full():
            return Stopped(
                "out of memory", "The processes that it started took more memory than there is for all of them."
            )
        return Stopped("crashed", why)

    def _late(self, what: str) -> Stopped:
        return Stopped(
            "timed out", f"{what} took more than {self._rules.seconds:g} s. Look for a loop that never ends."
        )

    def _seeded(self, cell: Cell) -> str:
        """Our own cells name the seed that the learner saw."""
        return cell.source if cell.task else _SEED.sub(f"SEED = {self._rules.exercise_seed}", cell.source)

    def _converse(self, process: Process, step: Call | Value, case: Case) -> tuple[Reply, bool]:
        """Order the step, serve what it asks for meanwhile, and take its reply; the events are this side's own.

        Whether the process is lost comes with it: it died, or was stopped, and may go on with what was ordered.
        """
        channel, trace = process.channel, case.lab.trace
        before = len(trace)
        if not self._ordered:
            self._ordered = _together(case, self._asked) if self._asked < len(case.steps) else (step,)
            self._tell(process, self._order(case))
        self._asked, self._ordered = self._asked + 1, self._ordered[1:]
        service = Service(step, case)
        while "value" not in (said := self._hear(process)):
            answer = service.answer(said)
            if service.died:
                return Reply(step, events=play.events_since(trace, before), died=True), True
            channel.send(answer, self._patience.deadline)
        return replace(_reply(step, said, service), events=play.events_since(trace, before)), service.stopped

    def _tell(self, process: Process, order: dict[str, Any]) -> None:
        """Give an order to a process that has nothing more to say: what it says from now on is about this one."""
        if not process.channel.silent:
            raise Broken("it spoke out of turn")
        process.channel.send(order, self._patience.deadline)

    def _hear(self, process: Process) -> dict[str, Any]:
        said = process.channel.receive(self._patience.deadline)
        self._said += process.channel.size
        if self._said > SAID:
            raise Broken(f"it said more than {SAID:,} bytes")
        if not isinstance(said, dict):
            raise Broken("it spoke out of turn")
        return said

    def _order(self, case: Case) -> dict[str, Any]:
        """It tells nothing that the answer may not know: the case's seed, for one, would tell all that is expected."""
        told = {"case": self._case, "chance": play.chance_of(case.lab), "region": case.lab.region}
        return {"do": "steps", "steps": list(map(_told, self._ordered)), **told}


def _together(case: Case, first: int) -> Sequence[Call | Value]:
    """That step of a case, and those after it that the same process can take at once: small calls by the thousand need no wait for each other.

    A call that can ask something of the Lab comes alone: who knew then what is asked for later could do now what only that needs.
    """
    process = _process_of(case.steps[first])
    alike = takewhile(
        lambda step: _process_of(step) == process and not _asks(step), case.steps[first : first + TOGETHER]
    )
    return list(alike) or case.steps[first : first + 1]


def _process_of(step: Call | Value) -> int:
    return step.process if isinstance(step, Call) else 0


def _asks(step: Call | Value) -> bool:
    return isinstance(step, Call) and any(isinstance(one, Boto3) for one in step.arguments)


def _told(step: Call | Value) -> list[Any]:
    return [step.answer, encode(list(step.arguments))] if isinstance(step, Call) else [step.answer]


_SEED = re.compile(r"^SEED = \d+$", re.MULTILINE)


def _reply(step: Call | Value, said: dict[str, Any], service: Service) -> Reply:
    value, printed = plain(decode(said["value"])), _text(said.get("printed"), PRINTED)
    if service.stopped:
        stopped = Raised(play.STOPPED, f"stopped after {service.limit} requests in one call")
        return Reply(step, None, stopped, printed)
    told = said.get("raised")
    raised = Raised(*(_text(part, 1_000) for part in told)) if isinstance(told, list) and len(told) == 3 else None
    return Reply(step, value, raised, printed)


def _text(said: Any, letters: int) -> str:
    return said[:letters] if isinstance(said, str) else ""
