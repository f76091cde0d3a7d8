"""The picture of the topic ``remedies``: a row for each remedy, and three columns of bars."""

from typing import Any

from dynateach.drawing.captions import coloured, number, percent
from dynateach.drawing.palette import QUIET, READ, THROTTLE
from dynateach.drawing.picture import Finding, Panel, Picture
from dynateach.drawing.still import Still
from dynateach.topics.remedies import (
    AS_IT_IS,
    BOTH,
    CACHE,
    CALCULATED,
    RANDOM,
    WARMED,
    WARMER,
    Comparison,
    Plan,
    requests,
)


def picture(comparison: Comparison) -> Still:
    """For each remedy the shares of writes and reads that are refused, and the read units that it takes."""
    sheet = Picture()
    _draw_shares(
        sheet, comparison, WRITES, "<b>Writes refused</b>", [one.writes for one in comparison.outcomes.values()]
    )
    _draw_shares(sheet, comparison, READS, "<b>Reads refused</b>", [one.reads for one in comparison.outcomes.values()])
    _draw_price(sheet, comparison)
    return sheet.figure(_finding(comparison))


WRITES, READS, UNITS = (0.15, 0.4), (0.43, 0.68), (0.71, 0.97)
TOP = 0.9


def _draw_shares(
    picture: Picture, comparison: Comparison, across: tuple[float, float], heading: str, shares: list[float]
) -> None:
    x = {"range": [0, 1.5], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    panel = picture.panel(across, (0, TOP), x, _rows(comparison), heading)
    _bars(picture, panel, shares, THROTTLE.colour, "%{x:.1%} refused")
    if across == WRITES:
        for row, name in enumerate(comparison.outcomes):
            picture.label(panel, 0, row, _called(comparison.plan, name), xanchor="right", xshift=-8)
    for row, share in enumerate(shares):
        words = f"<b>{percent(share)}</b>{_useless(shares[0], share) if row else ''}"
        picture.label(panel, share, row, words, xanchor="left", xshift=4)


def _draw_price(picture: Picture, comparison: Comparison) -> None:
    outcomes = list(comparison.outcomes.values())
    x = {"range": [0, 1.9 * max(one.units for one in outcomes)], "nticks": 4}
    panel = picture.panel(UNITS, (0, TOP), x, _rows(comparison), "<b>What readers ask for</b>, RCU/s")
    _bars(picture, panel, [one.units for one in outcomes], READ.colour, "%{x:,.0f} RCU/s")
    for row, one in enumerate(outcomes):
        old = f", ≤ {one.old} s old" if one.old else ""
        words = f"<b>{number(round(one.units))}</b>: {requests(one.one)}{old}"
        picture.label(panel, one.units, row, words, xanchor="left", xshift=4)


def _bars(picture: Picture, panel: Panel, lengths: list[float], colour: str, hover: str) -> None:
    picture.add(
        panel,
        type="bar",
        orientation="h",
        x=lengths,
        y=list(range(len(lengths))),
        width=0.6,
        marker={"color": colour},
        hovertemplate=hover + "<extra></extra>",
    )


def _rows(comparison: Comparison) -> dict[str, Any]:
    return {"range": [len(comparison.outcomes) - 0.4, -0.6], "showticklabels": False}


def _called(plan: Plan, remedy: str) -> str:
    return {
        AS_IT_IS: f"<b>{AS_IT_IS}</b>",
        RANDOM: f"random suffix of {plan.suffixes}",
        CALCULATED: f"calculated, of {plan.suffixes}",
        CACHE: f"cached for {plan.cached} s",
        WARMED: f"pre-warmed, {WARMER}×",
    }.get(remedy, remedy)


def _useless(before: float, after: float) -> str:
    if after > max(before * WORSE, LITTLE):
        return coloured(" worse", QUIET)
    return coloured(" no help", QUIET) if before > LITTLE and after > before * HARDLY else ""


LITTLE, HARDLY, WORSE = 0.005, 0.9, 1.05
"""A share too small to mend; how much of it a remedy may leave at most to have helped; and how much more it takes to have made it worse."""


def _finding(comparison: Comparison) -> Finding:
    before, best = comparison.before, comparison[BOTH]
    title = f"{percent(before.writes)} of writes and {percent(before.reads)} of reads refused"
    if max(before.writes, before.reads) > LITTLE:
        title += f"; with {BOTH} {percent(best.writes)} and {percent(best.reads)}"
    subtitle = _verdict(comparison)
    return Finding(title, subtitle, CAPTION, f"{title}. {subtitle}")


def _verdict(comparison: Comparison) -> str:
    """What capacity can do here, and what it cannot."""
    before, warmed = comparison.before, comparison[WARMED]
    if max(before.writes, before.reads) <= LITTLE:
        return "Nothing has to be mended: no partition is asked for much more than its ceiling, and the table has the units."
    if max(warmed.writes, warmed.reads) <= LITTLE:
        return "The heat is the whole table's: capacity mends it."
    if warmed.writes > before.writes * HARDLY:
        most, partitions = comparison.crowd
        crowded = f"Of its {comparison.plan.suffixes} suffixes {most} land on one of {partitions} partitions."
        return f"The heat is a key's: on demand and pre-warming buy capacity that its partition cannot serve. {crowded}"
    return f"Capacity mends a part: pre-warmed, {percent(warmed.writes)} of writes and {percent(warmed.reads)} of reads are still refused."


CAPTION = (
    "30 s, five reads for each write, items of 1 KB; no partition splits. Each remedy alone, on the same table. With a random"
    " suffix a reader asks all suffixes; with a calculated one (the item's number tells it) only one, unless the newest of the key are wanted."
)
