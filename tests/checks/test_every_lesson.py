"""What holds for the exercise of every lesson: its solution passes, its empty form does not, and its headings tell the truth."""

from pathlib import Path
from typing import Any

import pytest

from dynateach import checks
from dynateach.errors import CheckFailed
from dynateach.grading.notebook import read, task_of
from dynateach.grading.release import derive

SOLUTIONS = sorted((Path(__file__).resolve().parents[2] / "solutions").glob("*.ipynb"))
SOLUTION_OF = {file.stem[:2]: read(file) for file in SOLUTIONS}
TASKS = [task.id for task in checks.tasks()]
SEEDS = (1, 2, 3, 4, 5)


def _lesson(id: str) -> str:
    return id.split(".")[0]


def test_every_task_belongs_to_a_solution_and_every_solution_has_tasks() -> None:
    assert {_lesson(id) for id in TASKS} == set(SOLUTION_OF)
    for lesson, solution in SOLUTION_OF.items():
        assert [id for cell in solution.cells if (id := task_of(cell))] == [id for id in TASKS if _lesson(id) == lesson]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lesson", SOLUTION_OF)
def test_a_solution_passes_with_any_seed(lesson: str, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for cell in SOLUTION_OF[lesson].cells:
        if cell.cell_type == "code":
            exec(cell.source.replace("SEED = 1", f"SEED = {seed}"), names)

    assert capsys.readouterr().out.count("✓") == sum(_lesson(id) == lesson for id in TASKS)


@pytest.mark.parametrize("id", TASKS)
def test_an_untouched_exercise_passes_no_task(id: str) -> None:
    names: dict[str, Any] = {}
    exercise = derive(SOLUTION_OF[_lesson(id)], _lesson(id))
    for cell in exercise.cells:
        if cell.cell_type == "code" and task_of(cell) is None:
            exec(cell.source, names)
    (checking,) = (cell.source for cell in exercise.cells if task_of(cell) == id)

    with pytest.raises(CheckFailed):
        exec(checking, names)


@pytest.mark.parametrize("id", TASKS)
def test_a_heading_says_what_the_task_is_called_and_what_it_is_worth(id: str) -> None:
    task = checks.find(id)
    (cell,) = (cell for cell in SOLUTION_OF[_lesson(id)].cells if cell.id == f"task-{id.replace('.', '-')}")
    points = "1 point" if task.points == 1 else f"{task.points} points"

    assert cell.source.splitlines()[0] == f"## {id} {task.title} ({points})"
