"""An exercise goes back to its shipped state, and the learner's work is kept beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dynateach import workbook
from dynateach.cli import main

NAME = "05_consistency.ipynb"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workbook.copy_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _work_in(folder: Path, text: str) -> str:
    exercise = folder / "exercises" / NAME
    notebook = json.loads(exercise.read_text())
    notebook["cells"][0]["source"] = [text]
    exercise.write_text(json.dumps(notebook))
    return exercise.read_text()


def _reset(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("reset", *arguments))


@pytest.mark.parametrize("wanted", ["05", NAME, f"exercises/{NAME}"])
def test_an_exercise_is_as_shipped_again_and_the_work_is_kept(folder: Path, wanted: str) -> None:
    work = _work_in(folder, "my answer")

    result = _reset(wanted)

    assert (folder / "exercises" / NAME).read_bytes() == (workbook.origin() / "exercises" / NAME).read_bytes()
    assert (folder / "exercises" / f"MINE {NAME}").read_text() == work
    assert f"MINE {NAME}" in result.stdout


def test_a_second_copy_does_not_replace_the_first(folder: Path) -> None:
    works = []
    for text in ("first", "second"):
        works.append(_work_in(folder, text))
        _reset("05")

    copies = (f"MINE {NAME}", f"MINE 2 {NAME}")
    assert [(folder / "exercises" / copy).read_text() for copy in copies] == works


def test_an_exercise_that_is_reset_is_updated_like_any_other(folder: Path) -> None:
    _work_in(folder, "my answer")
    _reset("05")

    copied = workbook.copy_to(folder)

    assert (copied.written, copied.updated, copied.kept) == ([], [], [])


def test_a_deleted_exercise_comes_back(folder: Path) -> None:
    (folder / "exercises" / NAME).unlink()
    _reset("05")

    assert [path.name for path in (folder / "exercises").glob(f"*{NAME}")] == [NAME]


def test_an_exercise_without_work_gets_no_copy(folder: Path) -> None:
    assert "as shipped already" in _reset("05").stdout
    assert not (folder / "exercises" / f"MINE {NAME}").exists()


def test_a_lesson_can_be_reset_by_its_path(folder: Path) -> None:
    (folder / "notebooks" / NAME).write_text("damaged")

    _reset(f"notebooks/{NAME}")

    assert (folder / "notebooks" / f"MINE {NAME}").read_text() == "damaged"


def test_it_is_found_from_the_folder_of_the_exercises(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _work_in(folder, "my answer")
    monkeypatch.chdir(folder / "exercises")

    assert _reset("05").exit_code == 0
    assert (folder / "exercises" / f"MINE {NAME}").exists()


def test_what_is_no_exercise_is_refused_with_those_there_are(folder: Path) -> None:
    result = _reset("77")

    assert result.exit_code == 2
    assert "05" in result.stderr


def test_a_folder_that_is_no_workbook_is_left_alone(tmp_path: Path) -> None:
    result = _reset("05", str(tmp_path))

    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_work_stays_where_the_copy_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = _work_in(folder, "my answer")

    real = Path.open

    def full_disk(path: Path, mode: str = "r", *more: Any, **others: Any) -> Any:
        if "x" in mode:
            raise OSError(28, "No space left on device")
        return real(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", full_disk)
    result = _reset("05")

    assert result.exit_code == 2
    assert (folder / "exercises" / NAME).read_bytes() == work.encode()
