"""Find the parts of a widget tree, as somebody who looks at it would."""

from collections.abc import Iterator
from typing import Any

from plotly.graph_objects import Figure

from dynateach.drawing.sheet import Sheet


def every(widget: Any) -> Iterator[Any]:
    """The widget and everything in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def figure(widget: Any) -> Any:
    """The figure that the one sheet shows."""
    (sheet,) = (part for part in every(widget) if isinstance(part, Sheet))
    return Figure(sheet.picture)


def control(widget: Any, label: str) -> Any:
    """The one control, or button, with that label."""
    (found,) = (part for part in every(widget) if getattr(part, "description", None) == label)
    return found


def words(widget: Any) -> str:
    """All that the HTML parts say."""
    return "\n".join(part.value for part in every(widget) if type(part).__name__ == "HTML")


def alternative(widget: Any) -> str:
    """What a screen reader says of the figure."""
    return str(figure(widget).layout.meta["alternative"])
