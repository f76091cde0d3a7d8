"""A live sheet of paper: plotly in the browser, that one picture after another is shown on.

A picture goes to the browser as plain data; plotly's own script comes with the page, or once for all sheets of a kernel. The sheet is as wide as its
cell, also when that changes, and carries the picture in words for those who do not see it.
"""

from importlib.resources import files

import anywidget
import traitlets

from dynateach.drawing.kernel import send_plotly
from dynateach.drawing.still import CONFIG, Still


class Sheet(anywidget.AnyWidget):
    """A widget that shows one picture; ``show`` puts another in its place."""

    _esm = (files("dynateach.drawing") / "web" / "sheet.js").read_text("utf-8")

    config = traitlets.Dict(CONFIG).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(self, picture: Still) -> None:
        super().__init__(layout={"width": "100%"})
        self.show(picture)
        self.on_msg(lambda *_: send_plotly(asked=True))
        send_plotly()

    def show(self, picture: Still) -> None:
        """Show that picture in place of the last one."""
        self.picture = {"data": picture.traces, "layout": picture.sheet}


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
