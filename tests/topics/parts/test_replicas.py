"""What is drawn of the replicas, against what each replica says of itself at the time."""

from math import inf
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.clock import SECOND
from dynateach.dynamodb.storage.replication import Replica
from dynateach.events import LeaderChanged, ReplicaRead
from dynateach.topics.parts import replicas
from dynateach.topics.parts.one_item import TABLE, Item, lab_with_zones, told

FAULTS = st.lists(
    st.tuples(
        st.sampled_from(["lose_zone", "partition"]), st.sampled_from("abc"), st.integers(1, 20), st.integers(1, 20)
    ),
    max_size=3,
)
"""Which fault befalls which zone, at which second, and for how many."""


@settings(max_examples=60, deadline=None)
@given(FAULTS, st.integers(0, 1000))
def test_a_write_arrives_when_the_replica_itself_says_so(faults: Any, seed: int) -> None:
    item, seen = _story(faults, seed)
    arrivals = replicas.arrivals(item.lab)

    for time, said in seen:
        for replica in said:
            applied = [one.version for one in arrivals if one.zone == replica.zone[-1] and one.applied <= time]
            assert max(applied, default=0) == replica.applied, (time, replica)


@settings(max_examples=60, deadline=None)
@given(FAULTS, st.integers(0, 1000))
def test_a_read_is_stale_exactly_where_its_replica_is_drawn_as_lacking_a_write(faults: Any, seed: int) -> None:
    item, _ = _story(faults, seed)
    lacking = list(replicas.lacking(item.lab))

    for read, event in zip(told(item).reads, item.lab.trace.of(ReplicaRead), strict=True):
        drawn = any(
            span.lane == replicas.lane_of(read.zone) and span.at <= read.called < span.until for span in lacking
        )
        assert drawn == (event.versions > 0)


@settings(max_examples=30, deadline=None)
@given(FAULTS, st.integers(0, 1000))
def test_the_drawn_leader_is_the_one_that_the_replicas_name(faults: Any, seed: int) -> None:
    item, seen = _story(faults, seed)

    for time, said in seen:
        (leader,) = (replica.zone for replica in said if replica.role == "leader")
        assert replicas.leader_at(item.lab, time) == leader


def test_a_lost_leader_is_drawn_as_leading_until_it_is_lost() -> None:
    item = Item(lab_with_zones(lag=2_000))
    item.lab.faults.lose_zone("a", seconds=16, at=5)
    item.lab.clock.advance(30)
    (change,) = item.lab.trace.of(LeaderChanged)

    first, second = replicas.leadership(item.lab)

    assert (first.lane, first.at, first.until) == ("zone a", 0, 5)
    assert (second.lane, second.at, second.until) == ("zone b", (change.at - item.lab.clock.start) / SECOND, inf)


def test_a_fault_is_drawn_until_it_ends_and_catching_up_after_it() -> None:
    item = Item(lab_with_zones(lag=2_000))
    item.lab.faults.partition("c", seconds=3, at=1)
    item.lab.faults.slow("b", seconds=2, factor=2, at=1)
    item.lab.clock.advance(20)

    drawn = {(span.lane, span.label, span.at, span.until) for span in replicas.faults(item.lab)}

    assert drawn == {("zone c", "cut", 1, 4), ("zone c", "catches up", 4, 9), ("zone b", "slow", 1, 3)}


def test_a_zone_with_two_faults_catches_up_after_the_last() -> None:
    item = Item(lab_with_zones(lag=2_000))
    item.lab.faults.partition("c", seconds=3, at=1)
    item.lab.faults.lose_zone("c", seconds=4, at=2)
    item.lab.clock.advance(20)

    drawn = {(span.label, span.at, span.until) for span in replicas.faults(item.lab)}

    assert drawn == {("cut", 1, 4), ("lost", 2, 6), ("catches up", 6, 11)}


def test_a_write_that_never_arrives_is_drawn_so() -> None:
    item = Item(lab_with_zones(lag=2_000))
    item.lab.faults.lose_zone("c")
    item.write("ada")
    item.lab.clock.advance(20)

    assert {journey.to: journey.until == inf for journey in replicas.journeys(item.lab)} == {
        "zone b": False,
        "zone c": True,
    }


def _story(faults: Any, seed: int) -> tuple[Item, list[tuple[float, tuple[Replica, ...]]]]:
    """Writes and reads while zones fail; and the replicas, as they are every third of a second."""
    item = Item(lab_with_zones(2_000, seed))
    seen: list[tuple[float, tuple[Replica, ...]]] = []
    for fault, zone, at, seconds in faults:
        getattr(item.lab.faults, fault)(zone, seconds, at=at)
    for i in range(20):
        item.at(1.05 + 2 * i, lambda: item.write("ada"))
    for i in range(120):
        item.at(0.2 + i / 3, lambda: item.read("bob"))
        item.at(0.2 + i / 3, lambda: seen.append((item.lab.clock.elapsed, item.lab.inspect(TABLE).replicas("p0"))))
    item.lab.clock.advance(41)
    return item, seen
