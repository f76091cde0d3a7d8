"""Answers that a consumer calls, as Lambda does: a lost process is the submission's end there too, and no failed call to be tried again.

Nor does one know of a batch whether it comes again, or of a call whether it dies.
"""

import json
from pathlib import Path

import pytest

from dynateach.grading.judge import Rules, judge
from dynateach.grading.notebook import read, task_of

EXERCISE = Path(__file__).resolve().parents[2] / "exercises" / "09_streams.ipynb"


LOOKS_AHEAD = """def handler(event, table):
    try: raise ValueError
    except ValueError as error: frame = error.__traceback__.tb_frame
    while 'order' not in frame.f_locals:
        frame = frame.f_back
    steps = frame.f_locals['order']['steps']
    now = [step is frame.f_locals['told'] for step in steps].index(True)
    for _ in range(7 if len(steps) == 1 else 1):
        table.get_item(Key={'id': 'nobody'})
    for record in event['Records']:
        if repr(record['eventID']) not in str(steps[now + 1 :]):
            add(table, record)
"""
"""Does a batch when it comes for the last time, as far as the order tells. A call that is ordered alone may be one that dies."""
WAITS = """def handler(event, table):
    for _ in range(30):
        table.get_item(Key={'id': 'nobody'})
    for record in event['Records']:
        if 'Item' not in table.get_item(Key={'id': record['eventID']}):
            add(table, record)
            table.put_item(Item={'id': record['eventID']})
"""
"""Dies, if it dies early, before it has done anything."""
ADD = """from decimal import Decimal
def add(table, record):
    for name, sign in (('OldImage', -1), ('NewImage', 1)):
        if image := record['dynamodb'].get(name):
            values = {':orders': sign, ':revenue': sign * Decimal(image['amount']['N'])}
            table.update_item(Key={'id': image['customer']['S']}, UpdateExpression='ADD orders :orders, revenue :revenue',
                              ExpressionAttributeValues=values)
"""
"""A change of the view, not in one write with its mark."""


@pytest.mark.parametrize(("body", "verdict"), [("os._exit(0)", "crashed"), ("while True: pass", "timed out")])
def test_a_handler_that_does_not_come_back_ends_its_task(body: str, verdict: str) -> None:
    assert _verdict("09.5", f"import os\ndef handler(event, table):\n    {body}", seconds=3) == verdict


@pytest.mark.parametrize("answer", [LOOKS_AHEAD, WAITS])
def test_a_view_that_does_its_work_when_nobody_dies_is_refused(answer: str) -> None:
    assert _verdict("09.4", f"{ADD}{answer}", seconds=60) == "failed"


def _verdict(task: str, answer: str, seconds: float) -> str:
    exercise = read(EXERCISE)
    exercise.cells = [cell for cell in exercise.cells if task_of(cell) in (None, task)]
    submission = json.loads(EXERCISE.read_text())
    for cell in submission["cells"]:
        if cell["id"] == f"answer-{task.replace('.', '-')}":
            cell["source"] = answer

    judged = judge(json.dumps(submission).encode(), exercise, Rules(seconds=seconds))

    return judged.results[0].verdict
