"""AttributesToGet, KeyConditions, QueryFilter and ScanFilter, in wire form."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from tests.tables import create


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    table = create(lab, sort="sk:N")
    for number in range(5):
        table.put_item(Item={"pk": "a", "sk": number, "color": ["red", "blue"][number % 2], "a.b": "dotted"})
    return lab


def query(lab: Lab, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", "Query", {"TableName": "things", **params})


def scan(lab: Lab, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", "Scan", {"TableName": "things", **params})


def refusal(lab: Lab, operation: str, **params: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, {"TableName": "things", **params})
    assert caught.value.code == "ValidationException"
    return caught.value.message


def condition(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def number(value: int) -> dict[str, Any]:
    return {"N": str(value)}


A = condition("EQ", {"S": "a"})
RED = condition("EQ", {"S": "red"})


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        (None, [0, 1, 2, 3, 4]),
        (condition("EQ", number(2)), [2]),
        (condition("LT", number(2)), [0, 1]),
        (condition("LE", number(2)), [0, 1, 2]),
        (condition("GT", number(2)), [3, 4]),
        (condition("GE", number(2)), [2, 3, 4]),
        (condition("BETWEEN", number(1), number(3)), [1, 2, 3]),
    ],
)
def test_key_conditions_select_as_an_expression_would(lab: Lab, sort: Any, found: list[int]) -> None:
    conditions = {"pk": A} if sort is None else {"sk": sort, "pk": A}
    assert [int(item["sk"]["N"]) for item in query(lab, KeyConditions=conditions)["Items"]] == found


def test_key_conditions_can_ask_for_a_beginning() -> None:
    lab = Lab()
    table = create(lab)
    for name in ("ab", "abc", "b"):
        table.put_item(Item={"pk": "a", "sk": name})
    wanted = {"pk": A, "sk": condition("BEGINS_WITH", {"S": "ab"})}
    assert query(lab, KeyConditions=wanted)["Count"] == 2


def test_key_conditions_may_be_as_many_as_an_index_has_keys() -> None:
    lab = Lab()
    keys = [("g", "HASH"), ("x", "RANGE"), ("y", "RANGE")]
    index = {
        "IndexName": "wide",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        "Projection": {"ProjectionType": "ALL"},
    }
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "g", "x", "y")]
    request = {
        "TableName": "things",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": definitions,
        "GlobalSecondaryIndexes": [index],
        "BillingMode": "PAY_PER_REQUEST",
    }
    lab.request("dynamodb", "CreateTable", request)
    lab.client().get_waiter("table_exists").wait(TableName="things")
    for name in "abc":
        item = {key: {"S": "a"} for key in ("g", "x")} | {"pk": {"S": name}, "y": {"S": name}}
        lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})
    conditions = {"g": A, "x": A, "y": condition("GT", {"S": "a"})}
    assert query(lab, IndexName="wide", KeyConditions=conditions)["Count"] == 2
    text = refusal(lab, "Query", IndexName="wide", KeyConditions={"g": A, "y": A})
    assert text.startswith("RANGE key attributes x must have equality conditions")


def test_key_conditions_may_stand_beside_expressions(lab: Lab) -> None:
    answer = query(
        lab,
        KeyConditions={"pk": A},
        FilterExpression="color = :red",
        ProjectionExpression="sk",
        ExpressionAttributeValues={":red": {"S": "red"}},
    )
    assert answer["Items"] == [{"sk": number(n)} for n in (0, 2, 4)]


@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_a_filter_counts_what_it_leaves_out_as_scanned(lab: Lab, operation: str) -> None:
    read = {"Query": query, "Scan": scan}[operation]
    keys: dict[str, Any] = {"KeyConditions": {"pk": A}} if operation == "Query" else {}
    filter = {"color": RED, "missing": condition("NOT_NULL")}
    kept = read(lab, **keys, **{f"{operation}Filter": filter}, ConditionalOperator="OR")
    assert (kept["Count"], kept["ScannedCount"]) == (3, 5)
    assert read(lab, **keys, **{f"{operation}Filter": filter})["Count"] == 0


def test_attributes_to_get_are_names_not_paths(lab: Lab) -> None:
    wanted = {"KeyConditions": {"pk": A}, "Limit": 1}
    assert query(lab, **wanted, AttributesToGet=["a.b", "none"])["Items"] == [{"a.b": {"S": "dotted"}}]
    assert scan(lab, Limit=1, AttributesToGet=["sk"])["Items"] == [{"sk": number(0)}]
    key = {"pk": {"S": "a"}, "sk": number(1)}
    got = lab.request("dynamodb", "GetItem", {"TableName": "things", "Key": key, "AttributesToGet": ["color"]})
    assert got == {"Item": {"color": {"S": "blue"}}}
    batch = {"things": {"Keys": [key], "AttributesToGet": ["color", "sk"]}}
    responses = lab.request("dynamodb", "BatchGetItem", {"RequestItems": batch})["Responses"]
    assert responses == {"things": [{"color": {"S": "blue"}, "sk": number(1)}]}


def test_an_item_with_none_of_the_attributes_is_empty_yet_there(lab: Lab) -> None:
    key = {"pk": {"S": "a"}, "sk": number(1)}
    got = lab.request("dynamodb", "GetItem", {"TableName": "things", "Key": key, "AttributesToGet": ["none"]})
    assert got == {"Item": {}}


INVALID = "One or more parameter values were invalid: "


def test_an_attribute_can_be_got_only_once(lab: Lab) -> None:
    text = f"{INVALID}Duplicate value in attribute name: x"
    twice, key = ["x", "y", "x"], {"pk": {"S": "a"}, "sk": number(1)}
    assert refusal(lab, "Query", KeyConditions={"pk": A}, AttributesToGet=twice) == text
    assert refusal(lab, "Scan", AttributesToGet=twice) == text
    assert refusal(lab, "GetItem", Key=key, AttributesToGet=twice) == text
    assert refusal(lab, "BatchGetItem", RequestItems={"things": {"Keys": [key], "AttributesToGet": twice}}) == text


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({}, "Conditions can be of length 1 or 2 only"),
        ({"pk": A, "sk": A, "color": A}, "Conditions can be of length 1 or 2 only"),
        ({"color": A}, "Query condition missed key schema element: pk"),
        ({"pk": A, "color": A}, "Query condition missed key schema element: sk"),
        ({"pk": condition("GT", {"S": "a"})}, "Query key condition not supported"),
        ({"pk": condition("NE", {"S": "a"})}, "Attempted conditional constraint is not an indexable operation"),
        ({"pk": condition("NULL")}, "Attempted conditional constraint is not an indexable operation"),
        (
            {"pk": A, "sk": condition("IN", number(1))},
            "Attempted conditional constraint is not an indexable operation",
        ),
        ({"pk": condition("EQ")}, f"{INVALID}Invalid number of argument(s) for the EQ ComparisonOperator"),
        (
            {"pk": A, "sk": condition("GT", {"S": "1"})},
            f"{INVALID}Condition parameter type does not match schema type",
        ),
        (
            {"pk": A, "sk": condition("BEGINS_WITH", number(1))},
            f"{INVALID}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
        ),
        (
            {"pk": A, "sk": condition("BETWEEN", number(10), number(9))},
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        ),
        ({"pk": A, "sk": condition("GT", {"N": "x"})}, "The parameter cannot be converted to a numeric value: x"),
    ],
)
def test_key_conditions_that_can_not_select_by_key_are_refused(lab: Lab, conditions: dict[str, Any], text: str) -> None:
    assert refusal(lab, "Query", KeyConditions=conditions) == text


def test_a_query_wants_a_key_condition_of_either_kind(lab: Lab) -> None:
    assert refusal(lab, "Query") == (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )


def test_a_query_filter_is_not_for_keys_but_a_scan_filter_may_be(lab: Lab) -> None:
    for name in ("pk", "sk"):
        assert refusal(lab, "Query", KeyConditions={"pk": A}, QueryFilter={name: condition("NOT_NULL")}) == (
            f"QueryFilter can only contain non-primary key attributes: Primary key attribute: {name}"
        )
    assert scan(lab, ScanFilter={"sk": condition("GT", number(3))})["Count"] == 1


def test_a_conditional_operator_needs_two_conditions_to_join(lab: Lab) -> None:
    without = "ConditionalOperator cannot be used without Filter or Expected"
    one = "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    assert refusal(lab, "Query", KeyConditions={"pk": A}, ConditionalOperator="OR") == without
    assert refusal(lab, "Scan", ConditionalOperator="OR") == without
    assert refusal(lab, "Scan", ConditionalOperator="AND", ScanFilter={"color": RED}) == one


@pytest.mark.parametrize(
    ("operation", "params", "old", "new"),
    [
        ("GetItem", {"AttributesToGet": ["s"], "ProjectionExpression": ""}, "AttributesToGet", "ProjectionExpression"),
        (
            "Scan",
            {"AttributesToGet": ["s"], "ScanFilter": {}, "ConditionalOperator": "OR", "FilterExpression": ""},
            "AttributesToGet, ScanFilter, ConditionalOperator",
            "FilterExpression",
        ),
        (
            "Query",
            {"KeyConditions": {}, "KeyConditionExpression": "", "FilterExpression": "", "ProjectionExpression": ""},
            "KeyConditions",
            "ProjectionExpression, FilterExpression, KeyConditionExpression",
        ),
        (
            "Query",
            {"KeyConditions": {}, "QueryFilter": {}, "ProjectionExpression": ""},
            "QueryFilter",
            "ProjectionExpression",
        ),
    ],
)
def test_old_and_new_parameters_do_not_mix(
    lab: Lab, operation: str, params: dict[str, Any], old: str, new: str
) -> None:
    key = {"Key": {"pk": {"S": "a"}, "sk": number(1)}} if operation == "GetItem" else {}
    assert refusal(lab, operation, **key, **params) == (
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{old}}} Expression parameters: {{{new}}}"
    )


def test_a_selection_other_than_attributes_does_not_get_attributes(lab: Lab) -> None:
    text = refusal(lab, "Scan", Select="COUNT", AttributesToGet=["color"])
    assert text.endswith("Cannot specify the AttributesToGet when choosing to get only the Count")
    assert scan(lab, Select="SPECIFIC_ATTRIBUTES", AttributesToGet=["none"])["Items"] == [{}] * 5
