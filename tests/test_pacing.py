"""The pace of an adaptive client, against the SDK's own rate limiter."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.retries.adaptive import ClientRateLimiter, RateClocker
from botocore.retries.bucket import TokenBucket
from botocore.retries.throttling import CubicCalculator
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.clock import SECOND, Clock
from dynateach.pacing import Pace


def test_nothing_is_held_back_before_the_first_throttling() -> None:
    clock, sent = Clock(), list[int]()
    pace = Pace(clock)
    for number in range(100):
        pace.send(lambda number=number: sent.append(number))  # type: ignore[misc]
        pace.answered(throttled=False)

    assert sent == list(range(100))
    assert pace.rate is None


def test_afterwards_requests_go_out_at_the_rate() -> None:
    clock, sent = Clock(), list[float]()
    pace = Pace(clock)
    pace.answered(throttled=True)
    for _ in range(4):
        pace.send(lambda: sent.append(clock.elapsed))
    clock.advance(60)

    assert pace.rate == 0.5
    assert sent == [2, 4, 6, 8]


def test_a_rate_that_rises_lets_the_next_request_go_sooner() -> None:
    clock, sent = Clock(), list[float]()
    pace = Pace(clock)
    pace.answered(throttled=True)
    pace.send(lambda: sent.append(clock.elapsed))
    clock.advance(1.4)
    pace.answered(throttled=False)
    clock.advance(60)

    assert pace.rate == pytest.approx(0.4 * 1.4**3)
    assert sent == [pytest.approx(1.4 + 0.3 / (0.4 * 1.4**3), abs=1e-5)]


@given(
    answers=st.lists(st.tuples(st.integers(min_value=0, max_value=3 * SECOND), st.booleans()), min_size=1, max_size=60)
)
@settings(deadline=None)
def test_the_adaptive_pace_is_that_of_botocore(answers: list[tuple[int, bool]]) -> None:
    clock = Clock()
    ours, theirs = Pace(clock), _Limiter(clock)
    for pause, throttled in answers:
        clock.pass_time(pause)
        ours.answered(throttled)
        theirs.answered(throttled)
        assert (ours.rate is not None) == theirs.limiter._enabled
        if ours.rate is not None:
            assert ours.rate == pytest.approx(theirs.bucket.max_rate, rel=1e-4)


class _Limiter:
    """botocore's own rate limiter, on our clock."""

    def __init__(self, clock: Clock) -> None:
        seconds: Any = SimpleNamespace(current_time=lambda: clock.now / SECOND)
        self.throttled = False
        detector: Any = SimpleNamespace(is_throttling_error=lambda **_: self.throttled)
        self.bucket = TokenBucket(max_rate=1, clock=seconds)
        cubic = CubicCalculator(starting_max_rate=0, start_time=seconds.current_time())
        self.limiter = ClientRateLimiter(cubic, RateClocker(seconds), self.bucket, detector, seconds)

    def answered(self, throttled: bool) -> None:
        self.throttled = throttled
        self.limiter.on_receiving_response()
