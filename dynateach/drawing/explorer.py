"""An explorer: tabs of controls over one figure.

A notebook can afford few live figures (each brings 5 MB of plotly to the page), so all tabs of an explorer share one and repaint it in place.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from time import perf_counter
from typing import TYPE_CHECKING, Any

import ipywidgets
from plotly.graph_objects import FigureWidget

from dynateach.drawing.fit import Fit
from dynateach.drawing.still import CONFIG
from dynateach.errors import DynateachError

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SLOW = 0.15
"""Seconds: a simulation that took longer waits until its control has come to rest, and says that it is at work."""
REST = 0.1
"""Seconds without a change after which a control counts as at rest."""


@dataclass(frozen=True)
class View:
    """One tab: a topic's ``simulate`` and ``draw`` joined by controls.

    ``simulated`` are the controls whose values are arguments of ``simulate``, ``drawn`` those of ``draw``, by name. ``rows`` is how they, or the
    buttons that move them, are laid out. ``says`` tells something about the result in one line of HTML, at the end of the last row; it takes the
    arguments of ``draw``. So does ``details``, if there is more to tell: HTML that is shown beneath the picture when it is asked for by the
    name of ``details_name``.
    """

    name: str
    simulate: Callable[..., Any]
    draw: Callable[..., "Figure"]
    simulated: dict[str, Any]
    drawn: dict[str, Any]
    rows: tuple[tuple[Any, ...], ...]
    says: Callable[..., str]
    details: Callable[..., str] | None = None
    details_name: str = "Details"


def explorer(*views: View) -> Any:
    """The views as tabs over one figure, as an ipywidget. Its first frame is complete."""
    return _Explorer(views).widget


class _Page:
    """One view on the page: its controls, its latest result, and how long that took."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.line = ipywidgets.HTML()
        self.details = ""
        self.took = 0.0
        self._asked: dict[str, Any] | None = None
        self._result: Any = None
        self.controls = [*view.simulated.values(), *view.drawn.values()]
        *upper, last = view.rows
        self.box = ipywidgets.VBox([*(_row(*row) for row in upper), _row(*last, self.line)])

    def figure(self) -> "Figure":
        """The picture of what the controls ask for; simulated anew only if they ask for something else."""
        asked = {name: control.value for name, control in self.view.simulated.items()}
        if asked != self._asked:
            self._result = self.view.simulate(**asked)
            self._asked = asked
        drawn = {name: control.value for name, control in self.view.drawn.items()}
        self.details = self.view.details(self._result, **drawn) if self.view.details else ""
        self.line.value = f'<span class="dynateach-says">{self.view.says(self._result, **drawn)}</span>'
        return self.view.draw(self._result, **drawn)

    @property
    def slow(self) -> bool:
        """Whether the last picture took long enough to make somebody wait."""
        return self.took > SLOW


class _Explorer:
    def __init__(self, views: tuple[View, ...]) -> None:
        self._pages = [_Page(view) for view in views]
        self._tabs = _tabs(self._pages)
        self._caption = ipywidgets.HTML()
        self._details = ipywidgets.Accordion([ipywidgets.HTML()], selected_index=None)
        self._fit = Fit(layout={"width": "100%"})
        self._waiting: asyncio.TimerHandle | None = None
        self._sheet = Sheet(self._page.figure())
        details = [self._details] if any(view.details for view in views) else []
        self.widget = ipywidgets.VBox([self._tabs, self._sheet.widget, self._caption, *details, self._fit])
        self.widget.add_class("dynateach-explorer")
        self._paint()
        self._listen()

    @property
    def _page(self) -> _Page:
        return self._pages[self._tabs.selected_index or 0] if len(self._pages) > 1 else self._pages[0]

    def _listen(self) -> None:
        for page in self._pages:
            for control in page.controls:
                control.observe(self._changed, "value")
        if len(self._pages) > 1:
            self._tabs.observe(self._changed, "selected_index")

    def _changed(self, _: Any) -> None:
        if self._waiting:
            self._waiting.cancel()
        loop = _running_loop()
        if loop is None or not self._page.slow:
            self._paint()
            return
        self._tell("Simulating …")
        self._waiting = loop.call_later(REST, self._paint)

    def _paint(self) -> None:
        page, started = self._page, perf_counter()
        self._waiting = None
        try:
            figure = page.figure()
        except DynateachError as error:
            self._tell(str(error))
            return
        self._sheet.show(figure)
        self._tell(figure.layout.meta["caption"])
        self._tell_more(page)
        self._fit.alternative = figure.layout.meta["alternative"]
        page.took = perf_counter() - started

    def _tell(self, words: str) -> None:
        self._caption.value = f'<div class="dynateach-caption">{escape(words)}</div>'

    def _tell_more(self, page: _Page) -> None:
        self._details.layout.display = None if page.details else "none"
        self._details.titles = (page.view.details_name,)
        self._details.children[0].value = page.details


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


def _tabs(pages: list[_Page]) -> Any:
    if len(pages) == 1:
        return pages[0].box
    return ipywidgets.Tab([page.box for page in pages], titles=[page.view.name for page in pages])


def _row(*widgets: Any) -> Any:
    return ipywidgets.HBox(
        list(widgets), layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 10px"}
    )


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
