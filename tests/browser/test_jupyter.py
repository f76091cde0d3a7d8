"""The workbook in JupyterLab, as a learner opens it."""

import json
from pathlib import Path

import nbformat.v4
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, serve, settle, watched_page

SLIDER = """\
import ipywidgets as widgets
slider = widgets.IntSlider(value=1, min=0, max=9, description="n")
shown = widgets.Label()
slider.observe(lambda change: setattr(shown, "value", f"n is {change.new}"), "value")
print("ready")
widgets.VBox([slider, shown])"""


def test_the_address_that_is_printed_opens_the_first_lesson(page: Page, lab_server: LabServer) -> None:
    page.goto(f"{lab_server.address}{lab_server.page}?token={lab_server.token}")

    page.locator(".jp-NotebookPanel .jp-MarkdownCell h1").first.wait_for()
    assert page.locator(".lm-DockPanel .lm-TabBar-tabLabel").all_inner_texts() == ["00_start_here.ipynb"]
    look(page, "first-sight")


def test_a_slider_moves_what_the_kernel_draws(page: Page, lab_server: LabServer) -> None:
    open_notebook(page, lab_server, _written(lab_server.folder / "slider.ipynb", SLIDER))

    assert [cell.error for cell in run_all(page)] == [""]
    page.locator(".jp-OutputArea pre", has_text="ready").wait_for()
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    settle(page)

    page.get_by_text("n is 2").wait_for()
    look(page, "slider-light")


def test_the_learners_terminal_stays_quiet(page: Page, tmp_path: Path) -> None:
    (tmp_path / "jupyter").mkdir()
    with serve(tmp_path / "workbook", tmp_path / "jupyter") as server:
        open_notebook(page, server, _written(server.folder / "quiet.ipynb", "print('in the notebook')"))
        run_all(page)
        said = [line.split(":")[0] for line in server.log.read_text().splitlines()]

    assert said == ["Your workbook", "JupyterLab", "Ctrl-C stops it."]


def test_a_cell_that_raises_is_reported_with_its_error(page: Page, lab_server: LabServer) -> None:
    open_notebook(page, lab_server, _written(lab_server.folder / "raises.ipynb", "1 / 0"))

    (cell,) = run_all(page)

    assert (cell.cell, cell.count, cell.error) == ("only-cell", 1, "ZeroDivisionError: division by zero")


def test_a_kernel_makes_ready_by_itself_and_leaves_the_learners_names_alone(page: Page, lab_server: LabServer) -> None:
    names = "sorted(name for name in globals() if not name.startswith('_'))"
    look_inside = f"assert not {{'boto3', 'pandas', 'ipywidgets'}} <= set(__import__('sys').modules), {names}"
    open_notebook(page, lab_server, _written(lab_server.folder / "ready.ipynb", look_inside))

    for _ in range(100):
        (cell,) = run_all(page)
        if cell.error:
            break
        page.wait_for_timeout(100)

    assert cell.error == "AssertionError: ['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']"


def test_the_page_has_plotly_before_any_kernel_sends_it(page: Page, lab_server: LabServer) -> None:
    open_notebook(page, lab_server, _written(lab_server.folder / "page.ipynb", "pass"))

    page.wait_for_function("() => Boolean(globalThis.Plotly?.react)")


def test_a_page_that_does_not_load_plotly_gets_it_from_the_kernel(browser: Browser, lab_server: LabServer) -> None:
    explorer = "from dynateach.topics import hashing\nhashing.explore()"
    with watched_page(browser) as (page, complaints):
        page.route("**/static/plotly.min.js", lambda route: route.abort())
        open_notebook(page, lab_server, _written(lab_server.folder / "elsewhere.ipynb", explorer))
        assert [cell.error for cell in run_all(page)] == [""]

        page.locator(".dynateach-explorer .gtitle").wait_for()

    assert complaints
    assert [one for one in complaints if "plotly.min.js" not in one and "ERR_FAILED" not in one] == []


def test_opening_a_notebook_again_gives_it_a_fresh_kernel(page: Page, lab_server: LabServer) -> None:
    name = _written(lab_server.folder / "fresh.ipynb", "assert 'seen' not in globals(); seen = True")

    for _ in range(2):
        open_notebook(page, lab_server, name)
        assert [cell.error for cell in run_all(page)] == [""]


@pytest.mark.parametrize(("theme", "is_light"), [("light", "true"), ("dark", "false")])
def test_the_page_wears_the_theme_it_was_asked_for(
    page: Page, lab_server: LabServer, theme: Theme, is_light: str
) -> None:
    open_notebook(page, lab_server, _written(lab_server.folder / f"{theme}.ipynb", "print('hello')"), theme=theme)

    assert page.evaluate("() => document.body.dataset.jpThemeLight") == is_light


def test_a_lesson_can_import_dynateach(page: Page, lab_server: LabServer) -> None:
    open_notebook(page, lab_server, _written(lab_server.folder / "kernel.ipynb", "import dynateach"))

    assert [cell.error for cell in run_all(page)] == [""]


def test_errors_and_requests_to_the_network_are_noticed(browser: Browser) -> None:
    with watched_page(browser) as (page, complaints):
        page.set_content("<script>console.error('logged'); throw new Error('raised')</script>")
        page.set_content("<img src='http://203.0.113.1/picture.png'>")

    assert "logged" in complaints
    assert "script error: raised" in complaints
    assert "a request left this machine: http://203.0.113.1/picture.png" in complaints


def _written(path: Path, source: str) -> str:
    cell = nbformat.v4.new_code_cell(source, id="only-cell")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    path.write_text(json.dumps(notebook))
    return path.name
