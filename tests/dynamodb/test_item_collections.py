"""Item collections: in a table with a local index, the items of one partition key have at most 10 GB."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from dynateach.dynamodb.operations import upkeep
from tests.indexed import create_indexed

FULL = ("ItemCollectionSizeLimitExceededException", "Collection size exceeded.")


@pytest.fixture
def lab() -> Lab:
    lab = Lab(seed=1)
    create_indexed(lab, {"gsi": "g:S"}, {"lsi": "pk / l:S -> KEYS_ONLY"})
    return lab


def item(sk: str = "s", pk: str = "p", **attributes: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": value} for name, value in attributes.items()}}


def put(lab: Lab, **attributes: Any) -> dict[str, Any]:
    return lab.request(
        "dynamodb",
        "PutItem",
        {"TableName": "things", "Item": item(**attributes), "ReturnItemCollectionMetrics": "SIZE"},
    )


def metrics(pk: str = "p", gigabytes: int = 0) -> dict[str, Any]:
    return {"ItemCollectionKey": {"pk": {"S": pk}}, "SizeEstimateRangeGB": [gigabytes, gigabytes + 1]}


def test_each_write_tells_how_large_the_collection_is(lab: Lab) -> None:
    asked = {"TableName": "things", "ReturnItemCollectionMetrics": "SIZE"}
    key = {"Key": item()}
    for operation, params in (
        ("PutItem", {"Item": item()}),
        ("UpdateItem", key),
        ("DeleteItem", key),
        ("DeleteItem", key),
    ):
        assert lab.request("dynamodb", operation, {**asked, **params})["ItemCollectionMetrics"] == metrics()


def test_a_batch_and_a_transaction_tell_of_each_collection_once(lab: Lab) -> None:
    puts = [{"Item": item(sk, pk)} for sk in "st" for pk in "pq"]
    batch = {"RequestItems": {"things": [{"PutRequest": put} for put in puts]}, "ReturnItemCollectionMetrics": "SIZE"}
    actions = [{"Put": {"TableName": "things", **put}} for put in puts]
    for operation, params in (
        ("BatchWriteItem", batch),
        ("TransactWriteItems", {"TransactItems": actions, "ReturnItemCollectionMetrics": "SIZE"}),
    ):
        answer = lab.request("dynamodb", operation, params)
        assert answer["ItemCollectionMetrics"] == {"things": [metrics("p"), metrics("q")]}


def test_nobody_is_told_who_does_not_ask_or_has_no_local_index(lab: Lab) -> None:
    params = {"TableName": "things", "Item": item()}
    assert lab.request("dynamodb", "PutItem", params) == {}
    assert lab.request("dynamodb", "PutItem", {**params, "ReturnItemCollectionMetrics": "NONE"}) == {}
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    create_indexed(lab, {"gsi": "g:S"})
    assert put(lab) == {}


def test_ten_gigabytes_are_full(lab: Lab) -> None:
    data = "x" * (400 * 1024 - len("pksklpdata") - 5 - 1)
    whole, entry = 400 * 1024, len("pkpskl") + 5 + 1
    fitting = 10 * 1024**3 // (whole + entry)
    for n in range(fitting):
        answer = put(lab, sk=f"{n:05}", l="l", data=data)
    assert answer["ItemCollectionMetrics"] == metrics(gigabytes=9)
    with pytest.raises(ServiceError) as caught:
        put(lab, sk="more", data=data)
    assert (caught.value.code, caught.value.message) == FULL
    put(lab, pk="another", data=data)
    put(lab, sk="small")
    put(lab, sk="00000", l="l", data=data[1:])
    lab.request("dynamodb", "DeleteItem", {"TableName": "things", "Key": item("00001")})
    put(lab, sk="more", l="l", data=data)


@pytest.fixture
def nearly_full(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A collection of 1,000 bytes in which 30 are left."""
    monkeypatch.setattr(upkeep, "ITEM_COLLECTION_BYTES", 1030)
    used = len("pkpskfullx")
    put(lab, sk="full", x="x" * (1000 - used))
    return lab


def refused(lab: Lab, operation: str, **params: Any) -> ServiceError:
    before = lab.request("dynamodb", "Scan", {"TableName": "things"})
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, params)
    assert lab.request("dynamodb", "Scan", {"TableName": "things"}) == before
    return caught.value


def test_whatever_makes_a_full_collection_larger_is_refused(nearly_full: Lab) -> None:
    large = {"TableName": "things", "Item": item("t", x="y" * 40)}
    grow = {
        "TableName": "things",
        "Key": item("full"),
        "UpdateExpression": "SET y = :y",
        "ExpressionAttributeValues": {":y": {"S": "y" * 40}},
    }
    for operation, params in (("PutItem", large), ("UpdateItem", grow)):
        error = refused(nearly_full, operation, **params)
        assert (error.code, error.message) == FULL
    entries = [{"PutRequest": {"Item": large["Item"]}}]
    assert refused(nearly_full, "BatchWriteItem", RequestItems={"things": entries}).code == FULL[0]
    for action in ({"Put": large}, {"Update": grow}):
        error = refused(nearly_full, "TransactWriteItems", TransactItems=[action])
        assert error.code == "TransactionCanceledException"
        assert [one["Code"] for one in error.fields["CancellationReasons"]] == ["ItemCollectionSizeLimitExceeded"]


def test_entries_in_local_indexes_count_and_those_in_global_ones_do_not(nearly_full: Lab) -> None:
    key = {"TableName": "things", "Key": item("full")}
    global_key = {"UpdateExpression": "SET g = :v", "ExpressionAttributeValues": {":v": {"S": "g"}}}
    nearly_full.request("dynamodb", "UpdateItem", {**key, **global_key})
    local_key = {"UpdateExpression": "SET l = :v", "ExpressionAttributeValues": {":v": {"S": "l" * 9}}}
    assert refused(nearly_full, "UpdateItem", **key, **local_key).code == FULL[0]


def test_a_full_collection_may_shrink_and_others_may_grow(nearly_full: Lab) -> None:
    put(nearly_full, pk="q", x="y" * 1000)
    put(nearly_full, sk="full", x="x" * 900)
    put(nearly_full, sk="t", x="y" * 40)
    stored = nearly_full.request("dynamodb", "Scan", {"TableName": "things"})["Items"]
    assert sorted(len(one["x"]["S"]) for one in stored) == [40, 900, 1000]


def test_a_table_without_a_local_index_has_no_such_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "ITEM_COLLECTION_BYTES", 100)
    lab = Lab(seed=1)
    create_indexed(lab, {"gsi": "g:S"})
    put(lab, g="g", x="x" * 200)
    assert lab.request("dynamodb", "Scan", {"TableName": "things"})["Count"] == 1
