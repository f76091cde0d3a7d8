"""How the judge and a submission's process speak: one JSON value after another over a private socket, and plain data as JSON.

Neither side trusts the other's words: what is too long, or no such value, ends the conversation.
"""

import json
import math
import socket
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from decimal import Decimal
from select import select
from time import monotonic
from typing import Any

from dynateach.checks.plain import Odd
from dynateach.checks.task import Boto3

LONGEST = 32 * 1024 * 1024
"""Bytes of one value: what DynamoDB itself takes or gives is well below it."""
MOST = 1_000_000
"""Parts of one value: each takes memory, however few bytes it has."""


class Broken(Exception):
    """The other side is gone, or said what cannot be understood."""


class Late(Exception):
    """The other side did not speak in time."""


class Channel:
    """One end of the conversation."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.size = 0

    def send(self, value: Any, deadline: float | None = None) -> None:
        """Say a JSON value. Raises ``Late`` if it is not taken by ``deadline`` (on the monotonic clock), ``Broken`` if nobody is there, or it is too
        long.
        """
        text = json.dumps(value, separators=(",", ":")).encode()
        if len(text) > LONGEST:
            raise Broken(f"a message of {len(text):,} bytes")
        try:
            self._end.settimeout(_left(deadline))
            self._end.sendall(struct.pack("!I", len(text)) + text)
        except TimeoutError:
            raise Late from None
        except OSError as error:
            raise Broken("nobody listens") from error

    def receive(self, deadline: float | None = None) -> Any:
        """The next value; ``size`` is then its length. Raises ``Late`` if it is not there by ``deadline``, ``Broken`` if there will be none."""
        (length,) = struct.unpack("!I", self._take(4, deadline))
        if length > LONGEST:
            raise Broken(f"a message of {length:,} bytes")
        try:
            text, self.size = self._take(length, deadline), length
            if sum(map(text.count, (b",", b"[", b"{"))) > MOST:
                raise Broken("a message of too many parts")
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Broken("no JSON") from error

    @property
    def silent(self) -> bool:
        """Whether nothing has been said that was not received."""
        return not select([self._end], [], [], 0)[0]

    def close(self) -> None:
        """Hang up."""
        self._end.close()

    def _take(self, count: int, deadline: float | None) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            try:
                self._end.settimeout(_left(deadline))
                part = self._end.recv(min(count - len(parts), 1 << 20))
            except TimeoutError:
                raise Late from None
            except OSError as error:
                raise Broken("the connection is gone") from error
            if not part:
                raise Broken("the process has ended")
            parts += part
        return bytes(parts)


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - monotonic()
    if left <= 0:
        raise Late
    return left


def encode(value: Any) -> Any:
    """Plain data (see ``checks.plain``) or a ``Boto3`` as JSON: what JSON has no word for becomes an object with one member, its tag."""
    if isinstance(value, (Odd, Boto3)):
        return {type(value).__name__: list(value)}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"int": hex(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(part)] for key, part in value.items()]}
    if isinstance(value, list):
        return [encode(part) for part in value]
    return {type(value).__name__: _TAGGED[type(value)](value)}


def decode(text: Any) -> Any:
    """What ``encode`` was given. Raises ``Broken`` for what it cannot have made."""
    try:
        return _decoded(text)
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise Broken("no plain data") from error


def _decoded(text: Any) -> Any:
    if isinstance(text, list):
        return [_decoded(part) for part in text]
    if not isinstance(text, dict):
        return text
    ((tag, content),) = text.items()
    return _UNTAGGED[tag](content)


def _all(parts: Any) -> list[Any]:
    return [encode(part) for part in parts]


_TAGGED: dict[type, Callable[[Any], Any]] = {
    tuple: _all,
    set: _all,
    frozenset: _all,
    bytes: lambda value: b64encode(value).decode(),
    Decimal: str,
}
_UNTAGGED: dict[str, Callable[[Any], Any]] = {
    "tuple": lambda parts: tuple(map(_decoded, parts)),
    "set": lambda parts: set(map(_decoded, parts)),
    "frozenset": lambda parts: frozenset(map(_decoded, parts)),
    "dict": lambda pairs: {_decoded(key): _decoded(part) for key, part in pairs},
    "bytes": lambda text: b64decode(text, validate=True),
    "Decimal": Decimal,
    "int": lambda text: int(text, 16),
    "float": float,
    "Odd": lambda parts: Odd(str(parts[0]), str(parts[1])),
    "Boto3": lambda parts: Boto3(*map(str, parts)),
}
