"""What belongs to a partition goes with its halves when it splits by itself, while requests go on."""

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach import Lab
from dynateach.clock import SECOND
from dynateach.errors import LabError
from dynateach.profile import CLASSROOM, REALISTIC, Delay
from dynateach.trace import PartitionSplit, ReplicaRead, ShardClosed, ShardOpened
from tests.splitting import HEATED, KEYS, SMALL, ask, drive, lab_with, partitions, put, splits, spread

STREAM: dict[str, Any] = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


def always(seconds: float) -> Delay:
    return Delay(*[round(seconds * SECOND)] * 5)


def traffic(lab: Lab, requests: int = 600) -> dict[str, int]:
    """As many writes to a hundred items, three a second, each with the next version; the latest version of each."""
    chance = Random(3)
    versions: dict[str, int] = defaultdict(int)
    for _ in range(requests):
        key = KEYS[chance.randrange(100)]
        versions[key] += 1
        put(lab, key, kilobytes=2, version=f"{versions[key]:03}")
        lab.clock.advance(1 / 3)
    return versions


def test_a_shard_closes_when_its_partition_splits_and_its_children_go_on() -> None:
    lab = lab_with(SMALL, **STREAM)
    for key in KEYS[:95]:
        put(lab, key)
    assert not lab.trace.of(ShardClosed)
    lab.clock.advance(60)
    (split,) = splits(lab)
    (closed,) = lab.trace.of(ShardClosed)
    children = [one for one in lab.trace.of(ShardOpened) if one.parent]
    assert closed.at == split.at
    assert [(one.parent, one.partition) for one in children] == [(closed.shard, "p1"), (closed.shard, "p2")]


def test_a_consumer_sees_every_change_once_and_those_of_an_item_in_order_though_partitions_split() -> None:
    lab = lab_with(SMALL, **STREAM)
    seen: dict[str, list[int]] = defaultdict(list)

    def note(event: dict[str, Any], context: Any) -> None:
        for record in event["Records"]:
            image = record["dynamodb"]["NewImage"]
            seen[image["pk"]["S"]].append(int(image["version"]["S"]))

    lab.consume("things", note, starting_position="TRIM_HORIZON")
    versions = traffic(lab)
    lab.clock.advance(60)
    assert len(partitions(lab)) > 3
    assert seen == {key: list(range(1, last + 1)) for key, last in versions.items()}


def test_a_follower_that_is_behind_stays_so_through_a_split() -> None:
    lab = lab_with(replace(SMALL, replication_lag=always(30), split_duration=always(10)))
    for key in KEYS[:80]:
        put(lab, key, version="old")
    lab.clock.advance(40)
    assert not splits(lab)
    for key in KEYS:
        put(lab, key, version="new")
    lab.clock.advance(15)
    assert len(splits(lab)) == 1
    wanted = {"pk": {"S": KEYS[0]}, "sk": {"S": "-"}}
    seen = set()
    for _ in range(30):
        version = ask(lab, "GetItem", Key=wanted)["Item"]["version"]["S"]
        seen.add((lab.trace.of(ReplicaRead)[-1].role, version))
        assert ask(lab, "GetItem", Key=wanted, ConsistentRead=True)["Item"]["version"]["S"] == "new"
    assert seen == {("leader", "new"), ("follower", "old")}
    lab.clock.advance(15)
    assert {ask(lab, "GetItem", Key=wanted)["Item"]["version"]["S"] for _ in range(30)} == {"new"}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc"), st.integers(1, 30), st.integers(0, 20)), max_size=60)
)
def test_a_global_index_becomes_what_its_table_is_though_both_split(steps: list[tuple[int, str, int, int]]) -> None:
    profile = replace(SMALL, index_lag=Delay(0, SECOND, 5 * SECOND, 30 * SECOND, 60 * SECOND))
    lab = lab_with(replace(profile, split_duration=always(5)), {"by_g": "g:S"})
    for number, group, size, gap in steps:
        put(lab, f"k{number}", kilobytes=size, g=group)
        lab.clock.advance(gap)
    lab.clock.advance(300)
    table, index = (ask(lab, "Scan", **named)["Items"] for named in ({}, {"IndexName": "by_g"}))
    assert sorted(table, key=str) == sorted(index, key=str)
    for one in lab.inspect("things").index_partitions("by_g"):
        assert one.bytes <= 90_000 or one.items == 1


def test_what_expires_is_deleted_from_the_half_in_which_it_lies() -> None:
    lab = lab_with(SMALL)
    ask(lab, "UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    moment = {"until": {"N": str(lab.clock.now // SECOND + 90)}}
    for key in KEYS[:95]:
        put(lab, key)
        ask(lab, "PutItem", Item={"pk": {"S": key}, "sk": {"S": "brief"}, **moment})
    lab.clock.advance(60)
    assert len(partitions(lab)) == 2
    lab.clock.advance(60)
    found = ask(lab, "Scan")["Items"]
    assert {one["sk"]["S"] for one in found} == {"-"}
    assert len(found) == 95
    lab.inspect("things")._check()


def test_a_table_that_is_restored_splits_what_is_too_large() -> None:
    lab = lab_with(replace(SMALL, partition_bytes=100_000))
    for n in range(300):
        put(lab, f"k{n}")
    lab.clock.advance(300)
    backup = ask(lab, "CreateBackup", BackupName="copy")["BackupDetails"]["BackupArn"]
    lab.request("dynamodb", "RestoreTableFromBackup", {"TargetTableName": "copied", "BackupArn": backup})
    lab.clock.advance(300)
    sizes = [one.bytes for one in lab.inspect("copied").partitions]
    assert len(sizes) >= 4
    assert max(sizes) <= 90_000


@pytest.mark.parametrize(
    "profile",
    [
        replace(HEATED, partition_bytes=400_000, replication_lag=always(0.02)),
        replace(REALISTIC, partition_bytes=400_000, heat_window=5 * SECOND, on_demand_partitions=1),
        replace(CLASSROOM, partition_bytes=400_000, on_demand_partitions=1),
    ],
    ids=["ideal", "realistic", "classroom"],
)
def test_the_same_seed_and_the_same_calls_split_the_same_partitions_in_the_same_way(profile: Any) -> None:
    def play() -> Lab:
        lab = lab_with(profile, {"by_g": "g:S"}, **STREAM)
        drive(lab, spread(30 * 40), 1500)
        lab.clock.advance(600)
        return lab

    first, second = play(), play()
    assert first.trace.of(PartitionSplit)
    assert first.trace.digest() == second.trace.digest()


def test_a_split_by_hand_cuts_within_a_collection_if_there_is_nothing_else_to_cut() -> None:
    lab = lab_with(SMALL)
    for n in range(300):
        put(lab, "one", f"{n:03}")
    lab.clock.advance(300)
    within = next(one for one in lab.inspect("things").partitions if one.low == one.high)
    split = lab.inspect("things").split(within.id)
    assert (split.kept + split.moved, split.key[:6]) == (within.items, "one / ")
    assert split.kept == within.items // 2
    assert len(ask(lab, "Scan")["Items"]) == 300


def test_a_partition_with_nothing_to_cut_is_not_cut_by_hand() -> None:
    lab = lab_with(SMALL)
    for sort_key in "abc":
        put(lab, "one", sort_key, kilobytes=60)
    lab.clock.advance(120)
    _, within, _ = lab.inspect("things").partitions
    assert (within.items, within.low) == (1, within.high)
    with pytest.raises(LabError, match="nothing to cut"):
        lab.inspect("things").split(within.id)
