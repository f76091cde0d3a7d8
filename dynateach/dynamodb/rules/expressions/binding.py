"""Binding: the expressions of one request, joined with its placeholders and ready to be evaluated.

Two steps are kept for the next request that looks the same. Parsing depends on a text alone. Binding depends on
all texts of the request, on its names, and on the *types* of its values, but not on the values: those are
arguments of evaluation. The few rules about values themselves are checked each time.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dynateach.dynamodb.rules.expressions import messages
from dynateach.dynamodb.rules.expressions.conditions import Test, test_of
from dynateach.dynamodb.rules.expressions.context import Check, Context, Values
from dynateach.dynamodb.rules.expressions.grammar import parse_condition, parse_projection, parse_update
from dynateach.dynamodb.rules.expressions.keys import KeyCondition, bind_key_condition
from dynateach.dynamodb.rules.expressions.paths import head
from dynateach.dynamodb.rules.expressions.projections import Projection, bind_projection
from dynateach.dynamodb.rules.expressions.soundness import sound_condition
from dynateach.dynamodb.rules.expressions.tree import Node, paths_in
from dynateach.dynamodb.rules.expressions.updates import Update, bind_update
from dynateach.dynamodb.rules.limits import ATTRIBUTE_NAME_BYTES, EXPRESSION_PLACEHOLDER_BYTES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """The expressions of one request, each None if it was not given. It holds no values, so requests may share it.

    ``condition(item, values)`` and ``filter(item, values)`` are tests; ``projection(item)`` is the item with
    only the selected parts; ``update(item, values)`` is a new item; ``key_condition.select(…)`` says where a
    Query looks. ``filter_attributes`` are the top-level names in the filter (keys may not be among them),
    ``nested_attributes`` the names that any of the expressions looks into (keys have nothing inside).
    ``checks`` are the rules about values, each with its parameter.
    """

    condition: Test | None = None
    filter: Test | None = None
    projection: Projection | None = None
    key_condition: KeyCondition | None = None
    update: Update | None = None
    filter_attributes: frozenset[str] = frozenset()
    nested_attributes: frozenset[str] = frozenset()
    checks: tuple[tuple[str, Check], ...] = ()


def bind(
    *,
    condition: str | None = None,
    filter: str | None = None,
    projection: str | None = None,
    key_condition: str | None = None,
    update: str | None = None,
    names: Mapping[str, str] | None = None,
    values: Values | None = None,
    parameters: Sequence[str] | None = None,
) -> Bound:
    """The expressions of a request, joined with its ExpressionAttributeNames and its (canonical)
    ExpressionAttributeValues.

    ``parameters`` are the operation's expression parameters that may use values: DynamoDB lists them if there are
    values and none of these is given. Raises DynamoDB's error for the first rule that the expressions break.
    """
    texts = (update, condition, key_condition, filter, projection)
    key = (
        texts,
        None if names is None else tuple(names.items()),
        None if values is None else tuple([(placeholder, *value) for placeholder, value in values.items()]),
    )
    bound = _kept.get(key)
    if bound is None:
        _require_placeholders_belong(texts, names, values, parameters)
        bound = _bind(texts, names or {}, values or {})
        _keep(key, bound)
    elif bound.checks:
        _check(bound, values or {})
    return bound


Texts = tuple[str | None, str | None, str | None, str | None, str | None]
"""Update, condition, key condition, filter and projection: the order in which DynamoDB looks at them."""

_kept: dict[object, Bound] = {}
_KEPT = 1024
"""How many bound requests are kept; beyond that the oldest makes way."""


def _keep(key: object, bound: Bound) -> None:
    if len(_kept) >= _KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[key] = bound


def _check(bound: Bound, values: Values) -> None:
    for parameter, check in bound.checks:
        try:
            check(values)
        except messages.ExpressionError as flaw:
            raise messages.refusal(parameter, flaw) from None


def _bind(texts: Texts, names: Mapping[str, str], values: Values) -> Bound:
    context = Context(names, values)
    update_text, condition_text, key_condition_text, filter_text, projection_text = texts
    update = _part("UpdateExpression", update_text, _update, context)
    condition = _part("ConditionExpression", condition_text, _condition, context)
    key_condition = _part("KeyConditionExpression", key_condition_text, _condition, context)
    filter = _part("FilterExpression", filter_text, _condition, context)
    projection = _part("ProjectionExpression", projection_text, _projection, context)
    _require_all_used(context)
    return Bound(
        condition=test_of(condition, context) if condition else None,
        filter=test_of(filter, context) if filter else None,
        projection=projection,
        key_condition=bind_key_condition(key_condition, context) if key_condition else None,
        update=update,
        filter_attributes=_attributes(filter, context) if filter else frozenset(),
        nested_attributes=frozenset(context.nested),
        checks=tuple(context.checks),
    )


def _part(parameter: str, text: str | None, bind: Callable[[str, Context], T], context: Context) -> T | None:
    if text is None:
        return None
    context.parameter = parameter
    try:
        return bind(text, context)
    except messages.ExpressionError as flaw:
        raise messages.refusal(parameter, flaw) from None


def _condition(text: str, context: Context) -> Node:
    return sound_condition(parse_condition(text), context)


def _projection(text: str, context: Context) -> Projection:
    return bind_projection(parse_projection(text), context)


def _update(text: str, context: Context) -> Update:
    return bind_update(parse_update(text), context)


def _attributes(condition: Node, context: Context) -> frozenset[str]:
    return frozenset(head(context.steps(path)) for path in paths_in(condition))


# Placeholders

_is_name = re.compile(r"#[A-Za-z0-9_]+").fullmatch
_is_value = re.compile(r":[A-Za-z0-9_]+").fullmatch


def _require_placeholders_belong(
    texts: Texts, names: Mapping[str, str] | None, values: Values | None, parameters: Sequence[str] | None
) -> None:
    """Placeholders need an expression that may use them; a projection uses no values."""
    if names is not None and not any(text is not None for text in texts):
        raise messages.names_without_expression()
    if values is not None and not any(text is not None for text in texts[:-1]):
        raise messages.values_without_expression(parameters or ["ConditionExpression"])
    if names is not None:
        _require_placeholders("ExpressionAttributeNames", names, _is_name)
        _require_names(names)
    if values is not None:
        _require_placeholders("ExpressionAttributeValues", values, _is_value)


def _require_placeholders(parameter: str, given: Mapping[str, object], is_one: Callable[[str], object]) -> None:
    if not given:
        raise messages.no_placeholders(parameter)
    for placeholder in given:
        if not is_one(placeholder):
            raise messages.invalid_placeholder(parameter, placeholder)
        if len(placeholder) > EXPRESSION_PLACEHOLDER_BYTES:
            raise messages.placeholder_too_long(parameter, len(placeholder))


def _require_names(names: Mapping[str, str]) -> None:
    for placeholder, name in names.items():
        if not name:
            raise messages.empty_name(placeholder)
        if len(name) * 4 > ATTRIBUTE_NAME_BYTES and len(name.encode()) > ATTRIBUTE_NAME_BYTES:
            raise messages.name_too_long(placeholder)


def _require_all_used(context: Context) -> None:
    if context.unused_names:
        raise messages.unused_placeholders("ExpressionAttributeNames", context.unused_names)
    if context.unused_values:
        raise messages.unused_placeholders("ExpressionAttributeValues", context.unused_values)
