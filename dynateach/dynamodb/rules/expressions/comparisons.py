"""What operators and functions say about canonical values. None stands for an attribute that the item does not
have.

Values of different types are never equal and have no order; that is no error, the comparison just does not
hold. Documented, *Comparison operator and function reference*, except where a function says otherwise.
"""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from dynateach.dynamodb.rules.numbers import order
from dynateach.dynamodb.rules.values import AttributeValue

Operand = AttributeValue | None

SCALARS = frozenset({"S", "N", "B", "BOOL", "NULL"})
"""Types whose canonical values are equal exactly when their wire forms are."""

SETS = frozenset({"SS", "NS", "BS"})


def equal(a: Operand, b: Operand) -> bool:
    """Same type and same content; the members of a set may come in any order, at any depth."""
    if a is None or b is None:
        return False
    return a == b or _equal_but_for_order(a, b)


def _equal_but_for_order(a: AttributeValue, b: AttributeValue) -> bool:
    ((kind, content),) = a.items()
    if kind in SCALARS or kind not in b:
        return False
    other = b[kind]
    if len(content) != len(other):
        return False
    if kind in SETS:
        return set(content) == set(other)
    if kind == "L":
        return all(map(equal, content, other))
    return all(name in other and equal(value, other[name]) for name, value in content.items())


Order = Callable[[Any], Any]

ORDERS: dict[str, Order] = {"S": str, "N": order, "B": b64decode}
"""How the ordered types compare: strings by their UTF-8 bytes (Python's order as well), binaries by their raw bytes."""


def begins_with(text: Operand, prefix: Operand) -> bool:
    """Of two strings or two binaries: the first starts with the second."""
    return _of_same_kind(text, prefix, lambda whole, part: whole.startswith(part))


def contains(container: Operand, part: Operand) -> bool:
    """A string or binary contains a piece, a set a member, a list an element of any type."""
    if container is None or part is None:
        return False
    ((kind, content),) = container.items()
    if kind == "L":
        return any(equal(element, part) for element in content)
    if kind in SETS:
        return part.get(kind[0]) in content
    return _of_same_kind(container, part, lambda whole, piece: piece in whole)


def size(value: Operand) -> Operand:
    """A number: the length of a string, the bytes of a binary, the members of a set, list or map; None for any
    other type.

    Assumed: a string's length counts UTF-16 units, as strings do in the service's own language, so that an
    emoji counts two.
    """
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind in _NO_SIZE:
        return None
    if kind == "S":
        return {"N": str(len(content) if content.isascii() else len(content.encode("utf-16-le")) // 2)}
    return {"N": str(len(b64decode(content) if kind == "B" else content))}


_NO_SIZE = frozenset({"N", "BOOL", "NULL"})


def _of_same_kind(whole: Operand, part: Operand, holds: Callable[[Any, Any], bool]) -> bool:
    if whole is None or part is None:
        return False
    if "S" in whole and "S" in part:
        return holds(whole["S"], part["S"])
    if "B" in whole and "B" in part:
        return holds(b64decode(whole["B"]), b64decode(part["B"]))
    return False
