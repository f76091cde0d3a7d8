"""Writes that heat partitions: four ways in which keys can be popular, and the clients that send them to one table, beside one another.

traffic = Traffic(lab, kilobytes=100)
traffic.flow(60.0, 90.0, 3_000, keys("one celebrity", lab))
lab.clock.advance(150)

An item of 100 KB takes 100 write units, so a few requests a second are enough to reach a partition's ceiling of 1,000 WCU/s.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

from dynateach.clock import EPOCH, SECOND
from dynateach.errors import LabError, ServiceError
from dynateach.lab import Lab
from dynateach.randomness import Randomness, Weighted

TABLE = "orders"
KEYS = 200

UNIFORM, ZIPF, CELEBRITY, TODAY = "uniform", "Zipf", "one celebrity", "today's date"
POPULARITY = {
    UNIFORM: Weighted([1] * KEYS),
    ZIPF: Weighted([1_000_000 // rank for rank in range(1, KEYS + 1)]),
    CELEBRITY: Weighted([3 * (KEYS - 1)] + [1] * (KEYS - 1)),
    TODAY: Weighted([1]),
}
"""How often each of 200 users is written: all alike; number n 1/n as often as the first; the first three times as often as all others together.
Or one key for everything: the date.
"""

THROTTLED = ("ProvisionedThroughputExceededException", "ThrottlingException")


def keys(popularity: str, lab: Lab) -> Iterator[str]:
    """The partition key of each write, in order, without end. Raises ``LabError`` for a popularity that there is none of."""
    if popularity not in POPULARITY:
        raise LabError(f"there is no traffic {popularity!r}", next=f"Choose one of {', '.join(POPULARITY)}.")
    if popularity == TODAY:
        return repeat(datetime.fromtimestamp(EPOCH // SECOND, UTC).date().isoformat())
    chance, users = Randomness(lab.seed).stream("keys of the traffic"), POPULARITY[popularity]
    return (f"user-{users.draw(chance) + 1:03}" for _ in repeat(None))


class Traffic:
    """Clients that put items of so many ``kilobytes`` into the table, each at its own moment. What is refused is not sent again."""

    def __init__(self, lab: Lab, kilobytes: int) -> None:
        self._lab = lab
        self._units = kilobytes
        self._filler = {"S": "x" * (kilobytes * 1024 - ROOM_FOR_KEYS)}

    def flow(self, start: float, seconds: float, rate: int, items: Iterator[str | tuple[str, int]]) -> int:
        """Schedule ``rate`` WCU/s from second ``start`` on, evenly spaced: a partition key each, or that and a sort key. The number of writes."""
        writes = int(seconds * rate / self._units)
        for i, item in zip(range(writes), items, strict=False):
            self.at(start + i * self._units / rate, self._putting(item))
        return writes

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do that ``time`` seconds after the Lab began, beside whatever else is under way."""
        self._lab.clock.at(EPOCH + round(time * SECOND), action)

    def _putting(self, item: str | tuple[str, int]) -> Callable[[], None]:
        return lambda: self._put(item)

    def _put(self, item: str | tuple[str, int]) -> None:
        try:
            self._lab.request(
                "dynamodb", "PutItem", {"TableName": TABLE, "Item": {**_key(item), "filler": self._filler}}
            )
        except ServiceError as error:
            if error.code not in THROTTLED:
                raise


ROOM_FOR_KEYS = 100
"""Bytes left for the keys and the names of attributes."""


def _key(item: str | tuple[str, int]) -> dict[str, Any]:
    if isinstance(item, str):
        return {"pk": {"S": item}}
    return {"pk": {"S": item[0]}, "sk": {"N": str(item[1])}}
