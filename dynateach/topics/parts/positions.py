"""Where many keys land at once: the engine's hash of a partition key, for a million keys in a fifth of a second.

The keys are strings, ``key-0000000``, ``key-0000001`` and so on, all of one length. Their MD5 is computed for thousands
of them side by side, one numpy operation a step; ``rules.hashing`` says why it is MD5. A position is the first 64 of the 128 bits.
"""

from math import sin
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint32]
    Bytes = NDArray[np.uint8]
    Positions = NDArray[np.uint64]

SIDE_BY_SIDE = 16_384
"""Keys hashed at once: few enough that the work stays in the processor's cache."""


def name(number: int, keys: int) -> str:
    """What key ``number`` is called when there are so many."""
    return f"{PREFIX}{number:0{_digits(keys)}}"


def positions(keys: int) -> "Positions":
    """Where each of so many keys lands in the key space, [0, 2⁶⁴): uint64[keys]."""
    messages = _messages(keys)
    parts = [_digests(messages[start : start + SIDE_BY_SIDE]) for start in range(0, keys, SIDE_BY_SIDE)]
    return np.concatenate(parts)


PREFIX = "key-"
_TAGGED = f"S{PREFIX}".encode()
_BLOCK = 64


def _digits(keys: int) -> int:
    return len(str(keys - 1))


def _messages(keys: int) -> "Bytes":
    """What the engine hashes for each key, its type and its text: uint8[keys, length]."""
    digits = _digits(keys)
    messages = np.empty((keys, len(_TAGGED) + digits), np.uint8)
    messages[:, : len(_TAGGED)] = np.frombuffer(_TAGGED, np.uint8)
    left = np.arange(keys, dtype=np.uint32)
    for column in range(1, digits + 1):
        tenth = left // 10
        messages[:, -column] = left - 10 * tenth + ord("0")
        left = tenth
    return messages


_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_SINES = [np.uint32(int(abs(sin(step + 1)) * 2**32)) for step in range(64)]
_TURNS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
_ORDER = ((1, 0), (5, 1), (3, 5), (7, 0))
"""MD5 (RFC 1321) has four rounds of 16 steps; step n of a round with (a, b) takes word a·n + b."""


def _digests(messages: "Bytes") -> "Positions":
    """The first eight bytes of the MD5 of each message; a message is shorter than 56 bytes."""
    keys, length = messages.shape
    block = np.zeros((keys, _BLOCK), np.uint8)
    block[:, :length] = messages
    block[:, length] = 0x80
    block[:, 56:58] = (8 * length % 256, 8 * length // 256)
    first, second = _rounds(np.ascontiguousarray(block.view("<u4").T).astype(np.uint32, copy=False))
    return first.byteswap().astype(np.uint64) << np.uint64(32) | second.byteswap()


def _rounds(words: "Words") -> "tuple[Words, Words]":
    a, b, c, d = (np.full(words.shape[1], start, np.uint32) for start in _START)
    mixed, high = np.empty_like(a), np.empty_like(a)
    for step in range(64):
        times, plus = _ORDER[step // 16]
        turn = _TURNS[step // 16][step % 4]
        _mix(step // 16, b, c, d, mixed)
        a += mixed
        a += words[(times * step + plus) % 16]
        a += _SINES[step]
        np.left_shift(a, np.uint32(turn), out=high)
        a >>= np.uint32(32 - turn)
        a |= high
        a += b
        a, b, c, d = d, a, b, c
    return a + np.uint32(_START[0]), b + np.uint32(_START[1])


def _mix(round: int, b: "Words", c: "Words", d: "Words", out: "Words") -> None:
    if round == 0:  # b chooses between c and d
        np.bitwise_xor(c, d, out=out)
        out &= b
        out ^= d
    elif round == 1:  # d chooses between b and c
        np.bitwise_xor(b, c, out=out)
        out &= d
        out ^= c
    elif round == 2:
        np.bitwise_xor(b, c, out=out)
        out ^= d
    else:
        np.invert(d, out=out)
        out |= b
        out ^= c
