"""The time player: a film on a canvas, with play, scrub, step, zoom, and a fork into another history.

    player(film)                                    # a widget; Film shows itself in one too
    player(film, fork=lambda at: another_film)      # "fork here" asks Python what else could have happened from then on
    frozen_html(film)                               # the same without a kernel: a piece of HTML that plays from a file

The film goes to the browser once, as bytes; playing asks the kernel nothing.
"""

from base64 import b64encode
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from dynateach.drawing.encoding import encode
from dynateach.drawing.film import Film
from dynateach.errors import DynateachError

Fork = Callable[[float], Film]
"""What else could have happened: from the playhead's time (seconds) to the film of that history, on the same time axis."""

_WEB = files("dynateach.drawing") / "web"
_PARTS = ("film.js", "ink.js", "layout.js", "stage.js", "pointer.js", "panel.js", "player.js")
_SCRIPT = "\n".join((_WEB / name).read_text("utf-8") for name in _PARTS)
_STYLE = (_WEB / "player.css").read_text("utf-8")


class Player(anywidget.AnyWidget):
    """One film in a notebook; ``show`` puts another in its place."""

    _esm = f"{_SCRIPT}\nexport default {{ render }};\n"
    _css = _STYLE

    film = traitlets.Bytes().tag(sync=True)
    forked = traitlets.Bytes().tag(sync=True)
    can_fork = traitlets.Bool(False).tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    answered = traitlets.Dict().tag(sync=True)

    def __init__(self, film: Film, fork: Fork | None = None, **options: Any) -> None:
        super().__init__(film=encode(film), can_fork=fork is not None, **options)
        self._fork = fork
        self.observe(self._answer, "asked")

    def show(self, film: Film, fork: Fork | None = None) -> None:
        """Show that film, and forget the fork of the last one."""
        self._fork = fork
        with self.hold_sync():
            self.film = encode(film)
            self.forked = b""
            self.answered = {}
            self.can_fork = fork is not None

    def _answer(self, change: Any) -> None:
        """The browser asks for a fork as ``{"number": 1, "at": 2.5}``; the answer names the same number."""
        asked = change["new"]
        if self._fork is None or not asked:
            return
        with self.hold_sync():
            error = self._play_on(asked["at"])
            self.answered = {**asked, "error": error}

    def _play_on(self, at: float) -> str:
        assert self._fork is not None
        try:
            self.forked = encode(self._fork(at))
        except DynateachError as error:
            return str(error)
        except Exception as error:  # whatever it is, the browser is waiting
            return f"{type(error).__name__}: {error}"
        return ""


def player(film: Film, fork: Fork | None = None) -> Player:
    """The film as a widget. With ``fork`` it has a button that asks for the film of another history from the playhead on.

    A ``DynateachError`` that ``fork`` raises is shown as a sentence.
    """
    return Player(film, fork)


def frozen_html(film: Film) -> str:
    """The film as a piece of HTML that holds all it needs: it plays in any page, without a kernel or a network."""
    return f"{frozen_place(encode(film))}\n{FROZEN_PLAYER}"


def frozen_place(film: bytes) -> str:
    """Where an encoded film is to play in a page that has ``FROZEN_PLAYER`` further down."""
    return f'<div class="dynateach-frozen" data-film="{b64encode(film).decode()}"></div>'


_THAW = """
for (const place of document.querySelectorAll(".dynateach-frozen[data-film]")) {
  const bytes = Uint8Array.from(atob(place.dataset.film), (letter) => letter.charCodeAt(0));
  place.removeAttribute("data-film");
  const model = { get: (name) => ({ film: bytes })[name], set() {}, on() {}, off() {}, save_changes() {} };
  render({ model, el: place });
}
"""

FROZEN_PLAYER = f'<style>{_STYLE}</style>\n<script type="module">\n{_SCRIPT}\n{_THAW}</script>'
"""What makes the films of a page play that stand above it; a page needs it once."""
