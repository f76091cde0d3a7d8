"""Bills: lists of lines, each with its amount and the arithmetic that led to it.

All arithmetic is exact, in fractions; amounts are rounded only to be shown.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html import escape
from typing import Literal, NamedTuple

Number = int | float | Decimal | Fraction
Part = Literal["reads", "writes", "index writes", "storage", "index storage", "streams", "protection"]

PARTS: tuple[Part, ...] = ("reads", "writes", "index writes", "storage", "index storage", "streams", "protection")
"""What a bill is for, in the order in which its lines come."""


class Line(NamedTuple):
    """One line of a bill: what it is for, its ``amount`` in dollars, and the ``formula`` in words and numbers."""

    part: Part
    name: str
    amount: Fraction
    formula: str


@dataclass(frozen=True)
class Bill:
    """What something costs, line by line."""

    name: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Fraction:
        """All lines together, in dollars."""
        return sum((line.amount for line in self.lines), Fraction())

    def part(self, part: Part) -> Fraction:
        """The lines of one part together, in dollars."""
        return sum((line.amount for line in self.lines if line.part == part), Fraction())

    def __str__(self) -> str:
        rows = self._rows()
        names, amounts = (max(len(row[i]) for row in rows) for i in (0, 1))
        body = [f"{name:{names}}  {amount:>{amounts}}  {formula}".rstrip() for name, amount, formula in rows]
        return "\n".join([self.name, *body])

    def _repr_html_(self) -> str:
        body = "".join(_CELLS.format(*map(escape, row)) for row in self._rows())
        # Two dollar signs would be taken for the ends of a formula.
        table = '<table class="dynateach-bill mathjax_ignore tex2jax_ignore">'
        return f"{table}<caption>{escape(self.name)}</caption><tbody>{body}</tbody></table>"

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = [(line.name, dollars(line.amount), line.formula) for line in self.lines]
        return [*rows, ("total", dollars(self.total), "")]


_CELLS = (
    '<tr><td style="text-align: left">{}</td><td style="text-align: right">{}</td>'
    '<td style="text-align: left">{}</td></tr>'
)


def dollars(amount: Number) -> str:
    """An amount as people read it: ``$1,642.50``; below a cent with two significant digits, ``$0.0000013``."""
    value = _decimal(exact(amount))
    if value and abs(value) < Decimal("0.01"):
        places = Decimal(1).scaleb(value.adjusted() - 1)
        return f"${value.quantize(places, ROUND_HALF_UP):f}"
    return f"${value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def plain(value: Number) -> str:
    """A number in a formula: at most two digits behind the point, thousands in groups."""
    shown = f"{_decimal(exact(value)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return shown.rstrip("0").rstrip(".")


def exact(value: Number) -> Fraction:
    """A number as it is written: the float 0.1 is a tenth."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
