"""The pages of a report: what they say, and that nothing which a student wrote can act on them."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from dynateach.grading.pages import MARKS, class_page, feedback, feedback_name, write
from dynateach.grading.verdicts import VERDICTS, Judged
from tests.grading.records import judged

HOSTILE = (
    "</pre></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='x' {{ 7 * 7 }}\x00\ud800\u202e"
)


def test_a_feedback_page_tells_each_verdict_in_words_with_a_sign_and_the_feedback() -> None:
    page = _Page(
        feedback(judged("ada.ipynb", *VERDICTS, feedback="prove returned 1\n  expected  2", notes=("Edited.",)))
    )

    for number, verdict in enumerate(VERDICTS, 1):
        assert f"{MARKS[verdict]} 05.{number} Task {number} {verdict}, " in page.text
    assert "ada lesson 05 2 of 18 points" in page.text
    assert page.pre == ["prove returned 1\n  expected  2\n"] * (len(VERDICTS) - 1)
    assert "Edited." not in page.text
    assert "seed 7. The exercise was handed out with seed 1. Boundary: a wall." in page.text


def test_every_verdict_has_a_sign_of_its_own() -> None:
    assert len(set(MARKS.values())) == len(MARKS) == len(VERDICTS)


def test_the_class_page_tells_who_passed_what_and_links_to_the_feedback(tmp_path: Path) -> None:
    records = [judged("bob.ipynb", "failed", "passed"), judged("ada.ipynb", "passed", "timed out")]

    page = _Page(write(tmp_path, records).read_text("utf-8"))

    assert "student 05.1 05.2 points ada ✓ passed T timed out 2 of 4 bob ✗ failed ✓ passed 2 of 4" in page.text
    assert "2 submissions, median 2.0 of 4 points" in page.text
    assert "05.1 Task 1 1 of 2 0.5, 0.5" in page.text
    assert len(page.links) == 2
    for link in page.links:
        assert (tmp_path / link).is_file()


def test_mistakes_are_counted_by_task_and_first_line() -> None:
    records = [judged(f"{n}.ipynb", "failed", "missing", feedback=f"one page only\n  for {n}") for n in range(3)]

    page = _Page(class_page(Path(), records))

    assert "what was found 05.1 3 one page only Fresh" in page.text


def test_notes_are_for_the_teacher_alone(tmp_path: Path) -> None:
    record = judged("ada.ipynb", "passed", notes=("Cell check-05-1 was changed; ours was used.",))
    write(tmp_path, [record])

    assert "ada Cell check-05-1 was changed" in _Page((tmp_path / "index.html").read_text("utf-8")).text
    assert "check-05-1" not in (tmp_path / feedback_name(tmp_path, record)).read_text("utf-8")


def test_why_a_file_cannot_be_read_is_said_once() -> None:
    page = _Page(feedback(judged("ada.ipynb", "cannot be read", "cannot be read", feedback="It is no notebook.")))

    assert page.text.count("It is no notebook.") == 1
    assert "fresh data, so" not in page.text


def test_a_name_keeps_its_letters_without_their_accents_in_the_name_of_the_page(tmp_path: Path) -> None:
    assert feedback_name(tmp_path, judged("Máire Ó Sé.ipynb", "passed")).startswith("feedback/maire-o-se-05-")


def test_answers_that_are_alike_are_shown_as_a_hint() -> None:
    records = [judged(f"{name}.ipynb", "passed", answers={"05.1": mark}) for name, mark in ("ax", "bx", "cy")]

    text = _Page(class_page(Path(), records)).text

    assert "proves nothing. task students 05.1 a, b Fresh" in text


@pytest.mark.parametrize("spoilt", ["name", "feedback", "note"])
def test_what_a_student_wrote_stays_text(spoilt: str, tmp_path: Path) -> None:
    record = judged(
        f"{HOSTILE}.ipynb" if spoilt == "name" else "ada.ipynb",
        "failed",
        feedback=HOSTILE if spoilt == "feedback" else "wrong",
        notes=(HOSTILE,) if spoilt == "note" else (),
        answers={"05.1": "x"},
    )
    write(tmp_path, [record, record])

    for path in (tmp_path / "index.html", tmp_path / feedback_name(tmp_path, record)):
        page = _Page(path.read_text("utf-8"))
        assert page.tags.isdisjoint({"script", "img", "iframe", "object", "form", "svg"})
        assert [name for name in page.attributes if name.startswith("on")] == []
        assert "49" not in page.text
    assert feedback_name(tmp_path, record).removesuffix(".html").replace("/", "").replace("-", "").isalnum()


def test_pages_load_nothing_and_may_load_nothing(tmp_path: Path) -> None:
    write(tmp_path, [judged("ada.ipynb", "passed")])

    for path in tmp_path.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "default-src 'none'" in text
        assert _Page(text).tags.isdisjoint({"script", "link", "img"})
        assert "url(" not in text


def test_two_students_of_one_name_have_a_page_each(tmp_path: Path) -> None:
    records = [judged(f"{group}/ada.ipynb", "passed") for group in "ab"]

    write(tmp_path, records)

    assert len(list((tmp_path / "feedback").iterdir())) == 2


def test_a_report_of_nothing_but_what_cannot_be_read_is_a_report(tmp_path: Path) -> None:
    records: list[Judged] = [judged("x.ipynb", "cannot be read")]

    assert "? cannot be read" in _Page(write(tmp_path, records).read_text("utf-8")).text


class _Page(HTMLParser):
    """A page as a browser takes it: its text on one line, its tags, attributes and links."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[str] = []
        self.links: list[str] = []
        self.pre: list[str] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self.feed(source)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "pre":
            self.pre.append("")
        self.attributes += [name for name, _ in attrs]
        self.links += [value for name, value in attrs if name == "href" and value]
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self._words.append(data)
        if "pre" in self._open:
            self.pre[-1] += data
