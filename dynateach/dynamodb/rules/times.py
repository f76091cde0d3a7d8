"""Moments as DynamoDB's texts spell them, always in UTC; a moment is virtual time (µs since 1970)."""

from datetime import UTC, datetime

from dynateach.clock import SECOND


def spelled_out(at: int) -> str:
    """``Wednesday, July 25, 2018 at 8:48:14 PM Coordinated Universal Time``."""
    time = datetime.fromtimestamp(at // SECOND, UTC)
    clock = f"{time.hour % 12 or 12}:{time:%M:%S} {'AM' if time.hour < 12 else 'PM'}"
    return f"{time:%A, %B} {time.day}, {time.year} at {clock} Coordinated Universal Time"


def stamped(at: int) -> str:
    """``Mon Mar 11 17:49:22 UTC 2019``."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%a %b %d %H:%M:%S UTC %Y}"
