"""What every lesson owes its reader: enough to predict, to judge and to be asked, with sources and proofs.

Lessons are found by themselves, and none is left out.
"""

import ast
import re

import pytest

from dynateach.course import Lesson, lessons
from dynateach.course.questions import QUESTIONS

LESSONS = lessons()
SOURCES = ("documented", "published", "measured", "assumed")

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.number)


@every_lesson
def test_a_lesson_says_its_own_number(lesson: Lesson) -> None:
    assert lesson.declared == lesson.number


@every_lesson
def test_a_lesson_has_enough_to_predict_to_judge_and_to_be_asked(lesson: Lesson) -> None:
    assert len(lesson.predictions) >= 3
    assert len(lesson.claims) >= 8
    assert len(lesson.questions) >= 10


@every_lesson
def test_the_tasks_of_a_lesson_are_worth_ten_points(lesson: Lesson) -> None:
    assert len(lesson.tasks) >= 5
    assert lesson.points == 10


@every_lesson
def test_no_two_questions_of_a_lesson_have_one_name(lesson: Lesson) -> None:
    names = [*lesson.predictions, *lesson.claims]

    assert len(names) == len(set(names))


@every_lesson
def test_each_claim_is_decided_by_one_cell_that_reveals_it(lesson: Lesson) -> None:
    decided = {name: cell for name in lesson.claims if (cell := lesson.claim_cell(name))}

    assert sorted(decided) == sorted(lesson.claims)
    assert [name for name, cell in decided.items() if cell["id"] != f"claim-{name.replace('_', '-')}"] == []
    assert [name for name, cell in decided.items() if name not in _revealed_by(cell["source"])] == []


@every_lesson
def test_each_claim_names_where_its_verdict_comes_from(lesson: Lesson) -> None:
    sources = {name: lesson.source_of(name) for name in lesson.claims}

    assert {name: source for name, source in sources.items() if not source.startswith(SOURCES)} == {}
    assert {name: source for name, source in sources.items() if not re.match(r"\w+: \S.+", source)} == {}


@every_lesson
def test_no_cell_decides_a_claim_that_is_not_made(lesson: Lesson) -> None:
    marked = [cell["metadata"].get("dynateach", {}).get("claim") for cell in lesson.cells]

    assert sorted(filter(None, marked)) == sorted(lesson.claims)


@every_lesson
def test_each_answer_to_a_question_is_proved_by_cells_that_exist(lesson: Lesson) -> None:
    cells = {cell["id"] for cell in lesson.cells if cell["cell_type"] == "code"}

    assert [question.cell for question in lesson.questions if not question.proof] == []
    assert {cell for question in lesson.questions for cell in question.proof} - cells == set()


@every_lesson
def test_no_question_is_answered_that_does_not_exist(lesson: Lesson) -> None:
    named = {id for question in lesson.questions for id in (*question.answers, *question.answers_in_part)}

    assert named - set(QUESTIONS) == set()


@every_lesson
def test_each_interview_question_says_whose_question_it_answers(lesson: Lesson) -> None:
    questions = lesson.questions

    assert [one.cell for one in questions if not one.answers and not one.answers_in_part] == []
    assert [one.cell for one in questions if set(one.answers) & set(one.answers_in_part)] == []


def _revealed_by(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "reveal"]
    return {str(name.value) for name in named if isinstance(name, ast.Constant)}
