"""The explorer of ``stream_records`` in JupyterLab, as a learner uses it."""

import json
from pathlib import Path
from typing import Any

import nbformat.v4
from playwright.sync_api import Page, expect

from dynateach.drawing.film import Film
from dynateach.topics import iterators, poison, stream_records
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, settle

SOURCE = """\
from dynateach.topics import stream_records
stream_records.explore()"""


def test_the_controls_tell_other_stories_and_the_function_can_be_fixed_at_the_playhead(
    page: Page, lab_server: LabServer
) -> None:
    _open(page, lab_server)
    _expect(page, stream_records.draw(stream_records.simulate()))
    look(page, "streams-records-light")

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

    page.get_by_role("tab", name="A poison record").click()
    _expect(page, poison.draw(poison.simulate()))
    look(page, "streams-poison-light")
    at = _fork_where_the_age_has_climbed(page)
    other, state = poison.fork(poison.simulate(), at), _state(page)
    assert (state["forked"], state["error"]) == (at, "")
    assert state["forkCounts"] == _counts(other)
    look(page, "streams-poison-fork")


def test_each_tab_shows_what_its_topic_draws(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "dark")
    look(page, "streams-records-dark")

    page.get_by_role("tab", name="Where a reader begins").click()
    _expect(page, iterators.draw(iterators.simulate()))
    look(page, "streams-iterators-dark")
    _choose(page, "with", iterators.TRIM_HORIZON)
    _expect(page, iterators.draw(iterators.simulate(iterators.TRIM_HORIZON)))

    page.get_by_role("tab", name="A poison record").click()
    _expect(page, poison.draw(poison.simulate()))
    _choose(page, "retries", "3")
    _choose(page, "halve a failed batch", "yes")
    _choose(page, "on-failure destination", "no")
    _expect(page, poison.draw(poison.simulate(retries="3", halve="yes"), "no"))
    expect(page.locator(".dynateach-says", has_text="done more than once")).to_contain_text("1 given up")
    look(page, "streams-poison-halved-dark")


def _fork_where_the_age_has_climbed(page: Page) -> float:
    """Play until the iterator is old, stop there and fork; the time of the playhead."""
    page.get_by_role("button", name="To the start").click()
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => player().levels['iterator age'] > 8")
    page.get_by_role("button", name="Pause", exact=True).click()
    at = float(_state(page)["time"])
    assert 20 < at < 60
    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy && !player().playing", timeout=30_000)
    return at


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
