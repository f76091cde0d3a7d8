"""Query and Scan: parameters that do not go together, start keys, segments; and what a page answers."""

from tests.conformance.case import COUNTED, KEY, PAIR, THING, Case, Wire, answers, refuses

SCAN: Wire = {"TableName": "things"}
QUERY: Wire = {
    "TableName": "pairs",
    "KeyConditionExpression": "pk = :p",
    "ExpressionAttributeValues": {":p": {"S": "a"}},
}
WITH_TOTAL = (
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
)
WITH_SEGMENT = (
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
)
CHOOSING = COUNTED + "Cannot specify the ProjectionExpression when choosing to get"
INDEXED = COUNTED + "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
SPECIFIC = COUNTED + "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
START = "The provided starting key is invalid"

CASES: list[Case] = [
    answers(
        "a scan counts what it looked at and what it found",
        "Scan",
        {**SCAN, "FilterExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
        {"Count": 0, "ScannedCount": 1, "Items": []},
    ),
    answers("a scan may only count", "Scan", {**SCAN, "Select": "COUNT"}, {"Count": 1, "ScannedCount": 1}),
    answers(
        "a page that ends at its limit hands out a key, even after the last item",
        "Scan",
        {**SCAN, "Limit": 1},
        {"Count": 1, "ScannedCount": 1, "Items": [THING], "LastEvaluatedKey": KEY},
    ),
    answers(
        "a query's key has both parts",
        "Query",
        {**QUERY, "Limit": 1, "ProjectionExpression": "n"},
        {"Count": 1, "ScannedCount": 1, "Items": [{"n": {"N": "5"}}], "LastEvaluatedKey": PAIR},
    ),
    answers(
        "a query goes on after its start key",
        "Query",
        {**QUERY, "ExclusiveStartKey": PAIR},
        {"Count": 0, "ScannedCount": 0, "Items": []},
    ),
    refuses("a segment needs their number", "Scan", {**SCAN, "Segment": 1}, WITH_TOTAL),
    refuses("a number of segments needs one of them", "Scan", {**SCAN, "TotalSegments": 2}, WITH_SEGMENT),
    refuses(
        "segments are counted from zero",
        "Scan",
        {**SCAN, "Segment": 2, "TotalSegments": 2},
        "The Segment parameter is zero-based and must be less than parameter TotalSegments",
    ),
    *(
        refuses(
            f"{operation} has no index of that name",
            operation,
            {**params, "IndexName": "nowhere"},
            "The table does not have the specified index: nowhere",
        )
        for operation, params in (("Query", QUERY), ("Scan", SCAN))
    ),
    *(
        refuses(
            f"{operation} projects attributes only of an index",
            operation,
            {**params, "Select": "ALL_PROJECTED_ATTRIBUTES"},
            INDEXED,
        )
        for operation, params in (("Query", QUERY), ("Scan", SCAN))
    ),
    *(
        refuses(
            f"{operation} does not project when it gets {said}",
            operation,
            {**params, "Select": select, "ProjectionExpression": "n"},
            f"{CHOOSING} {said}",
        )
        for operation, params in (("Query", QUERY), ("Scan", SCAN))
        for select, said in (("ALL_ATTRIBUTES", "ALL_ATTRIBUTES"), ("COUNT", "only the Count"))
    ),
    refuses(
        "a query says which attributes it wants",
        "Query",
        {**QUERY, "Select": "SPECIFIC_ATTRIBUTES"},
        SPECIFIC,
    ),
    refuses("a scan says which attributes it wants", "Scan", {**SCAN, "Select": "SPECIFIC_ATTRIBUTES"}, SPECIFIC),
    refuses(
        "a query starts at a key of the table", "Query", {**QUERY, "ExclusiveStartKey": {"bad": {"S": "p"}}}, START
    ),
    refuses(
        "a scan starts at a key of the table",
        "Scan",
        {**SCAN, "ExclusiveStartKey": {"bad": {"S": "p"}}},
        f"{START}: The provided key element does not match the schema",
    ),
    refuses(
        "a query starts within its sort key's range",
        "Query",
        {
            "TableName": "pairs",
            "KeyConditionExpression": "pk = :p AND begins_with(sk, :b)",
            "ExpressionAttributeValues": {":p": {"S": "a"}, ":b": {"S": "b"}},
            "ExclusiveStartKey": {**PAIR, "sk": {"S": "x"}},
        },
        "The provided starting key does not match the range key predicate",
    ),
    refuses(
        "a filter is on no key",
        "Query",
        {**QUERY, "FilterExpression": "pk = :p"},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk",
    ),
]
