"""What writes do to indexes: entries come, change, move and go with their items, whichever way an item is written."""

from collections.abc import Callable
from typing import Any

import pytest

from dynateach import Lab, ServiceError
from dynateach.trace import IndexWritten
from tests.indexed import create_indexed

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
Attributes = dict[str, Any]
Write = Callable[[Lab, Attributes], None]


@pytest.fixture
def lab() -> Lab:
    lab = Lab(seed=1)
    create_indexed(
        lab, {"gsi": "g:S / n:N -> x", "hash": "g -> KEYS_ONLY", "all": "b:B"}, {"lsi": "pk / n -> KEYS_ONLY"}
    )
    return lab


def request(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", operation, params)


def put(lab: Lab, attributes: Attributes) -> None:
    request(lab, "PutItem", TableName="things", Item={**KEY, **attributes})


def update(lab: Lab, attributes: Attributes) -> None:
    request(lab, "UpdateItem", TableName="things", Key=KEY, **assignment(attributes))


def update_legacy(lab: Lab, attributes: Attributes) -> None:
    actions = {name: {"Action": "PUT", "Value": value} for name, value in attributes.items()}
    request(lab, "UpdateItem", TableName="things", Key=KEY, AttributeUpdates=actions)


def batch(lab: Lab, attributes: Attributes) -> None:
    request(lab, "BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": {**KEY, **attributes}}}]})


def transact_put(lab: Lab, attributes: Attributes) -> None:
    transact(lab, {"Put": {"TableName": "things", "Item": {**KEY, **attributes}}})


def transact_update(lab: Lab, attributes: Attributes) -> None:
    transact(lab, {"Update": {"TableName": "things", "Key": KEY, **assignment(attributes)}})


def transact(lab: Lab, *actions: dict[str, Any]) -> None:
    request(lab, "TransactWriteItems", TransactItems=list(actions))


def assignment(attributes: Attributes) -> dict[str, Any]:
    sets = ", ".join(f"{name} = :{name}" for name in attributes)
    return {
        "UpdateExpression": f"SET {sets}",
        "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
    }


WAYS = [put, update, update_legacy, batch, transact_put, transact_update]
PUTS = [put, batch, transact_put]
every_way = pytest.mark.parametrize("way", WAYS)


def scan(lab: Lab, index: str | None = None) -> list[Attributes]:
    params = {"IndexName": index} if index else {}
    found: list[Attributes] = request(lab, "Scan", TableName="things", **params)["Items"]
    return found


def everything(lab: Lab) -> list[list[Attributes]]:
    return [scan(lab, index) for index in (None, "gsi", "hash", "all", "lsi")]


G, N, B, X = {"S": "g"}, {"N": "1"}, {"B": "YQ=="}, {"S": "x"}


@every_way
def test_an_item_is_in_the_indexes_whose_key_attributes_it_has(lab: Lab, way: Write) -> None:
    way(lab, {"g": G, "x": X})
    assert everything(lab)[1:] == [[], [{**KEY, "g": G}], [], []]
    way(lab, {"g": G, "x": X, "n": N, "y": X})
    assert everything(lab)[1:] == [
        [{**KEY, "g": G, "n": N, "x": X}],
        [{**KEY, "g": G}],
        [],
        [{**KEY, "n": N}],
    ]
    way(lab, {"b": B})
    assert scan(lab, "all") == scan(lab)


@every_way
def test_an_entry_moves_with_its_index_key(lab: Lab, way: Write) -> None:
    for g in ("g", "h", "i"):
        way(lab, {"g": {"S": g}, "n": N})
        assert [one["g"]["S"] for one in scan(lab, "gsi")] == [g]
        assert [one["g"]["S"] for one in scan(lab, "hash")] == [g]


@pytest.mark.parametrize("way", PUTS)
def test_a_put_without_an_index_key_takes_the_entry_away(lab: Lab, way: Write) -> None:
    way(lab, {"g": G, "n": N, "b": B})
    way(lab, {"n": N})
    assert everything(lab)[1:] == [[], [], [], [{**KEY, "n": N}]]


@pytest.mark.parametrize(
    "remove",
    [
        lambda lab: request(lab, "DeleteItem", TableName="things", Key=KEY),
        lambda lab: request(lab, "BatchWriteItem", RequestItems={"things": [{"DeleteRequest": {"Key": KEY}}]}),
        lambda lab: transact(lab, {"Delete": {"TableName": "things", "Key": KEY}}),
    ],
)
def test_a_deleted_item_leaves_every_index(lab: Lab, remove: Callable[[Lab], None]) -> None:
    put(lab, {"g": G, "n": N, "b": B})
    remove(lab)
    assert everything(lab) == [[], [], [], [], []]


@pytest.mark.parametrize("action", ["REMOVE g", "REMOVE n, b, g"])
def test_an_update_that_removes_an_index_key_takes_the_entry_away(lab: Lab, action: str) -> None:
    put(lab, {"g": G, "n": N, "b": B})
    request(lab, "UpdateItem", TableName="things", Key=KEY, UpdateExpression=action)
    assert scan(lab, "gsi") == scan(lab, "hash") == []
    assert len(scan(lab)) == 1


def test_an_update_may_compute_an_index_key(lab: Lab) -> None:
    put(lab, {"g": G, "n": N})
    values = {":one": N, ":g": G}
    request(
        lab,
        "UpdateItem",
        TableName="things",
        Key=KEY,
        UpdateExpression="SET n = n + :one, g = if_not_exists(h, :g), b = if_not_exists(b, :b)",
        ExpressionAttributeValues={**values, ":b": B},
    )
    assert scan(lab, "gsi") == [{**KEY, "g": G, "n": {"N": "2"}}]
    request(
        lab,
        "UpdateItem",
        TableName="things",
        Key=KEY,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "-12"}},
    )
    assert scan(lab, "gsi") == [{**KEY, "g": G, "n": {"N": "-10"}}]
    assert scan(lab, "all") == scan(lab)


def refused(lab: Lab, way: Callable[..., None], *arguments: Any) -> str:
    """The text with which a write is refused, having changed nothing; that of the reason, if it cancels a transaction."""
    before = everything(lab)
    with pytest.raises(ServiceError) as caught:
        way(lab, *arguments)
    assert everything(lab) == before
    if caught.value.code == "TransactionCanceledException":
        (reason,) = caught.value.fields["CancellationReasons"]
        assert reason["Code"] == "ValidationError"
        return str(reason["Message"])
    assert caught.value.code == "ValidationException"
    return caught.value.message


@every_way
@pytest.mark.parametrize("value", [{"N": "1"}, {"B": "YQ=="}, {"SS": ["a"]}, {"L": []}, {"NULL": True}, {"M": {}}])
def test_a_mistyped_index_key_is_refused(lab: Lab, way: Write, value: Attributes) -> None:
    put(lab, {"g": G, "n": N})
    actual = next(iter(value))
    assert refused(lab, way, {"g": value}) == (
        "One or more parameter values were invalid: "
        f"Type mismatch for Index Key g Expected: S Actual: {actual} IndexName: gsi"
    )


@pytest.mark.parametrize("way", PUTS)
@pytest.mark.parametrize(
    ("attributes", "kind", "index", "key"),
    [({"g": {"S": ""}}, "string", "gsi", "g"), ({"b": {"B": ""}, "n": N}, "binary", "all", "b")],
)
def test_an_empty_index_key_is_refused(
    lab: Lab, way: Write, attributes: Attributes, kind: str, index: str, key: str
) -> None:
    assert refused(lab, way, attributes) == (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {key}"
    )


@pytest.mark.parametrize("way", [update, transact_update])
@pytest.mark.parametrize(("name", "value", "kind"), [("g", {"S": ""}, "string"), ("b", {"B": ""}, "binary")])
def test_an_update_may_not_empty_an_index_key(lab: Lab, way: Write, name: str, value: Attributes, kind: str) -> None:
    put(lab, {"g": G, "b": B})
    assert refused(lab, way, {name: value}) == (
        "One or more parameter values are not valid. "
        "The update expression attempted to update a secondary index key to a value that is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty {kind} value."
    )


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("SET g = n", "The update expression attempted to update the secondary index key to unsupported type"),
        ("SET g = if_not_exists(n, g)", "attempted to update the secondary index key to unsupported type"),
        ("SET g = n + :v", "Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi"),
        ("SET g = list_append(l, l)", "Type mismatch for Index Key g Expected: S Actual: L IndexName: gsi"),
        ("SET g = if_not_exists(z, :v)", "Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi"),
        ("ADD b :v", "Type mismatch for Index Key b Expected: B Actual: N IndexName: all"),
    ],
)
def test_a_computed_index_key_of_another_type_is_refused(lab: Lab, action: str, text: str) -> None:
    put(lab, {"g": G, "n": N, "l": {"L": []}})
    values = {"ExpressionAttributeValues": {":v": {"N": "1"}}} if ":v" in action else {}

    def way(lab: Lab) -> None:
        request(lab, "UpdateItem", TableName="things", Key=KEY, UpdateExpression=action, **values)

    assert text in refused(lab, way)


def test_there_is_nothing_inside_an_index_key(lab: Lab) -> None:
    put(lab, {"g": G})

    def way(lab: Lab) -> None:
        request(lab, "UpdateItem", TableName="things", Key=KEY, UpdateExpression="REMOVE g.x")

    assert refused(lab, way) == (
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g"
    )


@every_way
@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"g": {"S": "x" * 2049}}, "Aggregated size of all hash keys has exceeded the size limit of 2048 bytes"),
        (
            {"g": {"S": "é" * 1025}, "n": N},
            "Aggregated size of all hash keys has exceeded the size limit of 2048 bytes",
        ),
    ],
)
def test_an_index_key_is_as_short_as_any_key(lab: Lab, way: Write, attributes: Attributes, text: str) -> None:
    assert refused(lab, way, attributes).endswith(text)
    way(lab, {"g": {"S": "é" * 1024}, "n": N})
    assert len(scan(lab, "gsi")) == 1


def test_an_empty_key_rejects_a_transaction_and_a_mistyped_one_cancels_it(lab: Lab) -> None:
    for attributes, code in (
        ({"g": {"S": ""}}, "ValidationException"),
        ({"pk": {"S": ""}}, "ValidationException"),
        ({"g": N}, "TransactionCanceledException"),
        ({"pk": N}, "TransactionCanceledException"),
    ):
        with pytest.raises(ServiceError) as caught:
            transact_put(lab, attributes)
        assert caught.value.code == code


def test_a_batch_with_one_bad_index_key_writes_nothing(lab: Lab) -> None:
    def way(lab: Lab) -> None:
        items = [{"pk": {"S": str(n)}, "sk": {"S": "s"}, "g": {"S": "g"} if n < 9 else {"N": "1"}} for n in range(10)]
        request(lab, "BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": item}} for item in items]})

    assert "Type mismatch for Index Key g" in refused(lab, way)


def test_a_write_that_is_refused_or_cancelled_leaves_the_indexes_alone(lab: Lab) -> None:
    put(lab, {"g": G, "n": N})
    before = everything(lab)
    conditional = {"TableName": "things", "ConditionExpression": "attribute_exists(nope)"}
    with pytest.raises(ServiceError):
        request(lab, "DeleteItem", Key=KEY, **conditional)
    with pytest.raises(ServiceError):
        transact(
            lab,
            {"Put": {"TableName": "things", "Item": {"pk": {"S": "q"}, "sk": {"S": "s"}, "g": G, "n": N}}},
            {"ConditionCheck": {"Key": KEY, **conditional}},
        )
    assert everything(lab) == before


def test_the_trace_tells_what_happened_to_each_entry(lab: Lab) -> None:
    def changes() -> list[tuple[str, str]]:
        events = [(event.index_name, event.change) for event in lab.trace.of(IndexWritten)]
        lab.trace.clear()
        return events

    put(lab, {"g": G, "n": N})
    assert changes() == [("gsi", "INSERT"), ("hash", "INSERT"), ("lsi", "INSERT")]
    put(lab, {"g": G, "n": N, "x": X})
    assert changes() == [("gsi", "MODIFY")]
    put(lab, {"g": G, "n": {"N": "2"}, "x": X, "b": B})
    assert changes() == [("gsi", "MOVE"), ("all", "INSERT"), ("lsi", "MOVE")]
    put(lab, {"g": G, "n": {"N": "2"}, "x": X, "b": B})
    assert changes() == []
    request(lab, "DeleteItem", TableName="things", Key=KEY)
    assert changes() == [("gsi", "REMOVE"), ("hash", "REMOVE"), ("all", "REMOVE"), ("lsi", "REMOVE")]


def test_two_spellings_of_a_number_are_one_index_key(lab: Lab) -> None:
    put(lab, {"g": G, "n": {"N": "1.50"}})
    lab.trace.clear()
    put(lab, {"g": G, "n": {"N": "0.15E1"}})
    assert lab.trace.of(IndexWritten) == []
    assert [one["n"] for one in scan(lab, "gsi")] == [{"N": "1.5"}]
