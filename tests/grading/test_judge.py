"""Submissions judged from outside: in a process of their own, by what the engine saw."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dynateach.grading.judge import Rules, judge
from dynateach.grading.lay import Unreadable, content_of
from dynateach.grading.notebook import read, task_of
from dynateach.grading.verdicts import Judged, TaskResult

REPOSITORY = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.name for path in (REPOSITORY / "solutions").glob("*.ipynb"))
LESSON = "05_consistency.ipynb"


@pytest.mark.parametrize("name", LESSONS)
def test_a_solution_passes_with_fresh_data(name: str) -> None:
    judged = _judged(REPOSITORY / "solutions" / name, seed=20_261)

    assert [result for result in judged.results if result.verdict != "passed"] == []
    assert judged.points == judged.of == sum(result.of for result in judged.results) > 0
    assert judged.notes == ()


@pytest.mark.parametrize("name", LESSONS)
def test_an_untouched_exercise_passes_nothing(name: str) -> None:
    judged = _judged(REPOSITORY / "exercises" / name)

    assert {result.verdict for result in judged.results} == {"failed"}
    assert judged.points == 0


def test_a_record_of_a_judgement_can_be_read_again() -> None:
    judged = _judged(REPOSITORY / "exercises" / LESSON, "05.1")

    assert Judged.from_json(json.loads(json.dumps(judged.to_json()))) == judged


def test_answers_read_off_the_exercise_are_right_for_the_seed_that_the_learner_saw(tmp_path: Path) -> None:
    values = "chance = 0\nfresh = two.fresh\nunits = 1_000 * -(-two.size // 4_096)\nchance = two.lacking / 3"
    submission = _submission(tmp_path, {"answer-05-2": values})

    for exercise_seed in (1, 5):
        judged = judge(content_of(submission), _exercise(LESSON, "05.2"), Rules(seed=9, exercise_seed=exercise_seed))
        assert _of(judged, "05.2").verdict == "passed"


def test_the_feedback_shows_the_call_what_came_back_and_what_was_expected(tmp_path: Path) -> None:
    judged = _judged(_submission(tmp_path, {"answer-05-1": "def prove(table):\n    return 1, 2"}), "05.1")

    (result,) = judged.results
    assert (result.verdict, result.points, result.of) == ("failed", 0, 1)
    for words in ("prove(table)", "(1, 2)", "expected"):
        assert words in result.feedback


def test_magic_of_a_notebook_is_left_out(tmp_path: Path) -> None:
    solution = _sources(REPOSITORY / "solutions" / LESSON)["answer-05-1"]

    judged = _judged(_submission(tmp_path, {"answer-05-1": f"%%time\n%matplotlib inline\n!ls\n{solution}"}), "05.1")

    assert _of(judged, "05.1").verdict == "passed"


@pytest.mark.parametrize(
    ("cell", "raised"),
    [
        ("%%time\ndef prove(table)\n    return 2, 1", "SyntaxError: expected ':' (<cell answer-05-1>, line 2)"),
        ("import numbers\nnumbers.missing\ndef prove(table): return 2, 1", "AttributeError: module 'numbers' has no"),
    ],
)
def test_a_cell_that_raised_is_named_beside_the_name_that_it_did_not_define(
    tmp_path: Path, cell: str, raised: str
) -> None:
    judged = _judged(_submission(tmp_path, {"answer-05-1": cell}), "05.1")

    result = _of(judged, "05.1")
    assert (result.verdict, result.feedback.partition("\n")[0]) == ("failed", "prove raised NameError")
    assert f"  look at    Cell answer-05-1 raised {raised}" in result.feedback


HOSTILE: dict[str, tuple[str, str]] = {
    "an endless loop": ("def prove(table):\n    while True: pass", "timed out"),
    "an endless loop in the cell": ("while True: pass", "timed out"),
    "an end of the process": ("import os\ndef prove(table):\n    os._exit(0)", "crashed"),
    "an end of the process in the cell": ("import os; os._exit(0)", "crashed"),
    "more memory than there is": ("def prove(table):\n    return bytearray(10 ** 10)", "out of memory"),
    "closed files": ("import os\ndef prove(table):\n    os.closerange(0, 100)\n    return 2, 1", "crashed"),
    "forged words": (
        "import socket, struct, json\ndef prove(table):\n"
        "    for n in range(3, 20):\n"
        "        try:\n"
        "            s = socket.socket(fileno=n); t = json.dumps({'value': {'tuple': [2, 1]}, 'raised': None}).encode()\n"
        "            s.sendall(struct.pack('!I', len(t)) + t)\n"
        "        except OSError: pass\n    return 2, 1",
        "failed",
    ),
    "a patched check": (
        "import dynateach, dynateach.grading.check as c\nc.check = dynateach.check = lambda *a, **k: print('✓ 05.1')\n"
        "def prove(table):\n    print('✓ 05.1 passed')\n    return 2, 1",
        "failed",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_answer_gets_its_verdict_and_disturbs_no_other(what: str, tmp_path: Path) -> None:
    source, verdict = HOSTILE[what]
    good = _sources(REPOSITORY / "solutions" / LESSON)["answer-05-5"]

    # Between the two, 05.2 finds a process that has said more than was asked, and ends it.
    tasks = ("05.1", "05.2", "05.5")
    judged = _judged(_submission(tmp_path, {"answer-05-1": source, "answer-05-5": good}), *tasks, seconds=4)

    assert _of(judged, "05.1").verdict == verdict
    assert _of(judged, "05.5").verdict == "passed"


def test_who_patches_the_door_hurts_only_himself(tmp_path: Path) -> None:
    source = (
        "import dynateach.grading.worker as w\nw._Lab.request = lambda *a, **k: {'Item': {'version': {'N': '1'}}}\n"
        "def prove(table):\n    return 2, 1"
    )
    good = _sources(REPOSITORY / "solutions" / LESSON)["answer-05-5"]

    judged = _judged(_submission(tmp_path, {"answer-05-1": source, "answer-05-5": good}), "05.1", "05.5")

    assert judged.points == 0


def test_a_cell_that_comes_twice_is_no_answer(tmp_path: Path) -> None:
    path = _submission(tmp_path, {})
    notebook = json.loads(path.read_text())
    copy = dict(next(cell for cell in notebook["cells"] if cell["id"] == "answer-05-1"), source="def prove(table): ...")
    path.write_text(json.dumps(notebook | {"cells": [*notebook["cells"], copy]}))

    assert _of(_judged(path, "05.1"), "05.1").verdict == "tampered"


def test_a_cell_that_is_gone_is_missing(tmp_path: Path) -> None:
    path = _submission(tmp_path, {})
    notebook = json.loads(path.read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "answer-05-1"]
    path.write_text(json.dumps(notebook))

    result = _of(_judged(path, "05.1"), "05.1")

    assert result.verdict == "missing"
    assert "answer-05-1" in result.feedback


def test_an_edited_check_counts_for_nothing_and_is_noted(tmp_path: Path) -> None:
    judged = _judged(_submission(tmp_path, {"setup": "def check(*a, **k): print('✓')"}), "05.1")

    assert _of(judged, "05.1").verdict == "failed"
    assert judged.notes == ("Cell setup was changed; ours was used.",)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[]", b"{}", b"[" * 100_000, b'{"cells": 1}'])
def test_what_is_no_notebook_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "submission.ipynb"
    path.write_bytes(content)

    judged = _judged(path)

    assert {result.verdict for result in judged.results} == {"cannot be read"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to(REPOSITORY / "solutions" / LESSON)

    with pytest.raises(Unreadable):
        content_of(tmp_path / "link.ipynb")


def test_a_file_without_measure_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "large.ipynb").write_bytes(b" " * 10_000_001)

    with pytest.raises(Unreadable, match="larger than 10 MB"):
        content_of(tmp_path / "large.ipynb")


def _judged(path: Path, *tasks: str, seed: int = 1, seconds: float = 30) -> Judged:
    name = path.name if path.name in LESSONS else LESSON
    return judge(content_of(path), _exercise(name, *tasks), Rules(seed=seed, seconds=seconds))


def _of(judged: Judged, task: str) -> TaskResult:
    (result,) = (result for result in judged.results if result.task == task)
    return result


def _submission(folder: Path, answers: dict[str, str]) -> Path:
    """The exercise with those answers, as a learner would hand it in."""
    notebook: Any = json.loads((REPOSITORY / "exercises" / LESSON).read_text())
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    path = folder / "submission.ipynb"
    path.write_text(json.dumps(notebook))
    return path


def _sources(path: Path) -> dict[str, str]:
    return {cell.id: cell.source for cell in read(path).cells}


@cache
def _exercise(name: str, *tasks: str) -> Any:
    """The exercise, with the checks of those tasks alone if any are named: the others cost time."""
    exercise = read(REPOSITORY / "exercises" / name)
    exercise.cells = [cell for cell in exercise.cells if not tasks or task_of(cell) in (None, *tasks)]
    return exercise
