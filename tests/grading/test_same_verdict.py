"""A mistake is a mistake everywhere: in the notebook, in a course that runs nbval, and judged from outside."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from dynateach import checks
from dynateach.grading.examine import examine
from dynateach.grading.judge import Rules, judge
from dynateach.grading.notebook import answered_by, encode, read, task_of
from dynateach.grading.patience import Patience, Stopped
from dynateach.grading.play import InProcess
from dynateach.grading.worker import without_magic
from tests.grading.mutants import mutant, mutant_everywhere

REPOSITORY = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.name for path in (REPOSITORY / "solutions").glob("*.ipynb"))
COUNT = int(os.environ.get("DYNATEACH_MUTANTS", "24"))
SEED, SECONDS = 5, 20


@pytest.mark.parametrize("number", range(COUNT))
def test_a_mistake_gets_the_same_verdict_in_the_notebook_and_from_outside(number: int) -> None:
    name = LESSONS[number % len(LESSONS)]
    notebook = mutant(read(REPOSITORY / "solutions" / name), number)
    exercise = _about(notebook, read(REPOSITORY / "exercises" / name), name)

    judged = judge(encode(notebook), exercise, Rules(seconds=SECONDS, seed=SEED, exercise_seed=SEED))

    here = _in_this_process(notebook, [result.task for result in judged.results])
    assert {result.task: (result.verdict, result.feedback.partition("\n")[0]) for result in judged.results} == here


@pytest.mark.parametrize("number", range(max(len(LESSONS), COUNT // 5)))
def test_a_mistake_in_each_task_gets_the_same_verdicts_from_nbval_and_from_outside(number: int, tmp_path: Path) -> None:
    name = LESSONS[number % len(LESSONS)]
    notebook = mutant_everywhere(read(REPOSITORY / "solutions" / name), number)
    (tmp_path / name).write_bytes(encode(notebook))

    judged = judge((tmp_path / name).read_bytes(), read(REPOSITORY / "exercises" / name), Rules(seconds=SECONDS))

    there = _with_nbval(tmp_path / name, notebook)
    assert there
    assert {one.task: one.verdict == "passed" for one in judged.results if one.task in there} == there
    assert set(there) == {one.task for one in judged.results} or "timed out" in {one.verdict for one in judged.results}


def _with_nbval(path: Path, notebook: NotebookNode) -> dict[str, bool]:
    """Which tasks passed, of those that were reached: after a cell that takes too long, nbval runs no other."""
    report = path.with_suffix(".xml")
    options = ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={SECONDS}", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", path.name]
    ran = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)
    assert ran.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), ran.stdout.decode()
    cases = {str(case.get("name")): {child.tag for child in case} for case in ET.parse(report).iter("testcase")}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    checks_of = {str(task_of(cell)): cases[f"Cell {number}"] for number, cell in enumerate(code) if task_of(cell)}
    return {task: "failure" not in said for task, said in checks_of.items() if "skipped" not in said}


def _about(notebook: NotebookNode, exercise: NotebookNode, name: str) -> NotebookNode:
    """The exercise with the checks of those tasks alone whose answers were changed: the others cost time."""
    right = {cell.id: cell.source for cell in read(REPOSITORY / "solutions" / name).cells}
    changed = {answered_by(cell) for cell in notebook.cells if cell.source != right[cell.id]}
    exercise.cells = [cell for cell in exercise.cells if task_of(cell) in (None, *changed)]
    return exercise


def _in_this_process(notebook: NotebookNode, tasks: list[str]) -> dict[str, tuple[str, str]]:
    names: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, tuple[str, str]] = {}
    for cell in notebook.cells:
        if task_of(cell) in tasks:
            found[str(task_of(cell))] = _verdict(str(task_of(cell)), names)
        elif cell.cell_type == "code" and not task_of(cell):
            _run(cell, names)
    return found


def _run(cell: NotebookNode, names: dict[str, Any]) -> None:
    try:
        exec(
            compile(without_magic(cell.source).replace("SEED = 1", f"SEED = {SEED}"), f"<cell {cell.id}>", "exec"),
            names,
        )
    except Exception:
        return  # as in a notebook, the next cell runs all the same


def _verdict(id: str, names: dict[str, Any]) -> tuple[str, str]:
    """And the first line of why."""
    task = checks.find(id)
    if gone := [name for name in task.answers if name not in names]:
        return "failed", f"{gone[0]} raised NameError"
    try:
        with Patience().of(SECONDS):
            finding = examine(task, InProcess({name: names[name] for name in task.answers}), SEED)
    except Stopped as stopped:
        return stopped.verdict, f"{task.answers[0]} took more than {SECONDS} s. Look for a loop that never ends."
    return ("failed", finding.fault.what) if finding else ("passed", "")
