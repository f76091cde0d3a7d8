"""Cheat sheets: figures from a run, pages that stand by themselves, and a lesson that leads to them.

That their figures are those of a run is seen when the lessons are run (``tests/conftest.py``); that they are two pages of A4, in
``tests/browser/test_sheets.py``.
"""

import re
from fractions import Fraction

import pandas as pd
import pytest

from dynateach.course import Lesson, lessons
from dynateach.course.made import sheet_of
from dynateach.course.sheets import NEW_PAGE, TEMPLATES, fill, page, shown, table, template_of

LESSONS = lessons()

every_sheet = pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.number)


def test_every_lesson_has_a_template_and_every_template_a_lesson() -> None:
    assert sorted(TEMPLATES.glob("*.md")) == [template_of(one) for one in LESSONS]


def test_every_lesson_has_its_sheet() -> None:
    folder = LESSONS[0].path.parent / "sheets"

    assert sorted(folder.iterdir()) == [sheet_of(one) for one in LESSONS], "run: python -m dynateach.course"


@every_sheet
def test_the_lesson_leads_to_its_sheet(lesson: Lesson) -> None:
    prose = "".join("".join(cell["source"]) for cell in lesson.cells if cell["cell_type"] == "markdown")

    assert f"](sheets/{sheet_of(lesson).name})" in prose


@every_sheet
def test_a_sheet_is_small_and_loads_nothing(lesson: Lesson) -> None:
    text = sheet_of(lesson).read_text()

    assert len(text) < 40_000
    assert re.findall(r"(?:src|href)=\"(?!\.\./\d\d_)|@import|url\(", text) == []
    assert "{{" not in text


@every_sheet
def test_a_sheet_has_two_pages_of_its_own_making_and_the_claims(lesson: Lesson) -> None:
    template = template_of(lesson).read_text()

    assert template.count(NEW_PAGE) == 1
    assert "{{ sheet.verdicts() }}" in template
    assert template.count("{{") >= 8


def test_a_placeholder_is_the_value_of_its_expression() -> None:
    assert fill("{{ cost }} for {{ count * 2 }}", {"cost": "1.25", "count": 1_500}) == "1.25 for 3,000"


def test_a_placeholder_that_cannot_be_evaluated_is_named() -> None:
    with pytest.raises(ValueError, match=r"\{\{ nothing.such \}\}: NameError"):
        fill("{{ nothing.such }}", {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3_000.0, "3,000"),
        (0.5, "0.5"),
        (0.61234, "0.612"),
        (True, "True"),
        ("a", "a"),
        (7, "7"),
        (1_333.64, "1,334"),
        (Fraction(1, 50), "0.02"),
    ],
)
def test_numbers_are_shown_as_a_reader_wants_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_frame_becomes_a_table_with_its_index() -> None:
    frame = pd.DataFrame({"a|b": [1_000, 2.5]}, index=["x", 2_000])

    assert table(frame, "n").splitlines() == [r"| n | a\|b |", "| --- | --- |", "| x | 1,000 |", "| 2,000 | 2.5 |"]


def test_words_of_a_sheet_are_shown_as_words() -> None:
    assert "<script>" not in page("a <b>", "a.ipynb", "<script>alert(1)</script>\n\n`<script>`")
