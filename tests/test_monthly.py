"""A month's bill: cases worked out by hand, and what must hold of every bill."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynateach.bills import Bill
from dynateach.errors import LabError
from dynateach.monthly import Usage, break_even, on_demand, provisioned
from dynateach.prices import INFREQUENT_ACCESS, STANDARD, US_EAST_1

# By hand


def test_eventual_reads_on_demand() -> None:
    """6 KB takes 2 read units, an eventual read half: 1. 1 × 100/s × 3,600 s × 730 h = 262,800,000, at $0.125 a million: $32.85."""
    assert _amounts(on_demand(Usage(item_bytes=6 * 1024, reads=100))) == {"reads": Fraction("32.85")}


def test_strong_reads_cost_double() -> None:
    """The same reads strongly: 2 units × 262,800,000 = 525,600,000, at $0.125 a million: $65.70."""
    use = Usage(item_bytes=6 * 1024, reads=100, consistent=True)

    assert _amounts(on_demand(use)) == {"reads": Fraction("65.70")}


def test_transactions_cost_double_of_the_table_and_not_of_its_indexes() -> None:
    """1.5 KB takes 2 write units, in a transaction 4. A quarter of 40/s: 30/s × 2 and 10/s × 4, each × 2,628,000 s a month:
    157,680,000 and 105,120,000 units. The index, ALL projected: 40/s × 2 = 210,240,000. At $0.625 a million: $98.55, $65.70, $131.40.
    """
    use = Usage(item_bytes=1536, writes=40, transactional=0.25, indexes=1)

    assert _amounts(on_demand(use)) == {
        "writes": Fraction("98.55"),
        "writes in transactions": Fraction("65.70"),
        "index writes": Fraction("131.40"),
    }


def test_provisioned_units_are_whole_and_paid_whether_or_not_they_are_used() -> None:
    """2 KB takes 2 write units; 50/s need 100, at 70 % utilisation 142.86, so 143. 143 × 730 h × $0.00065 = $67.8535."""
    bill = provisioned(Usage(item_bytes=2048, writes=50), 0.7)

    assert _amounts(bill) == {"writes": Fraction("67.8535")}
    assert bill.lines[0].formula == ("2 KB → 2 units × 50/s ÷ 70 % used → 143 WCU × 730 h × $0.00065 per WCU-hour")


def test_units_are_reserved_in_blocks_of_a_hundred() -> None:
    """250 WCU, 200 of them for a year: 200 × 730 h × $0.00065 × 46 % = $43.654; the other 50 × 730 h × $0.00065 = $23.725."""
    bill = provisioned(Usage(writes=250), reserved=US_EAST_1.one_year)

    assert _amounts(bill) == {"writes, reserved": Fraction("43.654"), "writes": Fraction("23.725")}


def test_three_years_save_more() -> None:
    """300 RCU for three years: 300 × 730 h × $0.00013 × 23 % = $6.54810."""
    bill = provisioned(Usage(reads=300, consistent=True), reserved=US_EAST_1.three_years)

    assert _amounts(bill) == {"reads, reserved": Fraction("6.5481")}


def test_each_index_is_provisioned_by_itself() -> None:
    """KEYS_ONLY entries take 1 unit: 10/s, 10 WCU for each of 3 indexes: 30 × 730 h × $0.00065 = $14.235.

    The table takes 5 units × 10/s: 50 × 730 h × $0.00065 = $23.725.
    """
    bill = provisioned(Usage(item_bytes=5 * 1024, writes=10, indexes=3, projection="KEYS_ONLY"))

    assert _amounts(bill) == {"writes": Fraction("23.725"), "index writes": Fraction("14.235")}


def test_storage_adds_a_hundred_bytes_to_each_item_and_entry() -> None:
    """10 GB of items of 400 bytes: × 500/400 = 12.5 GB, at $0.25: $3.125. Two indexes with entries of 100 bytes:
    each × 200/400 = 5 GB, together 10 GB: $2.50.
    """
    use = Usage(item_bytes=400, storage_gb=10, indexes=2, projection="KEYS_ONLY")

    assert _amounts(on_demand(use)) == {"storage": Fraction("3.125"), "index storage": Fraction("2.50")}


def test_standard_ia_stores_cheaper_and_serves_dearer() -> None:
    """10 GB of items of 900 bytes: × 1,000/900 at $0.10: $10/9. Writes of 1 unit, 10/s: 26,280,000 at $0.78 a million: $20.4984."""
    bill = on_demand(Usage(item_bytes=900, writes=10, storage_gb=10), INFREQUENT_ACCESS)

    assert _amounts(bill) == {"writes": Fraction("20.4984"), "storage": Fraction(10, 9)}


def test_a_global_table_pays_in_every_region() -> None:
    """Writes of 1 unit, 10/s in 3 regions: 78,840,000 replicated units at $0.625 a million: $49.275; an index as much. Storage of 1 GB of
    852-byte items: × (852 + 100 + 48)/852 × 3 at $0.25.
    """
    bill = on_demand(Usage(item_bytes=852, writes=10, indexes=1, regions=3, storage_gb=1))

    assert bill.part("writes") == bill.part("index writes") == Fraction("49.275")
    assert bill.part("storage") == Fraction(1000, 852) * 3 / 4


def test_streams_recovery_and_backups_have_lines_of_their_own() -> None:
    """2 GetRecords/s: 5,256,000 at $0.02 per 100,000: $1.0512.

    Recovery of 8 GB of items of 400 bytes: 10 GB at $0.20: $2. 7 GB backed up at $0.10.
    """
    use = Usage(item_bytes=400, storage_gb=8, stream_reads=2, recovery=True, backup_gb=7)

    assert _amounts(on_demand(use)) == {
        "storage": Fraction("2.50"),
        "stream reads": Fraction("1.0512"),
        "point-in-time recovery": Fraction(2),
        "backups": Fraction("0.70"),
    }


def test_the_free_tier_is_subtracted_where_it_applies() -> None:
    """30 WCU − 25 = 5 × 730 h × $0.00065 = $2.3725; 20 RCU: nothing. 40 GB of 400-byte items is 50 GB, − 25, at $0.25: $6.25.
    2 GetRecords/s: 5,256,000 − 2,500,000, at $0.02 per 100,000: $0.5512.
    """
    use = Usage(400, reads=20, consistent=True, writes=30, storage_gb=40, stream_reads=2, free_tier=True)

    assert _amounts(provisioned(use)) == {
        "reads": 0,
        "writes": Fraction("2.3725"),
        "storage": Fraction("6.25"),
        "stream reads": Fraction("0.5512"),
    }
    assert on_demand(use).part("writes") == Fraction("49.275")
    assert provisioned(use, table_class=INFREQUENT_ACCESS).part("writes") == 30 * 730 * Fraction("0.00081")


# Break-even


def test_on_demand_breaks_even_at_29_per_cent() -> None:
    """A WCU that is always used serves 3,600 writes an hour: $0.00225 on demand, $0.00065 provisioned; 0.00065 / 0.00225 = 13/45."""
    for use in (Usage(reads=1), Usage(writes=1), Usage(reads=7, writes=3, indexes=2, transactional=0.5)):
        assert break_even(use) == Fraction(13, 45)


def test_below_break_even_on_demand_is_cheaper_and_above_it_provisioned_is() -> None:
    use = Usage(reads=9_000, writes=9_000)

    assert provisioned(use, 0.28).total > on_demand(use).total > provisioned(use, 0.30).total


def test_without_throughput_nothing_breaks_even() -> None:
    assert break_even(Usage(storage_gb=100)) is None


# What holds of every bill

AMOUNTS = st.integers(0, 5_000)
USAGES = st.builds(
    Usage,
    item_bytes=st.integers(1, 409_600),
    reads=AMOUNTS,
    writes=AMOUNTS,
    consistent=st.booleans(),
    transactional=st.fractions(0, 1, max_denominator=100),
    indexes=st.integers(0, 20),
    projection=st.sampled_from(["ALL", "INCLUDE", "KEYS_ONLY"]),
    storage_gb=AMOUNTS,
    regions=st.integers(1, 4),
    stream_reads=AMOUNTS,
    recovery=st.booleans(),
    backup_gb=AMOUNTS,
    free_tier=st.booleans(),
)
UTILISATIONS = st.fractions(Fraction(1, 100), 1, max_denominator=100)


@given(USAGES, UTILISATIONS)
def test_a_bill_is_the_sum_of_its_lines_and_of_its_parts(use: Usage, utilisation: Fraction) -> None:
    for bill in (on_demand(use), provisioned(use, utilisation, reserved=US_EAST_1.three_years)):
        assert bill.total == sum(line.amount for line in bill.lines)
        assert bill.total == sum(bill.part(part) for part in {line.part for line in bill.lines})
        assert all(line.amount >= 0 for line in bill.lines)


@given(
    USAGES,
    UTILISATIONS,
    st.sampled_from(["reads", "writes", "indexes", "storage_gb", "stream_reads", "backup_gb", "regions"]),
    st.integers(1, 50),
)
def test_more_never_costs_less(use: Usage, utilisation: Fraction, what: str, more: int) -> None:
    use = replace(use, free_tier=use.free_tier and what != "regions")
    larger = replace(use, **{what: getattr(use, what) + more})

    assert on_demand(larger).total >= on_demand(use).total
    assert provisioned(larger, utilisation).total >= provisioned(use, utilisation).total


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_fully_used_on_demand_costs_three_and_a_half_times_provisioned(reads: int, writes: int) -> None:
    use = Usage(item_bytes=4096, reads=reads, writes=writes, consistent=True)

    assert on_demand(use).total / provisioned(use, 1).total == Fraction(45, 13)
    assert round(float(Fraction(45, 13)), 2) == 3.46


@given(USAGES, UTILISATIONS)
def test_better_use_never_costs_more(use: Usage, utilisation: Fraction) -> None:
    assert provisioned(use, 1).total <= provisioned(use, utilisation).total


# What makes no sense


@pytest.mark.parametrize(
    "wrong",
    [{"reads": -1}, {"regions": 0}, {"transactional": 1.1}, {"item_bytes": 0}, {"item_bytes": 409_601}],
)
def test_a_usage_that_no_table_can_have_is_refused(wrong: Any) -> None:
    with pytest.raises(LabError):
        Usage(**wrong)


@pytest.mark.parametrize("utilisation", [0, -0.1, 1.01])
def test_a_utilisation_that_is_none_is_refused(utilisation: float) -> None:
    with pytest.raises(LabError, match="utilisation"):
        provisioned(Usage(writes=1), utilisation)


def test_what_the_list_has_no_price_for_is_refused() -> None:
    with pytest.raises(LabError, match="cannot be reserved"):
        provisioned(Usage(writes=1), 1, INFREQUENT_ACCESS, reserved=US_EAST_1.one_year)
    with pytest.raises(LabError, match="no replicated WCU-hour"):
        provisioned(Usage(writes=1, regions=2), 1, INFREQUENT_ACCESS)


def test_replicated_units_are_never_reserved() -> None:
    bill = provisioned(Usage(writes=250, regions=2), reserved=US_EAST_1.one_year)

    assert _amounts(bill) == {"writes": 250 * 2 * 730 * STANDARD.write_capacity.each}


def _amounts(bill: Bill) -> dict[str, Fraction]:
    return {line.name: line.amount for line in bill.lines}
