"""Precedence: of several faults in one request, the one that DynamoDB tells."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, refuses

GET: Wire = {"TableName": "things", "Key": KEY}
NOWHERE: Wire = {"TableName": "nothings"}
NOT_FOUND = "Requested resource not found"
NO_NUMBER = "The parameter cannot be converted to a numeric value: x"
BAD: Wire = {"pk": {"N": "x"}}
VALUES = "ExpressionAttributeValues"
ONE: Wire = {":v": {"N": "1"}}


def not_found(promise: str, operation: str, params: Wire) -> Case:
    return refuses(promise, operation, {**params, **NOWHERE}, NOT_FOUND, code="ResourceNotFoundException")


CASES: list[Case] = [
    not_found("a missing table goes before a bad number in a put", "PutItem", {"Item": BAD}),
    not_found("a missing table goes before a bad number in a get", "GetItem", {"Key": BAD}),
    not_found("a missing table goes before a bad number in an update", "UpdateItem", {"Key": BAD}),
    not_found("a missing table goes before a bad number in a delete", "DeleteItem", {"Key": BAD}),
    not_found("a missing table goes before a bad condition", "PutItem", {"Item": KEY, "ConditionExpression": "a ="}),
    not_found("a missing table goes before a bad update", "UpdateItem", {"Key": KEY, "UpdateExpression": ""}),
    not_found("a missing table goes before a bad projection", "GetItem", {"Key": KEY, "ProjectionExpression": "abort"}),
    not_found("a missing table goes before an empty key condition", "Query", {"KeyConditionExpression": ""}),
    refuses(
        "an undefined value in a key condition goes before a missing table",
        "Query",
        {**NOWHERE, "KeyConditionExpression": "pk = :p"},
        "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :p",
    ),
    refuses(
        "a bad enumerated value goes before a missing table",
        "PutItem",
        {**NOWHERE, "Item": KEY, "ReturnValues": "X"},
        "1 validation error detected: Value 'X' at 'returnValues' failed to satisfy constraint: Member must satisfy "
        "enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
    ),
    refuses(
        "a wrong JSON type goes before everything",
        "PutItem",
        {"TableName": "!", "Item": {"pk": {"S": 5}}, "ReturnValues": "X"},
        "NUMBER_VALUE cannot be converted to String",
        code="SerializationException",
    ),
    refuses(
        "a bad number goes before an empty condition",
        "PutItem",
        {"TableName": "things", "Item": BAD, "ConditionExpression": ""},
        COUNTED + NO_NUMBER,
    ),
    refuses(
        "a bad number goes before placeholders without an expression",
        "PutItem",
        {"TableName": "things", "Item": BAD, VALUES: ONE},
        COUNTED + NO_NUMBER,
    ),
    refuses(
        "empty values go before a bad condition",
        "DeleteItem",
        {**GET, "ConditionExpression": "a =", VALUES: {}},
        f"{COUNTED}{VALUES} must not be empty",
    ),
    refuses(
        "a syntax error goes before a value that is not used",
        "PutItem",
        {"TableName": "things", "Item": KEY, "ConditionExpression": "a = = b", VALUES: ONE},
        'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"',
    ),
    refuses(
        "an undefined value goes before one that is not used",
        "UpdateItem",
        {**GET, "UpdateExpression": "SET a = :w", VALUES: ONE},
        "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :w",
    ),
    refuses(
        "an overlap goes before a value that is not used",
        "UpdateItem",
        {**GET, "UpdateExpression": "REMOVE a, a", VALUES: ONE},
        f"{COUNTED}Invalid UpdateExpression: Two document paths overlap with each other; "
        "must remove or rewrite one of these paths; path one: [a], path two: [a]",
    ),
    refuses(
        "a value that is not used goes before an update of the key",
        "UpdateItem",
        {**GET, "UpdateExpression": "REMOVE pk", VALUES: ONE},
        f"{COUNTED}Value provided in {VALUES} unused in expressions: keys: {{:v}}",
    ),
    refuses(
        "a syntax error goes before a reserved word",
        "GetItem",
        {**GET, "ProjectionExpression": "abort,,"},
        'Invalid ProjectionExpression: Syntax error; token: ",", near: ",,"',
    ),
    refuses(
        "redundant parentheses go before a reserved word",
        "Scan",
        {"TableName": "things", "FilterExpression": "((abort = :v))", VALUES: ONE},
        "Invalid FilterExpression: The expression has redundant parentheses;",
    ),
    refuses(
        "an unknown function goes before a reserved word",
        "Scan",
        {"TableName": "things", "FilterExpression": "nofunc(abort)"},
        "Invalid FilterExpression: Invalid function name; function: nofunc",
    ),
    refuses(
        "a key that does not match goes before an update of the key",
        "UpdateItem",
        {**GET, "Key": {}, "UpdateExpression": "REMOVE pk"},
        "The provided key element does not match the schema",
    ),
    refuses(
        "an update of the key goes before a condition",
        "UpdateItem",
        {**GET, "UpdateExpression": "REMOVE pk", "ConditionExpression": "attribute_not_exists(pk)"},
        "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
    ),
    refuses(
        "a condition goes before an update that does not fit",
        "UpdateItem",
        {**GET, "UpdateExpression": "SET a = b", "ConditionExpression": "attribute_not_exists(pk)"},
        "The conditional request failed",
        code="ConditionalCheckFailedException",
    ),
]
