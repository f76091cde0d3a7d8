"""A hot partition splits: what is cut, what is not, and that the film says what the trace says."""

from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import percent
from dynateach.drawing.film import Film
from dynateach.drawing.palette import SPLIT, THROTTLE
from dynateach.events import ItemWritten, PartitionSplit, SplitBegan, SplitDeclined, Throttled
from dynateach.topics import heat_splits
from dynateach.topics.heat_splits import INDEXES, LENGTH, RANDOM, RISING, TRAFFIC, Story, draw, fork, outcome, simulate
from tests.drawing.widgets import control
from tests.topics.films import title

LAST = (LENGTH - 15, LENGTH)


@pytest.mark.parametrize("traffic", TRAFFIC)
def test_the_title_tells_how_many_were_refused_before_and_after(traffic: str) -> None:
    story = simulate(traffic)
    splits = story.lab.trace.of(PartitionSplit)
    told = draw(story).title

    assert percent(_refused(story, *LAST)) in told
    if splits:
        before = _refused(story, 0, (splits[0].at - EPOCH) / SECOND)
        assert told.startswith(f"{len(splits)} splits for heat: {percent(before)}")
    else:
        assert told.startswith("No split helps")


@pytest.mark.parametrize("traffic", ["uniform", "Zipf", RANDOM])
def test_where_heat_comes_from_several_keys_splits_end_it(traffic: str) -> None:
    story = simulate(traffic)

    assert _refused(story, 0, 10) > 0.05
    assert _refused(story, *LAST) == 0
    assert {event.reason for event in story.lab.trace.of(SplitBegan)} == {"heat"}


@pytest.mark.parametrize(
    ("traffic", "index", "because"),
    [
        ("one celebrity", "none", "one item"),
        (RISING, "none", "sequential keys"),
        (RANDOM, "a local index", "one item collection"),
    ],
)
def test_what_no_cut_can_help_is_declined_again_and_again(traffic: str, index: str, because: str) -> None:
    story = simulate(traffic, index=index)
    declined = story.lab.trace.of(SplitDeclined)

    assert {event.because for event in declined} == {because}
    assert len(declined) > 2
    assert story.lab.trace.of(PartitionSplit) == []
    assert _refused(story, *LAST) > 0.5
    assert because in draw(story).title
    assert f"<b>{len(declined)}</b> times" in outcome(story)


def test_a_cut_within_one_date_is_made_before_a_sort_key() -> None:
    first = simulate(RANDOM).lab.trace.of(PartitionSplit)[0]

    assert "2026-01-01" in first.key
    assert any("before sort key" in mark.says for mark in draw(simulate(RANDOM)).marks if mark.kind == SPLIT)


def test_each_split_is_drawn_from_its_beginning_to_its_cut_and_to_both_halves() -> None:
    story = simulate("Zipf")
    began = {event.partition: event.at for event in story.lab.trace.of(SplitBegan)}
    film = draw(story)

    cuts = story.lab.trace.of(PartitionSplit)
    expected = {(cut.partition, _at(began[cut.partition]), _at(cut.at)) for cut in cuts}
    assert {(span.lane, span.at, span.until) for span in film.spans if span.kind == SPLIT} == expected
    assert {(one.lane, one.to) for one in film.journeys} == {
        (cut.partition, half) for cut in cuts for half in (cut.left, cut.right)
    }
    assert [lane.name for lane in film.lanes] == [f"p{i}" for i in range(2 + 2 * len(cuts))]


def test_a_partition_is_drawn_as_serving_only_while_it_lives() -> None:
    story = simulate("uniform")
    levels = {level.lane: level.steps for level in draw(story).levels}

    for cut in story.lab.trace.of(PartitionSplit):
        assert levels[cut.partition][-1] == (_at(cut.at), 0.0)
        assert levels[cut.left][0][0] == levels[cut.right][0][0] == _at(cut.at)


def test_the_more_is_asked_for_the_more_is_refused() -> None:
    refused = [len(simulate("one celebrity", rate).lab.trace.of(Throttled)) for rate in (600, 1_400, 2_400, 3_600)]

    assert refused == sorted(refused)
    assert refused[0] == 0 < refused[1]


def test_the_more_partitions_there_are_the_less_is_refused() -> None:
    refused = [len(simulate("uniform", partitions=some).lab.trace.of(Throttled)) for some in (1, 2, 3)]

    assert refused == sorted(refused, reverse=True)
    assert refused[0] > refused[-1]


def test_below_the_ceiling_nothing_is_split() -> None:
    story = simulate("one celebrity", 600)

    assert draw(story).title.startswith("No partition is hot")
    assert story.lab.trace.of(SplitDeclined) == []


@pytest.mark.parametrize("traffic", ["one celebrity", RISING])
def test_a_fork_keeps_the_past_and_suffixes_help_what_splits_did_not(traffic: str) -> None:
    story = simulate(traffic)
    before, after = draw(story), fork(story, 20.0)

    assert [mark for mark in after.marks if mark.at < 20] == [mark for mark in before.marks if mark.at < 20]
    assert after.title.startswith("10 suffixes from 20.0 s on: ")
    assert percent(_refused(story, 0, 20)) in after.title
    assert _crossed(after, 35) < _crossed(before, 35) / 5


def test_more_suffixes_spread_more() -> None:
    few, many = (fork(simulate("one celebrity", 3_600, suffixes=some), 10) for some in (2, 20))

    assert _crossed(many, 20) < _crossed(few, 20)


@pytest.mark.parametrize("at", [0.0, LENGTH])
def test_a_fork_at_either_end_makes_a_film(at: float) -> None:
    assert fork(simulate("Zipf"), at).ends == LENGTH


@pytest.mark.parametrize(("rate", "partitions"), [(600, 1), (3_600, 1), (3_600, 3)])
@pytest.mark.parametrize("traffic", TRAFFIC)
@pytest.mark.parametrize("index", INDEXES)
def test_extremes_make_a_film_that_ends_with_its_moral(traffic: str, rate: int, partitions: int, index: str) -> None:
    film = draw(simulate(traffic, rate, partitions, index))

    assert film.notes[-1].at == film.ends == LENGTH
    assert len(film.title) < 100
    assert len(film.lanes) < 12


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


@pytest.mark.parametrize("wrong", [{"traffic": "none"}, {"index": "two"}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = heat_splits.explore()
    for label, value in {"writes": RANDOM, "WCU/s": 2_000, "partitions": 1, "beside the table": INDEXES[1]}.items():
        control(widget, label).value = value

    assert title(widget) == draw(simulate(RANDOM, 2_000, 1, INDEXES[1])).title


def _refused(story: Story, since: float, until: float) -> float:
    """The share of the writes in that time that was refused."""
    within = range(EPOCH + round(since * SECOND), EPOCH + round(until * SECOND))
    throttled = sum(event.at in within for event in story.lab.trace.of(Throttled))
    return throttled / (throttled + sum(event.at in within for event in story.lab.trace.of(ItemWritten)))


def _crossed(film: Film, since: float) -> int:
    """How many refused writes the film's crosses stand for from that moment on."""
    return sum(int(mark.says.split()[0]) for mark in film.marks if mark.kind == THROTTLE and mark.at >= since)


def _at(time: int) -> float:
    return (time - EPOCH) / SECOND
