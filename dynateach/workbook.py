"""Where the notebooks travel, and how they reach a learner's folder without ever overwriting the learner's work.

A hidden record in the folder keeps one fingerprint for each file that we put there: the edition last offered. A file that
still has that fingerprint is ours to update. Any other file is the learner's: it stays, and the new edition goes beside it.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from dynateach import files
from dynateach.errors import WorkbookError

START = "notebooks/00_start_here.ipynb"
RECORD = ".dynateach.json"

_NAME_ANOTHER = "Name another folder: dynateach lab FOLDER"
FOLDERS = ("notebooks", "exercises")
_PACKAGE = Path(__file__).resolve().parent
_TEACHING_METADATA = ("dynateach", "nbgrader", "tags")


@dataclass
class Copied:
    """What one copy did. File names are relative to ``folder``, with forward slashes.

    ``kept`` pairs a file that the learner has changed with the new edition that lies beside it. ``record_lost`` says that
    the folder's record could not be read, so that every differing file was taken to be the learner's.
    """

    folder: Path
    written: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    record_lost: bool = False


@dataclass
class Restored:
    """One notebook put back. ``copy`` is where the learner's work is kept; ``same`` says that nothing had changed."""

    path: Path
    same: bool
    copy: Path | None = None


def default_folder() -> Path:
    """The folder that ``dynateach lab`` uses when none is named: ``dynateach-workbook`` in the home folder.

    Raises WorkbookError where nobody knows which folder that is.
    """
    return _in_full(Path("~/dynateach-workbook"))


def workbook_of(folder: Path) -> Path | None:
    """The workbook that ``folder`` is, or of which it is a part; None if it is neither."""
    candidate = folder.parent if folder.name in FOLDERS else folder
    return candidate if (candidate / RECORD).is_file() else None


def at_hand(folder: Path | None = None) -> Path:
    """The workbook in ``folder``; without one the workbook that this program runs in, or else the default folder.

    Raises WorkbookError if ``folder`` is no workbook's.
    """
    if folder is None:
        return workbook_of(Path.cwd()) or default_folder()
    found = workbook_of(_in_full(folder))
    if found is None:
        raise WorkbookError("There is no workbook here", where=str(folder), next="Make one: dynateach lab FOLDER")
    return found


def origin() -> Path:
    """The folder that holds the shipped notebooks: inside the installed package, or the top of a checkout.

    Raises WorkbookError if this installation carries no notebooks.
    """
    for place in (_PACKAGE / "_workbook", _PACKAGE.parent):
        if (place / "notebooks").is_dir():
            return place
    raise WorkbookError(
        "This installation carries no notebooks",
        where=str(_PACKAGE),
        next="Install it again: pip install --force-reinstall dynateach",
    )


def copy_to(folder: Path) -> Copied:
    """Bring ``folder`` up to date with the shipped notebooks and exercises; make it if need be.

    Raises WorkbookError if the folder cannot be made, read or written, or is the source of the notebooks itself.
    """
    source = origin()
    folder = _in_full(folder)
    _refuse_the_source(folder, source)
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    copied = Copied(folder)
    offered = _read_record(copied)
    try:
        for name in _shipped(source):
            _offer(name, (source / name).read_bytes(), offered, copied)
    finally:  # what was written is ours, even if the next file cannot be
        _write_record(folder, offered)
    return copied


def restore(folder: Path, wanted: str) -> Restored:
    """Put one shipped notebook of the workbook in ``folder`` back to its shipped state; the learner's goes beside it.

    ``wanted`` is a lesson's number, which names its exercise, or a file name. Raises WorkbookError if there is no such
    notebook or no workbook, or the folder cannot be written.
    """
    folder, source = at_hand(folder), origin()
    name = _find(wanted, _shipped(source))
    edition, target = (source / name).read_bytes(), folder / name
    restored = Restored(target, same=_fingerprint_of(target) == fingerprint(edition))
    if restored.same:
        return restored
    offered = _read_record(Copied(folder))
    with _explained(folder):
        restored.copy = _keep_beside(target)
    _write(target, edition)
    _write_record(folder, offered | {name: fingerprint(edition)})
    return restored


def fingerprint(content: bytes) -> str:
    """SHA-256 over what an author writes, in hexadecimal.

    For a notebook that is each cell's id, type, text, attachments and teaching metadata: running and saving it changes
    nothing, nor does the empty cell that JupyterLab adds at the end. For any other file, and for a notebook that cannot be
    read, it is every byte.
    """
    try:
        cells = [_authored(cell) for cell in _without_empty_end(json.loads(content)["cells"])]
        content = json.dumps(cells, sort_keys=True).encode()
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    return hashlib.sha256(content).hexdigest()


def _in_full(folder: Path) -> Path:
    try:
        return folder.expanduser().absolute()
    except RuntimeError as error:
        raise WorkbookError("There is no such home folder", where=str(folder), next=_NAME_ANOTHER) from error


def _authored(cell: dict[str, Any]) -> list[Any]:
    metadata = {key: cell["metadata"][key] for key in _TEACHING_METADATA if key in cell["metadata"]}
    return [cell.get("id"), cell["cell_type"], "".join(cell["source"]), metadata, cell.get("attachments")]


def _without_empty_end(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    end = len(cells)
    while end and not "".join(cells[end - 1]["source"]).strip():
        end -= 1
    return cells[:end]


def _shipped(source: Path) -> list[str]:
    files = (file for folder in FOLDERS for file in (source / folder).rglob("*") if file.is_file())
    names = (file.relative_to(source).as_posix() for file in files)
    return sorted(name for name in names if "/." not in name and "__pycache__" not in name)


def _offer(name: str, edition: bytes, offered: dict[str, str], copied: Copied) -> None:
    target = copied.folder / name
    current = _fingerprint_of(target)
    new = fingerprint(edition)
    if current is None:
        copied.written.append(name)
        _write(target, edition)
    elif current not in (new, offered.get(name)) and offered.get(name) != new:
        copied.kept.append((name, _put_beside(name, edition, offered, copied.folder)))
    elif current != new and current == offered.get(name):
        copied.updated.append(name)
        _write(target, edition)
    offered[name] = new


def _put_beside(name: str, edition: bytes, offered: dict[str, str], folder: Path) -> str:
    new = fingerprint(edition)
    for beside in _names_beside(name, "NEW"):
        current = _fingerprint_of(folder / beside)
        if current is None or current in (new, offered.get(beside)):
            if current != new:
                _write(folder / beside, edition)
            offered[beside] = new
            return beside
    raise AssertionError("names never run out")


def _names_beside(name: str, word: str) -> Iterator[str]:
    path = PurePosixPath(name)
    yield str(path.with_name(f"{word} {path.name}"))
    for number in count(2):
        yield str(path.with_name(f"{word} {number} {path.name}"))


def _fingerprint_of(file: Path) -> str | None:
    with _explained(file):
        try:
            return fingerprint(file.read_bytes())
        except FileNotFoundError:
            return None


def _read_record(copied: Copied) -> dict[str, str]:
    record = copied.folder / RECORD
    with _explained(record):
        try:
            text = record.read_bytes()
        except FileNotFoundError:
            return {}
    try:
        return {str(name): str(known) for name, known in json.loads(text)["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        copied.record_lost = True
        return {}


def _write_record(folder: Path, offered: dict[str, str]) -> None:
    _write(folder / RECORD, json.dumps({"files": offered}, indent=1, sort_keys=True).encode() + b"\n")


def _find(wanted: str, names: list[str]) -> str:
    """The shipped notebook that is meant: ``05``, ``05_consistency.ipynb``, ``notebooks/05_consistency.ipynb``."""
    exercises = [name for name in names if name.startswith("exercises/")]
    path = PurePosixPath(Path(wanted).as_posix())
    ends = ["/".join(path.parts[-2:]), f"exercises/{path.name}"]
    found = [name for name in ends if name in names] or [name for name in exercises if _number(name) == wanted]
    if not found:
        known = ", ".join(_number(name) for name in exercises)
        raise WorkbookError(f"There is no exercise {wanted}", next=f"Name one by its number: {known}.")
    return found[0]


def _number(name: str) -> str:
    return PurePosixPath(name).name.partition("_")[0]


def _keep_beside(target: Path) -> Path | None:
    """Copy what is there to a name that is free; None if nothing is there."""
    try:
        work = target.read_bytes()
    except FileNotFoundError:
        return None
    for name in _names_beside(target.name, "MINE"):
        copy = target.with_name(name)
        with suppress(FileExistsError), copy.open("xb") as file:
            file.write(work)
            return copy
    raise AssertionError("names never run out")


def _write(target: Path, content: bytes) -> None:
    with _explained(target):
        files.replace(target, content)


def _refuse_the_source(folder: Path, source: Path) -> None:
    ours = [source.resolve(), *((source / name).resolve() for name in FOLDERS)]
    wanted = folder.resolve()
    if wanted == ours[0] or any(place == wanted or place in wanted.parents for place in ours[1:]):
        raise WorkbookError(
            "The workbook cannot be copied onto itself",
            where=str(folder),
            next=_NAME_ANOTHER,
        )


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkbookError(
            f"The workbook's folder cannot be used: {error.strerror}",
            where=str(place),
            next=_NAME_ANOTHER,
        ) from error
