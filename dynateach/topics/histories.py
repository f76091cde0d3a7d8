"""Linearizable or not: what a few clients were told of one item, judged from the outside, and the few answers that contradict each other.

story = simulate("eventual", clients=3)
draw(story)                     # a film; the offending operations stand out
explore()
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dynateach.clock import SECOND
from dynateach.counterexample import smallest_offending
from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Journey, Lane, Mark, Note, Span
from dynateach.drawing.palette import CLIENT, READ, REFUSED, STALE_READ, WAIT, WRITE, Word
from dynateach.errors import LabError
from dynateach.linearizability import Operation, put, read
from dynateach.profile import CLASSROOM
from dynateach.randomness import Randomness, Stream
from dynateach.topics.parts import replicas
from dynateach.topics.parts.one_item import Happened, Item, Read, Write, in_proportion, lab_with_zones

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

Reads = Literal["eventual", "strong"]
READS: tuple[Reads, ...] = ("eventual", "strong")
NAMES = ("ada", "bob", "cyd")
FAULTS = {"none": "", "leader's zone lost": "lose_zone", "leader's zone cut off": "partition"}

LENGTH = 14.0
FAULT_AT, FAULT_LASTS = 4.0, 5.0
PHYSICS = replace(
    CLASSROOM,
    item_read=in_proportion(CLASSROOM.item_read, 400),
    item_write=in_proportion(CLASSROOM.item_write, 800),
    leader_lease=2 * SECOND,
    catch_up=SECOND,
)
"""The profile classroom with requests ten times as slow, so that one sees them overlap, and shorter leases."""


@dataclass(frozen=True)
class Story(Happened):
    """A finished run, and what a judge who sees only calls and answers makes of it."""

    item: Item
    reads: Reads
    clients: int

    @cached_property
    def calls(self) -> list[Write | Read]:
        """The requests that were answered before the end, in the order of their calls."""
        return [call for call in self.told.answered if call.answered <= LENGTH or isinstance(call, Write)]

    @cached_property
    def offending(self) -> list[Write | Read]:
        """A few of them that no order explains, as few as can be; nothing if the history is linearizable."""
        history = [(_operation(call), call) for call in self.calls]
        values = {id(operation): call for operation, call in history}

        def makes_sense(part: Sequence[Operation]) -> bool:
            calls = [values[id(operation)] for operation in part]
            written = {0, *(call.version for call in calls if isinstance(call, Write))}
            return all(call.version in written for call in calls)

        part = smallest_offending([operation for operation, _ in history], 0, makes_sense)
        return [values[id(operation)] for operation in part]

    @property
    def culprit(self) -> Read | None:
        """The one of the offending reads that was told of an older version than was known before its call."""
        reads = [call for call in self.offending if isinstance(call, Read)]
        return next((call for call in reads if self.known_before(call)), None)

    def known_before(self, call: Read) -> list[Write | Read]:
        """The offending operations with a newer version that were answered before this read was called."""
        return [one for one in self.offending if one.version > call.version and one.answered < call.called]


def simulate(
    reads: Reads = "eventual", clients: int = 3, lag: int = 1_200, fault: str = "none", seed: int = 27
) -> Story:
    """Two or three clients read and write one item, each waiting for its answers and not for the others.

    ``lag`` is how late a follower applies a write, in ms by the median; a ``fault`` begins after 4 s. Raises ``LabError`` for reads,
    clients and faults that there are none of.
    """
    if reads not in READS or fault not in FAULTS:
        raise LabError(
            f"there are no {reads!r} reads, or no fault {fault!r}", next=f"Reads: {READS}. Faults: {tuple(FAULTS)}."
        )
    if not 1 <= clients <= len(NAMES):
        raise LabError(f"{clients} clients are too many to draw, or too few", next=f"Choose from 1 to {len(NAMES)}.")
    item = Item(lab_with_zones(lag, seed, PHYSICS))
    if FAULTS[fault]:
        getattr(item.lab.faults, FAULTS[fault])(replicas.leader(item.lab), FAULT_LASTS, at=FAULT_AT)
    for name in NAMES[:clients]:
        _Client(item, name, reads == "strong", Randomness(seed).stream(f"what {name} does")).begin()
    item.lab.clock.advance(LENGTH)
    return Story(item, reads, clients)


class _Client:
    """Somebody who reads and writes as chance has it; ada writes more than the others."""

    def __init__(self, item: Item, name: str, strong: bool, chance: Stream) -> None:
        self._item = item
        self._name = name
        self._strong = strong
        self._chance = chance

    def begin(self) -> None:
        self._item.at(self._pause(), self._step)

    def _step(self) -> None:
        if self._chance.below(6) < (3 if self._name == NAMES[0] else 1):
            self._item.write(self._name)
        else:
            self._item.read(self._name, self._strong)
        self._item.at(self._item.free + self._pause(), self._step)

    def _pause(self) -> float:
        return 0.1 + 0.7 * self._chance.fraction()


def draw(story: Story) -> Film:
    """Each request from its call to its answer, above the replicas that answered."""
    names = NAMES[: story.clients]
    return Film(
        title=finding(story),
        caption=CAPTION,
        lanes=(*(Lane(name, group="clients", kind=CLIENT) for name in names), *replicas.LANES),
        marks=[*_marks(story), *replicas.marks(story.lab)],
        journeys=[*replicas.journeys(story.lab), *_answers(story)],
        spans=[
            *_requests(story),
            *replicas.lacking(story.lab),
            *replicas.leadership(story.lab),
            *replicas.faults(story.lab),
        ],
        notes=_notes(story),
        end=LENGTH,
        plays=20.0,
    )


def explore(**defaults: Any) -> Any:
    """This topic alone as an explorer; ``defaults`` are reads, clients, lag, fault, seed."""
    from dynateach.drawing.explorer import explorer

    return explorer(view(**defaults))


def view(reads: Reads = "eventual", clients: int = 3, lag: int = 1_200, fault: str = "none", seed: int = 27) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "reads": controls.choice("reads are", READS, reads, width="170px"),
        "clients": controls.slider("clients", clients, 2, len(NAMES), width="180px"),
        "lag": controls.slider("median lag, ms", lag, 100, 6_000, 100, width="260px"),
        "fault": controls.choice("fault at 4 s", tuple(FAULTS), fault, width="230px"),
    }
    again = controls.stepper("Another history", seeds, 1, "The same with other chances")
    return View(
        "Linearizable or not",
        simulate,
        draw,
        simulated={**simulated, "seed": seeds},
        drawn={},
        rows=((*simulated.values(), again), ()),
        says=verdict,
    )


def finding(story: Story) -> str:
    """The film's title."""
    culprit = story.culprit
    if culprit is None:
        luck = "" if story.reads == "strong" else " this time"
        return f"Linearizable{luck}: one order explains all {len(story.calls)} answers"
    return f"Not linearizable: {culprit.client.title()}'s read of {_version(culprit)} {_reason(story, culprit)}"


def verdict(story: Story) -> str:
    """In one line of HTML, what the judge found."""
    puts = sum(isinstance(call, Write) for call in story.calls)
    judged = f"{count(puts, 'put')} and {count(len(story.calls) - puts, 'read')} judged"
    if story.told.refused:
        judged += f"; {count(len(story.told.refused), 'request')} refused, which changed nothing"
    if not story.offending:
        return f"{judged}: linearizable"
    part = ", ".join(f"{call.client.title()}'s {_text(call)}" for call in story.offending)
    return f"{judged}: no order explains even <b>{part}</b>"


def _reason(story: Story, culprit: Read) -> str:
    """What was answered before the culprit was called, and tells of a newer version."""
    cause = story.known_before(culprit)[-1]
    return (
        f"was called {culprit.called - cause.answered:.2f} s after {cause.client.title()}'s {_text(cause)} was answered"
    )


def _operation(call: Write | Read) -> Operation:
    """The call as the judge sees it: times in µs."""
    times = round(call.called * SECOND), round(call.answered * SECOND)
    return put(*times, call.version) if isinstance(call, Write) else read(*times, call.version)


def _requests(story: Story) -> Iterator[Span]:
    for call in story.calls:
        label = "" if call in story.offending else _version(call)
        yield Span(call.called, call.answered, call.client, _kind(story, call), label, _says(call))


def _kind(story: Story, call: Write | Read) -> Word:
    """Where something offends, all that does not is grey."""
    if call == story.culprit:
        return STALE_READ
    if story.offending and call not in story.offending:
        return WAIT
    return WRITE if isinstance(call, Write) else READ


def _marks(story: Story) -> Iterator[Mark]:
    for call in story.offending:
        at = call.answered if call == story.culprit else call.called
        yield Mark(at, call.client, _kind(story, call), _version(call), _says(call))
    for call in story.calls:
        if isinstance(call, Read) and call not in story.offending:
            yield Mark(
                call.called, replicas.lane_of(call.zone), READ, "", f"Zone {call.zone[-1]} is asked. {_says(call)}"
            )
    for refusal in story.told.refused:
        says = f"The {refusal.kind} is refused: no replica may serve it now."
        yield Mark(refusal.called, refusal.client, REFUSED, "", says)


def _says(call: Write | Read) -> str:
    return f"{call.client.title()}: {_text(call)}, called at {call.called:.2f} s, answered at {call.answered:.2f} s."


def _answers(story: Story) -> Iterator[Journey]:
    culprit = story.culprit
    if culprit:
        says = f"The answer {_version(culprit)} on its way to {culprit.client.title()}."
        yield Journey(
            culprit.called, culprit.answered, replicas.lane_of(culprit.zone), culprit.client, STALE_READ, says
        )


def _notes(story: Story) -> list[Note]:
    culprit = story.culprit
    turns = [Note(0.0, "Each client waits for its answers, and not for the others: their requests overlap.")]
    if culprit:
        says = f"{culprit.client.title()}'s read of {_version(culprit)} {_reason(story, culprit)}: no order of the requests explains that."
        turns.append(Note(culprit.answered, says))
    turns.append(Note(LENGTH, _MORALS[bool(culprit), story.reads]))
    return turns


_MORALS = {
    (True, "eventual"): "Eventual reads are not linearizable: the few requests in colour suffice to show it.",
    (
        False,
        "eventual",
    ): "Eventual reads promise nothing; this time nobody could tell. Try another history, or more lag.",
    (
        False,
        "strong",
    ): "Strong reads and writes of one item are linearizable, whatever fails: each is refused, or right.",
}


def _text(call: Write | Read) -> str:
    return f"{'put' if isinstance(call, Write) else 'read'} {_version(call)}"


def _version(call: Write | Read) -> str:
    return f"v{call.version}" if call.version else "none"


CAPTION = (
    "A bar is a request from its call to its answer: blue puts a version, green reads one. It is linearizable if each seems to take effect at one"
    " moment in its bar. Where that fails, the fewest requests that show it are in colour. Requests are slowed tenfold, to overlap; lags are assumed."
)
