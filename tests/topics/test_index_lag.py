"""The index follows: the film says what the trace says, each control moves the story as one expects, and a fork keeps the past."""

import json
from itertools import pairwise
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Mark
from dynateach.drawing.palette import FAULT, INDEX, READ, STALE_READ, WRITE
from dynateach.drawing.player import Player
from dynateach.events import IndexQueued, IndexWritten, ItemWritten, RequestServed
from dynateach.topics import index_lag
from dynateach.topics.index_lag import PAUSE, QUERY, WRITES, draw, fork, simulate
from tests.drawing.widgets import control, every, words


@pytest.mark.parametrize("writes", WRITES)
def test_the_title_counts_the_queries_and_names_the_longest_way(writes: str) -> None:
    story = simulate(writes)
    served = [event for event in story.lab.trace.of(RequestServed) if event.operation == "Query"]
    behind = [event.behind for event in story.lab.trace.of(IndexWritten)]

    title = draw(story).title

    assert f"of {len(served) // 2} queries" in title
    assert title.startswith(f"{len(_marks(draw(story), STALE_READ)) or 'None'} of")
    if behind:
        assert title.endswith(f"the longest way took {max(behind) / SECOND:.1f} s")


def test_every_change_that_was_queued_is_one_journey_and_one_arrival() -> None:
    story = simulate(rate=20)
    film = draw(story)
    queued, written = story.lab.trace.of(IndexQueued), story.lab.trace.of(IndexWritten)

    assert len(film.journeys) == len(queued) == len(written) == len(_marks(film, INDEX))
    assert sorted(round(line.at * SECOND) for line in film.journeys) == [event.at - EPOCH for event in queued]
    assert sorted(round(line.until * SECOND) for line in film.journeys) == [event.at - EPOCH for event in written]
    took = sorted(round((line.until - line.at) * SECOND) for line in film.journeys)
    assert took == sorted(event.behind for event in written)


def test_the_queue_is_as_long_as_the_trace_says() -> None:
    story = simulate("totals (projected)", rate=20)
    (level,) = draw(story).levels
    steps = dict(level.steps)

    assert [steps[(event.at - EPOCH) / SECOND] for event in story.lab.trace.of(IndexQueued)] == [
        event.waiting for event in story.lab.trace.of(IndexQueued)
    ]
    assert level.steps[-1][1] == 0


@pytest.mark.parametrize(
    ("writes", "each"),
    [("new orders", 1), ("totals (projected)", 1), ("statuses (its key)", 2), ("notes (not projected)", 0)],
)
def test_a_write_sends_the_index_as_many_changes_as_it_concerns(writes: str, each: int) -> None:
    story = simulate(writes)

    assert len(story.ways) == each * len(_marks(draw(story), WRITE)) == each * 11


def test_a_query_is_fresh_exactly_where_nothing_is_on_its_way() -> None:
    film = draw(simulate(rate=3, queries=15))
    behind = [(span.at, span.until) for span in film.spans]

    for mark in film.marks:
        if mark.lane == "queries":
            assert (mark.kind == STALE_READ) == any(at <= mark.at < until for at, until in behind)
    assert _marks(film, READ)
    assert _marks(film, STALE_READ)


@pytest.mark.parametrize("seed", range(1, 6))
def test_in_the_end_the_index_is_as_the_table(seed: int) -> None:
    story = simulate(rate=15, seed=seed)
    last = story.looks[-1]

    assert last.differences == {}
    assert sorted(entry["id"] for entry in last.index) == sorted(item["id"] for item in last.table)
    assert {entry["id"]: (entry["status"], entry["total"]) for entry in last.index} == {
        item["id"]: (item["status"], item["total"]) for item in last.table
    }


def test_an_order_that_moves_can_be_there_twice_or_not_at_all() -> None:
    found = {
        says
        for seed in range(1, 4)
        for look in simulate("statuses (its key)", queries=20, seed=seed).looks
        for says in look.differences.values()
    }

    assert {"is missing", "is there twice"} <= found


def test_a_query_that_finds_an_order_missing_did_not_get_it() -> None:
    for look in simulate("statuses (its key)", queries=20).looks:
        there = [entry["id"] for entry in look.index]
        for order, says in look.differences.items():
            assert there.count(order) == {"is missing": 0, "is there twice": 2}.get(says, 1)


def test_more_lag_makes_ways_longer_and_more_queries_stale() -> None:
    stories = [simulate(lag=lag, queries=20) for lag in (100, 1_000, 6_000)]
    longest = [max(way.took for way in story.ways) for story in stories]
    stale = [len(story.stale) for story in stories]

    assert longest == sorted(longest)
    assert stale == sorted(stale)
    assert stale[0] < stale[2] / 5


def test_more_writes_and_more_queries_are_more_marks() -> None:
    assert [len(_marks(draw(simulate(rate=rate)), WRITE)) for rate in (1, 5, 30)] == [3, 11, 61]
    assert len(simulate(queries=20).looks) > 3 * len(simulate(queries=4).looks)


def test_a_fork_that_pauses_the_queue_keeps_the_past_and_delivers_nothing_for_five_seconds() -> None:
    story = simulate(forks=PAUSE)
    before, after = draw(story), fork(story, 8.2)
    (pause,) = (span for span in after.spans if span.kind == FAULT)

    assert (pause.at, pause.until) == (8.2, 13.2)
    assert not [mark for mark in _marks(after, INDEX) if 8.2 < mark.at < 13.2]
    assert [mark for mark in _marks(before, INDEX) if 8.2 < mark.at < 13.2]
    assert _until(before, 8.2) == _until(after, 8.2)
    assert len(_marks(after, STALE_READ)) >= len(_marks(before, STALE_READ))


@pytest.mark.parametrize("at", [0.5, 7.0, 22.0, 40.0])
def test_a_fork_that_queries_asks_the_index_at_that_moment(at: float) -> None:
    story = simulate(forks=QUERY)
    before, after = draw(story), fork(story, at)
    (asked,) = (mark for mark in after.marks if mark.lane == "your query")
    lacking = any(span.at <= at < span.until for span in before.spans)

    assert asked.at == at
    assert (asked.kind == STALE_READ) == lacking
    assert after.title.startswith(f"At {at:.1f} s")
    assert after.journeys == before.journeys


@pytest.mark.parametrize("forks", [PAUSE, QUERY])
def test_a_fork_at_the_end_makes_a_film(forks: str) -> None:
    story = simulate(forks=forks)

    assert fork(story, draw(story).ends).ends > draw(story).ends


def test_the_notes_tell_of_each_turn_in_order_and_end_with_the_moral() -> None:
    film = draw(simulate())
    said = " ".join(note.says for note in film.notes)

    turns = ("through a queue", "is missing", "later the index has", "The entry moves", "nothing is sent there")
    assert [said.index(turn) for turn in turns] == sorted(said.index(turn) for turn in turns)
    assert film.notes[-1].at == film.ends
    assert "no ConsistentRead" in film.notes[-1].says
    assert all(earlier.at <= later.at for earlier, later in pairwise(film.notes))


@pytest.mark.parametrize("writes", WRITES)
@pytest.mark.parametrize(("rate", "lag", "queries"), [(1, 100, 1), (30, 6_000, 20)])
def test_extremes_make_a_film(writes: str, rate: int, lag: int, queries: int) -> None:
    film = draw(simulate(writes, rate, lag, queries))

    assert len(film.title) < 100
    assert all(len(mark.label) <= 7 for mark in film.marks)


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=5))


@pytest.mark.parametrize("wrong", [{"writes": "poems"}, {"forks": "a spoon"}, {"lag": 0}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_drawing_changes_nothing_in_the_lab() -> None:
    story = simulate()
    before = story.lab.trace.digest()

    draw(story)

    assert story.lab.trace.digest() == before


def test_the_line_beneath_counts_the_writes_and_what_they_sent() -> None:
    story = simulate("statuses (its key)")
    writes = [event for event in story.lab.trace.of(ItemWritten) if event.at > EPOCH]

    assert f"{len(writes)} writes" in index_lag.comparison(story)
    assert f"{len(story.lab.trace.of(IndexQueued))} changes" in index_lag.comparison(story)


def test_the_line_beneath_says_so_when_the_writes_change_nothing_in_the_index() -> None:
    assert index_lag.comparison(simulate("notes (not projected)")).endswith("<b>Index</b>: nothing changes in it.")


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = index_lag.explore()
    tab = widget.children[0].children[0]
    assert _title(widget) == draw(simulate()).title

    control(tab, "writes").value = "new orders"
    control(tab, "in 10 s").value = 7
    control(tab, "median lag, ms").value = 3_000
    control(tab, "queries in 10 s").value = 6
    asked = simulate("new orders", 7, 3_000, 6)
    assert _title(widget) == draw(asked).title
    assert index_lag.comparison(asked) in words(widget)

    control(tab, "Another run").click()
    assert _title(widget) == draw(simulate("new orders", 7, 3_000, 6, seed=5)).title


def test_all_four_topics_share_one_explorer() -> None:
    widget = index_lag.explore()
    tabs = widget.children[0]

    for tabs.selected_index in range(4):
        pass

    assert tabs.titles == ("The index follows", "A starved index", "What a write costs", "How far behind?")
    assert "IndexWriteProvisionedThroughputExceeded" in words(widget)
    assert "moves to another key" in words(widget)
    assert "overtakes" in words(widget)


def _marks(film: Film, kind: Any) -> list[Mark]:
    return [mark for mark in film.marks if mark.kind == kind]


def _until(film: Film, time: float) -> list[Mark]:
    return sorted((mark for mark in film.marks if mark.at < time), key=lambda mark: (mark.at, mark.lane, mark.label))


def _title(widget: Any) -> str:
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    return str(json.loads(player.film[4 : 4 + size])["title"])
