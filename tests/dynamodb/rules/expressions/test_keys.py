"""Where key conditions send a Query."""

from typing import Any

import pytest

from dynateach.dynamodb.rules.expressions import KeyRange, SortCondition, bind
from dynateach.errors import ServiceError

S = {":p": {"S": "u1"}, ":a": {"S": "a"}, ":b": {"S": "b"}}
INVALID = "Invalid condition in KeyConditionExpression: "
OPERATOR = "Invalid operator used in KeyConditionExpression: "


def selected(
    text: str, partition_keys: str = "pk", sort_keys: str = "sk", names: dict[str, str] | None = None
) -> KeyRange:
    values: dict[str, Any] = {placeholder: value for placeholder, value in S.items() if placeholder in text}
    condition = bind(key_condition=text, names=names, values=values or None).key_condition
    assert condition
    return condition.select(tuple(partition_keys.split()), tuple(sort_keys.split()), values)


def refusal(text: str, partition_keys: str = "pk", sort_keys: str = "sk") -> str:
    with pytest.raises(ServiceError) as caught:
        selected(text, partition_keys, sort_keys)
    assert caught.value.code == "ValidationException"
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("pk = :p", []),
        ("(pk = :p)", []),
        (":p = pk", []),
        ("pk = :p AND sk = :a", [("=", ":a")]),
        ("sk = :a AND pk = :p", [("=", ":a")]),
        ("((pk = :p) AND (sk < :a))", [("<", ":a")]),
        ("pk = :p AND sk <= :a", [("<=", ":a")]),
        ("pk = :p AND sk > :a", [(">", ":a")]),
        ("pk = :p AND sk >= :a", [(">=", ":a")]),
        ("pk = :p AND :a < sk", [(">", ":a")]),
        ("pk = :p AND :a >= sk", [("<=", ":a")]),
        ("pk = :p AND sk BETWEEN :a AND :b", [("BETWEEN", ":a", ":b")]),
        ("(pk = :p AND (begins_with(sk, :a)))", [("begins_with", ":a")]),
    ],
)
def test_a_key_condition_is_a_partition_and_a_range_of_its_sort_keys(text: str, sort: list[tuple[str, ...]]) -> None:
    conditions = tuple(SortCondition("sk", name, tuple(S[each] for each in operands)) for name, *operands in sort)
    assert selected(text) == KeyRange((S[":p"],), conditions)


def test_key_names_may_hide_behind_placeholders() -> None:
    assert selected("#0 = :p", partition_keys="status", names={"#0": "status"}) == KeyRange((S[":p"],), ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pk = :p OR sk = :a", f"{OPERATOR}OR"),
        ("NOT pk = :p", f"{OPERATOR}NOT"),
        ("pk <> :p", f"{OPERATOR}<>"),
        ("pk IN (:p)", f"{OPERATOR}IN"),
        ("pk = :p AND contains(sk, :a)", f"{OPERATOR}contains"),
        ("attribute_exists(pk)", f"{OPERATOR}attribute_exists"),
        ("size(pk) = :p", "KeyConditionExpressions cannot contain nested operations"),
        ("pk.a = :p", "KeyConditionExpressions cannot have conditions on nested attributes"),
        (":p BETWEEN pk AND :a", f"{INVALID}BETWEEN operator must have the key attribute as its first operand"),
        ("begins_with(:p, sk)", f"{INVALID}begins_with operator must have the key attribute as its first operand"),
        ("pk = sk", f"{INVALID}Multiple attribute names used in one condition"),
        ("pk BETWEEN :a AND sk", f"{INVALID}Multiple attribute names used in one condition"),
        (":p = :a", f"{INVALID}No key attribute specified"),
        (
            "pk = :p AND pk = :a",
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
        ),
        (
            "pk = :p AND sk > :a AND sk < :b",
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
        ),
        (
            "pk = :p AND sk = :a AND x = :b",
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
        ("sk = :a", "Query condition missed key schema element: pk"),
        ("x = :a AND y = :b", "Query condition missed key schema element: pk"),
        ("pk = :p AND x = :a", "Query condition missed key schema element: sk"),
        ("pk > :p", "Query key condition not supported"),
        ("begins_with(pk, :p) AND sk = :a", "Query key condition not supported"),
        (
            "pk = :p AND sk BETWEEN :b AND :a",
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound; lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            "pk = 5",
            'Invalid KeyConditionExpression: Syntax error; token: "5", near: "= 5"',
        ),
        (
            "foo(pk)",
            "Invalid KeyConditionExpression: Invalid function name; function: foo",
        ),
    ],
)
def test_what_can_not_select_by_key_is_refused_in_dynamodbs_words(text: str, message: str) -> None:
    assert refusal(text) == message


def test_a_table_without_sort_key_takes_one_condition() -> None:
    assert refusal("pk = :p AND sk = :a", sort_keys="") == (
        "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)"
    )


def test_an_unused_placeholder_is_reported_before_an_operator_that_does_not_suit_keys() -> None:
    with pytest.raises(ServiceError, match="unused in expressions"):
        bind(key_condition="pk <> :p", values=S)


class TestKeysOfSeveralAttributes:
    def test_every_partition_attribute_is_needed_in_any_order(self) -> None:
        assert selected("p2 = :a AND p1 = :p", "p1 p2", "s1 s2") == KeyRange((S[":p"], S[":a"]), ())
        assert refusal("p1 = :p AND s1 = :a", "p1 p2", "s1 s2") == "Query condition missed key schema element: p2"
        assert refusal("p1 = :p AND p2 > :a", "p1 p2", "s1 s2") == "Query key condition not supported"

    def test_sort_attributes_come_from_left_to_right_and_a_range_only_last(self) -> None:
        assert selected("pk = :p AND s2 < :b AND s1 = :a", "pk", "s1 s2 s3").sort == (
            SortCondition("s1", "=", (S[":a"],)),
            SortCondition("s2", "<", (S[":b"],)),
        )

    @pytest.mark.parametrize(
        ("text", "lacking", "last"),
        [
            ("pk = :p AND s1 < :a AND s2 = :b", "s1", "s2"),
            ("pk = :p AND s2 = :a", "s1", "s2"),
            ("pk = :p AND s3 > :a", "s1, s2", "s3"),
            ("pk = :p AND s1 = :a AND s3 = :b", "s2", "s3"),
        ],
    )
    def test_every_sort_attribute_before_the_last_one_named_needs_an_equality(
        self, text: str, lacking: str, last: str
    ) -> None:
        assert refusal(text, "pk", "s1 s2 s3") == (
            f"RANGE key attributes {lacking} must have equality conditions specified in the query "
            f"because a condition is present on key attribute {last}"
        )

    def test_more_conditions_than_key_attributes_are_too_many(self) -> None:
        text = "pk = :p AND s1 = :a AND s2 = :b AND x = :a"
        assert refusal(text, "pk", "s1 s2") == (
            "The number of query conditions (4) exceeds the number of key attributes defined in the schema (3)"
        )
