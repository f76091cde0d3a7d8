"""The explorer of ``query_or_scan`` in JupyterLab, as a learner uses it."""

import pytest
from playwright.sync_api import Page, expect

from dynateach.topics.parts.orders import EVERYONES, ONE, THEIRS
from tests.browser.explorers import choose, contrast, open_explorer, overlapping_labels, slide, title
from tests.browser.jupyter import LabServer, Theme, look

SOURCE = """\
from dynateach.topics import query_or_scan
query_or_scan.explore()"""


def test_each_control_moves_the_picture_in_its_direction(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    get, query, filtered, scan, parallel = _units(page)
    assert query < filtered < scan <= parallel < 1.02 * scan

    slide(page, "orders in the table", "Home")
    assert _units(page)[:3] == [get, query, filtered]
    assert _units(page)[3] < scan / 100

    slide(page, "orders in the table", "End")
    choose(page, "question", EVERYONES)
    assert _units(page)[1] > 100 * query
    assert _units(page)[3:] == [scan, parallel]

    choose(page, "question", ONE)
    assert _units(page)[0] < get

    choose(page, "question", THEIRS)
    slide(page, "open orders, %", "End")
    assert _units(page)[0] > get
    assert _units(page)[3] == pytest.approx(scan, rel=0.02)

    slide(page, "bytes an order", "End")
    assert _units(page)[3] > 3 * scan


def test_asking_for_less_is_drawn_as_high(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)

    query, scan = page.evaluate("() => plot().data.slice(-2).map(trace => Array.from(trace.y))")

    assert len(set(query)) == len(set(scan)) == 1
    assert len(query) == 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_are_legible_and_keep_apart(page: Page, lab_server: LabServer, theme: Theme) -> None:
    open_explorer(page, lab_server, SOURCE, theme)
    look(page, f"query-or-scan-{theme}")
    expect(page.locator(".dynateach-says")).to_contain_text("300 customers")

    for words in (".gtitle", ".ytick text", ".annotation-text", ".bartext"):
        assert contrast(page, words) >= 4.5, words
    assert overlapping_labels(page) == []
    for number, question in enumerate((EVERYONES, ONE)):
        choose(page, "question", question)
        look(page, f"query-or-scan-{theme}-{number}")
        assert overlapping_labels(page) == [], title(page)
    slide(page, "orders in the table", "Home")
    look(page, f"query-or-scan-{theme}-small")
    assert overlapping_labels(page) == []


def _units(page: Page) -> list[float]:
    """The lengths of the bars in the first panel, from the top."""
    bars: list[float] = page.evaluate("() => Array.from(plot().data[0].x)")
    return bars
