"""Virtual time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.clock import EPOCH, SECOND, Clock


def test_time_stands_still_until_somebody_moves_it() -> None:
    clock = Clock()
    assert clock.now == EPOCH
    clock.advance(1.5)
    assert clock.now == EPOCH + 1_500_000
    assert clock.elapsed == 1.5


def test_what_is_due_at_the_same_moment_happens_in_the_order_of_its_scheduling() -> None:
    clock, happened = Clock(), list[str]()
    clock.after(2 * SECOND, lambda: happened.append("late"))
    clock.after(SECOND, lambda: happened.append("first"))
    clock.after(SECOND, lambda: happened.append("second"))
    clock.advance(1)
    assert happened == ["first", "second"]
    clock.advance(1)
    assert happened == ["first", "second", "late"]


def test_an_action_sees_the_time_for_which_it_was_scheduled() -> None:
    clock, seen = Clock(), list[int]()
    clock.after(SECOND, lambda: seen.append(clock.now))
    clock.advance(10)
    assert seen == [EPOCH + SECOND]


def test_an_action_may_schedule_another_within_the_same_advance() -> None:
    clock, seen = Clock(), list[int]()

    def tick() -> None:
        seen.append(clock.now - EPOCH)
        clock.after(SECOND, tick)

    clock.after(SECOND, tick)
    clock.advance(3)
    assert seen == [SECOND, 2 * SECOND, 3 * SECOND]


def test_a_cancelled_alarm_never_happens() -> None:
    clock, happened = Clock(), list[str]()
    alarm = clock.after(SECOND, lambda: happened.append("no"))
    alarm.cancel()
    assert clock.next_time is None
    clock.advance(2)
    assert happened == []


def test_time_does_not_go_backwards_and_is_not_moved_from_within() -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)
    clock.after(SECOND, lambda: clock.advance(1))
    with pytest.raises(ValueError, match="already moving"):
        clock.advance(2)
    clock.advance(1)
    assert not clock.running


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans())), st.lists(st.integers(0, 20), min_size=1))
def test_everything_happens_once_in_order_and_on_time(plan: list[tuple[int, bool]], steps: list[int]) -> None:
    clock, happened = Clock(start=0), list[tuple[int, int]]()
    for number, (time, cancelled) in enumerate(plan):
        alarm = clock.at(time, lambda due=(time, number): happened.append(due))  # type: ignore[misc]
        if cancelled:
            alarm.cancel()
    for step in steps:
        clock.pass_time(step)
        clock._check()
    expected = sorted((time, n) for n, (time, cancelled) in enumerate(plan) if not cancelled and time <= clock.now)
    assert happened == expected
