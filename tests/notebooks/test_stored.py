"""How notebooks are stored: clean, short, with ids that mean something, and with the outputs that nbval compares."""

import re
from pathlib import Path
from statistics import median

import pytest
from nbformat import NotebookNode

from dynateach.grading.notebook import COMPARED, read, task_of

REPOSITORY = Path(__file__).resolve().parents[2]


def _stored(*folders: str) -> list[str]:
    return sorted(f"{folder}/{path.name}" for folder in folders for path in (REPOSITORY / folder).glob("*.ipynb"))


@pytest.mark.parametrize("name", _stored("notebooks", "exercises"))
def test_what_learners_get_is_stored_without_results(name: str) -> None:
    notebook = read(REPOSITORY / name)

    assert [cell.id for cell in _code(notebook) if cell.outputs or cell.execution_count] == []
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("name", _stored("notebooks", "exercises", "solutions"))
def test_every_cell_has_an_id_that_a_person_chose(name: str) -> None:
    ids = [cell.get("id", "") for cell in read(REPOSITORY / name).cells]

    assert [cell for cell in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell)] == []
    assert [cell for cell in ids if re.fullmatch(r"[0-9a-f]{8}|[0-9a-f-]{32,}", cell)] == []
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", _stored("notebooks", "exercises", "solutions"))
def test_jupyterlab_knows_which_kernel_to_start(name: str) -> None:
    assert read(REPOSITORY / name).metadata["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("name", _stored("notebooks", "solutions"))
def test_code_cells_are_short(name: str) -> None:
    lines = {cell.id: cell.source.count("\n") + 1 for cell in _code(read(REPOSITORY / name))}

    assert [cell for cell, count in lines.items() if count > 15] == []
    assert median(lines.values() or [0]) <= 4


@pytest.mark.parametrize("name", _stored("solutions"))
def test_every_check_of_a_solution_is_compared_with_a_stored_output(name: str) -> None:
    cells = _code(read(REPOSITORY / name))
    checks = [cell.id for cell in cells if task_of(cell)]
    tagged = [cell for cell in cells if COMPARED in cell.metadata.get("tags", [])]
    compared = [cell.id for cell in tagged if cell.outputs and cell.execution_count]  # nbval fails one without a count

    assert checks
    assert compared == checks


def test_every_exercise_has_its_lesson() -> None:
    lessons = {name.split("/")[1] for name in _stored("notebooks")}

    assert {name.split("/")[1] for name in _stored("exercises")} <= lessons


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
