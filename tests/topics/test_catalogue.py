"""Which topics there are."""

import importlib

import pytest

from dynateach.errors import LabError
from dynateach.topics.catalogue import Topic, find, topics


def test_the_topics_are_the_files_that_can_be_explored() -> None:
    names = [topic.name for topic in topics()]

    assert {"cost", "hashing", "query_or_scan"} <= set(names)
    assert not {"catalogue", "fleet", "traffic"} & set(names)
    assert names == sorted(names)


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)
def test_a_topic_has_its_three_functions_and_says_what_it_is_about(topic: Topic) -> None:
    module = importlib.import_module(f"dynateach.topics.{topic.name}")

    assert callable(module.simulate)
    assert callable(module.draw)
    assert callable(module.explore)
    assert topic.headline
    assert "\n" not in topic.headline


def test_a_topic_is_found_with_hyphens_too() -> None:
    assert find("query-or-scan") == find("query_or_scan")


@pytest.mark.parametrize(("slip", "meant"), [("hashng", "hashing"), ("scan", "query_or_scan"), ("xyz", "The topics:")])
def test_a_name_of_no_topic_is_answered_with_near_ones(slip: str, meant: str) -> None:
    with pytest.raises(LabError, match=meant):
        find(slip)
