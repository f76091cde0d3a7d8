"""Files and zips that are made to break, fill or leave the place where they are read."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from dynateach.grading.batch import opened
from dynateach.grading.lay import Unreadable, cell_ids, content_of

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "id": "a", "source": "1"}]}).encode()


@pytest.mark.parametrize("name", ["../out.ipynb", "/out.ipynb", "..\\out.ipynb", "a/../../out.ipynb", "C:\\out.ipynb"])
def test_a_name_in_a_zip_leads_nowhere(name: str, tmp_path: Path) -> None:
    place = _zip(tmp_path, {name: NOTEBOOK})

    with opened(place) as (submission,):
        assert ".." not in Path(submission.name).parts
        assert not submission.name.startswith("/")
        assert submission.path.resolve().is_relative_to(submission.path.parent.resolve())
        assert content_of(submission.path) == NOTEBOOK
    assert [path.name for path in tmp_path.rglob("*.ipynb")] == []


def test_a_broken_entry_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    place = _zip(tmp_path, {"bad.ipynb": bytes(1_000) + NOTEBOOK, "good.ipynb": NOTEBOOK})
    packed = bytearray(place.read_bytes())
    packed[45:55] = b"\xff" * 10
    place.write_bytes(packed)

    with opened(place) as (bad, good):
        assert cell_ids(content_of(good.path)) == {"a"}
        with pytest.raises(Unreadable):
            cell_ids(content_of(bad.path))


def test_an_encrypted_entry_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    place = _zip(tmp_path, {"good.ipynb": NOTEBOOK, "locked.ipynb": NOTEBOOK})
    packed = bytearray(place.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.rindex(mark) + flags] |= 1
    place.write_bytes(packed)

    with opened(place) as (good, locked):
        assert cell_ids(content_of(good.path)) == {"a"}
        with pytest.raises(Unreadable):
            cell_ids(content_of(locked.path))


def test_a_bomb_in_a_zip_is_cut(tmp_path: Path) -> None:
    with opened(_zip(tmp_path, {"bomb.ipynb": bytes(40_000_000)})) as (bomb,), pytest.raises(Unreadable, match="10 MB"):
        content_of(bomb.path)


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
