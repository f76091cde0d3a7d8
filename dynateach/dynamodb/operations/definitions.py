"""The keys of a table and of its indexes, as CreateTable and UpdateTable are given them: which definitions make sense.

Documented: a table's key has one partition key and at most one sort key; a local index shares the table's partition key
and has a sort key of its own; a global index has up to four attributes for each (since November 2025). The order in which
the rules are looked at is as emulators have it that were tested against the live service. Assumed are the texts
about keys of more than two attributes, and about too many projected attributes.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import index_units_on_demand
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import (
    GLOBAL_INDEXES,
    INDEX_KEY_ATTRIBUTES,
    LOCAL_INDEXES,
    TABLE_PROJECTED_ATTRIBUTES,
)
from dynateach.dynamodb.storage.index import GLOBAL, LOCAL

Schema = list[dict[str, str]]
"""A KeySchema in wire form."""


def require_definitions(params: Params) -> None:
    """Raise DynamoDB's error unless CreateTable's keys, attributes and indexes fit together."""
    schema, defined = params["KeySchema"], attribute_names(params)
    _require_table_key(schema, defined)
    if LOCAL not in params and GLOBAL not in params and len(schema) != len(defined):
        raise errors.invalid_parameter(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        )
    names: list[str] = []
    if LOCAL in params:
        _require_local_indexes(params[LOCAL], schema, defined, names)
    if GLOBAL in params:
        _require_global_indexes(params[GLOBAL], defined, params.get("BillingMode") == "PAY_PER_REQUEST", names)
    indexes = [*params.get(LOCAL, ()), *params.get(GLOBAL, ())]
    _require_few_projected(indexes)
    require_all_used(defined, [schema, *(index["KeySchema"] for index in indexes)])


def require_new_index(index: dict[str, Any], defined: list[str], on_demand: bool, names: Iterable[str]) -> None:
    """Raise DynamoDB's error unless a global index can be added to a table; ``defined`` are the attributes that the
    request or the table defines, ``names`` those of the indexes that the table has.
    """
    _require_global_index(index, defined, on_demand, [*names])


def attribute_names(params: Params) -> list[str]:
    """The names in the AttributeDefinitions."""
    return [one["AttributeName"] for one in params.get("AttributeDefinitions") or ()]


def require_all_used(defined: list[str], schemas: Iterable[Schema]) -> None:
    """Raise DynamoDB's error for attributes that are defined, but belong to no key."""
    used = list(dict.fromkeys(name for schema in schemas for name in _names(schema)))
    if set(used) != set(defined) or len(defined) != len(used):
        raise errors.invalid_parameter(
            "Some AttributeDefinitions are not used. "
            f"AttributeDefinitions: [{', '.join(defined)}], keys used: [{', '.join(used)}]"
        )


def _require_table_key(schema: Schema, defined: list[str]) -> None:
    if len(schema) > 2:
        raise errors.validation(
            f"1 validation error detected: Value '{_shown(schema)}' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2"
        )
    if len(schema) > len(defined):
        raise errors.validation("Invalid KeySchema: Some index key attribute have no definition")
    _require_defined(schema, defined)
    _require_pair(schema)


def _require_defined(schema: Schema, defined: list[str]) -> None:
    if not set(_names(schema)) <= set(defined):
        raise errors.invalid_parameter(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(_names(schema))}], AttributeDefinitions: [{', '.join(defined)}]"
        )


def _require_pair(schema: Schema) -> None:
    """A partition key, then perhaps a sort key, of different names."""
    _require_different(schema)
    if schema[0]["KeyType"] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise errors.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def _require_different(schema: Schema) -> None:
    if len(set(_names(schema))) < len(schema):
        raise errors.validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def _require_local_indexes(
    indexes: Sequence[dict[str, Any]], table: Schema, defined: list[str], names: list[str]
) -> None:
    if not indexes:
        raise errors.invalid_parameter("List of LocalSecondaryIndexes is empty")
    if len(table) < 2:
        raise errors.invalid_parameter(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )
    for index in indexes:
        _require_local_index(index, table[0]["AttributeName"], defined)
        _require_projection(index["Projection"])
        _require_new_name(index["IndexName"], names)
    if len(indexes) > LOCAL_INDEXES:
        raise errors.invalid_parameter(f"Number of LocalSecondaryIndexes exceeds per-table limit of {LOCAL_INDEXES}")


def _require_local_index(index: dict[str, Any], table_partition_key: str, defined: list[str]) -> None:
    schema, name = index["KeySchema"], index["IndexName"]
    _require_defined(schema, defined)
    _require_pair(schema)
    if len(schema) < 2:
        raise errors.invalid_parameter(f"Index KeySchema does not have a range key for index: {name}")
    if schema[0]["AttributeName"] != table_partition_key:
        raise errors.invalid_parameter(
            f"Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. "
            f"index hash key: {schema[0]['AttributeName']}, table hash key: {table_partition_key}"
        )
    if len(schema) > 2:
        raise errors.validation("Invalid KeySchema: a local secondary index has one HASH key and one RANGE key")


def _require_global_indexes(
    indexes: Sequence[dict[str, Any]], defined: list[str], on_demand: bool, names: list[str]
) -> None:
    if not indexes:
        raise errors.invalid_parameter("List of GlobalSecondaryIndexes is empty")
    for index in indexes:
        _require_global_index(index, defined, on_demand, names)
    require_few_global_indexes(len(indexes))


def require_few_global_indexes(count: int) -> None:
    """Raise DynamoDB's error for more global indexes than a table may have."""
    if count > GLOBAL_INDEXES:
        raise errors.invalid_parameter(f"GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES}")


def _require_global_index(index: dict[str, Any], defined: list[str], on_demand: bool, names: list[str]) -> None:
    schema, name = index["KeySchema"], index["IndexName"]
    _require_defined(schema, defined)
    _require_global_key(schema)
    _require_projection(index["Projection"])
    if on_demand and "ProvisionedThroughput" in index:
        raise index_units_on_demand(name)
    if not on_demand and "ProvisionedThroughput" not in index:
        raise errors.invalid_parameter(f"ProvisionedThroughput must be specified for index: {name}")
    _require_new_name(name, names)


def _require_global_key(schema: Schema) -> None:
    _require_different(schema)
    types = [element["KeyType"] for element in schema]
    if types[0] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if types != sorted(types):
        raise errors.validation("Invalid KeySchema: HASH key elements must come before RANGE key elements")
    for type in ("HASH", "RANGE"):
        if types.count(type) > INDEX_KEY_ATTRIBUTES:
            raise errors.validation(f"Invalid KeySchema: more than {INDEX_KEY_ATTRIBUTES} {type} key elements")


def _require_projection(projection: dict[str, Any]) -> None:
    type = projection.get("ProjectionType")
    if type is None:
        raise errors.invalid_parameter("Unknown ProjectionType: null")
    if type != "INCLUDE" and "NonKeyAttributes" in projection:
        raise errors.invalid_parameter(f"ProjectionType is {type}, but NonKeyAttributes is specified")
    if type == "INCLUDE" and "NonKeyAttributes" not in projection:
        raise errors.invalid_parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")


def _require_few_projected(indexes: Iterable[dict[str, Any]]) -> None:
    count = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if count > TABLE_PROJECTED_ATTRIBUTES:
        raise errors.invalid_parameter(
            f"Number of projected attributes of all indexes exceeds the per-table limit of {TABLE_PROJECTED_ATTRIBUTES}"
        )


def _require_new_name(name: str, names: list[str]) -> None:
    if name in names:
        raise errors.invalid_parameter(f"Duplicate index name: {name}")
    names.append(name)


def _names(schema: Schema) -> list[str]:
    return [element["AttributeName"] for element in schema]


def _shown(schema: Schema) -> str:
    elements = (f"KeySchemaElement(attributeName={one['AttributeName']}, keyType={one['KeyType']})" for one in schema)
    return f"[{', '.join(elements)}]"
