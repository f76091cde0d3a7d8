"""The explorer of ``index_lag`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import index_behind, index_costs, index_lag, index_starved
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import index_lag
index_lag.explore()"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    _expect(page, index_lag.draw(index_lag.simulate()))

    _choose(page, "writes", "notes (not projected)")
    _expect(page, index_lag.draw(index_lag.simulate("notes (not projected)")))
    _choose(page, "writes", "statuses (its key)")
    _slide(page, "median lag, ms", "End")
    film = index_lag.draw(index_lag.simulate("statuses (its key)", lag=6_000))
    _expect(page, film)

    page.get_by_role("button", name="To the start").click()
    assert _state(page)["counts"].get("index", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 10")
    look(page, "index-lag-playing")
    page.wait_for_function("() => !player().playing")
    assert _state(page)["note"] == film.notes[-1].says
    _expect(page, film)


def test_the_queue_can_be_paused_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    _choose(page, "a fork is", index_lag.PAUSE)
    settle(page)

    at = _fork(page)

    story = index_lag.simulate(forks=index_lag.PAUSE)
    state = _state(page)
    assert (state["forked"], state["error"]) == (at, "")
    assert state["forkCounts"] == _counts(index_lag.fork(story, at))
    look(page, "index-lag-fork")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tabs_show_what_their_topics_draw(page: Page, lab_server: LabServer, theme: Theme) -> None:
    _open(page, lab_server, theme)
    look(page, f"index-lag-{theme}")

    page.get_by_role("tab", name="A starved index").click()
    starved = index_starved.draw(index_starved.simulate())
    expect(page.locator(".dynateach-player .title").first).to_have_text(starved.title)
    settle(page)
    look(page, f"index-starved-{theme}")
    at = _fork(page, steps=36)
    assert (_state(page)["forked"], _state(page)["error"]) == (at, "")
    look(page, f"index-starved-fork-{theme}")

    page.get_by_role("tab", name="What a write costs").click()
    costs = index_costs.simulate()
    _expect_figure(page, index_costs.draw(costs))
    look(page, f"index-costs-{theme}")
    _choose(page, "show", index_costs.UNITS)
    _expect_figure(page, index_costs.draw(costs, index_costs.UNITS))
    look(page, f"index-costs-units-{theme}")

    page.get_by_role("tab", name="How far behind?").click()
    _expect_figure(page, index_behind.draw(index_behind.simulate()))
    look(page, f"index-behind-{theme}")


def _open(page: Page, server: LabServer, theme: Theme = "light") -> None:
    cell = nbformat.v4.new_code_cell(SOURCE, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "indexes.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "indexes.ipynb", theme=theme)
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(".dynateach-player")
    settle(page)


def _fork(page: Page, steps: int = 3) -> float:
    """Fork the film after so many steps; the time at which that was."""
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="To the start").click()
    page.locator(".dynateach-player .stage canvas").first.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    at: float = _state(page)["time"]
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    return at


def _expect(page: Page, film: Film) -> None:
    """Wait until the player shows that film, and hold its counts against the film's."""
    expect(page.locator(".dynateach-player .title").first).to_have_text(film.title)
    settle(page)
    assert {kind: _state(page)["counts"].get(kind, 0) for kind in _counts(film)} == _counts(film)


def _expect_figure(page: Page, figure: Any) -> None:
    title = figure.layout.title.text.split("<b>")[1].split("</b>")[0]
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text(title, timeout=30_000)
    settle(page)


def _counts(film: Film) -> dict[str, int]:
    """What the film holds of each kind when it has ended."""
    shown = [mark.kind.name for mark in film.marks if mark.at <= film.ends]
    return {kind: shown.count(kind) for kind in sorted(set(shown))}


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("() => player()")
    return state


def _choose(page: Page, label: str, option: str) -> None:
    page.locator(".widget-dropdown", has=page.get_by_text(label, exact=True)).locator("visible=true").locator(
        "select"
    ).select_option(option)


def _slide(page: Page, label: str, key: str) -> None:
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    settle(page)
