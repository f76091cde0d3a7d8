"""Time to live: the film says what the trace, the answers and the stream say, and each control moves the story as one expects."""

from math import inf
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film
from dynateach.drawing.palette import EXPIRY, RECORD, WRITE, Word
from dynateach.events import ItemExpired, ItemWritten, PageRead, StreamRecordWritten
from dynateach.topics import expiry
from dynateach.topics.expiry import (
    CALLER,
    FILTERS,
    OVERDUE,
    SECONDS,
    STREAM,
    TIMES,
    draw,
    fork,
    price,
    simulate,
)
from dynateach.topics.parts.expiry_notes import MILLISECONDS, TOO_OLD, finding

HOURS = (1, 9, 25, 49, 121)


@pytest.mark.parametrize("at", HOURS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_title_counts_what_had_expired_and_was_still_there(at: int, seed: int) -> None:
    story = simulate(at=at, seed=seed)
    expiries = [6 + 4 * i for i in range(6)]
    gone = {
        (event.expired_at - EPOCH) // SECOND // 3600
        for event in story.lab.trace.of(ItemExpired)
        if event.at < EPOCH + at * 3600 * SECOND
    }
    expired = [hour for hour in expiries if hour <= at]
    there = [hour for hour in expired if hour not in gone]

    if there:
        assert f"{len(there)} of {len(expired)} expired session" in finding(story)
        assert finding(story).endswith(f"up to {at - there[0]} h after their time")
    elif expired:
        assert finding(story) == f"At {at} h, all {len(expired)} expired sessions were deleted: none was returned"
    else:
        assert finding(story) == f"At {at} h no session has expired yet: 6 of 6 were returned"
    assert _count(draw(story), EXPIRY) == len(there)


@pytest.mark.parametrize("at", HOURS)
@pytest.mark.parametrize("written", TIMES)
def test_a_filter_returns_only_what_has_not_expired_and_costs_the_same(at: int, written: str) -> None:
    story = simulate(at=at, written=written)
    plain, filtered = story.lab.trace.of(PageRead)

    assert plain.units == filtered.units == story.plain.units == story.filtered.units
    assert plain.examined == filtered.examined == story.plain.read == story.filtered.read
    assert (plain.matched, filtered.matched) == (len(story.plain.sessions), len(story.filtered.sessions))
    hidden = {one.name for one in story.overdue}
    assert set(story.plain.sessions) - set(story.filtered.sessions) == hidden


@pytest.mark.parametrize("filtered", FILTERS)
def test_what_the_query_returned_is_marked_in_its_sessions_rows(filtered: str) -> None:
    story = simulate(filtered=filtered)
    marked = {mark.lane for mark in draw(story).marks if mark.lane not in (CALLER, STREAM)}

    assert marked == set(story.answer.sessions)
    assert _count(draw(story), EXPIRY) == (0 if filtered == "on" else len(story.overdue))


def test_a_session_is_there_from_its_time_until_its_deletion() -> None:
    story = simulate()
    late = {
        event.key.split()[-1]: (event.expired_at - EPOCH, event.at - EPOCH) for event in story.lab.trace.of(ItemExpired)
    }
    bars = {span.lane: (span.at, span.until) for span in draw(story).spans if span.kind is EXPIRY}

    assert len(late) == len(bars) == 6
    for name, (expired, deleted) in late.items():
        assert bars[name] == pytest.approx((expired / SECOND, deleted / SECOND))
        assert deleted > expired


def test_each_deletion_is_a_record_that_names_dynamodb_and_costs_no_write_units() -> None:
    story = simulate()
    records = [event for event in story.lab.trace.of(StreamRecordWritten) if event.change == "REMOVE"]
    marks = [mark for mark in draw(story).marks if mark.kind is RECORD]

    assert sorted(mark.at for mark in marks) == pytest.approx(
        sorted((event.arrives - EPOCH) / SECOND for event in records)
    )
    assert len(marks) == len(story.lab.trace.of(ItemExpired)) == 6
    assert all("userIdentity: dynamodb.amazonaws.com" in mark.says for mark in marks)
    assert {record.author for record in story.table.records.values()} == {"dynamodb.amazonaws.com"}
    assert {event.change for event in story.lab.trace.of(ItemWritten)} == {"INSERT"}
    assert "6 deletions: 0 WCU" in price(story)


def test_the_level_is_how_many_have_expired_and_are_still_there() -> None:
    story = simulate()
    (level,) = draw(story).levels
    at_query = [value for time, value in level.steps if time <= story.plan.at][-1]

    assert level.lane == OVERDUE
    assert (
        at_query
        == len(story.overdue)
        == sum(story.plan.at >= one.expires and one.deleted > story.plan.at for one in story.sessions)
    )
    assert level.steps[-1][1] == 0


def test_later_deletions_leave_more_of_what_has_expired() -> None:
    there = [sum(len(simulate(delay=delay, seed=seed).overdue) for seed in range(8)) for delay in (1, 8, 24, 48)]

    assert there == sorted(there)
    assert there[0] < there[-1]


def test_a_time_in_milliseconds_never_expires_whatever_the_filter() -> None:
    story = simulate(written=MILLISECONDS, filtered="on", at=121)

    assert story.lab.trace.of(ItemExpired) == []
    assert len(story.answer.sessions) == 6
    assert finding(story).endswith("is the year 57,971")
    assert [span.until for span in draw(story).spans] == [inf] * 6


@pytest.mark.parametrize(("filtered", "returned"), [("off", 6), ("on", 0)])
def test_what_expired_more_than_five_years_ago_is_never_deleted_though_a_filter_hides_it(
    filtered: str, returned: int
) -> None:
    story = simulate(written=TOO_OLD, filtered=filtered, at=121)

    assert story.lab.trace.of(ItemExpired) == []
    assert f"{returned} of 6 expired sessions returned" in finding(story)
    assert {(span.kind, span.at, span.until) for span in draw(story).spans} == {(EXPIRY, 0.0, inf)}


@pytest.mark.parametrize("sessions", [3, 9])
@pytest.mark.parametrize("delay", [1, 48])
@pytest.mark.parametrize("written", TIMES)
@pytest.mark.parametrize("filtered", FILTERS)
def test_extremes_make_a_film_that_ends_with_its_moral(sessions: int, delay: int, written: str, filtered: str) -> None:
    for at in (0, 1, 121):
        film = draw(simulate(sessions, delay, at, filtered, written))
        assert film.notes[-1].at == film.ends
        assert len(film.title) < 100
        assert len(film.lanes) == sessions + 3


def test_the_same_seed_gives_the_same_film_and_another_run_other_deletions() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


def test_the_query_may_come_at_another_moment_of_the_same_run() -> None:
    story = simulate()
    film = fork(story, 40 * 3600.0)

    assert film.title == finding(simulate(at=40))
    assert [span for span in film.spans if span.kind is not WRITE] == [
        span for span in draw(story).spans if span.kind is not WRITE
    ]


def test_a_query_at_the_moment_of_a_deletion_is_drawn_as_it_was_answered() -> None:
    deleted = simulate().sessions[0].deleted
    film = fork(simulate(), deleted)
    marked = {mark.lane: mark.kind for mark in film.marks if mark.at == deleted and mark.lane.startswith("s")}

    assert marked["s1"] is EXPIRY


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"filtered": "maybe"}, "there is no filter 'maybe'"),
        ({"written": "days"}, "there is no way to write a time 'days'"),
        ({"delay": 0}, "an item cannot be deleted 0 hours late"),
    ],
)
def test_what_there_is_not_is_said_in_one_sentence(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(LabError, match=says):
        simulate(**arguments)


def test_the_explorer_begins_with_sessions_that_are_still_returned() -> None:
    assert "still returned" in draw(simulate()).title
    assert simulate().plan.written == SECONDS
    assert expiry.explore() is not None


def _count(film: Film, kind: Word) -> int:
    return sum(mark.kind is kind for mark in film.marks)
