"""Query or Scan: one question asked in five ways of a table that grows, and what each way reads, costs and takes.

asked = simulate(matching=30, item_bytes=500)
draw(asked, orders.THEIRS, size=4_000)
explore()

One Lab grows from size to size and is asked everything at each, so that every size is built once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil, log10
from typing import TYPE_CHECKING, Any

from dynateach.drawing.captions import count, number
from dynateach.drawing.palette import INK, QUIET, READ
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.errors import LabError
from dynateach.lab import Lab
from dynateach.topics.parts.orders import (
    EACH,
    GET,
    LESS,
    PARALLEL,
    QUERY,
    QUERY_FILTER,
    QUESTIONS,
    SCAN,
    SEGMENTS,
    THEIRS,
    WAYS,
    Reading,
    ask,
    ask_for,
    fill,
    lab_with_orders,
)

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

SIZES = (40, 120, 400, 1_200, 4_000, 12_000)
"""How many orders the table holds when it is asked."""
KINDS = ("Query", "Scan")


@dataclass(frozen=True)
class Asked:
    """The finished Lab, and what each way took: by question, size and way. ``less`` is what asking for less took, by size, operation and for what."""

    lab: Lab
    matching: int
    item_bytes: int
    readings: dict[tuple[str, int, str], Reading]
    less: dict[tuple[int, str, str], Reading]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes at which the table was asked, in orders."""
        return tuple(dict.fromkeys(size for _, size, _ in self.readings))


def simulate(matching: int = 30, item_bytes: int = 500, sizes: Sequence[int] = SIZES, seed: int = 1) -> Asked:
    """Let a table grow to each of the ``sizes`` and ask it every question in every way. ``matching`` is how many per cent of the
    orders are open, ``item_bytes`` how large one is. Raises ``LabError`` for sizes that do not grow by whole customers,
    and for a share that leaves nothing to find.
    """
    if not 10 <= matching <= 100:
        raise LabError(f"{matching} % open orders leave nothing to find", next="Choose from 10 to 100.")
    if not sizes or any(size % EACH or size < EACH for size in sizes) or list(sizes) != sorted(set(sizes)):
        raise LabError("a table cannot grow in these steps", next=f"Give growing multiples of {EACH}.")
    lab, customers = lab_with_orders(seed), 0
    readings: dict[tuple[str, int, str], Reading] = {}
    less: dict[tuple[int, str, str], Reading] = {}
    for size in sizes:
        fill(lab, range(customers, size // EACH), matching, item_bytes)
        customers = size // EACH
        for question in QUESTIONS:
            readings |= {(question, size, way): ask(lab, question, way, customers, matching) for way in WAYS}
        less |= {(size, kind, what): ask_for(lab, kind, what) for kind in KINDS for what in LESS}
    return Asked(lab, matching, item_bytes, readings, less)


def draw(asked: Asked, question: str = THEIRS, size: int = SIZES[-1]) -> Still:
    """What each way costs, reads and takes at one size, how that grows with the table, and what saves nothing.

    Raises ``LabError`` for a question or a size that was not asked.
    """
    if (question, size, SCAN) not in asked.readings:
        sizes = ", ".join(f"{size:,}" for size in asked.sizes)
        raise LabError(f"{question!r} was not asked at {size:,} orders", next=f"The sizes: {sizes}.")
    picture = Picture()
    readings = [asked.readings[question, size, way] for way in WAYS]
    _draw_units(picture, readings)
    _draw_items(picture, readings)
    _draw_times(picture, readings)
    _draw_growth(picture, asked, question, size)
    _draw_less(picture, asked, size)
    return picture.figure(_finding(asked, question, size, dict(zip(WAYS, readings, strict=True))))


def explore(**defaults: Any) -> Any:
    """This topic as an explorer; ``defaults`` are matching, item_bytes, question, size, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    matching: int = 30, item_bytes: int = 500, question: str = THEIRS, size: int = SIZES[-1], seed: int = 1
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    drawn = {
        "question": controls.choice("question", QUESTIONS, question, width="330px"),
        "size": controls.steps("orders in the table", SIZES, size, width="330px"),
    }
    simulated = {
        "matching": controls.slider("open orders, %", matching, 10, 100, 10, width="300px"),
        "item_bytes": controls.slider("bytes an order", item_bytes, 200, 2_000, 100, width="330px"),
    }
    return View(
        "Query or Scan",
        lru_cache(maxsize=8)(partial(simulate, seed=seed)),
        draw,
        simulated=simulated,
        drawn=drawn,
        rows=(tuple(drawn.values()), tuple(simulated.values())),
        says=summary,
    )


def summary(asked: Asked, question: str = THEIRS, size: int = SIZES[-1]) -> str:
    """In one line of HTML, how many customers the table has and how large the answer is."""
    found = asked.readings[question, size, QUERY].returned
    return f"{count(size // EACH, 'customer')}; the answer: <b>{count(found, 'order')}</b>"


COSTS, ITEMS, TIMES = (0.075, 0.39), (0.46, 0.71), (0.78, 1)
ABOVE, BELOW = (0.47, 0.94), (0, 0.29)
GROWTH, SAVED = (0.03, 0.48), (0.6, 1)
COLOURS = {GET: READ.colour, QUERY: READ.colour, QUERY_FILTER: READ.colour, SCAN: QUIET, PARALLEL: QUIET}


def _draw_units(picture: Picture, readings: Sequence[Reading]) -> None:
    names = {"tickvals": list(range(len(WAYS))), "ticktext": list(WAYS)}
    panel = _rows(picture, COSTS, [reading.units for reading in readings], "<b>Read units</b> (RCU)", names)
    said = [f"{number(reading.units)} RCU, {count(reading.requests, 'request')}" for reading in readings]
    _draw_bars(picture, panel, [reading.units for reading in readings], said, "%{x:,} RCU")


def _draw_items(picture: Picture, readings: Sequence[Reading]) -> None:
    panel = _rows(picture, ITEMS, [reading.read for reading in readings], "<b>Items read</b>; solid: returned")
    said = [f"{reading.read:,}" for reading in readings]
    _draw_bars(picture, panel, [reading.read for reading in readings], said, "%{x:,} read", opacity=0.4)
    _draw_bars(picture, panel, [reading.returned for reading in readings], None, "%{x:,} returned")


def _draw_times(picture: Picture, readings: Sequence[Reading]) -> None:
    took = [reading.milliseconds for reading in readings]
    panel = _rows(picture, TIMES, took, "<b>Time</b>, ms on the Lab's clock")
    _draw_bars(picture, panel, took, [f"{number(round(one))} ms" for one in took], "%{x:,.1f} ms")


def _rows(
    picture: Picture, across: tuple[float, float], values: Sequence[float], heading: str, names: Any = None
) -> Panel:
    """A panel with a row for each way, the first on top, along a logarithmic axis."""
    y = {
        "range": [len(WAYS) - 0.4, -0.6],
        "showticklabels": False,
        **({"showticklabels": True, **names} if names else {}),
    }
    return picture.panel(across, ABOVE, _log_axis(values, room=0.75), y, heading)


def _log_axis(values: Sequence[float], room: float = 0.0) -> dict[str, Any]:
    """A logarithmic axis from below the smallest value to above the largest, and so much of it again as ``room`` for words."""
    low, high = log10(min(values)) - 0.35, log10(max(values)) + 0.1
    powers = [10**power for power in range(ceil(low), int(high) + 1)]
    shown = powers[:: 1 + len(powers) // 4]
    ticks = {"tickvals": shown, "ticktext": [f"{power:,}" for power in shown], "tickangle": 0}
    return {"type": "log", "range": [low, high + room * max(high - low, 1)], "showgrid": True, **ticks}


def _draw_bars(
    picture: Picture,
    panel: Panel,
    values: Sequence[float],
    said: Sequence[str] | None,
    hover: str,
    opacity: float = 1,
) -> None:
    picture.add(
        panel,
        type="bar",
        orientation="h",
        x=list(values),
        y=list(range(len(WAYS))),
        width=0.66,
        marker={"color": [COLOURS[way] for way in WAYS], "opacity": opacity},
        customdata=list(WAYS),
        hovertemplate=f"<b>%{{customdata}}</b>: {hover}<extra></extra>",
        **(_beyond(said) if said else {}),
    )


def _beyond(words: Sequence[str]) -> dict[str, Any]:
    """What a bar says beyond its end. Twenty labels of their own would take the browser longer than all bars."""
    font = {"size": 12, "color": INK}
    return {"text": list(words), "textposition": "outside", "textfont": font, "textangle": 0, "cliponaxis": False}


def _draw_growth(picture: Picture, asked: Asked, question: str, size: int) -> None:
    lines = {
        way: [asked.readings[question, one, way].units for one in asked.sizes] for way in (QUERY, QUERY_FILTER, SCAN)
    }
    every = [units for line in lines.values() for units in line]
    x = {**_log_axis(asked.sizes), "title": {"text": "orders in the table", "standoff": 4}}
    x |= {"tickvals": list(asked.sizes), "ticktext": [f"{one:,}" for one in asked.sizes]}
    x["range"] = [log10(asked.sizes[0]) - 0.1, log10(asked.sizes[-1]) + 0.1]
    panel = picture.panel(GROWTH, BELOW, x, _log_axis(every), "<b>As the table grows</b>, RCU")
    for way, units in lines.items():
        style = {"color": COLOURS[way], "width": 2.5, "dash": "dot" if way == QUERY_FILTER else "solid"}
        picture.add(
            panel,
            type="scatter",
            mode="lines+markers",
            x=list(asked.sizes),
            y=units,
            line=style,
            marker={"size": [10 if one == size else 5 for one in asked.sizes], "color": COLOURS[way]},
            cliponaxis=False,
            hovertemplate=f"<b>{way}</b> on %{{x:,}} orders: %{{y:,}} RCU<extra></extra>",
        )
    _name_lines(picture, panel, {way: units[-1] for way, units in lines.items()}, asked.sizes[-1], every)


def _name_lines(picture: Picture, panel: Panel, ends: dict[str, float], x: float, every: Sequence[float]) -> None:
    """Each line's name at its end; names that would touch are moved apart, those of equal ends joined."""
    line, above = 0.17 * (log10(max(every)) - log10(min(every)) + 0.45), float("inf")
    for units in sorted(set(ends.values()), reverse=True):
        names = [way for way in ends if ends[way] == units]
        above = min(log10(units), above - line)
        picture.label(panel, log10(x), above, " = ".join(names), COLOURS[names[0]], xanchor="left", xshift=9)


def _draw_less(picture: Picture, asked: Asked, size: int) -> None:
    units = {kind: [asked.less[size, kind, what].units for what in LESS] for kind in KINDS}
    y = {**_log_axis([one for each in units.values() for one in each], room=0.3)}
    x = {"range": [-0.6, len(LESS) - 0.4], "tickvals": list(range(len(LESS))), "ticktext": list(LESS)}
    panel = picture.panel(SAVED, BELOW, x, y, "<b>Asking for less saves nothing</b>, RCU")
    for kind, aside, colour in (("Query", -0.2, READ.colour), ("Scan", 0.2, QUIET)):
        places = [row + aside for row in range(len(LESS))]
        returned = [asked.less[size, kind, what].returned for what in LESS]
        picture.add(
            panel,
            type="bar",
            x=places,
            y=units[kind],
            width=0.38,
            marker={"color": colour},
            customdata=returned,
            hovertemplate=f"<b>{kind}</b>: %{{y:,}} RCU, %{{customdata:,}} returned<extra></extra>",
            **_beyond([number(some) for some in units[kind]]),
        )
        picture.label(panel, places[0], log10(units[kind][0]), kind, INK, yanchor="bottom", yshift=15)


def _finding(asked: Asked, question: str, size: int, readings: dict[str, Reading]) -> Finding:
    query, scan, parallel = readings[QUERY], readings[SCAN], readings[PARALLEL]
    title = _title(query, scan)
    faster = f"{SEGMENTS} segments at once take {number(round(parallel.milliseconds))} ms instead of {number(round(scan.milliseconds))}"
    subtitle = f"{question.capitalize()}, of {size:,} orders of {asked.item_bytes} bytes. {faster}, for {number(parallel.units)} RCU."
    said = "; ".join(
        f"{way}: {number(one.units)} RCU, {one.read:,} read, {one.returned:,} returned" for way, one in readings.items()
    )
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle} {said}.")


def _title(query: Reading, scan: Reading) -> str:
    read = f"The Scan reads {scan.read:,} to return {scan.returned:,}"
    queries = "the Query" if query.requests == 1 else f"{query.requests:,} Queries"
    if scan.units == query.units:
        return (
            f"{read}, and still costs what {queries} cost{'s' if query.requests == 1 else ''}: {number(scan.units)} RCU"
        )
    if scan.units < query.units:
        return f"{read}, and is cheaper: {number(scan.units)} RCU against {number(query.units)} for {queries}"
    return (
        f"{read} and costs {number(scan.units / query.units)}× what {queries} cost{'s' if query.requests == 1 else ''}"
    )


CAPTION = (
    "Every way gives the same answer. GetItem needs the keys. Query finds them by a sort key that begins with state and day; with a filter"
    " it reads all orders of the customer and drops most; a Scan reads everybody's. A filter, a projection or a COUNT acts after the reading,"
    " and units count what is read. A state in the sort key has its price: an order that is closed must be put anew under another key."
    " Reads are eventually consistent; how long a request takes is assumed."
)
