"""The explorer of ``hot_partitions`` in JupyterLab, as a learner uses it."""

from playwright.sync_api import Page, expect

from dynateach.topics import heat_splits, hot_partitions, remedies
from tests.browser.films import choose, counts, expect_film, open_films, slide, state
from tests.browser.jupyter import LabServer, look, settle

SOURCE = """\
from dynateach.topics import hot_partitions
hot_partitions.explore()"""


def test_the_controls_tell_another_story_it_plays_to_its_end_and_forks(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    expect_film(page, hot_partitions.draw(hot_partitions.simulate()))

    choose(page, "keys", "Zipf")
    slide(page, "quiet before, s", "Home")
    story = hot_partitions.simulate("Zipf", quiet=0)
    film = hot_partitions.draw(story)
    expect_film(page, film)
    expect(page.locator(".dynateach-says", has_text="In the burst").first).to_contain_text(story.hottest)

    page.get_by_role("button", name="To the start").click()
    assert state(page)["counts"].get("throttle", 0) == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().time > 40")
    look(page, "hot-partitions-playing")
    page.wait_for_function("() => !player().playing")
    assert state(page)["note"] == film.notes[-1].says
    assert state(page)["levels"]["burst credit"] == film.levels[0].steps[-1][1]

    _fork_at_first_refusal(page)
    other = hot_partitions.fork(story, state(page)["forked"])
    assert state(page)["forkCounts"]["throttle"] == counts(other)["throttle"]
    look(page, "hot-partitions-fork")


def test_a_celebrity_is_not_split_and_suffixes_help_it(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    page.get_by_role("tab", name="A hot partition splits").click()
    expect_film(page, heat_splits.draw(heat_splits.simulate()))

    choose(page, "writes", "one celebrity")
    story = heat_splits.simulate("one celebrity")
    expect_film(page, heat_splits.draw(story))

    _fork_at_first_refusal(page)
    other = heat_splits.fork(story, state(page)["forked"])
    assert state(page)["forkCounts"]["throttle"] == counts(other)["throttle"] < state(page)["counts"]["throttle"]
    look(page, "hot-partitions-suffixes")

    page.get_by_role("tab", name="Remedies").click()
    expect(page.locator(".dynateach-says", has_text="Reading one of the 100 items").first).to_be_visible()


def test_the_remedies_are_drawn_as_they_were_computed(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, "from dynateach.topics import remedies\nremedies.explore()", "dark", shown=".gtitle")
    _expect_bars(page, remedies.simulate())
    look(page, "hot-partitions-remedies")

    choose(page, "keys", "uniform")
    slide(page, "provisioned, % of need", "Home")
    _expect_bars(page, remedies.simulate("uniform", provisioned=40))
    look(page, "hot-partitions-short-of-units")


def _fork_at_first_refusal(page: Page) -> None:
    page.get_by_role("button", name="To the start").click()
    while not state(page)["counts"].get("throttle", 0):
        page.get_by_role("button", name="Step on").click()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    assert state(page)["error"] == ""


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
