"""The explorer of ``consistency`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import consistency, histories, promises, staleness
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import consistency
consistency.explore(fault="none")"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    _expect(page, consistency.draw(consistency.simulate()))

    _choose(page, "fault", "leader's zone lost")
    _expect(page, consistency.draw(consistency.simulate(fault="leader's zone lost")))
    look(page, "consistency-lost")
    _slide(page, "median lag, ms", "End")
    _choose(page, "reads are", "half and half")
    story = consistency.simulate("half and half", 6_000, fault="leader's zone lost")
    film = consistency.draw(story)
    _expect(page, film)
    expect(page.locator(".dynateach-says", has_text="eventual:").first).to_contain_text(f"{story.eventual.units:g} RCU")

    page.get_by_role("button", name="To the start").click()
    assert _state(page)["counts"].get("read", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 14")
    look(page, "consistency-playing")
    page.wait_for_function("() => !player().playing")
    assert _state(page)["note"] == film.notes[-1].says
    _expect(page, film)


def test_the_leaders_zone_can_be_lost_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    page.get_by_role("button", name="To the start").click()
    page.locator(".dynateach-player").press("PageDown")
    for _ in range(3):
        page.get_by_role("button", name="Step on").click()
    at = _state(page)["time"]

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)

    other = consistency.fork(consistency.simulate(), at)
    state = _state(page)
    assert (state["forked"], state["error"]) == (at, "")
    assert state["forkCounts"] == _counts(other)
    assert state["forkCounts"]["refused"] > 0
    look(page, "consistency-fork")


def test_the_tabs_show_what_their_topics_draw(page: Page, lab_server: LabServer) -> None:
    decay = staleness.simulate()
    _open(page, lab_server, "dark")
    look(page, "consistency-stale")

    page.get_by_role("tab", name="How long is a read stale?").click()
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text("Right after a write", timeout=40_000)
    settle(page)
    assert _shares(page) == [[one.share for one in decay.eventual], [one.share for one in decay.strong]]
    look(page, "consistency-how-long")

    page.get_by_role("tab", name="What a client may expect").click()
    _expect(page, promises.draw(promises.simulate()))
    look(page, "consistency-promises")
    _choose(page, "repaired by", promises.MEMORY)
    _expect(page, promises.draw(promises.simulate(promises.MEMORY)))
    look(page, "consistency-promises-repaired")

    page.get_by_role("tab", name="Linearizable or not").click()
    _expect(page, histories.draw(histories.simulate()))
    look(page, "consistency-histories")
    _choose(page, "reads are", "strong")
    _expect(page, histories.draw(histories.simulate("strong")))
    look(page, "consistency-histories-strong")


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
    shown = [mark.kind.name for mark in film.marks if mark.at <= film.ends]
    return {kind: shown.count(kind) for kind in sorted(set(shown))}


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("() => player()")
    return state


def _shares(page: Page) -> list[list[float]]:
    """The heights of the squares that are drawn, eventual reads first."""
    squares: list[list[float]] = page.evaluate(
        "() => document.querySelector('.js-plotly-plot').data.filter(t => t.mode === 'markers').map(t => Array.from(t.y))"
    )
    return squares


def _choose(page: Page, label: str, option: str) -> None:
    page.locator(".widget-dropdown", has=page.get_by_text(label, exact=True)).locator("visible=true").locator(
        "select"
    ).select_option(option)


def _slide(page: Page, label: str, key: str) -> None:
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    settle(page)
