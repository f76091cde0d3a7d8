"""One hot key: spread over suffixes it heats several partitions a little, and every read has to gather the parts.

spread = simulate(suffixes=10, writes=2_000)
draw(spread)
explore()
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.drawing import keyspace
from dynateach.drawing.captions import against, count, number
from dynateach.drawing.keyspace import Band, Mark
from dynateach.drawing.palette import READ
from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.still import Still
from dynateach.dynamodb.rules import limits
from dynateach.lab import Lab
from dynateach.randomness import Randomness
from dynateach.topics.parts.traffic import bands, lab_with_tables, marks, one_second, touches

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

HOT = "concert-42"
NEWEST = 10
"""How many of the newest tickets a read asks for."""
PLAIN, SUFFIXED = "tickets", "tickets-by-suffix"


class Gathered(NamedTuple):
    """What one read took: the read units of each Query, in order, and the tickets found (their numbers, newest first)."""

    units: tuple[float, ...]
    tickets: tuple[int, ...]


@dataclass(frozen=True)
class Spread:
    """One second of writes under one key and, in a second table, under that key with a suffix; then the same read from both."""

    lab: Lab
    suffixes: int
    writes: int
    plain_read: Gathered
    suffixed_read: Gathered

    @cached_property
    def before(self) -> list[Band]:
        """The partitions of the table with one key, and their loads."""
        return bands(self.lab, PLAIN, touches(self.lab, PLAIN, "writes"), "writes")

    @cached_property
    def after(self) -> list[Band]:
        """The partitions of the table with suffixed keys, and their loads."""
        return bands(self.lab, SUFFIXED, touches(self.lab, SUFFIXED, "writes"), "writes")

    @cached_property
    def marks(self) -> list[Mark]:
        """The suffixed keys."""
        return marks(touches(self.lab, SUFFIXED, "writes"))


def simulate(suffixes: int = 10, writes: int = 2_000, partitions: int = 4, seed: int = 1) -> Spread:
    """One second of ticket sales for one concert, through a Lab: under one key, and under ``suffixes`` keys, one drawn for each write.

    Then a read of the newest tickets from both: one Query a key, merged. Its units are those that DynamoDB's answers report.
    """
    lab = lab_with_tables(PLAIN, SUFFIXED, partitions=partitions, seed=seed, sort_key=True)
    _sell(lab, PLAIN, [HOT] * writes)
    chance, names = Randomness(seed).stream("suffix"), _names(suffixes)
    _sell(lab, SUFFIXED, [chance.pick(names) for _ in range(writes)])
    return Spread(lab, suffixes, writes, _gather(lab, PLAIN, [HOT]), _gather(lab, SUFFIXED, names))


def draw(spread: Spread) -> Still:
    """Where the suffixed keys land, the load of each partition with and without suffixes, and what a read costs with and without."""
    picture = Picture()
    _draw_line(picture, spread)
    _draw_loads(picture, spread)
    _draw_reads(picture, spread)
    return picture.figure(_finding(spread))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are suffixes, writes, partitions, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(suffixes: int = 10, writes: int = 2_000, partitions: int = 4, seed: int = 1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {
        "suffixes": controls.slider("suffixes", suffixes, 1, 20, width="240px"),
        "writes": controls.slider("writes in 1 s", writes, 100, 5_000, 100, width="260px"),
        "partitions": controls.slider("partitions", partitions, 1, 16, width="240px"),
    }
    return View(
        "One hot key",
        lambda **chosen: simulate(**chosen, seed=seed),
        draw,
        simulated=simulated,
        drawn={},
        rows=(tuple(simulated.values()), ()),
        says=landing,
    )


def landing(spread: Spread) -> str:
    """In one line of HTML, the keys of the concert and on how many partitions they land."""
    names = [mark.key for mark in spread.marks]
    partitions = {spread.lab.inspect(SUFFIXED).locate(name).partition for name in names}
    first, last = min(names, key=_suffix), max(names, key=_suffix)
    keys = f"<code>{first}</code>" if first == last else f"<code>{first}</code> … <code>{last}</code>"
    return f"partition key {keys}: {count(len(names), 'key')} on {len(partitions)} of {count(len(spread.after), 'partition')}"


def _names(suffixes: int) -> list[str]:
    return [HOT] if suffixes == 1 else [f"{HOT}#{suffix}" for suffix in range(suffixes)]


def _suffix(name: str) -> int:
    return int(name.removeprefix(HOT).removeprefix("#") or 0)


def _sell(lab: Lab, table: str, names: Sequence[str]) -> None:
    for i in one_second(lab, len(names)):
        ticket = {"pk": {"S": names[i]}, "sk": {"N": str(i)}}
        lab.request("dynamodb", "PutItem", {"TableName": table, "Item": ticket})


def _gather(lab: Lab, table: str, names: Sequence[str]) -> Gathered:
    answers = [lab.request("dynamodb", "Query", _newest(table, name)) for name in names]
    tickets = sorted((int(item["sk"]["N"]) for answer in answers for item in answer["Items"]), reverse=True)
    return Gathered(tuple(answer["ConsumedCapacity"]["CapacityUnits"] for answer in answers), tuple(tickets[:NEWEST]))


def _newest(table: str, name: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :key",
        "ExpressionAttributeValues": {":key": {"S": name}},
        "ScanIndexForward": False,
        "Limit": NEWEST,
        "ReturnConsumedCapacity": "TOTAL",
    }


ACROSS, COST = (0, 0.57), (0.74, 1)


def _draw_line(picture: Picture, spread: Spread) -> None:
    scale = keyspace.scale(mark.requests for mark in spread.marks)
    axis = {**keyspace.AXIS, "showticklabels": False}
    panel = picture.panel(ACROSS, (0.6, 0.94), axis, scale.axis, "<b>Writes per key</b>, where its hash lands")
    keyspace.stems(picture, panel, spread.marks)
    strip = picture.panel(ACROSS, (0.5, 0.585), {**keyspace.AXIS, **keyspace.BARE}, dict(keyspace.BARE))
    keyspace.ranges(picture, strip, spread.after)


def _draw_loads(picture: Picture, spread: Spread) -> None:
    scale = keyspace.scale((band.load for band in spread.before), limits.PARTITION_WRITE_UNITS)
    heading = "<b>Load of each partition</b>, WCU/s; outlined: without suffixes"
    panel = picture.panel(ACROSS, (0, 0.4), {**keyspace.AXIS, "title": keyspace.TITLE}, scale.axis, heading)
    keyspace.outlines(picture, panel, spread.before)
    hottest = max(spread.after, key=lambda band: band.load)
    keyspace.loads(picture, panel, spread.after, scale, "WCU/s", named=(hottest.name,))
    keyspace.ceiling(picture, panel, limits.PARTITION_WRITE_UNITS, "WCU/s")


def _draw_reads(picture: Picture, spread: Spread) -> None:
    reads = (spread.plain_read, spread.suffixed_read)
    top = 1.25 * max(sum(read.units) for read in reads)
    names = ["one key", f"{spread.suffixes} suffixes" if spread.suffixes > 1 else "no suffix"]
    x = {"range": [-0.6, 1.6], "tickvals": [0, 1], "ticktext": names}
    y = {"range": [0, top], "nticks": 5, "showgrid": True}
    panel = picture.panel(COST, (0, 0.94), x, y, "<b>One read</b>, RCU; a block is a Query")
    picture.add(
        panel,
        type="bar",
        x=[column for column, read in enumerate(reads) for _ in read.units],
        y=[units for read in reads for units in read.units],
        base=[sum(read.units[:i]) for read in reads for i in range(len(read.units))],
        width=0.7,
        marker={"color": READ.colour, "line": {"color": "rgba(128, 128, 128, 0.9)", "width": 1}},
        hovertemplate="one Query: %{y} RCU<extra></extra>",
    )
    for column, read in enumerate(reads):
        words = f"{count(len(read.units), 'query', 'queries')}<br><b>{number(sum(read.units))} RCU</b>"
        picture.label(panel, column, sum(read.units), words, yanchor="bottom", yshift=2)


def _finding(spread: Spread) -> Finding:
    hot, cool = (max(band.load for band in loads) for loads in (spread.before, spread.after))
    queries = count(len(spread.suffixed_read.units), "query", "queries")
    units = f"{number(sum(spread.plain_read.units))} to {number(sum(spread.suffixed_read.units))} RCU"
    over = f"{against(cool, limits.PARTITION_WRITE_UNITS)} the ceiling"
    subtitle = f"The busiest partition now: {over}; a read of the newest {NEWEST} tickets went from {units}."
    title = (
        f"{spread.suffixes} suffixes cut the peak from {number(hot)} to {number(cool)} WCU/s; a read takes {queries}"
    )
    if spread.suffixes == 1:
        title = f"One key sends all {spread.writes:,} writes to one partition: {over}"
        subtitle = f"A read of the newest {NEWEST} tickets takes {queries}, {number(sum(spread.plain_read.units))} RCU."
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle}")


CAPTION = (
    f"All writes are for {HOT}. With suffixes each goes to {HOT}#0, {HOT}#1, … drawn at random, and their hashes may still share a partition."
    " A read must query every suffix and merge the answers; the units are those that the answers report (eventually consistent)."
)
