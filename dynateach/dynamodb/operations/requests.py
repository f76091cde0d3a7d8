"""What the data operations have in common: their expressions, and the capacity they report."""

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.rules import errors, expressions
from dynateach.dynamodb.rules.capacity import Consumed
from dynateach.dynamodb.rules.expressions import Bound, messages
from dynateach.dynamodb.rules.limits import EXPRESSION_SUBSTITUTION_BYTES
from dynateach.dynamodb.rules.values import Item, canonical, is_much_too_deep
from dynateach.dynamodb.storage.table import Table
from dynateach.errors import ServiceError

_NO_VALUES: Item = {}
_TAKES_NO_VALUES = "ProjectionExpression"


def canonical_values(params: Params, depth: int = 0) -> Item:
    """The ExpressionAttributeValues in canonical form. Raises DynamoDB's error for the first bad one.

    ``depth`` is as ``canonical`` takes it.
    """
    given = params.get("ExpressionAttributeValues")
    if given is None:
        return _NO_VALUES
    if not given:
        raise messages.no_placeholders("ExpressionAttributeValues")
    values, total = {}, 0
    for placeholder, value in given.items():
        try:
            values[placeholder], size = canonical(value, depth)
        except ServiceError as error:
            raise _naming(placeholder, value, error) from None
        total += size
    if total > EXPRESSION_SUBSTITUTION_BYTES:
        raise messages.values_too_large()
    return values


def _naming(placeholder: str, value: Item, error: ServiceError) -> ServiceError:
    """The error of a bad value, with its placeholder; bad numbers, repeated members and most of what is nested too deeply
    go without (observed by others in 2026).
    """
    if error.code != "ValidationException" or (isinstance(error, errors.Counted) and not is_much_too_deep(value)):
        return error
    return messages.invalid_value(placeholder, error.message)


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


def require_scalar_keys(bound: Bound | None, table: Table) -> None:
    """Raise DynamoDB's error if an expression looks into a key attribute, which has nothing inside."""
    if bound is None or not bound.nested_attributes:
        return
    for name in table.schema.names:
        _require_not_nested(bound, "Key", name)
    for index in table.indexes.values():
        for name in index.schema.index_names:
            _require_not_nested(bound, "IndexKey", name)


def _require_not_nested(bound: Bound, kind: str, name: str) -> None:
    if name in bound.nested_attributes:
        raise errors.validation(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
            f"{kind}: {name}"
        )


def consumed(answer: Params, params: Params, units: Consumed) -> Params:
    """The answer, with the ConsumedCapacity that the request asked for."""
    wanted = params.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        answer["ConsumedCapacity"] = capacity(params["TableName"], units, wanted)
    return answer


def capacity(table: str, units: Consumed, wanted: str, side: str = "") -> Params:
    """A ConsumedCapacity in wire form; ``wanted`` is TOTAL or INDEXES. A transaction also says which ``side`` the
    units are: "ReadCapacityUnits" or "WriteCapacityUnits".
    """

    def shown(units: float) -> Params:
        return {"CapacityUnits": units, side: units} if side else {"CapacityUnits": units}

    report: Params = {"TableName": table, **shown(units.total)}
    if wanted != "INDEXES":
        return report
    report["Table"] = shown(units.table)
    for kind, index, some in units.indexes:
        report.setdefault(kind, {})[index] = shown(some)
    return report


def add_units(totals: dict[str, Consumed], table: str, units: Consumed) -> None:
    """Count what one part of a request consumed towards its table's total."""
    totals[table] = totals[table].plus(units) if table in totals else units


def capacities(answer: Params, params: Params, totals: dict[str, Consumed], side: str = "") -> Params:
    """The answer, with the ConsumedCapacity of each table that the request asked for."""
    wanted = params.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        answer["ConsumedCapacity"] = [capacity(name, units, wanted, side) for name, units in totals.items()]
    return answer
