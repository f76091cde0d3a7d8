"""The Lab: one simulated AWS account, and everything that one can do with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynateach.autoscaling import AutoScaling, Policy
from dynateach.clock import Clock
from dynateach.dynamodb import DynamoDB
from dynateach.dynamodb.inside import TableInside
from dynateach.dynamodb.service import SERVICES
from dynateach.dynamodb.storage.stream import find_stream
from dynateach.errors import LabError
from dynateach.faults import Faults
from dynateach.profile import Profile, profile
from dynateach.randomness import Randomness
from dynateach.trace import Trace
from dynateach.world import World

if TYPE_CHECKING:
    import boto3

    from dynateach.consumers import Consumer
    from dynateach.consumers.invocation import Function
    from dynateach.wire.http import Endpoint

DEFAULT_REGION = "us-east-1"


class Lab:
    """One simulated AWS account on a virtual clock, which replays exactly from its seed.

    ``seed`` fixes every chance. ``profile`` sets the physics: "ideal" (no lag, no waiting),
    "realistic", "classroom" (the same effects, slowed until people can see them), or a ``Profile``
    of your own. ``trace_limit`` is how many events the trace holds before it drops the oldest.

    >>> lab = Lab(seed=1)
    >>> table = lab.resource("dynamodb").create_table(
    ...     TableName="users", BillingMode="PAY_PER_REQUEST",
    ...     KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    ...     AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    >>> answer = table.put_item(Item={"id": "u1", "name": "Ada"})
    >>> table.get_item(Key={"id": "u1"})["Item"]["name"]
    'Ada'
    """

    def __init__(
        self,
        seed: int = 1,
        profile: str | Profile = "ideal",
        *,
        region: str = DEFAULT_REGION,
        trace_limit: int = 1_000_000,
    ) -> None:
        self.seed = seed
        self.region = region
        self._world = World(Clock(), Trace(trace_limit), Randomness(seed), _profile(profile))
        self._regions: dict[str, DynamoDB] = {}
        self._session: boto3.Session | None = None
        self._faults = Faults(self._world, self._dynamodb, region)

    @property
    def clock(self) -> Clock:
        """Virtual time: ``lab.clock.now`` in µs, ``lab.clock.advance(seconds)``."""
        return self._world.clock

    @property
    def trace(self) -> Trace:
        """What the engine did: typed events in order."""
        return self._world.trace

    @property
    def profile(self) -> Profile:
        """The physics of this Lab."""
        return self._world.profile

    def request(
        self, service: str, operation: str, params: dict[str, Any], *, region: str | None = None
    ) -> dict[str, Any]:
        """The one door: serve a request, ``params`` and answer in the service's wire form.

        Raises ``ServiceError`` for what the service rejects, ``LabError`` for what this Lab does not simulate.
        The answer may share parts with what is stored: read it, don't change it.
        """
        with self.clock.lock:
            if service not in SERVICES:
                raise LabError(f"this Lab does not simulate {service!r}", next=f"It simulates {', '.join(SERVICES)}.")
            return self._dynamodb(region or self.region).request(operation, params, service)

    def client(self, service: str = "dynamodb", **options: Any) -> Any:
        """A real boto3 client of this Lab; ``options`` are those of ``boto3.Session.client``."""
        return self._shared_session().client(service, **options)

    def resource(self, service: str = "dynamodb", **options: Any) -> Any:
        """A real boto3 resource of this Lab; ``options`` are those of ``boto3.Session.resource``."""
        return self._shared_session().resource(service, **options)

    def session(self, region_name: str | None = None) -> "boto3.Session":
        """A real boto3 Session whose clients and resources all speak to this Lab: no socket, no
        credentials, no sleep.
        """
        from dynateach.wire.boto3 import session

        chance = self._world.randomness.stream("boto3 retries")
        return session(self.request, self.clock, region_name or self.region, chance)

    def serve(self, port: int = 0, *, host: str = "127.0.0.1", virtual_time: bool = False) -> "Endpoint":
        """An HTTP endpoint of this Lab at ``.url``, for any AWS SDK and the AWS CLI; it runs in the
        background until ``.stop()`` or the end of its ``with``.

        Port 0 means any free one. While it runs, this Lab's clock follows the wall clock, so that a
        table becomes ACTIVE while its program sleeps; with ``virtual_time`` only requests and
        ``lab.clock.advance`` move it. Raises ``EndpointError`` if the port is taken.
        """
        from dynateach.wire.http import Endpoint

        return Endpoint(
            self.request, self.clock, self.clock.lock, self.region, host=host, port=port, wall_time=not virtual_time
        )

    @property
    def faults(self) -> Faults:
        """What can go wrong: ``lab.faults.lose_zone("a", seconds=30)``."""
        return self._faults

    def inspect(self, table: str, *, region: str | None = None) -> TableInside:
        """A look inside one table: its partitions, and where keys land. Raises ``LabError`` if
        there is no such table.
        """
        db = self._dynamodb(region or self.region)
        if table not in db.tables:
            known = ", ".join(sorted(db.tables)) or "none yet"
            raise LabError(f"there is no table {table!r} in {db.region}", next=f"The tables there: {known}.")
        return TableInside(db, db.tables[table])

    def autoscale(
        self,
        table: str,
        *,
        read: tuple[int, int, float] | None = None,
        write: tuple[int, int, float] | None = None,
        index_name: str = "",
        region: str | None = None,
    ) -> AutoScaling:
        """Let auto scaling keep a provisioned table, or a global index of it, at a target utilisation from now on.

        ``read`` and ``write`` are (fewest units, most units, target in per cent). Raises ``LabError`` if there is no such
        table, a policy makes no sense, or the profile has no admission control: then nothing is counted.
        """
        inside, where = self.inspect(table, region=region), region or self.region
        sides = {"Read": read, "Write": write}
        policies = {side: Policy(*policy) for side, policy in sides.items() if policy}
        inside.consumed("Read", index_name)
        return AutoScaling(
            self.clock,
            lambda operation, params: self.request("dynamodb", operation, params, region=where),
            lambda side: inside.consumed(side, index_name),
            table,
            index_name,
            policies,
        )

    def consume(
        self, source: str, function: "Function", *, name: str = "", region: str | None = None, **settings: Any
    ) -> "Consumer":
        """Call ``function(event, context)`` with the changes of a stream, as AWS Lambda does, from now on.

        ``source`` is a table that has a stream, or a stream's ARN; ``name`` is the function's, unless it is to have
        another; ``settings`` are those of ``dynateach.consumers.Settings``: ``batch_size=10``, say. It works on this Lab's
        clock: let time pass and look at the Consumer. Raises ``LabError`` for a table without a stream, or a setting
        that Lambda would not take.
        """
        from dynateach.consumers import Consumer, Settings

        if not callable(function):
            raise LabError(f"{function!r} is no function", where="lab.consume", next="Pass one of (event, context).")
        chosen = Settings.of(settings)
        db = self._dynamodb(region or self.region)
        stream = db.tables[source].stream if source in db.tables else find_stream(db, source)
        if stream is None:
            advice = "Enable one with StreamSpecification, or pass the stream's ARN."
            raise LabError(f"there is no stream of {source!r} in {db.region}", where="lab.consume", next=advice)
        name = name or getattr(function, "__name__", type(function).__name__)
        return Consumer(self._ask_streams(db.region), self.clock, self.trace, stream, function, name, chosen)

    def _ask_streams(self, region: str) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
        return lambda operation, params: self.request("dynamodbstreams", operation, params, region=region)

    def _shared_session(self) -> "boto3.Session":
        if self._session is None:
            self._session = self.session()
        return self._session

    def _dynamodb(self, region: str) -> DynamoDB:
        if region not in self._regions:
            self._regions[region] = DynamoDB(self._world, region)
        return self._regions[region]

    def __repr__(self) -> str:
        tables = sum(len(db.tables) for db in self._regions.values())
        return f"<Lab seed={self.seed} profile={self.profile.name} tables={tables} elapsed={self.clock.elapsed:g}s>"


_profile = profile
