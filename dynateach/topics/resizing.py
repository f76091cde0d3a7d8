"""When partitions change: which keys move when a hot partition is split, against a ring that gains a node and against ``hash(key) % n``.

resize = simulate("user ids", partitions=3, splits=1)
draw(resize)
explore()
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dynateach.drawing import keyspace
from dynateach.drawing import ring as circle
from dynateach.drawing.captions import against, coloured, count, number, percent
from dynateach.drawing.keyspace import Band, Mark
from dynateach.drawing.palette import QUIET, SPLIT
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.dynamodb.rules import limits
from dynateach.lab import Lab
from dynateach.topics.parts.traffic import bands, keys, lab_with_tables, marks, send, touches
from dynateach.topics.ring import Ring, modulo, ring
from dynateach.trace import PartitionSplit

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

TABLE = "orders"


@dataclass(frozen=True)
class Resize:
    """A second of writes, a split of the busiest partition, and the same second again; or the first second alone, nothing split yet.

    ``before`` and ``after`` are the partitions with their loads in the two seconds; ``nodes`` is how many nodes the contrast models had before.
    """

    lab: Lab
    design: str
    nodes: int
    tokens: int
    before: list[Band]
    after: list[Band]

    @cached_property
    def split(self) -> PartitionSplit | None:
        """The latest split, as traced, if there has been one."""
        splits = self.lab.trace.of(PartitionSplit)
        return splits[-1] if splits else None

    @cached_property
    def hottest(self) -> Band:
        """The busiest partition of the last second: the next to split."""
        return max(self.after, key=lambda band: band.load)

    @cached_property
    def divisible(self) -> bool:
        """Whether the hottest partition holds more than one key, so that a split can part them."""
        return sum(self.hottest.low <= mark.position < self.hottest.high for mark in self.marks) > 1

    @cached_property
    def marks(self) -> list[Mark]:
        """The distinct keys written in the last second."""
        return marks(touches(self.lab, TABLE, "writes", since=self.split.at if self.split else 0))

    @cached_property
    def moved_by_split(self) -> list[Mark]:
        """The keys that the right half of the split partition took over."""
        if not self.split:
            return []
        right = next(band for band in self.after if band.name == self.split.right)
        return [mark for mark in self.marks if right.low <= mark.position < right.high]

    @cached_property
    def ring(self) -> Ring:
        """The contrast: a ring, after a split with one node more."""
        return ring(self.nodes + bool(self.split), self.tokens)

    @cached_property
    def moved_by_ring(self) -> list[Mark]:
        """The keys that the joining node took over."""
        return [mark for mark in self.marks if self.ring.owner(mark.position) == self.newcomer]

    @property
    def newcomer(self) -> str:
        """The node that joins the ring."""
        return f"n{self.nodes}"

    @cached_property
    def moved_by_modulo(self) -> list[Mark]:
        """The keys for which ``hash(key) % n`` and ``hash(key) % (n + 1)`` differ, after a split."""
        if not self.split:
            return []
        digests = {mark.key: self.lab.inspect(TABLE).locate(mark.key).digest for mark in self.marks}
        n = self.nodes
        return [mark for mark in self.marks if modulo(digests[mark.key], n) != modulo(digests[mark.key], n + 1)]


def simulate(
    design: str = "user ids",
    partitions: int = 3,
    splits: int = 1,
    tokens: int = 8,
    requests: int = 3_300,
    seed: int = 1,
) -> Resize:
    """Seconds of the same writes, with the busiest partition split at its median key between one and the next, so many times (0: not at all).

    ``tokens`` is how many places each node has on the ring. The result tells of the last split.
    Raises ``LabError`` for a design that there is none of.
    """
    lab = lab_with_tables(TABLE, partitions=partitions, seed=seed)
    names = keys(lab, design, requests)
    after = _second(lab, names)
    before = after
    for _ in range(splits):
        before = after
        lab.inspect(TABLE).split(max(before, key=lambda band: band.load).name)
        after = _second(lab, names)
    return Resize(lab, design, len(before), tokens, before, after)


def draw(resize: Resize) -> Still:
    """The line before and after the split, the loads after it, and the keys that each way of placing them moves."""
    picture = Picture()
    _draw_split(picture, resize)
    _draw_loads(picture, resize)
    _draw_modulo(picture, resize)
    _draw_ring(picture, resize)
    return picture.figure(_finding(resize))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are design, partitions, tokens, requests, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    design: str = "user ids", partitions: int = 3, tokens: int = 8, requests: int = 3_300, seed: int = 1
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View
    from dynateach.topics.parts.traffic import DESIGNS

    splits = controls.counter(0, 0, 8)
    simulated = {
        "design": controls.choice("partition key", tuple(DESIGNS), design),
        "partitions": controls.slider("partitions at first", partitions, 1, 12, width="240px"),
        "tokens": controls.slider("places per ring node", tokens, 1, 32, width="245px"),
    }
    split = controls.stepper("Split the hottest", splits, 1, "Split the busiest partition at its median key")
    again = controls.setter("Start again", splits, 0, "Back to before the first split")

    def says(resize: Resize) -> str:
        split.disabled = not resize.divisible or splits.value == splits.max
        return history(resize)

    return View(
        "When a partition splits",
        lambda **chosen: simulate(**chosen, requests=requests, seed=seed),
        draw,
        simulated={**simulated, "splits": splits},
        drawn={},
        rows=(tuple(simulated.values()), (split, again)),
        says=says,
    )


def history(resize: Resize) -> str:
    """In one line of HTML, the latest split and what it did to the items, and whether there is anything left to split."""
    hottest = f"<b>{resize.hottest.name}</b>"
    next_split = f"next: {hottest}, the hottest" if resize.divisible else f"{hottest}: one key left, nothing to cut"
    if not resize.split:
        return f"no split yet; {next_split}"
    split, splits = resize.split, len(resize.lab.trace.of(PartitionSplit))
    return (
        f"split {splits}: <b>{split.partition}</b>, cut at {split.boundary:.4f} into <b>{split.left}</b> and <b>{split.right}</b>;"
        f" {count(split.kept, 'item')} stayed, {split.moved:,} moved; {next_split}"
    )


ACROSS, RING = (0, 0.57), (0.69, 1)


def _second(lab: Lab, names: Sequence[str]) -> list[Band]:
    start = lab.clock.now
    send(lab, TABLE, names)
    return bands(lab, TABLE, touches(lab, TABLE, "writes", since=start), "writes")


def _draw_split(picture: Picture, resize: Resize) -> None:
    levels = {
        "range": [-0.55, 3.55],
        "tickvals": [0, 3],
        "ticktext": ["after", "before"] if resize.split else ["now", "now"],
    }
    heading = "<b>DynamoDB</b> before any split"
    if resize.split:
        heading = f"<b>DynamoDB</b> splits {resize.split.partition}: {_moved(resize, resize.moved_by_split)}"
    panel = picture.panel(ACROSS, (0.62, 0.94), {**keyspace.AXIS, "showticklabels": False}, levels, heading)
    _draw_keys(picture, panel, resize, resize.moved_by_split, (0.7, 2.3))
    keyspace.ranges(picture, panel, resize.before, level=3)
    keyspace.ranges(picture, panel, resize.after, level=0)


def _draw_loads(picture: Picture, resize: Resize) -> None:
    scale = keyspace.scale((band.load for band in resize.before), limits.PARTITION_WRITE_UNITS)
    heading = f"<b>Load {'after' if resize.split else 'before'} the split</b>, WCU/s{'; outlined: before' if resize.split else ''}"
    panel = picture.panel(ACROSS, (0.25, 0.53), {**keyspace.AXIS, "showticklabels": False}, scale.axis, heading)
    keyspace.outlines(picture, panel, resize.before)
    keyspace.loads(picture, panel, resize.after, scale, "WCU/s", named=_watched(resize))
    keyspace.ceiling(picture, panel, limits.PARTITION_WRITE_UNITS, "WCU/s")


def _draw_modulo(picture: Picture, resize: Resize) -> None:
    n = resize.nodes
    heading = f"<b>hash(key) % n</b> with {n} servers"
    if resize.split:
        heading = f"<b>hash(key) % n</b>, from {n} to {n + 1} servers: {_moved(resize, resize.moved_by_modulo)}"
    levels = {"visible": False, "range": [0, 1]}
    panel = picture.panel(ACROSS, (0, 0.15), {**keyspace.AXIS, "title": keyspace.TITLE}, levels, heading)
    _draw_keys(picture, panel, resize, resize.moved_by_modulo, (0, 1))


def _draw_keys(picture: Picture, panel: Panel, resize: Resize, moved: Sequence[Mark], up: tuple[float, float]) -> None:
    staying, moving = _shown(resize, moved)
    keyspace.ticks(picture, panel, [mark.position for mark in staying], up, QUIET)
    keyspace.ticks(picture, panel, [mark.position for mark in moving], up, SPLIT.colour)


def _draw_ring(picture: Picture, resize: Resize) -> None:
    moved = resize.moved_by_ring
    heading = f"<b>Ring</b>, {resize.newcomer} joins: {_moved(resize, moved)}" if resize.split else "<b>Ring</b>"
    panel = circle.panel(picture, RING, (0, 0.94), heading)
    staying, moving = _shown(resize, moved)
    circle.ticks(picture, panel, [mark.position for mark in staying], QUIET)
    circle.ticks(picture, panel, [mark.position for mark in moving], SPLIT.colour)
    circle.arcs(picture, panel, resize.ring.arcs, resize.newcomer, SPLIT.colour)
    circle.names(picture, panel, resize.ring.arcs, {arc.node: arc.node for arc in resize.ring.arcs}, resize.newcomer)


def _shown(resize: Resize, moved: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The keys that stay and those that move; of too many to tell apart, every so-and-so-many-th."""
    names = {mark.key for mark in moved}
    shown = resize.marks[:: _one_in(resize)]
    return [mark for mark in shown if mark.key not in names], [mark for mark in shown if mark.key in names]


def _one_in(resize: Resize) -> int:
    return -(-len(resize.marks) // keyspace.APART)


def _moved(resize: Resize, moved: Sequence[Mark]) -> str:
    share = percent(len(moved) / len(resize.marks))
    return coloured(f"<b>{share} of keys move</b>", SPLIT.colour)


def _watched(resize: Resize) -> tuple[str, ...]:
    """The partitions whose loads are always told: the hottest and the two new ones."""
    new = (resize.split.left, resize.split.right) if resize.split else ()
    return (resize.hottest.name, *new)


def _finding(resize: Resize) -> Finding:
    return _split_finding(resize, resize.split) if resize.split else _unsplit_finding(resize)


def _unsplit_finding(resize: Resize) -> Finding:
    hot = resize.hottest
    title = (
        f"{hot.name} takes {number(hot.load)} writes/s: {against(hot.load, hot.ceiling)} its ceiling, before any split"
    )
    subtitle = f"It owns 1/{len(resize.after)} of the key space; a split at its median key would share its keys out over two partitions."
    if not resize.divisible:
        subtitle = "All its writes name one key, and a split cannot cut a key."
    return Finding(title, subtitle, _caption(resize), f"{title}. {subtitle}")


def _split_finding(resize: Resize, split: PartitionSplit) -> Finding:
    modulo_moves, ring_moves = len(resize.moved_by_modulo), len(resize.moved_by_ring)
    before = next(band.load for band in resize.before if band.name == split.partition)
    halves = [band for band in resize.after if band.name in (split.left, split.right)]
    hotter = max(halves, key=lambda band: band.load)
    of = count(len(resize.marks), "key")
    title = f"Splitting {split.partition} moves {split.moved:,} of {of}; hash % n would move {modulo_moves:,}"
    if hotter.load == before:
        title = f"Splitting {split.partition} does not help: {hotter.name} still takes all {number(before)} writes/s"
    loads = " and ".join(f"{band.name} takes {number(band.load)}" for band in halves)
    subtitle = f"{split.partition} took {number(before)} writes/s; now {loads}."
    alternative = (
        f"{title}. {subtitle} The split moves {percent(split.moved / len(resize.marks))} of the keys,"
        f" a ring that gains a node {percent(ring_moves / len(resize.marks))},"
        f" hash modulo n {percent(modulo_moves / len(resize.marks))}."
    )
    return Finding(title, subtitle, _caption(resize), alternative)


def _caption(resize: Resize) -> str:
    stroke = "a partition key" if _one_in(resize) == 1 else f"one partition key in {_one_in(resize)}"
    return f"Each stroke is {stroke} at its hash; {CAPTION}"


CAPTION = (
    "purple ones change place. A split moves the upper half of one partition's keys and touches no other."
    " On average a joining node takes 1/(n+1) of a ring's keys, and hash(key) % n moves n/(n+1) of all. More places per ring node even out the ring;"
    " only nodes with room are named. Ring and % n are models for contrast, not DynamoDB."
)
