"""The scene of task 11.6: a carrier's parcel events, what is asked of their table, and what a month of it costs."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from dynateach.bills import Bill, Line, Part, plain
from dynateach.checks.task import Boto3, Call, Case
from dynateach.lab import Lab
from dynateach.metering import metered
from dynateach.monthly import SECONDS_PER_HOUR
from dynateach.prices import GB, HOURS_PER_MONTH, ITEM_OVERHEAD_BYTES, US_EAST_1, TableClass
from dynateach.profile import Delay
from dynateach.randomness import Randomness, Stream
from dynateach.topics.scaled_day import PROFILE
from dynateach.trace import Event, IndexWritten, ItemWritten

TABLE = "parcel-events"
CREATE, SAVE, TRACK, DAMAGED = "create", "save", "track", "damaged"
BAD = "DAMAGED"

RATE = 20
"""Events saved a second, and parcels tracked a second, day and night."""
KEPT = 250_000_000
"""Events that are kept."""
BOUND = 80
"""Dollars that a month may cost."""
PARCELS, EACH = 40, 6
"""Parcels of the sample, and events of each."""
BAD_PARCELS = 6
"""How many of them are damaged in the end."""

Saved = dict[str, str]


class Sample(NamedTuple):
    """Some seconds of the carrier's day: the events in the order in which they are saved; the last of them are tracked meanwhile."""

    seed: int
    parcels: int
    events: int


def samples(seed: int) -> Iterator[Sample]:
    """A handful of events, then a good many."""
    yield Sample(seed, 3, 2)
    yield Sample(seed, PARCELS, EACH)


@lru_cache(maxsize=8)
def events(sample: Sample) -> tuple[Saved, ...]:
    """The sample's events: the parcels take turns, and some are damaged in the end."""
    chance = Randomness(sample.seed).stream("11.6")
    day = f"2026-11-{10 + chance.below(18)}"
    names = [f"p-{chance.below(900_000) + 100_000 + number:07}" for number in range(sample.parcels)]
    bad = set(chance.shuffled(names)[: max(1, sample.parcels * BAD_PARCELS // PARCELS)])
    return tuple(
        _event(chance, name, day, number * sample.parcels + turn, name in bad and number == sample.events - 1)
        for number in range(sample.events)
        for turn, name in enumerate(names)
    )


def _event(chance: Stream, parcel: str, day: str, number: int, bad: bool) -> Saved:
    second = 8 * 3600 + 60 * number
    length = 1_300 + chance.below(200)
    return {
        "parcel": parcel,
        "at": f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{chance.below(60):02}",
        "depot": f"d{chance.below(12):02}",
        "status": BAD if bad else chance.pick(("ARRIVED", "SORTED", "LOADED")),
        "details": f"{chance.bits(4 * length):0{length}x}",
    }


def prepare(sample: Sample) -> Case:
    """Create the table; save everything; then save a part again, as after lost answers, while parcels are tracked."""
    every = events(sample)
    table = Boto3(TABLE)
    calls = [Call(CREATE, (table,)), *(Call(SAVE, (table, event)) for event in every)]
    for event in every[: len(every) // 2]:
        calls += [Call(SAVE, (table, event)), Call(TRACK, (table, event["parcel"]))]
    calls.append(Call(DAMAGED, (table, every[0]["at"][:10])))
    return Case(Lab(sample.seed, _PACED), calls, sample, requests=60)


_PACED = replace(PROFILE, name="paced", item_write=Delay(*[1_000_000 // RATE] * 5))
"""A write takes so long that one after the other makes the rate."""


# --- What a month costs ----------------------------------------------------------------------------------------------


def bill(
    create: Callable[..., Any],
    save: Callable[..., Any],
    track: Callable[..., Any],
    damaged: Callable[..., Any],
    seed: int = 1,
) -> Bill:
    """The month's bill of a design, from a sample of its traffic in a Lab."""
    *_, sample = samples(seed)
    case = prepare(sample)
    table = case.lab.resource("dynamodb").Table(TABLE)
    answers = {CREATE: create, SAVE: save, TRACK: track, DAMAGED: damaged}
    for step in case.steps:
        assert isinstance(step, Call)
        answers[step.answer](table, *deepcopy(step.arguments[1:]))
    return month(case, list(case.lab.trace))


def month(case: Case, trace: Sequence[Event]) -> Bill:
    """What the sample's traffic costs when it goes on for a month, and the sample's storage grown to all that is kept.

    The reads of ``damaged``, once an hour, are left out.
    """
    described = describe(case)
    infrequent = described.get("TableClassSummary", {}).get("TableClass") == "STANDARD_INFREQUENT_ACCESS"
    chosen = US_EAST_1.infrequent_access if infrequent else US_EAST_1.standard
    on_demand = described.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    paid = _by_request(case, trace, chosen) if on_demand else _by_hour(described, chosen)
    mode = "on demand" if on_demand else "provisioned"
    return Bill(f"{chosen.name}, {mode}", (*paid, *_storage(case.input, trace, chosen)))


class Flow(NamedTuple):
    """What the traffic takes of the table, or of an index: so many units for each event saved, or each parcel tracked."""

    side: str
    index_name: str
    each: Fraction

    @property
    def part(self) -> Part:
        """Under what a bill has it."""
        return "reads" if self.side == "Read" else "index writes" if self.index_name else "writes"

    @property
    def units_a_second(self) -> Fraction:
        """What it takes all the time."""
        return self.each * RATE


def flows(case: Case, trace: Sequence[Event]) -> Iterator[Flow]:
    """The flows of the sample. A retry costs the table what the first attempt did, and an index nothing: so its entries are
    counted by event.
    """
    calls = Counter(step.answer for step in case.steps if isinstance(step, Call))
    for meter in metered(trace):
        if meter.what == "reads" and not meter.index_name:
            yield Flow("Read", "", meter.units / calls[TRACK])
        elif meter.what != "reads":
            times = len(events(case.input)) if meter.index_name else calls[SAVE]
            yield Flow("Write", meter.index_name, meter.units / times)


def describe(case: Case) -> dict[str, Any]:
    """The table as DescribeTable has it. Raises ``ServiceError`` if there is none."""
    with case.lab.trace.paused():
        described: dict[str, Any] = case.lab.request("dynamodb", "DescribeTable", {"TableName": TABLE})["Table"]
    return described


def provisioned(described: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """The side, the index ("" for the table) and the units of everything that is provisioned; 0 units on demand."""
    for place in (described, *described.get("GlobalSecondaryIndexes", ())):
        for side in ("Read", "Write"):
            yield side, place.get("IndexName", ""), place["ProvisionedThroughput"][f"{side}CapacityUnits"]


def _by_hour(described: dict[str, Any], chosen: TableClass) -> Iterator[Line]:
    for side, index, units in provisioned(described):
        price = chosen.read_capacity if side == "Read" else chosen.write_capacity
        part = Flow(side, index, Fraction()).part
        amount = units * HOURS_PER_MONTH * price.each
        yield Line(part, _name(f"{side.lower()}s", index), amount, f"{units:,} units × {HOURS_PER_MONTH} h × {price}")


def _by_request(case: Case, trace: Sequence[Event], chosen: TableClass) -> Iterator[Line]:
    for flow in flows(case, trace):
        price = chosen.read_request if flow.side == "Read" else chosen.write_request
        amount = flow.units_a_second * SECONDS_PER_HOUR * HOURS_PER_MONTH * price.each
        formula = f"{plain(flow.each)} units × {RATE}/s × 3,600 s × {HOURS_PER_MONTH} h × {price}"
        yield Line(flow.part, _name(f"{flow.side.lower()}s", flow.index_name), amount, formula)


def _storage(sample: Sample, trace: Sequence[Event], chosen: TableClass) -> Iterator[Line]:
    """What lies there after the sample, grown to all events that are kept."""
    stored: dict[tuple[str, str], int] = {}
    for event in trace:
        if isinstance(event, (ItemWritten, IndexWritten)):
            index = event.index_name if isinstance(event, IndexWritten) else ""
            stored[index, event.key] = event.bytes
    sizes: dict[str, int] = {}
    for (index, _), size in stored.items():
        sizes[index] = sizes.get(index, 0) + (size + ITEM_OVERHEAD_BYTES if size else 0)
    for index, size in sizes.items():
        amount = Fraction(size * KEPT, len(events(sample)) * GB)
        part: Part = "index storage" if index else "storage"
        yield Line(
            part, _name("storage", index), amount * chosen.storage.each, f"{plain(amount)} GB × {chosen.storage}"
        )


def _name(what: str, index: str) -> str:
    return f"{index}: {what}" if index else what
