"""A submission laid into the exercise: its answer cells, by their ids, in the place of ours. Nothing else of it counts.

The file is a stranger's, so it is read with care: not too large, a plain file, JSON of the right shape as far as it is looked at.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nbformat import NotebookNode

from dynateach.grading.notebook import answered_by, task_of

LARGEST = 10_000_000
"""Bytes of a submission: an exercise has some ten thousand."""
TOO_LARGE = f"The file is larger than {LARGEST // 1_000_000} MB. Clear its outputs, save it, and hand it in again."


class Unreadable(Exception):
    """Why a submission cannot be read, for its author."""


@dataclass(frozen=True)
class Cell:
    """A cell to run: its id, its text, and the task that it answers, or None for a cell of ours."""

    id: str
    source: str
    task: str | None


@dataclass(frozen=True)
class Laid:
    """A submission in the exercise's place.

    ``cells`` are run in order, for each task those ``above`` its check; ``missing`` and ``tampered`` tell by task why there is no answer to judge;
    ``notes`` are for the teacher.
    """

    fingerprint: str
    cells: tuple[Cell, ...]
    checks: dict[str, int]
    missing: dict[str, str]
    tampered: dict[str, str]
    notes: tuple[str, ...]

    def above(self, task: str) -> tuple[Cell, ...]:
        """The cells that have been run when a task is checked."""
        return self.cells[: self.checks[task]]


def content_of(path: Path) -> bytes:
    """What a submission's file holds. Raises ``Unreadable`` for a link, a folder, or a file that is too large or cannot be opened."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(f"The file cannot be opened: {error.strerror}.") from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise Unreadable("This is no plain file.")
    with os.fdopen(number, "rb") as file:
        return read_all(file)


def read_all(file: IO[bytes]) -> bytes:
    """What an open file holds. Raises ``Unreadable`` if that is too large, and has not read much more then."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable(TOO_LARGE)
    return content


def lay(content: bytes, exercise: NotebookNode) -> Laid:
    """The submission in the exercise's place. Raises ``Unreadable`` for what is no notebook."""
    theirs = _sources(content)
    ours = {cell.id: cell for cell in exercise.cells}
    answers = {cell.id: task for cell in exercise.cells if (task := answered_by(cell))}
    missing, tampered = _verdicts(answers, theirs)
    cells = tuple(
        Cell(
            cell.id, theirs.get(cell.id, [cell.source])[0] if cell.id in answers else cell.source, answers.get(cell.id)
        )
        for cell in exercise.cells
        if cell.cell_type == "code" and not task_of(cell)
    )
    return Laid(fingerprint(content), cells, dict(_checks(exercise)), missing, tampered, tuple(_notes(ours, theirs)))


def _checks(exercise: NotebookNode) -> Iterator[tuple[str, int]]:
    """How many cells stand above the check of each task, checks not counted."""
    above = 0
    for cell in exercise.cells:
        if task := task_of(cell):
            yield task, above
        elif cell.cell_type == "code":
            above += 1


def fingerprint(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cell_ids(content: bytes) -> set[str]:
    """The ids of all cells: which exercise a submission belongs to is told by them. Raises ``Unreadable`` for what is no notebook."""
    return set(_sources(content))


def _sources(content: bytes) -> dict[str, list[str]]:
    """The texts of the code cells by id: more than one where an id comes twice."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This file is no notebook: it is not valid JSON.") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("This file is JSON, but no notebook of format 4.")
    found: dict[str, list[str]] = {}
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and isinstance(cell.get("id"), str):
            found.setdefault(cell["id"], []).append(_text(cell.get("source")))
    return found


def _text(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str)).encode("utf-8", "replace").decode()


def _verdicts(answers: dict[str, str], theirs: dict[str, list[str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Why a task has no answer that can be judged. A helper's cell may be gone; the one that is named for the answer may not, nor may all."""
    missing: dict[str, str] = {}
    tampered: dict[str, str] = {}
    there = {task for id, task in answers.items() if id in theirs}
    for id, task in answers.items():
        copies = theirs.get(id, [])
        if len(set(copies)) > 1:
            tampered[task] = f"The notebook has {len(copies)} different cells named {id}. Which of them is the answer?"
        if not copies and (task not in there or id == f"answer-{task.replace('.', '-')}"):
            missing[task] = (
                f"The notebook has no cell named {id}. Take a fresh copy of the exercise and put the answer in its place."
            )
    return missing, tampered


def _notes(ours: dict[str, NotebookNode], theirs: dict[str, list[str]]) -> Iterator[str]:
    for id, cell in ours.items():
        if cell.cell_type == "code" and not answered_by(cell) and theirs.get(id, [cell.source]) != [cell.source]:
            yield f"Cell {id} was changed; ours was used."
        if answered_by(cell) and (found := _INSIDE.search("".join(theirs.get(id, [])))):
            yield f"Cell {id} uses {found[0]}: that leads to our checks and what they expect. Look at it."


_INSIDE = re.compile(r"\b(dynateach|_getframe|get_objects|get_referrers|ctypes)\b")
"""The checks' own code is there for every process to read: an answer has no need of it, nor of other ways inside."""
