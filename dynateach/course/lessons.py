"""What each lesson offers: counted in its notebook and in its checks, so that no number is kept twice."""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dynateach import checks
from dynateach.checks.task import Task
from dynateach.workbook import origin


@dataclass(frozen=True)
class Question:
    """One interview question of a lesson: which questions of the list it answers, and the cells that prove it."""

    cell: str
    heading: str
    answers: tuple[str, ...]
    answers_in_part: tuple[str, ...]
    proof: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number ("05"), its title, its notebook, and what it asks of a learner, by name."""

    number: str
    title: str
    path: Path
    cells: Sequence[dict[str, Any]]
    tasks: tuple[Task, ...]

    @property
    def predictions(self) -> tuple[str, ...]:
        """The names of its predictions, in order."""
        return tuple(_text(call.args[0]) for call in self._calls("predict"))

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of its claims, in order."""
        return tuple(str(one.arg) for call in self._calls("claims") for one in call.keywords)

    @property
    def declared(self) -> str:
        """The number that it gives itself with ``lesson("05")``, or "" if it does not."""
        return next((_text(call.args[0]) for call in self._calls("lesson")), "")

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its interview questions, in order."""
        return tuple(_question(cell) for cell in self.cells if cell["id"].startswith("question-"))

    @property
    def points(self) -> int:
        """What its tasks are worth together."""
        return sum(task.points for task in self.tasks)

    def claim_cell(self, name: str) -> dict[str, Any] | None:
        """The cell that decides a claim, or None."""
        return next((cell for cell in self.cells if _ours(cell).get("claim") == name), None)

    def source_of(self, name: str) -> str:
        """Where the verdict on a claim comes from, as its cell says; "" if it does not."""
        cell = self.claim_cell(name)
        return str(_ours(cell).get("source", "")) if cell else ""

    def _calls(self, function: str) -> Iterator[ast.Call]:
        return (call for call in self._all_calls if isinstance(call.func, ast.Name) and call.func.id == function)

    @cached_property
    def _all_calls(self) -> Sequence[ast.Call]:
        code = "\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "code")
        return [node for node in _in_order(ast.parse(code)) if isinstance(node, ast.Call)]


def lessons() -> list[Lesson]:
    """The lessons among the notebooks that this edition ships, in order. 00 is none."""
    notebooks = sorted((origin() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return [_read(path) for path in notebooks if not path.name.startswith("00_")]


def _read(path: Path) -> Lesson:
    # Not with nbformat: what it imports takes over a second, and the notebooks that we ship need no check.
    cells = [{**cell, "source": "".join(cell["source"])} for cell in json.loads(path.read_bytes())["cells"]]
    number = path.name[:2]
    title = re.sub(r"^#+ *(\d\d *)?", "", cells[0]["source"].partition("\n")[0])
    return Lesson(number, title, path, cells, tuple(one for one in checks.tasks() if one.id[:2] == number))


def _question(cell: dict[str, Any]) -> Question:
    ours, heading = _ours(cell), cell["source"].partition("\n")[0]
    parts = (tuple(ours.get(name, ())) for name in ("answers", "answers_in_part", "proof"))
    return Question(cell["id"], re.sub(r"^#+ *(\d+ *)?", "", heading), *parts)


def _ours(cell: dict[str, Any]) -> dict[str, Any]:
    found = cell["metadata"].get("dynateach", {})
    return found if isinstance(found, dict) else {}


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _in_order(tree: ast.AST) -> list[ast.AST]:
    found = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]
