"""The explorer of ``retries`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import retries, strategies
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import retries
retries.explore()"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    _expect(page, retries.draw(retries.simulate()))
    look(page, "retries-exponential")

    _choose(page, "retries", "SDK standard")
    _choose(page, "trouble", "limit too low")
    _slide(page, "clients", "End")
    herd = retries.simulate("SDK standard", 200, trouble="limit too low")
    film = retries.draw(herd)
    _expect(page, film)
    expect(page.locator(".dynateach-says", has_text="requests").first).to_contain_text(f"{herd.gave_up:,} calls")

    page.get_by_role("button", name="To the start").click()
    assert _state(page)["levels"]["waiting"] == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().levels.waiting > 0")
    page.wait_for_function("() => !player().playing")
    assert _state(page)["note"] == film.notes[-1].says
    assert _state(page)["levels"]["waiting"] == 0
    _expect(page, film)
    look(page, "retries-sdk")


def test_jitter_can_be_switched_on_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "dark")
    page.get_by_role("button", name="To the start").click()
    page.get_by_role("img", name="Without jitter").focus()
    for _ in range(20):
        page.keyboard.press("Shift+ArrowRight")
    at = _state(page)["time"]
    assert 7 < at < 9

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)

    state = _state(page)
    assert (state["forked"], state["error"]) == (at, "")
    assert state["forkCounts"] == _counts(retries.fork(retries.simulate(), at))
    look(page, "retries-fork")

    _choose(page, "retries", "SDK adaptive")
    _expect(page, retries.draw(retries.simulate("SDK adaptive")))
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().error.includes('jitter already')")


def test_the_second_tab_compares_all_ways(page: Page, lab_server: LabServer) -> None:
    compared = strategies.simulate()
    _open(page, lab_server)

    page.get_by_role("tab", name="All ways side by side").click()
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text("The same waits", timeout=40_000)
    page.wait_for_function("() => getComputedStyle(document.querySelector('.js-plotly-plot')).opacity === '1'")
    look(page, "retries-side-by-side")

    bars = page.evaluate("() => document.querySelector('.js-plotly-plot').data.map(t => Array.from(t.x))")
    assert bars[0] == [herd.recovery for herd in compared.herds.values()]
    assert bars[1] == [len(herd.sent) for herd in compared.herds.values()]


def _open(page: Page, server: LabServer, theme: Theme = "light") -> None:
    cell = nbformat.v4.new_code_cell(SOURCE, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(".dynateach-player")
    settle(page)


def _expect(page: Page, film: Film) -> None:
    """Wait until the player shows that film, and hold its counts against the film's."""
    expect(page.locator(".dynateach-player .title").first).to_have_text(film.title)
    settle(page)
    assert {kind: _state(page)["counts"].get(kind, 0) for kind in _counts(film)} == _counts(film)


def _counts(film: Film) -> dict[str, int]:
    """What the film holds of each kind when it has ended."""
    shown = [mark.kind.name for mark in film.marks]
    return {kind: shown.count(kind) for kind in sorted(set(shown))}


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("() => player()")
    return state


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).locator("visible=true").select_option(option)


def _slide(page: Page, label: str, key: str) -> None:
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    settle(page)
