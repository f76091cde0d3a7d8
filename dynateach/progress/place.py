"""Where progress is kept: in the workbook's own folder, so that it travels with the work.

A kernel runs in ``notebooks/`` or ``exercises/`` of that folder. Anywhere else (a checkout, a build server, a notebook of
one's own) nothing is kept. The variable ``DYNATEACH_PROGRESS`` names another file, or, when it is empty, none.
"""

import os
from pathlib import Path

from dynateach.workbook import workbook_of

NAME = ".dynateach-progress.json"
VARIABLE = "DYNATEACH_PROGRESS"


def place() -> Path | None:
    """The file for a program that runs in this folder, or None where nothing is kept."""
    try:
        return _place(os.environ.get(VARIABLE))
    except (OSError, RuntimeError):  # this folder is gone or closed to us, or nobody has that home folder
        return None


def _place(named: str | None) -> Path | None:
    if named is not None:
        return Path(named).expanduser().absolute() if named else None
    folder = workbook_of(Path.cwd())
    return folder / NAME if folder else None
