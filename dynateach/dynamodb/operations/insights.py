"""DescribeContributorInsights, UpdateContributorInsights, ListContributorInsights: the switch only, no insights.

Documented: insights are switched on and off for a table or for one of its global indexes, for all accesses or for throttled
ones; they come as CloudWatch rules of these names. Whom a Lab's partitions were busy for, its trace tells.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.lifecycle import existing
from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.storage.settings import Insights, Switch
from dynateach.dynamodb.storage.table import Table

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_ALL_EVENTS = "ACCESSED_AND_THROTTLED_KEYS"
_PAGE = 100


@operation("UpdateContributorInsights", takes=lambda profile: profile.control)
def update_contributor_insights(db: "DynamoDB", params: Params) -> Params:
    """Switch insights of a table or index on or off; ENABLING or DISABLING until the profile's update time has passed."""
    table, index = _named(db, params)
    present, now = table.insights.get(index), db.world.clock.now
    mode = params.get("ContributorInsightsMode") or (present.mode if present else _ALL_EVENTS)
    wanted = params["ContributorInsightsAction"] == "ENABLE"
    switch = Switch(wanted, now, now + db.world.profile.table_update)
    table.insights[index] = Insights(mode, switch)
    changing = {"ContributorInsightsStatus": "ENABLING" if wanted else "DISABLING"}
    return {**_summary(db, table, index), **changing}


@operation("DescribeContributorInsights", takes=lambda profile: profile.control)
def describe_contributor_insights(db: "DynamoDB", params: Params) -> Params:
    """Whether insights of a table or index are on."""
    table, index = _named(db, params)
    description = {"ContributorInsightsRuleList": [], **_summary(db, table, index)}
    if index in table.insights:
        changed = table.insights[index].switch.changed
        description["LastUpdateDateTime"] = changed // SECOND
    if description["ContributorInsightsStatus"] == "ENABLED":
        description["ContributorInsightsRuleList"] = list(_rules(table, index))
    return description


@operation("ListContributorInsights", takes=lambda profile: profile.control)
def list_contributor_insights(db: "DynamoDB", params: Params) -> Params:
    """The region's tables and indexes whose insights were ever switched, a page at a time."""
    tables = (
        [existing(db, params["TableName"])]
        if "TableName" in params
        else sorted(db.tables.values(), key=lambda table: table.name)
    )
    found = [(table, index) for table in tables for index in sorted(table.insights)]
    keys = [_token(table, index) for table, index in found]
    start = keys.index(params["NextToken"]) + 1 if params.get("NextToken") in keys else 0
    end = start + max(1, params.get("MaxResults", _PAGE))
    page: Params = {"ContributorInsightsSummaries": [_summary(db, *one) for one in found[start:end]]}
    if end < len(found):
        page["NextToken"] = keys[end - 1]
    return page


def _named(db: "DynamoDB", params: Params) -> tuple[Table, str]:
    table, index = existing(db, params["TableName"]), params.get("IndexName", "")
    if index and (index not in table.indexes or not table.indexes[index].is_global):
        raise errors.index_not_found(index, table.name)
    return table, index


def _summary(db: "DynamoDB", table: Table, index: str) -> Params:
    present = table.insights.get(index)
    summary: Params = {"TableName": table.name, "ContributorInsightsStatus": "DISABLED"}
    if index:
        summary["IndexName"] = index
    if present:
        summary["ContributorInsightsStatus"] = present.switch.status(db.world.clock.now)
        summary["ContributorInsightsMode"] = present.mode
    return summary


def _rules(table: Table, index: str) -> Iterator[str]:
    """Documented: a rule for each kind of event (C accessed, T throttled) and key (PK, SK); the name ends with the time."""
    schema, insights = table.indexes[index].schema if index else table.schema, table.insights[index]
    resource = f"{table.name}-{index}" if index else table.name
    for event in "CT" if insights.mode == _ALL_EVENTS else "T":
        for key in ("PK", "SK") if schema.sort_keys else ("PK",):
            yield f"DynamoDBContributorInsights-{key}{event}-{resource}-{insights.switch.changed // 1000}"


def _token(table: Table, index: str) -> str:
    return f"{table.name}/{index}"
