"""The parts of the film about records in shards: the client's writes, the shards, the reader, and the records between them."""

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from dynateach.drawing.film import Journey, Lane, Mark, Span, seconds
from dynateach.drawing.palette import CLIENT, CONSUMER, FAULT, READ, RECORD, SHARD, SPLIT, WRITE
from dynateach.events import ItemWritten, ShardClosed, ShardOpened
from dynateach.topics.parts.stream_table import Change, shard_names

if TYPE_CHECKING:
    from dynateach.topics.stream_records import Story

WRITER, READER = "client", "reader"

CAPTION = (
    "A letter is an item, its number the item's version; = changes nothing. Where lines to the reader cross, the order changes."
    " Assumed: one shard a partition, and when a record can be read. A fork splits one more partition."
)


def lanes(story: "Story") -> Iterator[Lane]:
    """The client, the shards in the order of their opening, the reader."""
    yield Lane(WRITER, kind=CLIENT)
    for name in shard_names(story.lab).values():
        yield Lane(name, group="stream", kind=SHARD)
    yield Lane(READER, kind=CONSUMER)


def marks(story: "Story", chosen: str) -> Iterator[Mark]:
    """The writes, the records when they can be read, the readings, the splits; the ``chosen`` record is in brackets."""
    yield from _writes(story, chosen)
    yield from _arrivals(story, chosen)
    yield from _readings(story, chosen)
    yield from _splits(story)


def _writes(story: "Story", chosen: str) -> Iterator[Mark]:
    records = iter(story.changes)
    for event in story.lab.trace.of(ItemWritten):
        if event.change == "NONE":
            yield Mark(
                seconds(event.at), WRITER, WRITE, "=", f"A write to {event.key} that changes nothing: no record."
            )
            continue
        one = next(records)
        yield Mark(one.written, WRITER, WRITE, _label(one, chosen), f"{one.label} is written: {one.change}.")


def _arrivals(story: "Story", chosen: str) -> Iterator[Mark]:
    names = shard_names(story.lab)
    for one in story.changes:
        says = f"{one.label} can be read, {one.arrives - one.written:.1f} s after its write."
        yield Mark(one.arrives, names[one.shard], RECORD, _label(one, chosen), says)


def _readings(story: "Story", chosen: str) -> Iterator[Mark]:
    broken = story.broken
    for got, one in zip(story.got, story.read, strict=True):
        if one in broken:
            says = f"{one.label} comes after a later change of item {one.item}: its order is broken."
            yield Mark(got.at, READER, FAULT, _label(one, chosen), says)
        else:
            yield Mark(got.at, READER, READ, _label(one, chosen), f"The reader gets {one.label}.")


def _label(one: Change, chosen: str) -> str:
    return f"[{one.label}]" if one.label == chosen else one.label


def _splits(story: "Story") -> Iterator[Mark]:
    names = shard_names(story.lab)
    for event in story.lab.trace.of(ShardClosed):
        says = f"The partition is split, so {names[event.shard]} closes."
        yield Mark(seconds(event.at), names[event.shard], SPLIT, "", says)


def shards(story: "Story") -> Iterator[Span]:
    """How long each shard is open."""
    names, closed = (
        shard_names(story.lab),
        {event.shard: seconds(event.at) for event in story.lab.trace.of(ShardClosed)},
    )
    for event in story.lab.trace.of(ShardOpened):
        parent = f" goes on from {names[event.parent]}," if event.parent else ""
        says = f"{names[event.shard].capitalize()}{parent} records the changes of partition {event.partition}."
        label = f"child of {names[event.parent].split()[-1]}" if event.parent else ""
        yield Span(seconds(event.at), closed.get(event.shard, inf), names[event.shard], SHARD, label, says)


def journeys(story: "Story") -> Iterator[Journey]:
    """Each record on its way to its shard, and in it until it is read; children going on from their parents."""
    names, read = shard_names(story.lab), {got.number: got.at for got in story.got}
    for one in story.changes:
        shard = names[one.shard]
        yield Journey(one.written, one.arrives, WRITER, shard, RECORD, f"{one.label} on its way to {shard}.")
        yield Journey(
            one.arrives, read[one.number], shard, READER, READ, f"{one.label} lies in {shard} until it is read."
        )
    for event in story.lab.trace.of(ShardOpened):
        if event.parent:
            at = seconds(event.at)
            yield Journey(at, at, names[event.parent], names[event.shard], SPLIT, "A child goes on from its parent.")
