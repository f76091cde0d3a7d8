"""The explorer of ``hashing`` in JupyterLab, as a learner uses it."""

import pytest
from playwright.sync_api import Page, expect

from dynateach.topics import hashing
from tests.browser.explorers import contrast, expect_title, open_explorer, slide, title
from tests.browser.jupyter import LabServer, Theme, look

SOURCE = """\
from dynateach.topics import hashing
hashing.explore(requests=1_000)"""

TABS = {"When a partition splits": "before any split", "One hot key": "suffixes cut", "Where keys land": "1,000 writes"}


def test_a_slider_changes_the_loads_that_are_drawn(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    assert sum(_loads(page)) == 1_000
    assert len(_loads(page)) == 4

    slide(page, "partitions", "Home")
    assert _loads(page) == [1_000]

    slide(page, "requests in 1 s", "End")
    assert _loads(page) == [5_000]
    assert "p0 takes all 5,000 writes: 5.0× its ceiling of 1,000 WCU/s" in title(page)


def test_another_key_design_heats_one_partition(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    even = max(_loads(page))

    page.get_by_role("combobox", name="partition key").select_option("today's date")
    expect_title(page, "takes all 1,000 writes")

    assert max(_loads(page)) == 1_000 > 2 * even


def test_a_typed_key_is_located(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    found = hashing.simulate(requests=100).lab.inspect(hashing.TABLE).locate("my-key")

    page.get_by_label("your own key").fill("my-key")

    expect(page.locator(".dynateach-says", has_text=found.digest[:8]).first).to_contain_text(
        f"{found.position:.4f} of the key space → {found.partition}"
    )
    page.wait_for_function("place => Math.abs(plot().data[1].x[0] - place) < 1e-9", arg=found.position)


def test_the_tabs_show_the_split_and_the_hot_key(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)

    page.get_by_role("tab", name="When a partition splits").click()
    expect_title(page, "before any split")
    page.get_by_role("button", name="Split the hottest").click()
    expect_title(page, "Splitting")
    expect(page.locator(".dynateach-says", has_text="split 1:")).to_be_visible()

    page.get_by_role("tab", name="One hot key").click()
    expect_title(page, "10 suffixes cut the peak")
    slide(page, "suffixes", "Home")
    expect_title(page, "One key sends all 2,000 writes to one partition: 2.0× the ceiling")

    page.get_by_role("tab", name="Where keys land").click()
    expect_title(page, "1,000 writes")
    assert sum(_loads(page)) == 1_000


def test_of_one_tabs_picture_nothing_is_left_in_the_next(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)

    for tab in ("When a partition splits", "One hot key", "Where keys land"):
        page.get_by_role("tab", name=tab).click()
        expect_title(page, TABS[tab])
        page.wait_for_function(
            "() => document.querySelectorAll('.shapelayer path').length === plot().layout.shapes.length"
        )


def test_the_figure_is_as_wide_as_its_cell_and_says_what_it_shows(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)

    for width in (1280, 900):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            "() => Math.abs(plot().querySelector('.main-svg').clientWidth - plot().parentElement.clientWidth) < 2"
        )
        assert (
            page.evaluate("() => { const o = plot().closest('.jp-OutputArea'); return o.scrollWidth - o.clientWidth; }")
            <= 0
        )
    expect(page.get_by_role("img", name="The load is even")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_legible_in_both_themes(page: Page, lab_server: LabServer, theme: Theme) -> None:
    open_explorer(page, lab_server, SOURCE, theme)

    for tab, finding in TABS.items():
        page.get_by_role("tab", name=tab).click()
        expect_title(page, finding)
        for words in (".gtitle", ".ytick text", ".annotation-text"):
            assert contrast(page, words) >= 4.5, (tab, words)
        look(page, f"hashing-{tab.replace(' ', '-').lower()}-{theme}")


def _loads(page: Page) -> list[float]:
    """The heights of the bars that are drawn: what each partition serves, and what lies above its ceiling."""
    bars: list[list[float]] = page.evaluate(
        "() => plot().data.filter(t => t.type === 'bar' && t.orientation !== 'h').map(t => Array.from(t.y))"
    )
    return [sum(parts) for parts in zip(*bars, strict=True)]
