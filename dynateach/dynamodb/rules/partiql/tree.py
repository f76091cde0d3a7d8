"""The tree of a PartiQL statement: what the grammar finds, before parameters are filled in and anything is judged."""

from collections.abc import Iterator
from typing import NamedTuple

from dynateach.dynamodb.rules.values import AttributeValue


class Span(NamedTuple):
    """Where something stands in the text. DynamoDB's messages write it ``line:column:length``, counted from 1."""

    line: int
    column: int
    length: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}:{self.length}"


class Literal(NamedTuple):
    """A string, number, boolean or NULL; ``text`` is how it was written."""

    value: AttributeValue
    text: str


class Parameter(NamedTuple):
    """A question mark: the parameter of that number, from 0."""

    number: int


class Missing(NamedTuple):
    """The value MISSING."""


class Path(NamedTuple):
    """A document path: names are text, list indexes are numbers."""

    steps: tuple[str | int, ...]
    span: Span


class Struct(NamedTuple):
    """A map ``{'name': value, …}``."""

    members: "tuple[tuple[str, Node], ...]"


class Array(NamedTuple):
    """A list ``[value, …]``, or the choices of an IN."""

    members: "tuple[Node, ...]"


class Bag(NamedTuple):
    """A set ``<<value, …>>``."""

    members: "tuple[Node, ...]"


class Call(NamedTuple):
    """A function, its name in lower case, and its operands; the span is the name's."""

    name: str
    operands: "tuple[Node, ...]"
    span: Span


class Operation(NamedTuple):
    """An operator in upper case and its operands: two or more for AND and OR, the choices of an IN as one array."""

    name: str
    operands: "tuple[Node, ...]"


class TypeTest(NamedTuple):
    """``operand IS type``: MISSING, or DynamoDB's name of a type (a BAG is any set)."""

    operand: "Node"
    type: str


Node = Literal | Parameter | Missing | Path | Struct | Array | Bag | Call | Operation | TypeTest


class Order(NamedTuple):
    """ORDER BY a path."""

    path: Path
    descending: bool


class Select(NamedTuple):
    """``columns`` is empty for ``*``."""

    table: str
    index_name: str | None
    columns: tuple[Path, ...]
    where: Node | None
    order: Order | None


class Insert(NamedTuple):
    """The value is a map or a parameter."""

    table: str
    value: Node


class Update(NamedTuple):
    """SET and REMOVE clauses, each in the order of the text. ``returning`` is the clause as written, without its first
    word; ``leads_with_from`` tells the other way to write it: ``FROM table WHERE … SET …``.
    """

    table: str
    sets: tuple[tuple[Path, Node], ...]
    removes: tuple[Path, ...]
    where: Node | None
    returning: str | None
    leads_with_from: bool


class Delete(NamedTuple):
    """``returning`` as in ``Update``."""

    table: str
    where: Node | None
    returning: str | None


class Exists(NamedTuple):
    """The condition check of a transaction."""

    select: Select

    @property
    def table(self) -> str:
        """The table that it looks into."""
        return self.select.table


Statement = Select | Insert | Update | Delete | Exists


class Parsed(NamedTuple):
    """A statement, and how many parameters it takes."""

    statement: Statement
    parameters: int


def conjuncts(node: Node | None) -> tuple[Node, ...]:
    """The conditions that must all hold: what the outermost AND connects."""
    if node is None:
        return ()
    return node.operands if isinstance(node, Operation) and node.name == "AND" else (node,)


def walk(node: Node | None) -> Iterator[Node]:
    """A condition and every part of it, from left to right."""
    if node is None:
        return
    yield node
    if isinstance(node, TypeTest):
        yield from walk(node.operand)
    elif isinstance(node, Operation | Call):
        for operand in node.operands:
            yield from walk(operand)
    elif isinstance(node, Array):
        for member in node.members:
            yield from walk(member)


def calls_in(node: Node | None) -> bool:
    """Whether a condition calls any function."""
    return any(isinstance(part, Call) for part in walk(node))


def names_in(node: Node | None) -> list[str]:
    """The top-level attributes that a condition is about, each once."""
    return list(dict.fromkeys(str(part.steps[0]) for part in walk(node) if isinstance(part, Path)))
