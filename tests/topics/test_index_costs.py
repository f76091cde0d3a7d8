"""What a write costs an index: each cell is what DynamoDB charged and the trace queued, and what the documentation says it should be."""

from math import ceil

import pytest

from dynateach import LabError
from dynateach.events import IndexWritten
from dynateach.topics import index_costs
from dynateach.topics.index_costs import CHANGES, HIDDEN, PROJECTIONS, UNITS, WRITES, draw, rule, simulate
from tests.drawing.widgets import control, figure, words

WRITTEN = {
    "new order, has a status": (1, 1, 1),
    "new order, no status": (0, 0, 0),
    "put again, just as it was": (0, 0, 0),
    "the note changes": (0, 0, 1),
    "the total changes": (0, 1, 1),
    "the status changes": (2, 2, 2),
    "gets a status": (1, 1, 1),
    "loses its status": (1, 1, 1),
    "deleted, had a status": (1, 1, 1),
    "deleted, had no status": (0, 0, 0),
}
"""How often each kind of write writes to the indexes KEYS_ONLY, INCLUDE and ALL: documented."""


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.words)
@pytest.mark.parametrize("note", [1, 2, 20])
def test_a_write_costs_what_the_documentation_says(change: index_costs.Change, note: int) -> None:
    cost = simulate(note).of(change.words)
    writes = WRITTEN[change.words]

    assert tuple(cost.index_writes.values()) == writes
    keys, include, everything = cost.index_units.values()
    assert (keys, include) == writes[:2]
    assert everything == writes[2] * ceil(note + 0.001)
    assert cost.units == note + 1


def test_the_indexes_were_charged_what_the_trace_says_in_all() -> None:
    costs = simulate()
    costs.lab.clock.advance(5)
    before = sum(1 for change in CHANGES if change.before and "status" in change.before)
    written = costs.lab.trace.of(IndexWritten)

    for name in PROJECTIONS:
        shown = sum(cost.index_writes[name] for cost in costs.all)
        assert shown + before == sum(event.index_name == name for event in written)


def test_every_cell_shows_its_number() -> None:
    costs = simulate()
    labels = [label.text for label in draw(costs, UNITS).layout.annotations]

    for row, cost in enumerate(costs.all):
        shown = labels[4 * row : 4 * row + 4]
        expected = [cost.units, *cost.index_units.values()]
        assert [float(text.replace("<b>", "").split(" ")[0]) for text in shown] == expected


def test_the_titles_are_what_the_cells_say() -> None:
    costs = simulate(5)
    free = sum(not any(writes) for writes in WRITTEN.values())

    assert f"Of {len(WRITTEN)} kinds of write {free} cost no index anything" in draw(costs, WRITES).layout.title.text
    assert "the table 6 WCU, an index of keys 2 and one of everything 12" in draw(costs, UNITS).layout.title.text


def test_a_guess_is_not_given_away() -> None:
    drawn = draw(simulate(), HIDDEN)

    assert {label.text for label in drawn.layout.annotations} == {"?"}
    assert all(text.endswith("?") for text in drawn.data[0].text)
    assert len(drawn.layout.shapes) == 0
    assert "0" not in rule(simulate(), HIDDEN)


@pytest.mark.parametrize("note", [0, 400])
def test_a_note_that_no_order_can_have_is_refused_in_a_sentence(note: int) -> None:
    with pytest.raises(LabError, match="cannot have a note"):
        simulate(note)


def test_the_explorer_shows_what_its_controls_ask_for() -> None:
    widget = index_costs.explore()

    control(widget, "note, KB").value = 9
    control(widget, "show").value = UNITS
    assert figure(widget).layout.title.text == draw(simulate(9), UNITS).layout.title.text

    control(widget, "show").value = HIDDEN
    assert "none, one or two?" in words(widget)
