"""The course tests itself: unsolved, every task fails; solved, every task passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from dynateach.grading.run import run

REPOSITORY = Path(__file__).resolve().parents[2]


def _stored(folder: str) -> list[str]:
    return sorted(path.name for path in (REPOSITORY / folder).glob("*.ipynb"))


@pytest.mark.parametrize("name", _stored("exercises"))
def test_no_task_of_an_unsolved_exercise_passes(name: str) -> None:
    report = run(REPOSITORY / "exercises" / name, timeout=60)

    assert [outcome.task for outcome in report.outcomes if outcome.verdict != "failed"] == []


@pytest.mark.parametrize("name", _stored("solutions"))
def test_every_task_of_a_solution_passes(name: str) -> None:
    report = run(REPOSITORY / "solutions" / name, timeout=60)

    assert [outcome for outcome in report.outcomes if outcome.verdict != "passed"] == []


@pytest.mark.parametrize("name", _stored("exercises"))
def test_a_course_that_runs_nbval_sees_an_unsolved_exercise_fail(name: str) -> None:
    assert _nbval_lax(REPOSITORY / "exercises" / name) == pytest.ExitCode.TESTS_FAILED


def _nbval_lax(notebook: Path) -> int:
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(notebook)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False).returncode
