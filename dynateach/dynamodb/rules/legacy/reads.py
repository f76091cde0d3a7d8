"""The legacy parameters of reads: AttributesToGet, QueryFilter, ScanFilter and KeyConditions."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynateach.dynamodb.rules.expressions import Bound, KeyCondition, KeyRange, Projection, Values
from dynateach.dynamodb.rules.expressions.conditions import test_of
from dynateach.dynamodb.rules.expressions.keys import Term
from dynateach.dynamodb.rules.expressions.messages import unsupported_key_condition
from dynateach.dynamodb.rules.legacy import messages
from dynateach.dynamodb.rules.legacy.comparisons import INDEXABLE, arguments_of, comparison, joined, require_joinable
from dynateach.dynamodb.rules.legacy.parameters import require_one_kind
from dynateach.dynamodb.rules.legacy.placeholders import Placeholders
from dynateach.dynamodb.rules.values import Item


def bind_read(params: Mapping[str, Any]) -> tuple[Bound, Item]:
    """The filter, the projection and the key condition of a Query or Scan, and the values to evaluate them with.

    Raises DynamoDB's error for the first parameter that is not right: one of both kinds, the filter,
    ConditionalOperator, AttributesToGet, then KeyConditions.
    """
    require_one_kind(params)
    placeholders = Placeholders()
    conditions: Mapping[str, Any] = params.get("QueryFilter") or params.get("ScanFilter") or {}
    filter = joined(
        [
            comparison(one["ComparisonOperator"], placeholders.path(name), arguments_of(one, placeholders))
            for name, one in conditions.items()
        ],
        params.get("ConditionalOperator", "AND"),
    )
    require_joinable(conditions, params)
    bound = Bound(
        filter=test_of(filter, placeholders.context()) if filter else None,
        filter_attributes=frozenset(conditions),
        projection=_projection(params.get("AttributesToGet")),
        key_condition=_key_condition(params["KeyConditions"], placeholders) if "KeyConditions" in params else None,
    )
    return bound, placeholders.values


def bind_projection(params: Mapping[str, Any]) -> Projection | None:
    """What the AttributesToGet of a GetItem, or of a part of a BatchGetItem, select; None if there are none.

    Raises DynamoDB's error for attributes that are listed twice, or beside a ProjectionExpression.
    """
    require_one_kind(params)
    return _projection(params.get("AttributesToGet"))


def _projection(attributes: Sequence[str] | None) -> Projection | None:
    if attributes is None:
        return None
    for position, name in enumerate(attributes):
        if name in attributes[:position]:
            raise messages.duplicate_attribute(name)
    return Projection([(name,) for name in attributes])


class _KeyConditions(KeyCondition):
    """The key condition that KeyConditions stand for. Operators that can't select by key are only refused once it is
    known that they are about a key.
    """

    __slots__ = ()

    def select(self, partition_keys: Sequence[str], sort_keys: Sequence[str], values: Values) -> KeyRange:
        for name in partition_keys:
            if name in self._terms:
                _require_indexable(self._terms[name].operator)
        wanted = super().select(partition_keys, sort_keys, values)
        for condition in wanted.sort:
            _require_indexable(condition.operator)
        return wanted

    def _require_right_number(self, partition_keys: Sequence[str], sort_keys: Sequence[str]) -> None:
        if len(self._terms) > max(2, len(partition_keys) + len(sort_keys)):
            raise messages.wrong_number_of_key_conditions()
        if not sort_keys and len(self._terms) > len(partition_keys):
            raise unsupported_key_condition()


def _key_condition(conditions: Mapping[str, Any], placeholders: Placeholders) -> KeyCondition:
    if not conditions:
        raise messages.wrong_number_of_key_conditions()
    terms: dict[str, Term] = {}
    for name, condition in conditions.items():
        operator = condition["ComparisonOperator"]
        arguments = tuple(argument.placeholder for argument in arguments_of(condition, placeholders))
        terms[name] = Term(name, INDEXABLE.get(operator, operator), arguments)
    return _KeyConditions(terms)


def _require_indexable(operator: str) -> None:
    if operator not in INDEXABLE.values():
        raise messages.operator_not_for_keys()
