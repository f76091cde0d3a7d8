"""The legacy parameters of PutItem, UpdateItem and DeleteItem, bound as a write's expressions are."""

from collections.abc import Mapping
from typing import Any

from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.expressions.conditions import test_of
from dynateach.dynamodb.rules.legacy.expected import expected_condition
from dynateach.dynamodb.rules.legacy.placeholders import Placeholders
from dynateach.dynamodb.rules.legacy.updates import AttributeUpdate, actions_of
from dynateach.dynamodb.rules.values import Item


def bind_write(params: Mapping[str, Any]) -> tuple[Bound, Item]:
    """The condition and the update of a write, and the values to evaluate them with.

    Raises DynamoDB's error for the first parameter that is not right: AttributeUpdates, then Expected, then
    ConditionalOperator.
    """
    placeholders = Placeholders()
    actions = actions_of(params.get("AttributeUpdates", {}), placeholders)
    condition = expected_condition(params, placeholders)
    context = placeholders.context()
    bound = Bound(
        update=AttributeUpdate(actions, context) if actions else None,
        condition=test_of(condition, context) if condition else None,
    )
    return bound, placeholders.values
