"""What to say of a story about time to live: its finding, and each turn: the writing, the first that expires, the query, the end."""

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import NARROW, count, number
from dynateach.drawing.film import Note

if TYPE_CHECKING:
    from dynateach.topics.expiry import Session, Story

HOUR = 3600
MILLISECONDS, TOO_OLD = "milliseconds", "six years ago"
"""Two ways to write a time to live that never delete anything."""


def finding(story: "Story") -> str:
    """The film's title."""
    when = f"At {number(story.plan.at / HOUR)} h"
    if story.plan.written == MILLISECONDS:
        return f"No session ever expires: a time in milliseconds is the year {_year(story.sessions[0].expires + EPOCH / SECOND):,}"
    overdue, returned = story.overdue, story.returned
    if story.plan.written == TOO_OLD:
        return f"{when}, {len(returned)} of {count(len(overdue), 'expired session')} returned: over 5 years past, none is ever deleted"
    expired = sum(one.expires <= story.plan.at for one in story.sessions)
    if not expired:
        return f"{when} no session has expired yet: {len(story.answer.sessions)} of {len(story.sessions)} were returned"
    if not overdue:
        return f"{when}, all {expired} expired sessions were deleted: none was returned"
    late = f"up to {number((story.plan.at - overdue[0].expires) / HOUR)} h after their time"
    if not returned:
        return f"{when}, the filter hid {len(overdue)} of {count(expired, 'expired session')}, still there {late}"
    return f"{when}, {len(returned)} of {count(expired, 'expired session')} {'were' if len(returned) > 1 else 'was'} still returned, {late}"


def notes(story: "Story") -> list[Note]:
    """The notes of the film, in order of time; the last is the moral."""
    turns = [
        Note(0.0, _written(story)),
        *_turns(story),
        Note(story.plan.at, _asked(story)),
        Note(story.ends, moral(story)),
    ]
    return sorted((turn for turn in turns if turn.at <= story.ends), key=lambda note: note.at)


def moral(story: "Story") -> str:
    """What is to be learned from this run."""
    if story.plan.written == MILLISECONDS:
        return "Time to live counts in seconds. In milliseconds nothing expires, no filter helps, and no error tells of it."
    if story.plan.written == TOO_OLD:
        return (
            "What expired more than five years ago is never deleted: delete it yourself. A filter hides it until then."
        )
    if story.plan.filtered:
        return "The filter hides what has expired. What it hides was read all the same, and is charged."
    return (
        "Time to live deletes some day; it does not hide. Filter on the time, or your query returns what has expired."
    )


def expired_says(story: "Story", one: "Session") -> str:
    """How long its time had passed when the query came."""
    if story.plan.written == TOO_OLD:
        return f"{one.name} expired six years ago."
    return f"{one.name} expired {hours(story.plan.at - one.expires)} before."


def hours(time: float) -> str:
    """That many seconds, in hours or minutes."""
    return f"{number(time / HOUR)}{NARROW}h" if time >= HOUR else f"{number(time / 60)}{NARROW}min"


def _written(story: "Story") -> str:
    what = f"{count(len(story.sessions), 'session')} are written"
    if story.plan.written == MILLISECONDS:
        return f"{what}. The program takes the time in milliseconds for one in seconds."
    if story.plan.written == TOO_OLD:
        return f"{what}, brought over from an old table: their time passed six years ago."
    return f"{what}, each with the second since 1970 at which it may go."


def _turns(story: "Story") -> Iterator[Note]:
    first = story.sessions[0]
    if 0 < first.expires < story.ends:
        yield Note(
            first.expires,
            f"The time of {first.name} passes. Nothing happens: it is there, can be read, and is stored at your cost.",
        )
    gone = min(story.sessions, key=lambda one: one.deleted)
    if gone.deleted < inf:
        late = hours(gone.deleted - gone.expires)
        yield Note(
            gone.deleted,
            f"{gone.name} is deleted, {late} late, for 0 WCU. The stream names dynamodb.amazonaws.com as the author.",
        )


def _asked(story: "Story") -> str:
    answer = story.answer
    expired = len(story.returned)
    tail = f", {expired} of which {'have' if expired > 1 else 'has'} expired" if expired else ""
    return f"The query reads {count(answer.read, 'session')} for {number(answer.units)} RCU and returns {len(answer.sessions)}{tail}."


def _year(time: float) -> int:
    """The year of so many seconds since 1970, by the mean length of a year."""
    return 1970 + int(time // 31_556_952)
