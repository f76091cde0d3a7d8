"""A picture: panels on one sheet, and the finding that it states.

Pictures are plain data, as plotly's script in the browser takes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dynateach.drawing.palette import CLEAR, HAIRLINE, INK, QUIET, rgb
from dynateach.drawing.still import Still

HEIGHT = 450
"""Pixels: with its controls, a picture of this height fits a notebook at 1280 × 800."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MARGIN = {"l": 50, "r": 8, "t": 72, "b": 44}

Trace = dict[str, Any]
Stroke = tuple[tuple[float, float], tuple[float, float]]
"""A straight line from one (x, y) to another."""


@dataclass(frozen=True)
class Finding:
    """What a picture says: the ``title`` states it, the ``subtitle`` adds one thing, the ``caption`` says how to read the picture.

    ``alternative`` is the picture in words, for those who do not see it.
    """

    title: str
    subtitle: str
    caption: str
    alternative: str


@dataclass(frozen=True)
class Panel:
    """One pair of axes of a picture. ``number`` is "" for the first and "2", "3", … for the next, as plotly counts."""

    number: str

    @property
    def axes(self) -> dict[str, str]:
        """What puts a trace into this panel."""
        return {"xaxis": f"x{self.number}", "yaxis": f"y{self.number}"}

    @property
    def references(self) -> dict[str, str]:
        """What puts a shape or an annotation into this panel."""
        return {"xref": f"x{self.number}", "yref": f"y{self.number}"}


@dataclass
class Picture:
    """A sheet on which panels, traces, lines and labels are laid out. Places on the sheet are fractions from the left and the bottom."""

    height: int = HEIGHT
    traces: list[Trace] = field(default_factory=list)
    axes: dict[str, dict[str, Any]] = field(default_factory=dict)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)

    def panel(
        self,
        across: tuple[float, float],
        up: tuple[float, float],
        x: dict[str, Any],
        y: dict[str, Any],
        heading: str = "",
    ) -> Panel:
        """A new pair of axes on that part of the sheet, with what plotly should know of each axis and a heading above."""
        panel = Panel(str(len(self.axes) // 2 + 1) if self.axes else "")
        self.axes[f"xaxis{panel.number}"] = _axis(across, f"y{panel.number}", x)
        self.axes[f"yaxis{panel.number}"] = _axis(up, f"x{panel.number}", y)
        if heading:
            place: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": across[0], "y": up[1]}
            self.labels.append(_label(heading, xanchor="left", yanchor="bottom", align="left", yshift=3, **place))
        return panel

    def add(self, panel: Panel, **trace: Any) -> None:
        """A trace in a panel, as plotly describes it."""
        self.traces.append({"showlegend": False, **trace, **panel.axes})

    def line(self, panel: Panel, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
        """A straight line in a panel."""
        ends = {"x0": start[0], "y0": start[1], "x1": end[0], "y1": end[1]}
        self.shapes.append({"type": "line", **panel.references, **ends, "line": style})

    def strokes(self, panel: Panel, strokes: Iterable[Stroke], **style: Any) -> None:
        """Many straight lines of one style in a panel, beneath its traces. The browser gets them as one path: a thousand lines that are a thousand
        things to it take longer than the rest of a picture.
        """
        path = "".join(f"M{x0:.5g},{y0:.5g}L{x1:.5g},{y1:.5g}" for (x0, y0), (x1, y1) in strokes)
        if path:
            # Not "between" grid and traces: plotly leaves what is there behind when the next picture has fewer shapes.
            self.shapes.append({"type": "path", **panel.references, "path": path, "layer": "below", "line": style})

    def label(self, panel: Panel, x: float, y: float, text: str, colour: str = INK, **style: Any) -> None:
        """Words at a place in a panel."""
        self.labels.append(_label(text, colour, x=x, y=y, **panel.references, **style))

    def figure(self, finding: Finding) -> Still:
        """The picture, finished. Its ``layout.meta`` carries the caption and the text alternative."""
        return Still(self.traces, {**self._layout(finding), **self.axes})

    def _layout(self, finding: Finding) -> dict[str, Any]:
        return {
            "title": _title(finding, self.height),
            "meta": {"caption": finding.caption, "alternative": finding.alternative},
            "annotations": self.labels,
            "shapes": self.shapes,
            "height": self.height,
            "margin": MARGIN,
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "dragmode": False,
            "barmode": "overlay",
            "hovermode": "closest",
            "hoverlabel": {"font": {"family": FONT}, "align": "left"},
            "template": {},
        }


def _title(finding: Finding, height: int) -> dict[str, Any]:
    second = f"font-size: 13px; color: {rgb(QUIET)}"
    return {
        "text": f'<b>{finding.title}</b><br><span style="{second}">{finding.subtitle}</span>',
        "font": {"size": 16, "color": INK},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1 - 24 / height,
        "yref": "container",
        "yanchor": "bottom",
    }


def _axis(domain: tuple[float, float], anchor: str, more: dict[str, Any]) -> dict[str, Any]:
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "", "gridcolor": HAIRLINE}
    room = {"domain": list(domain), "anchor": anchor, "automargin": True}
    title = {"font": {"size": 12, "color": QUIET}, "standoff": 15, **more.get("title", {})}
    ticks = {"tickfont": {"size": 11, "color": QUIET}, "ticklabelstandoff": 3}
    return {**room, **quiet, **ticks, **more, "title": title}


def _label(text: str, colour: str = INK, **place: Any) -> dict[str, Any]:
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": colour}, **place}
