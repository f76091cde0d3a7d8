"""The ring: arcs, names and stems on a circle."""

from math import hypot

import pytest

from dynateach.drawing import ring
from dynateach.drawing.keyspace import Mark
from dynateach.drawing.picture import Panel, Picture
from dynateach.drawing.ring import Arc

ARCS = [Arc("n0", -0.25, 0.25), Arc("n1", 0.25, 0.26), Arc("n2", 0.26, 0.75)]


def test_the_key_space_runs_clockwise_from_the_top() -> None:
    picture = Picture()
    ring.probe(picture, _panel(picture), [0, 0.25, 0.5, 0.75])

    assert list(zip(picture.traces[0]["x"], picture.traces[0]["y"], strict=True)) == [(0, 1), (1, 0), (0, -1), (-1, 0)]


def test_the_arcs_of_the_node_in_question_stand_out() -> None:
    picture = Picture()
    ring.arcs(picture, _panel(picture), ARCS, "n0")
    others, chosen, ends = picture.traces

    assert chosen["line"]["width"] > others["line"]["width"]
    assert chosen["y"][len(chosen["y"]) // 2 - 1] > 0.9, "n0 lies around the top"
    assert ends["text"] == ["n0", "n1", "n2"]


def test_the_node_in_question_is_named_and_a_neighbour_without_room_is_not() -> None:
    picture = Picture()
    arcs = [Arc("n0", 0.1, 0.12), Arc("n1", 0.12, 0.16), Arc("n2", 0.16, 1.1)]
    ring.names(picture, _panel(picture), arcs, {"n0": "zero", "n1": "one", "n2": "two"}, "n0")

    assert [label["text"] for label in picture.labels[1:]] == ["<b>zero</b>", "two"]


def test_a_stem_reaches_inwards_as_far_as_its_key_has_requests() -> None:
    picture = Picture()
    ring.stems(picture, _panel(picture), [Mark("a", 0.1, 10), Mark("b", 0.6, 5)])
    (stems,) = picture.shapes
    ends = [[hypot(*map(float, end.split(","))) for end in stem.split("L")] for stem in stems["path"].split("M")[1:]]
    lengths = [outer - inner for outer, inner in ends]

    assert lengths == pytest.approx([ring.DEPTH, ring.DEPTH / 2], abs=1e-3)


def _panel(picture: Picture) -> Panel:
    return ring.panel(picture, (0, 1), (0, 1), "ring")
