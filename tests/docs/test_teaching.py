"""docs/teaching.md names only commands, options, topics and files that there are."""

import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynateach import check
from dynateach.cli import main
from dynateach.errors import CheckFailed
from dynateach.topics import catalogue
from tests.docs.runnable import DOCS

PAGE = (DOCS / "teaching.md").read_text()
COMMANDS = sorted(set(re.findall(r"(?:`|^)dynateach (\w+)", PAGE, re.MULTILINE)))
OTHERS = {"--nbval-lax"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command: str) -> None:
    assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


def test_every_option_belongs_to_a_command_of_the_page() -> None:
    known = {option for name in COMMANDS for param in main.commands[name].params for option in param.opts}

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) - OTHERS <= known
    assert {"grade", "check", "show"} <= set(COMMANDS)


def test_every_topic_for_the_projector_can_be_opened() -> None:
    for topic in re.findall(r"dynateach show (\w+)", PAGE):
        assert catalogue.find(topic).name == topic


def test_every_file_and_link_is_there() -> None:
    for path in re.findall(r"(?:notebooks|exercises)/\w+\.ipynb", PAGE):
        assert (DOCS.parent / path).is_file(), path
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", PAGE):
        assert (DOCS / target).is_file(), target


def test_the_check_on_the_page_passes_the_right_answer_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"^ *```python\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "greeting.py").write_text(textwrap.dedent(code))
    monkeypatch.chdir(tmp_path)

    check("20.2", lambda table, id: f"Hello {table.get_item(Key={'pk': id})['Item']['name']}")
    with pytest.raises(CheckFailed, match="greet says something else"):
        check("20.2", lambda table, id: "Hello Ada")

    assert capsys.readouterr().out.startswith("✓ 20.2 Greet a guest (1 point)")
