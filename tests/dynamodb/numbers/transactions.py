"""Transactions: what they consume, and for how long a token protects."""

from typing import Any

from tests.dynamodb.numbers.bench import Bench, Wire, key, largest, sized
from tests.dynamodb.numbers.claim import OTHERS, TRANSACTIONS, Claim, api

WU, RU = "write units", "read units"

TOKEN = {"ClientRequestToken": "a token of the client"}


def on(kind: str, **params: Any) -> Wire:
    return {kind: {"TableName": "things", **params}}


def get(size: int) -> float:
    bench = Bench()
    if size:
        bench.put(size)
    return bench.units("TransactGetItems", TransactItems=[on("Get", Key=key())])


def write(old: int, *actions: Wire) -> float:
    bench = Bench()
    if old:
        bench.put(old)
    return bench.units("TransactWriteItems", TransactItems=list(actions))


CHECK = {"ConditionExpression": "attribute_exists(pk) OR attribute_not_exists(pk)"}
SHRINK = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": ""}}}


def with_index() -> tuple[float, float]:
    """The units of a table, and of its global index, of a Put that touches both."""
    bench = Bench("ideal", {"index": "k:S"})
    put = on("Put", Item=sized(100, k="k"))
    answer = bench.ask("TransactWriteItems", TransactItems=[put], ReturnConsumedCapacity="INDEXES")
    (report,) = answer["ConsumedCapacity"]
    return report["Table"]["CapacityUnits"], report["GlobalSecondaryIndexes"]["index"]["CapacityUnits"]


def replay(size: int) -> float:
    bench = Bench()
    request = {"TransactItems": [on("Put", Item=sized(size))], "ReturnConsumedCapacity": "TOTAL", **TOKEN}
    bench.ask("TransactWriteItems", **request)
    (report,) = bench.ask("TransactWriteItems", **request)["ConsumedCapacity"]
    return float(report["ReadCapacityUnits"])


def protected_for() -> float:
    """The largest number of seconds after which a token still keeps a request from being done again."""

    def is_protected(seconds: int) -> bool:
        bench = Bench()
        request = {"TransactItems": [on("Put", Item=sized(10))], **TOKEN}
        bench.ask("TransactWriteItems", **request)
        bench.ask("DeleteItem", Key=key())
        bench.wait(seconds)
        bench.ask("TransactWriteItems", **request)
        return "Item" not in bench.ask("GetItem", Key=key())

    return largest(is_protected, below=3600) + 1


def other_request_with_the_token() -> str:
    bench = Bench()
    bench.ask("TransactWriteItems", TransactItems=[on("Put", Item=sized(10))], **TOKEN)
    return bench.outcome("TransactWriteItems", TransactItems=[on("Put", Item=sized(11))], **TOKEN)


CLAIMS: list[Claim] = [
    *(
        TRANSACTIONS.says(f"TransactGetItems of {size:,} bytes", units, RU, get, size)
        for size, units in ((3, 2), (4096, 2), (4097, 4), (8193, 6))
    ),
    OTHERS.says("TransactGetItems of an item that is not there", 2, RU, get, 0),
    *(
        TRANSACTIONS.says(
            f"TransactWriteItems with a Put of {size:,} bytes", units, WU, write, 0, on("Put", Item=sized(size))
        )
        for size, units in ((3, 2), (1024, 2), (1025, 4), (2049, 6))
    ),
    TRANSACTIONS.says(
        "TransactWriteItems with an Update from 2,049 bytes to fewer",
        6,
        WU,
        write,
        2049,
        on("Update", Key=key(), **SHRINK),
    ),
    TRANSACTIONS.says("TransactWriteItems with a Delete of 1,025 bytes", 4, WU, write, 1025, on("Delete", Key=key())),
    TRANSACTIONS.says("TransactWriteItems with a Delete where nothing is", 2, WU, write, 0, on("Delete", Key=key())),
    OTHERS.says(
        "TransactWriteItems with a ConditionCheck of 1,025 bytes",
        4,
        WU,
        write,
        1025,
        on("ConditionCheck", Key=key(), **CHECK),
    ),
    OTHERS.says(
        "TransactWriteItems with a ConditionCheck where nothing is",
        2,
        WU,
        write,
        0,
        on("ConditionCheck", Key=key(), **CHECK),
    ),
    TRANSACTIONS.says(
        "TransactWriteItems with two Puts of 100 and 1,025 bytes",
        6,
        WU,
        write,
        0,
        on("Put", Item=sized(100)),
        on("Put", Item=sized(1025, "b")),
    ),
    TRANSACTIONS.says(
        "TransactWriteItems with a Put into a table with a global index: the table's part",
        2,
        WU,
        lambda: with_index()[0],
    ),
    OTHERS.says(
        "TransactWriteItems with a Put into a table with a global index: the index's part",
        1,
        WU,
        lambda: with_index()[1],
    ),
    *(
        OTHERS.says(f"the same token again, for a Put of {size:,} bytes", units, RU, replay, size)
        for size, units in ((100, 2), (4096, 2), (4097, 4))
    ),
    api("TransactWriteItems").says("a token protects for so long", 600, "seconds", protected_for),
    api("TransactWriteItems").says(
        "the same token with another request", "IdempotentParameterMismatchException", "", other_request_with_the_token
    ),
]
