"""What a table of a fleet may spend. The rules are the engine's, in ``storage.admission``; here stands only what lets
thousands of budgets be asked at once.

The budgets of the whole table *are* the engine's, told once a tick what its requests took together. Those of the
partitions are arrays: ``Buckets``, the twin of ``storage.buckets.Bucket``. How fast they fill, how much they hold and
what is in them at first is what the engine says of the budgets that it would open.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from dynateach.clock import SECOND
from dynateach.dynamodb.rules import limits
from dynateach.dynamodb.storage.admission import PARTITION, READ, WRITE, Budgets, Level, Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

Kind = Literal["reads", "writes"]

SIDES = {"reads": READ, "writes": WRITE}
"""What the engine calls them."""


class Budget(Protocol):
    """What a table may spend."""

    def begin(self, kind: Kind) -> Budgets:
        """The engine's budgets for reads or for writes, as they are when the first tick begins, at time 0."""


@dataclass(frozen=True)
class Provisioned:
    """So many units a second. The table was made ``idle`` seconds ago, and has saved what it did not use."""

    units: int
    idle: float = 0.0

    def begin(self, kind: Kind) -> Budgets:
        return Budgets(SIDES[kind], Terms(False, self.units), None, -round(self.idle * SECOND))


@dataclass(frozen=True)
class OnDemand:
    """As many units a second as the table was warmed for, or a new one takes; later as much as its peaks allow. Its
    ``maximum`` is configured (0: none).
    """

    warm: int = 0
    maximum: int = 0

    def begin(self, kind: Kind) -> Budgets:
        floor = limits.ON_DEMAND_READ_UNITS if kind == "reads" else limits.ON_DEMAND_WRITE_UNITS
        return Budgets(SIDES[kind], Terms(True, max(self.warm, floor), self.maximum), None, 0)


class Whole:
    """The budgets of a whole table, as time passes in steps. ``level`` is the one that its capacity gives it."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._now = 0
        self._look()

    def _look(self) -> None:
        *self._maximum, self.level = self._budgets.levels([], self._now)

    def room(self, units: float, ahead: int, shared: bool) -> float:
        """How many requests of so many units can be let in, if the next ``ahead`` µs of tokens are theirs too. If it is not
        ``shared`` but divided among the partitions, only a configured maximum counts; without one there is no end.
        """
        asked = [*self._maximum, self.level] if shared else self._maximum
        return min((_let_in(one, units, ahead) for one in asked), default=float("inf"))

    def take(self, units: float, time: int) -> None:
        """Use up units now; then let that time (µs) pass."""
        self._budgets.take("", units, self._now)
        self._now += time
        self._look()

    def ceiling(self) -> Level:
        """The budget of a partition that nothing was asked of."""
        return next(one for one in self._budgets.levels(["any"], self._now) if one.budget == PARTITION)


def _let_in(level: Level, units: float, ahead: int) -> int:
    millionths = round(level.level * SECOND + level.rate * ahead)  # whole, so that nothing left is exactly nothing
    return max(0, -(-millionths // round(units * SECOND)))


class Buckets:
    """The same bucket for each of so many partitions, each with a ``share`` of what ``like`` has."""

    def __init__(self, partitions: int, like: Level, share: float = 1.0) -> None:
        self._share = share
        self._millionths = np.full(partitions, like.level * share * SECOND)
        self.tune(like)

    def tune(self, like: Level) -> None:
        """From now on, fill as fast and hold as much as that one does, times the share."""
        self._rate = like.rate * self._share
        self._most = like.capacity * self._share * SECOND

    def room(self, units: float, ahead: int) -> "Floats":
        """How many requests of so many units each can let in, if the next ``ahead`` µs of tokens are theirs too: one is let
        in while the bucket is not empty, and may overdraw it.
        """
        requests = self._millionths + self._rate * ahead
        requests /= units * SECOND
        np.ceil(requests, out=requests)
        return np.maximum(requests, 0, out=requests)

    def take(self, units: "Floats", time: int) -> None:
        """Use up units of each now; then let that time (µs) pass."""
        self._millionths -= units * SECOND
        self._millionths += self._rate * time
        np.minimum(self._millionths, self._most, out=self._millionths)

    @property
    def tokens(self) -> "Floats":
        """The units in each; negative after it was overdrawn."""
        return self._millionths / SECOND
