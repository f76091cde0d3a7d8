"""The explorer of ``stream_records`` in JupyterLab, as a learner uses it."""

from playwright.sync_api import Page, expect

from dynateach.topics import iterators, poison, stream_records
from tests.browser.films import choose, counts, expect_film, open_films, state
from tests.browser.jupyter import LabServer, look

SOURCE = """\
from dynateach.topics import stream_records
stream_records.explore()"""


def test_the_controls_tell_other_stories_and_the_function_can_be_fixed_at_the_playhead(
    page: Page, lab_server: LabServer
) -> None:
    open_films(page, lab_server, SOURCE)
    expect_film(page, stream_records.draw(stream_records.simulate()))
    look(page, "streams-records-light")

    choose(page, "it reads", stream_records.SIDE_BY_SIDE)
    choose(page, "view type", "OLD_IMAGE")
    story = stream_records.simulate("OLD_IMAGE", reads=stream_records.SIDE_BY_SIDE)
    film = stream_records.draw(story)
    expect_film(page, film)
    page.get_by_text("The record as GetRecords gives it").click()
    expect(page.locator(".dynateach-explorer pre")).to_contain_text(story.changes[6].number)
    expect(page.locator(".dynateach-explorer pre")).not_to_contain_text("NewImage")
    look(page, "streams-record")
    _play(page)
    page.wait_for_function("() => !player().playing && player().time > 20")
    assert state(page)["note"] == film.notes[-1].says

    page.get_by_role("tab", name="A poison record").click()
    expect_film(page, poison.draw(poison.simulate()))
    look(page, "streams-poison-light")
    at = _fork_where_the_age_has_climbed(page)
    other, told = poison.fork(poison.simulate(), at), state(page)
    assert (told["forked"], told["error"]) == (at, "")
    assert told["forkCounts"] == counts(other)
    look(page, "streams-poison-fork")


def test_each_tab_shows_what_its_topic_draws(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE, "dark")
    look(page, "streams-records-dark")

    page.get_by_role("tab", name="Where a reader begins").click()
    expect_film(page, iterators.draw(iterators.simulate()))
    look(page, "streams-iterators-dark")
    choose(page, "with", iterators.TRIM_HORIZON)
    expect_film(page, iterators.draw(iterators.simulate(iterators.TRIM_HORIZON)))

    page.get_by_role("tab", name="A poison record").click()
    expect_film(page, poison.draw(poison.simulate()))
    choose(page, "retries", "3")
    choose(page, "halve a failed batch", "yes")
    choose(page, "on-failure destination", "no")
    expect_film(page, poison.draw(poison.simulate(retries="3", halve="yes"), "no"))
    expect(page.locator(".dynateach-says", has_text="done more than once")).to_contain_text("1 given up")
    look(page, "streams-poison-halved-dark")


def _fork_where_the_age_has_climbed(page: Page) -> float:
    """Play until the iterator is old, stop there and fork; the time of the playhead."""
    page.get_by_role("button", name="To the start").click()
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().levels['iterator age'] > 8")
    page.get_by_role("button", name="Pause", exact=True).click()
    at = float(state(page)["time"])
    assert 20 < at < 60
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    return at


def _play(page: Page) -> None:
    page.get_by_role("button", name="To the start").click()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
