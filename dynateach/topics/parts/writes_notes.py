"""What to say of two clients' requests: each by itself, the turns of their story, and its moral."""

from typing import TYPE_CHECKING

from dynateach.drawing.captions import number
from dynateach.drawing.film import Note
from dynateach.topics.parts.bank import AMOUNT, REFUSALS, Call
from dynateach.topics.parts.deposits import MEET, METHODS

if TYPE_CHECKING:
    from dynateach.topics.writes import Story


def notes(story: "Story") -> list[Note]:
    """The notes of the film, in order of time; the last is the moral."""
    first = min(call.called for call in story.bank.calls)
    turns = [Note(first, METHODS[story.plan.method].begins), Note(story.ends, moral(story))]
    turns += [Note(call.called, _overwritten(call)) for call in story.bank.calls if call.overwrote]
    turns += [Note(call.answered, says(call)) for call in story.refused[:2]]
    turns += [Note(call.given_up, unheard(call)) for call in story.bank.calls if not call.heard]
    turns += [Note(call.called, says(call)) for call in story.bank.calls if call.writes and call.read_units]
    return sorted(turns, key=lambda note: note.at)


def _overwritten(call: Call) -> str:
    return f"{call.client} puts {call.value} over {call.found}, which it never saw: its read had said {call.knew}. Both get the answer OK."


def moral(story: "Story") -> str:
    """What is to be learned from this run."""
    if any(call.overwrote for call in story.bank.calls):
        return "Read, then put, loses an update whenever somebody else writes in between. No error tells of it."
    if story.balance < 2 * AMOUNT:
        return "Whoever gives up is refused, not fooled: the client knows that its deposit is missing."
    if story.unheard:
        return "A gave up without an answer. Its deposit was made, and A cannot know it."
    if story.plan.method == MEET and not story.refused:
        return "The two transactions did not meet, this time. Both items tell of the same deposits."
    return METHODS[story.plan.method].moral


def says(call: Call) -> str:
    """One request, what came of it, and what it cost."""
    units = [
        f"{number(units)} {unit}" for units, unit in ((call.read_units, "RCU"), (call.write_units, "WCU")) if units
    ]
    cost = " + ".join(units) or "no units"
    if call.outcome != "OK":
        return f"{call.client}'s {call.operation} is refused, since {REFUSALS[call.outcome]}: {call.outcome}, {cost}."
    if not call.writes:
        return f"{call.client} reads {call.value}: {cost}."
    if call.read_units:
        return f"{call.client} sends the same transaction again. Its token is known: nothing is written, {cost}."
    what = f"puts {call.value}, since it read {call.knew}" if call.knew is not None else f"adds {AMOUNT}"
    return f"{call.client} {what}: {call.operation}, {cost}."


def unheard(call: Call) -> str:
    """What it means that the answer got lost."""
    return f"{call.client} has no answer. It cannot know whether its write was done."
