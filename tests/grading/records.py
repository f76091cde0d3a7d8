"""Made-up records."""

from dynateach.grading.verdicts import Judged, TaskResult, Verdict


def judged(
    name: str = "ada.ipynb",
    *verdicts: Verdict,
    lesson: str = "05",
    feedback: str = "prove returned 1",
    notes: tuple[str, ...] = (),
    answers: dict[str, str] | None = None,
) -> Judged:
    """A record with a task of two points for each verdict."""
    results = tuple(
        TaskResult(
            f"{lesson}.{number}",
            f"Task {number}",
            verdict,
            2 * (verdict == "passed"),
            2,
            "" if verdict == "passed" else feedback,
            0.5 * number,
        )
        for number, verdict in enumerate(verdicts, 1)
    )
    return Judged(name, "f" * 64, lesson, 7, 1, "a wall", results, notes, 3.5, answers or {})
