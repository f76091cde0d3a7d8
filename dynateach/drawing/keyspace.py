"""The key space as a line: keys standing on it, the ranges that cut it, and the load of each range beneath."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from dynateach.drawing.captions import number
from dynateach.drawing.palette import BLUE, CEILING, CLEAR, HAIRLINE, INK, QUIET, VERMILLION
from dynateach.drawing.picture import Panel, Picture

AXIS = {
    "range": [0, 1],
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
    "ticktext": ["0", "¼", "½", "¾", "1"],
}
"""The key space from 0 to 1, as plotly wants an axis."""
TITLE = {"text": "key space: hash of the partition key", "standoff": 4}
BARE = {"visible": False}
CHARACTER = 0.017
"""The share of the key space that one character takes."""
NAMED = 8
"""With no more keys than this each stem carries its key's name."""

APART = 600
"""More keys than this cannot be drawn side by side."""
SLOTS = 200


class Mark(NamedTuple):
    """A partition key: where it lands in the key space, and for how many requests it was named."""

    key: str
    position: float
    requests: int


def pooled(marks: Sequence[Mark]) -> list[Mark]:
    """The keys themselves, or, when there are too many to tell apart, the sums of their requests over equal slots of the key space."""
    if len(marks) <= APART:
        return list(marks)
    sums = Counter[int]()
    for mark in marks:
        sums[int(mark.position * SLOTS)] += mark.requests
    return [Mark("the keys here", (slot + 0.5) / SLOTS, requests) for slot, requests in sorted(sums.items())]


class Band(NamedTuple):
    """A partition as drawn: its range [low, high), its load in units a second, and the most that it serves."""

    name: str
    low: float
    high: float
    load: float
    ceiling: float

    @property
    def overloaded(self) -> bool:
        """Whether it is asked for more than it serves."""
        return self.load > self.ceiling


class Scale(NamedTuple):
    """The height of a panel, from 0 to ``top``, and the heights of the lines drawn across it."""

    top: float
    lines: tuple[float, ...] = ()

    @property
    def axis(self) -> dict[str, Any]:
        """The same, as plotly wants an axis."""
        whole = {"dtick": 1} if self.top < 4 else {"nticks": 4}
        return {"range": [0, self.top], "tickformat": ",", "showgrid": True, **whole}

    def crowded(self, height: float) -> bool:
        """Whether figures that stand on that height would run into a line."""
        return any(0 <= line - height < 0.16 * self.top for line in self.lines) and height > 0.16 * self.top


def scale(heights: Iterable[float], *lines: float) -> Scale:
    """A scale with room for figures above the highest of the heights and lines."""
    return Scale(1.22 * max([*heights, *lines]), lines)


def stems(picture: Picture, panel: Panel, marks: Sequence[Mark], colour: str = QUIET) -> None:
    """One stem a key, as high as it has requests. Its tip tells of it."""
    width = _stem_width(len(marks))
    ends = (((mark.position, 0), (mark.position, mark.requests)) for mark in marks)
    picture.strokes(panel, ends, color=colour, width=width)
    picture.add(
        panel,
        type="scatter",
        mode="none",
        x=[mark.position for mark in marks],
        y=[mark.requests for mark in marks],
        text=[mark.key for mark in marks],
        hovertemplate="<b>%{text}</b> at %{x:.4f}: %{y:,} requests<extra></extra>",
    )


def names(picture: Picture, panel: Panel, marks: Sequence[Mark], scale: Scale, asked: Sequence[float] = ()) -> None:
    """The keys' names on their stems, if they are few. Neighbours stand one above the other; at the places ``asked`` about stands a name already."""
    taken = [(position, PROBE, 0.1) for position in asked]
    for mark in sorted(marks if len(marks) <= NAMED else (), key=lambda mark: mark.requests):
        name = _short(mark.key)
        middle = min(max(mark.position, _length(name) / 2), 1 - _length(name) / 2)
        width, height = _length(name), mark.requests / scale.top
        while any(abs(middle - x) < (width + w) / 2 and abs(height - y) < LINE for x, y, w in taken):
            height += LINE
        if mark.position in asked:
            continue
        taken.append((middle, height, width))
        picture.label(panel, middle, height * scale.top, escape(name), yanchor="bottom")


def ticks(picture: Picture, panel: Panel, positions: Sequence[float], up: tuple[float, float], colour: str) -> None:
    """One short stroke a key, all of one height."""
    low, high = up
    ends = (((position, low), (position, high)) for position in positions)
    picture.strokes(panel, ends, color=colour, width=5 if len(positions) <= 12 else 1.2)


def ranges(picture: Picture, panel: Panel, bands: Sequence[Band], colour: str = BLUE, level: float = 0) -> None:
    """The line itself, cut into ranges; a range that is asked for too much is vermillion."""
    picture.add(
        panel,
        type="bar",
        orientation="h",
        base=[band.low for band in bands],
        x=[band.high - band.low for band in bands],
        y=[level] * len(bands),
        width=1,
        marker={"color": [_fill(band, colour) for band in bands], "opacity": _alternating(len(bands)), "line": SEAM},
        text=[band.name if _fits(band.name, band) else "" for band in bands],
        customdata=[[band.name, band.low, band.high] for band in bands],
        textposition="inside",
        insidetextanchor="middle",
        constraintext="none",
        textangle=0,
        textfont={"color": "white", "size": 12},
        hovertemplate="<b>%{customdata[0]}</b> owns %{customdata[1]:.4f} to %{customdata[2]:.4f}<extra></extra>",
    )


def loads(
    picture: Picture,
    panel: Panel,
    bands: Sequence[Band],
    scale: Scale,
    unit: str,
    colour: str = BLUE,
    named: Collection[str] = (),
) -> None:
    """A bar under each range, as wide as the range and as high as its load; what lies above the ceiling is vermillion.

    The loads of the partitions in ``named`` are written even where their bars are too narrow, with a line that leads to the bar.
    """
    for served, fill in ((True, colour), (False, VERMILLION)):
        picture.add(
            panel,
            type="bar",
            x=[_middle(band) for band in bands],
            base=[0 if served else band.ceiling for band in bands],
            y=[min(band.load, band.ceiling) if served else max(band.load - band.ceiling, 0) for band in bands],
            width=[band.high - band.low for band in bands],
            marker={"color": fill, "opacity": _alternating(len(bands)), "line": SEAM if served else _edge(bands)},
            customdata=[[band.name, band.load] for band in bands],
            hovertemplate=f"<b>%{{customdata[0]}}</b>: %{{customdata[1]:,.1f}} {unit}<extra></extra>",
        )
    _write_loads(picture, panel, [band for band in bands if _has_room(band)], scale)
    _lead_to(picture, panel, [band for band in bands if band.name in named and band.load and not _has_room(band)])


def _write_loads(picture: Picture, panel: Panel, bands: Sequence[Band], scale: Scale) -> None:
    # Nothing is written where there is nothing to say: once it has drawn an empty text, plotly never writes at its place again.
    inside = [scale.crowded(band.load) for band in bands]
    picture.add(
        panel,
        type="scatter",
        mode="text",
        x=[_middle(band) for band in bands],
        y=[band.load - 0.02 * scale.top * low for band, low in zip(bands, inside, strict=True)],
        text=[number(band.load) for band in bands],
        textposition=["bottom center" if low else "top center" for low in inside],
        textfont={"color": ["white" if low else INK for low in inside], "size": 12 if len(bands) <= 10 else 11},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _lead_to(picture: Picture, panel: Panel, bands: Sequence[Band]) -> None:
    # Narrow neighbours would write over each other: the left one's words stand to the left, the others' to the right.
    for i, band in enumerate(bands):
        left = (i == 0 and band.low > 0.2) or band.high > 0.8
        words = f"{escape(band.name)}: <b>{number(band.load)}</b>"
        leader: dict[str, Any] = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": INK}
        place: dict[str, Any] = {
            "ax": -16 if left else 16,
            "ay": -10 - 16 * (i % 2),
            "xanchor": "right" if left else "left",
        }
        picture.label(panel, _middle(band), band.load, words, **leader, **place)


def outlines(picture: Picture, panel: Panel, bands: Sequence[Band]) -> None:
    """Bars of an earlier load, as outlines to compare with."""
    loaded = [band for band in bands if band.load]
    picture.add(
        panel,
        type="bar",
        x=[_middle(band) for band in loaded],
        y=[band.load for band in loaded],
        width=[band.high - band.low for band in loaded],
        marker={"color": HAIRLINE, "line": {"color": QUIET, "width": 1}},
        hoverinfo="skip",
    )


def ceiling(picture: Picture, panel: Panel, units: float, unit: str) -> None:
    """The most that one partition serves in a second, as a line across its bars, named at the right."""
    picture.line(panel, (0, units), (1, units), color=CEILING.colour, width=2, dash=CEILING.mark)
    words = f"ceiling<br><b>{number(units)}</b><br>{unit}"
    picture.label(panel, 1, units, words, CEILING.colour, xanchor="left", xshift=6, align="left")


def probe(picture: Picture, panel: Panel, key: str, spots: Sequence[float], scale: Scale) -> None:
    """Where the key that somebody asks about lands: a high stake with the key's name on it."""
    height = PROBE * scale.top
    picture.add(
        panel,
        type="scatter",
        mode="lines+markers",
        x=[position for position in spots for _ in range(2)],
        y=[top for _ in spots for top in (height, 0)],
        line={"color": INK, "width": 2},
        marker={"symbol": "triangle-down", "size": [9, 13] * len(spots), "opacity": [0, 1] * len(spots), "color": INK},
        cliponaxis=False,
        hoverinfo="skip",
    )
    name = escape(_short(key))
    for position in spots:
        side = "left" if position < 0.15 else "right" if position > 0.85 else "center"
        picture.label(panel, position, height, f"<b>{name}</b>", xanchor=side, yanchor="bottom")


SEAM = {"color": CLEAR, "width": 2}
PROBE = 0.89
"""How high the stake of the key that somebody asks about stands, as a part of its panel's height."""
LINE = 0.13
"""The part of a panel's height that a line of words takes."""


def _edge(bands: Sequence[Band]) -> dict[str, Any]:
    """Around what lies above a ceiling, so that a single unit is seen."""
    return {"color": VERMILLION, "width": [2 if band.overloaded else 0 for band in bands]}


def _short(key: str) -> str:
    return key if len(key) <= 24 else f"{key[:23]}…"


def _fill(band: Band, colour: str) -> str:
    return VERMILLION if band.overloaded else colour


def _middle(band: Band) -> float:
    return (band.low + band.high) / 2


def _has_room(band: Band) -> bool:
    # Bars above their ceiling are few and matter most: their figures may lap over.
    return band.load > 0 and (band.high - band.low) * (1.5 if band.overloaded else 1) >= _length(number(band.load))


def _fits(words: str, band: Band) -> bool:
    return band.high - band.low >= _length(words)


def _length(words: str) -> float:
    return CHARACTER * len(words)


def _alternating(n: int) -> list[float]:
    return [0.96 if i % 2 == 0 else 0.78 for i in range(n)]


def _stem_width(n: int) -> float:
    return 5 if n <= 12 else 2 if n <= 250 else 1
