"""Secondary indexes: how they are defined, what they ask of items, and what writes cost them.

The table ``cities``: pk, sk; the global indexes ``all`` (g, n), ``keys`` (g) and ``some`` (n), which holds x as well; the
local indexes ``lall`` (n) and ``lkeys`` (b). It holds one item.
"""

from typing import Any

from tests.conformance.case import Case, Step, Wire, answers, refuses
from tests.indexed import attributes, definition, index_definition

INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
KEY: Wire = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ITEM: Wire = {**KEY, "g": {"S": "g"}, "n": {"N": "3"}, "b": {"B": "YQ=="}, "x": {"S": "x"}, "y": {"S": "y"}}
GLOBALS = {"all": "g:S / n:N", "keys": "g -> KEYS_ONLY", "some": "n -> x"}
LOCALS = {"lall": "pk / n", "lkeys": "pk / b:B -> KEYS_ONLY"}
CITIES: tuple[Step, ...] = (
    ("CreateTable", definition(GLOBALS, LOCALS, TableName="cities")),
    ("PutItem", {"TableName": "cities", "Item": ITEM}),
)


def said(promise: str, step: Step, text: str, code: str = "ValidationException", fields: Wire | None = None) -> Case:
    """The request on ``cities`` is refused so."""
    return refuses(promise, *step, text, code=code, fields=fields, given=CITIES)


# Definitions


def table(**members: Any) -> Wire:
    return {**definition({"gsi": "g:S"}, TableName="new"), **members}


def index(**members: Any) -> Wire:
    return table(GlobalSecondaryIndexes=[{**index_definition("gsi", "g:S"), **members}])


def local(spec: str, **members: Any) -> Wire:
    params = definition(None, {"lsi": spec}, TableName="new")
    return {**params, "LocalSecondaryIndexes": [{**index_definition("lsi", spec), **members}]}


UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
HASH_G, RANGE_G = {"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "g", "KeyType": "RANGE"}
MEMBER = (
    "1 validation error detected: Value '{}' at 'globalSecondaryIndexes.1.member.{}' failed to satisfy constraint: "
)

DEFINITIONS: list[tuple[str, Wire, str]] = [
    (
        "a list of global indexes has members",
        table(GlobalSecondaryIndexes=[]),
        INVALID + "List of GlobalSecondaryIndexes is empty",
    ),
    (
        "a list of local indexes has members",
        definition(None, {}, TableName="new"),
        INVALID + "List of LocalSecondaryIndexes is empty",
    ),
    ("an index projects something", index(Projection={}), INVALID + "Unknown ProjectionType: null"),
    ("a local index projects something", local("pk / l:S", Projection={}), INVALID + "Unknown ProjectionType: null"),
    (
        "attributes are named only if not all are projected",
        index(Projection={"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}),
        INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
    ),
    (
        "attributes are named only if not just the keys are projected",
        index(Projection={"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]}),
        INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
    ),
    (
        "a projection of some attributes names them",
        index(Projection={"ProjectionType": "INCLUDE"}),
        INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    (
        "there are three kinds of projection",
        index(Projection={"ProjectionType": "NONE"}),
        MEMBER.format("NONE", "projection.projectionType")
        + "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]",
    ),
    (
        "the name of an index has three characters",
        index(IndexName="ab"),
        MEMBER.format("ab", "indexName") + "Member must have length greater than or equal to 3",
    ),
    (
        "the name of an index has no spaces",
        index(IndexName="a b c"),
        MEMBER.format("a b c", "indexName") + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
    (
        "the name of an index has at most 255 characters",
        index(IndexName="a" * 256),
        MEMBER.format("a" * 256, "indexName") + "Member must have length less than or equal to 255",
    ),
    (
        "the attributes of an index are defined",
        index(KeySchema=[{"AttributeName": "h", "KeyType": "HASH"}]),
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. "
        "Keys: [h], AttributeDefinitions: [pk, sk, g]",
    ),
    (
        "the key of an index begins with a partition key",
        index(KeySchema=[RANGE_G]),
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ),
    (
        "the key of an index has different attributes",
        index(KeySchema=[HASH_G, RANGE_G]),
        "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    (
        "two indexes have different names",
        table(GlobalSecondaryIndexes=[index_definition("gsi", "g:S"), index_definition("gsi", "g:S")]),
        INVALID + "Duplicate index name: gsi",
    ),
    (
        "a global and a local index have different names",
        definition({"one": "l:S"}, {"one": "pk / l"}, TableName="new"),
        INVALID + "Duplicate index name: one",
    ),
    (
        "an index on demand has no units",
        index(ProvisionedThroughput=UNITS),
        INVALID + "ProvisionedThroughput should not be specified for index: gsi when BillingMode is PAY_PER_REQUEST",
    ),
    (
        "a table has twenty global indexes",
        definition({f"gsi{n}": "g:S" for n in range(21)}, TableName="new"),
        INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (
        "a table has five local indexes",
        definition(None, {f"lsi{n}": "pk / l:S" for n in range(6)}, TableName="new"),
        INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5",
    ),
    (
        "a local index has a sort key",
        local("pk:S"),
        INVALID + "Index KeySchema does not have a range key for index: lsi",
    ),
    (
        "a local index has the partition key of the table",
        local("sk / l:S"),
        INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: lsi. "
        "index hash key: sk, table hash key: pk",
    ),
    (
        "a table without a sort key has no local index",
        definition(None, {"lsi": "pk / l:S"}, key="pk:S", TableName="new"),
        INVALID + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    ),
]


def updating(update: Wire, *attributes: Wire) -> Step:
    defined = {"AttributeDefinitions": list(attributes)} if attributes else {}
    return "UpdateTable", {"TableName": "cities", "GlobalSecondaryIndexUpdates": [update], **defined}


LATER: list[Case] = [
    said(
        "an update of indexes says what to do",
        updating({}),
        INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null",
    ),
    said(
        "an index is created once",
        updating({"Create": index_definition("keys", "g:S")}, *attributes("g:S")),
        "Attempting to create an index which already exists",
    ),
    said(
        "an index is updated once in a request",
        (
            "UpdateTable",
            {"TableName": "cities", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "keys"}}] * 2},
        ),
        INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: keys",
    ),
]


# Writes


def put(**attributes: Any) -> Step:
    return "PutItem", {"TableName": "cities", "Item": {**KEY, **attributes}}


def update(expression: str, **values: Any) -> Step:
    placeholders = (
        {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
    )
    return "UpdateItem", {"TableName": "cities", "Key": KEY, "UpdateExpression": expression, **placeholders}


def mistyped(key: str, expected: str, actual: str, name: str) -> str:
    return f"{INVALID}Type mismatch for Index Key {key} Expected: {expected} Actual: {actual} IndexName: {name}"


def empty(kind: str, name: str, key: str) -> str:
    return (
        f"{NOT_VALID}A value specified for a secondary index key is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {name}, IndexKey: {key}"
    )


EMPTIED = (
    f"{NOT_VALID}The update expression attempted to update a secondary index key to a value that is not supported. "
    "The AttributeValue for a key attribute cannot contain an empty string value."
)
UNSUPPORTED = "The update expression attempted to update the secondary index key to unsupported type"
SCALARS = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g"


def transaction(action: Wire) -> Step:
    return "TransactWriteItems", {"TransactItems": [action]}


def cancelled(promise: str, action: Wire, reason: str) -> Case:
    return said(
        promise,
        transaction(action),
        "Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError]",
        "TransactionCanceledException",
        {"CancellationReasons": [{"Code": "ValidationError", "Message": reason}]},
    )


MISTYPED_PUT, MISTYPED_UPDATE = put(g={"N": "1"})[1], update("SET g = :v", v={"N": "1"})[1]
WRITES: list[Case] = [
    said("a put of a mistyped index key is refused", put(g={"N": "1"}), mistyped("g", "S", "N", "all")),
    said("a mistyped number is shown with its type", put(n={"S": "1"}), mistyped("n", "N", "S", "all")),
    said("a map is no index key", put(b={"M": {}}), mistyped("b", "B", "M", "lkeys")),
    said("null is no index key", put(g={"NULL": True}), mistyped("g", "S", "NULL", "all")),
    said(
        "a mistyped index key goes before an empty one", put(g={"S": ""}, b={"S": ""}), mistyped("b", "B", "S", "lkeys")
    ),
    said("an empty string is no index key", put(g={"S": ""}), empty("string", "all", "g")),
    said("an empty binary is no index key", put(b={"B": ""}), empty("binary", "lkeys", "b")),
    said(
        "a batch with a mistyped index key is refused",
        ("BatchWriteItem", {"RequestItems": {"cities": [{"PutRequest": {"Item": MISTYPED_PUT["Item"]}}]}}),
        mistyped("g", "S", "N", "all"),
    ),
    said(
        "a batch with an empty index key is refused",
        ("BatchWriteItem", {"RequestItems": {"cities": [{"PutRequest": {"Item": {**KEY, "g": {"S": ""}}}}]}}),
        empty("string", "all", "g"),
    ),
    cancelled("a mistyped index key cancels a put", {"Put": MISTYPED_PUT}, mistyped("g", "S", "N", "all")),
    cancelled("a mistyped index key cancels an update", {"Update": MISTYPED_UPDATE}, mistyped("g", "S", "N", "all")),
    said(
        "a transaction with an empty index key is refused",
        transaction({"Put": put(g={"S": ""})[1]}),
        empty("string", "all", "g"),
    ),
    said(
        "a transaction that empties an index key is refused",
        transaction({"Update": update("SET g = :v", v={"S": ""})[1]}),
        EMPTIED,
    ),
    said(
        "an update to a mistyped index key is refused",
        update("SET g = :v", v={"N": "1"}),
        mistyped("g", "S", "N", "all"),
    ),
    said("an update to an empty index key is refused", update("SET g = :v", v={"S": ""}), EMPTIED),
    said("a sum is a number", update("SET g = n + :v", v={"N": "1"}), mistyped("g", "S", "N", "all")),
    said(
        "a list put together is a list",
        update("SET g = list_append(:v, :v)", v={"L": []}),
        mistyped("g", "S", "L", "all"),
    ),
    said(
        "a default has its type", update("SET g = if_not_exists(zz, :v)", v={"N": "1"}), mistyped("g", "S", "N", "all")
    ),
    said("a set is not added to an index key", update("ADD g :v", v={"SS": ["x"]}), mistyped("g", "S", "SS", "all")),
    said("an attribute of another type is no index key", update("SET g = n"), UNSUPPORTED),
    said("an index key is not updated inside", update("SET g.x = :v", v={"S": "x"}), SCALARS),
    said("nothing is removed from inside an index key", update("REMOVE g.x"), SCALARS),
    said(
        "a legacy update to a mistyped index key is refused",
        ("UpdateItem", {"TableName": "cities", "Key": KEY, "AttributeUpdates": {"g": {"Value": {"N": "1"}}}}),
        mistyped("g", "S", "N", "all"),
    ),
]


def charged(promise: str, step: Step, total: float, **units: float) -> Case:
    """The write on ``cities`` consumes this; the table consumes 1."""
    operation, params = step
    kinds = (("GlobalSecondaryIndexes", GLOBALS), ("LocalSecondaryIndexes", LOCALS))
    report: Wire = {"TableName": "cities", "CapacityUnits": total, "Table": {"CapacityUnits": 1}}
    for kind, specs in kinds:
        consumed = {name: {"CapacityUnits": units[name]} for name in specs if name in units}
        report |= {kind: consumed} if consumed else {}
    params = {**params, "ReturnConsumedCapacity": "INDEXES"}
    return answers(promise, operation, params, {"ConsumedCapacity": report}, given=CITIES)


DELETE: Step = ("DeleteItem", {"TableName": "cities", "Key": KEY})
CHARGES: list[Case] = [
    charged("a put of what is there costs the indexes nothing", ("PutItem", {"TableName": "cities", "Item": ITEM}), 1),
    charged("an index key that changes costs two", update("SET n = :v", v={"N": "4"}), 7, all=2, some=2, lall=2),
    charged("a projected attribute costs one", update("SET x = :v", v={"S": "z"}), 4, all=1, some=1, lall=1),
    charged("an attribute costs the indexes that hold it", update("SET y = :v", v={"S": "z"}), 3, all=1, lall=1),
    charged("an index key that is removed costs one", update("REMOVE b"), 4, all=1, lall=1, lkeys=1),
    charged("a delete costs one for each entry", DELETE, 6, all=1, keys=1, some=1, lall=1, lkeys=1),
    answers(
        "a write tells of its item collection",
        "PutItem",
        {"TableName": "cities", "Item": ITEM, "ReturnItemCollectionMetrics": "SIZE"},
        {"ItemCollectionMetrics": {"ItemCollectionKey": {"pk": {"S": "a"}}, "SizeEstimateRangeGB": [0, 1]}},
        given=CITIES,
    ),
]


CASES: list[Case] = [
    *(refuses(promise, "CreateTable", params, text) for promise, params, text in DEFINITIONS),
    *LATER,
    *WRITES,
    *CHARGES,
]
