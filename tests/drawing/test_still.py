"""A figure that stands alone in a notebook."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from ipywidgets import Widget

from dynateach.drawing.picture import Finding, Picture


def test_a_notebook_shows_it_with_its_caption() -> None:
    still = Picture().figure(Finding("p3 is hot", "", "how to read it", ""))
    InteractiveShell.instance()

    with capture_output() as captured:
        still._ipython_display_()

    (shown,) = captured.outputs
    models = Widget.get_manager_state()["state"]
    frame = models[shown.data["application/vnd.jupyter.widget-view+json"]["model_id"]]["state"]
    sheet, caption, _ = (models[child.removeprefix("IPY_MODEL_")]["state"] for child in frame["children"])
    assert "p3 is hot" in str(sheet["picture"])
    assert "how to read it" in caption["value"]


def test_whatever_a_plotly_figure_can_do_a_still_can() -> None:
    still = Picture().figure(Finding("p3 is hot", "", "", ""))

    assert "p3 is hot" in still.layout.title.text
    assert "p3 is hot" in still.to_html(include_plotlyjs=False)
    with pytest.raises(AttributeError):
        print(still.nothing_of_that_name)
