"""Records in shards: the film says what the trace and the stream's API say, and order is kept exactly where it is promised."""

from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Mark
from dynateach.drawing.palette import FAULT, READ, RECORD, SPLIT, WRITE
from dynateach.drawing.player import Player
from dynateach.events import ItemWritten, ShardClosed, ShardOpened, StreamRead, StreamRecordWritten
from dynateach.topics import stream_records
from dynateach.topics.parts.stream_table import VIEW_TYPES
from dynateach.topics.stream_records import SIDE_BY_SIDE, Story, draw, fork, in_full, in_short, simulate
from tests.drawing.widgets import control, every, words

SEEDS = range(1, 13)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reads", stream_records.READS)
def test_the_title_counts_what_the_reader_met(reads: str, seed: int) -> None:
    story = simulate(reads=reads, seed=seed)
    order, written = _order_read(story)
    late = [number for i, number in enumerate(order) if any(written[one][0] > written[number][0] for one in order[:i])]
    broken = {
        written[number][1]
        for i, number in enumerate(order)
        if any(written[one][1] == written[number][1] and written[one][0] > written[number][0] for one in order[:i])
    }

    title = draw(story).title

    assert title.startswith(
        f"{len(written)} records of {len(story.lab.trace.of(ItemWritten))} writes: {len(late) or 'none'} read"
    )
    assert ("is broken" in title) == bool(broken)
    assert all(item in title.partition("the order of")[2] for item in broken)
    assert len(title) < 100


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [0, 8, 30])
def test_a_reader_that_reads_parents_first_gets_every_record_once_and_every_items_in_order(
    start: int, seed: int
) -> None:
    story = simulate(start=start, seed=seed)
    order, written = _order_read(story)

    assert sorted(order) == sorted(written)
    for item in {item for _, item in written.values()}:
        times = [written[number][0] for number in order if written[number][1] == item]
        assert times == sorted(times)
    assert _marks(draw(story), FAULT) == []


def test_a_reader_that_reads_children_beside_their_parent_breaks_an_items_order() -> None:
    story = simulate(reads=SIDE_BY_SIDE)
    (mark,) = _marks(draw(story), FAULT)

    assert mark.label == "[A4]"
    assert "order is broken" in mark.says
    assert "loses an item's order" in draw(story).notes[-1].says


def test_a_write_that_changes_nothing_leaves_no_record() -> None:
    story = simulate()
    writes = story.lab.trace.of(ItemWritten)
    film = draw(story)

    assert [event.change for event in writes].count("NONE") == 1
    assert len(_marks(film, WRITE)) == len(writes) == len(_marks(film, RECORD)) + 1
    assert [mark.label for mark in _marks(film, WRITE)].count("=") == 1


def test_each_record_travels_from_its_write_to_its_shard_and_on_to_the_reader() -> None:
    story = simulate()
    events = story.lab.trace.of(StreamRecordWritten)
    journeys = [one for one in draw(story).journeys if one.kind == RECORD]

    assert [(one.at, one.until) for one in journeys] == [(_seconds(one.at), _seconds(one.arrives)) for one in events]
    reads = [event for event in story.lab.trace.of(StreamRead) if event.records]
    ends = sorted(one.until for one in draw(story).journeys if one.kind == READ)
    assert ends == [_seconds(event.at) for event in reads]


@pytest.mark.parametrize("split", [1, 12, 24])
def test_the_split_closes_one_shard_and_opens_two_when_it_is_told_to(split: int) -> None:
    story = simulate(split=split)
    (closed,) = story.lab.trace.of(ShardClosed)
    film = draw(story)

    assert closed.at == EPOCH + split * SECOND
    assert [mark.at for mark in _marks(film, SPLIT)] == [split]
    assert [(span.at, span.label) for span in film.spans if span.label] == [(split, "child of 1")] * 2
    assert [event.parent for event in story.lab.trace.of(ShardOpened)[2:]] == [closed.shard] * 2


def test_a_reader_that_begins_later_meets_more_of_a_muddle() -> None:
    late = [sum(len(simulate(start=start, seed=seed).overtaken) for seed in SEEDS) for start in (0, 30)]

    assert late[0] < late[1]


@pytest.mark.parametrize("view_type", VIEW_TYPES)
def test_the_chosen_record_is_shown_with_the_images_of_the_view_type_and_no_others(view_type: str) -> None:
    story = simulate(view_type)
    shown = in_full(story, 7)
    images = {name for name in ("OldImage", "NewImage") if name in shown}
    wanted = {
        "KEYS_ONLY": set[str](),
        "NEW_IMAGE": {"NewImage"},
        "OLD_IMAGE": {"OldImage"},
        "NEW_AND_OLD_IMAGES": {"OldImage", "NewImage"},
    }

    assert images == wanted[view_type]
    assert all(name in in_short(story, 7) for name in images)
    assert story.changes[6].number in shown


def test_the_view_type_changes_records_and_nothing_else() -> None:
    assert draw(simulate("KEYS_ONLY")) == draw(simulate("NEW_IMAGE"))


def test_the_chosen_record_is_in_brackets_wherever_it_is() -> None:
    story = simulate()
    label = f"[{story.changes[2].label}]"

    assert [mark.lane for mark in draw(story, 3).marks if mark.label == label] == ["client", "shard 1", "reader"]


def test_a_fork_keeps_what_was_before_and_splits_another_partition_then() -> None:
    story = simulate()
    before, after = draw(story), fork(story, 18.0)

    assert [mark for mark in before.marks if mark.at < 18] == [mark for mark in after.marks if mark.at < 18]
    assert [mark.at for mark in _marks(after, SPLIT)] == [12, 18]
    assert len(after.lanes) == len(before.lanes) + 2


@pytest.mark.parametrize("at", [0.0, 12.0, 28.0])
@pytest.mark.parametrize("start", [0, 30])
def test_a_fork_at_any_moment_reads_everything(at: float, start: int) -> None:
    film = fork(simulate(start=start), at)

    assert len(_marks(film, READ)) == stream_records.RECORDS
    assert film.notes[-1].at < film.ends


def test_the_notes_tell_of_the_record_the_write_without_one_the_reader_and_the_split() -> None:
    said = [note.says for note in draw(simulate()).notes]
    turns = [
        "two partitions",
        "A1 is written",
        "A reader begins",
        "no record",
        "is split",
        "a child of shard 1",
        "Promised",
    ]

    assert [turn for turn in turns if any(turn in words for words in said)] == turns
    assert said[-1].startswith("Promised")


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=4)) == draw(simulate(seed=4))
    assert draw(simulate(seed=4)) != draw(simulate(seed=5))


@pytest.mark.parametrize("wrong", [{"view_type": "ALL"}, {"reads": "backwards"}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_drawing_changes_nothing_in_the_lab() -> None:
    story = simulate()
    before = story.lab.trace.digest()

    draw(story)
    in_full(story)

    assert story.lab.trace.digest() == before


def test_the_explorer_shows_the_record_that_its_controls_ask_for() -> None:
    widget = stream_records.explore()
    control(widget, "view type").value = "KEYS_ONLY"
    control(widget, "record").value = 3

    assert in_short(simulate("KEYS_ONLY"), 3) in words(widget)
    assert in_full(simulate("KEYS_ONLY"), 3) in words(widget)
    control(widget, "it reads").value = SIDE_BY_SIDE
    assert draw(simulate("KEYS_ONLY", reads=SIDE_BY_SIDE), 3).title in _film_bytes(widget)


def test_the_explorer_has_a_tab_for_each_of_the_three_topics() -> None:
    (tabs,) = (part for part in every(stream_records.explore()) if type(part).__name__ == "Tab")

    assert list(tabs.titles) == ["Records in shards", "Where a reader begins", "A poison record"]


def _order_read(story: Story) -> tuple[list[str], dict[str, tuple[int, str]]]:
    """The sequence numbers in the order of the trace's reads, one record a read; and when and of what item each was written."""
    written = {one.sequence_number: (one.at, one.key) for one in story.lab.trace.of(StreamRecordWritten)}
    queues: dict[str, list[str]] = {}
    for event in story.lab.trace.of(StreamRecordWritten):
        queues.setdefault(event.shard, []).append(event.sequence_number)
    order = [queues[event.shard].pop(0) for event in story.lab.trace.of(StreamRead) if event.records]
    return order, written


def _marks(film: Film, kind: Any) -> list[Mark]:
    return [mark for mark in film.marks if mark.kind == kind]


def _seconds(at: int) -> float:
    return (at - EPOCH) / SECOND


def _film_bytes(widget: Any) -> str:
    """What the explorer's player was sent."""
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    return bytes(player.film).decode(errors="replace")
