"""How far an index is behind: what the queries missed is in the trace, the computed line agrees with it, and both follow the controls."""

from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import SECOND
from dynateach.events import IndexWritten, ItemWritten, PageRead
from dynateach.topics import index_behind
from dynateach.topics.index_behind import WRITES, draw, queueing, simulate
from dynateach.topics.staleness import later_than
from tests.drawing.widgets import control, figure, words


def test_each_square_is_what_the_trace_has_at_that_time_since_the_write() -> None:
    spread = simulate()
    written, asked = dict[str, int](), dict[int, list[int]]()
    for event in spread.lab.trace:
        if isinstance(event, ItemWritten):
            written[event.key] = event.at
        elif isinstance(event, PageRead):
            asked.setdefault(event.at - written[event.key], []).append(event.matched)

    assert [(one.after, one.queries, one.missed) for one in spread.missed] == [
        (after, len(found), found.count(0)) for after, found in sorted(asked.items())
    ]
    assert {one.queries for one in spread.missed} == {WRITES}


def test_a_query_misses_a_write_exactly_as_long_as_its_change_is_on_its_way() -> None:
    spread = simulate(rate=50)

    for one in spread.missed:
        assert one.share == pytest.approx(spread.under_way(one.after / 1_000))


def test_with_few_writes_the_computed_line_agrees_with_what_is_measured() -> None:
    spread = simulate(rate=1)

    for one in spread.missed:
        assert one.share == pytest.approx(later_than(spread.lags, one.after), abs=0.09)


def test_the_words_give_what_the_trace_has() -> None:
    spread = simulate()
    behind = sorted(event.behind for event in spread.lab.trace.of(IndexWritten))
    text = draw(spread).layout.title.text

    assert f"half took up to {round(behind[WRITES // 2] / 1_000, 1):g} ms" in text
    assert f"the longest {round(behind[-1] / 1_000, 1):g} ms" in text
    missed = {one.after: one for one in spread.missed}
    assert f"40 ms after a write {round(100 * missed[40_000].share)}\u202f% of queries miss it" in text


def test_many_writes_and_few_partitions_make_changes_wait_for_one_another() -> None:
    medians = [
        simulate(rate=rate, partitions=partitions).quantile(0.5) for rate, partitions in ((1, 4), (200, 4), (200, 1))
    ]

    assert medians == sorted(medians)
    assert medians[0] == pytest.approx(40, rel=0.15)
    assert medians[2] > 3 * medians[0]


def test_no_change_overtakes_an_earlier_one_of_its_partition() -> None:
    spread = simulate(rate=200, partitions=1)
    arrived = [way.arrived for way in spread.ways]

    assert arrived == sorted(arrived)


def test_the_lag_stretches_everything() -> None:
    assert simulate(lag=400).quantile(0.9) > 3 * simulate(lag=40).quantile(0.9)
    assert simulate(lag=400).lags.p99 == 4 * SECOND


@pytest.mark.parametrize(("lag", "rate", "partitions"), [(5, 1, 1), (500, 200, 1), (500, 1, 16), (5, 200, 16)])
def test_extremes_make_a_picture(lag: int, rate: int, partitions: int) -> None:
    drawn = draw(simulate(lag, rate, partitions))

    assert len(drawn.layout.title.text.split("</b>")[0]) < 100
    assert "assumed" in drawn.layout.meta["caption"].lower()


@pytest.mark.parametrize("wrong", [{"lag": 0}, {"lag": -3}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_same_seed_makes_the_same_picture_and_another_seed_another() -> None:
    assert draw(simulate(seed=2)) == draw(simulate(seed=2))
    assert draw(simulate(seed=2)) != draw(simulate(seed=3))


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = index_behind.explore()

    control(widget, "writes a second").value = 100
    control(widget, "partitions of the table").value = 1
    asked = simulate(rate=100, partitions=1)
    assert figure(widget).layout.title.text == draw(asked).layout.title.text
    assert queueing(asked) in words(widget)

    control(widget, "Another run").click()
    assert figure(widget).layout.title.text == draw(simulate(rate=100, partitions=1, seed=2)).layout.title.text
