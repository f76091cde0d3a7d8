"""The tree of an expression: what the grammar finds, and all that binding has to know of the text.

A tree is made of names and placeholders as they are written, so it can be kept and used again for any names and values.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple


class Path(NamedTuple):
    """A document path as written: names or their placeholders, and list indexes."""

    steps: tuple[str | int, ...]


class Value(NamedTuple):
    """The placeholder of a value."""

    placeholder: str


class Function(NamedTuple):
    """A function and its operands. Some functions are conditions, some are operands; the grammar does not ask which."""

    name: str
    operands: "tuple[Node, ...]"


class Operator(NamedTuple):
    """An operator, in upper case, and its operands: two or more for AND and OR; for IN, what to look for and the choices."""

    name: str
    operands: "tuple[Node, ...]"


Node = Path | Value | Function | Operator

CONNECTIVES = frozenset({"AND", "OR", "NOT"})
"""The operators whose operands are conditions."""


class Action(NamedTuple):
    """What an update does at a path; REMOVE needs no operand."""

    path: Path
    operand: Node | None


class Section(NamedTuple):
    """SET, REMOVE, ADD or DELETE, and its actions."""

    name: str
    actions: tuple[Action, ...]


def walk(node: Node) -> Iterator[Node]:
    """Every part of a tree in reading order, operands before their operator."""
    if isinstance(node, Function | Operator):
        for operand in node.operands:
            yield from walk(operand)
    yield node


def single_conditions(node: Node, connectives: Collection[str] = CONNECTIVES) -> Iterator[Function | Operator]:
    """The comparisons and functions that the connectives connect, from left to right."""
    assert isinstance(node, Function | Operator)
    if node.name in connectives:
        for operand in node.operands:
            yield from single_conditions(operand, connectives)
    else:
        yield node


def paths_in(node: Node) -> list[Path]:
    """All paths in a tree, in reading order."""
    return [part for part in walk(node) if isinstance(part, Path)]
