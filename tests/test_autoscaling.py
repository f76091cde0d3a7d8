"""Target tracking: units follow consumption, out after two minutes, in after fifteen."""

from dataclasses import replace
from typing import Any

import pytest

from dynateach import Lab
from dynateach.clock import SECOND
from dynateach.errors import LabError
from dynateach.profile import IDEAL
from dynateach.trace import RequestServed
from tests.indexed import definition

GLOBAL = replace(IDEAL, admission="global")


def units(reads: int, writes: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


@pytest.fixture
def lab() -> Lab:
    lab = Lab(seed=1, profile=GLOBAL)
    params = definition({"by_g": "g:S"}, key="pk:S", **units(10, 10))
    params["GlobalSecondaryIndexes"][0] |= units(10, 10)
    lab.request("dynamodb", "CreateTable", params)
    return lab


def provisioned(lab: Lab) -> tuple[int, int]:
    table = lab.request("dynamodb", "DescribeTable", {"TableName": "things"})["Table"]["ProvisionedThroughput"]
    return table["ReadCapacityUnits"], table["WriteCapacityUnits"]


def write_for(lab: Lab, minutes: int, units_a_second: int) -> None:
    """Ten writes a minute that consume so much on average."""
    size = units_a_second * 60 // 10
    for _ in range(minutes * 10):
        item = {"pk": {"S": "a"}, "pad": {"S": "x" * (size * 1024 - 100)}}
        lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": item})
        lab.clock.advance(6)


def test_two_minutes_above_the_target_add_what_reaches_it(lab: Lab) -> None:
    lab.clock.advance(300)
    lab.autoscale("things", write=(5, 100, 70))
    write_for(lab, 1, 14)
    assert provisioned(lab) == (10, 10)
    write_for(lab, 1, 14)
    assert provisioned(lab) == (10, 20)


def test_fifteen_minutes_below_the_target_take_away_down_to_the_fewest(lab: Lab) -> None:
    lab.autoscale("things", read=(4, 100, 50), write=(5, 100, 50))
    lab.clock.advance(14 * 60)
    assert provisioned(lab) == (10, 10)
    lab.clock.advance(60)
    assert provisioned(lab) == (4, 5)


def test_units_never_exceed_the_most(lab: Lab) -> None:
    lab.clock.advance(300)
    lab.autoscale("things", write=(5, 12, 70))
    write_for(lab, 2, 14)
    assert provisioned(lab) == (10, 12)


def test_steady_consumption_at_the_target_changes_nothing(lab: Lab) -> None:
    lab.autoscale("things", write=(1, 100, 50))
    write_for(lab, 40, 5)
    assert provisioned(lab) == (10, 10)
    assert "UpdateTable" not in {one.operation for one in lab.trace.of(RequestServed)}


def test_an_index_is_scaled_by_itself(lab: Lab) -> None:
    lab.autoscale("things", index_name="by_g", write=(2, 100, 70))
    lab.clock.advance(15 * 60)
    (index,) = lab.request("dynamodb", "DescribeTable", {"TableName": "things"})["Table"]["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 2
    assert provisioned(lab) == (10, 10)


def test_stopped_it_leaves_the_units_alone(lab: Lab) -> None:
    lab.autoscale("things", write=(5, 100, 70)).stop()
    lab.clock.advance(3600)
    assert provisioned(lab) == (10, 10)


def test_it_ends_with_its_table(lab: Lab) -> None:
    lab.autoscale("things", write=(10, 100, 70))
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    lab.clock.advance(60)
    assert lab.clock.next_time is None or lab.clock.next_time > lab.clock.now + 60 * SECOND


@pytest.mark.parametrize("policy", [(1, 10, 19), (1, 10, 91), (0, 10, 50), (11, 10, 50)])
def test_a_policy_without_sense_is_refused(lab: Lab, policy: tuple[int, int, float]) -> None:
    with pytest.raises(LabError):
        lab.autoscale("things", write=policy)


def test_it_needs_a_profile_that_counts(lab: Lab) -> None:
    ideal = Lab(seed=1)
    ideal.request("dynamodb", "CreateTable", definition(key="pk:S", **units(1, 1)))
    with pytest.raises(LabError, match="counts"):
        ideal.autoscale("things", write=(1, 10, 50))
    with pytest.raises(LabError, match="no global index"):
        lab.autoscale("things", index_name="other", write=(1, 10, 50))
