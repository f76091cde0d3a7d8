"""When a partition splits: what moves, by the trace and by the two contrast models."""

from collections import Counter
from typing import Any

import pytest

from dynateach import Lab
from dynateach.topics import resizing
from dynateach.topics.parts.traffic import bands, lab_with_tables, send, touches
from dynateach.topics.resizing import Resize, draw, history, simulate
from dynateach.topics.ring import ring
from dynateach.trace import ItemWritten, PartitionCreated, PartitionSplit
from tests.drawing.widgets import control, figure, words


@pytest.mark.parametrize("design", ["user ids", "order ids", "tenants", "order status"])
def test_the_keys_drawn_as_moving_are_those_the_engine_moved(design: str) -> None:
    resize = simulate(design, partitions=3, requests=900)
    (split,) = resize.lab.trace.of(PartitionSplit)

    assert len(resize.moved_by_split) == split.moved
    assert all(mark.position >= split.boundary for mark in resize.moved_by_split)


def test_the_title_counts_the_keys_that_the_engine_moved() -> None:
    resize = simulate("user ids", partitions=3, requests=900)
    (split,) = resize.lab.trace.of(PartitionSplit)
    stored = sum(part.items for part in resize.lab.inspect(resizing.TABLE).partitions)

    assert _title(draw(resize)).startswith(f"Splitting {split.partition} moves {split.moved} of {stored} keys")


def test_each_split_cuts_the_busiest_partition_of_the_second_before() -> None:
    resize = simulate("tenants", partitions=3, splits=4, requests=900)
    splits = resize.lab.trace.of(PartitionSplit)
    before = [event for event in resize.lab.trace.of(ItemWritten) if splits[-2].at <= event.at < splits[-1].at]
    loads = {name: sum(event.partition == name for event in before) for name in {event.partition for event in before}}

    assert len(splits) == 4
    assert loads[splits[-1].partition] == max(loads.values())
    assert resize.nodes == len(resize.before) == 6


def test_the_loads_before_and_after_are_those_of_two_equal_seconds() -> None:
    resize = simulate("user ids", requests=900)

    assert sum(band.load for band in resize.before) == sum(band.load for band in resize.after) == 900
    assert resize.split
    halves = {resize.split.left, resize.split.right}
    split = next(band.load for band in resize.before if band.name == resize.split.partition)
    assert sum(band.load for band in resize.after if band.name in halves) == split


def test_a_split_does_not_help_when_one_key_carries_it_all() -> None:
    resize = simulate("today's date", partitions=4, requests=500)

    assert "does not help" in _title(draw(resize))
    assert "still takes all 500 writes/s" in _title(draw(resize))


def test_the_keys_that_move_on_the_ring_are_the_newcomers() -> None:
    resize = simulate("user ids", partitions=4, tokens=16, requests=900)
    before, after = ring(4, 16), ring(5, 16)

    changed = [mark for mark in resize.marks if before.owner(mark.position) != after.owner(mark.position)]

    assert resize.moved_by_ring == changed


def test_the_three_ways_move_about_what_theory_says() -> None:
    resize = simulate("order ids", partitions=4, tokens=128, requests=3_000)
    keys = len(resize.marks)

    assert len(resize.moved_by_split) / keys == pytest.approx(1 / 8, abs=0.03)
    assert len(resize.moved_by_ring) / keys == pytest.approx(1 / 5, abs=0.05)
    assert len(resize.moved_by_modulo) / keys == pytest.approx(4 / 5, abs=0.03)


def test_more_keys_than_can_be_told_apart_are_thinned_out_and_the_caption_says_so() -> None:
    resize = simulate("order ids", requests=1_800)
    strokes = Counter[str]()
    for shape in draw(resize).layout.shapes:
        strokes[shape.xref] += (shape.path or "").count("M")

    assert +strokes == {"x": 600, "x3": 600, "x4": 600}
    assert "one partition key in 3 " in draw(resize).layout.meta["caption"]


def test_a_picture_can_be_drawn_of_a_split_made_by_hand() -> None:
    lab = lab_with_tables(resizing.TABLE, partitions=1, seed=1)
    before = _second(lab)
    lab.inspect(resizing.TABLE).split("p0", at=0.5)
    picture = draw(Resize(lab, "letters", 1, 4, before, _second(lab)))

    assert _title(picture).startswith("Splitting p0 moves ")
    assert [note.text for note in picture.layout.annotations if "splits p0" in note.text]


def test_the_words_for_a_screen_reader_compare_all_three() -> None:
    said = draw(simulate(requests=600)).layout.meta["alternative"]

    assert "The split moves" in said
    assert "a ring that gains a node" in said
    assert "hash modulo n" in said


def test_the_same_arguments_draw_the_same_picture() -> None:
    assert draw(simulate(requests=500)).to_json() == draw(simulate(requests=500)).to_json()


def test_the_explorer_splits_again_at_each_press_and_starts_again() -> None:
    widget = resizing.explore(requests=600)
    assert "no split yet" in words(widget)
    assert "before any split" in figure(widget).layout.title.text

    control(widget, "Split the hottest").click()
    assert "split 1:" in words(widget)
    assert len(figure(widget).data[1].x) == len(figure(widget).data[0].x) + 1 == 4

    control(widget, "Start again").click()
    assert "no split yet" in words(widget)


def test_a_partition_of_one_key_cannot_be_split_any_further() -> None:
    widget = resizing.explore(design="today's date", requests=300)
    assert control(widget, "Split the hottest").disabled
    assert "one key left, nothing to cut" in words(widget)

    control(widget, "partition key").value = "user ids"
    assert not control(widget, "Split the hottest").disabled


def test_before_any_split_the_title_names_the_hottest_partition_and_nothing_moves() -> None:
    resize = simulate("user ids", partitions=3, splits=0, requests=900)
    written = [event.partition for event in resize.lab.trace.of(ItemWritten)]
    load = max(written.count(name) for name in set(written))

    assert f"takes {load} writes/s" in _title(draw(resize))
    assert resize.moved_by_split == resize.moved_by_ring == resize.moved_by_modulo == []
    assert "move</b>" not in str(draw(resize).layout.annotations)


@pytest.mark.parametrize("splits", [1, 4, 8])
def test_the_hottest_partition_and_the_two_new_ones_always_show_their_loads(splits: int) -> None:
    resize = simulate("tenants", partitions=12, splits=splits, requests=900)
    assert resize.split
    picture = draw(resize)
    shown = {text for trace in picture.data if trace.type == "scatter" and trace.mode == "text" for text in trace.text}
    shown |= {note.text for note in picture.layout.annotations}

    for band in resize.after:
        if band.load and band.name in (resize.hottest.name, resize.split.left, resize.split.right):
            assert {f"{band.load:.0f}", f"{band.name}: <b>{band.load:.0f}</b>"} & shown


def test_the_history_line_tells_of_the_latest_split() -> None:
    resize = simulate(splits=2, requests=600)
    split = resize.lab.trace.of(PartitionSplit)[-1]

    assert f"split 2: <b>{split.partition}</b>, cut at {split.boundary:.4f}" in history(resize)
    assert f"{split.moved:,} moved" in history(resize)


def test_a_split_keeps_every_range_but_one() -> None:
    resize = simulate(partitions=5, requests=600)
    assert resize.split
    made = {event.partition for event in resize.lab.trace.of(PartitionCreated) if event.request}

    assert {band.name for band in resize.after} - {resize.split.left, resize.split.right} == made - {
        resize.split.partition
    }


def _second(lab: Lab) -> Any:
    start = lab.clock.now
    send(lab, resizing.TABLE, list("abcdefgh"))
    return bands(lab, resizing.TABLE, touches(lab, resizing.TABLE, "writes", since=start), "writes")


def _title(picture: Any) -> str:
    return str(picture.layout.title.text.split("</b>")[0].removeprefix("<b>"))
