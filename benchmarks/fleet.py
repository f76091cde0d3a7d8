"""What simulating a fleet's traffic costs, against drawing the same traffic with numpy and doing nothing with it.

    python -m benchmarks.fleet [--keys 1000000] [--partitions 1000] [--rate 100000] [--seconds 3600]

The bare draw is the cheapest there is: one multinomial draw for each second, over the partitions. The simulation hashes
all keys, makes that same draw, and passes it through the budgets of every partition and of the table. Both are measured
turn by turn, so that a noisy machine disturbs both alike.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from dynateach.topics.fleet import celebrity, equal_shares, popularity_of_partitions, simulate, steady, uniform, zipf
from dynateach.topics.parts.budgets import OnDemand, Provisioned

ROUNDS = 5


def main() -> None:
    """Print a line for each popularity and budget, and the memory that all took."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("keys", 1_000_000), ("partitions", 1_000), ("rate", 100_000), ("seconds", 3_600)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    chosen = arguments.parse_args()
    rates = steady(chosen.rate, chosen.seconds)
    for popularity in (uniform, zipf, celebrity):
        weights = popularity(chosen.keys)
        parts = popularity_of_partitions(weights, equal_shares(chosen.partitions))
        for words, budget in (
            ("a table with units to spare", Provisioned(2 * chosen.rate)),
            ("a table short of a tenth", Provisioned(chosen.rate * 9 // 10)),
            ("a table short of half", Provisioned(chosen.rate // 2)),
            ("a new on-demand table", OnDemand()),
        ):
            draw, whole = interleaved(
                lambda parts=parts: np.random.default_rng(1).multinomial(rates, parts),  # type: ignore[misc]
                lambda weights=weights, budget=budget: simulate(  # type: ignore[misc]
                    weights, rates, partitions=chosen.partitions, budget=budget
                ),
            )
            print(
                f"{popularity.__name__:9} {words:27} draw {draw:5.2f} s | simulation {whole:5.2f} s, ×{whole / draw:.2f}"
            )
    print(f"at most {peak_memory() / 2**20:,.0f} MiB")


def interleaved(*calls: Callable[[], object]) -> list[float]:
    """The median time of each call in seconds, measured in turns."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, samples in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            samples.append(time.perf_counter() - start)
    return [statistics.median(samples) for samples in times]


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
