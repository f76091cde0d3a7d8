"""Cheat sheets: two printable pages a lesson, from a template whose figures are those of the lesson's own run.

A template is ``dynateach/sheets/NN_name.md``: Markdown, in which ``{{ expression }}`` stands for a value from the lesson's
namespace after its last cell. Besides what the lesson has defined it may use

    sheet.table(frame, title)   a DataFrame as a table; the title stands above the names of its rows
    sheet.cell("session", 6)    the code of a cell, or its first six lines
    sheet.answer("stock")       what a prediction or a claim came to
    sheet.verdicts()            every claim of the lesson, with its verdict and why
    limits, US_EAST_1           ``rules/limits.py``, and the price book

An expression cannot contain two closing braces in a row. ``<!-- page -->`` begins the second page. The page is for A4, in two
columns, light and dark, and loads nothing.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from numbers import Real
from pathlib import Path
from typing import Any

from dynateach.course.lessons import Lesson
from dynateach.dynamodb.rules import limits
from dynateach.lessons import revealed
from dynateach.prices import US_EAST_1

TEMPLATES = Path(__file__).parents[1] / "sheets"
NEW_PAGE = "<!-- page -->"

_STYLE = (Path(__file__).parent / "sheet.css").read_text("utf-8")
_PLACEHOLDER = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


def template_of(lesson: Lesson) -> Path:
    """Where the lesson's template is."""
    return TEMPLATES / f"{lesson.path.stem}.md"


def sheet(lesson: Lesson, namespace: Mapping[str, Any]) -> str:
    """The lesson's sheet as a page of HTML, with the figures of the run that left that namespace.

    Raises ``ValueError``, with the placeholder, for one that cannot be evaluated.
    """
    facts = {"limits": limits, "US_EAST_1": US_EAST_1}
    filled = fill(template_of(lesson).read_text("utf-8"), facts | dict(namespace) | {"sheet": _Helpers(lesson)})
    return page(f"{lesson.number} {lesson.title}", lesson.path.name, filled)


def fill(template: str, namespace: dict[str, Any]) -> str:
    """The template with its placeholders evaluated."""

    def value(found: re.Match[str]) -> str:
        expression = found[1].strip()
        try:
            return shown(eval(expression, dict(namespace)))
        except Exception as error:
            raise ValueError(f"{{{{ {expression} }}}}: {type(error).__name__}: {error}") from error

    return _PLACEHOLDER.sub(value, template)


def page(title: str, notebook: str, filled: str) -> str:
    """Filled Markdown as a page that stands by itself."""
    from markdown_it import MarkdownIt

    render = MarkdownIt("commonmark", {"html": False}).enable("table").render
    name = escape(title)
    sections = "\n".join(
        f"<section>\n<h1>{name} <small>cheat sheet, page {number}</small></h1>\n<div>\n{render(part)}</div>\n</section>"
        for number, part in enumerate(filled.split(NEW_PAGE), 1)
    )
    return _PAGE.format(title=name, style=_STYLE, sections=sections, notebook=escape(notebook))


def shown(value: Any) -> str:
    """A value as a reader wants it: thousands in groups, no more digits than three where there is a fraction."""
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)):
        return str(value)
    number = float(value)
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 1_000 else f"{number:.3g}"


def table(frame: Any, title: str = "") -> str:
    """A DataFrame, with its index, as a table in Markdown."""
    head = [title, *map(str, frame.columns)]
    rows = [[shown(name), *map(shown, row)] for name, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(part) for part in line)} |" for line in lines)


class _Helpers:
    """What a template calls ``sheet``."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self.table = table

    def cell(self, id: str, lines: int | None = None) -> str:
        (source,) = (one["source"] for one in self._lesson.cells if one["id"] == id)
        return "\n".join(["```", *source.splitlines()[:lines], "```"])

    def answer(self, name: str) -> str:
        return revealed()[name].answer

    def verdicts(self) -> str:
        told = [revealed()[name] for name in self._lesson.claims]
        return "\n".join(f"- **{one.answer.title()}:** *{one.question}* {_ended(one.because)}" for one in told)


def _ended(sentence: str) -> str:
    return sentence if not sentence or sentence[-1] in ".!?" else f"{sentence}."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: cheat sheet</title>
<style>
{style}</style>
</head>
<body>
<p class="screen">Two pages of A4. To print them, open this file in a browser tab of its own.
Every figure is from a run of <a href="../{notebook}">the lesson</a>.</p>
{sections}
<footer>dynateach. Figures: a run of the lesson. Not affiliated with AWS.</footer>
</body>
</html>
"""
