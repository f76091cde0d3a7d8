"""A film of a real trace: one item, its three replicas, writes on their way to the followers, and the reads that do not wait.

And one of a crowd, invented: as many marks as a picture should bear.
"""

from math import inf

from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Journey, Lane, Level, Mark, Note, Span, seconds
from dynateach.drawing.palette import CLIENT, FAULT, LEADER, READ, REPLICA, STALE_READ, THROTTLE, WAIT, WRITE
from dynateach.lab import Lab
from dynateach.trace import FaultBegan, FaultEnded, ReplicaRead, Replicated, RequestServed

ZONES = ("a", "b", "c")
CAPTION = (
    "Time runs to the right. Each of the lower lanes is one copy of the same item: a line is a write on its way from the leader to a"
    " follower, a square an eventually consistent read of the copy that stands there. A hollow square returned an older version."
)


def replicas(seed: int = 3, writes: int = 4, lose: str = "", at: float = 0.0) -> Film:
    """``writes`` versions of one item, and reads in between. From ``at`` on, zone ``lose`` is lost, if it is given."""
    lab = traced(seed, writes, lose, at)
    served = [event for event in lab.trace.of(RequestServed) if event.operation in ("PutItem", "GetItem")]
    written, read = _arrived(lab), lab.trace.of(ReplicaRead)
    stale = [event for event in read if event.versions]
    start = min((event.at for event in served), default=0)
    return Film(
        title=f"{len(stale)} of {count(len(read), 'read')} are stale, and none of them fails",
        caption=CAPTION,
        lanes=(Lane("client", kind=CLIENT), *_zones(written), Lane("b lags behind")),
        marks=(*_writes(written), *_reads(read)),
        journeys=_journeys(written),
        spans=(*_requests(served), *_outages(lab)),
        levels=(Level("b lags behind", _behind(written, ZONES.index("b")), "writes", kind=WRITE),),
        notes=_notes(written, read),
        start=seconds(start) // 1,
    )


def crowd() -> Film:
    """1,000 writes in 3 s on three lanes, and a bucket that they empty."""
    kinds = [THROTTLE if number % 100 == 50 else WRITE for number in range(1000)]
    marks = [
        Mark(number * 7919 % 3000 / 1000, "abc"[number % 3], kind, "no" if kind is THROTTLE else f"k{number}")
        for number, kind in enumerate(kinds)
    ]
    level = Level("bucket", [(0, 100), (1, 40), (2, 0)], "WCU", ceiling=100)
    lanes = [Lane("a", "one"), Lane("b", "one"), Lane("c"), Lane("bucket")]
    return Film("10 of 1,000 writes are throttled", "Crosses are throttled.", lanes, marks, levels=[level], unit="ms")


def traced(seed: int, writes: int, lose: str = "", at: float = 0.0) -> Lab:
    """The Lab behind the film."""
    lab = Lab(seed=seed, profile="classroom")
    table = lab.resource("dynamodb").create_table(
        TableName="users",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    lab.clock.advance(60 - lab.clock.elapsed)
    lab.trace.clear()
    if lose:
        lab.faults.lose_zone(lose, seconds=6, at=max(at, lab.clock.elapsed))
    for version in range(1, writes + 1):
        table.put_item(Item={"id": "u1", "version": version})
        for _ in range(3):
            lab.clock.advance(0.7)
            table.get_item(Key={"id": "u1"})
    lab.clock.advance(6)
    return lab


def _arrived(lab: Lab) -> list[Replicated]:
    """The writes, with no arrivals in a zone while it was lost: what came then came to nobody."""
    lost = [(event.zone, event.at) for event in lab.trace.of(FaultBegan)]
    return [
        event._replace(
            applied=tuple(
                None if arrives and any(zone.endswith(letter) and arrives >= at for zone, at in lost) else arrives
                for letter, arrives in zip(ZONES, event.applied, strict=True)
            )
        )
        for event in lab.trace.of(Replicated)
    ]


def _zone(name: str) -> str:
    """``us-east-1a`` as its lane is called."""
    return f"zone {name[-1]}"


def _zones(written: list[Replicated]) -> list[Lane]:
    leader = written[0].leader[-1]
    return [Lane(f"zone {zone}", "copies of u1", LEADER if zone == leader else REPLICA) for zone in ZONES]


def _writes(written: list[Replicated]) -> list[Mark]:
    return [
        Mark(
            seconds(event.at),
            _zone(event.leader),
            WRITE,
            f"v{event.lsn}",
            f"Version {event.lsn} is in the leader's log.",
        )
        for event in written
    ]


def _reads(read: list[ReplicaRead]) -> list[Mark]:
    return [
        Mark(
            seconds(event.at),
            _zone(event.zone),
            STALE_READ if event.versions else READ,
            f"−{event.versions}" if event.versions else "",
            f"The {event.role} in {_zone(event.zone)} lacked {count(event.versions, 'write')}.",
        )
        for event in read
    ]


def _journeys(written: list[Replicated]) -> list[Journey]:
    return [
        Journey(
            seconds(event.at),
            inf if arrives is None else seconds(arrives),
            _zone(event.leader),
            f"zone {zone}",
            WRITE,
            f"Version {event.lsn} on its way to zone {zone}.",
        )
        for event in written
        for zone, arrives in zip(ZONES, event.applied, strict=True)
        if zone != event.leader[-1]
    ]


def _requests(served: list[RequestServed]) -> list[Span]:
    return [
        Span(
            seconds(event.at),
            seconds(event.at + event.took),
            "client",
            WAIT,
            says=f"{event.operation}: {event.took / 1000:g} ms",
        )
        for event in served
    ]


def _outages(lab: Lab) -> list[Span]:
    ends = {event.zone: seconds(event.at) for event in lab.trace.of(FaultEnded)}
    return [
        Span(
            seconds(event.at),
            ends.get(event.zone, inf),
            _zone(event.zone),
            FAULT,
            event.fault,
            "Nothing there answers.",
        )
        for event in lab.trace.of(FaultBegan)
    ]


def _behind(written: list[Replicated], zone: int) -> list[tuple[float, float]]:
    arrivals = [arrives for event in written if (arrives := event.applied[zone]) is not None]
    changes = sorted([(event.at, 1) for event in written] + [(arrives, -1) for arrives in arrivals])
    return [(seconds(at), sum(change for _, change in changes[: number + 1])) for number, (at, _) in enumerate(changes)]


def _notes(written: list[Replicated], read: list[ReplicaRead]) -> list[Note]:
    done = (
        Note(seconds(event.at), f"Version {event.lsn} is written: the leader has it, the followers do not yet.")
        for event in written
    )
    old = (
        Note(
            seconds(event.at),
            f"A read asks {_zone(event.zone)}, which lacks {count(event.versions, 'write')}: the answer is old.",
        )
        for event in read
        if event.versions
    )
    return sorted((*done, *old), key=lambda note: note.at)
