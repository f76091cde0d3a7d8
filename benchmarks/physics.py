"""What the simulated physics cost: the same requests on the profiles ideal and realistic, in turns.

python -m benchmarks.physics
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any

from benchmarks.engine import interleaved
from benchmarks.workload import Work, Workload
from dynateach import Lab

ITEMS = 1_000


def main() -> None:
    """Print the ratios: the trace is on, all requests are admitted, no fault is on."""
    load = Workload(ITEMS, content={})
    ideal, realistic = (prepared(name, load) for name in ("ideal", "realistic"))
    for work in load.work:
        times = interleaved(calling(ideal, work), calling(realistic, work))
        print(f"{work.name:22} ideal {times[0]:7.1f} µs, realistic {times[1]:7.1f} µs, ×{times[1] / times[0]:.2f}")


def prepared(profile: str, load: Workload) -> Lab:
    """A Lab with the tables of the workload, filled slowly enough not to be throttled."""
    lab = Lab(profile=profile)
    for operation, params in load.setup():
        lab.request("dynamodb", operation, params)
    lab.clock.advance(600)
    for operation, params in load.filling():
        lab.request("dynamodb", operation, params)
        lab.clock.advance(1)
    return lab


def calling(lab: Lab, work: Work) -> Callable[[], Any]:
    """A call that goes from key to key."""
    upcoming = cycle([work.params(n) for n in range(20)])
    return lambda: lab.request("dynamodb", work.operation, next(upcoming))


if __name__ == "__main__":
    main()
