"""The card that shows progress in a notebook, and the same as text."""

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from dynateach.course import Lesson, lessons
from dynateach.drawing.captions import count
from dynateach.progress.notes import kept
from dynateach.progress.place import NAME, VARIABLE
from dynateach.progress.report import Row, advice, rows
from dynateach.progress.store import State, Store, empty
from dynateach.workbook import at_hand


def card() -> "Card":
    """The progress of whoever runs this program, in its folder."""
    return _card(kept())


def found(folder: Path | None) -> "Card":
    """The same for the workbook in ``folder``, or for the one at hand (see ``workbook.at_hand``)."""
    if folder is None and VARIABLE in os.environ:
        return card()
    return _card(Store(at_hand(folder) / NAME))


class Card:
    """A row for each lesson; ``where`` is the file it was read from, "" where nothing is kept."""

    def __init__(self, state: State, lessons: Sequence[Lesson], where: str) -> None:
        self.state = state
        self.lessons = lessons
        self.rows = rows(state, lessons)
        self.where = where

    def __str__(self) -> str:
        table = [HEAD, *map(cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
        return "\n".join([headline(self.rows), "", *(line.rstrip() for line in lines), "", foot(self.where)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="{_CELL}">{title}</th>' for title in HEAD)
        body = "".join(map(_row, self.rows))
        return (
            f'<div style="line-height: 1.4"><b>{escape(headline(self.rows))}</b>'
            f'<table style="margin: 8px 0"><tr>{head}</tr>{body}</table>'
            f'<span style="{_QUIET}">{escape(foot(self.where))}</span></div>'
        )


HEAD = ("Lesson", "Predictions", "Claims", "Tasks", "Points", "Next")


def cells(row: Row) -> tuple[str, ...]:
    """A row as text, a cell for each title of ``HEAD``."""
    tasks = f"{len(row.passed)} of {len(row.lesson.tasks)}" + f", {count(row.hints, 'hint')}" * bool(row.hints)
    points = f"{row.points} of {row.lesson.points}"
    name = f"{row.lesson.number} {row.lesson.title}"
    return (name, str(row.predictions), str(row.claims), tasks, points, row.next)


def headline(rows: Sequence[Row]) -> str:
    """Where the learner stands, in a sentence or two."""
    ahead = advice(rows)
    name = f"{ahead.lesson.number} {ahead.lesson.title}" if ahead else ""
    if not any(row.begun for row in rows):
        return f"Nothing done yet. Begin with {name}; any other lesson will do as well."
    points, of = sum(row.points for row in rows), sum(row.lesson.points for row in rows)
    far = f"{points} of {of} points."
    return f"{far} Next: {name}: {ahead.next}." if ahead else f"{far} All done."


def foot(where: str) -> str:
    """Where it is kept."""
    if not where:
        return "Nothing is kept here, only in the folder of a workbook. Open yours with: dynateach lab"
    return f"Kept in {where}, on this machine only."


def _card(store: Store | None) -> Card:
    return Card(store.read() if store else empty(), lessons(), str(store.path) if store else "")


def _row(row: Row) -> str:
    name, *others = map(escape, cells(row))
    lesson = f'<a href="../notebooks/{escape(row.lesson.path.name)}">{name}</a>'
    quiet = "" if row.begun else _QUIET
    told = "".join(f'<td style="{_CELL}; {quiet}">{text}</td>' for text in others[:-1])
    return f'<tr><td style="{_CELL}">{lesson}</td>{told}<td style="{_CELL}">{_next(row)}</td></tr>'


def _next(row: Row) -> str:
    text = escape(row.next)
    exercise = f"../exercises/{escape(row.lesson.path.name)}"
    return f'<a href="{exercise}">{text}</a>' if row.next.startswith("task ") else text


_CELL = "text-align: left; padding: 4px 12px 4px 4px"
_QUIET = "color: var(--jp-ui-font-color2, GrayText)"
