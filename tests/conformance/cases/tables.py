"""Tables: creating, describing, deleting and listing them; what makes no table."""

from typing import Any

from tests.conformance.case import Case, Wire, answers, refuses, table

LENGTH = "TableName must be at least 3 characters long and at most 255 characters long"
REQUIRED = "The parameter 'TableName' is required but was not present in the request"
FOUND = "Requested resource not found: Table: nothings not found"


def create(**changes: Any) -> tuple[str, Wire]:
    params = {**table("new", pk="S"), **changes}
    return "CreateTable", {name: value for name, value in params.items() if value is not None}


def pattern(name: str) -> str:
    return (
        f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    )


CASES: list[Case] = [
    answers("tables are listed by name", "ListTables", {}, {"TableNames": ["blobs", "counters", "pairs", "things"]}),
    answers(
        "a list goes on after a name",
        "ListTables",
        {"ExclusiveStartTableName": "counters", "Limit": 1},
        {"TableNames": ["pairs"], "LastEvaluatedTableName": "pairs"},
    ),
    *(
        refuses(f"{operation} has a table name", operation, {}, REQUIRED)
        for operation in ("CreateTable", "DescribeTable", "DeleteTable", "UpdateTable")
    ),
    *(
        refuses(f"{operation} takes a table name of three characters", operation, {"TableName": "ab"}, LENGTH)
        for operation in ("CreateTable", "DescribeTable", "DeleteTable", "UpdateTable")
    ),
    *(
        refuses(
            f"{operation} takes a table name of letters, digits, and three signs",
            operation,
            {"TableName": "a b!"},
            pattern("a b!"),
        )
        for operation in ("DescribeTable", "DeleteTable")
    ),
    *(
        refuses(
            f"{operation} needs a table that exists",
            operation,
            {"TableName": "nothings"},
            FOUND,
            code="ResourceNotFoundException",
        )
        for operation in ("DescribeTable", "DeleteTable")
    ),
    refuses(
        "a name is taken once",
        "CreateTable",
        table("things", pk="S"),
        "Table already exists: things",
        code="ResourceInUseException",
    ),
    refuses(
        "a list has between 1 and 100 names",
        "ListTables",
        {"Limit": 0},
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    refuses(
        "a list has at most 100 names",
        "ListTables",
        {"Limit": 101},
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
    ),
]
