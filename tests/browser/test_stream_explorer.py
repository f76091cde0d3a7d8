"""The explorer of ``stream_records`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import iterators, poison, stream_records
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import stream_records
stream_records.explore()"""


def test_the_controls_tell_another_story_and_the_record_is_shown_when_it_is_asked_for(
    page: Page, lab_server: LabServer
) -> None:
    _open(page, lab_server)
    _expect(page, stream_records.draw(stream_records.simulate()))

    _choose(page, "it reads", stream_records.SIDE_BY_SIDE)
    _choose(page, "view type", "OLD_IMAGE")
    story = stream_records.simulate("OLD_IMAGE", reads=stream_records.SIDE_BY_SIDE)
    film = stream_records.draw(story)
    _expect(page, film)
    page.get_by_text("The record as GetRecords gives it").click()
    expect(page.locator(".dynateach-explorer pre")).to_contain_text(story.changes[6].number)
    expect(page.locator(".dynateach-explorer pre")).not_to_contain_text("NewImage")
    look(page, "streams-record")

    _play(page)
    page.wait_for_function("() => !player().playing && player().time > 20")
    assert _state(page)["note"] == film.notes[-1].says
    _expect(page, film)


def test_the_function_can_be_fixed_at_the_playhead(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server)
    page.get_by_role("tab", name="A poison record").click()
    _expect(page, poison.draw(poison.simulate()))
    page.get_by_role("button", name="To the start").click()
    for _ in range(2):
        page.locator(".dynateach-player").press("PageDown")
    at = _state(page)["time"]

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)

    other, state = poison.fork(poison.simulate(), at), _state(page)
    assert (state["forked"], state["error"]) == (at, "")
    assert state["forkCounts"] == _counts(other)
    look(page, "streams-poison-fork")

    _choose(page, "retries", "3")
    _choose(page, "halve a failed batch", "yes")
    _choose(page, "on-failure destination", "no")
    story = poison.simulate(retries="3", halve="yes")
    _expect(page, poison.draw(story, "no"))
    expect(page.locator(".dynateach-says", has_text="done more than once")).to_contain_text("1 given up")
    look(page, "streams-poison-halved")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tabs_show_what_their_topics_draw(page: Page, lab_server: LabServer, theme: Theme) -> None:
    _open(page, lab_server, theme)
    look(page, f"streams-records-{theme}")

    page.get_by_role("tab", name="Where a reader begins").click()
    _expect(page, iterators.draw(iterators.simulate()))
    look(page, f"streams-iterators-{theme}")
    _choose(page, "with", iterators.TRIM_HORIZON)
    _expect(page, iterators.draw(iterators.simulate(iterators.TRIM_HORIZON)))

    page.get_by_role("tab", name="A poison record").click()
    _expect(page, poison.draw(poison.simulate()))
    look(page, f"streams-poison-{theme}")
    _play(page)
    page.wait_for_function("() => player().time > 30")
    look(page, f"streams-poison-playing-{theme}")


def _open(page: Page, server: LabServer, theme: Theme = "light") -> None:
    cell = nbformat.v4.new_code_cell(SOURCE, id="explore")  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)  # type: ignore[no-untyped-call]
    Path(server.folder / "explorer.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "explorer.ipynb", theme=theme)
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(".dynateach-player")
    settle(page)


def _expect(page: Page, film: Film) -> None:
    """Wait until the player shows that film to its end, and hold its counts against the film's."""
    expect(page.locator(".dynateach-player .title").first).to_have_text(film.title)
    settle(page)
    assert {kind: _state(page)["counts"].get(kind, 0) for kind in _counts(film)} == _counts(film)


def _counts(film: Film) -> dict[str, int]:
    """What the film holds of each kind when it has ended."""
    shown = [mark.kind.name for mark in film.marks if mark.at <= film.ends]
    return {kind: shown.count(kind) for kind in sorted(set(shown))}


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("() => player()")
    return state


def _play(page: Page) -> None:
    page.get_by_role("button", name="To the start").click()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play", exact=True).click()


def _choose(page: Page, label: str, option: str) -> None:
    """Choose an option of the list of that label."""
    page.get_by_role("combobox", name=label, exact=True).locator("visible=true").select_option(option)
    settle(page)
