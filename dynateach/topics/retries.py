"""Retries: what a herd of clients does to a table that has just come back, by how long each waits before it asks again.

herd = simulate("exponential", clients=120, capacity=20, outage=4)
draw(herd)                      # a film
explore()                       # the same with controls; its other tab is the topic strategies
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dynateach.drawing.captions import count
from dynateach.drawing.film import Film, Lane, Level, Mark, Note, Span, seconds
from dynateach.drawing.palette import CLIENT, FAULT, LEADER, REFUSED, THROTTLE, WAIT, WRITE, Word
from dynateach.errors import LabError
from dynateach.events import FaultBegan, LeaderChanged
from dynateach.topics.parts.herd import (
    AGAIN,
    AT_ONCE,
    EXPONENTIAL,
    FIRST_AT,
    FIXED,
    JITTER,
    LOST,
    SPREAD,
    STRATEGIES,
    TOO_LOW,
    TROUBLES,
    Herd,
    Plan,
    Sent,
    Trouble,
    run,
)

if TYPE_CHECKING:
    from dynateach.drawing.explorer import View

STATE, ARRIVING, TURNED_AWAY, WAITING = "table", "arriving", "refused", "waiting"
SHOWN = 3
"""Clients with a lane of their own: those served first and last, and one between."""
TOGETHER = (FIXED, EXPONENTIAL)
"""What brings all clients back at the same moments."""


def simulate(
    strategy: str = EXPONENTIAL,
    clients: int = 120,
    capacity: int = 20,
    outage: int = 4,
    trouble: Trouble = LOST,
    seed: int = 1,
) -> Herd:
    """``clients`` send one write each, all within a tenth of a second, while the table is in ``trouble`` for ``outage`` seconds; then it
    takes ``capacity`` writes a second. They ask again until all are served.

    ``strategy`` is one of ``herd.STRATEGIES``. Raises ``LabError`` for what there is none of, and for numbers that are not for this table.
    """
    return run(Plan(strategy, clients, capacity, outage, trouble, seed))


def draw(herd: Herd) -> Film:
    """What arrives at the table each second, what it refuses, how many clients still wait, and the attempts of a few."""
    shown = _shown(herd)
    end = float(round(herd.served[-1].at) + 1)
    return Film(
        title=finding(herd),
        caption=CAPTION,
        lanes=(*_table_lanes(), *(Lane(_name(client), f"{len(shown)} of the clients", CLIENT) for client in shown)),
        marks=list(_marks(herd, shown)),
        spans=[*_trouble(herd, end), *_waits(herd, shown)],
        levels=list(_levels(herd, end)),
        notes=_notes(herd, end),
        end=end,
        plays=20.0,
    )


def fork(herd: Herd, at: float) -> Film:
    """The same from the start, but from that moment (seconds) on every wait is drawn from 0 up to what it was. Raises ``LabError`` for clients
    that have jitter already.
    """
    if STRATEGIES[herd.plan.strategy].jitter != "none":
        raise LabError(
            f"these clients ({herd.plan.strategy}) wait with jitter already",
            next=f"Choose {AT_ONCE}, {FIXED} or {EXPONENTIAL}.",
        )
    forked = run(replace(herd.plan, jitter_from=at))
    title = f"With jitter from {at:.1f} s on, all are served after {forked.recovery:.1f} s, not {herd.recovery:.1f}"
    return replace(draw(forked), title=title)


def explore(**defaults: Any) -> Any:
    """An explorer with two tabs: the herd, and all ways to retry side by side.

    ``defaults`` are the first tab's first values: strategy, clients, capacity, outage, trouble, seed.
    """
    from dynateach.drawing.explorer import explorer
    from dynateach.topics import strategies

    return explorer(view(**defaults), strategies.view())


def view(strategy: str = EXPONENTIAL, **numbers: Any) -> "View":
    """This topic as one tab of an explorer."""
    from dynateach.drawing import controls
    from dynateach.drawing.explorer import View

    chosen = controls.choice("retries", tuple(STRATEGIES), strategy, width="210px")
    simulated, again = herd_controls(**numbers)
    return View(
        "A herd comes back",
        simulate,
        draw,
        simulated={"strategy": chosen, **simulated},
        drawn={},
        rows=(
            (chosen, simulated["clients"], simulated["capacity"]),
            (simulated["trouble"], simulated["outage"], again),
        ),
        says=summary,
        fork=fork,
    )


def herd_controls(
    clients: int = 120, capacity: int = 20, outage: int = 4, trouble: Trouble = LOST, seed: int = 1
) -> tuple[dict[str, Any], Any]:
    """The controls of everything but the way to retry, and the button for another seed."""
    from dynateach.drawing import controls

    seeds = controls.counter(seed, 1, 999)
    simulated = {
        "clients": controls.slider("clients", clients, 20, 200, 20, width="240px"),
        "capacity": controls.slider("writes a second", capacity, 10, 100, 10, width="270px"),
        "trouble": controls.choice("trouble", TROUBLES, trouble, width="190px"),
        "outage": controls.slider("it lasts, s", outage, 1, 8, width="230px"),
        "seed": seeds,
    }
    return simulated, controls.stepper("Another run", seeds, 1, "The same with other chances")


def summary(herd: Herd) -> str:
    """In one line of HTML, what it took."""
    given_up = f", <b>{count(herd.gave_up, 'call')}</b> given up by the SDK" if herd.gave_up else ""
    return f"<b>{count(len(herd.sent), 'request')}</b> for {count(len(herd.served), 'write')}{given_up}"


def finding(herd: Herd) -> str:
    """The film's title. Its time counts from the end of the trouble."""
    strategy, done = herd.plan.strategy, f"all served after {herd.recovery:.1f} s"
    clients, requests = count(herd.plan.clients, "client"), count(len(herd.sent), "request")
    if strategy == AT_ONCE:
        return f"Without a wait {clients} send {requests}; {done}"
    if strategy in TOGETHER:
        lead = "With a fixed wait" if strategy == FIXED else "Without jitter"
        return f"{lead} {clients} come back together: {count(len(herd.waves), 'wave')}, {done}"
    if strategy == JITTER:
        return f"With jitter {clients} come back spread out: {requests}, {done}"
    errors = f" and {count(herd.gave_up, 'error')}" if herd.gave_up else ""
    return f"{strategy}: {requests}{errors} for {clients}; {done}"


def _shown(herd: Herd) -> list[int]:
    last = len(herd.served) - 1
    return list(dict.fromkeys(herd.served[last * i // (SHOWN - 1)].client for i in range(SHOWN)))


def _name(client: int) -> str:
    return f"client {client + 1}"


def _table_lanes() -> Iterator[Lane]:
    for name in (STATE, ARRIVING, TURNED_AWAY, WAITING):
        yield Lane(name, "at the table")


def _marks(herd: Herd, shown: list[int]) -> Iterator[Mark]:
    for client, attempts in _attempts(herd, shown).items():
        for number, sent in enumerate(attempts, 1):
            if sent.served:
                yield Mark(sent.at, _name(client), WRITE, "ok", f"Attempt {number} is served.")
            else:
                yield Mark(sent.at, _name(client), _refusal(sent), "", f"Attempt {number} is refused: {sent.outcome}.")


def _waits(herd: Herd, shown: list[int]) -> Iterator[Span]:
    for client, attempts in _attempts(herd, shown).items():
        for before, after in pairwise(attempts):
            says = f"It waits {after.at - before.at:.2f} s before it asks again."
            yield Span(before.at, after.at, _name(client), WAIT, "", says)


def _attempts(herd: Herd, shown: list[int]) -> dict[int, list[Sent]]:
    return {client: [sent for sent in herd.sent if sent.client == client] for client in shown}


def _refusal(sent: Sent) -> Word:
    return REFUSED if sent.outcome == "InternalServerError" else THROTTLE


def _trouble(herd: Herd, end: float) -> Iterator[Span]:
    limit = f"{herd.plan.capacity} writes/s"
    if herd.plan.trouble != LOST:
        yield Span(0, herd.back, STATE, FAULT, f"{TOO_LOW} write/s", "The table's own limit is set too low.")
        yield Span(herd.back, end, STATE, WRITE, limit, "The limit was raised.")
        return
    lost, elected = herd.lab.trace.of(FaultBegan)[0], herd.lab.trace.of(LeaderChanged)[0]
    yield Span(0, seconds(lost.at), STATE, LEADER, "", f"Zone {lost.zone} leads.")
    yield Span(seconds(lost.at), herd.back, STATE, FAULT, "no leader", f"Zone {lost.zone}, which leads, is lost.")
    yield Span(herd.back, end, STATE, LEADER, limit, f"Zone {elected.leader} leads.")


def _levels(herd: Herd, end: float) -> Iterator[Level]:
    capacity = herd.plan.capacity
    yield Level(ARRIVING, _by_second(herd.sent, end), "/s", ceiling=capacity, kind=WRITE)
    yield Level(TURNED_AWAY, _by_second([one for one in herd.sent if not one.served], end), "/s", kind=THROTTLE)
    left = herd.plan.clients
    served = [(one.at, left - done) for done, one in enumerate(herd.served, 1)]
    yield Level(WAITING, [(0, 0), (FIRST_AT, left), *served], "clients", kind=WAIT)


def _by_second(sent: list[Sent], end: float) -> list[tuple[float, float]]:
    """How many were sent in each second."""
    by_second = Counter(int(one.at) for one in sent)
    return [(second, by_second[second]) for second in range(int(end))]


def _notes(herd: Herd, end: float) -> list[Note]:
    turns = [_first(herd), *_given_up(herd), _back(herd), *_waves(herd), *_jitter(herd), Note(end, moral(herd))]
    return sorted(turns, key=lambda note: note.at)


def _first(herd: Herd) -> Note:
    refuses = "all: no replica leads" if herd.plan.trouble == LOST else f"most: its limit is {TOO_LOW} write a second"
    return Note(
        FIRST_AT, f"{herd.plan.clients} clients send one write each, within {SPREAD} s. The table refuses {refuses}."
    )


def _given_up(herd: Herd) -> Iterator[Note]:
    ends = [seconds(call.attempts[-1].at) for call in herd.calls if call.gave_up]
    if ends:
        tries = STRATEGIES[herd.plan.strategy].attempts
        yield Note(
            min(ends), f"The SDK gives up a call after {tries} attempts. The program calls again {AGAIN:g} s later."
        )


def _back(herd: Herd) -> Note:
    says = f"The trouble is over, and {count(herd.waiting, 'client')} wait. The table takes {herd.plan.capacity} writes a second."
    return Note(herd.back, says)


def _waves(herd: Herd) -> Iterator[Note]:
    """The first and the last wave, where there are waves."""
    first, last, jitter_from = herd.waves[0], herd.waves[-1], herd.plan.jitter_from
    refused = sum(not one.served for one in first)
    if herd.plan.strategy not in TOGETHER or not refused:
        return
    if jitter_from is None or first[0].at < jitter_from:
        says = f"{len(first)} requests come together: {len(first) - refused} served, {refused} refused. Those wait equally long again."
        yield Note(first[0].at, says)
    if jitter_from is None:
        yield Note(
            last[0].at, f"The last wave: {count(len(last), 'request')}. Between the waves the table had nothing to do."
        )


def _jitter(herd: Herd) -> Iterator[Note]:
    if herd.plan.jitter_from is not None:
        says = "From here on, a wait is drawn from 0 up to what it was. Waits that have begun end as they would have."
        yield Note(herd.plan.jitter_from, says)


def moral(herd: Herd) -> str:
    """What it took, and what it could have taken."""
    took = f"{herd.recovery:.1f} s and {count(len(herd.sent), 'request')} for {count(herd.plan.clients, 'write')}"
    could = f"{herd.least:.1f} s would do" if herd.least else "all could be served at once"
    return f"It took {took}. At {herd.plan.capacity} a second, {could}."


CAPTION = (
    "Top: requests in each second, and what the table takes at most (line): its own limit, of which it saves up one second. Bottom: attempts of a"
    " few clients, and their waits. The title counts seconds from the end of the trouble. The SDK's waits are those of its source; assumed are the"
    " length of the trouble, answers that take no time, and a program that calls again after 1 s."
)
