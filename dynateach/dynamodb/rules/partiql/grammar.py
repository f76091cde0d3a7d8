"""From the text of a PartiQL statement to its tree: the grammar itself, and how it complains.

The grammar is the part of PartiQL that DynamoDB documents (Developer Guide, *PartiQL language reference*), with a little
of what lies beyond, so that it can be refused in DynamoDB's words. Lark makes a parser of it. Import this file on first
use only: whoever writes no PartiQL need not wait for that.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from lark import Lark, UnexpectedToken
from lark import Token as LarkToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from dynateach.dynamodb.rules.partiql import messages
from dynateach.dynamodb.rules.partiql.building import Builder
from dynateach.dynamodb.rules.partiql.tokens import END, KINDS, OPERATORS, WORDS, Token, span, tokenise
from dynateach.dynamodb.rules.partiql.tree import Parsed

GRAMMAR = """
start: (select | insert | update | update_from | delete | exists | bare) SEMICOLON?

select: SELECT columns FROM table [where] [order] [limit]
columns: STAR | _column (COMMA _column)*
_column: path alias? | call | COUNT LPAR STAR RPAR
insert: INSERT INTO table VALUE (struct | parameter)
update: UPDATE table _clause+ [where] [returning]
update_from: FROM table [where] _clause+ [returning]
_clause: SET assignment (COMMA assignment)* | REMOVE removal (COMMA removal)*
delete: DELETE FROM table [where] [returning]
exists: EXISTS LPAR select RPAR
bare: _condition

table: _name (DOT _name)* alias?
alias: AS? _name
where: WHERE _condition
order: ORDER BY path [ASC | DESC]
limit: LIMIT _condition
assignment: path EQUALS _sum
removal: path
returning: RETURNING

_condition: either
?either: both (OR both)*
?both: negated (AND negated)*
?negated: NOT negated -> negation
    | predicate
?predicate: _sum
    | _sum (EQUALS | COMPARATOR) _sum -> operation
    | _sum NOT? BETWEEN _sum AND _sum -> operation
    | _sum NOT? IN _choices           -> operation
    | _sum NOT? LIKE _sum             -> operation
    | _sum IS NOT? type               -> type_test
_choices: choices | list | bag | parameter
choices: LPAR (_sum (COMMA _sum)*)? RPAR
type: TYPE | NULL | MISSING | DOUBLE PRECISION | CHARACTER VARYING?

_sum: sum
?sum: product
    | sum (SIGN | CONCAT) product -> operation
?product: signed
    | product (STAR | FACTOR) signed -> operation
?signed: term
    | SIGN signed -> sign
?term: literal | parameter | missing | path | call | struct | list | bag
    | LPAR _condition RPAR -> group

path: _name (DOT _name | LSQB (NUMBER | STRING) RSQB)*
call: (NAME | FUNCTION | COUNT) LPAR (_condition (COMMA _condition)*)? RPAR
literal: STRING | NUMBER | TRUE | FALSE | NULL
parameter: PARAMETER
missing: MISSING
struct: LBRACE (member (COMMA member)*)? RBRACE
member: STRING COLON _condition
list: LSQB (_condition (COMMA _condition)*)? RSQB
bag: LBAG (_condition (COMMA _condition)*)? RBAG
_name: NAME | QUOTED
"""

_DEEPEST = 100
"""Brackets, NOTs and signs inside each other. Ours: it keeps below Python's limit on recursion."""


@lru_cache(maxsize=512)
def parse(text: str) -> Parsed:
    """The statement in a text. Raises StatementError if there is none, or one that DynamoDB can't have."""
    parser = _lark().parse_interactive("")
    head, before, parameters = "", "", 0
    for token in _until_returning(text):
        kind = token.kind
        head = head or kind
        value = str(parameters) if kind == "PARAMETER" else token.text
        try:
            statement = parser.feed_token(_for_lark(text, token, value))
        except UnexpectedToken:
            raise messages.malformed(_complaint(head, before, kind, _expected(parser))) from None
        before = kind
        parameters += kind == "PARAMETER"
    return Parsed(statement, parameters)


@cache
def _lark() -> Lark:
    """The parser. It is fed with tokens, so of these it knows only the kinds."""
    declared = f"%declare {' '.join(sorted(KINDS))}"
    return Lark(GRAMMAR + declared, parser="lalr", lexer="basic", transformer=Builder())


def _for_lark(text: str, token: Token, value: str) -> LarkToken:
    place = span(text, token.start, len(token.text))
    return LarkToken(token.kind, value, token.start, place.line, place.column, end_pos=token.start + len(token.text))


# Tokens

_OPENING = frozenset({"LPAR", "LSQB", "LBRACE", "LBAG"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE", "RBAG"})
_PREFIXES = frozenset({"NOT", "SIGN"})
_WRITES = frozenset({"UPDATE", "DELETE", "FROM"})


def _until_returning(text: str) -> Iterator[Token]:
    """The tokens; what a write says after RETURNING comes as one token, since DynamoDB judges it later."""
    head, brackets, prefixes = "", 0, 0
    for token in tokenise(text):
        head = head or token.kind
        brackets += (token.kind in _OPENING) - (token.kind in _CLOSING)
        prefixes = prefixes + 1 if token.kind in _PREFIXES else 0
        if brackets + prefixes > _DEEPEST:
            raise messages.nested_too_deeply()
        if token.kind == "RETURNING" and head in _WRITES:
            clause = text[token.start + len(token.text) :].strip().removesuffix(";").rstrip()
            yield token._replace(text=clause)
            yield Token(END, "", len(text))
            return
        yield token


# Complaints

_OPERAND = "PARAMETER"
"""Where a parameter is expected, any operand is."""


def _complaint(head: str, before: str, found: str, expected: set[str]) -> str:
    """What the service's parser says of a token that it did not expect.

    Observed by others, for many of them; which complaint comes in which place follows the open-source parser.
    """
    if head not in _HEADS:
        return "Expected data manipulation"
    if before == "DOT":
        return "Invalid path dot component"
    if "TYPE" in expected:
        return "Expected type name"
    if head not in ("SELECT", "EXISTS") and _wants_simple_path(before, expected):
        return "Expected identifier for simple path"
    if _OPERAND in expected or _wants_name(expected):
        return _no_operand(before, found)
    is_complete = END in expected or "VALUE" in expected or (head == "FROM" and found != END)
    return "Unexpected token after expression" if is_complete else "Unexpected term"


_HEADS = _WRITES | {"SELECT", "INSERT", "EXISTS"}


def _wants_name(expected: set[str]) -> bool:
    return "NAME" in expected and "AS" not in expected


def _wants_simple_path(before: str, expected: set[str]) -> bool:
    """Whether this is the place of what a write is about: a path, and no other operand."""
    return before == "DELETE" or (_wants_name(expected) and _OPERAND not in expected)


def _expected(parser: InteractiveParser) -> set[str]:
    """The kinds of token that could have come."""
    expected: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    return expected


def _no_operand(before: str, found: str) -> str:
    if found == END and before in OPERATORS:
        return "Missing right-hand side expression of infix operator"
    if found in OPERATORS:
        return "Unexpected operator"
    return "Unexpected keyword" if found in WORDS else "Unexpected term"
