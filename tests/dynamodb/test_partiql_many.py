"""BatchExecuteStatement and ExecuteTransaction: many statements, each for itself or all or none."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from dynateach.trace import WriteRefused
from tests.partiql import songs

AURORA, BOOTS, ZETA = (
    {"artist": {"S": artist}, "song": {"S": song}}
    for artist, song in (("Acme", "Aurora"), ("Acme", "Boots"), ("Zeta", "Boots"))
)


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    songs(lab)
    return lab


def _batch(lab: Lab, *statements: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    return lab.request("dynamodb", "BatchExecuteStatement", {"Statements": _requests(statements), **more})


def _transact(lab: Lab, *statements: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    return lab.request("dynamodb", "ExecuteTransaction", {"TransactStatements": _requests(statements), **more})


def _requests(statements: tuple[str | dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [{"Statement": one} if isinstance(one, str) else one for one in statements]


def _refused(call: Any, *arguments: Any, **more: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        call(*arguments, **more)
    return caught.value


def _select(columns: str, artist: str, song: str, more: str = "") -> str:
    return f"SELECT {columns} FROM songs WHERE artist = '{artist}' AND song = '{song}'{more}"


def _live(lab: Lab) -> list[str]:
    found = lab.request("dynamodb", "ExecuteStatement", {"Statement": "SELECT song FROM songs WHERE live = true"})
    return sorted(item["song"]["S"] for item in found["Items"])


# Batches


def test_a_batch_reads_single_items(lab: Lab) -> None:
    answer = _batch(
        lab,
        _select("artist, song", "Acme", "Boots"),
        {
            "Statement": "SELECT artist, song FROM songs WHERE song = ? AND artist = ?",
            "Parameters": [{"S": "Boots"}, {"S": "Zeta"}],
        },
        _select("*", "Acme", "Nothing"),
        _select("*", "Acme", "Boots", " AND live = true"),
    )

    assert answer == {
        "Responses": [
            {"TableName": "songs", "Item": BOOTS},
            {"TableName": "songs", "Item": ZETA},
            {"TableName": "songs"},
            {"TableName": "songs"},
        ]
    }


def test_a_statement_of_a_batch_fails_alone(lab: Lab) -> None:
    answer = _batch(
        lab,
        "INSERT INTO songs VALUE {'artist': 'Acme', 'song': 'Boots'}",
        "INSERT INTO songs VALUE {'artist': 'New', 'song': 'One'}",
        "UPDATE songs SET live = true WHERE artist = 'New' AND song = 'Two'",
        {
            "Statement": "UPDATE songs SET live = true WHERE artist = 'New' AND song = 'One' AND year = 1",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        "UPDATE songs SET live = true WHERE artist = 'New'",
        "UPDATE songs SET year = label + 1 WHERE artist = 'Acme' AND song = 'Boots'",
        "DELETE FROM nowhere WHERE a = 1",
        "DELETE",
        "DELETE FROM songs WHERE artist = 'New' AND song = 'One' RETURNING ALL OLD *",
        ReturnConsumedCapacity="TOTAL",
    )

    new = {"artist": {"S": "New"}, "song": {"S": "One"}}
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert answer["Responses"] == [
        {
            "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
            "TableName": "songs",
        },
        {"TableName": "songs"},
        {"Error": failed, "TableName": "songs"},
        {"Error": {**failed, "Item": new}, "TableName": "songs"},
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Where clause does not contain a mandatory equality on all key attributes",
            }
        },
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "An operand in the update expression has an incorrect data type",
            }
        },
        {
            "Error": {
                "Code": "ResourceNotFound",
                "Message": "Requested resource not found",
            }
        },
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Statement wasn't well formed, can't be processed: Expected identifier for simple path",
            }
        },
        {"TableName": "songs", "Item": new},
    ]
    assert answer["ConsumedCapacity"] == [{"TableName": "songs", "CapacityUnits": 5.0}]


@pytest.mark.parametrize(
    "select",
    [
        "SELECT * FROM songs",
        "SELECT * FROM songs WHERE artist = 'Acme'",
        "SELECT * FROM songs WHERE artist = 'Acme' AND song IN ['Boots']",
        _select("*", "Acme", "Boots", " AND size(label) > 1"),
        """SELECT * FROM "songs"."by_year" WHERE artist = 'Acme' AND song = 'Boots'""",
    ],
)
def test_a_select_among_others_names_one_item(lab: Lab, select: str) -> None:
    text = "Select statements within {} must specify the primary key in the where clause."

    (response,) = _batch(lab, select)["Responses"]
    assert response == {"Error": {"Code": "ValidationError", "Message": text.format("BatchExecuteStatement")}}

    if "by_year" not in select:
        error = _refused(_transact, lab, select)
        assert error.message == f"Validation failed in TransactStatements[0]: {text.format('ExecuteTransaction')}"


def test_the_reads_of_a_batch_are_each_as_consistent_as_they_ask(lab: Lab) -> None:
    answer = _batch(
        lab,
        _select("*", "Acme", "Boots"),
        {"Statement": _select("*", "Acme", "Aurora"), "ConsistentRead": True},
        ReturnConsumedCapacity="TOTAL",
    )

    assert answer["ConsumedCapacity"] == [{"TableName": "songs", "CapacityUnits": 1.5}]


def test_a_parameter_that_is_no_value_spoils_the_whole_batch(lab: Lab) -> None:
    write = "INSERT INTO songs VALUE {'artist': 'New', 'song': 'One', 'live': true}"

    error = _refused(_batch, lab, write, {"Statement": "DELETE FROM songs WHERE a = ?", "Parameters": [{"N": 5}]})

    assert error.code == "SerializationException"
    assert _live(lab) == ["Cargo"]


@pytest.mark.parametrize(("call", "name"), [(_batch, "BatchExecuteStatement"), (_transact, "ExecuteTransaction")])
def test_reads_and_writes_do_not_mix(lab: Lab, call: Any, name: str) -> None:
    error = _refused(
        call, lab, _select("*", "Acme", "Boots"), "DELETE FROM songs WHERE artist = 'Acme' AND song = 'Boots'"
    )

    assert error.code == "ValidationException"
    assert error.message == f"{name} API does not support both read and write operations in the same request."


# Transactions


def test_a_transaction_reads_all_at_once(lab: Lab) -> None:
    answer = _transact(
        lab,
        _select("artist, song", "Acme", "Boots"),
        _select("*", "Acme", "Nothing"),
        _select("artist, song", "Zeta", "Boots", " AND live = false"),
        _select("artist, song", "Acme", "Aurora", " AND live = false"),
        ReturnConsumedCapacity="TOTAL",
    )

    assert answer["Responses"] == [{"Item": BOOTS}, {}, {"Item": ZETA}, {}]
    assert answer["ConsumedCapacity"] == [{"TableName": "songs", "CapacityUnits": 8.0, "ReadCapacityUnits": 8.0}]


def test_a_transaction_writes_all(lab: Lab) -> None:
    answer = _transact(
        lab,
        "INSERT INTO songs VALUE {'artist': 'New', 'song': 'One', 'live': true}",
        "UPDATE songs SET live = true WHERE artist = 'Zeta' AND song = 'Boots'",
        "DELETE FROM songs WHERE artist = 'Acme' AND song = 'Cargo'",
        "EXISTS(SELECT * FROM songs WHERE artist = 'Acme' AND song = 'Boots' AND label = 'Indigo')",
        ReturnConsumedCapacity="TOTAL",
    )

    assert answer["Responses"] == []
    assert _live(lab) == ["Boots", "One"]
    (capacity,) = answer["ConsumedCapacity"]
    assert capacity["WriteCapacityUnits"] == capacity["CapacityUnits"] == 10.0


def test_a_transaction_that_cannot_do_all_does_nothing(lab: Lab) -> None:
    error = _refused(
        _transact,
        lab,
        "UPDATE songs SET live = true WHERE artist = 'Acme' AND song = 'Boots'",
        "INSERT INTO songs VALUE {'artist': 'Zeta', 'song': 'Boots'}",
        "UPDATE songs SET live = true WHERE artist = 'New' AND song = 'One'",
        {
            "Statement": "EXISTS(SELECT * FROM songs WHERE artist = 'Acme' AND song = 'Aurora' AND live = true)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        "UPDATE songs SET live = label + 1 WHERE artist = 'Acme' AND song = 'Cargo'",
    )

    assert error.code == "TransactionCanceledException"
    assert error.message.endswith(
        "[None, DuplicateItem, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError]"
    )
    reasons = error.fields["CancellationReasons"]
    assert reasons[1] == {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}
    assert reasons[3]["Item"]["year"] == {"N": "2001"}
    assert _live(lab) == ["Cargo"]
    assert [event.units for event in lab.trace.of(WriteRefused)] == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("SELEC", "Statement wasn't well formed, can't be processed: Expected data manipulation"),
        ("SELECT * FROM songs AS s", "Aliasing is not supported"),
        ("DELETE FROM songs WHERE starts(a)", "Unrecognized function: starts at 1:25:6"),
        ('SELECT * FROM "songs"."by_year"', "Reads on indices are not supported within transactions."),
        ('EXISTS(SELECT * FROM "songs"."by_year")', "Reads on indices are not supported within transactions."),
        (
            "DELETE FROM songs WHERE artist = 'Acme' AND song = 'Boots' RETURNING ALL OLD *",
            "RETURNING clause is not supported in ExecuteTransaction.",
        ),
        (
            "UPDATE songs SET live = true WHERE artist = 'Acme'",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        (
            "EXISTS(SELECT * FROM songs WHERE artist = 'Acme' AND song = 'Boots')",
            "EXISTS() must contain a single item read with additional condition",
        ),
        (
            "EXISTS(SELECT * FROM songs WHERE artist = 'Acme' AND live = true)",
            "EXISTS() must contain a single item read with additional condition",
        ),
    ],
)
def test_a_transaction_names_the_statement_that_it_cannot_have(lab: Lab, statement: str, text: str) -> None:
    error = _refused(_transact, lab, "DELETE FROM songs WHERE artist = 'Acme' AND song = 'Aurora'", statement)

    assert error.code == "ValidationException"
    assert error.message == f"Validation failed in TransactStatements[1]: {text}"


def test_a_transaction_touches_an_item_once(lab: Lab) -> None:
    write = "UPDATE songs SET live = true WHERE artist = 'Acme' AND song = 'Boots'"

    error = _refused(_transact, lab, write, write)

    assert error.message == "Transaction request cannot include multiple operations on one item"
    assert _live(lab) == ["Cargo"]


def test_a_token_writes_once_and_is_charged_as_a_read_afterwards(lab: Lab) -> None:
    write = "UPDATE songs SET year = year + 1 WHERE artist = 'Acme' AND song = 'Boots'"
    more: dict[str, Any] = {"ClientRequestToken": "t1", "ReturnConsumedCapacity": "TOTAL"}

    _transact(lab, write, **more)
    again = _transact(lab, write, **more)

    assert again["Responses"] == []
    assert again["ConsumedCapacity"] == [{"TableName": "songs", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]
    item = _batch(lab, _select("year", "Acme", "Boots"))["Responses"][0]["Item"]
    assert item == {"year": {"N": "2000"}}
    other = _refused(_transact, lab, write.replace("+ 1", "+ 2"), **more)
    assert other.code == "IdempotentParameterMismatchException"
    lab.clock.advance(601)
    _transact(lab, write.replace("+ 1", "+ 2"), **more)
