"""Projection expressions: the parts of an item to answer with."""

from dynateach.dynamodb.rules.expressions.context import Context, require_unreserved
from dynateach.dynamodb.rules.expressions.grammar import Parsed
from dynateach.dynamodb.rules.expressions.paths import Selection, require_apart


def bind_projection(parsed: Parsed, context: Context) -> Selection:
    """The selection that an expression stands for. Raises ExpressionError for the first rule that it breaks."""
    require_unreserved(parsed.paths)
    paths = [context.steps(path) for path in parsed.paths]
    require_apart(paths)
    return Selection(paths)
