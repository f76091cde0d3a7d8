"""The explorer of ``consistency`` in JupyterLab, as a learner uses it."""

from playwright.sync_api import Page, expect

from dynateach.topics import consistency, histories, promises, staleness
from tests.browser.films import choose, counts, expect_film, fork_here, open_films, slide, state
from tests.browser.jupyter import LabServer, look, settle

SOURCE = """\
from dynateach.topics import consistency
consistency.explore(fault="none")"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    expect_film(page, consistency.draw(consistency.simulate()))

    choose(page, "fault", "leader's zone lost")
    expect_film(page, consistency.draw(consistency.simulate(fault="leader's zone lost")))
    look(page, "consistency-lost")
    slide(page, "median lag, ms", "End")
    choose(page, "reads are", "half and half")
    story = consistency.simulate("half and half", 6_000, fault="leader's zone lost")
    film = consistency.draw(story)
    expect_film(page, film)
    expect(page.locator(".dynateach-says", has_text="eventual:").first).to_contain_text(f"{story.eventual.units:g} RCU")

    page.get_by_role("button", name="To the start").click()
    assert state(page)["counts"].get("read", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 14")
    look(page, "consistency-playing")
    page.wait_for_function("() => !player().playing")
    assert state(page)["note"] == film.notes[-1].says
    expect_film(page, film)


def test_the_leaders_zone_can_be_lost_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    page.get_by_role("button", name="To the start").click()
    page.locator(".dynateach-player").press("PageDown")
    for _ in range(3):
        page.get_by_role("button", name="Step on").click()
    at = state(page)["time"]

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)

    other = consistency.fork(consistency.simulate(), at)
    told = state(page)
    assert (told["forked"], told["error"]) == (at, "")
    assert told["forkCounts"] == counts(other)
    assert told["forkCounts"]["refused"] > 0
    look(page, "consistency-fork")


def test_two_histories_and_the_players_controls_fit_a_window(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE.replace("none", "leader's zone lost"))

    fork_here(page)
    settle(page)
    needed, offered = page.evaluate(
        """() => [document.querySelector('.dynateach-player .bar').getBoundingClientRect().bottom
                   - document.querySelector('.dynateach-player .stage').getBoundingClientRect().top,
                 document.querySelector('.jp-Notebook').clientHeight]"""
    )

    assert needed <= offered


def test_the_tabs_show_what_their_topics_draw(page: Page, lab_server: LabServer) -> None:
    decay = staleness.simulate()
    open_films(page, lab_server, SOURCE, "dark")
    look(page, "consistency-stale")

    page.get_by_role("tab", name="How long is a read stale?").click()
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text("Right after a write", timeout=40_000)
    settle(page)
    assert _shares(page) == [[one.share for one in decay.eventual], [one.share for one in decay.strong]]
    look(page, "consistency-how-long")

    page.get_by_role("tab", name="What a client may expect").click()
    expect_film(page, promises.draw(promises.simulate()))
    look(page, "consistency-promises")
    choose(page, "repaired by", promises.MEMORY)
    expect_film(page, promises.draw(promises.simulate(promises.MEMORY)))
    look(page, "consistency-promises-repaired")

    page.get_by_role("tab", name="Linearizable or not").click()
    expect_film(page, histories.draw(histories.simulate()))
    look(page, "consistency-histories")
    choose(page, "reads are", "strong")
    expect_film(page, histories.draw(histories.simulate("strong")))
    look(page, "consistency-histories-strong")


def _shares(page: Page) -> list[list[float]]:
    """The heights of the squares that are drawn, eventual reads first."""
    squares: list[list[float]] = page.evaluate(
        "() => document.querySelector('.js-plotly-plot').data.filter(t => t.mode === 'markers').map(t => Array.from(t.y))"
    )
    return squares
