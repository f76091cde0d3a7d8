"""Two other ways to place keys, for contrast: the ring of the 2007 Dynamo paper, and ``hash(key) % n``.

DynamoDB uses neither: it cuts the key space into ranges and splits them in place (USENIX ATC 2022). Published (SOSP 2007): Dynamo's nodes take random
positions, *tokens*, on a ring of hashes, and a key belongs to the first token clockwise from it. Assumed: tokens are MD5 hashes of the nodes' names.
"""

from bisect import bisect_left
from dataclasses import dataclass

from dynateach.drawing.ring import Arc
from dynateach.dynamodb.rules import hashing


@dataclass(frozen=True)
class Ring:
    """A ring: ``tokens`` are (position, node) in clockwise order, positions as fractions of a turn."""

    tokens: tuple[tuple[float, str], ...]

    def owner(self, position: float) -> str:
        """The node that owns a key at that position. O(log tokens)."""
        index = bisect_left(self.tokens, (position, ""))
        return self.tokens[index % len(self.tokens)][1]

    @property
    def arcs(self) -> tuple[Arc, ...]:
        """The arc that ends at each token; the first begins before the top, so its start is negative."""
        starts = [self.tokens[-1][0] - 1, *(position for position, _ in self.tokens)]
        return tuple(Arc(node, start, end) for start, (end, node) in zip(starts, self.tokens, strict=False))


def ring(nodes: int, tokens: int = 1) -> Ring:
    """A ring of nodes n0, n1, …, each with that many tokens. Adding a node adds its tokens and moves no other."""
    return Ring(
        tuple(sorted((_token(f"n{node}", token), f"n{node}") for node in range(nodes) for token in range(tokens)))
    )


def modulo(digest: str, servers: int) -> int:
    """The server that ``hash(key) % n`` chooses, for a hash in hex digits."""
    return int(digest, 16) % servers


def _token(node: str, token: int) -> float:
    return hashing.position(hashing.digest({"S": f"{node}#{token}"}))
