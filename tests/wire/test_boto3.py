"""Real boto3 on a Lab: programs written for AWS run unchanged."""

import socket
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from dynateach import Lab, LabError
from dynateach.wire import json


def a_program_for_aws(session: boto3.Session) -> dict[str, Any]:
    """What a shop might run: it knows nothing of dynateach."""
    dynamodb = session.resource("dynamodb", region_name="us-east-1", config=Config(retries={"mode": "standard"}))
    orders = dynamodb.create_table(
        TableName="orders",
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "placed", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "placed", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    orders.wait_until_exists()
    with orders.batch_writer(overwrite_by_pkeys=["customer", "placed"]) as batch:
        for n in range(130):
            batch.put_item(
                Item={"customer": f"c{n % 3}", "placed": n, "amount": Decimal(n) / 4, "basket": [{"sku": str(n)}]}
            )
    orders.update_item(
        Key={"customer": "c1", "placed": 1},
        UpdateExpression="SET #s = :paid, basket[0].qty = :two ADD amount :tip",
        ConditionExpression=Attr("status").not_exists() & Attr("amount").lt(10),
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":paid": "PAID", ":two": 2, ":tip": Decimal("0.5")},
    )
    try:
        orders.put_item(Item={"customer": "c1", "placed": 1}, ConditionExpression="attribute_not_exists(customer)")
    except dynamodb.meta.client.exceptions.ConditionalCheckFailedException as error:
        refused = error.response["Error"]["Code"]
    pages = dynamodb.meta.client.get_paginator("query").paginate(
        TableName="orders",
        KeyConditionExpression=Key("customer").eq("c1") & Key("placed").gte(0),
        FilterExpression=Attr("amount").gt(20),
        ConsistentRead=True,
        PaginationConfig={"PageSize": 10},
    )
    large = [item for page in pages for item in page["Items"]]
    first = orders.get_item(Key={"customer": "c1", "placed": 1}, ConsistentRead=True)["Item"]
    orders.delete_item(Key={"customer": "c1", "placed": 1})
    scan = dynamodb.meta.client.get_paginator("scan").paginate(TableName="orders", ConsistentRead=True)
    left = sum(page["Count"] for page in scan)
    tables = [table.name for table in dynamodb.tables.all()]
    orders.delete()
    orders.wait_until_not_exists()
    return {"refused": refused, "large": len(large), "first": first, "left": left, "tables": tables}


def test_a_program_written_for_aws_runs_unchanged() -> None:
    for profile in ("ideal", "realistic", "classroom"):
        result = a_program_for_aws(Lab(profile=profile).session())
        assert result["refused"] == "ConditionalCheckFailedException"
        assert result["large"] == len([n for n in range(130) if n % 3 == 1 and n / 4 > 20])
        assert result["first"]["basket"] == [{"sku": "1", "qty": 2}]
        assert (result["first"]["status"], result["first"]["amount"]) == ("PAID", Decimal("0.75"))
        assert (result["left"], result["tables"]) == (129, ["orders"])


def test_no_socket_is_opened_and_no_credentials_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Lab().client().list_tables()["TableNames"] == []


def test_bad_parameters_are_caught_by_boto3_itself() -> None:
    with pytest.raises(ParamValidationError, match="Missing required parameter"):
        Lab().client().put_item(TableName="orders")


def test_an_answer_carries_the_metadata_that_programs_log() -> None:
    metadata = Lab().client().list_tables()["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 200
    assert len(metadata["RequestId"]) == 52
    assert metadata["RetryAttempts"] == 0


def test_two_labs_know_nothing_of_each_other() -> None:
    first, second = Lab(), Lab()
    a_table(first)
    assert first.client().list_tables()["TableNames"] == ["things"]
    assert second.client().list_tables()["TableNames"] == []


def a_table(lab: Lab) -> Any:
    return lab.resource().create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )


def test_a_service_that_is_not_simulated_says_so_instead_of_calling_aws() -> None:
    with pytest.raises(LabError, match="does not simulate 's3'"):
        Lab().session().client("s3").list_buckets()


def test_threads_may_share_a_lab() -> None:
    lab = Lab()
    table = a_table(lab)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: table.put_item(Item={"id": str(n)}), range(200)))
        counts = threads.map(
            lambda segment: lab.client().scan(TableName="things", Segment=segment, TotalSegments=4)["Count"], range(4)
        )
        assert sum(counts) == 200
    lab.inspect("things")._check()


def test_an_unknown_table_is_an_error_that_programs_can_catch_by_name() -> None:
    client = Lab().client()
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.get_item(TableName="nowhere", Key={"id": {"S": "1"}})
    assert isinstance(caught.value, ClientError)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize("use_orjson", [True, False])
def test_text_that_is_no_unicode_is_refused_like_any_malformed_request(
    use_orjson: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not use_orjson:
        monkeypatch.setattr(json, "orjson", None)
    table = a_table(Lab())
    for item in ({"id": "\ud800"}, {"id": "a", "\ud800": 1}):
        with pytest.raises(ClientError) as caught:
            table.put_item(Item=item)
        assert caught.value.response["Error"]["Code"] == "SerializationException"
    with pytest.raises(ClientError) as caught:
        table.scan(FilterExpression="a = :v", ExpressionAttributeValues={":v": "\ud800"})
    assert caught.value.response["Error"]["Code"] == "SerializationException"
