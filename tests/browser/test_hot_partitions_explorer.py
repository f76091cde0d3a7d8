"""The explorer of ``hot_partitions`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import heat_splits, hot_partitions, remedies
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import hot_partitions
hot_partitions.explore()"""


def test_the_controls_tell_another_story_it_plays_to_its_end_and_forks(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    _expect(page, hot_partitions.draw(hot_partitions.simulate()))

    _choose(page, "keys", "Zipf")
    _slide(page, "quiet before, s", "Home")
    story = hot_partitions.simulate("Zipf", quiet=0)
    film = hot_partitions.draw(story)
    _expect(page, film)
    expect(page.locator(".dynateach-says", has_text="In the burst").first).to_contain_text(story.hottest)

    page.get_by_role("button", name="To the start").click()
    assert _state(page)["counts"].get("throttle", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 40")
    look(page, "hot-partitions-playing")
    page.wait_for_function("() => !player().playing")
    assert _state(page)["note"] == film.notes[-1].says
    assert _state(page)["levels"]["burst credit"] == film.levels[0].steps[-1][1]

    _fork_at_first_refusal(page)
    other = hot_partitions.fork(story, _state(page)["forked"])
    assert _state(page)["forkCounts"]["throttle"] == _counts(other)["throttle"]
    look(page, "hot-partitions-fork")


def test_a_celebrity_is_not_split_and_suffixes_help_it(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    page.get_by_role("tab", name="A hot partition splits").click()
    _expect(page, heat_splits.draw(heat_splits.simulate()))

    _choose(page, "writes", "one celebrity")
    story = heat_splits.simulate("one celebrity")
    _expect(page, heat_splits.draw(story))

    _fork_at_first_refusal(page)
    other = heat_splits.fork(story, _state(page)["forked"])
    assert _state(page)["forkCounts"]["throttle"] == _counts(other)["throttle"] < _state(page)["counts"]["throttle"]
    look(page, "hot-partitions-suffixes")

    page.get_by_role("tab", name="Remedies").click()
    expect(page.locator(".dynateach-says", has_text="Reading one of the 100 items").first).to_be_visible()


def test_the_remedies_are_drawn_as_they_were_computed(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "from dynateach.topics import remedies\nremedies.explore()", ".gtitle", "dark")
    _expect_bars(page, remedies.simulate())
    look(page, "hot-partitions-remedies")

    _choose(page, "keys", "uniform")
    _slide(page, "provisioned, % of need", "Home")
    _expect_bars(page, remedies.simulate("uniform", provisioned=40))
    look(page, "hot-partitions-short-of-units")


def _open(
    page: Page, server: LabServer, source: str = SOURCE, shown: str = ".dynateach-player", theme: Theme = "light"
) -> None:
    cell = nbformat.v4.new_code_cell(source, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(shown)
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


def _fork_at_first_refusal(page: Page) -> None:
    page.get_by_role("button", name="To the start").click()
    while not _state(page)["counts"].get("throttle", 0):
        page.get_by_role("button", name="Step on").click()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    assert _state(page)["error"] == ""


def _expect_bars(page: Page, comparison: remedies.Comparison) -> None:
    """Wait until the figure shows that comparison, and hold its bars against the outcomes."""
    title = str(remedies.draw(comparison).layout.title.text).split("</b>")[0].removeprefix("<b>")
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text(title)
    settle(page)
    bars = page.evaluate(
        "() => document.querySelector('.js-plotly-plot').data.filter(t => t.type === 'bar').map(t => Array.from(t.x))"
    )
    outcomes = comparison.outcomes.values()
    assert bars == [[one[column] for one in outcomes] for column in range(3)]


def _choose(page: Page, label: str, option: str) -> None:
    page.locator(".widget-dropdown", has=page.get_by_text(label, exact=True)).locator("visible=true").locator(
        "select"
    ).select_option(option)


def _slide(page: Page, label: str, key: str) -> None:
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    settle(page)
