"""The explorer of ``expiry`` in JupyterLab, as a learner uses it."""

import pytest
from playwright.sync_api import Page, expect

from dynateach.topics import expiry
from tests.browser.films import choose, counts, expect_film, fork_here, open_films, play_to_the_end, slide, state
from tests.browser.jupyter import LabServer, Theme, look

SOURCE = """\
from dynateach.topics import expiry
expiry.explore()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_control_tells_another_story_and_it_plays_to_its_end(
    page: Page, lab_server: LabServer, theme: Theme
) -> None:
    open_films(page, lab_server, SOURCE, theme)
    expect_film(page, expiry.draw(expiry.simulate()))
    look(page, f"expiry-{theme}")

    choose(page, "filter on the time", "on")
    story = expiry.simulate(filtered="on")
    expect_film(page, expiry.draw(story))
    expect(page.locator(".dynateach-says").first).to_contain_text(f"{story.plain.units:g} RCU; with filter")
    look(page, f"expiry-{theme}-filter")

    for written in expiry.TIMES[1:]:
        choose(page, "time to live in", written)
        expect_film(page, expiry.draw(expiry.simulate(filtered="on", written=written)))
        look(page, f"expiry-{theme}-{written.split()[0]}")
    choose(page, "time to live in", "seconds")
    slide(page, "median delay, h", "End")
    slide(page, "sessions", "End")
    film = expiry.draw(expiry.simulate(9, 48, filtered="on"))
    expect_film(page, film)
    look(page, f"expiry-{theme}-late")
    slide(page, "query at hour", "End")
    film = expiry.draw(expiry.simulate(9, 48, 121, "on"))
    expect_film(page, film)

    play_to_the_end(page)
    assert state(page)["note"] == film.notes[-1].says


def test_the_query_can_come_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    page.get_by_role("button", name="To the start").click()
    page.locator(".dynateach-player").press("PageDown")
    for _ in range(3):
        page.get_by_role("button", name="Step on").click()
    at = state(page)["time"]

    fork_here(page)

    other = expiry.fork(expiry.simulate(), at)
    assert (state(page)["forked"], state(page)["error"]) == (at, "")
    assert state(page)["forkCounts"] == counts(other)
    look(page, "expiry-fork")
