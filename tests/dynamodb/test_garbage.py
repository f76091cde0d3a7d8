"""Whatever is sent through the door, the engine answers as a service does, and what it rejects changes nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynateach import Lab, LabError, ServiceError
from dynateach.dynamodb.operations.operation import OPERATIONS
from dynateach.dynamodb.rules.shapes import _service_model

plausible = st.sampled_from(
    [
        "things", "pk", "sk", "a", "", "ALL_OLD", "TOTAL", "COUNT", "PAY_PER_REQUEST", "HASH", "#n", ":v", "S", "-1",
        "pk = :v", "pk = :v AND sk > :v", "SET n = :v", "attribute_exists(pk)", "a.b[0]", "REMOVE a", "a BETWEEN",
    ]
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 2**65), st.floats(allow_nan=False), st.text(max_size=5), plausible
)
tags = st.sampled_from(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "X"])
garbage = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(plausible, tags), inner, max_size=3)
    ),
    max_leaves=8,
)
good_parts: dict[str, Any] = {
    "TableName": "things",
    "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}},
    "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"N": "1"}},
    "KeyConditionExpression": "pk = :v",
    "ConditionExpression": "attribute_not_exists(pk) OR n > :v",
    "UpdateExpression": "SET n = :v",
    "ExpressionAttributeValues": {":v": {"S": "a"}},
    "TransactItems": [{"Put": {"TableName": "things", "Item": {"pk": {"S": "y"}, "sk": {"S": "y"}}}}],
    "RequestItems": {"things": [{"PutRequest": {"Item": {"pk": {"S": "z"}, "sk": {"S": "z"}}}}]},
}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any]:
    operation = draw(st.sampled_from(sorted(OPERATIONS)))
    shape = _service_model(OPERATIONS[operation].service).operation_model(operation).input_shape
    assert shape is not None
    params = {name: good_parts[name] for name in shape.members if name in good_parts and draw(st.booleans())}
    for name in draw(st.lists(st.sampled_from(sorted(shape.members) or ["Nothing"]), max_size=4, unique=True)):
        params[name] = draw(garbage)
    return operation, draw(st.one_of(st.just(params), st.just(params), garbage))


def everything_in(lab: Lab) -> Any:
    tables = lab.request("dynamodb", "ListTables", {})["TableNames"]
    return {
        table: (
            lab.request("dynamodb", "DescribeTable", {"TableName": table}),
            lab.request("dynamodb", "Scan", {"TableName": table}),
        )
        for table in tables
    }


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests())
def test_garbage_is_rejected_in_the_services_words_and_changes_nothing(request: tuple[str, Any]) -> None:
    lab = a_lab()
    before = everything_in(lab)
    operation, params = request
    try:
        lab.request(OPERATIONS[operation].service, operation, params)
    except ServiceError as error:
        assert error.status == 400
        assert error.code.endswith("Exception")
        assert everything_in(lab) == before
    except LabError as error:
        assert "does not simulate" in str(error)
        assert everything_in(lab) == before


def a_lab() -> Lab:
    lab = Lab()
    lab.request(
        "dynamodb",
        "CreateTable",
        {
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        },
    )
    lab.request(
        "dynamodb", "PutItem", {"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"N": "5"}}}
    )
    return lab


@pytest.mark.parametrize("params", [None, [], "text", 5, {"TableName": None}, {"TableName": ["things"]}])
def test_a_request_that_is_no_structure_is_an_error_of_the_caller(params: Any) -> None:
    for operation in OPERATIONS:
        shape = _service_model(OPERATIONS[operation].service).operation_model(operation).input_shape
        if isinstance(params, dict) and shape and not shape.required_members:
            continue
        with pytest.raises(ServiceError):
            a_lab().request(OPERATIONS[operation].service, operation, params)
