"""HTTP/1.1 as far as DynamoDB's protocol needs it, on tornado's streams: requests in, responses out, one after another on
each connection.

tornado's own HTTP server does the same for every program there is, and takes 100 µs more for each request. That is several
times what the engine takes for most of them.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from tornado.iostream import IOStream, StreamClosedError
from tornado.tcpserver import TCPServer

MAX_HEAD = 64 * 1024
"""Bytes of the longest request line and headers that are read."""

CHUNK = 64 * 1024

Headers = dict[str, str]
"""A message's headers; their names are in lower case."""


class Request(NamedTuple):
    """What came in; ``body`` is None if it was larger than the server takes."""

    method: str
    headers: Headers
    body: bytes | None


class Response(NamedTuple):
    """What goes back: the HTTP status, the headers without the body's length, and the body."""

    status: int
    headers: Headers
    body: bytes


class Server(TCPServer):
    """Answers each request with what ``respond`` makes of it.

    A body of more than ``max_body`` bytes is read to its end and dropped: a client that is still sending would miss the
    answer. What is no HTTP is answered with 400 and the end of the connection.
    """

    def __init__(self, respond: Callable[[Request], Response], max_body: int) -> None:
        super().__init__()
        self._respond = respond
        self._max_body = max_body
        self._streams: set[IOStream] = set()

    async def close(self) -> None:
        """Listen no more, close every connection, and return once each is done with."""
        self.stop()
        for stream in list(self._streams):
            stream.close()
        while self._streams:
            await asyncio.sleep(0)

    async def handle_stream(self, stream: IOStream, address: object) -> None:
        """Serve one connection to its end; tornado calls this."""
        self._streams.add(stream)
        stream.set_nodelay(True)
        try:
            while await self._exchange(stream):
                pass
        except StreamClosedError:
            pass
        finally:
            self._streams.discard(stream)
            stream.close()

    async def _exchange(self, stream: IOStream) -> bool:
        """Read a request, write the response, and say whether another may follow."""
        try:
            method, headers, lasting = _head(await stream.read_until_regex(rb"\r?\n\r?\n", max_bytes=MAX_HEAD))
            request = Request(method, headers, await self._body(stream, headers))
        except ValueError:
            await stream.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        await stream.write(_message(self._respond(request), request, lasting))
        return lasting

    async def _body(self, stream: IOStream, headers: Headers) -> bytes | None:
        if headers.get("expect", "").lower() == "100-continue":
            await stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "transfer-encoding" in headers:
            return await self._chunked(stream, headers)
        length = _number(headers.get("content-length", "0"), 10)
        if length <= self._max_body:
            return await stream.read_bytes(length) if length else b""
        while length > 0:
            length -= len(await stream.read_bytes(min(length, CHUNK)))
        return None

    async def _chunked(self, stream: IOStream, headers: Headers) -> bytes | None:
        if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
            raise ValueError("no other coding is known, and two lengths are one too many")
        body, size = bytearray(), 0
        while length := _number((await _line(stream)).partition(b";")[0].decode("latin-1"), 16):
            size += length
            while length > 0:
                part = await stream.read_bytes(min(length, CHUNK))
                length -= len(part)
                body += part if size <= self._max_body else b""
            if await _line(stream):
                raise ValueError("a chunk is longer than it said")
        while await _line(stream):  # trailers
            pass
        return bytes(body) if size <= self._max_body else None


def _head(text: bytes) -> tuple[str, Headers, bool]:
    """A request's method and headers, and whether the connection may stay open. Raises ``ValueError`` for what is no HTTP."""
    start, *lines = text.decode("latin-1").strip("\r\n").split("\n")
    method, _, version = start.rstrip("\r").split(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError(version)
    headers: Headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise ValueError(line)
        headers[name] = f"{headers[name]},{value.strip()}" if name in headers else value.strip()
    wish = headers.get("connection", "").lower()
    return method, headers, wish == "keep-alive" if version == "HTTP/1.0" else wish != "close"


def _message(response: Response, request: Request, lasting: bool) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {_PHRASES[response.status]}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"Content-Length: {len(response.body)}", f"Connection: {'keep-alive' if lasting else 'close'}\r\n\r\n"]
    return "\r\n".join(lines).encode("latin-1") + (b"" if request.method == "HEAD" else response.body)


_PHRASES = {status.value: status.phrase for status in HTTPStatus}


async def _line(stream: IOStream) -> bytes:
    line: bytes = await stream.read_until(b"\r\n", max_bytes=MAX_HEAD)
    return line[:-2]


def _number(digits: str, base: int) -> int:
    """The number that ASCII digits stand for, without what ``int`` would also take: signs, spaces, underscores."""
    if not digits.isascii() or not digits.isalnum():
        raise ValueError(digits)
    return int(digits, base)
