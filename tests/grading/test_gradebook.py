"""Grades out of records, for spreadsheets, platforms and programs."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from dynateach.grading.gradebook import junit, nbgrader, program, table, write
from tests.grading.records import judged

NASTY = "x\x00\x1b[31m]]>\ud800<script>&\u202e\ufffe"


def test_grades_have_a_row_a_submission_and_a_column_a_task() -> None:
    rows = _rows(table([judged("ada.ipynb", "passed", "failed"), judged("bob.ipynb", "passed", lesson="01")]))

    assert rows == [
        ["student", "file", "lesson", "points", "of", "percent", "remarks", "01.1", "05.1", "05.2"],
        ["ada", "ada.ipynb", "05", "2", "4", "50.0", "", "", "2", "0"],
        ["bob", "bob.ipynb", "01", "2", "2", "100.0", "", "2", "", ""],
    ]


def test_remarks_tell_a_wrong_answer_from_none_and_what_is_odd() -> None:
    records = [
        judged("ada.ipynb", "failed", "timed out", "missing", notes=("It came late.",)),
        judged("bob.ipynb", "cannot be read", "cannot be read"),
    ]

    assert [row[6] for row in _rows(table(records))] == [
        "remarks",
        "05.2 timed out; 05.3 missing; It came late.",
        "cannot be read",
    ]


def test_a_spreadsheet_sees_that_names_are_in_unicode(tmp_path: Path) -> None:
    write(tmp_path, [judged("Zoë.ipynb", "passed")])

    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,")
    assert (tmp_path / "grades-nbgrader.csv").read_bytes().startswith(b"assignment,")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r=", " ="])
def test_no_cell_is_a_formula(first: str) -> None:
    name = f'{first}HYPERLINK("x";"y").ipynb'

    for text in (table([judged(name, "passed")]), nbgrader([judged(name, "passed")])):
        assert [cell for row in _rows(text) for cell in row if cell.lstrip()[:1] in {"=", "+", "-", "@"}] == []
        assert "HYPERLINK" in text


def test_a_name_of_several_lines_stays_in_one_row() -> None:
    assert len(table([judged('a\nb\r"c",d.ipynb', "passed")]).splitlines()) == 2


def test_the_columns_are_those_that_nbgrader_exports() -> None:
    head, row = _rows(nbgrader([judged("ada.ipynb", "passed", "failed")]))

    assert ",".join(head) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score"
    )
    assert dict(zip(head, row, strict=True)) == dict.fromkeys(head, "") | {
        "assignment": "lesson-05",
        "student_id": "ada",
        "raw_score": "2",
        "late_submission_penalty": "0",
        "score": "2",
        "max_score": "4",
    }


def test_of_several_submissions_of_a_student_the_best_counts_for_the_platform() -> None:
    first, second = (f"submitted/ada/{name}/05_consistency.ipynb" for name in ("lesson-05", "lesson-05-again"))

    rows = _rows(nbgrader([judged(first, "passed", "passed"), judged(second, "passed", "failed")]))

    assert [row[9] for row in rows[1:]] == ["4"]


def test_junit_has_a_suite_a_submission_and_a_case_a_task() -> None:
    records = [judged("ada.ipynb", "passed", "timed out", "cannot be judged", feedback="one\ntwo")]

    root = ET.fromstring("".join(junit(records)))

    (suite,) = root
    assert suite.attrib == {"name": "ada.ipynb", "tests": "3", "failures": "1", "errors": "1", "time": "3.50"}
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["05.1 Task 1", "05.2 Task 2", "05.3 Task 3"]
    assert [[child.tag for child in case] for case in cases] == [[], ["failure"], ["error"]]
    assert (cases[1][0].get("type"), cases[1][0].get("message"), cases[1][0].text) == ("timed out", "one", "one\ntwo")


def test_hostile_names_and_feedback_make_sound_xml_and_json(tmp_path: Path) -> None:
    records = [judged(NASTY, "failed", feedback=NASTY, notes=(NASTY,), answers={"05.1": NASTY})]

    write(tmp_path, records)

    root = ET.fromstring((tmp_path / "junit.xml").read_text("utf-8"))
    assert root[0].get("name") == "x[31m]]><script>&"
    (told,) = json.loads((tmp_path / "grades.json").read_text("utf-8"))["submissions"]
    assert told["results"][0]["feedback"] == "x[31m]]><script>&"
    assert _rows((tmp_path / "grades.csv").read_text("utf-8"))[1][1] == "x[31m]]><script>&"


def test_the_json_holds_the_points_and_the_seeds() -> None:
    (told,) = json.loads("".join(program([judged("ada.ipynb", "passed", "failed")])))["submissions"]

    assert (told["student"], told["points"], told["of"], told["seed"], told["exercise_seed"]) == ("ada", 2, 4, 7, 1)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))
