"""What boto3 offers above single requests, over a socket: batch writers, collections, paginators and waiters."""

from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary

from dynateach.wire.http import Endpoint


@pytest.fixture
def table(endpoint: Endpoint) -> Any:
    """A boto3 Table with a sort key and an index, ready."""
    made = boto3.resource("dynamodb").create_table(
        TableName="films",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("year", "N"), ("title", "S"), ("by", "S"))
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "directors",
                "KeySchema": [
                    {"AttributeName": "by", "KeyType": "HASH"},
                    {"AttributeName": "title", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    made.wait_until_exists()
    return made


def test_a_batch_writer_sends_all_and_keeps_the_last_of_duplicates(table: Any) -> None:
    with table.batch_writer(overwrite_by_pkeys=["year", "title"]) as batch:
        for n in range(120):
            batch.put_item(Item={"year": 2000 + n % 3, "title": f"film {n // 2}", "n": n})
        batch.delete_item(Key={"year": 2000, "title": "film 0"})

    assert table.scan(Select="COUNT")["Count"] == 119


def test_items_keep_their_python_types(table: Any) -> None:
    item = {
        "year": 1999,
        "title": "types",
        "price": Decimal("1.10"),
        "raw": Binary(b"\x00\xff"),
        "words": {"a", "b"},
        "numbers": {Decimal(1), Decimal("-2.5")},
        "nested": {"list": [None, True, {"empty": {}}], "text": ""},
    }
    table.put_item(Item=item)

    assert table.get_item(Key={"year": 1999, "title": "types"}, ConsistentRead=True)["Item"] == item


def test_conditions_are_written_as_python_expressions(table: Any) -> None:
    with table.batch_writer() as batch:
        for n in range(40):
            batch.put_item(
                Item={"year": 2020, "title": f"film {n:02}", "stars": n % 5, "by": "ada" if n % 2 else "bob"}
            )

    found = table.query(
        KeyConditionExpression=Key("year").eq(2020) & Key("title").between("film 10", "film 29"),
        FilterExpression=Attr("stars").gte(4) & ~Attr("by").eq("bob"),
    )["Items"]
    indexed = table.query(
        IndexName="directors", KeyConditionExpression=Key("by").eq("ada") & Key("title").begins_with("film 3")
    )["Items"]

    assert [item["title"] for item in found] == ["film 19", "film 29"]
    assert [item["title"] for item in indexed] == ["film 31", "film 33", "film 35", "film 37", "film 39"]


def test_paginators_go_to_the_end(table: Any) -> None:
    with table.batch_writer() as batch:
        for n in range(30):
            batch.put_item(Item={"year": n % 4, "title": str(n)})
    client = boto3.client("dynamodb")

    pages = list(client.get_paginator("scan").paginate(TableName="films", PaginationConfig={"PageSize": 7}))
    some = client.get_paginator("scan").paginate(TableName="films", PaginationConfig={"PageSize": 4, "MaxItems": 10})

    assert sorted(int(item["title"]["S"]) for page in pages for item in page["Items"]) == list(range(30))
    assert len(some.build_full_result()["Items"]) == 10


def test_an_account_lists_its_tables_as_objects_and_waits_until_one_is_gone(table: Any) -> None:
    resource = boto3.resource("dynamodb")

    assert [one.name for one in resource.tables.all()] == ["films"]
    table.delete()
    table.wait_until_not_exists()
    assert list(resource.tables.all()) == []
