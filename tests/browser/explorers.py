"""An explorer in JupyterLab: open one, move its controls, read what it shows."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from tests.browser.jupyter import LabServer, Theme, open_notebook, run_all, settle


def open_explorer(page: Page, server: LabServer, source: str, theme: Theme = "light") -> None:
    """Run ``source``, which ends in an explorer, in a notebook of its own; ``plot()`` is its figure in the page's scripts."""
    cell = nbformat.v4.new_code_cell(source, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.plot = () => document.querySelector('.dynateach-explorer .js-plotly-plot'); }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_function("() => plot()?.querySelector('.gtitle') && getComputedStyle(plot()).opacity === '1'")
    settle(page)


def slide(page: Page, label: str, key: str) -> None:
    """Press a key on the slider of that label, and wait for another title."""
    before = title(page)
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    wait_for_another_title(page, before)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of the list of that label, and wait for another title."""
    before = title(page)
    page.get_by_role("combobox", name=label).locator("visible=true").select_option(option)
    wait_for_another_title(page, before)


def wait_for_another_title(page: Page, before: str) -> None:
    """Wait until the picture says something else."""
    page.wait_for_function("before => plot().querySelector('.gtitle').textContent !== before", arg=before)
    settle(page)


def expect_title(page: Page, words: str) -> None:
    """Wait until the title has these words in it."""
    expect(page.locator(".dynateach-explorer .gtitle")).to_contain_text(words)
    settle(page)


def title(page: Page) -> str:
    """What the picture says, its second line included."""
    return page.locator(".dynateach-explorer .gtitle").text_content() or ""


def overlapping_labels(page: Page) -> list[str]:
    """Pairs of labels of the figure, or labels and its edge, that run into each other."""
    pairs: list[str] = page.evaluate(
        """() => {
            const texts = [...plot().querySelectorAll('.annotation-text, .bartext, .xtick text, .ytick text, .gtitle, .legendtext')]
                .filter(text => text.textContent.trim()).map(text => [text.textContent, text.getBoundingClientRect()]);
            const sheet = plot().querySelector('.main-svg').getBoundingClientRect(), slack = 2;
            const found = texts.filter(([, box]) => box.right > sheet.right + slack || box.left < sheet.left - slack
                || box.bottom > sheet.bottom + slack || box.top < sheet.top - slack).map(([text]) => text + ' | edge');
            texts.forEach(([text, a], i) => texts.slice(i + 1).forEach(([other, b]) => {
                if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack) found.push(text + ' | ' + other);
            }));
            return found;
        }"""
    )
    return pairs


def contrast(page: Page, selector: str) -> float:
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
