"""Whose submission a file is."""

import pytest

from dynateach.grading.students import is_late, student_of


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada Lovelace_12345_assignsubmission_file_05_consistency.ipynb", "Ada Lovelace"),
        ("Ada Lovelace_12345_assignsubmission_file_/05_consistency.ipynb", "Ada Lovelace"),
        ("Ada Lovelace_12345_assignsubmission_file/mine.ipynb", "Ada Lovelace"),
        ("group a/Ada_B_9_assignsubmission_file_x.ipynb", "Ada_B"),
        ("lovelaceada_12345_67890_05_consistency.ipynb", "lovelaceada"),
        ("lovelaceada_LATE_12345_67890_05_consistency-2.ipynb", "lovelaceada"),
        ("submitted/ada/lesson-05/05_consistency.ipynb", "ada"),
        ("course/submitted/ada/lesson-05/answers.ipynb", "ada"),
        ("ada/lesson-05/05_consistency.ipynb", "ada"),
        ("consistency-ada/exercises/05_consistency.ipynb", "consistency-ada"),
        ("ada/05_consistency (1).ipynb", "ada"),
        ("ada/05_consistency-Copy1.ipynb", "ada"),
        ("submitted/ada.ipynb", "ada"),
        ("group a/ada.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        ("05_consistency.ipynb", "05_consistency"),
    ],
)
def test_the_student_is_told_by_the_name_of_the_file(name: str, student: str) -> None:
    assert student_of(name) == student


def test_canvas_says_what_came_late() -> None:
    assert is_late("all/lovelaceada_LATE_12345_67890_05_consistency.ipynb")
    assert not is_late("lovelaceada_12345_67890_05_consistency.ipynb")
    assert not is_late("TOO_LATE.ipynb")
