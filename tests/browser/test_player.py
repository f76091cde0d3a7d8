"""The time player, in a page without a kernel and in JupyterLab."""

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from playwright.sync_api import Browser, Page, expect

from dynateach.drawing.film import Film, Lane, Mark
from dynateach.drawing.palette import READ, THROTTLE, WRITE
from dynateach.drawing.player import frozen_html
from tests.browser.jupyter import LabServer, Theme, look, open_notebook, run_all, set_theme, settle, watched_page
from tests.drawing import films

REPLICAS = films.replicas()
CELLS = {
    "fork": """\
from films import replicas
from dynateach.drawing.player import player
player(replicas(), fork=lambda at: replicas(lose="b", at=at))""",
    "failing": """\
from films import replicas
from dynateach.drawing.player import player
from dynateach.errors import LabError
def too_late(at):
    raise LabError("it is too late for that", next="Go back a little.")
player(replicas(), fork=too_late)""",
    "explorer": """\
from films import replicas
from dynateach.drawing import controls
from dynateach.drawing.explorer import View, explorer
from dynateach.topics import hashing
writes = controls.slider("writes", 4, 1, 9)
film = View("Stale reads", lambda writes: writes, lambda writes: replicas(writes=writes), {"writes": writes}, {}, ((writes,),))
explorer(film, hashing.view(requests=500))""",
    "shown": """\
from films import replicas
replicas()""",
}


def test_the_first_frame_tells_the_whole_story(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    state = _state(page)

    assert (state["time"], state["playing"]) == (REPLICAS.ends, False)
    assert state["counts"] == {
        kind: sum(mark.kind.name == kind for mark in REPLICAS.marks) for kind in ("write", "read", "stale read")
    }
    assert state["levels"] == {"b lags behind": 0}
    assert state["note"] == REPLICAS.notes[-1].says
    expect(page.get_by_text(REPLICAS.title).first).to_be_visible()
    expect(page.locator(".legend [data-kind='stale read']")).to_contain_text(str(state["counts"]["stale read"]))


def test_it_plays_to_the_end_and_stops_there(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => player().playing && player().time < player().end")
    page.wait_for_function("() => !player().playing")

    assert _state(page)["time"] == REPLICAS.ends
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_loop_begins_again(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)

    page.get_by_role("checkbox", name="loop").check()
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Step back").click()
    before = _state(page)["time"]
    page.get_by_role("button", name="Play").click()

    page.wait_for_function("before => player().playing && player().time < before", arg=before)
    page.get_by_role("button", name="Pause").click()


def test_a_faster_film_gets_further_in_as_many_frames(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    page.clock.install()

    passed = []
    for speed in ("0.25", "1", "4"):
        page.get_by_label("Speed").select_option(speed)
        page.get_by_role("button", name="To the start").click()
        page.get_by_role("button", name="Play").click()
        page.clock.run_for(1000)
        passed.append(_state(page)["time"] - REPLICAS.start)
        page.get_by_role("button", name="Pause").click()

    assert passed[1] / passed[0] == pytest.approx(4, rel=0.15)
    assert passed[2] / passed[1] == pytest.approx(4, rel=0.15)


def test_dragging_in_the_picture_moves_the_playhead(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    first, last = 62.0, 66.5

    page.mouse.move(*_place(page, first, 1))
    page.mouse.down()
    assert _state(page)["time"] == pytest.approx(first, abs=0.02)
    page.mouse.move(*_place(page, last, 1), steps=5)
    page.mouse.up()

    assert _state(page)["time"] == pytest.approx(last, abs=0.02)
    assert _state(page)["counts"]["write"] == sum(mark.at < last for mark in REPLICAS.marks if mark.kind is WRITE)


def test_stepping_goes_from_moment_to_moment(page: Page, tmp_path: Path) -> None:
    film = Film(
        "t", "c", [Lane("a")], [Mark(1, "a", WRITE), Mark(1, "a", READ), Mark(2.5, "a", READ), Mark(4, "a", READ)]
    )
    _freeze(page, tmp_path, film)
    page.get_by_role("button", name="To the start").click()

    times = []
    for name in ("Step on", "Step on", "Step on", "Step on", "Step back", "To the start", "To the end"):
        page.get_by_role("button", name=name).click()
        times.append(_state(page)["time"])

    assert times == [1, 2.5, 4, 4, 2.5, 0, 4]


def test_the_keyboard_does_what_the_buttons_do(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    page.locator(".stage canvas").focus()

    page.keyboard.press("Home")
    assert _state(page)["time"] == REPLICAS.start
    page.keyboard.press("ArrowRight")
    second = _state(page)["time"]
    assert second > REPLICAS.start
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert _state(page)["time"] == second
    page.keyboard.press("End")
    assert _state(page)["time"] == REPLICAS.ends
    page.keyboard.press(" ")
    assert _state(page)["playing"]
    page.keyboard.press(" ")
    assert not _state(page)["playing"]


def test_a_zoomed_film_scrolls_with_the_playhead(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    page.locator(".stage canvas").focus()
    page.keyboard.press("Home")

    page.keyboard.press("+")
    page.keyboard.press("+")
    start, stop = _state(page)["view"]
    assert start == REPLICAS.start
    assert stop - start == pytest.approx((REPLICAS.ends - REPLICAS.start) / 4)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
        state = _state(page)
        assert state["view"][0] <= state["time"] <= state["view"][1]
    page.keyboard.press("0")

    assert _state(page)["view"] == [REPLICAS.start, REPLICAS.ends]


def test_what_lies_under_the_pointer_is_explained(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS)
    mark = next(mark for mark in REPLICAS.marks if mark.kind.name == "stale read")
    lane = [lane.name for lane in REPLICAS.lanes].index(mark.lane)

    page.mouse.move(*_place(page, mark.at, lane))
    expect(page.locator(".tip")).to_contain_text("stale read")
    expect(page.locator(".tip")).to_contain_text(mark.says)

    page.get_by_role("button", name="To the start").click()
    page.mouse.move(*_place(page, mark.at, lane))
    expect(page.locator(".tip"), "what is still to come is not given away").to_be_hidden()

    page.get_by_role("checkbox", name="show all").check()
    page.mouse.move(*_place(page, mark.at, lane))
    expect(page.locator(".tip")).to_contain_text(mark.says)


def test_labels_never_overlap_and_come_back_when_there_is_room(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, films.crowd())
    page.locator(".stage canvas").focus()

    shown = []
    for _ in range(5):
        labels = sorted(_state(page)["labels"], key=lambda label: label["left"])
        for lane in range(3):
            for one, next_one in pairwise(label for label in labels if label["lane"] == lane):
                assert one["right"] <= next_one["left"]
        shown.append(len(labels))
        page.keyboard.press("+")

    assert 10 < shown[0] < shown[1] < shown[2] < 1000
    throttled = [mark for mark in films.crowd().marks if mark.kind is THROTTLE]
    assert sum(label["words"] == "no" for label in labels) == len(throttled), "what is rare is named first"


def test_those_who_want_little_motion_see_it_jump_from_moment_to_moment(page: Page, tmp_path: Path) -> None:
    page.emulate_media(reduced_motion="reduce")
    film = Film("t", "c", [Lane("a")], [Mark(at, "a", WRITE) for at in (1, 2, 5)])
    _freeze(page, tmp_path, film)
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="To the start").click()
    page.evaluate(
        """() => {
            window.seen = new Set();
            const watch = () => { seen.add(player().time); if (!seen.has(player().end)) requestAnimationFrame(watch); };
            watch();
        }"""
    )

    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => !player().playing && seen.has(player().end)")

    assert page.evaluate("() => [...seen]") == [0, 1, 2, 5]


def test_those_who_hear_the_page_are_told_as_much(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, films.crowd())

    expect(page.get_by_role("img", name=films.crowd().title)).to_be_visible()
    assert page.locator(".spoken tbody tr").count() == 200
    page.get_by_role("button", name="To the start").click()
    page.get_by_role("button", name="Step on").click()
    expect(page.get_by_role("status")).to_contain_text("write 2")
    for control in page.locator(".bar button").all():
        assert control.get_attribute("aria-label")


def test_several_frozen_films_play_in_one_page(page: Page, tmp_path: Path) -> None:
    _freeze(page, tmp_path, REPLICAS, films.crowd())

    titles = page.locator(".dynateach-player .title").all_text_contents()
    assert titles == [REPLICAS.title, films.crowd().title]
    assert page.evaluate("() => [...document.querySelectorAll('.dynateach-player')].map((p) => p.dynateach.time)") == [
        REPLICAS.ends,
        films.crowd().ends,
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_frozen_film_wears_the_readers_colours(page: Page, tmp_path: Path, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    _freeze(page, tmp_path, REPLICAS)

    assert page.locator(".dynateach-player").get_attribute("data-theme") == scheme
    assert _contrast(page, ".title") >= 7
    assert _contrast(page, ".caption") >= 4.5
    look(page, f"player-frozen-{scheme}")


def test_the_picture_is_crisp_where_pixels_are_dense(browser: Browser, tmp_path: Path) -> None:
    with watched_page(browser, density=2) as (page, complaints):
        _freeze(page, tmp_path, REPLICAS)
        drawn, shown = page.evaluate(
            "() => { const c = document.querySelector('.stage canvas'); return [c.width, c.clientWidth]; }"
        )
        assert drawn == 2 * shown
        assert complaints == []


def test_in_jupyterlab_it_forks_into_another_history_on_the_same_axis(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "fork")
    rows = len(_state(page)["rows"])
    page.mouse.move(*_place(page, 63, 1))
    page.mouse.down()
    page.mouse.up()
    asked = _state(page)["time"]

    page.get_by_role("button", name="Fork here").click()
    page.wait_for_function("() => player().forked !== null && !player().busy")
    page.wait_for_function("() => !player().playing")
    state = _state(page)

    other = films.replicas(lose="b", at=asked)
    assert (state["forked"], len(state["rows"])) == (asked, 2 * rows)
    assert state["end"] == max(REPLICAS.ends, other.ends)
    assert sum(state["forkCounts"].values()) == len(other.marks)
    expect(page.locator(".legend [data-kind='stale read']")).to_contain_text("/")
    look(page, "player-fork")

    page.get_by_role("button", name="Drop the fork").click()
    assert len(_state(page)["rows"]) == rows


def test_in_jupyterlab_a_fork_that_fails_is_a_sentence(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "failing")

    page.get_by_role("button", name="Fork here").click()

    expect(page.get_by_role("alert").filter(has_text="it is too late")).to_have_text(
        "it is too late for that. Go back a little."
    )
    assert not _state(page)["busy"]


def test_in_jupyterlab_an_explorer_shows_films_and_figures_in_turn(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "explorer")

    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => player().counts.write === 5")
    page.get_by_role("tab", name="Where keys land").click()
    expect(page.locator(".gtitle")).to_contain_text("500 writes", timeout=60_000)
    expect(page.locator(".dynateach-player")).to_be_hidden()
    page.get_by_role("tab", name="Stale reads").click()

    expect(page.locator(".dynateach-player .title")).to_contain_text("reads are stale", timeout=60_000)
    page.wait_for_function("() => player().counts.write === 5")
    expect(page.locator(".gtitle")).to_be_hidden()


def test_in_jupyterlab_playing_asks_the_kernel_nothing(page: Page, lab_server: LabServer) -> None:
    sent: list[Any] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    _open(page, lab_server, "shown")
    settle(page)
    assert sent, "the notebook ran through these sockets"
    sent.clear()

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => player().time < player().end")
    page.wait_for_function("() => !player().playing")

    assert sent == []


def test_in_jupyterlab_its_keys_are_its_own(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "shown")
    before = _cells(page)

    for focus in (".stage canvas", ".scrub", "[aria-label='Step on']"):
        page.locator(focus).focus()
        page.keyboard.press("Home")
        assert _state(page)["time"] == REPLICAS.start
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        assert _state(page)["time"] > REPLICAS.start
        page.keyboard.press("b")

    assert _cells(page) == before


def test_in_jupyterlab_it_wears_the_theme_at_once(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "shown")
    themes: tuple[Theme, ...] = ("light", "dark", "light")

    for theme in themes:
        set_theme(page, theme)
        expect(page.locator(".dynateach-player")).to_have_attribute("data-theme", theme)
        page.wait_for_function(
            "() => player().back === getComputedStyle(document.querySelector('.dynateach-player')).backgroundColor"
        )
        assert _contrast(page, ".title") >= 7
        page.wait_for_selector("#jupyterlab-splash", state="detached")
        expect(page.locator(".legend [data-kind='write']")).to_contain_text("4")
        look(page, f"player-{theme}")


def test_in_jupyterlab_it_is_as_wide_as_its_cell(page: Page, lab_server: LabServer) -> None:
    _open(page, lab_server, "shown")

    for width in (1280, 800):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            """() => {
                const player = document.querySelector('.dynateach-player'), area = player.closest('.jp-OutputArea');
                return player.querySelector('canvas').clientWidth === player.clientWidth && area.scrollWidth <= area.clientWidth;
            }"""
        )


def _freeze(page: Page, folder: Path, *shown: Film) -> None:
    place = folder / "frozen.html"
    body = "\n".join(frozen_html(film) for film in shown)
    place.write_text(f'<!doctype html><meta charset="utf-8"><title>films</title>{body}', encoding="utf-8")
    page.goto(place.as_uri())
    _name_player(page)


def _open(page: Page, server: LabServer, cell: str, theme: Theme = "light") -> None:
    shutil.copy(films.__file__, server.folder / "films.py")
    source = nbformat.v4.new_code_cell(CELLS[cell], id=cell)  # type: ignore[no-untyped-call]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[source], metadata=kernel)  # type: ignore[no-untyped-call]
    (server.folder / "player.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "player.ipynb", theme=theme)
    assert [ran.error for ran in run_all(page)] == [""]
    page.wait_for_selector(".dynateach-player")
    _name_player(page)


def _name_player(page: Page) -> None:
    page.evaluate("() => { window.player = () => document.querySelector('.dynateach-player').dynateach; }")


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate("() => player()")
    return state


def _place(page: Page, time: float, lane: int) -> tuple[float, float]:
    """Where on the page a moment of a lane is drawn."""
    state, canvas = _state(page), page.locator(".stage canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    (left, right), (start, stop) = state["plot"], state["view"]
    return box["x"] + left + (time - start) / (stop - start) * (right - left), box["y"] + state["rows"][lane]


def _cells(page: Page) -> Any:
    return page.evaluate(
        "() => [window.jupyterapp.shell.currentWidget.content.activeCellIndex,"
        " window.jupyterapp.shell.currentWidget.context.model.cells.length]"
    )


def _contrast(page: Page, selector: str) -> float:
    """The contrast of such words with what is behind them."""
    measured: float = page.evaluate(
        """selector => {
            const luminance = (colour) => {
                const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const player = document.querySelector('.dynateach-player');
            const colours = [getComputedStyle(player).backgroundColor, getComputedStyle(player.querySelector(selector)).color];
            const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
            return (light + 0.05) / (dark + 0.05);
        }""",
        selector,
    )
    return measured
