"""Whatever an answer is or returns: no check passes it, none breaks, and all of it can travel to another process."""

import pickle
from itertools import islice
from typing import Any

import pytest
from boto3.dynamodb.conditions import Key

from dynateach import checks
from dynateach.errors import CheckFailed
from dynateach.grading.check import check
from dynateach.grading.play import InProcess

TASKS = [task.id for task in checks.tasks()]


class Hostile:
    """Pretends to be equal to everything, and cannot be shown."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __call__(self, *arguments: Any) -> "Hostile":
        return self


ODD: list[Any] = [
    None,
    ...,
    True,
    -1,
    0,
    10**400,
    1e308,
    float("nan"),
    "",
    "p0",
    b"p0",
    [],
    {},
    [[]],
    ["p0"],
    {"id": Hostile()},
    {1, 2},
    Hostile(),
    object,
    "\ud800",
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
@pytest.mark.parametrize("id", TASKS)
def test_no_value_passes_or_breaks_a_check(id: str, odd: Any) -> None:
    count = len(checks.find(id).answers)

    _refused(id, *[odd] * count)
    _refused(id, *[lambda *arguments: odd] * count)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_no_returned_value_breaks_the_judging_of_a_read(odd: Any) -> None:
    def read_events(table: Any, day: str) -> Any:
        table.query(KeyConditionExpression=Key("pk").eq(f"{day}#0"))
        return odd

    _refused("01.6", _write_event, read_events)
    _refused("01.6", _write_event, lambda table, day: [{"id": read_events(table, day)}])


@pytest.mark.parametrize("id", TASKS)
def test_what_a_player_needs_and_gives_back_can_travel_to_another_process(id: str) -> None:
    task = checks.find(id)
    answers: dict[str, Any] = dict.fromkeys(task.answers, lambda *arguments: arguments[-1])
    for input in islice(task.inputs(1), 4):
        case = task.prepare(input)
        replies = InProcess(answers)(case)

        assert pickle.loads(pickle.dumps(case.steps)) == case.steps
        assert pickle.loads(pickle.dumps(replies)) == replies


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


def _write_event(table: Any, event: dict[str, Any]) -> None:
    suffix = int(event["id"], 16) % 10
    table.put_item(Item={**event, "pk": f"{event['day']}#{suffix}", "sk": f"{event['at']}#{event['id']}"})
