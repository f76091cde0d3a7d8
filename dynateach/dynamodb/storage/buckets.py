"""Token buckets, and the peak that decides how fast an on-demand one fills.

Published (USENIX ATC 2022): DynamoDB's budgets are token buckets. Documented: an on-demand table serves double its
previous peak at once, and may refuse what doubles again within 30 minutes. Assumed: that the peak is the busiest second
without what it had saved before; that it counts in full once it is 30 minutes old, and for ever.
"""

from collections import deque
from collections.abc import Iterator
from math import ceil

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.limits import ON_DEMAND_GROWTH_SECONDS


class Bucket:
    """Tokens that flow in at ``rate`` a second and are kept up to ``capacity``; ``tokens`` are in it at first, or it is full.

    It is refilled when it is looked at: an idle bucket costs nothing. Tokens are kept in millionths, so whole rates add
    up exactly.
    """

    __slots__ = ("_at", "_full", "_millionths", "capacity", "rate")

    def __init__(self, rate: float, capacity: float, now: int, tokens: float | None = None) -> None:
        self.rate = rate
        self.capacity = capacity
        self._full = capacity * SECOND
        self._millionths = (capacity if tokens is None else tokens) * SECOND
        self._at = now

    def level(self, now: int) -> float:
        """The tokens in it at this moment (µs); negative after it was overdrawn. O(1)."""
        self._refill(now)
        return self._millionths / SECOND

    def is_empty(self, now: int) -> bool:
        """Whether nothing is in it at this moment (µs). O(1)."""
        return self._millionths <= 0 and self.level(now) <= 0

    def take(self, units: float, now: int) -> None:
        """Take that many, even more than there are. O(1)."""
        if now > self._at:
            self._refill(now)
        self._millionths -= units * SECOND

    def wait(self, units: float, now: int) -> int:
        """How long (µs) until that many tokens have come together, however many it keeps. O(1)."""
        self._refill(now)
        return max(0, ceil((units * SECOND - self._millionths) / self.rate))

    def tune(self, rate: float, capacity: float, now: int) -> None:
        """From now on, fill at another rate, up to another capacity; what does not fit is lost."""
        self._refill(now)
        self.rate = rate
        self.capacity = capacity
        self._full = capacity * SECOND
        self._millionths = min(self._millionths, self._full)

    def _refill(self, now: int) -> None:
        if now > self._at:
            self._millionths = min(self._full, self._millionths + self.rate * (now - self._at))
            self._at = now


class Peak:
    """The busiest second that an on-demand table has had, in units a second, as it counts for what the table may consume.

    No second counts for more than the ``granted`` units a second: what a full bucket adds to them is a burst, and no peak.
    """

    __slots__ = ("_known", "_pending", "_second", "_units", "granted")

    def __init__(self) -> None:
        self.granted = float("inf")
        self._known = 0.0
        self._pending: deque[tuple[int, float]] = deque()
        self._second = 0
        self._units = 0.0

    def note(self, units: float, now: int) -> None:
        """Count units that were consumed now."""
        second = now // SECOND
        if second != self._second:
            self._close(second)
        self._units += units

    def come(self, now: int) -> Iterator[tuple[int, float]]:
        """The peaks that have come to count since this was last asked: from which moment on (µs), and how high."""
        self._close(now // SECOND)
        due = now // SECOND - ON_DEMAND_GROWTH_SECONDS
        while self._pending and self._pending[0][0] <= due:
            second, self._known = self._pending.popleft()
            yield (second + ON_DEMAND_GROWTH_SECONDS) * SECOND, self._known

    def _close(self, second: int) -> None:
        """Keep the second that has passed if it was busier than all that count or are still to count."""
        if second == self._second:
            return
        highest = self._pending[-1][1] if self._pending else self._known
        units = min(self._units, self.granted)
        if units > highest:
            self._pending.append((self._second, units))
        self._second = second
        self._units = 0.0
