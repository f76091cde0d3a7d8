"""Lesson 11, what costs money: a report, a mode and a design that cost too much, or save in the wrong place, are refused."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import uuid4

import pytest
from boto3.dynamodb.conditions import Attr, Key

from dynateach.checks.lesson_11 import bill, follow, parcels
from dynateach.errors import CheckFailed
from dynateach.grading.check import check
from dynateach.grading.notebook import read
from dynateach.prices import US_EAST_1
from tests.checks.test_every_lesson import SOLUTIONS

SEEDS = (1, 2, 3, 4, 5)

Answer = Callable[..., Any]


def _refused(id: str, *answers: Any, seed: int = 1) -> str:
    with pytest.raises(CheckFailed) as failure:
        check(id, *answers, seed=seed)
    return str(failure.value)


# --- 11.4 ----------------------------------------------------------------------------------------------------------


def _pages(read: Answer, **request: Any) -> Iterator[Any]:
    while True:
        page = read(**request)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _paid(day: str) -> dict[str, Any]:
    return {"IndexName": "day-totals", "KeyConditionExpression": Key("day").eq(day) & Key("status").eq("PAID")}


def _worth(table: Any, day: str) -> Any:
    return sum(order["total"] for order in _pages(table.query, **_paid(day)))


def _history(table: Any, customer: str, **more: Any) -> Any:
    return list(_pages(table.query, KeyConditionExpression=Key("customer").eq(customer), **more))


def _scan(table: Any, day: str) -> Any:
    wanted = Attr("day").eq(day) & Attr("status").eq("PAID")
    return sum(order["total"] for order in _pages(table.scan, FilterExpression=wanted))


def _filtered(table: Any, day: str) -> Any:
    request = {"IndexName": "day-totals", "KeyConditionExpression": Key("day").eq(day)}
    return sum(order["total"] for order in _pages(table.query, **request) if order["status"] == "PAID")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_scan, "A Scan reads everything"),
        (_filtered, "The sort key is there to say it before"),
        (
            lambda table, day: sum(one["total"] for one in _pages(table.query, **_paid(day) | {"IndexName": "by-day"})),
            "Is there an index with less in it?",
        ),
        (
            lambda table, day: sum(one["total"] for one in table.query(**_paid(day))["Items"]),
            "A page holds at most 1 MB",
        ),
        (
            lambda table, day: sum(one["total"] for one in table.query(**_paid(day), ConsistentRead=True)["Items"]),
            "no strongly consistent reads",
        ),
        (lambda table, day: float(_worth(table, day)), "a float cannot hold every cent"),
        (lambda table, day: print(_worth(table, day)), "Does the function end in return?"),
        (lambda table, day: 0, "worth asked DynamoDB for nothing"),
        (
            lambda table, day: sum(
                one["total"]
                for one in _pages(table.query, IndexName="day-totals", KeyConditionExpression=Key("day").eq(day))
            ),
            "whatever their status",
        ),
    ],
)
def test_a_dear_or_a_wrong_sum_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("11.4", wrong, _history, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            lambda table, customer: list(_pages(table.scan, FilterExpression=Attr("customer").eq(customer))),
            "A Scan reads everything",
        ),
        (lambda table, customer: _history(table, customer, ConsistentRead=True), "Nobody needs the last second here"),
        (
            lambda table, customer: table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"],
            "A page holds at most 1 MB",
        ),
        (lambda table, customer: _history(table, customer)[::-1], "in the order of their ids"),
        (lambda table, customer: _history(table, customer, ProjectionExpression="id"), "Whole items"),
        (lambda table, customer: _history(table, customer) * 2, "none twice"),
        (lambda table, customer: {"orders": _history(table, customer)}, "history returned a dict"),
        (lambda table, customer: _history(table, customer, Limit=1), "Every page is rounded up"),
    ],
)
def test_a_dear_or_a_wrong_history_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("11.4", _worth, wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_report_may_be_written_in_ones_own_way(seed: int) -> None:
    def worth(table: Any, day: str) -> Decimal:
        pages = table.meta.client.get_paginator("query").paginate(TableName=table.name, **_paid(day))
        return sum((one["total"] for page in pages for one in page["Items"]), Decimal(0))

    def history(table: Any, customer: str) -> Any:
        return sorted(_history(table, customer, ScanIndexForward=False), key=lambda order: order["id"])

    check("11.4", worth, history, seed=seed)
    check("11.4", _worth, lambda table, customer: _history(table, customer, Limit=50), seed=seed)


# --- 11.5 ----------------------------------------------------------------------------------------------------------

UNIT = float(US_EAST_1.standard.read_request.each)
HOUR = float(US_EAST_1.standard.read_capacity.each)


def _fewest(day: list[int], most_seconds: float = 300) -> int:
    def lasts(units: int) -> bool:
        saved = float(units)
        for asked in day:
            saved = min(saved + 60 * (units - asked), most_seconds * units)
            if saved < 0:
                return False
        return True

    return next(units for units in range(1, max(day) + 1) if lasts(units))


def _ways(day: list[int], most_seconds: float = 300) -> dict[str, tuple[float, int]]:
    fewest = _fewest(day, most_seconds)
    ways = {"on-demand": (60 * sum(day) * UNIT, 0), "provisioned": (24 * fewest * HOUR, fewest)}
    units, refused = follow(day)
    return ways if refused else ways | {"auto scaling": (sum(units) / 60 * HOUR, 0)}


def _choose(day: list[int], without: str = "", most_seconds: float = 300) -> tuple[str, int]:
    ways = {mode: way for mode, way in _ways(day, most_seconds).items() if mode != without}
    mode = min(ways, key=lambda mode: ways[mode][0])
    return mode, ways[mode][1]


def _hundredfold(day: list[int]) -> tuple[str, int]:
    """Compares an hour of provisioned units with a minute of requests."""
    return ("on-demand", 0) if sum(day) * UNIT < 24 * _fewest(day) * HOUR else ("provisioned", _fewest(day))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda day: ("on-demand", None), "From which utilisation on is that cheaper?"),
        (lambda day: ("auto scaling", None), "Auto scaling keeps a reserve"),
        (lambda day: ("provisioned", max(day)), "A short peak can live on what was saved before it"),
        (lambda day: ("provisioned", ceil(sum(day) / len(day))), "must have been saved"),
        (lambda day: ("provisioned", sum(day) / len(day)), "Units are provisioned whole"),
        (lambda day: ("provisioned", _fewest(day)), "What would it cost to pay for each read instead?"),
        (lambda day: _choose(day, without="provisioned"), "Auto scaling keeps a reserve"),
        (lambda day: _choose(day, without="on-demand"), "What would it cost to pay for each read instead?"),
        (lambda day: _choose(day, without="auto scaling"), "units that follow the traffic"),
        (lambda day: _choose(day, most_seconds=1e9), "must have been saved"),
        (lambda day: _choose(day, most_seconds=1), "provisioned units would be enough"),
        (_hundredfold, "From which utilisation on is that cheaper?"),
        (lambda day: "on-demand", "not a mode and its units"),
        (lambda day: ("reserved", 100), "'reserved' is none of the modes"),
        (lambda day: print(_choose(day)), "Does the function end in return?"),
    ],
)
def test_a_dear_mode_or_one_that_refuses_reads_is_refused(wrong: Answer, words: str, seed: int) -> None:
    assert words in _refused("11.5", wrong, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mode_may_be_chosen_in_ones_own_way(seed: int) -> None:
    def generous(day: list[int]) -> list[Any]:
        mode, units = _choose(day)
        return [mode, Decimal(ceil(1.02 * units - 0.5)) if units else None]

    check("11.5", _choose, seed=seed)
    check("11.5", generous, seed=seed)


# --- 11.6 ----------------------------------------------------------------------------------------------------------


def _key(name: str, role: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": role}


def _creator(
    keys: tuple[str, str] = ("parcel", "at"),
    by: str = "damaged_on",
    units: tuple[int, int] = (35, 42),
    index_units: tuple[int, int] = (2, 5),
    projection: str = "KEYS_ONLY",
    **more: Any,
) -> Answer:
    """A function that creates a table; ``more`` are parameters of CreateTable."""

    def capacity(read: int, write: int) -> dict[str, Any]:
        if more.get("BillingMode"):
            return {}
        return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}

    def create(table: Any) -> None:
        index = {"IndexName": "damages", "KeySchema": [_key(by, "HASH")], **capacity(*index_units)}
        table.meta.client.create_table(
            TableName=table.name,
            KeySchema=[_key(keys[0], "HASH"), _key(keys[1], "RANGE")],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in {*keys, by}],
            GlobalSecondaryIndexes=[index | {"Projection": {"ProjectionType": projection}}],
            **capacity(*units) | {"TableClass": "STANDARD_INFREQUENT_ACCESS"} | more,
        )

    return create


def _save(table: Any, event: Any, **more: str) -> None:
    damage = {"damaged_on": event["at"][:10]} if event["status"] == "DAMAGED" else {}
    table.put_item(Item={**event, **damage, **more})


def _track(table: Any, parcel: str, key: str = "parcel") -> Any:
    return table.query(KeyConditionExpression=Key(key).eq(parcel), ScanIndexForward=False)["Items"]


def _damaged(table: Any, day: str, by: str = "damaged_on", **more: Any) -> Any:
    found = table.query(IndexName="damages", KeyConditionExpression=Key(by).eq(day), **more)["Items"]
    return [entry["parcel"] for entry in found]


_create = _creator()


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ((_creator(BillingMode="PAY_PER_REQUEST"), _save, _track, _damaged), "Which mode is made for that?"),
        ((_creator(TableClass="STANDARD"), _save, _track, _damaged), "Storage is the largest part"),
        ((_creator(units=(35, 20)), _save, _track, _damaged), "a write of the table was throttled"),
        ((_creator(units=(5, 42)), _save, _track, _damaged), "a read of the table was throttled"),
        ((_creator(units=(20, 42)), _save, _track, _damaged), "the reads of the table live on what was saved before"),
        ((_creator(units=(200, 42), index_units=(20, 20)), _save, _track, _damaged), "units that nobody uses"),
        ((lambda table: None, _save, _track, _damaged), "Does create make a table of that name?"),
        ((lambda table: None, *[lambda table, one: []] * 3), "create made no table"),
        ((_creator(keys=("depot", "at")), _save, _track, _damaged), "Query condition missed key schema element"),
        ((_creator(by="depot"), _save, _track, _damaged), "damaged raised"),
    ],
)
def test_a_design_that_costs_too_much_or_provides_too_little_is_refused(design: tuple[Answer, ...], words: str) -> None:
    assert words in _refused("11.6", *design)


def _save_by_status(table: Any, event: Any) -> None:
    _save(table, event, kind=event["at"][:10] + event["status"])


def _damaged_by_status(table: Any, day: str) -> Any:
    return _damaged(table, f"{day}DAMAGED", "kind")


def test_an_index_with_an_entry_of_every_event_is_refused() -> None:
    design = (_save_by_status, _track, _damaged_by_status)

    assert "An item without the index's key has no entry in it" in _refused(
        "11.6", _creator(by="kind", index_units=(2, 25)), *design
    )
    assert "a write of the index damages was throttled" in _refused("11.6", _creator(by="kind"), *design)


def _scan_all(table: Any, day: str) -> Any:
    found = table.scan(FilterExpression=Attr("status").eq("DAMAGED") & Attr("at").begins_with(day))
    return [event["parcel"] for event in found["Items"]]


def _save_under_chance(table: Any, event: Any) -> None:
    _save(table, event, id=str(uuid4()))


def _one_item_each(table: Any, event: Any) -> None:
    _save(table, event, one="1")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("design", "words"),
    [
        ((_create, _save, _track, _scan_all), "damaged reads what it does not want"),
        ((_create, _save, lambda table, parcel: _track(table, parcel)[::-1], _damaged), "ScanIndexForward"),
        ((_create, _save, lambda table, parcel: _track(table, parcel)[:1], _damaged), "track returned other events"),
        (
            (_create, _save, lambda table, parcel: print(_track(table, parcel)), _damaged),
            "Does the function end in return?",
        ),
        ((_create, _save, _track, lambda table, day: []), "damaged asked DynamoDB for nothing"),
        ((_create, _save, _track, lambda table, day: _damaged(table, day) * 2), "Each parcel once"),
        ((_create, lambda table, event: None, _track, _damaged), "save asked DynamoDB for nothing"),
        ((_creator(keys=("parcel", "id")), _save_under_chance, _track, _damaged), "must land in the same place"),
        ((_creator(keys=("parcel", "one")), _one_item_each, _track, _damaged), "An event replaced another"),
        (
            (
                _create,
                lambda table, event: _save(
                    table, {"parcel": event["parcel"], "at": event["at"], "status": event["status"]}
                ),
                _track,
                _damaged,
            ),
            "An attribute is missing",
        ),
    ],
)
def test_a_design_that_answers_wrongly_is_refused(design: tuple[Answer, ...], words: str, seed: int) -> None:
    assert words in _refused("11.6", *design, seed=seed)


def _save_by_day(table: Any, event: Any) -> None:
    _save(table, event, day=event["at"][:10], key=f"{event['parcel']}#{event['at']}")


def _track_of_day(table: Any, parcel: str) -> Any:
    """Looks the day up in a catalogue of its own: all events of a sample are of one day."""
    day = table.get_item(Key={"day": "days", "key": parcel})["Item"]["is"]
    key = Key("day").eq(day) & Key("key").begins_with(f"{parcel}#")
    return table.query(KeyConditionExpression=key, ScanIndexForward=False)["Items"]


def test_a_partition_key_that_all_events_share_is_refused() -> None:
    def save(table: Any, event: Any) -> None:
        table.put_item(Item={"day": "days", "key": event["parcel"], "is": event["at"][:10]})
        _save_by_day(table, event)

    create = _creator(keys=("day", "key"), units=(80, 80), projection="ALL")
    message = _refused("11.6", create, save, _track_of_day, _damaged)

    assert "the writes meet in one place" in message
    assert "2 partition keys;" in message


def test_a_failing_bill_is_shown_line_by_line() -> None:
    message = _refused("11.6", _creator(TableClass="STANDARD"), _save, _track, _damaged)

    assert "storage " in message
    assert "per WCU-hour" in message
    assert "at most $80.00" in message


def _save_beside(table: Any, event: Any) -> None:
    """Keeps the damages as items of the table itself, under keys of their own."""
    table.put_item(Item=event)
    if event["status"] == "DAMAGED":
        table.put_item(Item={"parcel": f"DAMAGED#{event['at'][:10]}", "at": f"{event['at']}#{event['parcel']}"})


def _damaged_beside(table: Any, day: str) -> Any:
    return [item["at"].partition("#")[2] for item in _track(table, f"DAMAGED#{day}")]


@pytest.mark.parametrize(
    "design",
    [
        (_creator(units=(32, 45), projection="ALL"), _save, _track, _damaged),
        (_create, _save_beside, _track, _damaged_beside),
    ],
)
def test_other_designs_within_the_bound_pass(design: tuple[Answer, ...]) -> None:
    check("11.6", *design)


def test_a_retry_may_be_refused_by_a_condition() -> None:
    def save(table: Any, event: Any) -> None:
        damage = {"damaged_on": event["at"][:10]} if event["status"] == "DAMAGED" else {}
        try:
            table.put_item(Item=event | damage, ConditionExpression="attribute_not_exists(parcel)")
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            return

    check("11.6", _create, save, _track, lambda table, day: set(_damaged(table, day)))


def test_the_bill_of_a_design_can_be_seen_at_any_time() -> None:
    total = bill(_create, _save, _track, _damaged).total
    on_demand = bill(_creator(BillingMode="PAY_PER_REQUEST"), _save, _track, _damaged).total

    assert total < parcels.BOUND < on_demand


def test_the_task_names_the_traffic_and_the_bound_that_the_check_uses() -> None:
    (solution,) = (read(path) for path in SOLUTIONS if path.stem.startswith("11_"))
    (task,) = (cell.source for cell in solution.cells if cell.id == "task-11-6")

    assert f"{parcels.RATE} events come in each second, and {parcels.RATE} parcels a second are tracked" in task
    assert f"{parcels.KEPT // 1_000_000} million events are kept" in task
    assert f"a month may cost {parcels.BOUND} dollars" in task
