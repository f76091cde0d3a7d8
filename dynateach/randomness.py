"""Chance that replays: one generator a purpose, all drawn from the Lab's seed.

A new draw for one purpose moves nothing for another, so adding a feature does not change the
lessons that were written before it. Everything is drawn as integers from the Mersenne Twister of
the standard library, whose output is the same on every platform and Python version.
"""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """The draws for one purpose."""

    def __init__(self, seed: int, purpose: str) -> None:
        source = sha256(f"{seed}/{purpose}".encode()).digest()
        self.bits = Random(int.from_bytes(source)).getrandbits

    def fraction(self) -> float:
        """A number in [0, 1), in steps of 2⁻⁵³."""
        return float(self.bits(53) / (1 << 53))

    def below(self, n: int) -> int:
        """A whole number in [0, n), n at least 1, every one as likely (to within 2⁻⁶⁴)."""
        return self.bits(64) * n >> 64

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.bits(64) * len(choices) >> 64]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        result = list(items)
        for i in range(len(result) - 1, 0, -1):
            j = self.below(i + 1)
            result[i], result[j] = result[j], result[i]
        return result


class Weighted:
    """Draws positions in proportion to whole-number weights: ``Weighted([3, 1])`` draws 0 three
    times as often as 1.
    """

    def __init__(self, weights: Sequence[int]) -> None:
        self._ends = list(accumulate(weights))
        if not self._ends or self._ends[-1] < 1:
            raise ValueError("at least one weight must be positive")

    def draw(self, stream: Stream) -> int:
        """The next position. O(log n)."""
        return bisect_right(self._ends, stream.below(self._ends[-1]))


class Randomness:
    """The generators of one Lab, by purpose: ``randomness.stream("service time")``."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, Stream] = {}

    def stream(self, purpose: str) -> Stream:
        """The generator for a purpose; always the same object for the same words."""
        if purpose not in self._streams:
            self._streams[purpose] = Stream(self.seed, purpose)
        return self._streams[purpose]
