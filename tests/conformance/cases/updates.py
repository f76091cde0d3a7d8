"""Update expressions: what may be written, what makes sense, what fits the item, and what comes of it."""

from tests.conformance.case import COUNTED, KEY, THING, Case, Wire, answers, on, refuses

OVERLAP = "Two document paths overlap with each other; must remove or rewrite one of these paths; "
TYPE = "Incorrect operand type for operator or function; operator or function: "
ACTION = "Incorrect operand type for operator or function; operator: "
OPERANDS = "Incorrect number of operands for operator or function; operator or function: "
RESERVED = "Attribute name is a reserved keyword; reserved keyword: "

BROKEN: list[tuple[str, str]] = [
    ("a = :s", '"a", near: "a ="'),
    ("SET", '"<EOF>", near: "SET"'),
    ("SET a", '"<EOF>", near: "a"'),
    ("SET a =", '"<EOF>", near: "="'),
    ("SET a = :s,", '"<EOF>", near: ","'),
    ("SET a = :s, b", '"<EOF>", near: "b"'),
    ("SET a :s", '":s", near: "a :s"'),
    ("SET a = n * :n", '"*", near: "n * :n"'),
    ("SET a = -:n", '"-", near: "= -:n"'),
    ("SET a = 1", '"1", near: "= 1"'),
    ("SET a = 'x'", "\"'x'\", near: \"= 'x'\""),
    ("SET a = n +", '"<EOF>", near: "+"'),
    ("SET (a) = :s", '"(", near: "SET (a"'),
    ("SET a = n + :n + :n", '"+", near: ":n + :n"'),
    ("REMOVE", '"<EOF>", near: "REMOVE"'),
    ("REMOVE a b", '"b", near: "a b"'),
    ("REMOVE a,", '"<EOF>", near: ","'),
    ("REMOVE a = :s", '"=", near: "a = :s"'),
    ("REMOVE :s", '":s", near: "REMOVE :s"'),
    ("ADD n", '"<EOF>", near: "n"'),
    ("ADD n n", '"n", near: "n n"'),
    ("ADD n = :n", '"=", near: "n = :n"'),
    ("ADD n size(a)", '"size", near: "n size("'),
    ("DELETE ss", '"<EOF>", near: "ss"'),
    ("SET add = :s", '"add", near: "SET add ="'),
    ("SET a = :s;", '";", near: ":s;"'),
    ("SET a = :s AND b = :s", '"AND", near: ":s AND b"'),
    ("SET a = :s b = :s", '"b", near: ":s b ="'),
    ("SET a.b. = :s", '"=", near: ". = :s"'),
    ("SET a[] = :s", '"]", near: "[] ="'),
    ("SET _a = :s", '"_", near: "SET _a"'),
    ("UPDATE a", '"UPDATE", near: "UPDATE a"'),
]

AT_ODDS: list[tuple[str, str, str]] = [
    ("an update has something in it", "", "The expression can not be empty;"),
    ("white space is nothing", "   ", "The expression can not be empty;"),
    (
        "a section stands once",
        "SET a = :s SET b = :s",
        'The "SET" section can only be used once in an update expression;',
    ),
    ("an attribute is set once", "SET a = :s, a = :n", OVERLAP + "path one: [a], path two: [a]"),
    ("an attribute is not set and removed", "SET a = :s REMOVE a", OVERLAP + "path one: [a], path two: [a]"),
    ("a path lies in no other", "SET m.x = :n, m = :mm", OVERLAP + "path one: [m, x], path two: [m]"),
    ("a path contains no other", "REMOVE m, m.x", OVERLAP + "path one: [m], path two: [m, x]"),
    ("an element is removed once", "REMOVE l[0], l[0]", OVERLAP + "path one: [l, [0]], path two: [l, [0]]"),
    ("a placeholder hides no overlap", "SET a = :s, #a = :n", OVERLAP + "path one: [a], path two: [a]"),
    (
        "nothing is both a list and a map",
        "SET m.x = :n, m[0] = :n",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path one: [m, x], path two: [m, [0]]",
    ),
]

SENSELESS: list[tuple[str, str, str]] = [
    (
        "a value in two pairs of parentheses has one too many",
        "SET a = ((:s))",
        "The expression has redundant parentheses;",
    ),
    (
        "function names are case-sensitive",
        "SET a = IF_NOT_EXISTS(a, :s)",
        "Invalid function name; function: IF_NOT_EXISTS",
    ),
    (
        "size is for conditions",
        "SET a = size(l)",
        "The function is not allowed in an update expression; function: size",
    ),
    (
        "contains is for conditions",
        "SET a = contains(l, :s)",
        "The function is not allowed in an update expression; function: contains",
    ),
    ("if_not_exists takes two operands", "SET a = if_not_exists(a)", OPERANDS + "if_not_exists, number of operands: 1"),
    ("list_append takes two operands", "SET a = list_append(l)", OPERANDS + "list_append, number of operands: 1"),
    (
        "if_not_exists asks for a path",
        "SET a = if_not_exists(:s, :s)",
        "Operator or function requires a document path; operator or function: if_not_exists",
    ),
    ("numbers are added", "SET a = n + :s", TYPE + "+, operand type: S"),
    ("numbers are subtracted", "SET a = :n - :s", TYPE + "-, operand type: S"),
    ("lists are appended", "SET a = list_append(l, :s)", TYPE + "list_append, operand type: S"),
    (
        "a list is not added",
        "SET a = list_append(l, :l) + :n",
        "The function is not allowed to be used this way in an expression; function: list_append",
    ),
    ("ADD takes no string", "ADD n :s", ACTION + "ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("ADD takes no list", "ADD n :l", ACTION + "ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("ADD takes no boolean", "ADD n :t", ACTION + "ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("ADD takes no binary", "ADD n :b", ACTION + "ADD, operand type: BINARY, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("ADD takes no null", "ADD n :nul", ACTION + "ADD, operand type: NULL, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("ADD takes no map", "ADD n :mm", ACTION + "ADD, operand type: MAP, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    (
        "DELETE takes no number",
        "DELETE ss :n",
        ACTION + "DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_ADD_OPERAND",
    ),
    (
        "DELETE takes no string",
        "DELETE ss :s",
        ACTION + "DELETE, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    ),
    ("a reserved word needs a placeholder", "SET abort = :s", RESERVED + "abort"),
    ("a reserved word needs one on the right as well", "SET a = abort", RESERVED + "abort"),
    (
        "a value is defined",
        "SET a = :missing",
        "An expression attribute value used in expression is not defined; attribute value: :missing",
    ),
    (
        "a name is defined",
        "SET #missing = :s",
        "An expression attribute name used in the document path is not defined; attribute name: #missing",
    ),
    (
        "no list is so long",
        "SET l[99999999999] = :s",
        "List index is not within the allowable range; index: [99999999999]",
    ),
    (
        "an update has 300 operators",
        f"SET {','.join(f'a{i}=n+:n' for i in range(301))}",
        "The expression contains too many operators; operator count: 301",
    ),
]

NO_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
KEY_PART = "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"

UNFIT: list[tuple[str, str, str]] = [
    ("an attribute that is read exists", "SET a = absent", NO_ATTRIBUTE),
    ("a list to append to exists", "SET a = list_append(absent, :l)", NO_ATTRIBUTE),
    ("a number is added to a number", "SET a = n + s", WRONG_TYPE),
    ("a number is added to no string", "SET a = s + :n", WRONG_TYPE),
    ("a list is appended to a list", "SET a = list_append(s, :l)", WRONG_TYPE),
    ("ADD does not make a number of a string", "ADD s :n", WRONG_TYPE),
    ("ADD does not put a number into a set", "ADD ss :n", WRONG_TYPE),
    ("DELETE takes nothing out of a string", "DELETE s :ss", WRONG_TYPE),
    ("DELETE takes strings from sets of strings", "DELETE ns :ss", WRONG_TYPE),
    ("the parent of what is set exists", "SET absent.x = :s", NO_PATH),
    ("all parents of what is set exist", "SET m.absent.z = :s", NO_PATH),
    ("a string has no members", "SET s.x = :s", NO_PATH),
    ("a string has no elements", "SET s[0] = :s", NO_PATH),
    ("a list has no names", "SET l.x = :s", NO_PATH),
    ("a map has no positions", "SET m[0] = :s", NO_PATH),
    ("the parent of what is removed exists", "REMOVE absent.x", NO_PATH),
    ("nothing is removed from a string", "REMOVE s.x", NO_PATH),
    ("the parent of what is added to exists", "ADD absent.z :n", NO_PATH),
    ("a key is not set", "SET pk = :s", KEY_PART),
    ("a key is not removed", "REMOVE pk", KEY_PART),
    ("a key is not added to", "ADD pk :n", KEY_PART),
    ("a key is not set from inside", "SET pk.x = :s", KEY_PART),
]

CHANGED: list[tuple[str, str, Wire]] = [
    ("SET may be in any case", "set a = :s", {"a": {"S": "a"}}),
    ("a value may be in parentheses", "SET a = (:s)", {"a": {"S": "a"}}),
    ("a sum may be in parentheses", "SET a = (n + :n)", {"a": {"N": "6"}}),
    ("a difference is exact", "SET n = n - :n", {"n": {"N": "4"}}),
    ("all right sides are read from the old item", "SET n = m.x, s = n", {"n": {"N": "1"}, "s": {"N": "5"}}),
    ("an attribute may be copied to itself", "SET n = n", {"n": {"N": "5"}}),
    ("if_not_exists keeps what is there", "SET n = if_not_exists(n, :n)", {"n": {"N": "5"}}),
    ("if_not_exists gives what is not there", "SET a = if_not_exists(a, :n)", {"a": {"N": "1"}}),
    ("if_not_exists may be counted on", "SET a = if_not_exists(a, :n) + :n", {"a": {"N": "2"}}),
    ("a list grows at its end", "SET l = list_append(l, :l)", {"l": {"L": [*THING["l"]["L"], {"S": "new"}]}}),
    ("a list grows at its beginning", "SET l = list_append(:l, l)", {"l": {"L": [{"S": "new"}, *THING["l"]["L"]]}}),
    ("a member of a map is set alone", "SET m.x = :m", {"m": {"M": {"x": {"N": "2"}}}}),
    ("ADD counts", "ADD n :n", {"n": {"N": "6"}}),
    ("ADD begins at zero", "ADD a :n", {"a": {"N": "1"}}),
    ("ADD joins sets", "ADD ss :ss", {"ss": {"SS": ["x", "y"]}}),
    ("ADD begins with the empty set", "ADD a :ss", {"a": {"SS": ["x"]}}),
    ("ADD reaches into a map", "ADD m.x :n", {"m": {"M": {"x": {"N": "2"}}}}),
    ("DELETE takes out members", "DELETE ss :ss", {"ss": {"SS": ["y"]}}),
    ("sections come in any order", "REMOVE s SET a = :s", {"a": {"S": "a"}}),
]


def updated(expression: str) -> tuple[str, Wire]:
    return on("UpdateItem", expression, "UpdateExpression", ReturnValues="UPDATED_NEW")


CASES: list[Case] = [
    *(
        refuses(
            f"a syntax error shows the token between its neighbours: {expression}",
            *on("UpdateItem", expression, "UpdateExpression"),
            f"Invalid UpdateExpression: Syntax error; token: {shown}",
        )
        for expression, shown in BROKEN
    ),
    *(
        refuses(
            promise, *on("UpdateItem", expression, "UpdateExpression"), f"{COUNTED}Invalid UpdateExpression: {text}"
        )
        for promise, expression, text in AT_ODDS
    ),
    *(
        refuses(promise, *on("UpdateItem", expression, "UpdateExpression"), f"Invalid UpdateExpression: {text}")
        for promise, expression, text in SENSELESS
    ),
    *(refuses(promise, *on("UpdateItem", expression, "UpdateExpression"), text) for promise, expression, text in UNFIT),
    *(answers(promise, *updated(expression), {"Attributes": after}) for promise, expression, after in CHANGED),
    answers("what is not there may be removed", *updated("REMOVE absent"), {}),
    answers("an element beyond the end may be removed", *updated("REMOVE l[9]"), {}),
    answers("from a set that is not there nothing is deleted", *updated("DELETE absent :ss"), {}),
    answers(
        "an update without an expression makes an item of the key",
        "UpdateItem",
        {"TableName": "things", "Key": {"pk": {"S": "new"}}, "ReturnValues": "ALL_NEW"},
        {"Attributes": {"pk": {"S": "new"}}},
    ),
    answers(
        "a set that loses its last member is gone",
        "GetItem",
        {"TableName": "things", "Key": KEY, "ProjectionExpression": "ss"},
        {"Item": {}},
        given=[
            on("UpdateItem", "DELETE ss :ss", "UpdateExpression"),
            (
                "UpdateItem",
                {
                    "TableName": "things",
                    "Key": KEY,
                    "UpdateExpression": "DELETE ss :v",
                    "ExpressionAttributeValues": {":v": {"SS": ["y", "z"]}},
                },
            ),
        ],
    ),
]
