"""Traffic too large for a Lab: millions of keys, thousands of partitions, hours of it, as arrays.

traffic = simulate(zipf(1_000_000), steady(100_000, seconds=3_600), partitions=1_000, budget=Provisioned(100_000))
traffic.served.sum(axis=1)

Popularity is an array of weights, one for each key: ``uniform``, ``zipf``, ``celebrity``, or your own. Rates are an array
of requests, one for each tick: ``steady``, ``day``, or your own. Where keys land, what a request costs and which budget
refuses it are the engine's own rules. The chances are numpy's: the same seed gives the same arrays with the same numpy.

Exact as a chance: how many requests each partition is asked for, since independent requests spread over partitions as a
multinomial draw does; which key of a partition they name is never drawn. Simplified: all keys have items of one size;
nothing is retried; no partition is split while it runs; and time goes in ticks.

How the requests of a tick ``arrive`` decides what the last one means. "at once": in one moment, when the tick begins; then
every number is what a Lab counts that is sent the same requests in the same order (see ``shortage``). "evenly": over the
whole tick. Its tokens are then there for any of its requests, and what is too much is lost when it ends; in a Lab they come in
little by little. That is the only difference. While the table has units to spare, a partition serves the same in a tick, give or
take one request. While it is short, all partitions together do, give or take one for each; which of them get the last
tokens, and which budget refuses, may differ by more. Which refuses may also differ when a fixed share has used up its savings.
"""

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from dynateach.clock import SECOND
from dynateach.dynamodb.rules import capacity, limits
from dynateach.dynamodb.rules.hashing import share
from dynateach.dynamodb.storage.admission import STATIC
from dynateach.errors import LabError
from dynateach.randomness import Stream
from dynateach.topics.parts.budgets import Buckets, Budget, Kind, OnDemand, Whole
from dynateach.topics.parts.positions import positions
from dynateach.topics.parts.shortage import share_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Counts = NDArray[np.integer]
    Lows = NDArray[np.uint64]

Admission = Literal["global", "static"]
Arrive = Literal["evenly", "at once"]


@dataclass(frozen=True, eq=False)
class Traffic:
    """What became of it: arrays of [tick, partition], and of [tick] for the table.

    ``asked`` = ``served`` + ``refused_by_partition`` + ``refused_by_table``, in requests. Refused by the partition means: by
    its ceiling; by the table: for want of the table's throughput, or of the partition's fixed share of it. ``tokens`` (of the ceilings)
    and ``table_tokens`` (of the table, or of all shares) are the units left when a tick has passed, less than 0 if a request took
    more than there was. ``units`` is what one request takes. In memory: 24 bytes for each partition and tick.
    """

    units: float
    asked: "Counts"
    served: "Counts"
    refused_by_partition: "Counts"
    refused_by_table: "Counts"
    tokens: "Floats"
    table_tokens: "Floats"


def simulate(
    weights: "Floats",
    rates: "Counts",
    *,
    partitions: "int | Lows" = 4,
    kind: Kind = "writes",
    size: int = limits.KB,
    consistent: bool = True,
    budget: Budget | None = None,
    admission: Admission = "global",
    arrive: Arrive = "evenly",
    tick: float = 1.0,
    seed: int = 1,
) -> Traffic:
    """Send ``rates[n]`` requests in tick n, each to a key drawn by ``weights``, to a table of so many equal partitions
    (or of partitions that begin at those lows, see ``equal_shares``).

    ``size`` is an item's bytes, ``tick`` seconds. Without a budget the table is new and on demand. Takes about as long
    as drawing the requests does. Raises ``LabError`` for weights of nothing, no partitions, and whatever ``admit`` refuses.
    """
    lows = equal_shares(partitions) if isinstance(partitions, int) else partitions
    units = capacity.write_units(0, size) if kind == "writes" else capacity.read_units(size, consistent)
    asked = _draw(rates, popularity_of_partitions(weights, lows), seed)
    return admit(asked, units, kind, budget or OnDemand(), tick, admission=admission, arrive=arrive)


def admit(
    asked: "Counts",
    units: float,
    kind: Kind,
    budget: Budget,
    tick: float = 1.0,
    *,
    admission: Admission = "global",
    arrive: Arrive = "evenly",
) -> Traffic:
    """Serve what the budgets allow of those requests, [tick, partition], of so many units each.

    ``admission`` is as in a profile: the table's budget is one, or it is divided among the partitions, each with an equal part.
    Raises ``LabError`` unless a ``tick`` is a second or a whole part of one, such as 0.1 (an on-demand table's peak is that of a
    second), and for other words than those for ``admission`` and ``arrive``.
    """
    _require_known(admission, arrive)
    gates, time = _Gates(budget, kind, units, asked.shape[1], admission), _microseconds(tick)
    served, by_table = np.empty(asked.shape, np.int32), np.empty(asked.shape, np.int32)
    tokens, table_tokens = np.empty(asked.shape, np.float32), np.empty(len(asked))
    for now, wanted in enumerate(asked):
        given, by_table[now] = gates.open(wanted, time if arrive == "evenly" else 0)
        gates.take(given, time)
        served[now], tokens[now], table_tokens[now] = given, gates.ceilings.tokens, gates.table_tokens
    by_partition = np.subtract(asked, served, dtype=np.int32, casting="same_kind")
    by_partition -= by_table
    return Traffic(units, asked, served, by_partition, by_table, tokens, table_tokens)


class _Gates:
    """All that a request of so many units must pass, in the engine's order: the table's budgets, or the share of the
    partition, then the partition's ceiling.
    """

    def __init__(self, budget: Budget, kind: Kind, units: float, partitions: int, admission: Admission) -> None:
        self._units = units
        self._whole = Whole(budget.begin(kind))
        self.ceilings = Buckets(partitions, self._whole.ceiling())
        self._shares = Buckets(partitions, self._whole.level, 1 / partitions) if admission == STATIC else None

    def open(self, wanted: "Counts", ahead: int) -> "tuple[Floats, Counts | int]":
        """How many of them are let in, and how many are refused for want of the table's throughput; the next ``ahead`` µs
        of tokens are theirs too.
        """
        most = ceilings = self.ceilings.room(self._units, ahead)
        if self._shares:
            shares = self._shares.room(self._units, ahead)
            most = np.minimum(shares, ceilings)
        given, come = np.minimum(wanted, most), wanted
        late: Counts | int = 0
        room = self._whole.room(self._units, ahead, shared=not self._shares)
        if room <= given.sum():
            given, come = share_out(wanted, given, int(room))
            late = wanted - come
        if self._shares:
            late = late + (shares <= ceilings) * (come - given)
        return given, late

    def take(self, given: "Floats", time: int) -> None:
        """Use up what these take; then let that time (µs) pass."""
        taken = given * self._units
        self.ceilings.take(taken, time)
        self._whole.take(float(taken.sum()), time)
        if self._shares:
            self._shares.take(taken, time)
            self._shares.tune(self._whole.level)

    @property
    def table_tokens(self) -> float:
        """What the table has left, or all shares of it together."""
        return float(self._shares.tokens.sum()) if self._shares else self._whole.level.level


def _require_known(admission: str, arrive: str) -> None:
    for word, known in ((admission, get_args(Admission)), (arrive, get_args(Arrive))):
        if word not in known:
            raise LabError(f"a fleet does not know {word!r}", next=f"Choose one of: {', '.join(known)}.")


def _microseconds(tick: float) -> int:
    time = round(tick * SECOND)
    if not 0 < time <= SECOND or SECOND % time or abs(tick * SECOND - time) > 1e-3:
        raise LabError(
            f"a tick cannot take {tick} seconds", next="Give it 1 second or a whole part of it, such as 0.1."
        )
    return time


# Popularity: float64[keys], in any unit


def uniform(keys: int) -> "Floats":
    """Every key as likely."""
    return np.ones(keys)


def zipf(keys: int, exponent: float = 1.0) -> "Floats":
    """Zipf's law: key number n is 1/n as popular as the first; a larger exponent makes it steeper."""
    return 1 / np.arange(1, keys + 1) ** exponent


def celebrity(keys: int, share: float = 0.1) -> "Floats":
    """The first key has that share of all requests, the others are as likely as each other."""
    weights = np.full(keys, (1 - share) / max(keys - 1, 1))
    weights[0] = share
    return weights


# Rates: int64[ticks], in requests a tick


def steady(rate: int, seconds: int) -> "Counts":
    """The same in every one of so many one-second ticks."""
    return np.full(seconds, rate)


def day(rate: int, seconds: int = 86_400, swing: float = 0.6) -> "Counts":
    """A day, squeezed into so many one-second ticks: ``rate`` on average, least at 4 in the morning and most at 4 in the
    afternoon, by ``swing`` of the average. The shape is assumed.
    """
    hours = np.arange(seconds) * 24 / seconds
    return np.rint(rate * (1 - swing * np.cos((hours - 4) * pi / 12))).astype(np.int64)


# Partitions: uint64[partitions], the positions where they begin


def equal_shares(partitions: int) -> "Lows":
    """The key space in so many equal parts, as in a new table. Raises ``LabError`` for none."""
    if partitions < 1:
        raise LabError(f"a table cannot have {partitions} partitions", next="Give it 1 partition or more.")
    return np.array([int.from_bytes(share(one, partitions)[:8]) for one in range(partitions)], np.uint64)


def split(lows: "Lows", partition: int, at: int | None = None) -> "Lows":
    """The same with one partition cut in two, at a position inside it, or in its middle. Raises ``LabError`` if the position is not inside."""
    low = int(lows[partition])
    high = int(lows[partition + 1]) if partition + 1 < len(lows) else 1 << 64
    at = (low + high) // 2 if at is None else at
    if not low < at < high:
        raise LabError(f"position {at} is not inside partition {partition}", next=f"It runs from {low} to {high}.")
    return np.insert(lows, partition + 1, np.uint64(at))


def popularity_of_partitions(weights: "Floats", lows: "Lows") -> "Floats":
    """The part of all requests that each partition gets: float64[partitions], 1 in all."""
    if not weights.sum() > 0:
        raise LabError("no key has any weight", next="Give at least one key a weight above 0.")
    owners = np.searchsorted(lows, positions(len(weights)), side="right") - 1
    sums: Floats = np.bincount(owners, weights, len(lows)).astype(np.float64)
    parts: Floats = (
        sums / sums.sum()
    )  # not by the sum of the weights: added up in another order, they may come to a little less
    return parts


def _draw(rates: "Counts", parts: "Floats", seed: int) -> "Counts":
    chance = np.random.Generator(np.random.PCG64(Stream(seed, "fleet").bits(128)))
    return chance.multinomial(rates, parts)
