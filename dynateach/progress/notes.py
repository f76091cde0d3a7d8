"""What lessons and checks note down, and what a lesson asks for again. None of it ever fails."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dynateach.progress.place import place
from dynateach.progress.store import State, Store, number

_stores: dict[Path, Store] = {}


def kept() -> Store | None:
    """The store for a program that runs in this folder, or None where nothing is kept."""
    path = place()
    return _stores.setdefault(path, Store(path)) if path else None


def chosen(lesson: str, name: str) -> str | None:
    """What was chosen there last, in this kernel or an earlier one."""
    store = kept() if lesson else None
    choice = store.read()["choices"].get(lesson, {}).get(name, {}).get("chosen") if store else None
    return choice if isinstance(choice, str) else None


def note_choice(lesson: str, name: str, option: str) -> None:
    """A learner has chosen an option of a prediction or a claim."""

    def change(state: State) -> None:
        choice = state["choices"].setdefault(lesson, {}).setdefault(name, {})
        if choice.get("chosen") != option:
            choice.update(chosen=option, when=_now())

    _note(change if lesson else None)


def note_reveal(lesson: str, name: str, right: bool) -> None:
    """The answer was shown to a learner who had chosen. What stood there the first time is what counts."""

    def change(state: State) -> None:
        choice = state["choices"].get(lesson, {}).get(name)
        if choice is not None:
            choice.setdefault("first", right)

    _note(change if lesson else None)


def note_check(task: str, passed: bool) -> None:
    """A task was checked. What has passed once stays passed."""

    def change(state: State) -> None:
        kept = _task(state, task)
        kept["tries"] = number(kept.get("tries")) + 1
        if passed and kept.get("passed") is not True:
            kept.update(passed=True, when=_now())

    _note(change)


def note_hint(task: str, read: int) -> None:
    """A hint was read; the highest number counts."""

    def change(state: State) -> None:
        kept = _task(state, task)
        kept["hints"] = max(read, number(kept.get("hints")))

    _note(change)


def _task(state: State, task: str) -> dict[str, Any]:
    kept: dict[str, Any] = state["tasks"].setdefault(task, {})
    return kept


def _note(change: Any) -> None:
    store = kept() if change else None
    if store:
        store.note(change)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
