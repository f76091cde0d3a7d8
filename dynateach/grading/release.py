"""Derive the exercises from the solutions.

In a solution, the answer in a code cell stands between two lines, which nbgrader knows too:

    ### BEGIN SOLUTION
    partition = inside.locate("u1").partition
    ### END SOLUTION

In the exercise the region becomes ``...  # your code here``, or the cell's own starting text: its metadata
``{"dynateach": {"starter": "partition = ..."}}``, a list of texts where the cell has several regions. Results are dropped
with the tag that makes nbval compare them: a failing check raises, so no stored output ever decides about a learner.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dynateach.checks.own import read as read_checks
from dynateach.errors import NotebookError
from dynateach.grading.course import refuse_unasked, verify
from dynateach.grading.notebook import COMPARED, encode, forget_results, read

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
STARTER = "...  # your code here"

_FROM_THE_TOP = "Run this from the top of a checkout, or name it: dynateach release FOLDER"
_LIKE_A_MARKER = re.compile(r"(BEGIN|END)[\W_]*SOLUTION", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """One exercise that is not what its solution says.

    ``why`` is "missing", "outdated" or "without a solution"; ``content`` is what it should hold, None if it should not be.
    """

    path: Path
    why: str
    content: bytes | None


def changes(root: Path) -> list[Change]:
    """What must change in ``root/exercises`` so that it follows from ``root/solutions``, by file name.

    Raises NotebookError if there are no solutions, or one cannot be read, or its markers are wrong; CourseError or TaskError if
    the folder has ``checks`` of its own, and these and the solutions do not fit together.
    """
    if not (root / "solutions").is_dir():
        raise NotebookError("There are no solutions here", where=str(root / "solutions"), next=_FROM_THE_TOP)
    solutions = {path: read(path) for path in _notebooks(root / "solutions")}
    _refuse_incomplete(root, solutions)
    wanted = {path.name: encode(derive(solution, str(path))) for path, solution in solutions.items()}
    stored = {path.name: path.read_bytes() for path in _notebooks(root / "exercises")}
    differing = (name for name in sorted(wanted | stored) if wanted.get(name) != stored.get(name))
    return [
        Change(root / "exercises" / name, _why(wanted.get(name), stored.get(name)), wanted.get(name))
        for name in differing
    ]


def apply(change: Change) -> None:
    """Make one exercise what it should be: written, or removed."""
    if change.content is None:
        change.path.unlink()
        return
    change.path.parent.mkdir(parents=True, exist_ok=True)
    change.path.write_bytes(change.content)


def derive(solution: NotebookNode, name: str) -> NotebookNode:
    """The exercise for a solution; ``name`` is how errors call it. Ids and all other metadata stay.

    Raises NotebookError, with the cell's id, for a marker that is misspelt, nested, unpaired or outside a code cell.
    """
    exercise = deepcopy(solution)
    forget_results(exercise)
    for cell in exercise.cells:
        _derive_cell(cell, f"{name}, cell {cell.get('id', '?')}")
    return exercise


def _refuse_incomplete(root: Path, solutions: Mapping[Path, NotebookNode]) -> None:
    own = read_checks(root)
    if not own:
        return
    for path, solution in solutions.items():
        verify(solution, own, str(path))
    refuse_unasked(own, solutions.values())


def _derive_cell(cell: NotebookNode, where: str) -> None:
    starters = _take_starters(cell)
    if cell.cell_type != "code":
        _refuse_markers(cell.source, where)
        return
    cell.source = "\n".join(_without_answers(cell.source, iter(starters), where))
    if leftover := [tag for tag in cell.metadata.get("tags", []) if tag != COMPARED]:
        cell.metadata["tags"] = leftover
    else:
        cell.metadata.pop("tags", None)


def _take_starters(cell: NotebookNode) -> list[str]:
    ours = cell.metadata.get("dynateach", {})
    starter = ours.pop("starter", [])
    if not ours:
        cell.metadata.pop("dynateach", None)
    return [starter] if isinstance(starter, str) else list(starter)


def _without_answers(source: str, starters: Iterator[str], where: str) -> Iterator[str]:
    inside = False
    for line in source.split("\n"):
        marker = _marker(line, where)
        if marker == (END if not inside else BEGIN):
            raise _wrong(f"`{marker}` stands {'inside a solution' if inside else 'without its beginning'}", where)
        if marker == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            yield textwrap.indent(next(starters, STARTER), indent)
        elif not marker and not inside:
            yield line
        inside = marker == BEGIN or (inside and marker != END)
    if inside:
        raise _wrong(f"`{BEGIN}` has no `{END}`", where)


def _marker(line: str, where: str) -> str | None:
    if line.strip() in (BEGIN, END):
        return line.strip()
    _refuse_markers(line, where)
    return None


def _refuse_markers(text: str, where: str) -> None:
    if found := _LIKE_A_MARKER.search(text):
        raise _wrong(f"`{found.group()}` would leave its answer in the exercise", where)


def _wrong(what: str, where: str) -> NotebookError:
    rule = f"In a code cell, put `{BEGIN}` and `{END}` on lines of their own, in pairs, never nested."
    return NotebookError(what, where=where, next=rule)


def _why(wanted: bytes | None, stored: bytes | None) -> str:
    if wanted is None:
        return "without a solution"
    return "missing" if stored is None else "outdated"


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb"))
