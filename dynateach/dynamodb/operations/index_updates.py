"""Global indexes that UpdateTable adds, changes and drops.

Documented: one index in each request may be created or deleted, and only one at a time, but an index that is being filled
may be deleted; a new index's key attributes are defined by the request itself. As others measured on the live service: an
attribute that is in use keeps the type that it has, whatever the request defines.
"""

from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.definitions import attribute_names, require_few_global_indexes, require_new_index
from dynateach.dynamodb.operations.descriptions import used_attributes
from dynateach.dynamodb.operations.indexes import create_index, delete_index
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import (
    MAX_PROVISIONED,
    require_account_quota,
    require_maxima,
    require_table_quota,
    require_warm_index,
    require_warmer,
    units_of,
    warm_units,
    warmed_units,
)
from dynateach.dynamodb.operations.throughput_updates import index_changes
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.storage.changes import ThroughputChanges
from dynateach.dynamodb.storage.table import ACTIVE, Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_ACTIONS = ("Update", "Create", "Delete")


def require_index_actions(params: Params) -> None:
    """Raise DynamoDB's error unless each GlobalSecondaryIndexUpdate has an action, and each index at most one."""
    names: set[str] = set()
    for update in params.get("GlobalSecondaryIndexUpdates", ()):
        action = next((update[action] for action in _ACTIONS if action in update), None)
        if action is None:
            raise errors.invalid_parameter(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if action["IndexName"] in names:
            raise errors.invalid_parameter(
                "Only one global secondary index update per index is allowed simultaneously. "
                f"Index: {action['IndexName']}"
            )
        names.add(action["IndexName"])


def require_index_updates(db: "DynamoDB", table: Table, params: Params) -> None:
    """Raise DynamoDB's error if the indexes of the table can't be updated like that."""
    created, deleted = _all(params, "Create"), _all(params, "Delete")
    dropped = {action["IndexName"] for action in deleted}
    coming_or_going = [
        index
        for index in table.indexes.values()
        if index.status != ACTIVE and not (index.backfilling and index.name in dropped)
    ]
    if len(created) + len(deleted) > 1 or ((created or deleted) and coming_or_going):
        raise errors.limit_exceeded("Only 1 online index can be created or deleted simultaneously per table")
    for name, change in index_changes(params).items():
        _require_index_change(table, name, change)
    for action in deleted:
        _require_global(table, action["IndexName"])
    on_demand = params.get("BillingMode", table.definition.get("BillingMode")) == "PAY_PER_REQUEST"
    for definition in created:
        _require_new(table, definition, attribute_names(params), on_demand)
        require_account_quota(db, [units_of(definition)])


def begin_index_updates(db: "DynamoDB", table: Table, params: Params) -> None:
    """Do what the request asks of the indexes, but for their units."""
    for name, change in index_changes(params).items():
        definition = table.indexes[name].definition
        if "OnDemandThroughput" in change:
            definition["OnDemandThroughput"] = {
                **definition.get("OnDemandThroughput", {}),
                **change["OnDemandThroughput"],
            }
        if "WarmThroughput" in change:
            record = table.throughput_changes[name]
            record.warmed(warmed_units(record.warm, change["WarmThroughput"]))
    for action in _all(params, "Delete"):
        delete_index(db, table, action["IndexName"])
    for definition in _all(params, "Create"):
        table.definition["AttributeDefinitions"] = _merged(table, params["AttributeDefinitions"])
        create_index(db, table, definition)
        table.throughput_changes[definition["IndexName"]] = ThroughputChanges(
            warm_units(definition), db.world.clock.now
        )


def _all(params: Params, action: str) -> list[dict[str, Any]]:
    return [one[action] for one in params.get("GlobalSecondaryIndexUpdates", ()) if action in one]


def _require_index_change(table: Table, name: str, change: Params) -> None:
    _require_global(table, name)
    if table.indexes[name].status != ACTIVE:
        raise errors.index_in_use(name, table.indexes[name].status)
    if any(value > MAX_PROVISIONED for value in units_of(change)):
        raise errors.validation(
            "This operation cannot be performed with given input values. Please contact DynamoDB service team for more "
            "info: Action Blocked: IndexUpdate"
        )
    require_maxima(change.get("OnDemandThroughput"), table.on_demand)
    require_warmer(change.get("WarmThroughput", {}), table.throughput_changes[name].warm, f"index {name}")


def _require_global(table: Table, name: str) -> None:
    if name not in table.indexes or not table.indexes[name].is_global:
        raise errors.index_not_found(name, table.name)


def _require_new(table: Table, definition: Params, defined: list[str], on_demand: bool) -> None:
    if definition["IndexName"] in table.indexes:
        raise errors.validation("Attempting to create an index which already exists")
    require_new_index(definition, defined, on_demand, table.indexes)
    require_few_global_indexes(1 + sum(index.is_global for index in table.indexes.values()))
    require_maxima(definition.get("OnDemandThroughput"), on_demand)
    require_warm_index(definition)
    require_table_quota(units_of(definition), warm_units(definition))


def _merged(table: Table, asked: list[dict[str, str]]) -> list[dict[str, str]]:
    """The attributes that are in use, and those of the request besides."""
    kept = used_attributes(table)
    names = {one["AttributeName"] for one in kept}
    return [*kept, *(dict(one) for one in asked if one["AttributeName"] not in names)]
