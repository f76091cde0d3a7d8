"""PartiQL, DynamoDB's SQL: a second way to write what the operations on items do.

To follow a statement on its way:

    tokens        a text becomes words and signs
    grammar       the grammar itself, read by Lark, and its complaints; building says what each rule makes
    tree          what is in a statement
    terms         PartiQL's conditions and clauses become those of expressions, with the parameters filled in
    binding       a WHERE becomes a test and the keys that it names, SET and REMOVE become an update
    messages      every error text

``parse`` brings in Lark on its first call.
"""

from dynateach.dynamodb.rules.partiql.binding import Meaning
from dynateach.dynamodb.rules.partiql.messages import StatementError
from dynateach.dynamodb.rules.partiql.tree import (
    Delete,
    Exists,
    Insert,
    Order,
    Parsed,
    Path,
    Select,
    Statement,
    Update,
    calls_in,
)

__all__ = [
    "Delete",
    "Exists",
    "Insert",
    "Meaning",
    "Order",
    "Parsed",
    "Path",
    "Select",
    "Statement",
    "StatementError",
    "Update",
    "calls_in",
    "parse",
]


def parse(text: str) -> Parsed:
    """The statement in a text. Raises StatementError if there is none, or one that DynamoDB can't have."""
    from dynateach.dynamodb.rules.partiql.grammar import parse

    return parse(text)
