"""Which records the documented filter patterns let through."""

from typing import Any

import pytest

from dynateach import LabError
from dynateach.consumers.filters import matches_any, require_pattern
from tests.consumers.scene import Scene, Seen

RECORD = {
    "eventName": "MODIFY",
    "dynamodb": {
        "SizeBytes": 120,
        "Keys": {"pk": {"S": "order#17"}},
        "NewImage": {
            "state": {"S": "Paid"},
            "total": {"N": "25"},
            "tags": {"SS": ["new", "blue"]},
            "gift": {"BOOL": True},
        },
    },
}


def image(**rules: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": rules}}


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["MODIFY"]},
        {"eventName": ["INSERT", "MODIFY"]},
        {"eventName": ["MODIFY"], "dynamodb": {"SizeBytes": [120]}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "order#"}]}}}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"suffix": "17"}]}}}},
        image(state={"S": [{"equals-ignore-case": "PAID"}]}),
        image(state={"S": [{"anything-but": ["Open", "Lost"]}]}),
        image(state={"S": [{"anything-but": "Open"}]}),
        image(total={"N": ["25"]}),
        image(tags={"SS": ["blue"]}),
        image(gift={"BOOL": [True]}),
        image(total={"N": [{"exists": True}]}),
        image(refund={"N": [{"exists": False}]}),
        {"dynamodb": {"SizeBytes": [{"numeric": [">", 100, "<=", 120]}]}},
        {"dynamodb": {"SizeBytes": [{"numeric": ["=", 120]}]}},
        {"$or": [{"eventName": ["REMOVE"]}, {"dynamodb": {"SizeBytes": [120]}}]},
    ],
)
def test_a_pattern_that_fits_lets_the_record_through(pattern: dict[str, Any]) -> None:
    require_pattern(pattern)
    assert matches_any([pattern], RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT"]},
        {"eventName": ["MODIFY"], "dynamodb": {"SizeBytes": [121]}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "user#"}]}}}},
        image(state={"S": [{"anything-but": ["Paid"]}]}),
        image(refund={"N": [{"anything-but": ["0"]}]}),
        image(total={"N": [25]}),
        image(gift={"BOOL": [1]}),
        image(refund={"N": [{"exists": True}]}),
        image(state={"S": [{"exists": False}]}),
        {"dynamodb": {"SizeBytes": [{"numeric": [">", 100, "<", 120]}]}},
        {"$or": [{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}]},
    ],
)
def test_a_pattern_that_does_not_fit_holds_the_record_back(pattern: dict[str, Any]) -> None:
    require_pattern(pattern)
    assert not matches_any([pattern], RECORD)


def test_numeric_rules_do_not_match_dynamodbs_numbers_which_are_text() -> None:
    assert not matches_any([image(total={"N": [{"numeric": [">", 0]}]})], RECORD)


def test_without_patterns_every_record_passes_and_with_several_one_is_enough() -> None:
    assert matches_any([], RECORD)
    assert matches_any([{"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]}], RECORD)


@pytest.mark.parametrize(
    "pattern",
    [{}, [], "INSERT", {"eventName": "INSERT"}, {"eventName": []}, {"a": {}}, {"a": [{"like": "x"}]}, {"$or": {}}]
    + [{"a": [{"numeric": bad}]} for bad in (["~", 1], [">"], 5, [], [">", "1"])]
    + [{"a": [{"prefix": 5}]}, {"a": [{"prefix": "x", "suffix": "y"}]}, {"a": [{"exists": "yes"}]}],
)
def test_what_is_no_pattern_is_refused(pattern: Any) -> None:
    with pytest.raises(LabError, match="is no filter pattern"):
        require_pattern(pattern)


def test_records_that_no_filter_lets_through_are_done_with() -> None:
    scene, seen = Scene(), Seen()
    scene.consume(seen, filters=[{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "b"}]}}}}], batch_size=2)
    scene.put("a", "b1-", "a", "b2-", "a", "b3-")
    scene.split()
    scene.put("b1-")
    scene.wait(5)
    assert sorted(seen.changes) == ["b1-1", "b1-2", "b2-1", "b3-1"]
    assert [len(batch) for batch in seen.batches] == [2, 1, 1]
