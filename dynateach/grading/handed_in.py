"""What was handed in: the notebooks of a folder, or of a zip, each read when its turn comes.

Nothing is unpacked to the disk, so a zip that grows to a thousand times its size fills neither disk nor memory: one file of it is held at a time, and
no more of that than ``lay.LARGEST``.
"""

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, takewhile
from pathlib import Path, PurePath, PurePosixPath

from dynateach.errors import GradingError
from dynateach.grading.lay import LARGEST, TOO_LARGE, Unreadable, content_of, read_all

MOST = 20_000
"""Notebooks that a zip may hold."""


_MEASURED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that unpack no more than is asked for."""


@dataclass(frozen=True)
class Submission:
    """A file that was handed in: its ``name`` within the folder or zip, and its ``content``, which raises ``Unreadable`` if it cannot be read."""

    name: str
    content: Callable[[], bytes]


@contextmanager
def opened(place: Path) -> Iterator[list[Submission]]:
    """The notebooks of a folder, however deep, or of a zip, by name; they can be read until the block ends.

    Raises GradingError if there are none, or the zip is broken, or holds more than ``MOST``.
    """
    if place.is_dir():
        paths = (path.relative_to(place) for path in sorted(place.rglob("*.ipynb")))
        found = [_file(place, path) for path in paths if _is_handed_in(path)]
        yield _some(found, place)
        return
    with _archive(place) as archive:
        yield _some(list(_entries(archive, place)), place)


def without_notebook(place: Path) -> list[str]:
    """What lies at the top of a folder or zip and holds no notebook, by name: somebody may have handed in something else.

    The top is below the folders that everything lies in. Raises GradingError for a zip that is broken.
    """
    paths = [path for path in _all_files(place) if not _is_hidden(path)]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*(path.parts[:-1] for path in paths), strict=False))
    top = sum(1 for _ in shared)
    holds: dict[str, bool] = {}
    for path in paths:
        name = path.parts[top]
        holds[name] = holds.get(name, False) or path.suffix == ".ipynb"
    return sorted(name for name, notebook in holds.items() if not notebook)


def _all_files(place: Path) -> list[PurePath]:
    if place.is_dir():
        return [path.relative_to(place) for path in place.rglob("*") if path.is_file()]
    with _archive(place) as archive:
        return [PurePosixPath(_plain(entry.filename)) for entry in archive.infolist() if not entry.is_dir()]


def _file(place: Path, path: Path) -> Submission:
    return Submission(path.as_posix(), partial(content_of, place / path))


def _some(found: list[Submission], place: Path) -> list[Submission]:
    if not found:
        raise GradingError(
            "There are no notebooks here", where=str(place), next="Name a folder or a zip of .ipynb files."
        )
    return found


def _is_handed_in(path: PurePath) -> bool:
    return path.suffix == ".ipynb" and not _is_hidden(path)


def _is_hidden(path: PurePath) -> bool:
    """As JupyterLab's checkpoints are, and what macOS adds to a zip."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)


@contextmanager
def _archive(place: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(place)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise GradingError(
            f"This is no zip that can be read: {error}",
            where=str(place),
            next="Name a folder or a zip of .ipynb files.",
        ) from error
    with archive:
        yield archive


def _entries(archive: zipfile.ZipFile, place: Path) -> Iterator[Submission]:
    entries = [entry for entry in archive.infolist() if _is_handed_in(_inside(entry.filename))]
    if len(entries) > MOST:
        folders = Counter("/".join(_inside(entry.filename).parts[:1]) for entry in entries)
        ((folder, most),) = folders.most_common(1)
        raise GradingError(
            f"This zip holds {len(entries):,} notebooks, and {MOST:,} are the most that are graded at a time",
            where=f"{place}, {most:,} of them in {folder}",
            next="Unpack it, look there, and grade the folder.",
        )
    names: set[str] = set()
    for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
        name = _name_of_its_own(entry.filename, number, names)
        yield Submission(name, partial(_unpacked, archive, entry))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds. What is wrong with it concerns its author, not all the others."""
    if entry.file_size > LARGEST:
        raise Unreadable(TOO_LARGE)
    if entry.compress_type not in _MEASURED:
        raise Unreadable("The file is packed in a way that is not read here. Unpack the zip, and grade the folder.")
    try:
        with archive.open(entry) as packed:
            return read_all(packed)
    except Unreadable:
        raise
    except Exception as error:  # each way of packing breaks in ways of its own
        raise Unreadable("The file is broken or encrypted in the zip. Hand it in again.") from error


def _inside(name: str) -> PurePosixPath:
    """An entry's name as a path: some programs write Windows's."""
    return PurePosixPath(name.replace("\\", "/"))


def _name_of_its_own(name: str, number: int, taken: set[str]) -> str:
    """A zip may hold the same name twice: both are submissions."""
    plain = _plain(name)
    candidates = chain([plain], (f"{plain} ({more})" for more in count(number)))
    own = next(one for one in candidates if one not in taken)
    taken.add(own)
    return own


def _plain(name: str) -> str:
    """Without ways out of the folder."""
    return "/".join(part for part in _inside(name).parts if part not in ("/", ".."))
