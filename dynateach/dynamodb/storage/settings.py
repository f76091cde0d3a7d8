"""Switches of a table that take a while to turn: time to live, and contributor insights."""

from typing import NamedTuple


class Switch(NamedTuple):
    """A switch that was turned on or off (``enabled``) and will have done so at ``settled`` (virtual time, µs)."""

    enabled: bool
    changed: int
    settled: int

    def status(self, now: int) -> str:
        """ENABLING, ENABLED, DISABLING or DISABLED."""
        done = now >= self.settled
        if self.enabled:
            return "ENABLED" if done else "ENABLING"
        return "DISABLED" if done else "DISABLING"


class TimeToLive(NamedTuple):
    """A table's time to live: the attribute that says when an item expires, and whether that counts."""

    attribute: str
    switch: Switch


class Insights(NamedTuple):
    """Contributor insights of a table or a global index: whether they are gathered, and of which events (``mode``)."""

    mode: str
    switch: Switch
