"""The constraints of the service model: table names, enumerated values, bounds, required members, and JSON types."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, refuses

BASE: dict[str, Wire] = {
    "PutItem": {"TableName": "things", "Item": KEY},
    "GetItem": {"TableName": "things", "Key": KEY},
    "UpdateItem": {"TableName": "things", "Key": KEY},
    "DeleteItem": {"TableName": "things", "Key": KEY},
    "Query": {
        "TableName": "things",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "a"}},
    },
    "Scan": {"TableName": "things"},
}
PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
NOT_FOUND = "Requested resource not found"
STRING = "cannot be converted to String"


def violated(*problems: str) -> str:
    plural = "s" if len(problems) > 1 else ""
    return f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"


def problem(value: str, path: str, constraint: str) -> str:
    return f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def one_of(value: str, path: str, choices: str) -> str:
    return problem(f"'{value}'", path, f"Member must satisfy enum value set: [{choices}]")


TABLE_NAMES: list[tuple[str, object, str]] = [
    ("is given", None, problem("null", "tableName", "Member must not be null")),
    ("is not empty", "", problem("''", "tableName", "Member must have length greater than or equal to 1")),
    ("has letters, digits, and three signs", "a b!", problem("'a b!'", "tableName", PATTERN)),
    ("is told one thing at a time", "!", problem("'!'", "tableName", PATTERN)),
    (
        "has 255 characters",
        "a" * 256,
        problem(f"'{'a' * 256}'", "tableName", "Member must have length less than or equal to 255"),
    ),
]
MISTYPED: list[tuple[str, object, str]] = [
    ("number", 5, f"NUMBER_VALUE {STRING}"),
    ("boolean", True, f"TRUE_VALUE {STRING}"),
    ("list", ["a"], "Unrecognized collection type class java.lang.String"),
    ("map", {"a": 1}, "Start of structure or map found where not expected"),
]

RETURN_VALUES = "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"
CAPACITY = one_of("X", "returnConsumedCapacity", "INDEXES, TOTAL, NONE")
VALUES = one_of("X", "returnValues", RETURN_VALUES)
METRICS = one_of("X", "returnItemCollectionMetrics", "SIZE, NONE")
NO_KEY = problem("null", "key", "Member must not be null")
ALL_WRONG = {"ReturnValues": "X", "ReturnConsumedCapacity": "X", "ReturnItemCollectionMetrics": "X"}
BATCH_NAMES = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
    f"Member must have length greater than or equal to 3, {PATTERN}]"
)
ENTRY = {"DeleteRequest": {"Key": KEY}}


def keys(count: int) -> list[Wire]:
    return [{"pk": {"S": str(number)}} for number in range(count)]


CASES: list[Case] = [
    *(
        refuses(f"a table name {promise}, in {operation}", operation, {**params, "TableName": name}, violated(text))
        for promise, name, text in TABLE_NAMES
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"a table name is no {kind}, in {operation}",
            operation,
            {**params, "TableName": name},
            text,
            code="SerializationException",
        )
        for kind, name, text in MISTYPED
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"a table that does not exist is not found, in {operation}",
            operation,
            {**params, "TableName": name},
            NOT_FOUND,
            code="ResourceNotFoundException",
        )
        for name in ("nothings",)
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"a name too short for a table is that of none, in {operation}",
            operation,
            {**params, "TableName": "ab"},
            NOT_FOUND,
            code="ResourceNotFoundException",
        )
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"a table in another account is not found, in {operation}",
            operation,
            {**params, "TableName": "arn:aws:dynamodb:us-east-1:999999999999:table/things"},
            NOT_FOUND,
            code="ResourceNotFoundException",
        )
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"{operation} returns consumed capacity in three ways",
            operation,
            {**params, "ReturnConsumedCapacity": "X"},
            violated(CAPACITY),
        )
        for operation, params in BASE.items()
    ),
    *(
        refuses(
            f"{operation} returns values in five ways",
            operation,
            {**BASE[operation], "ReturnValues": "X"},
            violated(VALUES),
        )
        for operation in ("PutItem", "UpdateItem", "DeleteItem")
    ),
    *(
        refuses(
            f"{operation} lists all that is wrong",
            operation,
            {**BASE[operation], **ALL_WRONG},
            violated(VALUES, CAPACITY, METRICS),
        )
        for operation in ("PutItem", "DeleteItem")
    ),
    refuses(
        "UpdateItem stops at the first that is wrong",
        "UpdateItem",
        {**BASE["UpdateItem"], **ALL_WRONG},
        violated(VALUES),
    ),
    *(
        refuses(
            f"a bad table name stands alone, in {operation}",
            operation,
            {**BASE[operation], **ALL_WRONG, "TableName": ""},
            violated(TABLE_NAMES[1][2]),
        )
        for operation in ("PutItem", "UpdateItem", "DeleteItem")
    ),
    *(
        refuses(
            f"{operation} without a key lists its table's name with the rest",
            operation,
            {"TableName": "", "ReturnValues": "X", "ReturnConsumedCapacity": "X"},
            violated(CAPACITY, TABLE_NAMES[1][2], VALUES, NO_KEY),
        )
        for operation in ("UpdateItem", "DeleteItem")
    ),
    *(
        refuses(f"{operation} has a key", operation, {"TableName": "things"}, violated(NO_KEY))
        for operation in ("GetItem", "UpdateItem", "DeleteItem")
    ),
    refuses(
        "PutItem has an item",
        "PutItem",
        {"TableName": "things"},
        violated(problem("null", "item", "Member must not be null")),
    ),
    *(
        refuses(
            f"{operation} returns no new values",
            operation,
            {**BASE[operation], "ReturnValues": "ALL_NEW"},
            COUNTED + "ReturnValues can only be ALL_OLD or NONE",
        )
        for operation in ("PutItem", "DeleteItem")
    ),
    *(
        refuses(
            f"{operation} joins conditions by AND or OR",
            operation,
            {**BASE[operation], "ConditionalOperator": "X"},
            violated(one_of("X", "conditionalOperator", "OR, AND")),
        )
        for operation in ("PutItem", "UpdateItem", "DeleteItem", "Scan")
    ),
    refuses(
        "Query joins conditions by AND or OR, and says so in its own way",
        "Query",
        {**BASE["Query"], "ConditionalOperator": "X"},
        "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]",
    ),
    *(
        refuses(
            f"{operation} selects in four ways",
            operation,
            {**BASE[operation], "Select": "X"},
            violated(one_of("X", "select", "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES")),
        )
        for operation in ("Query", "Scan")
    ),
    refuses(
        "a Query reads something",
        "Query",
        {**BASE["Query"], "Limit": 0},
        COUNTED + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    refuses(
        "a Scan reads something",
        "Scan",
        {**BASE["Scan"], "Limit": 0},
        COUNTED + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    refuses(
        "a segment is not negative",
        "Scan",
        {**BASE["Scan"], "Segment": -1, "TotalSegments": 2},
        COUNTED + "Value at 'Segment' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ),
    refuses(
        "there is at least one segment",
        "Scan",
        {**BASE["Scan"], "Segment": 0, "TotalSegments": 0},
        violated(problem("'0'", "totalSegments", "Member must have value greater than or equal to 1")),
    ),
    refuses(
        "an index name has a form",
        "Query",
        {**BASE["Query"], "IndexName": "x!"},
        violated(
            problem("'x!'", "indexName", PATTERN),
            problem("'x!'", "indexName", "Member must have length greater than or equal to 3"),
        ),
    ),
    refuses(
        "AttributesToGet asks for something",
        "GetItem",
        {**BASE["GetItem"], "AttributesToGet": []},
        violated(problem("'[]'", "attributesToGet", "Member must have length greater than or equal to 1")),
    ),
    refuses(
        "a limit is a number",
        "Scan",
        {**BASE["Scan"], "Limit": "1"},
        "STRING_VALUE cannot be converted to Integer",
        code="SerializationException",
    ),
    refuses(
        "a boolean is a boolean, or a word for one",
        "GetItem",
        {**BASE["GetItem"], "ConsistentRead": "x"},
        "Unexpected token received from parser",
        code="SerializationException",
    ),
    refuses(
        "a key is a map",
        "GetItem",
        {**BASE["GetItem"], "Key": []},
        "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
        code="SerializationException",
    ),
    refuses(
        "an item is a map",
        "PutItem",
        {**BASE["PutItem"], "Item": "a"},
        "Unexpected field type",
        code="SerializationException",
    ),
    # Batches
    refuses(
        "a batch of writes has entries",
        "BatchWriteItem",
        {"RequestItems": {}},
        COUNTED
        + "Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    refuses(
        "a batch of reads has entries",
        "BatchGetItem",
        {"RequestItems": {}},
        COUNTED
        + "Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    refuses(
        "a batch of writes says what to write",
        "BatchWriteItem",
        {},
        violated(problem("null", "requestItems", "Member must not be null")),
    ),
    refuses(
        "a batch of writes has entries for each table",
        "BatchWriteItem",
        {"RequestItems": {"things": []}},
        COUNTED
        + "Value at 'RequestItems.things.member' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    refuses(
        "a batch of reads has keys for each table",
        "BatchGetItem",
        {"RequestItems": {"things": {"Keys": []}}},
        COUNTED
        + "Value at 'RequestItems.things.member.Keys' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    refuses(
        "a batch of reads has 100 keys",
        "BatchGetItem",
        {"RequestItems": {"things": {"Keys": keys(101)}}},
        COUNTED
        + "Value at 'RequestItems.things.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100",
    ),
    refuses(
        "a batch of reads has 100 keys in all",
        "BatchGetItem",
        {"RequestItems": {"things": {"Keys": keys(60)}, "pairs": {"Keys": keys(41)}}},
        "Too many items requested for the BatchGetItem call",
    ),
    refuses(
        "a batch of reads has a list of keys",
        "BatchGetItem",
        {"RequestItems": {"things": {}}},
        violated(problem("null", "requestItems.things.member.keys", "Member must not be null")),
    ),
    refuses(
        "a batch names tables as they may be named, and shows what was sent",
        "BatchWriteItem",
        {"RequestItems": {"b!": [ENTRY]}},
        violated(problem("""'{"b!":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}'""", "requestItems", BATCH_NAMES)),
    ),
    refuses(
        "a batch tells of table names, then of the rest",
        "BatchGetItem",
        {"RequestItems": {"ab": {"Keys": [KEY]}}, "ReturnConsumedCapacity": "X"},
        violated(problem("""'{"ab":{"Keys":[{"pk":{"S":"a"}}]}}'""", "requestItems", BATCH_NAMES), CAPACITY),
    ),
    refuses(
        "a delete in a batch has a key",
        "BatchWriteItem",
        {"RequestItems": {"things": [{"DeleteRequest": {}}]}},
        violated(problem("null", "requestItems.things.member.1.member.deleteRequest.key", "Member must not be null")),
    ),
    refuses(
        "a batch of writes is a list",
        "BatchWriteItem",
        {"RequestItems": {"things": {}}},
        "Start of structure or map found where not expected",
        code="SerializationException",
    ),
    refuses(
        "a batch is a map",
        "BatchWriteItem",
        {"RequestItems": []},
        "Unrecognized collection type java.util.Map<java.lang.String, java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>>",
        code="SerializationException",
    ),
    refuses(
        "an entry of a batch is a structure",
        "BatchWriteItem",
        {"RequestItems": {"things": ["a"]}},
        "Unexpected value type in payload",
        code="SerializationException",
    ),
    # Transactions
    *(
        refuses(
            f"{operation} has entries",
            operation,
            {"TransactItems": []},
            violated(problem("'[]'", "transactItems", "Member must have length greater than or equal to 1")),
        )
        for operation in ("TransactWriteItems", "TransactGetItems")
    ),
    refuses(
        "a token has 36 characters, and is told of alone",
        "TransactWriteItems",
        {"TransactItems": [{"Delete": {"TableName": "b!", "Key": KEY}}], "ClientRequestToken": "a" * 37},
        COUNTED
        + "Value at 'ClientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36",
    ),
    refuses(
        "a transaction tells of each bad table name",
        "TransactGetItems",
        {
            "TransactItems": [{"Get": {"TableName": "b!", "Key": KEY}}, {"Get": {"TableName": "ab", "Key": KEY}}],
            "ReturnConsumedCapacity": "X",
        },
        violated(
            CAPACITY,
            problem("'b!'", "transactItems.1.member.get.tableName", PATTERN),
            problem("'ab'", "transactItems.2.member.get.tableName", PATTERN),
        ),
    ),
    refuses(
        "a put in a transaction has an item",
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "things"}}]},
        violated(problem("null", "transactItems.1.member.put.item", "Member must not be null")),
    ),
    refuses(
        "a check in a transaction has a condition",
        "TransactWriteItems",
        {"TransactItems": [{"ConditionCheck": {"TableName": "things", "Key": KEY}}]},
        violated(
            problem("null", "transactItems.1.member.conditionCheck.conditionExpression", "Member must not be null")
        ),
    ),
]
