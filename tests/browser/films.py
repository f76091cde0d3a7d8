"""An explorer of films in JupyterLab: open one, move its controls, read what its player shows."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from tests.browser.jupyter import LabServer, Theme, open_notebook, run_all, settle


def open_films(
    page: Page, server: LabServer, source: str, theme: Theme = "light", shown: str = ".dynateach-player"
) -> None:
    """Run ``source``, which ends in an explorer that begins with what ``shown`` selects, in a notebook of its own; ``player()`` is the state of
    its player in the page's scripts.
    """
    cell = nbformat.v4.new_code_cell(source, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(shown)
    settle(page)


def expect_film(page: Page, film: Film) -> None:
    """Wait until the player shows that film, and hold its counts against the film's."""
    expect(page.locator(".dynateach-player .title").first).to_have_text(film.title)
    settle(page)
    assert {kind: state(page)["counts"].get(kind, 0) for kind in counts(film)} == counts(film)


def counts(film: Film) -> dict[str, int]:
    """What the film holds of each kind when it has ended."""
    shown = [mark.kind.name for mark in film.marks if mark.at <= film.ends]
    return {kind: shown.count(kind) for kind in sorted(set(shown))}


def state(page: Page) -> dict[str, Any]:
    """What the player says of itself."""
    said: dict[str, Any] = page.evaluate("() => player()")
    return said


def play_to_the_end(page: Page) -> None:
    """From the start, sixteen times as fast as usual."""
    page.get_by_role("button", name="To the start").click()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => !player().playing && player().time >= player().end")


def fork_here(page: Page) -> None:
    """Press the button, and wait for the other film."""
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of the list of that label."""
    lists = page.locator(".widget-dropdown", has=page.get_by_text(label, exact=True)).locator("visible=true")
    lists.locator("select").select_option(option)


def slide(page: Page, label: str, key: str) -> None:
    """Press a key on the slider of that label."""
    slider = page.locator(".widget-slider", has=page.get_by_text(label, exact=True)).locator("visible=true")
    slider.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    settle(page)
