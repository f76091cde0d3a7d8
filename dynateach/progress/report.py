"""Progress as rows: for each lesson what was done of what it offers, and what to do next."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynateach import files
from dynateach.checks.task import Task
from dynateach.course import Lesson
from dynateach.drawing.captions import count
from dynateach.errors import WorkbookError
from dynateach.progress.store import VERSION, State, number


@dataclass(frozen=True)
class Tally:
    """How many choices were right at first, how many were made, and of how many."""

    right: int
    made: int
    of: int

    def __str__(self) -> str:
        left = f"{self.of - self.made} to go"
        if not self.made:
            return left
        return f"{self.right} of {self.made} right" + f", {left}" * (self.made < self.of)


@dataclass(frozen=True)
class Row:
    """What was done in one lesson. ``open`` are the tasks that have not passed yet, in order."""

    lesson: Lesson
    predictions: Tally
    claims: Tally
    passed: tuple[Task, ...]
    open: tuple[Task, ...]
    hints: int

    @property
    def points(self) -> int:
        """What the tasks that passed are worth."""
        return sum(task.points for task in self.passed)

    @property
    def begun(self) -> bool:
        """Whether anything was chosen or passed."""
        return bool(self.predictions.made or self.claims.made or self.passed)

    @property
    def done(self) -> bool:
        """Whether nothing is left: every choice made, every task passed."""
        return self.next == "done"

    @property
    def next(self) -> str:
        """What to do next in this lesson, in a few words."""
        chosen = self.predictions.made + self.claims.made
        left = self.predictions.of + self.claims.of - chosen
        if not self.begun:
            return "begin the lesson"
        if left and (chosen or not self.open):
            return f"go on with the lesson, {count(left, 'choice')} left"
        return f"task {self.open[0].id}, {self.open[0].title}" if self.open else "done"


def rows(state: State, lessons: Sequence[Lesson]) -> list[Row]:
    """A row for each lesson. What is kept for a name that the lesson no longer has does not count."""
    return [_row(state, lesson) for lesson in lessons]


def advice(rows: Sequence[Row]) -> Row | None:
    """The lesson to go on with: the first that was begun and is not done, else the first that is not done."""
    left = [row for row in rows if not row.done]
    return next((row for row in left if row.begun), left[0] if left else None)


def export(state: State, lessons: Sequence[Lesson], file: Path) -> None:
    """Write it to a .json or .csv file. Raises WorkbookError for another kind, or where it cannot be written."""
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise WorkbookError(
            "Progress is written as JSON or CSV", where=str(file), next="End the name in .json or .csv."
        )
    try:
        files.replace(file, form(state, lessons).encode())
    except OSError as error:
        what = f"Progress cannot be written: {error.strerror}"
        raise WorkbookError(what, where=str(file), next="Name another file.") from error


def as_json(state: State, lessons: Sequence[Lesson]) -> str:
    """Everything that counts, one entry for each prediction, claim and task."""
    return json.dumps({"version": VERSION, "progress": list(_entries(state, lessons))}, indent=1) + "\n"


def as_csv(state: State, lessons: Sequence[Lesson]) -> str:
    """The same as a table, for a spreadsheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_entries(state, lessons))
    return text.getvalue()


_FORMS = {".json": as_json, ".csv": as_csv}
_COLUMNS = ("lesson", "kind", "name", "chosen", "right", "passed", "tries", "hints", "points", "of", "when")


def _row(state: State, lesson: Lesson) -> Row:
    choices, tasks = _choices(state, lesson), state["tasks"]
    passed = tuple(task for task in lesson.tasks if tasks.get(task.id, {}).get("passed") is True)
    return Row(
        lesson,
        _tally(choices, lesson.predictions),
        _tally(choices, lesson.claims),
        passed,
        tuple(task for task in lesson.tasks if task not in passed),
        sum(number(tasks.get(task.id, {}).get("hints")) for task in lesson.tasks),
    )


def _tally(choices: Mapping[str, Any], names: Sequence[str]) -> Tally:
    made = [choices[name] for name in names if choices.get(name, {}).get("chosen")]
    return Tally(sum(choice.get("first") is True for choice in made), len(made), len(names))


def _entries(state: State, lessons: Sequence[Lesson]) -> Iterator[dict[str, Any]]:
    for lesson in lessons:
        choices = _choices(state, lesson)
        for kind, names in (("prediction", lesson.predictions), ("claim", lesson.claims)):
            for name in names:
                kept = choices.get(name, {})
                told = {"chosen": kept.get("chosen"), "right": kept.get("first"), "when": kept.get("when")}
                yield {"lesson": lesson.number, "kind": kind, "name": name, **told}
        for task in lesson.tasks:
            kept = state["tasks"].get(task.id, {})
            passed = kept.get("passed") is True
            told = {"passed": passed, "tries": number(kept.get("tries")), "hints": number(kept.get("hints"))}
            worth = {"points": task.points * passed, "of": task.points, "when": kept.get("when")}
            yield {"lesson": lesson.number, "kind": "task", "name": task.id, **told, **worth}


def _choices(state: State, lesson: Lesson) -> Mapping[str, Any]:
    found: Mapping[str, Any] = state["choices"].get(lesson.number, {})
    return found
