"""What a client may expect: the breaches are those that the trace shows, and each repair does what it says."""

import itertools
import json
from typing import Any

import pytest

from dynateach import LabError
from dynateach.drawing.palette import STALE_READ, WAIT
from dynateach.drawing.player import Player
from dynateach.events import ItemRead, ReplicaRead, Replicated, RequestServed
from dynateach.topics import promises
from dynateach.topics.promises import (
    ANSWER,
    MEMORY,
    MONOTONIC,
    NOTHING,
    OWN,
    REPAIRS,
    STRONG,
    Story,
    draw,
    price,
    simulate,
)
from tests.drawing.widgets import control, every, words

SEEDS = range(1, 6)


@pytest.mark.parametrize("repair", REPAIRS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_title_counts_the_breaches_that_the_trace_shows(repair: str, seed: int) -> None:
    story = simulate(repair, seed=seed)
    back, missed = _breaches(story)

    assert (story.breaches(MONOTONIC), story.breaches(OWN)) == (back, missed)
    title = draw(story).title
    assert f": {back or 'no'} read" in title
    assert f", {missed or 'none'} miss" in title


def test_eventual_reads_break_both_promises() -> None:
    back, missed = _breaches(simulate(NOTHING))

    assert back > 0
    assert missed > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_strong_reads_break_none_at_twice_the_units(seed: int) -> None:
    story = simulate(STRONG, seed=seed)

    assert story.broken == []
    assert {event.units for event in story.lab.trace.of(ItemRead)} == {1.0}


@pytest.mark.parametrize("seed", SEEDS)
def test_who_remembers_the_version_reads_again_until_it_is_there(seed: int) -> None:
    story = simulate(MEMORY, seed=seed)
    thrown_away = [read for read in story.told.reads if read.request not in story.used]

    assert story.broken == []
    assert thrown_away
    assert all(read.stale for read in thrown_away)
    assert f"<b>{len(thrown_away)}</b> of them for nothing" in price(story)
    assert sum(mark.kind == WAIT for mark in draw(story).marks) == len(thrown_away)


def test_the_answer_of_the_write_spares_the_read_after_it_and_not_the_later_ones() -> None:
    plain, spared = (
        sum(_breaches(simulate(repair, seed=seed))[1] for seed in range(20)) for repair in (NOTHING, ANSWER)
    )

    assert 0 < spared < plain


@pytest.mark.parametrize("repair", REPAIRS)
def test_a_client_makes_one_request_at_a_time(repair: str) -> None:
    told = simulate(repair).told

    for client in ("ada", "bob"):
        requests = [one for one in told.answered if one.client == client]
        assert all(one.answered <= later.called for one, later in itertools.pairwise(requests))
    assert {write.client for write in told.writes} == {"ada"}


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_price_is_what_the_trace_charges(repair: str) -> None:
    story = simulate(repair)
    reads = story.lab.trace.of(ItemRead)

    assert f"{len(reads)} reads for <b>{sum(event.units for event in reads):g} RCU</b>" in price(story)
    assert f"{len(story.lab.trace.of(Replicated))} writes" in price(story)


def test_a_clients_row_is_ochre_up_to_each_read_that_broke_a_promise() -> None:
    story = simulate(NOTHING)
    spans = [span for span in draw(story).spans if span.kind == STALE_READ and span.lane in ("ada", "bob")]

    for broken in story.broken:
        assert any(
            span.lane == broken.read.client and span.at <= broken.since < broken.read.answered <= span.until
            for span in spans
        )


def test_more_lag_breaks_more_promises() -> None:
    broken = [sum(len(simulate(lag=lag, seed=seed).broken) for seed in SEEDS) for lag in (200, 1_000, 4_000)]

    assert broken == sorted(broken)
    assert broken[0] < broken[-1] / 3


def test_shorter_pauses_make_more_reads() -> None:
    assert len(simulate(pause=300).told.reads) > 2 * len(simulate(pause=2_000).told.reads)


@pytest.mark.parametrize("repair", REPAIRS)
@pytest.mark.parametrize(("lag", "pause"), [(100, 2_000), (6_000, 300)])
def test_extremes_make_a_film_that_ends_with_its_moral(repair: str, lag: int, pause: int) -> None:
    film = draw(simulate(repair, lag, pause))

    assert film.notes[-1].says == REPAIRS[repair]
    assert len(film.title) < 100


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


def test_an_unknown_repair_is_refused() -> None:
    with pytest.raises(LabError, match="no repair"):
        simulate("prayer")


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = promises.explore()

    control(widget, "repaired by").value = MEMORY
    control(widget, "median lag, ms").value = 3_000
    control(widget, "pause between reads, ms").value = 1_000
    control(widget, "Another run").click()

    asked = simulate(MEMORY, 3_000, 1_000, 2)
    assert price(asked) in words(widget)
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    assert json.loads(player.film[4 : 4 + size])["title"] == draw(asked).title


def _breaches(story: Story) -> tuple[int, int]:
    """Reads that went back, and reads that missed an own write, counted from the trace: request by request, in order."""
    newest, back, missed = 0, 0, 0
    seen: dict[str, int] = {}
    own: dict[str, int] = {}
    latest: Any = None
    for event in story.lab.trace:
        if isinstance(event, Replicated):
            newest += 1
            latest = event
        elif isinstance(event, ReplicaRead):
            latest = event
        elif isinstance(event, RequestServed) and event.request in story.used:
            client = story.item.clients[event.request - 1]
            if isinstance(latest, Replicated):
                own[client] = newest
                continue
            version = newest - latest.versions
            back += version < seen.get(client, 0)
            missed += version < own.get(client, 0)
            seen[client] = max(version, seen.get(client, 0))
    return back, missed
