"""Traffic: what the key designs name, and that a second of it really goes through the Lab."""

from collections import Counter

import pytest

from dynateach import Lab, LabError
from dynateach.clock import SECOND
from dynateach.topics.parts import traffic
from dynateach.topics.parts.traffic import DESIGNS, KINDS, Kind, bands, keys, lab_with_tables, marks, send, touches
from dynateach.trace import ItemRead, ItemWritten, RequestServed


@pytest.mark.parametrize(
    ("design", "few", "many"),
    [
        ("user ids", 400, 500),
        ("order ids", 2000, 2000),
        ("tenants", 30, 50),
        ("order status", 3, 3),
        ("today's date", 1, 1),
    ],
)
def test_a_design_names_as_many_keys_as_it_promises(design: str, few: int, many: int) -> None:
    assert few <= len(set(keys(_lab(), design, 2000))) <= many


def test_every_design_is_tried_above() -> None:
    assert set(DESIGNS) == {"user ids", "order ids", "tenants", "order status", "today's date"}


def test_today_is_the_labs_day_and_not_the_wall_clocks() -> None:
    lab = _lab()
    assert set(keys(lab, "today's date", 5)) == {"2026-01-01"}

    lab.clock.advance(26 * 3600)
    assert set(keys(lab, "today's date", 5)) == {"2026-01-02"}


def test_tenants_follow_zipfs_law() -> None:
    named = Counter(keys(_lab(), "tenants", 20_000))

    assert named["tenant-01"] / named["tenant-02"] == pytest.approx(2, rel=0.1)
    assert named["tenant-01"] / named["tenant-10"] == pytest.approx(10, rel=0.2)


def test_an_unknown_design_says_which_there_are() -> None:
    with pytest.raises(LabError, match=r"no key design 'sprockets'.*user ids, order ids"):
        keys(_lab(), "sprockets", 1)


@pytest.mark.parametrize("partitions", [0, 65])
def test_a_number_of_partitions_that_cannot_be_drawn_is_refused(partitions: int) -> None:
    with pytest.raises(LabError, match="from 1 to 64"):
        lab_with_tables("orders", partitions=partitions, seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_of_traffic_is_that_many_requests_in_exactly_one_second(kind: Kind) -> None:
    lab = _lab()
    start = lab.clock.now
    lab.trace.clear()

    send(lab, "orders", keys(lab, "user ids", 300), kind)

    served = lab.trace.of(RequestServed)
    assert len(served) == 300
    assert all(start <= event.at < start + SECOND for event in served)
    assert lab.clock.now == start + SECOND


def test_reads_find_what_was_put_there_off_the_record() -> None:
    lab = _lab()

    send(lab, "orders", keys(lab, "user ids", 300), "reads")

    assert lab.trace.of(ItemWritten) == []
    assert all(event.bytes and event.consistent and event.units == 1 for event in lab.trace.of(ItemRead))


def test_half_and_half_is_about_half_writes() -> None:
    lab = _lab()

    send(lab, "orders", keys(lab, "user ids", 1000), "half and half")

    assert 450 < len(lab.trace.of(ItemWritten)) < 550
    assert len(lab.trace.of(ItemWritten)) + len(lab.trace.of(ItemRead)) == 1000


def test_marks_and_bands_add_up_to_the_trace() -> None:
    lab = _lab()
    send(lab, "orders", keys(lab, "tenants", 500))
    written = touches(lab, "orders", "writes")

    assert sum(mark.requests for mark in marks(written)) == 500
    assert sum(band.load for band in bands(lab, "orders", written, "writes")) == sum(event.units for event in written)
    for mark in marks(written):
        assert mark.position == lab.inspect("orders").locate(mark.key).position


def test_touches_can_be_told_apart_by_table_and_by_time() -> None:
    lab = lab_with_tables("orders", "others", partitions=2, seed=1)
    send(lab, "orders", ["a"] * 3)
    later = lab.clock.now
    send(lab, "orders", ["b"] * 4)
    send(lab, "others", ["c"] * 5)

    assert len(touches(lab, "orders", "writes")) == 7
    assert len(touches(lab, "orders", "writes", since=later)) == 4
    assert len(touches(lab, "others", "writes")) == 5


def test_the_ceilings_are_the_engines() -> None:
    assert traffic.CEILINGS == {"writes": 1_000, "reads": 3_000}


def _lab() -> Lab:
    return lab_with_tables("orders", partitions=4, seed=1)
