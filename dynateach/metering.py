"""What a program consumed, read from the trace of the Lab in which it ran, and what that costs on demand.

metered(lab.trace)                 # units by table, index and side
print(bill_of(lab.trace))          # "what did this program cost?"

Everything that requests consumed is counted, writes refused by their condition too: DynamoDB charges these, though its answer
says nothing of it (documented). What happens by itself is not: a deletion by time to live is free. A change that is still
on its way to a global index counts once it arrives.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from dynateach.bills import Bill, Line, Part, plain
from dynateach.errors import LabError
from dynateach.events import Event, IndexWritten, ItemRead, ItemWritten, PageRead, WriteRefused
from dynateach.prices import US_EAST_1, PriceBook, TableClass
from dynateach.trace import Trace


class Meter(NamedTuple):
    """The units that one table, or its index ``index_name``, consumed in ``requests`` requests for one ``what``: "reads",
    "writes", or "refused writes".
    """

    table: str
    index_name: str
    what: str
    units: Fraction
    requests: int


def metered(events: Iterable[Event]) -> list[Meter]:
    """What those events consumed, by table, index and kind, in the order in which each was first met.

    Raises ``LabError`` for a trace that has dropped events: nobody knows what they consumed.
    """
    if isinstance(events, Trace) and events.dropped:
        raise LabError(
            f"the trace has dropped {events.dropped:,} events", next="Make the Lab with a larger trace_limit."
        )
    by_request: dict[tuple[str, str, str], dict[int, float]] = {}
    for event in events:
        for place, units in _charged(event):
            requests = by_request.setdefault(place, {})
            requests[event.request] = requests.get(event.request, 0.0) + units
    return [Meter(*place, _total(requests.values()), len(requests)) for place, requests in by_request.items()]


def bill_of(
    events: Iterable[Event], table_class: TableClass | None = None, book: PriceBook = US_EAST_1, name: str = "On demand"
) -> Bill:
    """The bill for what those events consumed, on demand; ``events`` is a trace, or a part of one. Raises as ``metered``."""
    chosen = table_class or book.standard
    return Bill(name, tuple(_line(meter, chosen) for meter in metered(events)))


def _charged(event: Event) -> Iterator[tuple[tuple[str, str, str], float]]:
    if not event.request:
        return
    if isinstance(event, ItemRead):
        yield (event.table, "", "reads"), event.units
    elif isinstance(event, PageRead):
        yield (event.table, event.index_name, "reads"), event.units
    elif isinstance(event, ItemWritten):
        yield (event.table, "", "writes"), event.units
    elif isinstance(event, IndexWritten):
        yield (event.table, event.index_name, "writes"), event.units
    elif isinstance(event, WriteRefused):
        yield (event.table, "", "refused writes"), event.units


def _total(units: Iterable[float]) -> Fraction:
    """A page's units are whole halves; its parts in each partition need not be."""
    return sum((Fraction(round(some * 2), 2) for some in units), Fraction())


def _line(meter: Meter, chosen: TableClass) -> Line:
    price = chosen.read_request if meter.what == "reads" else chosen.write_request
    place = f"{meter.table}.{meter.index_name}" if meter.index_name else meter.table
    requests = f"{meter.requests:,} request{'' if meter.requests == 1 else 's'}"
    units = f"{plain(meter.units)} unit{'' if meter.units == 1 else 's'}"
    formula = f"{units} in {requests} × {price}"
    return Line(_part(meter), f"{place}: {meter.what}", meter.units * price.each, formula)


def _part(meter: Meter) -> Part:
    if meter.what == "reads":
        return "reads"
    return "index writes" if meter.index_name else "writes"
