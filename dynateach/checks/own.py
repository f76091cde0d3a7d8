"""A teacher's own tasks: the files of a course's folder ``checks``, read as text, and the tasks in them.

    course/checks/*.py ── read ──▶ Sources ── loaded ──▶ tasks, each with the file that it is in

Text, because it must reach processes that judge on other machines, where there is no such folder; and because Python's own search
could meet a ``checks`` of somebody else's. Files import each other with a dot: ``from .shop import stock``. The folders within
``checks``, one deep, are packages, with an ``__init__.py`` or without.
"""

import hashlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, spec_from_loader
from itertools import chain
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any, NamedTuple

from dynateach.checks.plain import show
from dynateach.checks.task import Task
from dynateach.errors import CourseError

FOLDER = "checks"
VARIABLE = "DYNATEACH_COURSE"
"""The environment variable that names the course of a notebook which lies elsewhere."""

_AGAIN = "Mend it, then run this again."


@dataclass(frozen=True)
class Sources:
    """The Python files of a folder ``place``: their names within it, with forward slashes, and their texts. None at all is false."""

    place: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of names and texts, in hexadecimal, wherever they lie; "" for none."""
        return hashlib.sha256(repr(self.files).encode("utf-8", "surrogatepass")).hexdigest() if self else ""

    def path_of(self, file: str) -> str:
        """Where that file lay when it was read."""
        return os.path.join(self.place, *file.split("/"))


class Found(NamedTuple):
    """A task, and the path of the file that it was found in."""

    task: Task
    path: str


NONE = Sources()


def read(course: Path) -> Sources:
    """The checks of the course in that folder: none, if its ``checks`` holds no Python file that names ``dynateach.checks``.

    So a folder of that name that has nothing to do with us is never run. Raises ``CourseError`` for a file that cannot be read.
    """
    place = course.absolute() / FOLDER
    paths = sorted(path for path in chain(place.glob("*.py"), place.glob("[!.]*/*.py")) if path.is_file())
    if not any(map(_is_ours, paths)):
        return NONE
    return Sources(str(place), tuple((path.relative_to(place).as_posix(), _text(path)) for path in paths))


def at_hand() -> Sources:
    """The checks of the course that a notebook belongs to: those in its folder, or the one above. ``DYNATEACH_COURSE`` names another.

    Raises ``CourseError`` if that holds no checks.
    """
    if named := os.environ.get(VARIABLE):
        found = read(Path(named).expanduser())
        if not found:
            raise CourseError(
                "This course has no checks",
                where=str(Path(named) / FOLDER),
                next=f"Let {VARIABLE} name the folder of a course, or unset it.",
            )
        return found
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted, and the kernel lives on
        return NONE
    return next(filter(None, map(read, (here, here.parent))), NONE)


@lru_cache(maxsize=16)
def loaded(sources: Sources) -> tuple[Found, ...]:
    """The tasks in all files that name ``dynateach.checks``: each public name that is a ``Task``, or a list or tuple of them.

    Raises ``CourseError`` for a file that cannot be loaded, a task that is not complete, and two tasks with the same id.
    """
    if sources:
        _MODULES.serve(sources)
    found: dict[str, Found] = {}
    for file, text in sources.files:
        if _OURS not in text:
            continue
        for task in _tasks_in(_module(sources, file)):
            _refuse_incomplete(task, sources.path_of(file))
            first = found.setdefault(task.id, Found(task, sources.path_of(file)))
            if first.task is not task:
                raise CourseError(
                    f"Two tasks have the id {task.id}",
                    where=" and ".join(dict.fromkeys((first.path, sources.path_of(file)))),
                    next="Give one of them another number.",
                )
    return tuple(found.values())


def line_of(error: BaseException, sources: Sources) -> str:
    """Where in a course's checks an exception came from, as ``path, line 7``; "" if it came from none of them."""
    ours = {sources.path_of(file) for file, _ in sources.files}
    if isinstance(error, SyntaxError) and error.filename in ours:
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    return next((f"{frame.filename}, line {frame.lineno}" for frame in reversed(frames) if frame.filename in ours), "")


def _text(path: Path) -> str:
    try:
        return decode_source(path.read_bytes())
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CourseError(f"A check cannot be read: {reason}", where=str(path), next=_AGAIN) from error


def _is_ours(path: Path) -> bool:
    with suppress(OSError):
        return _OURS.encode() in path.read_bytes()
    return False


_OURS = "dynateach.checks"
"""What holds a task has its words from there; a program that only uses a Lab does not."""


def _module(sources: Sources, file: str) -> ModuleType:
    try:
        return import_module(_name(sources, file))
    except (Exception, SystemExit) as error:
        dot = " Files of a course import each other with a dot: from .name import thing."
        words = error.msg if isinstance(error, SyntaxError) else error
        raise CourseError(
            f"A check cannot be loaded: {type(error).__name__}: {words}",
            where=line_of(error, sources) or sources.path_of(file),
            next=_AGAIN + dot * isinstance(error, ImportError),
        ) from error


def _tasks_in(module: ModuleType) -> Iterator[Task]:
    for name, value in vars(module).items():
        if not name.startswith("_"):
            yield from (
                one for one in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(one, Task)
            )


def _is_names(value: Any) -> bool:
    return (
        isinstance(value, tuple) and bool(value) and all(isinstance(one, str) and one.isidentifier() for one in value)
    )


def _is_hints(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 3 and all(isinstance(one, str) for one in value)


_WANTED: Sequence[tuple[str, Callable[[Any], bool], str]] = (
    ("id", lambda value: isinstance(value, str) and bool(re.fullmatch(r"\w+\.\d+", value)), 'a text such as "20.1"'),
    ("title", lambda value: isinstance(value, str), "a text"),
    ("points", lambda value: type(value) is int and value >= 0, "a whole number"),
    ("answers", _is_names, 'a tuple of names, such as ("in_stock",): the comma makes it one'),
    ("hints", _is_hints, "a tuple of three texts"),
    ("learnt", lambda value: isinstance(value, str), "a text"),
    *((name, callable, "a function") for name in ("inputs", "prepare", "judge", "smaller")),
)


def _refuse_incomplete(task: Task, path: str) -> None:
    for name, is_right, wanted in _WANTED:
        value = getattr(task, name)
        if not is_right(value):
            raise CourseError(f"{name} of task {task.id} is {show(value, 60)}", where=path, next=f"Give it {wanted}.")


def _name(sources: Sources, file: str) -> str:
    """The module's name. No other course has it, and no earlier edition of this one: who mends a check need not start anew."""
    parts = PurePosixPath(file).with_suffix("").parts
    return ".".join([f"dynateach_checks_{sources.fingerprint[:16]}", *(part for part in parts if part != "__init__")])


class _Modules(ExecutionLoader, MetaPathFinder):
    """Serves Python's ``import`` with the texts of courses."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, str]] = {}
        self._packages: set[str] = set()

    def serve(self, sources: Sources) -> None:
        """From now on these can be imported."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        for file, _ in sources.files:
            for folder in PurePosixPath(file).parents:
                package = _name(sources, f"{folder}/__init__.py")
                self._packages.add(package)
                self._files.setdefault(package, (sources.path_of(f"{folder}/__init__.py"), ""))
        for file, text in sources.files:
            self._files[_name(sources, file)] = (sources.path_of(file), text)

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self._files:
            return None
        spec = spec_from_loader(fullname, self)
        if spec and spec.submodule_search_locations:
            spec.submodule_search_locations = []  # what lies on the disk meanwhile is none of it
        return spec

    def is_package(self, fullname: str) -> bool:
        return fullname in self._packages

    def get_filename(self, fullname: str) -> str:
        return self._files[fullname][0]

    def get_source(self, fullname: str) -> str:
        return self._files[fullname][1]


_MODULES = _Modules()
