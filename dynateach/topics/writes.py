"""Two clients and one balance: each deposits 10, step by step in an order of your choice. Is every deposit counted, once, and at what price?

story = simulate("read, then put", order="A B A B")
draw(story)                     # a film; one update is lost
explore()                       # the same with controls: six ways to write, six orders
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dynateach.drawing.captions import count, number
from dynateach.drawing.film import Film, Journey, Lane, Level, Mark, Span, seconds
from dynateach.drawing.palette import CLIENT, CONFLICT, FAULT, READ, REFUSED, WAIT, WRITE
from dynateach.errors import LabError
from dynateach.events import ItemCommitted, ItemPrepared
from dynateach.lab import Lab
from dynateach.topics.parts.bank import AMOUNT, BALANCE, DEPOSITS, Bank, Call, Change, Client, changes
from dynateach.topics.parts.deposits import MEET, METHODS, OVERWRITE
from dynateach.topics.parts.writes_notes import notes, says, unheard

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

ORDERS = ("A A B B", "A B A B", "A B B A", "B A A B", "B A B A", "B B A A")
REACTIONS = TRY_AGAIN, GIVE_UP = "try again", "give up"
BEGIN, AFTERWARDS = 0.5, 0.6
"""Seconds: the first turn, and how long the film goes on after the last answer."""
LONGEST = 60.0
"""Seconds within which everything has been answered."""


@dataclass(frozen=True)
class Plan:
    """What is to happen: the arguments of ``simulate``; B's steps begin at ``b_at`` (seconds) instead of its turns, if that is given."""

    method: str
    order: str
    pause: int
    refused: str
    seed: int
    b_at: float | None = None


@dataclass(frozen=True)
class Story:
    """A finished run: who asked what, and every value that the items were given."""

    plan: Plan
    bank: Bank
    changes: list[Change]

    @property
    def lab(self) -> Lab:
        """The Lab in which it happened."""
        return self.bank.lab

    @property
    def balance(self) -> int:
        """What the account holds at the end."""
        return [change.value for change in self.changes if change.key == BALANCE][-1]

    @property
    def refused(self) -> list[Call]:
        """The requests that were refused."""
        return [call for call in self.bank.calls if call.outcome != "OK"]

    @property
    def unheard(self) -> bool:
        """Whether a client ends without an answer to its deposit."""
        return any(not [call for call in self.bank.calls if call.client == name][-1].heard for name in "AB")

    @property
    def ends(self) -> float:
        """When the last client has its answer, or has given it up (seconds)."""
        return max(call.given_up for call in self.bank.calls) + AFTERWARDS


def simulate(
    method: str = OVERWRITE, order: str = "A B A B", pause: int = 500, refused: str = TRY_AGAIN, seed: int = 1
) -> Story:
    """Clients A and B deposit 10 each into an empty account, by one of ``METHODS``; ``order`` is whose turn it is.

    Turns are ``pause`` ms apart, but nobody takes one before it has its answer; what is left to do follows that long after each
    answer. ``refused`` is what a client does whose write is refused, or whose answer is lost: "try again" or "give up". Assumed:
    service times (the profile classroom), and that a transaction which meets another is not charged. Raises ``LabError`` for
    a method, an order or a reaction that there is not.
    """
    for value, known, what in (
        (method, tuple(METHODS), "way to deposit"),
        (order, ORDERS, "order"),
        (refused, REACTIONS, "reaction"),
    ):
        if value not in known:
            raise LabError(f"there is no {what} {value!r}", next=f"Choose one of {', '.join(known)}.")
    return _run(Plan(method, order, pause, refused, seed))


def draw(story: Story) -> Film:
    """The two clients and the account over time."""
    items = (BALANCE, DEPOSITS) if story.plan.method == MEET else (BALANCE,)
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(
            *(Lane(name, group="clients", kind=CLIENT) for name in "AB"),
            *(Lane(key, group="items") for key in items),
        ),
        marks=[*_client_marks(story), *_lost_updates(story)],
        journeys=[*_answers(story)],
        spans=[*_waits(story), *_knowledge(story), *_pending(story)],
        levels=[_level(story, key) for key in items],
        notes=notes(story),
        end=story.ends,
        plays=14.0,
    )


def fork(story: Story, at: float) -> Film:
    """The same, but B begins at that moment (seconds) and goes on from there, while A keeps its turns."""
    return draw(_run(replace(story.plan, b_at=at)))


def explore(**defaults: Any) -> Any:
    """This topic as an explorer; ``defaults`` are the first values of method, order, pause, refused, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(
    method: str = OVERWRITE, order: str = "A B A B", pause: int = 500, refused: str = TRY_AGAIN, seed: int = 1
) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "method": controls.choice("each deposits by", tuple(METHODS), method, width="280px"),
        "order": controls.choice("whose turn it is", ORDERS, order, width="205px"),
        "pause": controls.slider("ms between turns", pause, 200, 2_000, 100, width="260px"),
        "refused": controls.choice("if it fails", REACTIONS, refused, width="180px"),
    }
    again = controls.stepper("Another run", seeds, 1, "The same with other chances")
    return View(
        "Two clients, one balance",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=(tuple(simulated.values()), (again,)),
        says=price,
        fork=fork,
    )


def price(story: Story) -> str:
    """In one line of HTML, what each client asked and consumed."""
    return "; ".join(_price(name, [call for call in story.bank.calls if call.client == name]) for name in "AB")


def finding(story: Story) -> str:
    """The film's title."""
    return f"Two deposits of {AMOUNT}, balance {story.balance}: {_verdict(story)}"


def _verdict(story: Story) -> str:
    if story.balance > 2 * AMOUNT:
        return "one was counted twice"
    if any(call.overwrote for call in story.bank.calls):
        return "one update was lost, and nobody was told"
    if story.balance < 2 * AMOUNT:
        return "one was refused, and its client knows"
    if any(call.writes and call.read_units for call in story.bank.calls):
        return "each was counted once, though A sent it twice"
    refused = story.refused
    if not refused:
        return "both were counted" + (", and A cannot know it" if story.unheard else "")
    charged = sum(call.write_units for call in refused)
    cost = f"charged {number(charged)} WCU" if charged else "not charged"
    return f"both were counted; {count(len(refused), 'write')} refused, {cost}"


def _price(name: str, calls: list[Call]) -> str:
    reads = sum(not call.writes for call in calls)
    refused = sum(call.outcome != "OK" for call in calls)
    asked = [count(reads, "read")] if reads else []
    asked.append(count(len(calls) - reads, "write") + (f", {refused} of them refused" if refused else ""))
    read_units, write_units = sum(call.read_units for call in calls), sum(call.write_units for call in calls)
    units = [f"{number(units)} {unit}" for units, unit in ((read_units, "RCU"), (write_units, "WCU")) if units]
    return f"<b>{name}</b>: {', '.join(asked)}: {' + '.join(units) or 'no units'}"


def _run(plan: Plan) -> Story:
    bank, method, pause = Bank(plan.seed), METHODS[plan.method], plan.pause / 1000
    for name in "AB":
        turns = [BEGIN + i * pause for i, whose in enumerate(plan.order.split()) if whose == name]
        if name == "B" and plan.b_at is not None:
            turns = [plan.b_at]
        deaf = method.deaf and name == "A"
        Client(bank, name, method.program, turns, pause, deaf=deaf, stubborn=plan.refused == TRY_AGAIN).begin()
    bank.lab.clock.advance(LONGEST + (plan.b_at or 0))
    return Story(plan, bank, changes(bank))


def _client_marks(story: Story) -> Iterator[Mark]:
    for call in story.bank.calls:
        if call.outcome != "OK":
            kind = REFUSED if call.operation == "PutItem" else CONFLICT
            yield Mark(call.answered, call.client, kind, "", says(call))
        elif call.writes and call.read_units:
            yield Mark(call.answered, call.client, READ, "known", says(call))
        elif call.writes:
            label = f"+{AMOUNT}" if call.knew is None else str(call.value)
            yield Mark(call.called, call.client, WRITE, label, says(call))
        else:
            yield Mark(call.answered, call.client, READ, str(call.value), says(call))
        if not call.heard:
            yield Mark(call.given_up, call.client, FAULT, "?", unheard(call))


def _lost_updates(story: Story) -> Iterator[Mark]:
    for call in story.bank.calls:
        if call.overwrote:
            other = "B" if call.client == "A" else "A"
            says = f"{call.client} read {call.knew} and puts {call.value} over {call.found}: {other}'s update is lost."
            yield Mark(call.called, BALANCE, CONFLICT, "lost", says)


def _answers(story: Story) -> Iterator[Journey]:
    for call in story.bank.calls:
        kind = REFUSED if call.outcome != "OK" else WRITE if call.writes else READ
        until = call.answered if call.heard else float("inf")
        yield Journey(call.called, until, BALANCE, call.client, kind, says(call))


def _waits(story: Story) -> Iterator[Span]:
    """From each request to its answer, or until its client has given it up."""
    for call in story.bank.calls:
        yield Span(call.called, call.given_up, call.client, WAIT, "", f"{call.client} waits for the answer.")


def _knowledge(story: Story) -> Iterator[Span]:
    """From a client's read to the write that follows: what it knows, and from the moment at which somebody else changes that, what it believes."""
    for read, write in _pairs(story):
        foreign = [
            change.at
            for change in story.changes
            if change.key == BALANCE and read.called < change.at < write.called and change.request > read.request
        ]
        until = foreign[0] if foreign else write.called
        if until > read.answered:
            yield Span(
                read.answered, until, read.client, READ, "", f"{read.client} knows that the balance is {read.value}."
            )
        if foreign:
            says = f"{read.client} believes that the balance is {read.value}. It is not any more."
            yield Span(max(until, read.answered), write.called, read.client, CONFLICT, "", says)


def _pairs(story: Story) -> Iterator[tuple[Call, Call]]:
    """Each read, and the write that its client based on it."""
    for name in "AB":
        calls = [call for call in story.bank.calls if call.client == name]
        yield from ((one, two) for one, two in pairwise(calls) if not one.writes and two.writes)


def _pending(story: Story) -> Iterator[Span]:
    clients = {call.request: call.client for call in story.bank.calls}
    items = (BALANCE, DEPOSITS) if story.plan.method == MEET else (BALANCE,)
    ends = {(event.request, event.key): seconds(event.at) for event in story.lab.trace.of(ItemCommitted)}
    for event in story.lab.trace.of(ItemPrepared):
        if event.key in items:
            client = clients[event.request]
            says = f"Pending for {client}'s transaction: nobody else may write it until it is committed."
            yield Span(seconds(event.at), ends[event.request, event.key], event.key, WRITE, client, says)


def _level(story: Story, key: str) -> Level:
    steps = [(change.at, change.value) for change in story.changes if change.key == key]
    return Level(key, steps, "coins" if key == BALANCE else "deposits", kind=WRITE)


CAPTION = (
    "A slanted line is an answer on its way; one that ends in a cross never arrives. A client's row is ochre while it believes what is no"
    " longer so; an item's row is blue while a transaction has it pending. How long things take is assumed, and slowed until one can see it."
)
