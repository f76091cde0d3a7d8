"""Indexes that are added to a table and dropped again while it is written to."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from dynateach.trace import IndexChanged
from tests.indexed import attributes, create_indexed, index_definition

CREATING = "Cannot read from backfilling global secondary index: gsi"
SPEC = "g:S / n:N -> x"


@pytest.fixture
def lab() -> Lab:
    """A table with twenty items whose index is going to take minutes."""
    lab = Lab(seed=1, profile="realistic")
    create_indexed(lab, locals={"lsi": "pk / l:S"})
    for n in range(20):
        put(lab, n)
    return lab


def request(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", operation, {"TableName": "things", **params})


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "pk": {"S": f"p{number}"},
        "sk": {"S": "s"},
        "g": {"S": "g"},
        "n": {"N": str(number)},
        "y": {"S": "y"},
        **more,
    }


def put(lab: Lab, number: int, **more: Any) -> dict[str, Any]:
    return request(lab, "PutItem", Item=item(number, **more), ReturnConsumedCapacity="INDEXES")


def begin(lab: Lab, spec: str = SPEC, name: str = "gsi") -> None:
    create = {"Create": index_definition(name, spec)}
    request(lab, "UpdateTable", AttributeDefinitions=attributes(spec), GlobalSecondaryIndexUpdates=[create])


def drop(lab: Lab) -> None:
    request(lab, "UpdateTable", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "gsi"}}])


def numbers(lab: Lab) -> list[int]:
    values = {":g": {"S": "g"}}
    answer = request(lab, "Query", IndexName="gsi", KeyConditionExpression="g = :g", ExpressionAttributeValues=values)
    return [int(one["n"]["N"]) for one in answer["Items"]]


def status(lab: Lab) -> list[tuple[str, bool]]:
    indexes = request(lab, "DescribeTable")["Table"].get("GlobalSecondaryIndexes", [])
    return [(index["IndexStatus"], index.get("Backfilling", False)) for index in indexes]


def refusal(lab: Lab, operation: str, **params: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        request(lab, operation, **params)
    return caught.value.message


def test_an_index_is_filled_before_it_can_be_read(lab: Lab) -> None:
    begin(lab)
    assert status(lab) == [("CREATING", True)]
    assert refusal(lab, "Scan", IndexName="gsi") == CREATING
    lab.clock.advance(600)
    assert status(lab) == [("ACTIVE", False)]
    assert numbers(lab) == list(range(20))
    assert [event.status for event in lab.trace.of(IndexChanged) if event.index_name == "gsi"] == ["CREATING", "ACTIVE"]


def test_what_is_written_while_an_index_is_filled_is_in_it(lab: Lab) -> None:
    begin(lab)
    put(lab, 30)
    put(lab, 3, g={"S": "h"})
    request(lab, "DeleteItem", Key={"pk": {"S": "p4"}, "sk": {"S": "s"}})
    request(lab, "UpdateItem", Key={"pk": {"S": "p5"}, "sk": {"S": "s"}}, UpdateExpression="REMOVE n")
    lab.inspect("things").split("p0")
    lab.clock.advance(100)
    request(
        lab,
        "UpdateItem",
        Key={"pk": {"S": "p6"}, "sk": {"S": "s"}},
        UpdateExpression="SET n = n + :n",
        ExpressionAttributeValues={":n": {"N": "100"}},
    )
    lab.clock.advance(600)
    assert numbers(lab) == [0, 1, 2, *range(7, 20), 30, 106]


def test_a_write_is_checked_and_charged_for_an_index_that_is_being_filled(lab: Lab) -> None:
    begin(lab)
    assert "Type mismatch for Index Key n" in refusal(lab, "PutItem", Item=item(1, n={"S": "one"}))
    assert put(lab, 50)["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"gsi": {"CapacityUnits": 1}}


MISFITS = [{"N": "1"}, {"S": ""}, {"S": "x" * 2049}, {"L": []}, {"NULL": True}]


@pytest.mark.parametrize("misfit", MISFITS)
def test_items_that_do_not_fit_are_left_out_and_can_still_be_written(lab: Lab, misfit: dict[str, Any]) -> None:
    put(lab, 7, g=misfit)
    begin(lab)
    lab.clock.advance(600)
    assert numbers(lab) == [n for n in range(20) if n != 7]
    key = {"pk": {"S": "p7"}, "sk": {"S": "s"}}
    answer = request(
        lab,
        "UpdateItem",
        Key=key,
        UpdateExpression="SET z = :z",
        ExpressionAttributeValues={":z": {"S": "z"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert "GlobalSecondaryIndexes" not in answer["ConsumedCapacity"]
    assert request(lab, "GetItem", Key=key)["Item"]["g"] == misfit
    put(lab, 7)
    lab.clock.advance(1)
    assert numbers(lab) == list(range(20))
    request(lab, "DeleteItem", Key=key)
    lab.clock.advance(1)
    assert numbers(lab) == [n for n in range(20) if n != 7]


def test_one_index_comes_or_goes_at_a_time(lab: Lab) -> None:
    begin(lab)
    lab.clock.advance(10)
    one_only = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    with pytest.raises(ServiceError) as caught:
        begin(lab, "h:S", "other")
    assert (caught.value.code, caught.value.message) == ("LimitExceededException", one_only)
    lab.clock.advance(600)
    begin(lab, "h:S", "other")
    lab.clock.advance(600)
    assert status(lab) == [("ACTIVE", False)] * 2


def test_a_table_is_not_deleted_under_an_index_that_is_being_filled(lab: Lab) -> None:
    begin(lab)
    lab.clock.advance(10)
    assert "Cannot delete table while indexes are being created, updated, or deleted" in refusal(lab, "DeleteTable")
    lab.clock.advance(600)
    request(lab, "DeleteTable")
    lab.clock.advance(600)
    assert lab.request("dynamodb", "ListTables", {})["TableNames"] == []


def test_a_dropped_index_asks_nothing_of_items_any_more(lab: Lab) -> None:
    begin(lab)
    lab.clock.advance(600)
    drop(lab)
    assert status(lab) == [("DELETING", False)]
    lab.clock.advance(600)
    assert status(lab) == []
    assert refusal(lab, "Scan", IndexName="gsi") == "The table does not have the specified index: gsi"
    assert "GlobalSecondaryIndexes" not in put(lab, 1, g={"N": "1"})["ConsumedCapacity"]
    assert request(lab, "DescribeTable")["Table"]["AttributeDefinitions"] == attributes("pk:S / sk:S", "l:S")


def test_an_index_may_be_dropped_while_it_is_filled(lab: Lab) -> None:
    begin(lab)
    lab.clock.advance(100)
    drop(lab)
    assert status(lab) == [("DELETING", False)]
    lab.clock.advance(600)
    assert status(lab) == []
    begin(lab)
    lab.clock.advance(600)
    assert numbers(lab) == list(range(20))


def test_an_index_of_the_same_name_begins_afresh_with_another_key(lab: Lab) -> None:
    begin(lab)
    lab.clock.advance(600)
    drop(lab)
    lab.clock.advance(600)
    begin(lab, "y:S / n:S -> KEYS_ONLY")
    lab.clock.advance(600)
    assert request(lab, "Scan", IndexName="gsi")["Items"] == []
    put(lab, 1, n={"S": "text"})
    lab.clock.advance(1)
    assert request(lab, "Scan", IndexName="gsi")["Items"] == [
        {"pk": {"S": "p1"}, "sk": {"S": "s"}, "y": {"S": "y"}, "n": {"S": "text"}}
    ]


def test_a_local_index_is_kept_for_life(lab: Lab) -> None:
    delete = {"Delete": {"IndexName": "lsi"}}
    assert refusal(lab, "UpdateTable", GlobalSecondaryIndexUpdates=[delete]) == (
        "Requested resource not found: Index: lsi not found for table: things"
    )


def test_a_new_index_may_not_be_called_like_one_that_is_there(lab: Lab) -> None:
    with pytest.raises(ServiceError) as caught:
        begin(lab, name="lsi")
    assert caught.value.code == "ValidationException"
    assert status(lab) == []
