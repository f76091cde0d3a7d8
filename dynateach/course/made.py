"""What a run of a lesson makes: its section of ``docs/claims.md``, and its cheat sheet.

It is made inside the lesson's own kernel, after its last cell, so that every verdict and every number is the run's own.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dynateach.course.lessons import Lesson, lessons
from dynateach.course.pages import claims_page, claims_section, sections_of
from dynateach.course.sheets import sheet
from dynateach.lessons import revealed

CLAIMS = Path(__file__).parents[2] / "docs" / "claims.md"


def make(number: str, namespace: Mapping[str, Any]) -> dict[str, str]:
    """What the lesson that has just run in ``namespace`` makes, by kind."""
    lesson = _lesson(number)
    return {"claims": claims_section(lesson, revealed()), "sheet": sheet(lesson, namespace)}


def stored(number: str) -> dict[str, str]:
    """The same as it is stored; a kind that is missing is empty."""
    sections = sections_of(CLAIMS.read_text("utf-8")) if CLAIMS.exists() else {}
    page = sheet_of(_lesson(number))
    return {"claims": sections.get(number, ""), "sheet": page.read_text("utf-8") if page.exists() else ""}


def store(number: str, made: Mapping[str, str]) -> None:
    """Write what a lesson made."""
    sections = sections_of(CLAIMS.read_text("utf-8")) if CLAIMS.exists() else {}
    CLAIMS.write_text(claims_page(sections | {number: made["claims"]}), "utf-8")
    page = sheet_of(_lesson(number))
    page.parent.mkdir(exist_ok=True)
    page.write_text(made["sheet"], "utf-8")


def sheet_of(lesson: Lesson) -> Path:
    """Where the lesson's cheat sheet lies: beside the notebooks, so that it travels with them."""
    return lesson.path.parent / "sheets" / f"{lesson.path.stem}.html"


def verify(number: str, made: Mapping[str, str]) -> None:
    """Raise ``AssertionError``, with what differs, if anything stored is not what a run has made."""
    was = stored(number)
    for kind, text in made.items():
        differing = difflib.unified_diff(was[kind].splitlines(), text.splitlines(), "stored", "this run", lineterm="")
        told = "\n".join(differing)
        assert not told, f"{kind} of lesson {number}: out of date. Run: python -m dynateach.course {number}\n{told}"


def _lesson(number: str) -> Lesson:
    return next(one for one in lessons() if one.number == number)
