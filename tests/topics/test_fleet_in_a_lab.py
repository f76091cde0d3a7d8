"""A fleet's traffic, sent request by request through a Lab: the same requests are served, and the same budgets refuse the others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dynateach import Lab
from dynateach.clock import SECOND
from dynateach.dynamodb.inside import TableInside
from dynateach.dynamodb.storage.admission import CEILINGS, PARTITION
from dynateach.errors import ServiceError
from dynateach.profile import IDEAL, Delay
from dynateach.topics.fleet import (
    Admission,
    Arrive,
    Traffic,
    celebrity,
    equal_shares,
    simulate,
    split,
    uniform,
    zipf,
)
from dynateach.topics.parts.budgets import SIDES, Kind, OnDemand, Provisioned
from dynateach.topics.parts.positions import name
from dynateach.trace import Throttled
from tests.indexed import definition

UNSPLIT = replace(IDEAL, split_duration=Delay(*[10**15] * 5))
"""A fleet has the partitions that it began with; so does this Lab, since its splits would end in thirty years."""

KEYS = 300
POPULARITIES = {"uniform": uniform(KEYS), "zipf": zipf(KEYS), "a celebrity": celebrity(KEYS, share=0.5)}


@dataclass(frozen=True)
class Fleet:
    """A small one. ``splits`` are made before any traffic: of which partition, each time."""

    popularity: str
    rates: list[int]
    kind: Kind
    size: int
    consistent: bool
    budget: Provisioned | OnDemand
    partitions: int
    splits: tuple[int, ...] = ()
    admission: Admission = "global"
    arrive: Arrive = "at once"
    tick: float = 1.0

    @property
    def lows(self) -> Any:
        lows = equal_shares(self.partitions)
        for partition in self.splits:
            lows = split(lows, partition)
        return lows

    @property
    def traffic(self) -> Traffic:
        return simulate(
            POPULARITIES[self.popularity],
            np.array(self.rates),
            partitions=self.lows,
            kind=self.kind,
            size=self.size,
            consistent=self.consistent,
            budget=self.budget,
            admission=self.admission,
            arrive=self.arrive,
            tick=self.tick,
        )


class Replay:
    """The traffic of a fleet in a Lab: the same arrays, counted."""

    def __init__(self, fleet: Fleet, asked: NDArray[Any]) -> None:
        self._fleet = fleet
        self._lab = _lab(fleet)
        self._inside: TableInside = self._lab.inspect("things")
        self._names = [one.id for one in self._inside.partitions]
        self._keys = self._keys_by_partition()
        self._start, self._tick = self._lab.clock.now, round(fleet.tick * SECOND)
        self.served, self.refused_by_partition, self.refused_by_table = (np.zeros_like(asked) for _ in range(3))
        self.tokens, self.table_tokens = np.zeros(asked.shape), np.zeros(len(asked))
        for tick, counts in enumerate(asked):
            self._send(tick, counts.tolist())
        for event in self._lab.trace.of(Throttled):
            refused = self.refused_by_partition if event.budget == PARTITION else self.refused_by_table
            refused[(event.at - self._start) // self._tick, self._names.index(event.partition)] += 1

    def _send(self, tick: int, counts: list[int]) -> None:
        begin = self._start + tick * self._tick
        for moment, partition, number in _order(counts):
            spread = int(moment * self._tick) if self._fleet.arrive == "evenly" else 0
            self._wait_until(begin + spread)
            self.served[tick, partition] += self._is_served(self._keys[partition][number % len(self._keys[partition])])
        self._wait_until(begin + self._tick)
        for budget in self._inside.budgets:
            if budget.side != SIDES[self._fleet.kind]:
                continue
            if budget.budget == PARTITION:
                self.tokens[tick, self._names.index(budget.partition)] = budget.level
            elif budget.budget != "maximum":
                self.table_tokens[tick] += budget.level

    def _wait_until(self, moment: int) -> None:
        self._lab.clock.pass_time(moment - self._lab.clock.now)

    def _is_served(self, key: str) -> bool:
        try:
            if self._fleet.kind == "writes":
                self._ask("PutItem", Item=_item(key, self._fleet.size))
            else:
                self._ask("GetItem", Key={"pk": {"S": key}}, ConsistentRead=self._fleet.consistent)
        except ServiceError as error:
            assert error.code in ("ThrottlingException", "ProvisionedThroughputExceededException")
            return False
        return True

    def _ask(self, operation: str, **params: Any) -> None:
        self._lab.request("dynamodb", operation, {"TableName": "things", **params})

    def _keys_by_partition(self) -> list[list[str]]:
        found: dict[str, list[str]] = {one: [] for one in self._names}
        for number in range(KEYS):
            key = name(number, KEYS)
            found[self._inside.locate(key).partition].append(key)
        keys = [found[one][: 1 if self._fleet.kind == "reads" else 5] for one in self._names]
        if self._fleet.kind == "reads":  # in one transaction, so that one write unit is enough for all
            puts = [
                {"Put": {"TableName": "things", "Item": _item(key, self._fleet.size)}} for some in keys for key in some
            ]
            self._lab.request("dynamodb", "TransactWriteItems", {"TransactItems": puts})
        return keys


def _lab(fleet: Fleet) -> Lab:
    lab = Lab(profile=replace(UNSPLIT, admission=fleet.admission, on_demand_partitions=fleet.partitions))
    lab.request("dynamodb", "CreateTable", definition(key="pk:S", **_throughput(fleet)))
    inside = lab.inspect("things")
    assert len(inside.partitions) == fleet.partitions
    for partition in fleet.splits:
        inside.split(inside.partitions[partition].id)
    if isinstance(fleet.budget, Provisioned):
        lab.clock.advance(fleet.budget.idle)
    return lab


def _throughput(fleet: Fleet) -> dict[str, Any]:
    if isinstance(fleet.budget, Provisioned):
        units = (fleet.budget.units, 1) if fleet.kind == "reads" else (1, fleet.budget.units)
        return {"ProvisionedThroughput": dict(zip(("ReadCapacityUnits", "WriteCapacityUnits"), units, strict=True))}
    if fleet.budget.maximum:
        return {"OnDemandThroughput": {f"Max{SIDES[fleet.kind]}RequestUnits": fleet.budget.maximum}}
    if fleet.budget.warm:
        return {"WarmThroughput": {f"{SIDES[fleet.kind]}UnitsPerSecond": fleet.budget.warm}}
    return {}


def _item(key: str, size: int) -> dict[str, Any]:
    return {"pk": {"S": key}, "pad": {"S": "x" * (size - len("pk") - len(key) - len("pad"))}}


def _order(counts: list[int]) -> Iterator[tuple[float, int, int]]:
    """Each request of a tick, in order: when in the tick, of which partition, and its number there, from 0."""
    yield from sorted(((2 * j + 1) / (2 * n), p, j) for p, n in enumerate(counts) for j in range(n))


# Small fleets of all kinds


@st.composite
def fleets(draw: st.DrawFn, arrive: Arrive = "at once", admission: Admission = "global") -> Fleet:
    kind: Kind = draw(st.sampled_from(["reads", "writes"]))
    budget, partitions = draw(provisioned(kind, admission) | on_demand(kind))
    splits = draw(st.lists(st.integers(0, partitions - 1), max_size=2 if admission == "global" else 0))
    return Fleet(
        popularity=draw(st.sampled_from(sorted(POPULARITIES))),
        rates=draw(st.lists(requests, min_size=1, max_size=8)),
        kind=kind,
        size=draw(st.sampled_from([200_000, 90_000, 40_000, 9_000, 1_025, 1_024, 100])),
        consistent=draw(st.booleans()),
        budget=budget,
        partitions=partitions,
        splits=tuple(splits),
        admission=admission,
        arrive=arrive,
        tick=draw(st.sampled_from([1.0, 0.5, 0.25, 0.1])),
    )


requests = st.sampled_from([250, 0, 120, 60, 31, 7, 1])


def provisioned(kind: Kind, admission: str) -> st.SearchStrategy[tuple[Provisioned, int]]:
    one = CEILINGS[SIDES[kind]]
    exactly_shared = st.sampled_from([8, 64, one, 2 * one, 4 * one])
    units = exactly_shared if admission == "static" else exactly_shared | st.integers(1, 4 * one)
    idle = st.sampled_from([0.0, 0.5, 2.0, 301.0])
    return st.builds(lambda units, idle: (Provisioned(units, idle), -(-units // one)), units, idle)


def on_demand(kind: Kind) -> st.SearchStrategy[tuple[OnDemand, int]]:
    return st.one_of(
        st.sampled_from([1, 2, 4, 8]).map(lambda partitions: (OnDemand(), partitions)),
        st.integers(1, 3_000).map(lambda maximum: (OnDemand(maximum=maximum), 4)),
        st.just((OnDemand(warm=16_000), 6 if kind == "reads" else 16)),
    )


@given(fleet=fleets())
@settings(deadline=None, max_examples=100)
def test_what_arrives_at_once_is_served_and_refused_exactly_as_in_a_lab(fleet: Fleet) -> None:
    _require_same(fleet)


@given(fleet=fleets(admission="static"))
@settings(deadline=None, max_examples=60)
def test_fixed_shares_serve_and_refuse_exactly_as_in_a_lab(fleet: Fleet) -> None:
    _require_same(fleet)


@given(
    before=st.lists(requests, min_size=1, max_size=4),
    pause=st.integers(1_795, 1_801),
    after=st.lists(requests, min_size=2, max_size=8),
    kind=st.sampled_from(["reads", "writes"]),
    tick=st.sampled_from([1.0, 0.5]),
    admission=st.sampled_from(["global", "static"]),
)
@settings(deadline=None, max_examples=8)
def test_an_on_demand_table_grows_with_its_peak_as_in_a_lab(
    before: list[int], pause: int, after: list[int], kind: Kind, tick: float, admission: Admission
) -> None:
    rates = [*before, *[0] * round(pause / tick), *after]
    size = 390_000 if kind == "writes" else 400_000
    _require_same(Fleet("uniform", rates, kind, size, True, OnDemand(), 8, (), admission, "at once", tick))


def test_a_table_that_has_grown_serves_what_it_refused_before() -> None:
    rates = [250, *[0] * 1_799, 250, 250]
    fleet = Fleet("uniform", rates, "writes", 200_000, True, OnDemand(), 16)

    _require_same(fleet)
    assert fleet.traffic.served.sum(axis=1)[[0, -2, -1]].tolist() == [21, 21, 41]


def _require_same(fleet: Fleet) -> None:
    traffic = fleet.traffic
    replay = Replay(fleet, traffic.asked)

    assert traffic.served.tolist() == replay.served.tolist()
    assert traffic.refused_by_table.tolist() == replay.refused_by_table.tolist()
    assert traffic.refused_by_partition.tolist() == replay.refused_by_partition.tolist()
    assert traffic.tokens == pytest.approx(replay.tokens, abs=1e-3)
    assert traffic.table_tokens == pytest.approx(replay.table_tokens)


# What comes evenly over a tick: a Lab's tokens come one by one meanwhile, a fleet's are all there


@st.composite
def fleets_that_never_lack_the_tables_units(draw: st.DrawFn) -> Fleet:
    fleet = draw(fleets(arrive="evenly"))
    budget = Provisioned(4 * CEILINGS[SIDES[fleet.kind]], idle=300)
    return replace(fleet, budget=budget, partitions=4, splits=tuple(one % 4 for one in fleet.splits))


def has_no_maximum(fleet: Fleet) -> bool:
    return isinstance(fleet.budget, Provisioned) or not fleet.budget.maximum


@given(
    fleet=fleets_that_never_lack_the_tables_units() | fleets(arrive="evenly", admission="static").filter(has_no_maximum)
)
@settings(deadline=None, max_examples=100)
def test_evenly_spread_a_partition_serves_as_many_as_in_a_lab_but_for_one_request_a_tick(fleet: Fleet) -> None:
    traffic = fleet.traffic
    replay = Replay(fleet, traffic.asked)

    assert abs(traffic.served - replay.served).max() <= 1
    assert abs(traffic.tokens - replay.tokens).max() <= traffic.units
    if fleet.admission == "global":
        assert traffic.refused_by_table.sum() == replay.refused_by_table.sum() == 0


SHORT = Fleet("uniform", [250, 120, 0, 250], "writes", 90_000, False, OnDemand(), 1, (0, 0), "global", "evenly", 1.0)


@given(fleet=fleets(arrive="evenly"))
@example(fleet=SHORT)
@settings(deadline=None, max_examples=100)
def test_evenly_spread_a_short_table_serves_as_many_as_in_a_lab_but_for_one_request_a_partition_and_tick(
    fleet: Fleet,
) -> None:
    traffic = fleet.traffic
    replay = Replay(fleet, traffic.asked)
    partitions = traffic.asked.shape[1]

    assert abs(traffic.served.sum(axis=1) - replay.served.sum(axis=1)).max() <= partitions
    assert abs(traffic.table_tokens - replay.table_tokens).max() <= (partitions + 1) * traffic.units
