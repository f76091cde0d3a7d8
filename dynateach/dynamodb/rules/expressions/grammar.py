"""From the text of an expression to its tree: what an expression may look like, but not yet what it may mean.

All five kinds of expression are built from the same few things, and one precedence climber reads them all. It
holds what it has read so far as the left operand of the operator that comes next, and lets operators that bind
more tightly take their operands first:

    condition     OR  <  AND  <  NOT  <  = <> < <= > >= BETWEEN IN         (also filters and key conditions)
    update        SET path = value      value: + -
                  REMOVE path           ADD path :value           DELETE path :value
    projection    path, path, …

The published grammar (*Condition and filter expressions*, *Update expressions*) says the same, less precisely.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.tokens import (
    END,
    is_index,
    is_name,
    is_value,
    is_word,
    syntax_error,
    tokenise,
)
from dynateach.dynamodb.rules.expressions.tree import (
    CONNECTIVES,
    Action,
    Function,
    Node,
    Operator,
    Path,
    Section,
    Value,
)
from dynateach.dynamodb.rules.limits import EXPRESSION_BYTES, NESTING_LEVELS

T = TypeVar("T")


class Parsed(NamedTuple):
    """What the grammar finds. Exactly one of ``condition``, ``paths`` and ``sections`` is there."""

    condition: Node | None = None
    paths: tuple[Path, ...] = ()
    sections: tuple[Section, ...] = ()
    redundant_parentheses: bool = False


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Parsed:
    """A condition, filter or key condition. Raises ExpressionError."""
    return _Parser(text, _CONDITION).condition()


@lru_cache(maxsize=1024)
def parse_projection(text: str) -> Parsed:
    """A projection. Raises ExpressionError."""
    return _Parser(text, _CONDITION).projection()


@lru_cache(maxsize=1024)
def parse_update(text: str) -> Parsed:
    """An update. Raises ExpressionError."""
    return _Parser(text, _ARITHMETIC).update()


_LOWEST = 1
_NOT = 3
_CONDITION = {"OR": 1, "AND": 2} | dict.fromkeys(("=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN"), 4)
_ARITHMETIC = {"+": 1, "-": 1}

_SECTIONS = frozenset({"SET", "REMOVE", "ADD", "DELETE"})

_DEEPEST = 280
"""Parentheses, NOTs and functions inside each other. Ours: it keeps below Python's limit on recursion, and lets through
what 4 KB can hold of ``((a AND b) AND c) AND …``, which is how boto3 writes a long chain."""

_LARGEST_INDEX = 2**31 - 1


class _Parser:
    """Reads one expression from left to right and never goes back. ``levels`` says how tightly each operator binds."""

    def __init__(self, text: str, levels: Mapping[str, int]) -> None:
        if not text.strip():
            raise messages.empty_expression()
        size = len(text.encode(errors="surrogatepass"))
        if size > EXPRESSION_BYTES:
            raise messages.expression_too_long(size)
        self._text = text
        self._levels = levels
        self._tokens = tokenise(text)
        self._at = 0
        self._depth = 0
        self._closings: dict[int, int] = {}
        self._redundant = False

    def condition(self) -> Parsed:
        node = self._climb(_LOWEST)
        self._require_condition(node)
        self._require_end()
        return Parsed(condition=node, redundant_parentheses=self._redundant)

    def projection(self) -> Parsed:
        paths = self._list_of(self._path)
        self._require_end()
        return Parsed(paths=paths)

    def update(self) -> Parsed:
        sections = [self._section()]
        while self._token != END:
            sections.append(self._section())
        return Parsed(sections=tuple(sections), redundant_parentheses=self._redundant)

    # Operators

    def _climb(self, lowest: int) -> Node:
        """An operand or a condition, with all operators that follow and bind at least as tightly as ``lowest``."""
        self._go_deeper(1)
        left = self._primary()
        while (level := self._levels.get(self._token.upper(), 0)) >= lowest:
            left = self._operation(left, level)
        self._depth -= 1
        return left

    def _primary(self) -> Node:
        if self._token == "(":
            opening = self._expect("(")
            return self._close(opening, self._climb(_LOWEST))
        if self._token.upper() == "NOT" and self._levels is _CONDITION:
            self._at += 1
            negated = self._climb(_NOT)
            self._require_condition(negated)
            return Operator("NOT", (negated,))
        return self._operand()

    def _operation(self, left: Node, level: int) -> Node:
        operator = self._token.upper()
        if operator in CONNECTIVES:
            return self._connected(left, operator, level)
        self._require_operand(left)
        self._at += 1
        if operator == "BETWEEN":
            return Operator(operator, (left, *self._bounds()))
        if operator == "IN":
            return Operator(operator, (left, *self._operands()))
        return Operator(operator, (left, self._operand()))

    def _connected(self, left: Node, operator: str, level: int) -> Operator:
        """``a AND b AND c``, however it is put in parentheses, is one AND of three: a long chain is no deep tree."""
        self._require_condition(left)
        operands = _parts(left, operator)
        while self._token.upper() == operator:
            self._at += 1
            right = self._climb(level + 1)
            self._require_condition(right)
            operands += _parts(right, operator)
        return Operator(operator, operands)

    def _bounds(self) -> tuple[Node, Node]:
        low = self._operand()
        self._expect("AND")
        return low, self._operand()

    # Operands

    def _operand(self) -> Node:
        token = self._token
        if token == "(":
            opening = self._expect("(")
            self._go_deeper(2)
            operand = self._close(opening, self._operand())
            self._depth -= 2
            return operand
        if is_value(token):
            self._at += 1
            return Value(token)
        if is_word(token) and self._tokens[self._at + 1] == "(":
            return self._function()
        return self._path()

    def _close(self, opening: int, node: Node) -> Node:
        """Ends a pair of parentheses around ``node``. If it is a path, it may go on after them: ``(a.b)[0]``."""
        closing = self._expect(")")
        self._closings[opening] = closing
        if self._closings.get(opening + 1) == closing - 1:
            self._redundant = True
        return self._continued(node) if isinstance(node, Path) else node

    def _function(self) -> Function:
        name = self._token
        self._at += 1
        self._go_deeper(2)
        operands = self._operands()
        self._depth -= 2
        return Function(name, operands)

    def _operands(self) -> tuple[Node, ...]:
        self._expect("(")
        operands = self._list_of(self._operand)
        self._expect(")")
        return operands

    def _path(self) -> Path:
        return self._continued(Path((self._name(),)))

    def _continued(self, path: Path) -> Path:
        steps = list(path.steps)
        while self._token in (".", "["):
            self._at += 1
            steps.append(self._name() if self._tokens[self._at - 1] == "." else self._index())
        if len(steps) > NESTING_LEVELS:
            raise messages.path_too_deep(len(steps))
        return Path(tuple(steps))

    def _name(self) -> str:
        token = self._token
        if not is_name(token):
            raise self._unexpected()
        self._at += 1
        return token

    def _index(self) -> int:
        token = self._token
        if not is_index(token):
            raise self._unexpected()
        self._at += 1
        self._expect("]")
        if len(token) > 10 or int(token) > _LARGEST_INDEX:
            raise messages.index_out_of_range(token)
        return int(token)

    # Updates

    def _section(self) -> Section:
        name = self._token.upper()
        if name not in _SECTIONS:
            raise self._unexpected()
        self._at += 1
        return Section(name, self._list_of(partial(self._action, name)))

    def _action(self, section: str) -> Action:
        path = self._path()
        if section == "REMOVE":
            return Action(path, None)
        if section == "SET":
            self._expect("=")
            return Action(path, self._climb(_LOWEST))
        if not is_value(self._token):
            raise self._unexpected()
        return Action(path, self._operand())

    # Tokens

    @property
    def _token(self) -> str:
        return self._tokens[self._at]

    def _expect(self, token: str) -> int:
        """Steps over ``token`` and answers with its number."""
        if self._token.upper() != token:
            raise self._unexpected()
        self._at += 1
        return self._at - 1

    def _list_of(self, part: Callable[[], T]) -> tuple[T, ...]:
        parts = [part()]
        while self._token == ",":
            self._at += 1
            parts.append(part())
        return tuple(parts)

    def _go_deeper(self, levels: int) -> None:
        self._depth += levels
        if self._depth > _DEEPEST:
            raise messages.nested_too_deeply()

    def _require_operand(self, node: Node) -> None:
        """The token after a finished condition or sum can't be a comparator or a sign."""
        if isinstance(node, Operator):
            raise self._unexpected()

    def _require_condition(self, node: Node) -> None:
        """The token after a bare path or value must compare it with something."""
        if isinstance(node, Path | Value):
            raise self._unexpected()

    def _require_end(self) -> None:
        if self._token != END:
            raise self._unexpected()

    def _unexpected(self) -> messages.ExpressionError:
        return syntax_error(self._text, self._at)


def _parts(node: Node, operator: str) -> tuple[Node, ...]:
    return node.operands if isinstance(node, Operator) and node.name == operator else (node,)
