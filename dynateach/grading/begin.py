"""The beginnings of a teacher's own course: one task, its check, its solution and its exercise, all of which work as they are."""

from pathlib import Path

from dynateach import files
from dynateach.errors import CourseError
from dynateach.grading import release

_STARTER = Path(__file__).parent / "starter"
_FOLDERS = {".py": "checks", ".ipynb": "solutions", ".md": ""}


def new(folder: Path) -> list[Path]:
    """Lay it out in a folder, which may exist if it is empty; what was written, by name.

    Raises ``CourseError`` if something is in the folder already, or it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CourseError("Something is there already", where=str(folder), next=_ANOTHER)
        for path in _STARTER.iterdir():
            if path.suffix in _FOLDERS:
                files.replace(folder / _FOLDERS[path.suffix] / path.name, path.read_bytes())
        for change in release.changes(folder):
            release.apply(change)
    except OSError as error:
        raise CourseError(
            f"The course cannot be written: {error.strerror}", where=str(folder), next=_ANOTHER
        ) from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


_ANOTHER = "Name another folder: dynateach course new FOLDER"
