"""Task 05.1: prove that eventually consistent reads go back in time."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.lesson_05.shop import TABLE, reads_and_writes, shop, told, update
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_number, later
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.lab import Lab
from dynateach.randomness import Randomness

PRICE = "price"
WRITES = 8


class Prices(NamedTuple):
    """When somebody writes the next version of the price (µs from the start)."""

    seed: int
    writes: tuple[int, ...]


def _inputs(seed: int) -> Iterator[Prices]:
    """Three stories, each with its first write a few reads after the start."""
    chance = Randomness(seed).stream("05.1")
    for number in range(3):
        first = 200_000 + 1_000 * chance.below(200)
        apart = 2_500_000 + 1_000 * chance.below(1_000)
        yield Prices(seed + number, tuple(first + apart * i for i in range(WRITES)))


def _prepare(prices: Prices) -> Case:
    lab = shop(prices.seed, [{"id": PRICE, "version": 1}])
    for at in prices.writes:
        later(lab, at, lambda: _raise(lab))
    return Case(lab, (Call("prove", (Boto3(TABLE),)),), prices, requests=200)


def _raise(lab: Lab) -> None:
    update(lab, PRICE, "ADD version :one", {":one": 1})


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    value, reads = replies[0].value, told(replies[0].events)
    if not _is_pair(value):
        why = (
            NO_RETURN
            if value is None
            else "Return two numbers: the version that came first, then the one that came later."
        )
        return Fault(f"prove returned {kind(value)}, not two versions", _EXPECTED, why)
    if not reads:
        why = f"A proof is what reads have returned. {USE_WHAT_IS_GIVEN}"
        return Fault("prove read nothing", _EXPECTED, why)
    versions = [read.version for read in reads]
    first, second = value
    if first in versions and second in versions[versions.index(first) + 1 :] and second < first:
        return None
    got = f"{show(value)}; the reads returned, in order: {_in_short(versions)}"
    what, why = _misled(first, second, versions, all(read.consistent for read in reads))
    return Fault(what, _EXPECTED, why, got=got, trace=reads_and_writes(replies[0].events))


def _misled(first: Any, second: Any, versions: list[int], strong: bool) -> tuple[str, str]:
    if strong:
        return (
            "all reads were strongly consistent",
            "The leader alone answers those, and it never goes back. Which reads may ask another replica?",
        )
    if second > first:
        return (
            "that is time running forward",
            "Old, then new: everybody expects that. Wait for a read that is older than one before it.",
        )
    if second == first:
        return "both versions are the same", "Two equal versions prove nothing."
    if first not in versions or second not in versions:
        return "no read returned those two versions", "Return what the reads have returned, not what they might."
    return (
        f"no read returned {show(second)} after one had returned {show(first)}",
        "The order matters: compare each read with the newest version seen before it, not the largest with the smallest of all.",
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(map(is_number, value))


def _in_short(versions: list[int]) -> str:
    shown = " ".join(map(str, versions[-24:]))
    return shown if len(versions) <= 24 else f"… {shown}"


_EXPECTED = "two versions, the second smaller, as two reads returned them in that order"

TASK = Task(
    id="05.1",
    title="Prove it: time runs backwards",
    points=1,
    answers=("prove",),
    hints=(
        "Each read asks one of three replicas. Right after a write one of them has it, and two have not. So read again and again.",
        "Remember the largest version that any read has returned. As soon as a read returns a smaller one, you have your proof.",
        'while True: version = table.get_item(Key={"id": "price"})["Item"]["version"]; if version < newest: return '
        "newest, version; newest = max(newest, version)",
    ),
    learnt="Eventually consistent reads promise nothing about each other: the next one may be older than the last.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
    raised={
        (
            "prove",
            "OutOfRequests",
        ): "Whoever reads from all replicas meets an older version in this time. Are your reads strong? Then all ask the leader."
    },
)
