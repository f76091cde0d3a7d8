"""Grade a folder or a zip of submissions: each in a process of its own, one record each, written when it is there.

    with opened(Path("submissions.zip")) as submissions, processes(2) as pool:
        records = grade(submissions, Path("report"), exercises(Path("exercises")), rules, Workers(pool, 2))

An interrupted run is resumed by running it again: what has a record, made of the same file and exercise with the same seeds, is not judged anew.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path, PurePath, PurePosixPath

from nbformat import NotebookNode

from dynateach import files
from dynateach.errors import DynateachError, GradingError
from dynateach.grading.alike import marks
from dynateach.grading.judge import Rules, judge
from dynateach.grading.lay import LARGEST, Unreadable, cell_ids, content_of, fingerprint
from dynateach.grading.notebook import encode, read, task_of
from dynateach.grading.sandbox import Boundary, boundary
from dynateach.grading.verdicts import Judged

RECORDS = "records"
MOST = 20_000
"""Files of a zip that are looked at."""
AHEAD = 3
"""Submissions that are read for each that is judged at the time: no worker waits for the disk, and memory stays flat."""


@dataclass(frozen=True)
class Submission:
    """A file that was handed in: its ``name`` within the folder or zip, and where it lies."""

    name: str
    path: Path


@dataclass(frozen=True)
class Workers:
    """Who judges: any pool of ``concurrent.futures`` in whose processes this package is installed, and how many ``jobs`` it does at a time.

    With ``sandboxed`` they refuse where no sandbox works.
    """

    pool: Executor
    jobs: int
    sandboxed: bool = False


def exercises(folder: Path) -> list[NotebookNode]:
    """The exercises of a course. Raises GradingError if the folder holds none."""
    found = [notebook for path in sorted(folder.glob("*.ipynb")) if any(map(task_of, (notebook := read(path)).cells))]
    if not found:
        raise GradingError(
            "There are no exercises here",
            where=str(folder),
            next="Name a folder that holds them: --course FOLDER. Of solutions they are made by: dynateach release FOLDER",
        )
    return found


@contextmanager
def opened(place: Path) -> Iterator[list[Submission]]:
    """The notebooks of a folder, however deep, or of a zip, by name. Raises GradingError if there are none, or the zip is broken."""
    if place.is_dir():
        paths = (path.relative_to(place) for path in sorted(place.rglob("*.ipynb")))
        yield _some([Submission(path.as_posix(), place / path) for path in paths if _is_handed_in(path)], place)
        return
    with tempfile.TemporaryDirectory(prefix="dynateach-grade-") as folder:
        yield _some(list(_unpacked(place, Path(folder))), place)


def grade(
    submissions: Sequence[Submission],
    out: Path,
    course: Sequence[NotebookNode],
    rules: Rules,
    workers: Workers,
    *,
    again: bool = False,
    told: Callable[[Judged], None] = lambda judged: None,
) -> list[Judged]:
    """Judge what has no record yet, or everything ``again``; all records, by name. ``told`` hears of each as soon as it is there.

    Raises GradingError if the workers are lost. What was judged by then is kept.
    """
    (out / RECORDS).mkdir(0o700, parents=True, exist_ok=True)
    done = {} if again else {one.name: one for one in _known(submissions, out, course, rules, workers)}
    for judged in done.values():
        told(judged)
    for judged in _fresh([one for one in submissions if one.name not in done], course, rules, workers):
        files.replace(record_of(out, judged.name), json.dumps(judged.to_json(), indent=1).encode())
        done[judged.name] = judged
        told(judged)
    return [done[one.name] for one in submissions]


def _fresh(
    waiting: Sequence[Submission], course: Sequence[NotebookNode], rules: Rules, workers: Workers
) -> Iterator[Judged]:
    """Judge them, in the order in which they come to an end. So many at once that no worker is idle, and no more."""
    upcoming = iter(waiting)
    under_way: dict[Future[Judged], str] = {}
    try:
        while True:
            for one in islice(upcoming, workers.jobs * AHEAD - len(under_way)):
                asked = workers.pool.submit(_judged, one.name, _content(one), course, rules, workers.sandboxed)
                under_way[asked] = one.name
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
            where=f"one of {', '.join(list(under_way.values())[: workers.jobs])}",
            next="Run the same command again: what is judged is kept. If it ends there again, set that file aside.",
        ) from error
    finally:
        for future in under_way:
            future.cancel()


def _some(found: list[Submission], place: Path) -> list[Submission]:
    if not found:
        raise GradingError(
            "There are no notebooks here", where=str(place), next="Name a folder or a zip of .ipynb files."
        )
    return found


def _is_handed_in(path: PurePath) -> bool:
    """JupyterLab's checkpoints and what macOS adds to a zip are not."""
    hidden = any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)
    return path.suffix == ".ipynb" and not hidden


def _unpacked(place: Path, folder: Path) -> Iterator[Submission]:
    """The notebooks of a zip, under numbers of ours: a name in it decides nothing about where we write. One too large is cut."""
    try:
        with zipfile.ZipFile(place) as archive:
            entries = [entry for entry in archive.infolist()[:MOST] if _is_handed_in(_inside(entry.filename))]
            names: set[str] = set()
            for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
                path = folder / f"{number}.ipynb"
                path.write_bytes(_packed(archive, entry))
                yield Submission(_name_of_its_own(entry.filename, number, names), path)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise GradingError(
            f"This is no zip that can be read: {error}",
            where=str(place),
            next="Name a folder or a zip of .ipynb files.",
        ) from error


def _packed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds, cut if it is too large. Nothing, if it is broken or encrypted: that concerns its author, not all the others."""
    try:
        with archive.open(entry) as packed:
            return packed.read(LARGEST + 1)
    except Exception:  # each way of packing breaks in ways of its own
        return b""


def _inside(name: str) -> PurePosixPath:
    """An entry's name as a path: some programs write Windows's."""
    return PurePosixPath(name.replace("\\", "/"))


def _name_of_its_own(name: str, number: int, taken: set[str]) -> str:
    """Without ways out of the folder. A zip may hold the same name twice: both are submissions."""
    plain = "/".join(part for part in _inside(name).parts if part not in ("/", ".."))
    candidates = chain([plain], (f"{plain} ({more})" for more in count(number)))
    own = next(one for one in candidates if one not in taken)
    taken.add(own)
    return own


def _content(submission: Submission) -> bytes | str:
    """What the file holds, or why it cannot be read: a process that judges it may be on another machine."""
    try:
        return content_of(submission.path)
    except Unreadable as error:
        return str(error)


def _judged(name: str, content: bytes | str, course: Sequence[NotebookNode], rules: Rules, sandboxed: bool) -> Judged:
    """In a process of the pool. Raises GradingError if it must be ``sandboxed`` and no sandbox works there."""
    behind = rules.boundary or boundary(required=sandboxed)
    exercise = _exercise_of(name, content, course)
    judged = judge(content, exercise, replace(rules, boundary=behind))
    return replace(judged, name=name, answers=marks(content, exercise), exercise=_made_of(exercise, rules))


def _made_of(exercise: NotebookNode, rules: Rules) -> str:
    """The mark of what a verdict rests on: the exercise, and the course's own checks."""
    return fingerprint(encode(exercise) + rules.own.fingerprint.encode())


def _exercise_of(name: str, content: bytes | str, course: Sequence[NotebookNode]) -> NotebookNode:
    """The exercise whose cells the submission has most of. For one that cannot be read the file's name must tell."""
    try:
        theirs = cell_ids(content) if isinstance(content, bytes) else set()
    except Unreadable:
        theirs = set()

    def likeness(exercise: NotebookNode) -> tuple[int, bool]:
        checking = {cell.id: task for cell in exercise.cells if (task := task_of(cell))}
        return len(theirs & set(checking)), f"{min(checking.values()).partition('.')[0]}_" in name

    return max(course, key=likeness)


def _known(
    submissions: Sequence[Submission], out: Path, course: Sequence[NotebookNode], rules: Rules, workers: Workers
) -> Iterator[Judged]:
    now = {_made_of(exercise, rules) for exercise in course}
    for submission in submissions:
        try:
            judged = Judged.from_json(json.loads(record_of(out, submission.name).read_text("utf-8")))
            same = judged.fingerprint == fingerprint(content_of(submission.path)) and judged.exercise in now
        except (OSError, ValueError, TypeError, KeyError, Unreadable):
            continue
        if workers.sandboxed and judged.boundary == Boundary(None).words:
            continue
        if same and (judged.seed, judged.exercise_seed) == (rules.seed, rules.exercise_seed):
            yield judged


def record_of(out: Path, name: str) -> Path:
    """Where the record of the submission of that name lies."""
    return out / RECORDS / f"{fingerprint(name.encode('utf-8', 'surrogatepass'))[:24]}.json"
