"""Fixtures for tests that watch a learner's screen.

    def test_…(page: Page, lab_server: LabServer) -> None:
        open_notebook(page, lab_server, "notebooks/00_start_here.ipynb", theme="dark")
        assert not [cell.error for cell in run_all(page) if cell.error]
        look(page, "start-dark")

The helpers are in ``tests.browser.jupyter``. Each xdist worker has a server of its own on a free port. Without a Chromium
the tests are skipped, loudly; where ``CI`` is set they fail instead.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dynateach.doctor import GET_CHROMIUM, chromium
from tests.browser.jupyter import LabServer, launch, serve, watched_page


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """``dynateach lab`` on a copy of the workbook, with the configuration that learners get; one for a worker's whole run."""
    with serve(tmp_path_factory.mktemp("workbook"), tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of 1280 × 800 with a profile of its own.

    At its end the test fails if any script raised, anything was logged as an error, or any request left 127.0.0.1.
    """
    with watched_page(browser) as (page, complaints):
        yield page
        assert complaints == []


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for a module. Not for longer: its event loop would be in the way of other tests of the same worker."""
    with launch(chromium_path) as browser:
        yield browser


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is. Without one the test is skipped, and under CI it fails."""
    path = chromium()
    if path is None and os.getenv("CI"):
        pytest.fail(f"NO CHROMIUM, and CI must run the browser tests. {GET_CHROMIUM}")
    if path is None:
        pytest.skip(f"NO CHROMIUM: the browser tests did not run. {GET_CHROMIUM}")
    return path
