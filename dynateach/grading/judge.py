"""Judge a submission from outside: its functions run behind a boundary, and what the engine saw on this side is what counts.

    exercise + answer cells ─▶ a process in a sandbox ◀─ calls ── the checks
                                        └─ requests over a private socket ─▶ the case's Lab and its trace, here

The checks are those of the notebook (``grading.examine``); only the player differs.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from nbformat import NotebookNode

from dynateach import checks
from dynateach.checks.plain import plain
from dynateach.checks.task import Call, Case, Raised, Reply, Task, Value
from dynateach.errors import CheckFailed, ServiceError
from dynateach.grading import play
from dynateach.grading.channel import Broken, Late, decode, encode
from dynateach.grading.examine import examine, explain
from dynateach.grading.lay import Cell, Laid, Unreadable, lay
from dynateach.grading.notebook import task_of
from dynateach.grading.sandbox import Boundary, Limits, Process, boundary
from dynateach.grading.verdicts import Judged, TaskResult, Verdict


@dataclass(frozen=True)
class Rules:
    """How a batch is judged: the boundary (None: the best where it is judged), the limits, ``seconds`` for each task, and the seeds of ``Judged``."""

    boundary: Boundary | None = None
    limits: Limits = field(default_factory=Limits)
    seconds: float = 30.0
    seed: int = 1
    exercise_seed: int = 1


def judge(content: bytes | str, exercise: NotebookNode, rules: Rules) -> Judged:
    """The verdicts for all tasks of the exercise. Whatever the submission is or does, this returns.

    ``content`` is what its file holds, or says why that cannot be read.
    """
    began = monotonic()
    behind = rules.boundary or boundary()
    tasks = [checks.find(id) for id in dict.fromkeys(filter(None, map(task_of, exercise.cells)))]
    judged = Judged("", "", tasks[0].id.split(".")[0], rules.seed, rules.exercise_seed, behind.words, ())
    try:
        laid = lay(_read(content), exercise)
    except Unreadable as error:
        return replace(judged, results=tuple(_result(task, "cannot be read", str(error)) for task in tasks))
    results = tuple(_Run(laid, replace(rules, boundary=behind)).results(tasks))
    return replace(
        judged, fingerprint=laid.fingerprint, results=results, notes=laid.notes, seconds=round(monotonic() - began, 2)
    )


def _read(content: bytes | str) -> bytes:
    if isinstance(content, str):
        raise Unreadable(content)
    return content


class Stopped(Exception):
    """A task came to no end of its own: the verdict, and why."""

    def __init__(self, verdict: Verdict, why: str) -> None:
        super().__init__(why)
        self.verdict = verdict
        self.why = why


class _Run:
    """One submission's tasks, one after another. A process that is lost is replaced for the tasks that follow."""

    def __init__(self, laid: Laid, rules: Rules) -> None:
        self._laid = laid
        self._rules = rules

    def results(self, tasks: list[Task]) -> Iterator[TaskResult]:
        player = _Sandboxed(self._laid.cells, self._rules)
        try:
            for task in tasks:
                began = monotonic()
                result = self._result(task, player)
                yield replace(result, seconds=round(monotonic() - began, 2))
        finally:
            player.close()

    def _result(self, task: Task, player: "_Sandboxed") -> TaskResult:
        if why := self._laid.tampered.get(task.id):
            return _result(task, "tampered", why)
        if why := self._laid.missing.get(task.id):
            return _result(task, "missing", why)
        player.allow(task.id, self._rules.seconds)
        try:
            finding = examine(task, player, self._seed(task))
        except Stopped as stopped:
            player.close()
            return _result(task, stopped.verdict, stopped.why)
        except Exception as error:
            player.close()
            return _result(
                task,
                "cannot be judged",
                f"The check broke ({type(error).__name__}). Tell your teacher: it is not your fault.",
            )
        if finding is None:
            return _result(task, "passed")
        return _result(task, "failed", _words(explain(task, finding)))

    def _seed(self, task: Task) -> int:
        """Answers that were read off what the exercise shows are right for the seed that it shows; all others for any."""
        return self._rules.exercise_seed if _is_read_off(task) else self._rules.seed


def _is_read_off(task: Task) -> bool:
    case = task.prepare(next(iter(task.inputs(1))))
    return any(isinstance(step, Value) for step in case.steps)


class _Sandboxed:
    """A player (see ``task.Play``) for answers in processes of their own, one for each process number that the calls name."""

    def __init__(self, cells: tuple[Cell, ...], rules: Rules) -> None:
        self._cells = cells
        self._rules = rules
        self._processes: dict[int, Process] = {}
        self._fatal: dict[str, Stopped] = {}
        self._task = ""
        self._deadline = 0.0
        self._cases = 0

    def allow(self, task: str, seconds: float) -> None:
        """From now on it is that task's turn, for so long."""
        self._task = task
        self._deadline = monotonic() + seconds

    def close(self) -> None:
        """End all processes."""
        for process in self._processes.values():
            process.kill()
        self._processes.clear()

    def __call__(self, case: Case) -> list[Reply]:
        """The replies, as ``play.InProcess`` gives them. Raises ``Stopped`` if a process is late, gone, or out of memory."""
        self._cases += 1
        return play.played(case, lambda step: self._ask(step, case))

    def _ask(self, step: Call | Value, case: Case) -> Reply:
        number = step.process if isinstance(step, Call) else 0
        try:
            reply = self._converse(self._process(number), step, case)
        except Late:
            raise Stopped(
                "timed out", f"{step.answer} took more than {self._rules.seconds:g} s. Look for a loop that never ends."
            ) from None
        except Broken as error:
            raise Stopped("crashed", f"The process ended in {step.answer}: {error}.") from error
        if reply.died:
            self._processes.pop(number).kill()
        if reply.raised and reply.raised.type == "MemoryError":
            raise Stopped("out of memory", f"{step.answer} asked for more memory than there is.")
        return reply

    def _process(self, number: int) -> Process:
        """The process of that number, with all cells run. A cell that ends it is left out, and its task decided by that."""
        if number not in self._processes:
            while not self._started(number):
                pass
        if self._task in self._fatal:
            raise self._fatal[self._task]
        return self._processes[number]

    def _started(self, number: int) -> bool:
        process = Process(
            self._rules.boundary or boundary(), self._rules.limits, 1 + number + 97 * self._rules.seed % 4_000_000_000
        )
        self._processes[number] = process
        for cell in self._cells:
            if cell.task in self._fatal:
                continue
            try:
                process.channel.send({"do": "run", "source": self._seeded(cell), "cell": cell.id})
                process.channel.receive(max(self._deadline, monotonic() + self._rules.seconds))
            except (Late, Broken) as error:
                process.kill()
                self._note_fatal(cell, error)
                return False
        self._deadline = monotonic() + self._rules.seconds
        return True

    def _seeded(self, cell: Cell) -> str:
        """Our own cells name the seed that the learner saw."""
        return cell.source if cell.task else _SEED.sub(f"SEED = {self._rules.exercise_seed}", cell.source)

    def _note_fatal(self, cell: Cell, error: Exception) -> None:
        if cell.task is None:
            raise Stopped("cannot be judged", f"Cell {cell.id}, which is ours, did not run to its end.") from error
        late = isinstance(error, Late)
        why = (
            f"Cell {cell.id} took more than {self._rules.seconds:g} s."
            if late
            else f"Cell {cell.id} ended the process."
        )
        self._fatal[cell.task] = Stopped("timed out" if late else "crashed", why)

    def _converse(self, process: Process, step: Call | Value, case: Case) -> Reply:
        """Order the step, serve what it asks for meanwhile, and take its reply; the events are this side's own."""
        channel, lab = process.channel, case.lab
        before = len(lab.trace)
        channel.send(self._order(step, case))
        service = _Service(step, case)
        while "value" not in (said := _object(channel.receive(self._deadline))):
            answer = service.answer(said)
            if service.died:
                return Reply(step, events=play.events_since(lab.trace, before), died=True)
            channel.send(answer)
        reply = _reply(step, said, service)
        return replace(reply, events=play.events_since(lab.trace, before))

    def _order(self, step: Call | Value, case: Case) -> dict[str, Any]:
        if isinstance(step, Value):
            return {
                "do": "take",
                "answer": step.answer,
                "case": self._cases,
                "seed": case.lab.seed,
                "region": case.lab.region,
            }
        arguments = encode(list(step.arguments))
        return {
            "do": "call", "answer": step.answer, "arguments": arguments,
            "case": self._cases, "seed": case.lab.seed, "region": case.lab.region,
        }  # fmt: skip


_SEED = re.compile(r"^SEED = \d+$", re.MULTILINE)


class _Service:
    """What a process may ask for during one step: requests, up to the limit, and that time passes for boto3's retries and waiters."""

    def __init__(self, step: Call | Value, case: Case) -> None:
        self._lab = case.lab
        dies_after = step.dies_after if isinstance(step, Call) else None
        self._dies = dies_after is not None
        self._left = case.requests if dies_after is None else dies_after
        self.limit = case.requests
        self.stopped = self.died = False

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question. Raises ``Broken`` for what our own side of the process never asks."""
        if "request" in question:
            return self._request(question["request"])
        with suppress(TypeError, ValueError, OverflowError):
            if "pass" in question and 0 <= question["pass"] <= _LONGEST * 1_000_000:
                self._lab.clock.pass_time(int(question["pass"]))
                return {"answer": None}
            if "advance" in question and 0 <= question["advance"] <= _LONGEST:
                self._lab.clock.advance(float(question["advance"]))
                return {"answer": None}
        raise Broken("it spoke out of turn")

    def _request(self, asked: Any) -> dict[str, Any]:
        if not self._left:
            self.stopped, self.died = not self._dies, self._dies
            return {"stop": True}
        self._left -= 1
        if not (isinstance(asked, list) and len(asked) == 4 and isinstance(asked[2], dict)):
            raise Broken("it spoke out of turn")
        service, operation, params, region = asked
        try:
            return {"answer": self._lab.request(str(service), str(operation), params, region=str(region))}
        except ServiceError as error:
            more = {"status": error.status, "namespace": error.namespace, "fields": error.fields}
            return {"error": {"code": error.code, "message": error.message, "more": more}}


_LONGEST = 86_400
"""Seconds of virtual time that one wait may take."""


def _object(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise Broken("it spoke out of turn")
    return said


def _reply(step: Call | Value, said: dict[str, Any], service: _Service) -> Reply:
    value, printed = plain(decode(said["value"])), str(said.get("printed", ""))
    if service.stopped:
        stopped = Raised(play.STOPPED, f"stopped after {service.limit} requests in one call")
        return Reply(step, None, stopped, printed)
    told = said.get("raised")
    raised = Raised(*(str(part)[:1_000] for part in told)) if isinstance(told, list) and len(told) == 3 else None
    return Reply(step, value, raised, printed)


def _result(task: Task, verdict: Verdict, feedback: str = "") -> TaskResult:
    return TaskResult(task.id, task.title, verdict, task.points if verdict == "passed" else 0, task.points, feedback)


def _words(failure: CheckFailed) -> str:
    return f"{failure.what}\n\n{failure.evidence}"
