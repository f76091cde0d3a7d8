"""Query and Scan, through boto3."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from dynateach import Lab
from dynateach.trace import PageRead
from tests.tables import create, rejection


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def readings(lab: Lab) -> Any:
    """Two sensors with readings at -10, -9.5 … 10."""
    table = create(lab, "readings", "sensor:S", "at:N")
    with table.batch_writer() as batch:
        for sensor in ("a", "b"):
            for n in range(-20, 21):
                batch.put_item(Item={"sensor": sensor, "at": Decimal(n) / 2, "even": n % 2 == 0})
    return table


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Key("at").eq(Decimal("0.5")), [0.5]),
        (Key("at").lt(-9), [-10, -9.5]),
        (Key("at").lte(-9), [-10, -9.5, -9]),
        (Key("at").gt(9), [9.5, 10]),
        (Key("at").gte(9), [9, 9.5, 10]),
        (Key("at").between(-1, 1), [-1, -0.5, 0, 0.5, 1]),
        (Key("at").between(Decimal("0.1"), Decimal("0.4")), []),
    ],
)
def test_a_key_condition_selects_a_stretch_in_the_order_of_numbers(
    readings: Any, condition: Any, expected: Any
) -> None:
    found = readings.query(KeyConditionExpression=Key("sensor").eq("a") & condition)
    assert [float(item["at"]) for item in found["Items"]] == expected
    assert {item["sensor"] for item in found["Items"]} <= {"a"}


def test_a_query_can_go_backwards(readings: Any) -> None:
    found = readings.query(KeyConditionExpression=Key("sensor").eq("b"), ScanIndexForward=False, Limit=3)
    assert [float(item["at"]) for item in found["Items"]] == [10, 9.5, 9]
    rest = readings.query(
        KeyConditionExpression=Key("sensor").eq("b"),
        ScanIndexForward=False,
        ExclusiveStartKey=found["LastEvaluatedKey"],
    )
    assert [float(item["at"]) for item in rest["Items"]] == [n / 2 for n in range(17, -21, -1)]


@pytest.mark.parametrize("prefix", ["", "a", "ab", "é", "\U0010ffff", "z"])
def test_begins_with_finds_just_the_keys_with_that_beginning(lab: Lab, prefix: str) -> None:
    table = create(lab)
    keys = ["a", "ab", "abc", "b", "é", "éa", "\U0010ffff", "\U0010ffffx", "\ud7ff", "\ue000"]
    for key in keys:
        table.put_item(Item={"pk": "p", "sk": key})
        table.put_item(Item={"pk": "q", "sk": key})
    if not prefix:
        found = table.query(KeyConditionExpression=Key("pk").eq("p"))
    else:
        found = table.query(KeyConditionExpression=Key("pk").eq("p") & Key("sk").begins_with(prefix))
    expected = sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
    assert [item["sk"] for item in found["Items"]] == expected


def test_binary_sort_keys_sort_as_unsigned_bytes(lab: Lab) -> None:
    table = create(lab, sort="sk:B")
    for key in (b"\xff", b"\x00", b"\x7f\x80", b"\x7f"):
        table.put_item(Item={"pk": "p", "sk": key})
    found = table.query(KeyConditionExpression=Key("pk").eq("p"))
    assert [item["sk"].value for item in found["Items"]] == [b"\x00", b"\x7f", b"\x7f\x80", b"\xff"]
    found = table.query(KeyConditionExpression=Key("pk").eq("p") & Key("sk").begins_with(b"\x7f"))
    assert found["Count"] == 2


def test_a_filter_hides_items_after_they_were_read_and_paid_for(lab: Lab, readings: Any) -> None:
    whole = readings.query(KeyConditionExpression=Key("sensor").eq("a"), ReturnConsumedCapacity="TOTAL")
    filtered = readings.query(
        KeyConditionExpression=Key("sensor").eq("a"),
        FilterExpression=Attr("even").eq(True),
        ProjectionExpression="#at",
        ExpressionAttributeNames={"#at": "at"},
        ReturnConsumedCapacity="TOTAL",
    )
    assert (filtered["Count"], filtered["ScannedCount"]) == (21, 41)
    assert set(filtered["Items"][0]) == {"at"}
    assert filtered["ConsumedCapacity"] == whole["ConsumedCapacity"]
    assert [(event.key, event.matched) for event in lab.trace.of(PageRead)] == [("a", 41), ("a", 21)]


def test_limit_counts_items_read_not_items_found(readings: Any) -> None:
    page = readings.query(
        KeyConditionExpression=Key("sensor").eq("a"), FilterExpression=Attr("even").eq(False), Limit=5
    )
    assert (page["ScannedCount"], page["Count"]) == (5, 2)
    assert page["LastEvaluatedKey"] == {"sensor": "a", "at": Decimal(-8)}


def test_a_page_that_stops_at_the_very_last_item_still_hands_out_a_key(readings: Any) -> None:
    page = readings.query(KeyConditionExpression=Key("sensor").eq("a"), Limit=41)
    assert "LastEvaluatedKey" in page
    rest = readings.query(KeyConditionExpression=Key("sensor").eq("a"), ExclusiveStartKey=page["LastEvaluatedKey"])
    assert rest["Items"] == []
    assert "LastEvaluatedKey" not in rest


def test_a_page_ends_when_a_megabyte_has_been_read(lab: Lab) -> None:
    table = create(lab)
    for n in range(30):
        table.put_item(Item={"pk": "p", "sk": f"{n:02d}", "data": "x" * 100_000})
    pages = list(
        lab.client()
        .get_paginator("query")
        .paginate(
            TableName="things",
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "p"}},
            ReturnConsumedCapacity="TOTAL",
        )
    )
    assert [page["Count"] for page in pages] == [11, 11, 8]
    item = len("pk") + len("p") + len("sk") + 2 + len("data") + 100_000
    assert [page["ConsumedCapacity"]["CapacityUnits"] for page in pages] == [
        -(-count * item // 4096) / 2 for count in (11, 11, 8)
    ]


def test_counting_costs_as_much_as_reading(readings: Any) -> None:
    answer = readings.query(
        KeyConditionExpression=Key("sensor").eq("a"), Select="COUNT", ReturnConsumedCapacity="TOTAL"
    )
    assert answer["Count"] == 41
    assert "Items" not in answer
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_an_empty_query_costs_the_minimum(readings: Any) -> None:
    for consistent, units in ((True, 1), (False, 0.5)):
        answer = readings.query(
            KeyConditionExpression=Key("sensor").eq("nobody"),
            ConsistentRead=consistent,
            ReturnConsumedCapacity="TOTAL",
        )
        assert answer["ConsumedCapacity"]["CapacityUnits"] == units


def test_a_scan_reads_everything_once_in_the_order_of_the_key_space(lab: Lab) -> None:
    table = create(lab, ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 8000})
    for n in range(200):
        table.put_item(Item={"pk": f"u{n}", "sk": "x"})
    found: list[str] = []
    start: dict[str, Any] = {}
    while True:
        page = table.scan(Limit=7, **start)
        found += [item["pk"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    inside = lab.inspect("things")
    assert sorted(found) == sorted(f"u{n}" for n in range(200))
    positions = [inside.locate(key).position for key in found]
    assert positions == sorted(positions)


@pytest.mark.parametrize("segments", [1, 2, 3, 7, 50])
def test_the_segments_of_a_parallel_scan_are_disjoint_and_complete(lab: Lab, segments: int) -> None:
    table = create(lab, sort=None)
    for n in range(120):
        table.put_item(Item={"pk": f"u{n}"})
    found = [
        item["pk"]
        for segment in range(segments)
        for item in table.scan(Segment=segment, TotalSegments=segments)["Items"]
    ]
    assert sorted(found) == sorted(f"u{n}" for n in range(120))


def test_a_scan_pays_for_the_empty_partitions_that_it_visits(lab: Lab) -> None:
    table = create(lab, ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 4000})
    empty = table.scan(ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert empty["ConsumedCapacity"]["CapacityUnits"] == 4
    table.put_item(Item={"pk": "a", "sk": "b", "d": "x" * 5000})
    one = table.scan(ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert one["ConsumedCapacity"]["CapacityUnits"] == 2 + 3


def test_what_the_partitions_are_charged_adds_up_to_the_whole(lab: Lab) -> None:
    table = create(lab, ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 4000})
    for n in range(60):
        table.put_item(Item={"pk": f"u{n}", "sk": "x", "d": "x" * 1500})
    lab.trace.clear()
    answer = table.scan(ReturnConsumedCapacity="TOTAL")
    visits = lab.trace.of(PageRead)
    assert len(visits) == 4
    assert sum(visit.units for visit in visits) == pytest.approx(answer["ConsumedCapacity"]["CapacityUnits"])
    assert sum(visit.examined for visit in visits) == 60


def test_reading_goes_on_undisturbed_when_a_partition_splits_between_pages(lab: Lab) -> None:
    table = create(lab, sort=None)
    for n in range(100):
        table.put_item(Item={"pk": f"u{n}"})
    page = table.scan(Limit=40)
    lab.inspect("things").split("p0")
    rest = table.scan(ExclusiveStartKey=page["LastEvaluatedKey"])
    assert sorted(item["pk"] for item in page["Items"] + rest["Items"]) == sorted(f"u{n}" for n in range(100))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
        (
            {"KeyConditionExpression": "#at = :p", "ExpressionAttributeNames": {"#at": "at"}},
            "Query condition missed key schema element: sensor",
        ),
        (
            {"KeyConditionExpression": "sensor = :n"},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        ({"KeyConditionExpression": "sensor < :p"}, "Query key condition not supported"),
        (
            {"KeyConditionExpression": "sensor = :p", "FilterExpression": "sensor = :p"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: sensor",
        ),
        (
            {"KeyConditionExpression": "sensor = :p", "Select": "SPECIFIC_ATTRIBUTES"},
            "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to "
            "get SPECIFIC_ATTRIBUTES",
        ),
        (
            {"KeyConditionExpression": "sensor = :p", "ExclusiveStartKey": {"sensor": {"S": "z"}, "at": {"N": "1"}}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            {"KeyConditionExpression": "sensor = :p", "ExclusiveStartKey": {"sensor": {"S": "a"}}},
            "The provided starting key is invalid",
        ),
    ],
)
def test_a_bad_query_is_rejected_in_dynamodbs_words(
    lab: Lab, readings: Any, params: dict[str, Any], message: str
) -> None:
    used = {":p": {"S": "a"}, ":n": {"N": "1"}}
    texts = " ".join(str(text) for text in params.values())
    values = {name: value for name, value in used.items() if name in texts}
    if values:
        params = {**params, "ExpressionAttributeValues": values}
    with pytest.raises(ClientError) as caught:
        lab.client().query(TableName="readings", **params)
    assert rejection(caught) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Segment": 1},
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        ),
        (
            {"TotalSegments": 2},
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        ),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments",
        ),
    ],
)
def test_a_bad_segment_is_rejected_in_dynamodbs_words(readings: Any, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError) as caught:
        readings.scan(**params)
    assert rejection(caught) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Key("pk").eq(""), "cannot contain an empty string value. Key: pk"),
        (Key("pk").eq("x" * 2049), "Aggregated size of all hash keys has exceeded the size limit of 2048 bytes"),
        (Key("pk").eq("p") & Key("sk").begins_with(""), "cannot contain an empty string value. Key: sk"),
        (Key("pk").eq("p") & Key("sk").gt("x" * 1025), "Aggregated size of all range keys has exceeded the size limit"),
    ],
)
def test_a_query_names_only_values_that_a_key_can_have(lab: Lab, condition: Any, message: str) -> None:
    table = create(lab)
    with pytest.raises(ClientError) as caught:
        table.query(KeyConditionExpression=condition)
    assert message in rejection(caught)[1]


def test_the_values_of_an_expression_have_at_most_two_megabytes(lab: Lab) -> None:
    table = create(lab)
    with pytest.raises(ClientError, match="ExpressionAttributeValues exceeds max size"):
        table.scan(FilterExpression="a = :v", ExpressionAttributeValues={":v": "x" * 2**21 + "x"})
