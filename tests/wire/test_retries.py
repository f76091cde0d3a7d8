"""boto3's own retries of throttled requests, which wait on the virtual clock."""

import random
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dynateach import Lab
from dynateach.profile import IDEAL
from dynateach.trace import RequestServed
from tests.tables import create, rejection

UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        assert seconds == 0

    monkeypatch.setattr(time, "sleep", sleep)


def starved(kilobytes: int, seed: int = 1, **retries: Any) -> tuple[Lab, Any]:
    """A Lab with a table of one write unit a second that has just written so much, and a client of it."""
    lab = Lab(seed, replace(IDEAL, admission="global"))
    create(lab, sort=None, ProvisionedThroughput=UNITS).put_item(
        Item={"pk": "large", "pad": "x" * (1024 * kilobytes - 100)}
    )
    return lab, lab.client("dynamodb", config=Config(retries=retries or None))


def waits(lab: Lab) -> list[float]:
    """The virtual seconds between the tries of the last put."""
    at = [event.at for event in lab.trace.of(RequestServed) if event.operation == "PutItem"][1:]
    return [(b - a) / 1_000_000 for a, b in pairwise(at)]


def put(client: Any) -> int:
    """Write one unit; how many retries that took."""
    answer = client.put_item(TableName="things", Item={"pk": {"S": "a"}})
    return int(answer["ResponseMetadata"]["RetryAttempts"])


def test_legacy_retries_double_from_50_milliseconds_in_virtual_time() -> None:
    lab, client = starved(2, mode="legacy")
    assert put(client) == 5
    assert waits(lab) == [0.05, 0.1, 0.2, 0.4, 0.8]
    assert lab.clock.elapsed == 1.55


def test_legacy_retries_give_up_after_nine() -> None:
    lab, client = starved(300, mode="legacy")
    with pytest.raises(ClientError) as caught:
        put(client)
    code, text = rejection(caught)
    assert code == "ProvisionedThroughputExceededException"
    assert text.startswith("The level of configured provisioned throughput for the table was exceeded.")
    assert len(waits(lab)) == 9
    assert lab.clock.elapsed == pytest.approx(0.05 * (2**9 - 1))


def test_standard_retries_stay_within_their_doubling_bound() -> None:
    lab, client = starved(300, mode="standard")
    with pytest.raises(ClientError):
        put(client)
    assert all(0 <= wait <= 2**n for n, wait in enumerate(waits(lab)))
    assert 2 <= len(waits(lab)) <= 3
    assert lab.clock.elapsed == pytest.approx(sum(waits(lab)))


def test_jitter_replays_from_the_seed_and_leaves_pythons_own_chance_alone() -> None:
    def run(seed: int) -> list[float]:
        lab, client = starved(300, seed, mode="standard")
        with pytest.raises(ClientError):
            put(client)
        return waits(lab)

    random.seed(5)
    expected = random.random()
    random.seed(5)
    assert run(1) == run(1) != run(2)
    assert random.random() == expected


def test_a_caught_exception_carries_its_throttling_reasons() -> None:
    _, client = starved(300, mode="standard", total_max_attempts=1)
    with pytest.raises(client.exceptions.ProvisionedThroughputExceededException) as caught:
        put(client)
    (reason,) = caught.value.response["ThrottlingReasons"]
    assert reason["reason"] == "TableWriteProvisionedThroughputExceeded"
    assert reason["resource"].endswith(":table/things")


def test_an_on_demand_exception_carries_its_reasons_too() -> None:
    lab = Lab(1, replace(IDEAL, admission="global"))
    create(lab, sort=None, OnDemandThroughput={"MaxWriteRequestUnits": 1})
    client = lab.client("dynamodb", config=Config(retries={"mode": "standard", "total_max_attempts": 1}))
    put(client)
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        put(client)
    (reason,) = caught.value.response["throttlingReasons"]
    assert reason["reason"] == "TableWriteMaxOnDemandThroughputExceeded"


def test_a_batch_writer_sends_what_was_refused_again_until_all_is_there() -> None:
    lab, _ = starved(1)
    table = lab.resource("dynamodb", config=Config(retries={"mode": "legacy"})).Table("things")
    with table.batch_writer() as batch:
        for n in range(12):
            batch.put_item(Item={"pk": str(n)})
    lab.clock.advance(10)
    assert table.scan(Select="COUNT")["Count"] == 13
    assert 10 < lab.clock.elapsed - 10 < 30


def test_a_client_that_a_scheduled_action_uses_retries_without_waiting() -> None:
    lab, client = starved(300, mode="legacy")
    outcome: list[str] = []

    def late() -> None:
        try:
            put(client)
        except ClientError as error:
            outcome.append(error.response["Error"]["Code"])

    lab.clock.after(1_000_000, late)
    lab.clock.advance(2)
    assert outcome == ["ProvisionedThroughputExceededException"]
    assert lab.clock.elapsed == 2
