"""Films: what can be drawn is drawn as it was told, and what cannot is said clearly."""

import json
import re
from array import array
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.clock import EPOCH
from dynateach.drawing.encoding import encode
from dynateach.drawing.film import UNITS, Film, Journey, Lane, Level, Mark, Note, Span, seconds
from dynateach.drawing.palette import CEILING, CLIENT, FAULT, READ, REPLICA, STALE_READ, WRITE, Word
from dynateach.errors import LabError
from tests.drawing.films import replicas

LANES = (Lane("client", kind=CLIENT), Lane("a", "zones", REPLICA), Lane("b", "zones", REPLICA))
TIMES = st.floats(0, 1e6, allow_nan=False)
PARTS: dict[str, Any] = {
    "marks": st.lists(
        st.builds(
            Mark, TIMES, st.sampled_from(["client", "a", "b"]), st.sampled_from([WRITE, READ]), st.text(max_size=4)
        )
    ),
    "notes": st.lists(st.builds(Note, TIMES, st.text(max_size=8))),
}


@given(**PARTS)
def test_encoding_keeps_every_mark_and_note_in_order_of_time(marks: list[Mark], notes: list[Note]) -> None:
    head, tables = _decoded(Film("title", "caption", LANES, marks, notes=notes, end=1e6))

    lanes, kinds, texts = head["lanes"], head["kinds"], head["texts"]
    shown = [
        (at, lanes[lane]["name"], kinds[kind]["name"], texts[label])
        for at, lane, kind, label, _ in _rows(tables["marks"])
    ]
    told = sorted(((mark.at, mark.lane, mark.kind.name, mark.label) for mark in marks), key=lambda mark: mark[0])
    assert shown == told
    assert [texts[says] for _, says in _rows(tables["notes"])] == [
        note.says for note in sorted(notes, key=lambda note: note.at)
    ]


def test_encoding_keeps_journeys_spans_and_levels() -> None:
    head, tables = _decoded(
        _film(
            journeys=[Journey(1, inf, "a", "b", WRITE, "never arrives")],
            spans=[Span(2, 3, "b", FAULT, "lost", "b is lost")],
            levels=[Level("client", [(0, 5), (1.5, 7)], "WCU", ceiling=6, kind=READ)],
        )
    )
    kinds = [kind["name"] for kind in head["kinds"]]

    ((at, until, lane, to, kind, says),) = _rows(tables["journeys"])
    assert (at, until, lane, to, kinds[kind], head["texts"][says]) == (1, inf, 1, 2, "write", "never arrives")
    ((at, until, lane, kind, label, says),) = _rows(tables["spans"])
    assert (at, until, lane, kinds[kind], head["texts"][label]) == (2, 3, 2, "fault", "lost")
    assert _rows(tables["level 0"]) == [(0, 5), (1.5, 7)]
    assert head["levels"] == [{"lane": 0, "kind": kinds.index("read"), "unit": "WCU", "ceiling": 6}]


def test_a_film_of_a_thousand_marks_is_small() -> None:
    marks = [Mark(at / 10, "a", WRITE, f"v{at % 9}", f"Version {at % 9} is written.") for at in range(1000)]

    assert len(encode(Film("title", "caption", LANES, marks))) < 30_000


def test_equal_traces_make_equal_bytes() -> None:
    assert encode(replicas(seed=5)) == encode(replicas(seed=5)) != encode(replicas(seed=6))


def test_a_film_of_a_trace_tells_what_the_trace_tells() -> None:
    film = replicas()

    stale = [mark for mark in film.marks if mark.kind is STALE_READ]
    assert film.title.startswith(f"{len(stale)} of 12 reads are stale")
    assert all(journey.until >= journey.at for journey in film.journeys)
    assert len(film.journeys) == 2 * sum(mark.kind is WRITE for mark in film.marks)


def test_a_film_ends_with_the_last_thing_that_happens_and_first_shows_its_end() -> None:
    film = _film(
        marks=[Mark(1, "a", WRITE)], journeys=[Journey(1, 4.5, "a", "b", WRITE), Journey(2, inf, "a", "b", WRITE)]
    )

    assert (film.ends, film.first_frame) == (4.5, 4.5)


def test_the_legend_holds_the_words_that_the_film_uses_and_no_other() -> None:
    film = _film(marks=[Mark(1, "a", STALE_READ)], levels=[Level("b", [(0, 1)], "WCU", ceiling=2)])

    assert film.words == (CLIENT, WRITE, STALE_READ, REPLICA, CEILING)
    assert repr(film.legend).count("\n") == len(film.words) - 1


def test_the_time_of_an_event_counts_from_the_start_of_the_labs_clock() -> None:
    assert seconds(EPOCH + 2_500_000) == 2.5


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"lanes": ()}, "at least one lane"),
        ({"lanes": (Lane("a"), Lane("a"))}, "two lanes are called 'a'"),
        ({"marks": [Mark(1, "z", WRITE)]}, r"no lane 'z' for a Mark\(at=1, lane='z'\).*client, a, b"),
        ({"journeys": [Journey(1, 2, "a", "z", WRITE)]}, r"no lane 'z' for a Journey"),
        ({"levels": [Level("a", [(0, 1)], "x"), Level("a", [(0, 1)], "y")]}, "two levels share a lane"),
        ({"marks": [Mark(nan, "a", WRITE)]}, "is at no time"),
        ({"notes": [Note(inf, "end")]}, "is at no time"),
        ({"spans": [Span(2, 1, "a", FAULT)]}, "ends before it begins"),
        ({"journeys": [Journey(2, nan, "a", "b", WRITE)]}, "ends before it begins"),
        ({"levels": [Level("a", [(2, 1), (1, 1)], "x")]}, "'a' has no steps to draw"),
        ({"levels": [Level("a", [], "x")]}, "'a' has no steps to draw"),
        ({"marks": [Mark(1, "a", Word("mood", "#000000", "circle", ""))]}, "no word of the pictures"),
        ({"unit": "weeks"}, "no unit 'weeks'.*µs, ms, s"),
        ({"end": 0.0}, "runs from 0 to 0 s"),
        ({"poster": 99.0}, "outside the film"),
        ({"plays": 0.0}, "no duration"),
    ],
)
def test_what_cannot_be_drawn_is_said_with_what_to_do(parts: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LabError) as refused:
        _film(**parts)

    assert re.search(complaint, str(refused.value))
    assert refused.value.next


def test_every_unit_of_time_is_known_in_seconds() -> None:
    assert [UNITS[unit] for unit in ("ms", "s", "min", "h", "days")] == [0.001, 1, 60, 3600, 86400]


def _film(**parts: Any) -> Film:
    return Film(**{"title": "title", "caption": "caption", "lanes": LANES, "notes": [Note(1, "note")], **parts})


def _decoded(film: Film) -> tuple[dict[str, Any], dict[str, dict[str, list[float]]]]:
    data = encode(film)
    start = 4 + int.from_bytes(data[:4], "little")
    head = json.loads(data[4:start])
    assert start % 8 == 0
    return head, {
        name: {column: _column(data, start, *place) for column, place in table.items()}
        for name, table in head["tables"].items()
    }


def _column(data: bytes, start: int, kind: str, offset: int, count: int) -> list[float]:
    code, size = {"float64": ("d", 8), "int32": ("i", 4)}[kind]
    return list(array(code, data[start + offset : start + offset + size * count]))


def _rows(table: dict[str, list[float]]) -> list[tuple[Any, ...]]:
    return list(zip(*table.values(), strict=True))
