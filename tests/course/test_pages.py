"""The pages made from the lessons: the list of claims and the list of questions.

That the verdicts are those of a run is seen when the lessons are run: see ``tests/conftest.py``.
"""

import pytest

from dynateach.course import Lesson, lessons
from dynateach.course.made import CLAIMS, make, stored, verify
from dynateach.course.pages import claims_page, claims_section, questions_page, sections_of
from dynateach.course.questions import QUESTIONS
from dynateach.lessons import Verdict, forget

LESSONS = lessons()


def test_the_page_of_claims_has_each_lesson_and_no_other() -> None:
    assert list(sections_of(CLAIMS.read_text())) == [one.number for one in LESSONS], "run: python -m dynateach.course"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.number)
def test_the_page_of_claims_has_each_claim_with_its_source_and_its_cell(lesson: Lesson) -> None:
    rows = stored(lesson.number)["claims"].splitlines()[4:]
    told = [[part.strip() for part in row.split(" | ")] for row in rows]

    cells = [str((lesson.claim_cell(name) or {}).get("id")) for name in lesson.claims]
    assert [part[3] for part in told] == [lesson.source_of(name) for name in lesson.claims]
    assert [f"[`{cell}`](" in row for cell, row in zip(cells, rows, strict=True)] == [True] * len(rows)
    assert {part[1] for part in told} == {"true", "false"}


def test_a_page_taken_apart_and_put_together_is_the_same_page() -> None:
    assert claims_page(sections_of(CLAIMS.read_text())) == CLAIMS.read_text()


def test_a_bar_in_a_claim_does_not_break_its_table() -> None:
    lesson = LESSONS[0]
    verdicts = {name: Verdict("a | b\nc <d>", None, "true", "so") for name in lesson.claims}

    row = claims_section(lesson, verdicts).splitlines()[4]

    assert row.startswith(r"| a \| b c &lt;d> | true | so |")


def test_a_verdict_that_a_run_did_not_give_is_missed() -> None:
    forget()
    with pytest.raises(KeyError):
        make(LESSONS[0].number, {})


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.number)
def test_a_page_that_a_run_contradicts_is_out_of_date(lesson: Lesson) -> None:
    was = stored(lesson.number)
    verify(lesson.number, was)

    with pytest.raises(AssertionError, match="out of date"):
        verify(lesson.number, was | {"claims": was["claims"].replace("| true |", "| false |")})


def test_every_question_is_on_the_page_once_in_order() -> None:
    rows = [row.split(" | ")[0].strip("| ") for row in questions_page(lessons()).splitlines() if row.startswith("| ")]

    assert [id for id in rows if id in QUESTIONS] == list(QUESTIONS)


def test_an_answer_names_its_lesson_its_question_and_its_proof() -> None:
    (row,) = (row for row in questions_page(lessons()).splitlines() if row.startswith("| Q5 |"))

    assert "[05 Consistency](../notebooks/05_consistency.ipynb)" in row
    assert "`session-run`" in row


def test_what_is_not_covered_is_said_plainly() -> None:
    page = questions_page([])

    assert f"Not yet: {', '.join(QUESTIONS)}." in page
    assert page.count("**Not yet.**") == len(QUESTIONS)


def test_ids_are_a_letter_and_a_number_without_a_gap() -> None:
    letters = dict.fromkeys(id[0] for id in QUESTIONS)
    numbers = {letter: [int(id[1:]) for id in QUESTIONS if id[0] == letter] for letter in letters}

    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
