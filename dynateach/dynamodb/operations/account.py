"""DescribeLimits, DescribeEndpoints: what the account may have, and where the region is."""

from typing import TYPE_CHECKING

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.rules.limits import (
    ACCOUNT_READ_UNITS,
    ACCOUNT_WRITE_UNITS,
    TABLE_READ_UNITS,
    TABLE_WRITE_UNITS,
)

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

_CACHE_MINUTES = 24 * 60


@operation("DescribeLimits", takes=lambda profile: profile.control)
def describe_limits(db: "DynamoDB", params: Params) -> Params:
    """The quotas for provisioned throughput."""
    return {
        "AccountMaxReadCapacityUnits": ACCOUNT_READ_UNITS,
        "AccountMaxWriteCapacityUnits": ACCOUNT_WRITE_UNITS,
        "TableMaxReadCapacityUnits": TABLE_READ_UNITS,
        "TableMaxWriteCapacityUnits": TABLE_WRITE_UNITS,
    }


@operation("DescribeEndpoints", takes=lambda profile: profile.control)
def describe_endpoints(db: "DynamoDB", params: Params) -> Params:
    """The region's endpoint: AWS's name for it, which is not where a Lab listens."""
    address = f"dynamodb.{db.region}.amazonaws.com"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": _CACHE_MINUTES}]}
