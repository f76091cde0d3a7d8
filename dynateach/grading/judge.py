"""Judge a submission from outside: its functions run behind a boundary, and what the engine saw on this side is what counts.

    exercise + answer cells ─▶ a process in a sandbox ◀─ calls ── the checks
                                        └─ requests over a private socket ─▶ the case's Lab and its trace, here

The checks are those of the notebook (``grading.examine``); only the player differs.
"""

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

from nbformat import NotebookNode

from dynateach import checks
from dynateach.checks.own import line_of
from dynateach.checks.task import Task, Value
from dynateach.errors import CheckFailed
from dynateach.grading.examine import examine, explain
from dynateach.grading.lay import Laid, Unreadable, lay
from dynateach.grading.notebook import task_of
from dynateach.grading.outside import Outside
from dynateach.grading.patience import Patience, Stopped
from dynateach.grading.rules import Rules as Rules
from dynateach.grading.sandbox import boundary
from dynateach.grading.verdicts import Judged, TaskResult, Verdict
from dynateach.grading.words import clean, one_line


def judge(content: bytes | str, exercise: NotebookNode, rules: Rules) -> Judged:
    """The verdicts for all tasks of the exercise. Whatever the submission is or does, this returns.

    ``content`` is what its file holds, or says why that cannot be read.
    """
    began = monotonic()
    behind = rules.boundary or boundary()
    tasks = [checks.find(id, rules.own) for id in dict.fromkeys(filter(None, map(task_of, exercise.cells)))]
    judged = Judged("", "", tasks[0].id.split(".")[0], rules.seed, rules.exercise_seed, behind.words, ())
    try:
        laid = lay(_read(content), exercise)
    except Unreadable as error:
        return replace(judged, results=tuple(_result(task, "cannot be read", str(error)) for task in tasks))
    run = _Run(laid, replace(rules, boundary=behind))
    results = tuple(run.results(tasks))
    notes = (*laid.notes, *run.notes)
    return replace(
        judged, fingerprint=laid.fingerprint, results=results, notes=notes, seconds=round(monotonic() - began, 2)
    )


def _read(content: bytes | str) -> bytes:
    if isinstance(content, str):
        raise Unreadable(content)
    return content


class _Run:
    """One submission's tasks, one after another. A process that is lost is replaced for the tasks that follow."""

    def __init__(self, laid: Laid, rules: Rules) -> None:
        self._laid = laid
        self._rules = rules
        self._patience = Patience()
        self._player = Outside(laid, rules, self._patience)
        self.notes: list[str] = []

    def results(self, tasks: list[Task]) -> Iterator[TaskResult]:
        try:
            for task in tasks:
                began = monotonic()
                result = self._result(task)
                yield replace(result, seconds=round(monotonic() - began, 2))
        finally:
            self._player.close()

    def _result(self, task: Task) -> TaskResult:
        if why := self._laid.tampered.get(task.id):
            return _result(task, "tampered", why)
        if why := self._laid.missing.get(task.id):
            return _result(task, "missing", why)
        self._player.task = task.id
        try:
            with self._patience.of(self._rules.seconds):
                finding = examine(task, self._player, self._seed(task))
                wrong = _words(explain(task, finding)) + self._broken_cells(task) if finding else ""
        except Stopped as stopped:
            self._patience.end()
            self._player.close()
            return _result(task, stopped.verdict, stopped.why)
        except Exception as error:
            self._player.close()
            self.notes.append(self._note(task, error))
            why = f"The check broke ({type(error).__name__}). Tell your teacher: it is not your fault."
            return _result(task, "cannot be judged", why)
        return _result(task, "failed", wrong) if finding else _result(task, "passed")

    def _note(self, task: Task, error: Exception) -> str:
        """For whoever mends the check."""
        line = line_of(error, self._rules.own)
        return one_line(
            f"The check of {task.id} broke: {type(error).__name__}: {error}"[:NOTE] + f" ({line})" * bool(line)
        )

    def _broken_cells(self, task: Task) -> str:
        """What the task's own cells raised when they were run: a name that is not defined later says nothing of the cause."""
        raised = self._player.raised
        own = (cell.id for cell in self._laid.above(task.id) if cell.task == task.id and cell.id in raised)
        return "".join(f"\n  {'look at':<11}{one_line(f'Cell {id} raised {raised[id]}')}" for id in own)

    def _seed(self, task: Task) -> int:
        """Answers that were read off what the exercise shows are right for the seed that it shows; all others for any."""
        return self._rules.exercise_seed if _is_read_off(task) else self._rules.seed


def _is_read_off(task: Task) -> bool:
    case = task.prepare(next(iter(task.inputs(1))))
    return any(isinstance(step, Value) for step in case.steps)


def _result(task: Task, verdict: Verdict, feedback: str = "") -> TaskResult:
    return TaskResult(task.id, task.title, verdict, task.points if verdict == "passed" else 0, task.points, feedback)


NOTE = 300
"""Letters of an error that are kept."""
FEEDBACK = 8_000
"""Letters of feedback on a task that are kept."""


def _words(failure: CheckFailed) -> str:
    """What a submission says is part of it: that shall neither steer a terminal nor turn a line around."""
    return clean(f"{failure.what}\n\n{failure.evidence}"[:FEEDBACK])
