"""The explorer of ``retries`` in JupyterLab, as a learner uses it."""

from playwright.sync_api import Page, expect

from dynateach.topics import retries, strategies
from tests.browser.films import choose, counts, expect_film, open_films, slide, state
from tests.browser.jupyter import LabServer, look

SOURCE = """\
from dynateach.topics import retries
retries.explore()"""


def test_the_controls_tell_another_story_and_it_plays_to_its_end(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE)
    expect_film(page, retries.draw(retries.simulate()))
    look(page, "retries-exponential")

    choose(page, "retries", "SDK standard")
    choose(page, "trouble", "limit too low")
    slide(page, "clients", "End")
    herd = retries.simulate("SDK standard", 200, trouble="limit too low")
    film = retries.draw(herd)
    expect_film(page, film)
    expect(page.locator(".dynateach-says", has_text="requests").first).to_contain_text(f"{herd.gave_up:,} calls")

    page.get_by_role("button", name="To the start").click()
    assert state(page)["levels"]["waiting"] == 0
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().levels.waiting > 0")
    page.wait_for_function("() => !player().playing")
    assert state(page)["note"] == film.notes[-1].says
    assert state(page)["levels"]["waiting"] == 0
    expect_film(page, film)
    look(page, "retries-sdk")


def test_jitter_can_be_switched_on_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    open_films(page, lab_server, SOURCE, "dark")
    page.get_by_role("button", name="To the start").click()
    page.get_by_role("img", name="Without jitter").focus()
    for _ in range(20):
        page.keyboard.press("Shift+ArrowRight")
    at = state(page)["time"]
    assert 7 < at < 9

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)

    told = state(page)
    assert (told["forked"], told["error"]) == (at, "")
    assert told["forkCounts"] == counts(retries.fork(retries.simulate(), at))
    look(page, "retries-fork")

    choose(page, "retries", "SDK adaptive")
    expect_film(page, retries.draw(retries.simulate("SDK adaptive")))
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().error.includes('jitter already')")


def test_the_second_tab_compares_all_ways(page: Page, lab_server: LabServer) -> None:
    compared = strategies.simulate()
    open_films(page, lab_server, SOURCE)

    page.get_by_role("tab", name="All ways side by side").click()
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text("The same waits", timeout=40_000)
    page.wait_for_function("() => getComputedStyle(document.querySelector('.js-plotly-plot')).opacity === '1'")
    look(page, "retries-side-by-side")

    bars = page.evaluate("() => document.querySelector('.js-plotly-plot').data.map(t => Array.from(t.x))")
    assert bars[0] == [herd.recovery for herd in compared.herds.values()]
    assert bars[1] == [len(herd.sent) for herd in compared.herds.values()]
