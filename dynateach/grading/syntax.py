"""Where an answer is no Python: nothing of its cell is run, so the error that follows, a name that is not defined, says nothing of the cause."""

import ast
import warnings

LONGEST = 20_000
"""Letters of a cell that is looked at: what is longer is meant to hurt."""


def tree_of(source: str) -> ast.Module | SyntaxError | None:
    """The syntax tree, or the error that there is none; None for what is too long, or too deep to be looked at."""
    if len(source) > LONGEST:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # of the learner's backslashes: the teacher cannot mend them
            return ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None


def mistake_in(source: str) -> str:
    """The first mistake against Python's grammar, with its line; "" if there is none, or it cannot be told."""
    found = tree_of(source)
    return f"line {found.lineno}: {found.msg}" if isinstance(found, SyntaxError) else ""
