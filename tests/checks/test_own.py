"""A course's own checks: where they are found, what of them is run, and how a mistake in them is told."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from dynateach import checks, hint
from dynateach.checks.own import NONE, VARIABLE, Sources, at_hand, loaded, read
from dynateach.errors import CourseError, TaskError
from dynateach.grading.check import check

TASK = """
from dynateach.checks.task import Task
TASK = Task(
    id="{id}", title="Four", points=1, answers=("four",), hints=("{hint}", "b", "c"), learnt="",
    inputs=lambda seed: (), prepare=print, judge=print,
)
"""
OURS = TASK.format(id="20.1", hint="a")


def test_tasks_are_found_by_their_ids_in_files_of_any_name(tmp_path: Path) -> None:
    own = _course(
        tmp_path,
        {
            "20-one.py": OURS,
            "lesson_21/two.py": TASK.format(id="21.1", hint="a"),
            "made.py": "from dynateach.checks.task import Task\nfrom dataclasses import replace\nfrom .lesson_21.two import TASK\n"
            "_BASE = replace(TASK, id='none')\nMANY = [replace(_BASE, id=f'22.{n}') for n in (1, 2)]",
        },
    )

    assert sorted(found.task.id for found in loaded(own)) == ["20.1", "21.1", "22.1", "22.2"]
    assert checks.find("22.2", own).id == "22.2"
    assert checks.find("05.1", own) is checks.find("05.1")


def test_without_a_course_there_are_only_our_tasks(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"there is no task '20\.1'"):
        checks.find("20.1", read(tmp_path))


def test_a_task_of_ours_may_be_a_model_for_ones_own(tmp_path: Path) -> None:
    model = "from dataclasses import replace\nfrom dynateach.checks.lesson_05.stock import TASK\nMINE = replace(TASK, id='20.1')"

    assert checks.find("20.1", _course(tmp_path, {"a.py": model})).answers == checks.find("05.5").answers


@pytest.mark.parametrize("place", [".", "exercises"])
def test_a_notebook_finds_its_course_beside_it_and_above_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    _course(tmp_path, {"a.py": TASK.format(id="20.1", hint="look closely")})
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / place)

    hint("20.1", 1)

    assert "look closely" in capsys.readouterr().out


def test_a_notebook_elsewhere_finds_the_course_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _course(tmp_path / "named", {"a.py": OURS})
    _course(tmp_path / "here", {"a.py": TASK.format(id="21.1", hint="a")})
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "named"))

    assert [found.task.id for found in loaded(at_hand())] == ["20.1"]


def test_an_environment_that_names_no_course_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))

    with pytest.raises(CourseError, match=VARIABLE) as refusal:
        check("20.1", 4)

    assert refusal.value.where == str(tmp_path / "checks")


def test_a_folder_of_that_name_that_is_not_about_checks_is_never_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    assert _course(tmp_path, {"disk.py": f"import dynateach\nopen({str(ran)!r}, 'w')"}) == NONE
    own = _course(tmp_path, {"a.py": OURS})

    assert [found.task.id for found in loaded(own)] == ["20.1"]
    assert not ran.exists()


def test_what_is_wrong_in_a_folder_that_is_not_about_checks_disturbs_nobody(tmp_path: Path) -> None:
    _course(tmp_path, {"old.py": ""})
    (tmp_path / "checks" / "old.py").write_bytes(b"print 'caf\xe9'")
    (tmp_path / "checks" / "gone.py").symlink_to(tmp_path / "nowhere")

    assert read(tmp_path) == NONE


def test_a_folder_that_was_deleted_has_no_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    assert at_hand() == NONE


def test_a_mended_check_counts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in ("before", "after"):
        _course(tmp_path, {"words.py": f"WORDS = {words!r}", "a.py": _imported("WORDS", '"a"')})
        hint("20.1", 1)

    assert capsys.readouterr().out.splitlines() == ["Hint 1 of 3: before", "Hint 1 of 3: after"]


def test_checks_can_be_loaded_in_another_process_where_their_folder_is_not(tmp_path: Path) -> None:
    own = _course(tmp_path, {"words.py": "ID = '20.1'", "a.py": _imported("ID", '"20.1"')})
    for path in (tmp_path / "checks").iterdir():
        path.unlink()
    code = "import pickle, sys; from dynateach import checks; print(checks.find('20.1', pickle.load(sys.stdin.buffer)).title)"

    said = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(own), cwd=tmp_path, capture_output=True, check=False
    )

    assert (said.stdout, said.stderr) == (b"Four\n", b"")


def test_loading_leaves_nothing_in_the_course(tmp_path: Path) -> None:
    loaded(_course(tmp_path, {"a.py": OURS}))

    assert [path.name for path in (tmp_path / "checks").iterdir()] == ["a.py"]


BROKEN: dict[str, tuple[str, str, str]] = {
    "what is no Python": (f"{OURS}\ndef", "SyntaxError", "a.py, line 8"),
    "a name that is not there": (f"{OURS}\nTsk", "name 'Tsk' is not defined", "a.py, line 8"),
    "a call that fails deeper": (f"{OURS}\ndef f():\n    1 / 0\nf()", "ZeroDivisionError", "a.py, line 9"),
    "an end of the program": (f"{OURS}\nraise SystemExit", "SystemExit", "a.py, line 8"),
    "an import without the dot": (f"import shelf\n{OURS}", "with a dot: from .name import thing", "a.py, line 1"),
    "a task that lacks a part": (OURS.replace(", judge=print", ""), "missing 1 required", "a.py, line 3"),
    "answers without the comma": (OURS.replace('("four",)', '("four")'), "answers of task 20.1 is 'four'", "a.py"),
    "two hints": (OURS.replace('"b", ', ""), "Give it a tuple of three texts", "a.py"),
    "points that are no number": (OURS.replace("points=1", "points='1'"), "points of task 20.1", "a.py"),
    "no function": (OURS.replace("judge=print", "judge=4"), "judge of task 20.1 is 4", "a.py"),
    "an id without a number": (OURS.replace("20.1", "shelf"), 'a text such as "20.1"', "a.py"),
    "an id that is ours": (OURS.replace("20.1", "05.1"), "dynateach has a task 05.1 already", "a.py"),
    "an id that comes twice": (f"{OURS}\n{OURS.replace('TASK', 'SECOND')}", "Two tasks have the id 20.1", "a.py"),
    "another alphabet": ("# coding: latin-9000\n# dynateach.checks", "A check cannot be read", "a.py"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_check_says_what_where_and_what_next(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, words, where = BROKEN[what]
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CourseError) as refusal:
        checks.find("20.1", _course(tmp_path, {"a.py": text}))

    assert words in str(refusal.value)
    assert refusal.value.where == str(tmp_path / "checks" / where)
    assert refusal.value.next


def test_a_check_that_breaks_tells_a_learner_whose_fault_it_is_and_a_teacher_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _course(tmp_path, {"a.py": OURS.replace("lambda seed: ()", "lambda seed: [1 // (seed - 1)]")})

    with pytest.raises(CourseError) as refusal:
        check("20.1", 4)

    assert refusal.value.what == "The check of 20.1 broke: ZeroDivisionError: integer division or modulo by zero"
    assert refusal.value.where == f"{tmp_path / 'checks' / 'a.py'}, line 5"
    assert refusal.value.next == "It is not your answer's fault. Tell your teacher."


def test_two_files_with_the_same_id_are_both_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as refusal:
        loaded(_course(tmp_path, {"a.py": OURS, "b.py": OURS}))

    assert all(name in refusal.value.where for name in ("a.py", "b.py"))


def _imported(name: str, instead: str) -> str:
    """The task, with a part of it taken from another file of the course."""
    return f"from .words import {name}\n{OURS.replace(instead, name)}"


def _course(folder: Path, files: dict[str, str]) -> Sources:
    for name, text in files.items():
        path = folder / "checks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read(folder)
