"""What judging costs in time, beside the bare kernel that others start for each submission, and in memory.

    python -m benchmarks.grading speed [--lesson 05] [--submissions 100] [--jobs 2]
    python -m benchmarks.grading memory [--submissions 1000] [--seconds 300] [--jobs 2]

``speed``: 100 submissions, each in a fresh sandbox, against starting 100 bare kernels in the same run. A submission is the lesson's solution: all its
tasks are judged, with fresh data, and its record is written. A kernel is started, asked for nothing but whether it is there, and ended. Both sides
have as many at a time, in processes that are there already. They take turns, some of each, so that a noisy machine disturbs both alike; the
figures are totals of the wall clock. What we ask of ourselves: submissions cost no more than one and a half times the kernels, which did nothing.

``memory``: what the process that grades and its largest worker hold after a tenth, half and all of the submissions. First with made-up records of the
usual size, which come at once; then judged, in sandboxes, as many as there is time for. What is asked of each is one task of lesson 05.
"""

import argparse
import json
import math
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil  # ipykernel brings it
from jupyter_client.manager import start_new_kernel
from nbformat import NotebookNode

from dynateach.checks import find
from dynateach.grading import gradebook, pages, pool
from dynateach.grading.batch import Workers, grade
from dynateach.grading.handed_in import Submission
from dynateach.grading.judge import Rules, judge
from dynateach.grading.lay import fingerprint
from dynateach.grading.notebook import answered_by, encode, read, task_of
from dynateach.grading.records import Records
from dynateach.grading.sandbox import boundary
from dynateach.grading.verdicts import Judged

REPOSITORY = Path(__file__).resolve().parents[1]
BAR = 1.5
"""Kernels that a submission may cost."""
TURN = 5
"""Submissions for each worker in a turn, and as many kernels."""
TASK = "05.4"


def main() -> None:
    """Print what was asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = arguments.add_subparsers(required=True)
    for part, submissions in ((speed, 100), (memory, 1_000)):
        asked = parts.add_parser(part.__name__)
        asked.set_defaults(part=part)
        asked.add_argument("--submissions", type=int, default=submissions)
        asked.add_argument("--jobs", type=int, default=2)
        if part is speed:
            asked.add_argument("--lesson", default="05")
        else:
            asked.add_argument("--seconds", type=float, default=300)
    chosen = vars(arguments.parse_args())
    print(f"boundary: {boundary().words}")
    chosen.pop("part")(**chosen)


def speed(lesson: str, submissions: int, jobs: int) -> None:
    """Print how long so many submissions took, and so many kernels, with so many ``jobs`` at a time."""
    judging, starting = totals(lesson, submissions, jobs)
    ratio = judging / starting
    print(f"{submissions} submissions of lesson {lesson}, {jobs} at a time: {judging:.1f} s")
    print(f"{submissions} bare kernels, {jobs} at a time: {starting:.1f} s")
    print(f"ratio: {ratio:.2f}, wanted: {BAR} {'ok' if ratio <= BAR else 'TOO SLOW'}")


def totals(lesson: str, submissions: int, jobs: int) -> tuple[float, float]:
    """The seconds of all submissions, and of all kernels."""
    (solution,) = REPOSITORY.glob(f"solutions/{lesson}_*.ipynb")
    course = [read(REPOSITORY / "exercises" / solution.name)]
    judging = starting = 0.0
    with pool.processes(jobs) as executor, tempfile.TemporaryDirectory() as folder:
        workers = Workers(executor, jobs)

        def judged(names: Sequence[str]) -> None:
            handed_in = [Submission(name, solution.read_bytes) for name in names]
            for record in grade(handed_in, Path(folder), course, Rules(), workers):
                assert record.points == record.of, record

        def started(names: Sequence[str]) -> None:
            list(executor.map(_kernel, names))

        for warm in (judged, started):  # what is imported and cached once is no submission's
            warm([f"{warm.__name__} before {number}" for number in range(2 * jobs)])
        names = [f"{number}.ipynb" for number in range(submissions)]
        for first in range(0, submissions, TURN * jobs):
            turn = names[first : first + TURN * jobs]
            judging += _seconds(judged, turn)
            starting += _seconds(started, turn)
    return judging, starting


def _kernel(name: str) -> None:
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _seconds(work: Callable[[Sequence[str]], None], names: Sequence[str]) -> float:
    start = time.perf_counter()
    work(names)
    return time.perf_counter() - start


def memory(submissions: int, seconds: float, jobs: int) -> None:
    """Print what is held while made-up records come for all of them, and while they are judged for at most so many ``seconds``."""
    exercise, solution = _one_task("exercises"), _one_task("solutions")
    handed_in = [Submission(f"{number}.ipynb", partial(_answered, solution, number)) for number in range(submissions)]
    usual = judge(handed_in[1].content(), exercise, Rules())
    _print_memory("made up", handed_in, exercise, Workers(_MadeUp(usual), jobs), math.inf)
    with pool.processes(jobs) as executor:
        _print_memory("judged", handed_in, exercise, Workers(executor, jobs), seconds)


def _print_memory(
    title: str, handed_in: Sequence[Submission], exercise: NotebookNode, workers: Workers, seconds: float
) -> None:
    held: list[tuple[float, float]] = []
    end = time.monotonic() + seconds

    def hear(judged: Judged) -> None:
        held.append(_held())
        if time.monotonic() > end:
            raise _Enough

    with tempfile.TemporaryDirectory() as folder:
        with suppress(_Enough):
            grade(handed_in, Path(folder), [exercise], Rules(), workers, told=hear)
        _print_parts(title, held)
        names = sorted(json.loads(path.read_text("utf-8"))["name"] for path in Path(folder).glob("records/*"))
        _write_report(Path(folder), Records(Path(folder), names))
    print(f"{title}, after the report: {_held()[0]:.0f} MB")


def _print_parts(title: str, held: Sequence[tuple[float, float]]) -> None:
    for part in (0.1, 0.5, 1):
        number = max(1, round(part * len(held)))
        grading, worker = held[number - 1]
        print(
            f"{title}, after {number:5,} submissions: {grading:.0f} MB, its largest worker {worker:.0f} MB", flush=True
        )


def _write_report(folder: Path, records: Records) -> None:
    gradebook.write(folder, records)
    pages.write(folder, records)


def _held() -> tuple[float, float]:
    """What is resident of this process, and of the largest that it has started and that is not a sandbox, in MB."""
    here = psutil.Process()
    return _resident(here), max(map(_resident, here.children()), default=0.0)


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def _one_task(folder: str) -> NotebookNode:
    (path,) = (REPOSITORY / folder).glob("05_*.ipynb")
    notebook = read(path)
    notebook.cells = [cell for cell in notebook.cells if (answered_by(cell) or task_of(cell)) in (None, TASK)]
    return notebook


def _answered(solution: NotebookNode, number: int) -> bytes:
    """The task's solution, and that for every other number with a mistake: no two are the same file."""
    mine = deepcopy(solution)
    cell = [cell for cell in mine.cells if answered_by(cell) == TASK][-1]
    name = find(TASK).answers[0]
    cell.source += f"\n{name} = lambda *given: {number}" if number % 2 else f"\n# {number}"
    return encode(mine)


class _Enough(Exception):
    """The time is over."""


class _MadeUp(Executor):
    """Whatever is handed to it, it gives the same record, under the submission's name."""

    def __init__(self, record: Judged) -> None:
        self._record = record

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        name, content, *_ = args
        future: Future[Any] = Future()
        future.set_result(replace(self._record, name=name, fingerprint=fingerprint(content)))
        return future


if __name__ == "__main__":
    main()
