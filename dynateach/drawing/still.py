"""A picture that stands still: plain data that plotly understands, and a figure that stands alone in a notebook."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

CONFIG = {"displayModeBar": False, "typesetMath": False, "doubleClick": False, "responsive": True}
"""No buttons of plotly's, which would cover a corner. Two dollar signs in a title are prices, not the ends of a formula."""


@dataclass(frozen=True)
class Still:
    """A picture as plotly's plain data: ``traces`` and ``sheet``, what they lie on.

    ``figure`` is the plotly figure, and whatever that can do the still can, too. Only then plotly is imported: explorers do without.
    """

    traces: list[dict[str, Any]]
    sheet: dict[str, Any]

    @cached_property
    def figure(self) -> "Figure":
        """The picture as a plotly figure, checked against plotly's own description of figures."""
        from plotly.graph_objects import Figure

        return Figure({"data": self.traces, "layout": self.sheet})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.figure, name)

    def _ipython_display_(self) -> None:
        """As the picture of an explorer without controls, with its caption."""
        from IPython.display import display

        from dynateach.drawing.explorer import framed

        display(framed(self))  # type: ignore[no-untyped-call]
