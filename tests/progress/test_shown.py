"""How progress is shown: on the command line, as a card, as an export; counted from the lessons themselves."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dynateach import workbook
from dynateach.cli import main
from dynateach.course import Lesson, lessons
from dynateach.progress import progress
from dynateach.progress.place import NAME, VARIABLE
from dynateach.progress.report import advice, rows
from dynateach.progress.store import empty


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook's folder in which the test runs."""
    (tmp_path / workbook.RECORD).write_text('{"files": {}}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def _lesson() -> Lesson:
    return next(one for one in lessons() if one.number == "05")


def _write(home: Path, choices: dict[str, bool], passed: int) -> None:
    kept = {name: {"chosen": "yes", "first": right} for name, right in choices.items()}
    tasks = {task.id: {"tries": 1, "passed": True, "hints": 1} for task in _lesson().tasks[:passed]}
    (home / NAME).write_text(json.dumps({"version": 1, "choices": {"05": kept}, "tasks": tasks}))


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_the_first_sight_says_what_there_is_and_where_to_begin() -> None:
    card = progress()

    assert str(card).startswith("Nothing done yet. Begin with 01 ")
    assert f"{len(_lesson().predictions)} to go" in str(card)
    assert 'href="../notebooks/05_consistency.ipynb"' in card._repr_html_()  # from exercises/, too


def test_a_lesson_offers_what_its_notebook_and_checks_hold() -> None:
    found = _lesson()

    assert (found.title, found.points) == ("Consistency", 10)
    assert "page" in found.predictions
    assert "wait" in found.claims
    assert found.tasks[0].id == "05.1"
    assert "C4" in found.questions[0].answers


def test_rights_are_told_from_choices_and_both_from_what_there_is(home: Path) -> None:
    found = _lesson()
    _write(home, {found.predictions[0]: True, found.predictions[1]: False, found.claims[0]: True}, passed=2)

    row = next(row for row in progress().rows if row.lesson.number == "05")

    assert str(row.predictions) == f"1 of 2 right, {len(found.predictions) - 2} to go"
    assert str(row.claims) == f"1 of 1 right, {len(found.claims) - 1} to go"
    assert (len(row.passed), row.points, row.hints) == (2, sum(task.points for task in found.tasks[:2]), 2)


def test_what_a_lesson_no_longer_asks_does_not_count(home: Path) -> None:
    _write(home, {"a-name-of-old": True}, passed=0)

    assert not any(row.begun for row in progress().rows)


@pytest.mark.parametrize(
    ("choices", "passed", "next"),
    [(0, 0, "begin the lesson"), (1, 0, "go on with the lesson"), (0, 1, "task 05.2"), (99, 1, "task 05.2")],
)
def test_the_next_step_follows_from_what_was_done(home: Path, choices: int, passed: int, next: str) -> None:
    names = [*_lesson().predictions, *_lesson().claims]
    _write(home, dict.fromkeys(names[:choices], True), passed)

    (row,) = (row for row in progress().rows if row.lesson.number == "05")
    assert row.next.startswith(next)


def test_a_lesson_in_which_all_is_done_has_no_next_step(home: Path) -> None:
    _write(home, dict.fromkeys([*_lesson().predictions, *_lesson().claims], True), passed=99)

    (row,) = (row for row in progress().rows if row.lesson.number == "05")
    assert row.done


def test_a_lesson_that_was_begun_comes_before_one_that_was_not(home: Path) -> None:
    _write(home, {_lesson().predictions[0]: True}, passed=0)

    ahead = advice(progress().rows)
    assert ahead is not None
    assert ahead.lesson.number == "05"


def test_who_has_done_everything_is_told_so() -> None:
    state = empty()
    for one in lessons():
        state["choices"][one.number] = {name: {"chosen": "yes"} for name in [*one.predictions, *one.claims]}
        state["tasks"] |= {task.id: {"passed": True} for task in one.tasks}

    assert advice(rows(state, lessons())) is None


def test_values_that_somebody_has_edited_do_no_harm(home: Path) -> None:
    name = _lesson().predictions[0]
    kept = {"version": 1, "choices": {"05": {name: {"chosen": 7, "first": "x"}}}, "tasks": {"05.1": {"hints": "many"}}}
    (home / NAME).write_text(json.dumps(kept))

    assert _invoke("progress").exit_code == 0


def test_the_command_shows_every_lesson_and_the_next_step(home: Path) -> None:
    _write(home, {_lesson().predictions[0]: True}, passed=1)

    shown = _invoke("progress").stdout

    assert all(one.number in shown for one in lessons())
    assert "Next: 05 Consistency" in shown
    assert str(home / NAME) in shown


def test_the_command_finds_a_workbook_by_its_folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    _write(home, {}, passed=1)
    (elsewhere := tmp_path_factory.mktemp("elsewhere") / "nothing").mkdir()

    assert f"{_lesson().tasks[0].points} of 10" in _invoke("progress", str(home)).stdout
    assert _invoke("progress", str(elsewhere)).exit_code == 2


def test_an_export_has_an_entry_for_each_prediction_claim_and_task(home: Path) -> None:
    _write(home, {_lesson().predictions[0]: True}, passed=1)
    expected = sum(len(one.predictions) + len(one.claims) + len(one.tasks) for one in lessons())

    assert _invoke("progress", "--export", "out.json").exit_code == 0
    assert _invoke("progress", "--export", "out.csv").exit_code == 0

    entries = json.loads(Path("out.json").read_text())["progress"]
    table = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    assert len(entries) == len(table) == expected
    solved = next(row for row in table if row["name"] == "05.1")
    assert (solved["passed"], solved["tries"], solved["hints"]) == ("True", "1", "1")


@pytest.mark.parametrize("name", ["out.pdf", "out", "missing.json/out.json"])
def test_an_export_that_cannot_be_written_is_explained(name: str) -> None:
    Path("missing.json").write_text("a file")

    result = _invoke("progress", "--export", name)

    assert result.exit_code == 2
    assert "Traceback" not in result.output
