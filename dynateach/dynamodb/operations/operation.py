"""How an operation is declared."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.shapes import operations_of
from dynateach.errors import LabError
from dynateach.profile import Delay, Profile

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

Params = dict[str, Any]
"""Parameters or an answer, in DynamoDB's wire form."""

Action = Callable[["DynamoDB", Params], Params]


class Operation(NamedTuple):
    """An operation: its name, what it does, how long it takes, the parameters that this engine does not simulate, and
    the service that offers it, as boto3 calls it.
    """

    name: str
    action: Action
    takes: Callable[[Profile], Delay]
    not_simulated: frozenset[str] = frozenset()
    service: str = "dynamodb"


def require_simulated(operation: str, params: Params, not_simulated: frozenset[str]) -> None:
    """Raise ``LabError`` for a parameter that this engine does not simulate: better declined than ignored."""
    if not_simulated.isdisjoint(params):
        return
    names = ", ".join(sorted(not_simulated & params.keys()))
    raise LabError(
        f"this Lab does not simulate {names} of {operation}", next="Leave it out, or run this part against AWS."
    )


def not_offered(operation: str, service: str) -> Exception:
    """The error for an operation that is not declared: ours if the service has it, the service's if there is none."""
    if operation not in operations_of(service):
        return errors.unknown_operation()
    return LabError(f"this Lab does not simulate {operation}", next="Leave it out, or run this part against AWS.")


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name; the files of this folder enter theirs with ``operation``."""


def operation(
    name: str, takes: Callable[[Profile], Delay], not_simulated: str = "", service: str = "dynamodb"
) -> Callable[[Action], Action]:
    """Declare the function below as what ``name`` does."""

    def enter(action: Action) -> Action:
        OPERATIONS[name] = Operation(name, action, takes, frozenset(not_simulated.split()), service)
        return action

    return enter
