"""A table whose partitions split by themselves, and traffic for it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from dynateach import Lab
from dynateach.clock import SECOND
from dynateach.errors import ServiceError
from dynateach.profile import IDEAL, Delay, Profile
from dynateach.trace import PartitionSplit
from tests.indexed import definition

MINUTE = Delay(*[60 * SECOND] * 5)
SMALL = replace(IDEAL, partition_bytes=100_000, split_duration=MINUTE)
"""Partitions of 100 kB instead of 10 GB, which take a minute to split; everything else as ideal."""

HEATED = replace(IDEAL, admission="global", heat_window=10 * SECOND, split_duration=MINUTE)
"""Partitions of the true size that are hot after ten seconds."""

KEYS = [f"k{n}" for n in range(100)]


def lab_with(profile: Profile, globals: dict[str, str] | None = None, **more: Any) -> Lab:
    """A Lab with one table of the key ``pk / sk``, ACTIVE and otherwise as told."""
    lab = Lab(seed=1, profile=profile)
    ask(lab, "CreateTable", **definition(globals, **more))
    lab.clock.advance(profile.table_creation / SECOND)
    return lab


def ask(lab: Lab, operation: str, **params: Any) -> dict[str, Any]:
    return lab.request("dynamodb", operation, {"TableName": "things", **params})


def item(pk: str, sk: str = "-", kilobytes: int = 1, **more: str) -> dict[str, Any]:
    """An item of almost so many kilobytes, so that it costs that many write units."""
    values = {"pk": pk, "sk": sk, "pad": pad(kilobytes), **more}
    return {name: {"S": value} for name, value in values.items()}


@cache
def pad(kilobytes: int) -> str:
    return "x" * (kilobytes * 1024 - 40)


def put(lab: Lab, pk: str, sk: str = "-", kilobytes: int = 1, **more: str) -> None:
    ask(lab, "PutItem", Item=item(pk, sk, kilobytes, **more))


def splits(lab: Lab) -> list[PartitionSplit]:
    return lab.trace.of(PartitionSplit)


def partitions(lab: Lab) -> list[str]:
    return [one.id for one in lab.inspect("things").partitions]


def owner(lab: Lab, pk: str) -> str:
    return lab.inspect("things").locate(pk).partition


def scanned(lab: Lab, limit: int = 1000) -> list[tuple[str, str]]:
    """The keys of all items, a page at a time, with half a minute between two pages."""
    found: list[tuple[str, str]] = []
    more: dict[str, Any] = {}
    while True:
        page = ask(lab, "Scan", Limit=limit, **more)
        found += [(one["pk"]["S"], one["sk"]["S"]) for one in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return found
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        lab.clock.advance(30)


def queried(lab: Lab, pk: str, limit: int) -> list[tuple[str, str]]:
    """The keys of a collection, a page at a time, with seven seconds between two pages."""
    found: list[tuple[str, str]] = []
    more: dict[str, Any] = {}
    while True:
        values = {":pk": {"S": pk}}
        page = ask(
            lab,
            "Query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=values,
            Limit=limit,
            **more,
        )
        found += [(one["pk"]["S"], one["sk"]["S"]) for one in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return found
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        lab.clock.advance(7)


def drive(lab: Lab, keys: Iterable[tuple[str, str]], units: int) -> int:
    """So many write units a second (twenty requests of 50 are 1,000), one request after the other; how many were refused."""
    refused = 0
    for pk, sk in keys:
        try:
            put(lab, pk, sk, 50)
        except ServiceError as error:
            assert error.code in ("ThrottlingException", "ProvisionedThroughputExceededException")
            refused += 1
        lab.clock.advance(50 / units)
    return refused


def spread(requests: int, over: int = 100) -> list[tuple[str, str]]:
    """As many requests, each for one of so many partition keys."""
    chance = Random(7)
    return [(f"k{chance.randrange(over)}", "-") for _ in range(requests)]
