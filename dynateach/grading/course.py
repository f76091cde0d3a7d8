"""A course as it is graded and released: exercises, and the tasks that they ask for, ours or its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dynateach import checks, workbook
from dynateach.checks.own import NONE, Sources, loaded
from dynateach.checks.own import read as read_checks
from dynateach.errors import CourseError, GradingError, TaskError
from dynateach.grading.notebook import answered_by, task_of
from dynateach.grading.notebook import read as read_notebook


@dataclass(frozen=True)
class Course:
    """The exercises to grade by, and the course's own checks, if it has any."""

    exercises: list[NotebookNode]
    own: Sources


def course_at(folder: Path | None, submissions: Path) -> Course:
    """The course in that folder: its ``exercises``, or else the notebooks in the folder itself. None means the workbook's.

    Raises ``GradingError`` if it has no exercises, or its checks lie among the submissions, ``CourseError`` or ``TaskError`` if an
    exercise asks for what cannot be judged.
    """
    if folder is None:
        return _complete(Course(exercises_in(workbook.origin() / "exercises"), NONE), "the workbook's exercises")
    place = folder / "exercises" if (folder / "exercises").is_dir() else folder
    course = Course(exercises_in(place), read_checks(folder))
    if course.own:
        _refuse_mixed(Path(course.own.place).resolve(), submissions.resolve())
    return _complete(course, str(place))


def exercises_in(folder: Path) -> list[NotebookNode]:
    """The notebooks of a folder that check a task, by file name. Raises ``GradingError`` if there are none."""
    notebooks = (read_notebook(path) for path in sorted(folder.glob("*.ipynb")))
    found = [notebook for notebook in notebooks if any(map(task_of, notebook.cells))]
    if not found:
        raise GradingError(
            "There are no exercises here",
            where=str(folder),
            next="Name a folder that holds them: --course FOLDER. They are made from solutions by: dynateach release FOLDER",
        )
    return found


def verify(notebook: NotebookNode, own: Sources, where: str) -> None:
    """Raise ``TaskError`` or ``CourseError`` if the notebook checks a task that there is not, or one for which it has no answer cell."""
    answered = {answered_by(cell) for cell in notebook.cells}
    for cell in notebook.cells:
        task = task_of(cell)
        if task is None:
            continue
        try:
            checks.find(task, own)
        except TaskError as error:
            raise TaskError(error.what, where=f"{where}, cell {cell.get('id', '?')}", next=error.next) from error
        if task not in answered:
            raise CourseError(
                f"No cell is the answer to {task}",
                where=where,
                next=f'Give the cell that holds it the metadata {{"dynateach": {{"answer": "{task}"}}}}.',
            )


def refuse_unasked(own: Sources, notebooks: Iterable[NotebookNode]) -> None:
    """Raise ``CourseError`` if the course has a task that none of the notebooks checks: nobody could ever solve it."""
    asked = {task_of(cell) for notebook in notebooks for cell in notebook.cells}
    for task, path in loaded(own):
        if task.id not in asked:
            raise CourseError(
                f"No solution checks task {task.id}",
                where=path,
                next=f'Give a cell of a solution the metadata {{"dynateach": {{"check": "{task.id}"}}}}, or take the task out.',
            )


def _complete(course: Course, where: str) -> Course:
    for exercise in course.exercises:
        verify(exercise, course.own, where)
    return course


def _refuse_mixed(own: Path, submissions: Path) -> None:
    """Checks are run with the teacher's rights: what a student has handed in must never pass for one."""
    if own == submissions or own in submissions.parents or submissions in own.parents:
        raise GradingError(
            "The course's checks and the submissions lie in one folder",
            where=str(own),
            next="Keep what was handed in apart: a file of a student's must never pass for a check.",
        )
