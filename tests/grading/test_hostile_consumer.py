"""Answers that a consumer calls, as Lambda does: a lost process is the submission's end there too, and no failed call to be tried again."""

import json
from pathlib import Path

import pytest

from dynateach.grading.judge import Rules, judge
from dynateach.grading.notebook import read, task_of

EXERCISE = Path(__file__).resolve().parents[2] / "exercises" / "09_streams.ipynb"


@pytest.mark.parametrize(("body", "verdict"), [("os._exit(0)", "crashed"), ("while True: pass", "timed out")])
def test_a_handler_that_does_not_come_back_ends_its_task(body: str, verdict: str) -> None:
    exercise = read(EXERCISE)
    exercise.cells = [cell for cell in exercise.cells if task_of(cell) in (None, "09.5")]
    submission = json.loads(EXERCISE.read_text())
    for cell in submission["cells"]:
        if cell["id"] == "answer-09-5":
            cell["source"] = f"import os\ndef handler(event, table):\n    {body}"

    judged = judge(json.dumps(submission).encode(), exercise, Rules(seconds=3))

    assert [result.verdict for result in judged.results] == [verdict]
