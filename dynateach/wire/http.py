"""A Lab over HTTP, for every AWS SDK and the AWS CLI: DynamoDB's JSON protocol on a socket.

Where it means to differ from DynamoDB:

- Any credentials will do, and none at all: nothing here is worth guarding. Only the region is read from them.
- What the Lab does not simulate is declined as ``NotSimulated``, in our words, with status 400.
- It never answers 500: an SDK would ask again, and a Lab gives the same request the same answer.
- It sends no CORS headers: a browser lets no page of another site read a Lab.
"""

import asyncio
import http
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from zlib import crc32

from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets

from dynateach.clock import Clock
from dynateach.errors import EndpointError, LabError, ServiceError
from dynateach.wire import json

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
        # A body that is too large is read to its end and dropped: a client that is still sending would miss the answer.
        server = HTTPServer(_Exchanges(self._protocol), max_body_size=1 << 62)
        server.add_sockets(self._sockets)
        ticking = PeriodicCallback(self._wall.catch_up, TICK) if self._wall else None
        if ticking:
            ticking.start()
        await self._stopping.wait()
        if ticking:
            ticking.stop()
        server.stop()
        await server.close_all_connections()


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


class Response(NamedTuple):
    """What goes back: the HTTP status, the body, and what kind of text that is."""

    status: int
    body: bytes
    kind: str


class Protocol:
    """DynamoDB's JSON protocol, without the socket: a request's parts in, a response out."""

    def __init__(self, door: "Door", region: str) -> None:
        self._door = door
        self._region = region

    def answer(self, method: str, headers: HTTPHeaders, body: bytes | None) -> Response:
        """The response to one request; ``body`` is None for one of more than ``MAX_BODY`` bytes."""
        if method == "GET":
            return Response(200, f"healthy: dynamodb.{self._region}.amazonaws.com ".encode(), "text/plain")
        kind = headers.get("Content-Type", "").partition(";")[0].strip()
        if method != "POST" or (body != b"" and kind not in _KINDS):
            return Response(404, b"<UnknownOperationException/>\n", "text/xml")
        status, answer = self._outcome(headers, body)
        return Response(status, answer, kind if kind in _KINDS else _KINDS[0])

    def _outcome(self, headers: HTTPHeaders, body: bytes | None) -> tuple[int, bytes]:
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

    def _served(self, headers: HTTPHeaders, body: bytes | None) -> tuple[int, bytes]:
        try:
            return 200, json.dumps(self._result(headers, body))
        except ServiceError as error:
            return error.status, json.dumps(error.body())

    def _result(self, headers: HTTPHeaders, body: bytes | None) -> dict[str, Any]:
        if body is None:
            raise _coral("RequestEntityTooLarge", f"The request is larger than {MAX_BODY} bytes", status=413)
        # DynamoDB reads the body before the target, but misses an empty body only after it.
        params: Any = json.loads(body) if body else None
        version, _, operation = headers.get("X-Amz-Target", "").partition(".")
        if version != _VERSION:
            raise _coral("UnknownOperationException", "")
        return self._door("dynamodb", operation, params, region=self._region_of(headers))

    def _region_of(self, headers: HTTPHeaders) -> str:
        scope = _CREDENTIAL.search(headers.get("Authorization", ""))
        return scope[1] if scope else self._region


_VERSION = "DynamoDB_20120810"
_KINDS = ("application/x-amz-json-1.0", "application/json")
_CREDENTIAL = re.compile(r"\bCredential=[^/,\s]+/\d{8}/([a-z0-9-]+)/dynamodb/aws4_request")


def _coral(code: str, message: str, *, status: int = 400) -> ServiceError:
    return ServiceError(code, message, status=status, namespace="com.amazon.coral.service")


def _ours(code: str, message: str) -> bytes:
    return json.dumps({"__type": f"dynateach#{code}", "message": message})


class _Exchanges(HTTPServerConnectionDelegate):
    """Numbers the requests of all connections."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._begun = 0

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        self._begun += 1
        return _Exchange(self._protocol, request_conn, f"LAB{self._begun:049d}")


class _Exchange(HTTPMessageDelegate):
    """One request as it arrives, then its response."""

    def __init__(self, protocol: Protocol, connection: HTTPConnection, name: str) -> None:
        self._protocol = protocol
        self._connection = connection
        self._name = name
        self._chunks: list[bytes] = []
        self._size = 0

    def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        assert isinstance(start_line, RequestStartLine)
        self._method = start_line.method
        self._headers = headers

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > MAX_BODY:
            self._chunks.clear()
        else:
            self._chunks.append(chunk)

    def finish(self) -> None:
        body = b"".join(self._chunks) if self._size <= MAX_BODY else None
        response = self._protocol.answer(self._method, self._headers, body)
        headers = HTTPHeaders(
            {
                "x-amzn-RequestId": self._name,
                "x-amz-crc32": str(crc32(response.body)),
                "Content-Type": response.kind,
                "Content-Length": str(len(response.body)),
            }
        )
        line = ResponseStartLine("HTTP/1.1", response.status, http.HTTPStatus(response.status).phrase)
        self._connection.write_headers(line, headers, b"" if self._method == "HEAD" else response.body)
        self._connection.finish()


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
