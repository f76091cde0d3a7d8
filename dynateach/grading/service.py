"""What a submission's process may ask of the Lab while one of its functions runs, and nothing else."""

from typing import Any

from dynateach.checks.task import Call, Case, Value
from dynateach.errors import LabError, ServiceError
from dynateach.grading.channel import Broken

LONGEST = 86_400
"""Seconds of virtual time that one wait may take."""


class Service:
    """Requests, up to the limit; and that time passes, once after each request where boto3 waits: it was refused, or a waiter's.

    ``stopped`` says that the limit was reached, ``died`` that the call was to die there.
    """

    def __init__(self, step: Call | Value, case: Case) -> None:
        self._lab = case.lab
        dies_after = step.dies_after if isinstance(step, Call) else None
        self._dies = dies_after is not None
        self._left = case.requests if dies_after is None else dies_after
        self._may_wait = False
        self.limit = case.requests
        self.stopped = self.died = False

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question. Raises ``Broken`` for what our own side of the process never asks."""
        match question:
            case {"request": [str(service), str(operation), dict(params), str(region)]}:
                return self._request(service, operation, params, region)
            case {"pass": int(microseconds)} if self._may_wait and 0 <= microseconds <= LONGEST * 1_000_000:
                return self._wait(microseconds)
        raise Broken("it spoke out of turn")

    def _wait(self, microseconds: int) -> dict[str, Any]:
        self._may_wait = False
        self._lab.clock.pass_time(microseconds)
        return {"answer": None}

    def _request(self, service: str, operation: str, params: dict[str, Any], region: str) -> dict[str, Any]:
        if not self._left:
            self.stopped, self.died = not self._dies, self._dies
            return {"stop": True}
        self._left -= 1
        self._may_wait = operation.startswith("Describe")
        try:
            return {"answer": self._lab.request(service, operation, params, region=region)}
        except ServiceError as error:
            self._may_wait = True
            more = {"status": error.status, "namespace": error.namespace, "fields": error.fields}
            return {"error": {"code": error.code, "message": error.message, "more": more}}
        except LabError as error:
            return {"refused": [error.what, error.where, error.next]}
        except Exception as error:
            raise Broken(f"no client makes such a request ({type(error).__name__})") from error
