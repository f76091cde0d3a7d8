"""Contributor insights: the switch."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from tests.tables import create

INDEX = {
    "IndexName": "by-owner",
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


def ask(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    """What an operation on the table's insights answers."""
    return lab.request("dynamodb", f"{operation}ContributorInsights", {"TableName": "things", **params})


def with_index(lab: Lab) -> None:
    """Give the table an index."""
    lab.request(
        "dynamodb",
        "UpdateTable",
        {
            "TableName": "things",
            "AttributeDefinitions": [{"AttributeName": "owner", "AttributeType": "S"}],
            "GlobalSecondaryIndexUpdates": [{"Create": INDEX}],
        },
    )


def test_insights_are_switched_on_and_off() -> None:
    lab = Lab()
    create(lab)
    off = {"TableName": "things", "ContributorInsightsStatus": "DISABLED", "ContributorInsightsRuleList": []}
    assert ask(lab, "Describe") == off
    assert ask(lab, "Update", ContributorInsightsAction="ENABLE") == {
        "TableName": "things",
        "ContributorInsightsStatus": "ENABLING",
        "ContributorInsightsMode": "ACCESSED_AND_THROTTLED_KEYS",
    }
    on = ask(lab, "Describe")
    assert (on["ContributorInsightsStatus"], on["LastUpdateDateTime"]) == ("ENABLED", 1767225600)
    assert on["ContributorInsightsRuleList"] == [
        f"DynamoDBContributorInsights-{kind}-things-1767225600000" for kind in ("PKC", "SKC", "PKT", "SKT")
    ]
    assert ask(lab, "Update", ContributorInsightsAction="DISABLE")["ContributorInsightsStatus"] == "DISABLING"
    assert ask(lab, "Describe")["ContributorInsightsStatus"] == "DISABLED"


def test_insights_of_throttled_keys_have_fewer_rules() -> None:
    lab = Lab()
    create(lab, sort=None)
    ask(lab, "Update", ContributorInsightsAction="ENABLE", ContributorInsightsMode="THROTTLED_KEYS")
    described = ask(lab, "Describe")
    assert described["ContributorInsightsMode"] == "THROTTLED_KEYS"
    assert described["ContributorInsightsRuleList"] == ["DynamoDBContributorInsights-PKT-things-1767225600000"]


def test_an_index_has_insights_of_its_own() -> None:
    lab = Lab()
    create(lab)
    with_index(lab)
    assert ask(lab, "Update", IndexName="by-owner", ContributorInsightsAction="ENABLE")["IndexName"] == "by-owner"
    assert ask(lab, "Describe", IndexName="by-owner")["ContributorInsightsRuleList"][0] == (
        "DynamoDBContributorInsights-PKC-things-by-owner-1767225600000"
    )
    assert ask(lab, "Describe")["ContributorInsightsStatus"] == "DISABLED"


def test_insights_are_listed_page_by_page() -> None:
    lab = Lab()
    create(lab)
    with_index(lab)
    create(lab, "never-switched")
    for more in ({}, {"IndexName": "by-owner"}):
        ask(lab, "Update", ContributorInsightsAction="ENABLE", **more)
    first = lab.request("dynamodb", "ListContributorInsights", {"MaxResults": 1})
    rest = lab.request("dynamodb", "ListContributorInsights", {"NextToken": first["NextToken"]})
    listed = [*first["ContributorInsightsSummaries"], *rest["ContributorInsightsSummaries"]]
    assert [(one["TableName"], one.get("IndexName")) for one in listed] == [("things", None), ("things", "by-owner")]
    assert "NextToken" not in rest
    assert len(ask(lab, "List")["ContributorInsightsSummaries"]) == 2


@pytest.mark.parametrize("operation", ["Describe", "List"])
def test_there_are_no_insights_of_what_is_not_there(operation: str) -> None:
    with pytest.raises(ServiceError, match="Requested resource not found: Table: things not found"):
        ask(Lab(), operation)


def test_there_are_no_insights_of_an_index_that_is_not_there() -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError, match="Index: by-owner not found for table: things") as caught:
        ask(lab, "Describe", IndexName="by-owner")
    assert caught.value.code == "ResourceNotFoundException"
