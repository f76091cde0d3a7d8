"""What a lesson asks before it shows, and that the lessons keep what they promise."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import pytest
from nbformat import NotebookNode

from dynateach.drawing import kernel
from dynateach.grading.notebook import read
from dynateach.lessons import choose, claims, current, forget, lesson, predict, reveal, score

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def _a_new_kernel() -> Iterator[None]:
    forget()
    yield
    forget()


def _buttons(widget: ipywidgets.VBox) -> ipywidgets.RadioButtons:
    return next(child for child in widget.children if isinstance(child, ipywidgets.RadioButtons))


@pytest.mark.parametrize(("in_kernel", "times"), [(True, 1), (False, 0)])
def test_a_lesson_sends_ahead_what_its_pictures_need_where_there_is_a_page(
    in_kernel: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(kernel, "send_plotly", lambda: sent.append("plotly"))
    # What is good for a notebook is not for all tests after this one.
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    if in_kernel:
        monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel="a kernel"))

    lesson("01")

    assert len(sent) == times


def test_nothing_is_chosen_for_the_learner() -> None:
    assert _buttons(predict("load", "How many?", [500, 2_000])).value is None


def test_a_click_is_what_gets_compared() -> None:
    _buttons(predict("load", "How many?", [500, 2_000])).value = "2,000"
    assert reveal("load", 2_000).right
    assert str(reveal("load", 2_000)) == "You chose 2,000. Right."


def test_a_wrong_choice_hears_both_values() -> None:
    predict("load", "How many?", [500, 2_000])
    choose("load", 500)
    assert str(reveal("load", 2_000, "One key.")) == "You chose 500. It is 2,000. One key."


def test_a_cell_that_reveals_runs_without_a_choice() -> None:
    predict("load", "How many?", [500, 2_000])
    assert str(reveal("load", 2_000)) == "You made no choice. It is 2,000."
    assert str(score()) == "No choices made yet."


def test_a_question_shown_again_keeps_the_choice() -> None:
    predict("load", "How many?", [500, 2_000])
    choose("load", 500)
    assert _buttons(predict("load", "How many?", [500, 2_000])).value == "500"


def test_a_choice_that_is_no_longer_offered_is_dropped() -> None:
    predict("load", "How many?", [500, 2_000])
    choose("load", 500)
    assert _buttons(predict("load", "How many?", [1_000, 2_000])).value is None


def test_an_answer_to_what_was_not_asked_may_change_with_the_run() -> None:
    reveal("load", 500)

    assert str(reveal("load", 2_000)) == "You made no choice. It is 2,000."


def test_an_answer_alone_is_no_question_with_options() -> None:
    reveal("load", 500)

    with pytest.raises(ValueError, match="500"):
        choose("load", 500)


def test_an_answer_must_be_one_of_the_options() -> None:
    predict("load", "How many?", [500, 2_000])
    with pytest.raises(ValueError, match="its options are 500, 2,000"):
        reveal("load", 1_999)


@pytest.mark.parametrize("options", [[], [1], [1, 2, 1]])
def test_a_question_needs_options_that_differ(options: list[int]) -> None:
    with pytest.raises(ValueError, match="two options or more"):
        predict("load", "How many?", options)


@pytest.mark.parametrize(("name", "option"), [("load", 501), ("other", 500)])
def test_only_what_was_asked_can_be_chosen(name: str, option: int) -> None:
    predict("load", "How many?", [500, 2_000])
    with pytest.raises(ValueError, match="is no option"):
        choose(name, option)


def test_claims_are_judged_by_true_and_false() -> None:
    rows = claims(split="A split cures it.", hash="The hash decides.").children
    rows[0].children[0].value = "true"
    rows[1].children[0].value = "true"
    assert str(reveal("split", False, "One item stays whole.")) == "You chose true. It is false. One item stays whole."
    assert reveal("hash", True).right


def test_a_verdict_repeats_its_question() -> None:
    claims(split="A split cures it.")
    assert "A split cures it." in reveal("split", False)._repr_html_()


def test_the_score_counts_only_what_was_chosen() -> None:
    claims(a="First.", b="Second.", c="Third.")
    choose("a", True)
    choose("b", True)
    for name, holds in (("a", True), ("b", False), ("c", False)):
        reveal(name, holds)
    assert (score().revealed, score().answered, score().right, score().missed) == (3, 2, 1, ("Second.",))


def test_words_of_a_question_are_shown_as_words() -> None:
    predict("tag", "Is <b> bold?", ["<i>", "no"])
    assert "&lt;i&gt;" in reveal("tag", "<i>")._repr_html_()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_answers_every_question_that_it_asks(lesson: Path) -> None:
    notebook = read(lesson)
    asked = [_first(call) for call in _calls(notebook, "predict")]
    asked += [str(keyword.arg) for call in _calls(notebook, "claims") for keyword in call.keywords]

    assert sorted(asked) == sorted(_first(call) for call in _calls(notebook, "reveal"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_an_interview_answer_points_at_cells_that_exist(lesson: Path) -> None:
    cells = read(lesson).cells
    proofs = {proof for cell in cells for proof in cell.metadata.get("dynateach", {}).get("proof", [])}

    assert proofs <= {cell.id for cell in cells}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_link_into_the_lesson_leads_to_a_heading(lesson: Path) -> None:
    prose = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")
    headings = {heading.replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}

    assert set(re.findall(r"\]\(#(.+?)\)", prose)) <= headings


def _calls(notebook: NotebookNode, function: str) -> list[ast.Call]:
    trees = [ast.parse(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == function]


def _first(call: ast.Call) -> str:
    assert isinstance(call.args[0], ast.Constant)
    return str(call.args[0].value)


def test_a_notebook_says_which_lesson_it_is() -> None:
    lesson("05")
    assert current() == "05"

    forget()
    assert current() == ""
