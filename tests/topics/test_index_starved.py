"""A starved index: what is throttled, what waits and what drains is what the trace has, and both forks and controls move it as one expects."""

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Level
from dynateach.events import IndexWritten, ItemWritten, Throttled
from dynateach.topics import index_starved
from dynateach.topics.index_starved import CHANGES, NEEDS, TABLE_UNITS, Story, draw, fork, reason, simulate
from tests.drawing.widgets import control, words


def test_the_title_counts_what_the_trace_has() -> None:
    story = simulate(index=3, rate=12, load=15)
    refused, units = len(story.lab.trace.of(Throttled)), sum(event.units for event in _written(story))

    title = draw(story).title

    assert title.startswith(f"{refused} of {refused + len(_written(story))} writes throttled by an index of 3 WCU")
    assert f"with {round(100 * units / (TABLE_UNITS * 15))}\u202f% of the table's" in title
    assert refused + len(_written(story)) == 12 * 15


def test_only_the_index_refuses_and_dynamodb_says_so() -> None:
    story = simulate()

    assert {(event.index_name, event.side, event.budget) for event in story.lab.trace.of(Throttled)} == {
        ("by-status", "Write", "provisioned")
    }
    assert {error.code for error in story.errors} == {"ProvisionedThroughputExceededException"}
    assert "IndexWriteProvisionedThroughputExceeded</b>, orders/index/by-status" in reason(story)


@pytest.mark.parametrize("changes", CHANGES)
def test_a_write_needs_as_many_units_of_the_index_as_it_is_said_to(changes: str) -> None:
    story = simulate(index=50, rate=20, load=5, changes=changes)

    units = sum(event.units for event in story.lab.trace.of(IndexWritten))

    assert units == len(_written(story)) * NEEDS[CHANGES[changes]]


def test_writes_are_refused_only_once_five_seconds_of_work_wait() -> None:
    story = simulate()
    first = (story.lab.trace.of(Throttled)[0].at - EPOCH) / SECOND
    before = [sample.owed for sample in story.samples if sample.at < first]

    assert all(owed <= 5 for owed in before)
    assert before[-1] > 4.5
    assert max(sample.owed for sample in story.samples) <= 5 + 1 / 5


def test_the_levels_count_what_the_trace_has_in_each_second() -> None:
    story = simulate(load=10)
    film = draw(story)

    for lane, events in (
        ("accepted", _written(story)),
        ("throttled", story.lab.trace.of(Throttled)),
        ("index gets", story.lab.trace.of(IndexWritten)),
    ):
        level = _level(film, lane)
        assert sum(value for _, value in level.steps) == len(events)
        for second, value in level.steps:
            assert value == sum(second <= (event.at - EPOCH) / SECOND < second + 1 for event in events)


def test_when_the_writes_end_all_that_waits_arrives_and_the_index_recovers() -> None:
    story = simulate()
    arrived = (story.lab.trace.of(IndexWritten)[-1].at - EPOCH) / SECOND

    assert 21 < arrived <= 21 + 5 + 1
    assert story.samples[-1].owed == 0
    assert len(story.lab.trace.of(IndexWritten)) == len(_written(story))


def test_a_larger_index_lets_more_writes_through_until_it_refuses_none() -> None:
    refused = [len(simulate(index=units).refused) for units in (1, 3, 5, 8, 12)]

    assert refused == sorted(refused, reverse=True)
    assert refused[0] > 100
    assert refused[-1] == 0


def test_more_writes_a_second_and_longer_load_are_refused_more_often() -> None:
    assert len(simulate(rate=5).refused) == 0 < len(simulate(rate=10).refused) < len(simulate(rate=20).refused)
    assert len(simulate(load=5).refused) == 0 < len(simulate(load=15).refused) < len(simulate(load=30).refused)


def test_a_key_change_is_throttled_sooner_and_what_is_not_projected_never() -> None:
    refused = [len(simulate(index=1, rate=50, changes=changes).refused) for changes in CHANGES]

    assert refused[1] > refused[0] > refused[2] == 0


def test_a_short_load_waits_and_is_not_refused() -> None:
    title = draw(simulate(load=5)).title
    owed = max(sample.owed for sample in simulate(load=5).samples)

    assert title.startswith("No write is throttled")
    assert f"at most {owed:.1f} s of work waited" in title


def test_a_fork_gives_the_index_what_it_needs_and_no_more_writes_are_refused() -> None:
    story = simulate()
    before, after = draw(story), fork(story, 12.0)

    early = [step for step in _level(before, "throttled").steps if step[0] < 12]
    assert [step for step in _level(after, "throttled").steps if step[0] < 12] == early
    assert [step for step in _level(after, "throttled").steps if step[0] > 12 and step[1]] == []
    assert (
        after.title
        == f"{sum(value for _, value in early) + 1} writes throttled until the index got 10 WCU at 12.0 s, none after"
    )


def test_an_index_that_has_enough_cannot_be_given_what_it_needs() -> None:
    with pytest.raises(LabError, match="are enough"):
        fork(simulate(index=20), 5.0)


def test_there_are_no_changes_of_the_weather() -> None:
    with pytest.raises(LabError, match="no changes"):
        simulate(changes="weather")


@pytest.mark.parametrize(("index", "rate", "load"), [(1, 1, 5), (1, 50, 15), (50, 50, 15), (1, 2, 40)])
@pytest.mark.parametrize("changes", CHANGES)
def test_extremes_make_a_film_that_ends_with_its_moral(index: int, rate: int, load: int, changes: str) -> None:
    film = draw(simulate(index, rate, load, changes))

    assert len(film.title) < 100
    assert film.notes[-1].at == film.ends
    assert len(film.journeys) <= 24


def test_the_same_arguments_make_the_same_film() -> None:
    assert draw(simulate(load=5, rate=20)) == draw(simulate(load=5, rate=20))


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = index_starved.explore()

    control(widget, "index, WCU").value = 2
    control(widget, "they change").value = "statuses (its key)"

    assert reason(simulate(index=2, changes="statuses (its key)")) in words(widget)
    assert "<b>2 WCU</b>" in words(widget)


def _written(story: Story) -> list[ItemWritten]:
    return [event for event in story.lab.trace.of(ItemWritten) if event.at > EPOCH]


def _level(film: Film, lane: str) -> Level:
    (level,) = (one for one in film.levels if one.lane == lane)
    return level
