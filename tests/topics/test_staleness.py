"""How long a read may be stale: what is measured is in the trace, what is computed agrees with it, and both follow the controls."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import LabError
from dynateach.events import ItemRead, ReplicaRead, Replicated
from dynateach.profile import REALISTIC, Delay
from dynateach.randomness import Stream
from dynateach.topics import staleness
from dynateach.topics.staleness import Decay, draw, later_than, outlook, simulate
from tests.drawing.widgets import control, figure, words


def test_each_square_is_what_the_trace_has_at_that_time_since_the_write() -> None:
    decay = simulate(writes=100)
    asked, stale = Counter[tuple[bool, int]](), Counter[tuple[bool, int]]()
    written, read = 0, None
    for event in decay.lab.trace:
        if isinstance(event, Replicated):
            written = event.at
        elif isinstance(event, ItemRead):
            read = event
        elif isinstance(event, ReplicaRead):
            assert read is not None
            asked[read.consistent, event.at - written] += 1
            stale[read.consistent, event.at - written] += event.versions > 0

    for consistent, measured in ((False, decay.eventual), (True, decay.strong)):
        for one in measured:
            assert (one.reads, one.stale) == (asked[consistent, one.after], stale[consistent, one.after])
    assert sum(one.reads for one in (*decay.eventual, *decay.strong)) == asked.total()


@pytest.mark.parametrize(("lag", "slower"), [(3, 1), (3, 10), (50, 1), (1, 4)])
def test_the_computed_chance_agrees_with_what_is_measured(lag: int, slower: int) -> None:
    decay = simulate(lag, slower, writes=300)
    off = [abs(one.share - decay.chance(one.after)) > one.spread + 0.004 for one in decay.eventual]

    assert len(off) >= 25
    assert sum(off) <= 4


def test_it_is_at_most_two_thirds_since_the_leader_has_every_write() -> None:
    decay = simulate(writes=50)

    assert decay.chance(0) == pytest.approx(2 / 3)
    assert decay.chance(decay.lags.slowest) == 0
    assert {event.zone for event in decay.lab.trace.of(ReplicaRead) if event.versions} == {"us-east-1b", "us-east-1c"}


def test_the_chance_only_falls() -> None:
    decay = simulate(slower=5, writes=50)
    chances = [decay.chance(after) for after in range(0, 600_000, 500)]

    assert chances == sorted(chances, reverse=True)


def test_a_strong_read_never_misses_a_write_and_costs_twice_as_much() -> None:
    decay = simulate(slower=10)

    assert [one.stale for one in decay.strong] == [0] * len(decay.strong)
    assert (decay.units(False), decay.units(True)) == (0.5, 1.0)
    assert list(_bars(decay).y) == [0.5, 1.0]


def test_the_title_gives_the_shares_that_were_measured() -> None:
    decay = simulate()
    measured = {one.after: one for one in decay.eventual}
    first, later = measured[0], measured[REALISTIC.replication_lag.p90]

    title = draw(decay).layout.title.text

    assert f"Right after a write {round(100 * first.stale / first.reads)}\u202f%" in title
    assert f"8 ms later {round(100 * later.stale / later.reads)}\u202f%" in title
    assert f"Of {sum(one.reads for one in decay.strong):,} strong reads none" in title


def test_the_outlook_says_when_the_chance_has_fallen() -> None:
    decay = simulate(lag=6, slower=3, writes=50)

    for share, words_of_it in ((0.01, "1 in 100"), (0.001, "1 in 1,000")):
        after = decay.until(share)
        assert decay.chance(after) <= share < decay.chance(after - 1)
        assert f"<b>{words_of_it}</b>" in outlook(decay)
        assert f"{round(after / 1000, 1):,g} ms" in outlook(decay)


def test_more_lag_and_a_slower_zone_make_reads_stale_for_longer() -> None:
    assert simulate(lag=3, writes=50).until(0.01) < simulate(lag=9, writes=50).until(0.01)
    assert simulate(slower=1, writes=50).until(0.01) < simulate(slower=10, writes=50).until(0.01)


def test_more_writes_measure_more_closely() -> None:
    few, many = simulate(writes=50), simulate(writes=500)

    assert len(few.lab.trace.of(Replicated)) == 50
    assert sum(one.spread for one in many.eventual) < sum(one.spread for one in few.eventual) / 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=5, max_size=5).map(sorted), st.integers(0, 1100))
def test_the_share_of_longer_delays_is_the_one_that_is_drawn(quantiles: list[int], time: int) -> None:
    delay, chance = Delay(*quantiles), Stream(1, "delays")
    drawn = [delay.draw(chance) for _ in range(3000)] if delay.slowest else [0]
    strictly = sum(one > time for one in drawn) / len(drawn)
    or_equal = sum(one >= time for one in drawn) / len(drawn)

    assert strictly - 0.04 <= later_than(delay, time) <= or_equal + 0.04


def test_the_same_arguments_draw_the_same_picture() -> None:
    assert draw(simulate(writes=50, seed=7)).to_json() == draw(simulate(writes=50, seed=7)).to_json()
    assert draw(simulate(writes=50, seed=7)).to_json() != draw(simulate(writes=50, seed=8)).to_json()


def test_a_lag_that_is_none_is_refused() -> None:
    with pytest.raises(LabError, match="behind"):
        simulate(lag=0)


def test_the_explorer_repaints_what_its_controls_ask_for() -> None:
    widget = staleness.explore(writes=50)

    control(widget, "median lag, ms").value = 10
    control(widget, "zone c is slower, ×").value = 4
    control(widget, "writes").value = 100

    asked = simulate(10, 4, 100)
    assert figure(widget).layout.title.text == draw(asked).layout.title.text
    assert outlook(asked) in words(widget)


def _bars(decay: Decay) -> Any:
    (bars,) = (trace for trace in draw(decay).data if trace.type == "bar")
    return bars
