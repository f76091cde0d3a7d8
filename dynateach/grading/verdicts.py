"""What grading says of a submission: a verdict for each task, and all that is needed to come to the same verdict again."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Verdict = Literal[
    "passed",
    "failed",
    "timed out",
    "out of memory",
    "crashed",
    "missing",
    "tampered",
    "cannot be read",
    "cannot be judged",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""``missing``: no cell holds the answer. ``tampered``: it is not clear which cell does. ``cannot be judged``: the fault is ours, or the teacher's: a
check that breaks."""


@dataclass(frozen=True)
class TaskResult:
    """One task: what it is worth (``of`` points), what it earned, and in words what was found and expected; empty if it passed."""

    task: str
    title: str
    verdict: Verdict
    points: int
    of: int
    feedback: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Judged:
    """One submission, judged.

    ``name`` is the file's, ``fingerprint`` the SHA-256 of what it holds. ``seed`` is what fresh data was drawn from, ``exercise_seed`` what the
    learner saw. ``boundary`` says in words what kept the submission's code from everything else. ``notes`` are for the teacher: check cells that
    were edited, answers that are gone. ``answers`` holds a mark for each answer, by its task: the same code has the same mark (see ``alike``).
    ``exercise`` is the SHA-256 of the exercise that it was judged by, and of the course's own checks.
    """

    name: str
    fingerprint: str
    lesson: str
    seed: int
    exercise_seed: int
    boundary: str
    results: tuple[TaskResult, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    answers: dict[str, str] = field(default_factory=dict)
    exercise: str = ""

    @property
    def points(self) -> int:
        """The points that it earned."""
        return sum(result.points for result in self.results)

    @property
    def of(self) -> int:
        """The points that it could have earned."""
        return sum(result.of for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON has words for."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Judged":
        """What ``to_json`` gave. Raises ``TypeError`` or ``KeyError`` for anything else."""
        results = tuple(TaskResult(**result) for result in record["results"])
        return cls(**{**record, "results": results, "notes": tuple(record["notes"])})
