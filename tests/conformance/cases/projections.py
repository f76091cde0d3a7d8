"""Projection expressions: which parts of an item they may ask for, and what comes back."""

from tests.conformance.case import Case, Wire, answers, on, refuses

OVERLAP = "Two document paths overlap with each other; must remove or rewrite one of these paths; "

BROKEN: list[tuple[str, str]] = [
    ("a,", '"<EOF>", near: ","'),
    (",a", '",", near: ",a"'),
    ("a b", '"b", near: "a b"'),
    (":s", '":s", near: ":s"'),
    ("a = b", '"=", near: "a = b"'),
    ("a()", '"(", near: "a()"'),
    ("size(a)", '"(", near: "size(a"'),
    ("(a)", '"(", near: "(a"'),
    ("a[x]", '"x", near: "[x]"'),
    ("a[-1]", '"-", near: "[-1"'),
    ("a[]", '"]", near: "[]"'),
    ("a[0]b", '"b", near: "]b"'),
    ("!a", '"!", near: "!a"'),
    ("a;b", '";", near: "a;b"'),
    ("1a", '"1", near: "1a"'),
    ("a-b", '"-", near: "a-b"'),
    ("#", '"#", near: "#"'),
]

SENSELESS: list[tuple[str, str, str]] = [
    ("a projection has something in it", "", "The expression can not be empty;"),
    ("an attribute is asked for once", "a, a", OVERLAP + "path one: [a], path two: [a]"),
    ("a part is not asked for with the whole", "a, a.b", OVERLAP + "path one: [a], path two: [a, b]"),
    ("a placeholder hides no overlap", "a, #a", OVERLAP + "path one: [a], path two: [a]"),
    (
        "nothing is both a list and a map",
        "a[0], a.b",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path one: [a, [0]], path two: [a, b]",
    ),
    (
        "a name is defined",
        "#missing",
        "An expression attribute name used in the document path is not defined; attribute name: #missing",
    ),
    (
        "a reserved word needs a placeholder",
        "abort",
        "Attribute name is a reserved keyword; reserved keyword: abort",
    ),
    (
        "a reserved word needs a placeholder inside a path too",
        "a.abort",
        "Attribute name is a reserved keyword; reserved keyword: abort",
    ),
    ("no list is so long", "a[99999999999]", "List index is not within the allowable range; index: [99999999999]"),
]

SHOWN: list[tuple[str, str, Wire]] = [
    ("one attribute", "n", {"n": {"N": "5"}}),
    ("several attributes, with spaces", "  n  ,  s  ", {"n": {"N": "5"}, "s": {"S": "text"}}),
    ("a member of a map, in its map", "m.x", {"m": {"M": {"x": {"N": "1"}}}}),
    ("two members of a map, in one map", "m.y.z, m.x", {"m": {"M": {"y": {"M": {"z": {"S": "q"}}}, "x": {"N": "1"}}}}),
    ("an element of a list, in a list", "l[1]", {"l": {"L": [{"S": "b"}]}}),
    ("elements in the order of the list", "l[1], l[0]", {"l": {"L": [{"N": "1"}, {"S": "b"}]}}),
    ("no gap for an element that is not there", "l[0], l[5]", {"l": {"L": [{"N": "1"}]}}),
    ("nothing of what is not there", "absent", {}),
    ("nothing of a member that is not there", "m.absent", {}),
    ("nothing inside a string", "s.x", {}),
    ("what a placeholder stands for", "#m.x", {"m": {"M": {"x": {"N": "1"}}}}),
]

CASES: list[Case] = [
    *(
        refuses(
            f"a syntax error shows the token between its neighbours: {expression}",
            *on("GetItem", expression, "ProjectionExpression"),
            f"Invalid ProjectionExpression: Syntax error; token: {shown}",
        )
        for expression, shown in BROKEN
    ),
    *(
        refuses(promise, *on("GetItem", expression, "ProjectionExpression"), f"Invalid ProjectionExpression: {text}")
        for promise, expression, text in SENSELESS
    ),
    *(
        answers(f"a projection shows {what}", *on("GetItem", expression, "ProjectionExpression"), {"Item": item})
        for what, expression, item in SHOWN
    ),
    refuses(
        "nothing lies inside a key",
        *on("GetItem", "pk.x", "ProjectionExpression"),
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ),
]
