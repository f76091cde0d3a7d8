"""A figure that stands alone in a notebook."""

from typing import Any

import plotly.io
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.still import CONFIG


def test_a_notebook_shows_it_in_the_themes_colours_and_without_buttons(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(plotly.io, "show", lambda figure, **how: shown.append(how))
    figure = Picture().figure(Finding("p3 is hot", "", "", ""))
    InteractiveShell.instance()

    with capture_output() as captured:
        figure._ipython_display_()

    (style,) = captured.outputs
    assert "--jp-ui-font-color0" in style.data["text/html"]
    assert shown == [{"config": CONFIG}]
    assert not CONFIG["displayModeBar"]


def test_whatever_a_plotly_figure_can_do_a_still_can() -> None:
    still = Picture().figure(Finding("p3 is hot", "", "", ""))

    assert "p3 is hot" in still.layout.title.text
    assert "p3 is hot" in still.to_html(include_plotlyjs=False)
    with pytest.raises(AttributeError):
        print(still.nothing_of_that_name)
