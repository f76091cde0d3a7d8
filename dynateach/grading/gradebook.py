"""Grades out of the records: for spreadsheets, for learning platforms, for programs, for whatever shows test results."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from dynateach import files
from dynateach.grading.students import student_of
from dynateach.grading.verdicts import Judged, TaskResult
from dynateach.grading.words import clean, one_line

NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
"""The columns of ``nbgrader export``. What we do not know stays empty."""

BOM = "\ufeff"
"""Without it Excel takes the file for Windows's letters, and a name such as Zoë's for something else."""


def write(out: Path, records: Collection[Judged]) -> None:
    """Write ``grades.csv``, ``grades-nbgrader.csv``, ``grades.json`` and ``junit.xml``."""
    for name, pieces in (
        ("grades.csv", [BOM, table(records)]),
        ("grades-nbgrader.csv", [nbgrader(records)]),
        ("grades.json", program(records)),
        ("junit.xml", junit(records)),
    ):
        with files.replacing(out / name) as file:
            file.writelines(piece.encode() for piece in pieces)


def table(records: Collection[Judged]) -> str:
    """One row a submission, one column a task. A task of another lesson is empty. Remarks tell why a 0 is no wrong answer, and what is odd."""
    tasks = sorted({result.task for judged in records for result in judged.results})
    head = ["student", "file", "lesson", "points", "of", "percent", "remarks", *tasks]
    return _csv([head, *(_row(judged, tasks) for judged in records)])


def nbgrader(records: Collection[Judged]) -> str:
    """One row a student and lesson, as ``nbgrader export`` writes them. Of several submissions the best counts."""
    best: dict[tuple[str, str], tuple[int, list[Any]]] = {}
    for judged in records:
        key = judged.lesson, student_of(judged.name)
        if key not in best or judged.points >= best[key][0]:
            best[key] = judged.points, _exported(*key, judged)
    return _csv([NBGRADER, *(row for _, (_, row) in sorted(best.items()))])


def program(records: Collection[Judged]) -> Iterator[str]:
    """Everything, as JSON, in pieces: feedback on a thousand submissions is long."""
    yield '{"submissions": ['
    for number, one in enumerate(records):
        told = {"student": clean(student_of(one.name)), "points": one.points, "of": one.of} | _cleaned(one.to_json())
        yield ("," if number else "") + "\n" + json.dumps(told, indent=1, ensure_ascii=False)
    yield "\n]}\n"


def junit(records: Collection[Judged]) -> Iterator[str]:
    """JUnit's XML, in pieces: a test suite a submission, a test case a task."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="dynateach">\n'
    for judged in records:
        suite = _suite(judged)
        ET.indent(suite)
        yield f"{ET.tostring(suite, encoding='unicode')}\n"
    yield "</testsuites>\n"


def percent(judged: Judged) -> float:
    """The part of the points that it earned."""
    return round(100 * judged.points / judged.of, 1) if judged.of else 0.0


def _row(judged: Judged, tasks: Sequence[str]) -> list[Any]:
    earned = {result.task: result.points for result in judged.results}
    marks = [earned.get(task, "") for task in tasks]
    whose = [student_of(judged.name), judged.name, judged.lesson]
    return [*whose, judged.points, judged.of, percent(judged), _remarks(judged), *marks]


def _remarks(judged: Judged) -> str:
    odd = {one.task: one.verdict for one in judged.results if one.verdict not in ("passed", "failed")}
    if set(odd.values()) == {"cannot be read"}:
        return "; ".join(["cannot be read", *judged.notes])
    return "; ".join([*(f"{task} {verdict}" for task, verdict in odd.items()), *judged.notes])


def _exported(lesson: str, student: str, judged: Judged) -> list[Any]:
    told = {
        "assignment": f"lesson-{lesson}",
        "student_id": student,
        "raw_score": judged.points,
        "late_submission_penalty": 0,
        "score": judged.points,
        "max_score": judged.of,
    }
    return [told.get(column, "") for column in NBGRADER]


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """What begins like a formula is one to a spreadsheet, and would be run: an apostrophe makes it text."""
    if not isinstance(value, str):
        return value
    line = one_line(value)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(part) for part in value]
    return clean(value) if isinstance(value, str) else value


def _suite(judged: Judged) -> ET.Element:
    verdicts = [result.verdict for result in judged.results]
    broken = verdicts.count("cannot be judged")
    suite = ET.Element(
        "testsuite",
        name=one_line(judged.name),
        tests=str(len(verdicts)),
        failures=str(len(verdicts) - verdicts.count("passed") - broken),
        errors=str(broken),
        time=f"{judged.seconds:.2f}",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(judged):
        ET.SubElement(properties, "property", name=name, value=value)
    for result in judged.results:
        _case(suite, judged, result)
    return suite


def _properties(judged: Judged) -> Iterator[tuple[str, str]]:
    yield "student", one_line(student_of(judged.name))
    yield "points", f"{judged.points} of {judged.of}"
    yield "seed", str(judged.seed)
    yield "exercise seed", str(judged.exercise_seed)
    yield "boundary", one_line(judged.boundary)


def _case(suite: ET.Element, judged: Judged, result: TaskResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=one_line(student_of(judged.name)),
        name=one_line(f"{result.task} {result.title}"),
        time=f"{result.seconds:.2f}",
    )
    if result.verdict == "passed":
        return
    kind = "error" if result.verdict == "cannot be judged" else "failure"
    words = clean(result.feedback)
    told = ET.SubElement(case, kind, type=result.verdict, message=one_line(words.partition("\n")[0]))
    told.text = words
