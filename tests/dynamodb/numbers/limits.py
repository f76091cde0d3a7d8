"""What DynamoDB takes: the largest of each, found by halving, not by looking the limit up."""

from itertools import count
from typing import Any

from tests.dynamodb.numbers.bench import KB, MB, Bench, Wire, key, largest, sized
from tests.dynamodb.numbers.claim import CONSTRAINTS, GLOBAL_INDEXES, LOCAL_INDEXES, QUOTAS, Claim, api, guide
from tests.indexed import definition


def most(below: int, operation: str, params: Any, **table: Any) -> float:
    """The largest n for which ``params(n)`` is accepted on a fresh table."""
    return largest(lambda n: Bench("ideal", **table).accepts(operation, **params(n)), below)


def item(attributes: Wire) -> Wire:
    return {"Item": {**key(), **attributes}}


def nested(levels: int) -> Wire:
    """An attribute of so many levels."""
    value: Wire = {"S": "x"}
    for _ in range(levels - 1):
        value = {"L": [value]}
    return value


def put(**attributes: Wire) -> str:
    """What becomes of a PutItem into a table with an index over the text ``k``."""
    return Bench("ideal", {"index": "k:S"}).outcome("PutItem", Item={**key(), **attributes})


def exponents(sign: str, below: int) -> float:
    return most(below, "PutItem", lambda n: item({"n": {"N": f"1E{sign}{n}"}}))


def page(operation: str, **params: Any) -> float:
    """The bytes that one page reads of a table of items of 65,536 bytes each."""
    bench = Bench(key="pk:S / sk:S")
    for number in range(40):
        bench.put(64 * KB, sk=f"{number:02}")
    answer = bench.ask(operation, **params)
    assert "LastEvaluatedKey" in answer
    return float(answer["ScannedCount"] * 64 * KB)


QUERY = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}


def limit_before_filter() -> float:
    """How many items a page with Limit 3 reads when its filter lets none through."""
    bench = Bench(key="pk:S / sk:S")
    for number in range(9):
        bench.put(100, sk=str(number))
    return float(bench.ask("Query", **QUERY, Limit=3, FilterExpression="attribute_not_exists(v)")["ScannedCount"])


def batch_get_bytes() -> float:
    """Whole megabytes that one BatchGetItem answers of 100 items of 256 KB."""
    bench = Bench()
    for number in range(100):
        bench.put(256 * KB, str(number))
    answer = bench.ask("BatchGetItem", RequestItems={"things": {"Keys": [key(str(n)) for n in range(100)]}})
    return len(answer["Responses"]["things"]) / 4


def keys(count: int) -> Wire:
    return {"RequestItems": {"things": {"Keys": [key(str(n)) for n in range(count)]}}}


def puts(count: int) -> Wire:
    return {"RequestItems": {"things": [{"PutRequest": {"Item": key(str(n))}} for n in range(count)]}}


def transaction(count: int, size: int = 3) -> Wire:
    entries = [{"Put": {"TableName": "things", "Item": sized(size, f"{n:03}")}} for n in range(count)]
    return {"TransactItems": entries}


def transaction_bytes() -> float:
    """The most bytes in a transaction of 16 items of one size."""
    return 16 * most(400 * KB, "TransactWriteItems", lambda size: transaction(16, size))


def collection() -> float:
    """The gigabytes of one item collection in a table with a local index, filled by items of 400 KB."""
    bench = Bench(locals={"index": "pk / l:S"}, key="pk:S / sk:S")
    item, numbers = sized(400 * KB, sk="00000"), count()
    fitting = bench.until_refused(lambda: bench.outcome("PutItem", Item={**item, "sk": {"S": f"{next(numbers):05}"}}))
    return round(fitting * 400 * KB / 1024**3, 3)


def indexes(kind: str) -> float:
    """How many indexes CreateTable takes."""

    def accepted(count: int) -> bool:
        specs = {f"index{n}": (f"g{n}:S" if kind == "global" else f"pk / g{n}:S") for n in range(count)}
        globals, locals = (specs, None) if kind == "global" else (None, specs)
        wanted = definition(globals, locals, "pk:S / sk:S", TableName="other")
        return Bench().accepts("CreateTable", **wanted)

    return largest(accepted, below=64)


def index_keys(role: str) -> float:
    """How many attributes the partition key, or the sort key, of a global index may have."""

    def accepted(count: int) -> bool:
        attributes = " ".join(f"g{n}:S" for n in range(count))
        spec = attributes if role == "partition" else f"g:S / {attributes}"
        return Bench().accepts("CreateTable", **definition({"index": spec}, key="pk:S", TableName="other"))

    return largest(accepted, below=20)


def included(indexes: int) -> float:
    """How many attributes so many indexes may include, in all."""

    def accepted(count: int) -> bool:
        each = [", ".join(f"a{i}_{n}" for n in range(count // indexes)) for i in range(indexes)]
        specs = {f"index{i}": f"g{i}:S -> {names}" for i, names in enumerate(each)}
        return Bench().accepts("CreateTable", **definition(specs, key="pk:S", TableName="other"))

    low = 1 if indexes == 1 else indexes
    return low * largest(lambda n: accepted(n * low), below=400 // low)


def name_lengths() -> tuple[int, int]:
    def accepted(length: int) -> bool:
        return Bench().accepts("CreateTable", **definition(key="pk:S", TableName="x" * length))

    shortest = min(length for length in range(1, 10) if accepted(length))
    return shortest, largest(lambda n: accepted(n + 2), below=400) + 2


def tables() -> float:
    """How many tables there are when one more is refused; the bench has made the first."""
    bench = Bench()
    names = (f"table{number}" for number in count())
    return 1 + bench.until_refused(
        lambda: bench.outcome("CreateTable", **definition(key="pk:S", TableName=next(names)))
    )


def operators(count: int) -> Wire:
    """An update with so many operators: an addition counts, an assignment does not."""
    return {
        "Key": key(),
        "UpdateExpression": "SET " + ",".join(f"a{n}=:v+:v" for n in range(count)),
        "ExpressionAttributeValues": {":v": {"N": "1"}},
    }


def choices(count: int) -> Wire:
    values = {f":v{n}": {"S": "x"} for n in range(count)}
    return {"FilterExpression": f"a IN ({', '.join(values)})", "ExpressionAttributeValues": values}


def expression(length: int) -> Wire:
    """A projection of so many bytes; spaces count."""
    return {"Key": key(), "ProjectionExpression": "a".ljust(length)}


def placeholder(length: int) -> Wire:
    name = "#" + "n" * (length - 1) if length > 1 else "#n"
    return {"Key": key(), "ProjectionExpression": name, "ExpressionAttributeNames": {name: "a"}}


def statement(length: int) -> Wire:
    text = "SELECT * FROM things WHERE pk = 'a'"
    return {"Statement": text.ljust(length)}


def statements(count: int) -> Wire:
    return {"Statements": [{"Statement": f"SELECT * FROM things WHERE pk = '{n}'"} for n in range(count)]}


def tags(count: int) -> Wire:
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/things"
    return {"ResourceArn": arn, "Tags": [{"Key": f"tag{n}", "Value": "x"} for n in range(count)]}


CLAIMS: list[Claim] = [
    CONSTRAINTS.says(
        "an item, names and values", 400 * KB, "bytes", most, 500 * KB, "PutItem", lambda n: {"Item": sized(max(n, 3))}
    ),
    CONSTRAINTS.says("a partition key value", 2048, "bytes", most, 5000, "PutItem", lambda n: {"Item": key("x" * n)}),
    CONSTRAINTS.says(
        "a sort key value",
        1024,
        "bytes",
        most,
        5000,
        "PutItem",
        lambda n: {"Item": {**key(), "sk": {"S": "x" * n}}},
        key="pk:S / sk:S",
    ),
    CONSTRAINTS.says(
        "significant digits of a number", 38, "digits", most, 100, "PutItem", lambda n: item({"n": {"N": "1" * n}})
    ),
    CONSTRAINTS.says("the largest power of ten in a number", 125, "", exponents, "", 1000),
    CONSTRAINTS.says("the smallest power of ten in a number, but for its sign", 130, "", exponents, "-", 1000),
    CONSTRAINTS.says("nesting of an attribute", 32, "levels", most, 100, "PutItem", lambda n: item({"a": nested(n)})),
    CONSTRAINTS.says("the shortest table name", 3, "characters", lambda: name_lengths()[0]),
    CONSTRAINTS.says("the longest table name", 255, "characters", lambda: name_lengths()[1]),
    CONSTRAINTS.says("the text of an expression", 4 * KB, "bytes", most, 9000, "GetItem", expression),
    CONSTRAINTS.says("a placeholder", 255, "bytes", most, 1000, "GetItem", placeholder),
    CONSTRAINTS.says("operators in an UpdateExpression", 300, "operators", most, 1000, "UpdateItem", operators),
    CONSTRAINTS.says("operands of IN", 100, "operands", most, 300, "Scan", choices),
    api("Query").says("a page of a Query", MB, "bytes", page, "Query", **QUERY),
    api("Query").says(
        "a page of a Query whose filter lets nothing through",
        MB,
        "bytes",
        page,
        "Query",
        **QUERY,
        FilterExpression="attribute_not_exists(v)",
    ),
    api("Scan").says("a page of a Scan", MB, "bytes", page, "Scan"),
    api("Query").says("items that Limit 3 reads before a filter", 3, "items", limit_before_filter),
    api("Scan").says(
        "segments of a parallel scan",
        1_000_000,
        "segments",
        most,
        4_000_000,
        "Scan",
        lambda n: {"Segment": 0, "TotalSegments": n},
    ),
    api("BatchGetItem").says("keys in a BatchGetItem", 100, "keys", most, 300, "BatchGetItem", keys),
    api("BatchGetItem").says("an answer of BatchGetItem", 16, "MB", batch_get_bytes),
    api("BatchWriteItem").says("puts and deletes in a BatchWriteItem", 25, "writes", most, 100, "BatchWriteItem", puts),
    api("TransactWriteItems").says(
        "actions in a TransactWriteItems", 100, "actions", most, 300, "TransactWriteItems", transaction
    ),
    api("TransactWriteItems").says("items in a transaction, all together", 4 * MB, "bytes", transaction_bytes),
    api("ExecuteStatement").says(
        "the text of a PartiQL statement", 8192, "characters", most, 20_000, "ExecuteStatement", statement
    ),
    api("BatchExecuteStatement").says(
        "statements in a BatchExecuteStatement", 25, "statements", most, 100, "BatchExecuteStatement", statements
    ),
    QUOTAS.says("global indexes of a table", 20, "indexes", indexes, "global"),
    QUOTAS.says("local indexes of a table", 5, "indexes", indexes, "local"),
    LOCAL_INDEXES.says("an item collection of a table with a local index", 10, "GB", collection),
    GLOBAL_INDEXES.says("attributes in the partition key of a global index", 4, "attributes", index_keys, "partition"),
    GLOBAL_INDEXES.says("attributes in the sort key of a global index", 4, "attributes", index_keys, "sort"),
    CONSTRAINTS.says("attributes that one index includes", 20, "attributes", included, 1),
    CONSTRAINTS.says("attributes that the indexes of a table include", 100, "attributes", included, 10),
    QUOTAS.says("tables in a region", 2500, "tables", tables),
    guide("Tagging").says("tags of a table", 50, "tags", most, 200, "TagResource", tags),
    CONSTRAINTS.says("an empty text in an attribute that is no key", "OK", "", put, v={"S": ""}),
    CONSTRAINTS.says("an empty text as a key", "ValidationException", "", put, pk={"S": ""}),
    CONSTRAINTS.says("an empty set", "ValidationException", "", put, v={"SS": []}),
    CONSTRAINTS.says("an empty list", "OK", "", put, v={"L": []}),
    GLOBAL_INDEXES.says(
        "a number where an index wants a text for its key", "ValidationException", "", put, k={"N": "1"}
    ),
]
