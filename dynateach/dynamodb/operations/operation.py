"""How an operation is declared."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

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


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name; the files of this folder enter theirs with ``operation``."""


def operation(name: str, takes: Callable[[Profile], Delay], not_simulated: str = "") -> Callable[[Action], Action]:
    """Declare the function below as what ``name`` does."""

    def enter(action: Action) -> Action:
        OPERATIONS[name] = Operation(name, action, takes, frozenset(not_simulated.split()))
        return action

    return enter
