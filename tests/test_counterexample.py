"""The smallest offending part of a history: it offends, it is part of the history, and it needs each of its operations."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dynateach.counterexample import smallest_offending
from dynateach.linearizability import Operation, is_linearizable, put, read

times = st.tuples(st.integers(0, 30), st.integers(1, 12))
requests = st.lists(st.tuples(times, st.booleans(), st.integers(1, 4)), max_size=9)


@given(requests)
def test_what_is_left_offends_and_would_not_without_any_one_operation(
    requests: list[tuple[tuple[int, int], bool, int]],
) -> None:
    history = [
        (put if writes else read)(called, called + took, number if writes else value)
        for number, ((called, took), writes, value) in enumerate(requests, 1)
    ]

    part = smallest_offending(history)

    if is_linearizable(history):
        assert part == []
        return
    assert not is_linearizable(part)
    assert all(one in history for one in part)
    assert all(is_linearizable([other for other in part if other is not one]) for one in part)


def test_a_read_of_the_old_value_is_shown_with_the_two_puts() -> None:
    history = [put(0, 1, 1), read(2, 3, 1), put(4, 5, 2), read(6, 7, 2), read(8, 9, 1), read(10, 11, 2)]

    assert _texts(smallest_offending(history, makes_sense=_every_value_was_put)) == ["put 1", "put 2", "read 1"]


def test_two_reads_that_see_overlapping_puts_in_different_orders_are_shown() -> None:
    history = [put(0, 20, 1), put(1, 20, 2), read(2, 4, 2), read(5, 7, 1), read(8, 10, 2), read(30, 31, 2)]

    part = smallest_offending(history, makes_sense=_every_value_was_put)

    assert _texts(part) == ["put 1", "put 2", "read 2", "read 1", "read 2"]


def test_a_value_that_was_there_at_the_start_needs_no_put() -> None:
    assert _texts(smallest_offending([put(0, 1, 7), read(2, 3, 0)], start=0)) == ["put 7", "read 0"]


def test_a_part_that_makes_no_sense_is_not_shown() -> None:
    history = [put(0, 1, 1), put(2, 3, 2), read(4, 5, 1)]

    assert _texts(smallest_offending(history)) == ["read 1"]
    assert len(smallest_offending(history, makes_sense=_every_value_was_put)) == 3


def _every_value_was_put(part: Sequence[Operation]) -> bool:
    texts = {one.text for one in part}
    return all(text.replace("read", "put") in texts for text in texts)


def _texts(part: list[Operation]) -> list[str]:
    return [one.text for one in part]
