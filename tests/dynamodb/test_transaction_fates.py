"""What befalls the items of a transaction between prepare and commit: sweeps, splits, deletions, the loss of a leader."""

from dataclasses import replace

import pytest

from dynateach import ServiceError
from dynateach.clock import SECOND
from dynateach.profile import Delay
from dynateach.trace import ItemCommitted, ItemExpired, ItemPrepared, TransactionCommitted
from tests.contention import (
    CONFLICT,
    HALF_WAY,
    LATER,
    MS,
    Meanwhile,
    ask,
    check,
    item,
    make,
    put,
    there,
    transact,
    value,
)


def test_a_pending_item_is_not_swept_before_its_transaction_has_written_it() -> None:
    lab = make(replace(LATER, expiry_delay=Delay(*[10 * MS] * 5)))
    ask(
        lab,
        "UpdateTimeToLive",
        TableName="things",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
    )
    lab.clock.advance(1)
    soon = {"until": {"N": str(lab.clock.now // SECOND + 2)}}
    for key in "cde":
        ask(lab, "PutItem", TableName="things", Item={**item(key, 1), **soon})
    lab.clock.advance((int(soon["until"]["N"]) * SECOND - lab.clock.now) / SECOND)
    transact(lab, put("c"), check("d"), {"Delete": there("e")})
    lab.clock.advance(1)
    committed = {event.key: event.at for event in lab.trace.of(ItemCommitted)}
    assert [(event.key, event.at) for event in lab.trace.of(ItemExpired)] == [("d", committed["d"] + 10 * MS)]
    assert [value(lab, key) for key in "cde"] == [2, None, None]


def test_a_partition_that_is_split_meanwhile_takes_its_pending_items_along() -> None:
    lab = make()
    inside = lab.inspect("things")
    lab.clock.after(HALF_WAY * MS, lambda: inside.split("p0"))
    other = Meanwhile(lab, HALF_WAY + 1, "PutItem", TableName="things", Item=item("a", 9))
    transact(lab, put("a"), put("b"), put("c"))
    assert other.error == CONFLICT
    assert [value(lab, key) for key in "abc"] == [2, 2, 2]
    assert {event.partition for event in lab.trace.of(ItemCommitted)} == {one.id for one in inside.partitions}
    inside._check()


def test_a_table_that_is_deleted_meanwhile_takes_its_part_with_it_and_holds_up_nothing() -> None:
    lab = make(names=("things", "others"))
    request = {"TransactItems": [put("a"), put("a", table="others")], "ClientRequestToken": "once"}
    Meanwhile(lab, HALF_WAY, "DeleteTable", TableName="others")
    ask(lab, "TransactWriteItems", **request)
    assert value(lab, "a") == 2
    assert [(event.table, event.key) for event in lab.trace.of(ItemCommitted)] == [("things", "a")]
    assert len(lab.trace.of(TransactionCommitted)) == 1
    with pytest.raises(ServiceError, match="ResourceNotFoundException"):
        ask(lab, "TransactWriteItems", **request)


# Faults


FAULTY = replace(
    LATER, replication_lag=Delay(*[5 * MS] * 5), leader_lease=500 * MS, catch_up=50 * MS, on_demand_partitions=3
)
LED_FROM_A, LED_FROM_B = "d", "e"


def test_without_a_leader_nothing_is_prepared() -> None:
    lab = make(FAULTY)
    lab.faults.lose_zone("a")
    with pytest.raises(ServiceError, match="InternalServerError"):
        transact(lab, put(LED_FROM_B), put(LED_FROM_A))
    assert lab.trace.of(ItemPrepared) == []
    assert lab.inspect("things").pending == ()


@pytest.mark.parametrize("fault", ["lose_zone", "partition"])
def test_what_a_lost_leader_had_prepared_its_successor_commits_before_it_serves_anything(fault: str) -> None:
    lab = make(FAULTY)
    called = lab.clock.now
    began = called + HALF_WAY * MS + 1
    lab.clock.at(began, lambda: getattr(lab.faults, fault)("a"))
    elected = began + 500 * MS
    reads = [Meanwhile(lab, ms, "GetItem", **there(LED_FROM_A), ConsistentRead=True) for ms in range(1, 800)]
    transact(lab, put(LED_FROM_A), put(LED_FROM_B))
    answered = lab.clock.now
    lab.clock.advance(1)
    commits = {event.key: event for event in lab.trace.of(ItemCommitted)}
    assert commits[LED_FROM_B].at < answered < commits[LED_FROM_A].at == elected
    assert commits[LED_FROM_A].late > 0
    for ms, read in enumerate(reads, 1):
        if called + ms * MS >= answered:
            shown = "error" if isinstance(read.outcome, ServiceError) else read.answer["Item"]["n"]["N"]
            assert shown == ("error" if called + ms * MS < elected else "2")


def test_a_leader_that_is_cut_off_for_a_moment_commits_as_soon_as_it_is_back() -> None:
    lab = make(FAULTY)
    began = lab.clock.now + HALF_WAY * MS
    lab.clock.at(began, lambda: lab.faults.partition("a", seconds=0.2))
    transact(lab, put(LED_FROM_A), ClientRequestToken="once")
    overdue = Meanwhile(lab, 0, "TransactWriteItems", TransactItems=[put(LED_FROM_A)], ClientRequestToken="once")
    lab.clock.advance(1)
    assert overdue.error[0] == "TransactionInProgressException"
    assert [event.at for event in lab.trace.of(ItemCommitted)] == [began + 250 * MS]
    assert value(lab, LED_FROM_A) == 2
