"""A table of orders and its index: looks tell what differs, ways pair what was queued with what arrived, and nothing else takes time."""

from dynateach.events import IndexQueued
from dynateach.profile import CLASSROOM
from dynateach.topics.parts.indexed_orders import (
    STATUSES,
    TOTALS,
    Orders,
    Writer,
    first_orders,
    lab_without_waiting,
    waiting,
    ways,
)


def test_the_first_orders_are_in_the_index_from_the_start() -> None:
    table = _table()

    assert table.lab.clock.elapsed == 0
    assert sorted(str(entry["id"]) for entry in table.under("OPEN")) == ["o1", "o2", "o3"]
    assert table.look(STATUSES).says == "the index answers just as the table"


def test_a_look_says_what_is_not_yet_in_the_index() -> None:
    table = _table()
    table.put("o4", status="OPEN", total=1)
    table.change("o1", total=7)
    table.change("o2", status="SHIPPED")
    table.change("o3", note=1)

    look = table.look(STATUSES)

    assert look.differences == {"o1": "has its old total", "o2": "is still OPEN", "o4": "is missing"}
    assert sorted(look.says.removeprefix("in the index ").split(", ")) == [
        "o1 has its old total",
        "o2 is still OPEN",
        "o4 is missing",
    ]


def test_a_sentence_mentions_three_differences_and_counts_the_rest() -> None:
    table = _table()
    for i in range(5):
        table.put(f"new{i}", status="OPEN", total=1)

    assert table.look(STATUSES).says.endswith(", and 2 more differ")


def test_ways_are_those_that_have_arrived() -> None:
    table = _table()
    table.change("o2", status="SHIPPED")
    assert ways(table.lab) == []

    table.lab.clock.advance(60)
    found = ways(table.lab)

    assert [(way.order, way.change) for way in found] == [("o2", "REMOVE"), ("o2", "INSERT")]
    assert all(1 <= way.took <= 12 for way in found)
    assert len(found) == len(table.lab.trace.of(IndexQueued))


def test_as_many_wait_as_have_begun_and_not_arrived() -> None:
    table = _table()
    table.lab.clock.advance(1)
    table.change("o1", total=2)
    table.change("o2", total=2)
    table.lab.clock.advance(60)
    (first, last) = sorted(way.arrived for way in ways(table.lab))

    assert waiting(ways(table.lab)) == [(0.0, 0), (1.0, 2), (first, 1), (last, 0)]


def test_a_writer_takes_the_orders_in_turn_and_moves_each_there_and_back() -> None:
    table = _table()
    writer = Writer(table, ["status"], 3)

    found = []
    for _ in range(2):
        for _ in range(3):
            writer.write()
        found.append({str(item["id"]): item["status"] for item in table.look(STATUSES).table})

    assert found == [dict.fromkeys(("o1", "o2", "o3"), "SHIPPED"), dict.fromkeys(("o1", "o2", "o3"), "OPEN")]


def _table() -> Orders:
    table = Orders(lab_without_waiting(CLASSROOM))
    table.open(TOTALS, first_orders(3))
    return table
