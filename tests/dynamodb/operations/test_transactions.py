"""Transactions, through boto3; and, for all or nothing, against a dict."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import event, given, settings
from hypothesis import strategies as st

from dynateach import Lab, ServiceError
from dynateach.dynamodb.rules.limits import TRANSACTION_ITEMS
from dynateach.trace import ItemRead, ItemWritten, WriteRefused
from tests.tables import create, rejection

Reasons = list[dict[str, Any]]
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def _put(pk: str, table: str = "things", **rest: Any) -> dict[str, Any]:
    """A Put of an item without sort key, for the resource's client; a name in capitals is a parameter of the Put."""
    attributes = {name: value for name, value in rest.items() if name[0].islower()}
    return {"Put": {"TableName": table, "Item": {"pk": pk, **attributes}, **_parameters(rest)}}


def _on(kind: str, pk: str, table: str = "things", **parameters: Any) -> dict[str, Any]:
    return {kind: {"TableName": table, "Key": {"pk": pk}, **_parameters(parameters)}}


def _parameters(named: dict[str, Any]) -> dict[str, Any]:
    short = {"Condition": "ConditionExpression", "Update": "UpdateExpression", "Values": "ExpressionAttributeValues"}
    return {short.get(name, name): value for name, value in named.items() if name[0].isupper()}


def _client(lab: Lab) -> Any:
    """The client that takes Python values."""
    return lab.resource("dynamodb").meta.client


def _cancelled(call: Callable[[], Any]) -> Reasons:
    with pytest.raises(ClientError) as caught:
        call()
    code, message = rejection(caught)
    reasons: Reasons = caught.value.response["CancellationReasons"]
    assert code == "TransactionCanceledException"
    assert message == f"{CANCELLED}[{', '.join(reason['Code'] for reason in reasons)}]"
    return reasons


def _content(table: Any) -> dict[str, Any]:
    return {item["pk"]: item for item in table.scan()["Items"]}


# Writing


def test_a_transaction_puts_updates_deletes_and_checks_across_tables() -> None:
    lab = Lab()
    things, orders = create(lab, sort=None), create(lab, "orders", sort=None)
    for key in ("a", "b", "c"):
        things.put_item(Item={"pk": key, "n": 1})
    _client(lab).transact_write_items(
        TransactItems=[
            _on("Update", "a", Update="SET n = n + :one", Values={":one": 1}),
            _on("Delete", "b"),
            _on("ConditionCheck", "c", Condition="n = :one", Values={":one": 1}),
            _put("o", "orders", total=9),
        ]
    )
    assert _content(things) == {"a": {"pk": "a", "n": 2}, "c": {"pk": "c", "n": 1}}
    assert _content(orders) == {"o": {"pk": "o", "total": 9}}


def test_the_low_level_client_speaks_wire_form() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    item = {"pk": {"S": "a"}, "n": {"N": "1"}}
    lab.client().transact_write_items(TransactItems=[{"Put": {"TableName": "things", "Item": item}}])
    answer = lab.client().transact_get_items(
        TransactItems=[{"Get": {"TableName": "things", "Key": {"pk": item["pk"]}}}]
    )
    assert answer["Responses"] == [{"Item": item}]
    assert table.scan()["Count"] == 1


def test_an_update_begins_from_the_key_if_nothing_is_there() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    _client(lab).transact_write_items(TransactItems=[_on("Update", "a", Update="ADD n :one", Values={":one": 1})])
    assert _content(table) == {"a": {"pk": "a", "n": 1}}


def test_one_failed_condition_cancels_everything_with_a_reason_for_each_action() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    table.put_item(Item={"pk": "b", "n": 1})
    reasons = _cancelled(
        lambda: _client(lab).transact_write_items(
            TransactItems=[
                _put("a"),
                _put("b", Condition="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
                _on("Delete", "c", Condition="attribute_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            ]
        )
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert reasons == [{"Code": "None"}, {**failed, "Item": {"pk": {"S": "b"}, "n": {"N": "1"}}}, failed]
    assert _content(table) == {"b": {"pk": "b", "n": 1}}


def test_a_failed_condition_shows_no_item_unless_asked() -> None:
    lab = Lab()
    create(lab, sort=None).put_item(Item={"pk": "a"})
    check = _on("ConditionCheck", "a", Condition="attribute_not_exists(pk)")
    assert "Item" not in _cancelled(lambda: _client(lab).transact_write_items(TransactItems=[check]))[0]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            _on("Update", "a", Update="SET n = w + :one", Values={":one": 1}),
            "An operand in the update expression has an incorrect data type",
        ),
        (
            _on("Update", "a", Update="SET n = nowhere"),
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            _on("Update", "a", Update="SET big = list_append(big, :more)", Values={":more": ["x" * 300_000]}),
            "Item size to update has exceeded the maximum allowed size",
        ),
        (
            _on("Update", "a", Update="SET pk = :v", Values={":v": "z"}),
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
        (
            {"Delete": {"TableName": "things", "Key": {"other": "a"}}},
            "The provided key element does not match the schema",
        ),
        (
            {"Put": {"TableName": "things", "Item": {"n": 1}}},
            "One or more parameter values were invalid: Missing the key pk in the item",
        ),
    ],
)
def test_what_only_the_table_or_the_item_gives_away_cancels_as_a_validation_error(action: Any, message: str) -> None:
    lab = Lab()
    table = create(lab, sort=None)
    table.put_item(Item={"pk": "a", "w": "word", "big": ["x" * 300_000]})
    before = _content(table)
    reasons = _cancelled(lambda: _client(lab).transact_write_items(TransactItems=[_put("b"), action]))
    assert reasons == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]
    assert _content(table) == before


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            [_put("a"), _on("Delete", "a")],
            "Transaction request cannot include multiple operations on one item",
        ),
        (
            [{**_put("a"), **_on("Delete", "b")}],
            "TransactItems can only contain one of Check, Put, Update or Delete",
        ),
        (
            [{}],
            "1 validation error detected: Value '' at 'transactItems' failed to satisfy constraint: "
            "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck",
        ),
        (
            [_put("a"), _on("Delete", "b", Condition="n = :n", Values={":n": 1, ":m": 1})],
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:m}",
        ),
        (
            [_put("a"), _on("Delete", "b", Condition="n =", Values={":n": 1})],
            'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        (
            [_put("a"), _put("b", d="x" * 500_000)],
            "Item size has exceeded the maximum allowed size",
        ),
        (
            [_put(str(n), d="x" * 400_000) for n in range(11)],
            "The aggregate size of the items in the transaction cannot exceed 4 MB",
        ),
    ],
)
def test_what_the_request_alone_gives_away_rejects_it(entries: list[Any], message: str) -> None:
    lab = Lab()
    table = create(lab, sort=None)
    lab.trace.clear()
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_write_items(TransactItems=entries)
    assert rejection(caught) == ("ValidationException", message)
    assert not lab.trace.of(ItemWritten)
    assert table.scan()["Count"] == 0


def test_a_transaction_takes_a_hundred_items_and_no_more() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    puts = [_put(str(n)) for n in range(TRANSACTION_ITEMS + 1)]
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_write_items(TransactItems=puts)
    code, message = rejection(caught)
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value '")
    assert message.endswith(
        "' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )
    assert table.scan()["Count"] == 0
    _client(lab).transact_write_items(TransactItems=puts[:-1])
    assert table.scan()["Count"] == 100


def test_a_table_that_is_not_there_rejects_the_whole_transaction() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    with pytest.raises(lab.client().exceptions.ResourceNotFoundException):
        _client(lab).transact_write_items(TransactItems=[_put("a"), _put("b", "nowhere")])
    assert table.scan()["Count"] == 0


# What it costs


def test_every_action_is_charged_twice_as_the_report_and_the_trace_say() -> None:
    lab = Lab()
    things, _ = create(lab, sort=None), create(lab, "orders", sort=None)
    things.put_item(Item={"pk": "old", "d": "x" * 3000})
    things.put_item(Item={"pk": "checked", "d": "x" * 1500})
    lab.trace.clear()
    answer = _client(lab).transact_write_items(
        TransactItems=[
            _put("small"),
            _put("o", "orders", d="x" * 1500),
            _on("Update", "old", Update="REMOVE d"),
            _on("ConditionCheck", "checked", Condition="attribute_exists(d)"),
            _on("ConditionCheck", "missing", Condition="attribute_not_exists(d)"),
            _on("Delete", "gone"),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == [
        {"TableName": "things", "CapacityUnits": 16.0, "WriteCapacityUnits": 16.0},
        {"TableName": "orders", "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0},
    ]
    written = lab.trace.of(ItemWritten)
    assert [(event.key, event.change, event.units) for event in written] == [
        ("small", "INSERT", 2),
        ("o", "INSERT", 4),
        ("old", "MODIFY", 6),
        ("checked", "NONE", 4),
        ("missing", "NONE", 2),
        ("gone", "NONE", 2),
    ]
    assert len({event.at for event in written}) == 1


def test_the_report_by_indexes_says_what_the_table_consumed() -> None:
    lab = Lab()
    create(lab, sort=None)
    (report,) = _client(lab).transact_write_items(TransactItems=[_put("a")], ReturnConsumedCapacity="INDEXES")[
        "ConsumedCapacity"
    ]
    assert report["Table"] == {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}


def test_a_failed_condition_is_charged_twice_and_nothing_is_written() -> None:
    lab = Lab()
    create(lab, sort=None).put_item(Item={"pk": "a", "d": "x" * 1500})
    lab.trace.clear()
    entries = [_put("b"), _put("a", d="x" * 2500, Condition="attribute_not_exists(pk)")]
    _cancelled(lambda: _client(lab).transact_write_items(TransactItems=entries))
    assert [(event.key, event.units) for event in lab.trace.of(WriteRefused)] == [("a", 6)]
    assert not lab.trace.of(ItemWritten)


# Tokens


def test_the_same_token_writes_once_and_then_costs_reads() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    table.put_item(Item={"pk": "a", "n": 0, "d": "x" * 5000})
    count_up = _on("Update", "a", Update="ADD n :one REMOVE d", Values={":one": 1, ":zero": 0}, Condition="n = :zero")
    request: dict[str, Any] = {
        "TransactItems": [count_up, _put("b")],
        "ClientRequestToken": "pay order 17",
        "ReturnConsumedCapacity": "TOTAL",
    }
    first = _client(lab).transact_write_items(**request)
    lab.trace.clear()
    again = _client(lab).transact_write_items(**request)
    assert first["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 12.0, "WriteCapacityUnits": 12.0}]
    assert again["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]
    assert [(event.key, event.units) for event in lab.trace.of(ItemRead)] == [("a", 4), ("b", 2)]
    assert not lab.trace.of(ItemWritten)
    assert table.get_item(Key={"pk": "a"})["Item"]["n"] == 1


def test_a_token_is_forgotten_ten_minutes_after_its_first_use() -> None:
    lab = Lab()
    table = create(lab, sort=None)

    def count_up() -> int:
        action = _on("Update", "a", Update="ADD n :one", Values={":one": 1})
        _client(lab).transact_write_items(TransactItems=[action], ClientRequestToken="t")
        return int(table.get_item(Key={"pk": "a"})["Item"]["n"])

    assert count_up() == 1
    lab.clock.advance(599)
    assert count_up() == 1
    lab.clock.advance(1)
    assert count_up() == 2


def test_a_token_belongs_to_one_request() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    _client(lab).transact_write_items(TransactItems=[_put("a")], ClientRequestToken="t")
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_write_items(TransactItems=[_put("b")], ClientRequestToken="t")
    code, message = rejection(caught)
    assert code == "IdempotentParameterMismatchException"
    assert "different payload" in message
    assert list(_content(table)) == ["a"]
    _client(lab).transact_write_items(TransactItems=[_put("b")], ClientRequestToken="another")
    assert sorted(_content(table)) == ["a", "b"]


def test_a_cancelled_transaction_may_be_tried_again_with_its_token() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    request = {"TransactItems": [_on("Delete", "a", Condition="attribute_exists(pk)")], "ClientRequestToken": "t"}
    _cancelled(lambda: _client(lab).transact_write_items(**request))
    table.put_item(Item={"pk": "a"})
    _client(lab).transact_write_items(**request)
    assert table.scan()["Count"] == 0


def test_tokens_of_two_labs_or_regions_have_nothing_to_do_with_each_other() -> None:
    lab = Lab()
    for client in (lab.client(), lab.client("dynamodb", region_name="eu-west-1"), Lab().client()):
        client.create_table(
            TableName="things",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        client.get_waiter("table_exists").wait(TableName="things")
        put = {"TableName": "things", "Item": {"pk": {"S": "a"}}}
        client.transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken="t")
        assert client.scan(TableName="things")["Count"] == 1


# Reading


def _get(pk: str, table: str = "things", **parameters: Any) -> dict[str, Any]:
    return {"Get": {"TableName": table, "Key": {"pk": pk}, **parameters}}


def test_a_transactional_get_answers_in_order_and_charges_missing_items_too() -> None:
    lab = Lab()
    things, orders = create(lab, sort=None), create(lab, "orders", sort=None)
    things.put_item(Item={"pk": "a", "n": 1, "d": "x" * 5000})
    orders.put_item(Item={"pk": "o", "n": 2})
    lab.trace.clear()
    answer = _client(lab).transact_get_items(
        TransactItems=[
            _get("o", "orders"),
            _get("missing"),
            _get("a", ProjectionExpression="#n", ExpressionAttributeNames={"#n": "n"}),
            _get("o2", "orders", ProjectionExpression="n"),
        ],
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer["Responses"] == [{"Item": {"pk": "o", "n": 2}}, {}, {"Item": {"n": 1}}, {}]
    assert [
        (one["TableName"], one["CapacityUnits"], one["ReadCapacityUnits"], one["Table"])
        for one in answer["ConsumedCapacity"]
    ] == [
        ("orders", 4.0, 4.0, {"CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}),
        ("things", 6.0, 6.0, {"CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}),
    ]
    assert [(event.key, event.units) for event in lab.trace.of(ItemRead)] == [
        ("o", 2),
        ("missing", 2),
        ("a", 4),
        ("o2", 2),
    ]


def test_a_key_that_does_not_match_cancels_a_transactional_get() -> None:
    lab = Lab()
    create(lab, sort=None)
    bad = {"Get": {"TableName": "things", "Key": {"other": "a"}}}
    reasons = _cancelled(lambda: _client(lab).transact_get_items(TransactItems=[_get("a"), bad]))
    message = "The provided key element does not match the schema"
    assert reasons == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]


def test_a_transactional_get_is_bounded_in_items_and_bytes() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    for n in range(11):
        table.put_item(Item={"pk": str(n), "d": "x" * 400_000})
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_get_items(TransactItems=[_get(str(n)) for n in range(11)])
    assert rejection(caught)[1] == "The aggregate size of the items in the transaction cannot exceed 4 MB"
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_get_items(TransactItems=[_get(str(n)) for n in range(101)])
    assert rejection(caught)[1].endswith("Member must have length less than or equal to 100")
    with pytest.raises(ClientError) as caught:
        _client(lab).transact_get_items(TransactItems=[_get("1"), _get("1")])
    assert rejection(caught)[1] == "Transaction request cannot include multiple operations on one item"


# All or nothing

Model = dict[tuple[str, str], int | None]
"""What lies in both tables: the number of each item by table and key, None where there was one."""

places = st.tuples(st.sampled_from(["first", "second"]), st.sampled_from("abc"))
actions = st.tuples(
    places,
    st.sampled_from(["Put", "Update", "Delete", "ConditionCheck"]),
    st.sampled_from([None, "exists", "absent"]),
    st.integers(0, 9),
)
transactions = st.lists(st.lists(actions, min_size=1, max_size=4, unique_by=lambda one: one[0]), max_size=6)


@settings(deadline=None, max_examples=60)
@given(transactions)
def test_a_transaction_does_all_its_actions_or_none(requests: list[Any]) -> None:
    lab, model = Lab(), Model()
    tables = {name: create(lab, name, sort=None) for name in ("first", "second")}
    for request in requests:
        expected = [_after(model.get(place), *action) for place, *action in request]
        try:
            lab.request("dynamodb", "TransactWriteItems", {"TransactItems": [_wire(*action) for action in request]})
        except ServiceError as error:
            event("cancelled")
            codes = [reason["Code"] for reason in error.fields["CancellationReasons"]]
            assert [code == "None" for code in codes] == [accepted for accepted, _ in expected]
            assert set(codes) != {"None"}
        else:
            event("done")
            assert all(accepted for accepted, _ in expected)
            model.update({place: number for (place, *_), (_, number) in zip(request, expected, strict=True)})
        stored = {(name, pk): int(item["n"]) for name, table in tables.items() for pk, item in _content(table).items()}
        assert stored == {place: number for place, number in model.items() if number is not None}


def _after(before: int | None, kind: str, condition: str | None, n: int) -> tuple[bool, int | None]:
    """Whether the action can be done, and the number that it leaves behind."""
    condition = condition or ("exists" if kind == "ConditionCheck" else None)
    if condition and (condition == "exists") != (before is not None):
        return False, before
    if kind == "Update":
        return before is not None, (before or 0) + n
    if kind == "Put":
        return True, n
    return True, before if kind == "ConditionCheck" else None


def _wire(place: tuple[str, str], kind: str, condition: str | None, n: int) -> dict[str, Any]:
    key, number = {"pk": {"S": place[1]}}, {"N": str(n)}
    action: dict[str, Any] = {"TableName": place[0]}
    action.update({"Item": {**key, "n": number}} if kind == "Put" else {"Key": key})
    if kind == "Update":
        action.update({"UpdateExpression": "SET n = n + :n", "ExpressionAttributeValues": {":n": number}})
    if condition or kind == "ConditionCheck":
        test = "attribute_not_exists" if condition == "absent" else "attribute_exists"
        action["ConditionExpression"] = f"{test}(pk)"
    return {kind: action}
