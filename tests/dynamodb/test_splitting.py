"""Partitions that split by themselves for their size: when, where, how long it takes, and what stays as it was."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.clock import SECOND
from dynateach.profile import CLASSROOM, IDEAL, REALISTIC, Delay
from dynateach.trace import PageRead, SplitBegan, SplitCalledOff, SplitDeclined
from tests.indexed import definition
from tests.splitting import KEYS, SMALL, ask, lab_with, owner, partitions, put, queried, scanned, splits


def test_a_partition_that_nears_its_size_begins_to_split_and_is_in_two_halves_a_while_later() -> None:
    lab = lab_with(SMALL)
    for n in range(80):
        put(lab, f"k{n}")
    assert not lab.trace.of(SplitBegan)
    for n in range(80, 95):
        put(lab, f"k{n}")
    (began,) = lab.trace.of(SplitBegan)
    assert (began.partition, began.reason, began.ends) == ("p0", "size", began.at + 60 * SECOND)
    lab.clock.advance(59)
    assert partitions(lab) == ["p0"]
    lab.clock.advance(1)
    left, right = lab.inspect("things").partitions
    assert (left.id, right.id, left.items + right.items) == ("p1", "p2", 95)
    assert abs(left.bytes - right.bytes) < 5 * 1024
    (split,) = splits(lab)
    assert (split.at, split.boundary, split.key) == (began.ends, left.high, "")


def test_nothing_splits_for_size_at_the_documented_ten_gigabytes() -> None:
    lab = lab_with(IDEAL)
    for n in range(100):
        put(lab, f"k{n}", kilobytes=300)
    assert IDEAL.partition_bytes == REALISTIC.partition_bytes == CLASSROOM.partition_bytes == 10 * 1024**3
    assert partitions(lab) == ["p0"]


def test_an_inspection_shows_the_partition_that_is_splitting() -> None:
    lab = lab_with(SMALL)
    for key in KEYS[:95]:
        put(lab, key)
    inside = lab.inspect("things")
    assert [one.splitting for one in inside.partitions] == ["size"]
    (split,) = inside.splits
    assert (split.index_name, split.partition, split.reason, split.ends - split.began) == (
        "",
        "p0",
        "size",
        60 * SECOND,
    )
    lab.clock.advance(60)
    assert [one.splitting for one in inside.partitions] == ["", ""]
    assert inside.splits == ()


def test_a_partition_that_grew_while_it_split_splits_again() -> None:
    lab = lab_with(SMALL)
    for n in range(400):
        put(lab, f"k{n}")
    lab.clock.advance(60)
    assert len(partitions(lab)) == 2
    lab.clock.advance(60)
    assert len(partitions(lab)) == 4
    lab.clock.advance(60)
    assert {one.bytes < 90_000 for one in lab.inspect("things").partitions} == {True}


def test_item_collections_stay_whole_where_that_divides_fairly() -> None:
    lab = lab_with(SMALL)
    for n in range(100):
        put(lab, f"k{n % 5}", f"{n:03}")
    lab.clock.advance(60)
    assert len(partitions(lab)) == 2
    assert splits(lab)[0].key == ""
    for n in range(5):
        assert len(queried(lab, f"k{n}", 100)) == 20
    assert [(one.key, one.partition) for one in lab.trace.of(PageRead)] == [(k, owner(lab, k)) for k in KEYS[:5]]


def test_a_collection_that_is_too_large_alone_is_cut_by_sort_key() -> None:
    lab = lab_with(SMALL)
    for n in range(100):
        put(lab, "one", f"{n:03}")
    lab.clock.advance(60)
    (split,) = splits(lab)
    assert split.key == f"one / {split.kept:03}"
    assert 40 <= split.kept <= 50
    low, high = lab.inspect("things").partitions
    assert low.high == high.low == lab.inspect("things").locate("one").position
    assert scanned(lab) == [("one", f"{n:03}") for n in range(100)]
    query = {"KeyConditionExpression": "pk = :pk AND sk > :sk", "ScanIndexForward": False}
    values = {":pk": {"S": "one"}, ":sk": {"S": "030"}}
    found = ask(lab, "Query", **query, ExpressionAttributeValues=values)["Items"]
    assert [one["sk"]["S"] for one in found] == [f"{n:03}" for n in range(99, 30, -1)]


def test_a_collection_of_a_table_with_a_local_index_never_splits_as_documented() -> None:
    lab = lab_with(SMALL, locals={"by_g": "pk / g:S"})
    for n in range(200):
        put(lab, "one", f"{n:03}", g="x")
    lab.clock.advance(3600)
    assert partitions(lab) == ["p0"]
    declined = lab.trace.of(SplitDeclined)
    assert {(one.reason, one.because) for one in declined} == {("size", "one item collection")}
    assert len(declined) < 12


def test_a_local_index_is_cut_where_its_table_is() -> None:
    lab = lab_with(SMALL, locals={"by_g": "pk / g:S"})
    for n in range(200):
        put(lab, f"k{n % 20}", f"{n:03}", g=f"{n % 7}")
    lab.clock.advance(300)
    table, index = lab.inspect("things").partitions, lab.inspect("things").index_partitions("by_g")
    assert len(table) > 2
    assert [(one.low, one.items) for one in table] == [(one.low, one.items) for one in index]


def test_one_large_item_is_not_cut() -> None:
    lab = lab_with(SMALL)
    put(lab, "large", kilobytes=300)
    put(lab, "large", kilobytes=310)
    assert [one.because for one in lab.trace.of(SplitDeclined)] == ["one item"]
    put(lab, "another")
    put(lab, "large", kilobytes=360)
    lab.clock.advance(60)
    assert len(partitions(lab)) == 2


def test_a_global_index_splits_by_itself() -> None:
    lab = lab_with(replace(SMALL, index_lag=Delay(*[SECOND] * 5)), {"by_g": "g:S -> x"})
    for n in range(95):
        put(lab, f"k{n}", g="same", x="x" * 1000)
    lab.clock.advance(10)
    assert {one.index_name for one in lab.trace.of(SplitBegan)} == {"", "by_g"}
    lab.clock.advance(60)
    assert [one.items for one in lab.inspect("things").index_partitions("by_g")] != [95]
    query = {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "same"}}}
    assert ask(lab, "Query", IndexName="by_g", **query)["Count"] == 95
    assert next(one for one in splits(lab) if one.index_name).key == "same"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.sampled_from("abcde"), st.integers(0, 30), st.integers(1, 40)),
            st.tuples(st.just("delete"), st.sampled_from("abcde"), st.integers(0, 30), st.just(0)),
            st.tuples(st.just("wait"), st.just(""), st.just(0), st.integers(1, 90)),
            st.tuples(st.just("query"), st.sampled_from("abcde"), st.integers(1, 4), st.just(0)),
            st.tuples(st.just("scan"), st.just(""), st.integers(3, 10), st.just(0)),
        ),
        max_size=60,
    ),
    st.sampled_from([0, 10, 60]),
)
def test_whatever_is_written_and_read_while_partitions_split_is_as_in_a_dict(steps: Any, seconds: int) -> None:
    lab = lab_with(replace(SMALL, split_duration=Delay(*[seconds * SECOND] * 5)))
    model: dict[tuple[str, str], int] = {}
    for step, pk, number, size in steps:
        key = (pk, f"{number:02}")
        if step == "put":
            put(lab, *key, size)
            model[key] = size
        elif step == "delete":
            ask(lab, "DeleteItem", Key={"pk": {"S": pk}, "sk": {"S": key[1]}})
            model.pop(key, None)
        elif step == "wait":
            lab.clock.advance(size)
        elif step == "query":
            assert queried(lab, pk, number) == sorted(one for one in model if one[0] == pk)
        else:
            assert sorted(scanned(lab, number)) == sorted(model)
    lab.clock.advance(600)
    assert sorted(scanned(lab)) == sorted(model)
    lab.inspect("things")._check()
    assert all(one.bytes <= 90_000 or one.items == 1 for one in lab.inspect("things").partitions)


# Called off


def test_a_split_by_hand_calls_off_the_one_that_is_under_way() -> None:
    lab = lab_with(SMALL)
    for key in KEYS[:95]:
        put(lab, key)
    lab.inspect("things").split("p0", at=0.25)
    (off,) = lab.trace.of(SplitCalledOff)
    assert (off.partition, off.reason) == ("p0", "size")
    lab.clock.advance(3600)
    assert [one.partition for one in splits(lab)] == ["p0"]
    assert sorted(scanned(lab)) == sorted((f"k{n}", "-") for n in range(95))


def test_a_deleted_table_splits_no_more_and_a_new_one_of_that_name_is_not_touched() -> None:
    lab = lab_with(replace(SMALL, table_deletion=5 * SECOND))
    for key in KEYS[:95]:
        put(lab, key)
    ask(lab, "DeleteTable")
    assert len(lab.trace.of(SplitCalledOff)) == 1
    lab.clock.advance(5)
    ask(lab, "CreateTable", **definition())
    lab.clock.advance(3600)
    assert not splits(lab)
    assert partitions(lab) == ["p0"]


def test_a_deleted_index_splits_no_more() -> None:
    lab = lab_with(SMALL, {"by_g": "g:S -> x"})
    for n in range(95):
        put(lab, f"k{n}", g=f"{n}", x="x" * 1000)
    assert [one.index_name for one in lab.inspect("things").splits] == ["", "by_g"]
    ask(lab, "UpdateTable", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_g"}}])
    lab.clock.advance(3600)
    assert [one.index_name for one in lab.trace.of(SplitCalledOff)] == ["by_g"]
    assert {one.index_name for one in splits(lab)} == {""}
