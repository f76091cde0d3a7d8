"""Who handed a file in, by the name that a learning platform has given it.

Moodle          Ada Lovelace_12345_assignsubmission_file_05_consistency.ipynb, or a folder of that name
Canvas          lovelaceada_12345_67890_05_consistency.ipynb, with _LATE after the name if it came late
nbgrader        submitted/ada/lesson-05/05_consistency.ipynb
GitHub          consistency-ada/exercises/05_consistency.ipynb: a clone for each student
anything else   ada.ipynb
"""

import re
from pathlib import PurePosixPath

_MOODLE = re.compile(r"(?P<student>.+?)_\d+_assignsubmission_(?:file|onlinetext)(?:_|$)")
_CANVAS = re.compile(r"(?P<student>[^_]+)(?P<late>_LATE)?_\d+_\d+_.+")
_EXERCISE = re.compile(r"\d\d_\w+(?:[ -].*)?")
"""What a browser or JupyterLab adds to the name of a second copy, such as " (1)", is no student's."""


def student_of(name: str) -> str:
    """The student's name in that of a submission, which may have folders in it."""
    path = PurePosixPath(name)
    *folders, file = path.parts
    for part in path.parts:
        if moodle := _MOODLE.match(part):
            return moodle["student"]
    if "submitted" in folders[:-1]:
        return folders[folders.index("submitted") + 1]
    if canvas := _CANVAS.fullmatch(file):
        return canvas["student"]
    if folders and _EXERCISE.fullmatch(path.stem):  # every student's file has the exercise's own name
        return folders[0]
    return path.stem


def is_late(name: str) -> bool:
    """Whether Canvas has marked the submission of that name as late."""
    canvas = _CANVAS.fullmatch(PurePosixPath(name).name)
    return bool(canvas and canvas["late"])
