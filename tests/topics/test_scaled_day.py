"""A day of auto scaling: every number in the picture is recomputed here from the trace."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil
from typing import Any

import pytest

from dynateach import LabError
from dynateach.bills import dollars
from dynateach.metering import bill_of
from dynateach.prices import US_EAST_1
from dynateach.topics import scaled_day
from dynateach.topics.scaled_day import MINUTES, UNITS, Day, changes, demand, draw, simulate
from dynateach.trace import ItemRead, RequestServed, Throttled
from tests.drawing.widgets import control, figure


@cache
def day(target: int = 70, peak: int = 6) -> Day:
    return simulate(target, peak)


def test_the_title_states_what_the_trace_says() -> None:
    refused = len(day().lab.trace.of(Throttled))
    hours, days = Fraction(round(sum(day().provisioned)), 60), Fraction(730, 24)

    assert refused > 0
    assert _title(draw(day())) == (
        f"Auto scaling at 70 % costs {dollars(hours * Fraction('0.00013') * days)} a month, on demand"
        f" {dollars(bill_of(day().lab.trace).total * days)}; it follows late and refuses {refused} reads at the peak"
    )


def test_without_a_peak_nothing_is_refused() -> None:
    assert day(peak=1).refusals == 0
    assert _title(draw(day(peak=1))).endswith("and refuses nothing")


def test_what_was_asked_is_the_demand_of_the_day() -> None:
    for hour in (1, 4, 10, 16, 20, 23):
        wanted = sum(demand(hour + minute / 60, 6) for minute in range(20)) / 20
        assert sum(day().asked[hour * 60 : hour * 60 + 20]) / 20 == pytest.approx(wanted, rel=0.1)


def test_served_and_refused_are_the_events_of_each_minute() -> None:
    lab = day().lab
    served = [event.at for event in lab.trace.of(ItemRead)]
    refused = [event.at for event in lab.trace.of(Throttled)]
    for moments, drawn in ((served, day().served), (refused, day().refused)):
        by_minute = Counter((at - lab.clock.start) // 60_000_000 for at in moments)
        assert drawn == pytest.approx([by_minute[minute] * UNITS / 60 for minute in range(MINUTES)])


def test_units_follow_the_demand_up_at_once_and_down_later() -> None:
    units = day().provisioned

    assert units[20 * 60 + 10] > 4 * units[20 * 60 - 1]
    assert units[20 * 60 + 40] == units[20 * 60 + 25], "ten minutes after the peak nothing has been taken away"
    assert min(units) < units[16 * 60] < max(units)


def test_a_lower_target_refuses_less_and_costs_more() -> None:
    assert day(target=30).refusals < day().refusals < day(peak=10).refusals
    assert day(target=30).bills[0].total > day().bills[0].total


def test_always_the_peak_is_paid_for_the_busiest_minute() -> None:
    busiest = max(served + refused for served, refused in zip(day().served, day().refused, strict=True))

    assert day().bills[2].total == ceil(busiest) * 730 * Fraction("0.00013")


def test_the_picture_shows_the_day_and_the_three_bills() -> None:
    served, refused, provisioned, *peak, bills = draw(day()).data

    assert sum(served.y) * 60 == pytest.approx(UNITS * len(day().lab.trace.of(ItemRead)))
    assert sum(refused.y) * 60 == pytest.approx(UNITS * day().refusals)
    assert list(refused.base) == [day().served[round(hour * 60)] for hour in refused.x]
    assert list(provisioned.y[1:]) == day().provisioned
    assert list(peak[1].y) == list(refused.y)
    assert set(zip(peak[0].x, peak[0].y, strict=True)) < set(zip(served.x, served.y, strict=True))
    assert list(bills.y) == [float(bill.total) for bill in day().bills]


def test_the_line_counts_the_changes() -> None:
    outcomes = [one.outcome for one in day().lab.trace.of(RequestServed) if one.operation == "UpdateTable"]

    assert f"<b>{outcomes.count('OK')} changes</b>" in changes(day())
    assert f"{len(outcomes) - outcomes.count('OK')} decreases refused" in changes(day())


def test_the_same_arguments_make_the_same_day() -> None:
    assert simulate(70, 6).lab.trace.digest() == day().lab.trace.digest()


def test_edited_prices_change_the_bills() -> None:
    hour = replace(US_EAST_1.standard.read_capacity, dollars=Decimal("0.00026"))
    book = replace(US_EAST_1, standard=replace(US_EAST_1.standard, read_capacity=hour))

    assert replace(day(), prices=book).bills[0].total == 2 * day().bills[0].total


@pytest.mark.parametrize("wrong", [{"target": 10}, {"target": 95}, {"peak": 0}, {"peak": 21}])
def test_a_day_that_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorer_follows_its_controls() -> None:
    widget = scaled_day.explore()

    control(widget, "peak at 20:00, times").value = 1

    assert "refuses nothing" in figure(widget).layout.title.text


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))
