"""docs/teaching.md names only commands, options, topics and files that there are."""

import re

import pytest
from click.testing import CliRunner

from dynateach.cli import main
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
