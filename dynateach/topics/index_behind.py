"""How far behind: the ways that many changes took to an index, and the chance that a query so long after a write misses it.

spread = simulate(lag=40, rate=10, partitions=4)
draw(spread)                    # measured on a Lab, and computed from the lags that its profile assumes
explore()
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.clock import SECOND
from dynateach.drawing.captions import coloured, number, percent
from dynateach.drawing.palette import HAIRLINE, INK, PURPLE, QUIET, STALE_READ
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.errors import LabError
from dynateach.lab import Lab
from dynateach.profile import REALISTIC, Delay
from dynateach.topics.parts.indexed_orders import Orders, Way, lab_without_waiting, ways
from dynateach.topics.parts.one_item import in_proportion
from dynateach.topics.staleness import later_than

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

WRITES = 200
START = 1.0
"""Seconds: when the first write is made."""


class Missed(NamedTuple):
    """Of ``queries`` made ``after`` so many µs, one after each write, how many ``missed`` it."""

    after: int
    queries: int
    missed: int

    @property
    def share(self) -> float:
        """Those that missed it, as a share of 1."""
        return self.missed / self.queries


@dataclass(frozen=True)
class Spread:
    """Many new orders and what queries of the index found of each. ``lags`` are those that the Lab's profile assumes; ``found`` tells by
    the time since the write (µs) whether the query found it, once for each write.
    """

    lab: Lab
    lags: Delay
    found: dict[int, list[bool]]

    @cached_property
    def ways(self) -> list[Way]:
        """The way of each change to the index."""
        return ways(self.lab)

    @cached_property
    def took(self) -> list[float]:
        """How long they were on their way, in ms, the shortest first."""
        return sorted(way.took * 1_000 for way in self.ways)

    @cached_property
    def missed(self) -> list[Missed]:
        """What the queries missed, by the time since the write."""
        return [Missed(after, len(found), found.count(False)) for after, found in sorted(self.found.items())]

    def under_way(self, time: float) -> float:
        """The share of changes that were still on their way so many ms after their writes."""
        return 1 - bisect_right(self.took, time) / len(self.took)

    def quantile(self, share: float) -> float:
        """How long (ms) that share of the changes took at most."""
        return self.took[min(int(share * len(self.took)), len(self.took) - 1)]


def simulate(lag: int = 40, rate: int = 10, partitions: int = 4, seed: int = 1) -> Spread:
    """Put 200 new orders into a table of so many ``partitions``, ``rate`` a second, and query the index for each at a dozen delays.

    ``lag`` is how long a change is on its way, in ms by the median: the profile realistic in proportion, whose lags are assumed.
    Raises ``LabError`` for a lag that is none.
    """
    if not lag > 0:
        raise LabError(f"an index cannot be {lag!r} ms behind", next="Give a lag above 0 ms.")
    lags = in_proportion(REALISTIC.index_lag, lag)
    physics = {"index_lag": lags, "on_demand_partitions": partitions, "admission": "off"}
    table, found = Orders(lab_without_waiting(REALISTIC, seed, **physics)), defaultdict[int, list[bool]](list)
    table.open({"ProjectionType": "KEYS_ONLY"})
    for i in range(WRITES):
        _write_and_query(table, f"o{i}", START + i / rate, _moments(lags), found)
    while table.lab.clock.next_time is not None:
        table.lab.clock.advance(1)
    return Spread(table.lab, lags, dict(found))


def _moments(lags: Delay) -> list[int]:
    """When to query after a write (µs): at the quantiles of the lags, and between them."""
    return [
        0,
        *(lags.median * i // 4 for i in range(1, 8)),
        lags.p90,
        (lags.p90 + lags.p99) // 2,
        lags.p99,
        lags.slowest,
    ]


def _write_and_query(table: Orders, order: str, time: float, moments: list[int], found: dict[int, list[bool]]) -> None:
    """Each order is the only one of its status, so a query of that finds it or nothing."""
    table.at(time, lambda: table.put(order, status=order))
    for after in moments:
        table.at(time + after / SECOND, partial(_query, table, order, found[after]))


def _query(table: Orders, order: str, found: list[bool]) -> None:
    found.append(bool(table.under(order)))


def draw(spread: Spread) -> Still:
    """The share of changes under way against the time since the write: as queries met it, as it was, as it follows from the lags."""
    picture = Picture()
    last = max(spread.lags.p99 / 1_000, spread.quantile(0.99)) * 1.15
    x = {"range": [-0.015 * last, last], "title": {"text": "time since the write, ms"}, "showgrid": True}
    y = {"range": [-0.03, 1.06], "tickformat": ".0%", "nticks": 6, "showgrid": True}
    panel = picture.panel((0, 1), (0, 0.93), x, y, "<b>Queries of the index that miss the write</b>")
    curve = [i * last / 400 for i in range(401)]
    _draw_quantiles(picture, panel, spread.lags)
    _draw_line(picture, panel, curve, [later_than(spread.lags, at * 1_000) for at in curve], INK, "computed: %{y:.1%}")
    _draw_line(picture, panel, curve, [spread.under_way(at) for at in curve], PURPLE, "under way: %{y:.1%}")
    _draw_missed(picture, panel, spread.missed)
    words = (
        coloured("□ queries that missed it", STALE_READ.colour),
        coloured("— changes still on their way, measured", PURPLE),
        "— computed from the assumed lags",
    )
    picture.label(panel, last, 0.8, "<br>".join(words), xanchor="right", yanchor="top", align="left")
    return picture.figure(_finding(spread))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are lag, rate, partitions, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(lag: int = 40, rate: int = 10, partitions: int = 4, seed: int = 1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "lag": controls.slider("median lag, ms", lag, 5, 500, 5, width="250px"),
        "rate": controls.slider("writes a second", rate, 1, 200, width="250px"),
        "partitions": controls.slider("partitions of the table", partitions, 1, 16, width="270px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "How far behind?",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=((*simulated.values(), again), ()),
        says=queueing,
    )


def queueing(spread: Spread) -> str:
    """In one line of HTML, how much of the delay comes from waiting for earlier changes."""
    measured, assumed = spread.quantile(0.5), spread.lags.median / 1_000
    return (
        f"The median lag is <b>{number(assumed)} ms</b>, the median way took <b>{number(measured)} ms</b>:"
        " within a partition of the table no change overtakes an earlier one."
    )


def _draw_quantiles(picture: Picture, panel: Panel, lags: Delay) -> None:
    for name, time in (("median", lags.median), ("90\u202f%", lags.p90), ("99\u202f%", lags.p99)):
        picture.line(panel, (time / 1_000, 0), (time / 1_000, 1), color=HAIRLINE, width=1.5, dash="dash")
        picture.label(panel, time / 1_000, 1, name, QUIET, yanchor="bottom", xanchor="left", xshift=-4)


def _draw_line(picture: Picture, panel: Panel, x: list[float], y: list[float], colour: str, says: str) -> None:
    line = {"color": colour, "width": 1.5}
    hover = f"{says} after %{{x:.1f}} ms<extra></extra>"
    picture.add(panel, type="scatter", mode="lines", x=x, y=y, line=line, hovertemplate=hover)


def _draw_missed(picture: Picture, panel: Panel, missed: list[Missed]) -> None:
    line = {"width": 2, "color": STALE_READ.colour}
    picture.add(
        panel,
        type="scatter",
        mode="markers",
        x=[one.after / 1_000 for one in missed],
        y=[one.share for one in missed],
        marker={"color": STALE_READ.colour, "symbol": STALE_READ.mark, "size": 9, "line": line},
        text=[f"{one.missed} of {one.queries} queries missed the write" for one in missed],
        hovertemplate="%{text}, %{x:.1f} ms after it<extra></extra>",
    )


def _finding(spread: Spread) -> Finding:
    met = {one.after: one for one in spread.missed}
    times = spread.lags.median, spread.lags.p99
    early, late = (f"{number(time / 1_000)} ms after a write {percent(met[time].share)} of queries" for time in times)
    title = f"{early} miss it, {late.replace(' of queries', '').replace('after a write ', 'after it ')}"
    subtitle = (
        f"Of {len(spread.ways)} changes half took up to {number(spread.quantile(0.5))} ms,"
        f" one in a hundred over {number(spread.quantile(0.99))} ms, the longest {number(spread.took[-1])} ms."
    )
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle}")


CAPTION = (
    f"A square is the share of {WRITES} queries, each as long after a write; the upright lines are quantiles of the lags. Documented: an index"
    " follows within a fraction of a second, normally. Assumed, since no lags are published: these, and that a partition's changes keep their order."
)
