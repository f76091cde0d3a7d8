"""The controls of the explorers: few kinds, one look."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

from dynateach.drawing.widgets import lean

WORDS = {"description_width": "initial"}


def slider(label: str, value: int, low: int, high: int, step: int = 1, width: str = "200px") -> Any:
    """A whole number from ``low`` to ``high``."""
    return lean(ipywidgets.IntSlider, value, low, high, step, description=label, style=WORDS, layout={"width": width})


def steps(label: str, values: Sequence[int], value: int, width: str = "200px") -> Any:
    """One of a few whole numbers that grow, by a slider."""
    options = [(f"{one:,}", one) for one in values]
    slider = lean(
        ipywidgets.SelectionSlider,
        options=options,
        value=value,
        description=label,
        style=WORDS,
        layout={"width": width},
    )
    slider.add_class("dynateach-steps")
    return slider


def choice(label: str, options: Sequence[str], value: str, width: str = "200px") -> Any:
    """One of a few words."""
    return lean(
        ipywidgets.Dropdown, options=list(options), value=value, description=label, style=WORDS, layout={"width": width}
    )


def text(label: str, value: str) -> Any:
    """A word to type; it counts as soon as it is typed."""
    return lean(
        ipywidgets.Text, value, description=label, style=WORDS, continuous_update=True, layout={"width": "230px"}
    )


def counter(value: int, low: int, high: int) -> Any:
    """A number without a face, for buttons to move."""
    return lean(ipywidgets.BoundedIntText, value, min=low, max=high)


def stepper(label: str, target: Any, step: int, tooltip: str = "") -> Any:
    """A button that moves a counter by a step, within its bounds."""
    button = lean(ipywidgets.Button, description=label, tooltip=tooltip, layout={"width": "auto"})

    def press(_: Any) -> None:
        target.value = min(max(target.value + step, target.min), target.max)

    button.on_click(press)
    return button


def setter(label: str, target: Any, value: int, tooltip: str = "") -> Any:
    """A button that sets a counter."""
    button = lean(ipywidgets.Button, description=label, tooltip=tooltip, layout={"width": "auto"})

    def press(_: Any) -> None:
        target.value = value

    button.on_click(press)
    return button
