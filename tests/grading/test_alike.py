"""Marks that the same code shares."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dynateach.grading.alike import LONGEST, mark_of, marks
from dynateach.grading.notebook import encode

PLAIN = "def prove(table):\n    return table.scan()"


@pytest.mark.parametrize(
    "same", ["def prove( table ):  # mine\n\n    # all mine\n    return (table.scan())", f"\n{PLAIN}\n\n"]
)
def test_comments_and_blanks_do_not_change_a_mark(same: str) -> None:
    assert mark_of(same) == mark_of(PLAIN) != ""


@pytest.mark.parametrize("other", [PLAIN.replace("scan", "query"), PLAIN.replace("table", "t")])
def test_other_code_has_another_mark(other: str) -> None:
    assert mark_of(other) not in ("", mark_of(PLAIN))


@pytest.mark.parametrize(
    "source",
    ["def f(:", "x = 3", "\x00", "(" * 9_000, "-" * 9_000 + "1", "a" + ".b" * 9_000, PLAIN + "#" * LONGEST, "\ud800"],
)
def test_what_cannot_be_compared_has_no_mark(source: str) -> None:
    assert mark_of(source) == ""


def test_only_what_the_learner_wrote_is_marked() -> None:
    def answer(number: int, source: str) -> object:
        return new_code_cell(source, id=f"answer-05-{number}", metadata={"dynateach": {"answer": f"05.{number}"}})  # type: ignore[no-untyped-call]

    exercise = new_notebook(cells=[answer(1, "def prove(table):\n    ..."), answer(2, "def other(): ...")])  # type: ignore[no-untyped-call]
    handed_in = new_notebook(cells=[answer(1, PLAIN), answer(2, "def other(): ...")])  # type: ignore[no-untyped-call]

    assert marks(encode(handed_in), exercise) == {"05.1": mark_of(f"{PLAIN}\n")}
    assert marks("It cannot be opened.", exercise) == marks(b"[]", exercise) == {}
