"""The explorer of ``writes`` in JupyterLab, as a learner uses it."""

import pytest
from playwright.sync_api import Page, expect

from dynateach.topics import writes
from dynateach.topics.parts.deposits import AGAIN, LOCK, MEET, TOKEN
from tests.browser.films import choose, counts, expect_film, fork_here, open_films, play_to_the_end, slide, state
from tests.browser.jupyter import LabServer, Theme, look

SOURCE = """\
from dynateach.topics import writes
writes.explore()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_control_tells_another_story_and_it_plays_to_its_end(
    page: Page, lab_server: LabServer, theme: Theme
) -> None:
    open_films(page, lab_server, SOURCE, theme)
    expect_film(page, writes.draw(writes.simulate()))
    look(page, f"writes-{theme}-lost")

    choose(page, "each deposits by", LOCK)
    expect_film(page, writes.draw(writes.simulate(LOCK)))
    look(page, f"writes-{theme}-lock")
    expect(page.locator(".dynateach-says").first).to_contain_text("2 RCU + 2 WCU")
    choose(page, "if it fails", "give up")
    expect_film(page, writes.draw(writes.simulate(LOCK, refused="give up")))
    choose(page, "whose turn it is", "A A B B")
    expect_film(page, writes.draw(writes.simulate(LOCK, "A A B B", refused="give up")))

    choose(page, "if it fails", "try again")
    for method in (AGAIN, TOKEN, MEET):
        choose(page, "each deposits by", method)
        expect_film(page, writes.draw(writes.simulate(method, "A A B B")))
        look(page, f"writes-{theme}-{method.split()[0].strip(',')}")
    slide(page, "ms between turns", "Home")
    film = writes.draw(writes.simulate(MEET, "A A B B", 200))
    expect_film(page, film)
    play_to_the_end(page)
    assert state(page)["note"] == film.notes[-1].says
    assert state(page)["levels"] == {"balance": 20, "deposits": 2}


def test_b_can_be_made_to_start_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    at = state(page)["time"]

    fork_here(page)

    other = writes.fork(writes.simulate(), at)
    assert "balance 20" in other.title
    assert (state(page)["forked"], state(page)["error"]) == (at, "")
    assert state(page)["forkCounts"] == counts(other)
    look(page, "writes-fork")
