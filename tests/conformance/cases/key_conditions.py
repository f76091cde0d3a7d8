"""Key conditions of a Query: on a table with a partition key pk and a sort key sk, both strings."""

from tests.conformance.case import PAIR, THING, Case, answers, on, refuses

INVALID = "Invalid KeyConditionExpression: "
CONDITION = "Invalid condition in KeyConditionExpression: "
OPERATOR = "Invalid operator used in KeyConditionExpression: "
NOT_SUPPORTED = "Query key condition not supported"
NESTED = "KeyConditionExpressions cannot have conditions on nested attributes"
ONCE = INVALID + "KeyConditionExpressions must only contain one condition per key"
TYPE = "Incorrect operand type for operator or function; operator or function: "

REFUSED: list[tuple[str, str, str]] = [
    ("a key condition has something in it", "", INVALID + "The expression can not be empty;"),
    ("a key condition is a condition", "pk", INVALID + 'Syntax error; token: "<EOF>", near: "pk"'),
    ("a key condition has a right side", "pk =", INVALID + 'Syntax error; token: "<EOF>", near: "="'),
    ("a key condition has no literals", "pk = 'a'", INVALID + "Syntax error; token: \"'a'\", near: \"= 'a'\""),
    (
        "a key condition has no redundant parentheses",
        "((pk = :s))",
        INVALID + "The expression has redundant parentheses;",
    ),
    (
        "a key condition knows its functions",
        "pk = :s AND nofunc(sk)",
        INVALID + "Invalid function name; function: nofunc",
    ),
    (
        "a key condition names no reserved word",
        "abort = :s",
        INVALID + "Attribute name is a reserved keyword; reserved keyword: abort",
    ),
    (
        "a value in a key condition is defined",
        "pk = :missing",
        INVALID + "An expression attribute value used in expression is not defined; attribute value: :missing",
    ),
    (
        "a name in a key condition is defined",
        "#missing = :s",
        INVALID + "An expression attribute name used in the document path is not defined; attribute name: #missing",
    ),
    ("the partition key is given", "sk = :s", "Query condition missed key schema element: pk"),
    ("names of keys are case-sensitive", "PK = :s", "Query condition missed key schema element: pk"),
    ("a second condition is on the sort key", "pk = :s AND m = :s", "Query condition missed key schema element: sk"),
    ("the partition key is compared by =", "pk > :s", NOT_SUPPORTED),
    ("the partition key lies in no range", "pk BETWEEN :s AND :s2", NOT_SUPPORTED),
    ("the partition key has no prefix", "begins_with(pk, :s)", NOT_SUPPORTED),
    ("the partition key is not compared by <>", "pk <> :s", OPERATOR + "<>"),
    ("the sort key is not compared by <>", "pk = :s AND sk <> :s", OPERATOR + "<>"),
    ("OR selects by no key", "pk = :s OR sk = :s", OPERATOR + "OR"),
    ("NOT selects by no key", "NOT pk = :s", OPERATOR + "NOT"),
    ("IN selects by no partition key", "pk IN (:s)", OPERATOR + "IN"),
    ("IN selects by no sort key", "pk = :s AND sk IN (:s)", OPERATOR + "IN"),
    ("contains selects by no key", "pk = :s AND contains(sk, :s)", OPERATOR + "contains"),
    ("attribute_exists selects by no key", "attribute_exists(pk)", OPERATOR + "attribute_exists"),
    ("size selects by no key", "pk = :s AND size(sk) = :n", "KeyConditionExpressions cannot contain nested operations"),
    ("nothing lies inside a partition key", "pk.a = :s", NESTED),
    ("nothing lies inside a sort key", "pk = :s AND sk.x = :s", NESTED),
    ("a key is compared with a value", "pk = sk", CONDITION + "Multiple attribute names used in one condition"),
    ("two values select by no key", ":s = :s", CONDITION + "No key attribute specified"),
    (
        "begins_with has the key first",
        "pk = :s AND begins_with(:s, sk)",
        CONDITION + "begins_with operator must have the key attribute as its first operand",
    ),
    (
        "BETWEEN has the key first",
        "pk = :s AND :s BETWEEN sk AND pk",
        CONDITION + "BETWEEN operator must have the key attribute as its first operand",
    ),
    ("there is one condition on the partition key", "pk = :s AND pk = :s", ONCE),
    ("there is one condition on the sort key", "pk = :s AND sk > :s AND sk < :s2", ONCE),
    (
        "there is one condition for each key attribute",
        "pk = :s AND sk = :s AND a = :s",
        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ),
    (
        "a sort key's bounds are in order",
        "pk = :s AND sk BETWEEN :s2 AND :s",
        INVALID + "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
    ),
    ("a prefix is no number", "pk = :s AND begins_with(sk, :n)", INVALID + TYPE + "begins_with, operand type: N"),
    ("a bound is no list", "pk = :s AND sk < :l", INVALID + TYPE + "<, operand type: L"),
    (
        "a partition key has the type of the key",
        "pk = :n",
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ),
    (
        "a sort key has the type of the key",
        "pk = :s AND sk = :n",
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ),
]

FOUND = {"Count": 1, "ScannedCount": 1, "Items": [{**THING, **PAIR}]}
NOTHING = {"Count": 0, "ScannedCount": 0, "Items": []}

SELECTED: list[tuple[str, str]] = [
    ("a partition key", "pk = :s"),
    ("a partition key behind its value", ":s = pk"),
    ("a partition key in parentheses", "(pk = :s)"),
    ("both keys in parentheses", "(pk = :s) AND (sk = :s2)"),
    ("both keys in the other order", "sk = :s2 AND pk = :s"),
    ("keywords in lower case", "pk = :s and sk = :s2"),
    ("a name behind a placeholder", "#pk = :s"),
    ("a sort key above a bound", "pk = :s AND :s < sk"),
    ("a sort key between bounds", "pk = :s AND sk BETWEEN :s AND :s2"),
    ("a prefix of the sort key", "pk = :s AND begins_with(sk, :s2)"),
]

CASES: list[Case] = [
    *(
        refuses(promise, *on("Query", expression, "KeyConditionExpression"), text)
        for promise, expression, text in REFUSED
    ),
    *(
        answers(f"a query selects by {what}", *on("Query", expression, "KeyConditionExpression"), FOUND)
        for what, expression in SELECTED
    ),
    answers("a query that finds nothing is no error", *on("Query", "pk = :s2", "KeyConditionExpression"), NOTHING),
    refuses(
        "a query says where to look",
        "Query",
        {"TableName": "pairs"},
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ),
    refuses(
        "a table without a sort key takes one condition",
        *on("Query", "pk = :s AND n = :n", "KeyConditionExpression", TableName="things"),
        "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)",
    ),
    refuses(
        "a sort key in a condition is not empty",
        "Query",
        {
            "TableName": "pairs",
            "KeyConditionExpression": "pk = :p AND sk = :e",
            "ExpressionAttributeValues": {":p": {"S": "a"}, ":e": {"S": ""}},
        },
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: sk",
    ),
]
