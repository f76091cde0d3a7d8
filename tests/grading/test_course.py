"""A course of a teacher's own, from the command that lays it out to the grades."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dynateach import check
from dynateach.checks.own import VARIABLE
from dynateach.cli import main
from dynateach.errors import CheckFailed
from dynateach.grading.notebook import encode, read
from dynateach.grading.sandbox import boundary

LESSON = "20_shelf.ipynb"
ANSWERS = {
    "right": "return table.get_item(Key={'pk': article}).get('Item', {}).get('count', 0)",
    "raises": "return table.get_item(Key={'pk': article})['Item']['count']",
    "guesses": "return 17",
    "scans": "return sum(int(item['count']) for item in table.scan()['Items'] if item['pk'] == article)",
}
FOUND = {
    "raises": "in_stock raised KeyError",
    "guesses": "in_stock returned 17",
    "scans": "in_stock looked through many items",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A new course."""
    assert _invoke("course", "new", tmp_path / "mine").exit_code == 0
    return tmp_path / "mine"


def test_a_new_course_is_complete_and_recorded(course: Path) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}

    assert _invoke("release", "--check", course).stdout == "Every exercise follows from its solution.\n"
    recorded = _invoke("record", course / "solutions" / LESSON)

    assert (recorded.exit_code, recorded.stdout) == (0, f"Recorded: {course / 'solutions' / LESSON}\n")
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


def test_its_readme_names_only_commands_that_there_are(course: Path) -> None:
    named = set(re.findall(r"(?:`|^)dynateach (\w+)", (course / "README.md").read_text(), re.MULTILINE))

    assert {"check", "grade", "record", "release"} <= named <= set(main.commands)


def test_what_is_there_already_is_left_alone(course: Path) -> None:
    (course / "README.md").write_text("mine")

    again = _invoke("course", "new", course)

    assert (again.exit_code, "Something is there already" in again.stderr) == (2, True)
    assert (course / "README.md").read_text() == "mine"


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    refused = _invoke("course", "new", tmp_path / "file" / "mine")

    assert (refused.exit_code, "The course cannot be written" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("folder", "verdict"), [("solutions", "passed"), ("exercises", "failed")])
def test_its_notebooks_check_themselves(folder: str, verdict: str, course: Path) -> None:
    checked = _invoke("check", course / folder / LESSON)

    assert checked.stdout.split()[:2] == [verdict, "20.1"]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_notebook_says_of_an_answer_what_the_judge_says(
    name: str, course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    exec(f"def in_stock(table, article):\n    {ANSWERS[name]}", names)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(course / "exercises")

    with pytest.raises(CheckFailed, match=FOUND[name]) if name in FOUND else nullcontext():
        check("20.1", names["in_stock"])

    assert ("✓ 20.1" in capsys.readouterr().out) == (name not in FOUND)


def test_nbval_alone_checks_its_notebooks(course: Path) -> None:
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60", "-p", "no:cacheprovider", "-rf"]
    command = [sys.executable, "-m", "pytest", *options, "solutions", "exercises"]

    ran = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)

    assert re.findall(r"^FAILED (\w+/\w+\.ipynb)", ran.stdout, re.MULTILINE) == [f"exercises/{LESSON}"]
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED


def test_submissions_are_judged_by_the_courses_own_checks_and_by_no_file_of_a_students(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in = _hand_in(tmp_path, course, ANSWERS)
    ran = tmp_path / "ran"
    planted = (course / "checks" / "shelf.py").read_text().replace("points=2", "points=9")
    for place in ("checks", "zoe/checks"):
        (handed_in / place).mkdir(parents=True)
        (handed_in / place / "shelf.py").write_text(f"{planted}\nopen({str(ran)!r}, 'w')\n")

    monkeypatch.chdir(handed_in)
    graded = _grade(handed_in, course, tmp_path / "report")

    assert graded.exit_code == 0, graded.output
    results = _results(tmp_path / "report")
    assert {name: result["points"] for name, result in results.items()} == dict.fromkeys(FOUND, 0) | {"right": 2}
    for name, words in FOUND.items():
        assert words in results[name]["feedback"]
    assert not ran.exists()


def test_a_check_that_was_changed_judges_anew(course: Path, tmp_path: Path) -> None:
    handed_in = _hand_in(tmp_path, course, {"right": ANSWERS["right"]})
    _grade(handed_in, course, tmp_path / "report")
    _edit(course / "checks" / "shelf.py", "points=2", "points=3")

    _grade(handed_in, course, tmp_path / "report")

    assert _results(tmp_path / "report")["right"]["points"] == 3


def test_a_dask_cluster_judges_by_the_courses_own_checks(course: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    handed_in = _hand_in(tmp_path, course, {name: ANSWERS[name] for name in ("right", "guesses")})
    arguments = json.dumps([str(handed_in), str(tmp_path / "report"), str(course)])

    ended = subprocess.run(
        [sys.executable, "-c", _ON_A_CLUSTER, arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    verdicts = {name: result["verdict"] for name, result in _results(tmp_path / "report").items()}
    assert verdicts == {"right": "passed", "guesses": "failed"}


def test_a_submission_cannot_reach_the_checks(course: Path, tmp_path: Path) -> None:
    if boundary().program is None:
        pytest.skip("no sandbox works here")
    spy = f"""import sys, dynateach
    assert not any("dynateach_checks_" in name for name in sys.modules)
    try:
        open({str(course / "checks" / "shelf.py")!r})
    except FileNotFoundError:
        pass
    try:
        dynateach.hint("20.1")
    except dynateach.errors.TaskError:
        {ANSWERS["right"]}"""
    handed_in = _hand_in(tmp_path, course, {"spy": spy})

    _grade(handed_in, course, tmp_path / "report")

    assert _results(tmp_path / "report")["spy"]["verdict"] == "passed"


def test_a_check_that_breaks_is_nobodys_fault_and_the_teacher_learns_where(course: Path, tmp_path: Path) -> None:
    handed_in = _hand_in(tmp_path, course, {"right": ANSWERS["right"]})
    _edit(course / "checks" / "shelf.py", "case.input.stock.get(article, 0)", "case.input.stock[article]")

    _grade(handed_in, course, tmp_path / "report")

    (record,) = _records(tmp_path / "report")
    (note,) = record["notes"]
    assert record["results"][0]["verdict"] == "cannot be judged"
    assert note.startswith("The check of 20.1 broke: KeyError: 'chair'")
    assert f"{course / 'checks' / 'shelf.py'}, line " in note
    assert "shelf.py" not in record["results"][0]["feedback"]


def test_cells_keep_the_ids_that_jupyterlab_gave_them(course: Path, tmp_path: Path) -> None:
    for folder in ("solutions", "exercises"):
        _edit(course / folder / LESSON, '"id": "answer-20-1"', '"id": "5f3a9c01"')
    handed_in = _hand_in(tmp_path, course, ANSWERS, cell="5f3a9c01")
    gone = read(course / "exercises" / LESSON)
    gone.cells = [cell for cell in gone.cells if cell.id != "5f3a9c01"]
    (handed_in / "gone.ipynb").write_bytes(encode(gone))

    _grade(handed_in, course, tmp_path / "report")

    verdicts = {name: result["verdict"] for name, result in _results(tmp_path / "report").items()}
    assert verdicts == dict.fromkeys(FOUND, "failed") | {"right": "passed", "gone": "missing"}


def test_exercises_alone_are_a_course_of_our_tasks(tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    ours = read(next((Path(__file__).parents[2] / "exercises").glob("05_*")))
    (tmp_path / "copies" / "05_consistency.ipynb").write_bytes(encode(ours))
    handed_in = tmp_path / "handed-in"
    handed_in.mkdir()
    (handed_in / "ada.ipynb").write_bytes(b"no notebook")

    graded = _grade(handed_in, tmp_path / "copies", tmp_path / "report")

    assert graded.exit_code == 0, graded.output
    assert {result["task"] for result in _records(tmp_path / "report")[0]["results"]} == {
        f"05.{n}" for n in range(1, 7)
    }


def test_checks_among_the_submissions_are_refused_before_they_run(course: Path, tmp_path: Path) -> None:
    _edit(course / "checks" / "shelf.py", "import Iterator", f"import Iterator; open({str(tmp_path / 'ran')!r}, 'w')")

    for submissions in (tmp_path, course, course / "checks"):
        refused = _invoke("grade", submissions, "--course", course, "--out", tmp_path / "report")

        assert (refused.exit_code, "lie in one folder" in refused.stderr) == (2, True)
    assert not (tmp_path / "ran").exists()


def test_an_exercise_that_asks_for_a_task_that_is_not_there_is_refused_by_its_cell(
    course: Path, tmp_path: Path
) -> None:
    _edit(course / "checks" / "shelf.py", '"20.1"', '"20.7"')

    for refused in (_refused_grade(course, tmp_path), _invoke("release", course)):
        assert (refused.exit_code, "there is no task '20.1'" in refused.stderr) == (2, True)
        assert "cell check-20-1" in refused.stderr
        assert "20.7" in refused.stderr


def test_an_exercise_without_an_answer_cell_is_refused(course: Path, tmp_path: Path) -> None:
    for folder in ("solutions", "exercises"):
        _edit(course / folder / LESSON, '"answer": "20.1"', '"answer": "20.2"')

    for refused in (_refused_grade(course, tmp_path), _invoke("release", course)):
        assert (refused.exit_code, "No cell is the answer to 20.1" in refused.stderr) == (2, True)
        assert '{"dynateach": {"answer": "20.1"}}' in refused.stderr


def test_a_task_that_no_solution_checks_is_named_before_a_release(course: Path) -> None:
    with (course / "checks" / "shelf.py").open("a") as file:
        file.write('\n\nfrom dataclasses import replace\n\nMORE = replace(SHELF, id="20.2")\n')

    refused = _invoke("release", course)

    assert (refused.exit_code, "No solution checks task 20.2" in refused.stderr) == (2, True)
    assert str(course / "checks" / "shelf.py") in refused.stderr


def test_a_broken_check_is_told_in_three_parts_by_every_command(course: Path, tmp_path: Path) -> None:
    (course / "checks" / "shelf.py").write_text("import dynateach.checks.task\nTsk")

    for refused in (_refused_grade(course, tmp_path), _invoke("release", course)):
        what, where, advice = refused.stderr.splitlines()[-3:]
        assert what == "A check cannot be loaded: NameError: name 'Tsk' is not defined"
        assert where == f"  where: {course / 'checks' / 'shelf.py'}, line 2"
        assert advice == "  what to do: Mend it, then run this again."
    assert "name 'Tsk' is not defined" in _invoke("check", course / "exercises" / LESSON).stdout


_ON_A_CLUSTER = """
import json, sys
from pathlib import Path
from distributed import LocalCluster
from dynateach.grading import desk

if __name__ == "__main__":
    submissions, out, course = map(Path, json.loads(sys.argv[1]))
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
        desk.grade(desk.Order(submissions, out, course, scheduler=cluster.scheduler_address))
"""


def _invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def _refused_grade(course: Path, folder: Path) -> Result:
    return _invoke("grade", folder / "handed-in", "--course", course, "--out", folder / "report")


def _grade(submissions: Path, course: Path, report: Path) -> Result:
    """With an environment that names the course: that must not reach a submission."""
    asked = ["grade", str(submissions), "--course", str(course), "--out", str(report), "--jobs", "1"]
    return CliRunner(env={VARIABLE: str(course)}).invoke(main, asked)


def _hand_in(folder: Path, course: Path, answers: Mapping[str, str], cell: str = "answer-20-1") -> Path:
    """A folder of submissions: the exercise with the body of ``in_stock`` that each name gives."""
    place = folder / "handed-in"
    place.mkdir()
    for name, body in answers.items():
        notebook = read(course / "exercises" / LESSON)
        (answer,) = (one for one in notebook.cells if one.id == cell)
        answer.source = f"def in_stock(table, article):\n    {body}"
        (place / f"{name}.ipynb").write_bytes(encode(notebook))
    return place


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _records(report: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in (report / "records").glob("*.json")]


def _results(report: Path) -> dict[str, dict[str, Any]]:
    """The result of the one task, by the submission's name."""
    return {record["name"].removesuffix(".ipynb"): record["results"][0] for record in _records(report)}
