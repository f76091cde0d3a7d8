"""What conditions say of items."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynateach.dynamodb.rules.expressions import bind
from tests.dynamodb.rules.expressions import naive

ITEM: dict[str, dict[str, Any]] = {
    "s": {"S": "hello"},
    "blank": {"S": ""},
    "n": {"N": "10"},
    "b": {"B": "+/8="},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["YQ==", "Yg=="]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"ss": {"SS": ["p", "q"]}}}]},
    "m": {"M": {"a": {"N": "1"}, "deep": {"L": [{"M": {"z": {"S": "found"}}}]}, "ss": {"SS": ["p", "q"]}}},
}


def holds(condition: str, *values: dict[str, Any], item: dict[str, Any] | None = None) -> bool:
    """Tests ITEM, or another item; the values are :0, :1, …"""
    named = {f":{number}": value for number, value in enumerate(values)}
    test = bind(condition=condition, values=named or None).condition
    assert test
    return test(ITEM if item is None else item, named)


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("s = :0", {"S": "hello"}),
        ("yes = :0", {"BOOL": True}),
        ("nil = :0", {"NULL": True}),
        ("m.a = :0", {"N": "1"}),
        ("m.deep[0].z = :0", {"S": "found"}),
        ("(m.deep)[0].z = :0", {"S": "found"}),
        ("ss = :0", {"SS": ["y", "x"]}),
        ("l[2] = :0", {"M": {"ss": {"SS": ["q", "p"]}}}),
        ("l = :0", {"L": [{"S": "x"}, {"N": "1"}, {"M": {"ss": {"SS": ["q", "p"]}}}]}),
        ("n > :0", {"N": "9"}),
        ("n >= :0", {"N": "10"}),
        ("n < :0", {"N": "10.00000000000000000000000000000000001"}),
        (":0 < n", {"N": "-11"}),
        ("s > :0", {"S": "Hello"}),
        ("s < :0", {"S": "hello!"}),
        ("b > :0", {"B": "AAAA"}),
        ("s <> :0", {"S": "x"}),
        ("s <> :0", {"N": "1"}),
        ("nothing <> :0", {"N": "1"}),
        ("NOT nothing = :0", {"N": "1"}),
        ("n IN (:0, s)", {"N": "10"}),
        ("ss IN (s, :0)", {"SS": ["y", "x"]}),
        ("begins_with(s, :0)", {"S": "he"}),
        ("begins_with(s, :0)", {"S": ""}),
        ("begins_with(b, :0)", {"B": "+w=="}),
        ("contains(s, :0)", {"S": "ell"}),
        ("contains(b, :0)", {"B": "/w=="}),
        ("contains(ss, :0)", {"S": "x"}),
        ("contains(ns, :0)", {"N": "2"}),
        ("contains(bs, :0)", {"B": "YQ=="}),
        ("contains(l, :0)", {"N": "1"}),
        ("contains(l, :0)", {"M": {"ss": {"SS": ["q", "p"]}}}),
        ("attribute_type(nil, :0)", {"S": "NULL"}),
        ("attribute_type(m.ss, :0)", {"S": "SS"}),
        ("size(s) = :0", {"N": "5"}),
        ("size(blank) = :0", {"N": "0"}),
        ("size(b) = :0", {"N": "2"}),
        ("size(ss) = :0", {"N": "2"}),
        ("size(l) > :0", {"N": "2"}),
        ("size(m) BETWEEN :0 AND n", {"N": "3"}),
    ],
)
def test_true_conditions(condition: str, value: dict[str, Any]) -> None:
    assert holds(condition, value)
    assert not holds(f"NOT {condition}", value)


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("s = :0", {"N": "5"}),
        ("nothing = :0", {"N": "5"}),
        ("nothing < :0", {"N": "5"}),
        ("n < :0", {"S": "99"}),
        ("n < :0", {"N": "9"}),
        ("yes = :0", {"BOOL": False}),
        ("nil = :0", {"BOOL": True}),
        ("ss = :0", {"SS": ["x"]}),
        ("ss = :0", {"SS": ["x", "z"]}),
        ("m.deep[1].z = :0", {"S": "found"}),
        ("m[0] = :0", {"N": "1"}),
        ("l.a = :0", {"N": "1"}),
        ("s.a = :0", {"N": "1"}),
        ("contains(s, :0)", {"N": "5"}),
        ("contains(ns, :0)", {"S": "1"}),
        ("contains(ss, :0)", {"SS": ["x"]}),
        ("contains(m, :0)", {"S": "a"}),
        ("contains(n, :0)", {"N": "1"}),
        ("contains(nothing, :0)", {"S": "x"}),
        ("begins_with(n, :0)", {"S": "1"}),
        ("begins_with(nothing, :0)", {"S": "1"}),
        ("size(n) = :0", {"N": "2"}),
        ("size(nothing) > :0", {"N": "0"}),
        ("size(yes) >= :0", {"N": "0"}),
        ("nothing IN (:0)", {"S": "x"}),
        ("attribute_type(nothing, :0)", {"S": "S"}),
        ("s BETWEEN n AND :0", {"S": "z"}),
    ],
)
def test_false_conditions_and_no_errors(condition: str, value: dict[str, Any]) -> None:
    assert not holds(condition, value)


def test_existence_is_about_the_attribute_and_not_its_value() -> None:
    assert holds("attribute_exists(nil) AND attribute_exists(blank) AND attribute_exists(m.deep[0])")
    assert holds("attribute_not_exists(nothing) AND attribute_not_exists(m.deep[1]) AND attribute_not_exists(s.a)")


def test_two_missing_attributes_are_not_equal() -> None:
    assert not holds("nothing = nowhere")
    assert holds("nothing <> nowhere")


def test_strings_are_ordered_by_their_utf_8_bytes() -> None:
    private_use, emoji = "\uffee", "\U0001f600"
    assert holds("a < :0", {"S": emoji}, item={"a": {"S": private_use}})


def test_numbers_are_ordered_with_all_their_38_digits() -> None:
    low, high = "12345678901234567890123456789012345678", "12345678901234567890123456789012345679"
    assert holds("a < :0", {"N": high}, item={"a": {"N": low}})
    assert not holds("a = :0", {"N": high}, item={"a": {"N": low}})


def test_a_string_is_as_long_as_its_utf_16_units() -> None:
    assert holds("size(a) = :0", {"N": "4"}, item={"a": {"S": "né😀"}})


def test_and_binds_more_tightly_than_or_and_not_than_both() -> None:
    assert holds("attribute_exists(s) OR attribute_exists(x) AND attribute_exists(y)")
    assert not holds("(attribute_exists(s) OR attribute_exists(x)) AND attribute_exists(y)")
    assert holds("NOT attribute_exists(x) OR attribute_exists(s)")
    assert not holds("NOT (attribute_exists(x) OR attribute_exists(s))")
    assert holds("NOT n BETWEEN :0 AND :0 AND attribute_exists(s)", {"N": "1"})
    assert holds("NOT NOT attribute_exists(s)")


@pytest.mark.parametrize("word", ["and", "AND", "And"])
def test_keywords_may_be_written_in_any_case(word: str) -> None:
    assert holds(f"n beTWEEN :0 {word} :0 {word} nOT s iN (n) {word} (yes = nil oR attribute_exists(s))", {"N": "10"})


# Against a naive evaluator

scalars = st.one_of(
    st.builds(lambda text: {"S": text}, st.text("abé😀", max_size=3)),
    st.builds(lambda number: {"N": str(number)}, st.integers(-3, 3)),
    st.builds(lambda content: {"B": content}, st.sampled_from(["", "YQ==", "YWI=", "+/8="])),
)
sets = st.one_of(
    st.builds(lambda members: {"SS": members}, st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
    st.builds(lambda members: {"NS": members}, st.lists(st.sampled_from("123"), min_size=1, unique=True)),
)
others = st.one_of(st.builds(lambda truth: {"BOOL": truth}, st.booleans()), st.just({"NULL": True}))
wires = st.recursive(
    scalars | sets | others,
    lambda inner: st.one_of(
        st.builds(lambda members: {"L": members}, st.lists(inner, max_size=3)),
        st.builds(lambda members: {"M": members}, st.dictionaries(st.sampled_from("pq"), inner, max_size=2)),
    ),
    max_leaves=4,
)
items = st.dictionaries(st.sampled_from(["a", "b", "c"]), wires)
steps = st.lists(st.sampled_from(["p", "q", 0, 1]), max_size=2)


def paths(*names: str) -> st.SearchStrategy[naive.Tree]:
    return st.builds(lambda name, further: ("path", name, *further), st.sampled_from(names), steps)


lefts = paths("a", "b")
values = st.builds(lambda wire: ("value", wire), wires)
rights = st.one_of(paths("c"), values, st.builds(lambda path: ("size", path), paths("c")))
ordered = st.builds(lambda wire: ("value", wire), scalars)
texts = st.sampled_from([("value", {"S": "a"}), ("value", {"S": ""}), ("value", {"B": "YQ=="}), ("path", "c")])
kinds = st.sampled_from(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "L", "M"]).map(lambda kind: ("value", {"S": kind}))


def in_order(left: naive.Tree, low: naive.Tree, high: naive.Tree) -> naive.Tree:
    """BETWEEN with bounds that are no error: of the same type and in order."""
    bounds = [naive.plain(low[1]), naive.plain(high[1])]
    if bounds[0][0] != bounds[1][0]:
        return ("between", left, low, low)
    return ("between", left, *((low, high) if bounds[0] <= bounds[1] else (high, low)))


simple = st.one_of(
    st.tuples(st.sampled_from(["=", "<>"]), lefts, rights),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), lefts, ordered | paths("c")),
    st.builds(in_order, lefts, ordered, ordered),
    st.builds(lambda left, choices: ("in", left, *choices), lefts, st.lists(rights, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["attribute_exists", "attribute_not_exists"]), lefts),
    st.tuples(st.just("attribute_type"), lefts, kinds),
    st.tuples(st.just("begins_with"), lefts, texts),
    st.tuples(st.just("contains"), lefts, rights),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda parts: ("and", *parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: ("or", *parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda part: ("not", part), inner),
    ),
    max_leaves=6,
)

LEVELS = {"or": 1, "and": 2, "not": 3}


class Writer:
    """Writes a tree with as few parentheses as its operators need; values become placeholders."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def written(self, tree: naive.Tree) -> str:
        operator, *parts = tree
        if operator in ("and", "or"):
            return f" {operator} ".join(self.inside(part, operator) for part in parts)
        if operator == "not":
            return f"NOT {self.inside(parts[0], operator)}"
        if operator == "value":
            placeholder = f":v{len(self.values)}"
            self.values[placeholder] = parts[0]
            return placeholder
        if operator == "path":
            return str(parts[0]) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in parts[1:])
        texts = [self.written(part) for part in parts]
        if operator == "between":
            return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
        if operator == "in":
            return f"{texts[0]} IN ({', '.join(texts[1:])})"
        return f"{texts[0]} {operator} {texts[1]}" if operator[0] in "=<>" else f"{operator}({', '.join(texts)})"

    def inside(self, part: naive.Tree, operator: str) -> str:
        text = self.written(part)
        return f"({text})" if LEVELS.get(part[0], 4) < LEVELS[operator] else text


@given(conditions, items)
@settings(max_examples=250, deadline=None)
def test_a_condition_says_what_a_naive_evaluator_says(tree: naive.Tree, item: dict[str, Any]) -> None:
    writer = Writer()
    text = writer.written(tree)
    test = bind(condition=text, values=writer.values or None).condition
    assert test
    assert test(item, writer.values) is naive.holds(tree, item)
