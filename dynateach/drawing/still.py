"""A figure that stands alone in a notebook, without controls."""

import plotly.io
from IPython.display import HTML, display
from plotly.graph_objects import Figure

from dynateach.drawing.imports import without
from dynateach.drawing.theme import STYLE

CONFIG = {"displayModeBar": False, "typesetMath": False}
"""Two dollar signs in a title are prices, not the ends of a formula."""


class Still(Figure):  # type: ignore[misc]
    """A plotly figure that a notebook shows in its theme's colours and without plotly's buttons, which would cover its corner."""

    def _ipython_display_(self) -> None:
        display(HTML(f"<style>{STYLE}</style>"))  # type: ignore[no-untyped-call]
        with without("rfc3987_syntax"):
            plotly.io.show(self, config=CONFIG)
