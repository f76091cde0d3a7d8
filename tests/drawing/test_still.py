"""A figure that stands alone in a notebook."""

from typing import Any

import plotly.io
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from dynateach.drawing.picture import Finding, Picture


def test_a_notebook_shows_it_in_the_themes_colours_and_without_buttons(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(plotly.io, "show", lambda figure, **how: shown.append(how))
    figure = Picture().figure(Finding("p3 is hot", "", "", ""))
    InteractiveShell.instance()

    with capture_output() as captured:
        figure._ipython_display_()

    (style,) = captured.outputs
    assert "--jp-ui-font-color0" in style.data["text/html"]
    assert shown == [{"config": {"displayModeBar": False, "typesetMath": False}}]
