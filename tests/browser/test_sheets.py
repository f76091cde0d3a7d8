"""Every cheat sheet, printed: two pages of A4, and nothing cut off on a screen or on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.jupyter import LabServer, look, watched_page

SHEETS = sorted((Path(__file__).parents[2] / "notebooks" / "sheets").glob("*.html"))
A4 = b"/MediaBox [0 0 594.95996 841.91998]"

every_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)


@every_sheet
def test_a_sheet_prints_on_exactly_two_pages_of_a4(page: Page, sheet: Path) -> None:
    page.goto(sheet.as_uri())

    pdf = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    assert pdf.count(A4) == 2


@every_sheet
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sheet_fits_the_screen_and_wears_its_scheme(browser: Browser, sheet: Path, scheme: str) -> None:
    with watched_page(browser) as (page, complaints):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(sheet.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            look(page, f"sheet-{sheet.stem}-{scheme}-{width}")
        bright = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] > 127")
    assert (bright, complaints) == (scheme == "light", [])


def test_jupyterlab_opens_a_sheet(page: Page, lab_server: LabServer) -> None:
    page.goto(f"{lab_server.address}/doc/tree/notebooks/sheets/{SHEETS[0].name}?reset&token={lab_server.token}")

    assert "cheat sheet" in page.frame_locator("iframe").locator("h1").first.inner_text()
