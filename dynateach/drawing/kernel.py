"""What a kernel does once, so that its pictures come quickly."""

import gc
from functools import cache
from importlib.resources import files

import anywidget
import traitlets


class Plotly(anywidget.AnyWidget):
    """Plotly's script on its way to the browser, 5 MB. It is never shown."""

    # Not the script itself: anywidget gives a module two seconds to load, and a busy machine may need more.
    _esm = """
export default { initialize({ model }) {
  const script = new Blob([model.get("script")], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  import(address).finally(() => URL.revokeObjectURL(address));
} };
"""

    script = traitlets.Bytes().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(script=(files("plotly") / "package_data" / "plotly.min.js").read_bytes())


_sent: Plotly | None = None


def send_plotly() -> None:
    """Bring plotly's script to the browser, if it is not there: once for a kernel, and again if all its widgets have been closed.

    The first sheet does so by itself. Sent before, the script arrives while the kernel does something else.
    """
    global _sent
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
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def prepare() -> None:
    """What a notebook does at its beginning."""
    send_plotly()
    settle("notebook begun")
