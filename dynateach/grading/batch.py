"""Grade a folder or a zip of submissions: each in a process of its own, one record each, written when it is there.

    with opened(Path("submissions.zip")) as submissions, processes(2) as pool:
        records = grade(submissions, Path("report"), exercises_in(Path("exercises")), rules, Workers(pool, 2))

An interrupted run is resumed by running it again: what has a record, made of the same file and exercise with the same seeds, is not judged anew.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from nbformat import NotebookNode

from dynateach.errors import DynateachError, GradingError
from dynateach.grading import records
from dynateach.grading.alike import marks
from dynateach.grading.handed_in import Submission
from dynateach.grading.judge import Rules, judge
from dynateach.grading.lay import Unreadable, cell_ids, fingerprint
from dynateach.grading.notebook import encode, task_of
from dynateach.grading.records import RECORDS, Records
from dynateach.grading.sandbox import Boundary, boundary
from dynateach.grading.students import is_late
from dynateach.grading.verdicts import Judged

AHEAD = 3
"""Submissions that are read for each that is judged at the time: no worker waits for the disk, and memory stays flat."""
HELD = 100_000_000
"""Bytes of submissions at which no more are read until one is judged, however many workers there are."""

LATE = "It came late, says Canvas."


@dataclass(frozen=True)
class Workers:
    """Who judges: any pool of ``concurrent.futures`` in whose processes this package is installed, and how many ``jobs`` it does at a time.

    With ``sandboxed`` they refuse where no sandbox works.
    """

    pool: Executor
    jobs: int
    sandboxed: bool = False


def grade(
    submissions: Sequence[Submission],
    out: Path,
    exercises: Sequence[NotebookNode],
    rules: Rules,
    workers: Workers,
    *,
    again: bool = False,
    told: Callable[[Judged], None] = lambda judged: None,
) -> Records:
    """Judge what has no record yet, or everything ``again``; all records, in the order of the submissions. ``told`` hears of each as it comes.

    Raises GradingError if the workers are lost. What was judged by then is kept.
    """
    (out / RECORDS).mkdir(0o700, parents=True, exist_ok=True)
    done: set[str] = set()
    for judged in () if again else _known(submissions, out, exercises, rules, workers):
        done.add(judged.name)
        told(judged)
    for judged in _fresh([one for one in submissions if one.name not in done], exercises, rules, workers):
        records.write(out, judged)
        told(judged)
    return Records(out, [one.name for one in submissions])


def _fresh(
    waiting: Sequence[Submission], exercises: Sequence[NotebookNode], rules: Rules, workers: Workers
) -> Iterator[Judged]:
    """Judge them, in the order in which they come to an end. So many at once that no worker is idle, and no more."""
    upcoming = iter(waiting)
    under_way: dict[Future[Judged], _Sent] = {}
    try:
        while True:
            while _has_room(under_way.values(), workers) and (one := next(upcoming, None)):
                content = _content(one)
                asked = workers.pool.submit(_judged, one.name, content, exercises, rules, workers.sandboxed)
                under_way[asked] = _Sent(one.name, len(content))
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                judged = future.result()
                del under_way[future]
                yield judged
    except DynateachError:
        raise
    except Exception as error:  # a pool of processes breaks in one way, a cluster in many
        raise GradingError(
            f"Whoever judged submissions is gone ({type(error).__name__})",
            where=f"one of {', '.join(sent.name for sent in islice(under_way.values(), workers.jobs))}",
            next="Run the same command again: what is judged is kept. If it ends there again, set that file aside.",
        ) from error
    finally:
        for future in under_way:
            future.cancel()


@dataclass(frozen=True)
class _Sent:
    """A submission that a worker has, or will have next: its name, and how much of it is held."""

    name: str
    size: int


def _has_room(under_way: Collection[_Sent], workers: Workers) -> bool:
    return len(under_way) < workers.jobs * AHEAD and sum(sent.size for sent in under_way) < HELD


def _content(submission: Submission) -> bytes | str:
    """What the file holds, or why it cannot be read: a process that judges it may be on another machine."""
    try:
        return submission.content()
    except Unreadable as error:
        return str(error)


def _judged(
    name: str, content: bytes | str, exercises: Sequence[NotebookNode], rules: Rules, sandboxed: bool
) -> Judged:
    """In a process of the pool. Raises GradingError if it must be ``sandboxed`` and no sandbox works there."""
    behind = rules.boundary or boundary(required=sandboxed)
    exercise = _exercise_of(name, content, exercises)
    judged = judge(content, exercise, replace(rules, boundary=behind))
    notes = (*judged.notes, LATE) if is_late(name) else judged.notes
    same_code = marks(content, exercise)
    return replace(judged, name=name, notes=notes, answers=same_code, exercise=_made_of(exercise, rules))


def _made_of(exercise: NotebookNode, rules: Rules) -> str:
    """The mark of what a verdict rests on: the exercise, and the course's own checks."""
    return fingerprint(encode(exercise) + rules.own.fingerprint.encode())


def _exercise_of(name: str, content: bytes | str, exercises: Sequence[NotebookNode]) -> NotebookNode:
    """The exercise whose cells the submission has most of. For one that cannot be read the file's name must tell."""
    try:
        theirs = cell_ids(content) if isinstance(content, bytes) else set()
    except Unreadable:
        theirs = set()

    def likeness(exercise: NotebookNode) -> tuple[int, bool]:
        checking = {cell.id: task for cell in exercise.cells if (task := task_of(cell))}
        return len(theirs & set(checking)), f"{min(checking.values()).partition('.')[0]}_" in name

    return max(exercises, key=likeness)


def _known(
    submissions: Sequence[Submission], out: Path, exercises: Sequence[NotebookNode], rules: Rules, workers: Workers
) -> Iterator[Judged]:
    now = {_made_of(exercise, rules) for exercise in exercises}
    for submission in submissions:
        try:
            judged = records.read(out, submission.name)
            same = judged.fingerprint == fingerprint(submission.content()) and judged.exercise in now
        except (OSError, ValueError, TypeError, KeyError, Unreadable):
            continue
        if workers.sandboxed and judged.boundary == Boundary(None).words:
            continue
        if same and (judged.seed, judged.exercise_seed) == (rules.seed, rules.exercise_seed):
            yield judged
