"""What the tasks of this lesson share: a Lab in which indexes alone lag behind, its tables, and what was read in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dynateach.checks.scenes import Item, put, python_form, wire_form
from dynateach.checks.task import Reply
from dynateach.lab import Lab
from dynateach.profile import CLASSROOM, Delay
from dynateach.trace import Event, ItemRead, PageRead

QUIET = 30
"""Seconds after which every change has reached its index (profile classroom)."""


def lab(seed: int, *, index_lag: Delay = CLASSROOM.index_lag) -> Lab:
    """A Lab of profile classroom, but nothing except indexes lags, nothing is throttled, and tables are there at once."""
    none = Delay()
    physics = replace(
        CLASSROOM,
        index_lag=index_lag,
        replication_lag=none,
        transaction_commit=none,
        control=none,
        table_creation=0,
        table_update=0,
        index_creation=0,
        on_demand_partitions=1,
        admission="off",
    )
    return Lab(seed, physics)


def create(
    lab: Lab, table: str, indexes: Mapping[str, tuple[Sequence[str], dict[str, Any]]], items: Iterable[Item]
) -> None:
    """Create a table with the partition key ``id`` and these global indexes (names of their keys, projection), all of whose
    keys are strings, and put the items there. All of it is over, and not in the trace, before anybody else's turn.
    """
    names = {"id", *(name for keys, _ in indexes.values() for name in keys)}
    definition = {
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema(["id"]),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
        "GlobalSecondaryIndexes": [
            {"IndexName": name, "KeySchema": _key_schema(keys), "Projection": projection}
            for name, (keys, projection) in indexes.items()
        ],
    }
    with lab.trace.paused():
        lab.request("dynamodb", "CreateTable", definition)
        for item in items:
            put(lab, table, item)
        lab.clock.advance(QUIET)


def include(*names: str) -> dict[str, Any]:
    """The projection of an index that holds these attributes beside the keys."""
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(names)}


def ask(lab: Lab, table: str, operation: str, **params: Any) -> dict[str, Any]:
    """A request in wire form by somebody else."""
    return lab.request("dynamodb", operation, {"TableName": table, **params})


def stored(lab: Lab, table: str, id: str) -> Item:
    """The newest state of an item as boto3 would give it, {} if there is none. Leaves nothing in the trace."""
    with lab.trace.paused():
        answer = ask(lab, table, "GetItem", Key=wire_form({"id": id}), ConsistentRead=True)
    return python_form(answer.get("Item", {}))


def everything(lab: Lab, table: str, index: str = "") -> list[Item]:
    """All small items of a table, or all entries of an index once it is quiet, as boto3 would give them. Leaves nothing in the
    trace.
    """
    where = {"IndexName": index} if index else {}
    with lab.trace.paused():
        lab.clock.advance(QUIET)
        return [python_form(item) for item in ask(lab, table, "Scan", **where)["Items"]]


def pages(events: Iterable[Event], index: str | None = None) -> list[PageRead]:
    """The pages that were read, of anything or of one index ("" for the table itself)."""
    return [one for one in events if isinstance(one, PageRead) and index in (None, one.index_name)]


def table_units(reply: Reply) -> float:
    """The read units that the call consumed of the table itself."""
    items = sum(one.units for one in reply.events if isinstance(one, ItemRead))
    return items + sum(page.units for page in pages(reply.events, ""))


def day(number: int) -> str:
    """The date of a day of the year 2026, counted from 0."""
    return (date(2026, 1, 1) + timedelta(days=number)).isoformat()


def _key_schema(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": "RANGE" if place else "HASH"} for place, name in enumerate(names)]
