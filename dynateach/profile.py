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


def _seconds(*quantiles: int) -> Delay:
    return Delay(*(seconds * SECOND for seconds in quantiles))


def _hours(*quantiles: float) -> Delay:
    return Delay(*(round(hours * 3600) * SECOND for hours in quantiles))


def _always(microseconds: int) -> Delay:
    return Delay(*[microseconds] * 5)


@dataclass(frozen=True)
class Profile:
    """The physics of one Lab. Durations are in µs; no duration at all switches the thing off.

    All of them are assumed orders of magnitude, but for what is called documented or published: AWS publishes that
    single-item operations take single-digit milliseconds, and no distribution.
    """

    name: str

    item_read: Delay = field(default_factory=Delay)
    """How long a request that reads one item takes."""
    item_write: Delay = field(default_factory=Delay)
    """How long a request that writes takes."""
    page_read: Delay = field(default_factory=Delay)
    """How long a request that reads many items takes, or a page of a stream."""
    control: Delay = field(default_factory=Delay)
    """How long a request about tables takes."""

    table_creation: int = 0
    """How long a table stays CREATING."""
    table_deletion: int = 0
    """How long a table stays DELETING."""
    table_update: int = 0
    """How long a table stays UPDATING."""
    index_creation: int = 0
    """How long an index that is added stays CREATING."""
    index_deletion: int = 0
    """How long an index that is dropped stays DELETING."""
    expiry_change: int = 0
    """How long time to live takes to be turned on or off. Documented: up to one hour."""
    backup_creation: int = 0
    restore: int = 0
    recovery_lag: int = 0
    """How old the latest restorable moment is. Documented: typically 5 minutes."""
    statistics_every: int = 0
    """How old DescribeTable's item count and size may be. Documented: approximately six hours."""

    replication_lag: Delay = field(default_factory=Delay)
    """How long after a write a follower has applied it. None: there are no replicas."""
    leader_lease: int = 0
    """How long a leader that is cut off keeps its lease."""
    leader_wait: int = 0
    """How long the service looks for a leader before it says that there is none."""
    catch_up: int = 0
    """How long a zone that comes back takes to catch up."""

    index_lag: Delay = field(default_factory=Delay)
    """How long after a write a change reaches a global index. Documented: a fraction of a second. None: it is part of the
    write.
    """
    index_backlog: int = 0
    """How long the queue of an index that is short of write units may become, in time of its throughput, before writes to
    the table are refused.
    """
    expiry_delay: Delay = field(default_factory=Delay)
    """How long after its time an item is deleted. Documented: typically within a few days."""
    stream_lag: Delay = field(default_factory=Delay)
    """How long after a write its record can be read from the stream."""
    shard_life: Delay = field(default_factory=Delay)
    """How long a shard of a stream stays open: about four hours, as others have seen. None: for ever."""
    shard_throughput: int = 0
    """How many bytes a second all readers of a shard together get; 0: any number."""
    transaction_commit: Delay = field(default_factory=Delay)
    """How long after it was prepared an item of a transaction is committed. None: a transaction is one instant, and meets no
    other.
    """

    on_demand_partitions: int = 4
    """How many partitions a new on-demand table gets. Four fit the documented 12,000 read and 4,000 write units a second."""
    admission: Literal["off", "global", "static"] = "off"
    """How requests are refused for want of units: never, by one budget for the table and a ceiling for each partition
    (published: as DynamoDB does it now), or by a fixed share for each partition (published: as it did at first).
    """
    partition_bytes: int = 10 * 1024**3
    """The size near which a partition splits. Documented: about 10 GB. A small one shows it soon."""
    split_duration: Delay = field(default_factory=Delay)
    """How long a split takes. Published: in the order of minutes."""
    heat_threshold: float = 0.9
    """The part of its ceiling above which a partition grows hot."""
    heat_window: int = 0
    """How long a partition must be used up to its ceiling until it splits for heat. None, or no "global" admission: heat is
    not measured.
    """

    def __post_init__(self) -> None:
        if self.admission not in ("off", "global", "static"):
            raise LabError(f"there is no admission {self.admission!r}", next="Choose one of off, global, static.")
        if not 0 < self.heat_threshold < 1:
            raise LabError(f"{self.heat_threshold} is no heat_threshold", next="Choose a part of 1, such as 0.9.")


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
    transaction_commit=_milliseconds(2, 5, 9, 18, 50),
    admission="global",
    split_duration=_seconds(60, 180, 300, 480, 600),
    heat_window=60 * SECOND,
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
    transaction_commit=_milliseconds(500, 1500, 2500, 3500, 5000),
    admission="global",
    split_duration=_seconds(4, 6, 8, 10, 12),
    heat_window=5 * SECOND,
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
