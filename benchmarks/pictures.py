"""How fast the pictures are, in JupyterLab in Chromium: from a slider to the picture, playing, a lesson's pictures, a kernel's first one.

    python -m benchmarks.pictures [slider] [player] [lesson] [first] [--steps 30]

Sliders and first pictures are measured against a bare FigureWidget with as many marks, in the same page and in turns, so that a noisy
machine disturbs both alike; the player against an empty page that asks for frames in the same browser. A picture counts as painted in
the first frame that shows it; a lesson's are looked for every 50 ms.

What we ask of ourselves: slider to picture at most twice the bare figure's time, at the 95th percentile; 50 frames a second or more with
1,000 marks; all pictures of a lesson within 5 s of Run All.
"""

import argparse
import json
import os
import re
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat.v4
from playwright.sync_api import Browser, Page, TimeoutError

from dynateach.doctor import GET_CHROMIUM, chromium
from dynateach.drawing.film import Film
from dynateach.drawing.player import frozen_html
from tests.browser.jupyter import LabServer, launch, open_notebook, run_all, serve, watched_page
from tests.drawing import films

ROUNDS = 3
"""How many new kernels show each first picture."""
BARE = """\
import ipywidgets
from plotly.graph_objects import FigureWidget, Scatter
def bare(marks):
    figure = FigureWidget(Scatter(mode="markers", y=list(range(marks))), {"title": {"text": "0"}})
    slider = ipywidgets.IntSlider(500, 0, 1000, description="bare")
    def changed(change):
        with figure.batch_update():
            figure.data[0].y = [(mark * change["new"]) % 97 for mark in range(marks)]
            figure.layout.title.text = str(change["new"])
    slider.observe(changed, "value")
    box = ipywidgets.VBox([slider, figure])
    box.add_class("bare")
    return box
"""
SLIDERS = {
    "hashing: requests": ("hashing", ".dynateach-explorer", "requests in 1 s"),
    "query_or_scan: size": ("query_or_scan", ".dynateach-explorer", "orders in the table"),
    "consistency: lag": ("consistency", ".dynateach-explorer", "median lag, ms"),
}
"""The topic, where its picture is, and the slider that is moved to and fro."""
TIMING = """() => {
    const shown = (place) => {
        const player = place.querySelector('.dynateach-player');
        return player ? player.dynateach.frames : place.querySelector('.gtitle')?.textContent;
    };
    window.painted = (place) => Boolean(place?.querySelector('.gtitle, canvas'));
    const pictures = () => [...document.querySelectorAll('.dynateach-explorer, .dynateach-player')]
        .filter((place) => !place.parentElement.closest('.dynateach-explorer'));
    const frame = () => new Promise(requestAnimationFrame);
    const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
    window.measured = async (where, label, key) => {
        const place = document.querySelector(where), before = shown(place);
        const slider = [...place.querySelectorAll('.widget-slider')].find((one) => one.textContent.includes(label) && one.offsetParent);
        const began = performance.now();
        slider.querySelector('.noUi-handle').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        while (shown(place) === before && performance.now() - began < 10000) await frame();
        await frame();
        return performance.now() - began;
    };
    window.allPainted = async (count) => {
        const began = performance.now();
        while (pictures().filter(painted).length < count) await pause(50);
        await frame();
        return performance.now() - began;
    };
    window.atRest = async () => {
        for (let calm = 0; calm < 40;) {
            const began = performance.now();
            await pause(50);
            calm = performance.now() - began < 75 ? calm + 1 : 0;
        }
    };
    window.framesIn = async (milliseconds) => {
        const began = performance.now();
        let frames = 0;
        while (performance.now() - began < milliseconds) { await frame(); frames++; }
        return frames / (performance.now() - began) * 1000;
    };
}"""


def main() -> None:
    """Start Chromium and JupyterLab, measure what was asked for, print a line for each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all, unless some are named")
    arguments.add_argument("--steps", type=int, default=30, help="how often each slider is moved")
    chosen = arguments.parse_args()
    path = chromium()
    if path is None:
        raise SystemExit(GET_CHROMIUM)
    with launch(path) as browser, _workbook() as server:
        for part in chosen.parts or PARTS:
            PARTS[part](browser, server, chosen.steps)
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


@contextmanager
def _workbook() -> Iterator[LabServer]:
    """``dynateach lab`` on a copy of the workbook that is thrown away."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as private,
        serve(Path(folder), Path(private)) as server,
    ):
        yield server


def sliders(browser: Browser, server: LabServer, steps: int) -> None:
    """From a key on a slider to the picture, beside a bare figure's slider."""
    for name, (topic, place, label) in SLIDERS.items():
        with watched_page(browser) as (page, _):
            cells = [f"{BARE}from dynateach.topics import {topic}\n{topic}.explore()", f"bare({_marks(topic)})"]
            _open(page, server, cells)
            if not _is_painted(page, place, ".bare"):  # now and then a FigureWidget comes without its title
                _open(page, server, cells)
                _until_painted(page, place, ".bare")
            ours, bare = _interleaved(page, steps, (place, label), (".bare", "bare"))
        ratio = _high(ours) / _high(bare)
        print(
            f"{name:22} {_spread(ours)} | bare figure, {_marks(topic)} marks {_spread(bare)} | p95 ×{ratio:.2f}, wanted ×2"
        )


def _marks(topic: str) -> int:
    """How many marks the topic's first picture has; of a line that is interrupted, each piece is one."""
    module = import_module(f"dynateach.topics.{topic}")
    picture = module.draw(module.simulate())
    if isinstance(picture, Film):
        return len(picture.marks) + len(picture.journeys) + len(picture.spans)
    strokes = sum(str(shape.get("path", "")).count("M") for shape in picture.sheet["shapes"])
    return strokes + sum(_marks_of(trace) for trace in picture.traces)


def _marks_of(trace: Mapping[str, Any]) -> int:
    match trace.get("mode"):
        case "lines":
            return list(trace["y"]).count(None) + 1
        case "none":
            return 0
        case _:
            return len(trace["y"])


def _interleaved(page: Page, steps: int, *sliders: tuple[str, str]) -> list[list[float]]:
    """The milliseconds of each slider's steps, in turns: three down, three up, and so on. The first three do not count."""
    samples: list[list[float]] = [[] for _ in sliders]
    for step in range(steps + 3):
        key = "ArrowRight" if step // 3 % 2 else "ArrowLeft"
        for (place, label), taken in zip(sliders, samples, strict=True):
            taken.append(page.evaluate("([place, label, key]) => measured(place, label, key)", [place, label, key]))
    return [taken[3:] for taken in samples]


def player(browser: Browser, server: LabServer, steps: int) -> None:
    """Frames a second of a film of 1,000 marks that plays, and of an empty page that only asks for them."""
    place = server.folder / "film.html"
    film = films.crowd()
    place.write_text(f'<!doctype html><meta charset="utf-8">{frozen_html(film)}', encoding="utf-8")
    with watched_page(browser) as (page, _):
        page.evaluate(TIMING)
        idle = page.evaluate("framesIn(2000)")
        page.goto(place.as_uri())
        page.get_by_role("button", name="Play").click()
        page.evaluate(TIMING)
        frames, milliseconds, seconds = page.evaluate(
            """async () => {
                const state = () => document.querySelector('.dynateach-player').dynateach;
                const first = state(), began = performance.now();
                await framesIn(5000);
                const last = state();
                return [last.frames - first.frames, last.spent - first.spent, (performance.now() - began) / 1000];
            }"""
        )
    print(
        f"player, {len(film.marks):,} marks: {frames / seconds:.0f} frames a second, {milliseconds / frames:.2f} ms to draw one"
        f" | empty page {idle:.0f} | wanted 50"
    )


def lessons(browser: Browser, server: LabServer, steps: int) -> None:
    """Seconds from Run All to the paint of the last picture, and to the end of the last cell. Pictures are explorers, stills and films.

    When a kernel answers, JupyterLab still lays out the cells: we wait until the page has been at rest for two seconds, as a person would read it.
    """
    for path in sorted((server.folder / "notebooks").glob("*.ipynb")):
        pictures = len(re.findall(r"\b(?:explore|draw)\(", path.read_text("utf-8")))
        with watched_page(browser) as (page, _):
            open_notebook(page, server, f"notebooks/{path.name}")
            page.evaluate(TIMING)
            page.evaluate("atRest()")
            page.evaluate("pictures => { window.shown = allPainted(pictures); }", pictures)
            began = perf_counter()
            run_all(page)
            ran = perf_counter() - began
            shown = page.evaluate("shown") / 1000
        print(
            f"{path.name:28} {pictures} pictures painted {shown:.1f} s after Run All, wanted 5; all cells run after {ran:.1f} s"
        )


def first(browser: Browser, server: LabServer, steps: int) -> None:
    """Seconds from running a cell in a new kernel to its picture: an explorer, a film's explorer, a bare figure."""
    cells = {
        "hashing": "from dynateach.topics import hashing\nhashing.explore()",
        "consistency": "from dynateach.topics import consistency\nconsistency.explore()",
        "bare figure": f"{BARE}bare(500)",
    }
    samples: dict[str, list[float]] = {name: [] for name in cells}
    for _ in range(ROUNDS):
        for name, cell in cells.items():
            with watched_page(browser) as (page, _complaints):
                samples[name].append(_open(page, server, [cell], ".dynateach-explorer, .bare"))
    for name, taken in samples.items():
        print(
            f"first picture of a kernel, {name:12} {statistics.median(taken):.1f} s ({min(taken):.1f} to {max(taken):.1f})"
        )


def _open(page: Page, server: LabServer, cells: list[str], place: str = "") -> float:
    """Run the cells in a notebook of their own; the seconds that it took, with the painting of the picture in ``place``."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    sources = [nbformat.v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells)]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=sources, metadata=kernel)  # type: ignore[no-untyped-call]
    (server.folder / "measured.ipynb").write_text(json.dumps(notebook))
    open_notebook(page, server, "measured.ipynb")
    page.evaluate(TIMING)
    began = perf_counter()
    if errors := [ran.error for ran in run_all(page) if ran.error]:
        raise RuntimeError(errors[0])
    if place:
        _until_painted(page, place)
    return perf_counter() - began


def _is_painted(page: Page, *places: str) -> bool:
    """Whether they are, within the time that a page is given."""
    try:
        _until_painted(page, *places)
    except TimeoutError:
        return False
    return True


def _until_painted(page: Page, *places: str) -> None:
    for place in places:
        page.wait_for_function("place => painted(document.querySelector(place))", arg=place)


def _high(taken: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(taken, n=20)[-1]


def _spread(taken: list[float]) -> str:
    return f"median {statistics.median(taken):4.0f} ms, p95 {_high(taken):4.0f} ms"


PARTS: dict[str, Callable[[Browser, LabServer, int], None]] = {
    "slider": sliders,
    "player": player,
    "lesson": lessons,
    "first": first,
}

if __name__ == "__main__":
    main()
