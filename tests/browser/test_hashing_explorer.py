"""The explorer of ``hashing`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from playwright.sync_api import Page, expect

from dynateach.topics import hashing
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import hashing
hashing.explore(requests=1_000)"""

TABS = {"When a partition splits": "before any split", "One hot key": "suffixes cut", "Where keys land": "1,000 writes"}


def test_a_slider_changes_the_loads_that_are_drawn(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    assert sum(_loads(page)) == 1_000
    assert len(_loads(page)) == 4

    _slide(page, "partitions", "Home")
    assert _loads(page) == [1_000]

    _slide(page, "requests in 1 s", "End")
    assert _loads(page) == [5_000]
    assert "p0 takes all 5,000 writes: 5.0× its ceiling of 1,000 WCU/s" in _title(page)


def test_another_key_design_heats_one_partition(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    even = max(_loads(page))

    page.get_by_role("combobox", name="partition key").select_option("today's date")
    _expect_title(page, "takes all 1,000 writes")

    assert max(_loads(page)) == 1_000 > 2 * even


def test_a_typed_key_is_located(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    found = hashing.simulate(requests=100).lab.inspect(hashing.TABLE).locate("my-key")

    page.get_by_label("your own key").fill("my-key")

    expect(page.locator(".dynateach-says", has_text=found.digest[:8]).first).to_contain_text(
        f"{found.position:.4f} of the key space → {found.partition}"
    )
    page.wait_for_function("place => Math.abs(plot().data[1].x[0] - place) < 1e-9", arg=found.position)


def test_the_tabs_show_the_split_and_the_hot_key(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)

    page.get_by_role("tab", name="When a partition splits").click()
    _expect_title(page, "before any split")
    page.get_by_role("button", name="Split the hottest").click()
    _expect_title(page, "Splitting")
    expect(page.locator(".dynateach-says", has_text="split 1:")).to_be_visible()

    page.get_by_role("tab", name="One hot key").click()
    _expect_title(page, "10 suffixes cut the peak")
    _slide(page, "suffixes", "Home")
    _expect_title(page, "One key sends all 2,000 writes to one partition: 2.0× the ceiling")

    page.get_by_role("tab", name="Where keys land").click()
    _expect_title(page, "1,000 writes")
    assert sum(_loads(page)) == 1_000


def test_the_figure_is_as_wide_as_its_cell_and_says_what_it_shows(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)

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
    _open(page, lab_server, theme)

    for tab, finding in TABS.items():
        page.get_by_role("tab", name=tab).click()
        _expect_title(page, finding)
        for words in (".gtitle", ".ytick text", ".annotation-text"):
            assert _contrast(page, words) >= 4.5, (tab, words)
        look(page, f"hashing-{tab.replace(' ', '-').lower()}-{theme}")


def _open(page: Page, server: LabServer, theme: Theme = "light") -> None:
    cell = nbformat.v4.new_code_cell(SOURCE, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.plot = () => document.querySelector('.dynateach-explorer .js-plotly-plot'); }")
    assert [ran.error for ran in run_all(page)] == [""]
    _expect_title(page, "takes")


def _slide(page: Page, label: str, key: str) -> None:
    before = _title(page)
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    page.wait_for_function("before => plot().querySelector('.gtitle').textContent !== before", arg=before)
    settle(page)


def _expect_title(page: Page, words: str) -> None:
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text(words)
    settle(page)


def _title(page: Page) -> str:
    return page.locator(".dynateach-explorer .gtitle").text_content() or ""


def _loads(page: Page) -> list[float]:
    """The heights of the bars that are drawn: what each partition serves, and what lies above its ceiling."""
    bars: list[list[float]] = page.evaluate(
        "() => plot().data.filter(t => t.type === 'bar' && t.orientation !== 'h').map(t => Array.from(t.y))"
    )
    return [sum(parts) for parts in zip(*bars, strict=True)]


def _contrast(page: Page, selector: str) -> float:
    """The contrast of the first such words with the notebook behind them."""
    measured: Any = page.evaluate(
        """selector => {
            const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
            const luminance = colours => {
                for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
                const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255)
                    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const behind = getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor;
            const words = getComputedStyle(document.querySelector('.dynateach-explorer ' + selector)).fill;
            const [dark, light] = [luminance([behind]), luminance([behind, words])].sort((a, b) => a - b);
            return (light + 0.05) / (dark + 0.05);
        }""",
        selector,
    )
    return float(measured)
