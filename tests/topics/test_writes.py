"""Two clients, one balance: the film says what the trace and the table say, and each control moves the story as one expects."""

import pytest

from dynateach import LabError
from dynateach.clock import EPOCH, SECOND
from dynateach.drawing.film import Film, Mark
from dynateach.drawing.palette import CONFLICT, FAULT, READ, REFUSED, WRITE, Word
from dynateach.events import (
    ConflictMet,
    ItemCommitted,
    ItemPrepared,
    ItemRead,
    ItemWritten,
    RequestServed,
    WriteRefused,
)
from dynateach.topics import writes
from dynateach.topics.parts.bank import BALANCE, DEPOSITS, TABLE
from dynateach.topics.parts.deposits import AGAIN, COUNTER, LOCK, MEET, METHODS, OVERWRITE, TOKEN
from dynateach.topics.writes import GIVE_UP, ORDERS, REACTIONS, Story, draw, finding, fork, price, simulate

EVERY = [(method, order, refused) for method in METHODS for order in ORDERS for refused in REACTIONS]
APART = ("A A B B", "B B A A")
"""The orders in which one client has done before the other begins."""


@pytest.mark.parametrize(("method", "order", "refused"), EVERY)
def test_the_title_tells_the_balance_that_the_table_holds(method: str, order: str, refused: str) -> None:
    story = simulate(method, order, refused=refused)

    assert finding(story).startswith(f"Two deposits of 10, balance {_read(story, BALANCE)}: ")
    assert len(draw(story).title) < 90


@pytest.mark.parametrize(("method", "order", "refused"), EVERY)
def test_the_units_of_both_clients_are_those_of_the_trace(method: str, order: str, refused: str) -> None:
    story = simulate(method, order, refused=refused)
    asked = {call.request for call in story.bank.calls}
    trace = story.lab.trace
    read = sum(event.units for event in trace.of(ItemRead) if event.request in asked)
    written = sum(event.units for event in trace.of(ItemWritten) if event.request in asked)
    refusals = sum(event.units for event in trace.of(WriteRefused) if event.request in asked)

    assert sum(call.read_units for call in story.bank.calls) == read
    assert sum(call.write_units for call in story.bank.calls) == written + refusals
    assert price(story).count("<b>") == 2


@pytest.mark.parametrize("order", ORDERS)
def test_reading_and_then_putting_loses_an_update_unless_one_client_is_done_before_the_other_begins(order: str) -> None:
    story = simulate(OVERWRITE, order)
    lost = [mark for mark in draw(story).marks if mark.kind is CONFLICT]

    assert _read(story, BALANCE) == (20 if order in APART else 10)
    assert len(lost) == (order not in APART)
    assert ("one update was lost" in finding(story)) == (order not in APART)
    assert story.refused == []


@pytest.mark.parametrize("order", ORDERS)
def test_an_optimistic_lock_refuses_the_second_write_charges_it_and_loses_nothing(order: str) -> None:
    story = simulate(LOCK, order)
    refused = story.lab.trace.of(WriteRefused)

    assert _read(story, BALANCE) == 20
    assert len(refused) == (order not in APART)
    assert len(_marks(draw(story), REFUSED)) == len(refused)
    assert ("1 write refused, charged 1 WCU" in finding(story)) == bool(refused)


def test_who_gives_up_a_refused_write_leaves_a_deposit_out_and_knows_it() -> None:
    story = simulate(LOCK, refused=GIVE_UP)

    assert finding(story) == "Two deposits of 10, balance 10: one was refused, and its client knows"
    assert len(story.bank.calls) == 4


@pytest.mark.parametrize("order", ORDERS)
def test_an_atomic_counter_counts_both_for_one_unit_each_in_any_order(order: str) -> None:
    story = simulate(COUNTER, order)

    assert _read(story, BALANCE) == 20
    assert [(call.read_units, call.write_units) for call in story.bank.calls] == [(0, 1), (0, 1)]


@pytest.mark.parametrize("order", ORDERS)
def test_a_counter_that_is_sent_again_after_a_lost_answer_counts_twice_and_a_token_once(order: str) -> None:
    counter, token = simulate(AGAIN, order), simulate(TOKEN, order)

    assert (_read(counter, BALANCE), _read(token, BALANCE)) == (30, 20)
    assert "one was counted twice" in finding(counter)
    for story in (counter, token):
        (unheard,) = _marks(draw(story), FAULT)
        assert unheard.lane == "A"
        (gone,) = (journey for journey in draw(story).journeys if journey.until == float("inf"))
        assert gone.to == "A"


def test_the_second_request_with_a_known_token_writes_nothing_and_is_charged_as_a_read() -> None:
    story = simulate(TOKEN, "A A B B")
    first, second = (call for call in story.bank.calls if call.client == "A")

    assert (first.read_units, first.write_units) == (0, 2)
    assert (second.read_units, second.write_units, second.outcome) == (2, 0, "OK")
    assert [mark.label for mark in _marks(draw(story), READ)] == ["known"]


def test_who_gives_up_after_a_lost_answer_cannot_know_that_it_was_counted() -> None:
    assert finding(simulate(AGAIN, refused=GIVE_UP)).endswith("both were counted, and A cannot know it")


@pytest.mark.parametrize("order", ORDERS)
def test_transactions_that_meet_are_refused_and_both_items_agree_at_the_end(order: str) -> None:
    story = simulate(MEET, order, pause=300)
    met = {event.request for event in story.lab.trace.of(ConflictMet)}
    film = draw(story)

    assert _read(story, BALANCE) == 10 * _read(story, DEPOSITS) == 20
    assert met == {call.request for call in story.refused}
    assert len(_marks(film, CONFLICT)) == len(met) > 0
    pending = [event.at - EPOCH for event in story.lab.trace.of(ItemPrepared)]
    committed = [event.at - EPOCH for event in story.lab.trace.of(ItemCommitted)]
    bands = [span for span in film.spans if span.kind is WRITE]
    assert sorted(span.at * SECOND for span in bands) == pytest.approx(sorted(pending))
    assert sorted(span.until * SECOND for span in bands) == pytest.approx(sorted(committed))


def test_longer_pauses_keep_transactions_apart() -> None:
    refused = [
        sum(len(simulate(MEET, pause=pause, seed=seed).refused) for seed in range(5)) for pause in (200, 600, 2_000)
    ]

    assert refused == sorted(refused, reverse=True)
    assert refused[0] > refused[-1] == 0


@pytest.mark.parametrize("method", METHODS)
def test_every_request_is_a_stretch_of_waiting_from_its_call_to_its_answer(method: str) -> None:
    story = simulate(method)
    film = draw(story)
    asked = {call.request: call for call in story.bank.calls}
    waits = {round(span.at * SECOND): span for span in film.spans if span.kind.name == "wait"}

    for event in story.lab.trace.of(RequestServed):
        if event.request in asked:
            wait, call = waits[event.at - EPOCH], asked[event.request]
            assert wait.lane == call.client
            assert not call.heard or wait.until == pytest.approx((event.at + event.took - EPOCH) / SECOND)
    assert len(waits) == len(asked)


@pytest.mark.parametrize("method", METHODS)
def test_the_level_ends_at_what_the_table_holds(method: str) -> None:
    story = simulate(method)

    for level in draw(story).levels:
        assert level.steps[-1][1] == _read(story, level.lane)
        assert level.steps[0] == (0.0, 0)


def test_a_client_that_believes_what_is_no_longer_so_is_shown_until_it_writes() -> None:
    (believed,) = (span for span in draw(simulate(OVERWRITE, "A B B A")).spans if span.kind is CONFLICT)

    assert (believed.lane, believed.at, believed.until) == ("A", 1.5, 2.0)


@pytest.mark.parametrize("pause", [200, 2_000])
@pytest.mark.parametrize("method", METHODS)
def test_extremes_make_a_film_that_ends_with_its_moral(method: str, pause: int) -> None:
    for seed in range(1, 6):
        film = draw(simulate(method, "A B A B", pause, seed=seed))
        assert film.notes[-1].at == film.ends
        assert "balance 20" in film.title or method in (OVERWRITE, AGAIN)


def test_the_same_seed_gives_the_same_film_and_another_run_other_times() -> None:
    assert draw(simulate(MEET, seed=3)) == draw(simulate(MEET, seed=3))
    assert draw(simulate(MEET, seed=3)) != draw(simulate(MEET, seed=4))


def test_b_may_start_elsewhere() -> None:
    story = simulate(OVERWRITE)

    late, early = fork(story, 2.4), fork(story, 0.9)

    assert "balance 20" in late.title
    assert "balance 10" in early.title
    assert min(span.at for span in late.spans if span.lane == "B") == 2.4
    assert [mark for mark in late.marks if mark.lane == "A"] != []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"method": "hope"}, "there is no way to deposit 'hope'"),
        ({"order": "A B"}, "there is no order 'A B'"),
        ({"refused": "cry"}, "there is no reaction 'cry'"),
    ],
)
def test_what_there_is_not_is_said_in_one_sentence(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(LabError, match=says):
        simulate(**arguments)  # type: ignore[arg-type]


def test_the_explorer_begins_with_the_lost_update() -> None:
    assert (
        writes.draw(writes.simulate()).title
        == "Two deposits of 10, balance 10: one update was lost, and nobody was told"
    )
    assert writes.explore() is not None


def _read(story: Story, key: str) -> int:
    params = {"TableName": TABLE, "Key": {"id": {"S": key}}, "ConsistentRead": True}
    return int(story.lab.request("dynamodb", "GetItem", params)["Item"]["n"]["N"])


def _marks(film: Film, kind: Word) -> list[Mark]:
    return [mark for mark in film.marks if mark.kind is kind]
