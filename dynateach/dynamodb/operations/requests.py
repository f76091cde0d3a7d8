"""What the data operations have in common: their expressions, and the capacity they report."""

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.rules import errors, expressions
from dynateach.dynamodb.rules.expressions import Bound
from dynateach.dynamodb.rules.limits import EXPRESSION_SUBSTITUTION_BYTES
from dynateach.dynamodb.rules.values import Item, canonical
from dynateach.errors import ServiceError

_NO_VALUES: Item = {}
_TAKES_NO_VALUES = "ProjectionExpression"


def canonical_values(params: Params) -> Item:
    """The ExpressionAttributeValues in canonical form. Raises DynamoDB's error for a bad one,
    naming its placeholder.
    """
    given = params.get("ExpressionAttributeValues")
    if given is None:
        return _NO_VALUES
    if not given:
        raise errors.validation("ExpressionAttributeValues must not be empty")
    values, total = {}, 0
    for placeholder, value in given.items():
        values[placeholder], size = _canonical_value(placeholder, value)
        total += size
    if total > EXPRESSION_SUBSTITUTION_BYTES:
        raise errors.validation(
            f"ExpressionAttributeValues is too large; it may have {EXPRESSION_SUBSTITUTION_BYTES} bytes in all"
        )
    return values


def bound_expressions(params: Params, values: Item = _NO_VALUES, **surfaces: str | None) -> Bound:
    """The request's expressions, ready to evaluate; ``surfaces`` says which parameter holds which:
    ``condition="ConditionExpression"``.
    """
    texts = {surface: params.get(parameter) for surface, parameter in surfaces.items() if parameter}
    return expressions.bind(
        **texts,
        names=params.get("ExpressionAttributeNames"),
        values=values or None,
        parameters=[parameter for parameter in surfaces.values() if parameter and parameter != _TAKES_NO_VALUES],
    )


def require_scalar_keys(bound: Bound | None, key: tuple[str, ...]) -> None:
    """Raise DynamoDB's error if an expression looks into a key attribute, which has nothing inside."""
    for name in key if bound else ():
        if bound and name in bound.nested_attributes:
            raise errors.validation(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                f"Key: {name}"
            )


def consumed(answer: Params, params: Params, units: float) -> Params:
    """The answer, with the ConsumedCapacity that the request asked for."""
    wanted = params.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        answer["ConsumedCapacity"] = capacity(params["TableName"], units, wanted)
    return answer


def capacity(table: str, units: float, wanted: str) -> Params:
    """A ConsumedCapacity in wire form; ``wanted`` is TOTAL or INDEXES."""
    total: Params = {"TableName": table, "CapacityUnits": units}
    if wanted == "INDEXES":
        total["Table"] = {"CapacityUnits": units}
    return total


def _canonical_value(placeholder: str, value: Item) -> tuple[Item, int]:
    try:
        return canonical(value)
    except ServiceError as error:
        if error.code != "ValidationException":
            raise
        raise errors.validation(
            f"ExpressionAttributeValues contains invalid value: {error.message} for key {placeholder}"
        ) from None
