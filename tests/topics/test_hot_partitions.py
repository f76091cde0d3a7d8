"""Buckets: the film says what the trace says, its credit is that of a bucket, and the controls move the story as one expects."""

import re
from collections import Counter
from itertools import pairwise, product
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Level
from dynateach.drawing.palette import THROTTLE
from dynateach.events import ItemWritten, Throttled
from dynateach.topics import hot_partitions
from dynateach.topics.hot_partitions import ADMISSIONS, EARLY, MODES, TODAY, Story, adapting, draw, fork, simulate
from dynateach.topics.parts.hot_traffic import POPULARITY
from tests.topics.films import change, film_shown, title

EVERY = list(product(POPULARITY, MODES, ADMISSIONS))
BUDGETS = {"provisioned": "table", "on-demand": "table", "partition": "ceiling", "share": "shares"}


@pytest.mark.parametrize(("popularity", "mode", "admission"), EVERY)
def test_the_title_counts_what_each_budget_refused(popularity: str, mode: Any, admission: str) -> None:
    story = simulate(popularity, mode=mode, admission=admission)
    refused = Counter(BUDGETS[event.budget] for event in story.lab.trace.of(Throttled))
    sent = sum(refused.values()) + len(story.lab.trace.of(ItemWritten))

    told = draw(story).title

    assert f"{sent:,} writes" in told
    if refused:
        assert told.startswith(f"{sum(refused.values()):,} of")
    for cause in ("table", "ceiling", "shares"):
        parts = [part for part in re.split(" and |: ", told) if cause in part]
        assert [int(part.split()[0].replace(",", "")) for part in parts] == [refused[cause]] * (refused[cause] > 0)


@pytest.mark.parametrize("popularity", POPULARITY)
def test_every_refusal_is_told_in_the_lane_of_its_partition(popularity: str) -> None:
    story = simulate(popularity)
    refused = Counter(event.partition for event in story.lab.trace.of(Throttled))
    film = draw(story)

    for parts in (film.marks, film.spans):
        told: Counter[str] = Counter()
        for part in parts:
            assert part.kind == THROTTLE
            told[part.lane] += int(part.says.split()[0].replace(",", ""))
        assert told == refused


def test_the_credit_is_what_a_bucket_of_300_seconds_would_hold() -> None:
    story = simulate("uniform", quiet=300)
    taken = [(event.at - EPOCH, event.units) for event in story.lab.trace.of(ItemWritten)]
    drawn = dict(_level(draw(story), "burst credit").steps)

    tokens, now = 4_000.0, 0
    assert drawn[0] == tokens
    for at, units in [*taken, (450 * SECOND, 0.0)]:
        for second in range(now // SECOND + 1, at // SECOND + 1):
            held = min(360_000, tokens + 1_200 * (second - now / SECOND))
            assert drawn[second] == pytest.approx(max(held, 0), abs=0.51)
        tokens, now = min(360_000, tokens + 1_200 * (at - now) / SECOND) - units, at


@pytest.mark.parametrize("admission", ADMISSIONS)
def test_what_is_drawn_as_served_adds_up_to_what_was_written(admission: str) -> None:
    story = simulate("Zipf", admission=admission)
    film = draw(story)
    units = Counter[str]()
    for event in story.lab.trace.of(ItemWritten):
        units[event.partition] += int(event.units)

    for partition, written in units.items():
        steps = [*_level(film, partition).steps, (film.ends, 0.0)]
        assert sum(rate * (later - at) for (at, rate), (later, _) in pairwise(steps)) == pytest.approx(written)


@pytest.mark.parametrize(("popularity", "mode"), [*product(POPULARITY, MODES)])
def test_no_partition_serves_more_than_its_ceiling_and_what_a_second_saves(popularity: str, mode: Any) -> None:
    story = simulate(popularity, burst=5_000, mode=mode)
    for partition in "p0", "p1", "p2", "p3":
        written = [event for event in story.lab.trace.of(ItemWritten) if event.partition == partition]
        for i, first in enumerate(written[::20]):
            later = [event for event in written[20 * i :] if event.at < first.at + 10 * SECOND]
            assert sum(event.units for event in later) < 1_000 * 10 + 1_000 + 100


def test_the_more_was_saved_the_fewer_the_empty_table_refuses() -> None:
    refused = [_by(simulate("uniform", quiet=quiet), "provisioned") for quiet in (0, 30, 60, 120)]

    assert refused == sorted(refused, reverse=True)
    assert refused[0] > 2 * refused[-1]


def test_the_larger_the_burst_the_more_is_refused() -> None:
    refused = [len(simulate(burst=burst).refused) for burst in (600, 1_200, 2_400, 5_000)]

    assert refused == sorted(refused)
    assert refused[0] == 0 < refused[-1]


@pytest.mark.parametrize("popularity", ["Zipf", "one celebrity", "today's date"])
def test_fixed_shares_refuse_more_than_one_budget_and_serve_the_hottest_less(popularity: str) -> None:
    today, early = simulate(popularity), simulate(popularity, admission=EARLY)

    assert len(early.refused) > len(today.refused)
    assert _served(early, early.hottest) < _served(today, today.hottest)


def test_under_one_budget_a_hot_partition_serves_far_more_than_an_even_share() -> None:
    story = simulate("one celebrity")
    burst = [event for event in story.written if 30 * SECOND <= event.at - EPOCH < 120 * SECOND]
    rate = sum(event.units for event in burst if event.partition == story.hottest) / 90

    assert rate > 3 * 1_200 / 4
    assert f"<b>{rate:,.0f} WCU/s</b>" in adapting(story)
    assert "an even share of the table is 300," in adapting(story)


def test_no_capacity_mode_helps_one_key() -> None:
    for mode in MODES:
        assert {event.budget for event in simulate("today's date", mode=mode).refused} == {"partition"}


def test_a_new_table_on_demand_takes_what_is_spread_until_all_partitions_are_at_their_ceilings() -> None:
    assert simulate("uniform", mode="on demand").refused == []
    beyond = draw(simulate("uniform", burst=5_000, mode="on demand"))

    assert "ceilings of 4 partitions" in beyond.title
    assert "more partitions" in beyond.notes[-1].says


def test_the_notes_tell_the_turns_in_order_and_end_with_the_moral() -> None:
    film = draw(simulate("one celebrity"))
    turns = ["are asked for", "The burst", "p3 refuses", "credit is spent", "fill up", "Spread the keys"]

    said = [note.says for note in film.notes]

    assert [turn for words in said for turn in turns if turn in words] == turns
    assert film.notes[-1].at == film.ends


@pytest.mark.parametrize(("admission", "budget"), [(TODAY, "partition"), (EARLY, "share")])
def test_a_note_tells_what_is_saved_while_a_partition_refuses(admission: str, budget: str) -> None:
    story = simulate("one celebrity", admission=admission)
    first = next(event for event in story.refused if event.budget == budget)
    before = dict(story.samples)[(first.at - EPOCH) // SECOND]
    own = first.partition if budget == "share" else None
    kept = [one.level for one in before if one.budget != "partition" and one.partition != own]

    (told,) = (note for note in draw(story).notes if note.at == (first.at - EPOCH) / SECOND and "refuses" in note.says)
    assert f"{sum(kept):,.0f} WCU" in told.says


def test_when_all_was_served_the_moral_is_that_of_the_capacity_mode() -> None:
    assert "paid from what was saved" in draw(simulate("uniform", burst=600)).notes[-1].says
    assert "takes 4,000 WCU/s" in draw(simulate("uniform", mode="on demand")).notes[-1].says


def test_a_fork_keeps_the_past_and_feeds_the_table_from_then_on() -> None:
    story = simulate("Zipf")
    before, after = draw(story), fork(story, 40)

    assert [mark for mark in before.marks if mark.at < 36] == [mark for mark in after.marks if mark.at < 36]
    assert " by the empty table" in before.title
    assert " by the empty table" not in after.title
    assert any(note.at == 40 and "3,000 WCU" in note.says for note in after.notes)


def test_a_fork_does_not_help_a_partition_at_its_ceiling() -> None:
    story = simulate("today's date")

    assert fork(story, 20).title == draw(story).title


def test_on_demand_there_is_nothing_to_raise() -> None:
    with pytest.raises(LabError, match="no capacity to raise"):
        fork(simulate(mode="on demand"), 50)


@pytest.mark.parametrize(("burst", "quiet"), [(600, 0), (600, 300), (5_000, 0), (5_000, 300)])
@pytest.mark.parametrize(("mode", "admission"), [*product(MODES, ADMISSIONS)])
def test_extremes_make_a_film(burst: int, quiet: int, mode: Any, admission: str) -> None:
    film = draw(simulate("Zipf", burst, quiet, mode, admission))

    assert film.ends == quiet + 150
    assert len(film.title) < 100
    assert len(film.lanes) == 6


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


@pytest.mark.parametrize("wrong", [{"popularity": "none"}, {"mode": "free"}, {"admission": "none"}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_drawing_changes_nothing_in_the_lab() -> None:
    story = simulate()
    before = story.lab.trace.digest()

    draw(story)

    assert story.lab.trace.digest() == before


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = hot_partitions.explore()
    assert title(widget) == draw(simulate()).title

    change(widget, 0, {"keys": "Zipf", "burst, WCU/s": 2_000, "quiet before, s": 60, "admission": EARLY})
    assert title(widget) == draw(simulate("Zipf", 2_000, 60, "provisioned", EARLY)).title

    change(widget, 0, {"capacity": "on demand", "admission": TODAY})
    assert title(widget) == draw(simulate("Zipf", 2_000, 60, "on demand")).title


def test_the_three_topics_share_one_explorer() -> None:
    widget = hot_partitions.explore()
    tabs = widget.children[0]

    tabs.selected_index = 1
    assert "splits for heat" in film_shown(widget)["title"]
    tabs.selected_index = 2

    assert len(tabs.children) == 3


def _level(film: Film, lane: str) -> Level:
    return next(level for level in film.levels if level.lane == lane)


def _by(story: Story, budget: str) -> int:
    return sum(event.budget == budget for event in story.lab.trace.of(Throttled))


def _served(story: Story, partition: str) -> float:
    return sum(event.units for event in story.lab.trace.of(ItemWritten) if event.partition == partition)
