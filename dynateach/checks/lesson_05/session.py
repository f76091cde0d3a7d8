"""Task 05.4: one customer's visit that never goes back in time, and pays for strong reads only where they are needed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dynateach.checks.lesson_05.shop import TABLE, shop, stored, told, update
from dynateach.checks.plain import kind, show
from dynateach.checks.scenes import NO_RETURN, USE_WHAT_IS_GIVEN, is_item, is_number, later
from dynateach.checks.task import Boto3, Call, Case, Fault, Reply, Task
from dynateach.clock import EPOCH
from dynateach.drawing.captions import count
from dynateach.lab import Lab
from dynateach.randomness import Randomness
from dynateach.trace import Event, ItemRead, ItemWritten, ReplicaRead, Replicated

ADA = "ada"
READ, SAVE = "read", "save"
Action = tuple[str, ...]


class Visit(NamedTuple):
    """What she does, the ``version`` that the item has before, and when her other device saves (µs after the start)."""

    seed: int
    actions: tuple[Action, ...]
    version: int
    others: tuple[int, ...] = ()


def _inputs(seed: int) -> Iterator[Visit]:
    """One read; a save and a read; saves and reads; only reads, while another device saves; both."""
    chance = Randomness(seed).stream("05.4")
    version = 3 + chance.below(20)
    yield Visit(seed, ((READ,),), version)
    for _ in range(3):
        yield Visit(seed + chance.below(1_000), (_save(chance.below(90)), (READ,)), version)
    yield Visit(seed, (_save(1), (READ,), (READ,), _save(2), (READ,), _save(3), (READ,), (READ,)), version)
    yield Visit(seed, ((READ,),) * 30, version, (100_000, 700_000))
    both = (*((READ,),) * 4, _save(4), *((READ,),) * 6, _save(5), *((READ,),) * 8)
    yield Visit(seed + 1, both, version, (60_000, 500_000))


def _save(number: int) -> Action:
    return (SAVE, f"New Street {number}")


def _prepare(visit: Visit) -> Case:
    lab = shop(visit.seed, [{"id": ADA, "street": "Old Street 1", "version": visit.version}])
    for number, after in enumerate(visit.others):
        later(lab, after, lambda street=f"Other Street {number}": _save_elsewhere(lab, street))  # type: ignore[misc]
    return Case(lab, (Call("visit", (Boto3(TABLE), ADA, list(visit.actions))),), visit)


def _save_elsewhere(lab: Lab, street: str) -> None:
    update(lab, ADA, "SET street = :street ADD version :one", {":street": street, ":one": 1})


def _judge(case: Case, replies: Sequence[Reply]) -> Fault | None:
    reply = replies[0]
    reads = sum(action[0] == READ for action in case.input.actions)
    saves = len(case.input.actions) - reads
    own = _own_saves(case, reply.events)
    if fault := _fault_of_value(reply.value, reads):
        return fault
    if not reply.events:
        return Fault(
            "visit asked DynamoDB for nothing", "reads and saves in the table that it was given", USE_WHAT_IS_GIVEN
        )
    if len(own) != saves:
        why = "Each save is one update_item; a read saves nothing."
        return Fault(f"visit wrote {_times(len(own))} for {saves} saves", "one write for each save", why)
    return (
        _fault_of_state(case)
        or _fault_of_versions(case, reply, own)
        or _fault_of_invention(case, reply)
        or _fault_of_cost(case, reply, own)
    )


def _fault_of_value(value: Any, reads: int) -> Fault | None:
    expected = f"a list of {_counted(reads, 'item')}, one for each read action"
    if not isinstance(value, list) or not all(is_item(one) and is_number(one.get("version")) for one in value):
        why = (
            NO_RETURN
            if value is None
            else "Gather the items of the read actions in a list, with their street and version."
        )
        return Fault(f"visit returned {kind(value)}", expected, why)
    if len(value) != reads:
        why = "A save adds nothing to the list." if len(value) > reads else "Each read adds its item to the list."
        return Fault(f"visit returned {_counted(len(value), 'item')} for {_counted(reads, 'read')}", expected, why)
    return None


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _own_saves(case: Case, events: Sequence[Event]) -> list[int]:
    """The versions that the visit's own saves made; the other device saves at times that are known."""
    start = min((event.at for event in events), default=EPOCH)
    foreign = {start + after for after in case.input.others}
    version, own = case.input.version, []
    for event in events:
        if isinstance(event, Replicated):
            version += 1
            if event.at not in foreign:
                own.append(version)
    return own


def _fault_of_versions(case: Case, reply: Reply, own: list[int]) -> Fault | None:
    """Hold each item that was returned against what the visit had saved and returned before."""
    saved = iter(own)
    wrote = seen = number = 0
    for action in case.input.actions:
        if action[0] == SAVE:
            wrote = next(saved)
            continue
        version = reply.value[number]["version"]
        number += 1
        if version < max(wrote, seen):
            return _fault_of_old(case, reply, number, version, wrote, seen)
        seen = max(seen, version)
    return None


def _fault_of_old(case: Case, reply: Reply, number: int, version: int, wrote: int, seen: int) -> Fault:
    if version < wrote:
        what, why = (
            "has been saved in this visit",
            "Remember the version that each save made. Don't count: the write can return it.",
        )
    else:
        what, why = (
            "was returned by an earlier read",
            "Remember the versions that were read, too. Another device saves as well.",
        )
    known = wrote if version < wrote else seen
    return Fault(
        f"read {number} returned version {version}, but version {known} {what}",
        f"version {known} or a newer one",
        why,
        got=f"versions {' '.join(str(one['version']) for one in reply.value)}",
        trace=_proof(reply.events, case.input.version, known, version),
    )


def _proof(events: Sequence[Event], newest: int, known: int, version: int) -> list[Event]:
    """Who wrote the known version, who was told of it, and who was told of the older one after that."""
    found: list[Event] = []
    for event in events:
        newest += isinstance(event, Replicated)
        if isinstance(event, ItemWritten) and newest == known:
            found.append(event)
        elif isinstance(event, ReplicaRead) and found and newest - event.versions in (known, version):
            found.append(event)
            if newest - event.versions == version:
                break
    return found


def _fault_of_invention(case: Case, reply: Reply) -> Fault | None:
    """Each item returned must have come out of a read, in order."""
    answers = iter([read.version for read in told(reply.events, case.input.version)])
    if all(any(version == answer for answer in answers) for version in (one["version"] for one in reply.value)):
        return None
    why = "Each read action asks the table. What was saved before may have been changed by another device since."
    return Fault(
        "visit returned an item that no read of the table gave at that point",
        "for each read action what a read returned",
        why,
    )


def _fault_of_state(case: Case) -> Fault | None:
    now, saves = stored(case.lab, ADA), len(case.lab.trace.of(Replicated))
    expected = case.input.version + saves
    if now.get("version") == expected:
        return None
    why = 'Two devices may save at once. Raise the version in the write itself: "SET street = :s ADD version :one".'
    return Fault(
        "a save did not raise the version by one",
        f"version {expected} after {count(saves, 'save')} in all",
        why,
        got=f"stored: {show(now)}",
    )


def _fault_of_cost(case: Case, reply: Reply, own: list[int]) -> Fault | None:
    reads = told(reply.events, case.input.version)
    wanted = len(reply.value)
    cheap, strong = (sum(read.consistent == one for read in reads) for one in (False, True))
    needed = _too_old(reply.events, case.input.version, own)
    expected = f"{count(wanted, 'eventual read')} and {count(needed, 'strong read')}: {wanted / 2 + needed:g} RCU"
    got = f"{count(cheap, 'eventual read')} and {count(strong, 'strong read')}: {cheap / 2 + strong:g} RCU"
    what = why = ""
    if cheap < wanted:
        what, why = (
            "visit reads strongly without trying the cheap read first",
            "Read eventually consistently; its version tells you whether that was good enough.",
        )
    elif cheap > wanted:
        what, why = (
            "visit reads again and again",
            "After one answer that is too old, ask the replica that always knows: one strong read. And a save needs no read.",
        )
    elif strong > needed:
        what, why = (
            "visit reads strongly where the cheap answer was new enough",
            "An answer is too old only if its version is *smaller* than one that this visit knows.",
        )
    return Fault(what, expected, why, got=got) if what else None


def _too_old(events: Sequence[Event], newest: int, own: list[int]) -> int:
    """How many eventual reads returned less than the visit knew by then."""
    known, too_old, consistent = 0, 0, False
    for event in events:
        if isinstance(event, Replicated):
            newest += 1
            known = max(known, newest) if newest in own else known
        elif isinstance(event, ItemRead):
            consistent = event.consistent
        elif isinstance(event, ReplicaRead):
            version = newest - event.versions
            too_old += version < known and not consistent
            known = max(known, version)
    return too_old


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


TASK = Task(
    id="05.4",
    title="A visit that remembers",
    points=2,
    answers=("visit",),
    hints=(
        "Keep one number: the newest version that this visit has written or read. An answer with a smaller one is too old.",
        'A save: update_item with "SET street = :s ADD version :one" and ReturnValues="ALL_NEW"; its Attributes '
        "hold the new version. A read: eventual first; if too old, once more with ConsistentRead=True.",
        'item = table.get_item(Key=key)["Item"]; if item["version"] < known: item = table.get_item(Key=key, '
        'ConsistentRead=True)["Item"]; known = max(known, item["version"])',
    ),
    learnt="A number in the item and a number in the session keep both promises, for little more than the price of eventual reads.",
    inputs=_inputs,
    prepare=_prepare,
    judge=_judge,
)
