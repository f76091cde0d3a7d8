"""The constraints of the service model that a request breaks, in DynamoDB's words and in its order.

botocore's model says what the constraints are. What it does not say, the tables at the end of this file do: the orders of
members and of enumerated values, what comes alone although more is wrong, and which few members are named in another
way. They are as others observed them on the live service: most in 2015–2020, what is marked so in 2026.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, StructureShape
from botocore.model import Shape as ModelShape

from dynateach.dynamodb.rules.values import java_text, json_text

MAX_PROBLEMS = 10
"""DynamoDB lists no more than ten."""

TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
TABLE_NAME_LENGTH = (3, 255)


def complaint(operation: str, model: StructureShape, params: Mapping[str, Any]) -> str:
    """What DynamoDB says about parameters of the right types, or nothing if they satisfy every constraint."""
    problems = _told(operation, model, params)
    if not problems:
        return ""
    if operation == "Query" and problems[0].startswith(
        "Value '" + str(params.get("ConditionalOperator")) + "' at 'cond"
    ):
        return _QUERY_OPERATOR
    plural = "s" if len(problems) > 1 else ""
    return f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"


def names_a_table(value: str) -> bool:
    """Whether it may be the name of a table, or its ARN."""
    low, high = TABLE_NAME_LENGTH
    return value.startswith("arn:") or (low <= len(value) <= high and TABLE_NAME.fullmatch(value) is not None)


def _told(operation: str, model: StructureShape, params: Mapping[str, Any]) -> list[str]:
    if operation in _KEYED_WRITES and "Key" not in params:
        return list(_structure_problems(model, params, "", operation, _WITHOUT_KEY))[:MAX_PROBLEMS]
    for member in _ALONE.get(operation, ()):
        for problem in _member_problems(model, member, params, "", operation, _own_problems):
            return [problem]
    most = 1 if operation == "UpdateItem" else MAX_PROBLEMS
    return list(_structure_problems(model, params, "", operation))[:most]


def _structure_problems(
    model: StructureShape, value: Mapping[str, Any], path: str, operation: str, order: tuple[str, ...] = ()
) -> Iterator[str]:
    order = order or _ORDERS.get(model.name, ())
    for name in (*order, *(name for name in model.members if name not in order)):
        if name in model.members:
            yield from _member_problems(model, name, value, path, operation)


Judge = Callable[[ModelShape, Any, str, str], Iterator[str]]
"""Takes a model, a value, its path and the operation to the problems of the value."""


def _member_problems(
    model: StructureShape, name: str, value: Mapping[str, Any], path: str, operation: str, judge: Judge | None = None
) -> Iterator[str]:
    where = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
    if value.get(name) is not None:
        yield from (judge or _problems)(model.members[name], value[name], where, operation)
    elif name in model.required_members:
        yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _problems(model: ModelShape, value: Any, path: str, operation: str) -> Iterator[str]:
    if model.name == "AttributeValue":
        return
    if isinstance(model, StructureShape):
        yield from _structure_problems(model, value, path, operation)
    else:
        yield from _own_problems(model, value, path, operation)
    if isinstance(model, ListShape):
        for index, part in enumerate(value, 1):
            yield from _problems(model.member, part, f"{path}.{index}.member", operation)
    elif isinstance(model, MapShape):
        yield from _key_problems(model, value, path)
        for key, part in value.items():
            yield from _problems(model.value, part, f"{path}.{key}.member", operation)


def _key_problems(model: MapShape, value: dict[str, Any], path: str) -> Iterator[str]:
    """DynamoDB does not say which key is bad, or which list is too long: it tells all that they must satisfy."""
    if model.key.name == "TableArn" and not all(map(names_a_table, value)):
        bounds = _both_bounds(*TABLE_NAME_LENGTH)
        pattern = f"Member must satisfy regular expression pattern: {TABLE_NAME.pattern}"
        yield _problem(json_text(value), path, f"Map keys must satisfy constraint: [{bounds}, {pattern}]")
    if model.value.name == "WriteRequests":
        low, high = _bounds(model.value)
        if any(len(part) > high for part in value.values()):
            yield _problem(
                _shown(model, value), path, f"Map value must satisfy constraint: [{_both_bounds(low, high)}]"
            )


def _both_bounds(low: float, high: float) -> str:
    return (
        f"Member must have length less than or equal to {high}, Member must have length greater than or equal to {low}"
    )


def _own_problems(model: ModelShape, value: Any, path: str, operation: str) -> Iterator[str]:
    if model.name == "TableArn":
        yield from _table_name_problems(value, path)
        return
    choices = _CHOICES.get(model.name, getattr(model, "enum", ()))
    if choices and value not in choices:
        yield _problem(_shown(model, value), path, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    pattern = model.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _problem(_shown(model, value), path, f"Member must satisfy regular expression pattern: {pattern}")
    for constraint in _out_of_bounds(model, value):
        if (operation, model.name) in _UNVALUED:
            yield _unvalued(path, constraint)
        else:
            yield _problem(_shown(model, value), path, constraint)


def _table_name_problems(value: str, path: str) -> Iterator[str]:
    """Observed in 2026: only the first problem; and a name too short for a table is just the name of no table, except
    in a transaction, which finds that it does not match the pattern.
    """
    if value.startswith("arn:"):
        return
    low, high = TABLE_NAME_LENGTH
    in_transaction = path.startswith("transactItems")
    if not value and not in_transaction:
        yield _problem(value, path, "Member must have length greater than or equal to 1")
    elif len(value) > high and not in_transaction:
        yield _problem(value, path, f"Member must have length less than or equal to {high}")
    elif not TABLE_NAME.fullmatch(value) or (in_transaction and not low <= len(value) <= high):
        yield _problem(value, path, f"Member must satisfy regular expression pattern: {TABLE_NAME.pattern}")


def _out_of_bounds(model: ModelShape, value: Any) -> Iterator[str]:
    if isinstance(value, bool) or model.name == "AttributeName":
        return
    sized = isinstance(value, str | list | dict)
    measure, quantity = (len(value), "length") if sized else (value, "value")
    low, high = _bounds(model)
    if measure < low:
        yield f"Member must have {quantity} greater than or equal to {low}"
    if measure > high and model.name != "WriteRequests":
        yield f"Member must have {quantity} less than or equal to {high}"


def _bounds(model: ModelShape) -> tuple[float, float]:
    return model.metadata.get("min", float("-inf")), model.metadata.get("max", float("inf"))


def _problem(value: str, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _unvalued(path: str, constraint: str) -> str:
    """As a newer part of the service words it: the member's name as in the request, and not its value."""
    where = path[0].upper() + path[1:]
    if where.endswith(".keys"):
        where = where.removesuffix("keys") + "Keys"
    return f"Value at '{where}' failed to satisfy constraint: {constraint}"


def _shown(model: ModelShape, value: Any) -> str:
    """A value as DynamoDB's messages print it: a structure with its name and its members."""
    if isinstance(model, StructureShape) and model.name != "AttributeValue":
        parts = [
            f"{name[0].lower()}{name[1:]}={_shown(model.members[name], part)}"
            for name, part in value.items()
            if name in model.members
        ]
        return f"{model.name}({', '.join(parts)})"
    if isinstance(model, ListShape):
        return f"[{', '.join(_shown(model.member, part) for part in value)}]"
    if isinstance(model, MapShape):
        return "{" + ", ".join(f"{key}={_shown(model.value, part)}" for key, part in value.items()) + "}"
    return java_text(value)


_KEYED_WRITES = frozenset({"UpdateItem", "DeleteItem"})

_ALONE = {
    **dict.fromkeys(("PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan"), ("TableName",)),
    **dict.fromkeys(("BatchGetItem", "BatchWriteItem"), ("RequestItems",)),
    "TransactGetItems": ("TransactItems",),
    "TransactWriteItems": ("TransactItems", "ClientRequestToken"),
}
"""Members whose own first problem is the only one that is told (observed in 2026)."""

_WITHOUT_KEY = (
    "ReturnConsumedCapacity",
    "TableName",
    "ReturnValues",
    "ReturnItemCollectionMetrics",
    "ConditionalOperator",
    "Key",
)
"""The order in which an update or delete without a key lists its problems, the table's name among them (observed in 2026)."""

_WRITE = ("ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "ConditionalOperator")
_INDEX = ("IndexName", "KeySchema", "Projection")
_ORDERS = {
    "PutItemInput": _WRITE,
    "UpdateItemInput": _WRITE,
    "DeleteItemInput": _WRITE,
    "GetItemInput": ("ReturnConsumedCapacity", "AttributesToGet"),
    "QueryInput": (
        "Select",
        "IndexName",
        "ReturnConsumedCapacity",
        "QueryFilter",
        "ConditionalOperator",
        "AttributesToGet",
        "Limit",
        "KeyConditions",
    ),
    "ScanInput": (
        "Select",
        "IndexName",
        "TotalSegments",
        "ReturnConsumedCapacity",
        "ConditionalOperator",
        "ScanFilter",
        "Segment",
        "Limit",
        "AttributesToGet",
    ),
    "TransactWriteItemsInput": ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "TransactItems"),
    "TransactGetItemsInput": ("ReturnConsumedCapacity", "TransactItems"),
    "CreateTableInput": (
        "AttributeDefinitions",
        "TableName",
        "BillingMode",
        "ProvisionedThroughput",
        "KeySchema",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
    ),
    "ProvisionedThroughput": ("WriteCapacityUnits", "ReadCapacityUnits"),
    "LocalSecondaryIndex": _INDEX,
    "GlobalSecondaryIndex": (*_INDEX, "ProvisionedThroughput"),
    "CreateGlobalSecondaryIndexAction": ("Projection", "IndexName", "ProvisionedThroughput", "KeySchema"),
    "UpdateTableInput": ("TableName", "ProvisionedThroughput", "BillingMode", "GlobalSecondaryIndexUpdates"),
    "GlobalSecondaryIndexUpdate": ("Update", "Create", "Delete"),
    "ListTablesInput": ("Limit", "ExclusiveStartTableName"),
}
"""The order in which members are looked at; those that are not named come after, as the model has them."""

_CHOICES = {
    "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ConditionalOperator": ("OR", "AND"),
    "Select": ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
    "ComparisonOperator": (
        "IN",
        "NULL",
        "BETWEEN",
        "LT",
        "NOT_CONTAINS",
        "EQ",
        "GT",
        "NOT_NULL",
        "NE",
        "LE",
        "BEGINS_WITH",
        "GE",
        "CONTAINS",
    ),
    "ScalarAttributeType": ("B", "N", "S"),
    "ProjectionType": ("ALL", "INCLUDE", "KEYS_ONLY"),
}
"""Enumerated values in the service's own order, where the model has another one."""

_UNVALUED = frozenset(
    {
        ("Query", "PositiveIntegerObject"),
        ("Scan", "PositiveIntegerObject"),
        ("Scan", "ScanSegment"),
        ("BatchGetItem", "BatchGetRequestMap"),
        ("BatchGetItem", "KeyList"),
        ("BatchWriteItem", "BatchWriteItemRequestMap"),
        ("BatchWriteItem", "WriteRequests"),
        ("TransactWriteItems", "ClientRequestToken"),
    }
)
"""Of these, by operation and shape, DynamoDB tells the name as in the request, and not the value (observed in 2026)."""

_QUERY_OPERATOR = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
"""What a Query says of a wrong ConditionalOperator (observed in 2026); ALL is the service's own slip."""
