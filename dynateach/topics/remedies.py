"""What helps a hot partition, and what it costs whoever reads: each remedy alone, for traffic of thousands of requests a second.

comparison = simulate("one celebrity", writes=10_000, suffixes=20)
comparison["on demand"].writes          # the share of writes that is refused
draw(comparison)
explore()

The traffic goes through ``fleet``, which refuses as the engine does; what one read takes is asked of a Lab.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from dynateach.drawing.captions import count, number
from dynateach.drawing.still import Still
from dynateach.dynamodb.rules import limits
from dynateach.dynamodb.storage.keyspace import initial_count
from dynateach.errors import LabError
from dynateach.topics import fleet
from dynateach.topics.parts.budgets import Budget, Kind, OnDemand, Provisioned
from dynateach.topics.parts.hot_traffic import CELEBRITY, TODAY, UNIFORM, ZIPF
from dynateach.topics.parts.positions import positions
from dynateach.topics.parts.read_price import ITEMS, Price, price

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View
    from dynateach.topics.fleet import Floats

Asks = Literal["one item", "newest ten"]
ASKS: tuple[Asks, ...] = ("one item", "newest ten")

KEYS = 2_000
POPULARITY = {
    UNIFORM: fleet.uniform(KEYS),
    ZIPF: fleet.zipf(KEYS),
    CELEBRITY: fleet.celebrity(KEYS, 0.75),
    TODAY: fleet.uniform(1),
}
READS_FOR_A_WRITE = 5
SECONDS = 30
WARMER = 2
"""For how many times what is asked of it a table is warmed."""

AS_IT_IS, RANDOM, CALCULATED = "as it is", "random suffix", "calculated suffix"
CACHE, ON_DEMAND, WARMED, BOTH = "cache", "on demand", "pre-warmed", "calculated + cache"


@dataclass(frozen=True)
class Plan:
    """What is asked: the arguments of ``simulate``."""

    popularity: str
    writes: int
    asks: Asks
    suffixes: int
    cached: int
    provisioned: int
    seed: int


class Outcome(NamedTuple):
    """What a remedy does: the shares of ``writes`` and ``reads`` that are refused, the read ``units`` a second that its reads ask for, what
    ``one`` read takes, and how many seconds old its answer may be because it was cached (``old``).
    """

    writes: float
    reads: float
    units: float
    one: Price
    old: int


@dataclass(frozen=True)
class Comparison:
    """The outcome of each remedy, by name; the first is the table as it is."""

    plan: Plan
    outcomes: dict[str, Outcome]

    def __getitem__(self, remedy: str) -> Outcome:
        return self.outcomes[remedy]

    @property
    def before(self) -> Outcome:
        """The table as it is."""
        return self.outcomes[AS_IT_IS]

    @property
    def crowd(self) -> tuple[int, int]:
        """How many suffixes of the most popular key are on the partition that has most of them, and how many partitions there are."""
        partitions, suffixes = _table(_Remedy(), self.plan).partitions, self.plan.suffixes
        names = positions(len(POPULARITY[self.plan.popularity]) * suffixes)[:suffixes]
        owners = np.searchsorted(fleet.equal_shares(partitions), names, side="right")
        return int(np.bincount(owners).max()), partitions


@dataclass(frozen=True)
class _Remedy:
    """What is done: by how many ``suffixes`` the keys are spread, whether a reader knows them, for how long (s) answers are ``cached``, and how
    the table is paid for: None as it is, else on demand, warm for so many times what is asked (0: for what it was provisioned with).
    """

    suffixes: int = 1
    known: bool = True
    cached: int = 0
    warm: int | None = None


def simulate(
    popularity: str = CELEBRITY,
    writes: int = 10_000,
    asks: Asks = "one item",
    suffixes: int = 20,
    cached: int = 5,
    provisioned: int = 120,
    seed: int = 1,
) -> Comparison:
    """30 s of ``writes`` a second of 1 KB to 2,000 keys, and five times as many eventually consistent reads, once for each remedy.

    A read wants one of the 100 items under a key, or the newest ten of them. The table is provisioned with so many percent of the units that it
    is asked for as it is, and has a partition for each 1,000 WCU or 3,000 RCU of that. A key with a suffix is a key of its own, with its own hash. A
    cache keeps each answer for ``cached`` seconds: of λ reads a second of the same, λ / (1 + λ · cached) get through. Raises ``LabError`` for
    traffic and reads that there are none of.
    """
    if popularity not in POPULARITY:
        raise LabError(f"there is no traffic {popularity!r}", next=f"Choose one of {', '.join(POPULARITY)}.")
    if asks not in ASKS:
        raise LabError(f"no read asks for {asks!r}", next=f"Choose one of {', '.join(ASKS)}.")
    plan = Plan(popularity, writes, asks, suffixes, cached, provisioned, seed)
    return Comparison(plan, {name: _outcome(plan, remedy) for name, remedy in _remedies(plan).items()})


def draw(comparison: Comparison) -> Still:
    """For each remedy the shares of writes and reads that are refused, and the read units that its readers ask for."""
    from dynateach.topics.parts.remedies_picture import picture

    return picture(comparison)


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are popularity, writes, asks, suffixes, cached, provisioned, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    popularity: str = CELEBRITY,
    writes: int = 10_000,
    asks: Asks = "one item",
    suffixes: int = 20,
    cached: int = 5,
    provisioned: int = 120,
    seed: int = 1,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {
        "popularity": controls.choice("keys", tuple(POPULARITY), popularity, width="170px"),
        "writes": controls.slider("writes a second", writes, 1_000, 40_000, 1_000, width="260px"),
        "asks": controls.choice("a read wants", ASKS, asks, width="190px"),
        "suffixes": controls.slider("suffixes", suffixes, 2, 50, width="210px"),
        "cached": controls.slider("cached for, s", cached, 1, 60, width="220px"),
        "provisioned": controls.slider("provisioned, % of need", provisioned, 40, 200, 10, width="270px"),
    }
    return View(
        "Remedies",
        lambda **chosen: simulate(**chosen, seed=seed),
        draw,
        simulated=simulated,
        drawn={},
        rows=(tuple(simulated.values()), ()),
        says=advice,
    )


def advice(comparison: Comparison) -> str:
    """In one line of HTML, what it is to read with a random and with a calculated suffix."""
    random, calculated = comparison[RANDOM].one, comparison[CALCULATED].one
    wants = {"one item": f"one of the {ITEMS} items of a key", "newest ten": "the newest ten of a key"}[
        comparison.plan.asks
    ]
    return (
        f"Reading {wants}: <b>{requests(comparison.before.one)}</b>, {number(comparison.before.one.units)} RCU; with a random suffix"
        f" <b>{requests(random)}</b>, {number(random.units)} RCU; with a calculated one <b>{requests(calculated)}</b>,"
        f" {number(calculated.units)} RCU."
    )


def requests(one: Price) -> str:
    """How many requests that read takes, in words."""
    return count(one.requests, "request")


def _remedies(plan: Plan) -> dict[str, _Remedy]:
    return {
        AS_IT_IS: _Remedy(),
        RANDOM: _Remedy(plan.suffixes, known=False),
        CALCULATED: _Remedy(plan.suffixes),
        CACHE: _Remedy(cached=plan.cached),
        ON_DEMAND: _Remedy(warm=0),
        WARMED: _Remedy(warm=WARMER),
        BOTH: _Remedy(plan.suffixes, cached=plan.cached),
    }


def _outcome(plan: Plan, remedy: _Remedy) -> Outcome:
    one = price(plan.asks == "one item", remedy.suffixes, remedy.known)
    writes = POPULARITY[plan.popularity] * (plan.writes / POPULARITY[plan.popularity].sum())
    reads = _past_the_cache(plan, remedy, writes * READS_FOR_A_WRITE) * one.requests
    units = float(reads.sum()) * one.units / one.requests
    table = _table(remedy, plan)
    refused = [
        _refused(plan, table, kind, np.repeat(rates / remedy.suffixes, remedy.suffixes))
        for kind, rates in _kinds(writes, reads)
    ]
    return Outcome(refused[0], refused[1], units, one, remedy.cached)


def _kinds(writes: "Floats", reads: "Floats") -> Iterator[tuple[Kind, "Floats"]]:
    yield "writes", writes
    yield "reads", reads


def _past_the_cache(plan: Plan, remedy: _Remedy, reads: "Floats") -> "Floats":
    """The reads of each key that are not answered by a cache, which holds each of the answers that a key has apart."""
    answers = ITEMS if plan.asks == "one item" else 1
    through: Floats = reads / (1 + reads / answers * remedy.cached)
    return through


class _Table(NamedTuple):
    partitions: int
    budgets: dict[Kind, Budget]


def _table(remedy: _Remedy, plan: Plan) -> _Table:
    """The table that suits what is asked of it as it is: as large as it is provisioned, or as it is warm."""
    one = price(plan.asks == "one item")
    share = remedy.warm or plan.provisioned / 100
    read, write = ceil(plan.writes * READS_FOR_A_WRITE * one.units * share), ceil(plan.writes * share)
    if remedy.warm is None:
        return _Table(initial_count(read, write), {"reads": Provisioned(read), "writes": Provisioned(write)})
    read, write = max(read, limits.ON_DEMAND_READ_UNITS), max(write, limits.ON_DEMAND_WRITE_UNITS)
    return _Table(initial_count(read, write), {"reads": OnDemand(read), "writes": OnDemand(write)})


def _refused(plan: Plan, table: _Table, kind: Kind, rates: "Floats") -> float:
    """The share of these requests, so many a second for each key, that is refused."""
    traffic = fleet.simulate(
        rates,
        fleet.steady(round(rates.sum()), SECONDS),
        partitions=table.partitions,
        kind=kind,
        consistent=False,
        budget=table.budgets[kind],
        seed=plan.seed,
    )
    asked = int(traffic.asked.sum())
    return 1 - int(traffic.served.sum()) / asked if asked else 0.0
