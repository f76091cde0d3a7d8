"""Exported lessons in a browser, from a file: nothing but the page, and no network (the fixture ``page`` sees to that)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dynateach import workbook
from dynateach.drawing.player import player
from dynateach.export import export
from dynateach.topics import hashing
from tests.browser.jupyter import look
from tests.drawing.films import replicas
from tests.export.stored import exported, stored

LESSONS = sorted((workbook.origin() / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with a film, a figure, and answers that are folded away."""
    text = "# Stale reads\n\n## One\n\n<details><summary>Answer</summary>\n\nIn zone b.\n\n</details>"
    explorer = hashing.explore(design="order status", requests=500)
    bar = {"application/vnd.plotly.v1+json": {"data": [{"type": "bar", "y": [7]}], "layout": {}}}
    done, _ = exported(tmp_path_factory.mktemp("handout"), stored(player(replicas()), explorer, bar, text=text))
    return done.path.as_uri()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_is_all_there(page: Page, tmp_path: Path, lesson: Path) -> None:
    done = export(lesson, tmp_path / "lesson.html")
    page.goto(done.path.as_uri())

    figures = page.locator(".dynateach-figure .gtitle")
    expect(figures).to_have_count(done.figures)
    expect(page.locator(".dynateach-player")).to_have_count(done.films)
    drawn = [cell for cell in _sources(lesson) if re.search(r"\b(explore|draw)\(", cell)]
    assert done.figures + done.films == len(drawn)
    expect(page.get_by_role("heading", level=1)).to_have_text(page.title())
    for link in page.locator("nav a").all():
        expect(page.locator(f'[id="{(link.get_attribute("href") or "")[1:]}"]')).to_have_count(1)
    look(page, f"export-{lesson.stem}")


def test_a_film_plays_and_a_figure_answers_the_mouse(page: Page, handout: str) -> None:
    page.goto(handout)
    time = "() => document.querySelector('.dynateach-player').dynateach.time"
    page.get_by_role("button", name="Step back").click()
    before = page.evaluate(time)

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"before => ({time})() > before", arg=before)

    page.locator(".dynateach-figure .nsewdrag").last.hover()
    expect(page.locator(".dynateach-figure .hoverlayer .hovertext")).to_contain_text("7")


def test_a_figure_follows_the_width_of_the_window_and_keeps_its_height(page: Page, handout: str) -> None:
    page.goto(handout)
    drawn = page.locator(".dynateach-figure .main-svg").first
    before = drawn.bounding_box()

    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_function("() => document.querySelector('.dynateach-figure .main-svg').clientWidth < 660")

    after = drawn.bounding_box()
    assert before
    assert after
    assert after["height"] == before["height"] == 450


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_wears_the_readers_colours(page: Page, handout: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(handout)
    expect(page.locator(".dynateach-figure .gtitle")).to_be_visible()
    page.locator(".dynateach-frozen").scroll_into_view_if_needed()
    look(page, f"export-{scheme}")

    words = page.evaluate(
        "() => ['h1', '.dynateach-figure .gtitle'].map(s => getComputedStyle(document.querySelector(s)))"
        ".map((style, n) => n ? style.fill : style.color)"
    )
    assert set(words) == {"rgb(28, 32, 39)" if scheme == "light" else "rgb(232, 234, 238)"}
    assert page.locator(".dynateach-player").get_attribute("data-theme") == scheme


def test_paper_gets_the_folded_answers_and_black_on_white(page: Page, handout: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(handout)
    answer = page.get_by_text("In zone b.", exact=True)
    expect(answer).to_be_hidden()

    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(answer).to_be_visible()
    expect(page.locator(".dynateach-player")).to_have_attribute("data-theme", "light")

    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(answer).to_be_hidden()
    expect(page.locator(".dynateach-player")).to_have_attribute("data-theme", "dark")


def _sources(lesson: Path) -> list[str]:
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
