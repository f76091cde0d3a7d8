"""Profiles: how long things take and how large they are, as plain data.

A profile sets the physics of a Lab. Edit one number with ``dataclasses.replace(REALISTIC, …)`` and
watch what changes.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from dynateach.clock import SECOND
from dynateach.errors import LabError
from dynateach.randomness import Stream


@dataclass(frozen=True)
class Delay:
    """How long something takes: a straight line through the quantiles 0, 50, 90, 99 and 100 % (µs).

    Quantiles, because that is how latency is reported, and because drawing from them needs integers only.
    """

    fastest: int = 0
    median: int = 0
    p90: int = 0
    p99: int = 0
    slowest: int = 0

    def draw(self, stream: Stream) -> int:
        """One delay in whole microseconds; a delay that is always nothing draws no chance at all."""
        if not self.slowest:
            return 0
        point = stream.bits(20)
        for start, end, low, high in self._segments:
            if point < end:
                return low + (high - low) * (point - start) // (end - start)
        return self.slowest

    @cached_property
    def _segments(self) -> tuple[tuple[int, int, int, int], ...]:
        half, nine_tenths, last = 1 << 19, (1 << 20) * 9 // 10, (1 << 20) * 99 // 100
        return (
            (0, half, self.fastest, self.median),
            (half, nine_tenths, self.median, self.p90),
            (nine_tenths, last, self.p90, self.p99),
            (last, 1 << 20, self.p99, self.slowest),
        )


def _milliseconds(*quantiles: float) -> Delay:
    return Delay(*(round(ms * 1000) for ms in quantiles))


def _hours(*quantiles: float) -> Delay:
    return Delay(*(round(hours * 3600) * SECOND for hours in quantiles))


def _always(microseconds: int) -> Delay:
    return Delay(*[microseconds] * 5)


@dataclass(frozen=True)
class Profile:
    """The physics of one Lab.

    All durations are assumed orders of magnitude: AWS publishes that single-item operations take
    single-digit milliseconds, and no distribution.

    ``item_read``, ``item_write``, ``page_read``, ``control`` are service times of a request (µs).
    ``table_creation`` and ``table_deletion`` are how long a table stays CREATING or DELETING (µs);
    ``index_creation`` and ``index_deletion`` the same of an index that is added or dropped; ``table_update`` is how
    long a table stays UPDATING. ``expiry_change`` is how long time to live takes to be turned on or off ("up to one
    hour" is documented). ``backup_creation`` and ``restore`` are how long these take, and ``recovery_lag`` is how old
    the latest restorable moment is ("typically 5 minutes" is documented).
    ``statistics_every`` is how old DescribeTable's item count and size may be (µs; "approximately
    every six hours" is documented). ``replication_lag`` is how long after a write a follower has applied it (no lag at all:
    no replicas are simulated), ``leader_lease`` how long a leader that is cut off keeps its lease, ``leader_wait`` how long
    the service looks for a leader before it says that there is none, and ``catch_up`` how long a zone that comes back takes
    to catch up (µs). ``index_lag`` is how long after a write a change reaches a global index ("a fraction of a second" is
    documented; no lag at all: it is part of the write), ``index_backlog`` how long the queue of an index that is short of
    write units may become before writes to the table are refused (µs of its throughput), ``expiry_delay`` how long after
    its time an item is deleted (documented: "typically within a few days"). ``stream_lag`` is how long after a write its
    record can be read from the stream, ``shard_life`` how long a shard of a stream stays open (about four hours, as others
    have seen; none: for ever), and ``shard_throughput`` how many bytes a second all readers of a shard together get (0: any
    number). ``on_demand_partitions`` is how many partitions a new on-demand table gets: 4 fit the documented 12,000 read and
    4,000 write units a second; that it is 4 is assumed. ``admission`` is how requests are refused for want of units: "off"
    (never), "global" (a budget for the table and a ceiling for each partition: published, as DynamoDB does it now) or
    "static" (each partition has a fixed share of the table's throughput: published, as it did at first).
    """

    name: str
    item_read: Delay = field(default_factory=Delay)
    item_write: Delay = field(default_factory=Delay)
    page_read: Delay = field(default_factory=Delay)
    control: Delay = field(default_factory=Delay)
    table_creation: int = 0
    table_deletion: int = 0
    table_update: int = 0
    index_creation: int = 0
    index_deletion: int = 0
    expiry_change: int = 0
    backup_creation: int = 0
    restore: int = 0
    recovery_lag: int = 0
    statistics_every: int = 0
    replication_lag: Delay = field(default_factory=Delay)
    leader_lease: int = 0
    leader_wait: int = 0
    catch_up: int = 0
    index_lag: Delay = field(default_factory=Delay)
    index_backlog: int = 0
    expiry_delay: Delay = field(default_factory=Delay)
    stream_lag: Delay = field(default_factory=Delay)
    shard_life: Delay = field(default_factory=Delay)
    shard_throughput: int = 0
    on_demand_partitions: int = 4
    admission: Literal["off", "global", "static"] = "off"

    def __post_init__(self) -> None:
        if self.admission not in ("off", "global", "static"):
            raise LabError(f"there is no admission {self.admission!r}", next="Choose one of off, global, static.")


IDEAL = Profile("ideal", on_demand_partitions=1, expiry_delay=_always(10 * SECOND))
"""No lag, no waiting, one partition until throughput asks for more: what emulators do. An expired item goes ten seconds
after its time: soon, but not so soon that it could never be seen.
"""

REALISTIC = Profile(
    "realistic",
    item_read=_milliseconds(1, 3, 5, 9, 25),
    item_write=_milliseconds(2, 5, 8, 14, 40),
    page_read=_milliseconds(3, 8, 15, 30, 80),
    control=_milliseconds(8, 20, 40, 80, 150),
    table_creation=6 * SECOND,
    table_deletion=3 * SECOND,
    table_update=5 * SECOND,
    index_creation=300 * SECOND,
    index_deletion=30 * SECOND,
    expiry_change=3600 * SECOND,
    backup_creation=60 * SECOND,
    restore=900 * SECOND,
    recovery_lag=300 * SECOND,
    statistics_every=6 * 3600 * SECOND,
    replication_lag=_milliseconds(1, 3, 8, 25, 100),
    leader_lease=2 * SECOND,
    leader_wait=SECOND // 2,
    catch_up=SECOND,
    index_lag=_milliseconds(10, 40, 120, 400, 900),
    index_backlog=5 * SECOND,
    expiry_delay=_hours(0.1, 8, 30, 50, 96),
    stream_lag=_milliseconds(10, 50, 150, 400, 1000),
    shard_life=_hours(3.5, 4, 4.2, 4.4, 4.5),
    shard_throughput=2 * 1000 * 1024,
    admission="global",
)
"""Orders of magnitude as documented, published or, where nothing is, assumed."""

CLASSROOM = Profile(
    "classroom",
    item_read=_milliseconds(20, 40, 60, 90, 120),
    item_write=_milliseconds(40, 80, 120, 180, 250),
    page_read=_milliseconds(60, 120, 200, 300, 400),
    control=_milliseconds(100, 200, 300, 400, 500),
    table_creation=20 * SECOND,
    table_deletion=10 * SECOND,
    table_update=10 * SECOND,
    index_creation=60 * SECOND,
    index_deletion=20 * SECOND,
    expiry_change=30 * SECOND,
    backup_creation=15 * SECOND,
    restore=60 * SECOND,
    recovery_lag=10 * SECOND,
    statistics_every=60 * SECOND,
    replication_lag=_milliseconds(500, 2000, 3000, 4000, 5000),
    leader_lease=10 * SECOND,
    leader_wait=2 * SECOND,
    catch_up=5 * SECOND,
    index_lag=_milliseconds(1000, 3000, 5000, 8000, 12000),
    index_backlog=30 * SECOND,
    expiry_delay=_milliseconds(5000, 30000, 60000, 90000, 120000),
    stream_lag=_milliseconds(1000, 2000, 3000, 4000, 5000),
    shard_life=_hours(0.15, 0.17, 0.18, 0.19, 0.2),
    shard_throughput=20 * 1024,
    admission="global",
)
"""The same effects, slowed until people can see them."""

PROFILES = {profile.name: profile for profile in (IDEAL, REALISTIC, CLASSROOM)}


def profile(choice: str | Profile) -> Profile:
    """The profile of that name, or the profile itself. Raises ``LabError`` for a name that is none."""
    if isinstance(choice, Profile):
        return choice
    if choice not in PROFILES:
        names = ", ".join(PROFILES)
        raise LabError(f"there is no profile {choice!r}", next=f"Choose one of {names}, or pass a Profile.")
    return PROFILES[choice]
