"""What updates make of items, and what they refuse."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.dynamodb.rules.expressions import Update, bind
from dynateach.errors import ServiceError
from tests.dynamodb.rules.expressions import naive

PATH = "The document path provided in the update expression is invalid for update"
MISSING = "The provided expression refers to an attribute that does not exist in the item"
TYPE = "An operand in the update expression has an incorrect data type"
OPERAND = "Incorrect operand type for operator or function; operator or function: "

ITEM: dict[str, dict[str, Any]] = {
    "n": {"N": "10"},
    "s": {"S": "x"},
    "ss": {"SS": ["a", "b"]},
    "l": {"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}, {"M": {"p": {"N": "1"}}}]},
    "m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "deep"}}}}},
}


def bound(update: str, *values: dict[str, Any], names: dict[str, str] | None = None) -> tuple[Update, dict[str, Any]]:
    named = {f":{number}": value for number, value in enumerate(values)}
    result = bind(update=update, names=names, values=named or None).update
    assert result
    return result, named


def updated(update: str, *values: dict[str, Any], item: dict[str, Any] | None = None) -> dict[str, Any]:
    """ITEM, or another item, after an update; the values are :0, :1, …"""
    result, named = bound(update, *values)
    return result(ITEM if item is None else item, named)


def changes(update: str, *values: dict[str, Any]) -> dict[str, Any]:
    """The top-level attributes that an update of ITEM changes; None for those it removes."""
    after = updated(update, *values)
    return {name: after.get(name) for name in ITEM | after if after.get(name) != ITEM.get(name)}


@pytest.mark.parametrize(
    ("update", "values", "expected"),
    [
        ("SET s = :0", [{"N": "1"}], {"s": {"N": "1"}}),
        ("SET fresh = n", [], {"fresh": {"N": "10"}}),
        ("set n = n + :0", [{"N": "0.5"}], {"n": {"N": "10.5"}}),
        ("SET n = :0 - n", [{"N": "1"}], {"n": {"N": "-9"}}),
        ("SET n = (n + m.a)", [], {"n": {"N": "11"}}),
        ("SET n = (n) + (m.a)", [], {"n": {"N": "11"}}),
        ("SET m.a = :0, m.d = n", [{"N": "5"}], {"m": {"M": {**ITEM["m"]["M"], "a": {"N": "5"}, "d": {"N": "10"}}}}),
        ("SET fresh = if_not_exists(fresh, :0)", [{"N": "1"}], {"fresh": {"N": "1"}}),
        ("SET s = if_not_exists(n, :0)", [{"N": "1"}], {"s": {"N": "10"}}),
        ("SET s = if_not_exists(s, nothing)", [], {}),
        ("SET s = if_not_exists(m.z.z, :0)", [{"N": "1"}], {"s": {"N": "1"}}),
        ("SET x = if_not_exists(x, :0) + :1", [{"N": "0"}, {"N": "3"}], {"x": {"N": "3"}}),
        ("SET x = if_not_exists(x, if_not_exists(y, :0))", [{"S": "z"}], {"x": {"S": "z"}}),
        ("SET x = list_append(:0, :1)", [{"L": [{"N": "1"}]}, {"L": []}], {"x": {"L": [{"N": "1"}]}}),
        (
            "SET l = list_append(if_not_exists(l, :0), :0)",
            [{"L": [{"N": "1"}]}],
            {"l": {"L": [*ITEM["l"]["L"], {"N": "1"}]}},
        ),
        ("SET l[1] = :0", [{"N": "1"}], {"l": {"L": [{"S": "0"}, {"N": "1"}, *ITEM["l"]["L"][2:]]}}),
        ("SET l[99] = :0", [{"N": "1"}], {"l": {"L": [*ITEM["l"]["L"], {"N": "1"}]}}),
        ("SET l[9] = :0, l[7] = :1", [{"N": "9"}, {"N": "7"}], {"l": {"L": [*ITEM["l"]["L"], {"N": "7"}, {"N": "9"}]}}),
        ("SET l[3].p = :0", [{"N": "2"}], {"l": {"L": [*ITEM["l"]["L"][:3], {"M": {"p": {"N": "2"}}}]}}),
        ("REMOVE s, n", [], {"s": None, "n": None}),
        ("REMOVE nothing", [], {}),
        ("REMOVE m.b.c", [], {"m": {"M": {"a": {"N": "1"}, "b": {"M": {}}}}}),
        ("REMOVE m.nothing, l[99]", [], {}),
        ("REMOVE l[0], l[2]", [], {"l": {"L": [{"S": "1"}, {"M": {"p": {"N": "1"}}}]}}),
        ("REMOVE l[2], l[0]", [], {"l": {"L": [{"S": "1"}, {"M": {"p": {"N": "1"}}}]}}),
        ("REMOVE l[0] SET l[1] = :0", [{"N": "1"}], {"l": {"L": [{"N": "1"}, *ITEM["l"]["L"][2:]]}}),
        ("ADD n :0", [{"N": "-10"}], {"n": {"N": "0"}}),
        ("ADD fresh :0", [{"N": "3"}], {"fresh": {"N": "3"}}),
        (
            "ADD m.a :0, m.fresh :0",
            [{"N": "3"}],
            {"m": {"M": {**ITEM["m"]["M"], "a": {"N": "4"}, "fresh": {"N": "3"}}}},
        ),
        ("ADD ss :0", [{"SS": ["b", "c"]}], {"ss": {"SS": ["a", "b", "c"]}}),
        ("ADD fresh :0", [{"NS": ["1"]}], {"fresh": {"NS": ["1"]}}),
        ("DELETE ss :0", [{"SS": ["b", "c"]}], {"ss": {"SS": ["a"]}}),
        ("DELETE ss :0", [{"SS": ["b", "a"]}], {"ss": None}),
        ("DELETE nothing :0", [{"SS": ["b", "a"]}], {}),
        ("SET a1 = s REMOVE s ADD n :0", [{"N": "1"}], {"a1": {"S": "x"}, "s": None, "n": {"N": "11"}}),
    ],
)
def test_what_an_update_changes(update: str, values: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert changes(update, *values) == expected


def test_every_right_hand_side_reads_the_item_as_it_was() -> None:
    assert changes("SET n = s, s = n") == {"n": ITEM["s"], "s": ITEM["n"]}
    assert changes("REMOVE n SET s = n ADD m.a :0", {"N": "1"})["s"] == ITEM["n"]


def test_numbers_are_added_with_all_their_digits() -> None:
    after = updated("ADD n :0", {"N": "1"}, item={"n": {"N": "12345678901234567890123456789012345678"}})
    assert after == {"n": {"N": "12345678901234567890123456789012345679"}}


def test_a_sum_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ServiceError, match="38 significant digits"):
        updated("ADD n :0", {"N": "0.1"}, item={"n": {"N": "12345678901234567890123456789012345678"}})


def test_the_old_item_stays_as_it_was_and_shares_what_did_not_change() -> None:
    before = deepcopy(ITEM)
    after = updated("SET m.b.c = :0, l[0] = :0 ADD ss :1 REMOVE n", {"S": "new"}, {"SS": ["z"]})
    assert before == ITEM
    assert after["s"] is ITEM["s"]
    assert after["m"]["M"]["a"] is ITEM["m"]["M"]["a"]
    assert after["l"]["L"][3] is ITEM["l"]["L"][3]


def test_an_item_that_does_not_exist_yet_can_be_updated() -> None:
    assert updated("SET s = :0 ADD n :1", {"S": "x"}, {"N": "1"}, item={}) == {"s": {"S": "x"}, "n": {"N": "1"}}


@pytest.mark.parametrize(
    ("update", "values", "message"),
    [
        ("SET x.y = :0", [{"N": "1"}], PATH),
        ("SET s.y = :0", [{"N": "1"}], PATH),
        ("SET l.y = :0", [{"N": "1"}], PATH),
        ("SET m[0] = :0", [{"N": "1"}], PATH),
        ("SET x[0] = :0", [{"N": "1"}], PATH),
        ("SET l[9].p = :0", [{"N": "1"}], PATH),
        ("REMOVE x.y", [], PATH),
        ("ADD x.y :0", [{"N": "1"}], PATH),
        ("DELETE x.y :0", [{"SS": ["a"]}], PATH),
        ("SET fresh = x", [], MISSING),
        ("SET fresh = l[4]", [], MISSING),
        ("SET n = x + :0", [{"N": "1"}], MISSING),
        ("SET n = if_not_exists(x, y)", [], MISSING),
        ("SET x = list_append(x, :0)", [{"L": []}], MISSING),
        ("SET n = s + :0", [{"N": "1"}], TYPE),
        ("SET n = if_not_exists(s, :0) - :0", [{"N": "1"}], TYPE),
        ("SET l = list_append(s, :0)", [{"L": []}], TYPE),
        ("ADD s :0", [{"N": "1"}], TYPE),
        ("ADD n :0", [{"NS": ["1"]}], TYPE),
        ("ADD ss :0", [{"NS": ["1"]}], TYPE),
        ("DELETE ss :0", [{"NS": ["1"]}], TYPE),
        ("DELETE n :0", [{"NS": ["1"]}], TYPE),
        ("SET x.y = :0, n = nothing", [{"N": "1"}], MISSING),
    ],
)
def test_an_update_that_does_not_fit_the_item_is_refused(
    update: str, values: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ServiceError) as caught:
        updated(update, *values)
    assert (caught.value.code, caught.value.message) == ("ValidationException", message)


def overlap(one: str, two: str, verb: str = "overlap") -> str:
    return (
        f"Two document paths {verb} with each other; must remove or rewrite one of these paths; "
        f"path one: {one}, path two: {two}"
    )


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("SET status = :s", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("REMOVE a.Data", "Attribute name is a reserved keyword; reserved keyword: Data"),
        ("SET a = foo(b)", "Invalid function name; function: foo"),
        ("SET a = IF_NOT_EXISTS(b, :s)", "Invalid function name; function: IF_NOT_EXISTS"),
        ("SET a = size(b)", "The function is not allowed in an update expression; function: size"),
        ("SET a = ((b))", "The expression has redundant parentheses;"),
        ("SET a = :s SET b = :s", 'The "SET" section can only be used once in an update expression;'),
        (
            "REMOVE a ADD b :n remove c",
            'The "REMOVE" section can only be used once in an update expression;',
        ),
        (
            "SET #a = :s",
            "An expression attribute name used in the document path is not defined; attribute name: #a",
        ),
        (
            "ADD a :x",
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
        ("SET a = :s REMOVE a", overlap("[a]", "[a]")),
        ("SET a = :s, a.b = :s", overlap("[a]", "[a, b]")),
        ("REMOVE a[0].b, a[0]", overlap("[a, [0], b]", "[a, [0]]")),
        ("SET a.b = :s, a[1] = :s", overlap("[a, b]", "[a, [1]]", "conflict")),
        ("SET a.b = :s, a[1] = :s, c = :s, c = :s", overlap("[c]", "[c]")),
        (
            "ADD a :s",
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "ADD a :l",
            "Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "DELETE a :n",
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        ("SET a = a + :s", f"{OPERAND}+, operand type: S"),
        ("SET a = :l - a", f"{OPERAND}-, operand type: L"),
        ("SET a = list_append(a, :n)", f"{OPERAND}list_append, operand type: N"),
        (
            "SET a = if_not_exists(:s, a)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "SET a = if_not_exists(a)",
            "Incorrect number of operands for operator or function; "
            "operator or function: if_not_exists, number of operands: 1",
        ),
        (
            "SET a = list_append(a, b, c)",
            "Incorrect number of operands for operator or function; "
            "operator or function: list_append, number of operands: 3",
        ),
    ],
)
def test_an_update_that_makes_no_sense_is_refused_in_dynamodbs_words(update: str, message: str) -> None:
    every: dict[str, dict[str, Any]] = {":s": {"S": "x"}, ":n": {"N": "1"}, ":l": {"L": []}}
    values = {placeholder: value for placeholder, value in every.items() if placeholder in update}
    with pytest.raises(ServiceError) as caught:
        bind(update=update, values=values or None)
    assert caught.value.message == f"Invalid UpdateExpression: {message}"


@pytest.mark.parametrize(
    ("update", "winner"),
    [
        ("SET status = foo(:x)", "Attribute name is a reserved keyword"),
        ("SET a = foo(:x) SET b = :x", "Invalid function name"),
        ("SET a = :x SET a = :x", 'The "SET" section'),
        ("SET a = :x, a = #n", "An expression attribute name"),
        ("SET a = :x, a = :x", "An expression attribute value"),
        ("SET a = list_append(b), a = b", "Two document paths overlap"),
        ("SET a = list_append(b) ADD c :s", "Incorrect operand type for operator or function; operator: ADD"),
    ],
)
def test_of_several_errors_the_one_of_the_earliest_rule_is_reported(update: str, winner: str) -> None:
    values: dict[str, dict[str, Any]] | None = {":s": {"S": "x"}} if ":s" in update else None
    with pytest.raises(ServiceError, match=f"Invalid UpdateExpression: {winner}"):
        bind(update=update, values=values)


def test_paths_overlap_behind_their_placeholders_too() -> None:
    with pytest.raises(ServiceError) as caught:
        bound("SET #a = :0, x = :0", {"S": "x"}, names={"#a": "x"})
    assert caught.value.message == f"Invalid UpdateExpression: {overlap('[x]', '[x]')}"


def test_a_name_with_a_dot_is_no_path() -> None:
    result, named = bound("SET #a = :0, a.c = :0", {"S": "x"}, names={"#a": "a.b"})
    assert result({"a": {"M": {}}}, named) == {"a": {"M": {"c": {"S": "x"}}}, "a.b": {"S": "x"}}


def test_300_operators_are_in_order_and_301_are_not() -> None:
    names = {f"#{number}": f"attribute {number}" for number in range(301)}
    actions = [f"#{number}=:0+:0" for number in range(301)]
    bind(
        update="SET " + ",".join(actions[:300]), names={f"#{n}": str(n) for n in range(300)}, values={":0": {"N": "1"}}
    )
    with pytest.raises(ServiceError, match="The expression contains too many operators; operator count: 301"):
        bind(update="SET " + ",".join(actions), names=names, values={":0": {"N": "1"}})


def test_the_attributes_and_paths_that_an_update_writes_are_known() -> None:
    result, _ = bound("SET #a.b = n, c[1] = n REMOVE d ADD #a.e :0", {"N": "1"}, names={"#a": "x y"})
    assert result.paths == (("x y", "b"), ("c", 1), ("d",), ("x y", "e"))
    assert result.attributes == ("x y", "c", "d")


def test_the_updated_parts_of_an_image_keep_their_nested_shape() -> None:
    result, named = bound("SET m.b.c = :0, l[3].p = :0, x = :0 REMOVE s, l[1]", {"S": "new"})
    assert result.updated(ITEM) == {
        "m": {"M": {"b": {"M": {"c": {"S": "deep"}}}}},
        "l": {"L": [{"S": "1"}, {"M": {"p": {"N": "1"}}}]},
        "s": {"S": "x"},
    }
    assert result.updated(result(ITEM, named)) == {
        "m": {"M": {"b": {"M": {"c": {"S": "new"}}}}},
        "l": {"L": [{"S": "2"}]},
        "x": {"S": "new"},
    }


# Against a naive evaluator

PATHS = [
    ("n",),
    ("s",),
    ("x",),
    ("ss",),
    ("m", "a"),
    ("m", "b", "c"),
    ("m", "z", "z"),
    ("l", 0),
    ("l", 2),
    ("l", 3, "p"),
    ("l", 9),
    ("l", 7),
]
readable = st.sampled_from([("path", *path) for path in [*PATHS, ("m",), ("l",), ("m", "b"), ("nothing",)]])
wires = st.sampled_from(
    [
        {"N": "1"},
        {"N": "-2.5"},
        {"S": "v"},
        {"L": [{"N": "1"}, {"S": "e"}]},
        {"M": {"k": {"S": "v"}}},
        {"SS": ["b", "c"]},
    ]
)
numbers = st.sampled_from([("value", {"N": "1"}), ("value", {"N": "0.5"})])
lists = st.sampled_from([("value", {"L": []}), ("value", {"L": [{"S": "t"}]})])
values = st.builds(lambda wire: ("value", wire), wires)
sources = st.one_of(
    readable,
    values,
    st.tuples(st.just("if_not_exists"), readable, readable | values),
    st.tuples(st.sampled_from("+-"), readable | numbers, readable | numbers),
    st.tuples(st.just("list_append"), readable | lists, readable | lists),
)
addends = st.sampled_from([{"N": "1"}, {"SS": ["b", "c"]}, {"NS": ["1"]}])
subtrahends = st.sampled_from([{"SS": ["a", "b"]}, {"SS": ["b", "q"]}, {"NS": ["1"]}])


@st.composite
def action_lists(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4, unique=True))
    operands = {"set": sources, "add": addends, "delete": subtrahends}
    actions: list[tuple[Any, ...]] = []
    for path in paths:
        action = draw(st.sampled_from(["set", "set", "remove", "add", "delete"]))
        actions.append((action, path, draw(operands[action])) if action in operands else (action, path))
    return actions


def written(actions: list[tuple[Any, ...]]) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {}

    def text(tree: Any) -> str:
        kind, *parts = tree if isinstance(tree, tuple) else ("value", tree)
        if kind == "value":
            placeholder = f":v{len(values)}"
            values[placeholder] = parts[0]
            return placeholder
        if kind == "path":
            return str(parts[0]) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in parts[1:])
        operands = [text(part) for part in parts]
        return f"{operands[0]} {kind} {operands[1]}" if kind in "+-" else f"{kind}({', '.join(operands)})"

    sections = []
    for section in ("set", "remove", "add", "delete"):
        own = [
            [text(("path", *path)), *map(text, operands)] for action, path, *operands in actions if action == section
        ]
        if own:
            sections.append(f"{section} " + ", ".join((" = " if section == "set" else " ").join(part) for part in own))
    return " ".join(sections), values


@given(action_lists())
@settings(max_examples=250, deadline=None)
def test_an_update_does_what_a_naive_evaluator_does(actions: list[tuple[Any, ...]]) -> None:
    text, values = written(actions)
    update = bind(update=text, values=values or None).update
    assert update
    before = deepcopy(ITEM)
    try:
        expected = naive.update(actions, ITEM)
    except naive.Refused:
        with pytest.raises(ServiceError):
            update(ITEM, values)
    else:
        assert naive.plain({"M": update(ITEM, values)}) == naive.plain({"M": expected})
    assert before == ITEM
