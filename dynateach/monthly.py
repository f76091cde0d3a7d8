"""What a table costs in a month of 730 hours, from what it does each second.

use = Usage(item_bytes=2048, reads=500, writes=100, storage_gb=50)
print(on_demand(use))                     # each line with its arithmetic
provisioned(use, utilisation=0.7).total   # a Fraction of dollars

Units are the engine's own (``dynamodb.rules.capacity``), prices those of ``prices``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal, NamedTuple

from dynateach.bills import Bill, Line, Number, Part, exact, plain
from dynateach.dynamodb.rules.capacity import read_units, write_units
from dynateach.dynamodb.rules.limits import ITEM_BYTES, KB
from dynateach.errors import LabError
from dynateach.prices import (
    GB,
    HOURS_PER_MONTH,
    ITEM_OVERHEAD_BYTES,
    REPLICA_OVERHEAD_BYTES,
    US_EAST_1,
    Price,
    PriceBook,
    Reservation,
    TableClass,
)

Projection = Literal["ALL", "INCLUDE", "KEYS_ONLY"]

SECONDS_PER_HOUR = 3600
KEY_BYTES = 100
"""Assumed: what an index's entry takes for the keys of the index and of its table."""

# What is used


@dataclass(frozen=True)
class Usage:
    """What one table does all month long; ``reads`` and ``writes`` are single items a second, on average.

    ``consistent`` reads are strong; ``transactional`` is the share of reads and writes that come in transactions. Each of the ``indexes``
    holds an entry of each item and every write changes it in place; an entry is the item, or ``entry_bytes``.
    ``storage_gb`` is the items' size, without what is added to each. ``regions`` over 1 is a global table, which writes and stores
    in each of them. ``stream_reads`` are GetRecords calls a second. Point-in-time ``recovery`` covers the table; ``backup_gb`` are
    kept beside it. ``free_tier`` subtracts what the list gives away. Raises ``LabError`` for what no table can be.
    """

    item_bytes: int = 1024
    reads: Number = 0
    writes: Number = 0
    consistent: bool = False
    transactional: Number = 0
    indexes: int = 0
    projection: Projection = "ALL"
    storage_gb: Number = 0
    regions: int = 1
    stream_reads: Number = 0
    recovery: bool = False
    backup_gb: Number = 0
    free_tier: bool = False

    def __post_init__(self) -> None:
        amounts = (self.reads, self.writes, self.indexes, self.storage_gb, self.stream_reads, self.backup_gb)
        if min(amounts) < 0 or self.regions < 1:
            raise LabError(
                "a table cannot do less than nothing", next="Give amounts of 0 or more, and 1 region or more."
            )
        if not 0 <= self.transactional <= 1:
            raise LabError("more than all requests cannot be in transactions", next="Give a share from 0 to 1.")
        if not 1 <= self.item_bytes <= ITEM_BYTES:
            raise LabError(f"an item cannot have {self.item_bytes} bytes", next=f"Give it 1 to {ITEM_BYTES:,}.")

    @property
    def entry_bytes(self) -> int:
        """The size of an index's entry. Assumed: what is included is a quarter of the item."""
        sizes = {"ALL": self.item_bytes, "INCLUDE": KEY_BYTES + self.item_bytes // 4, "KEYS_ONLY": KEY_BYTES}
        return min(sizes[self.projection], self.item_bytes)

    @property
    def items(self) -> Fraction:
        """How many items the storage holds."""
        return exact(self.storage_gb) * GB / self.item_bytes


class Demand(NamedTuple):
    """Units a second that one kind of request takes: ``units`` for each of ``rate`` requests a second, ``times`` over."""

    part: Part
    name: str
    size: int
    units: Fraction
    rate: Fraction
    times: int = 1

    @property
    def units_a_second(self) -> Fraction:
        """All of them."""
        return self.units * self.rate * self.times

    @property
    def formula(self) -> str:
        """``2 KB → 2 units × 500/s``."""
        times = f" × {self.times}" if self.times > 1 else ""
        return f"{_size_text(self.size)} → {_units_text(self.units)} × {plain(self.rate)}/s{times}"


def demands(use: Usage) -> list[Demand]:
    """The kinds of request that a table takes, with their units.

    Documented: transactions take double, of the table but not of its indexes. Assumed: a write in a transaction of a global table
    takes double in every region.
    """
    share = exact(use.transactional)
    read, strong = (Fraction(read_units(use.item_bytes, way)) for way in (use.consistent, True))
    write, entry = (Fraction(write_units(0, size)) for size in (use.item_bytes, use.entry_bytes))
    reads, writes = exact(use.reads), exact(use.writes)
    every = [
        Demand("reads", "reads", use.item_bytes, read, reads * (1 - share)),
        Demand("reads", "reads in transactions", use.item_bytes, 2 * strong, reads * share),
        Demand("writes", "writes", use.item_bytes, write, writes * (1 - share), use.regions),
        Demand("writes", "writes in transactions", use.item_bytes, 2 * write, writes * share, use.regions),
        Demand("index writes", "index writes", use.entry_bytes, entry, writes, use.indexes * use.regions),
    ]
    return [demand for demand in every if demand.units_a_second]


# Bills of a month


def on_demand(use: Usage, table_class: TableClass | None = None, book: PriceBook = US_EAST_1) -> Bill:
    """A month of paying for each request."""
    chosen = table_class or book.standard
    lines = [_on_demand_line(demand, _request_price(demand, use, chosen)) for demand in demands(use)]
    return Bill(f"{chosen.name}, on demand", (*lines, *_other_lines(use, chosen, book)))


def provisioned(
    use: Usage,
    utilisation: Number = 1,
    table_class: TableClass | None = None,
    book: PriceBook = US_EAST_1,
    reserved: Reservation | None = None,
) -> Bill:
    """A month of paying for whole units by the hour, of which the share ``utilisation`` is used; ``reserved`` says for how long they are promised.

    Documented: units are reserved in blocks of 100, in the Standard class only, and never replicated ones; what is left
    over is paid as usual. The discount is the highest that AWS names, an upfront fee spread over the term. Raises ``LabError`` for a
    utilisation that is none, and for what the list has no price for.
    """
    chosen = table_class or book.standard
    if not 0 < utilisation <= 1:
        raise LabError(f"a utilisation of {utilisation} is not possible", next="Give a share above 0, up to 1.")
    if reserved and not chosen.can_be_reserved:
        raise LabError(f"{chosen.name} cannot be reserved", next="Reserve units of a Standard table.")
    sets = _unit_sets(use, exact(utilisation))
    lines = [line for units in sets for line in _provisioned_lines(units, use, chosen, book, reserved)]
    years = f", reserved {reserved.years} y" if reserved else ""
    return Bill(f"{chosen.name}, provisioned{years}", (*lines, *_other_lines(use, chosen, book)))


def break_even(use: Usage, table_class: TableClass | None = None, book: PriceBook = US_EAST_1) -> Fraction | None:
    """The utilisation at which this table's throughput costs the same provisioned as on demand, whole units aside; None without any throughput."""
    chosen = table_class or book.standard
    by_request = by_hour = Fraction()
    for demand in demands(use):
        by_request += demand.units_a_second * SECONDS_PER_HOUR * _request_price(demand, use, chosen).each
        by_hour += demand.units_a_second * _capacity_price(demand.part, use, chosen).each
    return by_hour / by_request if by_request else None


# Throughput


def _on_demand_line(demand: Demand, price: Price) -> Line:
    units = demand.units_a_second * SECONDS_PER_HOUR * HOURS_PER_MONTH
    formula = f"{demand.formula} × 3,600 s × {HOURS_PER_MONTH} h = {plain(units)} units × {price}"
    return Line(demand.part, demand.name, units * price.each, formula)


class _Units(NamedTuple):
    """Whole units that are provisioned for some demands: ``each`` of the table, or of one index, ``times`` over."""

    part: Part
    each: int
    times: int
    formula: str


def _unit_sets(use: Usage, utilisation: Fraction) -> list[_Units]:
    """Documented: an index has units of its own, and each region too."""
    found = []
    for part in ("reads", "writes", "index writes"):
        wanted = [demand for demand in demands(use) if demand.part == part]
        if not wanted:
            continue
        needed = sum((one.units * one.rate for one in wanted), Fraction())
        sums = " + ".join(one._replace(times=1).formula for one in wanted)
        used = f"({sums})" if len(wanted) > 1 else sums
        found.append(
            _Units(part, ceil(needed / utilisation), wanted[0].times, f"{used} ÷ {plain(utilisation * 100)} % used")
        )
    return found


def _provisioned_lines(
    units: _Units, use: Usage, chosen: TableClass, book: PriceBook, reserved: Reservation | None
) -> list[Line]:
    price = _capacity_price(units.part, use, chosen)
    promised = _blocks(units, use, reserved)
    free = min(_free_units(units.part, use, chosen, book), units.each - promised)
    paid = units.each - promised - free
    kind = "RCU" if units.part == "reads" else "WCU"
    times = f" × {units.times}" if units.times > 1 else ""
    gift = f" − {free} free" if free else ""
    lines = []
    if reserved and promised:
        rest = 1 - Fraction(reserved.discount)
        amount = promised * units.times * HOURS_PER_MONTH * price.each * rest
        formula = f"{promised:,} {kind} in blocks of {reserved.block}{times} × {HOURS_PER_MONTH} h × {price} × {plain(rest * 100)} %"
        lines.append(Line(units.part, f"{units.part}, reserved", amount, formula))
    if paid or not lines:
        amount = paid * units.times * HOURS_PER_MONTH * price.each
        of = f"{paid:,} {kind} not reserved" if promised else f"{units.each:,} {kind}{gift}"
        formula = f"{units.formula} → {of}{times} × {HOURS_PER_MONTH} h × {price}"
        lines.append(Line(units.part, units.part, amount, formula))
    return lines


def _blocks(units: _Units, use: Usage, reserved: Reservation | None) -> int:
    """How many of the units are reserved. Documented: replicated ones can't be."""
    replicated = use.regions > 1 and units.part == "writes"
    return 0 if reserved is None or replicated else units.each // reserved.block * reserved.block


def _free_units(part: Part, use: Usage, chosen: TableClass, book: PriceBook) -> int:
    given = {"reads": book.free_tier.read_units, "writes": book.free_tier.write_units}
    return given.get(part, 0) if use.free_tier and use.regions == 1 and chosen.name == book.standard.name else 0


def _request_price(demand: Demand, use: Usage, chosen: TableClass) -> Price:
    if demand.part == "reads":
        return chosen.read_request
    return chosen.replicated_request if demand.part == "writes" and use.regions > 1 else chosen.write_request


def _capacity_price(part: Part, use: Usage, chosen: TableClass) -> Price:
    if part == "reads":
        return chosen.read_capacity
    price = chosen.replicated_capacity if part == "writes" and use.regions > 1 else chosen.write_capacity
    if price is None:
        raise LabError(f"the list has no replicated WCU-hour of {chosen.name}", next="Ask for it on demand.")
    return price


# Everything else


def _other_lines(use: Usage, chosen: TableClass, book: PriceBook) -> Iterator[Line]:
    free_gb = book.free_tier.storage_gb if use.free_tier and chosen.name == book.standard.name else 0
    free_reads = book.free_tier.stream_reads if use.free_tier else 0
    stored = _stored_gb(use, use.item_bytes, use.regions, REPLICA_OVERHEAD_BYTES if use.regions > 1 else 0)
    entries = _stored_gb(use, use.entry_bytes, use.indexes * use.regions)
    every = (
        _priced("storage", "storage", *stored, chosen.storage, free_gb),
        _priced("index storage", "index storage", *entries, chosen.storage),
        _priced("streams", "stream reads", *_stream_reads(use), book.streams_read, free_reads),
        _priced("protection", "point-in-time recovery", *_recovered(use), book.recovery),
        _priced("protection", "backups", exact(use.backup_gb), f"{plain(exact(use.backup_gb))} GB", book.backup),
    )
    return (line for line, amount in every if amount)


def _priced(
    part: Part, name: str, amount: Fraction, formula: str, price: Price, free: int = 0
) -> tuple[Line, Fraction]:
    gift = f" − {free:,} free" if free else ""
    return Line(part, name, max(amount - free, Fraction()) * price.each, f"{formula}{gift} × {price}"), amount


def _stored_gb(use: Usage, size: int, times: int, more: int = 0) -> tuple[Fraction, str]:
    billed = size + ITEM_OVERHEAD_BYTES + more
    amount = use.items * billed * times / GB
    over = f" × {times}" if times > 1 else ""
    added = f"{ITEM_OVERHEAD_BYTES} + {more}" if more else f"{ITEM_OVERHEAD_BYTES}"
    return amount, f"{plain(use.items)} items × ({size:,} + {added}) bytes{over} = {plain(amount)} GB"


def _stream_reads(use: Usage) -> tuple[Fraction, str]:
    amount = exact(use.stream_reads) * SECONDS_PER_HOUR * HOURS_PER_MONTH
    return amount, f"{plain(exact(use.stream_reads))}/s × 3,600 s × {HOURS_PER_MONTH} h"


def _recovered(use: Usage) -> tuple[Fraction, str]:
    """Documented: recovery is priced by the table's size, and never replicated."""
    amount, formula = _stored_gb(use, use.item_bytes, 1)
    return (amount, formula) if use.recovery else (Fraction(), "")


def _units_text(value: Fraction) -> str:
    return f"{plain(value)} unit{'' if value == 1 else 's'}"


def _size_text(size: int) -> str:
    return f"{size:,} bytes" if size < KB else f"{plain(Fraction(size, KB))} KB"
