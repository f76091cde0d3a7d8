"""Photograph every topic, and write the page that shows the pictures: ``docs/gallery.md``.

    python -m tests.browser.gallery docs/images/gallery

A topic is shown as it is before anybody touches a control, in light and in dark, about 1,000 pixels wide.
"""

import importlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

from ipywidgets import Widget
from playwright.sync_api import Browser, Page, sync_playwright

from dynateach.doctor import chromium
from dynateach.topics.catalogue import Topic, topics
from tests.browser.jupyter import watched_page
from tests.export.stored import exported, stored

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gallery.md"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_PICTURE = ".dynateach-figure, .dynateach-player"
_LOOKS = """
nav, .input_area, .dynateach-missing { display: none; }
main { width: 1000px; max-width: none; padding: 0; }
main .output { padding: 0; }
.dynateach-figure { padding: 8px; margin: 0; }
"""


@dataclass(frozen=True)
class Shown:
    """A topic and what its picture states."""

    topic: Topic
    finding: str


def photograph(browser: Browser, topic: Topic, folder: Path) -> Shown:
    """Write the topic's two pictures to ``folder``, and say what they state."""
    explore = importlib.import_module(f"dynateach.topics.{topic.name}").explore
    with tempfile.TemporaryDirectory() as place, watched_page(browser) as (page, complaints):
        done, _ = exported(Path(place), stored(explore()))
        Widget.close_all()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            _open(page, done.path)
            page.locator(_PICTURE).first.screenshot(path=folder / f"{topic.name}-{scheme}.png")
        assert complaints == []
        return Shown(topic, _finding(page))


def written(shown: list[Shown], images: str) -> str:
    """The page, with the pictures at the address ``images``."""
    return "\n".join((_HEAD, *(_entry(one, images) for one in shown)))


def names(text: str) -> list[str]:
    """The topics that a page has entries for."""
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


_HEAD = """# Gallery

What each topic shows before anybody touches a control. `dynateach show TOPIC` opens it with its controls, in the whole window;
in a notebook, `from dynateach.topics import hashing; hashing.explore()` does.
"""


def _entry(one: Shown, images: str) -> str:
    name, finding = one.topic.name, escape(one.finding, quote=False).replace('"', "&quot;")
    return f"""## {name}

{one.topic.headline}.

<picture>
<source media="(prefers-color-scheme: dark)" srcset="{images}/{name}-dark.png">
<img src="{images}/{name}-light.png" width="1000" alt="{finding}">
</picture>

*{finding}*
"""


def _open(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    page.add_style_tag(content=_LOOKS)
    page.locator(_PICTURE).first.wait_for()
    page.wait_for_function("() => document.querySelector('.dynateach-player .title, .gtitle')")
    page.evaluate("() => dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(500)


def _finding(page: Page) -> str:
    title = page.locator(".dynateach-player .title, .gtitle .line:first-child, .gtitle:not(:has(.line))").first
    return (title.text_content() or "").strip()


def _photographs(folder: Path) -> Iterator[Shown]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for topic in topics():
            print(topic.name)
            yield photograph(browser, topic, folder)
        browser.close()


def main(folder: Path) -> None:
    """Make the pictures anew in ``folder``, and the page that shows them."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    shown = list(_photographs(folder))
    images = folder.resolve().relative_to(PAGE.parent).as_posix()
    PAGE.write_text(written(shown, images), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
