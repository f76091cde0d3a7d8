"""What judging a submission costs, beside the bare kernel that others start for each.

    python -m benchmarks.grading [--lesson 05] [--submissions 8]

A submission is the lesson's solution: all its tasks are judged, with fresh data, in a sandbox of its own that starts and ends with it. A kernel is
started, asked for nothing but whether it is there, and ended. They take turns, so that a noisy machine disturbs both alike; the figures are medians.

What we ask of ourselves: a judged submission costs no more than one and a half kernels that have done nothing.
"""

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from dynateach.grading.judge import Rules, judge
from dynateach.grading.notebook import read
from dynateach.grading.sandbox import boundary

REPOSITORY = Path(__file__).resolve().parents[1]
BAR = 1.5
"""Kernels that a submission may cost."""


def main() -> None:
    """Print the medians and their ratio."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--lesson", default="05")
    asked.add_argument("--submissions", type=int, default=8)
    options = asked.parse_args()
    judged, kernels = measured(options.lesson, options.submissions)
    ratio = judged / kernels
    print(f"boundary: {boundary().words}")
    print(f"a submission of lesson {options.lesson}: {judged:.2f} s")
    print(f"a bare kernel:             {kernels:.2f} s")
    print(f"ratio: {ratio:.2f}, wanted: {BAR} {'ok' if ratio <= BAR else 'TOO SLOW'}")


def measured(lesson: str, submissions: int) -> tuple[float, float]:
    """The median seconds of a submission, and of a kernel."""
    (solution,) = REPOSITORY.glob(f"solutions/{lesson}_*.ipynb")
    content, exercise = solution.read_bytes(), read(REPOSITORY / "exercises" / solution.name)

    def one(seed: int) -> None:
        result = judge(content, exercise, Rules(seed=seed))
        assert result.points == result.of, result

    one(0)  # what is imported and cached once is no submission's
    turns = [(_seconds(lambda seed=seed: one(seed)), _seconds(_kernel)) for seed in range(1, submissions + 1)]  # type: ignore[misc]
    return statistics.median(turn[0] for turn in turns), statistics.median(turn[1] for turn in turns)


def _kernel() -> None:
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
