"""What a call through boto3 costs on a Lab, beside the same call under moto's ``mock_aws``, in one process.

    python -m benchmarks.moto [--rounds 10]

Both have the same tables of 3,000 items and are asked in turn; the figures are medians of the rounds. boto3's own work is
in both: it is most of what a call on a Lab takes, so that no ratio of short calls can be large.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from typing import Any, NamedTuple

import boto3
from botocore import xform_name
from moto import mock_aws

from benchmarks.workload import Work, Workload
from dynateach import Lab

LOAD = Workload(items=3_000)
BARS = {"put": 1.6, "get": 2.5, "query, 50 items": 10.0, "transaction, 4 updates": 100.0}
"""How many times as fast as moto we mean to be; 1, unless it stands here."""
SAMPLE = 0.05
"""Seconds that one measurement lasts, roughly."""


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=10)
    rounds = arguments.parse_args().rounds
    lab = Side(Lab().client(), nullcontext)
    moto = Side(boto3.client("dynamodb", "us-east-1", aws_access_key_id="any", aws_secret_access_key="any"), mocked)
    for side in (lab, moto):
        with side.active():
            for operation, params in (*LOAD.setup(), *LOAD.filling()):
                side.caller(operation)(**params)
    for work in LOAD.work:
        ours, theirs = beside(work, rounds, lab, moto)
        wanted = f", wanted ×{BARS.get(work.name, 1):g}"
        print(
            f"{work.name:22} dynateach {ours * 1e6:9.0f} µs | moto {theirs * 1e6:9.0f} µs | ×{theirs / ours:.2f}{wanted}"
        )


class Side(NamedTuple):
    """A client, and the context in which it works."""

    client: Any
    active: Callable[[], AbstractContextManager[Any]]

    def caller(self, operation: str) -> Callable[..., Any]:
        """The client's method for the operation."""
        method: Callable[..., Any] = getattr(self.client, xform_name(operation))
        return method


@contextmanager
def mocked() -> Iterator[None]:
    """moto in force, with what it held before. In force it would answer a Lab's clients too."""
    mock = mock_aws()
    mock.start(reset=False)
    yield
    mock.stop(remove_data=False)


def beside(work: Work, rounds: int, *sides: Side) -> list[float]:
    """The median seconds that a call takes with each of the two, taken in turns."""
    upcoming = count()
    calls = [max(1, round(SAMPLE / timed(side, work, upcoming, 2))) for side in sides]
    samples: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, many, taken in zip(sides, calls, samples, strict=True):
            taken.append(timed(side, work, upcoming, many))
    return [statistics.median(taken) for taken in samples]


def timed(side: Side, work: Work, upcoming: "count[int]", calls: int) -> float:
    """Seconds that a call takes, on the average of so many."""
    call, requests = side.caller(work.operation), [work.params(next(upcoming)) for _ in range(calls)]
    with side.active():
        start = time.perf_counter()
        for params in requests:
            call(**params)
        return (time.perf_counter() - start) / calls


if __name__ == "__main__":
    main()
