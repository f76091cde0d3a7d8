"""An explorer: tabs of controls over one picture, a still or a film.

All tabs of an explorer share one sheet, repainted in place; those that draw films share one player.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from time import perf_counter
from typing import Any

import ipywidgets

from dynateach.drawing.film import Film
from dynateach.drawing.kernel import settle
from dynateach.drawing.looks import Looks
from dynateach.drawing.player import Fork, Player
from dynateach.drawing.sheet import Sheet
from dynateach.drawing.still import Still
from dynateach.drawing.widgets import lean
from dynateach.errors import DynateachError

SLOW = 0.15
"""Seconds: a simulation that took longer waits until its control has come to rest, and says that it is at work."""
REST = 0.1
"""Seconds without a change after which a control counts as at rest."""


@dataclass(frozen=True)
class View:
    """One tab: a topic's ``simulate`` and ``draw`` joined by controls.

    ``simulated`` are the controls whose values are arguments of ``simulate``, ``drawn`` those of ``draw``, by name. ``rows`` is how they, or the
    buttons that move them, are laid out. ``says`` tells something about the result in one line of HTML, at the end of the last row; it takes the
    arguments of ``draw``. Where ``draw`` makes a film, ``fork`` may make another: it takes the result, the time of the playhead in seconds, and what
    else ``draw`` takes. ``details``, if there is more to tell, takes the arguments of ``draw``, too: HTML that is shown beneath the picture when it
    is asked for by the name of ``details_name``.
    """

    name: str
    simulate: Callable[..., Any]
    draw: Callable[..., Still | Film]
    simulated: dict[str, Any]
    drawn: dict[str, Any]
    rows: tuple[tuple[Any, ...], ...]
    says: Callable[..., str] = lambda result, **drawn: ""
    fork: Callable[..., Film] | None = None
    details: Callable[..., str] | None = None
    details_name: str = "Details"


def explorer(*views: View) -> Any:
    """The views as tabs over one picture, as an ipywidget. Its first frame is complete."""
    settle("first explorer")
    return _Explorer(views).widget


def framed(picture: Still) -> Any:
    """One picture with its caption, as an ipywidget."""
    caption = lean(ipywidgets.HTML, _captioned(picture.sheet["meta"]["caption"]))
    frame = ipywidgets.VBox([Sheet(picture), caption, Looks()])
    frame.add_class("dynateach-explorer")
    return frame


class _Page:
    """One view on the page: its controls, its latest result, and how long that took."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.line = lean(ipywidgets.HTML)
        self.details = ""
        self._took = 0.0
        self._asked: dict[str, Any] | None = None
        self._result: Any = None
        self.controls = [*view.simulated.values(), *view.drawn.values()]
        *upper, last = view.rows
        self.box = lean(ipywidgets.VBox, [*(_row(*row) for row in upper), _row(*last, self.line)])

    def picture(self) -> Still | Film:
        """The picture of what the controls ask for; simulated anew only if they ask for something else."""
        asked = {name: control.value for name, control in self.view.simulated.items()}
        if asked != self._asked:
            self._result = self.view.simulate(**asked)
            self._asked = asked
        drawn = self._drawn
        self.details = self.view.details(self._result, **drawn) if self.view.details else ""
        self.line.value = f'<span class="dynateach-says">{self.view.says(self._result, **drawn)}</span>'
        return self.view.draw(self._result, **drawn)

    @property
    def fork(self) -> Fork | None:
        """What else could have happened to the latest result."""
        fork, result, drawn = self.view.fork, self._result, self._drawn
        return (lambda at: fork(result, at, **drawn)) if fork else None

    @property
    def _drawn(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.view.drawn.items()}

    def took(self, seconds: float) -> None:
        """Learn how long a picture took."""
        self._took = (self._took + seconds) / 2 if self._took else seconds

    @property
    def slow(self) -> bool:
        """Whether pictures take long enough to make somebody wait. One that was late by chance, after many that were not, does not say so."""
        return self._took > SLOW


class _Explorer:
    def __init__(self, views: tuple[View, ...]) -> None:
        self._pages = [_Page(view) for view in views]
        self._tabs = _tabs(self._pages)
        self._caption = lean(ipywidgets.HTML)
        self._details = ipywidgets.Accordion([lean(ipywidgets.HTML)], selected_index=None)
        self._waiting: asyncio.TimerHandle | None = None
        self._screen = _Screen()
        details = [self._details] if any(view.details for view in views) else []
        self.widget = ipywidgets.VBox([self._tabs, self._screen.widget, self._caption, *details, Looks()])
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
            picture = page.picture()
        except DynateachError as error:
            self._tell(str(error))
            return
        self._screen.show(picture, page.fork)
        self._tell("" if isinstance(picture, Film) else picture.sheet["meta"]["caption"])
        self._tell_more(page)
        page.took(perf_counter() - started)

    def _tell(self, words: str) -> None:
        self._caption.value = _captioned(words)

    def _tell_more(self, page: _Page) -> None:
        self._details.layout.display = None if page.details else "none"
        self._details.titles = (page.view.details_name,)
        self._details.children[0].value = page.details


class _Screen:
    """Where the pictures are shown: one sheet and one player, each made when first needed."""

    def __init__(self) -> None:
        self.widget = lean(ipywidgets.VBox, layout={"width": "100%"})
        self._sheet: Sheet | None = None
        self._player: Player | None = None

    def show(self, picture: Still | Film, fork: Fork | None) -> None:
        """Show that picture in place of the last one."""
        if isinstance(picture, Film):
            self._put(self._projected(picture, fork))
        else:
            self._put(self._hung(picture))

    def _projected(self, film: Film, fork: Fork | None) -> Player:
        if self._player is None:
            self._player = Player(film, fork)
        else:
            self._player.show(film, fork)
        return self._player

    def _hung(self, still: Still) -> Sheet:
        if self._sheet is None:
            self._sheet = Sheet(still)
        else:
            self._sheet.show(still)
        return self._sheet

    def _put(self, picture: Any) -> None:
        """Show that part and hide the other. None is taken off the page: so neither is built anew."""
        if picture not in self.widget.children:
            self.widget.children = (*self.widget.children, picture)
        for part in self.widget.children:
            part.layout.display = None if part is picture else "none"


def _captioned(words: str) -> str:
    return f'<div class="dynateach-caption">{escape(words)}</div>' if words else ""


def _tabs(pages: list[_Page]) -> Any:
    if len(pages) == 1:
        return pages[0].box
    return lean(ipywidgets.Tab, [page.box for page in pages], titles=[page.view.name for page in pages])


def _row(*widgets: Any) -> Any:
    return lean(
        ipywidgets.HBox, list(widgets), layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 10px"}
    )


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
