"""Time to live: turning it on and off."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from tests.tables import create


def turn(lab: Lab, enabled: bool, attribute: str = "expires") -> dict[str, Any]:
    """UpdateTimeToLive."""
    setting = {"Enabled": enabled, "AttributeName": attribute}
    return lab.request("dynamodb", "UpdateTimeToLive", {"TableName": "things", "TimeToLiveSpecification": setting})


def described(lab: Lab) -> dict[str, Any]:
    """DescribeTimeToLive."""
    answer = lab.request("dynamodb", "DescribeTimeToLive", {"TableName": "things"})
    return dict(answer["TimeToLiveDescription"])


def refusal(lab: Lab, enabled: bool, attribute: str = "expires") -> str:
    """With which text UpdateTimeToLive says no; nothing may have changed."""
    before = described(lab)
    with pytest.raises(ServiceError) as caught:
        turn(lab, enabled, attribute)
    assert (described(lab), caught.value.code) == (before, "ValidationException")
    return caught.value.message


def test_time_to_live_is_turned_on_and_off() -> None:
    lab = Lab()
    create(lab)
    assert described(lab) == {"TimeToLiveStatus": "DISABLED"}
    assert turn(lab, True) == {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}}
    assert described(lab) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    turn(lab, False)
    assert described(lab) == {"TimeToLiveStatus": "DISABLED"}
    turn(lab, True, "other")
    assert described(lab) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "other"}


def test_a_change_takes_an_hour_in_which_there_is_no_other() -> None:
    lab = Lab(profile="realistic")
    create(lab)
    turn(lab, True)
    assert described(lab) == {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires"}
    assert refusal(lab, False) == "Time to live has been modified multiple times within a fixed interval"
    lab.clock.advance(3600)
    assert described(lab) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    turn(lab, False)
    assert described(lab) == {"TimeToLiveStatus": "DISABLING", "AttributeName": "expires"}
    assert refusal(lab, True) == "Time to live has been modified multiple times within a fixed interval"


def test_what_is_so_already_is_refused() -> None:
    lab = Lab()
    create(lab)
    assert refusal(lab, False) == "TimeToLive is already disabled"
    turn(lab, True)
    assert refusal(lab, True) == "TimeToLive is already enabled"
    for enabled in (True, False):
        assert refusal(lab, enabled, "other") == (
            "TimeToLive is active on a different AttributeName: current AttributeName is expires"
        )


def test_an_attribute_has_a_name() -> None:
    lab = Lab()
    create(lab)
    assert refusal(lab, True, "") == (
        "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


def test_only_a_table_that_is_there_has_a_time_to_live() -> None:
    lab = Lab(profile="realistic")
    with pytest.raises(ServiceError, match="Requested resource not found: Table: things not found"):
        described(lab)
    with pytest.raises(ServiceError, match="Requested resource not found: Table: things not found"):
        turn(lab, True)
    create(lab)
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    with pytest.raises(ServiceError, match="Table is being deleted: things") as caught:
        turn(lab, True)
    assert caught.value.code == "ResourceInUseException"
