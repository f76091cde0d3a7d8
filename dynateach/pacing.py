"""How an SDK client in adaptive mode holds itself back: a send rate that grows and shrinks by CUBIC, the rule by which TCP paces itself.

All numbers are those of the SDK's own source (botocore 1.44, adaptive mode). Rates are requests a second.
"""

from collections import deque
from collections.abc import Callable
from math import cbrt, ceil

from dynateach.clock import SECOND, Alarm, Clock

BETA = 0.7
"""To which part of itself the rate falls when a request is throttled."""
GROWTH = 0.4
"""How fast the rate then comes back, and climbs past where it was."""
SMOOTHING = 0.8
"""How much the latest half second counts in the measured rate."""
MEASURED_EVERY = SECOND // 2
HEADROOM = 2.0
"""How many times the measured rate the allowed one may be at most."""
SLOWEST = 0.5
"""The rate never falls below that."""


class Pace:
    """The pace of one client. It measures from the start, and holds back from the first throttled answer on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._measured = _MeasuredRate(clock)
        self._cubic = _Cubic(clock.now)
        self._tokens = _Tokens(clock)
        self._holding_back = False
        self._waiting: deque[Callable[[], object]] = deque()
        self._alarm: Alarm | None = None

    @property
    def rate(self) -> float | None:
        """The rate that it allows; None while it does not hold back."""
        return self._tokens.rate if self._holding_back else None

    def send(self, request: Callable[[], object]) -> None:
        """Call ``request`` at once, or, while it holds back, when its token comes: first come, first served."""
        if not self._holding_back:
            request()
            return
        self._waiting.append(request)
        if len(self._waiting) == 1:
            self._serve()

    def answered(self, throttled: bool) -> None:
        """Learn from an answer."""
        measured = self._measured.count()
        if throttled:
            sent = min(measured, self._tokens.rate) if self._holding_back else measured
            allowed = self._cubic.throttled(sent, self._clock.now)
            self._holding_back = True
        else:
            allowed = self._cubic.rate(self._clock.now)
        self._tokens.set_rate(min(allowed, HEADROOM * measured))
        if self._waiting:
            self._serve_in(0)

    def _serve(self) -> None:
        while self._waiting:
            pause = self._tokens.take()
            if pause:
                self._serve_in(pause)
                return
            self._waiting.popleft()()

    def _serve_in(self, pause: int) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._clock.after(pause, self._serve)


class _Cubic:
    """The rate as a cubic curve over the time since the last throttling: steep, flat near the rate at which that
    happened, then steep again.
    """

    def __init__(self, now: int) -> None:
        self._plateau = 0.0
        self._since = now
        self._flat_at = 0

    def rate(self, now: int) -> float:
        """The rate that the curve allows by now."""
        seconds = (now - self._since - self._flat_at) / SECOND
        return GROWTH * seconds * seconds * seconds + self._plateau

    def throttled(self, rate: float, now: int) -> float:
        """Begin a new curve after a throttling at that rate, and return its lowest point."""
        self._plateau = rate
        self._since = now
        # In whole microseconds, because a cube root may differ in its last bit from platform to platform.
        self._flat_at = round(cbrt(rate * (1 - BETA) / GROWTH) * SECOND)
        return rate * BETA


class _MeasuredRate:
    """The rate of answers, smoothed, renewed each half second at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rate = 0.0
        self._answers = 0
        self._bucket = clock.now // SECOND * 2

    def count(self) -> float:
        """Count one answer, and return the rate."""
        self._answers += 1
        bucket = self._clock.now // MEASURED_EVERY
        if bucket > self._bucket:
            latest = self._answers * SECOND / ((bucket - self._bucket) * MEASURED_EVERY)
            self._rate = SMOOTHING * latest + (1 - SMOOTHING) * self._rate
            self._answers, self._bucket = 0, bucket
        return self._rate


class _Tokens:
    """A bucket that fills at the rate, and holds one second of it, but at least one token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._filled = clock.now
        self._tokens = 0.0
        self._most = 1.0
        self.rate = 1.0

    def set_rate(self, rate: float) -> None:
        """From now on, fill at that rate, or at the slowest."""
        self._fill()
        self.rate = max(rate, SLOWEST)
        self._most = max(rate, 1.0)
        self._tokens = min(self._tokens, self._most)

    def take(self) -> int:
        """Take one token, or say in how many µs there will be one."""
        self._fill()
        if self._tokens < 1:
            return ceil((1 - self._tokens) / self.rate * SECOND)
        self._tokens -= 1
        return 0

    def _fill(self) -> None:
        self._tokens = min(self._most, self._tokens + (self._clock.now - self._filled) / SECOND * self.rate)
        self._filled = self._clock.now
