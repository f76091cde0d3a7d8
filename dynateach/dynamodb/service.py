"""DynamoDB in one region: its tables, and the way of a request through them."""

from typing import Any

from dynateach.dynamodb.operations import batches, items, reads, tables
from dynateach.dynamodb.operations.operation import OPERATIONS, Operation, Params
from dynateach.dynamodb.operations.requests import name_in
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.shapes import shape_of
from dynateach.dynamodb.storage.table import CREATING, Table
from dynateach.errors import LabError, ServiceError
from dynateach.trace import RequestServed
from dynateach.world import ACCOUNT, World

FAMILIES = (tables, items, batches, reads)
"""The families of operations; importing them is what fills ``OPERATIONS``."""


class DynamoDB:
    """One region's DynamoDB."""

    def __init__(self, world: World, region: str) -> None:
        self.world = world
        self.region = region
        self.tables: dict[str, Table] = {}
        self._service_times = world.randomness.stream("service time")

    def request(self, operation: str, params: Params) -> Params:
        """Serve one request in wire form.

        The answer is fixed at the moment of the call; then the request's service time passes on the
        clock. Raises ``ServiceError`` for what DynamoDB rejects, in which case nothing has changed.
        """
        declared = OPERATIONS.get(operation)
        if declared is None:
            raise errors.unknown_operation()
        self.world.request += 1
        outcome = "OK"
        try:
            return self._serve(declared, params)
        except ServiceError as error:
            outcome = error.code
            raise
        finally:
            self._finish(declared, params, outcome)

    def _serve(self, declared: Operation, params: Params) -> Params:
        shape = shape_of(declared.name)
        if not shape.accepts(params):
            tables.refuse_name(declared.name, params)
            params = shape.judged(params)
        if declared.not_simulated and not declared.not_simulated.isdisjoint(params):
            raise _not_simulated(declared, params)
        try:
            return declared.action(self, params)
        except ServiceError:
            shape.require_types(params)
            raise

    def _finish(self, declared: Operation, params: Any, outcome: str) -> None:
        world = self.world
        took = declared.takes(world.profile).draw(self._service_times)
        table = params.get("TableName", "") if isinstance(params, dict) else ""
        world.trace.record(
            RequestServed(
                world.clock.now, world.request, "dynamodb", self.region, declared.name, str(table), took, outcome
            )
        )
        if took:
            world.clock.pass_time(took)

    def table(self, name: str) -> Table:
        """The table of that name or ARN, ready for data. Raises DynamoDB's error if there is none,
        or not yet.
        """
        table = self.tables.get(name) or self.tables.get(name_in(name))
        if table is None or table.status == CREATING:
            raise errors.resource_not_found()
        return table

    def arn(self, table: str) -> str:
        """The table's Amazon Resource Name."""
        return f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{table}"


def _not_simulated(declared: Operation, params: Params) -> LabError:
    names = ", ".join(sorted(declared.not_simulated & params.keys()))
    return LabError(
        f"this Lab does not simulate {names} of {declared.name}", next="Leave it out, or run this part against AWS."
    )
