"""The picture of task 11.2: three rushes side by side, what was served and what was refused."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dynateach.checks.lesson_11.rush import NAMES, UNITS, Rush
from dynateach.clock import SECOND
from dynateach.drawing.captions import coloured
from dynateach.drawing.palette import INK, READ, THROTTLE
from dynateach.drawing.picture import Finding, Picture
from dynateach.trace import Event

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PLACES = ((0.0, 0.28), (0.36, 0.64), (0.72, 1.0))
BARS = 60
"""About so many bars make a panel."""


def draw(rush: Rush) -> "Figure":
    """The three tables. The title gives nothing away."""
    picture = Picture(height=380)
    for number in range(len(NAMES)):
        _draw_table(picture, rush, number)
    kinds = f"{coloured('served', READ.colour)} and {coloured('refused', THROTTLE.colour)}"
    title = "Three tables, three rushes: which budget refuses, and when?"
    subtitle = f"Read units a second, {kinds}. All reads of a table are of one item."
    caption = (
        "The dashed line is what was provisioned, or the maximum. Point at a bar for its numbers."
        " Assumed: a ceiling or a maximum, too, lets one second's worth through at once."
    )
    words = "; ".join(f"table {name}: {plan.terms}" for name, plan in zip(NAMES, rush.plans, strict=True))
    return picture.figure(Finding(title, subtitle, caption, f"{title} {words}."))


def _draw_table(picture: Picture, rush: Rush, number: int) -> None:
    name, plan = NAMES[number], rush.plans[number]
    x = {"range": [0, plan.ends], "nticks": 6, "title": {"text": "second", "standoff": 4}}
    y = {"range": [0, 1.15 * max(plan.loud, plan.provisioned)], "nticks": 6, "showgrid": True}
    panel = picture.panel(PLACES[number], (0, 0.86), x, y, f"<b>Table {name}</b><br>{plan.terms}")
    wide = max(1, plan.ends // BARS)
    served, refused = (
        _units(events, rush.starts[number], wide) for events in (rush.answers(name), rush.refusals(name))
    )
    for units, below, mark in ((served, Counter[int](), READ), (refused, served, THROTTLE)):
        bars = sorted(units)
        picture.add(
            panel,
            type="bar",
            x=[bar * wide for bar in bars],
            y=[units[bar] / wide for bar in bars],
            base=[below[bar] / wide for bar in bars],
            width=wide,
            offset=0,
            marker={"color": mark.colour, "line": {"color": mark.colour, "width": 1}},
            hovertemplate=f"from second %{{x}}: %{{y:,.0f}} units a second {_WORDS[mark.name]}<extra></extra>",
        )
    if limit := plan.provisioned or plan.maximum:
        picture.line(panel, (0, limit), (plan.ends, limit), color=INK, width=1.5, dash="dash")


_WORDS = {READ.name: "served", THROTTLE.name: "refused"}


def _units(events: Sequence[Event], start: int, wide: int) -> Counter[int]:
    """The units that the events asked for, bar by bar."""
    units: Counter[int] = Counter()
    for event in events:
        units[(event.at - start) // (wide * SECOND)] += UNITS
    return units
