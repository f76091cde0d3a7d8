"""Days of traffic for task 11.5, and what becomes of them in a Lab.

A day is 1,440 numbers: the read units a second that each minute asks for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil, cos, pi
from typing import Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.capacity import READ_UNIT_BYTES
from dynateach.dynamodb.rules.limits import BURST_SECONDS
from dynateach.errors import ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Stream
from dynateach.topics.scaled_day import MINUTES, PROFILE
from dynateach.trace import Throttled

TABLE, KEY = "seats", {"pk": {"S": "hall"}}
UNITS = 100
"""Read units of one request, so that few requests make a day."""
TARGET = 70
LEAST, MOST = 1, 10_000

ON_DEMAND, PROVISIONED, SCALED = "on-demand", "provisioned", "auto scaling"

Day = tuple[int, ...]


class Outcome(NamedTuple):
    """What came of a day: the units provisioned at the end of each minute (0 on demand), and what was refused."""

    units: tuple[int, ...]
    refused: tuple[Throttled, ...]


def follow(day: Sequence[int]) -> tuple[list[int], int]:
    """Run the day in a Lab whose table auto scaling keeps at 70 %: the units it provisioned in each minute, and how many reads were refused."""
    outcome = run(tuple(day), SCALED, first_units(day))
    return list(outcome.units), len(outcome.refused)


def first_units(day: Sequence[int]) -> int:
    """What auto scaling begins the day with."""
    return max(LEAST, ceil(day[0] * 100 / TARGET))


def least_units(day: Sequence[int]) -> int:
    """The fewest provisioned units that refuse nothing, with what the quiet minutes save."""
    return next(units for units in range(1, max(day) + 1) if not _runs_out(day, units))


def _runs_out(day: Sequence[int], units: int) -> bool:
    saved = float(units)
    for asked in day:
        saved = min(saved + 60 * (units - asked), BURST_SECONDS * units)
        if saved <= 0:
            return True
    return False


# --- Kinds of days ---------------------------------------------------------------------------------------------------


def steady(chance: Stream) -> Day:
    """Much the same all day long."""
    level = 14 + chance.below(8)
    return tuple(level + chance.below(3) for _ in range(MINUTES))


def short_peak(chance: Stream) -> Day:
    """Steady, but for two minutes at some hour."""
    level, at = 12 + chance.below(6), 400 + chance.below(800)
    return tuple(level * (8 if at <= minute < at + 2 else 1) for minute in range(MINUTES))


def swing(chance: Stream) -> Day:
    """A quiet night and a busy evening, with slow ways between them."""
    low, high, at = 8 + chance.below(3), 60 + chance.below(20), 1_000 + chance.below(200)
    return tuple(round(low + (high - low) * _hill((minute - at) / 300)) for minute in range(MINUTES))


def step(chance: Stream) -> Day:
    """Two and a half times as much from one minute to the next, for some hours."""
    low, at = 12 + 2 * chance.below(4), 420 + chance.below(120)
    return tuple(low * 5 // 2 if at <= minute < at + 240 else low for minute in range(MINUTES))


def storms(chance: Stream) -> Day:
    """Almost nothing, and twice a day very much."""
    low, high = 5 + chance.below(3), 160 + chance.below(60)
    first, second = 300 + chance.below(200), 900 + chance.below(200)
    return tuple(
        high if first <= minute < first + 20 or second <= minute < second + 20 else low for minute in range(MINUTES)
    )


def _hill(place: float) -> float:
    return (1 + cos(pi * place)) / 2 if abs(place) < 1 else 0.0


# --- Running one -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def run(day: Day, mode: str, units: int = 0) -> Outcome:
    """Serve the day in a fresh Lab; ``units`` are provisioned, or what auto scaling begins with. What is refused is not tried again."""
    lab = Lab(1, PROFILE)
    _create(lab, mode, units)
    if mode == SCALED:
        lab.autoscale(TABLE, read=(LEAST, MOST, TARGET))
    start, provisioned = lab.clock.now, []
    reads = _dues(day)
    due = next(reads, None)
    for minute in range(1, len(day) + 1):
        while due is not None and due < minute * 60 * SECOND:
            lab.clock.advance(max(start + due - lab.clock.now, 0) / SECOND)
            _read(lab)
            due = next(reads, None)
        lab.clock.advance((start + minute * 60 * SECOND - lab.clock.now) / SECOND)
        provisioned.append(_provisioned(lab) if mode != ON_DEMAND else 0)
    return Outcome(tuple(provisioned), tuple(lab.trace.of(Throttled)))


def _dues(day: Sequence[int]) -> Iterator[int]:
    """When each read is due (µs): as soon as the units that it takes have been asked for."""
    asked = 0
    for minute, rate in enumerate(day):
        first = asked // UNITS + 1
        for number in range(first, (asked + 60 * rate) // UNITS + 1):
            yield minute * 60 * SECOND + (number * UNITS - asked) * SECOND // rate
        asked += 60 * rate


def _read(lab: Lab) -> None:
    try:
        lab.request("dynamodb", "GetItem", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True})
    except ServiceError as refusal:
        if refusal.code not in ("ProvisionedThroughputExceededException", "ThrottlingException"):
            raise


def _provisioned(lab: Lab) -> int:
    rates = (one.rate for one in lab.inspect(TABLE).budgets if (one.side, one.budget) == ("Read", "provisioned"))
    return round(next(rates))


def _create(lab: Lab, mode: str, units: int) -> None:
    way: dict[str, Any] = {"ProvisionedThroughput": {"ReadCapacityUnits": units, "WriteCapacityUnits": 400}}
    keys = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    with lab.trace.paused():
        if mode == ON_DEMAND:
            way = {"BillingMode": "PAY_PER_REQUEST"}
        lab.request("dynamodb", "CreateTable", {"TableName": TABLE, **keys, **way})
        large = {"S": "x" * (UNITS * READ_UNIT_BYTES - 20)}
        lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": {**KEY, "plan": large}})
