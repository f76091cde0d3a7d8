"""What other clients meet while a transaction is under way."""

from dataclasses import replace
from typing import Any

import pytest

from dynateach import ServiceError
from dynateach.clock import SECOND
from dynateach.profile import IDEAL
from dynateach.trace import (
    ConflictMet,
    IndexWritten,
    ItemCommitted,
    ItemPrepared,
    ItemWritten,
    RequestServed,
    StreamRecordWritten,
    TransactionCancelled,
    TransactionCommitted,
)
from tests.contention import (
    CONFLICT,
    GLOBAL_INDEX,
    HALF_WAY,
    LATER,
    MS,
    NO_REASON,
    REASON,
    Meanwhile,
    Wire,
    ask,
    check,
    get,
    item,
    make,
    put,
    there,
    transact,
    value,
)

# The two phases


def test_every_item_is_prepared_at_the_call_and_committed_at_its_own_moment_before_the_answer() -> None:
    lab = make()
    called = lab.clock.now
    transact(lab, put("a"), put("b"), put("c"), check("z", "attribute_not_exists(id)"))
    prepared, committed = lab.trace.of(ItemPrepared), lab.trace.of(ItemCommitted)
    assert [(one.key, one.at) for one in prepared] == [(key, called) for key in "abcz"]
    assert {(one.key, one.due) for one in prepared} == {(one.key, one.at) for one in committed}
    assert len({one.at for one in committed}) == 4
    assert called + 20 * MS <= min(one.at for one in committed)
    assert max(one.at for one in committed) < lab.clock.now
    assert {one.timestamp for one in prepared} == {one.timestamp for one in committed} == {called}


def test_a_transaction_takes_as_long_as_its_last_commit_on_top_of_the_service_time() -> None:
    lab = make()
    called = lab.clock.now
    transact(lab, put("a"), put("b"))
    last = lab.trace.of(TransactionCommitted)[0]
    assert (last.at, last.items) == (max(one.at for one in lab.trace.of(ItemCommitted)), 2)
    assert lab.trace.of(RequestServed)[0].took == last.at - called + 10 * MS == lab.clock.now - called


def test_a_write_is_done_at_the_commit_and_counts_for_the_transaction_that_asked_for_it() -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    lab = make(GlobalSecondaryIndexes=[GLOBAL_INDEX], StreamSpecification=stream)
    transact(lab, put("a"))
    committed = lab.trace.of(ItemCommitted)[0]
    events = [*lab.trace.of(ItemWritten), *lab.trace.of(StreamRecordWritten), *lab.trace.of(IndexWritten)]
    assert [event[:2] for event in events] == [(committed.at, committed.request)] * 3


def test_plain_reads_see_what_has_been_committed_item_by_item() -> None:
    lab = make()
    batch = {"RequestItems": {"things": {"Keys": [{"id": {"S": key}} for key in "ab"], "ConsistentRead": True}}}
    looks = [
        Meanwhile(lab, ms, operation, **params)
        for ms in range(1, 100, 2)
        for operation, params in (("Scan", {"TableName": "things"}), ("BatchGetItem", batch))
    ]
    singles = [(ms, Meanwhile(lab, ms, "GetItem", **there("a"), ConsistentRead=True)) for ms in range(1, 100, 2)]
    called = lab.clock.now
    transact(lab, put("a"), put("b"))
    lab.clock.advance(1)
    done = {event.key: event.at for event in lab.trace.of(ItemCommitted)}
    pages = [look.answer.get("Items") or look.answer["Responses"]["things"] for look in looks]
    seen = {tuple(sorted((one["id"]["S"], one["n"]["N"]) for one in page)) for page in pages}
    half = (("a", "2"), ("b", "1")) if done["a"] < done["b"] else (("a", "1"), ("b", "2"))
    assert seen == {(("a", "1"), ("b", "1")), half, (("a", "2"), ("b", "2"))}
    for ms, look in singles:
        assert look.answer["Item"]["n"]["N"] == ("2" if called + ms * MS > done["a"] else "1")


def test_inspect_says_what_is_pending_for_whom() -> None:
    lab = make()
    inside = lab.inspect("things")
    found: list[Any] = []
    lab.clock.after(HALF_WAY * MS, lambda: found.extend(inside.pending))
    called = lab.clock.now
    transact(lab, put("a"), put("b"))
    assert [(one.key, one.partition, one.timestamp) for one in sorted(found)] == [(key, "p0", called) for key in "ab"]
    assert [(one.key, one.due) for one in found] == [(one.key, one.at) for one in lab.trace.of(ItemCommitted)]
    assert {one.request for one in found} == {lab.trace.of(ItemPrepared)[0].request}
    assert inside.pending == ()


def test_where_committing_takes_no_time_a_transaction_is_one_write_after_the_other_and_nothing_else() -> None:
    lab = make(IDEAL)
    transact(lab, put("a"), put("b"))
    with pytest.raises(ServiceError):
        transact(lab, check("z"))
    kinds = [type(event).__name__ for event in lab.trace]
    assert kinds == ["ItemWritten", "ItemWritten", "RequestServed", "WriteRefused", "RequestServed"]
    assert lab.inspect("things").pending == ()


def test_the_answer_tells_at_the_call_what_the_commits_will_consume() -> None:
    lab = make(replace(LATER, admission="global"), GlobalSecondaryIndexes=[GLOBAL_INDEX])
    before = {name: lab.inspect("things").consumed("Write", name) for name in ("", "by-n")}
    answer = transact(lab, put("a", 5), put("c"), check("b"), ReturnConsumedCapacity="INDEXES")
    lab.clock.advance(2)
    report = answer["ConsumedCapacity"][0]
    assert report["Table"]["WriteCapacityUnits"] == lab.inspect("things").consumed("Write") - before[""] == 6
    index = report["GlobalSecondaryIndexes"]["by-n"]["WriteCapacityUnits"]
    assert index == lab.inspect("things").consumed("Write", "by-n") - before["by-n"] == 3


def test_what_an_alarm_has_begun_others_meet_even_right_after_it() -> None:
    lab = make()
    lab.clock.after(MS, lambda: transact(lab, put("a")))
    lab.clock.advance(0.001)
    with pytest.raises(ServiceError, match="TransactionConflictException"):
        ask(lab, "PutItem", TableName="things", Item=item("a", 9))


def test_who_calls_again_in_one_turn_of_the_clock_has_had_the_answer() -> None:
    """A consumer's function runs in one turn: time stands still for it, and its calls come one after the other."""
    lab = make()
    seen: list[int | None] = []

    def function() -> None:
        for n in (5, 6):
            transact(lab, put("a", n))
            seen.append(value(lab, "a"))

    lab.clock.after(MS, function)
    lab.clock.advance(1)
    assert seen == [5, 6]
    assert lab.trace.of(ConflictMet) == []


# Single writes that meet it


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("PutItem", {"TableName": "things", "Item": item("a", 9)}),
        ("UpdateItem", {**there("a"), "UpdateExpression": "SET m = n"}),
        ("DeleteItem", there("a")),
        ("ExecuteStatement", {"Statement": "UPDATE things SET m = 1 WHERE id = 'a'"}),
        ("ExecuteStatement", {"Statement": "DELETE FROM things WHERE id = 'a'"}),
        ("ExecuteStatement", {"Statement": "INSERT INTO things VALUE {'id': 'new'}"}),
    ],
)
@pytest.mark.parametrize("kind", ["written", "checked"])
def test_a_write_of_a_pending_item_is_refused_and_consumes_nothing(kind: str, operation: str, params: Wire) -> None:
    lab = make(replace(LATER, admission="global"))
    keys = ("a", "new")
    conditions = {"a": "attribute_exists(id)", "new": "attribute_not_exists(id)"}
    actions = [put(key) if kind == "written" else check(key, conditions[key]) for key in keys]
    before = lab.inspect("things").consumed("Write")
    other = Meanwhile(lab, HALF_WAY, operation, **params)
    transact(lab, *actions)
    assert other.error == CONFLICT
    assert lab.inspect("things").consumed("Write") - before == 4
    assert value(lab, "a") == (2 if kind == "written" else 1)


@pytest.mark.parametrize("more", [{"ConditionExpression": "attribute_not_exists(id)"}, {}])
def test_the_conflict_comes_before_whatever_the_item_would_say(more: Wire) -> None:
    lab = make()
    add = {"UpdateExpression": "ADD id2 :s", "ExpressionAttributeValues": {":s": {"N": "1"}}, **more}
    ask(lab, "PutItem", TableName="things", Item={**item("a", 1), "id2": {"S": "no number"}})
    other = Meanwhile(lab, HALF_WAY, "UpdateItem", **there("a"), **add)
    transact(lab, put("a"))
    assert other.error == CONFLICT


def test_an_item_is_free_again_as_soon_as_it_is_committed() -> None:
    lab = make()
    writes = [(ms, Meanwhile(lab, ms, "PutItem", TableName="things", Item=item("a", ms))) for ms in range(1, 100, 3)]
    called = lab.clock.now
    transact(lab, put("a"), put("b"))
    free = next(event.at for event in lab.trace.of(ItemCommitted) if event.key == "a")
    for ms, other in writes:
        assert isinstance(other.outcome, ServiceError) == (called + ms * MS < free)


def test_boto3_knows_the_conflict_by_its_name() -> None:
    lab = make()
    client, caught = lab.client(), []

    def write() -> None:
        try:
            client.put_item(TableName="things", Item=item("a", 9))
        except client.exceptions.TransactionConflictException as error:
            caught.append(error.response["Error"])

    lab.clock.after(HALF_WAY * MS, write)
    client.transact_write_items(TransactItems=[put("a")])
    assert caught == [{"Message": CONFLICT[1], "Code": CONFLICT[0]}]


def test_a_batch_write_leaves_pending_items_unprocessed() -> None:
    lab = make()
    entries = [{"PutRequest": {"Item": item(key, 9)}} for key in "abc"]
    some = Meanwhile(lab, HALF_WAY, "BatchWriteItem", RequestItems={"things": entries})
    none = Meanwhile(lab, HALF_WAY, "BatchWriteItem", RequestItems={"things": entries[:2]})
    transact(lab, put("a"), put("b"))
    assert some.answer == {"UnprocessedItems": {"things": entries[:2]}}
    assert none.answer == {"UnprocessedItems": {"things": entries[:2]}}
    assert [value(lab, key) for key in "abc"] == [2, 2, 9]


def test_a_batch_of_statements_tells_each_conflict_by_itself() -> None:
    lab = make()
    statements = [{"Statement": f"UPDATE things SET m = 1 WHERE id = '{key}'"} for key in "ab"]
    other = Meanwhile(lab, HALF_WAY, "BatchExecuteStatement", Statements=statements)
    transact(lab, put("a"))
    assert other.answer["Responses"] == [{"Error": REASON}, {"TableName": "things"}]


def test_the_trace_tells_who_met_whom() -> None:
    lab = make()
    Meanwhile(lab, HALF_WAY, "PutItem", TableName="things", Item=item("a", 9))
    transact(lab, put("a"))
    holder, other = lab.trace.of(ItemPrepared)[0], lab.trace.of(ConflictMet)[0]
    assert (other.key, other.partition, other.holder, other.timestamp) == ("a", "p0", holder.request, holder.timestamp)
    assert other.request == lab.trace.of(RequestServed)[1].request


# Transactions that meet it


def test_another_transaction_is_cancelled_with_a_reason_for_each_action() -> None:
    lab = make()
    actions = [put("c"), put("a", ConditionExpression="attribute_exists(id)"), check("z"), check("b")]
    other = Meanwhile(lab, HALF_WAY, "TransactWriteItems", TransactItems=actions)
    transact(lab, put("a"), check("b"))
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert other.reasons == [NO_REASON, REASON, failed, REASON]
    code, message = other.error
    assert code == "TransactionCanceledException"
    assert message.endswith("[None, TransactionConflict, ConditionalCheckFailed, TransactionConflict]")
    assert [value(lab, key) for key in "abc"] == [2, 1, None]
    assert [event.reasons for event in lab.trace.of(TransactionCancelled)] == [
        ("None", "TransactionConflict", "ConditionalCheckFailed", "TransactionConflict")
    ]


def test_a_cancelled_transaction_leaves_nothing_pending() -> None:
    lab = make()
    Meanwhile(lab, HALF_WAY, "TransactWriteItems", TransactItems=[put("c"), put("a")])
    third = Meanwhile(lab, HALF_WAY, "PutItem", TableName="things", Item=item("c", 5))
    transact(lab, put("a"))
    assert third.answer == {}
    assert value(lab, "c") == 5


def test_a_reading_transaction_is_cancelled_by_a_pending_item_and_consumes_nothing() -> None:
    lab = make(replace(LATER, admission="global"))
    other = Meanwhile(lab, HALF_WAY, "TransactGetItems", TransactItems=[get("a"), get("c"), get("b")])
    statements = [{"Statement": f"SELECT * FROM things WHERE id = '{key}'"} for key in "cb"]
    partiql = Meanwhile(lab, HALF_WAY, "ExecuteTransaction", TransactStatements=statements)
    transact(lab, put("a"), check("b"))
    assert other.reasons == [REASON, NO_REASON, REASON]
    assert partiql.reasons == [NO_REASON, REASON]
    assert lab.inspect("things").consumed("Read") == 0


def test_a_transaction_of_statements_makes_items_pending_and_meets_them() -> None:
    lab = make()
    statements = [{"Statement": f"UPDATE things SET n = 3 WHERE id = '{key}'"} for key in "ab"]
    other = Meanwhile(lab, HALF_WAY, "ExecuteTransaction", TransactStatements=statements[1:])
    single = Meanwhile(lab, HALF_WAY, "DeleteItem", **there("a"))
    assert ask(lab, "ExecuteTransaction", TransactStatements=statements) == {"Responses": []}
    assert (other.reasons, single.error) == ([REASON], CONFLICT)
    assert [value(lab, key) for key in "ab"] == [3, 3]


# Tokens


def test_the_same_request_again_is_in_progress_while_it_runs_and_done_after() -> None:
    lab = make()
    request = {"TransactItems": [put("a")], "ClientRequestToken": "once"}
    again = Meanwhile(lab, HALF_WAY, "TransactWriteItems", **request)
    mixed_up = Meanwhile(lab, HALF_WAY, "TransactWriteItems", TransactItems=[put("b")], ClientRequestToken="once")
    ask(lab, "TransactWriteItems", **request)
    text = "The transaction with the given request token is already in progress."
    assert again.error == ("TransactionInProgressException", text)
    assert mixed_up.error[0] == "IdempotentParameterMismatchException"
    ask(lab, "PutItem", TableName="things", Item=item("a", 5))
    assert ask(lab, "TransactWriteItems", **request) == {}
    assert value(lab, "a") == 5


def test_boto3_knows_the_transaction_in_progress_by_its_name_and_its_text() -> None:
    lab = make()
    client, caught = lab.client(config=_no_retries()), []

    def write() -> None:
        try:
            client.transact_write_items(TransactItems=[put("a")], ClientRequestToken="once")
        except client.exceptions.TransactionInProgressException as error:
            caught.append(error.response["Message"])

    lab.clock.after(HALF_WAY * MS, write)
    client.transact_write_items(TransactItems=[put("a")], ClientRequestToken="once")
    assert caught == ["The transaction with the given request token is already in progress."]


def _no_retries() -> Any:
    from botocore.config import Config

    return Config(retries={"mode": "standard", "total_max_attempts": 1})


def test_a_token_protects_for_ten_minutes_from_the_completion() -> None:
    lab = make()
    request = {"TransactItems": [put("a")], "ClientRequestToken": "once"}
    ask(lab, "TransactWriteItems", **request)
    done = lab.trace.of(TransactionCommitted)[0].at
    ask(lab, "PutItem", TableName="things", Item=item("a", 5))
    lab.clock.advance((done - lab.clock.now) / SECOND + 599.999)
    ask(lab, "TransactWriteItems", **request)
    assert value(lab, "a") == 5
    ask(lab, "TransactWriteItems", **request)
    assert value(lab, "a") == 2
