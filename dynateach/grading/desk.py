"""The teacher's desk, what ``dynateach grade`` does: submissions in, records, grades and pages out."""

import fcntl
import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dynateach import files
from dynateach.errors import GradingError
from dynateach.grading import batch, gradebook, pages, pool
from dynateach.grading.course import course_at
from dynateach.grading.handed_in import opened, without_notebook
from dynateach.grading.judge import Rules
from dynateach.grading.records import RECORDS, Records
from dynateach.grading.sandbox import boundary
from dynateach.grading.verdicts import VERDICTS

RUN = "run.json"
"""The seeds of a report: whoever resumes it uses the same."""
_SEEDS = 10**15
"""So many that a submission cannot try them all on what it sees."""


@dataclass(frozen=True)
class Order:
    """What to grade, and how. None means: as recorded in the report, or else as ``dynateach grade --help`` says."""

    submissions: Path
    out: Path
    course: Path | None = None
    jobs: int | None = None
    seed: int | None = None
    exercise_seed: int | None = None
    seconds: float = 30.0
    sandboxed: bool = False
    again: bool = False
    scheduler: str | None = None


@dataclass(frozen=True)
class Graded:
    """All records, the class page, and what was handed in ``without`` any notebook, by name."""

    records: Records
    page: Path
    without: list[str]

    @property
    def boundaries(self) -> list[str]:
        """What kept submissions apart: one sentence, unless they were judged on machines that differ, or at other times."""
        return sorted({judged.boundary for judged in self.records})

    @property
    def verdicts(self) -> dict[str, int]:
        """How many tasks came to each verdict, of those that occur."""
        counted = Counter(result.verdict for judged in self.records for result in judged.results)
        return {verdict: counted[verdict] for verdict in VERDICTS if counted[verdict]}

    @property
    def points(self) -> int:
        """The points of all."""
        return sum(judged.points for judged in self.records)

    @property
    def of(self) -> int:
        """What all could have earned."""
        return sum(judged.of for judged in self.records)


def grade(order: Order, told: Callable[[int], None] = lambda total: None) -> Graded:
    """Grade what is not graded yet, and write the report anew. ``told`` hears of each record that is there, with how many there will be.

    Raises GradingError, or what ``course.course_at`` raises, if that cannot be done. Records that were made by then are kept, and not made again.
    """
    course = course_at(order.course, order.submissions)
    _refuse_among(order.submissions.resolve(), order.out.resolve())
    with _taken(order.out), opened(order.submissions) as submissions:
        rules = replace(_rules(order), own=course.own)
        with _workers(order, len(submissions)) as workers:
            records = batch.grade(
                submissions,
                order.out,
                course.exercises,
                rules,
                workers,
                again=order.again,
                told=lambda judged: told(len(submissions)),
            )
        gradebook.write(order.out, records)
        without = without_notebook(order.submissions)
        return Graded(records, pages.write(order.out, records, without), without)


def _refuse_among(submissions: Path, out: Path) -> None:
    """A report is resumed: a record, a seed or a link that a student has handed in must never pass for a part of it."""
    if submissions == out or submissions in out.parents:
        raise GradingError(
            "The report would lie among the submissions", where=str(out), next="Name another folder: --out REPORT"
        )


@contextmanager
def _workers(order: Order, most: int) -> Iterator[batch.Workers]:
    with ExitStack() as open_until_done:
        if order.scheduler:
            there, jobs = open_until_done.enter_context(pool.cluster(order.scheduler))
            yield batch.Workers(there, jobs, order.sandboxed)
            return
        boundary(required=order.sandboxed)
        jobs = min(order.jobs or os.cpu_count() or 1, most)
        yield batch.Workers(open_until_done.enter_context(pool.processes(jobs)), jobs, order.sandboxed)


def _rules(order: Order) -> Rules:
    """With the seeds that were asked for, or else those that the report was begun with."""
    place = order.out / RUN
    try:
        begun = {name: int(seed) for name, seed in json.loads(place.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        begun = {}
    seed = begun.get("seed", secrets.randbelow(_SEEDS)) if order.seed is None else order.seed
    exercise_seed = begun.get("exercise_seed", 1) if order.exercise_seed is None else order.exercise_seed
    files.replace(place, json.dumps({"seed": seed, "exercise_seed": exercise_seed}, indent=1).encode())
    return Rules(seconds=order.seconds, seed=seed, exercise_seed=exercise_seed)


@contextmanager
def _taken(out: Path) -> Iterator[None]:
    """The report is ours until we end, however we end. What a run that was killed had half written is thrown away."""
    records = out / RECORDS
    try:
        records.mkdir(0o700, parents=True, exist_ok=True)
        with _locked(records):
            for draft in records.glob(f"{files.DRAFT}*"):
                draft.unlink()
            yield
    except OSError as error:
        raise GradingError(
            f"The report cannot be written: {error.strerror}",
            where=str(error.filename or out),
            next="Make room, or name another folder: --out REPORT",
        ) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise GradingError(
            "Another run is writing this report", where=str(folder), next="Wait for it, or name another folder: --out"
        ) from error
    finally:
        os.close(handle)
