"""The story's trace as a text that people can read, kept in ``golden.txt``.

python -m tests.replay.golden        keeps it anew, when a change of behaviour is meant
"""

from pathlib import Path
from typing import Any

from dynateach.clock import EPOCH, SECOND
from dynateach.events import Event
from tests.replay.story import Chapter, told

KEPT = Path(__file__).with_name("golden.txt")

HEAD = """\
# What happens in the story of tests/replay/story.py, an event a line:
# seconds since the Lab began, the number of the request that caused it (0: none), the event, and its fields.
"""


def text() -> str:
    """The whole trace, chapter by chapter."""
    return HEAD + "".join(map(_chapter, told()))


def line(event: Event) -> str:
    """One event: ``  6.020000    3 ItemRead            table=orders partition=p1 …``."""
    at, request, *values = event
    names = event._fields[2:]
    fields = " ".join(f"{name}={shown(value)}" for name, value in zip(names, values, strict=True))
    return f"{_seconds(at):>14} {request:>4} {type(event).__name__:<20} {fields}"


def shown(value: Any) -> str:
    """A field's value, briefly: moments as seconds since the Lab began, fractions with six digits."""
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int) and value >= EPOCH:
        return _seconds(value)
    if isinstance(value, str) and (" " in value or not value):
        return repr(value)
    return str(value)


def _chapter(chapter: Chapter) -> str:
    return "\n".join([f"\n## {chapter.title}\n", *map(line, chapter.events), ""])


def _seconds(at: int) -> str:
    whole, rest = divmod(at - EPOCH, SECOND)
    return f"{whole}.{rest:06}"


if __name__ == "__main__":
    KEPT.write_text(text())
