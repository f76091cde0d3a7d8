"""What DynamoDB remembers of changes to a table's throughput, capacity mode and class, to ration them.

Documented (Developer Guide, *Quotas*): throughput can be raised at any time. Decreases are banked: four at midnight UTC,
one more with every hour, never more than four at once, which makes 27 a day; the table and each global index have an
account of their own. A table may be switched to on-demand four times in 24 hours, and change its class twice in 30 days.
"""

from collections import deque

from dynateach.clock import SECOND
from dynateach.dynamodb.rules.limits import BANKED_DECREASES

HOUR = 3600 * SECOND
DAY = 24 * HOUR

Units = tuple[int, int]
"""Read and write units a second."""


class ThroughputChanges:
    """The changes to what one table or global index is provisioned with. Times are virtual (µs), None for never.

    ``warm`` is what it can take at once; documented: that never becomes less.
    """

    def __init__(self, warm: Units, created: int) -> None:
        self.warm = warm
        self.increased: int | None = None
        self.decreased: int | None = None
        self._today = 0
        self._banked = BANKED_DECREASES
        self._since = created

    def warmed(self, units: Units) -> None:
        """It can now take that much at once."""
        reads, writes = self.warm
        self.warm = max(reads, units[0]), max(writes, units[1])

    def begun(self, old: Units, new: Units, now: int) -> None:
        """A change was asked for."""
        if any(after > before for before, after in zip(old, new, strict=True)):
            self.increased = now
        if is_decrease(old, new):
            self.decreased = now

    def done(self, old: Units, new: Units, now: int) -> None:
        """The change has come into effect."""
        self._catch_up(now)
        self.begun(old, new, now)
        self.warmed(new)
        if is_decrease(old, new):
            self._banked -= 1
            self._today += 1

    def decreases_today(self, now: int) -> int:
        """How many decreases there were this calendar day (UTC)."""
        self._catch_up(now)
        return self._today

    def may_decrease(self, now: int) -> bool:
        """Whether there is a decrease left in the bank."""
        self._catch_up(now)
        return self._banked > 0

    def next_decrease(self, now: int) -> int:
        """When the next decrease comes into the bank."""
        self._catch_up(now)
        return min(self._since + HOUR, now - now % DAY + DAY)

    def _catch_up(self, now: int) -> None:
        midnight = now - now % DAY
        if self._since < midnight:
            self._since, self._banked, self._today = midnight, BANKED_DECREASES, 0
        hours = (now - self._since) // HOUR
        self._banked = min(BANKED_DECREASES, self._banked + hours)
        self._since += hours * HOUR


def is_decrease(old: Units, new: Units) -> bool:
    """Whether reads or writes become fewer."""
    return any(after < before for before, after in zip(old, new, strict=True))


class Rationed:
    """Something that may be done so many ``times`` within so many ``days``."""

    def __init__(self, times: int, days: int) -> None:
        self.times = times
        self.days = days
        self._latest: deque[int] = deque(maxlen=times)

    @property
    def last(self) -> int | None:
        """When it was done last (µs), None for never."""
        return self._latest[-1] if self._latest else None

    def done(self, now: int) -> None:
        """It was done."""
        self._latest.append(now)

    def too_often(self, now: int) -> tuple[int, int] | None:
        """When it was done last and may be done next (µs), if it can't be done now."""
        if len(self._latest) < self.times or self._latest[0] + self.days * DAY <= now:
            return None
        return self._latest[-1], self._latest[0] + self.days * DAY
