"""Batches: what is wrong with an entry, and which of several faults is told."""

from tests.conformance.case import KEY, THING, Case, Wire, answers, refuses

DUPLICATES = "Provided list of item keys contains duplicates"
ONE_REQUEST = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)
NO_NUMBER = "The parameter cannot be converted to a numeric value: x"
NOT_FOUND = "Requested resource not found"

PUT: Wire = {"PutRequest": {"Item": {**KEY, "v": {"S": "new"}}}}
DELETE: Wire = {"DeleteRequest": {"Key": KEY}}
BAD: Wire = {"PutRequest": {"Item": {"pk": {"S": "z"}, "v": {"N": "x"}}}}
KEYLESS: Wire = {"PutRequest": {"Item": {"x": {"S": "a"}}}}
OTHER: Wire = {"PutRequest": {"Item": {"pk": {"S": "z"}}}}


def write(**tables: list[Wire]) -> tuple[str, Wire]:
    return "BatchWriteItem", {"RequestItems": tables}


def get(**tables: Wire) -> tuple[str, Wire]:
    return "BatchGetItem", {"RequestItems": tables}


CASES: list[Case] = [
    answers("a batch writes all its entries", *write(things=[PUT, OTHER]), {"UnprocessedItems": {}}),
    answers(
        "a batch deletes what is not there",
        *write(things=[{"DeleteRequest": {"Key": {"pk": {"S": "no"}}}}]),
        {"UnprocessedItems": {}},
    ),
    answers(
        "a batch reads what is there",
        *get(things={"Keys": [KEY, {"pk": {"S": "no"}}]}),
        {"Responses": {"things": [THING]}, "UnprocessedKeys": {}},
    ),
    answers(
        "a batch projects for each table",
        *get(things={"Keys": [KEY], "ProjectionExpression": "n"}),
        {"Responses": {"things": [{"n": {"N": "5"}}]}, "UnprocessedKeys": {}},
    ),
    refuses("an entry is a put or a delete", *write(things=[{}]), ONE_REQUEST),
    refuses("an entry is not both", *write(things=[{**PUT, **DELETE}]), ONE_REQUEST),
    refuses("an entry is nothing else", *write(things=[{"UpdateRequest": {}}]), ONE_REQUEST),
    refuses("an item is put once", *write(things=[PUT, PUT]), DUPLICATES),
    refuses("an item is not put and deleted", *write(things=[PUT, DELETE]), DUPLICATES),
    refuses("a key is read once", *get(things={"Keys": [KEY, KEY]}), DUPLICATES),
    refuses(
        "a key is read once, however its number is written",
        *get(counters={"Keys": [{"pk": {"N": "1"}}, {"pk": {"N": "1.0"}}]}),
        DUPLICATES,
    ),
    refuses("a repeated put goes before a later bad key", *write(things=[PUT, PUT, KEYLESS]), DUPLICATES),
    refuses("a repeated put goes before a later missing table", *write(things=[PUT, PUT], nothings=[PUT]), DUPLICATES),
    refuses("a bad value goes before a repeated put", *write(things=[PUT, PUT, BAD]), NO_NUMBER),
    refuses("a bad value goes before a missing table", *write(nothings=[PUT], things=[BAD]), NO_NUMBER),
    refuses("a repeated key goes before a bad one", *get(things={"Keys": [KEY, KEY, {"x": {"S": "a"}}]}), DUPLICATES),
    refuses(
        "a repeated key goes before a missing table",
        *get(things={"Keys": [KEY, KEY]}, nothings={"Keys": [KEY]}),
        DUPLICATES,
    ),
    refuses("a table to write to exists", *write(nothings=[PUT]), NOT_FOUND, code="ResourceNotFoundException"),
    refuses("a table to read from exists", *get(nothings={"Keys": [KEY]}), NOT_FOUND, code="ResourceNotFoundException"),
    refuses(
        "26 entries for one table are shown with what the list must satisfy",
        *write(things=[{"DeleteRequest": {"Key": {"pk": {"S": str(number)}}}} for number in range(26)]),
        "1 validation error detected: Value '{things=["
        + ", ".join(f"WriteRequest(deleteRequest=DeleteRequest(key={{pk={{S={number}}}}}))" for number in range(26))
        + "]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
    ),
    refuses(
        "26 entries for two tables are too many",
        *write(
            things=[{"DeleteRequest": {"Key": {"pk": {"S": str(number)}}}} for number in range(13)],
            counters=[{"DeleteRequest": {"Key": {"pk": {"N": str(number)}}}} for number in range(13)],
        ),
        "Too many items requested for the BatchWriteItem call",
    ),
    refuses(
        "a projection of a batch is read",
        *get(things={"Keys": [KEY], "ProjectionExpression": "a,,"}),
        'Invalid ProjectionExpression: Syntax error; token: ",", near: ",,"',
    ),
    refuses(
        "a projection of a batch has something in it",
        *get(things={"Keys": [KEY], "ProjectionExpression": ""}),
        "Invalid ProjectionExpression: The expression can not be empty;",
    ),
    refuses(
        "a batch's names need an expression",
        *get(things={"Keys": [KEY], "ExpressionAttributeNames": {"#a": "b"}}),
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    refuses(
        "a batch does not mix old and new parameters",
        *get(things={"Keys": [KEY], "ProjectionExpression": "a", "AttributesToGet": ["a"]}),
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
    ),
]
