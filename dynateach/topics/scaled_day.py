"""A day of auto scaling: units that follow the demand, what they cost, and what a sudden peak is refused meanwhile.

day = simulate(target=70, peak=6)
draw(day)
explore()

A Lab serves 24 hours of reads of a provisioned table that ``lab.autoscale`` looks after.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from math import ceil, cos, pi
from typing import TYPE_CHECKING, Any

from dynateach.bills import Bill, Line, dollars, plain
from dynateach.clock import SECOND
from dynateach.drawing.captions import coloured, count, percent
from dynateach.drawing.palette import INK, QUIET, READ, THROTTLE
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.dynamodb.rules import capacity, limits
from dynateach.errors import LabError, ServiceError
from dynateach.lab import Lab
from dynateach.prices import HOURS_PER_MONTH, US_EAST_1, Price, PriceBook
from dynateach.profile import IDEAL, REALISTIC
from dynateach.trace import ItemRead, RequestServed, Throttled

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

TABLE = "seats"
UNITS = 100
"""Read units of one request: a strong read of 400 KB, so that few requests make a day."""
SIZE = UNITS * capacity.READ_UNIT_BYTES
KEY = {"pk": {"S": "hall"}}
AVERAGE, SWING = 20, 0.6
"""Units a second over the day, and by how much of that it goes up and down. The shape is assumed: least at 4, most at 16 hours."""
PEAK_FROM, PEAK_UNTIL = 20.0, 20.5
"""Hours between which everybody looks for a seat."""
LEAST, MOST = 5, 1_000
"""Units that auto scaling keeps at least, and at most."""
MINUTES = 24 * 60

PROFILE = replace(IDEAL, name="admission", admission="global", table_update=REALISTIC.table_update)


@dataclass(frozen=True)
class Day:
    """The finished Lab, and the units a second that were provisioned at the end of each minute."""

    lab: Lab
    target: int
    peak: int
    provisioned: list[float]
    prices: PriceBook

    @cached_property
    def served(self) -> list[float]:
        """Units a second that were consumed, minute by minute, as traced."""
        return self._by_minute([(event.at, event.units) for event in self.lab.trace.of(ItemRead)])

    @cached_property
    def refused(self) -> list[float]:
        """Units a second that were asked for in vain, minute by minute."""
        return self._by_minute([(event.at, UNITS) for event in self.lab.trace.of(Throttled)])

    @cached_property
    def asked(self) -> list[float]:
        """Both together: the demand."""
        return [sum(both) for both in zip(self.served, self.refused, strict=True)]

    @property
    def refusals(self) -> int:
        """How many reads were refused."""
        return len(self.lab.trace.of(Throttled))

    @property
    def unit_hours(self) -> Fraction:
        """What was provisioned over the day, in RCU-hours. Assumed: it is paid for by the minute."""
        return Fraction(round(sum(self.provisioned)), 60)

    @property
    def used(self) -> float:
        """The part of it that was used."""
        return sum(self.served) / sum(self.provisioned)

    @cached_property
    def bills(self) -> tuple[Bill, Bill, Bill]:
        """A month of such days: auto scaled, on demand, and always provisioned for the busiest minute, every read served."""
        served = Fraction(round(sum(event.units for event in self.lab.trace.of(ItemRead))))
        most = ceil(max(asked for asked in self.asked))
        hour, request = self.prices.standard.read_capacity, self.prices.standard.read_request
        return (
            _bill("auto scaled", self.unit_hours * hour.each, f"{plain(self.unit_hours)} RCU-hours", hour),
            _bill("on demand", served * request.each, f"{plain(served)} units", request),
            _bill("always the peak", most * 24 * hour.each, f"{most:,} RCU × 24 h", hour),
        )

    def _by_minute(self, events: list[tuple[int, float]]) -> list[float]:
        sums = [0.0] * MINUTES
        for at, units in events:
            minute = (at - self.lab.clock.start) // (60 * SECOND)
            if minute < MINUTES:
                sums[minute] += units / 60
        return sums


def simulate(target: int = 70, peak: int = 6, seed: int = 1, prices: PriceBook = US_EAST_1) -> Day:
    """24 hours of reads, between 20:00 and 20:30 ``peak`` times as many, on a table that is kept at the ``target`` utilisation (per cent).

    What is refused is not tried again. Raises ``LabError`` for a target that auto scaling does not take.
    """
    if not 1 <= peak <= 20:
        raise LabError(f"a peak of {peak} times is not for this table", next="Choose from 1 to 20.")
    lab = Lab(seed, PROFILE)
    lab.request("dynamodb", "CreateTable", _definition(ceil(demand(0, peak) * 100 / target)))
    with lab.trace.paused():
        lab.request("dynamodb", "PutItem", {"TableName": TABLE, "Item": {**KEY, "plan": {"S": "x" * (SIZE - 20)}}})
    lab.autoscale(TABLE, read=(LEAST, MOST, target))
    return Day(lab, target, peak, _run(lab, peak), prices)


def demand(hour: float, peak: int) -> float:
    """Units a second that the day asks for at that hour."""
    usual = AVERAGE * (1 - SWING * cos((hour - 4) * pi / 12))
    return usual * peak if PEAK_FROM <= hour < PEAK_UNTIL else usual


def draw(day: Day) -> Still:
    """The demand and the units that follow it over the day, what was refused, and what three ways to pay for it cost."""
    picture = Picture()
    _draw_day(picture, day)
    _draw_bills(picture, day)
    return picture.figure(_finding(day))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are target, peak, seed, prices."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(target: int = 70, peak: int = 6, seed: int = 1, prices: PriceBook = US_EAST_1) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    simulated = {
        "target": controls.slider("target utilisation, %", target, 20, 90, 5, width="300px"),
        "peak": controls.slider("peak at 20:00, times", peak, 1, 10, width="300px"),
    }
    return View(
        "A day of auto scaling",
        lru_cache(maxsize=8)(partial(simulate, seed=seed, prices=prices)),
        draw,
        simulated=simulated,
        drawn={},
        rows=(tuple(simulated.values()),),
        says=changes,
    )


def changes(day: Day) -> str:
    """In one line of HTML, how often the units were changed."""
    outcomes = [event.outcome for event in day.lab.trace.of(RequestServed) if event.operation == "UpdateTable"]
    done = outcomes.count("OK")
    return f"<b>{count(done, 'change')}</b> of units; {count(len(outcomes) - done, 'decrease')} refused"


ALL_DAY, PEAK, MONEY = (0, 0.4), (0.47, 0.72), (0.81, 1)
UP = (0, 0.94)
DAY_AXIS = {"range": [0, 24], "tickvals": [4, 8, 12, 16, 20, 24], "title": {"text": "hour of the day", "standoff": 4}}
PEAK_AXIS = {
    "range": [PEAK_FROM - 0.1, PEAK_UNTIL + 0.1],
    "tickvals": [PEAK_FROM, (PEAK_FROM + PEAK_UNTIL) / 2, PEAK_UNTIL],
    "ticktext": ["20:00", "20:15", "20:30"],
}


def _draw_day(picture: Picture, day: Day) -> None:
    parts = ", ".join((coloured("served", READ.colour), coloured("refused", THROTTLE.colour), "line: provisioned"))
    refused = coloured(f"<b>{count(day.refusals, 'read')}</b> refused", THROTTLE.colour)
    _draw_hours(picture, day, ALL_DAY, DAY_AXIS, f"<b>RCU/s</b>: {parts}")
    _draw_hours(picture, day, PEAK, PEAK_AXIS, f"<b>At the peak</b>: {refused}")


def _draw_hours(picture: Picture, day: Day, across: tuple[float, float], x: dict[str, Any], heading: str) -> None:
    top = 1.1 * max(*day.asked, *day.provisioned)
    panel = picture.panel(across, UP, x, {"range": [0, top], "nticks": 6, "showgrid": True}, heading)
    low, high = (min(max(round(hour * 60), 0), MINUTES) for hour in x["range"])
    minutes = range(low, high)
    _draw_units(picture, panel, minutes, day.served, [0.0] * MINUTES, READ.colour, "served")
    _draw_units(picture, panel, minutes, day.refused, day.served, THROTTLE.colour, "refused")
    picture.add(
        panel,
        type="scatter",
        mode="lines",
        x=[minute / 60 for minute in range(low, high + 1)],
        y=[day.provisioned[max(minute - 1, 0)] for minute in range(low, high + 1)],
        line={"color": INK, "width": 2, "shape": "hv"},
        hovertemplate="%{x:.2f} h: %{y:.0f} RCU provisioned<extra></extra>",
    )


def _draw_units(
    picture: Picture, panel: Panel, minutes: range, units: list[float], below: list[float], colour: str, name: str
) -> None:
    shown = [minute for minute in minutes if units[minute]]
    picture.add(
        panel,
        type="bar",
        x=[minute / 60 for minute in shown],
        y=[units[minute] for minute in shown],
        base=[below[minute] for minute in shown],
        width=1 / 60,
        offset=0,
        marker={"color": colour, "line": {"color": colour, "width": 1 if name == "refused" else 0}},
        hovertemplate=f"%{{x:.2f}} h: %{{y:.1f}} RCU/s {name}<extra></extra>",
    )


def _draw_bills(picture: Picture, day: Day) -> None:
    names = {"tickvals": [0, 1, 2], "ticktext": ["auto<br>scaled", "on<br>demand", "always<br>peak"]}
    totals = [float(bill.total) for bill in day.bills]
    y = {"range": [0, 1.15 * max(totals)], "nticks": 5, "showgrid": True, "tickprefix": "$"}
    panel = picture.panel(MONEY, UP, {"range": [-0.6, 2.6], **names}, y, "<b>A month of such days</b>, USD")
    picture.add(
        panel,
        type="bar",
        x=[0, 1, 2],
        y=totals,
        width=0.66,
        marker={"color": [READ.colour, READ.colour, QUIET]},
        customdata=[bill.lines[0].formula for bill in day.bills],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for column, bill in enumerate(day.bills):
        picture.label(panel, column, totals[column], f"<b>{dollars(bill.total)}</b>", yanchor="bottom", yshift=2)


def _finding(day: Day) -> Finding:
    scaled, asked, peak = day.bills
    refused = f"and refuses {count(day.refusals, 'read')} at the peak" if day.refusals else "and refuses nothing"
    title = f"Auto scaling at {day.target} % costs {dollars(scaled.total)} a month, on demand {dollars(asked.total)}; it follows late {refused}"
    if not day.refusals:
        title = f"Auto scaling at {day.target} % costs {dollars(scaled.total)} a month, on demand {dollars(asked.total)}, {refused}"
    subtitle = f"{percent(day.used)} of what was provisioned was used. Units for the busiest minute all day long would cost {dollars(peak.total)}."
    return Finding(title, subtitle, _caption(day), f"{title}. {subtitle}")


def _caption(day: Day) -> str:
    return (
        f"Strong reads of {SIZE // limits.KB} KB, {UNITS} RCU each; what is refused is not tried again. Units are added after two minutes above"
        " the target and taken away after fifteen below it; meanwhile saved-up burst capacity helps, up to 300 s of it. Decreases are rationed:"
        " four, and one more each hour. The day's shape is assumed."
        f" Prices: {day.prices.region}, {day.prices.dated.day} {day.prices.dated:%B %Y}."
    )


# The day


def _run(lab: Lab, peak: int) -> list[float]:
    provisioned, due = [], 0.0
    for minute in range(MINUTES):
        while due < (minute + 1) * 60:
            lab.clock.advance(max(due - lab.clock.elapsed, 0))
            _read(lab)
            due += UNITS / demand(due / 3600, peak)
        lab.clock.advance((minute + 1) * 60 - lab.clock.elapsed)
        provisioned.append(_rate(lab))
    return provisioned


def _read(lab: Lab) -> None:
    try:
        lab.request("dynamodb", "GetItem", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True})
    except ServiceError as refusal:
        if refusal.code != "ProvisionedThroughputExceededException":
            raise


def _rate(lab: Lab) -> float:
    return next(one.rate for one in lab.inspect(TABLE).budgets if (one.side, one.budget) == ("Read", "provisioned"))


def _definition(units: int) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": units, "WriteCapacityUnits": limits.ITEM_BYTES // limits.KB},
    }


def _bill(name: str, a_day: Fraction, formula: str, price: Price) -> Bill:
    days = Fraction(HOURS_PER_MONTH, 24)
    return Bill(name, (Line("reads", name, a_day * days, f"{formula} a day × {plain(days)} days × {price}"),))
