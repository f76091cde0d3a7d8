"""Auto scaling of provisioned throughput, by target tracking.

Documented (Developer Guide, *Managing throughput capacity automatically*; the CDK's): a policy has a smallest and a largest
number of units and a target utilisation of 20 to 90 per cent. Consumption is looked at by the minute. After two minutes in
a row above the target units are added, after fifteen in a row below it they are taken away, so that utilisation comes
to the target; UpdateTable does it, and takes its time. Assumed: that a minute is judged the moment it ends (in AWS the
metric and the alarm take some minutes more), and that each change asks for exactly what reaches the target, by the
average of the minutes that led to it.
"""

from collections import deque
from collections.abc import Callable
from math import ceil
from typing import Any, NamedTuple

from dynateach.clock import SECOND, Alarm, Clock
from dynateach.errors import LabError, ServiceError

MINUTE = 60 * SECOND
MINUTES_ABOVE = 2
"""Minutes in a row above the target before units are added."""
MINUTES_BELOW = 15
"""Minutes in a row below the target before units are taken away."""
LOWEST_TARGET, HIGHEST_TARGET = 20, 90
"""What a target utilisation may be (per cent)."""

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""An operation of DynamoDB and its params in, the answer out."""

_UNITS = {"Read": "ReadCapacityUnits", "Write": "WriteCapacityUnits"}


class Policy(NamedTuple):
    """Between how many units (inclusive) and at which ``target`` utilisation (per cent) one side is kept."""

    least: int
    most: int
    target: float = 70

    def units_for(self, consumed: float) -> int:
        """How many units reach the target at so many consumed a second."""
        return min(self.most, max(self.least, ceil(consumed * 100 / self.target)))


class AutoScaling:
    """Target tracking of one table, or of its global index ``index_name``, from now until ``stop()``.

    ``policies`` are by side, Read and Write. ``consumed`` tells the units consumed since the table began, by side;
    ``ask`` is DynamoDB. Raises ``LabError`` for a policy that makes no sense.
    """

    def __init__(
        self,
        clock: Clock,
        ask: Ask,
        consumed: Callable[[str], float],
        table: str,
        index_name: str,
        policies: dict[str, Policy],
    ) -> None:
        for policy in policies.values():
            _require_sense(policy)
        self._clock = clock
        self._ask = ask
        self._consumed = consumed
        self._table = table
        self._index_name = index_name
        self._policies = policies
        self._seen = {side: consumed(side) for side in policies}
        self._minutes: dict[str, deque[float]] = {side: deque(maxlen=MINUTES_BELOW) for side in policies}
        self._alarm: Alarm | None = clock.after(MINUTE, self._minute)

    def stop(self) -> None:
        """Leave the units as they are from now on."""
        if self._alarm:
            self._alarm.cancel()
        self._alarm = None

    def _minute(self) -> None:
        """Judge the minute that has passed, and go on until somebody stops it or the table is gone."""
        for side, minutes in self._minutes.items():
            total = self._consumed(side)
            minutes.append((total - self._seen[side]) / 60)
            self._seen[side] = total
        try:
            self._adapt()
        except ServiceError as error:
            if error.code == "ResourceNotFoundException":
                return
        self._alarm = self._clock.after(MINUTE, self._minute)

    def _adapt(self) -> None:
        """Ask for the units that the policies want. DynamoDB may refuse, while the table is UPDATING or when it was
        changed too often; then the next minute tries again.
        """
        present = self._provisioned()
        wanted = {side: self._wanted(side, units) for side, units in present.items()}
        if wanted == present:
            return
        throughput: dict[str, Any] = {"ProvisionedThroughput": {_UNITS[side]: units for side, units in wanted.items()}}
        if self._index_name:
            throughput = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": self._index_name, **throughput}}]}
        self._ask("UpdateTable", {"TableName": self._table, **throughput})
        for side, units in wanted.items():
            if units != present[side]:
                self._minutes[side].clear()

    def _provisioned(self) -> dict[str, int]:
        described = self._ask("DescribeTable", {"TableName": self._table})["Table"]
        if self._index_name:
            named = {one["IndexName"]: one for one in described.get("GlobalSecondaryIndexes", ())}
            described = named.get(self._index_name, {})
        throughput = described.get("ProvisionedThroughput", {})
        return {side: throughput.get(unit, 0) for side, unit in _UNITS.items()}

    def _wanted(self, side: str, present: int) -> int:
        policy = self._policies.get(side)
        if policy is None or not present:
            return present
        minutes, bound = list(self._minutes[side]), present * policy.target / 100
        latest = minutes[-MINUTES_ABOVE:]
        if len(latest) == MINUTES_ABOVE and min(latest) > bound:
            return max(present, policy.units_for(sum(latest) / MINUTES_ABOVE))
        if len(minutes) == MINUTES_BELOW and max(minutes) < bound:
            return min(present, policy.units_for(sum(minutes) / MINUTES_BELOW))
        return present


def _require_sense(policy: Policy) -> None:
    if not LOWEST_TARGET <= policy.target <= HIGHEST_TARGET:
        raise LabError(
            f"a target utilisation of {policy.target} per cent is not possible",
            next=f"Choose one from {LOWEST_TARGET} to {HIGHEST_TARGET}.",
        )
    if not 1 <= policy.least <= policy.most:
        raise LabError(
            f"units can't be kept between {policy.least} and {policy.most}", next="Name the fewest first, 1 or more."
        )
