"""Every lesson, run from top to bottom in JupyterLab as a learner would."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, set_theme

LESSONS = sorted(path.name for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_to_its_end_without_an_error(page: Page, lab_server: LabServer, name: str) -> None:
    open_notebook(page, lab_server, f"notebooks/{name}")

    ran = run_all(page)

    assert [cell for cell in ran if cell.error or cell.count is None] == []
    for theme in _THEMES:
        set_theme(page, theme)
        _look_at_every_picture(page, f"{name.removesuffix('.ipynb')}-{theme}")


_THEMES: tuple[Theme, ...] = ("light", "dark")


def _look_at_every_picture(page: Page, name: str) -> None:
    pictures = page.locator(".dynateach-explorer")
    for number in range(pictures.count()):
        pictures.nth(number).scroll_into_view_if_needed()
        assert pictures.nth(number).locator(".main-svg, .dynateach-player").locator("visible=true").count()
        look(page, f"{name}-picture-{number}")
