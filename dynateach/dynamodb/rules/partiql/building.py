"""What each rule of the grammar makes of its parts: the tree grows from the leaves while the parser reads."""

from typing import Any

from lark import Token, Transformer

from dynateach.dynamodb.rules.partiql import messages
from dynateach.dynamodb.rules.partiql.tokens import TYPES
from dynateach.dynamodb.rules.partiql.tree import (
    Array,
    Bag,
    Call,
    Delete,
    Exists,
    Insert,
    Literal,
    Missing,
    Node,
    Operation,
    Order,
    Parameter,
    Path,
    Select,
    Span,
    Statement,
    Struct,
    TypeTest,
    Update,
)

Parts = list[Any]
"""Tokens, and what other rules have made."""


class Builder(Transformer[Token, Statement]):
    """One method for each rule of the grammar, of the same name."""

    def start(self, parts: Parts) -> Statement:
        statement: Statement = parts[0]
        return statement

    # Statements

    def select(self, parts: Parts) -> Select:
        columns, source, where, order, _ = _made(parts)
        return Select(*_with_index(source), columns, where, order)

    def columns(self, parts: Parts) -> tuple[Path, ...]:
        """Assumed of ``COUNT(*)``: it is let through, and counts nothing."""
        columns = _made(parts)
        for column in columns:
            if isinstance(column, Call):
                raise messages.unexpected_column(column.span)
        return tuple(columns)

    def insert(self, parts: Parts) -> Insert:
        source, value = _made(parts)
        table, index = _with_index(source)
        if index is not None:
            raise messages.malformed("FROM clause may only contain a single table name")
        return Insert(table, value)

    def update(self, parts: Parts) -> Update:
        source, *clauses, where, returning = _made(parts)
        return _update(source, clauses, where, returning, leads_with_from=False)

    def update_from(self, parts: Parts) -> Update:
        source, where, *clauses, returning = _made(parts)
        return _update(source, clauses, where, returning, leads_with_from=True)

    def delete(self, parts: Parts) -> Delete:
        source, where, returning = _made(parts)
        return Delete(_without_index(source), where, returning)

    def exists(self, parts: Parts) -> Exists:
        return Exists(*_made(parts))

    # Clauses

    def table(self, parts: Parts) -> list[Token]:
        return [part for part in parts if part.type in _NAMES]

    def alias(self, parts: Parts) -> None:
        raise messages.alias()

    def where(self, parts: Parts) -> Node:
        node: Node = parts[-1]
        return node

    def order(self, parts: Parts) -> Order:
        return Order(parts[2], parts[3] is not None and parts[3].type == "DESC")

    def limit(self, parts: Parts) -> None:
        raise messages.unsupported_clause("LIMIT", _span(parts[0]))

    def assignment(self, parts: Parts) -> tuple[Path, Node]:
        return parts[0], parts[2]

    def removal(self, parts: Parts) -> Path:
        path: Path = parts[0]
        return path

    def returning(self, parts: Parts) -> str:
        if not parts[0]:
            raise messages.incomplete_returning()
        return str(parts[0])

    def bare(self, parts: Parts) -> Statement:
        """An expression is no statement."""
        (node,) = parts
        if isinstance(node, TypeTest) and node.type not in ("NULL", "MISSING"):
            raise messages.unsupported_operation("IsType")
        raise messages.malformed("Expected data manipulation")

    # Conditions

    def either(self, parts: Parts) -> Operation:
        return _connected("OR", _made(parts))

    def both(self, parts: Parts) -> Operation:
        return _connected("AND", _made(parts))

    def negation(self, parts: Parts) -> Operation:
        return Operation("NOT", (parts[1],))

    def operation(self, parts: Parts) -> Operation:
        signs = [part.upper() for part in parts if isinstance(part, Token)]
        negated = signs[0] == "NOT"
        name = signs[negated]
        applied = Operation("<>" if name == "!=" else name, tuple(_made(parts)))
        return Operation("NOT", (applied,)) if negated else applied

    def type_test(self, parts: Parts) -> Node:
        operand, *words, type = parts
        test = TypeTest(operand, type)
        return Operation("NOT", (test,)) if len(words) == 2 else test

    def type(self, parts: Parts) -> str:
        word = parts[0].upper()
        return _OTHER_TYPES.get(word) or TYPES[word]

    def choices(self, parts: Parts) -> Array:
        return Array(tuple(_made(parts)))

    # Operands

    def sign(self, parts: Parts) -> Node:
        sign, operand = parts
        if sign == "+":
            return operand  # type: ignore[no-any-return]
        if isinstance(operand, Literal) and "N" in operand.value:
            text = operand.text[1:] if operand.text[0] == "-" else f"-{operand.text}"
            return Literal({"N": text}, text)
        return Operation("-", (Literal({"N": "0"}, "0"), operand))

    def group(self, parts: Parts) -> Node:
        node: Node = parts[1]
        return node

    def path(self, parts: Parts) -> Path:
        steps = tuple(_STEPS[part.type](part) for part in parts if part.type in _STEPS)
        return Path(steps, _span(parts[0], parts[-1]))

    def call(self, parts: Parts) -> Call:
        return Call(parts[0].lower(), tuple(_made(parts)), _span(parts[0]))

    def literal(self, parts: Parts) -> Literal:
        (token,) = parts
        return Literal(_LITERALS[token.type](token), str(token))

    def parameter(self, parts: Parts) -> Parameter:
        return Parameter(int(parts[0]))

    def missing(self, parts: Parts) -> Missing:
        return Missing()

    def struct(self, parts: Parts) -> Struct:
        return Struct(tuple(_made(parts)))

    def member(self, parts: Parts) -> tuple[str, Node]:
        return _unquoted(parts[0]), parts[2]

    def list(self, parts: Parts) -> Array:
        return Array(tuple(_made(parts)))

    def bag(self, parts: Parts) -> Bag:
        return Bag(tuple(_made(parts)))


_NAMES = frozenset({"NAME", "QUOTED"})
_OTHER_TYPES = {"NULL": "NULL", "MISSING": "MISSING", "DOUBLE": "N", "CHARACTER": "S"}


def _unquoted(token: Token) -> str:
    quote = token[0]
    return token[1:-1].replace(2 * quote, quote)


def _position(token: Token) -> int:
    if not token.isdigit():
        raise messages.malformed("Unexpected term")
    return int(token)


_STEPS: dict[str, Any] = {"NAME": str, "QUOTED": _unquoted, "STRING": _unquoted, "NUMBER": _position}
_LITERALS: dict[str, Any] = {
    "STRING": lambda token: {"S": _unquoted(token)},
    "NUMBER": lambda token: {"N": str(token)},
    "TRUE": lambda token: {"BOOL": True},
    "FALSE": lambda token: {"BOOL": False},
    "NULL": lambda token: {"NULL": True},
}


def _connected(name: str, conditions: Parts) -> Operation:
    """``a AND (b AND c)`` is one AND of three."""
    operands: Parts = []
    for each in conditions:
        operands += each.operands if isinstance(each, Operation) and each.name == name else (each,)
    return Operation(name, tuple(operands))


def _made(parts: Parts) -> Parts:
    """The parts without the tokens that hold them together."""
    return [part for part in parts if not isinstance(part, Token)]


def _span(first: Token, last: Token | None = None) -> Span:
    end = (last or first).end_pos
    return Span(first.line or 0, first.column or 0, (end or 0) - (first.start_pos or 0))


def _with_index(names: list[Token]) -> tuple[str, str | None]:
    """A table and perhaps its index; a table whose name has a dot in it needs quotes."""
    texts = [str(_STEPS[name.type](name)) for name in names]
    if not all(texts):
        raise messages.empty_name()
    if len(texts) > 2:
        raise messages.too_many_names()
    return texts[0], texts[1] if len(texts) == 2 else None


def _without_index(names: list[Token]) -> str:
    table, index = _with_index(names)
    if index is not None:
        raise messages.write_on_index()
    return table


def _update(
    source: list[Token], clauses: Parts, where: Node | None, returning: str | None, leads_with_from: bool
) -> Update:
    sets = tuple(clause for clause in clauses if not isinstance(clause, Path))
    removes = tuple(clause for clause in clauses if isinstance(clause, Path))
    return Update(_without_index(source), sets, removes, where, returning, leads_with_from)
