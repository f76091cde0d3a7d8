"""A poison record: the film says what the trace says, each setting of the consumer does what it is for, and a fork keeps the past."""

from math import inf
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film
from dynateach.drawing.palette import CONSUMER, FAULT, WAIT
from dynateach.events import ConsumerDiscarded, ConsumerInvoked, ConsumerReturned, StreamRecordWritten
from dynateach.topics import poison
from dynateach.topics.poison import RETRIES, Story, draw, finding, fork, simulate, tally
from tests.drawing.widgets import control, words

SETTINGS: list[dict[str, Any]] = [
    {"retries": retries, "halve": halve, "report": report}
    for retries in RETRIES
    for halve in poison.YES_NO
    for report in poison.YES_NO
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_title_counts_what_the_trace_has(settings: Any) -> None:
    story = simulate(**settings)
    done, given_up = _fates(story)
    healthy = _done_without_fault(story)
    numbers = [event.sequence_number for event in story.lab.trace.of(StreamRecordWritten)]
    good = [number for number in numbers if number != story.poison.change.number]
    late = [number for number in good if number not in given_up and done.get(number, inf) > healthy[number]]
    stuck = [number for number in good if number not in done and number not in given_up]
    wasted = [number for number in good if number in given_up]

    title = finding(story)

    if stuck:
        assert title.startswith(f"One bad record blocks {len(stuck)} others")
    elif late:
        delay = max(done[number] - healthy[number] for number in late) / SECOND
        assert title.startswith(f"One bad record holds up {len(late)} other")
        assert (f", by up to {delay:.0f} s" if delay >= 1 else ", by less than 1 s") in title
    assert (f"{len(wasted)} good one" in title) == bool(wasted)
    assert len(title) < 100


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_record_is_a_mark_and_ends_where_the_trace_says(settings: Any) -> None:
    story = simulate(**settings)
    done, given_up = _fates(story)
    film = draw(story)

    assert len([mark for mark in film.marks if mark.lane == "shard"]) == len(story.lab.trace.of(StreamRecordWritten))
    assert _total(film, "done") == len(done)
    assert _total(film, "on-failure destination") == len(given_up)
    assert len(film.journeys) == len(done) + len(given_up)
    assert [span.at for span in film.spans if span.kind in (CONSUMER, FAULT)] == [
        (event.at - EPOCH) / SECOND for event in story.lab.trace.of(ConsumerInvoked)
    ]


def test_with_retries_for_ever_the_shard_is_blocked_and_the_iterator_age_climbs() -> None:
    story = simulate()
    film = draw(story)
    ages = [event.iterator_age / SECOND for event in story.lab.trace.of(ConsumerInvoked)]
    age = next(level for level in film.levels if level.lane == "iterator age")
    waiting = next(level for level in film.levels if level.lane == "not done")
    done, _ = _fates(story)

    assert age.steps[-1][1] == ages[-1] == max(ages) > 30
    assert waiting.steps[-1][1] == poison.WRITES - len(done)
    assert "none of them is done" in film.title


def test_each_pause_is_twice_as_long_as_the_one_before() -> None:
    pauses = [span.until - span.at for span in draw(simulate()).spans if span.kind == WAIT]

    assert [round(pause) for pause in pauses[:5]] == [1, 2, 4, 8, 16]


def test_a_batch_that_is_given_up_takes_its_good_records_along_unless_it_is_halved() -> None:
    whole, halved = simulate(retries="3"), simulate(retries="3", halve="yes")

    assert [event.records for event in whole.lab.trace.of(ConsumerDiscarded)] == [5]
    assert [event.records for event in halved.lab.trace.of(ConsumerDiscarded)] == [1]
    assert "given up with it" in finding(whole)
    assert "given up" not in finding(halved)


def test_a_function_that_reports_its_failure_repeats_no_work() -> None:
    silent, reporting = simulate(retries="3"), simulate(retries="3", report="yes")

    assert silent.repeated > 0 == reporting.repeated
    assert "At least once" in draw(silent).notes[-1].says
    assert "At least once" not in draw(reporting).notes[-1].says


def test_the_tally_counts_deliveries_and_repeated_work() -> None:
    story = simulate(retries="2")
    calls = story.lab.trace.of(ConsumerInvoked)
    sent = sum(event.records for event in calls)
    before = [event.first != story.poison.change.number for event in calls].count(True)

    said = tally(story)

    assert f"sent {sent} times in {len(calls)} calls" in said
    assert before > 0
    assert f"<b>{story.repeated}</b> done more than once" in said
    assert f"<b>{len(_fates(story)[1])}</b> given up" in said


def test_fewer_retries_hold_the_others_up_for_less_time() -> None:
    finished = [max(_fates(simulate(retries=retries, halve="yes"))[0].values()) for retries in ("none", "3", "5")]

    assert finished == sorted(finished)
    assert finished[0] < finished[-1]


def test_several_lanes_leave_the_items_of_the_others_alone() -> None:
    assert len(simulate(lanes=4).held_up) < len(simulate().held_up)
    assert sum(lane.group == "function" for lane in draw(simulate(lanes=4)).lanes) == 4


def test_a_batch_of_one_is_never_given_up_with_others() -> None:
    assert [event.records for event in simulate(1, "none").lab.trace.of(ConsumerDiscarded)] == [1]


def test_without_a_destination_nobody_is_told() -> None:
    story = simulate(retries="1")
    told, untold = draw(story), draw(story, "no")

    assert "on-failure destination" in [lane.name for lane in told.lanes]
    assert "on-failure destination" not in [lane.name for lane in untold.lanes]
    assert "Nobody was told" in untold.notes[-1].says


def test_a_fork_keeps_what_was_before_and_fixes_the_function_then() -> None:
    story = simulate()
    before, after = draw(story), fork(story, 20.0)

    assert [span for span in before.spans if span.until < 20] == [span for span in after.spans if span.until < 20]
    assert _total(before, "done") == 5
    assert _total(after, "done") == poison.WRITES
    assert after.title.startswith("One bad record holds up 18 others, by up to")


def test_a_function_that_is_fixed_in_time_holds_nothing_up() -> None:
    film = fork(simulate(), 0.0)

    assert film.title == "One bad record holds up no others"
    assert "nothing waits" in film.notes[-1].says
    assert [span for span in film.spans if span.kind == FAULT] == []


def test_a_fork_at_the_end_plays_on_until_all_is_done() -> None:
    assert _total(fork(simulate(), poison.LENGTH), "done") == poison.WRITES


def test_the_notes_tell_of_the_failure_the_tries_and_the_end() -> None:
    said = [note.says for note in draw(simulate(retries="3", halve="yes")).notes]
    turns = [
        "cannot take",
        "so all 5 records",
        "alone in its batch",
        "try 3",
        "is given up after",
        "only the bad record is lost",
    ]

    assert [turn for told in said for turn in turns if turn in told] == turns


@pytest.mark.parametrize("seed", range(1, 8))
@pytest.mark.parametrize(("batch", "lanes"), [(1, 1), (1, 4), (10, 1), (10, 4)])
def test_extremes_make_a_film_that_ends_with_its_moral(batch: int, lanes: int, seed: int) -> None:
    for retries in ("none", "for ever"):
        film = draw(simulate(batch, retries, "yes", "yes", lanes, seed))

        assert film.notes[-1].at == film.ends == poison.LENGTH
        assert len(film.title) < 100


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=4)) == draw(simulate(seed=4))
    assert draw(simulate(seed=4)) != draw(simulate(seed=5))


@pytest.mark.parametrize("wrong", [{"retries": "7"}, {"halve": "maybe"}, {"report": ""}, {"batch": 0}, {"lanes": 11}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorers_controls_are_the_storys_arguments() -> None:
    widget = poison.explore(retries="3")

    control(widget, "halve a failed batch").value = "yes"

    assert tally(simulate(retries="3", halve="yes")) in words(widget)


def _fates(story: Story) -> tuple[dict[str, int], dict[str, int]]:
    """When each record was done, and when it was given up (µs), by its number: from the trace of one lane alone."""
    numbers = [event.sequence_number for event in story.lab.trace.of(StreamRecordWritten)]
    sent = {event.invocation: event for event in story.lab.trace.of(ConsumerInvoked)}
    done, given_up = dict[str, int](), dict[str, int]()
    for event in story.lab.trace.of(ConsumerReturned):
        first = numbers.index(sent[event.invocation].first)
        done |= dict.fromkeys(numbers[first : first + event.done], event.at)
    for discarded in story.lab.trace.of(ConsumerDiscarded):
        first = numbers.index(discarded.first)
        given_up |= dict.fromkeys(numbers[first : first + discarded.records], discarded.at)
    return done, given_up


def _done_without_fault(story: Story) -> dict[str, int]:
    """When each record is done (µs) if the function never fails: in one lane they are done in their order."""
    marks = [mark for mark in fork(story, 0.0).marks if mark.lane == "done"]
    times = [EPOCH + round(mark.at * SECOND) for mark in marks for _ in range(int(mark.label))]
    return dict(zip((event.sequence_number for event in story.lab.trace.of(StreamRecordWritten)), times, strict=True))


def _total(film: Film, lane: str) -> int:
    """The records that the marks of a lane count."""
    return sum(int(mark.label) for mark in film.marks if mark.lane == lane and mark.kind in (CONSUMER, FAULT))
