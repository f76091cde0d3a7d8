"""Running a notebook's checks: what passed, what failed and why, what was never reached."""

from pathlib import Path

import nbformat.v4
import pytest

from dynateach.errors import NotebookError
from dynateach.grading.notebook import encode
from dynateach.grading.run import Outcome, Report, run

TOOLS = """\
class CheckFailed(Exception): pass
def check(good):
    if not good: raise CheckFailed("expected 3,\\ngot 2")"""


def test_each_task_gets_its_own_verdict(tmp_path: Path) -> None:
    report = _run(tmp_path, ("", TOOLS), ("01.1", "check(True)"), ("01.2", "check(False)"), ("01.3", "check(True)"))

    assert report.outcomes == (
        Outcome("01.1", "passed"),
        Outcome("01.2", "failed", "expected 3,\ngot 2"),
        Outcome("01.3", "passed"),
    )
    assert not report.passed


def test_a_notebook_passes_if_every_task_does(tmp_path: Path) -> None:
    assert _run(tmp_path, ("", TOOLS), ("01.1", "check(True)")).passed


def test_the_first_mistake_before_a_failed_check_is_named(tmp_path: Path) -> None:
    report = _run(tmp_path, ("", TOOLS), ("", "answer = 1 / 0"), ("", "more"), ("01.1", "check(answer)"))

    assert report.outcomes == (Outcome("01.1", "failed", "NameError: name 'answer' is not defined"),)
    assert report.stumble == "Cell cell-1 raised ZeroDivisionError: division by zero"


def test_a_cell_that_never_ends_stops_the_run(tmp_path: Path) -> None:
    cells = (("", TOOLS), ("01.1", "check(True)"), ("", "while True: pass"), ("01.2", "check(True)"))

    report = _run(tmp_path, *cells, timeout=2)

    assert [outcome.verdict for outcome in report.outcomes] == ["passed", "not reached"]
    assert report.stopped.startswith("Cell cell-2 took more than 2 s.")
    assert not report.passed


def test_a_cell_that_ends_the_kernel_stops_the_run(tmp_path: Path) -> None:
    report = _run(tmp_path, ("", "import os"), ("", "os._exit(1)"), ("01.1", "pass"))

    assert report == Report((Outcome("01.1", "not reached"),), stopped="Cell cell-1 ended the kernel.")


def test_an_emptied_check_is_not_reached(tmp_path: Path) -> None:
    assert _run(tmp_path, ("01.1", "")).outcomes == (Outcome("01.1", "not reached"),)


def test_two_checks_of_one_task_pass_only_together(tmp_path: Path) -> None:
    report = _run(tmp_path, ("", TOOLS), ("01.1", "check(True)"), ("01.1", "check(False)"), ("01.1", "check(True)"))

    assert report.outcomes == (Outcome("01.1", "failed", "expected 3,\ngot 2"),)


def test_outputs_stored_in_the_notebook_decide_nothing(tmp_path: Path) -> None:
    notebook = _notebook(("01.1", "pass"))
    failure = nbformat.v4.new_output("error", ename="CheckFailed", evalue="old", traceback=[])  # type: ignore[no-untyped-call]
    notebook.cells[0].outputs = [failure]
    path = _stored(tmp_path, notebook)

    assert run(path, timeout=60).passed


def test_running_changes_no_file_and_happens_in_the_notebooks_folder(tmp_path: Path) -> None:
    path = _stored(tmp_path, _notebook(("", "import pathlib"), ("01.1", "assert pathlib.Path('one.ipynb').exists()")))
    before = path.read_bytes()

    assert run(path, timeout=60).passed
    assert path.read_bytes() == before


def test_a_notebook_without_checks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="no checks"):
        _run(tmp_path, ("", "1 + 1"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not valid JSON"),
        (b"<<<<<<< mine", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[1, 2]", "not a notebook"),
        (b'{"name": "package"}', "not a notebook"),
        (b'{"nbformat": 4}', "not a valid notebook"),
        (b'{"nbformat": "four"}', "not a valid notebook"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}', "not a valid notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_by_name(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "one.ipynb"
    path.write_bytes(content)

    with pytest.raises(NotebookError, match=complaint) as refusal:
        run(path, timeout=60)

    assert refusal.value.where == str(path)


@pytest.mark.parametrize("name", ["absent.ipynb", "."])
def test_a_path_without_a_notebook_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotebookError) as refusal:
        run(tmp_path / name, timeout=60)

    assert refusal.value.where == str(tmp_path / name)


def _run(folder: Path, *cells: tuple[str, str], timeout: int = 60) -> Report:
    return run(_stored(folder, _notebook(*cells)), timeout=timeout)


def _notebook(*cells: tuple[str, str]) -> nbformat.NotebookNode:
    """One code cell for each (task or "", source), with the ids cell-0, cell-1, …"""
    nodes = [
        nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
            source, id=f"cell-{index}", metadata={"dynateach": {"check": task}} if task else {}
        )
        for index, (task, source) in enumerate(cells)
    ]
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=nodes)  # type: ignore[no-untyped-call]
    return notebook


def _stored(folder: Path, notebook: nbformat.NotebookNode) -> Path:
    path = folder / "one.ipynb"
    path.write_bytes(encode(notebook))
    return path
