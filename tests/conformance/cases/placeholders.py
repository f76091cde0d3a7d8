"""ExpressionAttributeNames and ExpressionAttributeValues: the writes of one item count some of what is wrong with them."""

from tests.conformance.case import COUNTED, KEY, Case, Wire, refuses

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"

UPDATE: Wire = {"TableName": "things", "Key": KEY, "UpdateExpression": "SET a = :v", VALUES: {":v": {"N": "1"}}}
GET: Wire = {"TableName": "things", "Key": KEY}
SCAN: Wire = {"TableName": "things"}
QUERY: Wire = {"TableName": "pairs", "KeyConditionExpression": "pk = :p", VALUES: {":p": {"S": "a"}}}
WITHOUT = "can only be specified when using expressions"


def counted(operation: str) -> str:
    return COUNTED if operation in ("PutItem", "UpdateItem", "DeleteItem") else ""


USING: list[tuple[str, Wire]] = [
    ("PutItem", {"TableName": "things", "Item": KEY, "ConditionExpression": "attribute_exists(a)"}),
    ("UpdateItem", UPDATE),
    ("DeleteItem", {"TableName": "things", "Key": KEY, "ConditionExpression": "attribute_exists(a)"}),
    ("Query", QUERY),
    ("Scan", {"TableName": "things", "FilterExpression": "attribute_exists(a)"}),
]

CASES: list[Case] = [
    *(
        refuses(
            f"{operation} counts {parameter} without an expression",
            operation,
            {**params, parameter: given},
            f"{COUNTED}{parameter} {WITHOUT}",
        )
        for operation, params in (
            ("PutItem", {"TableName": "things", "Item": KEY}),
            ("UpdateItem", GET),
            ("DeleteItem", GET),
        )
        for parameter, given in ((NAMES, {"#a": "a"}), (VALUES, {":v": {"N": "1"}}))
    ),
    *(
        refuses(
            f"{operation} counts empty {parameter}",
            operation,
            {**params, parameter: {}},
            f"{COUNTED}{parameter} must not be empty",
        )
        for operation, params in (
            ("PutItem", {"TableName": "things", "Item": KEY, "ConditionExpression": "attribute_exists(a)"}),
            ("UpdateItem", {**GET, "UpdateExpression": "REMOVE a"}),
            ("DeleteItem", {**GET, "ConditionExpression": "attribute_exists(a)"}),
        )
        for parameter in (NAMES, VALUES)
    ),
    refuses(
        "GetItem does not count names without an expression",
        "GetItem",
        {**GET, NAMES: {"#a": "a"}},
        f"{NAMES} {WITHOUT}",
    ),
    refuses(
        "GetItem does not count empty names",
        "GetItem",
        {**GET, "ProjectionExpression": "a", NAMES: {}},
        f"{NAMES} must not be empty",
    ),
    refuses(
        "Scan says which expression is missing",
        "Scan",
        {**SCAN, VALUES: {":v": {"N": "1"}}},
        f"{VALUES} {WITHOUT}: FilterExpression is null",
    ),
    refuses(
        "a projection uses no values",
        "Scan",
        {**SCAN, "ProjectionExpression": "a", VALUES: {":v": {"N": "1"}}},
        f"{VALUES} {WITHOUT}: FilterExpression is null",
    ),
    refuses(
        "Scan does not count empty values",
        "Scan",
        {**SCAN, "FilterExpression": "attribute_exists(a)", VALUES: {}},
        f"{VALUES} must not be empty",
    ),
    *(
        refuses(
            f"{operation} takes no value that is not used",
            operation,
            {**params, VALUES: {**params.get(VALUES, {}), ":u": {"N": "1"}}},
            f"{counted(operation)}Value provided in {VALUES} unused in expressions: keys: {{:u}}",
        )
        for operation, params in USING
    ),
    *(
        refuses(
            f"{operation} takes no name that is not used",
            operation,
            {**params, NAMES: {"#u": "u"}},
            f"{counted(operation)}Value provided in {NAMES} unused in expressions: keys: {{#u}}",
        )
        for operation, params in (
            ("UpdateItem", UPDATE),
            ("GetItem", {**GET, "ProjectionExpression": "a"}),
            ("Query", QUERY),
            ("Scan", {**SCAN, "ProjectionExpression": "a"}),
        )
    ),
    refuses(
        "all that is not used is named",
        "UpdateItem",
        {**UPDATE, VALUES: {":v": {"N": "1"}, ":u": {"N": "1"}, ":w": {"N": "1"}}},
        f"{COUNTED}Value provided in {VALUES} unused in expressions: keys: {{:u, :w}}",
    ),
    refuses(
        "names that are not used go before values",
        "UpdateItem",
        {**UPDATE, NAMES: {"#u": "u"}, VALUES: {":v": {"N": "1"}, ":u": {"N": "1"}}},
        f"{COUNTED}Value provided in {NAMES} unused in expressions: keys: {{#u}}",
    ),
    refuses(
        "a name begins with #",
        "UpdateItem",
        {**UPDATE, NAMES: {"a": "b"}},
        f'{NAMES} contains invalid key: Syntax error; key: "a"',
    ),
    refuses(
        "# alone is no name",
        "UpdateItem",
        {**UPDATE, NAMES: {"#": "b"}},
        f'{NAMES} contains invalid key: Syntax error; key: "#"',
    ),
    refuses(
        "a value begins with :",
        "UpdateItem",
        {**UPDATE, VALUES: {"x": {"N": "1"}}},
        f'{VALUES} contains invalid key: Syntax error; key: "x"',
    ),
    refuses(
        "a value has no hyphen",
        "UpdateItem",
        {**UPDATE, VALUES: {":a-b": {"N": "1"}}},
        f'{VALUES} contains invalid key: Syntax error; key: ":a-b"',
    ),
    refuses(
        "a placeholder has 255 bytes",
        "UpdateItem",
        {**UPDATE, NAMES: {"#" + "a" * 255: "b"}},
        f"{NAMES} contains invalid key: The expression attribute map contains a key that is too long; size of key: 256",
    ),
    refuses(
        "a name stands for something",
        "UpdateItem",
        {**UPDATE, NAMES: {"#a": ""}},
        f"{NAMES} contains invalid value: Empty attribute name for key #a",
    ),
    refuses(
        "a name stands for less than 64 KB",
        "UpdateItem",
        {**UPDATE, NAMES: {"#a": "a" * 65_536}},
        f"{NAMES} contains invalid value: Attribute name is too large, must be less than 65536 bytes for key #a",
    ),
    refuses(
        "values have 2 MB in all",
        "Scan",
        {**SCAN, "FilterExpression": "a = :v", VALUES: {":v": {"S": "x" * 2**21 + "x"}}},
        f"{VALUES} exceeds max size",
    ),
]
