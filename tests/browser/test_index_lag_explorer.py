"""The explorer of ``index_lag`` in JupyterLab, as a learner uses it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dynateach.topics import index_behind, index_costs, index_lag, index_starved
from tests.browser.films import choose, counts, expect_film, open_films, slide, state
from tests.browser.jupyter import LabServer, Theme, look, settle

SOURCE = """\
from dynateach.topics import index_lag
index_lag.explore()"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    expect_film(page, index_lag.draw(index_lag.simulate()))

    choose(page, "writes", "notes (not projected)")
    expect_film(page, index_lag.draw(index_lag.simulate("notes (not projected)")))
    choose(page, "writes", "statuses (its key)")
    slide(page, "median lag, ms", "End")
    film = index_lag.draw(index_lag.simulate("statuses (its key)", lag=6_000))
    expect_film(page, film)

    page.get_by_role("button", name="To the start").click()
    assert state(page)["counts"].get("index", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 10")
    look(page, "index-lag-playing")
    page.wait_for_function("() => !player().playing")
    assert state(page)["note"] == film.notes[-1].says
    expect_film(page, film)


def test_the_queue_can_be_paused_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    choose(page, "a fork is", index_lag.PAUSE)
    settle(page)

    at = _fork(page)

    story = index_lag.simulate(forks=index_lag.PAUSE)
    told = state(page)
    assert (told["forked"], told["error"]) == (at, "")
    assert told["forkCounts"] == counts(index_lag.fork(story, at))
    look(page, "index-lag-fork")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tabs_show_what_their_topics_draw(page: Page, lab_server: LabServer, theme: Theme) -> None:
    open_films(page, lab_server, SOURCE, theme)
    look(page, f"index-lag-{theme}")

    page.get_by_role("tab", name="A starved index").click()
    starved = index_starved.draw(index_starved.simulate())
    expect(page.locator(".dynateach-player .title").first).to_have_text(starved.title)
    settle(page)
    look(page, f"index-starved-{theme}")
    at = _fork(page, steps=36)
    assert (state(page)["forked"], state(page)["error"]) == (at, "")
    look(page, f"index-starved-fork-{theme}")

    page.get_by_role("tab", name="What a write costs").click()
    costs = index_costs.simulate()
    _expect_figure(page, index_costs.draw(costs))
    look(page, f"index-costs-{theme}")
    choose(page, "show", index_costs.UNITS)
    _expect_figure(page, index_costs.draw(costs, index_costs.UNITS))
    look(page, f"index-costs-units-{theme}")

    page.get_by_role("tab", name="How far behind?").click()
    _expect_figure(page, index_behind.draw(index_behind.simulate()))
    look(page, f"index-behind-{theme}")


def _fork(page: Page, steps: int = 3) -> float:
    """Fork the film after so many steps; the time at which that was."""
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="To the start").click()
    page.locator(".dynateach-player .stage canvas").first.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    at: float = state(page)["time"]
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    return at


def _expect_figure(page: Page, figure: Any) -> None:
    title = figure.layout.title.text.split("<b>")[1].split("</b>")[0]
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text(title, timeout=30_000)
    settle(page)


def test_a_figure_follows_its_controls_after_a_film_was_shown(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    for name, figure in (
        ("How far behind?", index_behind.draw(index_behind.simulate())),
        ("What a write costs", index_costs.draw(index_costs.simulate())),
    ):
        page.get_by_role("tab", name=name).click()
        _expect_figure(page, figure)
        page.get_by_role("tab", name="The index follows").click()
        expect_film(page, index_lag.draw(index_lag.simulate()))
        look(page, "index-back")

    page.get_by_role("tab", name="What a write costs").click()
    choose(page, "show", index_costs.UNITS)
    _expect_figure(page, index_costs.draw(index_costs.simulate(), index_costs.UNITS))
    look(page, "index-figure-after-film")
