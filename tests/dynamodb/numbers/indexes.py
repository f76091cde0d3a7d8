"""What keeping an index in line costs: nothing, one write or two."""

from typing import Any

from dynateach import ServiceError
from tests.dynamodb.numbers.bench import COUNTING, Bench, Wire
from tests.dynamodb.numbers.claim import GLOBAL_INDEXES, LOCAL_INDEXES, OTHERS, Claim

WU = "write units of the index"

Item = dict[str, Any]


def upkeep(kind: str, old: Item | None, new: Item | None) -> float:
    """The units of an index over ``k`` that holds ``x``, when ``old`` becomes ``new``; None is no item."""
    globals, locals = ({"index": "k:S -> x"}, None) if kind == "global" else (None, {"index": "pk / k:S -> x"})
    bench = Bench("ideal", globals, locals, key="pk:S / sk:S")
    if old is not None:
        bench.ask("PutItem", Item=of(old))
    answer = write(bench, new)
    lists = (answer["ConsumedCapacity"].get(f"{name}SecondaryIndexes", {}) for name in ("Global", "Local"))
    return float(sum(index["CapacityUnits"] for one in lists for index in one.values()))


def write(bench: Bench, new: Item | None) -> Wire:
    if new is None:
        return bench.ask("DeleteItem", Key=of({}), ReturnConsumedCapacity="INDEXES")
    return bench.ask("PutItem", Item=of(new), ReturnConsumedCapacity="INDEXES")


def of(attributes: Item) -> Wire:
    return {"pk": {"S": "a"}, "sk": {"S": "b"}, **{name: {"S": text} for name, text in attributes.items()}}


def long(entry: int, key: str = "k") -> Item:
    """Attributes whose entry has so many bytes."""
    return {"k": key, "x": "x" * (entry - len("pkaskbkkx"))}


CHANGES: tuple[tuple[str, Item | None, Item | None, float], ...] = (
    ("an item without the index key comes", None, {"y": "1"}, 0),
    ("an item without the index key changes", {"y": "1"}, {"y": "2"}, 0),
    ("an item without the index key goes", {"y": "1"}, None, 0),
    ("an item is written as it was", {"k": "k", "x": "1"}, {"k": "k", "x": "1"}, 0),
    ("an attribute changes that is not projected", {"k": "k", "y": "1"}, {"k": "k", "y": "2"}, 0),
    ("an item with the index key comes", None, {"k": "k"}, 1),
    ("the index key is added", {}, {"k": "k"}, 1),
    ("the index key is taken away", {"k": "k"}, {}, 1),
    ("an item with the index key goes", {"k": "k"}, None, 1),
    ("a projected attribute changes", {"k": "k", "x": "1"}, {"k": "k", "x": "2"}, 1),
    ("the index key changes", {"k": "k"}, {"k": "l"}, 2),
)

SIZED: tuple[tuple[str, Item | None, Item | None, float], ...] = (
    ("an entry of 1,024 bytes comes", None, long(1024), 1),
    ("an entry of 1,025 bytes comes", None, long(1025), 2),
    ("an entry of 2,049 bytes goes", long(2049), None, 3),
    ("an entry grows from 100 to 2,049 bytes", long(100), long(2049), 3),
    ("an entry shrinks from 2,049 to 100 bytes", long(2049), long(100), 3),
    ("an entry of 1,500 bytes moves to another key", long(1500), long(1500, "l"), 4),
    ("an entry of 1,500 bytes moves and shrinks to 100", long(1500), long(100, "l"), 3),
)


def charged(kind: str, owner: str) -> float:
    """What one write into an index takes from the budgets of the table (""), or of the index."""
    globals, locals = ({"index": "k:S"}, None) if kind == "global" else (None, {"index": "pk / k:S"})
    bench = Bench(COUNTING, globals, locals, key="pk:S / sk:S")
    bench.ask("PutItem", Item=of({"k": "k"}))
    return bench.lab.inspect("things").consumed("Write", owner)


def strong_read(kind: str) -> str:
    globals, locals = ({"index": "k:S"}, None) if kind == "global" else (None, {"index": "pk / k:S"})
    bench = Bench("ideal", globals, locals, key="pk:S / sk:S")
    try:
        bench.ask("Scan", IndexName="index", ConsistentRead=True)
    except ServiceError as error:
        return error.code
    return "OK"


def largest_lag() -> bool:
    """Whether each of 200 entries can be read within a second of its write, and none at once."""
    bench = Bench("realistic", {"index": "k:S"}, key="pk:S / sk:S")
    found = []
    for number in range(200):
        bench.ask("PutItem", Item={**of({"k": "k"}), "sk": {"S": str(number)}})
        bench.wait(1)
        found.append(bench.ask("Scan", IndexName="index", Select="COUNT")["Count"])
    return found == list(range(1, 201))


CLAIMS: list[Claim] = [
    *(
        GLOBAL_INDEXES.says(f"global index: {words}", units, WU, upkeep, "global", old, new)
        for words, old, new, units in CHANGES
    ),
    *(
        LOCAL_INDEXES.says(f"local index: {words}", units, WU, upkeep, "local", old, new)
        for words, old, new, units in CHANGES
    ),
    *(OTHERS.says(f"global index: {words}", units, WU, upkeep, "global", old, new) for words, old, new, units in SIZED),
    GLOBAL_INDEXES.says(
        "a write that touches a global index takes from the table", 1, "write units", charged, "global", ""
    ),
    GLOBAL_INDEXES.says(
        "a write that touches a global index takes from the index", 1, "write units", charged, "global", "index"
    ),
    LOCAL_INDEXES.says(
        "a write that touches a local index takes from the table", 2, "write units", charged, "local", ""
    ),
    GLOBAL_INDEXES.says(
        "a strongly consistent read of a global index", "ValidationException", "", strong_read, "global"
    ),
    LOCAL_INDEXES.says("a strongly consistent read of a local index", "OK", "", strong_read, "local"),
    GLOBAL_INDEXES.says("every entry can be read a second after its write, in normal times", True, "", largest_lag),
]
