"""One hot key: what suffixes do to the load, and what the read then costs."""

from collections import Counter
from typing import Any

import pytest

from dynateach.topics import sharding
from dynateach.topics.parts.traffic import lab_with_tables
from dynateach.topics.sharding import HOT, PLAIN, SUFFIXED, Gathered, Spread, draw, landing, simulate
from dynateach.trace import ItemWritten, PageRead
from tests.drawing.widgets import control, figure, words


@pytest.mark.parametrize("suffixes", [2, 7, 20])
def test_every_write_goes_to_one_of_the_suffixed_keys(suffixes: int) -> None:
    spread = simulate(suffixes, writes=400)
    names = Counter(event.key.split(" / ")[0] for event in spread.lab.trace.of(ItemWritten) if event.table == SUFFIXED)

    assert set(names) == {f"{HOT}#{suffix}" for suffix in range(suffixes)}
    assert names.total() == 400


@pytest.mark.parametrize("suffixes", [1, 2, 10, 20])
def test_a_read_takes_one_query_a_suffix_and_its_units_are_those_reported(suffixes: int) -> None:
    spread = simulate(suffixes, writes=400)
    pages = [event for event in spread.lab.trace.of(PageRead) if event.table == SUFFIXED]

    assert len(spread.suffixed_read.units) == suffixes == len(pages)
    assert sum(spread.suffixed_read.units) == sum(page.units for page in pages)
    assert len(spread.plain_read.units) == 1


@pytest.mark.parametrize("suffixes", [1, 3, 20])
def test_the_gathered_answer_is_the_answer_of_one_key(suffixes: int) -> None:
    spread = simulate(suffixes, writes=400)

    assert spread.suffixed_read.tickets == spread.plain_read.tickets == tuple(range(399, 389, -1))


def test_the_title_states_the_peaks_of_the_trace() -> None:
    spread = simulate(8, writes=1_500, partitions=4)
    peaks = [_peak(spread, table) for table in (PLAIN, SUFFIXED)]

    assert _title(draw(spread)) == (
        f"8 suffixes cut the peak from {peaks[0]:,} to {peaks[1]:,} WCU/s; a read takes 8 queries"
    )
    assert peaks[0] == 1_500


def test_without_suffixes_nothing_is_spread() -> None:
    spread = simulate(1, writes=1_500)

    assert spread.before == spread.after
    assert _title(draw(spread)) == "One key sends all 1,500 writes to one partition: 1.5× the ceiling"


def test_one_partition_stays_as_hot_whatever_the_suffixes() -> None:
    spread = simulate(20, writes=1_200, partitions=1)

    assert "from 1,200 to 1,200" in _title(draw(spread))


def test_each_query_is_a_block_of_its_units() -> None:
    spread = simulate(5, writes=400)
    blocks = draw(spread).data[-1]

    assert list(blocks.x) == [0, 1, 1, 1, 1, 1]
    assert list(blocks.y) == [*spread.plain_read.units, *spread.suffixed_read.units]
    assert list(blocks.base) == [0, 0, 0.5, 1, 1.5, 2]


def test_a_picture_can_be_drawn_of_a_result_made_by_hand() -> None:
    lab = lab_with_tables(PLAIN, SUFFIXED, partitions=2, seed=1, sort_key=True)
    for table, name in ((PLAIN, HOT), (SUFFIXED, f"{HOT}#0"), (SUFFIXED, f"{HOT}#1")):
        lab.request("dynamodb", "PutItem", {"TableName": table, "Item": {"pk": {"S": name}, "sk": {"N": "1"}}})

    picture = draw(Spread(lab, 2, 1, Gathered((0.5,), (1,)), Gathered((0.5, 0.5), (1, 1))))

    assert "a read takes 2 queries" in _title(picture)
    assert "from 0.5 to 1 RCU" in picture.layout.title.text


def test_the_line_says_on_how_many_partitions_the_keys_land() -> None:
    spread = simulate(10, writes=300, partitions=4)
    landed = {event.partition for event in spread.lab.trace.of(ItemWritten) if event.table == SUFFIXED}

    assert f"10 keys on {len(landed)} of 4 partitions" in landing(spread)
    assert "<code>concert-42#0</code> … <code>concert-42#9</code>" in landing(spread)
    assert "<code>concert-42</code>: 1 key on 1 of 4 partitions" in landing(simulate(1, writes=300))


def test_the_same_arguments_draw_the_same_picture() -> None:
    assert draw(simulate(3, writes=200)).to_json() == draw(simulate(3, writes=200)).to_json()


def test_the_explorer_follows_its_controls() -> None:
    widget = sharding.explore(writes=400)
    assert "a read takes 10 queries" in figure(widget).layout.title.text

    control(widget, "suffixes").value = 3

    assert "a read takes 3 queries" in figure(widget).layout.title.text
    assert "3 keys on" in words(widget)


def _peak(spread: Spread, table: str) -> int:
    loads = Counter(event.partition for event in spread.lab.trace.of(ItemWritten) if event.table == table)
    return max(loads.values())


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))
