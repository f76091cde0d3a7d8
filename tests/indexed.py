"""Tables with secondary indexes, written briefly: ``g:S / n:N -> x, y`` is an index with the partition key ``g``, the
sort key ``n``, and ``x`` and ``y`` projected.
"""

from typing import Any

from dynateach import Lab

Specs = dict[str, str]


def create_indexed(
    lab: Lab, globals: Specs | None = None, locals: Specs | None = None, key: str = "pk:S / sk:S", **more: Any
) -> Any:
    """A boto3 Table with these indexes by name, ready for use; several attributes of a key are separated by spaces."""
    params = definition(globals, locals, key, **more)
    table = lab.resource("dynamodb").create_table(**params)
    table.wait_until_exists()
    return table


def definition(
    globals: Specs | None = None, locals: Specs | None = None, key: str = "pk:S / sk:S", **more: Any
) -> dict[str, Any]:
    """What CreateTable wants to know of such a table."""
    params: dict[str, Any] = {"TableName": "things", "KeySchema": key_schema(key), **more}
    if "ProvisionedThroughput" not in params:
        params.setdefault("BillingMode", "PAY_PER_REQUEST")
    params["AttributeDefinitions"] = attributes(key, *(globals or {}).values(), *(locals or {}).values())
    for kind, wanted in (("GlobalSecondaryIndexes", globals), ("LocalSecondaryIndexes", locals)):
        if wanted is not None:
            params[kind] = [index_definition(name, spec) for name, spec in wanted.items()]
    return params


def index_definition(name: str, spec: str) -> dict[str, Any]:
    """One index as CreateTable takes it; ALL is projected unless the spec says otherwise."""
    key, _, projected = spec.partition(" -> ")
    return {"IndexName": name, "KeySchema": key_schema(key), "Projection": _projection(projected or "ALL")}


def key_schema(key: str) -> list[dict[str, str]]:
    """A KeySchema; the types are left out."""
    partition, _, sort = key.partition(" / ")
    return [
        {"AttributeName": attribute.partition(":")[0], "KeyType": kind}
        for kind, part in (("HASH", partition), ("RANGE", sort))
        for attribute in part.split()
    ]


def attributes(*specs: str) -> list[dict[str, str]]:
    """The AttributeDefinitions of all keys, each attribute once; a type need be given only once."""
    types: dict[str, str] = {}
    for spec in specs:
        for attribute in spec.partition(" -> ")[0].replace("/", " ").split():
            name, _, type = attribute.partition(":")
            types[name] = type or types.get(name, "")
    return [{"AttributeName": name, "AttributeType": type} for name, type in types.items()]


def _projection(projected: str) -> dict[str, Any]:
    if projected in ("ALL", "KEYS_ONLY"):
        return {"ProjectionType": projected}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": projected.split(", ")}


def everything(table: Any, operation: str = "scan", **params: Any) -> list[dict[str, Any]]:
    """The items of all pages of a Query or Scan."""
    found: list[dict[str, Any]] = []
    while True:
        page = getattr(table, operation)(**params)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        params["ExclusiveStartKey"] = page["LastEvaluatedKey"]
