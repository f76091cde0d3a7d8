"""What a table costs: the picture shows the bills, and the bills are recomputed here from the price list."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dynateach import LabError
from dynateach.bills import dollars
from dynateach.prices import US_EAST_1
from dynateach.topics import cost
from dynateach.topics.cost import COLOURS, WAYS, Month, arithmetic, draw, price_list, simulate
from tests.drawing.widgets import alternative, control, figure, words

PARTS = list(COLOURS)


def test_the_title_states_what_the_list_makes_of_it() -> None:
    """2 KB: reads of half a unit, 500/s; writes of 2 units, 100/s, and the same in the index; 100 GB of items, each with 100 bytes more, twice."""
    seconds, stored = 730 * 3600, Fraction(100 * 2148, 2048)
    requests = seconds * (Fraction("0.125") * 250 + 2 * Fraction("0.625") * 200) / 1_000_000
    mine = requests + 2 * stored * Fraction("0.25")
    # At 40 %: 625 RCU and twice 500 WCU, all but 25 RCU in blocks of 100 at 23 % of their price.
    reserved = 730 * (
        Fraction("0.00013") * (600 * Fraction("0.23") + 25) + 1000 * Fraction("0.00065") * Fraction("0.23")
    )
    best = reserved + 2 * stored * Fraction("0.25")

    assert _title(draw(simulate())) == (
        f"On demand, this table costs {dollars(mine)} a month; reserved for 3 years it would cost {dollars(best)}"
    )


def test_the_title_says_when_no_way_is_cheaper() -> None:
    month = simulate(reads=1, writes=1, storage_gb=0, indexes=0, utilisation=10)

    assert month.cheapest == "on demand"
    assert _title(draw(month)).endswith("a month: no way to pay is cheaper")


@pytest.mark.parametrize(("utilisation", "side", "better"), [(25, "below", "on demand"), (30, "above", "provisioned")])
def test_the_subtitle_says_on_which_side_of_break_even_the_table_is(utilisation: int, side: str, better: str) -> None:
    text = draw(simulate(utilisation=utilisation)).layout.title.text

    assert f"Used at {utilisation} %, {side} the break-even of 29\u202f%, throughput is cheaper {better}." in text


def test_the_bars_are_the_bills_part_by_part() -> None:
    month = simulate(transactions=20)
    bars = draw(month).data[: len(PARTS)]

    for row, bill in enumerate(month.bills.values()):
        lengths = [bar.x[row] for bar in bars]
        assert lengths == pytest.approx([float(bill.part(part)) for part in PARTS])
        assert sum(lengths) == pytest.approx(float(bill.total))
        assert [bar.base[row] for bar in bars] == pytest.approx([sum(lengths[:i]) for i in range(len(bars))])


def test_a_bar_shows_its_arithmetic() -> None:
    writes = draw(simulate()).data[1].customdata[0]

    assert "2 KB → 2 units × 100/s × 3,600 s × 730 h = 525,600,000 units × $0.625 per million" in writes


def test_the_curve_crosses_on_demand_at_break_even_and_carries_the_dot() -> None:
    month = simulate(item_bytes=4_096, reads=9_000, writes=9_000, utilisation=60)
    curve, flat, here = draw(month).data[len(PARTS) :]
    above = [place for place, one, other in zip(curve.x, curve.y, flat.y, strict=True) if one > other]

    assert (max(above), list(here.x), here.y[0]) == (28, [60], curve.y[curve.x.index(60)])
    assert month.break_even("on demand") == Fraction(13, 45)
    assert [shape.x0 for shape in draw(month).layout.shapes] == [pytest.approx(1300 / 45)]


def test_the_way_that_is_paid_is_marked_and_the_curve_is_of_its_class() -> None:
    month = simulate()
    picture = draw(month, "IA, provisioned")

    assert [name for name in picture.layout.yaxis.ticktext if "▸" in name] == ["<b>▸ IA, provisioned</b>"]
    assert picture.data[-2].y[0] == float(month.bills["IA, on demand"].total)
    assert _title(picture).startswith("IA, provisioned, this table costs")


def test_without_requests_only_storage_is_left() -> None:
    picture = draw(simulate(reads=0, writes=0))

    assert "only storage counts" in picture.layout.title.text
    assert len(picture.layout.shapes) == 0


def test_a_table_that_does_nothing_can_be_drawn() -> None:
    assert "$0.00" in _title(draw(simulate(reads=0, writes=0, storage_gb=0)))


def test_edited_prices_reach_every_bill() -> None:
    dear = replace(US_EAST_1.standard, storage=replace(US_EAST_1.standard.storage, dollars=Decimal("2.50")))
    before, after = (simulate(prices=book) for book in (US_EAST_1, replace(US_EAST_1, standard=dear)))

    assert _stored(after) == [
        10 * some if "IA" not in name else some for name, some in zip(WAYS, _stored(before), strict=True)
    ]


def test_the_line_and_the_details_tell_of_the_prices() -> None:
    month = simulate()

    assert price_list(month) == "prices of <b>us-east-1</b>, as listed on <b>11 September 2026</b>"
    assert arithmetic(month).count("<table") == 2
    assert arithmetic(month, month.cheapest).count("<table") == 1


@pytest.mark.parametrize("utilisation", [0, 101])
def test_a_utilisation_that_is_none_is_refused(utilisation: int) -> None:
    with pytest.raises(LabError, match="utilisation"):
        simulate(utilisation=utilisation)


def test_a_way_to_pay_that_is_none_is_refused() -> None:
    with pytest.raises(LabError, match="no way to pay"):
        draw(simulate(), "by cheque")


def test_the_explorer_follows_its_controls_and_its_prices() -> None:
    free = replace(US_EAST_1.standard, write_request=replace(US_EAST_1.standard.write_request, dollars=Decimal(0)))
    widget = cost.explore(prices=replace(US_EAST_1, standard=free))
    month = widget.children[0].children[0]
    before = alternative(widget)

    control(month, "writes/s").value = 5_000
    control(month, "you pay").value = "provisioned"

    assert alternative(widget) != before
    assert figure(widget).layout.title.text.startswith("<b>Provisioned, this table costs")
    assert "2 units × 5,000/s" in words(widget)
    assert "$0 per million write request units" in words(widget)


def _stored(month: Month) -> list[Fraction]:
    return [bill.part("storage") for bill in month.bills.values()]


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))
