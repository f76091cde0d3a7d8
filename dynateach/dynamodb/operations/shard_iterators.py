"""Shard iterators: a place in a shard, as text that a reader hands back.

Documented: an iterator is opaque, at most 2,048 characters long, and can be used for 15 minutes. Assumed: what is in it.
As in DynamoDB's own, the stream's ARN stands in front.
"""

from base64 import b64decode, b64encode
from hashlib import md5
from typing import NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import SHARD_ITERATOR_SECONDS


class ShardIterator(NamedTuple):
    """The place before the record ``ordinal`` of a shard, handed out at ``issued`` (virtual time, µs)."""

    stream: str
    shard: str
    ordinal: int
    issued: int

    @property
    def text(self) -> str:
        """What the reader gets; the same place at the same time gives the same text."""
        inside = f"{self.shard}|{self.ordinal}|{self.issued}"
        return f"{self.stream}|1|{b64encode(f'{inside}|{_seal(self.stream, inside)}'.encode()).decode()}"

    def require_fresh(self, now: int) -> None:
        """Raise DynamoDB's error if it was handed out 15 minutes ago or earlier."""
        if now - self.issued >= SHARD_ITERATOR_SECONDS * SECOND:
            raise errors.expired_iterator()


def shard_iterator(text: str) -> ShardIterator:
    """The iterator that has this text. Raises DynamoDB's error if none has."""
    stream, _, rest = text.partition("|1|")
    try:
        shard, ordinal, issued, _ = b64decode(rest).decode().split("|")
        found = ShardIterator(stream, shard, int(ordinal), int(issued))
    except ValueError:
        raise errors.validation(_INVALID) from None
    if found.text != text:
        raise errors.validation(_INVALID)
    return found


_INVALID = "Invalid ShardIterator"


def _seal(stream: str, inside: str) -> str:
    return md5(f"{stream}|{inside}".encode(), usedforsecurity=False).hexdigest()
