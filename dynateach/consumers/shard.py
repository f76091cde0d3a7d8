"""One shard: polled four times a second, its records spread over lanes, and finished when all are done.

Documented: Lambda polls a shard at a base rate of four times a second; with a parallelization factor it works at several
batches of a shard at once, and the changes of one item keep their order. Assumed: how many records it reads ahead, and
that items are spread over the lanes by a hash of their keys.
"""

import json
from collections.abc import Callable, Iterable
from hashlib import md5

from dynateach.clock import SECOND, Alarm
from dynateach.consumers.calls import Calls
from dynateach.consumers.filters import matches_any
from dynateach.consumers.lane import Lane
from dynateach.consumers.reader import Ask, Record, ShardReader
from dynateach.dynamodb.rules.limits import GET_RECORDS_RECORDS

POLL = SECOND // 4
READ_AHEAD = 10_000
"""How many records of a shard may wait here at the same time. Assumed."""


class ShardConsumer:
    """Reads the shard ``id`` of ``stream`` from its oldest record, or from the first that is ``still_to_come``; calls
    ``done`` with its id when it has been read to its end and every record was done or given up.

    A poll that would find nothing is not made: ``ring`` tells when there is something new. That shows in nothing but the
    trace, which would otherwise hold four empty reads a second.
    """

    def __init__(
        self,
        calls: Calls,
        ask: Ask,
        stream: str,
        id: str,
        done: Callable[[str], object],
        *,
        still_to_come: bool,
    ) -> None:
        self.id = id
        self._calls = calls
        self._done = done
        self._reader = ShardReader(ask, stream, id)
        self._lanes = [
            Lane(calls, id, number, self._finished, self._turn)
            for number in range(calls.settings.parallelization_factor)
        ]
        self._unfinished: dict[str, None] = {}
        self._began = calls.clock.now
        self._still_to_come = still_to_come
        self._quiet = still_to_come
        self._away = self._rewinding = False
        self._alarm: Alarm | None = None
        self._turn()

    def ring(self, number: str | None) -> None:
        """A record with that sequence number was written; or the shard was closed, if None."""
        if self._still_to_come:
            self._begin_at(number)
        self._quiet = False
        if not self._away:
            self._poll_soon()

    def go_away(self, *, lose_calls: bool) -> None:
        """Read no more, and forget what was read and is not done."""
        self._away = True
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        for lane in self._lanes:
            lane.let_go(lose_call=lose_calls)

    def come_back(self) -> None:
        """Go on at the first record that is not done; some later ones may be, and come again."""
        self._away = False
        self._rewinding = True
        self._turn()

    def _turn(self) -> None:
        """Do what can be done now, and poll again if that makes sense."""
        if self._away or (self._rewinding and not self._rewound()):
            return
        for lane in self._lanes:
            lane.go_on()
        if self._finished_all or self._wants_more:
            self._poll_soon()

    def _poll_soon(self) -> None:
        """Poll at the next quarter of a second since it began."""
        if self._alarm is None:
            polls = (self._calls.clock.now - self._began) // POLL + 1
            self._alarm = self._calls.clock.at(self._began + polls * POLL, self._poll)

    def _poll(self) -> None:
        self._alarm = None
        if self._finished_all:
            self._done(self.id)
            return
        if self._wants_more:
            records = self._reader.read(GET_RECORDS_RECORDS)
            self._quiet = not (records or self._reader.refused)
            self._take_in(records)
        self._turn()

    def _take_in(self, records: Iterable[Record]) -> None:
        filters = self._calls.settings.filters
        for record in records:
            if matches_any(filters, json.loads(record.text) if filters else {}):
                self._unfinished[record.number] = None
                self._lanes[self._lane_of(record)].add(record)

    def _lane_of(self, record: Record) -> int:
        if len(self._lanes) == 1:
            return 0
        return int.from_bytes(md5(record.item.encode(), usedforsecurity=False).digest()) % len(self._lanes)

    @property
    def _finished_all(self) -> bool:
        return self._reader.ended and not self._unfinished

    @property
    def _wants_more(self) -> bool:
        if self._quiet or self._rewinding or self._reader.ended:
            return False
        waiting = sum(len(lane.waiting) for lane in self._lanes)
        return waiting < READ_AHEAD and any(lane.hungry for lane in self._lanes)

    def _finished(self, records: Iterable[Record]) -> None:
        for record in records:
            self._unfinished.pop(record.number, None)

    def _begin_at(self, number: str | None) -> None:
        """The first record that was still to come has come; or none will."""
        self._still_to_come = False
        if number:
            self._reader.go_to(number)
        else:
            self._reader.ended = True

    def _rewound(self) -> bool:
        """Go back to the first unfinished record, as soon as no call is under way that may finish it."""
        if any(lane.running for lane in self._lanes):
            return False
        for lane in self._lanes:
            lane.let_go(lose_call=False)
        first = next(iter(self._unfinished), None)
        if first:
            self._reader.go_to(first)
            self._unfinished.clear()
            self._quiet = False
        self._rewinding = False
        return True
