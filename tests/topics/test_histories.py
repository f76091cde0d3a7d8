"""Linearizable or not: the verdict is the checker's, and what is shown suffices to see why."""

import json
from itertools import pairwise, permutations
from typing import Any

import pytest

from dynateach import LabError
from dynateach.drawing.captions import count
from dynateach.drawing.palette import READ, REFUSED, STALE_READ, WAIT, WRITE
from dynateach.drawing.player import Player
from dynateach.events import RequestServed
from dynateach.topics import histories
from dynateach.topics.histories import FAULTS, LENGTH, draw, simulate, verdict
from dynateach.topics.parts.one_item import Read, Write
from tests.drawing.widgets import control, every, words

SEEDS = range(1, 9)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_strong_reads_are_linearizable_whatever_fails(fault: str, seed: int) -> None:
    story = simulate("strong", fault=fault, seed=seed)

    assert story.offending == []
    assert draw(story).title == f"Linearizable: one order explains all {len(story.calls)} answers"
    assert {span.kind for span in draw(story).spans if span.lane in histories.NAMES} == {WRITE, READ}


@pytest.mark.parametrize("clients", [2, 3])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_order_explains_the_operations_that_are_shown_and_some_order_explains_them_without_any_one(
    clients: int, fault: str, seed: int
) -> None:
    story = simulate("eventual", clients, 3_000, fault, seed)

    assert story.offending
    assert not _some_order_explains(story.offending)
    for call in story.offending:
        others = [one for one in story.offending if one is not call]
        assert _some_order_explains(others) or not _every_value_was_put(others)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_title_names_a_read_that_was_called_after_a_newer_version_was_known(seed: int) -> None:
    story = simulate(seed=seed, lag=3_000)
    culprit = story.culprit
    assert culprit is not None

    known = [one for one in story.calls if one.version > culprit.version and one.answered < culprit.called]

    assert known
    assert culprit.stale
    name = f"{culprit.client.title()}'s read of {f'v{culprit.version}' if culprit.version else 'none'}"
    assert draw(story).title.startswith(f"Not linearizable: {name} was called ")
    assert any(
        f"{culprit.called - one.answered:.2f} s after {one.client.title()}" in draw(story).title for one in known
    )


def test_what_does_not_offend_is_grey() -> None:
    story = simulate(lag=3_000)
    bars = [span for span in draw(story).spans if span.lane in histories.NAMES]

    assert sum(span.kind == STALE_READ for span in bars) == 1
    assert sum(span.kind != WAIT for span in bars) == len(story.offending)


@pytest.mark.parametrize("reads", histories.READS)
def test_every_answer_is_judged_and_every_refusal_shown(reads: Any) -> None:
    story = simulate(reads, fault="leader's zone lost")
    served = [event for event in story.lab.trace.of(RequestServed) if event.operation in ("GetItem", "UpdateItem")]
    refused = [event for event in served if event.outcome != "OK"]

    late = [call for call in story.told.answered if call.answered > LENGTH and isinstance(call, Read)]
    assert len(story.calls) == len(served) - len(refused) - len(late)
    assert sum(mark.kind == REFUSED for mark in draw(story).marks) == len(refused) > 0
    assert f"{count(len(refused), 'request')} refused" in verdict(story)


def test_with_little_lag_eventual_reads_may_look_linearizable() -> None:
    stories = [simulate(lag=100, seed=seed) for seed in range(1, 30)]
    lucky = [story for story in stories if not story.offending]

    assert len(lucky) > 0
    assert all("this time" in draw(story).title for story in lucky)
    assert len(lucky) > sum(not simulate(lag=3_000, seed=seed).offending for seed in range(1, 30))


@pytest.mark.parametrize("clients", [1, 2, 3])
def test_each_client_has_a_lane_and_makes_one_request_at_a_time(clients: int) -> None:
    story = simulate(clients=clients)

    assert [lane.name for lane in draw(story).lanes if lane.group == "clients"] == list(histories.NAMES[:clients])
    for name in histories.NAMES[:clients]:
        calls = [call for call in story.calls if call.client == name]
        assert all(one.answered <= later.called for one, later in pairwise(calls))


@pytest.mark.parametrize("reads", histories.READS)
@pytest.mark.parametrize("lag", [100, 6_000])
def test_extremes_make_a_film_that_ends_with_its_moral(reads: Any, lag: int) -> None:
    film = draw(simulate(reads, 2, lag, "leader's zone cut off"))

    assert film.notes[-1].at == LENGTH
    assert len(film.title) < 100


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


@pytest.mark.parametrize("wrong", [{"reads": "psychic"}, {"fault": "moon lost"}, {"clients": 4}, {"lag": 0}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = histories.explore()

    control(widget, "reads are").value = "strong"
    control(widget, "clients").value = 2
    control(widget, "fault at 4 s").value = "leader's zone lost"
    control(widget, "Another history").click()

    asked = simulate("strong", 2, fault="leader's zone lost", seed=28)
    assert verdict(asked) in words(widget)
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    assert json.loads(player.film[4 : 4 + size])["title"] == draw(asked).title


def _some_order_explains(calls: list[Write | Read]) -> bool:
    """By trying every order: the definition itself."""
    return any(_explains(order) for order in permutations(calls))


def _explains(order: tuple[Write | Read, ...]) -> bool:
    value = 0
    for place, call in enumerate(order):
        if any(later.answered < call.called for later in order[place + 1 :]):
            return False
        if isinstance(call, Write):
            value = call.version
        elif call.version != value:
            return False
    return True


def _every_value_was_put(calls: list[Write | Read]) -> bool:
    return {call.version for call in calls} <= {0, *(call.version for call in calls if isinstance(call, Write))}
