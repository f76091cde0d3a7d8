"""A film of any trace shows who asked for what, and all that took part in it."""

from dataclasses import replace
from typing import Any

import pytest

from dynateach import Lab
from dynateach.drawing.encoding import encode
from dynateach.drawing.film import Film, seconds
from dynateach.drawing.palette import CONSUMER, FAULT, INDEX, READ, RECORD, REFUSED, STALE_READ, THROTTLE, WRITE, Word
from dynateach.errors import ServiceError
from dynateach.profile import IDEAL
from dynateach.topics.parts.any_trace import film
from dynateach.topics.parts.any_trace.told import MOST
from dynateach.trace import RequestServed
from tests.consumers.scene import Scene, Seen
from tests.indexed import create_indexed
from tests.tables import create

PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}


def _film(lab: Lab, owner: dict[int, str] | None = None, proof: tuple[int, ...] = ()) -> Film:
    drawn = film(list(lab.trace), owner or {}, proof, "a title", "A caption.")
    assert drawn is not None
    assert encode(drawn)
    return drawn


def _kinds(drawn: Film, lane: str) -> list[Word]:
    return [mark.kind for mark in drawn.marks if mark.lane == lane]


def _lanes(drawn: Film) -> list[str]:
    return [lane.name for lane in drawn.lanes]


def _quiet(lab: Lab, **table: Any) -> Any:
    with lab.trace.paused():
        made = create(lab, key="id:S", sort=None, **table)
        lab.clock.advance(30)
    return made


def test_nothing_asked_is_nothing_drawn() -> None:
    assert film([], {}, (), "a title", "") is None


def test_requests_stand_with_those_who_made_them() -> None:
    lab = Lab(profile="classroom")
    table = _quiet(lab)
    table.put_item(Item={"id": "a"})
    table.get_item(Key={"id": "a"}, ConsistentRead=True)
    second = max(event.request for event in lab.trace)

    drawn = _film(lab, {second: "mine"})

    assert (_kinds(drawn, "others"), _kinds(drawn, "mine")) == ([WRITE], [READ])
    assert _lanes(drawn)[:2] == ["mine", "others"]


def test_a_stale_read_comes_from_a_replica_that_lacks_the_write() -> None:
    lab = Lab(profile="classroom")
    table = _quiet(lab)
    table.put_item(Item={"id": "a"})
    for _ in range(10):
        table.get_item(Key={"id": "a"})

    drawn = _film(lab)

    stale = [mark for mark in drawn.marks if mark.kind == STALE_READ]
    answers = [one for one in drawn.journeys if one.kind == STALE_READ]
    lacking = [span for span in drawn.spans if span.kind == STALE_READ]
    assert {mark.label for mark in stale} == {"−1"}
    assert len(answers) == len(stale)
    assert all(any(span.lane == one.lane and span.at <= one.at < span.until for span in lacking) for one in answers)
    assert "−1" in drawn.caption


def test_a_write_that_a_lost_zone_never_gets_is_drawn_as_on_its_way() -> None:
    lab = Lab(profile="classroom")
    table = _quiet(lab)
    lab.faults.lose_zone("us-east-1c")
    table.put_item(Item={"id": "a"})

    drawn = _film(lab)

    assert [one.until for one in drawn.journeys if one.to == "zone c"] == [float("inf")]
    assert [span.lane for span in drawn.spans if span.kind == FAULT] == ["zone c"]


def test_a_refusal_for_want_of_units_is_no_other_refusal() -> None:
    lab = Lab(profile="realistic")
    client = lab.client("dynamodb")
    with lab.trace.paused():
        _quiet(lab, **PROVISIONED)
    for number in range(400):
        params = {"TableName": "things", "Item": {"id": {"S": f"{number}"}}}
        try:
            lab.request("dynamodb", "PutItem", params)
        except ServiceError:
            break
    lab.clock.advance(30)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName="things", Item={"id": {"S": "0"}}, ConditionExpression="attribute_not_exists(id)")

    kinds = _kinds(_film(lab), "others")

    assert (kinds.count(THROTTLE), kinds[-1]) == (1, REFUSED)


def test_a_change_travels_to_its_index() -> None:
    lab = Lab(profile="classroom")
    with lab.trace.paused():
        table = create_indexed(lab, {"by-g": "g:S"}, key="id:S")
        lab.clock.advance(30)
    table.put_item(Item={"id": "a", "g": "x"})
    lab.clock.advance(30)
    table.get_item(Key={"id": "a"})

    drawn = _film(lab)

    assert "index by-g" in _lanes(drawn)
    assert [one.to for one in drawn.journeys if one.kind == INDEX] == ["index by-g"]
    assert _kinds(drawn, "index by-g") == [INDEX]


def test_records_go_to_shards_and_functions_fail_in_their_lane() -> None:
    scene = Scene(profile="classroom")
    scene.consume(Seen({"a1": 1}), name="ship")
    scene.put("a")
    scene.wait(60)

    drawn = _film(scene.lab)

    assert {"shard 1", "consumer ship"} <= set(_lanes(drawn))
    assert [one.to for one in drawn.journeys if one.kind == RECORD] == ["shard 1"]
    assert [span.kind for span in drawn.spans if span.lane == "consumer ship"] == [FAULT, CONSUMER]


def test_a_consumer_that_gives_records_up_before_it_is_called_has_a_lane() -> None:
    scene = Scene(profile="classroom")
    scene.put("a")
    scene.wait(3_600)
    scene.consume(Seen(), name="ship", maximum_record_age_in_seconds=60)
    scene.wait(60)
    scene.lab.resource("dynamodb").Table("things").get_item(Key={"pk": "a"})

    assert _kinds(_film(scene.lab), "consumer ship") == [FAULT]


def test_where_nothing_takes_time_a_second_stands_for_a_request() -> None:
    lab = Lab()
    table = _quiet(lab)
    for _ in range(3):
        table.put_item(Item={"id": "a"})

    drawn = _film(lab)

    times = [mark.at for mark in drawn.marks if mark.lane == "others"]
    assert times == [1.0, 2.0, 3.0]
    assert "a second stands for a request" in drawn.caption


def test_a_single_request_that_takes_time_stands_at_its_own_time() -> None:
    lab = Lab(profile="classroom")
    _quiet(lab).put_item(Item={"id": "a"})

    drawn = _film(lab)

    (served,) = lab.trace.of(RequestServed)
    assert [mark.at for mark in drawn.marks if mark.lane == "others"] == [seconds(served.at)]
    assert "stands for a request" not in drawn.caption


def test_of_many_requests_those_before_the_proof_are_shown() -> None:
    lab = Lab(profile="realistic")
    table = _quiet(lab)
    for number in range(3 * MOST):
        table.put_item(Item={"id": f"{number}"})
    requests = sorted({event.request for event in lab.trace if event.request})

    drawn = _film(lab, proof=(requests[2 * MOST],))

    assert MOST <= len(_kinds(drawn, "others")) <= 1.1 * MOST
    assert f"request {requests[2 * MOST]}" in drawn.notes[0].says
    assert drawn.poster == drawn.notes[0].at


def test_of_many_requests_at_one_moment_only_those_shown_are_told_of_their_partition() -> None:
    lab = Lab()
    table = _quiet(lab)
    table.put_item(Item={"id": "a"})
    lab.clock.advance(1)
    for _ in range(2 * MOST):
        table.put_item(Item={"id": "a"})

    drawn = _film(lab)

    assert len(_kinds(drawn, "others")) == MOST
    assert len(drawn.marks) == 2 * MOST


def test_many_partitions_are_not_drawn_replica_by_replica() -> None:
    lab = Lab(profile="realistic")
    table = _quiet(lab)
    for number in range(40):
        table.put_item(Item={"id": f"{number}"})

    lanes = _lanes(_film(lab))

    assert [name for name in lanes if name.startswith("zone")] == []
    assert len([name for name in lanes if name.startswith("p")]) == len(lab.inspect("things").partitions)


def test_what_is_read_of_an_index_is_drawn_there_and_not_at_a_partition_of_the_same_name() -> None:
    lab = Lab()
    with lab.trace.paused():
        table = create_indexed(lab, {"by-g": "g:S"}, key="id:S")
    for number in range(40):
        table.put_item(Item={"id": f"{number}", "g": "x"})
    writes = _kinds(_film(lab), "p0")
    table.query(IndexName="by-g", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": "x"})

    drawn = _film(lab)

    assert _kinds(drawn, "p0") == writes
    assert READ in _kinds(drawn, "index by-g")


def test_partitions_stand_in_the_order_of_their_numbers() -> None:
    lab = Lab(0, replace(IDEAL, on_demand_partitions=12))
    table = _quiet(lab)
    for number in range(200):
        table.put_item(Item={"id": f"{number}"})

    numbers = [int(name[1:]) for name in _lanes(_film(lab)) if name.startswith("p")]

    assert max(numbers) >= 10
    assert numbers == sorted(numbers)
