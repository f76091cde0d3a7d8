"""The command line: what it prints, how it ends, and that a mistake never meets a traceback."""

import json
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dynateach import workbook
from dynateach.cli import main

COMMANDS = (
    "check", "course", "doctor", "export", "grade", "lab", "progress", "record", "release", "reset", "serve", "show",
)  # fmt: skip


def test_the_version_is_the_packages() -> None:
    assert _invoke("--version").stdout.split()[-1] == metadata.version("dynateach")


def test_help_names_every_command_and_no_other() -> None:
    lines = _invoke("--help").stdout.partition("Commands:")[2].splitlines()

    assert tuple(line.split()[0] for line in lines if line.strip()) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    assert "Usage:" in _invoke(command, "--help").stdout


def test_check_prints_one_line_a_task_and_the_checks_own_words(tmp_path: Path) -> None:
    class_cell = (
        'class CheckFailed(Exception): pass\ndef check(good):\n    if not good: raise CheckFailed("[3] is not 2")'
    )
    path = _store(tmp_path, ("", class_cell), ("01.1", "check(True)"), ("01.2", "check(False)"))

    result = _invoke("check", str(path))

    assert result.stdout.splitlines() == [
        "passed      01.1",
        "failed      01.2",
        "            [3] is not 2",
        "1 of 2 tasks passed.",
    ]
    assert result.exit_code == 1


def test_check_names_the_cell_that_failed_first(tmp_path: Path) -> None:
    result = _invoke("check", str(_store(tmp_path, ("", "import nothing_of_that_name"), ("01.1", "nothing"))))

    assert "Look there first. Cell cell-0 raised ModuleNotFoundError" in result.stdout


def test_check_ends_with_0_if_every_task_passed(tmp_path: Path) -> None:
    assert _invoke("check", str(_store(tmp_path, ("01.1", "pass")))).exit_code == 0


def test_check_says_why_a_task_was_not_reached(tmp_path: Path) -> None:
    result = _invoke("check", str(_store(tmp_path, ("", "while True: pass"), ("01.1", "pass"))), "--timeout", "2")

    assert "not reached 01.1" in result.stdout
    assert "Cell cell-0 took more than 2 s." in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "absent.ipynb"),
        ("check", "."),
        ("check", "text.ipynb"),
        ("export", "absent.ipynb"),
        ("export", "."),
        ("export", "text.ipynb"),
        ("release", "nowhere"),
        ("record", "absent.ipynb"),
        ("course", "new", "."),
        ("lab", "text.ipynb"),
    ],
)
def test_a_bad_path_is_answered_with_what_where_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.ipynb").write_text("no notebook")

    result = _invoke(*arguments)

    what, where, advice = result.stderr.splitlines()
    assert what
    assert where.startswith("  where: ")
    assert arguments[-1] in where
    assert advice.startswith("  what to do: ")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


def test_export_says_where_the_page_is_and_what_is_in_it(tmp_path: Path) -> None:
    path = _store(tmp_path, ("", "6 * 7"))

    result = _invoke("export", str(path))

    assert result.stdout == f"{path.with_suffix('.html')} (0.0 MB, figures: 0, films: 0)\n"
    assert result.exit_code == 0


def test_export_names_the_cell_that_failed_and_writes_nothing(tmp_path: Path) -> None:
    path = _store(tmp_path, ("", "6 * 7"), ("", "import nothing_of_that_name"))

    result = _invoke("export", str(path))

    assert result.exit_code == 2
    assert result.stderr.startswith(
        "The notebook does not run: cell cell-1 raised ModuleNotFoundError: No module named"
    )
    assert not path.with_suffix(".html").exists()


def test_export_without_a_run_says_that_nothing_was_stored(tmp_path: Path) -> None:
    result = _invoke("export", "--no-run", str(_store(tmp_path, ("", "1 / 0"))))

    assert "was saved without outputs" in result.stdout
    assert result.exit_code == 0


def test_show_alone_lists_the_topics() -> None:
    result = _invoke("show")

    listed = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert listed["hashing"].startswith("Where keys land")
    assert result.exit_code == 0


def test_show_answers_a_slip_with_the_name_that_was_meant() -> None:
    result = _invoke("show", "hashng")

    assert "there is no topic 'hashng'" in result.stderr
    assert "hashing" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_a_usage_error(port: str) -> None:
    result = _invoke("lab", "--port", port)

    assert result.exit_code == 2
    assert "--port" in result.stderr


def test_lab_tells_a_returning_learner_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = tmp_path / "shipped" / "notebooks" / "01.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.write_text("edition 1")
    monkeypatch.setattr(workbook, "origin", lambda: tmp_path / "shipped")
    monkeypatch.setattr("dynateach.jupyter.launch.start", lambda *_, **__: None)
    folder = tmp_path / "mine"
    _invoke("lab", str(folder))
    (folder / "notebooks" / "01.ipynb").write_text("my work")
    lesson.write_text("edition 2")

    said = _invoke("lab", str(folder)).stdout.splitlines()

    assert said[1] == (
        "You have changed notebooks/01.ipynb: it stays as it is. The new edition is notebooks/NEW 01.ipynb"
    )


def test_lab_without_a_folder_uses_the_learners_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("dynateach.jupyter.launch.start", lambda *_, **__: None)

    assert _invoke("lab").exit_code == 0
    assert (tmp_path / "dynateach-workbook" / workbook.START).is_file()


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def _store(folder: Path, *cells: tuple[str, str]) -> Path:
    """A notebook with one code cell for each (task or "", source), with the ids cell-0, cell-1, …"""
    written: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{index}",
            "metadata": {"dynateach": {"check": task}} if task else {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for index, (task, source) in enumerate(cells)
    ]
    path = folder / "one.ipynb"
    path.write_text(json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path
