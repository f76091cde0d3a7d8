"""A failed check can be seen: its smallest counter-example as a film, for every task, or a plain word that there is none."""

from typing import Any

import pytest

import dynateach
from dynateach import checks, picture
from dynateach.drawing.encoding import encode
from dynateach.drawing.palette import STALE_READ, WRITE
from dynateach.errors import CheckFailed, TaskError
from dynateach.grading import check as module
from dynateach.grading.check import check

TASKS = [task.id for task in checks.tasks()]


@pytest.fixture(autouse=True)
def _a_new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_failed", {})


def _fails(id: str, *answers: Any) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers)
    return str(failure.value)


def _forgetful_visit(table: Any, id: str, actions: list[tuple[str, ...]]) -> list[Any]:
    told = []
    for kind, *street in actions:
        if kind == "read":
            told.append(table.get_item(Key={"id": id})["Item"])
        else:
            raise_version = "SET street = :s ADD version :one"
            values = {":s": street[0], ":one": 1}
            table.update_item(Key={"id": id}, UpdateExpression=raise_version, ExpressionAttributeValues=values)
    return told


def test_a_picture_has_the_fault_as_its_title_and_the_learners_requests_in_its_lane() -> None:
    message = _fails("05.4", _forgetful_visit)

    film = picture("05.4")

    assert film is not None
    assert f"not yet: {film.title}\n" in message
    assert [mark.kind for mark in film.marks if mark.lane == "visit"] == [WRITE, STALE_READ]
    assert film.caption.startswith("Expected: ")
    assert "answered by the follower" in film.notes[-1].says


def test_a_failure_names_the_picture_in_its_last_line() -> None:
    assert _fails("05.4", _forgetful_visit).endswith('from dynateach import picture; picture("05.4")')


def test_a_failure_without_a_request_names_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    message = _fails("05.2", 1, 2, 3)

    assert "picture" not in message.splitlines()[-1]
    assert picture("05.2") is None
    assert "nothing to draw" in capsys.readouterr().out


def test_what_passed_or_was_never_checked_has_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert picture("05.4") is None
    assert "No check of 05.4 has failed" in capsys.readouterr().out


def test_a_picture_of_no_task_is_refused() -> None:
    with pytest.raises(TaskError):
        picture("99.9")


def test_picture_is_at_the_front_door() -> None:
    assert dynateach.picture is module.picture


def _ask_everything(*arguments: Any) -> Any:
    """A wrong answer that at least uses what it is given: it scans a table, and lists a client's tables."""
    for one in arguments:
        if hasattr(one, "scan"):
            return one.scan().get("Items")
        if hasattr(one, "list_tables"):
            return one.list_tables().get("TableNames")
    return None


@pytest.mark.parametrize("answer", [_ask_everything, lambda *arguments: 1 / 0, 7], ids=["asks", "raises", "number"])
@pytest.mark.parametrize("id", TASKS)
def test_the_picture_of_any_failure_can_be_played_or_is_declined(id: str, answer: Any) -> None:
    message = _fails(id, *[answer] * len(checks.find(id).answers))

    film = picture(id)

    assert (film is not None) == ("picture(" in message)
    assert film is None or encode(film)
