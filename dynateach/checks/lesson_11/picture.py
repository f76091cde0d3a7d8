"""Task 11.2: read off a picture which budget refuses, and how long saved units last."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dynateach.checks.lesson_11.rush import NAMES, Plan, Rush, three_rushes
from dynateach.checks.plain import Odd, kind, show
from dynateach.checks.scenes import is_number
from dynateach.checks.task import Case, Fault, Reply, Task, Value
from dynateach.dynamodb.rules.limits import BURST_SECONDS
from dynateach.dynamodb.rules.limits import PARTITION_READ_UNITS as CEILING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BUDGETS = ("provisioned", "maximum", "partition")
NEAR = 0.04
"""The part by which what was read off a picture may be wrong."""


def draw(rush: Rush) -> "Figure":
    """The picture of the three tables."""
    from dynateach.checks.lesson_11 import rush_picture

    return rush_picture.draw(rush)


def _prepare(seed: int) -> Case:
    return Case(three_rushes(seed).lab, (Value("budgets"), Value("empty"), Value("saved")), seed)


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    rush = three_rushes(case.input)
    budgets, empty, saved = (reply.value for reply in replies)
    for step, name, given in ((1, "empty", empty), (2, "saved", saved)):
        if not is_number(given):
            return Fault(f"{name} is {kind(given)}", "a number", step=step, trace=())
    return (
        _fault_of_budgets(budgets, rush) or _fault_of_empty(_tame(empty), rush) or _fault_of_saved(_tame(saved), rush)
    )


def _tame(number: Any) -> float:
    """A float that one can compare, whatever number it was."""
    return float(number) if abs(number) < 1e15 else 1e15


def _fault_of_budgets(given: Any, rush: Rush) -> Fault | None:
    expected = f"three of {', '.join(BUDGETS)}, as strings: of tables A, B and C"
    if not isinstance(given, (list, tuple)) or len(given) != len(NAMES):
        return Fault(f"budgets is {kind(given)}, not a list of three", expected, step=0, trace=())
    for name, plan, said, right in zip(NAMES, rush.plans, given, rush.budgets, strict=True):
        if isinstance(said, Odd) and said.type == "ellipsis":
            return Fault("budgets still holds `...`", expected, step=0, trace=())
        if said not in BUDGETS:
            return Fault(f"{show(said)} is none of the budgets", expected, step=0, trace=())
        if said != right:
            return Fault(
                f"it is not the budget {said!r} that refuses reads of table {name}",
                f"what stops the reads of a table with: {plan.terms}",
                _misjudged(plan, right),
                step=0,
                trace=(),
            )
    return None


def _misjudged(plan: Plan, right: str) -> str:
    if right == "partition":
        return f"How many units a second are served, however many are asked for? What serves so many, and whose limit is {CEILING:,}?"
    if right == "maximum":
        return "What is served stays at the dashed line. A table on demand has nothing provisioned; what is the line, then?"
    return "First everything is served, more than the dashed line allows: from what was saved. Then only what flows in. Whose budget is that?"


def _fault_of_empty(given: float, rush: Rush) -> Fault | None:
    name, plan = NAMES[rush.saver], rush.plans[rush.saver]
    if abs(given - rush.empty) <= NEAR * plan.ends:
        return None
    why = f"Table {name} lives on what it has saved. When is the first read refused?"
    if abs(given - plan.begins) <= NEAR * plan.ends:
        why = "That is when the rush begins. What was saved lasts for some time."
    elif abs(given - plan.ends) <= NEAR * plan.ends:
        why = "That is when the rush ends. It was refused reads long before."
    elif abs(given - (plan.begins + BURST_SECONDS)) <= NEAR * plan.ends:
        why = "300 seconds is how much can be saved, not how long it lasts: that depends on how fast it is spent."
    elif abs(given - (rush.empty - plan.begins)) <= NEAR * plan.ends:
        why = "That is how long the savings lasted. The axis counts from when the table was made."
    return Fault(
        f"empty is not when table {name} has used up its savings",
        f"the second of its first refusal, good to {NEAR * plan.ends:.0f}",
        why,
        step=1,
        trace=(),
    )


def _fault_of_saved(given: float, rush: Rush) -> Fault | None:
    name, plan = NAMES[rush.saver], rush.plans[rush.saver]
    if abs(given - rush.saved) <= 2 * NEAR * rush.saved:
        return None
    lasted = rush.empty - plan.begins
    guesses = (
        (
            plan.loud * lasted,
            "That is all that the rush was served. A part of it flowed in meanwhile, and was not saved before.",
        ),
        (plan.provisioned * lasted, "That is what flowed in during the rush. Saved is what was spent on top of it."),
        (
            plan.provisioned * plan.begins,
            f"That is all that flowed in before the rush. Some of it was used, and {_AT_MOST}",
        ),
        ((plan.provisioned - plan.quiet) * plan.begins, f"So much was left over, but {_AT_MOST}"),
        (
            BURST_SECONDS * plan.provisioned,
            "That is the most that it can keep. The quiet time was too short, or too busy, to save so much.",
        ),
        (plan.quiet * plan.begins, "That is what was used. Saved is what was left."),
    )
    why = next(
        (why for guess, why in guesses if abs(given - guess) <= NEAR * rush.saved),
        "From the rush until the first refusal, how much a second was served on top of what flowed in? And for how many seconds?",
    )
    return Fault(
        f"saved is not what table {name} had saved when the rush began",
        f"read units, good to {2 * NEAR * 100:.0f} %",
        why,
        step=2,
        trace=(),
    )


_AT_MOST = f"no more than {BURST_SECONDS} seconds' worth is kept."

TASK = Task(
    id="11.2",
    title="Read a picture",
    points=1,
    answers=("budgets", "empty", "saved"),
    hints=(
        "Look at how many units a second are still served when reads are refused. Is it the dashed line, or 3,000? And was "
        "more served before?",
        "empty: in the panel in which far more than the dashed line is served for minutes, look where the refused reads begin. Point at the bars.",
        "saved: (units served a second in the rush − units provisioned) × (empty − when the rush began).",
    ),
    learnt="Savings are a balance, not a time: they last as long as they are spent slowly. And no savings help one partition beyond its ceiling.",
    inputs=lambda seed: (seed,),
    prepare=_prepare,
    judge=_judge,
)
