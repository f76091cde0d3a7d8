"""Real boto3, without a network: its clients hand each request to a Lab instead of to a socket.

Everything else is botocore's own: parameter validation, serialisers, parsers, paginators, waiters,
exceptions. Two public hooks do it. ``creating-client-class`` lets a class of ours join each client
that the session makes; that class answers the client's ``before-send`` event, which botocore offers
to whoever can supply a response.
"""

import random
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from typing import Any, Protocol

import boto3
import botocore.session
from botocore import UNSIGNED, xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.hooks import HierarchicalEmitter
from botocore.waiter import NormalizedOperationMethod, Waiter

from dynateach import models
from dynateach.clock import SECOND, Clock
from dynateach.errors import ServiceError
from dynateach.randomness import Stream
from dynateach.wire import json


class Door(Protocol):
    """``Lab.request``."""

    def __call__(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]: ...


def session(door: Door, clock: Clock, region: str, chance: Stream) -> boto3.Session:
    """A boto3 Session whose clients all speak to ``door``; their waiters and retries wait on ``clock``.

    Retries are botocore's own, and their jitter is drawn from ``chance``. What its "adaptive" mode does beyond them
    happens in wall time all the same.
    """
    core = botocore.session.Session(event_hooks=copy(_handlers()), include_builtin_handlers=False)
    core.register_component("data_loader", models.loader())
    core.set_config_variable("region", region)
    # Otherwise botocore composes a user agent twice for each request, a fifth of the whole, and nobody ever reads it.
    core.set_default_client_config(Config(signature_version=UNSIGNED, user_agent=f"Boto3/{boto3.__version__}"))

    def join(base_classes: list[type], **_: Any) -> None:
        base_classes.insert(0, _lab_client(door, clock, chance))

    core.register("creating-client-class", join)
    return boto3.Session(botocore_session=core)


@cache
def _handlers() -> HierarchicalEmitter:
    """botocore's own event handlers. Registering them is most of the work of making a session, so each begins with a copy."""
    emitter = HierarchicalEmitter()
    botocore.session.Session(event_hooks=emitter)
    return emitter


def _lab_client(door: Door, clock: Clock, chance: Stream) -> type:
    class LabClient:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            transport = _Transport(door, self.meta.service_model.service_name, self.meta.region_name)  # type: ignore[attr-defined]
            self.meta.events.register("before-send", transport)  # type: ignore[attr-defined]
            self._register = self.meta.events.register  # type: ignore[attr-defined]
            self.meta.events.register = self._register_virtual  # type: ignore[attr-defined]

        def _register_virtual(self, event_name: str, handler: Any, *rest: Any, **named: Any) -> None:
            """botocore registers its retries after it has made the client."""
            if event_name.startswith("needs-retry."):
                handler = _VirtualRetry(handler, clock, chance)
            self._register(event_name, handler, *rest, **named)

        def get_waiter(self, waiter_name: str) -> Waiter:
            return _VirtualWaiter(super().get_waiter(waiter_name), self, clock)  # type: ignore[misc]

    return LabClient


class _Transport:
    """Answers one client's requests from the Lab."""

    def __init__(self, door: Door, service: str, region: str) -> None:
        self._door = door
        self._service = service
        self._region = region
        self._answered = 0

    def __call__(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        status = 200
        try:
            params = json.loads(request.body) if request.body else {}
            answer = self._door(self._service, operation, params, region=self._region)
        except ServiceError as error:
            status, answer = error.status, error.body()
        self._answered += 1
        headers = {"x-amzn-requestid": f"LAB{self._answered:049d}", "content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, _Body(json.dumps(answer)))


class _Body:
    """A response's bytes, in the shape in which botocore asks for them."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


class _VirtualRetry:
    """botocore's judgement whether to send a request again, and after how long. That time has passed on ``clock`` when
    botocore hears of it, so it sleeps for no time at all; its jitter is drawn from ``chance``, so it replays.

    When the clock is already moving, because a scheduled action uses the client, retries come at once.
    """

    def __init__(self, judge: Callable[..., float | None], clock: Clock, chance: Stream) -> None:
        self._judge = judge
        self._clock = clock
        self._chance = chance

    def __call__(self, response: tuple[AWSResponse, Any] | None, **event: Any) -> float | None:
        if response and response[0].status_code < 300:
            return self._judge(response=response, **event)
        delay = self._with_our_chance(response=response, **event)
        if not delay:
            return delay
        self._clock.pass_time(round(delay * SECOND))
        return 0

    def _with_our_chance(self, **event: Any) -> float | None:
        """botocore draws from Python's own generator, which others use too: it is given back as it was."""
        others = random.getstate()
        random.seed(self._chance.bits(64))
        try:
            return self._judge(**event)
        finally:
            random.setstate(others)


class _VirtualWaiter(Waiter):  # type: ignore[misc]
    """botocore's waiter, which lets virtual time pass between its questions instead of sleeping."""

    def __init__(self, waiter: Waiter, client: Any, clock: Clock) -> None:
        ask = NormalizedOperationMethod(getattr(client, xform_name(waiter.config.operation)))
        super().__init__(waiter.name, waiter.config, self._after_a_pause(ask))
        self._clock = clock
        self._delay = 0.0
        self._asked = False

    def wait(self, **kwargs: Any) -> None:
        """As in botocore; ``WaiterConfig`` may set ``Delay`` (seconds of virtual time) and ``MaxAttempts``."""
        config = kwargs.pop("WaiterConfig", {})
        self._delay = config.get("Delay", self.config.delay)
        self._asked = False
        super().wait(WaiterConfig={**config, "Delay": 0}, **kwargs)

    def _after_a_pause(self, ask: Any) -> Any:
        def asking(**kwargs: Any) -> Any:
            if self._asked:
                self._clock.advance(self._delay)
            self._asked = True
            return ask(**kwargs)

        return asking
