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
    """Stands for a boto3 object of the case's Lab among the arguments of a call: the resource's ``Table(name)``, or the
    resource itself if no table is named.
    """

    table: str = ""


class Call(NamedTuple):
    """Call one of the answers, with arguments that are plain data or ``Boto3``.

    Calls of different ``process`` numbers are made as different Python processes would make them: the built-in ``hash``
    of a string differs between them.
    """

    answer: str
    arguments: tuple[Any, ...]
    process: int = 0


class Value(NamedTuple):
    """Take one of the answers as it is: a number that was read off, a name that was chosen."""

    answer: str


@dataclass(frozen=True)
class Case:
    """One situation, ready to be played: the Lab, what to ask of the answers in which order, and the input behind it.

    ``requests`` is how many requests a single call may make before it is stopped.
    """

    lab: Lab
    steps: Sequence[Call | Value]
    input: Any
    requests: int = 100


@dataclass(frozen=True)
class Raised:
    """An exception out of the learner's code: its type, its text, and the learner's own line that led to it, if any."""

    type: str
    text: str
    line: str = ""


@dataclass(frozen=True)
class Reply:
    """What one step gave: the ``value`` as plain data (see ``checks.plain``), or what it ``raised``; what it printed;
    and the ``events`` of the requests that it made.
    """

    value: Any = None
    raised: Raised | None = None
    printed: str = ""
    events: Sequence[Event] = ()


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
