"""AttributeUpdates, in wire form."""

from typing import Any

import pytest

from dynateach import Lab, ServiceError
from tests.tables import create

KEY = {"pk": {"S": "a"}}
ITEM: dict[str, Any] = {
    **KEY,
    "s": {"S": "abc"},
    "n": {"N": "5"},
    "ss": {"SS": ["a", "b"]},
    "l": {"L": [{"S": "x"}]},
}


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    create(lab, sort=None)
    lab.request("dynamodb", "PutItem", {"TableName": "things", "Item": ITEM})
    return lab


def update(lab: Lab, updates: dict[str, Any], **more: Any) -> dict[str, Any]:
    params = {"TableName": "things", "Key": KEY, "AttributeUpdates": updates, "ReturnValues": "ALL_NEW", **more}
    attributes: dict[str, Any] = lab.request("dynamodb", "UpdateItem", params).get("Attributes", {})
    return attributes


def refusal(lab: Lab, updates: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        update(lab, updates, **more)
    assert caught.value.code == "ValidationException"
    return caught.value.message.removeprefix("1 validation error detected: ")


def action(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"Action": name, "Value": value}


def test_put_is_the_action_where_none_is_named(lab: Lab) -> None:
    after = update(lab, {"s": {"Value": {"N": "1"}}, "new": action("PUT", {"BOOL": True})})
    assert after == {**ITEM, "s": {"N": "1"}, "new": {"BOOL": True}}


def test_add_counts_unites_and_appends(lab: Lab) -> None:
    after = update(
        lab,
        {
            "n": action("ADD", {"N": "1.5"}),
            "ss": action("ADD", {"SS": ["b", "c"]}),
            "l": action("ADD", {"L": [{"S": "x"}, {"S": "y"}]}),
        },
    )
    assert after == {
        **ITEM,
        "n": {"N": "6.5"},
        "ss": {"SS": ["a", "b", "c"]},
        "l": {"L": [{"S": "x"}, {"S": "x"}, {"S": "y"}]},
    }


def test_add_begins_from_nothing_where_nothing_is(lab: Lab) -> None:
    added: dict[str, Any] = {"x": {"N": "-3"}, "y": {"SS": ["a"]}, "z": {"L": [{"S": "x"}]}}
    assert update(lab, {name: action("ADD", value) for name, value in added.items()}) == {**ITEM, **added}


def test_delete_takes_an_attribute_or_members_of_a_set_away(lab: Lab) -> None:
    assert "s" not in update(lab, {"s": {"Action": "DELETE"}, "missing": {"Action": "DELETE"}})
    assert update(lab, {"ss": action("DELETE", {"SS": ["a", "z"]})})["ss"] == {"SS": ["b"]}
    assert "ss" not in update(lab, {"ss": action("DELETE", {"SS": ["b"]})})


@pytest.mark.parametrize("updates", [{}, {"x": {"Action": "DELETE"}}, {"x": action("DELETE", {"SS": ["a"]})}])
def test_an_update_that_stores_no_attribute_still_creates_the_item(lab: Lab, updates: dict[str, Any]) -> None:
    assert update(lab, updates, Key={"pk": {"S": "new"}}) == {"pk": {"S": "new"}}
    assert lab.request("dynamodb", "Scan", {"TableName": "things"})["Count"] == 2


def test_return_values_show_the_named_attributes_alone(lab: Lab) -> None:
    updates = {"s": {"Value": {"S": "x"}}, "n": {"Action": "DELETE"}, "new": {"Value": {"S": "y"}}}
    assert update(lab, updates, ReturnValues="UPDATED_OLD") == {"s": {"S": "abc"}, "n": {"N": "5"}}
    assert update(lab, updates, ReturnValues="UPDATED_NEW") == {"s": {"S": "x"}, "new": {"S": "y"}}


@pytest.mark.parametrize(
    "updates",
    [
        {"s": action("ADD", {"N": "1"})},
        {"n": action("ADD", {"SS": ["1"]})},
        {"s": action("ADD", {"L": []})},
        {"ss": action("DELETE", {"NS": ["1"]})},
        {"s": action("DELETE", {"SS": ["1"]})},
    ],
)
def test_an_action_of_another_type_than_the_attribute_changes_nothing(lab: Lab, updates: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as caught:
        update(lab, {"new": {"Value": {"S": "x"}}, **updates})
    assert caught.value.message == "Type mismatch for attribute to update"
    assert update(lab, {}) == ITEM


INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize("name", ["PUT", "ADD"])
def test_only_delete_needs_no_value(lab: Lab, name: str) -> None:
    text = f"{INVALID}Only DELETE action is allowed when no attribute value is specified"
    assert refusal(lab, {"x": {"Action": name}}) == text


def test_actions_take_only_some_types(lab: Lab) -> None:
    values: dict[str, Any] = {"S": "x", "B": "YQ==", "M": {}, "BOOL": True, "NULL": True}
    for kind, content in values.items():
        assert refusal(lab, {"x": action("ADD", {kind: content})}) == (
            f"{INVALID}ADD action is not supported for the type {kind}"
        )
    for kind, content in {**values, "N": "1", "L": []}.items():
        assert refusal(lab, {"x": action("DELETE", {kind: content})}) == (
            f"{INVALID}DELETE action with value is not supported for the type {kind}"
        )


def test_a_key_attribute_can_not_be_updated(lab: Lab) -> None:
    for one in ({"Value": {"S": "a"}}, {"Action": "DELETE"}):
        with pytest.raises(ServiceError) as caught:
            update(lab, {"pk": one})
        assert caught.value.message == f"{INVALID}Cannot update attribute pk. This attribute is part of the key"


def test_attribute_updates_and_expressions_do_not_mix(lab: Lab) -> None:
    more = {"Expected": {}, "UpdateExpression": "SET", "ConditionExpression": ""}
    assert refusal(lab, {"s": {}}, **more) == (
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributeUpdates, Expected} "
        "Expression parameters: {UpdateExpression, ConditionExpression}"
    )


def test_a_wrong_update_wins_over_a_wrong_expectation(lab: Lab) -> None:
    assert refusal(lab, {"s": action("ADD", {"S": "x"})}, Expected={"s": {}}) == (
        f"{INVALID}ADD action is not supported for the type S"
    )
