"""What a put and a get cost on a Lab, against what boto3 itself costs, and what grows with a table.

    python -m benchmarks.engine [--items 1000000]

The floor is boto3 doing everything but the work: the same client with a transport that answers a fixed text at once. It is
measured turn by turn with the Lab, so that a noisy machine disturbs both alike.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import chain, cycle
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from benchmarks.workload import Work, Workload
from dynateach import Lab

ITEM = {
    "pk": {"S": "customer#00017"},
    "sk": {"S": "2026-01-01T10:00:00Z"},
    "name": {"S": "Ada Lovelace"},
    "age": {"N": "36"},
    "active": {"BOOL": True},
    "tags": {"SS": ["analyst", "poet"]},
    "address": {"M": {"street": {"S": "12 St James's Square"}, "city": {"S": "London"}, "geo": {"L": [{"N": "51.5"}, {"N": "-0.13"}]}}},
    "note": {"S": "x" * 100},
}  # fmt: skip
KEY = {"pk": ITEM["pk"], "sk": ITEM["sk"]}
PUT = {"TableName": "things", "Item": ITEM}
GET = {"TableName": "things", "Key": KEY}
ROUNDS, CALLS = 40, 100


def main() -> None:
    """Print the table of ratios."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--items", type=int, default=1_000_000, help="size of the large table")
    large = arguments.parse_args().items
    against_the_floor()
    growth(large)


def against_the_floor() -> None:
    """Puts and gets of a 300-byte item with nested values."""
    lab = a_lab()
    client, unsigned, signed = lab.client(), floor_client(signed=False), floor_client(signed=True)
    for name, params, call, request in (
        ("put", PUT, "put_item", "PutItem"),
        ("get", GET, "get_item", "GetItem"),
    ):
        times = interleaved(
            lambda call=call, params=params: getattr(client, call)(**params),  # type: ignore[misc]
            lambda call=call, params=params: getattr(unsigned, call)(**params),  # type: ignore[misc]
            lambda call=call, params=params: getattr(signed, call)(**params),  # type: ignore[misc]
            lambda request=request, params=params: lab.request("dynamodb", request, params),  # type: ignore[misc]
        )
        ours, floor, signing_floor, door = times
        print(
            f"{name}: boto3 on a Lab {ours:6.1f} µs | floor {floor:6.1f} µs, ×{ours / floor:.3f} | floor with signing "
            f"{signing_floor:6.1f} µs, ×{ours / signing_floor:.3f} | lab.request {door:5.1f} µs, "
            f"{door / floor:.1%} of the floor, {door / signing_floor:.1%} with signing"
        )


def growth(large: int) -> None:
    """The same requests to small and to large tables, of small items: what comes back is of one size, so that nothing of
    it has to take longer.
    """
    loads = [Workload(items, content={}) for items in (1_000, large)]
    labs = [filled(load) for load in loads]
    for small_work, large_work in zip(*(load.work for load in loads), strict=True):
        ours = interleaved(*(cycling(lab, work) for lab, work in zip(labs, (small_work, large_work), strict=True)))
        print(
            f"{small_work.name:22} {ours[0]:7.1f} µs at 1,000 items, {ours[1]:7.1f} µs at {large:,}, ×{ours[1] / ours[0]:.2f}"
        )


def cycling(lab: Lab, work: Work) -> Callable[[], Any]:
    """A call that goes from key to key. Twenty requests are made in advance, and come again: they reach as much memory in
    a large table as in a small one.
    """
    upcoming = cycle([work.params(n) for n in range(20)])
    return lambda: lab.request("dynamodb", work.operation, next(upcoming))


def filled(load: Workload) -> Lab:
    """A Lab with the tables of the workload."""
    lab = Lab()
    with lab.trace.paused():
        for operation, params in chain(load.setup(), load.filling()):
            lab.request("dynamodb", operation, params)
    return lab


def a_lab() -> Lab:
    """A Lab with one table."""
    lab = Lab()
    lab.client().create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    lab.request("dynamodb", "PutItem", PUT)
    return lab


def floor_client(signed: bool) -> Any:
    """A boto3 client whose transport answers at once, with or without computing a signature."""
    config = Config() if signed else Config(signature_version=UNSIGNED)
    client = boto3.client(
        "dynamodb", "us-east-1", aws_access_key_id="none", aws_secret_access_key="none", config=config
    )
    answers = {"PutItem": b"{}", "GetItem": json.dumps({"Item": ITEM}).encode()}

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, {"x-amzn-requestid": "0"}, _Body(answers[event_name.rpartition(".")[2]]))

    client.meta.events.register("before-send", answer)
    return client


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def interleaved(*calls: Callable[[], Any]) -> list[float]:
    """The median time of each call in µs, measured in turns."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, samples in zip(calls, times, strict=True):
            start = time.perf_counter_ns()
            for _ in range(CALLS):
                call()
            samples.append((time.perf_counter_ns() - start) / CALLS / 1000)
    return [statistics.median(samples) for samples in times]


if __name__ == "__main__":
    main()
