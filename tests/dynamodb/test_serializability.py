"""Transactions and single writes are strictly serializable, and each item is linearizable, whatever happens to the zones."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dynateach.dynamodb.operations import coordinator
from dynateach.dynamodb.storage.pending import Pending, Prepared
from dynateach.linearizability import Operation, Value, is_linearizable, on, put, read, swap, together
from dynateach.trace import ItemCommitted, ItemWritten, TransactionCommitted
from tests.story import Story, condition, histories, item, stories, value_in

KEYS = ("d", "e", "a")
"""Three items: in three partitions, which are led from the zones a, b and c."""
START = (None,) * len(KEYS)

keys, which = st.integers(0, len(KEYS) - 1), st.integers(0, 2)
actions = st.tuples(keys, st.sampled_from(["put", "swap", "swap", "check", "delete"]), which)
parts = st.lists(actions, min_size=1, max_size=3, unique_by=lambda one: one[0])
requests = stories(
    st.tuples(st.just("put"), keys),
    st.tuples(st.just("swap"), keys, which),
    st.tuples(st.just("read"), keys),
    st.tuples(st.just("glance"), keys),
    st.tuples(st.just("scan")),
    *(st.tuples(st.just("write_all"), parts) for _ in range(6)),
    *(st.tuples(st.just("read_all"), st.lists(keys, min_size=1, max_size=3, unique=True)) for _ in range(3)),
    st.tuples(st.just("split"), keys),
    shortest=20,
    longest_gap=30,
)


class ManyItems(Story):
    """What befalls three items.

    ``joint`` has what transactions and single writes were answered, ``each`` what concerned one item, by its number: parts
    of transactions, single writes and strongly consistent reads. ``seen`` are the values that reads showed, with the time and
    the item; ``known`` the values of each item that were ever sent, newest last.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed, partitions=len(KEYS))
        self.joint: list[Operation] = []
        self.each: list[list[Operation]] = [[] for _ in KEYS]
        self.seen: list[tuple[int, int, Value]] = []
        self.known: list[list[Value]] = [[None] for _ in KEYS]
        self.sent: dict[tuple[int, int], Value] = {}
        self.committed = self.cancelled = 0
        self._values = 0

    def put(self, key: int) -> None:
        value = self._next()
        if self._answer("PutItem", Item=item(KEYS[key], value)) is not None:
            self._note({key: put(*self._times(), value)})
            self._sent(key, value)

    def swap(self, key: int, which: int) -> None:
        """On condition that one of the last few values is there."""
        expected, value = self._one_of(key, which), self._next()
        answer = self._answer("PutItem", Item=item(KEYS[key], value), **condition(expected))
        if answer is not None:
            self._note({key: swap(*self._times(), expected, value, "failed" not in answer)})
            self._sent(key, value)

    def read(self, key: int) -> None:
        answer = self._answer("GetItem", Key={"id": {"S": KEYS[key]}}, ConsistentRead=True)
        if answer is not None:
            self.each[key].append(read(*self._times(), value_in(answer)))
            self.seen.append((self.lab.clock.now, key, value_in(answer)))

    def glance(self, key: int) -> None:
        answer = self._answer("GetItem", Key={"id": {"S": KEYS[key]}})
        if answer is not None:
            self.seen.append((self.lab.clock.now, key, value_in(answer)))

    def scan(self) -> None:
        """All items, strongly consistent: each for itself."""
        answer = self._answer("Scan", ConsistentRead=True)
        if answer is not None:
            found = {one["id"]["S"]: value_in({"Item": one}) for one in answer["Items"]}
            for key, name in enumerate(KEYS):
                self.each[key].append(read(*self._times(), found.get(name)))
                self.seen.append((self.lab.clock.now, key, found.get(name)))

    def write_all(self, parts: list[tuple[int, str, int]]) -> None:
        planned = [(key, kind, self._one_of(key, which), self._next()) for key, kind, which in parts]
        answer = self._answer("TransactWriteItems", TransactItems=[_action(*one) for one in planned])
        if answer is None:
            return
        done = "reasons" not in answer
        self.committed, self.cancelled = self.committed + done, self.cancelled + (not done)
        codes = answer.get("reasons", ["None"] * len(planned))
        told = {}
        for (key, kind, expected, value), code in zip(planned, codes, strict=True):
            self._sent(key, None if kind == "delete" else value)
            told[key] = _part(self._times(), kind, expected, value, code, done)
        self._note(told)

    def read_all(self, chosen: list[int]) -> None:
        gets = [{"Get": {"TableName": "things", "Key": {"id": {"S": KEYS[key]}}}} for key in chosen]
        answer = self._answer("TransactGetItems", TransactItems=gets)
        if answer is None or "reasons" in answer:
            return
        found = dict(zip(chosen, map(value_in, answer["Responses"]), strict=True))
        self._note({key: read(*self._times(), value) for key, value in found.items()})
        self.seen += [(self.lab.clock.now, key, value) for key, value in found.items()]

    def split(self, key: int) -> None:
        inside = self.lab.inspect("things")
        where = inside.locate(KEYS[key])
        owner = next(one for one in inside.partitions if one.id == where.partition)
        inside.split(owner.id, at=(owner.low + owner.high) / 2)

    def written(self, key: int) -> list[tuple[int, Value]]:
        """The values that the item has had, with the times from which on, as the trace tells them."""
        events = [one for one in self.lab.trace.of(ItemWritten) if one.key == KEYS[key] and one.change != "NONE"]
        return [(0, None), *((one.at, self.sent[one.request, key]) for one in events)]

    def _note(self, parts: dict[int, Operation | None]) -> None:
        told = {key: part for key, part in parts.items() if part}
        if told:
            self.joint.append(together(told))
        for key, part in told.items():
            self.each[key].append(part)

    def _sent(self, key: int, value: Value) -> None:
        self.known[key].append(value)
        self.sent[self._served().request, key] = value

    def _one_of(self, key: int, which: int) -> Value:
        return self.known[key][-1 - which % len(self.known[key])]

    def _next(self) -> int:
        self._values += 1
        return self._values


def _action(key: int, kind: str, expected: Value, value: Value) -> dict[str, Any]:
    """An action in wire form: of a write without a condition, one with a condition, a check or a deletion."""
    there = {"TableName": "things", "Key": {"id": {"S": KEYS[key]}}}
    if kind == "check":
        return {"ConditionCheck": {**there, **condition(expected)}}
    if kind == "delete":
        return {"Delete": there}
    put = {"TableName": "things", "Item": item(KEYS[key], value or 0)}
    return {"Put": {**put, **(condition(expected) if kind == "swap" else {})}}


def _part(times: tuple[int, int], kind: str, expected: Value, value: Value, code: str, done: bool) -> Operation | None:
    """What the answer to a transaction, which was ``done`` or not, says of one item; None if nothing."""
    if code == "TransactionConflict":
        return None
    if kind in ("put", "delete"):
        return put(*times, value if kind == "put" else None) if done else None
    if code == "ConditionalCheckFailed":
        return swap(*times, expected, value, done=False)
    return swap(*times, expected, value, done=True) if done and kind == "swap" else read(*times, expected)


# What is promised


BUSY = [
    *[(5, ("write_all", [(0, "put", 0), (1, "swap", 0), (2, "check", 0)])), (3, ("put", 1)), (4, ("read_all", [0, 1]))]
    * 4,
    (1, ("cut", "a", 300)),
    *[
        (20, ("write_all", [(0, "put", 0), (1, "swap", 0), (2, "delete", 0)])),
        (5, ("swap", 2, 0)),
        (30, ("read_all", [0, 1, 2])),
    ]
    * 4,
]
LOST = [
    *[(10, ("write_all", [(0, "put", 0), (1, "put", 0), (2, "put", 0)])), (1, ("cut", "a", 400)), (20, ("read", 0))],
    *[(20, ("scan",)), (1, ("read", 0)), (1, ("read", 1)), (1, ("read_all", [0, 1, 2])), (1, ("glance", 0))] * 6,
]
"""A leader is cut off before it has committed its item."""


@histories(150)
@given(requests, st.integers(0, 1000))
@example(BUSY, 1)
@example(LOST, 1)
def test_transactions_and_single_writes_are_strictly_serializable_whatever_fails(story: Any, seed: int) -> None:
    played = ManyItems(seed).play(story)
    assert is_linearizable(played.joint, START)


@histories(150)
@given(requests, st.integers(0, 1000))
@example(BUSY, 1)
@example(LOST, 1)
def test_each_item_by_itself_is_linearizable_transactions_and_plain_reads_included(story: Any, seed: int) -> None:
    played = ManyItems(seed).play(story)
    assert all(is_linearizable(history) for history in played.each)


@histories(100)
@given(requests, st.integers(0, 1000))
@example(BUSY, 1)
@example(LOST, 1)
def test_no_read_sees_what_is_not_committed_or_was_cancelled(story: Any, seed: int) -> None:
    played = ManyItems(seed).play(story)
    had = [played.written(key) for key in range(len(KEYS))]
    for now, key, value in played.seen:
        assert any(value == written and at <= now for at, written in had[key])


@histories(100)
@given(requests, st.integers(0, 1000))
@example(BUSY, 1)
@example(LOST, 1)
def test_no_transaction_that_was_answered_is_lost_or_done_by_halves(story: Any, seed: int) -> None:
    played = ManyItems(seed).play(story)
    played.lab.inspect("things")._check()
    played.end()
    played.read_all(list(range(len(KEYS))))
    played.scan()
    assert is_linearizable(played.joint, START)
    assert all(is_linearizable(history) for history in played.each)
    assert len(played.lab.trace.of(TransactionCommitted)) == played.committed
    assert played.lab.inspect("things").pending == ()


def test_the_stories_do_meet_what_they_are_about() -> None:
    busy, lost = ManyItems(1).play(BUSY), ManyItems(1).play(LOST)
    assert min(busy.committed, busy.cancelled, busy.conflicts, busy.refused) > 0
    assert min(lost.committed, lost.refused) > 0
    assert any(event.late for event in lost.lab.trace.of(ItemCommitted))


# What the checker would catch


Breaking = Callable[[pytest.MonkeyPatch], None]


def _ignore_pending_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pending, "require_free", lambda self, place: None)


def _commit_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """One item is free again, and was not written."""
    commit = Pending.commit

    def half(self: Pending, prepared: Prepared) -> None:
        if prepared.key == KEYS[1]:
            prepared.write = lambda: None
        commit(self, prepared)

    monkeypatch.setattr(Pending, "commit", half)


def _forget_without_a_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pending, "finish_overdue", lambda self: None)


def _read_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pending, "is_in_doubt", lambda self, partition: False)


def _answer_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = coordinator._prepare

    def hurried(db: Any, *arguments: Any) -> Any:
        try:
            return prepare(db, *arguments)
        finally:
            db.still_to_take = 0

    monkeypatch.setattr(coordinator, "_prepare", hurried)


@pytest.mark.parametrize(
    "breaking", [_ignore_pending_items, _commit_half, _forget_without_a_leader, _read_in_doubt, _answer_too_early]
)
def test_the_checker_catches_an_engine_that_is_broken(breaking: Breaking, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch)
    played = [ManyItems(seed).play(story) for seed in range(10) for story in (BUSY, LOST)]
    for one in played:
        one.end()
        one.read_all(list(range(len(KEYS))))
        one.scan()
    assert not all(
        is_linearizable(one.joint, START) and all(is_linearizable(history) for history in one.each) for one in played
    )


def test_the_checker_catches_a_write_skew_that_each_item_by_itself_would_allow() -> None:
    seen_by_one, seen_by_other = {0: read(0, 10, None), 1: put(0, 10, 1)}, {1: read(0, 10, None), 0: put(0, 10, 2)}
    assert is_linearizable([together(seen_by_one)], (None, None))
    assert not is_linearizable([together(seen_by_one), together(seen_by_other)], (None, None))
    for key in (0, 1):
        assert is_linearizable([seen_by_one[key], seen_by_other[key]])


def test_the_checker_catches_half_a_transaction() -> None:
    both = together({0: put(0, 10, 1), 1: put(0, 10, 1)})
    assert not is_linearizable([both, together({0: read(20, 30, 1), 1: read(20, 30, None)})], (None, None))
    assert is_linearizable([both, on(0, read(5, 30, 1)), on(1, read(5, 30, 1))], (None, None))
