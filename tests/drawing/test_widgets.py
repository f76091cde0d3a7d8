"""Widgets that share their looks."""

from collections.abc import Iterator

import ipywidgets
import pytest

from dynateach.drawing.widgets import lean


@pytest.fixture(autouse=True)
def _no_widgets_left() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


def test_widgets_that_look_alike_share_layout_and_style() -> None:
    one, other = (lean(ipywidgets.IntSlider, value, layout={"width": "200px"}) for value in (1, 2))

    assert (one.layout, one.style) == (other.layout, other.style)
    assert (one.value, other.value, one.layout.width) == (1, 2, "200px")


def test_another_look_is_another_object() -> None:
    narrow, wide = (lean(ipywidgets.HTML, layout={"width": width}) for width in ("10px", "20px"))

    assert (narrow.layout.width, wide.layout.width) == ("10px", "20px")


def test_a_widget_looks_as_its_kind_makes_it() -> None:
    ours, usual = lean(ipywidgets.RadioButtons, options=["a", "b"]), ipywidgets.RadioButtons(options=["a", "b"])

    assert ours.style.keys == usual.style.keys
    assert type(ours.style) is type(usual.style)
    assert ours.layout.get_state(ours.layout.keys) == usual.layout.get_state(usual.layout.keys)


def test_what_was_closed_is_made_anew() -> None:
    lean(ipywidgets.HTML, "gone")
    ipywidgets.Widget.close_all()

    assert lean(ipywidgets.HTML, "here").layout.comm is not None
