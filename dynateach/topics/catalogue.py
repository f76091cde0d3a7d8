"""Which topics there are: every file of this package that has an ``explore``, found without importing any.

[topic.name for topic in topics()]      # ['cost', 'hashing', …]
find("hashing").headline                # 'Where keys land: the hash of …'
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from dynateach.errors import LabError


@dataclass(frozen=True)
class Topic:
    """A topic: its module's ``name`` in this package, and its ``headline``, the first line of its docstring."""

    name: str
    headline: str


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, by name."""
    return tuple(sorted(_found(), key=lambda topic: topic.name))


def find(name: str) -> Topic:
    """The topic of that name; hyphens may stand for its underscores. Raises ``LabError`` if there is none."""
    wanted = name.replace("-", "_").lower()
    for topic in topics():
        if topic.name == wanted:
            return topic
    names = [topic.name for topic in topics()]
    near = get_close_matches(wanted, names, n=3) or [known for known in names if wanted in known]
    advice = f"Did you mean {' or '.join(near)}?" if near else f"The topics: {', '.join(names)}."
    raise LabError(f"there is no topic {name!r}", where="dynateach/topics", next=advice)


def _found() -> Iterator[Topic]:
    for file in files("dynateach.topics").iterdir():
        if file.name.endswith(".py"):
            module = ast.parse(file.read_text("utf-8"))
            if any(isinstance(part, ast.FunctionDef) and part.name == "explore" for part in module.body):
                yield Topic(file.name.removesuffix(".py"), _first_line(module))


def _first_line(module: ast.Module) -> str:
    return (ast.get_docstring(module) or "").partition("\n")[0].rstrip(".").replace("``", "`")
