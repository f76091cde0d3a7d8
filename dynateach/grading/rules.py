"""How a batch of submissions is judged."""

from dataclasses import dataclass, field

from dynateach.checks.own import NONE, Sources
from dynateach.grading.sandbox import Boundary, Limits


@dataclass(frozen=True)
class Rules:
    """How a batch is judged: the boundary (None: the best where it is judged), the limits, ``seconds`` for each task, the seeds of ``Judged``,
    and the course's ``own`` checks, as text: whoever judges loads them, on whatever machine.
    """

    boundary: Boundary | None = None
    limits: Limits = field(default_factory=Limits)
    seconds: float = 30.0
    seed: int = 1
    exercise_seed: int = 1
    own: Sources = NONE
