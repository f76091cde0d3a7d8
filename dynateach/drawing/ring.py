"""The key space as a ring: the same keys on a circle, and the arcs that its nodes own."""

from collections.abc import Sequence
from math import ceil, cos, pi, sin
from typing import NamedTuple

from dynateach.drawing.keyspace import Mark
from dynateach.drawing.palette import BLUE, INK, QUIET
from dynateach.drawing.picture import Panel, Picture

ACROSS = {"visible": False, "range": [-1.32, 1.32], "constrain": "domain"}
UP = {"visible": False, "range": [-1.4, 1.6], "constrain": "domain", "constraintoward": "middle"}
DEPTH = 0.62
"""How far the longest stem reaches from the circle towards its middle."""

APART = 0.075
"""Names on the circle keep at least this part of a turn between them."""


class Arc(NamedTuple):
    """A stretch of the circle from ``start`` to ``end`` (fractions of a turn, clockwise from the top) and the node that owns it."""

    node: str
    start: float
    end: float


def panel(picture: Picture, across: tuple[float, float], up: tuple[float, float], heading: str) -> Panel:
    """A panel in which a circle is round."""
    number = len(picture.axes) // 2 + 1
    return picture.panel(across, up, ACROSS, {**UP, "scaleanchor": f"x{number}"}, heading)


def arcs(picture: Picture, panel: Panel, owned: Sequence[Arc], node: str, colour: str = BLUE) -> None:
    """The circle: the arcs of one ``node`` stand out, those of the others stay quiet; a dot where each arc ends."""
    for chosen, look in ((False, {"color": QUIET, "width": 5}), (True, {"color": colour, "width": 9})):
        points = [point for arc in owned if (arc.node == node) is chosen for point in (*_curve(arc), (None, None))]
        picture.add(
            panel,
            type="scatter",
            mode="lines",
            x=[x for x, _ in points],
            y=[y for _, y in points],
            line={**look, "simplify": False},
            opacity=1 if chosen else 0.55,
            hoverinfo="skip",
        )
    ends = [_point(arc.end) for arc in owned]
    picture.add(
        panel,
        type="scatter",
        mode="markers",
        x=[x for x, _ in ends],
        y=[y for _, y in ends],
        text=[arc.node for arc in owned],
        marker={
            "size": 9 if len(owned) <= 20 else 5,
            "color": [colour if arc.node == node else QUIET for arc in owned],
        },
        hovertemplate="<b>%{text}</b> owns the arc that ends here<extra></extra>",
    )


def names(picture: Picture, panel: Panel, owned: Sequence[Arc], words: dict[str, str], node: str) -> None:
    """Words outside the circle, at the longest arc of each node; ``node`` comes first, and whoever finds no room keeps silent."""
    taken: list[float] = []
    for name in sorted(words, key=lambda name: (name != node, -_length(_longest(owned, name)))):
        arc = _longest(owned, name)
        middle = (arc.start + arc.end) / 2 % 1
        if any(min(abs(middle - other), 1 - abs(middle - other)) < APART for other in taken):
            continue
        taken.append(middle)
        x, y = _point(middle, 1.13)
        text, colour = (f"<b>{words[name]}</b>", INK) if name == node else (words[name], QUIET)
        picture.label(panel, x, y, text, colour, xanchor=_across(x), align=_across(x), yanchor=_up(y))


def stems(picture: Picture, panel: Panel, marks: Sequence[Mark]) -> None:
    """One stem a key, from the circle inwards, as long as it has requests; the busiest reaches the full depth."""
    most = max((mark.requests for mark in marks), default=1)
    _strokes(picture, panel, [(mark.position, DEPTH * mark.requests / most) for mark in marks], QUIET)


def ticks(picture: Picture, panel: Panel, positions: Sequence[float], colour: str) -> None:
    """One short stroke a key, all of one length."""
    _strokes(picture, panel, [(position, 0.2) for position in positions], colour)


def _strokes(picture: Picture, panel: Panel, strokes: Sequence[tuple[float, float]], colour: str) -> None:
    ends = ((_point(position, 0.95), _point(position, 0.95 - length)) for position, length in strokes)
    picture.strokes(panel, ends, color=colour, width=4 if len(strokes) <= 12 else 1)


def probe(picture: Picture, panel: Panel, positions: Sequence[float]) -> None:
    """Where the key that somebody asks about lands on the circle."""
    spots = [_point(position) for position in positions]
    picture.add(
        panel,
        type="scatter",
        mode="markers",
        x=[x for x, _ in spots],
        y=[y for _, y in spots],
        marker={"symbol": "circle", "size": 13, "color": INK},
        hoverinfo="skip",
    )


def _point(turn: float, radius: float = 1) -> tuple[float, float]:
    angle = 2 * pi * turn
    return round(radius * sin(angle), 4), round(radius * cos(angle), 4)


def _curve(arc: Arc) -> list[tuple[float, float]]:
    steps = max(1, ceil((arc.end - arc.start) * 120))
    return [_point(arc.start + (arc.end - arc.start) * step / steps) for step in range(steps + 1)]


def _longest(owned: Sequence[Arc], node: str) -> Arc:
    return max((arc for arc in owned if arc.node == node), key=_length)


def _length(arc: Arc) -> float:
    return arc.end - arc.start


def _across(x: float) -> str:
    if abs(x) < 0.25:
        return "center"
    return "left" if x > 0 else "right"


def _up(y: float) -> str:
    if abs(y) < 0.75:
        return "middle"
    return "bottom" if y > 0 else "top"
