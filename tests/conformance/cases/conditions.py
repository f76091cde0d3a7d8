"""Conditions: what may be written, and what makes sense. A ConditionExpression of a PutItem and a FilterExpression of a
Scan break the same rules; only their name in the text differs.
"""

from tests.conformance.case import COUNTED, Case, answers, on, refuses

SYNTAX = "a syntax error shows the token between its neighbours"
FUNCTION = "a function is used as it is meant"
DISTINCT = "The first operand must be distinct from the remaining operands for this operator or function; "
OPERANDS = "Incorrect number of operands for operator or function; operator or function: "
TYPE = "Incorrect operand type for operator or function; operator or function: "
MISPLACED = "The function is not allowed to be used this way in an expression; function: "
RESERVED = "Attribute name is a reserved keyword; reserved keyword: "
REDUNDANT = "The expression has redundant parentheses;"
TYPES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"

BROKEN: list[tuple[str, str]] = [
    ("a", '"<EOF>", near: "a"'),
    ("a =", '"<EOF>", near: "="'),
    ("a = b c", '"c", near: "b c"'),
    ("= :s", '"=", near: "= :s"'),
    ("a == :s", '"=", near: "== :s"'),
    ("a != :s", '"!", near: "a !="'),
    ("a = 1", '"1", near: "= 1"'),
    ("a = 'x'", "\"'x'\", near: \"= 'x'\""),
    ('a = "x"', '""x"", near: "= "x""'),
    ("a = :s AND", '"<EOF>", near: "AND"'),
    ("AND a = :s", '"AND", near: "AND a"'),
    ("NOT", '"<EOF>", near: "NOT"'),
    ("NOT a", '"<EOF>", near: "a"'),
    ("(a = :s", '"<EOF>", near: ":s"'),
    ("a = :s)", '")", near: ":s)"'),
    ("a[-1] = :s", '"-", near: "[-1"'),
    ("a[x] = :s", '"x", near: "[x]"'),
    ("a. = :s", '"=", near: ". = :s"'),
    (".a = :s", '".", near: ".a"'),
    ("a..b = :s", '".", near: "..b"'),
    ("a b = :s", '"b", near: "a b ="'),
    ("a-b = :s", '"-", near: "a-b"'),
    ("_a = :s", '"_", near: "_a"'),
    ("1a = :s", '"1", near: "1a"'),
    ("é = :s", '"é", near: "é ="'),
    ("# = :s", '"#", near: "# ="'),
    (": = a", '":", near: ": ="'),
    ("attribute_exists()", '")", near: "()"'),
    ("a BETWEEN :n", '"<EOF>", near: ":n"'),
    ("a BETWEEN :n, :m", '",", near: ":n, :m"'),
    ("a NOT BETWEEN :n AND :m", '"NOT", near: "a NOT BETWEEN"'),
    ("a IN :s", '":s", near: "IN :s"'),
    ("a IN ()", '")", near: "()"'),
    ("a = :s;", '";", near: ":s;"'),
    ("a = :s XOR b = :s", '"XOR", near: ":s XOR b"'),
    ("a LIKE :s", '"LIKE", near: "a LIKE :s"'),
    ("a + :n = :m", '"+", near: "a + :n"'),
    ("a AND b", '"AND", near: "a AND b"'),
    ("a = b = c", '"=", near: "b = c"'),
    ("(a = :s) = :s", '"=", near: ") = :s"'),
]

SENSELESS: list[tuple[str, str, str]] = [
    ("two pairs of parentheses are redundant", "((a = :s))", REDUNDANT),
    ("two pairs around a part are redundant", "(a = :s) AND ((b = :n))", REDUNDANT),
    ("two pairs around an operand are redundant", "((a)) = :s", REDUNDANT),
    ("function names are case-sensitive", "ATTRIBUTE_EXISTS(a)", "Invalid function name; function: ATTRIBUTE_EXISTS"),
    ("an unknown function is named", "nofunc(a)", "Invalid function name; function: nofunc"),
    (
        "if_not_exists is for updates",
        "a = if_not_exists(a, :s)",
        "The function is not allowed in a condition expression; function: if_not_exists",
    ),
    (
        "list_append is for updates",
        "list_append(a, :l) = :l",
        "The function is not allowed in a condition expression; function: list_append",
    ),
    (
        "attribute_exists takes one operand",
        "attribute_exists(a, b)",
        OPERANDS + "attribute_exists, number of operands: 2",
    ),
    ("contains takes two operands", "contains(a)", OPERANDS + "contains, number of operands: 1"),
    ("size takes one operand", "size(a, b) = :n", OPERANDS + "size, number of operands: 2"),
    (
        "attribute_exists asks for a path",
        "attribute_exists(:s)",
        "Operator or function requires a document path; operator or function: attribute_exists",
    ),
    ("a condition is no operand", "attribute_exists(attribute_exists(a))", MISPLACED + "attribute_exists"),
    ("a condition is not compared", "a = attribute_exists(a)", MISPLACED + "attribute_exists"),
    ("size is no condition", "size(a)", MISPLACED + "size"),
    ("begins_with takes no number", "begins_with(a, :n)", TYPE + "begins_with, operand type: N"),
    ("begins_with takes no list", "begins_with(a, :l)", TYPE + "begins_with, operand type: L"),
    ("size takes no number", "size(:n) = :n", TYPE + "size, operand type: N"),
    ("size takes no boolean", "size(:t) > :n", TYPE + "size, operand type: BOOL"),
    ("lists have no order", "a < :l", TYPE + "<, operand type: L"),
    ("booleans have no order", "a < :t", TYPE + "<, operand type: BOOL"),
    ("nulls have no order", "a < :nul", TYPE + "<, operand type: NULL"),
    ("sets have no order", "a < :ss", TYPE + "<, operand type: SS"),
    ("maps have no order", "a <= :mm", TYPE + "<=, operand type: M"),
    ("nothing lies between booleans", "a BETWEEN :t AND :t", TYPE + "BETWEEN, operand type: BOOL"),
    (
        "attribute_type takes a string",
        "attribute_type(a, :n)",
        TYPE + "attribute_type, operand type: N",
    ),
    (
        "attribute_type takes a value",
        "attribute_type(a, b)",
        TYPE + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
    ),
    (
        "attribute_type knows ten types",
        "attribute_type(a, :s)",
        f"Invalid attribute type name found; type: a, valid types: {TYPES}",
    ),
    ("an attribute is not compared with itself", "a = a", DISTINCT + "operator: =, first operand: [a]"),
    ("nor by another name", "a = #a", DISTINCT + "operator: =, first operand: [a]"),
    ("an attribute does not contain itself", "contains(a, a)", DISTINCT + "operator: contains, first operand: [a]"),
    (
        "an attribute does not begin with itself",
        "begins_with(a, a)",
        DISTINCT + "operator: begins_with, first operand: [a]",
    ),
    ("an attribute does not lie from itself", "a BETWEEN a AND :n", DISTINCT + "operator: BETWEEN, first operand: [a]"),
    ("an attribute is not among itself", "a IN (a)", DISTINCT + "operator: IN, first operand: [a]"),
    (
        "an upper bound is not below the lower one",
        "a BETWEEN :m AND :n",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
    ),
    (
        "strings are in order as well",
        "a BETWEEN :s2 AND :s",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
    ),
    (
        "bounds are of one type",
        "a BETWEEN :n AND :s",
        "The BETWEEN operator requires same data type for lower and upper bounds; "
        "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
    ),
    ("a reserved word needs a placeholder", "abort = :s", RESERVED + "abort"),
    ("a reserved word is shown as it was written", "Name = :s", RESERVED + "Name"),
    ("a reserved word needs a placeholder inside a path too", "a.abort = :s", RESERVED + "abort"),
    ("a function's operand may be reserved", "attribute_exists(name)", RESERVED + "name"),
    (
        "no list is so long",
        "a[99999999999] = :s",
        "List index is not within the allowable range; index: [99999999999]",
    ),
    (
        "a path has 32 elements",
        f"attribute_exists({'.'.join('a' * 33)})",
        "The document path has too many nesting levels; nesting levels: 33",
    ),
    (
        "IN takes 100 choices",
        f"a IN ({', '.join([':n'] * 101)})",
        "The IN operator is provided with too many operands; number of operands: 102",
    ),
    (
        "a condition has 300 operators",
        " OR ".join(["a=:n"] * 151),
        "The expression contains too many operators; operator count: 301",
    ),
]

UNDEFINED_VALUE = "An expression attribute value used in expression is not defined; attribute value: "
UNDEFINED_NAME = "An expression attribute name used in the document path is not defined; attribute name: "

UNKNOWN: list[tuple[str, str, str]] = [
    ("a condition has something in it", "", "The expression can not be empty;"),
    ("a value is defined", "a = :missing", UNDEFINED_VALUE + ":missing"),
    ("a name is defined", "#missing = :s", UNDEFINED_NAME + "#missing"),
]

HELD: list[tuple[str, str]] = [
    ("a number is less than a larger one", "n < :n OR n > :n"),
    ("a missing attribute differs from everything", "absent <> :s"),
    ("values of two types are not equal", "n <> :s"),
    ("equal sets may be written in any order", "NOT ss = :ss"),
    ("a string contains its parts", "contains(s, s2) OR begins_with(s, :s) OR attribute_exists(s)"),
    ("a list contains an element", "contains(l, :n)"),
    ("a set contains a member", "contains(ns, :n)"),
    ("size counts members", "size(ss) = :m"),
    ("size counts the bytes of a binary", "size(b) = :m"),
    ("bounds belong to what lies between them", "m.x BETWEEN :n AND :m"),
    ("IN compares with each choice", "m.x IN (:m, :n)"),
    ("NOT may be repeated", "NOT NOT n > :n"),
    ("AND binds more tightly than OR", "n > :n OR n < :n AND n < :n"),
    ("keywords may be in any case", "n > :n and not n < :n Or n between :n and :m"),
    ("an operand may be in parentheses", "(n) > (:n)"),
    ("a comparison may have the value first", ":n < n"),
    ("a document path goes through lists and maps", "l[0] = :n AND m.x = :n"),
]


def both(expression: str) -> list[tuple[str, str, str]]:
    """The same expression as a condition of a put and as a filter of a scan: operation, parameter, expression."""
    return [("PutItem", "ConditionExpression", expression), ("Scan", "FilterExpression", expression)]


CASES: list[Case] = [
    *(
        refuses(
            f"{SYNTAX}: {expression} as {parameter}",
            *on(operation, expression, parameter),
            f"Invalid {parameter}: Syntax error; token: {shown}",
        )
        for broken, shown in BROKEN
        for operation, parameter, expression in both(broken)
    ),
    *(
        refuses(f"{promise}, in a {parameter}", *on(operation, expression, parameter), f"Invalid {parameter}: {text}")
        for promise, senseless, text in SENSELESS
        for operation, parameter, expression in both(senseless)
    ),
    *(
        refuses(
            f"{promise}, and a put counts it",
            *on("PutItem", expression, "ConditionExpression"),
            f"{COUNTED}Invalid ConditionExpression: {text}",
        )
        for promise, expression, text in UNKNOWN
    ),
    *(
        refuses(
            f"{promise}, and a scan does not count it",
            *on("Scan", expression, "FilterExpression"),
            f"Invalid FilterExpression: {text}",
        )
        for promise, expression, text in UNKNOWN
    ),
    *(answers(promise, *on("UpdateItem", expression, "ConditionExpression"), {}) for promise, expression in HELD),
    refuses(
        "a condition that does not hold fails",
        *on("PutItem", "n < :n", "ConditionExpression"),
        "The conditional request failed",
        code="ConditionalCheckFailedException",
    ),
    refuses(
        "a failed condition shows the item if asked",
        *on(
            "DeleteItem",
            "n > :n",
            "ConditionExpression",
            TableName="counters",
            Key={"pk": {"N": "1"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ),
        "The conditional request failed",
        code="ConditionalCheckFailedException",
        fields={"Item": {"pk": {"N": "1"}}},
    ),
]
