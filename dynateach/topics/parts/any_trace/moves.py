"""What happens in the lanes of such a film, and what goes between them."""

from collections.abc import Iterator
from itertools import chain
from math import inf

from dynateach.drawing.captions import count
from dynateach.drawing.film import Journey, Mark, Span, seconds
from dynateach.drawing.palette import (
    CONSUMER,
    EXPIRY,
    FAULT,
    INDEX,
    LEADER,
    READ,
    RECORD,
    REPLICA,
    SPLIT,
    STALE_READ,
    THROTTLE,
    WRITE,
    Word,
)
from dynateach.events import (
    ConsumerDiscarded,
    ConsumerInvoked,
    ConsumerReturned,
    FaultBegan,
    FaultEnded,
    IndexQueued,
    IndexWritten,
    ItemExpired,
    ItemRead,
    ItemWritten,
    PageRead,
    PartitionSplit,
    ReplicaRead,
    Replicated,
    StreamRead,
    StreamRecordWritten,
    Throttled,
)
from dynateach.topics.parts.any_trace.places import Places
from dynateach.topics.parts.any_trace.told import Asked, Told
from dynateach.topics.parts.replicas import joined

LABELLED = 40
"""Up to how many requests carry their keys: more would lie on one another."""


def marks(told: Told, places: Places) -> Iterator[Mark]:
    """Each request in its client's lane, and what it left behind in the others."""
    several = len({one.key for one in told.requests}) > 1 and len(told.requests) <= LABELLED
    for one in told.requests:
        if one.kind:
            yield Mark(one.seen, one.client, one.kind, _label(one, several), one.sentence)
    yield from _in_storage(told, places)
    for index in told.of(IndexWritten):
        yield Mark(
            seconds(index.at), places.index(index.index_name), INDEX, "", f"The index has {index.key}: {index.change}."
        )
    for gone in told.of(ConsumerDiscarded):
        says = f"{count(gone.records, 'record')} given up: {gone.reason}."
        yield Mark(seconds(gone.at), places.consumer(gone.consumer), FAULT, "", says)


def journeys(told: Told, places: Places) -> Iterator[Journey]:
    """Requests and answers, writes to followers, changes to indexes, records of streams."""
    for one in told.requests:
        yield from _between(one, places)
    yield from chain(_to_followers(told, places), _to_indexes(told, places), _of_streams(told, places))


def spans(told: Told, places: Places) -> Iterator[Span]:
    """What lasts: a replica that lacks a write, a zone that fails, a function at work."""
    for (table, partition, letter), gaps in _gaps(told).items():
        lane = places.partition(table, partition, letter) if places.in_zones else None
        for since, until in joined(gaps) if lane else ():
            yield Span(since, until, lane or "", STALE_READ, "", f"Zone {letter} lacks a write here.")
    yield from _faults(told, places)
    yield from _invocations(told, places)


def _label(one: Asked, keys: bool) -> str:
    if one.lacked:
        return f"−{one.lacked}"
    return one.key if keys and len(one.key) <= 8 else ""


def _in_storage(told: Told, places: Places) -> Iterator[Mark]:
    for table, partition, one in told.arrivals if places.in_zones else ():
        lane = places.partition(table, partition, one.zone)
        if lane and one.applied < inf:
            kind = LEADER if one.leader.endswith(one.zone) else REPLICA
            yield Mark(one.applied, lane, kind, "", f"Zone {one.zone} has write {one.version} of {partition}.")
    if not places.in_zones:
        yield from _at_partitions(told, places)
    for split in told.of(PartitionSplit):
        if not split.index_name and (lane := places.partition(split.table, split.partition)):
            yield Mark(seconds(split.at), lane, SPLIT, "", f"It is cut into {split.left} and {split.right}.")


def _at_partitions(told: Told, places: Places) -> Iterator[Mark]:
    for event in told.events:
        if isinstance(event, (ItemRead, PageRead, ItemWritten, Throttled, ItemExpired)):
            index = getattr(event, "index_name", "")
            lane = places.index(index) if index else places.partition(event.table, event.partition)
            if lane and (event.request in told.drawn or not event.request):
                yield Mark(seconds(event.at), lane, _TOUCHES[type(event)], "", f"{event.partition}: {_what(event)}.")


def _between(one: Asked, places: Places) -> Iterator[Journey]:
    for read in one.of(ReplicaRead):
        lane = places.partition(read.table, read.partition, read.zone)
        if read.index_name:
            lane = places.index(read.index_name)
        if lane:
            kind = STALE_READ if read.versions else READ
            yield Journey(one.at, one.until, lane, one.client, kind, one.sentence)
    for write in one.of(Replicated):
        lane = places.partition(write.table, write.partition, write.leader)
        if lane and not write.index_name and one.of(ItemWritten):
            yield Journey(one.at, seconds(write.at), one.client, lane, WRITE, one.sentence)
    for pulled in one.of(StreamRead):
        if lane := places.shard(pulled.shard):
            says = f"{count(pulled.records, 'record')} of {lane}."
            yield Journey(one.at, one.until, lane, one.client, READ, says)


def _to_followers(told: Told, places: Places) -> Iterator[Journey]:
    for table, partition, one in told.arrivals if places.in_zones else ():
        leader = places.partition(table, partition, one.leader)
        lane = places.partition(table, partition, one.zone)
        if leader and lane and lane != leader:
            says = f"Write {one.version} on its way to zone {one.zone}."
            yield Journey(one.written, one.applied, leader, lane, WRITE, says)


def _to_indexes(told: Told, places: Places) -> Iterator[Journey]:
    arrived = {(one.request, one.index_name, one.key, one.change): seconds(one.at) for one in told.of(IndexWritten)}
    clients = {one.request: one.client for one in told.requests}
    for sent in told.of(IndexQueued):
        if sent.request in clients:
            until = arrived.get((sent.request, sent.index_name, sent.key, sent.change), inf)
            says = f"{sent.key} on its way to the index: {sent.change}."
            yield Journey(seconds(sent.at), until, clients[sent.request], places.index(sent.index_name), INDEX, says)


def _of_streams(told: Told, places: Places) -> Iterator[Journey]:
    clients = {one.request: one.client for one in told.requests}
    for record in told.of(StreamRecordWritten):
        lane = places.shard(record.shard)
        if lane and record.request in clients:
            says = f"The record of {record.key}: {record.change}."
            yield Journey(seconds(record.at), seconds(record.arrives), clients[record.request], lane, RECORD, says)


def _gaps(told: Told) -> dict[tuple[str, str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for table, partition, one in told.arrivals:
        if one.applied > one.written:
            found.setdefault((table, partition, one.zone), []).append((one.written, one.applied))
    return found


def _faults(told: Told, places: Places) -> Iterator[Span]:
    ended = told.of(FaultEnded)
    lanes = {lane.name for lane in places.lanes if places.in_zones}
    for began in told.of(FaultBegan):
        ends = [one.at for one in ended if (one.zone, one.fault) == (began.zone, began.fault) and one.at >= began.at]
        until = seconds(min(ends)) if ends else inf
        for lane in sorted(name for name in lanes if name.endswith(f"zone {began.zone[-1]}")):
            yield Span(seconds(began.at), until, lane, FAULT, began.fault, f"Zone {began.zone[-1]} is {began.fault}.")


def _invocations(told: Told, places: Places) -> Iterator[Span]:
    returned = {(one.consumer, one.invocation): one for one in told.of(ConsumerReturned)}
    for called in told.of(ConsumerInvoked):
        back = returned.get((called.consumer, called.invocation))
        failed = back is not None and back.outcome != "OK"
        until = seconds(back.at) if back else inf
        says = f"{count(called.records, 'record')}, attempt {called.attempt}: {back.outcome if back else 'at work'}."
        kind = FAULT if failed else CONSUMER
        yield Span(seconds(called.at), until, places.consumer(called.consumer), kind, "", says)


_TOUCHES: dict[type, Word] = {
    ItemRead: READ,
    PageRead: READ,
    ItemWritten: WRITE,
    Throttled: THROTTLE,
    ItemExpired: EXPIRY,
}


def _what(event: ItemRead | PageRead | ItemWritten | Throttled | ItemExpired) -> str:
    key = event.key or "a page"
    if isinstance(event, Throttled):
        return f"no units left for {key}, refused by the {event.budget} budget"
    if isinstance(event, ItemExpired):
        return f"{key} is expired and deleted"
    return f"{key}, {event.units:g} units"
