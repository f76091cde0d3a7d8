"""The price book: what DynamoDB charges for, in us-east-1, by the list published on 11 September 2026.

Prices change: the book says of what day it is, and a learner edits it with ``dataclasses.replace``.

dear = replace(US_EAST_1, streams_read=replace(US_EAST_1.streams_read, dollars=Decimal("0.05")))

A price is exact: as many dollars for so many of something. A gigabyte is 1,024³ bytes, a month has 730 hours.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

HOURS_PER_MONTH = 730
"""A month, as AWS's calculators have it: a twelfth of 8,760 hours."""
GB = 1024**3
ITEM_OVERHEAD_BYTES = 100
"""Billed storage adds this to every item, and to every entry of an index (documented)."""
REPLICA_OVERHEAD_BYTES = 48
"""Billed storage of a global table adds this to every item (documented)."""

LIST = "AWS price list, as transcribed by others"
LISTED_TWICE, LISTED_ONCE, SAID = "high", "medium to high", "medium"
"""How sure we are: two transcriptions agree; one, agreeing with prices published before; common knowledge, not verified."""


@dataclass(frozen=True)
class Price:
    """So many ``dollars`` for ``per`` of a ``unit``; where that is from, and how sure it is."""

    dollars: Decimal
    unit: str
    per: int = 1
    source: str = LIST
    confidence: str = LISTED_ONCE

    @property
    def each(self) -> Fraction:
        """Dollars for one unit, exactly."""
        return Fraction(self.dollars) / self.per

    def __str__(self) -> str:
        """``$0.625 per million write request units``."""
        many = {1: "per", 1_000_000: "per million"}.get(self.per, f"per {self.per:,}")
        return f"${self.dollars} {many} {self.unit}{'s' if self.per > 1 else ''}"


@dataclass(frozen=True)
class TableClass:
    """The prices that depend on a table's class: throughput on demand and provisioned, and storage.

    ``replicated_capacity`` is None where the list has no such price; ``can_be_reserved`` as documented.
    """

    name: str
    read_request: Price
    write_request: Price
    replicated_request: Price
    read_capacity: Price
    write_capacity: Price
    replicated_capacity: Price | None
    storage: Price
    can_be_reserved: bool


@dataclass(frozen=True)
class FreeTier:
    """What the list gives away each month, to an account in a region; all of it to Standard tables that are provisioned or store.

    Newer accounts (July 2025 on) get credits instead (not verified).
    """

    read_units: int = 25
    write_units: int = 25
    storage_gb: int = 25
    stream_reads: int = 2_500_000


@dataclass(frozen=True)
class Reservation:
    """Provisioned units promised for some years: up to ``discount`` off, in blocks of ``block`` units (documented)."""

    years: int
    discount: Decimal
    block: int = 100


@dataclass(frozen=True)
class PriceBook:
    """All prices of one region, as of one day."""

    region: str
    dated: date
    standard: TableClass
    infrequent_access: TableClass
    streams_read: Price
    kinesis_change: Price
    recovery: Price
    backup: Price
    restore: Price
    export: Price
    bulk_import: Price
    vector_write: Price
    vector_search: Price
    small_cache_node: Price
    large_cache_node: Price
    transfer: Price
    free_tier: FreeTier
    one_year: Reservation
    three_years: Reservation

    @property
    def classes(self) -> tuple[TableClass, TableClass]:
        """Both table classes, the usual one first."""
        return self.standard, self.infrequent_access


def _listed(dollars: str, unit: str, per: int = 1) -> Price:
    return Price(Decimal(dollars), unit, per, confidence=LISTED_TWICE)


MILLION = 1_000_000

STANDARD = TableClass(
    "Standard",
    read_request=_listed("0.125", "read request unit", MILLION),
    write_request=_listed("0.625", "write request unit", MILLION),
    replicated_request=_listed("0.625", "replicated write request unit", MILLION),
    read_capacity=_listed("0.00013", "RCU-hour"),
    write_capacity=_listed("0.00065", "WCU-hour"),
    replicated_capacity=_listed("0.00065", "replicated WCU-hour"),
    storage=_listed("0.25", "GB-month"),
    can_be_reserved=True,
)
INFREQUENT_ACCESS = TableClass(
    "Standard-IA",
    read_request=_listed("0.155", "read request unit", MILLION),
    write_request=_listed("0.78", "write request unit", MILLION),
    replicated_request=_listed("0.78", "replicated write request unit", MILLION),
    read_capacity=_listed("0.00016", "RCU-hour"),
    write_capacity=_listed("0.00081", "WCU-hour"),
    replicated_capacity=None,
    storage=_listed("0.10", "GB-month"),
    can_be_reserved=False,
)

US_EAST_1 = PriceBook(
    region="us-east-1",
    dated=date(2026, 9, 11),
    standard=STANDARD,
    infrequent_access=INFREQUENT_ACCESS,
    streams_read=Price(Decimal("0.02"), "streams read request unit", 100_000),
    kinesis_change=Price(Decimal("0.10"), "change data capture unit", MILLION),
    recovery=Price(Decimal("0.20"), "GB-month"),
    backup=Price(Decimal("0.10"), "GB-month"),
    restore=Price(Decimal("0.15"), "GB"),
    export=Price(Decimal("0.10"), "GB"),
    bulk_import=Price(Decimal("0.15"), "GB"),
    vector_write=Price(Decimal("0.52"), "GB"),
    vector_search=Price(Decimal("0.002"), "GB"),
    small_cache_node=Price(Decimal("0.04"), "hour of a DAX t3.small node", source="not verified", confidence=SAID),
    large_cache_node=Price(Decimal("0.26"), "hour of a DAX r5.large node", source="not verified", confidence=SAID),
    transfer=Price(Decimal("0.02"), "GB", source="not verified", confidence=SAID),
    free_tier=FreeTier(),
    one_year=Reservation(1, Decimal("0.54")),
    three_years=Reservation(3, Decimal("0.77")),
)
