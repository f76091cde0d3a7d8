"""How an operation is declared."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynateach.errors import LabError
from dynateach.profile import Delay, Profile

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB

Params = dict[str, Any]
"""Parameters or an answer, in DynamoDB's wire form."""

Action = Callable[["DynamoDB", Params], Params]


class Operation(NamedTuple):
    """An operation: its name, what it does, how long it takes, and the parameters that this engine
    does not simulate.
    """

    name: str
    action: Action
    takes: Callable[[Profile], Delay]
    not_simulated: frozenset[str] = frozenset()


def require_simulated(operation: str, params: Params, not_simulated: frozenset[str]) -> None:
    """Raise ``LabError`` for a parameter that this engine does not simulate: better declined than ignored."""
    if not_simulated.isdisjoint(params):
        return
    names = ", ".join(sorted(not_simulated & params.keys()))
    raise LabError(
        f"this Lab does not simulate {names} of {operation}", next="Leave it out, or run this part against AWS."
    )


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name; the files of this folder enter theirs with ``operation``."""


def operation(name: str, takes: Callable[[Profile], Delay], not_simulated: str = "") -> Callable[[Action], Action]:
    """Declare the function below as what ``name`` does."""

    def enter(action: Action) -> Action:
        OPERATIONS[name] = Operation(name, action, takes, frozenset(not_simulated.split()))
        return action

    return enter
