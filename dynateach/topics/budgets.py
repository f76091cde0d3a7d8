"""The table's own budget of units, tick by tick: what provisioned and on-demand capacity have to spend."""

from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

from dynateach.dynamodb.rules import limits

Kind = Literal["reads", "writes"]


class Bucket(Protocol):
    """A budget in use; ``tokens`` are the units that it has left."""

    tokens: float

    def fill(self, seconds: float) -> float:
        """Let that time pass, and return the tokens."""

    def spend(self, units: float) -> None:
        """Take them out."""


class Budget(Protocol):
    """What a table may spend."""

    def begin(self, kind: Kind) -> Bucket:
        """The budget at its start, for reads or for writes."""


@dataclass(frozen=True)
class Provisioned:
    """So many units a second. Documented: what is not used is kept, for up to 300 seconds. It starts with ``saved`` seconds of it."""

    units: float
    saved: float = 0.0

    def begin(self, kind: Kind) -> Bucket:
        return _Burst(self.units, self.saved)


@dataclass(frozen=True)
class OnDemand:
    """What the table has seen, twice over. Documented: a new table takes 4,000 write and 12,000 read units a second; later
    double its previous peak, and a new peak counts as the previous one after 30 minutes. Assumed: a peak
    is what was spent in one second of the clock.
    """

    peak: float = 0.0

    def begin(self, kind: Kind) -> Bucket:
        floor = limits.ON_DEMAND_READ_UNITS if kind == "reads" else limits.ON_DEMAND_WRITE_UNITS
        return _Growing(floor, self.peak)


class _Burst:
    def __init__(self, rate: float, saved: float) -> None:
        self._rate = rate
        self.tokens = min(saved, limits.BURST_SECONDS) * rate

    def fill(self, seconds: float) -> float:
        self.tokens = min(self.tokens + self._rate * seconds, limits.BURST_SECONDS * self._rate)
        return self.tokens

    def spend(self, units: float) -> None:
        self.tokens -= units


class _Growing:
    def __init__(self, floor: float, peak: float) -> None:
        self._rate = max(floor, limits.ON_DEMAND_GROWTH * peak)
        self._now = 0.0
        self._second, self._spent = 0, 0.0
        self._peaks: deque[tuple[int, float]] = deque()
        self.tokens = self._rate

    def fill(self, seconds: float) -> float:
        if int(self._now) > self._second:
            self._second, self._spent = int(self._now), 0.0
        while self._peaks and self._peaks[0][0] + limits.ON_DEMAND_GROWTH_SECONDS <= self._second:
            self._rate = max(self._rate, limits.ON_DEMAND_GROWTH * self._peaks.popleft()[1])
        self._now = round(self._now + seconds, 6)
        self.tokens = min(self.tokens + self._rate * seconds, self._rate)
        return self.tokens

    def spend(self, units: float) -> None:
        self.tokens -= units
        self._spent += units
        if not self._peaks or self._spent > self._peaks[-1][1]:
            self._peaks.append((self._second, self._spent))
