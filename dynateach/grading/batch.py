"""Grade a folder or a zip of submissions: each in a process of its own, one record each, written when it is there.

    records = grade(Path("submissions.zip"), Path("report"), courses, rules)

An interrupted run is resumed by running it again: what has a record, made of the same file with the same rules, is not judged anew.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from dynateach.errors import GradingError
from dynateach.grading.judge import Rules, judge
from dynateach.grading.lay import LARGEST, Unreadable, cell_ids, content_of, fingerprint
from dynateach.grading.notebook import read, task_of
from dynateach.grading.verdicts import Judged

RECORDS = "records"
MOST = 20_000
"""Files of a zip that are looked at."""


@dataclass(frozen=True)
class Submission:
    """A file that was handed in: its ``name`` within the folder or zip, and where it lies."""

    name: str
    path: Path


def exercises(folder: Path) -> list[NotebookNode]:
    """The exercises of a course. Raises GradingError if the folder holds none."""
    found = [notebook for path in sorted(folder.glob("*.ipynb")) if any(map(task_of, (notebook := read(path)).cells))]
    if not found:
        raise GradingError(
            "There are no exercises here", where=str(folder), next="Name a folder that holds them: --course FOLDER"
        )
    return found


@contextmanager
def opened(place: Path) -> Iterator[list[Submission]]:
    """The notebooks of a folder, however deep, or of a zip, by name. Raises GradingError if there are none, or the zip is broken."""
    if place.is_dir():
        found = [Submission(path.relative_to(place).as_posix(), path) for path in sorted(place.rglob("*.ipynb"))]
        yield _some(found, place)
        return
    with tempfile.TemporaryDirectory(prefix="dynateach-grade-") as folder:
        yield _some(list(_unpacked(place, Path(folder))), place)


def grade(
    submissions: Sequence[Submission],
    out: Path,
    course: Sequence[NotebookNode],
    rules: Rules,
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    again: bool = False,
    told: Callable[[Judged], None] = lambda judged: None,
) -> list[Judged]:
    """Judge what has no record yet, or everything ``again``; all records, by name. ``told`` hears of each as soon as it is there.

    ``executor`` is any of ``concurrent.futures``, in whose processes this package is installed; without one there are ``jobs`` processes here.
    """
    (out / RECORDS).mkdir(parents=True, exist_ok=True)
    done = {} if again else {one.name: one for one in _known(submissions, out, rules)}
    for judged in done.values():
        told(judged)
    waiting = [one for one in submissions if one.name not in done]
    pool = nullcontext(executor) if executor else ProcessPoolExecutor(min(jobs, max(len(waiting), 1)))
    with pool as workers:
        futures = [workers.submit(_judged, one.name, _content(one), course, rules) for one in waiting]
        for judged in map(Future.result, as_completed(futures)):
            _write(out, judged)
            done[judged.name] = judged
            told(judged)
    return [done[one.name] for one in submissions]


def _some(found: list[Submission], place: Path) -> list[Submission]:
    if not found:
        raise GradingError(
            "There are no notebooks here", where=str(place), next="Name a folder or a zip of .ipynb files."
        )
    return found


def _unpacked(place: Path, folder: Path) -> Iterator[Submission]:
    """The notebooks of a zip, under numbers of ours: a name in it decides nothing about where we write. One too large is cut."""
    try:
        with zipfile.ZipFile(place) as archive:
            entries = [
                entry for entry in archive.infolist()[:MOST] if entry.filename.endswith(".ipynb") and not entry.is_dir()
            ]
            for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
                path = folder / f"{number}.ipynb"
                path.write_bytes(_packed(archive, entry))
                yield Submission(_plain_name(entry.filename), path)
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


def _plain_name(name: str) -> str:
    return "/".join(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".."))


def _content(submission: Submission) -> bytes | str:
    """What the file holds, or why it cannot be read: a process that judges it may be on another machine."""
    try:
        return content_of(submission.path)
    except Unreadable as error:
        return str(error)


def _judged(name: str, content: bytes | str, course: Sequence[NotebookNode], rules: Rules) -> Judged:
    """In a process of the pool."""
    return replace(judge(content, _exercise_of(content, course), rules), name=name)


def _exercise_of(content: bytes | str, course: Sequence[NotebookNode]) -> NotebookNode:
    """The exercise whose cells the submission has most of. For one that cannot be read it is the first: the verdict will say so."""
    try:
        theirs = cell_ids(content) if isinstance(content, bytes) else set()
    except Unreadable:
        theirs = set()
    return max(course, key=lambda exercise: sum(cell.id in theirs for cell in exercise.cells if task_of(cell)))


def _known(submissions: Sequence[Submission], out: Path, rules: Rules) -> Iterator[Judged]:
    for submission in submissions:
        try:
            judged = Judged.from_json(json.loads(_record(out, submission.name).read_text("utf-8")))
            same = judged.fingerprint == fingerprint(content_of(submission.path))
        except (OSError, ValueError, TypeError, KeyError, Unreadable):
            continue
        if same and (judged.seed, judged.exercise_seed) == (rules.seed, rules.exercise_seed):
            yield judged


def _record(out: Path, name: str) -> Path:
    return out / RECORDS / f"{fingerprint(name.encode('utf-8', 'surrogatepass'))[:24]}.json"


def _write(out: Path, judged: Judged) -> None:
    """All of it or nothing: a run may be killed at any moment."""
    target = _record(out, judged.name)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(judged.to_json(), file, indent=1)
    os.replace(draft, target)
