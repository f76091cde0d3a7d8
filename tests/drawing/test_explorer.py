"""An explorer: controls joined to one figure, here with a simulation that only counts its calls."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from ipywidgets import Widget
from plotly.graph_objects import Figure

from dynateach.drawing import controls, explorer
from dynateach.drawing.explorer import View
from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.sheet import Sheet
from dynateach.errors import DynateachError
from tests.drawing.widgets import alternative, control, every, figure, words

Calls = list[dict[str, Any]]


def test_the_first_frame_is_complete() -> None:
    widget = explorer.explorer(_view([]))

    assert _points(widget) == [4]
    assert "<b>4 points</b>" in figure(widget).layout.title.text
    assert "caption of 4" in words(widget)
    assert "4 said of abc" in words(widget)
    assert alternative(widget) == "alternative of 4"


def test_moving_a_control_simulates_anew_and_repaints() -> None:
    calls: Calls = []
    widget = explorer.explorer(_view(calls))

    control(widget, "size").value = 7

    assert calls == [{"size": 4}, {"size": 7}]
    assert _points(widget) == [7]
    assert alternative(widget) == "alternative of 7"


def test_a_control_of_the_drawing_does_not_simulate_again() -> None:
    calls: Calls = []
    widget = explorer.explorer(_view(calls))

    control(widget, "key").value = "xyz"

    assert calls == [{"size": 4}]
    assert "4 said of xyz" in words(widget)


def test_buttons_move_a_counter_within_its_bounds() -> None:
    counter = controls.counter(1, 1, 3)
    step, back = controls.stepper("more", counter, 1), controls.setter("back", counter, 1)

    for _ in range(5):
        step.click()
    assert counter.value == 3

    back.click()
    assert counter.value == 1


def test_tabs_share_one_figure_and_keep_their_controls() -> None:
    widget = explorer.explorer(_view([]), _view([], name="bars", kind="bar"))
    tabs = widget.children[0]
    control(tabs.children[0], "size").value = 7

    tabs.selected_index = 1
    assert (tabs.titles, figure(widget).data[0].type, _points(widget)) == (("points", "bars"), "bar", [4])

    tabs.selected_index = 0
    assert (figure(widget).data[0].type, _points(widget)) == ("scatter", [7])


def test_a_tab_that_nobody_opens_simulates_nothing() -> None:
    calls: Calls = []
    explorer.explorer(_view([]), _view(calls))

    assert calls == []


def test_details_are_there_for_the_tab_that_has_them_and_follow_its_result() -> None:
    view = replace(_view([]), details=lambda result, key: f"all about {result} and {key}", details_name="More")
    widget = explorer.explorer(view, _view([]))
    details = next(part for part in every(widget) if type(part).__name__ == "Accordion")
    assert (details.titles, details.selected_index) == (("More",), None)

    control(widget.children[0].children[0], "size").value = 7
    assert details.children[0].value == "all about 7 and abc"

    widget.children[0].selected_index = 1
    assert details.layout.display == "none"


def test_an_explorer_without_details_has_no_place_for_them() -> None:
    assert "Accordion" not in {type(part).__name__ for part in every(explorer.explorer(_view([])))}


def test_what_the_learner_can_mend_is_said_and_the_last_picture_stays() -> None:
    widget = explorer.explorer(_view([]))

    control(widget, "size").value = 9

    assert "9 is too many. Choose less." in words(widget)
    assert _points(widget) == [4]


def test_a_slow_simulation_waits_until_its_control_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "SLOW", -1)
    monkeypatch.setattr(explorer, "REST", 0.01)
    calls: Calls = []
    widget = explorer.explorer(_view(calls))

    async def drag() -> None:
        for size in (5, 6, 7):
            control(widget, "size").value = size
        assert "Simulating" in words(widget)
        while len(calls) == 1:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(drag(), timeout=30))

    assert calls == [{"size": 4}, {"size": 7}]
    assert "Simulating" not in words(widget)
    assert _points(widget) == [7]


def test_a_sheet_shows_exactly_the_last_picture() -> None:
    pictures = [_drawn(3, "scatter"), _drawn(5, "scatter"), _drawn(4, "bar", label="here"), _drawn(2, "scatter")]
    sheet = Sheet(pictures[0])

    for picture in pictures:
        sheet.show(picture)

        assert Figure(sheet.picture) == picture.figure


def test_plotly_goes_to_the_browser_once_for_all_sheets() -> None:
    _drawn_on_a_sheet()
    before = _scripts()

    _drawn_on_a_sheet()

    assert _scripts() == before
    assert len(before) == 1


def test_plotly_goes_to_the_browser_again_when_all_widgets_have_been_closed() -> None:
    _drawn_on_a_sheet()
    Widget.close_all()

    _drawn_on_a_sheet()

    assert len(_scripts()) == 1


def _drawn_on_a_sheet() -> Sheet:
    return Sheet(_drawn(3, "scatter"))


def _scripts() -> list[str]:
    """The models that carry megabytes."""
    models = Widget.get_manager_state()["state"].items()
    return [key for key, model in models if len(str(model.get("buffers", ""))) > 1_000_000]


def _view(calls: Calls, name: str = "points", kind: str = "scatter") -> View:
    def simulate(size: int) -> int:
        if size == 9:
            raise DynateachError("9 is too many", next="Choose less.")
        calls.append({"size": size})
        return size

    size, key = controls.slider("size", 4, 1, 9), controls.text("key", "abc")
    return View(
        name,
        simulate,
        lambda result, key: _drawn(result, kind),
        simulated={"size": size},
        drawn={"key": key},
        rows=((size,), (key,)),
        says=lambda result, key: f"{result} said of {key}",
    )


def _drawn(size: int, kind: str, label: str = "") -> Any:
    picture = Picture()
    panel = picture.panel((0, 1), (0, 1), {"range": [0, size]}, {})
    picture.add(panel, type=kind, x=list(range(size)), y=list(range(size)))
    if label:
        picture.label(panel, 0, 0, label)
    return picture.figure(Finding(f"{size} points", "", f"caption of {size}", f"alternative of {size}"))


def _points(widget: Any) -> list[int]:
    return [len(trace.x) for trace in figure(widget).data]
