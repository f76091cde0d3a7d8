"""The pages of a report: one for each submission, one for the class. They stand by themselves and load nothing.

Every word of a submission is a stranger's. Jinja escapes all that is put into a page, and what is shown passes ``words.clean`` first.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dynateach import files
from dynateach.grading.gradebook import percent
from dynateach.grading.records import place_of
from dynateach.grading.students import student_of
from dynateach.grading.verdicts import VERDICTS, Judged, TaskResult, Verdict
from dynateach.grading.words import clean, one_line

MARKS: dict[Verdict, str] = {
    "passed": "✓",
    "failed": "✗",
    "timed out": "T",
    "out of memory": "M",
    "crashed": "!",
    "missing": "–",
    "tampered": "≠",
    "cannot be read": "?",
    "cannot be judged": "/",
}
"""A sign for each verdict, beside its colour: a page may be printed in black, and read by those who see no red."""
COMMON = 12
"""How many common mistakes are listed a lesson."""
LINE = 200
"""Letters of a common mistake that are shown."""
_NO_MISTAKE = ("passed", "missing", "cannot be read")
_WEB = Path(__file__).parent / "web"


@dataclass(frozen=True)
class Sheet:
    """One lesson on the class page."""

    lesson: str
    tasks: Sequence[TaskResult]
    judged: Sequence[Judged]

    @property
    def spread(self) -> list[tuple[int, int]]:
        """How many submissions earned so many points, for each number of points."""
        counted = Counter(judged.points for judged in self.judged)
        return [(points, counted[points]) for points in range(self.judged[0].of + 1)]

    @property
    def middle(self) -> float:
        """The median of the points."""
        return median(judged.points for judged in self.judged)

    @property
    def times(self) -> list[tuple[TaskResult, int, float, float]]:
        """For each task: who passed, and the seconds that judging it took, in the middle and at most."""
        return [(task, *self._of_task(task.task)) for task in self.tasks]

    @property
    def mistakes(self) -> list[tuple[str, str, int]]:
        """What was found most often: the task, the first line of the feedback, how often."""
        found = Counter(
            (result.task, result.feedback)
            for judged in self.judged
            for result in judged.results
            if result.verdict not in _NO_MISTAKE
        )
        return [(task, line, times) for (task, line), times in sorted(found.items(), key=_most_common)[:COMMON]]

    @property
    def notes(self) -> list[tuple[Judged, str]]:
        """What was odd about whose submission."""
        return [(judged, note) for judged in self.judged for note in judged.notes]

    @property
    def alike(self) -> list[tuple[str, list[Judged]]]:
        """Answers that are the same but for comments and blanks: the task, and whose they are."""
        shared: dict[tuple[str, str], list[Judged]] = {}
        for judged in self.judged:
            for task, mark in judged.answers.items():
                shared.setdefault((task, mark), []).append(judged)
        return [(task, group) for (task, _), group in sorted(shared.items()) if len(group) > 1]

    def _of_task(self, task: str) -> tuple[int, float, float]:
        results = [result for judged in self.judged for result in judged.results if result.task == task]
        seconds = [result.seconds for result in results]
        return sum(result.verdict == "passed" for result in results), median(seconds), max(seconds)


def write(out: Path, records: Collection[Judged], without: Sequence[str] = ()) -> Path:
    """Write a page for each submission into ``feedback``, and ``index.html`` for the class, whose place is returned.

    ``without`` names what was handed in and holds no notebook.
    """
    for judged in records:
        files.replace(out / feedback_name(out, judged), feedback(judged).encode())
    page = out / "index.html"
    files.replace(page, class_page(out, records, without).encode())
    return page


def feedback(judged: Judged) -> str:
    """The page that a student gets."""
    told = {(result.verdict, result.feedback) for result in judged.results}
    unread = next((why for verdict, why in told if verdict == "cannot be read" and len(told) == 1), "")
    return _page("feedback.html", judged=judged, unread=unread)


def class_page(out: Path, records: Collection[Judged], without: Sequence[str] = ()) -> str:
    """The page that the teacher gets, with links to those of the students."""
    outlines = [_outline(judged) for judged in records]
    return _page(
        "class.html",
        sheets=list(_sheets(outlines)),
        records=outlines,
        without=without,
        link=lambda judged: feedback_name(out, judged),
        verdicts=[verdict for verdict in VERDICTS if any(_has(judged, verdict) for judged in outlines)],
        feet=sorted({(judged.seed, judged.exercise_seed, judged.boundary) for judged in outlines}),
    )


def feedback_name(out: Path, judged: Judged) -> str:
    """Where a submission's page lies in the report: the student's name as far as it is safe, and the record's own."""
    plain = unicodedata.normalize("NFKD", student_of(judged.name)).encode("ascii", "ignore").decode()
    student = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40]
    return f"feedback/{student or 'student'}-{judged.lesson}-{place_of(out, judged.name).stem[:10]}.html"


def _outline(judged: Judged) -> Judged:
    """With no more of the feedback than its first line: the class page is made of all submissions at once."""
    results = (replace(one, feedback=_cut(one_line(one.feedback.partition("\n")[0]))) for one in judged.results)
    return replace(judged, results=tuple(results))


def _most_common(found: tuple[tuple[str, str], int]) -> tuple[int, str, str]:
    """Order by how often, then by task."""
    (task, line), times = found
    return -times, task, line


def _cut(line: str) -> str:
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _sheets(records: Sequence[Judged]) -> Iterator[Sheet]:
    by_lesson = sorted(records, key=lambda judged: (judged.lesson, student_of(judged.name).lower(), judged.name))
    for lesson, group in groupby(by_lesson, lambda judged: judged.lesson):
        judged = list(group)
        yield Sheet(lesson, judged[0].results, judged)


def _has(judged: Judged, verdict: Verdict) -> bool:
    return any(result.verdict == verdict for result in judged.results)


def _page(template: str, **shown: Any) -> str:
    return _templates().get_template(template).render(shown)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else clean(value),
    )
    made.filters |= {"student": lambda judged: student_of(judged.name), "percent": percent}
    made.globals |= {"MARKS": MARKS, "style": Markup((_WEB / "page.css").read_text("utf-8"))}
    return made
