"""What a kernel does once, so that its pictures come quickly."""

import gc
import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynateach.drawing.sheet import Plotly

PAGE_HAS_PLOTLY = "DYNATEACH_PAGE_HAS_PLOTLY"
"""Set in the environment of a kernel whose pages load plotly's script by themselves, as those of ``dynateach lab`` do."""

_sent: "Plotly | None" = None


def send_plotly(asked: bool = False) -> None:
    """Bring plotly's script to the browser, if it is not there: once for a kernel, and again if all its widgets have been closed.

    The first sheet does so by itself. Sent before, the script arrives while the kernel does something else. Where the page has it, only a page that
    has ``asked`` gets it: another program may show the notebook of our server.
    """
    global _sent
    if os.getenv(PAGE_HAS_PLOTLY) and not asked:
        return
    from dynateach.drawing.sheet import Plotly

    if _sent is None or _sent.comm is None:
        _sent = Plotly()


YOUNG = 5_000
"""How many new objects Python's garbage collector waits for; 700 are usual. A trace makes many that stay, and few that are garbage."""


@cache
def settle(when: str) -> None:
    """Tell Python's garbage collector, once for each ``when``, that what is there by then stays. Each simulation leaves a Lab to be collected,
    and a look at all that libraries have made would take longer than many a picture.
    """
    gc.collect(1)
    gc.freeze()


def prepare() -> None:
    """What a notebook does at its beginning."""
    send_plotly()
    settle("notebook begun")
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
