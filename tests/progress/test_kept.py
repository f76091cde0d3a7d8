"""What lessons and checks note is kept in the workbook's folder, shown again, and never in the way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynateach import Lab, check, checks, hint, workbook
from dynateach.checks.task import Case, Fault, Value
from dynateach.errors import CheckFailed
from dynateach.lessons import choose, claims, forget, lesson, predict, reveal, score
from dynateach.progress import notes
from dynateach.progress.place import NAME, VARIABLE

DEEP = f'{{"version": 1, "choices": {{}}, "tasks": {{}}, "more": {"[" * 600 + "]" * 600}}}'
LOAD = ("load", "How many?", [500, 2_000])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook's folder; the test runs in its ``notebooks``, as a kernel does."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / workbook.RECORD).write_text('{"files": {}}')
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def _a_new_kernel() -> Iterator[None]:
    new_kernel()
    yield
    new_kernel()


def new_kernel() -> None:
    forget()
    notes._stores.clear()


def _kept(home: Path) -> Any:
    return json.loads((home / NAME).read_text())


def _choose(option: object, number: str = "05") -> None:
    lesson(number)
    predict(*LOAD)
    choose("load", option)


def test_a_choice_of_an_earlier_kernel_is_shown_again(home: Path) -> None:
    _choose(500)
    new_kernel()

    lesson("05")
    predict(*LOAD)

    assert str(reveal("load", 2_000)) == "You chose 500. It is 2,000."
    assert score().answered == 1


def test_a_claim_of_an_earlier_kernel_is_shown_again(home: Path) -> None:
    lesson("05")
    claims(split="A split cures it.")
    choose("split", True)
    new_kernel()
    lesson("05")

    row = claims(split="A split cures it.").children[0]

    assert row.children[0].value == "true"


def test_a_choice_of_an_earlier_kernel_is_shown_although_its_answer_was_seen_first(home: Path) -> None:
    _choose(500)
    new_kernel()
    lesson("05")
    reveal("load", 2_000)
    predict(*LOAD)

    assert str(reveal("load", 2_000)) == "You chose 500. It is 2,000."


def test_a_question_of_another_lesson_is_another_question(home: Path) -> None:
    _choose(500)
    new_kernel()
    lesson("08")
    predict(*LOAD)

    assert reveal("load", 2_000).chosen is None


def test_a_choice_that_a_new_edition_does_not_offer_is_not_shown(home: Path) -> None:
    _choose(500)
    new_kernel()
    lesson("05")
    predict("load", "How many?", [1_000, 2_000])

    assert reveal("load", 2_000).chosen is None


def test_what_counts_is_the_choice_that_stood_when_the_answer_was_first_shown(home: Path) -> None:
    _choose(500)
    reveal("load", 2_000)
    choose("load", 2_000)
    reveal("load", 2_000)

    kept = _kept(home)["choices"]["05"]["load"]
    assert (kept["chosen"], kept["first"]) == ("2,000", False)


def test_an_answer_seen_without_a_choice_counts_nothing(home: Path) -> None:
    lesson("05")
    predict(*LOAD)
    reveal("load", 2_000)

    assert not (home / NAME).exists()


def test_a_notebook_that_says_no_lesson_keeps_nothing(home: Path) -> None:
    predict(*LOAD)
    choose("load", 500)
    reveal("load", 2_000)

    assert not (home / NAME).exists()


def test_a_check_notes_each_try_and_that_it_has_passed_once(home: Path) -> None:
    for answer in (1, 6, 1):
        _check(answer)

    kept = _kept(home)["tasks"]["90.1"]
    assert (kept["tries"], kept["passed"]) == (3, True)


def test_the_last_hint_that_was_read_is_noted(home: Path) -> None:
    hint("01.1", 2)
    hint("01.1", 1)

    assert _kept(home)["tasks"]["01.1"]["hints"] == 2


def test_a_folder_that_is_no_workbook_gets_no_file(home: Path) -> None:
    (home / workbook.RECORD).unlink()
    _choose(500)

    assert [path.name for path in home.iterdir()] == ["notebooks"]


def test_a_checkout_inside_a_workbook_is_no_workbook(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "checkout" / "notebooks").mkdir(parents=True)
    for folder in ("checkout", "checkout/notebooks"):
        monkeypatch.chdir(home / folder)
        _choose(500)

    assert not (home / NAME).exists()


def test_the_variable_names_another_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere" / "mine.json"))
    _choose(500)

    assert (tmp_path / "elsewhere" / "mine.json").is_file()
    assert not (home / NAME).exists()


def test_an_empty_variable_keeps_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    _choose(500)

    assert not (home / NAME).exists()


@pytest.mark.parametrize(
    "damage",
    [
        "{half",
        "[]",
        '{"version": 1}',
        "\0",
        '{"version": 1, "choices": [], "tasks": {}}',
        pytest.param(DEEP, id="deep"),
    ],
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    home: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    (home / NAME).write_text(damage)
    _choose(500)

    assert (home / "damaged dynateach-progress.json").read_text() == damage
    assert _kept(home)["choices"]["05"]["load"]["chosen"] == "500"
    assert capsys.readouterr().err.count("\n") == 1


def test_a_second_damaged_file_does_not_replace_the_first(home: Path) -> None:
    for damage in ("first", "second"):
        (home / NAME).write_text(damage)
        _choose((damage == "first" and 500) or 2_000)

    assert (home / "damaged dynateach-progress.json").read_text() == "first"
    assert (home / "damaged 2 dynateach-progress.json").read_text() == "second"


def test_what_this_kernel_has_noted_survives_damage(home: Path) -> None:
    hint("01.1", 1)
    (home / NAME).write_text("{half")
    _choose(500)

    kept = _kept(home)
    assert kept["tasks"]["01.1"]["hints"] == 1
    assert kept["choices"]["05"]["load"]["chosen"] == "500"


def test_the_file_of_a_later_edition_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / NAME).write_text('{"version": 99, "all": "new"}')
    _choose(500)

    assert (home / NAME).read_text() == '{"version": 99, "all": "new"}'
    assert str(reveal("load", 500)) == "You chose 500. Right."
    assert capsys.readouterr().err.count("\n") == 1


def test_what_another_edition_has_added_is_carried_along(home: Path) -> None:
    kept = {"version": 1, "choices": {"05": {"load": {"sure": 3}}}, "tasks": {"77.7": {"stars": 5}}, "more": [1]}
    (home / NAME).write_text(json.dumps(kept))
    _choose(500)

    now = _kept(home)
    assert (now["more"], now["tasks"], now["choices"]["05"]["load"]["sure"]) == ([1], {"77.7": {"stars": 5}}, 3)


def test_a_disk_that_cannot_be_written_costs_one_sentence_and_no_work(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", _refuse)
        _choose(500)
        hint("01.1", 2)
        assert str(reveal("load", 500)) == "You chose 500. Right."
    assert capsys.readouterr().err.count("cannot be kept") == 1
    hint("01.2", 1)

    kept = _kept(home)
    assert kept["choices"]["05"]["load"]["first"] is True
    assert set(kept["tasks"]) == {"01.1", "01.2"}
    assert sorted(path.name for path in home.iterdir()) == [NAME, workbook.RECORD, "notebooks"]


def test_two_kernels_at_once_lose_nothing(home: Path) -> None:
    script = """
import sys
from dynateach.progress import notes
for number in range(40):
    notes.note_choice(sys.argv[1], f"q{number}", "yes")
"""
    running = [subprocess.Popen([sys.executable, "-c", script, name], env=_our_path()) for name in ("05", "08")]
    assert [process.wait(timeout=60) for process in running] == [0, 0]

    assert {number: len(names) for number, names in _kept(home)["choices"].items()} == {"05": 40, "08": 40}


def test_a_system_without_file_locks_keeps_notes_all_the_same(home: Path) -> None:
    script = """
import sys
sys.modules["fcntl"] = None
import dynateach
dynateach.hint("01.1", 1)
"""
    subprocess.run([sys.executable, "-c", script], env=_our_path(), check=True, timeout=60)

    assert _kept(home)["tasks"]["01.1"]["hints"] == 1


def test_a_folder_that_is_gone_costs_no_work(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    _choose(500)

    assert str(reveal("load", 500)) == "You chose 500. Right."


def test_a_home_that_nobody_knows_costs_no_work(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "~nobody-of-this-name/mine.json")
    _choose(500)

    assert str(reveal("load", 500)) == "You chose 500. Right."


def _our_path() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(workbook.__file__).parents[1])}


def _refuse(*_: object) -> None:
    raise OSError(30, "Read-only file system")


def _check(answer: int) -> None:
    with suppress(CheckFailed):
        check("90.1", answer)


@pytest.fixture(autouse=True)
def _a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task 90.1 that is answered by 6, beside those there are."""
    real = list(checks.tasks())
    made = replace(
        real[0],
        id="90.1",
        answers=("six",),
        inputs=lambda seed: (seed,),
        prepare=lambda seed: Case(Lab(), (Value("six"),), seed),
        judge=lambda case, replies: None if replies[0].value == 6 else Fault("no six", "6"),
    )
    monkeypatch.setattr(checks, "tasks", lambda: iter([*real, made]))
