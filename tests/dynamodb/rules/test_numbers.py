"""DynamoDB's numbers, against Python's decimals."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach import ServiceError
from dynateach.dynamodb.rules import numbers

exact = Context(prec=400, Emax=999999, Emin=-999999)


@st.composite
def decimals(draw: st.DrawFn) -> Decimal:
    digits = draw(st.integers(-(10**38) + 1, 10**38 - 1))
    power = draw(st.integers(-130, 125 - len(str(abs(digits))) + 1))
    return Decimal(digits).scaleb(power, exact)


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.000", "0"),
        ("00012", "12"),
        ("1.50", "1.5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("-12.3400e2", "-1234"),
        ("123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"),
        ("1e-130", "0." + "0" * 129 + "1"),
        ("9.9999999999999999999999999999999999999e125", "99999999999999999999999999999999999999" + "0" * 88),
    ],
)
def test_every_number_has_one_canonical_text(given_text: str, canonical: str) -> None:
    assert numbers.canonical(given_text) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The parameter cannot be converted to a numeric value"),
        ("abc", "The parameter cannot be converted to a numeric value: abc"),
        ("1,5", "The parameter cannot be converted to a numeric value: 1,5"),
        ("--1", "The parameter cannot be converted to a numeric value: --1"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("٣", "The parameter cannot be converted to a numeric value: ٣"),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("0." + "1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("-1e999999", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    ],
)
def test_what_does_not_fit_is_rejected_in_dynamodbs_words(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        numbers.canonical(text)
    assert caught.value.message == message


@given(decimals())
def test_the_canonical_text_is_the_same_number_and_is_stable(number: Decimal) -> None:
    text = numbers.canonical(str(number))
    assert Decimal(text) == number
    assert numbers.canonical(text) == text


@given(decimals(), decimals())
def test_sort_texts_sort_as_the_numbers_do(a: Decimal, b: Decimal) -> None:
    first, second = (numbers.canonical(str(n)) for n in (a, b))
    assert (numbers.sort_text(first) < numbers.sort_text(second)) == (a < b)
    assert (first == second) == (a == b)


@given(decimals(), decimals())
def test_sums_and_differences_are_exact_or_rejected(a: Decimal, b: Decimal) -> None:
    first, second = (numbers.canonical(str(n)) for n in (a, b))
    for ours, truth in ((numbers.add, exact.add(a, b)), (numbers.subtract, exact.subtract(a, b))):
        try:
            assert Decimal(ours(first, second)) == truth
        except ServiceError:
            digits = len("".join(map(str, truth.as_tuple().digits)).strip("0"))
            assert digits > 38 or not -130 <= truth.adjusted() <= 125
