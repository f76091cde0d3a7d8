"""What to say at each turn of a story about an index that follows: the first change, the first stale query, a move, a pause, the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.drawing.captions import count
from dynateach.drawing.film import Note, seconds
from dynateach.events import IndexPaused

if TYPE_CHECKING:
    from dynateach.topics.index_lag import Story


def notes(story: "Story", end: float) -> list[Note]:
    """The notes of a film that ends then, in order of time; the last is the moral."""
    turns = [*_writes(story), *_queries(story), *_pauses(story)]
    return [*sorted(turns, key=lambda note: note.at), Note(end, moral(story))]


def moral(story: "Story") -> str:
    """What there is to remember."""
    if not story.ways:
        return "What the index does not project, and is no key of it, costs it nothing and is never late there."
    return (
        f"The last change has arrived: the index answers as the table does. Till then {len(story.stale)} of"
        f" {count(len(story.looks), 'query', 'queries')} were stale, and no ConsistentRead on a global index could have helped."
    )


def _writes(story: "Story") -> Iterator[Note]:
    sent = {write.request: [way for way in story.ways if way.request == write.request] for write in story.writes}
    told = set[int]()
    for write in story.writes:
        found = sent[write.request]
        if len(found) in told:
            continue
        told.add(len(found))
        yield Note(seconds(write.at), _first(write.key, len(found)))
        if len(found) == 1:
            yield Note(found[0].arrived, f"{found[0].took:.1f} s later the index has the change of {write.key} too.")


def _first(order: str, sent: int) -> str:
    if sent == 0:
        return f"{order} is written, but nothing that the index holds has changed: nothing is sent there."
    if sent == 1:
        return (
            f"{order} is written. The table has it at once, and the write is done; the index gets it through a queue."
        )
    return f"The status of {order} is the index's key. The entry moves: one change takes it away, another brings it, in any order."


def _queries(story: "Story") -> Iterator[Note]:
    """The first query that meets each kind of difference; and the one that a fork made, whatever it met."""
    told = set[str]()
    for look in story.looks:
        for order, words in look.differences.items():
            kind = words if words in _BECAUSE else "old"
            if kind not in told:
                told.add(kind)
                yield Note(look.at, f"A query of the index: {order} {words}{_BECAUSE.get(words, _OLD)}")
                break
    for look in story.asked:
        yield Note(look.at, f"Your query: {look.says}.")


def _pauses(story: "Story") -> Iterator[Note]:
    for event in story.lab.trace.of(IndexPaused):
        says = (
            "The queue is paused. The table takes writes as before; the index stays as it is."
            if event.paused
            else "The queue goes on: all that was due meanwhile arrives at once."
        )
        yield Note(seconds(event.at), says)


_OLD = ". The table has the new one already."
_BECAUSE = {
    "is missing": ". The table has it; its entry is still on its way.",
    "is there twice": ", as OPEN and as SHIPPED: the new entry came before the old one went.",
}
