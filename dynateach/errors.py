"""Every way in which dynateach says no.

    DynateachError            ours: what was wrong, where, and what to do next
    ├── LabError              a Lab asked for something that it does not have
    ├── WorkbookError         the learner's folder cannot be made or brought up to date
    ├── JupyterError          JupyterLab cannot be started
    ├── EndpointError         the HTTP endpoint cannot listen where it was told to
    ├── NotebookError         a notebook cannot be read, run or released
    ├── TaskError             a check or a hint was asked for in a way that cannot be answered
    ├── CourseError           a course of a teacher's own, or one of its checks, cannot be used as it is
    ├── GradingError          submissions cannot be graded as was asked
    ├── CheckFailed           an answer was checked and is not right yet
    └── …                     (each part of the product adds its own, here)

    ServiceError              theirs: an answer of a simulated AWS service, in its own words

A ``DynateachError`` never reaches a learner as a bare traceback: the CLI and the notebooks print
its three parts. A ``ServiceError`` is no failure of ours: it is the answer that AWS gives, with
AWS's code, status and text.
"""

from linecache import getline
from traceback import walk_tb
from types import TracebackType
from typing import Any


class DynateachError(Exception):
    """Something that the user of dynateach can mend.

    ``what`` was wrong, ``where`` (a file, a cell, a parameter; may be empty) and what to do ``next``.
    """

    def __init__(self, what: str, *, where: str = "", next: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next = next

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        then = f" {self.next}" if self.next else ""
        return f"{self.what}{where}.{then}"

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the words, and the line of the notebook that led here. Of the lines between, none can be mended there."""
        return [*str(self).splitlines(), *_last_line_of_a_cell(self.__traceback__)]


def _last_line_of_a_cell(traceback: TracebackType | None) -> list[str]:
    calls = [call for call in walk_tb(traceback) if call[0].f_globals.get("__name__") == "__main__"]
    if not calls:
        return []
    frame, number = calls[-1]
    return [f"line {number}: {getline(frame.f_code.co_filename, number).strip()}"]


class LabError(DynateachError):
    """A Lab was asked for a service, region, table or profile that it does not have."""


class WorkbookError(DynateachError):
    """The learner's folder cannot be made, or cannot be brought up to date."""


class JupyterError(DynateachError):
    """JupyterLab cannot be started."""


class EndpointError(DynateachError):
    """The HTTP endpoint cannot listen on the host and port that it was given."""


class NotebookError(DynateachError):
    """A notebook cannot be read, run or released."""


class GradingError(DynateachError):
    """Submissions cannot be graded as was asked: no sandbox, no exercise, no such folder."""


class _Told(DynateachError):
    """IPython shows its words alone: it says itself what it is about."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class TaskError(_Told):
    """There is no such task or hint, or the check was given too few answers or too many."""


class CourseError(_Told):
    """A course of a teacher's own cannot be used as it is: a check is broken, an id is taken, a task has no exercise."""


class CheckFailed(_Told):
    """An answer was checked and is not right yet.

    ``task`` is the task's id, ``what`` the finding in one line, ``evidence`` the lines that show it: the
    call, what came back, what was expected, the trace. IPython shows them without a traceback.
    """

    def __init__(self, what: str, *, task: str, evidence: str, next: str) -> None:
        super().__init__(what, where=task, next=next)
        self.task = task
        self.evidence = evidence

    def __str__(self) -> str:
        return f"{self.task} not yet: {self.what}\n\n{self.evidence}\n\n{self.next}"


class ServiceError(Exception):
    """The error answer of a simulated AWS service.

    ``code`` is the exception's name as AWS spells it, ``status`` the HTTP status, ``message`` AWS's
    own text, ``fields`` whatever else the answer carries (the ``Item`` of a failed condition, say),
    in wire form. ``namespace`` is the prefix of ``__type``.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        namespace: str = "",
        fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.namespace = namespace
        self.fields = fields or {}

    def body(self) -> dict[str, Any]:
        """The answer's body in wire form, ``{"__type": …, "message": …}`` and any further fields; an error without a
        text has no member for it.
        """
        key = "Message" if self.code in _CAPITAL else "message"
        text = {key: self.message} if self.message else {}
        return {"__type": f"{self.namespace}#{self.code}", **text, **self.fields}


_CAPITAL = frozenset({
    "SerializationException", "TransactionCanceledException", "TransactionInProgressException",
    "IdempotentParameterMismatchException",
})  # fmt: skip
"""AWS spells the member that holds the text in two ways; these few have it with a capital letter."""
