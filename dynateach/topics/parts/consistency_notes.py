"""What to say at each turn of a story about replicas: the first write, the first stale read, a fault, an election, the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynateach.drawing.captions import number
from dynateach.drawing.film import Note, seconds
from dynateach.dynamodb.storage.zones import LOST, SLOW
from dynateach.events import FaultBegan, FaultEnded, LeaderChanged, ZoneCaughtUp
from dynateach.topics.parts import replicas

if TYPE_CHECKING:
    from dynateach.topics.consistency import Story


def notes(story: "Story", end: float) -> list[Note]:
    """The notes of a film that ends then, in order of time; the last is the moral."""
    turns = [*_first_things(story), *_faults(story), Note(end, moral(story))]
    return sorted((note for note in turns if note.at <= end), key=lambda note: note.at)


def moral(story: "Story") -> str:
    """What eventually and strongly consistent reads gave, side by side."""
    eventual, strong = story.eventual, story.strong
    price = f"Had all {eventual.asked} reads been eventual: {eventual.stale} stale, {number(eventual.units / eventual.answered)} RCU each."
    if not strong.answered:
        return f"{price} Had all been strong: none answered."
    refused = strong.asked - strong.answered
    gone = f", {refused} refused" if refused else ""
    return f"{price} Had all been strong: none stale, {number(strong.units / strong.answered)} RCU each{gone}."


def _first_things(story: "Story") -> Iterator[Note]:
    for write in story.told.writes[:1]:
        zone = replicas.leader_at(story.lab, write.called)[-1]
        yield Note(
            write.called,
            f"v{write.version} goes to the leader, zone {zone}. With two of three logs it is done; the replicas apply it later.",
        )
    for read in story.stale[:1]:
        yield Note(
            read.called,
            f"Zone {read.zone[-1]} answers without v{read.version + 1}, which was written {read.behind:.1f} s before: a stale read.",
        )


def _faults(story: "Story") -> Iterator[Note]:
    for event in story.lab.trace:
        if isinstance(event, FaultBegan):
            yield Note(seconds(event.at), _began(story, event))
        elif isinstance(event, LeaderChanged):
            says = f"The lease of zone {event.before[-1]} is over. Zone {event.leader[-1]} applies all that is in its log, and leads from now on."
            yield Note(seconds(event.at), says)
        elif isinstance(event, FaultEnded):
            yield Note(seconds(event.at), _ended(event))
        elif isinstance(event, ZoneCaughtUp):
            yield Note(seconds(event.at), f"Zone {event.zone[-1]} has every write again, and counts for quorums.")


def _began(story: "Story", event: FaultBegan) -> str:
    zone = event.zone[-1]
    leads = replicas.leader_at(story.lab, seconds(event.at)) == event.zone
    if event.fault == SLOW:
        return f"Zone {zone} becomes slow: it applies writes late, so its reads are stale for longer."
    if _away(story, event):
        return f"Zone {zone} is {event.fault} as well. Without two zones that work together nothing can be written."
    if event.fault == LOST:
        follows = (
            "Until its lease is over nobody may lead: writes and strong reads are refused."
            if leads
            else "Two of three are enough: nothing is refused."
        )
        return f"Zone {zone} is lost{', and it leads' if leads else ''}. {follows}"
    follows = (
        "it cannot get a second log, so writes are refused"
        if leads
        else "it answers, and falls behind with every write"
    )
    return f"Zone {zone} is cut off: {follows}."


def _away(story: "Story", event: FaultBegan) -> bool:
    """Whether another zone is lost, cut off or catching up then."""
    if event.fault == SLOW:
        return False
    at, lane = seconds(event.at), replicas.lane_of(event.zone)
    return any(
        span.at <= at < span.until and span.lane != lane and span.label != SLOW for span in replicas.faults(story.lab)
    )


def _ended(event: FaultEnded) -> str:
    zone = event.zone[-1]
    if event.fault == SLOW:
        return f"Zone {zone} is as fast as before."
    return f"Zone {zone} is back and catches up. It answers eventual reads meanwhile, with what it knew when it left."
