"""What a graded task is, as plain declarations. How to write one: see ``dynateach.checks``.

    seed ─ inputs ─▶ input ─ prepare ─▶ Case ─ a player ─▶ replies ─ judge ─▶ Fault, or None

Nothing here calls a learner's code. A *player* does: in the notebook's own process (``grading.play``), or in another one
that reaches the case's Lab over the wire. A judge cannot tell which: it sees plain data, and the Lab's trace.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dynateach.lab import Lab
from dynateach.trace import Event


class Boto3(NamedTuple):
    """Stands for a boto3 object of the case's Lab among the arguments of a call: the resource's ``Table(table)``, or, without
    a table, the resource itself, or a client of another ``service``. It is ``shown`` to the learner by that name.
    """

    table: str = ""
    service: str = "dynamodb"
    shown: str = "table"


class Call(NamedTuple):
    """Call one of the answers, with arguments that are plain data or ``Boto3``.

    Calls of different ``process`` numbers are made as different Python processes would make them: the built-in ``hash``
    of a string differs between them. A call that ``dies_after`` so many requests is lost with its process when it asks for
    one more: what it has done so far stays done. ``shown`` is how a learner sees the call, if its arguments say too much.
    """

    answer: str
    arguments: tuple[Any, ...]
    process: int = 0
    dies_after: int | None = None
    shown: str = ""


class Value(NamedTuple):
    """Take one of the answers as it is: a number that was read off, a name that was chosen."""

    answer: str


@dataclass(frozen=True)
class Raised:
    """An exception out of the learner's code: its type, its text, and the learner's own line that led to it, if any."""

    type: str
    text: str
    line: str = ""


@dataclass(frozen=True)
class Reply:
    """What one ``step`` gave: the ``value`` as plain data (see ``checks.plain``), or what it ``raised``; what it printed;
    and the ``events`` of the time that it took. ``died``: it was a call that was to die on its way, and did. ``requests`` are
    the numbers of those that it made itself, as far as the player knows: others may have made some meanwhile.
    """

    step: Call | Value
    value: Any = None
    raised: Raised | None = None
    printed: str = ""
    events: Sequence[Event] = ()
    died: bool = False
    requests: Sequence[int] = ()


Ask = Callable[[Call], Reply]
"""Makes a call, and gives its reply."""


@dataclass(frozen=True)
class Case:
    """One situation, ready to be played: the Lab, what to ask of the answers in which order, and the input behind it.

    ``requests`` is how many requests a single call may make before it is stopped. Where the world decides when an answer is
    called, as a consumer does that calls a function, ``drive`` lets it go on after the steps, with the means to call.
    """

    lab: Lab
    steps: Sequence[Call | Value]
    input: Any
    requests: int = 100
    drive: Callable[[Ask], object] | None = None


@dataclass(frozen=True)
class Fault:
    """Why an answer is not right: a finding, what was expected instead, and where to look (``why``).

    ``step`` is the number of the step to show, ``got`` its result in words (default: the value itself), ``trace`` the
    events that prove it (default: those of the step).
    """

    what: str
    expected: str
    why: str = ""
    step: int = -1
    got: str = ""
    trace: Sequence[Event] | None = None


Play = Callable[[Case], list[Reply]]
"""Plays a case: the replies to its steps, in order, ending with the first that raised."""


def _nothing_smaller(input: Any) -> Iterable[Any]:
    return ()


@dataclass(frozen=True)
class Task:
    """One graded task.

    ``answers`` are the names of what the learner hands in, ``hints`` three steps towards it, ``learnt`` the sentence that
    a right answer earns. ``inputs`` turns a seed into plain inputs, the smallest first; ``prepare`` makes the case for one;
    ``judge`` finds its fault. ``smaller`` offers smaller variants of an input that an answer has failed on, the smallest
    first; ``raised`` is what to look at when an answer raised, by the answer's name and the exception's.
    """

    id: str
    title: str
    points: int
    answers: tuple[str, ...]
    hints: tuple[str, str, str]
    learnt: str
    inputs: Callable[[int], Iterable[Any]]
    prepare: Callable[[Any], Case]
    judge: Callable[[Case, Sequence[Reply]], Fault | None]
    smaller: Callable[[Any], Iterable[Any]] = _nothing_smaller
    raised: Mapping[tuple[str, str], str] = field(default_factory=dict)


def fewer(things: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    """Shorter versions of a sequence, the shortest first: a half of it, then all but one."""
    half = len(things) // 2
    if half:
        yield tuple(things[:half])
        yield tuple(things[half:])
    if 2 < len(things) <= 20:
        yield from (tuple(things[:i]) + tuple(things[i + 1 :]) for i in range(len(things)))
