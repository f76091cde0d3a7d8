"""Processes of this machine that judge submissions, or a Dask cluster that does."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from dynateach.errors import GradingError

ANSWERS_WITHIN = 10.0
"""Seconds that a Dask scheduler has to answer."""


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """So many processes here. They end with this one, however it ends."""
    fresh = multiprocessing.get_context("spawn")  # a fork would copy whatever locks our threads hold
    pool = ProcessPoolExecutor(jobs, fresh, _watch)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The Dask cluster whose scheduler listens there, and how many submissions it can judge at a time.

    Raises GradingError if Dask is not installed, or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise GradingError(
            "--scheduler needs Dask, which is not installed", next="Install it: pip install 'dynateach[cluster]'"
        ) from error
    try:
        client = Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # a TimeoutError is an OSError
        raise GradingError(
            "No Dask scheduler answers", where=address, next="Start one: dask scheduler. Then name its address."
        ) from error
    with client:
        yield client.get_executor(pure=False), _threads(client, address)  # type: ignore[no-untyped-call]


def _threads(client: Any, address: str) -> int:
    threads = sum(client.nthreads().values())
    if not threads:
        raise GradingError(
            "The Dask scheduler has no workers", where=address, next=f"Start some: dask worker {address}"
        )
    return int(threads)


def _watch() -> None:
    """In each process: end with the one that started it, killed or not, and at once if the teacher presses Ctrl-C."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    wait([parent.sentinel])
    os._exit(1)
