"""A Lab over HTTP, for every AWS SDK and the AWS CLI: DynamoDB's JSON protocol on a socket,
and that of its streams on the same one.

Where it means to differ from DynamoDB:

- Any credentials will do, and none at all: nothing here is worth guarding. Only the region is read from them.
- What the Lab does not simulate is declined as ``NotSimulated``, in our words, with status 400.
- It never answers 500: an SDK would ask again, and a Lab gives the same request the same answer.
- It sends no CORS headers: a browser lets no page of another site read a Lab.
"""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets

from dynateach.clock import Clock
from dynateach.errors import EndpointError, LabError, ServiceError
from dynateach.wire import json
from dynateach.wire.connections import Headers, Request, Response, Server

if TYPE_CHECKING:
    from dynateach.wire.boto3 import Door

MAX_BODY = 16 * 1024 * 1024
"""Bytes of the largest request: 16 MB, documented for the batch operations and assumed for the rest."""

TICK = 100
"""Milliseconds between two looks at the wall clock while nobody asks for anything."""


class Endpoint:
    """A Lab that listens at ``url`` and answers from a thread of its own, until ``stop()``.

    A context manager, which stops at its end. ``wall_time`` ties the Lab's clock to the wall clock for
    as long as the endpoint lives. ``lock`` is the one that ``door`` takes. Raises ``EndpointError`` if
    ``host`` and ``port`` cannot be listened on; port 0 means any free one.
    """

    def __init__(
        self, door: "Door", clock: Clock, lock: threading.RLock, region: str, *, host: str, port: int, wall_time: bool
    ) -> None:
        self._sockets = _listen(host, port)
        self._wall = WallTime(door, clock, lock) if wall_time else None
        self._protocol = Protocol(self._wall.request if self._wall else door, region)
        self.url = _url(host, self._sockets[0].getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"dynateach endpoint {self.url}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, close every connection and free the port. A second call does nothing."""
        with suppress(RuntimeError):  # the loop is closed once the endpoint has stopped
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}{'' if self._thread.is_alive() else ' stopped'}>"

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = Server(self._protocol.response, MAX_BODY)
        server.add_sockets(self._sockets)
        ticking = PeriodicCallback(self._wall.catch_up, TICK) if self._wall else None
        if ticking:
            ticking.start()
        await self._stopping.wait()
        if ticking:
            ticking.stop()
        await server.close()


class WallTime:
    """Lets a Lab's clock follow the wall clock, from now on: before each request, and at ``catch_up()``.

    A request's service time counts as time that the wall clock has yet to reach, so that under load
    the two stay together. What ``lab.clock.advance`` skips comes on top. ``wall`` tells nanoseconds.
    """

    def __init__(
        self, door: "Door", clock: Clock, lock: threading.RLock, wall: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._door = door
        self._clock = clock
        self._lock = lock
        self._wall = wall
        self._reached = wall() // 1000

    def catch_up(self) -> None:
        """Let as much time pass in the Lab as has passed on the wall."""
        with self._lock:
            behind = self._wall() // 1000 - self._reached
            if behind > 0:
                self._reached += behind
                self._clock.pass_time(behind)

    def request(self, service: str, operation: str, params: dict[str, Any], *, region: str) -> dict[str, Any]:
        """``Lab.request``, at the present moment."""
        with self._lock:
            self.catch_up()
            before = self._clock.now
            try:
                return self._door(service, operation, params, region=region)
            finally:
                self._reached += self._clock.now - before


class Protocol:
    """DynamoDB's JSON protocol, without the socket: a request in, a response out."""

    def __init__(self, door: "Door", region: str) -> None:
        self._door = door
        self._region = region
        self._answers = json.Answers()
        self._names = (f"LAB{number:049d}" for number in count(1))

    def response(self, request: Request) -> Response:
        """The response to one request, whose ``body`` is None if it has more than ``MAX_BODY`` bytes."""
        status, body, kind = self._answer(*request)
        headers = {"x-amzn-RequestId": next(self._names), "x-amz-crc32": str(crc32(body)), "Content-Type": kind}
        return Response(status, headers, body)

    def _answer(self, method: str, headers: Headers, body: bytes | None) -> tuple[int, bytes, str]:
        """The status, the body, and what kind of text that is."""
        if method == "GET":
            return 200, f"healthy: dynamodb.{self._region}.amazonaws.com ".encode(), "text/plain"
        kind = headers.get("content-type", "").partition(";")[0].strip()
        if method != "POST" or (body != b"" and kind not in _KINDS):
            return 404, b"<UnknownOperationException/>\n", "text/xml"
        status, answer = self._outcome(headers, body)
        return status, answer, kind if kind in _KINDS else _KINDS[0]

    def _outcome(self, headers: Headers, body: bytes | None) -> tuple[int, bytes]:
        try:
            return self._served(headers, body)
        except LabError as error:
            return 400, _ours("NotSimulated", str(error))
        except (
            RecursionError,
            UnicodeEncodeError,
        ):  # orjson refuses such a body at once, the standard library does not
            return 400, json.dumps(_coral("SerializationException", "").body())
        except Exception as error:
            return 400, _ours("Defect", f"dynateach failed; please report it: {error!a}")

    def _served(self, headers: Headers, body: bytes | None) -> tuple[int, bytes]:
        try:
            return 200, self._answers.dumps(self._result(headers, body))
        except ServiceError as error:
            return error.status, json.dumps(error.body())

    def _result(self, headers: Headers, body: bytes | None) -> dict[str, Any]:
        if body is None:
            raise _coral("RequestEntityTooLarge", f"The request is larger than {MAX_BODY} bytes", status=413)
        # DynamoDB reads the body before the target, but misses an empty body only after it.
        params: Any = json.loads(body) if body else None
        version, _, operation = headers.get("x-amz-target", "").partition(".")
        service = _SERVICES.get(version)
        if service is None:
            raise _coral("UnknownOperationException", "")
        return self._door(service, operation, params, region=self._region_of(headers))

    def _region_of(self, headers: Headers) -> str:
        scope = _CREDENTIAL.search(headers.get("authorization", ""))
        return scope[1] if scope else self._region


_SERVICES = {"DynamoDB_20120810": "dynamodb", "DynamoDBStreams_20120810": "dynamodbstreams"}
_KINDS = ("application/x-amz-json-1.0", "application/json")
_CREDENTIAL = re.compile(r"\bCredential=[^/,\s]+/\d{8}/([a-z0-9-]+)/dynamodb/aws4_request")


def _coral(code: str, message: str, *, status: int = 400) -> ServiceError:
    return ServiceError(code, message, status=status, namespace="com.amazon.coral.service")


def _ours(code: str, message: str) -> bytes:
    return json.dumps({"__type": f"dynateach#{code}", "message": message})


def _listen(host: str, port: int) -> list[socket.socket]:
    if not 0 <= port <= 65535:  # the operating system would take it modulo 65,536
        raise _no_endpoint(host, port, "there is no such port")
    try:
        return bind_sockets(port, host)
    except (OSError, UnicodeError) as error:
        raise _no_endpoint(host, port, getattr(error, "strerror", None) or str(error)) from error


def _no_endpoint(host: str, port: int, why: str) -> EndpointError:
    return EndpointError(
        f"Port {port} cannot be listened on: {why}",
        where=f"{host}:{port}",
        next="Choose another port (0 takes any free one) and an address of this machine, such as 127.0.0.1.",
    )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
