"""Storing what the checks of a solution say."""

from pathlib import Path

import nbformat.v4
import pytest

from dynateach.errors import NotebookError
from dynateach.grading.notebook import COMPARED, encode, read
from dynateach.grading.record import record


def _notebook(path: Path, *cells: tuple[str, bool]) -> Path:
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    for number, (source, compared) in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}", execution_count=9)  # type: ignore[no-untyped-call]
        cell.metadata = {"tags": [COMPARED]} if compared else {}
        notebook.cells.append(cell)
    path.write_bytes(encode(notebook))
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was recorded."""
    cells = (("x = 2; print(x)", False), ("print(x + 1); x", True))
    path = _notebook(tmp_path_factory.mktemp("recorded") / "a.ipynb", *cells)
    record(path)
    return path


def test_only_compared_cells_keep_an_output(recorded: Path) -> None:
    notebook = read(recorded)
    cells = notebook.cells
    assert "language_info" not in notebook.metadata
    assert [cell.execution_count for cell in cells] == [None, 1]
    assert cells[0].outputs == []
    assert cells[1].outputs[0].text == "3\n"
    assert cells[1].outputs[1].execution_count is None


def test_recording_again_changes_nothing(recorded: Path) -> None:
    once = recorded.read_bytes()

    record(recorded)

    assert recorded.read_bytes() == once


def test_a_failing_cell_stores_nothing(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "a.ipynb", ("print(1)", True), ("1 // 0", False))
    before = path.read_bytes()

    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        record(path)

    assert path.read_bytes() == before
