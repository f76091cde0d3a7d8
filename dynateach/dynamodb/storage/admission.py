"""Admission control: whether a request may have the units it needs, and which budget refuses it if not.

Documented: four budgets can refuse. They are what the table or global index is provisioned with or, on demand, can
take at once; the maximum that is configured for it on demand; the account's quota for each table and global index on
demand; and the ceilings of each partition, 3,000 read and 1,000 write units a second. (What is provisioned can't exceed
the quota in the first place, and where the table can take less than the quota, no bucket is kept for that.) Up to 300
seconds of unused provisioned capacity are kept for bursts. On demand, a table can take what it was warmed for, at least
12,000 read and 4,000 write units a second, and double its previous peak. A local index has no budget of its own, it uses
up the table's.

Published (USENIX ATC 2022): in the early design (``STATIC``) each partition had an equal, fixed share of the table's
throughput, which it halved when it was split; today (``GLOBAL``) a table's budget is one, and a partition has only its
ceiling. Not simulated: that the budget is spread over many request routers, which may briefly let more through.

Assumed: the order in which budgets are asked; that a request is let in while none of its budgets is empty and may
overdraw them, since what it costs is known only when it is done; that a new table has saved one second's capacity;
that ceilings, maxima and on-demand budgets allow one second's worth at once; that a new partition starts with a full ceiling.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.limits import (
    BURST_SECONDS,
    ON_DEMAND_GROWTH,
    PARTITION_READ_UNITS,
    PARTITION_WRITE_UNITS,
)
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.buckets import Bucket, Peak
from dynateach.dynamodb.storage.heat import Heat

OFF, GLOBAL, STATIC = "off", "global", "static"
"""The ways of admission: none; one budget for the table, and ceilings; a fixed share of it for each partition."""

READ, WRITE = "Read", "Write"
"""The two sides of throughput, called as throttling reasons call them."""

PROVISIONED, ON_DEMAND, MAXIMUM, SHARE, PARTITION = "provisioned", "on-demand", "maximum", "share", "partition"
QUOTA = "quota"
"""The kinds of budget."""

CEILINGS = {READ: PARTITION_READ_UNITS, WRITE: PARTITION_WRITE_UNITS}


class Terms(NamedTuple):
    """What was agreed for one side of a table or global index, in units a second: ``units`` that are provisioned or,
    ``on_demand``, that it was warmed for, and its ``maximum`` and the account's ``quota`` then (0: none).
    """

    on_demand: bool
    units: int
    maximum: int = 0
    quota: int = 0

    @property
    def cap(self) -> tuple[str, int]:
        """The maximum or the quota, whichever is smaller, since the other can never refuse; 0 units for none."""
        if self.maximum and not 0 < self.quota < self.maximum:
            return MAXIMUM, self.maximum
        return QUOTA, self.quota


class Level(NamedTuple):
    """How full a budget is: ``budget`` is its kind, ``partition`` the one that it belongs to (empty for the whole table or
    index). ``level`` and ``capacity`` are in units, ``rate`` in units a second.
    """

    budget: str
    partition: str
    level: float
    rate: float
    capacity: float


class Budgets:
    """All budgets of one ``side`` of a table or global index; ``shares`` gives each partition its fixed part, if any.

    ``consumed`` counts the units that requests have taken. ``heat`` is told where, if it is measured; ``grown`` is called
    by a request that meets an on-demand budget which has grown.
    """

    def __init__(
        self,
        side: str,
        terms: Terms,
        shares: dict[str, float] | None,
        now: int,
        heat: Heat | None = None,
        grown: Callable[[], object] | None = None,
    ) -> None:
        self._ceiling = CEILINGS[side]
        self._terms = terms
        self._shares = shares
        self._heat = heat
        self._grown = grown
        self._has_grown = False
        self.consumed = 0.0
        self._peak = Peak()
        self._counting = 0.0
        self._kept_up_until = 0
        self._cap = MAXIMUM
        self._maximum: Bucket | None = None
        self._partitions: dict[str, Bucket] = {}
        self._start(now)

    def empty(self, partition: str, now: int) -> Level | None:
        """The first budget that has nothing left for a request to this partition, or None. O(1)."""
        if self._maximum and self._maximum.is_empty(now):
            return self._told(self._cap, "", self._maximum, now)
        whole = self._bucket_of(partition, now)
        if whole.is_empty(now):
            return self._told(*self._name(partition), whole, now)
        part = self._partitions.get(partition)
        if part and part.is_empty(now):
            return self._told(PARTITION, partition, part, now)
        return None

    def take(self, partition: str, units: float, now: int, place: Place = ()) -> None:
        """Use up units that a request to this place in this partition consumed. O(1)."""
        self.consumed += units
        if self._terms.on_demand:
            self._peak.note(units, now)
        if self._maximum:
            self._maximum.take(units, now)
        self._bucket_of(partition, now).take(units, now)
        part = self._partitions.get(partition)
        if part is None:
            part = self._partitions[partition] = Bucket(self._ceiling, self._ceiling, now)
        part.take(units, now)
        if self._heat:
            self._heat.note(partition, place, units, now)
        if self._has_grown and self._grown:
            self._has_grown = False
            self._grown()

    def rate(self, now: int) -> float:
        """The units a second that flow in for the whole."""
        if now >= self._kept_up_until:
            self._keep_up(now)
        return self._flow

    def share(self, partition: str) -> float | None:
        """The partition's fixed part of that, None if it has none."""
        return self._shares[partition] if self._shares else None

    def wait(self, partition: str, units: float, now: int) -> int:
        """How long (µs) until every budget of a request to this partition could afford so many units. O(1)."""
        buckets = (self._maximum, self._bucket_of(partition, now), self._partitions.get(partition))
        return max(bucket.wait(units, now) for bucket in buckets if bucket)

    def tune(self, terms: Terms, now: int) -> None:
        """From now on, other terms hold. What was saved stays, as far as it still fits; a new mode begins anew."""
        self._keep_up(now)
        before, self._terms = self._terms, terms
        if before.on_demand != terms.on_demand:
            self._start(now)
            return
        if before == terms:
            return
        self._set_maximum(now)
        for partition, bucket in self._wholes.items():
            rate = self._rate(partition)
            bucket.tune(rate, rate * self._seconds, now)
        self._peak.granted = self._flow

    def divide(self, partition: str, halves: Iterable[str], now: int) -> None:
        """A partition was split: each half has half of its share, and half of what it had saved."""
        self._partitions.pop(partition, None)
        if self._heat:
            self._heat.forget(partition)
        if self._shares is None:
            return
        share, saved = self._shares.pop(partition) / 2, self._wholes.pop(partition).level(now) / 2
        for half in halves:
            self._shares[half] = share
            rate = self._rate(half)
            self._wholes[half] = Bucket(rate, rate * self._seconds, now, saved)

    def levels(self, partitions: Iterable[str], now: int) -> Iterator[Level]:
        """Every budget as it is at this moment; ``partitions`` are those that there are."""
        if self._maximum:
            yield self._told(self._cap, "", self._maximum, now)
        for key in self._wholes:
            yield self._told(*self._name(key), self._bucket_of(key, now), now)
        for partition in partitions:
            used = self._partitions.get(partition) or Bucket(self._ceiling, self._ceiling, now)
            yield self._told(PARTITION, partition, used, now)

    @property
    def _seconds(self) -> int:
        """For how many seconds unused capacity is kept."""
        return 1 if self._terms.on_demand else BURST_SECONDS

    def _start(self, now: int) -> None:
        self._wholes: dict[str, Bucket] = {}
        self._maximum = None
        self._set_maximum(now)
        for partition in [""] if self._shares is None else self._shares:
            rate = self._rate(partition)
            self._wholes[partition] = Bucket(rate, rate * self._seconds, now, tokens=rate)
        self._peak.granted = self._flow

    def _set_maximum(self, now: int) -> None:
        before, (self._cap, maximum) = self._cap, self._terms.cap
        never_refuses = self._cap == QUOTA and self._flow < maximum
        if not maximum or never_refuses:
            self._maximum = None
        elif self._maximum and self._cap == before:
            self._maximum.tune(maximum, maximum, now)
        else:
            self._maximum = Bucket(maximum, maximum, now)

    @property
    def _flow(self) -> float:
        return max(self._terms.units, ON_DEMAND_GROWTH * self._counting) if self._terms.on_demand else self._terms.units

    def _rate(self, partition: str) -> float:
        return self._flow if self._shares is None else self._flow * self._shares[partition]

    def _bucket_of(self, partition: str, now: int) -> Bucket:
        """The budget of the whole, or this partition's share of it."""
        if now >= self._kept_up_until:
            self._keep_up(now)
        return self._wholes["" if self._shares is None else partition]

    def _keep_up(self, now: int) -> None:
        """On demand, the budget grows with the peak, which is a matter of whole seconds. Whoever looks first, it has grown
        at the moment from which the peak counts.
        """
        self._kept_up_until = (now // SECOND + 1) * SECOND
        for since, peak in self._peak.come(now) if self._terms.on_demand else ():
            self._counting = peak
            for key, bucket in self._wholes.items():
                rate = self._rate(key)
                if rate > bucket.rate:
                    bucket.tune(rate, rate, since)
                    self._has_grown = True
            self._set_maximum(since)
            self._peak.granted = self._flow

    def _name(self, partition: str) -> tuple[str, str]:
        if self._shares is not None:
            return SHARE, partition
        return (ON_DEMAND if self._terms.on_demand else PROVISIONED), ""

    def _told(self, budget: str, partition: str, bucket: Bucket, now: int) -> Level:
        return Level(budget, partition, bucket.level(now), bucket.rate, bucket.capacity)


Agreement = dict[str, Terms]
"""The terms of each side."""

Thermometer = Callable[[str, str], Heat]
"""What measures the heat of one side of the table or of a global index."""


class Admission:
    """The budgets of one table and its global indexes, as ``mode`` (GLOBAL or STATIC) has them. The table's own go by the
    name ""; a name that is unknown is a local index, which uses the table's.

    ``own`` are the table's own budgets, by side. ``thermometer`` makes what measures the heat of one side, if anything does;
    ``grown`` is called by a request that meets an on-demand budget which has grown.
    """

    def __init__(self, mode: str, thermometer: Thermometer | None, grown: Callable[[], object]) -> None:
        self._mode = mode
        self._thermometer = thermometer if mode == GLOBAL else None
        self._grown = grown
        self.own: dict[str, Budgets] = {}
        self._budgets = {"": self.own}

    def open(self, name: str, agreed: Agreement, partitions: list[str], now: int) -> None:
        """Begin the budgets of the table or a new index, which has these partitions."""
        budgets = self._budgets.setdefault(name, {})
        for side, terms in agreed.items():
            shares = self._even_shares(partitions)
            budgets[side] = Budgets(side, terms, shares, now, self._heat(name, side), self._grown)

    def close(self, name: str) -> None:
        """Forget the budgets of an index that is gone."""
        self._budgets.pop(name, None)

    def tune(self, name: str, agreed: Agreement, now: int) -> None:
        """From now on, other terms hold for the table or index."""
        for side, terms in agreed.items():
            self._budgets[name][side].tune(terms, now)

    def empty(self, name: str, side: str, partition: str, now: int) -> Level | None:
        """The first budget that has nothing left for a request, or None. O(1)."""
        return self._budgets[name][side].empty(partition, now)

    def take(self, name: str, side: str, partition: str, units: float, now: int, place: Place) -> None:
        """Use up units that a request to that place consumed. O(1)."""
        self._budgets[name][side].take(partition, units, now, place)

    def wait(self, name: str, side: str, partition: str, units: float, now: int) -> int:
        """How long (µs) until a request could have so many units, if nothing else consumes any. O(1)."""
        return self._budgets[name][side].wait(partition, units, now)

    def divide(self, name: str, partition: str, halves: Iterable[str], now: int) -> None:
        """A partition of the table or index was split."""
        for budgets in self._budgets[name].values() if name in self else ():
            budgets.divide(partition, halves, now)

    def rate(self, name: str, side: str, now: int) -> float:
        """The units a second that flow in for one side of the table or index."""
        return self._budgets[name][side].rate(now)

    def share(self, name: str, partition: str) -> float | None:
        """The partition's fixed part of that, None if it has none."""
        return self._budgets[name][WRITE].share(partition) if name in self else None

    def levels(self, name: str, side: str, partitions: Iterable[str], now: int) -> Iterator[Level]:
        """Every budget of one side of the table or an index as it is at this moment."""
        return self._budgets[name][side].levels(partitions, now)

    def consumed(self, name: str, side: str) -> float:
        """The units that one side of the table or an index has consumed so far."""
        return self._budgets[name][side].consumed if name in self else 0.0

    def __contains__(self, name: str) -> bool:
        return bool(self._budgets.get(name))

    def _heat(self, name: str, side: str) -> Heat | None:
        return self._thermometer(name, side) if self._thermometer else None

    def _even_shares(self, partitions: list[str]) -> dict[str, float] | None:
        return {one: 1 / len(partitions) for one in partitions} if self._mode == STATIC else None
