"""Units a second: what tables and partitions serve, and which budget refuses."""

from dataclasses import replace
from itertools import count
from typing import Any

from dynateach import ServiceError
from dynateach.profile import IDEAL, Profile
from tests.dynamodb.numbers.bench import COUNTING, Bench, key, largest, sized, throughput
from tests.dynamodb.numbers.claim import (
    BURST,
    GLOBAL_INDEXES,
    ON_DEMAND,
    PAPER,
    PARTITION_KEYS,
    US,
    Claim,
    api,
    guide,
)
from tests.indexed import attributes, index_definition

STATIC = replace(IDEAL, admission="static")
SPREAD = replace(COUNTING, on_demand_partitions=16)
"""So many partitions that the table's budget is spent before any ceiling is met."""

MINUTE, HOUR = 60, 3600


def served(
    side: str, profile: Profile = COUNTING, idle: float = 0, keys: int = 1, size: int = 3, **table: Any
) -> float:
    """How many units a table serves in one moment before it refuses, to so many keys in turn."""
    bench = Bench(profile, **table)
    bench.wait(idle)
    turn = count()

    def attempt() -> str:
        pk = str(next(turn) % keys)
        if side == "Write":
            return bench.outcome("PutItem", Item=sized(size, pk))
        return bench.outcome("GetItem", Key=key(pk), ConsistentRead=True)

    bench.until_refused(attempt)
    return bench.lab.inspect("things").consumed(side)


def refusal(**table: Any) -> str:
    """With which code a write is refused whose partition has had its 1,000 units."""
    bench = Bench(COUNTING, **table)
    bench.wait(300)
    for _ in range(3):
        bench.put(400 * 1024)
    return bench.outcome("PutItem", Item=sized(3))


def reason(profile: Profile = COUNTING, **table: Any) -> str:
    """The throttling reason of the first write to a table that is refused."""
    return refused_for(Bench(profile, **table))


def refused_for(bench: Bench, **attributes: str) -> str:
    """The throttling reason of the first of many equal writes that is refused."""
    for number in count():
        try:
            bench.put(100 * 1024, str(number % 2), **attributes)
        except ServiceError as error:
            (found,) = error.fields.get("ThrottlingReasons") or error.fields["throttlingReasons"]
            return str(found["reason"])
    raise AssertionError("nothing was refused")


def starved_index() -> str:
    """The throttling reason of a write to a healthy table whose index has used its one unit."""
    bench = Bench(COUNTING, **throughput(100, 100))
    index = index_definition("index", "k:S -> KEYS_ONLY") | throughput(1, 1)
    bench.ask("UpdateTable", AttributeDefinitions=attributes("k:S"), GlobalSecondaryIndexUpdates=[{"Create": index}])
    return refused_for(bench, k="k")


def partitions(profile: str = "realistic", **table: Any) -> float:
    return len(Bench(profile, **table).lab.inspect("things").partitions)


def share(parts: int = 4) -> float:
    """The write units of each partition of a table with 3,200, under fixed shares."""
    bench = Bench(STATIC, **throughput(100, 3200))
    for number in range(parts - 4):
        bench.lab.inspect("things").split(f"p{number}")
    return min(one.rate for one in bench.lab.inspect("things").budgets if (one.side, one.budget) == ("Write", "share"))


def grown(idle: float) -> float:
    """The write units a second that a table can take so long after a second in which it was asked for 3,000."""
    bench = Bench(SPREAD)
    for number in range(30):
        bench.put(100 * 1024, str(number))
    bench.wait(idle)
    rates = {(one.side, one.budget): one.rate for one in bench.lab.inspect("things").budgets}
    return rates["Write", "on-demand"]


def overdrawn() -> float:
    """The largest write, in units, that a table of one unit lets in."""
    return largest(lambda units: Bench(COUNTING, **throughput(1, 1)).accepts("PutItem", Item=sized(units * 1024)), 401)


def done_of_a_batch() -> float:
    """How many of five writes of a unit a table does that has used up its savings and then waited for three units."""
    bench = Bench(COUNTING, **throughput(1, 3))
    while bench.outcome("PutItem", Item=key("first")) == "OK":
        pass
    bench.wait(1)
    bench.ask("BatchWriteItem", RequestItems={"things": [{"PutRequest": {"Item": key(pk)}} for pk in "abcde"]})
    return bench.lab.inspect("things").partitions[0].items - 1


WU_S, RU_S = "write units a second", "read units a second"

CLAIMS: list[Claim] = [
    BURST.says(
        "write units that a table of 3 a second serves at once after an hour without traffic",
        900,
        "write units",
        served,
        "Write",
        idle=HOUR,
        **throughput(2, 3),
    ),
    BURST.says(
        "read units that a table of 2 a second serves at once after an hour without traffic",
        600,
        "read units",
        served,
        "Read",
        idle=HOUR,
        **throughput(2, 3),
    ),
    US.says(
        "read units that a table of 2 a second serves at once when it is 299 seconds old: it began with a second's worth",
        600,
        "read units",
        served,
        "Read",
        idle=299 - 60,
        **throughput(2, 3),
    ),
    BURST.says(
        "a burst of a table of 100 write units a second, to one item",
        1000,
        "write units",
        served,
        "Write",
        idle=HOUR,
        **throughput(10, 100),
    ),
    PARTITION_KEYS.says("one partition on demand serves so many writes", 1000, WU_S, served, "Write"),
    PARTITION_KEYS.says("one partition on demand serves so many reads", 3000, RU_S, served, "Read"),
    PARTITION_KEYS.says(
        "one partition of a table with 10,000 provisioned write units serves so many",
        1000,
        WU_S,
        served,
        "Write",
        **throughput(10, 10_000),
    ),
    PARTITION_KEYS.says(
        "one partition of a table with 10,000 provisioned read units serves so many",
        3000,
        RU_S,
        served,
        "Read",
        **throughput(10_000, 10),
    ),
    ON_DEMAND.says(
        "a new on-demand table serves so many writes, spread over its keys",
        4000,
        WU_S,
        served,
        "Write",
        SPREAD,
        keys=500,
    ),
    ON_DEMAND.says(
        "a new on-demand table serves so many reads, spread over its keys",
        12_000,
        RU_S,
        served,
        "Read",
        SPREAD,
        keys=500,
    ),
    US.says(
        "on-demand, 29 minutes after a peak of 3,000 writes a second: the peak does not count yet",
        4000,
        WU_S,
        grown,
        29 * MINUTE,
    ),
    ON_DEMAND.says(
        "on-demand, 30 minutes after a peak of 3,000 writes a second: double the peak", 6000, WU_S, grown, 30 * MINUTE
    ),
    guide("On-demand maximum throughput").says(
        "on-demand with a maximum of 7 write units a second",
        7,
        WU_S,
        served,
        "Write",
        OnDemandThroughput={"MaxWriteRequestUnits": 7},
    ),
    api("ThrottlingReason").says(
        "a provisioned table that has used its level",
        "TableWriteProvisionedThroughputExceeded",
        "",
        reason,
        **throughput(1, 1),
    ),
    api("ThrottlingReason").says(
        "an on-demand table above its maximum",
        "TableWriteMaxOnDemandThroughputExceeded",
        "",
        reason,
        OnDemandThroughput={"MaxWriteRequestUnits": 1},
    ),
    api("ThrottlingReason").says("a partition above its ceiling", "TableWriteKeyRangeThroughputExceeded", "", reason),
    GLOBAL_INDEXES.says(
        "a healthy table whose index has used its level",
        "IndexWriteProvisionedThroughputExceeded",
        "",
        starved_index,
    ),
    api("BatchWriteItem").says("writes that a table with 3 units does of a batch of 5", 3, "writes", done_of_a_batch),
    api("PutItem").says("a partition above its ceiling, on demand", "ThrottlingException", "", refusal),
    api("PutItem").says(
        "a partition above its ceiling, provisioned",
        "ProvisionedThroughputExceededException",
        "",
        refusal,
        **throughput(10, 10_000),
    ),
    PAPER.says("fixed shares: each of the 4 partitions of a table with 3,200 write units has", 800, WU_S, share),
    PAPER.says("fixed shares: after a partition of that table was split, each half has", 400, WU_S, share, 5),
    US.says(
        "partitions of a new table with 1,000 provisioned write units",
        1,
        "partitions",
        partitions,
        **throughput(1, 1000),
    ),
    US.says(
        "partitions of a new table with 1,001 provisioned write units",
        2,
        "partitions",
        partitions,
        **throughput(1, 1001),
    ),
    US.says(
        "partitions of a new table with 3,001 provisioned read units",
        2,
        "partitions",
        partitions,
        **throughput(3001, 1),
    ),
    US.says(
        "partitions of a new table with 3,200 provisioned write units",
        4,
        "partitions",
        partitions,
        **throughput(1, 3200),
    ),
    US.says("partitions of a new on-demand table", 4, "partitions", partitions),
    US.says("what one request may take from a budget in which 1 unit is left", 400, "write units", overdrawn),
]
