"""The explorer of ``cost`` in JupyterLab, as a learner uses it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.explorers import (
    choose,
    contrast,
    expect_title,
    open_explorer,
    overlapping_labels,
    slide,
    title,
)
from tests.browser.jupyter import LabServer, Theme, look, settle

SOURCE = """\
from dynateach.topics import cost
cost.explore()"""


def test_each_control_of_the_month_moves_the_bars_in_its_direction(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    for label in ("item, bytes", "reads/s", "writes/s", "stored, GB", "in transactions, %", "indexes"):
        before = _totals(page)
        slide(page, label, "ArrowRight")
        assert all(new > old for new, old in zip(_totals(page), before, strict=True)), label

    before = _totals(page)
    choose(page, "they project", "KEYS_ONLY")
    smaller = _totals(page)
    assert all(new < old for new, old in zip(smaller, before, strict=True))

    choose(page, "reads are", "strong")
    stronger = _totals(page)
    assert all(new > old for new, old in zip(stronger, smaller, strict=True))

    slide(page, "provisioned is used at, %", "End")
    used = _totals(page)
    assert (used[0], used[4]) == (stronger[0], stronger[4])
    assert all(used[row] < stronger[row] for row in (1, 2, 3, 5))

    choose(page, "you pay", "reserved for 3 years")
    assert title(page).startswith("Reserved for 3 years, this table costs")
    assert _totals(page) == used


def test_the_arithmetic_opens_and_the_day_refuses_more_at_a_higher_peak(page: Page, lab_server: LabServer) -> None:
    open_explorer(page, lab_server, SOURCE)
    page.get_by_text("The arithmetic of every line").click()
    expect(page.locator(".dynateach-bill").first).to_contain_text("2 units × 100/s × 3,600 s × 730 h")
    expect(page.get_by_text("11 September 2026").first).to_be_visible()
    look(page, "cost-arithmetic")

    page.get_by_role("tab", name="A day of auto scaling").click()
    expect_title(page, "Auto scaling at 70 %")
    expect(page.get_by_text("The arithmetic of every line")).to_be_hidden()
    refused = _refused(page)
    slide(page, "peak at 20:00, times", "End")
    assert _refused(page) > refused > 0

    refused = _refused(page)
    slide(page, "target utilisation, %", "Home")
    assert _refused(page) < refused


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_are_legible_and_keep_apart(page: Page, lab_server: LabServer, theme: Theme) -> None:
    open_explorer(page, lab_server, SOURCE, theme)
    look(page, f"cost-month-{theme}")
    _require_legible(page)

    slide(page, "reads/s", "End")
    slide(page, "writes/s", "Home")
    choose(page, "you pay", "IA, provisioned")
    look(page, f"cost-month-{theme}-reads")
    assert overlapping_labels(page) == []

    page.get_by_role("tab", name="A day of auto scaling").click()
    expect_title(page, "Auto scaling at 70 %")
    settle(page)
    look(page, f"cost-day-{theme}")
    _require_legible(page)


def _require_legible(page: Page) -> None:
    for words in (".gtitle", ".ytick text", ".annotation-text"):
        assert contrast(page, words) >= 4.5, words
    assert overlapping_labels(page) == []


def _totals(page: Page) -> list[float]:
    """How long the stacked bars are, from the top."""
    parts: list[list[float]] = page.evaluate(
        "() => plot().data.filter(t => t.orientation === 'h').map(t => Array.from(t.x))"
    )
    return [round(sum(row), 6) for row in zip(*parts, strict=True)]


def _refused(page: Page) -> float:
    """The area of what is drawn as refused."""
    refused: float = page.evaluate("() => Array.from(plot().data[1].y).reduce((sum, y) => sum + y, 0)")
    return refused
