"""What projections leave of items."""

from typing import Any

import pytest

from dynateach.dynamodb.rules.expressions import bind
from dynateach.errors import ServiceError

ITEM: dict[str, dict[str, Any]] = {
    "a": {"S": "x"},
    "b": {"M": {"c": {"N": "1"}, "d": {"M": {"e": {"S": "y"}, "f": {"S": "z"}}}}},
    "l": {"L": [{"S": "0"}, {"M": {"p": {"N": "1"}, "q": {"N": "2"}}}, {"S": "2"}, {"L": [{"S": "30"}, {"S": "31"}]}]},
}


def projected(projection: str, item: dict[str, Any] | None = None) -> dict[str, Any]:
    selection = bind(projection=projection).projection
    assert selection
    return selection(ITEM if item is None else item)


@pytest.mark.parametrize(
    ("projection", "expected"),
    [
        ("a", {"a": ITEM["a"]}),
        ("a, b", {"a": ITEM["a"], "b": ITEM["b"]}),
        ("b.c", {"b": {"M": {"c": {"N": "1"}}}}),
        ("b.d.e, b.c", {"b": {"M": {"d": {"M": {"e": {"S": "y"}}}, "c": {"N": "1"}}}}),
        ("l[2]", {"l": {"L": [{"S": "2"}]}}),
        ("l[2], l[0]", {"l": {"L": [{"S": "0"}, {"S": "2"}]}}),
        ("l[1].q, l[3][1]", {"l": {"L": [{"M": {"q": {"N": "2"}}}, {"L": [{"S": "31"}]}]}}),
        ("l[1].p, l[1].q", {"l": {"L": [{"M": {"p": {"N": "1"}, "q": {"N": "2"}}}]}}),
    ],
)
def test_only_what_the_paths_lead_to_is_left(projection: str, expected: dict[str, Any]) -> None:
    assert projected(projection) == expected


@pytest.mark.parametrize("path", ["nothing", "l[9]", "l[0].x", "b.d.x", "l.x", "a.x", "a[0]", "x.y"])
def test_a_path_that_leads_nowhere_leaves_nothing(path: str) -> None:
    assert projected(path) == {}
    assert projected(f"{path}, b.c") == {"b": {"M": {"c": {"N": "1"}}}}


def test_the_item_itself_is_not_changed() -> None:
    projected("b.d.e, l[1].p")
    assert ITEM["b"]["M"].keys() == {"c", "d"}
    assert len(ITEM["l"]["L"]) == 4


def test_the_attributes_of_a_projection_are_known() -> None:
    selection = bind(projection="#b.c, a, #b.d", names={"#b": "b"}).projection
    assert selection
    assert selection.attributes == ("b", "a")


@pytest.mark.parametrize(
    ("projection", "message"),
    [
        ("a, status", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("a.count", "Attribute name is a reserved keyword; reserved keyword: count"),
        (
            "a, #b",
            "An expression attribute name used in the document path is not defined; attribute name: #b",
        ),
        (
            "a, b, a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [a], path two: [a]",
        ),
        (
            "a.b[0], a.b[0].c",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [a, b, [0]], path two: [a, b, [0], c]",
        ),
        (
            "a.b, a[0]",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; "
            "path one: [a, b], path two: [a, [0]]",
        ),
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("a b", 'Syntax error; token: "b", near: "a b"'),
        ("user-id", 'Syntax error; token: "-", near: "user-id"'),
        ("size(a)", 'Syntax error; token: "(", near: "size(a"'),
        (":a", 'Syntax error; token: ":a", near: ":a"'),
    ],
)
def test_a_projection_that_makes_no_sense_is_refused_in_dynamodbs_words(projection: str, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        bind(projection=projection)
    assert caught.value.message == f"Invalid ProjectionExpression: {message}"
