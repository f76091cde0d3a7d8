"""Where keys land: the hash of the partition key chooses the partition, and the choice of key decides which partition gets hot.

heat = simulate("order status", partitions=8, requests=2_000)
draw(heat, key="SHIPPED")
explore()                       # the same with controls; its other tabs are the topics resizing and sharding
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from dynateach.drawing import keyspace
from dynateach.drawing import ring as circle
from dynateach.drawing.captions import against, coloured, count, number, percent
from dynateach.drawing.keyspace import Band, Mark
from dynateach.drawing.palette import BLUE, GREEN
from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.still import Still
from dynateach.lab import Lab
from dynateach.topics.parts.traffic import (
    CEILINGS,
    KINDS,
    UNITS,
    Kind,
    Touch,
    bands,
    keys,
    lab_with_tables,
    marks,
    send,
    touches,
)
from dynateach.topics.ring import Ring, ring

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

TABLE = "orders"


@dataclass(frozen=True)
class Heat:
    """A finished second of traffic: the Lab that served it, and what its trace says about keys and partitions."""

    lab: Lab
    design: str
    kind: Kind
    requests: int

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What the requests were: writes, reads, or both."""
        return ("writes", "reads") if self.kind == "half and half" else (self.kind,)

    @cached_property
    def touches(self) -> dict[str, list[Touch]]:
        """The items written and read, as traced, by kind."""
        return {kind: touches(self.lab, TABLE, kind) for kind in self.kinds}

    @cached_property
    def marks(self) -> list[Mark]:
        """The distinct keys, in the order of the key space."""
        return marks([touch for kind in self.kinds for touch in self.touches[kind]])

    @cached_property
    def bands(self) -> dict[str, list[Band]]:
        """The partitions with their load in units a second, by kind."""
        return {kind: bands(self.lab, TABLE, self.touches[kind], kind) for kind in self.kinds}

    @cached_property
    def hottest(self) -> tuple[str, Band]:
        """The kind of request and the partition whose load is the largest part, or multiple, of its ceiling."""
        candidates = ((kind, band) for kind in self.kinds for band in self.bands[kind])
        return max(candidates, key=lambda candidate: candidate[1].load / candidate[1].ceiling)

    @cached_property
    def ring(self) -> Ring:
        """The contrast: a 2007 Dynamo ring with as many nodes as the table has partitions."""
        return ring(len(self.bands[self.kinds[0]]))


def simulate(
    design: str = "user ids", partitions: int = 4, requests: int = 2_000, kind: Kind = "writes", seed: int = 1
) -> Heat:
    """One second of requests on a new table, through a Lab.

    ``design`` is one of ``traffic.DESIGNS``: the partition key that the table was given. Raises ``LabError`` for a design that there is none of.
    """
    lab = lab_with_tables(TABLE, partitions=partitions, seed=seed)
    send(lab, TABLE, keys(lab, design, requests), kind)
    return Heat(lab, design, kind, requests)


def draw(heat: Heat, key: str = "", headline: bool = True) -> Still:
    """The key space as a line, the load of its ranges beneath, and the same keys on a ring; ``key`` is marked where it lands.

    Without ``headline`` the title leaves it to the reader to find the hottest partition and its load.
    """
    picture = Picture()
    asked = [heat.lab.inspect(TABLE).locate(key).position] if key else []
    _draw_line(picture, heat, key, asked)
    _draw_loads(picture, heat)
    _draw_ring(picture, heat, asked)
    return picture.figure(_finding(heat, headline))


def explore(**defaults: Any) -> Any:
    """An explorer with three tabs: where keys land, when a partition is split, one hot key.

    ``defaults`` are the first tab's first values: design, partitions, requests, kind, seed, key.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import resizing, sharding

    return explorer(view(**defaults), resizing.view(), sharding.view())


def view(
    design: str = "user ids",
    partitions: int = 4,
    requests: int = 2_000,
    kind: Kind = "writes",
    seed: int = 1,
    key: str = "user-042",
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View
    from dynateach.topics.parts.traffic import DESIGNS

    simulated = {
        "design": controls.choice("partition key", tuple(DESIGNS), design, width="190px"),
        "partitions": controls.slider("partitions", partitions, 1, 16, width="185px"),
        "requests": controls.slider("requests in 1 s", requests, 100, 5_000, 100, width="225px"),
        "kind": controls.choice("requests are", KINDS, kind, width="190px"),
    }
    typed = controls.text("your own key", key)
    return View(
        "Where keys land",
        lambda **chosen: simulate(**chosen, seed=seed),
        draw,
        simulated=simulated,
        drawn={"key": typed},
        rows=(tuple(simulated.values()), (typed,)),
        says=location,
    )


def location(heat: Heat, key: str = "") -> str:
    """In one line of HTML, where a key lands: its hash, the place of that in the key space, and the partition."""
    if not key:
        return "Type a key to see where it lands."
    found = heat.lab.inspect(TABLE).locate(key)
    owner = next(band for band in heat.bands[heat.kinds[0]] if band.name == found.partition)
    return (
        f"hash <code>{found.digest[:8]}…{found.digest[-4:]}</code> → <b>{found.position:.4f}</b> of the key space"
        f" → <b>{escape(found.partition)}</b>, which owns {owner.low:.4f} to {owner.high:.4f}"
    )


ACROSS, RING = (0, 0.57), (0.69, 1)


def _draw_line(picture: Picture, heat: Heat, key: str, asked: list[float]) -> None:
    marks = keyspace.pooled(heat.marks)
    one_by_one = len(marks) == len(heat.marks)
    what = "key</b>, where its hash lands" if one_by_one else f"1/{keyspace.SLOTS} of the key space</b>"
    scale = keyspace.scale(mark.requests for mark in marks)
    axis = {**keyspace.AXIS, "showticklabels": False}
    panel = picture.panel(ACROSS, (0.6, 0.94), axis, scale.axis, f"<b>Requests per {what}")
    keyspace.stems(picture, panel, marks)
    keyspace.names(picture, panel, heat.marks, scale, asked)
    keyspace.probe(picture, panel, key, asked, scale)
    strip = picture.panel(ACROSS, (0.5, 0.585), {**keyspace.AXIS, **keyspace.BARE}, dict(keyspace.BARE))
    keyspace.ranges(picture, strip, heat.bands[heat.hottest[0]], _colour(heat.hottest[0]))


def _draw_loads(picture: Picture, heat: Heat) -> None:
    every = [band.load for kind in heat.kinds for band in heat.bands[kind]]
    scale = keyspace.scale(every, *(CEILINGS[kind] for kind in heat.kinds))
    units = ", ".join(coloured(f"{kind} in {UNITS[kind]}", _colour(kind)) for kind in heat.kinds)
    heading = f"<b>Load of each partition</b>: {units}"
    panel = picture.panel(ACROSS, (0, 0.4), {**keyspace.AXIS, "title": keyspace.TITLE}, scale.axis, heading)
    for kind in heat.kinds:
        keyspace.loads(picture, panel, _half(heat, kind), scale, UNITS[kind], _colour(kind), named=_hottest(heat, kind))
        keyspace.ceiling(picture, panel, CEILINGS[kind], UNITS[kind])


def _draw_ring(picture: Picture, heat: Heat, asked: list[float]) -> None:
    load = Counter[str]()
    for mark in heat.marks:
        load[heat.ring.owner(mark.position)] += mark.requests
    busiest = max(sorted(load), key=lambda node: load[node])
    words = {arc.node: f"{arc.node}<br>{percent(load[arc.node] / heat.requests)}" for arc in heat.ring.arcs}
    panel = circle.panel(picture, RING, (0, 0.94), "<b>For contrast</b>: Dynamo's ring of 2007")
    circle.stems(picture, panel, keyspace.pooled(heat.marks))
    circle.arcs(picture, panel, heat.ring.arcs, busiest, BLUE)
    circle.names(picture, panel, heat.ring.arcs, words, busiest)
    circle.probe(picture, panel, asked)


def _finding(heat: Heat, headline: bool) -> Finding:
    kind, band = heat.hottest
    even = percent(1 / len(heat.bands[kind]))
    title = _title(heat, kind, band) if headline else f"One second of {' and '.join(heat.kinds)} on {TABLE}"
    names = count(len(heat.marks), "distinct key")
    share = f"; an even share would be {even}" if len(heat.bands[kind]) > 1 else ""
    subtitle = f"Partition key: {heat.design}. The requests name {names}{share}."
    return Finding(title, subtitle, CAPTION, _alternative(heat, title))


def _title(heat: Heat, kind: str, band: Band) -> str:
    of_kind = len(heat.touches[kind])
    taken = sum(touch.partition == band.name for touch in heat.touches[kind])
    part = "all" if taken == of_kind else f"{percent(taken / of_kind)} of"
    ratio = against(band.load, band.ceiling)
    partitions = len(heat.bands[kind])
    if band.overloaded or partitions == 1 or taken > 1.3 * of_kind / partitions:
        return (
            f"{band.name} takes {part} {of_kind:,} {kind}: {ratio} its ceiling of {number(band.ceiling)} {UNITS[kind]}"
        )
    return f"The load is even: {band.name}, the busiest, takes {part} {of_kind:,} {kind}, {ratio} its ceiling"


CAPTION = (
    "A stem is a partition key: it stands where its hash lands, as high as it has requests. The line is cut into partitions; the bar under each is"
    " what it was asked for in that second, orange what exceeds its ceiling; the two blues only tell neighbours apart. On the ring, a node takes the"
    " keys on the arc that ends, clockwise, at its dot (named where there is room); the large dot is your own key. DynamoDB's hash function is not"
    " published: here it is MD5."
)


def _alternative(heat: Heat, title: str) -> str:
    kind = heat.hottest[0]
    loads = ", ".join(f"{band.name} {number(band.load)}" for band in heat.bands[kind])
    return f"{title}. Load of each partition in {UNITS[kind]}: {loads}. Partition key: {heat.design}."


def _hottest(heat: Heat, kind: str) -> tuple[str, ...]:
    hottest, band = heat.hottest
    return (band.name,) if kind == hottest else ()


def _half(heat: Heat, kind: str) -> list[Band]:
    """The bands for one kind's bars: the whole range, or the left or right half of it where both kinds share it."""
    if len(heat.kinds) == 1:
        return heat.bands[kind]
    right = kind == "reads"
    return [
        band._replace(low=(band.low + band.high) / 2) if right else band._replace(high=(band.low + band.high) / 2)
        for band in heat.bands[kind]
    ]


def _colour(kind: str) -> str:
    return BLUE if kind == "writes" else GREEN
