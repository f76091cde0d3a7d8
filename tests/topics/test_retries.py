"""A herd and its retries: the film says what the trace says, and each control moves the story as one expects."""

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Level
from dynateach.drawing.palette import FAULT, REFUSED, THROTTLE, WAIT, WRITE
from dynateach.drawing.player import Player
from dynateach.events import LeaderChanged, RequestServed
from dynateach.topics import retries, strategies
from dynateach.topics.parts.herd import STRATEGIES, TROUBLES, Herd, Plan, run
from dynateach.topics.retries import draw, fork, summary
from tests.drawing.widgets import control, every, figure, words

ROOT = Path(__file__).resolve().parents[2]
simulate = cache(retries.simulate)
EVERY = [(strategy, trouble) for strategy in STRATEGIES for trouble in TROUBLES]


@pytest.mark.parametrize(("strategy", "trouble"), EVERY)
def test_the_title_counts_what_the_trace_has(strategy: str, trouble: Any) -> None:
    herd = simulate(strategy, trouble=trouble)
    puts = _puts(herd)
    served = [put.at for put in puts if put.outcome == "OK"]

    title = draw(herd).title

    assert len(served) == 120
    assert title.endswith(f"after {(max(served) - _over(herd)) / SECOND:.1f} s")
    assert f"{len(puts):,} requests" in title or "come back together" in title
    assert f"<b>{len(puts):,} requests</b> for 120 writes" in summary(herd)
    assert len(title) < 95


@pytest.mark.parametrize("strategy", ["fixed wait", "exponential"])
def test_the_waves_in_the_title_are_parted_by_silence(strategy: str) -> None:
    herd = simulate(strategy)
    late = [put.at for put in _puts(herd) if put.at >= _over(herd)]
    silences = sum(after - before >= SECOND / 4 for before, after in pairwise(late))

    assert f"{silences + 1} waves" in draw(herd).title
    assert silences + 1 == 6


@pytest.mark.parametrize(("strategy", "trouble"), EVERY)
def test_the_levels_count_the_requests_of_each_second(strategy: str, trouble: Any) -> None:
    herd = simulate(strategy, trouble=trouble)
    film = draw(herd)
    arrived = Counter((put.at - EPOCH) // SECOND for put in _puts(herd))
    refused = Counter((put.at - EPOCH) // SECOND for put in _puts(herd) if put.outcome != "OK")

    assert {at: value for at, value in _level(film, "arriving").steps if value} == arrived
    assert {at: value for at, value in _level(film, "refused").steps if value} == refused
    assert _level(film, "arriving").ceiling == 20
    assert _level(film, "waiting").steps[-1][1] == 0


def test_between_the_outage_and_the_next_wave_nobody_is_served() -> None:
    herd = simulate()
    changes = [at for at, waiting in _level(draw(herd), "waiting").steps if 0 < waiting < 120]

    assert min(changes) > herd.back + 2


@pytest.mark.parametrize(("strategy", "trouble"), EVERY)
def test_a_lane_has_every_attempt_of_its_client_and_the_waits_between(strategy: str, trouble: Any) -> None:
    herd = simulate(strategy, trouble=trouble)
    film = draw(herd)
    lanes = [lane.name for lane in film.lanes if lane.group.endswith("of the clients")]

    assert len(lanes) == 3
    for lane in lanes:
        client = int(lane.split()[1]) - 1
        marks = [mark for mark in film.marks if mark.lane == lane]
        assert [mark.at for mark in marks] == [one.at for one in herd.sent if one.client == client]
        assert [mark.kind == WRITE for mark in marks] == [False] * (len(marks) - 1) + [True]
        assert len([span for span in film.spans if (span.lane, span.kind) == (lane, WAIT)]) == len(marks) - 1


def test_without_a_leader_requests_fail_and_under_a_low_limit_they_are_throttled() -> None:
    lost, low = draw(simulate(trouble="leader lost")), draw(simulate(trouble="limit too low"))

    assert {mark.kind for mark in lost.marks if mark.at < 4.5} == {REFUSED}
    assert {mark.kind for mark in low.marks} == {THROTTLE, WRITE}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("outage", [1, 4, 8])
def test_the_trouble_lasts_as_long_as_it_is_told_to(outage: int, trouble: Any) -> None:
    herd = simulate(outage=outage, trouble=trouble)
    (fault,) = (span for span in draw(herd).spans if span.kind == FAULT)

    assert herd.back == fault.until == 0.5 + outage
    assert sum(one.served for one in herd.sent if one.at < herd.back) <= outage * 2


def test_jitter_serves_the_herd_sooner_and_never_lets_it_come_all_at_once() -> None:
    for seed in range(1, 6):
        plain, jittered = simulate(seed=seed), simulate("exponential, jitter", seed=seed)

        assert jittered.recovery < plain.recovery / 2
        assert jittered.busiest * 5 < plain.busiest
        assert plain.busiest == 120


def test_whoever_does_not_wait_sends_most() -> None:
    sent = {strategy: len(simulate(strategy).sent) for strategy in STRATEGIES}

    assert max(sent, key=lambda strategy: sent[strategy]) == "at once"
    assert min(sent, key=lambda strategy: sent[strategy]) == "fixed wait"


def test_the_busiest_tenth_of_a_second_is_the_most_that_any_window_holds() -> None:
    for strategy in STRATEGIES:
        herd = simulate(strategy, clients=60)
        times = [put.at for put in _puts(herd) if put.at >= _over(herd)]

        assert herd.busiest == max(sum(at <= other < at + SECOND // 10 for other in times) for at in times)


def test_adaptive_clients_send_less_than_standard_ones_when_they_are_throttled() -> None:
    standard, adaptive = (simulate(mode, trouble="limit too low") for mode in ("SDK standard", "SDK adaptive"))

    assert len(adaptive.sent) < len(standard.sent)


def test_the_sdk_gives_up_after_four_attempts_and_clients_of_ones_own_never() -> None:
    herd = simulate("SDK standard")

    assert {len(call.attempts) for call in herd.calls if call.gave_up} == {4}
    assert f"<b>{herd.gave_up} calls</b> given up" in summary(herd)
    assert f"{herd.gave_up} errors" in draw(herd).title
    assert simulate("exponential").gave_up == 0


@pytest.mark.parametrize(
    ("control", "values"), [("clients", (20, 60, 120, 200)), ("outage", (1, 3, 8)), ("capacity", (100, 40, 20, 10))]
)
def test_more_clients_a_longer_outage_and_less_capacity_cost_more_requests(
    control: str, values: tuple[int, ...]
) -> None:
    sent = [len(simulate("at once", **{control: value}).sent) for value in values]

    assert sent == sorted(set(sent))


def test_less_capacity_means_more_waves() -> None:
    waves = [len(simulate(capacity=capacity).waves) for capacity in (100, 40, 20, 10)]

    assert waves == sorted(set(waves))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_herd_is_served_faster_than_the_table_can(strategy: str) -> None:
    for trouble in TROUBLES:
        herd = simulate(strategy, trouble=trouble)

        assert herd.recovery > herd.least - 0.15  # a request is let in while anything is left, and may overdraw it


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("clients", "capacity", "outage"), [(2, 1_000, 1), (20, 10, 1), (200, 100, 8)])
def test_extremes_make_a_film_that_ends_with_its_moral(strategy: str, clients: int, capacity: int, outage: int) -> None:
    film = draw(simulate(strategy, clients, capacity, outage))

    assert film.notes[-1].at == film.ends > max(mark.at for mark in film.marks)
    assert film.notes[-1].says.startswith("It took")


def test_the_notes_tell_of_the_herd_the_return_the_waves_and_the_end() -> None:
    said = [note.says for note in draw(simulate()).notes]
    turns = ["120 clients send", "is over, and 120 clients wait", "come together", "The last wave", "It took"]

    assert [turn for words in said for turn in turns if turn in words] == turns


def test_a_fork_keeps_what_was_before_and_spreads_what_comes_after() -> None:
    before, after = simulate(), run(Plan(jitter_from=8.0))
    film = fork(before, 8.0)

    assert [one for one in before.sent if one.at < 8] == [one for one in after.sent if one.at < 8]
    assert after.recovery < before.recovery
    assert (
        film.title
        == f"With jitter from 8.0 s on, all are served after {after.recovery:.1f} s, not {before.recovery:.1f}"
    )
    assert [note.at for note in film.notes if "drawn from 0" in note.says] == [8.0]


def test_a_fork_at_the_end_changes_nothing_but_the_words() -> None:
    herd = simulate()

    assert fork(herd, draw(herd).ends).marks == draw(herd).marks


@pytest.mark.parametrize("strategy", ["exponential, jitter", "SDK standard", "SDK adaptive"])
def test_clients_that_have_jitter_cannot_be_given_it(strategy: str) -> None:
    with pytest.raises(LabError, match="jitter already"):
        fork(simulate(strategy), 5)


def test_the_same_arguments_make_the_same_film_and_another_seed_another() -> None:
    for strategy in STRATEGIES:
        assert draw(retries.simulate(strategy, 20, seed=3)) == draw(retries.simulate(strategy, 20, seed=3))
    assert draw(simulate(seed=3)) != draw(simulate(seed=4))


@pytest.mark.parametrize(
    "wrong", [{"strategy": "prayer"}, {"trouble": "moon lost"}, {"clients": 1}, {"capacity": 0}, {"outage": 60}]
)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: Any) -> None:
    with pytest.raises(LabError):
        simulate(**wrong)


def test_drawing_changes_nothing_in_the_lab() -> None:
    herd = simulate()
    before = herd.lab.trace.digest()

    draw(herd)

    assert herd.lab.trace.digest() == before


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = retries.explore()
    tab = widget.children[0].children[0]
    assert _title(widget) == draw(simulate()).title

    control(tab, "retries").value = "SDK standard"
    control(tab, "trouble").value = "limit too low"
    control(tab, "clients").value = 60
    control(tab, "writes a second").value = 30
    control(tab, "it lasts, s").value = 2
    control(tab, "Another run").click()

    asked = simulate("SDK standard", 60, 30, 2, "limit too low", 2)
    assert _title(widget) == draw(asked).title
    assert summary(asked) in words(widget)


def test_the_second_tab_has_every_way_side_by_side() -> None:
    widget = retries.explore()
    tabs = widget.children[0]

    tabs.selected_index = 1

    herds = [simulate(strategy) for strategy in STRATEGIES]
    bars = [list(bar.x) for bar in figure(widget).data]
    assert bars == [
        [herd.recovery for herd in herds],
        [len(_puts(herd)) for herd in herds],
        [herd.busiest for herd in herds],
    ]
    assert f"all served after {herds[2].recovery:.1f} s, with jitter after {herds[3].recovery:.1f} s" in (
        figure(widget).layout.title.text
    )


def test_the_bars_are_in_the_words_for_a_screen_reader() -> None:
    compared = strategies.simulate(clients=40)
    said = strategies.draw(compared).layout.meta["alternative"]

    for strategy, herd in compared.herds.items():
        assert f"{strategy}: {herd.recovery:.1f} s, {len(herd.sent):,} requests, {herd.busiest} in 100 ms" in said


def test_importing_the_topics_brings_in_nothing_that_draws() -> None:
    topics = "dynateach.topics.retries, dynateach.topics.strategies"
    code = f"import sys, {topics}; print({{'plotly', 'ipywidgets', 'anywidget', 'numpy'}} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "set()\n"


def _puts(herd: Herd) -> list[RequestServed]:
    return [event for event in herd.lab.trace.of(RequestServed) if event.operation == "PutItem"]


def _over(herd: Herd) -> int:
    """When the trouble was over, as the trace has it (µs)."""
    if herd.plan.trouble == "leader lost":
        return herd.lab.trace.of(LeaderChanged)[0].at
    (raised,) = (event for event in herd.lab.trace.of(RequestServed) if event.operation == "UpdateTable")
    return raised.at


def _level(film: Film, lane: str) -> Level:
    (found,) = (level for level in film.levels if level.lane == lane)
    return found


def _title(widget: Any) -> str:
    (player,) = (part for part in every(widget) if isinstance(part, Player))
    size = int.from_bytes(player.film[:4], "little")
    return str(json.loads(player.film[4 : 4 + size])["title"])
