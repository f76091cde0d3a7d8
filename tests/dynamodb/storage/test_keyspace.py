"""The key space and its partitions."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dynateach.dynamodb.rules import hashing
from dynateach.dynamodb.rules.schema import Place
from dynateach.dynamodb.storage.keyspace import KeySpace, Range, Stored, initial_count


def place(key: str, sort: str | None = None) -> Place:
    digest = hashing.digest({"S": key})
    return (digest, key) if sort is None else (digest, key, sort)


keys = st.sampled_from([f"user-{n}" for n in range(40)])
sorts = st.sampled_from(["", "a", "b", "ba", "c", "é"])
places = st.builds(place, keys, sorts)


class KeySpaceMachine(RuleBasedStateMachine):
    """A key space under puts, removals and splits is still one sorted map."""

    def __init__(self) -> None:
        super().__init__()
        self.space = KeySpace(3)
        self.model: dict[Place, Stored] = {}

    @rule(place=places, size=st.integers(1, 500))
    def put(self, place: Place, size: int) -> None:
        self.model[place] = Stored({"n": {"N": str(size)}}, size)
        self.space.partition_of(place).put(place, self.model[place])

    @rule(place=places)
    def remove(self, place: Place) -> None:
        self.model.pop(place, None)
        self.space.partition_of(place).remove(place)

    @precondition(lambda self: len(self.space.partitions) < 12)
    @rule(at=places)
    def split(self, at: Place) -> None:
        partition = self.space.partition_of(at)
        if at == partition.low:
            return
        left, right = self.space.split(partition, at)
        assert len(left.items) + len(right.items) == len(partition.items)

    @rule(low=places, high=places, reverse=st.booleans())
    def walk(self, low: Place, high: Place, reverse: bool) -> None:
        range = Range(low, high)
        walked = [found for _, some in self.space.walk(range, reverse) for found in some]
        assert walked == [one for one in sorted(self.model, reverse=reverse) if low <= one < high]
        assert all(one in range for one in walked)

    @invariant()
    def it_is_whole(self) -> None:
        self.space._check()
        assert self.space.items == len(self.model)
        assert self.space.bytes == sum(stored.size for stored in self.model.values())
        everything = [found for _, some in self.space.walk(Range()) for found in some]
        assert everything == sorted(self.model)


TestKeySpace = KeySpaceMachine.TestCase
TestKeySpace.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.integers(1, 64))
def test_the_partitions_of_a_new_table_are_equal_shares_without_gaps(count: int) -> None:
    space = KeySpace(count)
    bounds = [space.bounds(partition) for partition in space.partitions]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == 1
    assert all(left[1] == right[0] for left, right in itertools.pairwise(bounds))
    assert all(abs((high - low) * count - 1) < 1e-9 for low, high in bounds)


@given(st.floats(0, 1, exclude_max=True))
def test_a_boundary_lies_where_it_was_asked_for(fraction: float) -> None:
    assert abs(hashing.position(hashing.boundary(fraction)) - fraction) <= 2**-53


def test_a_table_gets_as_many_partitions_as_its_throughput_needs() -> None:
    assert initial_count(1, 1) == 1
    assert initial_count(3000, 1000) == 1
    assert initial_count(3001, 1000) == 2
    assert initial_count(12_000, 4_000) == 4
    assert initial_count(3_000, 16_000) == 16


def test_many_keys_spread_evenly() -> None:
    space = KeySpace(8)
    counts = dict.fromkeys((partition.id for partition in space.partitions), 0)
    for n in range(8000):
        counts[space.partition_of(place(f"user-{n}")).id] += 1
    assert all(850 < count < 1150 for count in counts.values())
