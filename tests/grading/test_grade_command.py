"""``dynateach grade``, as a teacher meets it."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # ipykernel brings it
import pytest
from click.testing import CliRunner

from dynateach.cli import main
from dynateach.grading import pool
from dynateach.grading.desk import RUN
from dynateach.grading.notebook import encode, read
from dynateach.grading.records import RECORDS

REPOSITORY = Path(__file__).resolve().parents[2]
TASK = "05.2"


def test_where_there_are_no_limits_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    ended = CliRunner().invoke(main, ["grade", str(tmp_path), "--out", str(tmp_path / "report")])

    assert ended.exit_code == 2
    assert "Windows" in ended.output
    assert not (tmp_path / "report").exists()


def test_a_run_that_is_killed_goes_on_where_it_was_and_loses_and_doubles_nothing(tmp_path: Path) -> None:
    _course(tmp_path)
    names = [f"{number}.ipynb" for number in range(6)]
    for name in names:
        _hand_in(tmp_path, name, "solutions")

    first = _started(tmp_path, "--jobs", "2")
    while len(_records(tmp_path)) < 2 and first.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            first.wait(0.02)
    workers = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.wait()
    kept = _records(tmp_path)
    begun = (tmp_path / "report" / RUN).read_text()
    second = _ended(_started(tmp_path, "--jobs", "1"))

    assert 2 <= len(kept) < 6
    assert second.returncode == 0, second.stderr
    assert (tmp_path / "report" / RUN).read_text() == begun
    after = _records(tmp_path)
    assert {place: after[place] for place in kept} == kept
    assert sorted(json.loads(content)["name"] for content, _ in after.values()) == names
    grades = (tmp_path / "report" / "grades.csv").read_text().splitlines()
    assert grades[1:] == [f"{name[0]},{name},05,1,1,100.0,,1" for name in names]
    gone, alive = psutil.wait_procs(workers, timeout=30)
    assert (len(gone) > 0, alive) == (True, [])


def test_a_run_ends_with_a_table_the_boundary_and_where_the_report_lies(tmp_path: Path) -> None:
    _course(tmp_path)
    _hand_in(tmp_path, "ada.ipynb", "solutions")
    _hand_in(tmp_path, "bob.ipynb", "exercises")
    (tmp_path / "handed-in" / "carol.py").write_text("")

    places = ["--course", str(tmp_path / "course"), "--out", str(tmp_path / "report")]
    seeds = ["--seed", "3", "--exercise-seed", "2", "--jobs", "1"]
    run = CliRunner().invoke(main, ["grade", str(tmp_path / "handed-in"), *places, *seeds])

    assert run.exit_code == 0, run.stderr
    for words in ("passed", "failed", "2 submissions, 1 of 2 points.", "Boundary: ", f"{tmp_path}/report/index.html"):
        assert words in run.stdout
    not_graded = "Not graded, because there is no notebook in it"
    assert f"{not_graded}: carol.py" in run.stdout
    assert f"{not_graded} (1): carol.py." in (tmp_path / "report" / "index.html").read_text("utf-8")
    assert json.loads((tmp_path / "report" / RUN).read_text()) == {"seed": 3, "exercise_seed": 2}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("absent",), "This is no zip that can be read"),
        (("handed-in", "--course", "handed-in"), "There are no exercises here"),
        (("handed-in", "--scheduler", "tcp://127.0.0.1:1"), "Dask"),
    ],
)
def test_what_cannot_be_graded_is_answered_in_words_and_with_exit_code_2(
    wrong: Sequence[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ANSWERS_WITHIN", 0.2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handed-in").mkdir()
    (tmp_path / "handed-in" / "a.ipynb").write_bytes(encode(_only(read(next(REPOSITORY.glob("exercises/05*"))), "")))

    ended = CliRunner().invoke(main, ["grade", *wrong, "--out", "report"])

    assert ended.exit_code == 2
    assert words in ended.stderr


@pytest.mark.parametrize("out", ["handed-in", "handed-in/report", "course/../handed-in"])
def test_what_was_handed_in_is_never_taken_for_a_part_of_the_report(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _course(tmp_path)
    _hand_in(tmp_path, "ada.ipynb", "exercises")
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "handed-in" / "grades.csv").symlink_to(tmp_path / "mine")

    ended = CliRunner().invoke(main, ["grade", "handed-in", "--course", "course", "--out", out])

    assert (ended.exit_code, "among the submissions" in ended.stderr) == (2, True)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_report_that_cannot_be_written_or_is_being_written_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _course(tmp_path)
    _hand_in(tmp_path, "ada.ipynb", "exercises")
    (tmp_path / "file").write_text("mine")
    records = tmp_path / "report" / RECORDS
    records.mkdir(parents=True)
    other = os.open(records, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    for out, words in (("file", "The report cannot be written"), ("report", "Another run is writing this report")):
        result = CliRunner().invoke(main, ["grade", "handed-in", "--course", "course", "--out", out])
        assert (result.exit_code, words in result.stderr) == (2, True)
    os.close(other)
    assert (tmp_path / "file").read_text() == "mine"
    assert list(records.iterdir()) == []


def test_without_a_sandbox_nothing_is_judged_if_one_is_required(tmp_path: Path) -> None:
    _course(tmp_path)
    _hand_in(tmp_path, "ada.ipynb", "exercises")

    run = _ended(_started(tmp_path, "--require-sandbox", PATH="/nowhere"))

    assert (run.returncode, "No sandbox works here" in run.stderr) == (2, True)
    assert _records(tmp_path) == {}


def _course(folder: Path) -> None:
    (folder / "course").mkdir()
    (path,) = (REPOSITORY / "exercises").glob("05_*.ipynb")
    (folder / "course" / path.name).write_bytes(encode(_only(read(path), TASK)))
    (folder / "handed-in").mkdir()


def _hand_in(folder: Path, name: str, source: str) -> None:
    (path,) = (REPOSITORY / source).glob("05_*.ipynb")
    (folder / "handed-in" / name).write_bytes(encode(_only(read(path), TASK)))


def _only(notebook: Any, task: str) -> Any:
    """The notebook with one task: a run of it is short."""
    ours = ("answer", "check")
    told = [cell.metadata.get("dynateach", {}) for cell in notebook.cells]
    of = [next((one[word] for word in ours if word in one), task) for one in told]
    notebook.cells = [cell for cell, named in zip(notebook.cells, of, strict=True) if named == task]
    return notebook


def _records(folder: Path) -> dict[str, tuple[str, int]]:
    """Each record's text, and when it was made."""
    places = (folder / "report" / RECORDS).glob("*.json")
    return {place.name: (place.read_text(), place.stat().st_mtime_ns) for place in places}


def _started(folder: Path, *options: str, **environment: str) -> "subprocess.Popen[str]":
    arguments = ["handed-in", "--out", "report", "--course", "course", *options]
    command = [sys.executable, "-m", "dynateach", "grade", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, env=os.environ | environment)


def _ended(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    stdout, stderr = process.communicate()
    return subprocess.CompletedProcess([], process.returncode, stdout, stderr)
