"""What the account may have, and where the region is."""

from dynateach import Lab


def test_the_quotas_are_told() -> None:
    assert Lab().request("dynamodb", "DescribeLimits", {}) == {
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }


def test_a_region_tells_its_endpoint() -> None:
    answer = Lab().request("dynamodb", "DescribeEndpoints", {}, region="eu-west-1")
    assert answer == {"Endpoints": [{"Address": "dynamodb.eu-west-1.amazonaws.com", "CachePeriodInMinutes": 1440}]}
