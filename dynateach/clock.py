"""Virtual time: a whole number of microseconds that moves only when somebody moves it."""

from collections.abc import Callable
from heapq import heappop, heappush
from threading import RLock

SECOND = 1_000_000
"""Microseconds in a second; every time in dynateach is kept in whole microseconds."""

EPOCH = 1_767_225_600 * SECOND
"""Where a Lab's clock starts: 1 January 2026, 00:00 UTC, in microseconds since 1970."""

Action = Callable[[], object]


class Alarm:
    """Something that will happen at ``time``; ``cancel()`` it and it will not."""

    __slots__ = ("action", "time")

    def __init__(self, time: int, action: Action) -> None:
        self.time = time
        self.action: Action | None = action

    def cancel(self) -> None:
        """Call it off; harmless when it has already happened."""
        self.action = None


class Clock:
    """The clock of one Lab, and the queue of what is due on it.

    Things due at the same microsecond happen in the order in which they were scheduled, so a run
    replays exactly. Whoever moves the clock holds ``lock``, and so does the Lab while it serves a
    request. ``turn`` counts the actions that it has set off: what happens in one of them happens in one turn.
    """

    def __init__(self, start: int = EPOCH) -> None:
        self.start = start
        self.turn = 0
        self.now = start
        self.running = False
        self.lock = RLock()
        self._alarms: list[tuple[int, int, Alarm]] = []
        self._sequence = 0

    @property
    def elapsed(self) -> float:
        """Seconds of virtual time since the Lab began."""
        return (self.now - self.start) / SECOND

    def at(self, time: int, action: Action) -> Alarm:
        """Call ``action`` when the clock reaches ``time`` (µs; a time that has passed means: next).
        O(log n).
        """
        self._sequence += 1
        alarm = Alarm(max(time, self.now), action)
        heappush(self._alarms, (alarm.time, self._sequence, alarm))
        return alarm

    def after(self, microseconds: int, action: Action) -> Alarm:
        """Call ``action`` that many microseconds from now. O(log n)."""
        return self.at(self.now + microseconds, action)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of virtual time pass; whatever falls due meanwhile happens, in order.

        Raises ``ValueError`` for a negative time, and when called by something that the clock
        itself has set off.
        """
        if seconds < 0:
            raise ValueError(f"time only moves forward, so not by {seconds} seconds")
        with self.lock:
            if self.running:
                raise ValueError("the clock is already moving: schedule with at() or after() instead")
            self.pass_time(round(seconds * SECOND))

    def pass_time(self, microseconds: int) -> None:
        """What ``advance`` does, in microseconds; does nothing while the clock is already moving.

        A request takes its service time through here: one made by a scheduled action runs beside
        the others and holds nobody up.
        """
        with self.lock:
            if self.running:
                return
            until = self.now + microseconds
            if self._alarms and self._alarms[0][0] <= until:
                self._run(until)
            self.now = until

    def _run(self, until: int) -> None:
        self.running = True
        try:
            while self._alarms and self._alarms[0][0] <= until:
                time, _, alarm = heappop(self._alarms)
                if alarm.action is None:
                    continue
                self.now = time
                self.turn += 1
                alarm.action()
        finally:
            self.running = False

    @property
    def due(self) -> bool:
        """Whether something falls due without any more time passing."""
        return bool(self._alarms) and self._alarms[0][0] <= self.now

    @property
    def next_time(self) -> int | None:
        """When the next thing is due (µs), or None when nothing is."""
        while self._alarms and self._alarms[0][2].action is None:
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def _check(self) -> None:
        assert self.now >= self.start
        assert all(time >= self.now for time, _, alarm in self._alarms if alarm.action)
        assert all(self._alarms[(i - 1) // 2] < self._alarms[i] for i in range(1, len(self._alarms)))
