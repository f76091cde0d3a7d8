"""Exercises made for a test: tasks that ask for the number that is stored in a table, and submissions to them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from dynateach import checks
from dynateach.checks.scenes import lab_with_table, put
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.grading.judge import Rules, judge
from dynateach.grading.verdicts import Judged
from dynateach.randomness import Randomness
from dynateach.trace import PageRead, RequestServed

RIGHT = """def {name}(table):
    return int(table.get_item(Key={{"pk": "a"}})["Item"]["secret"])"""


def graded(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, str], **rules: Any) -> dict[str, tuple[str, str]]:
    """Verdict and feedback by the answer's name: each is a function of that name, and a task of its own. One at the end, ``honest``, is right."""
    judged = judge_made(monkeypatch, {**answers, "honest": RIGHT.format(name="honest")}, **rules)
    return {name: (one.verdict, one.feedback) for name, one in zip([*answers, "honest"], judged.results, strict=True)}


def judge_made(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, str], **rules: Any) -> Judged:
    """The judge's record of such a submission. ``rules`` are other than those of a test: ten seconds, seed 7."""
    tasks = {f"99.{number}": _task(f"99.{number}", name) for number, name in enumerate(answers, 1)}
    monkeypatch.setattr(checks, "find", lambda id, own: tasks[id])
    exercise, submission = _notebook(tasks, dict.fromkeys(answers, "...")), _notebook(tasks, answers)
    content = json.dumps(submission).encode()
    return judge(content, exercise, Rules(**{"seconds": 10, "seed": 7, **rules}))


def _notebook(tasks: Mapping[str, Task], sources: Mapping[str, str]) -> NotebookNode:
    return new_notebook(cells=list(_cells(tasks, sources)))  # type: ignore[no-untyped-call,no-any-return]


def _cells(tasks: Mapping[str, Task], sources: Mapping[str, str]) -> Iterator[NotebookNode]:
    for (id, _), source in zip(tasks.items(), sources.values(), strict=True):
        for kind, text in (("answer", source), ("check", "check(...)")):
            cell = new_code_cell(text, id=f"{kind}-{id.replace('.', '-')}", metadata={"dynateach": {kind: id}})  # type: ignore[no-untyped-call]
            yield cell


def _task(id: str, name: str) -> Task:
    return Task(
        id=id,
        title="The stored number",
        points=1,
        answers=(name,),
        hints=("", "", ""),
        learnt="",
        inputs=lambda seed: [seed, seed + 1],
        prepare=lambda input: _case(name, input),
        judge=_judge,
    )


def secret_of(seed: int) -> int:
    """The stored number."""
    return Randomness(seed).stream("secret").below(10**12)


def _case(name: str, seed: int) -> Case:
    lab = lab_with_table("numbers", 1, seed)
    with lab.trace.paused():
        put(lab, "numbers", {"pk": "a", "secret": secret_of(seed)})
    return Case(lab, (Call(name, (Boto3("numbers"),)),), seed, requests=20)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    """Compares, counts and sorts as the checks of the lessons do: what an answer gives must not break that, nor hold it up."""
    value: Any = replies[0].value
    wanted = secret_of(case.input)
    if isinstance(value, list):
        value = max(value, key=str, default=None)
    if value == wanted and any(isinstance(event, (PageRead, RequestServed)) for event in replies[0].events):
        return None
    got = f"{value:,}" if isinstance(value, int) else ""
    return Fault("this is not the stored number", f"{wanted:,}", got=got)
