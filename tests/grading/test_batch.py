"""Many submissions: how many are under way, what a second run does, and what an accident leaves behind."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynateach.errors import GradingError
from dynateach.grading import gradebook, records
from dynateach.grading.batch import AHEAD, HELD, LATE, Workers, grade
from dynateach.grading.course import exercises_in
from dynateach.grading.handed_in import Submission, opened, without_notebook
from dynateach.grading.judge import Rules
from dynateach.grading.lay import fingerprint
from dynateach.grading.notebook import encode, read
from dynateach.grading.pages import write as write_pages
from dynateach.grading.records import RECORDS, Records
from dynateach.grading.sandbox import Boundary
from dynateach.grading.verdicts import Judged
from tests.grading.records import judged

REPOSITORY = Path(__file__).parents[2]
RULES = Rules(seed=7)
COURSE = [read(REPOSITORY / "exercises" / "05_consistency.ipynb")]


class Pool(Executor):
    """Gives made-up records at once, breaks after some, and counts what was handed to it."""

    def __init__(self, breaks_after: int = 1_000, boundary: str = "a wall", error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._error = error
        self._breaks_after = breaks_after
        self._boundary = boundary

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        name, content, (exercise, *_), rules, _ = args
        self.asked.append(name)
        future: Future[Any] = Future()
        if len(self.asked) > self._breaks_after:
            future.set_exception(self._error)
        else:
            made = replace(judged(name, "passed"), seed=rules.seed, boundary=self._boundary)
            future.set_result(replace(made, fingerprint=fingerprint(content), exercise=fingerprint(encode(exercise))))
        return future


def test_no_more_submissions_are_in_memory_than_a_few_for_each_worker(tmp_path: Path) -> None:
    pool, told = Pool(), [0]
    most = [0]

    def hear(judged: Judged) -> None:
        told[0] += 1
        most[0] = max(most[0], len(pool.asked) - told[0] + 1)

    all = grade(_submissions(tmp_path, 100), tmp_path / "out", COURSE, RULES, Workers(pool, 2), told=hear)

    assert (len(all), told[0]) == (100, 100)
    assert 2 < most[0] <= 2 * AHEAD


def test_large_submissions_are_held_no_more_at_a_time_than_fit_however_many_workers_there_are(tmp_path: Path) -> None:
    size, pool, told, most = HELD // 10, Pool(), [0], [0]
    submissions = [Submission(f"{number}.ipynb", lambda: bytes(size)) for number in range(60)]

    def hear(judged: Judged) -> None:
        told[0] += 1
        most[0] = max(most[0], len(pool.asked) - told[0] + 1)

    grade(submissions, tmp_path, COURSE, RULES, Workers(pool, 64), told=hear)

    assert (told[0], most[0]) == (60, 10)


def test_a_report_is_written_without_holding_what_all_submissions_were_told(tmp_path: Path) -> None:
    names = [f"{number}.ipynb" for number in range(100)]
    for name in names:
        records.write(tmp_path, judged(name, "failed", feedback=f"{name}\n{'x' * 100_000}"))
    kept = Records(tmp_path, names)
    write_pages(tmp_path, list(kept)[:1])  # templates are compiled once

    tracemalloc.start()
    gradebook.write(tmp_path, kept)
    write_pages(tmp_path, kept)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(json.loads((tmp_path / "grades.json").read_text())["submissions"]) == 100
    assert most < 5_000_000


@pytest.mark.parametrize("error", [BrokenProcessPool("gone"), RuntimeError("a cluster's own")])
def test_a_pool_that_breaks_says_to_run_it_again_and_a_second_run_does_only_the_rest(
    error: Exception, tmp_path: Path
) -> None:
    submissions, out = _submissions(tmp_path, 10), tmp_path / "out"

    with pytest.raises(GradingError, match="what is judged is kept") as caught:
        grade(submissions, out, COURSE, RULES, Workers(Pool(breaks_after=6, error=error), 1))
    kept = {json.loads(path.read_text())["name"] for path in (out / RECORDS).glob("*.json")}
    rest = Pool()
    all = grade(submissions, out, COURSE, RULES, Workers(rest, 1))

    assert caught.value.where.startswith("one of ")
    assert 3 <= len(kept) <= 6
    assert sorted([*kept, *rest.asked]) == sorted(one.name for one in submissions)
    assert [record.name for record in all] == [one.name for one in submissions]


@pytest.mark.parametrize("rules", [replace(RULES, seed=8), replace(RULES, exercise_seed=2)])
def test_another_seed_makes_the_records_anew(rules: Rules, tmp_path: Path) -> None:
    assert len(_second_run(tmp_path, rules=rules).asked) == 3


def test_another_exercise_makes_the_records_anew(tmp_path: Path) -> None:
    assert len(_second_run(tmp_path, course=[read(REPOSITORY / "solutions" / "05_consistency.ipynb")]).asked) == 3


def test_a_file_that_was_changed_is_judged_anew_and_no_other(tmp_path: Path) -> None:
    assert _second_run(tmp_path, change="1.ipynb").asked == ["1.ipynb"]


def test_again_judges_everything_anew(tmp_path: Path) -> None:
    assert len(_second_run(tmp_path, again=True).asked) == 3


def test_what_was_judged_without_a_sandbox_is_judged_anew_where_one_is_required(tmp_path: Path) -> None:
    assert len(_second_run(tmp_path, first=Pool(boundary=Boundary(None).words), sandboxed=True).asked) == 3


def test_a_record_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    submissions, out = _submissions(tmp_path, 3), tmp_path / "out"
    grade(submissions, out, COURSE, RULES, Workers(Pool(), 1))
    broken = min((out / RECORDS).iterdir())
    name = json.loads(broken.read_text())["name"]
    broken.write_text(broken.read_text()[:100])

    second = Pool()
    grade(submissions, out, COURSE, RULES, Workers(second, 1))

    assert second.asked == [name]


def test_two_files_of_one_name_in_a_zip_are_two_submissions(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for name in ("a/../b.ipynb", "a/b.ipynb", "/a/b.ipynb"):
            archive.writestr(name, "{}")

    with opened(tmp_path / "s.zip") as submissions:
        assert sorted(one.name for one in submissions) == ["a/b.ipynb", "a/b.ipynb (1)", "a/b.ipynb (2)"]


def test_checkpoints_and_what_a_mac_adds_are_not_submissions(tmp_path: Path) -> None:
    names = ["ada/a.ipynb", "ada/.ipynb_checkpoints/a-checkpoint.ipynb", "__MACOSX/ada/._a.ipynb", "ada/notes.txt"]
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
            (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "folder" / name).write_text("{}")

    for place in ("s.zip", "folder"):
        with opened(tmp_path / place) as submissions:
            assert [one.name for one in submissions] == ["ada/a.ipynb"]


@pytest.mark.parametrize("above", ["", "submitted/", "class/submitted/"])
def test_who_handed_in_no_notebook_is_named(above: str, tmp_path: Path) -> None:
    names = ["ada/05.ipynb", "ada/notes.txt", "bob/05.py", "bob/.ipynb_checkpoints/05.ipynb", "carol.docx", "dan.ipynb"]
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for name in names:
            archive.writestr(above + name, "{}")
    zipfile.ZipFile(tmp_path / "s.zip").extractall(tmp_path / "folder")

    for place in ("s.zip", "folder"):
        assert without_notebook(tmp_path / place) == ["bob", "carol.docx"]


def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "ada_05_consistency.ipynb").write_text("")
    course = exercises_in(REPOSITORY / "exercises")

    (record,) = _here(tmp_path, course)

    assert (record.lesson, record.points, record.results[0].verdict) == ("05", 0, "cannot be read")


def test_what_came_late_is_noted(tmp_path: Path) -> None:
    for name in ("ada_LATE_1_2_05_consistency.ipynb", "bob_1_2_05_consistency.ipynb"):
        (tmp_path / name).write_text("")

    assert [record.notes for record in _here(tmp_path, COURSE)] == [(LATE,), ()]


def test_records_are_for_the_teachers_eyes_alone(tmp_path: Path) -> None:
    grade(_submissions(tmp_path, 1), tmp_path / "out", COURSE, RULES, Workers(Pool(), 1))

    assert (tmp_path / "out" / RECORDS).stat().st_mode & 0o077 == 0


def _here(folder: Path, course: list[Any]) -> Records:
    class Here(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(fn(*args, **kwargs))
            return future

    with opened(folder) as submissions:
        return grade(submissions, folder / "out", course, RULES, Workers(Here(), 1))


def _submissions(folder: Path, count: int) -> list[Submission]:
    for number in range(count):
        (folder / f"{number}.ipynb").write_text(str(number))
    return [Submission(f"{number}.ipynb", (folder / f"{number}.ipynb").read_bytes) for number in range(count)]


def _second_run(
    folder: Path,
    *,
    first: Pool | None = None,
    rules: Rules = RULES,
    course: list[Any] = COURSE,
    change: str = "",
    again: bool = False,
    sandboxed: bool = False,
) -> Pool:
    """What the pool of a second run was asked for, after a first one of three submissions."""
    submissions, out, second = _submissions(folder, 3), folder / "out", Pool()
    grade(submissions, out, COURSE, RULES, Workers(first or Pool(), 1))
    if change:
        (folder / change).write_text("changed")
    grade(submissions, out, course, rules, Workers(second, 1, sandboxed), again=again)
    return second
