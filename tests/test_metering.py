"""What a program cost: the trace counts what DynamoDB's own answers report, and what they leave out."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab, LabError, ServiceError
from dynateach.metering import bill_of, metered
from dynateach.prices import INFREQUENT_ACCESS, US_EAST_1
from dynateach.profile import IDEAL, REALISTIC
from tests.indexed import definition

Totals = Counter[tuple[str, str]]

# A random program

KEYS = st.fixed_dictionaries({"pk": st.sampled_from("abc"), "sk": st.sampled_from("12")})
ITEMS = st.builds(
    lambda key, more, size: {**key, **more, "pad": "x" * size},
    KEYS,
    st.fixed_dictionaries({}, optional={"g": st.sampled_from("uv"), "l": st.sampled_from("mn")}),
    st.integers(0, 9_000),
)
STEPS = st.one_of(
    st.tuples(st.just("put"), ITEMS),
    st.tuples(st.just("put once"), ITEMS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("update"), KEYS),
    st.tuples(st.just("get"), KEYS, st.booleans()),
    st.tuples(st.just("query"), st.sampled_from([None, "by_l", "lookup"]), st.booleans()),
    st.tuples(st.just("query g"), st.integers(1, 3)),
    st.tuples(st.just("scan"), st.sampled_from([None, "by_g", "by_l"])),
    st.tuples(st.just("batch"), st.lists(ITEMS, min_size=1, max_size=4)),
    st.tuples(st.just("transact"), st.lists(ITEMS, min_size=1, max_size=4)),
    st.tuples(st.just("transact get"), KEYS),
    st.tuples(st.just("statement"), st.sampled_from("abc")),
)


@given(st.lists(STEPS, max_size=25), st.sampled_from([1, 3]))
@settings(deadline=None)
def test_the_trace_counts_what_the_answers_report(steps: list[Any], partitions: int) -> None:
    lab = _lab(replace(IDEAL, on_demand_partitions=partitions))
    reported: Totals = Counter()
    for step in steps:
        try:
            reported += _reported(_ask(lab, *step))
        except ServiceError as error:
            assert error.code == "ConditionalCheckFailedException"

    counted: Totals = Counter()
    for meter in metered(lab.trace):
        if meter.what != "refused writes":
            counted[meter.table, meter.index_name] += meter.units  # type: ignore[assignment]
    assert counted == reported


# Single things


def test_a_program_is_billed_by_table_and_index() -> None:
    """An item of 2 KB takes 2 units in the table and 2 in its global index; two eventual reads half a unit each."""
    lab = _lab(IDEAL)
    _ask(lab, "put", {"pk": "a", "sk": "1", "g": "u", "pad": "x" * 2_000})
    for _ in range(2):
        _ask(lab, "get", {"pk": "a", "sk": "1"}, False)

    bill = bill_of(lab.trace)

    assert [(line.name, line.amount, line.part) for line in bill.lines] == [
        ("things: writes", Fraction("0.00000125"), "writes"),
        ("things.by_g: writes", Fraction("0.00000125"), "index writes"),
        ("things: reads", Fraction("0.000000125"), "reads"),
    ]
    assert bill.lines[2].formula == "1 unit in 2 requests × $0.125 per million read request units"


def test_a_write_whose_condition_fails_is_billed_though_no_answer_says_so() -> None:
    lab = _lab(IDEAL)
    item = {"pk": "a", "sk": "1", "pad": "x" * 3_000}
    _ask(lab, "put once", item)
    with pytest.raises(ServiceError, match="ConditionalCheckFailed"):
        _ask(lab, "put once", item)

    assert {meter.what: int(meter.units) for meter in metered(lab.trace)} == {"writes": 3, "refused writes": 3}


def test_a_deletion_by_time_to_live_is_free() -> None:
    lab = _lab(IDEAL)
    spec = {"Enabled": True, "AttributeName": "until"}
    lab.request("dynamodb", "UpdateTimeToLive", {"TableName": "things", "TimeToLiveSpecification": spec})
    soon = str(lab.clock.now // 1_000_000 + 5)
    item = {"pk": {"S": "a"}, "sk": {"S": "1"}, "g": {"S": "u"}, "until": {"N": soon}}
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})
    before = metered(lab.trace)
    lab.clock.advance(3600)

    assert lab.request("dynamodb", "Scan", {"TableName": "things"})["Count"] == 0
    assert [meter for meter in metered(lab.trace) if meter.what == "writes"] == before


def test_what_is_on_its_way_to_an_index_counts_when_it_arrives() -> None:
    lab = _lab(replace(REALISTIC, admission="off"))
    lab.clock.advance(60)
    _ask(lab, "put", {"pk": "a", "sk": "1", "g": "u"})
    assert "by_g" not in {meter.index_name for meter in metered(lab.trace)}

    lab.clock.advance(10)
    assert [meter.units for meter in metered(lab.trace) if meter.index_name == "by_g"] == [1]


def test_a_part_of_a_trace_has_a_bill_of_its_own() -> None:
    lab = _lab(IDEAL)
    _ask(lab, "put", {"pk": "a", "sk": "1"})
    _ask(lab, "put", {"pk": "b", "sk": "1"})
    last = max(event.request for event in lab.trace)

    assert bill_of(lab.trace.during(last)).total * 2 == bill_of(lab.trace).total


def test_another_class_and_another_book_bill_by_their_prices() -> None:
    lab = _lab(IDEAL)
    _ask(lab, "put", {"pk": "a", "sk": "1"})
    write = replace(US_EAST_1.standard.write_request, dollars=Decimal(1))
    book = replace(US_EAST_1, standard=replace(US_EAST_1.standard, write_request=write))

    assert bill_of(lab.trace, INFREQUENT_ACCESS).total == Fraction("0.00000078")
    assert bill_of(lab.trace, book=book).total == Fraction("0.000001")


def test_a_trace_that_has_dropped_events_is_not_billed() -> None:
    lab = Lab(trace_limit=2)
    lab.request("dynamodb", "CreateTable", definition(key="pk:S"))
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"S": "a"}}})

    with pytest.raises(LabError, match="dropped"):
        bill_of(lab.trace)


def _lab(profile: Any) -> Lab:
    lab = Lab(seed=1, profile=profile)
    params = definition({"by_g": "g:S / sk:S"}, {"by_l": "pk:S / l:S -> KEYS_ONLY"}, key="pk:S / sk:S")
    lab.request("dynamodb", "CreateTable", params)
    return lab


def _ask(lab: Lab, step: str, *args: Any) -> dict[str, Any]:
    operation, params = _PROGRAM[step](*args)
    named = (
        {}
        if "TransactItems" in params or "RequestItems" in params or "Statement" in params
        else {"TableName": "things"}
    )
    return lab.request("dynamodb", operation, {**named, **params, "ReturnConsumedCapacity": "INDEXES"})


def _wire(item: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in item.items()}


def _query(index: str | None, consistent: bool) -> tuple[str, dict[str, Any]]:
    condition: dict[str, Any] = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    params = {**condition, "ConsistentRead": consistent}
    if index is None:
        return "Query", params
    selected = {"Select": "ALL_ATTRIBUTES"} if index == "lookup" else {}
    return "Query", {**params, "IndexName": "by_l", **selected}


def _query_g(limit: int) -> tuple[str, dict[str, Any]]:
    values = {":g": {"S": "u"}}
    return "Query", {
        "IndexName": "by_g", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": values, "Limit": limit,
    }  # fmt: skip


def _distinct(items: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [_wire(item) for item in {(item["pk"], item["sk"]): item for item in items}.values()]


_PROGRAM: dict[str, Any] = {
    "put": lambda item: ("PutItem", {"Item": _wire(item)}),
    "put once": lambda item: ("PutItem", {"Item": _wire(item), "ConditionExpression": "attribute_not_exists(pk)"}),
    "delete": lambda key: ("DeleteItem", {"Key": _wire(key)}),
    "update": lambda key: (
        "UpdateItem",
        {
            "Key": _wire(key),
            "UpdateExpression": "SET l = :l REMOVE g",
            "ExpressionAttributeValues": {":l": {"S": "n"}},
        },
    ),
    "get": lambda key, consistent: ("GetItem", {"Key": _wire(key), "ConsistentRead": consistent}),
    "query": _query,
    "query g": _query_g,
    "scan": lambda index: ("Scan", {"IndexName": index} if index else {}),
    "batch": lambda items: (
        "BatchWriteItem",
        {"RequestItems": {"things": [{"PutRequest": {"Item": item}} for item in _distinct(items)]}},
    ),
    "transact": lambda items: (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "things", "Item": item}} for item in _distinct(items)]},
    ),
    "transact get": lambda key: (
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": "things", "Key": _wire(key)}}]},
    ),
    "statement": lambda key: (
        "ExecuteStatement",
        {"Statement": "SELECT * FROM things WHERE pk = ?", "Parameters": [{"S": key}]},
    ),
}


def _reported(answer: dict[str, Any]) -> Totals:
    capacity = answer["ConsumedCapacity"]
    totals: Totals = Counter()
    for one in capacity if isinstance(capacity, list) else [capacity]:
        totals[one["TableName"], ""] += one["Table"]["CapacityUnits"]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for index, units in one.get(kind, {}).items():
                totals[one["TableName"], index] += units["CapacityUnits"]
    return totals
