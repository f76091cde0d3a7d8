"""The line: keys, ranges and loads, as data that plotly draws."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dynateach.drawing import keyspace
from dynateach.drawing.keyspace import APART, SLOTS, Band, Mark, pooled, scale
from dynateach.drawing.palette import BLUE, VERMILLION
from dynateach.drawing.picture import Picture

POSITIONS = st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=APART + 400)


@given(POSITIONS)
def test_pooling_loses_no_request_and_draws_no_more_than_can_be_told_apart(positions: list[float]) -> None:
    marks = [Mark(f"k{i}", position, 1 + i % 3) for i, position in enumerate(positions)]

    shown = pooled(marks)

    assert sum(mark.requests for mark in shown) == sum(mark.requests for mark in marks)
    assert len(shown) <= APART
    assert all(0 <= mark.position < 1 for mark in shown)


def test_pooled_keys_stand_in_their_own_slot() -> None:
    marks = [Mark("k", 0.5, 1)] * (APART + 1)

    (slot,) = pooled(marks)

    assert slot.requests == APART + 1
    assert abs(slot.position - 0.5) <= 1 / SLOTS


def test_what_lies_above_the_ceiling_is_a_bar_of_its_own_on_top() -> None:
    served, beyond, _ = _loads([Band("p0", 0, 0.5, 1400, 1000), Band("p1", 0.5, 1, 300, 1000)])

    assert (served["y"], served["marker"]["color"]) == ([1000, 300], BLUE)
    assert (beyond["base"], beyond["y"], beyond["marker"]["color"]) == ([1000, 1000], [400, 0], VERMILLION)


def test_bars_lie_under_their_ranges() -> None:
    served, _, _ = _loads([Band("p0", 0, 0.25, 1, 1000), Band("p1", 0.25, 1, 1, 1000)])

    assert served["x"] == [0.125, 0.625]
    assert served["width"] == [0.25, 0.75]


def test_a_load_is_written_where_there_is_room_and_never_as_nothing() -> None:
    narrow = Band("p2", 0.5, 0.51, 333, 1000)
    _, _, words = _loads([Band("p0", 0, 0.5, 1400, 1000), narrow, Band("p1", 0.51, 1, 0, 1000)])

    assert words["text"] == ["1,400"]


def test_a_narrow_bar_in_question_is_labelled_with_a_line_to_it() -> None:
    picture = Picture()
    panel = picture.panel((0, 1), (0, 1), {}, {})
    bands = [Band("p0", 0, 0.5, 400, 1000), Band("p1", 0.5, 0.51, 333, 1000), Band("p2", 0.51, 0.52, 222, 1000)]
    keyspace.loads(picture, panel, bands, scale([400], 1000), "WCU/s", named=("p1",))

    assert [(label["text"], label["showarrow"]) for label in picture.labels] == [("p1: <b>333</b>", True)]


def test_names_of_neighbouring_keys_do_not_overlap() -> None:
    picture = Picture()
    panel = picture.panel((0, 1), (0, 1), {}, {})
    keyspace.names(picture, panel, [Mark("one", 0.5, 10), Mark("two", 0.51, 10)], scale([10]))
    low, high = sorted(label["y"] for label in picture.labels)

    assert high - low > 0.1 * scale([10]).top


def test_figures_keep_off_the_ceiling_line() -> None:
    _, _, words = _loads([Band("p0", 0, 0.5, 950, 1000), Band("p1", 0.5, 1, 400, 1000)])

    assert words["textposition"] == ["bottom center", "top center"]
    assert words["textfont"]["color"][0] == "white"


def test_a_range_asked_for_too_much_is_vermillion_and_a_narrow_one_has_no_name() -> None:
    picture = Picture()
    bands = [Band("p0", 0, 0.5, 1400, 1000), Band("p1", 0.5, 0.51, 0, 1000), Band("p2", 0.51, 1, 1000, 1000)]
    keyspace.ranges(picture, picture.panel((0, 1), (0, 1), {}, {}), bands)

    assert picture.traces[0]["marker"]["color"] == [VERMILLION, BLUE, BLUE]
    assert picture.traces[0]["text"] == ["p0", "", "p2"]


def test_the_name_of_a_typed_key_is_words_and_not_markup() -> None:
    picture = Picture()
    keyspace.probe(picture, picture.panel((0, 1), (0, 1), {}, {}), "<b>" + "x" * 40, [0.5], scale([3]))

    assert picture.labels[-1]["text"].startswith("<b>&lt;b&gt;xxx")
    assert picture.labels[-1]["text"].endswith("…</b>")


def test_no_typed_key_leaves_no_mark() -> None:
    picture = Picture()
    keyspace.probe(picture, picture.panel((0, 1), (0, 1), {}, {}), "", [], scale([3]))

    assert (picture.traces[0]["x"], picture.labels) == ([], [])


def _loads(bands: list[Band]) -> list[dict[str, Any]]:
    picture = Picture()
    panel = picture.panel((0, 1), (0, 1), {}, {})
    keyspace.loads(picture, panel, bands, scale([band.load for band in bands], 1000), "WCU/s")
    return picture.traces
