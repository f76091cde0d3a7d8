"""Feedback at once, in the notebook: ``check`` an answer, ask for a ``hint``, or for a ``picture`` of what went wrong."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dynateach import checks
from dynateach.checks.own import Sources, at_hand, line_of
from dynateach.checks.task import Task
from dynateach.errors import CourseError, TaskError
from dynateach.grading.examine import Finding, examine, explain
from dynateach.grading.picture import draw
from dynateach.grading.play import InProcess
from dynateach.progress import notes

if TYPE_CHECKING:
    from dynateach.drawing.film import Film

_given: Counter[str] = Counter()
_failed: dict[str, Finding] = {}


def check(task: str, *answers: Any, seed: int = 1) -> None:
    """Check the answers to a task, such as ``check("01.5", write_event, read_events)``.

    Functions are called on fresh Labs, with data drawn from ``seed``. Prints two lines if all is well. Raises
    ``CheckFailed``, with the smallest example of what is wrong, if it is not, and ``TaskError`` if there is no such task
    or it asks for more answers, or fewer. A teacher's own tasks are found beside the notebook: see ``checks.own.at_hand``.
    """
    own = at_hand()
    declared = checks.find(task, own)
    if len(answers) != len(declared.answers):
        raise TaskError(
            f"task {declared.id} asks for {_count(declared.answers)}, and this check was given {len(answers)}",
            next=f'Write: check("{declared.id}", {", ".join(declared.answers)})',
        )
    with _told_if_it_breaks(declared, own):
        finding = examine(declared, InProcess(dict(zip(declared.answers, answers, strict=True))), seed)
    notes.note_check(declared.id, not finding)
    _failed.pop(declared.id, None)
    if finding:
        _failed[declared.id] = finding
        raise explain(declared, finding) from None
    print(f"✓ {declared.id} {declared.title} ({_points(declared)})\n{declared.learnt}")


def hint(task: str, number: int | None = None) -> None:
    """Print the task's next hint, or a given one, 1 to 3. After the last, that one again, with a word that it was the last.

    Raises ``TaskError`` if there is no such task or hint.
    """
    declared = checks.find(task, at_hand())
    last = len(declared.hints)
    exhausted = number is None and _given[declared.id] == last
    if number is None:
        _given[declared.id] = number = min(_given[declared.id] + 1, last)
    if not isinstance(number, int) or not 1 <= number <= last:
        raise TaskError(f"there is no hint {number!r} for task {declared.id}", next=f"Ask for 1 to {last}.")
    notes.note_hint(declared.id, number)
    print(f"Hint {number} of {last}: {declared.hints[number - 1]}" + "\nThat was the last hint." * exhausted)


def picture(task: str) -> "Film | None":
    """The last failed check of a task as a film: the smallest example of what is wrong, request by request.

    Says so if there is nothing to draw. Raises ``TaskError`` if there is no such task.
    """
    declared = checks.find(task, at_hand())
    finding = _failed.get(declared.id)
    film = draw(finding) if finding else None
    if not finding:
        print(f"No check of {declared.id} has failed since this kernel started, or the last one passed.")
    elif film is None:
        print(f"There is nothing to draw: in {declared.id} nothing was asked of DynamoDB. Read the check's own words.")
    return film


@contextmanager
def _told_if_it_breaks(task: Task, own: Sources) -> Iterator[None]:
    """A learner can do nothing about a course's check that breaks; who wrote it wants the line."""
    try:
        yield
    except Exception as error:
        if line := line_of(error, own):
            raise CourseError(
                f"The check of {task.id} broke: {type(error).__name__}: {error}",
                where=line,
                next="It is not your answer's fault. Tell your teacher.",
            ) from error
        raise


def _points(task: Task) -> str:
    return "1 point" if task.points == 1 else f"{task.points} points"


def _count(names: tuple[str, ...]) -> str:
    return "one answer" if len(names) == 1 else f"{len(names)} answers"
