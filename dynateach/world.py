"""What every simulated service of one Lab shares."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dynateach.clock import Clock
from dynateach.profile import Profile
from dynateach.randomness import Randomness
from dynateach.trace import Trace

ACCOUNT = "111122223333"
"""The simulated account's id."""


@dataclass
class World:
    """The clock, the trace, the chances and the physics of one Lab; ``request`` is the number of
    the request being served.
    """

    clock: Clock
    trace: Trace
    randomness: Randomness
    profile: Profile
    request: int = 0

    @contextmanager
    def acting_for(self, request: int) -> Iterator[None]:
        """What happens inside the ``with`` block is the doing of that request, 0 for nobody's."""
        before, self.request = self.request, request
        try:
            yield
        finally:
            self.request = before
