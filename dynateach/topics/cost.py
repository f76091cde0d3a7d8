"""What a table costs in a month, six ways to pay for it, and the utilisation at which they are equal.

month = simulate(item_bytes=2_048, reads=500, writes=100, storage_gb=100)
month.bills["on demand"].total          # exact; print the bill for its arithmetic
draw(month, paying="on demand")
explore()                               # the same with controls; its other tab is the topic scaled_day
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dynateach.bills import PARTS, Bill, Part, dollars
from dynateach.drawing.captions import coloured, percent
from dynateach.drawing.palette import CEILING, INDEX, INK, QUIET, READ, WRITE
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.errors import LabError
from dynateach.monthly import Projection, Usage, break_even, on_demand, provisioned
from dynateach.prices import US_EAST_1, PriceBook, TableClass

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

Consistency = Literal["eventual", "strong"]

RATES = (0, 1, 5, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
SIZES = (100, 512, 1_024, 2_048, 4_096, 10_240, 51_200, 409_600)
GIGABYTES = (0, 1, 10, 50, 100, 500, 1_000, 5_000, 10_000)
PROJECTIONS: tuple[Projection, ...] = ("ALL", "INCLUDE", "KEYS_ONLY")
CONSISTENCIES: tuple[Consistency, ...] = ("eventual", "strong")


class Way(NamedTuple):
    """A way to pay: of which class the table is, and the month's bill for a usage at a utilisation."""

    table_class: Callable[[PriceBook], TableClass]
    bill: Callable[[Usage, Fraction, PriceBook], Bill]


def _standard(book: PriceBook) -> TableClass:
    return book.standard


def _infrequent(book: PriceBook) -> TableClass:
    return book.infrequent_access


WAYS = {
    "on demand": Way(_standard, lambda use, used, book: on_demand(use, book.standard, book)),
    "provisioned": Way(_standard, lambda use, used, book: provisioned(use, used, book.standard, book)),
    "reserved for 1 year": Way(
        _standard, lambda use, used, book: provisioned(use, used, book.standard, book, book.one_year)
    ),
    "reserved for 3 years": Way(
        _standard, lambda use, used, book: provisioned(use, used, book.standard, book, book.three_years)
    ),
    "IA, on demand": Way(_infrequent, lambda use, used, book: on_demand(use, book.infrequent_access, book)),
    "IA, provisioned": Way(_infrequent, lambda use, used, book: provisioned(use, used, book.infrequent_access, book)),
}
"""Standard tables, and two of class Standard-IA, which cannot be reserved."""


@dataclass(frozen=True)
class Month:
    """What a table does in a month, and at which utilisation (per cent) it would be provisioned."""

    use: Usage
    utilisation: int
    prices: PriceBook

    @cached_property
    def bills(self) -> dict[str, Bill]:
        """The bill of each way to pay."""
        return {name: self.bill(name, self.utilisation) for name in WAYS}

    @cached_property
    def cheapest(self) -> str:
        """The way that costs least; of equal ones the first."""
        return min(WAYS, key=lambda name: self.bills[name].total)

    def bill(self, paying: str, utilisation: int) -> Bill:
        """The bill of one way to pay, at another utilisation."""
        return WAYS[paying].bill(self.use, Fraction(utilisation, 100), self.prices)

    def break_even(self, paying: str) -> Fraction | None:
        """The utilisation at which provisioned throughput of that way's class costs what it costs on demand."""
        return break_even(self.use, WAYS[paying].table_class(self.prices), self.prices)


def simulate(
    item_bytes: int = 2_048,
    reads: int = 500,
    writes: int = 100,
    storage_gb: int = 100,
    consistency: Consistency = "eventual",
    transactions: int = 0,
    indexes: int = 1,
    projection: Projection = "ALL",
    utilisation: int = 40,
    prices: PriceBook = US_EAST_1,
) -> Month:
    """A month of ``reads`` and ``writes`` a second, on average, ``transactions`` per cent of them in transactions; throughput that is
    provisioned is used at ``utilisation`` per cent. Raises ``LabError`` for what no table can do.
    """
    if not 1 <= utilisation <= 100:
        raise LabError(f"a utilisation of {utilisation} % is not possible", next="Choose from 1 to 100.")
    use = Usage(
        item_bytes=item_bytes,
        reads=reads,
        writes=writes,
        consistent=consistency == "strong",
        transactional=Fraction(transactions, 100),
        indexes=indexes,
        projection=projection,
        storage_gb=storage_gb,
    )
    return Month(use, utilisation, prices)


def draw(month: Month, paying: str = "on demand") -> Still:
    """The bills of all ways to pay, stacked by what they are for, and where provisioned capacity breaks even.

    Raises ``LabError`` for a way that there is none of.
    """
    if paying not in WAYS:
        raise LabError(f"there is no way to pay called {paying!r}", next=f"Choose one of: {'; '.join(WAYS)}.")
    picture = Picture(height=HEIGHT)
    _draw_bills(picture, month, paying)
    _draw_break_even(picture, month, paying)
    return picture.figure(_finding(month, paying))


def explore(prices: PriceBook = US_EAST_1, **defaults: Any) -> Any:
    """An explorer with two tabs: a month's bill, and a day of auto scaling. ``defaults`` are the first tab's first values:
    the arguments of ``simulate``, and ``paying``.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import scaled_day

    return explorer(view(prices, **defaults), scaled_day.view(prices=prices))


def view(
    prices: PriceBook = US_EAST_1,
    paying: str = "on demand",
    item_bytes: int = 2_048,
    reads: int = 500,
    writes: int = 100,
    storage_gb: int = 100,
    consistency: Consistency = "eventual",
    transactions: int = 0,
    indexes: int = 1,
    projection: Projection = "ALL",
    utilisation: int = 40,
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing.controls import choice, slider, steps
    from dynateach.drawing.explorer import View

    amounts = {
        "item_bytes": steps("item, bytes", SIZES, item_bytes, width="270px"),
        "reads": steps("reads/s", RATES, reads, width="250px"),
        "writes": steps("writes/s", RATES, writes, width="250px"),
        "storage_gb": steps("stored, GB", GIGABYTES, storage_gb, width="270px"),
    }
    kinds = {
        "consistency": choice("reads are", CONSISTENCIES, consistency, width="180px"),
        "transactions": slider("in transactions, %", transactions, 0, 100, 10, width="300px"),
        "indexes": slider("indexes", indexes, 0, 5, width="220px"),
        "projection": choice("they project", PROJECTIONS, projection, width="210px"),
    }
    used = {"utilisation": slider("provisioned is used at, %", utilisation, 10, 100, 5, width="360px")}
    paid = {"paying": choice("you pay", tuple(WAYS), paying, width="230px")}
    return View(
        "A month's bill",
        lambda **chosen: simulate(**chosen, prices=prices),
        draw,
        simulated={**amounts, **kinds, **used},
        drawn=paid,
        rows=(tuple(amounts.values()), tuple(kinds.values()), (*paid.values(), *used.values())),
        says=price_list,
        details=arithmetic,
        details_name="The arithmetic of every line",
    )


def price_list(month: Month, paying: str = "on demand") -> str:
    """In one line of HTML, whose prices these are, and of which day."""
    book = month.prices
    return f"prices of <b>{escape(book.region)}</b>, as listed on <b>{book.dated.day} {book.dated:%B %Y}</b>"


def arithmetic(month: Month, paying: str = "on demand") -> str:
    """Every line of the bill as it is paid, and of the cheapest one, as HTML tables."""
    return "".join(month.bills[name]._repr_html_() for name in dict.fromkeys((paying, month.cheapest)))


HEIGHT = 380
"""Pixels: lower than other pictures, since there are three rows of controls above."""
BILLS, CURVE = (0.06, 0.55), (0.68, 0.97)
ABOVE = (0, 0.94)
COLOURS: dict[Part, tuple[str, float]] = {
    "reads": (READ.colour, 1),
    "writes": (WRITE.colour, 1),
    "index writes": (INDEX.colour, 1),
    "storage": (QUIET, 1),
    "index storage": (INDEX.colour, 0.45),
}
"""The parts that a bill of this topic has, with their colours and opacities."""


def _draw_bills(picture: Picture, month: Month, paying: str) -> None:
    totals = [float(month.bills[name].total) for name in WAYS]
    names = [f"<b>▸ {name}</b>" if name == paying else name for name in WAYS]
    y = {"range": [len(WAYS) - 0.4, -0.6], "tickvals": list(range(len(WAYS))), "ticktext": names}
    x = {"range": [0, 1.25 * max(*totals, 0.01)], "nticks": 5, "showgrid": True, "tickprefix": "$", "tickformat": "~s"}
    panel = picture.panel(BILLS, ABOVE, {**x, "title": _unit("USD a month")}, y, f"<b>A month</b>: {_legend(month)}")
    for part in (part for part in PARTS if part in COLOURS):
        _draw_part(picture, panel, month, part)
    for row, name in enumerate(WAYS):
        words = dollars(month.bills[name].total)
        shown = f"<b>{words}</b>" if name in (paying, month.cheapest) else words
        picture.label(panel, totals[row], row, shown, xanchor="left", xshift=4)


def _draw_part(picture: Picture, panel: Panel, month: Month, part: Part) -> None:
    colour, opacity = COLOURS[part]
    before = PARTS[: PARTS.index(part)]
    bills = list(month.bills.values())
    picture.add(
        panel,
        type="bar",
        orientation="h",
        y=list(range(len(WAYS))),
        x=[float(bill.part(part)) for bill in bills],
        base=[float(sum((bill.part(one) for one in before), Fraction())) for bill in bills],
        width=0.62,
        marker={"color": colour, "opacity": opacity},
        customdata=[_lines(bill, part) for bill in bills],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _lines(bill: Bill, part: Part) -> str:
    return "<br>".join(
        f"<b>{line.name}</b> {dollars(line.amount)}<br>{line.formula}" for line in bill.lines if line.part == part
    )


def _legend(month: Month) -> str:
    pale = {"index storage": "index storage (pale)"}
    bill = month.bills["on demand"]
    return ", ".join(coloured(pale.get(part, part), colour) for part, (colour, _) in COLOURS.items() if bill.part(part))


def _draw_break_even(picture: Picture, month: Month, paying: str) -> None:
    provision, demand = (
        ("IA, provisioned", "IA, on demand") if paying.startswith("IA") else ("provisioned", "on demand")
    )
    places = list(range(10, 101, 2))
    costs = [float(month.bill(provision, place).total) for place in places]
    flat = float(month.bills[demand].total)
    here = float(month.bills[provision].total)
    top = 1.15 * max(min(max(costs), 3.2 * flat), flat, here, 0.01)
    heading = f"<b>USD a month</b>, provisioned; the dot: used at {month.utilisation} %"
    y = {"range": [0, top], "nticks": 5, "showgrid": True, "tickprefix": "$", "tickformat": "~s"}
    x = {
        "range": [5, 100],
        "tickvals": [20, 40, 60, 80, 100],
        "ticksuffix": " %",
        "title": _unit("utilisation of what is provisioned"),
    }
    panel = picture.panel(CURVE, ABOVE, x, y, heading)
    for values, dash, name in ((costs, "solid", provision), ([flat] * len(places), "dash", demand)):
        picture.add(
            panel,
            type="scatter",
            mode="lines",
            x=places,
            y=values,
            line={"color": INK, "width": 2.5, "dash": dash},
            hovertemplate=f"{name}, %{{x}} %: $%{{y:,.2f}}<extra></extra>",
        )
    _draw_you(picture, panel, month, provision)
    even = month.break_even(paying)
    if even is not None and even <= 1:
        picture.line(
            panel, (float(even) * 100, 0), (float(even) * 100, top), color=CEILING.colour, width=1.5, dash="dot"
        )
        words = f"break-even<br><b>{percent(float(even))}</b>"
        picture.label(
            panel, float(even) * 100, top, words, CEILING.colour, xanchor="left", yanchor="top", xshift=4, align="left"
        )
    picture.label(panel, 100, flat, "on demand", xanchor="right", yanchor="bottom")


def _draw_you(picture: Picture, panel: Panel, month: Month, provision: str) -> None:
    here = float(month.bills[provision].total)
    picture.add(
        panel,
        type="scatter",
        mode="markers",
        x=[month.utilisation],
        y=[here],
        marker={"size": 13, "color": WRITE.colour},
        cliponaxis=False,
        hovertemplate=f"provisioned, used at {month.utilisation} %: {dollars(month.bills[provision].total)}<extra></extra>",
    )


def _unit(words: str) -> dict[str, Any]:
    return {"text": words, "standoff": 4}


def _finding(month: Month, paying: str) -> Finding:
    mine, best = month.bills[paying].total, month.bills[month.cheapest].total
    title = (
        f"{_sentence(paying)}, this table costs {dollars(mine)} a month; {month.cheapest} it would cost {dollars(best)}"
    )
    if mine == best:
        title = f"{_sentence(paying)}, this table costs {dollars(mine)} a month: no way to pay is cheaper"
    even = month.break_even(paying)
    subtitle = "Without reads and writes only storage counts."
    if even is not None:
        side = "below" if month.utilisation < even * 100 else "above"
        better = "on demand" if side == "below" else "provisioned"
        subtitle = f"Used at {month.utilisation} %, {side} the break-even of {percent(float(even))}, throughput is cheaper {better}."
    said = "; ".join(f"{name} {dollars(bill.total)}" for name, bill in month.bills.items())
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle} {said}.")


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


CAPTION = (
    "A month has 730 hours; nothing is free. Provisioned units are paid for whether or not they are used: utilisation is the part that is. Reserved"
    " units come in blocks of 100, at the highest discount that AWS names. IA is the class Standard-IA: cheaper storage, dearer requests. Every"
    " write changes an entry of each index in place. Point at a bar for its arithmetic."
)
