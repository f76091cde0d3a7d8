"""Stale reads: the film says what the trace says, the controls move the story as one expects, and its fork keeps the past."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Mark
from dynateach.drawing.palette import FAULT, LEADER, READ, REFUSED, STALE_READ, WRITE
from dynateach.drawing.player import Player
from dynateach.events import ItemRead, LeaderChanged, ReplicaRead, Replicated, RequestServed
from dynateach.topics import consistency
from dynateach.topics.consistency import FAULTS, READS, Story, comparison, draw, fork, simulate
from tests.drawing.widgets import control, every, words

ROOT = Path(__file__).resolve().parents[2]
EVERY = [(reads, fault) for reads in READS for fault in FAULTS]


@pytest.mark.parametrize(("reads", "fault"), EVERY)
def test_the_title_counts_what_the_trace_has(reads: Any, fault: str) -> None:
    story = simulate(reads, fault=fault)
    answered = story.lab.trace.of(ReplicaRead)
    stale = [event for event in answered if event.versions]

    title = draw(story).title

    assert title.startswith(f"{len(stale) or 'None'} of {len(answered)} reads")
    if stale:
        assert f"the oldest by {max(event.behind for event in stale) / SECOND:.1f} s" in title
    for kind, operation in (("write", "UpdateItem"), ("read", "GetItem")):
        refused = len(_served(story, operation, "InternalServerError"))
        assert (f"{refused} {kind}{'s' * (refused > 1)}" in title.partition(";")[2]) == (refused > 0)


@pytest.mark.parametrize(("reads", "fault"), EVERY)
def test_every_request_is_one_mark_in_a_clients_lane(reads: Any, fault: str) -> None:
    story = simulate(reads, fault=fault)
    stale = sum(event.versions > 0 for event in story.lab.trace.of(ReplicaRead))
    film = draw(story)

    assert _count(film, STALE_READ) == stale
    assert _count(film, READ) == len(story.lab.trace.of(ReplicaRead)) - stale
    assert _count(film, WRITE) == len(story.lab.trace.of(Replicated)) == _count(film, LEADER)
    assert _count(film, REFUSED) == len(_served(story, None, "InternalServerError"))
    assert {mark.lane for mark in film.marks if mark.kind in (READ, STALE_READ, REFUSED, WRITE)}.isdisjoint(
        ("zone a", "zone b", "zone c")
    )


def test_a_stale_read_is_labelled_with_the_version_that_it_gave() -> None:
    story = simulate()
    newest, expected = 0, []
    for event in story.lab.trace:
        newest += isinstance(event, Replicated)
        if isinstance(event, ReplicaRead) and event.versions:
            version = newest - event.versions
            expected.append(f"v{version}" if version else "none")

    assert [mark.label for mark in _marks(draw(story), STALE_READ)] == expected


@pytest.mark.parametrize("fault", FAULTS)
def test_a_strong_read_is_never_stale_and_costs_twice_as_much(fault: str) -> None:
    strong, eventual = simulate("strong", fault=fault), simulate("eventual", fault=fault)

    assert [event for event in strong.lab.trace.of(ReplicaRead) if event.versions] == []
    assert {event.units for event in strong.lab.trace.of(ItemRead)} == {1.0}
    assert {event.units for event in eventual.lab.trace.of(ItemRead)} == {0.5}


def test_while_the_leaders_zone_is_lost_writes_and_strong_reads_are_refused_until_the_lease_is_over() -> None:
    story = simulate("half and half", fault="leader's zone lost", at=10)
    (elected, *_) = story.lab.trace.of(LeaderChanged)
    refused = _served(story, None, "InternalServerError")

    assert elected.at - EPOCH == 20 * SECOND
    assert all(10 * SECOND <= event.at - EPOCH < 20 * SECOND for event in refused)
    assert {event.operation for event in refused} == {"UpdateItem", "GetItem"}
    assert all(not mark.lane.startswith("eventual") for mark in _marks(draw(story), REFUSED))


def test_a_cut_leader_serves_strong_reads_under_its_lease_and_no_writes() -> None:
    story = simulate("strong", fault="leader's zone cut off")

    assert {event.operation for event in _served(story, None, "InternalServerError")} == {"UpdateItem"}


def test_losing_a_follower_refuses_nothing() -> None:
    assert simulate("half and half", fault="follower's zone lost").told.refused == []


def test_the_comparison_gives_what_runs_with_each_kind_of_read_give() -> None:
    story = simulate("half and half", fault="leader's zone lost", rate=4)
    said = comparison(story).split(";")

    for reads, part in zip(READS, said, strict=False):
        alone = simulate(reads, fault="leader's zone lost", rate=4)
        answered = alone.lab.trace.of(ItemRead)
        asked = [event for event in alone.lab.trace.of(RequestServed) if event.operation == "GetItem"]
        moments = [0, *sorted(event.at + event.took - EPOCH for event in asked if event.outcome == "OK"), 40 * SECOND]
        apart = max(later - earlier for earlier, later in pairwise(moments)) / SECOND
        assert f"{reads}</b>: {len(answered)} of {len(asked)} reads" in part
        assert f"for {sum(event.units for event in answered):g} RCU" in part
        assert f"at worst {apart:.1f} s" in part


def test_more_lag_makes_more_reads_stale_and_older() -> None:
    stale = [sum(len(simulate(lag=lag, seed=seed).stale) for seed in range(5)) for lag in (200, 1_000, 2_000, 4_000)]

    assert stale == sorted(stale)
    assert stale[0] < stale[-1] / 3


def test_more_reads_a_second_are_more_reads() -> None:
    assert [len(simulate(rate=rate).told.reads) for rate in (1, 2, 5)] == [40, 80, 198]


def test_a_slow_follower_is_asked_as_often_and_is_stale_for_longer() -> None:
    assert len(simulate(fault="follower's zone slow").stale) > len(simulate().stale)


@pytest.mark.parametrize("at", [2, 12, 24])
def test_the_fault_begins_when_it_is_told_to(at: int) -> None:
    film = draw(simulate(fault="follower's zone lost", at=at))

    assert [(span.lane, span.at) for span in film.spans if span.kind == FAULT] == [("zone c", at)]


@pytest.mark.parametrize(("lag", "rate", "at"), [(100, 1, 2), (6_000, 5, 24)])
@pytest.mark.parametrize("fault", FAULTS)
def test_extremes_make_a_film_that_ends_with_its_moral(fault: str, lag: int, rate: int, at: int) -> None:
    film = draw(simulate("half and half", lag, rate, fault, at))

    assert film.notes[-1].at == film.ends
    assert "RCU each" in film.notes[-1].says
    assert len(film.title) < 100


def test_the_notes_tell_of_the_fault_the_election_and_the_return() -> None:
    said = [note.says for note in draw(simulate(fault="leader's zone lost")).notes]

    turns = [
        "goes to the leader",
        "a stale read",
        "is lost, and it leads",
        "leads from now on",
        "is back",
        "every write again",
    ]
    assert [turn for words in said for turn in turns if turn in words] == turns


def test_a_fork_keeps_what_was_before_and_loses_the_leader_then() -> None:
    story = simulate("half and half")
    before, after = draw(story), fork(story, 17.5)

    assert _until(before, 17.5) == _until(after, 17.5)
    assert [(span.lane, span.at) for span in after.spans if span.kind == FAULT] == [("zone a", 17.5)]
    assert _count(before, REFUSED) == 0 < _count(after, REFUSED)


def test_a_fork_at_the_end_plays_on() -> None:
    assert fork(simulate(), 40.0).ends > 60


def test_a_fork_after_an_election_loses_the_new_leader() -> None:
    film = fork(simulate(fault="leader's zone lost", at=2), 25)

    assert [span.lane for span in film.spans if span.kind == FAULT] == ["zone a", "zone b"]


def test_with_two_zones_gone_the_note_says_that_nothing_can_be_written() -> None:
    film = fork(simulate(fault="follower's zone lost"), 14)

    assert any("lost as well" in note.says for note in film.notes)


def test_a_leader_that_is_gone_cannot_be_lost_again() -> None:
    with pytest.raises(LabError, match="no zone leads"):
        fork(simulate(fault="leader's zone lost", at=12), 15)


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    assert draw(simulate(seed=3)) == draw(simulate(seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


@pytest.mark.parametrize("wrong", [{"reads": "psychic"}, {"fault": "moon lost"}, {"lag": 0}])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_drawing_changes_nothing_in_the_lab() -> None:
    story = simulate(fault="leader's zone lost")
    before = story.lab.trace.digest()

    draw(story)

    assert story.lab.trace.digest() == before


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = consistency.explore(fault="none")
    tab = widget.children[0].children[0]
    assert _title(widget) == draw(simulate()).title

    control(tab, "reads are").value = "strong"
    control(tab, "fault").value = "leader's zone lost"
    control(tab, "at second").value = 20
    control(tab, "median lag, ms").value = 3_000
    control(tab, "reads a second").value = 3

    asked = simulate("strong", 3_000, 3, "leader's zone lost", 20)
    assert _title(widget) == draw(asked).title
    assert comparison(asked) in words(widget)


def test_the_explorer_runs_again_with_other_chances() -> None:
    widget = consistency.explore(fault="none")

    control(widget.children[0].children[0], "Another run").click()

    assert _title(widget) == draw(simulate(seed=2)).title


def test_all_four_topics_share_one_explorer() -> None:
    widget = consistency.explore()
    tabs = widget.children[0]
    shown = []
    for tabs.selected_index in range(4):
        shown.append(words(widget))

    assert len(tabs.children) == 4
    assert "1 in 100" in shown[1]
    assert "Lin" in _title(widget) or "linearizable" in _title(widget)


def test_importing_the_topics_brings_in_nothing_that_draws() -> None:
    topics = ", ".join(f"dynateach.topics.{name}" for name in ("consistency", "staleness", "promises", "histories"))
    code = f"import sys, {topics}; print({{'plotly', 'ipywidgets', 'anywidget', 'numpy'}} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "set()\n"


def _served(story: Story, operation: str | None, outcome: str) -> list[RequestServed]:
    return [
        event
        for event in story.lab.trace.of(RequestServed)
        if event.outcome == outcome and operation in (None, event.operation)
    ]


def _marks(film: Film, kind: Any) -> list[Mark]:
    return [mark for mark in film.marks if mark.kind == kind]


def _count(film: Film, kind: Any) -> int:
    return len(_marks(film, kind))


def _until(film: Film, time: float) -> list[Mark]:
    return sorted((mark for mark in film.marks if mark.at < time), key=lambda mark: (mark.at, mark.lane))


def _title(widget: Any) -> str:
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    return str(json.loads(player.film[4 : 4 + size])["title"])
