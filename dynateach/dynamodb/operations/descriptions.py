"""What DescribeTable tells of a table."""

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.indexes import describe_indexes
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import units_of, wire_maxima, wire_units, wire_warm_units
from dynateach.dynamodb.rules.schema import IndexSchema, KeySchema
from dynateach.dynamodb.storage.index import GLOBAL
from dynateach.dynamodb.storage.stream import stream_description
from dynateach.dynamodb.storage.table import Table
from dynateach.world import ACCOUNT

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_MANAGED_KEY = "alias/aws/dynamodb"


def describe(db: "DynamoDB", table: Table) -> Params:
    """A TableDescription in wire form."""
    return {
        "AttributeDefinitions": used_attributes(table),
        "KeySchema": deepcopy(table.definition["KeySchema"]),
        **describe_briefly(db, table),
        "CreationDateTime": table.created / SECOND,
        "WarmThroughput": {**wire_warm_units(table.throughput_changes[""].warm), "Status": table.status},
        **_indexes(db, table),
        **stream_description(table),
        **_encryption(db, table),
        **_settings(table),
    }


def describe_briefly(db: "DynamoDB", table: Table) -> Params:
    """The part of a TableDescription that DeleteTable answers with."""
    counted = table.statistics(db.world.clock.now, db.world.profile.statistics_every)
    return {
        "TableName": table.name,
        "TableStatus": table.status,
        "ProvisionedThroughput": _throughput(db, table, "", table.definition),
        "TableSizeBytes": counted.bytes,
        "ItemCount": counted.items,
        "TableArn": db.arn(table.name),
        "TableId": table.id,
        "DeletionProtectionEnabled": bool(table.definition.get("DeletionProtectionEnabled")),
        **_mode(table),
    }


def describe_encryption(db: "DynamoDB", specification: Params) -> Params:
    """An SSESpecification as an SSEDescription; nothing for a table that is encrypted with DynamoDB's own key.

    The name of a key is resolved to an ARN as KMS would; a Lab has no keys, so any name will do.
    """
    if not specification.get("Enabled"):
        return {}
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": _key_arn(db, specification.get("KMSMasterKeyId"))}


def used_attributes(table: Table) -> list[dict[str, str]]:
    """The AttributeDefinitions of the attributes that belong to a key of the table or of an index that it has now."""
    names = {name for schema in _schemas(table) for name in schema.names}
    return [dict(one) for one in table.definition["AttributeDefinitions"] if one["AttributeName"] in names]


def _schemas(table: Table) -> Iterator[KeySchema | IndexSchema]:
    yield table.schema
    yield from (index.schema for index in table.indexes.values())


def _indexes(db: "DynamoDB", table: Table) -> Params:
    described = describe_indexes(db, table)
    for one in described.get(GLOBAL, ()):
        name = one["IndexName"]
        one["ProvisionedThroughput"] = _throughput(db, table, name, table.indexes[name].definition)
        one["WarmThroughput"] = {
            **wire_warm_units(table.throughput_changes[name].warm),
            "Status": one["IndexStatus"],
        }
    return described


def _throughput(db: "DynamoDB", table: Table, name: str, definition: Params) -> Params:
    changes = table.throughput_changes[name]
    times = {"LastIncreaseDateTime": changes.increased, "LastDecreaseDateTime": changes.decreased}
    return {
        "NumberOfDecreasesToday": changes.decreases_today(db.world.clock.now),
        **wire_units(units_of(definition)),
        **{name: time / SECOND for name, time in times.items() if time is not None},
    }


def _mode(table: Table) -> Params:
    """Documented: a table that was never on demand has no BillingModeSummary."""
    if not table.on_demand and table.on_demand_since is None:
        return {}
    summary: Params = {"BillingMode": "PAY_PER_REQUEST" if table.on_demand else "PROVISIONED"}
    if table.on_demand_since is not None:
        summary["LastUpdateToPayPerRequestDateTime"] = table.on_demand_since / SECOND
    return {"BillingModeSummary": summary}


def _encryption(db: "DynamoDB", table: Table) -> Params:
    description = describe_encryption(db, table.definition.get("SSESpecification") or {})
    return {"SSEDescription": description} if description else {}


def _settings(table: Table) -> Params:
    definition = table.definition
    settings: Params = {}
    if "TableClass" in definition:
        settings["TableClassSummary"] = {"TableClass": definition["TableClass"]}
        if table.class_changes.last is not None:
            settings["TableClassSummary"]["LastUpdateDateTime"] = table.class_changes.last / SECOND
    if "OnDemandThroughput" in definition:
        settings["OnDemandThroughput"] = wire_maxima(definition["OnDemandThroughput"])
    if table.restored:
        settings["RestoreSummary"] = dict(table.restored)
    return settings


def _key_arn(db: "DynamoDB", key: str | None) -> str:
    """Assumed: which id a key has, made from its alias."""
    key = key or _MANAGED_KEY
    if key.startswith("arn:"):
        return key
    id = str(uuid5(NAMESPACE_URL, f"{db.region}/{key}")) if key.startswith("alias/") else key
    return f"arn:aws:kms:{db.region}:{ACCOUNT}:key/{id}"
