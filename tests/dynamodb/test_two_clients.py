"""Two clients and one counter: the lost update, and what refuses it."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from dynateach import Lab, ServiceError
from tests.contention import HALF_WAY, MS, REASON, Wire, ask, item, make, put, value


def _count_up(lab: Lab, step: Callable[[int], tuple[str, Wire]], rounds: int) -> int:
    """Two clients each read the counter "a" and write one more, ``rounds`` times, a few milliseconds apart: how many of
    their writes were done.
    """
    done = 0

    def write(read: int) -> None:
        nonlocal done
        operation, params = step(read)
        try:
            ask(lab, operation, **params)
            done += 1
        except ServiceError as error:
            assert error.code in (
                "ConditionalCheckFailedException",
                "TransactionConflictException",
                "TransactionCanceledException",
            )

    def begin() -> None:
        read = value(lab, "a") or 0
        lab.clock.after(5 * MS, lambda: write(read))

    for number in range(rounds):
        for client in range(2):
            lab.clock.after((number * 100 + client * 3) * MS, begin)
    lab.clock.advance(rounds / 10 + 1)
    return done


def _blindly(read: int) -> tuple[str, Wire]:
    return "PutItem", {"TableName": "things", "Item": item("a", read + 1)}


def _condition(read: int) -> Wire:
    return {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": str(read)}}}


def _optimistically(read: int) -> tuple[str, Wire]:
    return "PutItem", {"TableName": "things", "Item": item("a", read + 1), **_condition(read)}


def _in_a_transaction(read: int) -> tuple[str, Wire]:
    return "TransactWriteItems", {"TransactItems": [put("a", read + 1, **_condition(read))]}


def test_of_two_clients_that_write_what_they_read_plus_one_every_second_update_is_lost() -> None:
    lab = make()
    assert _count_up(lab, _blindly, rounds=5) == 10
    assert value(lab, "a") == 1 + 5


@pytest.mark.parametrize("step", [_optimistically, _in_a_transaction])
def test_an_optimistic_lock_and_a_transaction_refuse_the_second_writer_and_lose_nothing(
    step: Callable[[int], tuple[str, Wire]],
) -> None:
    lab = make()
    done = _count_up(lab, step, rounds=5)
    assert done == 5
    assert value(lab, "a") == 1 + done


def test_where_the_lock_tells_of_a_changed_item_the_transaction_tells_of_a_conflict() -> None:
    lab = make()
    with pytest.raises(ClientError) as caught:
        _two_at_once(lab)
    assert caught.value.response["CancellationReasons"] == [REASON]


def _two_at_once(lab: Lab) -> None:
    """The second client's error, of two that change one item in transactions."""
    client = lab.client()
    errors: list[ClientError] = []

    def second() -> None:
        try:
            client.transact_write_items(TransactItems=[put("a", 3, **_condition(1))])
        except ClientError as error:
            errors.append(error)

    lab.clock.after(HALF_WAY * MS, second)
    client.transact_write_items(TransactItems=[put("a", 2, **_condition(1))])
    raise errors[0]
