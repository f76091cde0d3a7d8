"""Words around a picture: numbers as people say them, and the card that explains the marks."""

from html import escape

from dynateach.drawing.palette import VOCABULARY, Word, rgb, word
from dynateach.drawing.shapes import outline

NARROW = "\u202f"
"""A narrow space that never breaks, between a number and its unit."""


def number(value: float) -> str:
    """``2000`` as ``2,000`` and ``12.5`` as ``12.5``: at most one decimal, thousands in groups."""
    rounded = round(value, 1)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.1f}"


def count(value: int, thing: str, plural: str = "") -> str:
    """``1 key``, ``2,000 keys``; give the plural where it is not just an s."""
    return f"{value:,} {thing if value == 1 else plural or thing + 's'}"


def percent(share: float) -> str:
    """A share of 1 in percent: ``71 %``, but ``0.4 %`` and not ``0 %`` for what is small."""
    per_cent = share * 100
    if 0 < per_cent < 1 or 99 < per_cent < 100:
        return f"{min(max(per_cent, 0.1), 99.9):.1f}{NARROW}%"
    return f"{round(per_cent)}{NARROW}%"


def times(ratio: float) -> str:
    """A ratio as a factor: ``1.4×``; below a tenth with two decimals."""
    return f"{ratio:.2f}×" if ratio < 0.1 else f"{ratio:.1f}×"


def against(load: float, ceiling: float) -> str:
    """A load measured on its ceiling: ``2.0×``; near the ceiling, where a factor would say nothing, ``47 over``, ``3 under`` or ``exactly``."""
    if not 0.95 <= load / ceiling <= 1.1:
        return times(load / ceiling)
    if load == ceiling:
        return "exactly"
    return f"{number(abs(load - ceiling))} {'over' if load > ceiling else 'under'}"


def coloured(words: str, colour: str) -> str:
    """Words of a figure in a colour of the palette, spelled so that the theme's stylesheet finds them."""
    return f'<span style="color: {rgb(colour)}">{words}</span>'


class LegendCard:
    """The marks of the workbook's pictures and what they mean; a notebook shows it, a screen reader reads it."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words

    def __repr__(self) -> str:
        return "\n".join(f"{entry.name}: {entry.meaning}" for entry in self.words)

    def _repr_html_(self) -> str:
        rows = "".join(_row(entry) for entry in self.words)
        return f'<table class="dynateach-legend" style="border: 0"><tbody>{rows}</tbody></table>'


def legend_card(*names: str) -> LegendCard:
    """The card for the words of those names, or for all of them. Raises ``KeyError`` for a word that the pictures do not use."""
    return LegendCard(tuple(word(name) for name in names) or VOCABULARY)


def _row(entry: Word) -> str:
    cells = (
        f'<svg width="20" height="16" viewBox="-10 -8 20 16" aria-hidden="true">{_mark(entry)}</svg>',
        f"<strong>{escape(entry.name)}</strong>",
        escape(entry.meaning),
    )
    return "<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>"


def _mark(entry: Word) -> str:
    open_mark = entry.mark.endswith("-open")
    fill, width = ("none", 2) if open_mark else (entry.colour, 1)
    dashes = ' stroke-dasharray="5 2.5"' if entry.mark == "dash" else ""
    path = f'<path d="{outline(entry)}"{dashes}/>'
    return f'<g fill="{fill}" stroke="{entry.colour}" stroke-width="{width}">{path}</g>'
