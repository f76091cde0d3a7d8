"""Transactions: what rejects one, what cancels one, and which of several faults is told."""

from tests.conformance.case import KEY, THING, Case, Wire, answers, refuses, using

CANCELED = "Transaction cancelled, please refer cancellation reasons for specific reasons "
TWICE = "Transaction request cannot include multiple operations on one item"
NO_NUMBER = "The parameter cannot be converted to a numeric value: x"
NOT_FOUND = "Requested resource not found"
OTHER: Wire = {"pk": {"S": "z"}}


def write(*actions: Wire) -> tuple[str, Wire]:
    return "TransactWriteItems", {"TransactItems": list(actions)}


def get(*keys: Wire, table: str = "things", **params: str) -> tuple[str, Wire]:
    return "TransactGetItems", {"TransactItems": [{"Get": {"TableName": table, "Key": key, **params}} for key in keys]}


def put(item: Wire, condition: str | None = None, table: str = "things", **params: object) -> Wire:
    if condition is not None:
        params = {"ConditionExpression": condition, **using(condition), **params}
    return {"Put": {"TableName": table, "Item": item, **params}}


def update(expression: str, key: Wire = KEY, **params: object) -> Wire:
    return {
        "Update": {"TableName": "things", "Key": key, "UpdateExpression": expression, **using(expression), **params}
    }


def cancels(promise: str, request: tuple[str, Wire], *reasons: Wire) -> Case:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return refuses(
        promise,
        *request,
        f"{CANCELED}[{codes}]",
        code="TransactionCanceledException",
        fields={"CancellationReasons": list(reasons)},
    )


NONE: Wire = {"Code": "None"}
FAILED: Wire = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}


def invalid(message: str) -> Wire:
    return {"Code": "ValidationError", "Message": message}


CASES: list[Case] = [
    answers("a transaction writes all or nothing", *write(put(OTHER), update("SET n = :n")), {}),
    answers(
        "a transaction reads in the order of the request",
        *get({"pk": {"S": "no"}}, KEY),
        {"Responses": [{}, {"Item": THING}]},
    ),
    answers(
        "a read in a transaction may project",
        *get(KEY, ProjectionExpression="n"),
        {"Responses": [{"Item": {"n": {"N": "5"}}}]},
    ),
    cancels(
        "a failed condition cancels, with a reason for each action", write(put(OTHER), put(KEY, "n < :n")), NONE, FAILED
    ),
    cancels(
        "a failed condition shows the item if asked",
        write(
            put(
                {"pk": {"N": "1"}},
                "attribute_not_exists(pk)",
                table="counters",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        ),
        {**FAILED, "Item": {"pk": {"N": "1"}}},
    ),
    cancels("all conditions are tried", write(put(OTHER, "attribute_exists(pk)"), put(KEY, "n < :n")), FAILED, FAILED),
    cancels(
        "a key of the wrong type cancels a put",
        write(put(OTHER), put({"pk": {"N": "5"}})),
        NONE,
        invalid("One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"),
    ),
    cancels(
        "a key of the wrong type cancels an update",
        write(update("SET n = :n", key={"pk": {"N": "5"}})),
        invalid("The provided key element does not match the schema"),
    ),
    cancels("a read without a key cancels", get({}), invalid("The provided key element does not match the schema")),
    cancels(
        "an update that does not fit the item cancels",
        write(update("ADD s :n")),
        invalid("An operand in the update expression has an incorrect data type"),
    ),
    cancels(
        "a failed condition goes before an update that does not fit",
        write(update("ADD s :n", ConditionExpression="attribute_not_exists(pk)")),
        FAILED,
    ),
    refuses(
        "an empty key rejects",
        *write(put({"pk": {"S": ""}})),
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
    ),
    refuses("an attribute without a name rejects", *write(put({"": {"S": "a"}})), "Empty attribute name"),
    refuses("a bad number rejects", *write(put({"pk": {"N": "x"}})), NO_NUMBER),
    refuses(
        "a bad number in an expression rejects",
        *write(put(KEY, "a = :x", ExpressionAttributeValues={":x": {"N": "x"}})),
        NO_NUMBER,
    ),
    refuses(
        "a repeated member of a set rejects",
        *write(put({**KEY, "v": {"SS": ["a", "a"]}})),
        'One or more parameter values were invalid: Input collection ["a", "a"] contains duplicates.',
    ),
    refuses("an item is written once", *write(put(KEY), update("SET n = :n")), TWICE),
    refuses("an item is read once", *get(KEY, KEY), TWICE),
    refuses("an item twice goes before a bad key", *write(put(KEY), put(KEY), put({"x": {"S": "a"}})), TWICE),
    refuses("an item twice goes before a missing table", *write(put(KEY), put(KEY), put(KEY, table="nothings")), TWICE),
    refuses(
        "a bad number goes before a missing table",
        *write(put(KEY, table="nothings"), put({"pk": {"N": "x"}})),
        NO_NUMBER,
    ),
    refuses(
        "a syntax error goes before a missing table",
        *write(put(KEY, "a = = b", table="nothings")),
        'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"',
    ),
    refuses(
        "a reserved word goes before a missing table",
        *get(KEY, table="nothings", ProjectionExpression="abort"),
        "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: abort",
    ),
    refuses(
        "a table to write to exists", *write(put(KEY, table="nothings")), NOT_FOUND, code="ResourceNotFoundException"
    ),
    refuses("a table to read from exists", *get(KEY, table="nothings"), NOT_FOUND, code="ResourceNotFoundException"),
    refuses(
        "an action says what to do",
        *write(put(OTHER), {}),
        "1 validation error detected: Value '' at 'transactItems' failed to satisfy constraint: "
        "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck",
    ),
    refuses(
        "an action does one thing",
        *write({**put(KEY), "Delete": {"TableName": "things", "Key": KEY}}),
        "TransactItems can only contain one of Check, Put, Update or Delete",
    ),
    refuses(
        "an update has something in it",
        *write(update("")),
        "Invalid UpdateExpression: The expression can not be empty;",
    ),
    refuses(
        "a check has something in it",
        *write({"ConditionCheck": {"TableName": "things", "Key": KEY, "ConditionExpression": ""}}),
        "Invalid ConditionExpression: The expression can not be empty;",
    ),
    refuses(
        "a transaction does not count an undefined value",
        *write(put(KEY, "a = :missing")),
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :missing",
    ),
    refuses(
        "a transaction says which expression is missing",
        *write(put(KEY, ExpressionAttributeValues={":s": {"S": "a"}})),
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
    ),
    refuses(
        "a value that is not used rejects",
        *write(put(KEY, "a = :s", ExpressionAttributeValues={":s": {"S": "a"}, ":u": {"S": "b"}})),
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}",
    ),
    refuses(
        "the length of a condition is told",
        *write(put(KEY, "a" * 4097)),
        "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097",
    ),
    refuses(
        "the length of an update is not told",
        *write(update("a" * 4097)),
        "Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;",
    ),
]
