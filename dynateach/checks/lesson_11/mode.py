"""Task 11.5: choose how to pay for a day of traffic."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from dynateach.bills import dollars
from dynateach.checks.lesson_11 import days
from dynateach.checks.lesson_11.days import ON_DEMAND, PROVISIONED, SCALED, Day, Outcome
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, is_number
from dynateach.checks.task import Call, Case, Fault, Reply, Task
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.captions import count, percent
from dynateach.lab import Lab
from dynateach.prices import HOURS_PER_MONTH, US_EAST_1
from dynateach.randomness import Randomness

MODES = (ON_DEMAND, PROVISIONED, SCALED)
SLACK = Fraction(103, 100)
"""By so much a choice may be dearer than the cheapest."""
MONTH = Fraction(HOURS_PER_MONTH, 24)
"""Days of a month."""


def _inputs(seed: int) -> Iterator[Day]:
    """A day of each kind, the plainest first."""
    chance = Randomness(seed).stream("11.5")
    for draw in (days.steady, days.short_peak, days.storms, days.swing, days.step):
        yield draw(chance)


def _prepare(day: Day) -> Case:
    return Case(Lab(1), (Call("choose", (list(day),)),), day)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    day, choice = case.input, replies[0].value
    if fault := _fault_of_shape(choice):
        return fault
    mode, units = choice
    begins = int(units) if mode == PROVISIONED else days.first_units(day)
    outcome = days.run(day, mode, 0 if mode == ON_DEMAND else begins)
    if outcome.refused:
        return _fault_of_refusals(day, mode, begins, outcome)
    paid, cheapest = cost(day, mode, outcome), min(_ways(day))
    if paid <= cheapest * SLACK:
        return None
    got = f"{show(choice)}, which refuses nothing and costs {dollars(paid)} a month"
    why = _dear(day, mode, begins)
    return Fault(
        f"there is a cheaper way for {_in_words(day)}",
        f"at most {dollars(cheapest * SLACK)} a month, nothing refused",
        why,
        got=got,
    )


def cost(day: Day, mode: str, outcome: Outcome) -> Fraction:
    """Dollars for a month of such days. Assumed: what is provisioned is paid for by the minute."""
    if mode == ON_DEMAND:
        return _served(day) * US_EAST_1.standard.read_request.each
    return Fraction(sum(outcome.units), 60) * US_EAST_1.standard.read_capacity.each * MONTH


def _served(day: Day) -> Fraction:
    return 60 * sum(day) * MONTH


def _ways(day: Day) -> Iterator[Fraction]:
    """What each way costs that refuses nothing."""
    yield cost(day, ON_DEMAND, Outcome((), ()))
    yield cost(day, PROVISIONED, Outcome((days.least_units(day),) * len(day), ()))
    scaled = days.run(day, SCALED, days.first_units(day))
    if not scaled.refused:
        yield cost(day, SCALED, scaled)


def _in_words(day: Day) -> str:
    return f"a day of {min(day)} to {max(day)} units a second, {sum(day) / len(day):.1f} on average"


def _fault_of_shape(choice: Any) -> Fault | None:
    expected = f'("{ON_DEMAND}", None), ("{SCALED}", None) or ("{PROVISIONED}", 25)'
    if not isinstance(choice, (tuple, list)) or len(choice) != 2:
        why = NO_RETURN if choice is None else ""
        return Fault(f"choose returned {kind(choice)}, not a mode and its units", expected, why)
    mode, units = choice
    if mode not in MODES:
        return Fault(f"{show(mode)} is none of the modes", expected)
    if mode != PROVISIONED:
        return None
    possible = is_number(units) and 1 <= units <= days.MOST
    if not possible or units != int(units):
        why = "Units are provisioned whole: round up." if possible else ""
        return Fault("that is not what one can provision", f"a whole number from 1 to {days.MOST:,}", why)
    return None


def _fault_of_refusals(day: Day, mode: str, units: int, outcome: Outcome) -> Fault:
    first = outcome.refused[0]
    minute = (first.at - EPOCH) // (60 * SECOND)
    got = f"{count(len(outcome.refused), 'read')} refused, the first in minute {minute}, when {day[minute]} units a second were asked for"
    return Fault(
        f"{mode} refuses reads in {_in_words(day)}", "nothing refused", _short(day, mode, units), got=got, trace=[first]
    )


def _short(day: Day, mode: str, units: int) -> str:
    if mode == SCALED:
        return "Auto scaling adds units only after two minutes above its target. Do savings last so long? The second value of follow(day) says it."
    if units <= sum(day) / len(day) + 1:
        return "That is about the average. What is missing at the peak must have been saved, and only 300 seconds' worth can be."
    return "Savings end at 300 seconds' worth. What a quiet night leaves over beyond that is lost. Follow the balance minute by minute."


def _dear(day: Day, mode: str, units: int) -> str:
    if mode == ON_DEMAND:
        least = days.least_units(day)
        used = percent(sum(day) / len(day) / least)
        return f"{least} provisioned units would be enough, {used} of them used. From which utilisation on is that cheaper? And could units follow?"
    if mode == SCALED:
        return "Auto scaling keeps a reserve: at a target of 70 % you pay for 30 % that nobody uses. This day can do without it."
    if units > days.least_units(day) * SLACK:
        return "More is provisioned than is needed. A short peak can live on what was saved before it: up to 300 seconds' worth."
    if min(_ways(day)) == cost(day, ON_DEMAND, Outcome((), ())):
        return "Most of the day most units lie idle. What would it cost to pay for each read instead?"
    return "For many hours fewer units would do. What does follow(day) say of units that follow the traffic?"


TASK = Task(
    id="11.5",
    title="Choose a mode",
    points=2,
    answers=("choose",),
    hints=(
        "Work out the three costs of a day, leave out the ways that refuse something, and take the smallest. Only the "
        "provisioned units need thought: how few are enough?",
        "Try units from 1 upward. For each, follow the balance: saved = min(saved + 60 * (units - asked), 300 * units), minute "
        "by minute. If it ever falls to 0, the units are too few.",
        "on demand: sum(day) * 60 * UNIT. Provisioned: 24 * units * UNIT_HOUR. Auto scaling: sum(units) / 60 * UNIT_HOUR, if "
        "follow(day) refused nothing. min() of tuples (cost, mode, units) picks the cheapest.",
    ),
    learnt="Even days: provisioned. Slow waves: auto scaling. Rare storms: on demand. Work it out, for each table and each index.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        ("choose", "StopIteration"): "The highest minute's units are always enough: let the search reach them.",
    },
)
