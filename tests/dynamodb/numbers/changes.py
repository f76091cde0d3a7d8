"""How throughput changes: what stays warm, how often it may be changed, when auto scaling does it."""

from itertools import cycle
from typing import Any

from dynateach import LabError
from tests.dynamodb.numbers.bench import COUNTING, Bench, largest, throughput
from tests.dynamodb.numbers.claim import AUTO_SCALING, QUOTAS, SWITCHING, WARM, Claim, guide
from tests.indexed import definition

DAY = 24 * 3600

WU_S, RU_S = "write units a second", "read units a second"


def warm_on_demand() -> float:
    """The warm throughput of a table with 9,000 write units that was switched to on-demand."""
    bench = Bench("ideal", **throughput(1, 9000))
    bench.ask("UpdateTable", BillingMode="PAY_PER_REQUEST")
    return float(bench.ask("DescribeTable")["Table"]["WarmThroughput"]["WriteUnitsPerSecond"])


def warmed(side: str, **table: Any) -> float:
    """The warm throughput of a table, as it describes itself."""
    bench = Bench("ideal", **table)
    return float(bench.ask("DescribeTable")["Table"]["WarmThroughput"][f"{side}UnitsPerSecond"])


def warm_after_decrease() -> float:
    bench = Bench("ideal", **throughput(1, 9000))
    bench.ask("UpdateTable", **throughput(1, 1))
    return float(bench.ask("DescribeTable")["Table"]["WarmThroughput"]["WriteUnitsPerSecond"])


def most_provisioned(tables: int) -> float:
    """The most write units that can be provisioned, in all, over so many tables."""

    def accepted(thousands: int) -> bool:
        bench, each = Bench(), throughput(1, thousands * 1000 // tables)
        wanted = [definition(key="pk:S", TableName=f"table{number}", **each) for number in range(tables)]
        return all(bench.accepts("CreateTable", **one) for one in wanted)

    return 1000 * largest(accepted, below=400)


def decreases(every: int, seconds: int) -> float:
    """How often a table's units can be lowered within so many seconds of midnight, tried so often."""
    bench = Bench("ideal", **throughput(1, 100))
    bench.lab.clock.advance(DAY - 60)
    done = 0
    for _ in range(0, seconds, every):
        done += bench.accepts("UpdateTable", **throughput(1, 99 - done))
        bench.wait(every)
    return done


def switches() -> float:
    """How often a table can be switched to on-demand within a day."""
    bench = Bench("ideal", **throughput(1, 1))
    done = 0
    while bench.accepts("UpdateTable", BillingMode="PAY_PER_REQUEST"):
        bench.ask("UpdateTable", BillingMode="PROVISIONED", **throughput(1, 1))
        done += 1
    return done


def class_changes() -> float:
    bench = Bench()
    classes = cycle(("STANDARD_INFREQUENT_ACCESS", "STANDARD"))
    return bench.until_refused(lambda: bench.outcome("UpdateTable", TableClass=next(classes)))


def scaled_after(target: int, minutes_of_load: int) -> float:
    """After how many minutes auto scaling changes the units of a table that is used fully, or not at all."""
    bench = Bench(COUNTING, **throughput(10, 10))
    bench.wait(300)
    bench.lab.autoscale("things", write=(1, 100, target))
    for minute in range(1, 31):
        for _ in range(10):
            if minute <= minutes_of_load:
                bench.put(60 * 1024 - 100)
            bench.wait(6)
        if bench.ask("DescribeTable")["Table"]["ProvisionedThroughput"]["WriteCapacityUnits"] != 10:
            return minute
    raise AssertionError("the units stayed as they were")


def target_accepted(target: int) -> bool:
    bench = Bench(COUNTING, **throughput(10, 10))
    try:
        bench.lab.autoscale("things", write=(1, 100, target))
    except LabError:
        return False
    return True


CLAIMS: list[Claim] = [
    WARM.says("warm throughput of a new on-demand table, writes", 4000, WU_S, warmed, "Write"),
    WARM.says("warm throughput of a new on-demand table, reads", 12_000, RU_S, warmed, "Read"),
    SWITCHING.says(
        "warm throughput of a table with 9,000 write units after a switch to on-demand", 9000, WU_S, warm_on_demand
    ),
    WARM.says("warm throughput of a table whose 9,000 write units were lowered to 1", 9000, WU_S, warm_after_decrease),
    QUOTAS.says("provisioned write units of one table", 40_000, WU_S, most_provisioned, 1),
    QUOTAS.says(
        "provisioned write units of four tables together, in one region of one account",
        80_000,
        WU_S,
        most_provisioned,
        4,
    ),
    QUOTAS.says("decreases of a table's units at midnight", 4, "decreases", decreases, 1, 60),
    QUOTAS.says("decreases of a table's units in a day, tried every minute", 27, "decreases", decreases, 60, DAY),
    SWITCHING.says("switches to on-demand within 24 hours", 4, "switches", switches),
    guide("Table classes").says("changes of the table class within 30 days", 2, "changes", class_changes),
    AUTO_SCALING.says("units are added after so many minutes above the target", 2, "minutes", scaled_after, 50, 30),
    AUTO_SCALING.says(
        "units are taken away after so many minutes below the target", 15, "minutes", scaled_after, 50, 0
    ),
    AUTO_SCALING.says(
        "the highest target utilisation", 90, "per cent", lambda: max(t for t in range(1, 100) if target_accepted(t))
    ),
    AUTO_SCALING.says(
        "the lowest target utilisation", 20, "per cent", lambda: min(t for t in range(1, 100) if target_accepted(t))
    ),
]
