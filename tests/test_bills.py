"""How bills are shown: exact inside, rounded outside."""

from fractions import Fraction

import pytest

from dynateach.bills import Bill, Line, dollars, exact, plain

BILL = Bill(
    "An <evening>",
    (Line("reads", "reads", Fraction(1, 3), "a < b"), Line("storage", "storage", Fraction(2, 3), "2 GB × $0.25")),
)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Fraction(16425, 10), "$1,642.50"),
        (0, "$0.00"),
        (Fraction(5, 1000), "$0.0050"),
        (0.00000125, "$0.0000013"),
        (Fraction(1, 3), "$0.33"),
        (0.005 + 0.995, "$1.00"),
    ],
)
def test_amounts_are_rounded_only_to_be_shown(amount: Fraction, shown: str) -> None:
    assert dollars(amount) == shown


def test_numbers_in_formulas_have_no_digits_that_say_nothing() -> None:
    assert [plain(value) for value in (0.5, 100, 1234.5678, Fraction(1, 3))] == ["0.5", "100", "1,234.57", "0.33"]


def test_a_float_is_taken_as_it_is_written() -> None:
    assert exact(0.1) == Fraction(1, 10)


def test_the_total_is_exact() -> None:
    assert BILL.total == 1


def test_a_bill_prints_its_lines_with_their_formulas() -> None:
    assert str(BILL).splitlines() == [
        "An <evening>",
        "reads    $0.33  a < b",
        "storage  $0.67  2 GB × $0.25",
        "total    $1.00",
    ]


def test_a_notebook_shows_a_bill_as_a_table_and_not_as_a_formula() -> None:
    shown = BILL._repr_html_()

    assert "An &lt;evening&gt;" in shown
    assert "a &lt; b" in shown
    assert shown.count("<tr>") == 3
    assert "mathjax_ignore" in shown
