"""How long a read may be stale: the chance that an eventually consistent read misses a write, against the time since that write.

decay = simulate(lag=3, slower=1, writes=200)
draw(decay)                     # measured on a Lab, and computed from the lags that its profile assumes
explore()
"""

from dataclasses import astuple, dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.drawing.captions import coloured, number, percent
from dynateach.drawing.palette import HAIRLINE, INK, QUIET, READ, STALE_READ
from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.still import Still
from dynateach.dynamodb.storage.zones import LETTERS
from dynateach.profile import REALISTIC, Delay
from dynateach.topics.parts.one_item import Happened, Item, in_proportion, lab_with_zones

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

WRITER, READER = "writer", "reader"
MOMENTS = 24
"""How many times after each write the item is read, but for the moments that the title names."""
SLOW_ZONE = "c"
REPLICAS = len(LETTERS)


class Measured(NamedTuple):
    """Of ``reads`` made ``after`` so many µs, one after each write, how many were ``stale``."""

    after: int
    reads: int
    stale: int

    @property
    def share(self) -> float:
        """The stale ones, as a share of 1."""
        return self.stale / self.reads

    @property
    def spread(self) -> float:
        """How far, either way, the true chance may be from this share, in 95 of 100 such measurements."""
        return 1.96 * sqrt(self.share * (1 - self.share) / self.reads)


@dataclass(frozen=True)
class Decay(Happened):
    """Many writes to one item, each read again and again until every replica has it. ``lags`` are those that the Lab's profile assumes."""

    item: Item
    lags: Delay
    slower: int

    @cached_property
    def eventual(self) -> list[Measured]:
        """What eventually consistent reads gave, by the time since the write."""
        return self._measured(consistent=False)

    @cached_property
    def strong(self) -> list[Measured]:
        """What strongly consistent reads gave, by the time since the write."""
        return self._measured(consistent=True)

    def _measured(self, consistent: bool) -> list[Measured]:
        written = {write.version: write.called for write in self.told.writes}
        stale: dict[int, list[bool]] = {}
        for read in self.told.reads:
            if read.consistent == consistent:
                after = round((read.called - written[read.newest]) * SECOND)
                stale.setdefault(after, []).append(read.stale)
        return [Measured(after, len(found), sum(found)) for after, found in sorted(stale.items())]

    def units(self, consistent: bool) -> float:
        """What one such read consumed, in read units."""
        return next(read.units for read in self.told.reads if read.consistent == consistent)

    def chance(self, after: float) -> float:
        """The chance that an eventually consistent read, so many µs after a write, misses it.

        Assumed: each of the three replicas is as likely to be asked; the leader has every write; a follower lacks one for as
        long as the profile's lag says, and ``slower`` times as long in the slow zone.
        """
        return (later_than(self.lags, after) + later_than(self.lags, after / self.slower)) / REPLICAS

    def until(self, chance: float) -> int:
        """How long after a write (µs) the chance of a stale read has fallen to that."""
        low, high = 0, self.lags.slowest * self.slower
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.chance(middle) > chance else (low, middle)
        return high


def simulate(lag: int = 3, slower: int = 1, writes: int = 200, seed: int = 1) -> Decay:
    """Write an item so many times; read it after each write at about thirty delays, until every replica has applied it.

    ``lag`` is how late a follower is, in ms by the median: the profile realistic in proportion, whose lags are assumed. Zone c takes
    ``slower`` times as long. Raises ``LabError`` for a lag that is none.
    """
    item = Item(lab_with_zones(lag, seed, REALISTIC))
    if slower > 1:
        item.lab.faults.slow(SLOW_ZONE, factor=slower)
    lags = in_proportion(REALISTIC.replication_lag, lag)
    moments = _moments(lags, slower)
    apart = lags.slowest * slower + moments[-1]
    for i in range(writes):
        _write_and_read(item, 1 + i * apart / SECOND, moments)
    item.lab.clock.advance(2 + writes * apart / SECOND)
    return Decay(item, lags, slower)


def later_than(delay: Delay, time: float) -> float:
    """The share of such delays that are longer than ``time`` µs: the line through its quantiles, read the other way round."""
    if time < delay.fastest:
        return 1.0
    for (start, above), (end, below) in pairwise(zip(astuple(delay), _LONGER, strict=True)):
        if time < end:
            share: float = above - (above - below) * (time - start) / (end - start)
            return share
    return 0.0


_LONGER = (1.0, 0.5, 0.1, 0.01, 0.0)
"""The shares of delays that are longer than each of the quantiles of a ``Delay``."""


def _moments(lags: Delay, slower: int) -> list[int]:
    """When to read after a write (µs): often at first, rarely later, and at the quantiles."""
    last = lags.p99 * slower * 6 // 5
    return sorted({*(last * i * i // MOMENTS**2 for i in range(MOMENTS + 1)), lags.median, lags.p90, lags.p99})


def _write_and_read(item: Item, time: float, moments: list[int]) -> None:
    item.at(time, lambda: item.write(WRITER))
    for i, after in enumerate(moments):
        item.at(time + after / SECOND, lambda: item.read(READER))
        if i % 4 == 0:
            item.at(time + after / SECOND, lambda: item.read(READER, consistent=True))


def draw(decay: Decay) -> Still:
    """The chance of a stale read after a write, measured and computed, and what a read costs."""
    picture = Picture()
    _draw_chances(picture, decay)
    _draw_cost(picture, decay)
    return picture.figure(_finding(decay))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are lag, slower, writes, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(lag: int = 3, slower: int = 1, writes: int = 200, seed: int = 1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "lag": controls.slider("median lag, ms", lag, 1, 50, width="250px"),
        "slower": controls.slider("zone c is slower, ×", slower, 1, 10, width="265px"),
        "writes": controls.slider("writes", writes, 50, 500, 50, width="210px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "How long is a read stale?",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=((*simulated.values(), again), ()),
        says=outlook,
    )


def outlook(decay: Decay) -> str:
    """In one line of HTML, when a stale read has become rare."""
    return (
        f"By the assumed lags, fewer than <b>1 in 100</b> eventual reads are stale from {_ms(decay.until(0.01))} after the write,"
        f" fewer than <b>1 in 1,000</b> from {_ms(decay.until(0.001))}, none from {_ms(decay.lags.slowest * decay.slower)}."
    )


ACROSS, COST = (0, 0.7), (0.82, 1)


def _draw_chances(picture: Picture, decay: Decay) -> None:
    last = decay.eventual[-1].after / 1000
    x = {"range": [-0.015 * last, last * 1.02], "title": {"text": "time since the write, ms"}, "showgrid": True}
    y = {"range": [-0.03, 0.78], "tickformat": ".0%", "tickvals": [0, 0.2, 0.4, 0.6], "showgrid": True}
    panel = picture.panel(ACROSS, (0, 0.93), x, y, "<b>Reads that miss the write</b>")
    picture.line(panel, (0, 2 / 3), (last, 2 / 3), color=HAIRLINE, width=1.5, dash="dash")
    picture.label(
        panel,
        last,
        2 / 3,
        "two of the three replicas follow: no more than 67\u202f%",
        QUIET,
        xanchor="right",
        yanchor="bottom",
    )
    curve = [i * last / 300 for i in range(301)]
    line = {"color": INK, "width": 1.5}
    hover = "computed: %{y:.1%} after %{x:.1f} ms<extra></extra>"
    picture.add(
        panel,
        type="scatter",
        mode="lines",
        x=curve,
        y=[decay.chance(at * 1000) for at in curve],
        line=line,
        hovertemplate=hover,
    )
    _draw_measured(picture, panel.axes, decay.eventual, STALE_READ.colour, "square-open", True)
    _draw_measured(picture, panel.axes, decay.strong, READ.colour, "square", False)
    words = (
        coloured("□ eventual reads, measured", STALE_READ.colour),
        "— computed from the lags",
        coloured("■ strong reads, measured", READ.colour),
    )
    picture.label(panel, last, 0.6, "<br>".join(words), xanchor="right", yanchor="top", align="left")


def _draw_measured(
    picture: Picture, axes: dict[str, str], measured: list[Measured], colour: str, symbol: str, spread: bool
) -> None:
    error = {"type": "data", "array": [one.spread for one in measured], "color": colour, "thickness": 1, "width": 0}
    picture.traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "showlegend": False,
            "x": [one.after / 1000 for one in measured],
            "y": [one.share for one in measured],
            "error_y": {**error, "visible": spread},
            "marker": {
                "color": colour,
                "symbol": symbol,
                "size": 8,
                "line": {"width": 2 if spread else 0, "color": colour},
            },
            "text": [f"{one.stale} of {one.reads} reads stale" for one in measured],
            "hovertemplate": "%{text}, %{x:.1f} ms after the write<extra></extra>",
            **axes,
        }
    )


def _draw_cost(picture: Picture, decay: Decay) -> None:
    units = [decay.units(False), decay.units(True)]
    x = {"range": [-0.6, 1.6], "tickvals": [0, 1], "ticktext": ["eventual", "strong"]}
    y = {"range": [0, 1.25 * max(units)], "nticks": 4, "showgrid": True}
    panel = picture.panel(COST, (0, 0.93), x, y, "<b>One read</b>, RCU")
    colours = [STALE_READ.colour, READ.colour]
    picture.add(
        panel,
        type="bar",
        x=[0, 1],
        y=units,
        width=0.6,
        marker={"color": colours},
        hovertemplate="%{y} RCU<extra></extra>",
    )
    for column, cost in enumerate(units):
        picture.label(panel, column, cost, f"<b>{number(cost)} RCU</b>", yanchor="bottom", yshift=2)


def _finding(decay: Decay) -> Finding:
    measured = {one.after: one for one in decay.eventual}
    first, later = measured[0], measured[decay.lags.p90]
    title = f"Right after a write {percent(first.share)} of eventual reads miss it; {_ms(later.after)} later {percent(later.share)}"
    strong = sum(one.stale for one in decay.strong)
    reads = sum(one.reads for one in decay.strong)
    ratio = number(decay.units(True) / decay.units(False))
    subtitle = f"Of {reads:,} strong reads {strong or 'none'} missed it, at {ratio}× the units. Each square: {first.reads} reads."
    slow = f" Zone {SLOW_ZONE} takes {decay.slower} times as long." if decay.slower > 1 else ""
    return Finding(title, subtitle, CAPTION + slow, f"{title}. {subtitle}")


def _ms(microseconds: float) -> str:
    return f"{number(microseconds / 1000)} ms"


CAPTION = (
    "A square is a share of reads on a Lab; its line, where the true chance lies in 95 of 100 such measurements. Assumed,"
    " since DynamoDB publishes none of it: the lags, and that each of the three replicas is as likely to answer. The leader is never stale."
)
