"""Read units: what each way of reading consumes."""

from typing import Any

from tests.dynamodb.numbers.bench import Bench, key
from tests.dynamodb.numbers.claim import GLOBAL_INDEXES, LOCAL_INDEXES, UNITS, Claim, api

RU = "read units"


def get(size: int, consistent: bool, **params: Any) -> float:
    bench = Bench()
    if size:
        bench.put(size)
    return bench.units("GetItem", Key=key(), ConsistentRead=consistent, **params)


def batch_get(sizes: list[int], consistent: bool) -> float:
    """Keys of so many items, and of one more that is not there for each size of 0."""
    bench = Bench()
    for number, size in enumerate(sizes):
        if size:
            bench.put(size, str(number))
    keys = [key(str(number)) for number, _ in enumerate(sizes)]
    return bench.units("BatchGetItem", RequestItems={"things": {"Keys": keys, "ConsistentRead": consistent}})


QUERY = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}


def query(sizes: list[int], consistent: bool, **params: Any) -> float:
    bench = Bench(key="pk:S / sk:S")
    for number, size in enumerate(sizes):
        bench.put(size, sk=str(number))
    return bench.units("Query", **{**QUERY, **params}, ConsistentRead=consistent)


NOTHING_MATCHES = {"FilterExpression": "attribute_not_exists(v)"}


def scan(sizes: list[int], consistent: bool, **params: Any) -> float:
    bench = Bench()
    for number, size in enumerate(sizes):
        bench.put(size, str(number))
    return bench.units("Scan", **params, ConsistentRead=consistent)


def query_of_keys(kind: str, **params: Any) -> float:
    """Query an index that holds keys only; three items of 2,000 bytes each are in it."""
    if kind == "local":
        bench, name, mark = Bench(locals={"index": "pk / l:S -> KEYS_ONLY"}, key="pk:S / sk:S"), "pk", {"l": "x"}
    else:
        bench, name, mark = Bench(globals={"index": "g:S -> KEYS_ONLY"}, key="pk:S / sk:S"), "g", {"g": "a"}
    for number in range(3):
        bench.put(2000, sk=str(number), **mark)
    return bench.units("Query", IndexName="index", **{**QUERY, "KeyConditionExpression": f"{name} = :a"}, **params)


def empty_partitions(consistent: bool) -> float:
    bench = Bench(WarmThroughput={"WriteUnitsPerSecond": 8000})
    partitions = len(bench.lab.inspect("things").partitions)
    return bench.units("Scan", ConsistentRead=consistent) / partitions


CLAIMS: list[Claim] = [
    *(
        UNITS.says(f"GetItem, strongly consistent, {size:,} bytes", units, RU, get, size, True)
        for size, units in ((3, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (409_600, 100))
    ),
    *(
        UNITS.says(f"GetItem, eventually consistent, {size:,} bytes", units, RU, get, size, False)
        for size, units in ((3, 0.5), (4096, 0.5), (4097, 1), (8193, 1.5), (409_600, 50))
    ),
    UNITS.says("GetItem, strongly consistent, of an item that is not there", 1, RU, get, 0, True),
    UNITS.says("GetItem, eventually consistent, of an item that is not there", 0.5, RU, get, 0, False),
    api("GetItem").says(
        "GetItem that projects one small attribute of 8,192 bytes, strongly consistent",
        2,
        RU,
        get,
        8192,
        True,
        ProjectionExpression="pk",
    ),
    UNITS.says(
        "BatchGetItem of 100 and 4,097 bytes, strongly consistent: each rounded alone",
        3,
        RU,
        batch_get,
        [100, 4097],
        True,
    ),
    UNITS.says("BatchGetItem of 100 and 4,097 bytes, eventually consistent", 1.5, RU, batch_get, [100, 4097], False),
    UNITS.says("BatchGetItem of two keys that are not there, strongly consistent", 2, RU, batch_get, [0, 0], True),
    UNITS.says("BatchGetItem of three items of 2,000 bytes, strongly consistent", 3, RU, batch_get, [2000] * 3, True),
    UNITS.says(
        "Query of three items of 2,000 bytes, strongly consistent: summed, then rounded once",
        2,
        RU,
        query,
        [2000] * 3,
        True,
    ),
    UNITS.says("Query of three items of 2,000 bytes, eventually consistent", 1, RU, query, [2000] * 3, False),
    UNITS.says("Query of 4,096 bytes in two items, strongly consistent", 1, RU, query, [2048, 2048], True),
    UNITS.says("Query of 4,097 bytes in two items, strongly consistent", 2, RU, query, [2048, 2049], True),
    UNITS.says("Query that finds nothing, strongly consistent", 1, RU, query, [], True),
    UNITS.says("Query that finds nothing, eventually consistent", 0.5, RU, query, [], False),
    api("Query").says(
        "Query of 6,000 bytes with a filter that lets nothing through, strongly consistent",
        2,
        RU,
        query,
        [2000] * 3,
        True,
        **NOTHING_MATCHES,
    ),
    api("Query").says(
        "Query of 6,000 bytes that only counts, strongly consistent", 2, RU, query, [2000] * 3, True, Select="COUNT"
    ),
    api("Query").says(
        "Query of 6,000 bytes that projects the key alone, strongly consistent",
        2,
        RU,
        query,
        [2000] * 3,
        True,
        ProjectionExpression="pk",
    ),
    UNITS.says("Scan of 6,000 bytes in one partition, strongly consistent", 2, RU, scan, [2000] * 3, True),
    UNITS.says("Scan of 6,000 bytes in one partition, eventually consistent", 1, RU, scan, [2000] * 3, False),
    api("Scan").says(
        "Scan of 6,000 bytes with a filter that lets nothing through, strongly consistent",
        2,
        RU,
        scan,
        [2000] * 3,
        True,
        **NOTHING_MATCHES,
    ),
    UNITS.says(
        "Scan of an empty table, strongly consistent, for each of its partitions", 1, RU, empty_partitions, True
    ),
    UNITS.says(
        "Scan of an empty table, eventually consistent, for each of its partitions", 0.5, RU, empty_partitions, False
    ),
    GLOBAL_INDEXES.says(
        "Query of a global index that holds the keys of three items of 2,000 bytes", 0.5, RU, query_of_keys, "global"
    ),
    LOCAL_INDEXES.says(
        "Query of a local index that holds the keys of three items of 2,000 bytes, eventually consistent",
        0.5,
        RU,
        query_of_keys,
        "local",
    ),
    LOCAL_INDEXES.says(
        "Query of a local index that holds the keys of three items of 2,000 bytes, strongly consistent",
        1,
        RU,
        query_of_keys,
        "local",
        ConsistentRead=True,
    ),
    LOCAL_INDEXES.says(
        "Query of that index for all attributes, strongly consistent: a unit of index, and each item rounded alone",
        4,
        RU,
        query_of_keys,
        "local",
        ConsistentRead=True,
        Select="ALL_ATTRIBUTES",
    ),
]
