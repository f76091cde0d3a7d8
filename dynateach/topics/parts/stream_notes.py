"""What to say at each turn of the story about records in shards: a record, a write without one, a split, the reader, the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.drawing.film import Note, seconds
from dynateach.events import ItemWritten, ShardClosed, ShardOpened
from dynateach.topics.parts.stream_table import Change, shard_names

if TYPE_CHECKING:
    from dynateach.topics.stream_records import Story


def notes(story: "Story") -> list[Note]:
    """The notes of the film, in order of time; the last is the moral."""
    beginning = Note(
        0.0,
        "The table has two partitions, and its stream a shard for each. A shard keeps its records in the order of the writes.",
    )
    turns = [beginning, *_writes(story), *_splits(story), *_reader(story)]
    return [*sorted(turns, key=lambda note: note.at), Note(story.end - 0.5, moral(story))]


def moral(story: "Story") -> str:
    """What a stream promises about order, and what it does not."""
    if story.broken:
        one = story.broken[0]
        return f"{one.label} was read after a later change of item {one.item}. Whoever reads children beside their parents loses an item's order."
    if story.overtaken:
        return "Promised: each item's changes come in their order, once each. Not promised: any order between items in different shards."
    return (
        "Here the reader kept up, so all came in the order of the writes. Promised is only the order within each item."
    )


def _writes(story: "Story") -> Iterator[Note]:
    first: Change = story.changes[0]
    name = shard_names(story.lab)[first.shard]
    yield Note(
        first.written,
        f"{first.label} is written; {first.arrives - first.written:.1f} s later its record can be read in {name}.",
    )
    for event in story.lab.trace.of(ItemWritten):
        if event.change == "NONE":
            yield Note(
                seconds(event.at), f"Item {event.key} is put again as it is. Nothing changed, so there is no record."
            )


def _splits(story: "Story") -> Iterator[Note]:
    names = shard_names(story.lab)
    for event in story.lab.trace.of(ShardClosed):
        children = [names[one.shard] for one in story.lab.trace.of(ShardOpened) if one.parent == event.shard]
        says = f"The partition of {names[event.shard]} is split: it closes, and {' and '.join(children)} go on."
        yield Note(seconds(event.at), f"{says} What is in it stays there, to be read first.")


def _reader(story: "Story") -> Iterator[Note]:
    yield Note(
        float(story.plan.start),
        "A reader begins with the oldest records: one record of one shard at a time, the shards in turn.",
    )
    names, seen = shard_names(story.lab), set[str]()
    parents = {event.shard: event.parent for event in story.lab.trace.of(ShardOpened)}
    for got, one in zip(story.got, story.read, strict=True):
        parent = parents[one.shard]
        if parent and one.shard not in seen:
            seen.add(one.shard)
            yield Note(got.at, f"The first record of {names[one.shard]}, a child of {names[parent]}: {one.label}.")
    for one in story.broken[:1]:
        at = next(got.at for got in story.got if got.number == one.number)
        yield Note(
            at,
            f"{one.label} comes after a later change of item {one.item}: it lay in the parent, the later one in a child.",
        )
