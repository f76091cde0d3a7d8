"""Batches, through boto3."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach import Lab, ServiceError
from dynateach.trace import ItemWritten, RequestServed
from tests.tables import create, rejection


def test_a_batch_writer_writes_in_batches_of_25_and_spares_no_units() -> None:
    lab = Lab()
    table = create(lab)
    lab.trace.clear()
    with table.batch_writer() as batch:
        for n in range(60):
            batch.put_item(Item={"pk": f"u{n}", "sk": "x"})
    assert [event.operation for event in lab.trace.of(RequestServed)] == ["BatchWriteItem"] * 3
    assert sum(event.units for event in lab.trace.of(ItemWritten)) == 60
    assert table.scan()["Count"] == 60


def test_a_batch_puts_and_deletes_across_tables() -> None:
    lab = Lab()
    first, second = create(lab, "first"), create(lab, "second", sort=None)
    first.put_item(Item={"pk": "a", "sk": "b"})
    answer = lab.resource().batch_write_item(
        RequestItems={
            "first": [{"DeleteRequest": {"Key": {"pk": "a", "sk": "b"}}}],
            "second": [{"PutRequest": {"Item": {"pk": "c", "d": "x" * 2000}}}],
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["UnprocessedItems"] == {}
    assert answer["ConsumedCapacity"] == [
        {"TableName": "first", "CapacityUnits": 1.0},
        {"TableName": "second", "CapacityUnits": 2.0},
    ]
    assert (first.scan()["Count"], second.scan()["Count"]) == (0, 1)


def test_a_batch_get_finds_what_is_there_and_charges_for_each_key() -> None:
    lab = Lab()
    table = create(lab)
    table.put_item(Item={"pk": "a", "sk": "1", "n": 1})
    table.put_item(Item={"pk": "b", "sk": "1", "n": 2})
    answer = lab.resource().batch_get_item(
        RequestItems={
            "things": {
                "Keys": [{"pk": key, "sk": "1"} for key in "abc"],
                "ProjectionExpression": "n",
                "ConsistentRead": True,
            }
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert sorted(item["n"] for item in answer["Responses"]["things"]) == [1, 2]
    assert answer["UnprocessedKeys"] == {}
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 3.0}]


def test_a_batch_get_answers_as_a_scan_does_and_not_in_the_order_of_its_keys() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    keys = [{"pk": f"u{n}"} for n in range(20)]
    for key in keys:
        table.put_item(Item=key)

    found = lab.resource().batch_get_item(RequestItems={table.name: {"Keys": keys}})["Responses"][table.name]

    assert found == table.scan()["Items"]
    assert found != keys


def test_keys_beyond_16_mb_of_answer_come_back_unprocessed_and_can_be_asked_for_again() -> None:
    lab = Lab()
    table = create(lab, sort=None)
    for n in range(50):
        table.put_item(Item={"pk": f"{n}", "d": "x" * 390_000})
    wanted: Any = {"things": {"Keys": [{"pk": f"{n}"} for n in range(50)]}}
    found, rounds = [], 0
    while wanted:
        answer = lab.resource().batch_get_item(RequestItems=wanted)
        found += [item["pk"] for item in answer["Responses"]["things"]]
        wanted = answer["UnprocessedKeys"]
        rounds += 1
    assert rounds == 2
    assert sorted(found) == sorted(f"{n}" for n in range(50))


def _put(key: str) -> Any:
    return {"PutRequest": {"Item": {"pk": {"S": key}, "sk": {"S": "x"}}}}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([_put("a"), _put("a")], "Provided list of item keys contains duplicates"),
        (
            [_put("a"), {"PutRequest": {"Item": {"pk": {"S": "b"}}}}],
            "The provided key element does not match the schema",
        ),
        (
            [_put("a"), {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}],
            "The provided key element does not match the schema",
        ),
    ],
)
def test_one_bad_entry_rejects_the_whole_batch(entries: list[Any], message: str) -> None:
    lab = Lab()
    table = create(lab)
    with pytest.raises(ClientError) as caught:
        lab.client().batch_write_item(RequestItems={"things": entries})
    assert rejection(caught) == ("ValidationException", message)
    assert table.scan()["Count"] == 0


def test_a_batch_that_is_too_large_is_rejected_whole() -> None:
    lab = Lab()
    table = create(lab)
    too_many = [{"pk": {"S": str(n)}, "sk": {"S": "x"}} for n in range(101)]
    with pytest.raises(ClientError):
        lab.client().batch_write_item(RequestItems={"things": [_put(str(n)) for n in range(26)]})
    with pytest.raises(ClientError):
        lab.client().batch_get_item(RequestItems={"things": {"Keys": too_many}})
    assert table.scan()["Count"] == 0


@pytest.mark.parametrize("entry", [{}, {"PatchRequest": {}}, {**_put("b"), "DeleteRequest": {"Key": {}}}])
def test_an_entry_is_either_a_put_or_a_delete(entry: Any) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", "BatchWriteItem", {"RequestItems": {"things": [_put("a"), entry]}})
    assert caught.value.code == "ValidationException"
    assert lab.resource().Table("things").scan()["Count"] == 0


@pytest.mark.parametrize(
    ("request_items", "message"),
    [
        ({}, "Member must have length greater than or equal to 1"),
        ({"a": [_put("a")]}, "Map keys must satisfy constraint: [Member must have length"),
        ({"what ever": [_put("a")]}, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_the_tables_of_a_batch_are_named_as_tables_are(request_items: Any, message: str) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ClientError) as caught:
        lab.client().batch_write_item(RequestItems=request_items)
    assert message in rejection(caught)[1]
