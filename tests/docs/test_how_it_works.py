"""docs/how-it-works.md says what the engine does, and names only what there is."""

import ast
import re
from pathlib import Path
from typing import Any, get_args

from dynateach.events import Event, ReplicaRead
from tests.docs.runnable import DOCS, printed, prose, run

PAGE = (DOCS / "how-it-works.md").read_text()
LINKS = re.findall(r"\[(`?)([^]`]+)`?\]\(([^)#]+)\)", PAGE)
EVENTS = {kind.__name__ for kind in get_args(Event)}


def test_the_blocks_print_what_the_page_says() -> None:
    assert run(PAGE) == PAGE, "run: python -m tests.docs.runnable"


def test_the_walk_shows_a_read_that_misses_the_write_and_an_index_that_is_late() -> None:
    """If not, give the Lab of the page another seed."""
    names: dict[str, Any] = {}
    run(PAGE, names)
    strong, eventual = (read for read in names["lab"].trace.of(ReplicaRead) if not read.index_name)
    assert (strong.role, strong.versions, eventual.role, eventual.versions) == ("leader", 0, "follower", 1)
    assert re.findall(r"found: (\w+)", printed(PAGE)) == ["True", "False", "0", "1"]


def test_every_link_leads_somewhere() -> None:
    assert len(LINKS) > 50
    for _, _, target in LINKS:
        assert (DOCS / target).exists(), target


def test_every_function_and_class_is_where_the_page_says() -> None:
    named = [(name, target) for code, name, target in LINKS if code]
    assert len(named) > 30
    for name, target in named:
        assert name in defined_in(DOCS / target), f"{name} in {target}"


def test_every_event_that_is_printed_is_explained_and_every_event_named_there_is() -> None:
    told = set(re.findall(r"request \d+: (\w+)", printed(PAGE)))
    explained = set(re.findall(r"`([A-Z]\w+)`", prose(PAGE)))
    assert told <= explained
    left = re.findall(r"leaves\s+(?:one\s+)?`(\w+)`", prose(PAGE))
    assert set(left) <= EVENTS
    assert len(left) > 6


def test_the_stops_are_numbered_through() -> None:
    numbers = [int(number) for number in re.findall(r"^\*\*(\d+)\.", PAGE, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def defined_in(path: Path) -> set[str]:
    """The functions, classes and methods of a file: ``write``, ``Partition``, ``Partition.put``."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, kinds):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, kinds)}
    return names
