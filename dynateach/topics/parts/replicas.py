"""The three replicas of one partition over time, as a trace tells of them: who leads, who lacks which writes, what fails.

Each function gives parts of a film, in lanes called "zone a", "zone b" and "zone c".
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf
from typing import NamedTuple

from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Journey, Lane, Mark, Span, seconds
from dynateach.drawing.palette import FAULT, LEADER, REPLICA, STALE_READ, WAIT, WRITE
from dynateach.dynamodb.storage.zones import LETTERS, LOST, QUORUM, SLOW
from dynateach.events import Event, FaultBegan, FaultEnded, LeaderChanged, Replicated, ZoneCaughtUp
from dynateach.lab import Lab
from dynateach.topics.parts.one_item import TABLE

PARTITION = "p0"


def lane_of(zone: str) -> str:
    """The lane of a zone: ``us-east-1a`` stands in "zone a"."""
    return f"zone {zone[-1]}"


LANES = tuple(Lane(lane_of(letter), group="replicas", kind=REPLICA) for letter in LETTERS)


class Arrival(NamedTuple):
    """Write number ``version``, done at ``written`` by the ``leader``, is applied in ``zone`` at ``applied``. Times in seconds;
    infinity: not as far as the trace goes.
    """

    version: int
    written: float
    leader: str
    zone: str
    applied: float


class Reign(NamedTuple):
    """Since when, and until when, the replica in a zone leads (seconds; infinity: still)."""

    zone: str
    since: float
    until: float


def arrivals(lab: Lab) -> list[Arrival]:
    """When each write was applied in each zone."""
    return settled(lab.trace)


def settled(events: Iterable[Event]) -> list[Arrival]:
    """The same from the events of one partition and of the zones. What a write's own event foretells holds unless the zone
    fails before.
    """
    due: dict[str, dict[int, float]] = {letter: {} for letter in LETTERS}
    writes = {}
    working = set(LETTERS)
    for event in events:
        if isinstance(event, Replicated):
            writes[event.lsn] = event
            for letter, at in zip(LETTERS, event.applied, strict=True):
                due[letter][event.lsn] = inf if at is None else at
        elif isinstance(event, FaultBegan) and event.fault != SLOW:
            working.discard(event.zone[-1])
            _settle(due[event.zone[-1]], event.at, inf)
        elif isinstance(event, LeaderChanged):
            _settle(due[event.leader[-1]], event.at, event.at)
        elif isinstance(event, ZoneCaughtUp):
            working.add(event.zone[-1])
            for letter in sorted(working) if len(working) >= QUORUM else ():
                _settle(due[letter], event.at, event.at, only=inf)
    return [
        Arrival(version, seconds(write.at), write.leader, letter, (due[letter][version] - EPOCH) / SECOND)
        for version, write in writes.items()
        for letter in LETTERS
    ]


def _settle(due: dict[int, float], now: float, then: float, only: float | None = None) -> None:
    """What a replica has not applied by now, it applies then."""
    for version, at in due.items():
        if at > now and only in (None, at):
            due[version] = then


def reigns(lab: Lab) -> list[Reign]:
    """Who led when."""
    changes = lab.trace.of(LeaderChanged)
    zones = [*(change.before for change in changes), leader(lab)]
    times = [0.0, *(seconds(change.at) for change in changes), inf]
    return [Reign(zone, since, until) for zone, (since, until) in zip(zones, pairwise(times), strict=True)]


def leader(lab: Lab) -> str:
    """The zone whose replica leads now."""
    return next(one.zone for one in lab.inspect(TABLE).replicas(PARTITION) if one.role == "leader")


def leader_at(lab: Lab, time: float) -> str:
    """The zone whose replica led at that time (seconds)."""
    return next(reign.zone for reign in reigns(lab) if reign.since <= time < reign.until)


def journeys(lab: Lab) -> Iterator[Journey]:
    """Each write on its way from its leader to the followers."""
    for one in arrivals(lab):
        if one.leader.endswith(one.zone):
            continue
        says = f"v{one.version} reaches zone {one.zone} after {one.applied - one.written:.1f} s."
        if one.applied == inf:
            says = f"v{one.version} does not reach zone {one.zone} as long as the story lasts."
        yield Journey(one.written, one.applied, lane_of(one.leader), lane_of(one.zone), WRITE, says)


def marks(lab: Lab) -> Iterator[Mark]:
    """The moments at which a replica has another version: the leader by a write, a follower when it applies one."""
    newest = {(one.zone, one.applied): one for one in arrivals(lab) if one.applied < inf}
    for one in newest.values():
        leads = one.leader.endswith(one.zone)
        says = f"Zone {one.zone} applies v{one.version}."
        if leads:
            says = f"v{one.version} is written: two of the three logs have it."
        yield Mark(one.applied, lane_of(one.zone), LEADER if leads else REPLICA, f"v{one.version}", says)


def lacking(lab: Lab) -> Iterator[Span]:
    """The stretches in which a replica that answers lacks a write: an eventually consistent read that asks it then is stale."""
    for letter in LETTERS:
        gaps = [(one.written, one.applied) for one in arrivals(lab) if one.zone == letter and one.applied > one.written]
        for since, until in _answering(lab, letter, joined(gaps)):
            says = f"Zone {letter} lacks a write here: who reads it now, reads the past."
            yield Span(since, until, lane_of(letter), STALE_READ, "", says)


def _answering(lab: Lab, letter: str, stretches: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The stretches without what lies in the loss of the zone."""
    losses = [(span.at, span.until) for span in faults(lab) if span.lane == lane_of(letter) and span.label == LOST]
    for since, until in stretches:
        for lost, back in losses:
            if since < lost < until:
                yield since, lost
            if lost <= until and since < back:
                since = max(since, back)
        if since < until:
            yield since, until


def joined(gaps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches that overlap as one."""
    found: list[tuple[float, float]] = []
    for since, until in gaps:
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def leadership(lab: Lab) -> Iterator[Span]:
    """The stretches in which a zone leads: until its lease is over, or nothing there answers any more."""
    for reign in reigns(lab):
        losses = [span.at for span in faults(lab) if span.label == LOST and span.lane == lane_of(reign.zone)]
        until = min([reign.until, *(at for at in losses if reign.since <= at)])
        says = f"Zone {reign.zone[-1]} leads: it takes the writes and the strongly consistent reads."
        yield Span(reign.since, until, lane_of(reign.zone), LEADER, "leads", says)


def faults(lab: Lab) -> Iterator[Span]:
    """The stretches in which something is wrong with a zone, and in which it catches up after that."""
    ended, caught_up = lab.trace.of(FaultEnded), lab.trace.of(ZoneCaughtUp)
    for began in lab.trace.of(FaultBegan):
        ends = [event.at for event in ended if (event.zone, event.fault) == (began.zone, began.fault)]
        says = _FAULTS[began.fault].format(zone=began.zone[-1])
        yield Span(seconds(began.at), _first(ends, began.at), lane_of(began.zone), FAULT, began.fault, says)
    for (zone, until), since in _returns(ended, caught_up).items():
        says = f"Zone {zone[-1]} is back, and asks the others for what it has missed."
        yield Span(since, until, lane_of(zone), WAIT, "catches up", says)


def _returns(ended: list[FaultEnded], caught_up: list[ZoneCaughtUp]) -> dict[tuple[str, float], float]:
    """Since when each zone has been catching up, by its name and the time at which it is done: since its last fault ended."""
    done = {zone: [one.at for one in caught_up if one.zone == zone] for zone in {event.zone for event in ended}}
    away = [event for event in ended if event.fault != SLOW]
    return {(event.zone, _first(done[event.zone], event.at)): seconds(event.at) for event in away}


def _first(times: list[int], since: int) -> float:
    """The first of those times (µs) from then on, in seconds; infinity if there is none."""
    return next((seconds(at) for at in times if at >= since), inf)


_FAULTS = {
    "lost": "Nothing in zone {zone} answers.",
    "cut": "Zone {zone} has no connection to the other two. It answers reads, and hears of no writes.",
    "slow": "Zone {zone} applies writes later than it should.",
}
