"""The pages of a report in a browser, from their files: all there, nothing cut off or covered, readable in both schemes and on paper."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from dynateach.cli import main
from dynateach.grading import pages
from dynateach.grading.notebook import encode, read, task_of
from dynateach.grading.verdicts import VERDICTS
from tests.browser.jupyter import look
from tests.grading.mutants import mutant_everywhere
from tests.grading.records import judged

REPOSITORY = Path(__file__).resolve().parents[2]
LESSON = "05_consistency.ipynb"
TASKS = ("05.1", "05.2", "05.3")
PAPER = {"width": 703, "height": 1032}
"""A4 without its margins, in the pixels of CSS."""
READABLE = 4.5
"""The contrast that WCAG 2 asks of text, at the least."""


@dataclass(frozen=True)
class Report:
    """Where it lies, and how many students and tasks its class page must show."""

    folder: Path
    students: int
    tasks: int

    @property
    def pages(self) -> list[Path]:
        """The class page, and one student's: the longest, which shows the most."""
        longest = max((self.folder / "feedback").iterdir(), key=lambda path: path.stat().st_size)
        return [self.folder / "index.html", longest]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What ``dynateach grade`` wrote of a small class, which was asked for three tasks: more look the same, and cost time."""
    folder = tmp_path_factory.mktemp("graded")
    solution, exercise = (read(REPOSITORY / kind / LESSON) for kind in ("solutions", "exercises"))
    exercise.cells = [cell for cell in exercise.cells if task_of(cell) in (None, *TASKS)]
    (folder / LESSON).write_bytes(encode(exercise))
    right = encode(solution)
    _hand_in(folder, f"Ada Lovelace_101_assignsubmission_file_/{LESSON}", right)
    _hand_in(folder, f"Máire O'Connor-van der Berg_102_assignsubmission_file_/{LESSON}", encode(exercise))
    _hand_in(folder, f"dijkstraedsger_LATE_56_902_{LESSON}", encode(mutant_everywhere(solution, 5)))
    _hand_in(folder, f"corrupt_58_904_{LESSON}", right[:3_000])

    options = ["--course", str(folder), "--out", str(folder / "report"), "--jobs", "1"]
    ended = CliRunner().invoke(main, ["grade", str(folder / "handed-in"), *options])

    assert ended.exit_code == 0, ended.output
    return Report(folder / "report", 4, len(TASKS))


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Made-up records with all that is long: names, feedback of one word, notes, many students, every verdict."""
    folder = tmp_path_factory.mktemp("crowded")
    long = f"prove raised {'Very' * 40}LongError\n\n  came back  {'x' * 400} {'words ' * 80}\n  expected   1"
    names = [f"{'Wolfeschlegelsteinhausen' * 4} the {number}th.ipynb" for number in range(40)]
    notes = (f"Cell {'answer' * 30} was changed; ours was used.",)
    records = [judged(name, *VERDICTS, feedback=long, notes=notes, answers={"05.1": "same"}) for name in names]
    pages.write(folder, records)
    return Report(folder, len(names), len(VERDICTS))


@pytest.fixture(params=["graded", "crowded"])
def report(request: pytest.FixtureRequest) -> Report:
    """Each of the two."""
    found: Report = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_screen_all_words_are_seen_and_can_be_read(
    page: Page, report: Report, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in report.pages:
        page.goto(path.as_uri())
        look(page, f"report-{report.students}-{path.stem[:5]}-{scheme}")

        assert page.evaluate(_FAULTS, READABLE) == []
        bright = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] > 127")
        assert bright == (scheme == "light")


def test_the_heat_map_has_a_cell_for_each_student_and_task(page: Page, report: Report) -> None:
    page.goto(report.pages[0].as_uri())

    rows = page.locator(".heat tbody tr")
    expect(rows).to_have_count(report.students)
    marks = rows.evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td:not(.number)')].map(mark => mark.innerText.trim()))"
    )
    assert [len(row) for row in marks] == [report.tasks] * report.students
    assert all(mark for row in marks for mark in row)


def test_the_name_of_a_student_leads_to_the_students_page_on_a_click(page: Page, report: Report) -> None:
    page.goto(report.pages[0].as_uri())
    name = page.locator(".heat a").first.inner_text()

    page.locator(".heat a").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_on_paper_all_words_are_printed_in_black_on_white_whatever_the_scheme(page: Page, report: Report) -> None:
    page.set_viewport_size({"width": PAPER["width"], "height": PAPER["height"]})
    page.emulate_media(color_scheme="dark", media="print")
    for path in report.pages:
        page.goto(path.as_uri())

        assert page.evaluate(_FAULTS, READABLE) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= page.evaluate("document.body.scrollHeight") // 1_500
        assert b"/FontDescriptor" in printed  # a page of no words has no fonts


def _hand_in(folder: Path, name: str, content: bytes) -> None:
    place = folder / "handed-in" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


_FAULTS = """least => {
    const faults = [], words = [];
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => numbers(colour).slice(0, 3)
        .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return numbers(colour)[3] === 0 ? (element === document.documentElement ? 'rgb(255, 255, 255)'
                                                                              : behind(element.parentElement)) : colour;
    };
    const contrast = element => {
        const [dim, bright] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
        return (bright + 0.05) / (dim + 0.05);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();) {
        const element = node.parentElement;
        if (!node.data.trim() || element.closest('.spoken')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            if (box.width < 1) continue;
            words.push({node, box, says: node.data.trim().slice(0, 40)});
            if (box.left < 0 || box.right > innerWidth + 0.5) faults.push(`cut off: ${node.data.trim().slice(0, 40)}`);
        }
        if (contrast(element) < least) faults.push(`contrast ${contrast(element).toFixed(1)}: ${node.data.trim().slice(0, 40)}`);
    }
    words.sort((a, b) => a.box.top - b.box.top);
    words.forEach((one, at) => {
        for (let next = at + 1; next < words.length && words[next].box.top < one.box.bottom - 2; next++) {
            const other = words[next];
            const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
            const high = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
            if (one.node !== other.node && wide > 1 && high > 4) faults.push(`${one.says} covers ${other.says}`);
        }
    });
    return [...new Set(faults)].slice(0, 10);
}"""
