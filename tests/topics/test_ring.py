"""The two models for contrast: the ring of 2007 and ``hash(key) % n``."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dynateach.dynamodb.rules import hashing
from dynateach.topics.ring import modulo, ring

DIGESTS = [hashing.digest({"S": f"key-{i}"}) for i in range(2_000)]
POSITIONS = [hashing.position(digest) for digest in DIGESTS]
TOKENS = 128


@given(st.integers(1, 24), st.integers(1, 8), st.floats(0, 1, exclude_max=True))
def test_a_key_belongs_to_the_arc_that_it_lies_on(nodes: int, tokens: int, position: float) -> None:
    circle = ring(nodes, tokens)

    owners = {arc.node for arc in circle.arcs for turn in (position, position - 1) if arc.start < turn <= arc.end}

    assert owners == {circle.owner(position)}


@given(st.integers(1, 24), st.integers(1, 8))
def test_the_arcs_cover_the_circle_once(nodes: int, tokens: int) -> None:
    arcs = ring(nodes, tokens).arcs

    assert len(arcs) == nodes * tokens
    assert abs(sum(arc.end - arc.start for arc in arcs) - 1) < 1e-9
    assert all(one.end == next.start for one, next in pairwise(arcs))


@given(st.integers(1, 16), st.sampled_from([1, 8, 32]))
def test_a_node_that_joins_takes_keys_and_no_other_key_moves(nodes: int, tokens: int) -> None:
    before, after = ring(nodes, tokens), ring(nodes + 1, tokens)

    moved = [position for position in POSITIONS if before.owner(position) != after.owner(position)]

    assert {after.owner(position) for position in moved} <= {f"n{nodes}"}
    assert all(after.owner(position) != f"n{nodes}" for position in set(POSITIONS) - set(moved))


@given(st.integers(1, 16))
def test_a_ring_that_gains_a_node_moves_about_one_key_in_n_plus_one(nodes: int) -> None:
    before, after = ring(nodes, TOKENS), ring(nodes + 1, TOKENS)

    share = sum(before.owner(position) != after.owner(position) for position in POSITIONS) / len(POSITIONS)

    assert abs(share - 1 / (nodes + 1)) < 0.4 / (nodes + 1)


@given(st.integers(1, 32))
def test_hash_modulo_n_moves_all_keys_but_one_in_n_plus_one(servers: int) -> None:
    digests = [digest.hex() for digest in DIGESTS]

    share = sum(modulo(digest, servers) != modulo(digest, servers + 1) for digest in digests) / len(digests)

    assert abs(share - servers / (servers + 1)) < 0.04


def test_more_places_per_node_even_out_the_ring() -> None:
    def largest(tokens: int) -> float:
        owned = dict.fromkeys((f"n{node}" for node in range(8)), 0.0)
        for arc in ring(8, tokens).arcs:
            owned[arc.node] += arc.end - arc.start
        return max(owned.values())

    assert largest(1) > largest(16) > largest(256) > 1 / 8
