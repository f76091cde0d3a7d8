"""The learner's folder: what arrives, what is brought up to date, what is left alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dynateach import workbook
from dynateach.errors import WorkbookError

LESSON = "notebooks/01_lesson.ipynb"
BESIDE = "notebooks/NEW 01_lesson.ipynb"

Publish = Callable[..., None]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """``publish(text, …)`` makes the shipped workbook hold one lesson with that text, and any further files."""
    source = tmp_path / "shipped"
    monkeypatch.setattr(workbook, "origin", lambda: source)

    def publish(text: str, **files: str) -> None:
        _write(source / LESSON, _notebook(text))
        _write(source / "exercises" / "01_lesson.ipynb", _notebook("answer = ..."))
        for name, content in files.items():
            _write(source / "notebooks" / name, content)

    return publish


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "my wörk 本"


def test_a_new_folder_gets_every_notebook_and_exercise(publish: Publish, folder: Path) -> None:
    publish("edition 1")

    copied = workbook.copy_to(folder)

    assert copied.written == ["exercises/01_lesson.ipynb", LESSON]
    assert _text(folder / LESSON) == "edition 1"


def test_copying_again_changes_nothing(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    before = _bytes_of(folder)

    copied = workbook.copy_to(folder)

    assert (copied.written, copied.updated, copied.kept) == ([], [], [])
    assert _bytes_of(folder) == before


def test_an_unchanged_lesson_is_updated(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    publish("edition 2")

    copied = workbook.copy_to(folder)

    assert copied.updated == [LESSON]
    assert _text(folder / LESSON) == "edition 2"


def test_a_lesson_that_was_only_run_counts_as_unchanged(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    ran = json.loads((folder / LESSON).read_text())
    ran["cells"][0] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}]}
    ran["metadata"] = {"kernelspec": {"name": "python3"}}
    _write(folder / LESSON, json.dumps(ran))
    publish("edition 2")

    assert workbook.copy_to(folder).updated == [LESSON]


def test_a_lesson_whose_check_changed_is_a_new_edition(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    shipped = workbook.origin() / LESSON
    renamed = json.loads(shipped.read_text())
    renamed["cells"][0]["metadata"] = {"dynateach": {"check": "01.9"}}
    _write(shipped, json.dumps(renamed))

    assert workbook.copy_to(folder).updated == [LESSON]


def test_a_changed_lesson_stays_and_the_new_edition_goes_beside_it(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))
    publish("edition 2")

    copied = workbook.copy_to(folder)

    assert copied.kept == [(LESSON, BESIDE)]
    assert (_text(folder / LESSON), _text(folder / BESIDE)) == ("my answer", "edition 2")


def test_a_changed_lesson_without_a_new_edition_is_left_in_peace(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))

    assert workbook.copy_to(folder).kept == []
    assert not (folder / BESIDE).exists()


def test_the_same_new_edition_is_offered_once(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))
    publish("edition 2")
    workbook.copy_to(folder)
    (folder / BESIDE).unlink()

    assert workbook.copy_to(folder).kept == []


def test_a_third_edition_replaces_an_untouched_second_one(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))
    for edition in ("edition 2", "edition 3"):
        publish(edition)
        assert workbook.copy_to(folder).kept == [(LESSON, BESIDE)]

    assert _text(folder / BESIDE) == "edition 3"


def test_a_third_edition_spares_a_second_one_that_was_changed_too(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))
    publish("edition 2")
    workbook.copy_to(folder)
    _write(folder / BESIDE, _notebook("my second answer"))
    publish("edition 3")

    assert workbook.copy_to(folder).kept == [(LESSON, "notebooks/NEW 2 01_lesson.ipynb")]
    assert _text(folder / BESIDE) == "my second answer"


def test_a_deleted_lesson_comes_back(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    (folder / LESSON).unlink()

    assert workbook.copy_to(folder).written == [LESSON]


def test_files_that_only_the_learner_has_are_never_touched(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    _write(folder / "notebooks" / "my notes.ipynb", "mine, and no notebook at all")

    workbook.copy_to(folder)

    assert (folder / "notebooks" / "my notes.ipynb").read_text() == "mine, and no notebook at all"


def test_a_file_that_was_there_before_the_first_copy_stays(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    _write(folder / LESSON, _notebook("older than dynateach"))

    assert workbook.copy_to(folder).kept == [(LESSON, BESIDE)]
    assert _text(folder / LESSON) == "older than dynateach"


@pytest.mark.parametrize("record", ["{half a rec", "[]", '{"files": 7}', "\0\0", '{"files": {"a": 1}}'])
def test_a_damaged_record_costs_no_work(publish: Publish, folder: Path, record: str) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, _notebook("my answer"))
    _write(folder / workbook.RECORD, record)

    copied = workbook.copy_to(folder)

    assert copied.kept == [(LESSON, BESIDE)]
    assert _text(folder / LESSON) == "my answer"
    assert workbook.copy_to(folder).record_lost is False


def test_a_damaged_record_is_reported(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    _write(folder / workbook.RECORD, "{half a rec")

    assert workbook.copy_to(folder).record_lost


def test_a_notebook_damaged_by_the_learner_is_kept_byte_for_byte(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    _write(folder / LESSON, "<<<<<<< mine")
    publish("edition 2")

    workbook.copy_to(folder)

    assert (folder / LESSON).read_text() == "<<<<<<< mine"


def test_checkpoints_and_hidden_files_do_not_travel(publish: Publish, folder: Path) -> None:
    publish("edition 1", **{".ipynb_checkpoints/01_lesson-checkpoint.ipynb": "{}", ".hidden": "", "helper.py": "x = 1"})

    assert workbook.copy_to(folder).written == ["exercises/01_lesson.ipynb", LESSON, "notebooks/helper.py"]


def test_a_write_that_fails_half_way_leaves_the_old_file(
    publish: Publish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    before = _bytes_of(folder)
    publish("edition 2")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(WorkbookError, match="No space left on device"):
        workbook.copy_to(folder)

    assert _bytes_of(folder) == before


@pytest.mark.parametrize("in_the_way", ["", "notebooks", "exercises"])
def test_a_file_where_a_folder_should_be_is_named(publish: Publish, folder: Path, in_the_way: str) -> None:
    publish("edition 1")
    _write(folder / in_the_way, "a file")

    with pytest.raises(WorkbookError) as refusal:
        workbook.copy_to(folder)

    assert str(folder / in_the_way) in refusal.value.where
    assert refusal.value.next


@pytest.mark.parametrize("in_the_way", [LESSON, workbook.RECORD])
def test_a_folder_where_a_file_should_be_is_named(publish: Publish, folder: Path, in_the_way: str) -> None:
    publish("edition 1")
    (folder / in_the_way).mkdir(parents=True)

    with pytest.raises(WorkbookError) as refusal:
        workbook.copy_to(folder)

    assert refusal.value.where == str(folder / in_the_way)


def test_a_folder_that_cannot_be_made_is_named(publish: Publish) -> None:
    publish("edition 1")

    with pytest.raises(WorkbookError) as refusal:
        workbook.copy_to(Path("/dev/null/workbook"))

    assert refusal.value.where == "/dev/null/workbook"


def test_a_home_folder_that_nobody_knows_is_named(publish: Publish) -> None:
    publish("edition 1")

    with pytest.raises(WorkbookError) as refusal:
        workbook.copy_to(Path("~nobody-at-all/workbook"))

    assert refusal.value.where == "~nobody-at-all/workbook"


def test_the_workbook_is_never_copied_onto_its_own_source(publish: Publish) -> None:
    publish("edition 1")

    with pytest.raises(WorkbookError, match="onto itself"):
        workbook.copy_to(workbook.origin())


@pytest.mark.parametrize("inside", ["notebooks", "notebooks/deeper", "exercises"])
def test_the_workbook_is_never_copied_into_its_own_source(publish: Publish, tmp_path: Path, inside: str) -> None:
    publish("edition 1")
    with pytest.raises(WorkbookError, match="onto itself"):
        workbook.copy_to(tmp_path / "shipped" / inside)


def test_a_lesson_that_gained_an_empty_cell_counts_as_unchanged(publish: Publish, folder: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    ran = json.loads((folder / LESSON).read_text())
    ran["cells"].append({"id": "f00", "cell_type": "code", "metadata": {}, "source": [], "outputs": []})
    _write(folder / LESSON, json.dumps(ran))
    publish("edition 2")
    assert workbook.copy_to(folder).updated == [LESSON]


def test_a_copy_that_was_broken_off_still_knows_what_it_wrote(publish: Publish, folder: Path) -> None:
    publish("edition 1", **{"02_later.txt": "edition 1"})
    workbook.copy_to(folder)
    in_the_way = folder / "notebooks" / "02_later.txt"
    in_the_way.unlink()
    in_the_way.mkdir()
    publish("edition 2")
    with pytest.raises(WorkbookError):
        workbook.copy_to(folder)
    in_the_way.rmdir()
    publish("edition 3")
    copied = workbook.copy_to(folder)
    assert (copied.updated, copied.kept) == ([LESSON], [])


def test_a_linked_lesson_stays_a_link_and_keeps_its_mode(publish: Publish, folder: Path, tmp_path: Path) -> None:
    publish("edition 1")
    workbook.copy_to(folder)
    elsewhere = tmp_path / "elsewhere.ipynb"
    (folder / LESSON).rename(elsewhere)
    elsewhere.chmod(0o600)
    (folder / LESSON).symlink_to(elsewhere)
    publish("edition 2")
    workbook.copy_to(folder)
    assert (folder / LESSON).is_symlink()
    assert _text(elsewhere) == "edition 2"
    assert elsewhere.stat().st_mode & 0o777 == 0o600


def test_this_installation_carries_notebooks() -> None:
    assert (workbook.origin() / "notebooks").is_dir()


def _notebook(text: str) -> str:
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "say",
        "metadata": {},
        "source": [text],
        "outputs": [],
        "execution_count": None,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _text(path: Path) -> str:
    return "".join(json.loads(path.read_text())["cells"][0]["source"])


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def _bytes_of(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
