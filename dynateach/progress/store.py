"""The file itself: read, changed and written whole, by several kernels at once, without losing what any of them noted.

    {"version": 1,
     "choices": {"05": {"page": {"chosen": "an error", "first": false, "when": "2026-11-21T18:04:05Z"}}},
     "tasks": {"05.1": {"tries": 2, "passed": true, "hints": 1, "when": "2026-11-21T18:30:00Z"}}}

What a later edition of the same version adds is carried along. A file of a later version is left alone. One that cannot be
read as progress is put aside, and what this program knows of it is written anew.
"""

import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

from dynateach import files

try:
    import fcntl
except ImportError:  # on Windows
    LOCKS = False
else:
    LOCKS = True

VERSION = 1
PATIENCE = 50
"""How often a lock is asked for, ten milliseconds apart, before the note waits for the next one."""

State = dict[str, Any]
Change = Callable[[State], None]


class Store:
    """One progress file, as this program knows it. No method ever raises for what is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: State = empty()
        self._waiting: list[Change] = []
        self._said: set[type[Exception]] = set()

    def read(self) -> State:
        """What is kept by now, with what could not be written yet."""
        try:
            self._known = load(self.path)
        except (OSError, ValueError) as error:
            self._say(type(error), _sentence(error, self.path))
        state = deepcopy(self._known)
        for change in self._waiting:
            change(state)
        return state

    def note(self, change: Change) -> None:
        """Apply a change, and write the file; what cannot be written now is written with the next change."""
        self._waiting.append(change)
        try:
            with _locked(self.path.parent):
                self._write()
        except (OSError, ValueError) as error:
            self._say(type(error), _sentence(error, self.path))

    def _write(self) -> None:
        state = self._read_or_put_aside()
        for change in self._waiting:
            change(state)
        files.replace(self.path, json.dumps(state, indent=1, sort_keys=True).encode() + b"\n")
        self._known = state
        self._waiting.clear()

    def _read_or_put_aside(self) -> State:
        try:
            return load(self.path)
        except Newer:
            raise
        except ValueError:
            aside = put_aside(self.path)
            self._say(ValueError, f"{self.path} could not be read as progress. It is now called {aside.name}.")
            return deepcopy(self._known)

    def _say(self, trouble: type[Exception], sentence: str) -> None:
        """Of each kind of trouble once: it stands in a learner's notebook."""
        kind = OSError if issubclass(trouble, OSError) else ValueError
        if kind not in self._said:
            self._said.add(kind)
            print(sentence, file=sys.stderr)


class Newer(ValueError):
    """The file was written by a later edition of dynateach."""


def empty() -> State:
    """The progress of a learner who has done nothing."""
    return {"version": VERSION, "choices": {}, "tasks": {}}


def load(path: Path) -> State:
    """The state in that file; an empty one if there is no file.

    Raises ``Newer`` for one of a later version, ``ValueError`` for what is no progress, ``OSError`` for what cannot be read.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return empty()
    try:
        state = deepcopy(json.loads(text))  # what is nested too deeply to be copied is found out here
    except RecursionError as error:
        raise ValueError("no progress") from error
    if isinstance(state, dict) and isinstance(state.get("version"), int) and state["version"] > VERSION:
        raise Newer
    _refuse_what_is_no_progress(state)
    return dict(state)


def number(value: object) -> int:
    """A count out of the file, which anybody may have edited."""
    return value if isinstance(value, int) else 0


def put_aside(path: Path) -> Path:
    """Rename the file beside itself; an earlier one put aside stays."""
    name = path.name.lstrip(".")
    for number in count(1):
        aside = path.with_name(f"damaged {'' if number == 1 else f'{number} '}{name}")
        if not aside.exists():
            path.rename(aside)
            return aside
    raise AssertionError("names never run out")


def _refuse_what_is_no_progress(state: Any) -> None:
    try:
        choices = [one for lesson in state["choices"].values() for one in lesson.values()]
        sound = state["version"] == VERSION and all(type(one) is dict for one in [*choices, *state["tasks"].values()])
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("no progress") from error
    if not sound:
        raise ValueError("no progress")


def _sentence(error: Exception, path: Path) -> str:
    if isinstance(error, Newer):
        return f"Your progress was kept by a later dynateach than this one, so {path} stays as it is."
    if isinstance(error, OSError):
        return f"Your progress cannot be kept just now: {error.strerror or error} ({path}). All else works."
    return f"{path} cannot be read as progress. It will be put aside, not lost, when there is something to keep."


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Only one program at a time changes the file. Where a system or a disk knows no locks, the writes are whole all the same."""
    folder.mkdir(parents=True, exist_ok=True)
    if not LOCKS:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    for _ in range(PATIENCE):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            return
    raise BlockingIOError(errno.EAGAIN, "another program is writing")
