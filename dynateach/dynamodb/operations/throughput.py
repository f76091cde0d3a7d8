"""Throughput: what a table may be provisioned with, may be limited to, and can take at once.

Documented: provisioned units belong to PROVISIONED mode, maxima to PAY_PER_REQUEST; quotas hold for each table and for
the account; warm throughput can be raised, and never becomes less than it is. The texts about quotas and about maxima are
assumed; the others are as emulators have them that were tested against the live service.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import (
    ACCOUNT_READ_UNITS,
    ACCOUNT_WRITE_UNITS,
    ON_DEMAND_READ_UNITS,
    ON_DEMAND_WRITE_UNITS,
    TABLE_READ_UNITS,
    TABLE_WRITE_UNITS,
)
from dynateach.dynamodb.storage.changes import Units
from dynateach.dynamodb.storage.index import GLOBAL
from dynateach.dynamodb.storage.keyspace import initial_count
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

MAX_PROVISIONED = 1_000_000_000_000
ON_DEMAND: Units = (ON_DEMAND_READ_UNITS, ON_DEMAND_WRITE_UNITS)

_PROVISIONED = ("ReadCapacityUnits", "WriteCapacityUnits")
_WARM = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")
_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_UNLIMITED = -1


def units_of(definition: Params) -> Units:
    """What a table or index is provisioned with, (0, 0) if it is on demand."""
    return _units(definition.get("ProvisionedThroughput") or {}, _PROVISIONED, (0, 0))


def warm_units(definition: Params) -> Units:
    """What a new table or index can take at once: as asked for, or as provisioned, or what is documented for one on demand."""
    return _units(definition.get("WarmThroughput") or {}, _WARM, _coldest(definition))


def first_partitions(definition: Params, otherwise: int) -> int:
    """How many partitions a new table or global index gets: enough for what it is to take at once, or ``otherwise`` so many, if
    it is on demand and asks for nothing.
    """
    if units_of(definition) == (0, 0) and "WarmThroughput" not in definition:
        return otherwise
    return initial_count(*warm_units(definition))


def wire_units(units: Units) -> Params:
    """Units as a ProvisionedThroughput."""
    return dict(zip(_PROVISIONED, units, strict=True))


def wire_warm_units(units: Units) -> Params:
    """Units as a WarmThroughput."""
    return dict(zip(_WARM, units, strict=True))


def wire_maxima(maxima: Params) -> Params:
    """An OnDemandThroughput as DescribeTable tells it: −1 stands for no maximum."""
    return {name: maxima.get(name, _UNLIMITED) for name in _MAXIMA}


def require_mode(params: Params) -> None:
    """Raise DynamoDB's error unless CreateTable's ProvisionedThroughput goes with its BillingMode (PROVISIONED if it names none)."""
    throughput = params.get("ProvisionedThroughput")
    if params.get("BillingMode") == "PAY_PER_REQUEST":
        if throughput:
            raise units_on_demand()
        return
    if not throughput:
        raise errors.invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    require_in_bounds(params)


def units_on_demand() -> Exception:
    """DynamoDB's error for provisioned units where there is nothing to provision."""
    return errors.invalid_parameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    )


def index_units_on_demand(name: str) -> Exception:
    """The same for an index."""
    return errors.invalid_parameter(
        f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
    )


def require_in_bounds(params: Params) -> None:
    """Raise DynamoDB's error for units that are beyond all bounds."""
    for name, value in (params.get("ProvisionedThroughput") or {}).items():
        if value > MAX_PROVISIONED:
            raise errors.validation(f"Given value {value} for {name} is out of bounds")


def require_maxima(maxima: Params | None, on_demand: bool) -> None:
    """Raise DynamoDB's error for an OnDemandThroughput that is empty, out of place, or less than 1."""
    if maxima is None:
        return
    if not on_demand:
        raise errors.invalid_parameter("OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST")
    given = {name: maxima[name] for name in _MAXIMA if name in maxima}
    if not given:
        raise errors.invalid_parameter(
            "At least one of MaxReadRequestUnits or MaxWriteRequestUnits must be specified in OnDemandThroughput"
        )
    for name, value in given.items():
        if value < 1 and value != _UNLIMITED:
            raise errors.invalid_parameter(f"{name} must be greater than or equal to 1, or -1 to remove the maximum")


def require_warm(params: Params) -> None:
    """Raise DynamoDB's error if a new table, or an index of it, is to be warmed for less than it can take anyway."""
    _require_warm(params, "table")
    for index in params.get(GLOBAL, ()):
        require_warm_index(index)


def require_warm_index(index: Params) -> None:
    """Raise DynamoDB's error if a new index is to be warmed for less than it can take anyway."""
    _require_warm(index, f"index {index['IndexName']}")


def warmed_units(now: Units, asked: Params) -> Units:
    """What a table or index can take at once after a WarmThroughput that may leave a part as it is."""
    return _units(asked, _WARM, now)


def require_warmer(asked: Params, now: Units, of: str = "table") -> None:
    """Raise DynamoDB's error if a WarmThroughput is less than what there is."""
    for name, least in zip(_WARM, now, strict=True):
        if asked.get(name, least) < least:
            raise errors.invalid_parameter(
                f"Requested {name} for WarmThroughput for {of} is lower than current WarmThroughput, "
                "decreasing WarmThroughput is not supported"
            )


def require_table_quota(*all_units: Units) -> None:
    """Raise DynamoDB's error for more units than one table, or one of its indexes, may have."""
    for units in all_units:
        for name, asked, quota in zip(_WARM, units, (TABLE_READ_UNITS, TABLE_WRITE_UNITS), strict=True):
            if asked > quota:
                raise errors.limit_exceeded(f"{asked} {name} is more than the quota of {quota} for one table")


def require_account_quota(db: "DynamoDB", more: list[Units]) -> None:
    """Raise DynamoDB's error if so many more provisioned units were more than the account may have in a region."""
    if not more:
        return
    present = [units for table in db.tables.values() for units in _provisioned(table)]
    totals = map(sum, zip(*present, *more, strict=True))
    for name, total, quota in zip(_PROVISIONED, totals, (ACCOUNT_READ_UNITS, ACCOUNT_WRITE_UNITS), strict=True):
        if total > quota:
            raise errors.limit_exceeded(f"{total} {name} is more than the quota of {quota} for the account")


def provisioned_by(definition: Params) -> list[Units]:
    """What CreateTable asks to provision for the table and for each global index."""
    return [units_of(one) for one in (definition, *definition.get(GLOBAL, ()))]


def _provisioned(table: Table) -> Iterator[Units]:
    yield units_of(table.definition)
    for index in table.indexes.values():
        yield units_of(index.definition)


def _units(given: Params, names: tuple[str, str], default: Units) -> Units:
    reads, writes = names
    return given.get(reads, default[0]), given.get(writes, default[1])


def _coldest(definition: Params) -> Units:
    return units_of(definition) if definition.get("ProvisionedThroughput") else ON_DEMAND


def _require_warm(definition: Params, of: str) -> None:
    asked = definition.get("WarmThroughput") or {}
    on_demand = not definition.get("ProvisionedThroughput")
    for name, unit, least in zip(_WARM, _PROVISIONED, _coldest(definition), strict=True):
        if asked.get(name, least) < least:
            floor = "initial throughput for OnDemand" if on_demand else f"{unit} of ProvisionedThroughput"
            raise errors.invalid_parameter(f"Requested {name} for WarmThroughput for {of} is lower than {floor}")
