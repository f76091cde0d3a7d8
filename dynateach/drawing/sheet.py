"""A live plotly figure that one picture after another is shown in."""

from typing import TYPE_CHECKING, Any

from dynateach.drawing.imports import without
from dynateach.drawing.still import CONFIG

with without("rfc3987_syntax"):
    from plotly.graph_objects import FigureWidget

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class Sheet:
    """A live figure that shows one picture after another: in one message, with what has changed, where they have the same kinds of traces."""

    def __init__(self, figure: "Figure") -> None:
        self.widget = FigureWidget(figure)
        self.widget._config = {**CONFIG, "responsive": True, "doubleClick": False}
        self._traces, self._layout = _content(figure)

    def show(self, figure: "Figure") -> None:
        """Show that picture in place of the last one."""
        traces, layout = _content(figure)
        if [trace["type"] for trace in traces] != [trace["type"] for trace in self._traces]:
            self.widget.data = ()
            self.widget.add_traces(traces)
            self._traces = traces
        with self.widget.batch_update():
            for live, old, new in zip(self.widget.data, self._traces, traces, strict=True):
                live.update(_changes(old, new), overwrite=True)
            self.widget.layout.update(_changes(self._layout, layout), overwrite=True)
        self._traces, self._layout = traces, layout


def _content(figure: "Figure") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    content = figure.to_plotly_json()
    return content["data"], content["layout"]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    gone = {name: None for name in old if name not in new}
    return {name: value for name, value in new.items() if old.get(name) != value} | gone
