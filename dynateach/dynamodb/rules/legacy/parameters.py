"""Which parameters are legacy, and that a request keeps to one kind, old or new."""

from collections.abc import Mapping
from typing import Any

from dynateach.dynamodb.rules.legacy import messages

_OLD = (
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "AttributeUpdates",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
)
_NEW = (
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
"""Both in the order in which DynamoDB lists them."""

_is_without_old = frozenset(_OLD).isdisjoint


def uses(params: Mapping[str, Any]) -> bool:
    """Whether the request, or the part of a batch, has a legacy parameter."""
    return not _is_without_old(params)


def require_one_kind(params: Mapping[str, Any]) -> None:
    """Raises DynamoDB's error for a request that mixes legacy parameters with expressions.

    KeyConditions may stand beside any expression but a KeyConditionExpression.
    """
    new = [name for name in _NEW if name in params]
    old = [name for name in _OLD if name in params and (name != "KeyConditions" or "KeyConditionExpression" in params)]
    if old and new:
        raise messages.both_kinds(old, new)
