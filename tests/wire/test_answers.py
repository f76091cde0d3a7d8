"""Answers as JSON: texts of items are remembered, and never out of date."""

import json
from typing import Any

import pytest

from dynateach import Lab
from dynateach.wire import json as wire_json
from dynateach.wire.json import Answers
from tests.tables import create


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    create(lab)
    return lab


def put(lab: Lab, sort: str, **more: Any) -> None:
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": sort}, **more}})


def test_the_text_of_an_item_that_was_replaced_is_the_new_one(lab: Lab) -> None:
    answers, ask = Answers(), ("dynamodb", "Scan", {"TableName": "things"})
    for version in ("1", "2", "3"):
        put(lab, "b", version={"N": version})
        put(lab, "c")
        for _ in range(2):
            answer = lab.request(*ask)
            assert json.loads(answers.dumps(answer)) == answer


@pytest.mark.parametrize("parser", ["orjson", "standard library"])
def test_remembered_or_not_the_text_is_that_of_the_whole_answer(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, parser: str
) -> None:
    if parser != "orjson":
        monkeypatch.setattr(wire_json, "orjson", None)
    put(lab, "bé\n", nested={"M": {"list": {"L": [{"BOOL": True}, {"NULL": True}]}}})
    answer, answers = lab.request("dynamodb", "Scan", {"TableName": "things", "Limit": 1}), Answers()

    assert answers.dumps(answer) == answers.dumps(answer) == wire_json.dumps(answer)


def test_only_so_many_texts_are_remembered_and_no_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_json, "MOST_TEXTS", 10)
    answers = Answers()

    answers.dumps({"Items": [{"n": {"N": str(n)}} for n in range(95)]})
    answers.dumps({"Items": [{"s": {"S": "x" * wire_json.LARGEST_TEXT}} for _ in range(3)]})

    assert len(answers._texts) == 5
