"""How hot partitions are: how near its ceiling each one is used, and for how long; and by which keys, once it is warm.

Published (USENIX ATC 2022): a partition whose consumption crosses a threshold is split, at a point chosen from the
distribution of the keys that it has observed. Assumed: the threshold, the time that it must last, and what is observed:
the latest 2,000 requests, of partitions that are half-way to being hot. Of any other nothing is kept but one number.

That number rises with the units consumed, and falls by the threshold's units a second. So a partition that is used up to
its ceiling is hot after the profile's ``heat_window``, one that is a little below it later, and none by a burst alone: the
second's worth of units that an idle partition has saved is allowed for.
"""

from collections import deque
from collections.abc import Callable, Sequence

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.cuts import Observed

Hot = Callable[[str, Sequence[Observed]], object]
"""Told the id of a partition that has become hot, and what was observed there, oldest first."""

_OBSERVED, _FEW = 2_000, 20
"""How many requests are remembered, and fewer than how many say nothing about keys."""


class Heat:
    """The heat of the partitions of one side of a table or global index; ``hot`` is called for one that has become hot,
    which is then measured anew.
    """

    def __init__(self, ceiling: float, threshold: float, window: int, hot: Hot) -> None:
        self._falls = threshold * ceiling
        self._full = (ceiling - self._falls) * window + ceiling * SECOND
        self._half = self._full / 2
        self._hot = hot
        self._gauges: dict[str, _Gauge] = {}

    def note(self, partition: str, place: Place, units: float, now: int) -> None:
        """A request consumed units there; no place if it read nothing in particular. O(1)."""
        gauge = self._gauges.get(partition)
        if gauge is None:
            gauge = self._gauges[partition] = _Gauge(now)
        level = gauge.level
        if now > gauge.at:
            level -= self._falls * (now - gauge.at)
            gauge.at = now
            if level < 0:
                level = 0.0
        gauge.level = level = level + units * SECOND
        if level > self._half:
            self._observe(partition, gauge, place, units)
        elif gauge.observed:
            gauge.observed = None

    def forget(self, partition: str) -> None:
        """The partition is no more."""
        self._gauges.pop(partition, None)

    def _observe(self, partition: str, gauge: "_Gauge", place: Place, units: float) -> None:
        if gauge.observed is None:
            gauge.observed = deque(maxlen=_OBSERVED)
        if place:
            gauge.observed.append((place, units))
        if gauge.level >= self._full and len(gauge.observed) >= _FEW:
            self.forget(partition)
            self._hot(partition, list(gauge.observed))


class _Gauge:
    """``level`` is the heat of one partition as it was ``at`` (µs), in millionths of units."""

    __slots__ = ("at", "level", "observed")

    def __init__(self, at: int) -> None:
        self.at = at
        self.level = 0.0
        self.observed: deque[Observed] | None = None
