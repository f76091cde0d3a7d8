"""Changes of provisioned units and of capacity mode, as UpdateTable asks for them.

Documented: units of the table and of each global index can be raised at any time and lowered a few times a day; a table can
be switched to on-demand four times in 24 hours, and back at any time, for which units have to be named for the table and for
every global index.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.operations.throughput import (
    ON_DEMAND,
    index_units_on_demand,
    require_account_quota,
    require_table_quota,
    units_of,
    units_on_demand,
    wire_units,
)
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.times import spelled_out, stamped
from dynateach.dynamodb.storage.changes import ThroughputChanges, Units, is_decrease
from dynateach.dynamodb.storage.table import ACTIVE, UPDATING, Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


class Change(NamedTuple):
    """New units for a global index, or for the table (under the name ""), whose ``definition`` that is."""

    name: str
    definition: dict[str, Any]
    record: ThroughputChanges
    old: Units
    new: Units

    @property
    def growth(self) -> Units:
        """By how much the units become more."""
        return self.new[0] - self.old[0], self.new[1] - self.old[1]


class ThroughputUpdate(NamedTuple):
    """What a request changes: the mode, if ``mode`` is not empty, and some units."""

    mode: str
    changes: list[Change]


def checked_throughput_update(db: "DynamoDB", table: Table, params: Params) -> ThroughputUpdate:
    """The changes that a request asks for. Raises DynamoDB's error if they can't be made."""
    present = "PAY_PER_REQUEST" if table.on_demand else "PROVISIONED"
    wanted = params.get("BillingMode", present)
    if wanted == "PAY_PER_REQUEST" and "ProvisionedThroughput" in params:
        raise units_on_demand()
    update = ThroughputUpdate("" if wanted == present else wanted, _changes(table, params))
    if wanted == "PAY_PER_REQUEST" and update.changes:
        raise index_units_on_demand(update.changes[0].name)
    if update.mode == "PAY_PER_REQUEST":
        _require_switch(db, table)
    if update.mode == "PROVISIONED":
        _require_all_named(table, update)
    for change in update.changes:
        _require_change(db, change)
    _require_quotas(db, update)
    return update


def begin_throughput_update(db: "DynamoDB", table: Table, update: ThroughputUpdate) -> None:
    """Begin the changes; a new mode holds at once, new units of the same mode when the update is through."""
    now = db.world.clock.now
    for change in update.changes:
        change.record.begun(change.old, change.new, now)
        if change.name:
            table.indexes[change.name].status = UPDATING
    if update.mode:
        table.definition["BillingMode"] = update.mode
        _set_units(update)
    if update.mode == "PAY_PER_REQUEST":
        for definition in (table.definition, *(index.definition for index in table.indexes.values())):
            definition.pop("ProvisionedThroughput", None)
    if update.mode == "PROVISIONED":
        table.definition.pop("OnDemandThroughput", None)


def finish_throughput_update(db: "DynamoDB", table: Table, update: ThroughputUpdate) -> None:
    """The update is through."""
    now = db.world.clock.now
    _set_units(update)
    for change in update.changes:
        change.record.done(change.old, change.new, now)
        if change.name:
            table.indexes[change.name].status = ACTIVE
    if update.mode == "PAY_PER_REQUEST":
        table.on_demand_switches.done(now)
        table.on_demand_since = now
        for record in table.throughput_changes.values():
            record.warmed(ON_DEMAND)


def index_changes(params: Params) -> dict[str, Params]:
    """The Update actions among a request's GlobalSecondaryIndexUpdates, by index."""
    updates = params.get("GlobalSecondaryIndexUpdates", ())
    return {one["Update"]["IndexName"]: one["Update"] for one in updates if "Update" in one}


def _changes(table: Table, params: Params) -> list[Change]:
    asked = {"": params, **index_changes(params)}
    definitions = {"": table.definition, **{name: index.definition for name, index in table.indexes.items()}}
    return [
        Change(name, definitions[name], table.throughput_changes[name], units_of(definitions[name]), units_of(one))
        for name, one in asked.items()
        if "ProvisionedThroughput" in one
    ]


def _set_units(update: ThroughputUpdate) -> None:
    for change in update.changes:
        change.definition["ProvisionedThroughput"] = wire_units(change.new)


def _require_switch(db: "DynamoDB", table: Table) -> None:
    switches = table.on_demand_switches
    refused = switches.too_often(db.world.clock.now)
    if refused:
        raise errors.too_many_changes("PayPerRequest mode", switches.times, switches.days, *map(stamped, refused))


def _require_all_named(table: Table, update: ThroughputUpdate) -> None:
    named = {change.name for change in update.changes}
    missing = [name for name, index in table.indexes.items() if index.is_global and name not in named]
    if missing:
        raise errors.invalid_parameter(f"ProvisionedThroughput must be specified for index: {','.join(missing)}")


def _require_change(db: "DynamoDB", change: Change) -> None:
    if change.old == change.new:
        raise errors.same_throughput(f"index {change.name}" if change.name else "table", change.old, change.new)
    now, record = db.world.clock.now, change.record
    if is_decrease(change.old, change.new) and not record.may_decrease(now):
        last, next = spelled_out(record.decreased or now), spelled_out(record.next_decrease(now))
        raise errors.too_many_decreases(record.decreases_today(now), last, next)


def _require_quotas(db: "DynamoDB", update: ThroughputUpdate) -> None:
    require_table_quota(*(change.new for change in update.changes))
    require_account_quota(db, [change.growth for change in update.changes])
