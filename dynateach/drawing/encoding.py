"""A film as bytes: one head of JSON, then columns of numbers, as the player reads them.

    4 bytes   the length of the head, little-endian
    head      JSON in UTF-8, padded with spaces so that the columns begin at a multiple of 8
    columns   float64 (times, values) and int32 (all else), little-endian, each padded to a multiple of 8

``tables`` in the head says of each table ("marks", "journeys", …) and column its type, where it begins, counted from the end of
the head, and how many numbers it has. Sentences and labels stand once in ``texts``, and lanes and kinds in lists; columns number them.
"""

import json
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dynateach.drawing.film import UNITS, Film, Level
from dynateach.drawing.palette import Word
from dynateach.drawing.shapes import outline
from dynateach.drawing.theme import ON_DARK, ON_LIGHT


def encode(film: Film) -> bytes:
    """The film as the player reads it. Equal films have equal bytes."""
    tables = _Tables()
    numbers = _Numbers(film)
    tables.add("marks", sorted(film.marks, key=_at), numbers.columns("at", "lane", "kind", "label", "says"))
    tables.add("journeys", sorted(film.journeys, key=_at), numbers.columns("at", "until", "lane", "to", "kind", "says"))
    tables.add("spans", sorted(film.spans, key=_at), numbers.columns("at", "until", "lane", "kind", "label", "says"))
    tables.add("notes", sorted(film.notes, key=_at), numbers.columns("at", "says"))
    for number, level in enumerate(film.levels):
        tables.add(f"level {number}", level.steps, _STEP)
    return _joined({**_head(film, numbers), "tables": tables.places}, tables.body)


def _at(part: Any) -> float:
    return float(part.at)


Column = tuple[str, Callable[[Any], float]]
"""What an array calls the type of a column, and how a part gives its number."""

_STEP: dict[str, Column] = {"at": ("d", lambda step: step[0]), "value": ("d", lambda step: step[1])}


class _Numbers:
    """The numbers that stand for lanes, kinds and texts."""

    def __init__(self, film: Film) -> None:
        self.texts: dict[str, int] = {"": 0}
        self._lanes = {lane.name: number for number, lane in enumerate(film.lanes)}
        self._kinds = {word: number for number, word in enumerate(film.words)}
        self._of: dict[str, Callable[[Any], int]] = {
            "lane": self._lanes.__getitem__,
            "to": self._lanes.__getitem__,
            "kind": self.kind,
            "label": self.text,
            "says": self.text,
        }

    def kind(self, word: Word | None) -> int:
        """-1 for none."""
        return -1 if word is None else self._kinds[word]

    def text(self, words: str) -> int:
        """The place of those words among the texts; a new one the first time."""
        return self.texts.setdefault(words, len(self.texts))

    def lane(self, name: str) -> int:
        """The lane's place from the top."""
        return self._lanes[name]

    def columns(self, *names: str) -> dict[str, Column]:
        """The columns of those fields of a part of a film."""
        return {name: self._column(name) for name in names}

    def _column(self, name: str) -> Column:
        if name not in self._of:
            return "d", lambda part: getattr(part, name)
        number = self._of[name]
        return "i", lambda part: number(getattr(part, name))


class _Tables:
    """Columns one after the other, and where each is."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.places: dict[str, dict[str, tuple[str, int, int]]] = {}

    def add(self, name: str, parts: Sequence[Any], columns: dict[str, Column]) -> None:
        """A table with a row for each part."""
        self.places[name] = {
            column: self._append(code, (number(part) for part in parts)) for column, (code, number) in columns.items()
        }

    def _append(self, code: str, numbers: Iterable[float]) -> tuple[str, int, int]:
        column = array(code, numbers)
        if sys.byteorder == "big":
            column.byteswap()
        place = ({"d": "float64", "i": "int32"}[code], len(self.body), len(column))
        self.body += column.tobytes()
        self.body += bytes(-len(self.body) % 8)
        return place


def _head(film: Film, numbers: _Numbers) -> dict[str, Any]:
    return {
        "title": film.title,
        "caption": film.caption,
        "unit": {"name": film.unit, "seconds": UNITS[film.unit]},
        "start": film.start,
        "end": film.ends,
        "poster": film.first_frame,
        "plays": film.plays,
        "lanes": [{"name": lane.name, "group": lane.group, "kind": numbers.kind(lane.kind)} for lane in film.lanes],
        "kinds": [_kind(word) for word in film.words],
        "levels": [_level(level, numbers) for level in film.levels],
        "texts": list(numbers.texts),
    }


def _level(level: Level, numbers: _Numbers) -> dict[str, Any]:
    return {
        "lane": numbers.lane(level.lane),
        "kind": numbers.kind(level.kind),
        "unit": level.unit,
        "ceiling": level.ceiling,
    }


def _kind(word: Word) -> dict[str, Any]:
    """A word as the browser needs it: the colours of its marks and, on light and on dark, of its labels; its outline, "" for a mere line."""
    return {
        "name": word.name,
        "meaning": word.meaning,
        "colour": word.colour,
        "light": ON_LIGHT.get(word.colour, ""),
        "dark": ON_DARK.get(word.colour, ""),
        "outline": "" if word.mark == "dash" else outline(word),
        "filled": not word.mark.endswith("-open"),
        "line": word.line,
    }


def _joined(head: dict[str, Any], body: bytearray) -> bytes:
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return len(text).to_bytes(4, "little") + text + bytes(body)
