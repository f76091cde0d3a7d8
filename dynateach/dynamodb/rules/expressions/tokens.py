"""The words of an expression: one pattern cuts every kind of expression into tokens.

A token is the text itself; its first character tells what it is. Positions are wanted only when something is
wrong, and are found again then.
"""

import re
from string import ascii_letters, digits

from dynateach.dynamodb.rules.expressions import messages

END = ""
"""The token after the last one; it has no text, and DynamoDB shows it as ``<EOF>``."""

KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"})
"""Words that are never names, in any case: ``and``, ``Set``. All but REMOVE are reserved words too."""

_TOKEN = re.compile(
    r"""
      [A-Za-z][A-Za-z0-9_]*     # a keyword, a function or an attribute name
    | [#:][A-Za-z0-9_]+         # a placeholder
    | [0-9]+                    # an index
    | '[^']*' | "[^"]*"         # what looks like a string; there are none
    | <> | <= | >=
    | [^ \t\r\n]                # any other sign, whether it has a meaning or not
    """,
    re.VERBOSE,
)
_LETTERS = frozenset(ascii_letters)
_DIGITS = frozenset(digits)


def tokenise(text: str) -> list[str]:
    """The tokens of an expression without the white space between them, and ``END``."""
    tokens = _TOKEN.findall(text)
    tokens.append(END)
    return tokens


def is_name(token: str) -> bool:
    """An attribute name as written, ``price``, or its placeholder, ``#p``."""
    return is_word(token) or (len(token) > 1 and token[0] == "#")


def is_word(token: str) -> bool:
    """A name that is neither a placeholder nor a keyword."""
    return token[:1] in _LETTERS and token.upper() not in KEYWORDS


def is_value(token: str) -> bool:
    """The placeholder of a value, ``:v``."""
    return len(token) > 1 and token[0] == ":"


def is_index(token: str) -> bool:
    """A position in a list."""
    return token[:1] in _DIGITS


def syntax_error(text: str, index: int) -> messages.ExpressionError:
    """The error that points at token number ``index`` and shows it between its neighbours."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    start = spans[index - 1][0] if index else 0
    end = spans[index + 1][1] if index + 1 < len(spans) else len(text)
    token = text[slice(*spans[index])] if index < len(spans) else "<EOF>"
    return messages.syntax_error(token, text[start:end])
