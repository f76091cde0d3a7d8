"""Where a reader begins: each kind of iterator gives what DynamoDB documents, and the film says what the answers were."""

from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.palette import READ, REFUSED
from dynateach.events import StreamRead, StreamRecordWritten
from dynateach.topics import iterators
from dynateach.topics.iterators import AFTER, AT, LATEST, TRIM_HORIZON, TYPES, Story, begun, draw, fork, simulate
from dynateach.topics.parts.iterator_notes import MORAL
from tests.drawing.widgets import control, words

HOUR = 3600


@pytest.mark.parametrize("begins", [1, 13, 26, 36])
def test_each_kind_of_iterator_gives_what_lies_from_its_place_on(begins: int) -> None:
    story = simulate(begins=begins, record=4)
    held = _held(story, begins * HOUR)
    chosen = _written(story)["A4"] <= begins * HOUR and "A4" in held

    assert story.asked(TRIM_HORIZON).labels == held
    assert story.asked(LATEST).labels == []
    assert story.asked(AT).labels == (held[held.index("A4") :] if chosen else [])
    assert story.asked(AFTER).labels == (held[held.index("A4") + 1 :] if chosen else [])


@pytest.mark.parametrize("kind", [TRIM_HORIZON, LATEST])
def test_a_level_is_at_every_moment_what_such_an_iterator_would_give(kind: str) -> None:
    story = simulate()
    level = next(level for level in draw(story).levels if level.lane == kind)

    for at, value in level.steps:
        assert value == (len(_held(story, at)) if kind == TRIM_HORIZON else 0)


def test_a_record_is_trimmed_24_hours_after_its_write() -> None:
    film = draw(simulate(record=5))
    written = {mark.label: mark.at for mark in film.marks if mark.lane == "shard"}
    trimmed = {mark.label: mark.at for mark in film.marks if mark.lane == "trimmed"}

    assert len(trimmed) > 5
    assert all(at - written[label] == pytest.approx(24 * HOUR, abs=1) for label, at in trimmed.items())


def test_who_asks_for_a_trimmed_record_is_refused() -> None:
    story = simulate(AT, begins=36, record=2)

    assert {story.asked(AT).error, story.asked(AFTER).error} == {"TrimmedDataAccessException"}
    assert "A2 trimmed; the reader is refused" in draw(story).title
    assert [mark.label for mark in draw(story).marks if mark.kind == REFUSED and mark.lane == "trimmed"] == ["A2"]


@pytest.mark.parametrize("kind", TYPES)
def test_a_reader_that_reads_on_in_time_gets_all_from_its_place_on(kind: str) -> None:
    story = simulate(kind, begins=20, record=3)
    written = list(_written(story))
    later = [label for label, at in _written(story).items() if at > 20 * HOUR]
    got = [label for answer in story.reader for label in answer.labels]

    assert got == {TRIM_HORIZON: written, AT: written[2:], AFTER: written[3:], LATEST: later}[kind]
    assert f"the reader gets {len(got)} in all" in draw(story).title


@pytest.mark.parametrize(("every", "expires"), [(5, False), (10, False), (15, True), (20, True), (30, True)])
def test_an_iterator_lives_for_fifteen_minutes(every: int, expires: bool) -> None:
    story = simulate(every=every)
    refused = [mark.at / HOUR for mark in draw(story).marks if mark.lane == "reader" and mark.kind == REFUSED]

    assert refused == ([26 + every / 60] if expires else [])
    assert ("then its iterator expires" in draw(story).title) == expires


def test_every_record_that_the_reader_gets_is_in_a_mark_and_in_the_trace() -> None:
    story = simulate(TRIM_HORIZON)
    marks = [mark for mark in draw(story).marks if mark.kind == READ]
    times = {(event.at - EPOCH) / SECOND for event in story.lab.trace.of(StreamRead) if event.records}

    assert marks[0].label == "A2–A14"
    assert {mark.at for mark in marks} <= times


def test_a_fork_pauses_the_reader_so_long_that_its_iterator_expires() -> None:
    story = simulate()
    before, after = draw(story), fork(story, 30.0 * HOUR)

    assert [mark for mark in before.marks if mark.at < 30 * HOUR] == [
        mark for mark in after.marks if mark.at < 30 * HOUR
    ]
    assert [mark.at for mark in after.marks if mark.lane == "reader" and mark.kind == REFUSED] == [30 * HOUR + 1200]
    assert any("ExpiredIteratorException" in note.says for note in after.notes)


def test_the_line_names_what_each_iterator_gives() -> None:
    assert begun(simulate()) == (
        "At hour 26: <b>TRIM_HORIZON</b> A2–A14; <b>AT A5</b> A5–A14; <b>AFTER A5</b> A6–A14; <b>LATEST</b> nothing yet"
    )


def test_the_notes_tell_of_the_first_trimmed_the_beginning_and_the_chosen_ones_end() -> None:
    said = [note.says for note in draw(simulate()).notes]
    turns = [
        "kept for 24 h",
        "A5 is written",
        "A1 is 24 h old",
        "The reader begins",
        "A5 is gone as well",
        "while it is kept",
    ]

    assert [turn for told in said for turn in turns if turn in told] == turns


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(("begins", "record", "every"), [(36, 1, 5), (36, 18, 30), (1, 1, 5), (25, 1, 15)])
def test_extremes_make_a_film_that_ends_with_its_moral(kind: str, begins: int, record: int, every: int) -> None:
    film = draw(simulate(kind, begins, record, every))

    assert film.notes[-1].says == MORAL
    assert len(film.title) < 100


def test_the_same_arguments_make_the_same_film() -> None:
    assert draw(simulate()) == draw(simulate())


@pytest.mark.parametrize("wrong", [{"kind": "YESTERDAY"}, {"kind": AT, "begins": 1, "record": 9}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorer_says_in_a_sentence_that_a_record_is_yet_to_come() -> None:
    widget = iterators.explore(begins=5)
    control(widget, "with").value = AT

    assert "record 5 is written after hour 5" in words(widget)


def _written(story: Story) -> dict[str, float]:
    events = story.lab.trace.of(StreamRecordWritten)
    return {f"A{i}": (event.at - EPOCH) / SECOND for i, event in enumerate(events, 1)}


def _held(story: Story, at: float) -> list[str]:
    """What is written by then, and not older than 24 hours."""
    return [label for label, written in _written(story).items() if at - 24 * HOUR <= written <= at]
