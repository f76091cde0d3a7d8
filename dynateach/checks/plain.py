"""Values from strangers, made harmless: as plain data to be judged, and as short text to be shown.

A judge compares only what ``plain`` returns, so no ``__eq__``, ``__repr__`` or ``__iter__`` of a learner's class ever runs in it.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

DEPTH = 40
"""Levels of nesting that are kept; DynamoDB stores 32."""
PARTS = 200_000
"""Values within a value that are kept."""
BITS = 4_096
"""Bits of a whole number that is kept. DynamoDB's numbers end at 10**126; counting with larger ones takes longer than anybody waits."""
EXPONENT, BYTES = 400, 1_000
"""Size of a Decimal that is kept."""


class Odd(NamedTuple):
    """A value that is no plain data: the name of its type, and its ``repr`` as far as that can be had."""

    type: str
    text: str


def plain(value: Any) -> Any:
    """The value rebuilt from None, bool, int, float, Decimal, str, bytes, list, tuple, set and dict alone.

    Instances of subclasses become the base type, numpy's numbers become Python's; anything else, and what is nested or
    large beyond measure, becomes ``Odd``.
    """
    return _Copier().copy(value, DEPTH)


def show(value: Any, width: int = 300) -> str:
    """One line of at most ``width`` characters for a plain value, long parts of it cut with a word on what is missing."""
    text = _show(value, 3)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def kind(value: Any) -> str:
    """A plain value's type in a learner's words: ``a list``, ``None``, ``a generator``."""
    if value is None:
        return "None"
    name = value.type if isinstance(value, Odd) else type(value).__name__
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


class _Copier:
    def __init__(self) -> None:
        self._left = PARTS

    def copy(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if depth < 0 or self._left < 0:
            return Odd(_type_name(value), "nested or long beyond measure")
        if value is None or type(value) in (bool, float, str, bytes):
            return value
        if type(value) is int:
            return value if value.bit_length() <= BITS else Odd("int", _show(value, 0))
        if type(value) is Decimal:
            return value if _is_measured(value) else Odd("Decimal", _short(str(value)))
        if _is_told_odd(value):
            return Odd(value.type[:_NAME], value.text[:_TEXT])
        for base, rebuild in _REBUILD.items():
            if issubclass(type(value), base):
                return rebuild(self, value, depth - 1)
        return _number(value)

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        return [self.copy(part, depth) for part in list.__iter__(value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> tuple[Any, ...]:
        return tuple(self.copy(part, depth) for part in tuple.__iter__(value))

    def _dict(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        return {self._hashable(key, depth): self.copy(part, depth) for key, part in dict.items(value)}

    def _set(self, value: set[Any], depth: int) -> set[Any]:
        return {self._hashable(part, depth) for part in set.__iter__(value)}

    def _frozenset(self, value: frozenset[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._hashable(part, depth) for part in frozenset.__iter__(value))

    def _hashable(self, value: Any, depth: int) -> Any:
        """A list may hide in a tuple of a class that is hashable all the same."""
        copied = self.copy(value, depth)
        try:
            hash(copied)
        except TypeError:
            return _odd(value)
        return copied


_REBUILD: dict[type, Any] = {
    list: _Copier._list,
    tuple: _Copier._tuple,
    dict: _Copier._dict,
    set: _Copier._set,
    frozenset: _Copier._frozenset,
    int: lambda copier, value, depth: copier.copy(int.__add__(value, 0), depth),
    float: lambda copier, value, depth: float.__add__(value, 0.0),
    str: lambda copier, value, depth: str.__str__(value),
    bytes: lambda copier, value, depth: bytes.__add__(value, b""),
    Decimal: lambda copier, value, depth: copier.copy(Decimal(value), depth),
}


def _is_told_odd(value: Any) -> bool:
    """Whether another process has made it plain before, and told of what is not."""
    return type(value) is Odd and type(value.type) is str and type(value.text) is str


def _number(value: Any) -> Any:
    """A number of numpy's, or a Fraction, as Python's int or float."""
    try:
        if type(value) is Fraction:
            return float(value)
        if type(value).__module__ == "numpy" and type(value.item()) in (bool, int, float, str):
            return value.item()
    except Exception:  # a class may call itself one of numpy's
        pass
    return _odd(value)


def _is_measured(value: Decimal) -> bool:
    """Whether it can be compared, counted with and made an int: no NaN, and not 1e999999999."""
    return value.is_finite() and abs(value.adjusted()) <= EXPONENT and value.__sizeof__() <= BYTES


def _odd(value: Any) -> Odd:
    try:
        text = str.__str__(repr(value))
    except Exception:
        text = "its repr fails"
    return Odd(_type_name(value), _short(text))


_NAME, _TEXT = 60, 200


def _short(text: str) -> str:
    return " ".join(text[:_TEXT].split())


def _type_name(value: Any) -> str:
    """As Python knows it, whatever a metaclass says."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name[:_NAME]


_SHOWN = 4
_LETTERS = 60


def _show(value: Any, depth: int) -> str:
    if isinstance(value, Odd):
        return value.text or f"<{value.type}>"
    if isinstance(value, (str, bytes)):
        return repr(value) if len(value) <= _LETTERS else f"{value[:20]!r}… ({len(value):,} long)"
    if isinstance(value, int) and abs(value) >= 10**40:
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1:,} digits"
    if not isinstance(value, (list, tuple, set, frozenset, dict)):
        return repr(value)
    return _show_parts(value, depth)


def _show_parts(value: Any, depth: int) -> str:
    if not value or depth == 0:
        return repr(value) if not value else f"{type(value).__name__} of {len(value):,}"
    if isinstance(value, dict):
        parts = [f"{_show(key, 0)}: {_show(part, depth - 1)}" for key, part in list(value.items())[: 2 * _SHOWN]]
    else:
        parts = [_show(part, depth - 1) for part in list(value)[: 2 * _SHOWN]]
    if len(value) > len(parts):
        parts = [*parts[:_SHOWN], f"… {len(value) - _SHOWN:,} more"]
    left, right = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    return f"{left}{', '.join(parts)}{comma}{right}"
