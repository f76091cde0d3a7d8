"""The price book is what the list says, and a learner may edit it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dynateach.monthly import Usage, on_demand
from dynateach.prices import INFREQUENT_ACCESS, STANDARD, US_EAST_1, Price

MILLION = 1_000_000

CLASSES = [
    # what, Standard, Standard-IA, for so many
    ("read_request", "0.125", "0.155", MILLION),
    ("write_request", "0.625", "0.78", MILLION),
    ("replicated_request", "0.625", "0.78", MILLION),
    ("read_capacity", "0.00013", "0.00016", 1),
    ("write_capacity", "0.00065", "0.00081", 1),
    ("storage", "0.25", "0.10", 1),
]
BOOK = [
    ("streams_read", "0.02", 100_000),
    ("kinesis_change", "0.10", MILLION),
    ("recovery", "0.20", 1),
    ("backup", "0.10", 1),
    ("restore", "0.15", 1),
    ("export", "0.10", 1),
    ("bulk_import", "0.15", 1),
    ("vector_write", "0.52", 1),
    ("vector_search", "0.002", 1),
    ("small_cache_node", "0.04", 1),
    ("large_cache_node", "0.26", 1),
    ("transfer", "0.02", 1),
]


@pytest.mark.parametrize(("what", "standard", "infrequent", "per"), CLASSES)
def test_the_prices_of_both_classes_are_the_lists(what: str, standard: str, infrequent: str, per: int) -> None:
    listed: tuple[Price, Price] = (getattr(STANDARD, what), getattr(INFREQUENT_ACCESS, what))

    assert [(price.dollars, price.per) for price in listed] == [(Decimal(standard), per), (Decimal(infrequent), per)]
    assert [price.confidence for price in listed] == ["high", "high"]


@pytest.mark.parametrize(("what", "dollars", "per"), BOOK)
def test_the_other_prices_are_the_lists(what: str, dollars: str, per: int) -> None:
    price: Price = getattr(US_EAST_1, what)

    assert (price.dollars, price.per) == (Decimal(dollars), per)
    assert price.confidence in ("medium to high", "medium")


def test_only_a_standard_table_has_replicated_hours() -> None:
    assert STANDARD.replicated_capacity is not None
    assert STANDARD.replicated_capacity.dollars == Decimal("0.00065")
    assert INFREQUENT_ACCESS.replicated_capacity is None


def test_the_book_says_where_and_when_it_holds() -> None:
    assert (US_EAST_1.region, US_EAST_1.dated) == ("us-east-1", date(2026, 9, 11))


def test_the_free_tier_and_the_reservations_are_those_documented() -> None:
    free = US_EAST_1.free_tier
    reserved = [(one.years, one.discount, one.block) for one in (US_EAST_1.one_year, US_EAST_1.three_years)]

    assert (free.read_units, free.write_units, free.storage_gb, free.stream_reads) == (25, 25, 25, 2_500_000)
    assert reserved == [(1, Decimal("0.54"), 100), (3, Decimal("0.77"), 100)]


def test_a_price_is_exact_and_says_what_it_is_for() -> None:
    assert STANDARD.write_request.each == Fraction(625, 1_000_000_000)
    assert str(STANDARD.write_request) == "$0.625 per million write request units"
    assert str(US_EAST_1.streams_read) == "$0.02 per 100,000 streams read request units"
    assert str(STANDARD.storage) == "$0.25 per GB-month"


def test_a_learner_edits_a_price_and_the_bill_follows() -> None:
    double: Any = replace(STANDARD, write_request=replace(STANDARD.write_request, dollars=Decimal("1.25")))
    use = Usage(writes=10)

    assert on_demand(use, book=replace(US_EAST_1, standard=double)).total == 2 * on_demand(use).total
