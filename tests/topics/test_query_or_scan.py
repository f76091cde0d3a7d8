"""Query or Scan: every number in the picture is recomputed here from the trace, or from the orders themselves."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import ceil
from typing import Any

import pytest

from dynateach import LabError
from dynateach.topics import query_or_scan
from dynateach.topics.parts.orders import (
    EACH,
    EVERYONES,
    GET,
    LESS,
    ONE,
    PARALLEL,
    QUERY,
    QUERY_FILTER,
    QUESTIONS,
    SCAN,
    TABLE,
    THEIRS,
    WAYS,
    Reading,
)
from dynateach.topics.query_or_scan import KINDS, Asked, draw, simulate, summary
from dynateach.trace import Event, ItemRead, PageRead, RequestServed
from tests.drawing.widgets import alternative, control, figure, words

SIZES = (40, 400, 4_000)


@cache
def asked(matching: int = 30, item_bytes: int = 500) -> Asked:
    return simulate(matching, item_bytes, SIZES)


CASES = [(question, size, way) for question in QUESTIONS for size in SIZES for way in WAYS]


@pytest.mark.parametrize(("question", "size", "way"), CASES)
def test_units_items_and_requests_are_those_of_the_trace(question: str, size: int, way: str) -> None:
    reading = asked().readings[question, size, way]
    events = list(_events(asked(), reading))
    reads = [event for event in events if isinstance(event, ItemRead)]
    pages = [event for event in events if isinstance(event, PageRead)]
    units = sum(event.units for event in reads) + sum(event.units for event in pages)

    assert reading.units == pytest.approx(units)
    assert reading.read == len(reads) + sum(page.examined for page in pages)
    assert reading.returned == len(reads) + sum(page.matched for page in pages)
    assert reading.requests == sum(isinstance(event, RequestServed) for event in events)


@pytest.mark.parametrize(("question", "size"), [(question, size) for question in QUESTIONS for size in SIZES])
def test_all_ways_return_the_same_orders(question: str, size: int) -> None:
    returned = {asked().readings[question, size, way].returned for way in WAYS}

    assert returned == {_open_this_week(size, 30) if question == EVERYONES else 1 if question == ONE else 3}


@pytest.mark.parametrize("size", SIZES)
def test_a_scan_reads_the_table_and_a_query_what_its_key_names(size: int) -> None:
    read = {way: asked().readings[THEIRS, size, way].read for way in WAYS}

    assert read == {GET: 3, QUERY: 3, QUERY_FILTER: EACH, SCAN: size, PARALLEL: size}


@pytest.mark.parametrize("size", SIZES)
def test_a_parallel_scan_costs_as_much_and_is_over_when_its_slowest_reader_is(size: int) -> None:
    one, many = (asked().readings[THEIRS, size, way] for way in (SCAN, PARALLEL))
    served = [event for event in _events(asked(), many) if isinstance(event, RequestServed)]

    assert one.units <= many.units <= one.units + many.requests / 2, "each reader rounds up by itself"
    assert many.end == max(event.at + event.took for event in served)
    assert many.end - many.start < sum(event.took for event in served)


def test_one_after_another_requests_take_the_sum_of_their_times() -> None:
    reading = asked().readings[EVERYONES, 400, QUERY]
    served = [event for event in _events(asked(), reading) if isinstance(event, RequestServed)]

    assert reading.end - reading.start == sum(event.took for event in served)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_filter_projection_and_count_save_no_unit(kind: str, size: int) -> None:
    found = [asked().less[size, kind, what] for what in LESS]

    assert len({(one.units, one.read) for one in found}) == 1
    assert found[1].returned < found[0].returned


def test_every_item_has_the_size_that_was_asked_for() -> None:
    inside = asked(item_bytes=700).lab.inspect(TABLE)

    assert sum(part.bytes for part in inside.partitions) == 700 * SIZES[-1]


def test_a_query_of_everyone_can_cost_more_than_a_scan() -> None:
    """40 orders of 500 bytes are 20,000 bytes: 5 × 4 KB, 2.5 units for each of 100 customers; the scan rounds up only once a page."""
    readings = asked().readings

    assert readings[EVERYONES, 4_000, QUERY_FILTER].units == 100 * ceil(EACH * 500 / 4096) / 2 == 250
    assert readings[EVERYONES, 4_000, SCAN].units < 250


# The picture


@pytest.mark.parametrize(("question", "size"), [(question, size) for question in QUESTIONS for size in SIZES])
def test_the_title_states_what_the_trace_says(question: str, size: int) -> None:
    scan, query = (list(_pages(asked(), asked().readings[question, size, way])) for way in (SCAN, QUERY))
    units = [round(sum(page.units for page in pages) * 2) / 2 for pages in (scan, query)]
    examined, matched = sum(page.examined for page in scan), sum(page.matched for page in scan)

    title = _title(draw(asked(), question, size))

    assert title.startswith(f"The Scan reads {examined:,} to return {matched:,} and costs ")
    assert f"costs {round(units[0] / units[1], 1):,g}× what" in title


def test_the_title_says_when_a_scan_is_the_cheaper_or_costs_the_same() -> None:
    first = asked()
    cheap = {**first.readings}
    for size, units in ((40, 0.5), (400, 5.0)):
        cheap[EVERYONES, size, SCAN] = cheap[EVERYONES, size, SCAN]._replace(units=units)
    changed = replace(first, readings=cheap)

    assert _title(draw(changed, EVERYONES, 40)).endswith("and still costs what the Query costs: 0.5 RCU")
    cheap[EVERYONES, 400, SCAN] = cheap[EVERYONES, 400, SCAN]._replace(units=4.5)
    assert _title(draw(changed, EVERYONES, 400)).endswith("and is cheaper: 4.5 RCU against 5 for 10 Queries")


def test_the_bars_are_the_readings() -> None:
    readings = [asked().readings[THEIRS, 400, way] for way in WAYS]
    units, read, returned, times = (list(trace.x) for trace in draw(asked(), THEIRS, 400).data[:4])

    assert units == [reading.units for reading in readings]
    assert read == [reading.read for reading in readings]
    assert returned == [reading.returned for reading in readings]
    assert times == [(reading.end - reading.start) / 1_000 for reading in readings]


def test_the_lines_are_the_units_at_each_size() -> None:
    lines = draw(asked(), EVERYONES, 400).data[4:7]

    for line, way in zip(lines, (QUERY, QUERY_FILTER, SCAN), strict=True):
        assert list(line.x) == list(SIZES)
        assert list(line.y) == [asked().readings[EVERYONES, size, way].units for size in SIZES]


def test_bars_for_less_are_equally_high() -> None:
    for trace, kind in zip(draw(asked(), size=400).data[-2:], KINDS, strict=True):
        assert list(trace.y) == [asked().less[400, kind, "everything"].units] * len(LESS)


def test_the_same_arguments_draw_the_same_picture() -> None:
    first, second = (simulate(50, 300, (40, 400), seed=4) for _ in range(2))

    assert draw(first, size=400).to_json() == draw(second, size=400).to_json()
    assert first.lab.trace.digest() == second.lab.trace.digest()


# What makes no sense, and the explorer


@pytest.mark.parametrize("sizes", [(), (0,), (41,), (400, 40), (40, 40)])
def test_a_table_that_does_not_grow_by_customers_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(LabError, match="cannot grow"):
        simulate(sizes=sizes)


@pytest.mark.parametrize("matching", [0, 9, 101])
def test_a_share_that_leaves_nothing_to_find_is_refused(matching: int) -> None:
    with pytest.raises(LabError, match="nothing to find"):
        simulate(matching)


def test_a_size_that_was_not_asked_is_refused() -> None:
    with pytest.raises(LabError, match="not asked at 80 orders"):
        draw(asked(), size=80)


def test_the_explorer_follows_its_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def counted(**chosen: Any) -> Asked:
        calls.append(chosen)
        return simulate(**chosen)

    monkeypatch.setattr(query_or_scan, "simulate", counted)
    widget = query_or_scan.explore()
    assert "reads 12,000 to return 3 " in figure(widget).layout.title.text
    assert "300 customers; the answer: <b>3 orders</b>" in words(widget)

    control(widget, "orders in the table").value = 400
    control(widget, "question").value = EVERYONES
    assert "reads 400 to return 30 " in figure(widget).layout.title.text
    assert "10 customers" in words(widget)
    assert len(calls) == 1

    control(widget, "open orders, %").value = 100
    assert "reads 400 to return 100 " in figure(widget).layout.title.text
    assert alternative(widget).startswith("The Scan reads 400 to return 100 ")
    control(widget, "open orders, %").value = 30
    assert len(calls) == 2, "what was built once is not built again"


def test_the_line_says_how_large_the_answer_is() -> None:
    assert summary(asked(), ONE, 40) == "1 customer; the answer: <b>1 order</b>"


def _events(found: Asked, reading: Reading) -> Iterator[Event]:
    """What the trace tells of one reading. (The table began in the same instant as the first.)"""
    within = (event for event in found.lab.trace if reading.start <= event.at < reading.end)
    return (event for event in within if event.request > 1)


def _pages(found: Asked, reading: Reading) -> Iterator[PageRead]:
    return (event for event in _events(found, reading) if isinstance(event, PageRead))


def _open_this_week(size: int, matching: int) -> int:
    """The last ten orders of each customer are this week's."""
    before, all = (n * matching // 100 for n in (EACH - 10, EACH))
    return (all - before) * size // EACH


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))
