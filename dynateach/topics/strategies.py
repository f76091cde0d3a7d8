"""All ways to retry side by side: the same herd in the same trouble, how long it takes, what it sends, and how hard it comes down on the table.

compared = simulate(clients=120, capacity=20, outage=4)
draw(compared)
explore()
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynateach.drawing.captions import count, number
from dynateach.drawing.palette import INK, QUIET, WRITE
from dynateach.drawing.picture import Finding, Picture
from dynateach.drawing.still import Still
from dynateach.topics.parts.herd import EXPONENTIAL, JITTER, LOST, STRATEGIES, Herd, Plan, Trouble, run
from dynateach.topics.retries import herd_controls

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View


@dataclass(frozen=True)
class Compared:
    """The finished runs, by the way to retry; all of the same seed."""

    herds: dict[str, Herd]

    @property
    def plan(self) -> Plan:
        """What they have in common."""
        return self.herds[EXPONENTIAL].plan


def simulate(
    clients: int = 120, capacity: int = 20, outage: int = 4, trouble: Trouble = LOST, seed: int = 1
) -> Compared:
    """The herd of the topic retries, once for each way to retry. Raises ``LabError`` for what that refuses."""
    return Compared({one: run(Plan(one, clients, capacity, outage, trouble, seed)) for one in STRATEGIES})


def draw(compared: Compared) -> Still:
    """For each way to retry: seconds until the last client is served, requests sent, and the highest load in a tenth of a second."""
    picture = Picture()
    herds = list(compared.herds.values())
    _draw_bars(
        picture, (0.12, 0.38), [herd.recovery for herd in herds], "<b>Last client served after</b>, s", "s", True
    )
    _draw_bars(picture, (0.45, 0.69), [len(herd.sent) for herd in herds], "<b>Requests sent in all</b>", "requests")
    _draw_bars(picture, (0.76, 1), [herd.busiest for herd in herds], "<b>Most requests in any 100 ms</b>", "requests")
    return picture.figure(_finding(compared))


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are clients, capacity, outage, trouble, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(**defaults: Any) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing.explorer import View

    simulated, again = herd_controls(**defaults)
    return View(
        "All ways side by side",
        simulate,
        draw,
        simulated=simulated,
        drawn={},
        rows=((simulated["clients"], simulated["capacity"]), (simulated["trouble"], simulated["outage"], again)),
        says=least,
    )


def least(compared: Compared) -> str:
    """In one line of HTML, what the table alone would need."""
    return f"The table alone would need <b>{compared.herds[EXPONENTIAL].least:.1f} s</b>"


ROWS = len(STRATEGIES)


def _draw_bars(
    picture: Picture, across: tuple[float, float], values: list[float], heading: str, unit: str, named: bool = False
) -> None:
    """One number of every way to retry, the first on top."""
    names = {"tickvals": list(range(ROWS)), "ticktext": list(STRATEGIES)} if named else {"showticklabels": False}
    x = {"range": [0, 1.3 * max(values)], "nticks": 4, "tickformat": ","}
    panel = picture.panel(across, (0, 0.93), x, {"range": [ROWS - 0.4, -0.6], **names}, heading)
    picture.add(
        panel,
        type="bar",
        orientation="h",
        x=values,
        y=list(range(ROWS)),
        width=0.62,
        marker={"color": [WRITE.colour if STRATEGIES[one].jitter == "full" else QUIET for one in STRATEGIES]},
        customdata=list(STRATEGIES),
        hovertemplate=f"<b>%{{customdata}}</b>: %{{x:,.1f}} {unit}<extra></extra>",
    )
    for row, value in enumerate(values):
        shown = f"<b>{number(value)}</b>" if value == min(values) else number(value)
        picture.label(panel, value, row, shown, INK, xanchor="left", xshift=4)


def _finding(compared: Compared) -> Finding:
    plain, jittered = compared.herds[EXPONENTIAL], compared.herds[JITTER]
    title = f"The same waits, doubled each time: all served after {plain.recovery:.1f} s, with jitter after {jittered.recovery:.1f} s"
    subtitle = f"{compared.plan.clients} clients, one write each. Blue: with jitter; grey: without."
    said = "; ".join(
        f"{one}: {herd.recovery:.1f} s, {count(len(herd.sent), 'request')}, {herd.busiest} in 100 ms"
        for one, herd in compared.herds.items()
    )
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle} {said}.")


CAPTION = (
    "Time, and the most in 100 ms, count from the end of the trouble. At once: again every 0.2 s. Fixed wait: every second. Exponential: 0.1 s,"
    " doubled up to 6.4 s; with jitter, a time drawn from 0 up to that. The SDK's modes give up after 4 attempts, and the program calls again 1 s"
    " later (assumed); they wait longer after a throttling error than after another."
)
