"""A film of any trace: who asked for what, above whatever took part in it.

    told        the requests of the trace, each with its client and its events, on a clock that passes
    places      the lanes: clients, replicas or partitions, indexes, shards, consumers
    moves       what goes between them: writes to replicas, answers, changes to indexes, records of streams

Other films are drawn by topics that know what they simulate. Here nothing is known but the events.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from dynateach.drawing.film import Film, Note
from dynateach.drawing.palette import STALE_READ
from dynateach.events import Event
from dynateach.topics.parts.any_trace.moves import journeys, marks, spans
from dynateach.topics.parts.any_trace.places import Places
from dynateach.topics.parts.any_trace.told import Owner, Told

__all__ = ["film"]

LACKED = "A number such as −1 beside a read says how many writes its replica lacked."
OCHRE = "Where a zone's row is ochre, that replica lacks a write."
UNDER_WAY = "Slanted lines are on their way: writes to followers, changes to indexes, records of a stream, answers."
TIMELESS = "In this Lab nothing takes time, so here a second stands for a request."


def film(events: Sequence[Event], owner: Owner, proof: Collection[int], title: str, caption: str) -> Film | None:
    """What the events tell, or None if nobody asked for anything.

    ``owner`` names the client of each request that is not somebody else's, ``proof`` the requests that matter most: the film
    stands at the last of them.
    """
    told = Told(events, owner, proof)
    if not told.requests:
        return None
    places = Places(told)
    under_way = [one for one in journeys(told, places) if told.shows(one.at)]
    lasting = [replace(one, at=max(one.at, told.starts)) for one in spans(told, places) if one.until >= told.starts]
    return Film(
        title=title,
        caption=" ".join([caption, *_legend(told, bool(under_way), any(one.kind == STALE_READ for one in lasting))]),
        lanes=places.lanes,
        marks=[one for one in marks(told, places) if told.shows(one.at)],
        journeys=under_way,
        spans=lasting,
        notes=[Note(one.seen, one.sentence) for one in told.proof],
        start=told.starts,
        end=told.ends,
        poster=max((one.seen for one in told.proof), default=told.ends),
    )


def _legend(told: Told, under_way: bool, ochre: bool) -> Iterator[str]:
    """How to read what this film shows, and nothing that it does not."""
    if any(one.lacked for one in told.requests):
        yield LACKED
    if ochre:
        yield OCHRE
    if under_way:
        yield UNDER_WAY
    if told.timeless:
        yield TIMELESS
