"""What a case may ask of a player: clients of any service, processes that die, and calls that the world decides on."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dynateach.checks.task import Ask, Boto3, Call, Case, Reply, Value
from dynateach.grading.play import STOPPED, InProcess
from dynateach.lab import Lab

TOYS = Boto3("toys")


def _lab() -> Lab:
    lab = Lab()
    key = {"AttributeName": "id"}
    definition = {
        "TableName": "toys",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{**key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{**key, "AttributeType": "S"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    }
    lab.request("dynamodb", "CreateTable", definition)
    return lab


def _played(answer: Callable[..., Any], *steps: Call, drive: Callable[[Ask], object] | None = None) -> list[Reply]:
    return InProcess({"answer": answer})(Case(_lab(), steps, None, requests=5, drive=drive))


def _put(table: Any, *ids: str) -> int:
    for id in ids:
        table.put_item(Item={"id": id})
    return len(ids)


def _stored(table: Any) -> list[str]:
    return sorted(item["id"] for item in table.scan()["Items"])


def test_an_answer_may_get_a_client_of_another_service() -> None:
    def streams_of(streams: Any, table: str) -> Any:
        return [stream["TableName"] for stream in streams.list_streams(TableName=table)["Streams"]]

    (reply,) = _played(streams_of, Call("answer", (Boto3(service="dynamodbstreams"), "toys")))

    assert reply.value == ["toys"]


def test_the_requests_of_a_client_count_as_those_of_a_table() -> None:
    def poll(streams: Any) -> None:
        while True:
            streams.list_streams()

    (reply,) = _played(poll, Call("answer", (Boto3(service="dynamodbstreams"),)))

    assert reply.raised
    assert reply.raised.text == "stopped after 5 requests in one call"


def test_a_process_that_dies_leaves_what_it_has_done() -> None:
    def put_or_tell(table: Any, *ids: str) -> Any:
        return _put(table, *ids) if ids else _stored(table)

    dying, telling = _played(put_or_tell, Call("answer", (TOYS, "a", "b", "c"), dies_after=2), Call("answer", (TOYS,)))

    assert (dying.died, dying.value, dying.raised) == (True, None, None)
    assert (telling.died, telling.value) == (False, ["a", "b"])


def test_a_call_that_is_done_before_it_would_die_does_not_die() -> None:
    (reply,) = _played(_put, Call("answer", (TOYS, "a", "b"), dies_after=2))

    assert (reply.died, reply.value) == (False, 2)


def test_what_dies_cannot_be_caught_by_a_learner_who_catches_every_exception() -> None:
    def stubborn(table: Any) -> None:
        for id in "abc":
            try:
                _put(table, id)
            except Exception:
                _put(table, "late")

    (reply,) = _played(stubborn, Call("answer", (TOYS,), dies_after=1))

    assert reply.died
    assert len(reply.events) > 0


def swallowing(table: Any) -> str:
    for id in "abc":
        with suppress(BaseException):  # a bare except does the same
            _put(table, id)
    return "done"


def test_a_call_that_catches_its_own_death_is_dead_all_the_same() -> None:
    (reply,) = _played(swallowing, Call("answer", (TOYS,), dies_after=1))

    assert (reply.died, reply.value, reply.raised) == (True, None, None)


def test_a_call_that_catches_being_stopped_is_stopped_all_the_same() -> None:
    replies = InProcess({"answer": swallowing})(Case(_lab(), (Call("answer", (TOYS,)),), None, requests=1))

    assert [(reply.value, reply.raised and reply.raised.type) for reply in replies] == [(None, STOPPED)]


def test_a_call_after_a_stopped_one_has_requests_again() -> None:
    dead, alive = _played(swallowing, Call("answer", (TOYS,), dies_after=1), Call("answer", (TOYS,)))

    assert (dead.died, alive.died, alive.value) == (True, False, "done")


def test_a_case_may_decide_by_one_reply_what_to_ask_next() -> None:
    def drive(ask: Ask) -> None:
        asked = 1
        while asked < 100:
            asked = ask(Call("answer", (asked,))).value

    replies = _played(lambda number: 3 * number, drive=drive)

    assert [reply.value for reply in replies] == [3, 9, 27, 81, 243]
    assert [reply.step for reply in replies] == [Call("answer", (number,)) for number in (1, 3, 9, 27, 81)]


def test_a_consumer_of_the_lab_may_call_an_answer_that_writes() -> None:
    lab = _lab()
    sent: list[Reply] = []

    def drive(ask: Ask) -> None:
        lab.consume("toys", lambda event, context: sent.append(ask(Call("answer", (TOYS,)))))
        lab.request("dynamodb", "PutItem", {"TableName": "toys", "Item": {"id": {"S": "a"}}})
        lab.clock.advance(1)

    replies = InProcess({"answer": _stored})(Case(lab, (), None, drive=drive))

    assert replies == sent
    assert [reply.value for reply in replies] == [["a"]]


def test_nothing_is_driven_after_a_step_that_raised() -> None:
    asked: list[Ask] = []
    answers = {"answer": lambda: 1 / 0, "number": 1}
    case = Case(_lab(), (Value("number"), Call("answer", ())), None, drive=asked.append)

    assert [reply.raised is None for reply in InProcess(answers)(case)] == [True, False]
    assert asked == []
