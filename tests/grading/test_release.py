"""Exercises follow from solutions: the answers are gone, all else is there."""

import json
from pathlib import Path

import nbformat.v4
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode

from dynateach.cli import main
from dynateach.errors import NotebookError
from dynateach.grading.notebook import encode
from dynateach.grading.release import changes, derive

REPOSITORY = Path(__file__).resolve().parents[2]

SOLVED = """\
def hottest(counts):
    ### BEGIN SOLUTION
    return max(counts)
    ### END SOLUTION

answer = hottest({})"""


def test_an_answer_becomes_a_placeholder_at_its_own_indentation() -> None:
    assert _derived(SOLVED) == "def hottest(counts):\n    ...  # your code here\n\nanswer = hottest({})"


def test_a_starter_takes_the_place_of_the_answer() -> None:
    starter = "total = 0\nreturn ..."

    derived = _derived(SOLVED, dynateach={"starter": starter})

    assert derived.startswith("def hottest(counts):\n    total = 0\n    return ...\n\n")


def test_each_answer_of_a_cell_takes_its_own_starter() -> None:
    source = "### BEGIN SOLUTION\na = 1\n### END SOLUTION\nb = 2\n### BEGIN SOLUTION\nc = 3\n### END SOLUTION"

    assert _derived(source, dynateach={"starter": ["a = ...", "c = ..."]}) == "a = ...\nb = 2\nc = ..."


def test_a_cell_without_an_answer_stays_as_it_is() -> None:
    source = "x = 1\n\n\nx + 1  # two"

    assert _derived(source) == source


def test_results_and_the_tag_that_compares_them_are_dropped() -> None:
    output = nbformat.v4.new_output("stream", text="passed")  # type: ignore[no-untyped-call]
    solution = _notebook("check('01.1', 3)", tags=["nbval-check-output", "important"])
    solution.cells[0].update(outputs=[output], execution_count=4)
    solution.cells[0].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    solution.metadata["widgets"] = {"state": {}}

    (cell,) = (exercise := derive(solution, "01.ipynb")).cells

    assert (cell.outputs, cell.execution_count) == ([], None)
    assert cell.metadata == {"tags": ["important"]}
    assert "widgets" not in exercise.metadata


def test_ids_and_other_metadata_stay() -> None:
    metadata = {"dynateach": {"check": "01.1"}, "nbgrader": {"grade_id": "q1", "points": 2}, "slideshow": {}}
    solution = _notebook("check('01.1', 3)", **metadata)

    (cell,) = derive(solution, "01.ipynb").cells

    assert cell.id == "only-cell"
    assert cell.metadata == metadata


def test_deriving_leaves_the_solution_alone() -> None:
    solution = _notebook(SOLVED, dynateach={"starter": "return ..."})
    before = encode(solution)

    derive(solution, "01.ipynb")

    assert encode(solution) == before


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("### BEGIN SOLUTION\nx = 1", "has no `### END SOLUTION`"),
        ("x = 1\n### END SOLUTION", "without its beginning"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside a solution"),
        ("#### BEGIN SOLUTION\nx = 1\n#### END SOLUTION", "would leave its answer"),
        ("### Begin Solution\nx = 1\n### End Solution", "would leave its answer"),
        ("x = 1  ### BEGIN SOLUTION\n### END SOLUTION", "would leave its answer"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION here", "would leave its answer"),
        ("### BEGIN_SOLUTION\nx = 1\n### END_SOLUTION", "would leave its answer"),
    ],
)
def test_a_wrong_marker_is_refused_with_notebook_and_cell(source: str, complaint: str) -> None:
    with pytest.raises(NotebookError, match=complaint) as refusal:
        derive(_notebook(source), "solutions/01.ipynb")

    assert refusal.value.where == "solutions/01.ipynb, cell only-cell"


def test_an_answer_in_a_text_cell_is_refused() -> None:
    solution = _notebook("x = 1")
    text = "### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
    solution.cells.append(nbformat.v4.new_markdown_cell(text, id="why"))  # type: ignore[no-untyped-call]

    with pytest.raises(NotebookError) as refusal:
        derive(solution, "01.ipynb")

    assert refusal.value.where == "01.ipynb, cell why"


def test_release_writes_what_check_asks_for(tmp_path: Path) -> None:
    _store(tmp_path / "solutions" / "01.ipynb", _notebook(SOLVED))

    assert _release(tmp_path, "--check") == (1, f"{tmp_path}/exercises/01.ipynb: missing\n")
    assert not (tmp_path / "exercises").exists()
    assert _release(tmp_path)[0] == 0
    assert _release(tmp_path, "--check") == (0, "Every exercise follows from its solution.\n")


def test_an_exercise_edited_by_hand_is_outdated(tmp_path: Path) -> None:
    _store(tmp_path / "solutions" / "01.ipynb", _notebook(SOLVED))
    _release(tmp_path)
    exercise = tmp_path / "exercises" / "01.ipynb"
    exercise.write_bytes(exercise.read_bytes() + b"\n")

    assert _release(tmp_path, "--check") == (1, f"{exercise}: outdated\n")
    _release(tmp_path)
    assert changes(tmp_path) == []


def test_an_exercise_without_a_solution_is_removed(tmp_path: Path) -> None:
    _store(tmp_path / "solutions" / "01.ipynb", _notebook(SOLVED))
    _store(tmp_path / "exercises" / "02.ipynb", _notebook("x = 1"))

    assert (1, f"{tmp_path}/exercises/02.ipynb: without a solution\n") == _release(tmp_path, "--check", skip="01")
    _release(tmp_path)
    assert sorted(path.name for path in (tmp_path / "exercises").iterdir()) == ["01.ipynb"]


def test_the_same_solution_gives_the_same_bytes(tmp_path: Path) -> None:
    solution = tmp_path / "solutions" / "01.ipynb"
    _store(solution, _notebook("print('Größe — 4 KB')"))
    _release(tmp_path)
    first = (tmp_path / "exercises" / "01.ipynb").read_bytes()
    solution.write_text(json.dumps(json.loads(solution.read_text()), indent=4, sort_keys=False))

    assert changes(tmp_path) == []
    assert first.startswith(b'{\n "cells": [\n  {\n')
    assert first.endswith(b"}\n")
    assert "Größe — 4 KB" in first.decode()


def test_a_folder_without_solutions_is_refused(tmp_path: Path) -> None:
    _store(tmp_path / "exercises" / "01.ipynb", _notebook("x = 1"))

    exit_code, _ = _release(tmp_path)

    assert exit_code == 2
    assert (tmp_path / "exercises" / "01.ipynb").exists()


def test_the_repositorys_exercises_follow_from_its_solutions() -> None:
    assert changes(REPOSITORY) == []


def _derived(source: str, **metadata: object) -> str:
    text: str = derive(_notebook(source, **metadata), "01.ipynb").cells[0].source
    return text


def _notebook(source: str, **metadata: object) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source, id="only-cell", metadata=metadata)  # type: ignore[no-untyped-call]
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    return notebook


def _store(path: Path, notebook: NotebookNode) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode(notebook))


def _release(root: Path, *options: str, skip: str = "\0") -> tuple[int, str]:
    """Exit code and what was said, without the lines that name ``skip``."""
    result = CliRunner().invoke(main, ["release", *options, str(root)])
    return result.exit_code, "".join(line for line in result.stdout.splitlines(True) if f"{skip}.ipynb" not in line)
