"""The words of a PartiQL statement.

DynamoDB reads statements with the open-source PartiQL parser, whose keywords are those of SQL-92 and a few of its own
(published: its source; observed by others: ``a.inner`` is refused). In double quotes any word is a name.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dynateach.dynamodb.rules.partiql import messages
from dynateach.dynamodb.rules.partiql.tree import Span

END = "$END"
"""The kind of the token after the last one."""


class Token(NamedTuple):
    """A word or sign: its kind, as the grammar calls it, its text, and where it starts."""

    kind: str
    text: str
    start: int


def tokenise(text: str) -> Iterator[Token]:
    """The tokens of a statement without white space and comments, and ``END``. Raises StatementError for a sign that
    can't be read.
    """
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match.group()
        if kind == "OTHER":
            raise messages.malformed("")
        if kind == "WORD":
            yield Token(_kind_of_word(word.upper()), word, match.start())
        elif kind != "SPACE":
            yield Token(SIGNS.get(word, kind), word, match.start())
    yield Token(END, "", len(text))


def span(text: str, start: int, length: int) -> Span:
    """Where something stands, by line and column."""
    line_start = text.rfind("\n", 0, start) + 1
    return Span(text.count("\n", 0, start) + 1, start - line_start + 1, length)


_TOKEN = re.compile(
    r"""
      (?P<SPACE>\s+ | --[^\n]* | /\*.*?\*/)
    | (?P<STRING>'(?:[^']|'')*')
    | (?P<QUOTED>"(?:[^"]|"")*")
    | (?P<NUMBER>(?:[0-9]+(?:\.[0-9]*)? | (?<![\w\])"])\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<WORD>[A-Za-z_$][A-Za-z0-9_$]*)
    | (?P<SIGN><<|>>|<=|>=|<>|!=|\|\||[-+*/%=<>(),.\[\]{}:;?])
    | (?P<OTHER>.)
    """,
    re.VERBOSE | re.DOTALL,
)

SIGNS = {
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "<<": "LBAG", ">>": "RBAG",
    ",": "COMMA", ".": "DOT", ":": "COLON", ";": "SEMICOLON", "?": "PARAMETER", "=": "EQUALS", "*": "STAR",
    "<>": "COMPARATOR", "!=": "COMPARATOR", "<": "COMPARATOR", "<=": "COMPARATOR", ">": "COMPARATOR", ">=": "COMPARATOR",
    "+": "SIGN", "-": "SIGN", "/": "FACTOR", "%": "FACTOR", "||": "CONCAT",
}  # fmt: skip
"""Signs and their kinds."""

_BETWEEN_OPERANDS = "EQUALS COMPARATOR SIGN FACTOR CONCAT AND OR NOT IS IN BETWEEN LIKE"
OPERATORS = frozenset(_BETWEEN_OPERANDS.split())
"""The kinds that stand between operands, or before one."""

_WITH_A_PLACE = (
    "SELECT FROM WHERE AND OR NOT IN IS BETWEEN LIKE INSERT INTO VALUE UPDATE SET REMOVE DELETE RETURNING ORDER BY ASC "
    "DESC AS EXISTS NULL MISSING TRUE FALSE LIMIT DOUBLE PRECISION CHARACTER VARYING COUNT"
)
GRAMMATICAL = frozenset(_WITH_A_PLACE.split())
"""Keywords that have a place in DynamoDB's statements; each is a kind of its own."""

TYPES = {
    "BOOL": "BOOL", "BOOLEAN": "BOOL", "SMALLINT": "N", "INT": "N", "INTEGER": "N", "INT2": "N", "INT4": "N", "INT8": "N",
    "BIGINT": "N", "FLOAT": "N", "REAL": "N", "DECIMAL": "N", "NUMERIC": "N", "STRING": "S", "CHAR": "S", "VARCHAR": "S",
    "SYMBOL": "S", "CLOB": "S", "BLOB": "B", "LIST": "L", "SEXP": "L", "STRUCT": "M", "TUPLE": "M", "BAG": "BAG",
}  # fmt: skip
"""The names of types after IS, and DynamoDB's names for them."""

WORDS = GRAMMATICAL | {"KEYWORD", "TYPE", "FUNCTION"}
"""The kinds that are keywords: no names without quotes."""

KINDS = WORDS | {*SIGNS.values(), "NAME", "QUOTED", "STRING", "NUMBER"}
"""All kinds but ``END``."""

FUNCTIONS = frozenset(
    {"SIZE", "SUM", "AVG", "MIN", "MAX", "LOWER", "UPPER", "CHAR_LENGTH", "CHARACTER_LENGTH", "COALESCE"}
)
"""Keywords that may be called."""

_WITHOUT_A_PLACE = """
ABSOLUTE ACTION ADD ALL ALLOCATE ALTER AND ANY ARE AS ASSERTION AT AUTHORIZATION BEGIN BIT BIT_LENGTH CASCADE
CASCADED CASE CAST CATALOG CHECK CLOSE COLLATE COLLATION COLUMN COMMIT CONNECT
CONNECTION CONSTRAINT CONSTRAINTS CONTINUE CONVERT CORRESPONDING CREATE CROSS CURRENT CURSOR DATE DEALLOCATE DEC
DECLARE DEFAULT DEFERRABLE DEFERRED DESCRIBE DESCRIPTOR DIAGNOSTICS DISCONNECT DISTINCT DOMAIN DROP ELSE END ESCAPE
EXCEPT EXCEPTION EXEC EXECUTE EXTERNAL EXTRACT FETCH FIRST FOR FOREIGN FOUND FULL GET GLOBAL GO GOTO GRANT GROUP
HAVING IDENTITY IMMEDIATE INDICATOR INITIALLY INNER INPUT INSENSITIVE INTERSECT INTERVAL ISOLATION JOIN KEY LANGUAGE
LAST LEFT LEVEL LOCAL MATCH MODULE NAMES NATIONAL NATURAL NCHAR NEXT NO NULLIF OCTET_LENGTH OF ON ONLY
OPEN OPTION OUTER OUTPUT OVERLAPS PAD PARTIAL POSITION PREPARE PRESERVE PRIMARY PRIOR PRIVILEGES PROCEDURE PUBLIC
READ REFERENCES RELATIVE RESTRICT REVOKE RIGHT ROLLBACK ROWS SCHEMA SCROLL SECTION SESSION SESSION_USER SOME SPACE
SQL SQLCODE SQLERROR SQLSTATE SUBSTRING SYSTEM_USER TABLE TEMPORARY THEN TIME TIMESTAMP TO TRANSACTION TRANSLATE
TRANSLATION TRIM UNION UNIQUE UNKNOWN USAGE USER USING VALUES VIEW WHEN WHENEVER WITH WORK WRITE ZONE
PIVOT UNPIVOT INDEX MODIFIED NEW OLD
"""
_OTHER_KEYWORDS = frozenset(_WITHOUT_A_PLACE.split())


def _kind_of_word(word: str) -> str:
    if word in GRAMMATICAL:
        return word
    if word in TYPES:
        return "TYPE"
    if word in FUNCTIONS:
        return "FUNCTION"
    return "KEYWORD" if word in _OTHER_KEYWORDS else "NAME"
