"""The hash of a partition key: where in the key space an item lives.

Documented: DynamoDB feeds the partition key's value to an internal hash function, whose output
decides the partition. Published (USENIX ATC 2022): each partition holds a contiguous range of the
key space. **Assumed**: which function, and how wide. AWS publishes neither. This engine takes MD5
(128 bits) of the encoded value: fixed, the same on every machine, and in the standard library. Only
its evenness matters, not its secrecy.
"""

from functools import lru_cache
from hashlib import md5

from dynateach.dynamodb.rules.values import AttributeValue, binary

DIGEST_BYTES = 16


def digest(value: AttributeValue) -> bytes:
    """The hash of a canonical partition key value: 16 bytes, whose order is the order of the key space."""
    for tag, content in value.items():
        return digest_of(tag, content)
    raise ValueError("an attribute value has exactly one type")


@lru_cache(maxsize=8192)
def digest_of(tag: str, content: str) -> bytes:
    """``digest`` for a type tag (S, N or B) and its content; the latest are remembered, since keys repeat."""
    encoded = binary(content) if tag == "B" else content.encode()
    return md5(tag.encode() + encoded, usedforsecurity=False).digest()


def combined(digests: list[bytes]) -> bytes:
    """The hash of a partition key of several attributes, from the hashes of each."""
    return md5(b"".join(digests), usedforsecurity=False).digest()


def position(digest: bytes) -> float:
    """Where that is in the key space, as a fraction in [0, 1)."""
    return (int.from_bytes(digest[:8]) >> 11) / (1 << 53)


def boundary(fraction: float) -> bytes:
    """The first digest at or above that fraction of the key space; the inverse of ``position`` to
    within 2⁻⁵³.
    """
    return (int(fraction * (1 << 53)) << 75).to_bytes(DIGEST_BYTES)


def share(index: int, of: int) -> bytes:
    """Where share number ``index`` begins when the key space is cut into ``of`` equal shares. Exact."""
    return ((index << 128) // of).to_bytes(DIGEST_BYTES)
