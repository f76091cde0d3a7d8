"""Try an answer on a task's cases, the smallest first, and explain the first that it fails, made as small as it gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dynateach.checks.plain import Odd, kind, show
from dynateach.checks.task import Boto3, Call, Case, Fault, Play, Reply, Task, Value
from dynateach.clock import EPOCH, SECOND
from dynateach.errors import CheckFailed
from dynateach.grading.play import NO_FUNCTION, STOPPED
from dynateach.trace import Event, RequestServed

SHRINKING = 60
"""How many smaller variants of a failing input are tried."""
EVENTS = 3
"""How many events of the trace a failure shows."""
WIDTH = 88
"""Letters of such an event: with its label it fits a notebook's cell."""


@dataclass(frozen=True)
class Finding:
    """A case that an answer failed, with its replies, its fault, and the ``events`` of the play."""

    input: Any
    case: Case
    replies: Sequence[Reply]
    fault: Fault
    events: Sequence[Event]

    @property
    def drawable(self) -> bool:
        """Whether a picture has anything to show: a request of the learner's own, or events that prove the fault."""
        return bool(self.fault.trace) or any(reply.requests for reply in self.replies)


def examine(task: Task, play: Play, seed: int) -> Finding | None:
    """The smallest failing case that the task's inputs for this seed lead to, or None if the answer passes them all."""
    for input in task.inputs(seed):
        finding = _try(task, play, input)
        if finding:
            return _smallest(task, play, finding)
    return None


def explain(task: Task, finding: Finding) -> CheckFailed:
    """The finding as the error that a learner reads."""
    evidence = "\n".join(_rows(_evidence(finding.replies[finding.fault.step], finding.fault)))
    further = f'hint("{task.id}") helps you on.'
    if finding.drawable:
        further += f' To see what happened: from dynateach import picture; picture("{task.id}")'
    return CheckFailed(finding.fault.what, task=task.id, evidence=evidence, next=further)


def _try(task: Task, play: Play, input: Any) -> Finding | None:
    case = task.prepare(input)
    replies = play(case)
    played = len(case.lab.trace)
    fault = _obvious(task, replies) or task.judge(case, replies)
    return Finding(input, case, replies, fault, tuple(islice(case.lab.trace, played))) if fault else None


def _smallest(task: Task, play: Play, finding: Finding) -> Finding:
    """The smallest that shows the same mistake: one may fail on less for another reason, or for one that is less plain."""
    left = SHRINKING
    candidates = iter(task.smaller(finding.input))
    while left and (candidate := next(candidates, None)) is not None:
        left -= 1
        smaller = _try(task, play, candidate)
        if smaller and smaller.fault.why == finding.fault.why:
            finding, candidates = smaller, iter(task.smaller(candidate))
    return finding


def _obvious(task: Task, replies: Sequence[Reply]) -> Fault | None:
    """What needs no judge: nothing filled in, no function where one is asked for, an exception."""
    for number, reply in enumerate(replies):
        step = reply.step
        if (
            (isinstance(step, Value) or reply.raised)
            and isinstance(reply.value, Odd)
            and reply.value.type == "ellipsis"
        ):
            return Fault(f"{step.answer} is still `...`", "your answer in its place", step=number)
        if reply.raised:
            return _fault_of_raised(task, step.answer, reply, number)
    return None


def _fault_of_raised(task: Task, answer: str, reply: Reply, number: int) -> Fault:
    assert reply.raised
    type, text, line = reply.raised.type, reply.raised.text, reply.raised.line
    if type == NO_FUNCTION:
        return Fault(
            f"{answer} is {kind(reply.value)}, not a function",
            "a function that can be called so",
            step=number,
            got=text,
        )
    if type == STOPPED:
        expected, why = _ENDLESS
        why = task.raised.get((answer, type), why)
        return Fault(f"{answer} made request after request and was stopped", expected, why, step=number, got=text)
    got = f"{type}: {text}" + (f"\nat {line}" if line else "")
    return Fault(f"{answer} raised {type}", "a result", task.raised.get((answer, type), ""), step=number, got=got)


_ENDLESS = (
    "an end",
    "Pages: pass the LastEvaluatedKey of each answer on as ExclusiveStartKey, and stop at an answer that has none."
    " A small Limit makes many pages.",
)


def _evidence(reply: Reply, fault: Fault) -> Iterator[tuple[str, str]]:
    step = reply.step
    if isinstance(step, Value):
        yield "you gave", f"{step.answer} = {show(reply.value)}"
    else:
        yield "call", call_text(step)
        yield "came back", fault.got or show(reply.value)
    yield "expected", fault.expected
    if fault.why:
        yield "look at", fault.why
    if reply.printed.strip():
        yield "printed", "\n".join(_cut(reply.printed.rstrip().splitlines(), 4, 160))
    events = reply.events if fault.trace is None else fault.trace
    if events:
        yield "trace", "\n".join(_cut(trace_lines(events), EVENTS, WIDTH))


def _rows(parts: Iterator[tuple[str, str]]) -> Iterator[str]:
    for label, text in parts:
        for line in text.splitlines() or [""]:
            yield f"  {label:<11}{line}".rstrip()
            label = ""


def _cut(lines: list[str], limit: int, width: int) -> list[str]:
    """The first and the last lines: a story's end often holds its point."""
    lines = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
    if len(lines) <= limit:
        return lines
    return [*lines[: limit - 1], f"… {len(lines) - limit:,} more …", lines[-1]]


def call_text(step: Call) -> str:
    """The call as a learner would type it: ``read_events(table, '2026-03-02')``."""
    if step.shown:
        return step.shown
    arguments = (one.shown if isinstance(one, Boto3) else show(one) for one in step.arguments)
    return f"{step.answer}({', '.join(arguments)})"


def trace_lines(events: Sequence[Event]) -> list[str]:
    """A line for each event that says something: the end of a request that went well says nothing more."""
    seen = {event.request for event in events if not isinstance(event, RequestServed)}
    telling = [
        one for one in events if not isinstance(one, RequestServed) or one.outcome != "OK" or one.request not in seen
    ]
    timed = len({event.at for event in telling}) > 1
    return [(f"{(event.at - EPOCH) / SECOND:.3f} s  " if timed else "") + _event_text(event) for event in telling]


_LEFT_OUT = frozenset({"at", "request", "service", "region", "table", "hash", "took", "consistent", "bytes"})
_USUAL = frozenset(
    {("ItemWritten", "change", "INSERT"), ("ItemWritten", "units", 1), ("PageRead", "operation", "Query")}
)
"""What goes without saying: it is told only where it is otherwise."""
_SAME = {"matched": "examined"}
"""What is told only where it differs from the other."""
_SAID_BEFORE = {"ReplicaRead": frozenset({"index_name", "partition", "key"})}
"""What the event before has told, and the line is better without."""


def _event_text(event: Event) -> str:
    kind_of_event = type(event).__name__
    told = [
        f"{name}={_short(value)}"
        for name, value in event._asdict().items()
        if name not in _LEFT_OUT
        and value != ""
        and name not in _SAID_BEFORE.get(kind_of_event, ())
        and (kind_of_event, name, value) not in _USUAL
        and value != getattr(event, _SAME.get(name, ""), None)
    ]
    return f"request {event.request}  {kind_of_event}  {' '.join(told)}"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
