"""Who is served when a budget does not last: the first requests, against a model that sorts them all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.topics.fleet import zipf
from dynateach.topics.parts.shortage import share_out


@given(
    wanted=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    data=st.data(),
)
@settings(deadline=None, max_examples=300)
def test_room_goes_to_the_requests_that_come_first(wanted: list[int], data: st.DataObject) -> None:
    most = [data.draw(st.integers(0, count)) for count in wanted]
    room = data.draw(st.integers(0, sum(most)))

    served, come = share_out(np.array(wanted), np.array(most, float), room)
    assert (served.tolist(), come.tolist()) == _first(wanted, most, room)


@pytest.mark.parametrize("ends", [1, 2, 3])
def test_room_is_shared_out_exactly_among_many_partitions_too(ends: int) -> None:
    chance = np.random.default_rng(ends)
    wanted = chance.multinomial(20_000, zipf(300) / zipf(300).sum())
    most = np.minimum(wanted, 150 * ends)
    room = int(most.sum()) * ends // 4

    served, come = share_out(wanted, most.astype(float), room)
    assert (served.tolist(), come.tolist()) == _first(wanted.tolist(), most.tolist(), room)


def _first(wanted: list[int], most: list[int], room: int) -> tuple[list[int], list[int]]:
    served, come = [0] * len(wanted), [0] * len(wanted)
    for _, partition in sorted(((2 * j + 1) / (2 * n), p) for p, n in enumerate(wanted) for j in range(n)):
        if not room:
            break
        come[partition] += 1
        if served[partition] < most[partition]:
            served[partition] += 1
            room -= 1
    return served, come
