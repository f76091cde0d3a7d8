"""Write units: what each way of writing consumes, done or refused."""

from typing import Any

from dynateach import ServiceError
from dynateach.trace import WriteRefused
from tests.dynamodb.numbers.bench import COUNTING, Bench, key, sized
from tests.dynamodb.numbers.claim import EXPIRY, UNITS, Claim, api

WU = "write units"

MUST_EXIST = {"ConditionExpression": "attribute_exists(pk)"}
MUST_NOT = {"ConditionExpression": "attribute_not_exists(pk)"}


def holding(size: int) -> Bench:
    """A table with one item of so many bytes, none if 0."""
    bench = Bench()
    if size:
        bench.put(size)
    return bench


def put(old: int, new: int) -> float:
    return holding(old).units("PutItem", Item=sized(new))


def update(old: int, new: int) -> float:
    """SET an attribute so that the item comes to ``new`` bytes."""
    text = {":v": sized(new)["v"]}
    return holding(old).units("UpdateItem", Key=key(), UpdateExpression="SET v = :v", ExpressionAttributeValues=text)


def delete(old: int) -> float:
    return holding(old).units("DeleteItem", Key=key())


def refused(operation: str, old: int, **params: Any) -> float:
    """What a write costs whose condition does not hold, as the trace tells it: the answer is an error."""
    bench = holding(old)
    try:
        bench.ask(operation, **params)
    except ServiceError:
        return bench.lab.trace.of(WriteRefused)[-1].units
    raise AssertionError("the condition held")


def batch(old: int) -> float:
    bench = holding(old)
    entries = [
        {"PutRequest": {"Item": sized(100, "b")}},
        {"PutRequest": {"Item": sized(1025, "c")}},
        {"DeleteRequest": {"Key": key()}},
    ]
    return bench.units("BatchWriteItem", RequestItems={"things": entries})


def no_change() -> float:
    return holding(3000).units("PutItem", Item=sized(3000))


def expiry() -> float:
    """The write units that the deletion of an expired item uses up."""
    bench = Bench(COUNTING)
    bench.ask("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    moment = bench.lab.clock.now // 1_000_000
    bench.ask("PutItem", Item={**sized(3000), "expires": {"N": str(moment)}})
    inside = bench.lab.inspect("things")
    before = inside.consumed("Write")
    bench.wait(60)
    assert inside.partitions[0].items == 0
    return inside.consumed("Write") - before


CLAIMS: list[Claim] = [
    *(
        UNITS.says(f"PutItem of {new:,} bytes where nothing was", units, WU, put, 0, new)
        for new, units in ((3, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3), (409_600, 400))
    ),
    *(
        UNITS.says(f"PutItem of {new:,} bytes in place of {old:,}", units, WU, put, old, new)
        for old, new, units in ((3000, 10, 3), (10, 3000, 3), (1024, 1024, 1), (1025, 1024, 2), (409_600, 3, 400))
    ),
    UNITS.says("PutItem of 3,000 bytes that are there already", 3, WU, no_change),
    *(
        UNITS.says(f"UpdateItem from {old:,} to {new:,} bytes", units, WU, update, old, new)
        for old, new, units in ((0, 1024, 1), (0, 1025, 2), (1024, 1025, 2), (2049, 10, 3), (102_399, 102_401, 101))
    ),
    *(
        UNITS.says(f"DeleteItem of {old:,} bytes", units, WU, delete, old)
        for old, units in ((3, 1), (1024, 1), (1025, 2), (409_600, 400))
    ),
    api("DeleteItem").says("DeleteItem where nothing is", 1, WU, delete, 0),
    UNITS.says(
        "PutItem of 10 bytes on 3,000, the condition fails", 3, WU, refused, "PutItem", 3000, Item=sized(10), **MUST_NOT
    ),
    UNITS.says(
        "PutItem of 3,000 bytes on 10, the condition fails", 3, WU, refused, "PutItem", 10, Item=sized(3000), **MUST_NOT
    ),
    UNITS.says(
        "PutItem of 3 bytes on nothing, the condition fails", 1, WU, refused, "PutItem", 0, Item=sized(3), **MUST_EXIST
    ),
    UNITS.says(
        "DeleteItem of 3,000 bytes, the condition fails", 3, WU, refused, "DeleteItem", 3000, Key=key(), **MUST_NOT
    ),
    UNITS.says(
        "DeleteItem where nothing is, the condition fails", 1, WU, refused, "DeleteItem", 0, Key=key(), **MUST_EXIST
    ),
    UNITS.says(
        "UpdateItem of 1,025 bytes, the condition fails",
        2,
        WU,
        refused,
        "UpdateItem",
        1025,
        Key=key(),
        UpdateExpression="REMOVE v",
        **MUST_NOT,
    ),
    UNITS.says("BatchWriteItem that puts 100 and 1,025 bytes and deletes nothing: no discount", 4, WU, batch, 0),
    UNITS.says("BatchWriteItem that puts 100 and 1,025 bytes and deletes 3,000", 6, WU, batch, 3000),
    EXPIRY.says("the deletion of an item of 3,000 bytes that expired", 0, WU, expiry),
]
