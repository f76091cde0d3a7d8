"""Files and zips that are made to break, fill or leave the place where they are read."""

import json
import os
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from dynateach.errors import GradingError
from dynateach.grading.handed_in import MOST, opened
from dynateach.grading.lay import LARGEST, Unreadable, cell_ids, content_of

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "id": "a", "source": "1"}]}).encode()


@pytest.mark.parametrize("name", ["../out.ipynb", "/out.ipynb", "..\\out.ipynb", "a/../../out.ipynb", "C:\\out.ipynb"])
def test_a_name_in_a_zip_leads_nowhere(name: str, tmp_path: Path) -> None:
    place = _zip(tmp_path, {name: NOTEBOOK})

    with opened(place) as (submission,):
        assert ".." not in Path(submission.name).parts
        assert not submission.name.startswith("/")
        assert submission.content() == NOTEBOOK
    assert [path.name for path in tmp_path.rglob("*.ipynb")] == []


def test_a_broken_entry_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    place = _zip(tmp_path, {"bad.ipynb": bytes(1_000) + NOTEBOOK, "good.ipynb": NOTEBOOK})
    packed = bytearray(place.read_bytes())
    packed[45:55] = b"\xff" * 10
    place.write_bytes(packed)

    with opened(place) as (bad, good):
        assert cell_ids(good.content()) == {"a"}
        with pytest.raises(Unreadable):
            cell_ids(bad.content())


def test_an_encrypted_entry_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    place = _zip(tmp_path, {"good.ipynb": NOTEBOOK, "locked.ipynb": NOTEBOOK})
    packed = bytearray(place.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.rindex(mark) + flags] |= 1
    place.write_bytes(packed)

    with opened(place) as (good, locked):
        assert cell_ids(good.content()) == {"a"}
        with pytest.raises(Unreadable):
            cell_ids(locked.content())


def test_a_bomb_in_a_zip_is_cut(tmp_path: Path) -> None:
    with opened(_zip(tmp_path, {"bomb.ipynb": bytes(40_000_000)})) as (bomb,), pytest.raises(Unreadable, match="10 MB"):
        bomb.content()


def test_a_zip_that_grows_without_end_when_unpacked_fills_neither_disk_nor_memory(tmp_path: Path) -> None:
    place = _zip(tmp_path, {f"{number}.ipynb": bytes(LARGEST) for number in range(20)} | {"ada.ipynb": NOTEBOOK})
    before = set(Path(tempfile.gettempdir()).iterdir())

    with opened(place) as submissions:
        tracemalloc.start()
        right = [one.name for one in submissions if one.content() == NOTEBOOK]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        unpacked = set(Path(tempfile.gettempdir()).glob("dynateach-*")) - before

    assert (right, unpacked) == (["ada.ipynb"], set())
    assert most < 4 * LARGEST


def test_a_packing_that_cannot_be_unpacked_in_parts_is_not_read_and_the_others_are(tmp_path: Path) -> None:
    place = tmp_path / "submissions.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("good.ipynb", NOTEBOOK, zipfile.ZIP_DEFLATED)
        archive.writestr("small.ipynb", NOTEBOOK, zipfile.ZIP_BZIP2)

    with opened(place) as (good, small):
        assert cell_ids(good.content()) == {"a"}
        with pytest.raises(Unreadable, match="Unpack the zip"):
            small.content()


def test_a_zip_of_too_many_notebooks_is_refused_and_says_whose_they_are(tmp_path: Path) -> None:
    place = _zip(tmp_path, {"ada/a.ipynb": NOTEBOOK} | {f"mallory/{number}.ipynb": b"" for number in range(MOST)})

    with pytest.raises(GradingError, match="20,001 notebooks") as caught, opened(place):
        pass

    assert f"{MOST:,} of them in mallory" in caught.value.where


def test_a_pipe_and_a_folder_are_no_submissions(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()

    for name in ("pipe.ipynb", "folder.ipynb"):
        with pytest.raises(Unreadable):
            content_of(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00", b"\x00" * 100, b"{" * 50_000, b'{"cells":' * 50_000, b'{"cells": ' + b"9" * 5_000 + b"}",
        b'{"cells": "x"}', b'{"worksheets": [{"cells": []}]}', b"null", b"NaN", b"\xef\xbb\xbfnothing",
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        cell_ids(content)


@pytest.mark.parametrize(
    "cell",
    [1, None, [], {}, {"cell_type": "code"}, {"cell_type": "code", "id": 5}, {"cell_type": "raw", "id": "b"}],
)
def test_what_is_no_cell_is_passed_over(cell: object) -> None:
    assert cell_ids(json.dumps({"cells": [cell, {"cell_type": "code", "id": "a", "source": {"x": 1}}]}).encode()) == {
        "a"
    }


def _zip(folder: Path, files: dict[str, bytes]) -> Path:
    place = folder / "submissions.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place
