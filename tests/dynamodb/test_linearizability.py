"""Strongly consistent reads and conditional writes are linearizable whatever happens to the zones; eventually consistent
reads are not, and still keep some promises.
"""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dynateach.linearizability import Operation, Value, is_linearizable, put, read, swap
from dynateach.trace import ReplicaRead
from tests.story import Story, condition, histories, item, stories, value_in

requests = stories(
    st.tuples(st.just("put")),
    st.tuples(st.just("swap"), st.integers(0, 40)),
    st.tuples(st.just("read")),
    st.tuples(st.just("glance")),
    st.tuples(st.just("split")),
)
KEY = {"id": {"S": "one"}}


class OneItem(Story):
    """What befalls one item.

    ``history`` has what the strong operations were answered, ``glances`` what eventually consistent reads saw (with the zone
    that answered); ``written`` are the values in the order in which they took effect, with their times.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.history: list[Operation] = []
        self.glances: list[tuple[int, str, Value]] = []
        self.written: list[tuple[int, Value]] = [(0, None)]
        self._values = 0

    def put(self) -> None:
        self._values += 1
        value = self._values
        if self._answer("PutItem", Item=item("one", value)) is not None:
            self.history.append(put(*self._times(), value))
            self.written.append((self.lab.clock.now, value))

    def swap(self, which: int) -> None:
        """On condition that one of the last few values is there."""
        self._values += 1
        value, expected = self._values, self.written[max(len(self.written) - 1 - which % 3, 0)][1]
        answer = self._answer("PutItem", Item=item("one", value), **condition(expected))
        if answer is not None:
            done = "failed" not in answer
            self.history.append(swap(*self._times(), expected, value, done))
            self.written += [(self.lab.clock.now, value)] if done else []

    def read(self) -> None:
        answer = self._answer("GetItem", Key=KEY, ConsistentRead=True)
        if answer is not None:
            self.history.append(read(*self._times(), value_in(answer)))

    def glance(self) -> None:
        answer = self._answer("GetItem", Key=KEY)
        if answer is not None:
            self.glances.append((self.lab.clock.now, self.lab.trace.of(ReplicaRead)[-1].zone, value_in(answer)))

    def split(self) -> None:
        inside = self.lab.inspect("things")
        inside.split(inside.locate("one").partition)


LEADER_LOST = [(0, ("put",)), (1, ("cut", "a", 400)), *[(30, ("put",)), (1, ("read",)), (1, ("glance",))] * 8]


@histories(150)
@given(requests, st.integers(0, 1000))
@example(LEADER_LOST, 1)
def test_strong_reads_and_conditional_writes_are_linearizable_whatever_fails(story: Any, seed: int) -> None:
    assert is_linearizable(OneItem(seed).play(story).history)


@histories(150)
@given(requests, st.integers(0, 1000))
@example(LEADER_LOST, 1)
def test_an_eventual_read_never_sees_the_future_nor_a_write_that_was_refused(story: Any, seed: int) -> None:
    played = OneItem(seed).play(story)
    for now, _, value in played.glances:
        assert any(value == written and at <= now for at, written in played.written)


@histories(100)
@given(requests, st.integers(0, 1000))
@example(LEADER_LOST, 1)
def test_one_replica_never_goes_back_in_time(story: Any, seed: int) -> None:
    played = OneItem(seed).play(story)
    order = [value for _, value in played.written]
    for zone in {zone for _, zone, _ in played.glances}:
        seen = [order.index(value) for _, its, value in played.glances if its == zone]
        assert seen == sorted(seen)


@histories(100)
@given(requests, st.integers(0, 1000))
@example(LEADER_LOST, 1)
def test_no_acknowledged_write_is_lost_and_all_replicas_agree_once_the_faults_are_over(story: Any, seed: int) -> None:
    played = OneItem(seed).play(story)
    played.end()
    played.glances.clear()
    for _ in range(12):
        played.read()
        played.glance()
    assert is_linearizable(played.history[-12:], start=played.written[-1][1])
    assert {value for _, _, value in played.glances} == {played.written[-1][1]}
    inside = played.lab.inspect("things")
    replicas = inside.replicas(inside.locate("one").partition)
    assert {one.applied for one in replicas} == {len(played.written) - 1}
    assert [one.state for one in replicas] == ["up"] * 3


def test_the_leader_being_lost_does_refuse_some_requests_and_a_new_leader_serves_later_ones() -> None:
    played = OneItem(1).play(LEADER_LOST)
    assert 0 < played.refused < 16
    assert played.history[-1].text.startswith("read")


@pytest.mark.parametrize("seed", range(5))
def test_the_checker_catches_an_engine_that_passes_a_followers_read_off_as_strong(seed: int) -> None:
    played = OneItem(seed)

    def read_anywhere() -> None:
        answer = played._answer("GetItem", Key=KEY)
        played.history.append(read(*played._times(), value_in(answer or {})))

    played.read = read_anywhere  # type: ignore[method-assign]
    played.play([(0, ("slow", "b", 5000)), (0, ("slow", "c", 5000)), *[(45, ("put",)), (41, ("read",))] * 10])
    assert not is_linearizable(played.history)


def test_the_checker_catches_a_write_that_got_lost() -> None:
    assert not is_linearizable([put(0, 1, 1), put(2, 3, 2), read(4, 5, 1)])


def test_the_checker_catches_two_conditional_writes_that_both_won() -> None:
    assert not is_linearizable([swap(0, 10, None, 1, True), swap(0, 10, None, 2, True)])


def test_the_checker_lets_an_operation_take_effect_anywhere_between_call_and_answer() -> None:
    assert is_linearizable([put(0, 10, 1), read(2, 4, None), read(5, 7, 1)])
    assert not is_linearizable([put(0, 10, 1), read(2, 4, 1), read(5, 7, None)])
